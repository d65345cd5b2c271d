"""What an app keeps for an account: read and written in the session that acts, and by nobody else.

A browser may hold several accounts. What is kept for one of them is found by the user of the session that acts, in the
transaction that reads or writes it. So no other account of the browser gets it, and no tab whose session has ended.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import Session as DatabaseSession
from sqlmodel import col

from models import AccountValue
from models.statements import columns

from ..errors import AuthError
from ..language import N_
from .actor import Actor, find_actor
from .clients import ClientView

MOST_VALUES = 1000
"""Of an account: all are read at once. What is more belongs into a table of the app's own."""

MOST_BYTES = 64 * 1024
"""Of a value, as JSON."""

MOST_CHARACTERS = 100
"""Of a name."""


class StorageFull(AuthError):
    """More than is kept for an account."""

    code = 'storage_full'
    text = N_('This is more than can be kept for your account. Nothing was changed; make it shorter, or remove '
              'something.')


def as_json(value: Any) -> str:
    """Write a value as it is stored.

    :raises TypeError: if it is none that JSON has; or ``ValueError``
    :raises StorageFull: if it is too large
    """
    text = json.dumps(value, allow_nan=False, separators=(',', ':'))
    if len(text) > MOST_BYTES:
        raise StorageFull
    return text


def read_own_values(db: Connection, now: datetime, client: ClientView | None, session_id: str) -> dict[str, str]:
    """Read what is kept for the user of a session, as JSON by its names.

    :raises NotSignedIn: if the session is not signed in on this client
    """
    return _read(db, find_actor(db, now, client, session_id).user_id)


def keep_own_value(db: Connection, now: datetime, client: ClientView | None, session_id: str, name: str, text: str
                   ) -> dict[str, str]:
    """Keep a value for the user of a session, in place of one with that name; returns all that is kept for them then.

    :param text: what ``as_json`` has written
    :raises NotSignedIn: if the session is not signed in on this client; then nothing was changed
    :raises StorageFull: if there are too many
    :raises ValueError: if it is no name
    """
    user_id = find_actor(db, now, client, session_id, lock=True).user_id
    _keep(db, now, user_id, name, text)
    return _read(db, user_id)


def forget_own_value(db: Connection, now: datetime, client: ClientView | None, session_id: str, name: str
                     ) -> dict[str, str]:
    """Delete what is kept for the user of a session under a name, if there is something; returns all that is left.

    :raises NotSignedIn: if the session is not signed in on this client; then nothing was changed
    """
    user_id = find_actor(db, now, client, session_id, lock=True).user_id
    db.execute(delete(AccountValue).where(col(AccountValue.user_id) == user_id, col(AccountValue.name) == name))
    return _read(db, user_id)


# ------------------------------------------------------------ for endpoints: await user.read(kept_values)


def kept_values(db: DatabaseSession, actor: Actor) -> dict[str, Any]:
    """Read what is kept for whoever acts, by its names."""
    return {name: json.loads(text) for name, text in _read(db, actor.user_id).items()}


def keep_value(db: DatabaseSession, actor: Actor, name: str, value: Any) -> None:
    """Keep a value for whoever acts, in place of one with that name.

    :raises StorageFull: if it is too large, or there are too many
    :raises ValueError: if it is no name, or no value that JSON has; or ``TypeError``
    """
    _keep(db.connection(), actor.acts_at, actor.user_id, name, as_json(value))


def _read(db: Connection | Session, user_id: str) -> dict[str, str]:
    found = select(*columns(AccountValue.name, AccountValue.value)).where(col(AccountValue.user_id) == user_id)
    return {row.name: row.value for row in db.execute(found.order_by(col(AccountValue.name)))}


def _keep(db: Connection, now: datetime, user_id: str, name: str, text: str) -> None:
    """Write it. The user is locked, so of two who write at once the second finds what the first has written."""
    if not 0 < len(name) <= MOST_CHARACTERS or not name.isprintable():
        raise ValueError(f'A name has 1 to {MOST_CHARACTERS} characters that can be seen: {name[:MOST_CHARACTERS]!a}')
    there = (col(AccountValue.user_id) == user_id, col(AccountValue.name) == name)
    if db.execute(update(AccountValue).where(*there).values(value=text, changed_at=now)).rowcount:
        return
    count = db.scalar(select(func.count()).select_from(AccountValue).where(col(AccountValue.user_id) == user_id)) or 0
    if count >= MOST_VALUES:
        raise StorageFull
    db.execute(insert(AccountValue).values(user_id=user_id, name=name, value=text, changed_at=now))
