"""Why sessions have ended, for the tabs that showed them: what their owner could read in the history of the account."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from models import AuditAction, AuditEvent, Session, SessionStatus, User
from models.statements import built_once, columns

from ..requests.user_agents import UserAgent, read_user_agent
from .actor import is_server

SKEW = timedelta(minutes=1)
"""What ended a session may have been written by a process whose clock is behind that of its last activity."""

EVENTS_AT_MOST = 2000
"""How far back the audit log is searched: whoever guesses passwords may have written very many events since."""


class Why(Enum):
    """What ended a session."""

    SIGNED_OUT = auto()
    """Its person, on its client."""
    REVOKED = auto()
    """Its person, on another device."""
    BY_ADMINISTRATOR = auto()
    BY_SERVER = auto()
    """A server that has a secret key."""
    PASSWORD_CHANGED = auto()
    PASSWORD_CHANGED_BY_ADMINISTRATOR = auto()
    PASSWORD_RESET = auto()
    """By a link that was mailed."""
    ADDRESS_CHANGE_UNDONE = auto()
    WRONG_PASSWORDS = auto()
    """Too many guesses at the current password, in this session."""
    DISABLED = auto()
    EXPIRED = auto()
    ABANDONED = auto()
    REPLACED = auto()
    """Its person signed in on one browser more than they may."""
    ACCOUNT_DELETED = auto()
    ENDED = auto()
    """Somebody, past the audit log, such as by a line of SQL."""


@dataclass(frozen=True, slots=True)
class End:
    """Why a session has ended."""

    why: Why
    from_device: UserAgent | None = None
    """The device on which its person ended it, if that is another one and known. Not where that is: who holds the
    device that was signed out may have stolen it."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A session that somebody was shown, and of which they may know why it has ended."""

    session_id: str
    user_id: str | None = None
    """Whose it was, if that is known: of a deleted account nothing else is left."""


def find_ends(db: Connection, now: datetime, ended: Collection[Ended]) -> dict[str, End]:
    """Find why sessions have ended, by their ids; those that live, or of which nothing is known, are left out."""
    rows = {row.id: row for row in db.execute(*_sessions([one.session_id for one in ended]))}
    revoked = [row for row in rows.values() if row.status == SessionStatus.REVOKED and not row.disabled]
    events = _events_of(db, revoked) if revoked else ()
    ends = {session_id: _end_of(row, now, events) for session_id, row in rows.items()}
    missing = {one.session_id: one.user_id for one in ended if one.session_id not in rows and one.user_id is not None}
    if missing:
        there = set(db.scalars(*_users(list(missing.values()))))
        ends.update((session_id, End(Why.ACCOUNT_DELETED)) for session_id, user_id in missing.items()
                    if user_id not in there)
    return {session_id: end for session_id, end in ends.items() if end is not None}


def _end_of(session: Any, now: datetime, events: Iterable[Any]) -> End | None:
    if session.disabled and session.status in {SessionStatus.ACTIVE, SessionStatus.REVOKED}:
        return End(Why.DISABLED)
    if session.status == SessionStatus.REVOKED:
        return _revoked(session.id, session.user_id, events)
    if session.status == SessionStatus.ACTIVE:  # the sweeper has not come yet
        if session.expire_at <= now:
            return End(Why.EXPIRED)
        return End(Why.ABANDONED) if session.abandon_at is not None and session.abandon_at <= now else None
    why = _BY_STATUS.get(session.status)
    return None if why is None else End(why)


_BY_STATUS: Mapping[str, Why] = {
    SessionStatus.REMOVED: Why.SIGNED_OUT, SessionStatus.ENDED: Why.SIGNED_OUT, SessionStatus.EXPIRED: Why.EXPIRED,
    SessionStatus.ABANDONED: Why.ABANDONED, SessionStatus.REPLACED: Why.REPLACED}


def _revoked(session_id: str, user_id: str, events: Iterable[Any]) -> End:
    """What else was written in the transaction that revoked a session tells why."""
    end = next((event for event in events if event.session_id == session_id and event.action == AuditAction.REVOKED),
               None)
    if end is None:
        return End(Why.ENDED)
    beside = {event.action for event in events
              if (event.at, event.user_id, event.actor) == (end.at, user_id, end.actor)}
    if end.actor:
        return End(Why.PASSWORD_CHANGED_BY_ADMINISTRATOR if AuditAction.PASSWORD_CHANGED in beside
                   else Why.BY_SERVER if is_server(end.actor) else Why.BY_ADMINISTRATOR)
    for action, why in _WITHOUT_DEVICE.items():
        if action in beside:
            return End(why)
    if AuditAction.PASSWORD_CHANGED in beside:
        return End(Why.PASSWORD_CHANGED, _device(end.user_agent))
    return End(Why.REVOKED, _device(end.user_agent))


def _device(user_agent: str) -> UserAgent | None:
    return read_user_agent(user_agent) if user_agent else None


def _events_of(db: Connection, sessions: Collection[Any]) -> list[Any]:
    """The events that may tell why these sessions were revoked, the newest first."""
    users = {session.user_id for session in sessions}
    since = min(session.last_active_at for session in sessions) - SKEW
    return [event for event in db.execute(*_events(list(users), since)) if event.action in _TELLING]


_WITHOUT_DEVICE: Mapping[str, Why] = {
    AuditAction.PASSWORD_RESET: Why.PASSWORD_RESET, AuditAction.ADDRESS_CHANGE_UNDONE: Why.ADDRESS_CHANGE_UNDONE,
    AuditAction.WRONG_PASSWORD: Why.WRONG_PASSWORDS}

_TELLING = {AuditAction.REVOKED, AuditAction.PASSWORD_CHANGED, *_WITHOUT_DEVICE}


@built_once
def _sessions(session_ids: Collection[str]):
    return (select(*columns(Session.id, Session.user_id, Session.status, Session.last_active_at, Session.expire_at,
                            Session.abandon_at, User.disabled))
            .join_from(Session, User).where(col(Session.id).in_(session_ids)))


@built_once
def _users(user_ids: Collection[str]):
    return select(col(User.id)).where(col(User.id).in_(user_ids))


@built_once
def _events(user_ids: Collection[str], since: datetime):
    return (select(*columns(AuditEvent.action, AuditEvent.at, AuditEvent.user_id, AuditEvent.session_id,
                            AuditEvent.actor, AuditEvent.user_agent))
            .where(col(AuditEvent.user_id).in_(user_ids), col(AuditEvent.at) >= since)
            .order_by(col(AuditEvent.at).desc(), col(AuditEvent.id).desc()).limit(EVENTS_AT_MOST))
