"""No session lives for ever: whatever the clock has said before, each has the whole of its limits left at most.

A session that was made or used while the clock was ahead would end that much too late once it is right again. So would
one from before a limit was lowered.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, case, or_, select
from sqlmodel import col

from models import Session, SessionStatus

from ..settings import Settings
from .sessions import ending

SKEW = timedelta(minutes=1)
"""The clocks of several machines differ by less."""

BOUNDED_AT_ONCE = 1000


def bound_lifetimes(db: Connection, now: datetime, *, settings: Settings) -> bool:
    """Give sessions that would live longer than their limits, from now on, just these; activity to come becomes now.

    Not each sweep does it, since it looks at all sessions.

    :return: whether there may be more of them
    """
    return BOUNDED_AT_ONCE in [_bound(db, now, settings, kept=kept) for kept in (False, True)]


def _bound(db: Connection, now: datetime, settings: Settings, *, kept: bool) -> int:
    limits = settings.lifetimes(kept=kept)
    expire_at = now + limits.absolute
    too_long = [col(Session.expire_at) > expire_at + SKEW, col(Session.last_active_at) > now + SKEW]
    bounded = {'expire_at': case((col(Session.expire_at) > expire_at, expire_at), else_=col(Session.expire_at)),
               'last_active_at': case((col(Session.last_active_at) > now, now), else_=col(Session.last_active_at))}
    if limits.inactivity is not None:
        abandon_at = now + limits.inactivity
        too_long += [col(Session.abandon_at) > abandon_at + SKEW, col(Session.abandon_at).is_(None)]
        is_short = col(Session.abandon_at) <= abandon_at  # not so if it has none
        bounded['abandon_at'] = case((is_short, col(Session.abandon_at)), else_=abandon_at)
    those = (select(col(Session.id)).where(col(Session.status) == SessionStatus.ACTIVE, col(Session.kept).is_(kept),
                                           or_(*too_long)).limit(BOUNDED_AT_ONCE))
    return len(db.execute(ending(those).values(bounded).returning(col(Session.id))).all())
