"""The secret keys of servers: made, listed and revoked on the command line, and checked in the transaction that acts.

A key lets a server read everybody and end any session. So only whoever can run a program beside the store makes one.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import Connection, exists, func, insert, select, update
from sqlmodel import col

from models import AuditAction, SecretKey
from models.statements import built_once, columns
from models.types import new_id

from ..credentials.secret_keys import SecretKeyToken
from ..credentials.tokens import hash_secret, new_secret
from ..errors import AuthError, ParamInvalid, ParamMissing
from ..language import N_
from .actor import Administrator
from .audit import Subject, record
from .names import clean_name

MAX_NAME = 60
"""Characters of the name of a key."""

MOST_AT_ONCE = 100
"""Keys that work. More were made by a program that has run wild."""


class SecretKeyInvalid(AuthError):
    """No key was sent, or one that does not work, or not any more: they are not told apart."""

    code = 'clerk_key_invalid'
    status = HTTPStatus.UNAUTHORIZED
    tells_all = True
    text = N_('Send a secret key that works, as "Authorization: Bearer sk_live_…". Whoever runs this site makes one '
              'with "python -m auth keys create".')


class NoSuchKey(AuthError):
    """There is no such key that works."""

    code = 'resource_not_found'
    status = HTTPStatus.NOT_FOUND
    tells_all = True
    text = N_('There is no key with this id that works. Nothing was changed.')


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was made."""

    id: str
    name: str
    token: SecretKeyToken = field(repr=False)
    """It is stored nowhere, so it can be shown this once."""


@dataclass(frozen=True, slots=True)
class WorkingKey:
    """A key that works, as operators see it."""

    id: str
    name: str
    created_at: datetime


def create_key(db: Connection, now: datetime, administrator: Administrator, name: str) -> NewKey:
    """Make a key.

    :param name: what people will read in their history, where a server that has the key ends their session
    :raises AuthError: naming what to correct
    :raises NotAllowed: if they may not administer; or ``NotSignedIn``, ``ReverificationRequired``
    """
    actor = administrator(db, now, lock=True)
    name = clean_name(name)
    if not name:
        raise ParamMissing(N_('Give the key a name, such as that of the server that will have it.'), param='name')
    if len(name) > MAX_NAME:
        raise ParamInvalid(N_('The name of a key has {count} characters at most.', count=MAX_NAME), param='name')
    there = db.scalar(select(func.count()).select_from(SecretKey).where(col(SecretKey.revoked_at).is_(None))) or 0
    if there >= MOST_AT_ONCE:
        raise AuthError(N_('There are {count} keys that work. Revoke some of them first.', count=there))
    token = SecretKeyToken(new_id('key'), new_secret())
    db.execute(insert(SecretKey).values(id=token.key_id, name=name, secret_hash=hash_secret(token.secret),
                                        created_at=now))
    record(db, AuditAction.SECRET_KEY_CREATED, now, [Subject()], actor=actor, detail=token.key_id)
    return NewKey(token.key_id, name, token)


def revoke_key(db: Connection, now: datetime, administrator: Administrator, key_id: str) -> str:
    """Make a key useless, for good; returns its name. Whatever a server is doing with it is done before, or not at all.

    :raises NoSuchKey: if it does not work any more, or never did
    :raises NotAllowed: if they may not administer; or ``NotSignedIn``, ``ReverificationRequired``
    """
    actor = administrator(db, now, lock=True)
    revoked = (update(SecretKey).where(col(SecretKey.id) == key_id, col(SecretKey.revoked_at).is_(None))
               .values(revoked_at=now).returning(col(SecretKey.name)))
    name = db.scalar(revoked)
    if name is None:
        raise NoSuchKey
    record(db, AuditAction.SECRET_KEY_REVOKED, now, [Subject()], actor=actor, detail=key_id)
    return name


def find_keys(db: Connection, now: datetime, administrator: Administrator, *, limit: int) -> list[WorkingKey]:
    """List the keys that work, the newest first.

    :raises NotAllowed: if they may not administer; or ``NotSignedIn``
    """
    administrator(db, now, reading=True)
    found = (select(*columns(SecretKey.id, SecretKey.name, SecretKey.created_at))
             .where(col(SecretKey.revoked_at).is_(None))
             .order_by(col(SecretKey.created_at).desc(), col(SecretKey.id).desc()).limit(limit))
    return [WorkingKey(*row) for row in db.execute(found)]


def any_key_works(db: Connection, _: datetime) -> bool:
    """Tell whether there is a key; without one there is no back-end API."""
    return bool(db.scalar(select(exists().where(col(SecretKey.revoked_at).is_(None)))))


def by_key(token: SecretKeyToken) -> Administrator:
    """The server that has a key; the audit log knows it by the id of the key.

    Where it acts, the key is locked: it can't be revoked until what is done with it is committed.
    """
    def administrator(db: Connection, now: datetime, *, on: str | None = None, lock: bool = False,
                      reading: bool = False) -> str:
        # Compared in a time that tells nothing of how much was right; also where there is no such key.
        found = db.scalar(*(_find_and_lock if lock else _find)(token.key_id))
        if not hmac.compare_digest(hash_secret(token.secret), found or hash_secret('')):
            raise SecretKeyInvalid
        return token.key_id

    return administrator


@built_once
def _find(key_id: str):
    return select(col(SecretKey.secret_hash)).where(col(SecretKey.id) == key_id, col(SecretKey.revoked_at).is_(None))


@built_once
def _find_and_lock(key_id: str):
    return (select(col(SecretKey.secret_hash))
            .where(col(SecretKey.id) == key_id, col(SecretKey.revoked_at).is_(None)).with_for_update(read=True))
