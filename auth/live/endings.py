"""When the session that a tab shows ends if nobody does anything. The tab is told, and counts down by itself.

It costs an open tab nothing: it is told when it joins and when the moment moves, how long that is from then on, so that
it needs no clock but one that counts.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ..rules.clients import ClientSession
from ..settings import Settings
from ..timing import Timing
from . import protocol
from .tab import Ending, Tab

PART = 3
"""The last part of a limit is counted down at most, where the whole of it takes minutes only."""


def ending_of(session: ClientSession, settings: Settings, timing: Timing) -> Ending:
    """When a session ends if nobody does anything."""
    limits = settings.lifetimes(kept=session.kept)
    may_stay = session.ends_at < session.expire_at
    limit = limits.inactivity if may_stay and limits.inactivity is not None else limits.absolute
    return Ending(session.ends_at, may_stay, min(timedelta(seconds=timing.warn_before_seconds), limit / PART))


def tell_ending(tab: Tab, now: datetime, settings: Settings, timing: Timing, *, anew: bool = False) -> None:
    """Tell a tab when its session ends, if that has moved since it was told.

    :param anew: tell it in any case: it may have missed what it was told, or have heard it late
    """
    session = tab.active_session(now) if tab.state.status == 'signed_in' else None
    ending = session and ending_of(session, settings, timing)
    if not tab.page.has_socket_connection or (ending == tab.told_ending and not (anew and ending)):
        return  # one without a socket is told when it comes back
    tab.told_ending = ending
    if ending is None:
        protocol.ends_never(tab.page)
    else:
        protocol.ends_in(tab.page, max(ending.at - now, timedelta()), ending.warning, may_stay=ending.may_stay)


def is_counted_down(tab: Tab, now: datetime) -> bool:
    """Whether a tab counts down to an end that activity moves."""
    told = tab.told_ending
    return told is not None and told.may_stay and told.at - told.warning <= now
