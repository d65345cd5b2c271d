"""Who acts: found in the transaction that acts for them, so that nobody acts in a session that has just ended.

A verb asks with ``lock``: then the actor's user, client and session, and the user whom the act concerns, stay as they
are until the transaction ends. Every verb locks users before clients, and clients before sessions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol

from sqlalchemy import Connection, or_, select
from sqlmodel import col

from models import Client, Session, User
from models.statements import built_once, columns

from ..access import roles_of
from ..errors import NotAllowed, NotSignedIn
from .audit import Subject
from .clients import AUTHENTICATED_AT, ClientView
from .recent import RECENT, check_recent
from .sessions import signed_in


@dataclass(frozen=True, slots=True)
class Actor:
    """A user, in one of their sessions."""

    session_id: str
    client_id: str
    user_id: str
    email_address: str
    is_admin: bool
    password_hash: str = field(repr=False)
    authenticated_at: datetime
    """When the password was last given in this session; see ``auth.rules.recent``."""
    role_words: str = field(default='', repr=False)
    acts_at: datetime = field(kw_only=True)
    """The moment of the act, in UTC."""

    @property
    def roles(self) -> frozenset[str]:
        """What they may do; see ``UserView.roles``."""
        return roles_of(self.role_words, is_admin=self.is_admin)

    @property
    def as_subject(self) -> Subject:
        """The subject of an audit event of what they do to their own account."""
        return Subject(self.user_id, self.client_id, self.session_id)


def find_actor(db: Connection, now: datetime, client: ClientView | None, session_id: str | None = None, *,
               lock: bool = False) -> Actor:
    """Find the user for whom a client acts.

    :param session_id: the session of the client in which they act; by default the active one
    :param lock: whether they are locked until the transaction ends
    :raises NotSignedIn: if it is not signed in, or the client has another secret by now
    """
    active = client and client.active_session(now)
    wanted = session_id or (active and active.id)
    if client is None or wanted is None:
        raise NotSignedIn
    find = _find_and_lock if lock else _find
    found = db.execute(*find(wanted, client.id, client.secret_hash, now)).first()
    if found is None:
        raise NotSignedIn
    return Actor(*found, acts_at=now)


class Administrator(Protocol):
    """Tells who administers, for the audit log; asked in the transaction that acts: a right withdrawn a moment ago is
    gone."""

    def __call__(self, db: Connection, now: datetime, *, on: str | None = None, lock: bool = False,
                 reading: bool = False) -> str:
        """Tell who it is.

        :param on: the user whom the act concerns
        :param lock: whether both are locked until the transaction ends
        :param reading: whether they only look; to act asks for a password that was given a moment ago
        :raises NotSignedIn: if nobody is signed in
        :raises NotAllowed: if they may not administer
        :raises ReverificationRequired: if they would act, and their password was given longer ago
        """
        ...


COMMAND_LINE: Final = 'command line'
"""The actor of what was done there: whoever can run a program beside the store may do anything with it."""

Doer = Literal['', 'administrator', 'command line', 'server']
"""Who did something to an account, as its owner may know it; empty if they did it themselves."""


def doer_of(actor: str) -> Doer:
    """Tell who an actor of the audit log is. Which administrator it was, and where they sit, is not for everybody."""
    if not actor:
        return ''
    return COMMAND_LINE if actor == COMMAND_LINE else 'server' if is_server(actor) else 'administrator'


def is_server(actor: str) -> bool:
    """Tell whether an actor is a server: it is known by the id of its secret key; see ``auth.rules.secret_keys``."""
    return actor.startswith('key_')


def by_admin(client: ClientView | None, recent: timedelta = RECENT) -> Administrator:
    """The administrator who uses a client, if it is one.

    :param recent: how long ago their password may have been given when they act
    """

    def administrator(db: Connection, now: datetime, *, on: str | None = None, lock: bool = False,
                      reading: bool = False) -> str:
        active = client and client.active_session(now)
        if lock and on is not None:
            _lock_users(db, on, active and active.id)
        actor = find_actor(db, now, client, lock=lock)
        if not actor.is_admin:
            raise NotAllowed
        if not reading:
            check_recent(now, actor, recent)
        return actor.user_id

    return administrator


def by_command_line(db: Connection, now: datetime, *, on: str | None = None, lock: bool = False,
                    reading: bool = False) -> str:
    """Whoever can run a program beside the store."""
    if lock and on is not None:
        _lock_users(db, on, None)
    return COMMAND_LINE


def _lock_users(db: Connection, user_id: str, session_id: str | None) -> None:
    """Lock a user and the user of a session. Two who act on each other lock both in one order, and do not wait for
    each other."""
    db.execute(*_both_users(user_id, session_id or ''))


def _who(session_id: str, client_id: str, secret_hash: str, now: datetime):
    return (select(*columns(Session.id, Client.id, User.id, User.email_address, User.is_admin, User.password_hash),
                   AUTHENTICATED_AT, col(User.roles))
            .where(col(Session.id) == session_id, col(Session.client_id) == client_id, signed_in(now),
                   col(Client.id) == Session.client_id, col(Client.secret_hash) == secret_hash,
                   col(User.id) == Session.user_id, col(User.disabled).is_(False)))


@built_once
def _find(session_id: str, client_id: str, secret_hash: str, now: datetime):
    return _who(session_id, client_id, secret_hash, now)


@built_once
def _find_and_lock(session_id: str, client_id: str, secret_hash: str, now: datetime):
    return _who(session_id, client_id, secret_hash, now).with_for_update(of=[User, Client, Session], key_share=True)


@built_once
def _both_users(user_id: str, session_id: str):
    of_session = select(col(Session.user_id)).where(col(Session.id) == session_id)
    return (select(col(User.id)).where(or_(col(User.id) == user_id, col(User.id).in_(of_session)))
            .order_by(col(User.id)).with_for_update(key_share=True))
