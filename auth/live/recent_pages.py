"""Pages that take a password which was given a moment ago."""

from __future__ import annotations

from datetime import timedelta

from ..access import Recently
from ..rules.recent import is_recent
from .tab import Tab
from .tabs import tabs


def recent_within(tab: Tab, recently: Recently) -> timedelta | None:
    """Within which time the password was given, as a page asks for it; None if it was not."""
    auth = tabs().auth
    within = auth.settings.recent_authentication if recently.minutes is None else timedelta(minutes=recently.minutes)
    now = auth.now()
    return within if is_recent(tab.authenticated_at(now), now, within) else None
