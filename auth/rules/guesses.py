"""Passwords that are guessed: counted for every few minutes, and told to administrators if they are very many.

A person who forgets a password makes a dozen attempts; a program that guesses makes as many a second. Each process
tells the store its counts now and then, so a flood of guesses costs a write in some seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import col

from models import Attempts, Guesses, User
from models.statements import columns

from .actor import Administrator
from .mail import post
from .mails.guessing import Guessing

COUNTED_FOR = timedelta(minutes=5)
"""What one count is of."""

QUIET_FOR = timedelta(hours=1)
"""After so long without very many, the next ones are another attack, of which administrators are told again."""

KEPT_FOR = timedelta(days=90)

TOLD_AT_MOST = 50
"""Administrators."""

CHANGED = 'guesses'
"""What the change feed tells in place of the id of a user, where these counts have changed."""


@dataclass(frozen=True, slots=True)
class Attack:
    """Very many guesses, one after the other."""

    since: datetime
    last_at: datetime
    wrong: int
    refused: int
    account: str = ''
    """The address of the account that was tried most."""
    address: str = ''
    """The IP address, or the network, that tried most."""


def note_guesses(db: Connection, now: datetime, wrong: int, refused: int, *, most: int) -> bool:
    """Add to the counts; returns whether an attack has begun, of which nobody was told yet.

    :param most: how many in a few minutes are very many; 0 is no number
    """
    since = _begin(now)
    is_new = db.scalar(select(col(Guesses.since)).where(col(Guesses.since) == since)) is None
    if is_new:
        db.execute(delete(Guesses).where(col(Guesses.since) < now - KEPT_FOR))
    new = insert(Guesses).values(since=since, last_at=now, wrong=wrong, refused=refused, told=False)
    add = new.on_conflict_do_update(index_elements=['since'], set_={
        'last_at': now, 'wrong': Guesses.wrong + wrong, 'refused': Guesses.refused + refused})
    there = db.execute(add.returning(col(Guesses.wrong), col(Guesses.refused), col(Guesses.told))).one()
    if not most or there.told or there.wrong + there.refused < most:
        return False
    earlier = aliased(Guesses)
    is_known = db.scalar(select(exists().where(
        col(earlier.told), col(earlier.since) < since, col(earlier.since) >= since - QUIET_FOR)))
    db.execute(update(Guesses).where(col(Guesses.since) == since).values(told=True))
    if is_known:
        return False
    _tell_administrators(db, now, there.wrong + there.refused)
    return True


def read_attack(db: Connection, now: datetime, administrator: Administrator, *, most: int) -> Attack | None:
    """Read of the attack that goes on, or did within the last hour; None if there is none.

    :param most: how many in a few minutes are very many; 0 is no number
    :raises NotAllowed: if they may not administer; or ``NotSignedIn``
    """
    administrator(db, now, reading=True)
    counts: list[ColumnElement[Any]] = [func.min(col(Guesses.since)), func.max(col(Guesses.last_at)),
                                        func.sum(col(Guesses.wrong)), func.sum(col(Guesses.refused))]
    very_many: ColumnElement[bool] = col(Guesses.wrong) + col(Guesses.refused) >= most
    found: Any = db.execute(select(*counts).where(col(Guesses.since) > now - QUIET_FOR, very_many)).one()
    since, last_at, wrong, refused = found
    if not most or since is None:
        return None
    account = db.scalar(select(col(User.email_address)).join(Attempts, col(Attempts.who) == User.id)
                        .where(col(Attempts.kind) == 'account').order_by(col(Attempts.in_a_row).desc()).limit(1))
    address = db.scalar(select(col(Attempts.who)).where(col(Attempts.kind) == 'address', col(Attempts.act) == 'sign_in',
                                                        col(Attempts.drained_at) > since.timestamp())
                        .order_by(col(Attempts.in_a_row).desc()).limit(1))
    return Attack(since, last_at, int(wrong), int(refused), account or '', address or '')


def _tell_administrators(db: Connection, now: datetime, count: int) -> None:
    theirs = select(*columns(User.id, User.email_address)).where(col(User.is_admin), ~col(User.disabled))
    for administrator in db.execute(theirs.order_by(col(User.id)).limit(TOLD_AT_MOST)):
        post(db, now, to=administrator.email_address, mail=Guessing(count=count), user_id=administrator.id, language='')


def _begin(now: datetime) -> datetime:
    seconds = COUNTED_FOR.total_seconds()
    return datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)
