"""Who is here, for the code of a page: ``current_user()``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .rules.clients import UserView


def current_user() -> UserView | None:
    """Return who is signed in at the tab whose page is being built, or whose event is being handled; None if nobody.

    It is whom the tab shows. For what has to stay true on the screen bind to ``auth_state()``; for what must not
    happen after the session has ended, act through ``auth.components.act``.

    :raises RuntimeError: outside of a page
    """
    # NiceGUI, which the command line does without, is known there.
    from .live.tabs import tabs  # noqa: PLC0415

    return tabs().here().state.user
