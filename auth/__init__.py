"""What may happen: accounts, sessions, and the live state of every open tab. This is all that pages need."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .access import admin_only, private, public
from .errors import AuthError
from .rules.clients import SessionView, UserView
from .rules.context import Auth
from .rules.profile import DELETE_CONFIRMATION
from .settings import Settings
from .timing import Timing
from .web.redirects import CHOOSE_PATH, HOME_PATH, SIGN_IN_PATH, safe_path

if TYPE_CHECKING:
    from .components import (
        ActionButton,
        ActiveDevices,
        LiveRows,
        LocalTime,
        SessionHistory,
        SessionLabel,
        SessionTable,
        SignOutButton,
        UserButton,
        UserTable,
        auth_state,
        choose,
        follow,
        may_add_account,
        open_tab,
        redraw_on_change,
        sign_out,
        who_is_here,
    )
    from .live.guarded_pages import GuardedPages, Placeholders
    from .live.socket_guard import protect
    from .live.state import AuthState
    from .live.tabs import Tab

__all__ = [
    'CHOOSE_PATH',
    'DELETE_CONFIRMATION',
    'HOME_PATH',
    'SIGN_IN_PATH',
    'ActionButton',
    'ActiveDevices',
    'Auth',
    'AuthError',
    'AuthState',
    'GuardedPages',
    'LiveRows',
    'LocalTime',
    'Placeholders',
    'SessionHistory',
    'SessionLabel',
    'SessionTable',
    'SessionView',
    'Settings',
    'SignOutButton',
    'Tab',
    'Timing',
    'UserButton',
    'UserTable',
    'UserView',
    'admin_only',
    'auth_state',
    'choose',
    'follow',
    'may_add_account',
    'open_tab',
    'private',
    'protect',
    'public',
    'redraw_on_change',
    'safe_path',
    'sign_out',
    'who_is_here',
]

if not TYPE_CHECKING:
    def __getattr__(name: str) -> object:
        """Import what knows NiceGUI when it is first asked for: the command line does without, and starts sooner."""
        modules = ('.components', '.live.socket_guard', '.live.guarded_pages', '.live.tabs', '.live.state')
        for module in modules if name in __all__ else ():
            if hasattr(found := import_module(module, __name__), name):
                return getattr(found, name)
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
