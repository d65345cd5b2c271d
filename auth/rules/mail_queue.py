"""What delivery does with the queue: claim a mail, get its secret ready, and say what became of it.

A claim is a lease: it ends by itself, so a process that dies keeps no mail from being sent. The number of attempts
tells whose claim it is; whoever comes back late changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Update, and_, delete, exists, select, update
from sqlalchemy.orm import Mapped
from sqlmodel import col

from models import QueuedMail
from models.statements import built_once, columns

from .mails.kind import Mail

DROPPED_AT_ONCE = 500

_CLAIMED: list[Mapped[Any]] = columns(QueuedMail.id, QueuedMail.attempts, QueuedMail.kind, QueuedMail.details,
                                      QueuedMail.email_address, QueuedMail.language)
_DROPPED: list[Mapped[Any]] = columns(QueuedMail.id, QueuedMail.kind)


@dataclass(frozen=True, slots=True)
class Claim:
    """A mail that is this process's to send, until the lease ends."""

    mail_id: str
    attempts: int
    kind: str
    details: str = field(repr=False)
    email_address: str = field(repr=False)
    language: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """A mail that was given up."""

    mail_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class Work:
    """What there is to do."""

    due: bool
    expired: bool


def find_work(db: Connection, now: datetime) -> Work:
    """Tell whether a mail is due, or of no use any more. Asked every second, and short where nothing waits."""
    return Work(*db.execute(*_find_work(now)).one())


def claim(db: Connection, now: datetime, lease: timedelta) -> Claim | None:
    """Claim the most urgent mail that is due, and which nobody else has claimed."""
    urgent = (select(col(QueuedMail.id)).where(col(QueuedMail.due_at) <= now, col(QueuedMail.expire_at) > now)
              .order_by(col(QueuedMail.expire_at), col(QueuedMail.id)).limit(1).with_for_update(skip_locked=True))
    claiming: Update = (update(QueuedMail).where(col(QueuedMail.id) == urgent.scalar_subquery())
                        .values(due_at=now + lease, attempts=col(QueuedMail.attempts) + 1))
    found: Any = db.execute(claiming.returning(*_CLAIMED)).first()  # pyright: ignore
    return found and Claim(*found)


def prepare(db: Connection, now: datetime, claimed: Claim, mail: Mail) -> str | None:
    """Get the secret of a mail ready, and its hash into the store, if the mail still is to be sent.

    :return: the secret, '' if it has none; None if it is not to be sent
    """
    if db.execute(select(col(QueuedMail.id)).where(_is(claimed)).with_for_update()).first() is None:
        return None
    secret = mail.prepare(db, now, claimed.mail_id)
    if secret is None:
        done_with(db, claimed)
    return secret


def done_with(db: Connection, claimed: Claim) -> bool:
    """Delete a mail that was sent, or will never be; returns whether it still was this claim's."""
    return bool(db.execute(delete(QueuedMail).where(_is(claimed))).rowcount)


def put_back(db: Connection, now: datetime, claimed: Claim, wait: timedelta) -> bool | None:
    """Let a mail be tried again after a while.

    :return: False if nobody would want to read it by then, and it was given up; None if it is another one's by now
    """
    put = update(QueuedMail).where(_is(claimed), col(QueuedMail.expire_at) > now + wait).values(due_at=now + wait)
    if db.execute(put).rowcount:
        return True
    return False if done_with(db, claimed) else None


def drop_expired(db: Connection, now: datetime) -> list[Dropped]:
    """Delete mails that nobody would want to read any more, some hundred at a time."""
    return _drop(db, col(QueuedMail.expire_at) <= now)


def drop_unsent(db: Connection, now: datetime, age: timedelta) -> list[Dropped]:
    """Delete what has waited for so long on a site that sends no mail."""
    return _drop(db, col(QueuedMail.created_at) <= now - age)


def _drop(db: Connection, those: ColumnElement[bool]) -> list[Dropped]:
    ids = select(col(QueuedMail.id)).where(those).limit(DROPPED_AT_ONCE).with_for_update(skip_locked=True)
    dropping = delete(QueuedMail).where(col(QueuedMail.id).in_(ids))
    return [Dropped(*row) for row in db.execute(dropping.returning(*_DROPPED))]


@built_once
def _find_work(now: datetime):
    is_useful = col(QueuedMail.expire_at) > now
    return select(exists().where(col(QueuedMail.due_at) <= now, is_useful), exists().where(~is_useful))


def _is(claimed: Claim) -> ColumnElement[bool]:
    return and_(col(QueuedMail.id) == claimed.mail_id, col(QueuedMail.attempts) == claimed.attempts)
