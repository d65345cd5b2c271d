"""What browsers have refused to load or run: noted from their reports, and read by administrators.

Anybody can send such a report, so what is stored of all of them together is bounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from models import PolicyViolation
from models.statements import columns

from .actor import Administrator

MOST_KINDS = 200
"""How many kinds are stored; of others nothing is kept until some of these are purged."""

LISTED = 50


@dataclass(frozen=True, slots=True)
class Violation:
    """One kind of thing that browsers refused."""

    page: str
    """The page, as the table of routes calls it."""
    directive: str
    """The part of the policy that refused it, such as ``img-src``."""
    blocked: str
    """The origin that it would have come from or gone to, or a word such as ``inline``."""
    source: str
    """The file of the site, or the origin, that asked for it, and the line; empty if that is not known."""

    @property
    def id(self) -> str:
        """The same for the same kind."""
        kind = '\n'.join((self.page, self.directive, self.blocked, self.source))
        return f'viol_{sha256(kind.encode()).hexdigest()[:24]}'


@dataclass(frozen=True, slots=True)
class Noted:
    """A kind, how often it was reported, and when."""

    violation: Violation
    count: int
    first_at: datetime
    last_at: datetime


def note_violations(db: Connection, now: datetime, found: Mapping[Violation, int]) -> None:
    """Add to what is known how often each kind was reported."""
    room = MOST_KINDS - db.execute(select(func.count()).select_from(PolicyViolation)).scalar_one()
    for violation in sorted(found, key=lambda violation: violation.id):  # in one order, whichever process does it
        seen = db.execute(update(PolicyViolation).where(col(PolicyViolation.id) == violation.id)
                          .values(count=col(PolicyViolation.count) + found[violation], last_at=now))
        if not seen.rowcount and room > 0:
            room -= 1
            with suppress(IntegrityError), db.begin_nested():  # another process was quicker: one report is not counted
                db.execute(insert(PolicyViolation).values(
                    id=violation.id, page=violation.page, directive=violation.directive, blocked=violation.blocked,
                    source=violation.source, first_at=now, last_at=now, count=found[violation]))


def find_violations(db: Connection, now: datetime, administrator: Administrator) -> list[Noted]:
    """List what was refused, the latest first.

    :raises NotAllowed: if somebody else asks
    """
    administrator(db, now, reading=True)
    rows = db.execute(select(*columns(
        PolicyViolation.page, PolicyViolation.directive, PolicyViolation.blocked, PolicyViolation.source,
        PolicyViolation.count, PolicyViolation.first_at, PolicyViolation.last_at))
        .order_by(col(PolicyViolation.last_at).desc(), col(PolicyViolation.id)).limit(LISTED))
    return [Noted(Violation(page, directive, blocked, source), *more)
            for page, directive, blocked, source, *more in rows]
