"""What limits count, in the store: so it is the same for all processes, and outlives them.

Each limit has a bucket for each account, address or browser. An attempt puts a drop into it, before anybody knows what
the attempt is worth: of two who want the last place one gets it, in whichever processes they are. Drops drain at an
even pace, so what is stored is one number, the moment at which the bucket is empty (this is known as GCRA).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, case, delete, exists, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from models import Attempts, User
from models.statements import built_once

from ..errors import AccountLocked, AuthError, LimitReached

Kind = Literal['account', 'address', 'browser']

FORGOTTEN_AFTER_SECONDS = 90 * 24 * 3600
"""Wrong passwords of an account that is not there are forgotten then; those of one that is, when its password is
given. Whoever wants to tell the two apart by that has to guess a hundred times, and to wait."""

FORGOTTEN_AT_ONCE = 500
"""How many buckets one transaction deletes, so that it holds nobody up."""

_NO_LESS = 0.001
"""Seconds by which sums of moments may differ."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """What one limit counts of somebody."""

    act: str
    kind: Kind
    who: str
    size: int
    """How many attempts fit into it."""
    seconds: float
    """In which time that many drain."""
    most_in_a_row: int | None = None
    """How many may fail in a row, however slowly; None is no matter."""
    drops: int = 1
    """Of an attempt; 0 for one that is only counted among those in a row."""

    @property
    def drop_seconds(self) -> float:
        """In which time the drops of an attempt drain."""
        return self.drops * self.seconds / self.size


@dataclass(frozen=True, slots=True)
class Counted:
    """What a bucket holds, with the attempt that was just counted."""

    bucket: Bucket
    drained_at: float
    in_a_row: int

    def tries_before(self, now: datetime) -> float:
        """How many attempts were in it before."""
        seconds = self.bucket.seconds / self.bucket.size
        return max(0.0, (self.drained_at - now.timestamp()) / seconds - self.bucket.drops)


def take(db: Connection, now: datetime, buckets: Iterable[Bucket]) -> list[Counted]:
    """Count an attempt in each of these buckets, or in none of them.

    :raises LimitReached: if one is full; the error has to end the transaction
    :raises AccountLocked: if too many have failed in a row
    """
    moment, taken = now.timestamp(), list[Counted]()
    for bucket in buckets:
        most = 2**31 - 1 if bucket.most_in_a_row is None else bucket.most_in_a_row
        counted = db.execute(*_count(bucket.act, bucket.kind, bucket.who, moment, bucket.drop_seconds, bucket.seconds,
                                    moment + bucket.drop_seconds, moment + bucket.seconds + _NO_LESS, most)).first()
        if counted is None:
            raise _refusal(db, moment, bucket, most)
        taken.append(Counted(bucket, *counted))
    return taken


def give_back(db: Connection, buckets: Iterable[Bucket]) -> None:
    """Take an attempt out of the buckets again, since nobody looked at it, or it was no failure."""
    for bucket in buckets:
        db.execute(*_take_out(bucket.act, bucket.kind, bucket.who, bucket.drop_seconds))


def empty(db: Connection, buckets: Iterable[Bucket]) -> None:
    """Begin to count anew."""
    for bucket in buckets:
        db.execute(*_empty(bucket.act, bucket.kind, bucket.who))


def forget_of(db: Connection, who: str) -> None:
    """Forget all that was counted of an account, such as when its password is another one."""
    db.execute(delete(Attempts).where(col(Attempts.kind) == 'account', col(Attempts.who) == who))


def forget_drained(db: Connection, now: datetime) -> int:
    """Delete some of the buckets that are empty, and are not to be kept for what failed in a row; returns how many."""
    moment = now.timestamp()
    has_failed = and_(col(Attempts.kind) == 'account', col(Attempts.in_a_row) > 0)
    is_of_a_user = exists().where(col(User.id) == Attempts.who)
    is_old = and_(col(Attempts.drained_at) < moment - FORGOTTEN_AFTER_SECONDS, ~is_of_a_user)
    key = (col(Attempts.act), col(Attempts.kind), col(Attempts.who))
    drained = (select(*key).where(col(Attempts.drained_at) < moment, or_(~has_failed, is_old))
               .limit(FORGOTTEN_AT_ONCE).with_for_update(skip_locked=True))
    return db.execute(delete(Attempts).where(tuple_(*key).in_(drained))).rowcount


def _refusal(db: Connection, moment: float, bucket: Bucket, most_in_a_row: int) -> AuthError:
    found = db.execute(*_look(bucket.act, bucket.kind, bucket.who)).one()
    if found.in_a_row >= most_in_a_row:
        return AccountLocked()
    room_at = found.drained_at + bucket.drop_seconds - bucket.seconds
    return LimitReached(max(1, math.ceil(room_at - moment)), bucket.kind)


def _is(act: Any, kind: Any, who: Any) -> ColumnElement[bool]:
    return and_(col(Attempts.act) == act, col(Attempts.kind) == kind, col(Attempts.who) == who)


@built_once
def _count(act: str, kind: str, who: str, now: float, drop_seconds: float, seconds: float, first_drained_at: float,
           latest: float, most_in_a_row: int):
    drained_at = col(Attempts.drained_at)
    here = case((drained_at < now, now), (drained_at > latest, now + seconds - drop_seconds),  # the clock was set back
                else_=drained_at)
    new = insert(Attempts).values(act=act, kind=kind, who=who, drained_at=first_drained_at, in_a_row=1)
    return new.on_conflict_do_update(
        index_elements=['act', 'kind', 'who'],
        set_={'drained_at': here + drop_seconds, 'in_a_row': Attempts.in_a_row + 1},
        where=and_(here + drop_seconds <= latest, col(Attempts.in_a_row) < most_in_a_row),
    ).returning(col(Attempts.drained_at), col(Attempts.in_a_row))


@built_once
def _take_out(act: str, kind: str, who: str, drop_seconds: float):
    one_less = case((col(Attempts.in_a_row) > 0, Attempts.in_a_row - 1), else_=0)
    return update(Attempts).where(_is(act, kind, who)).values(
        drained_at=Attempts.drained_at - drop_seconds, in_a_row=one_less)


@built_once
def _empty(act: str, kind: str, who: str):
    return delete(Attempts).where(_is(act, kind, who))


@built_once
def _look(act: str, kind: str, who: str):
    return select(col(Attempts.drained_at), col(Attempts.in_a_row)).where(_is(act, kind, who))
