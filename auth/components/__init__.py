"""What pages are made of: reusable parts that show a session and act on it."""

from .here import auth_state, choose, may_add_account, open_tab, redraw_on_change, sign_out
from .session_label import SessionLabel
from .sign_out_button import SignOutButton

__all__ = [
    'SessionLabel',
    'SignOutButton',
    'auth_state',
    'choose',
    'may_add_account',
    'open_tab',
    'redraw_on_change',
    'sign_out',
]
