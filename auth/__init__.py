"""What may happen: accounts, sessions, and the live state of every open tab. This is all that pages need."""

from .access import admin_only, private, public
from .clients import SessionView, UserView
from .components import (
    ActionButton,
    ActiveDevices,
    LiveRows,
    LocalTime,
    Pager,
    SessionHistory,
    SessionLabel,
    SessionTable,
    SignOutButton,
    UserButton,
    UserTable,
    auth_state,
    choose,
    may_add_account,
    open_tab,
    redraw_on_change,
    sign_out,
)
from .context import Auth
from .errors import AuthError
from .guard import GuardedPages, Placeholders, protect
from .live import AuthState, Tab
from .own_account import DELETE_CONFIRMATION
from .redirects import CHOOSE_PATH, HOME_PATH, SIGN_IN_PATH, safe_path
from .settings import Settings

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
    'Pager',
    'Placeholders',
    'SessionHistory',
    'SessionLabel',
    'SessionTable',
    'SessionView',
    'Settings',
    'SignOutButton',
    'Tab',
    'UserButton',
    'UserTable',
    'UserView',
    'admin_only',
    'auth_state',
    'choose',
    'may_add_account',
    'open_tab',
    'private',
    'protect',
    'public',
    'redraw_on_change',
    'safe_path',
    'sign_out',
]
