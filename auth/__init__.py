"""What may happen: accounts, sessions, and the live state of every open tab. This is all that pages need."""

from .access import private, public
from .clients import SessionView, UserView
from .components import (
    SessionLabel,
    SignOutButton,
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
from .redirects import CHOOSE_PATH, HOME_PATH, SIGN_IN_PATH, safe_path
from .settings import Settings

__all__ = [
    'CHOOSE_PATH',
    'HOME_PATH',
    'SIGN_IN_PATH',
    'Auth',
    'AuthError',
    'AuthState',
    'GuardedPages',
    'Placeholders',
    'SessionLabel',
    'SessionView',
    'Settings',
    'SignOutButton',
    'Tab',
    'UserView',
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
