"""What pages are made of: reusable parts that show a session and act on it."""

from .action_button import ActionButton
from .active_devices import ActiveDevices
from .administration import SessionTable, UserTable
from .here import auth_state, choose, follow, may_add_account, open_tab, redraw_on_change, sign_out, who_is_here
from .live_rows import LiveRows
from .local_time import LocalTime
from .pager import Pager
from .session_history import SessionHistory
from .session_label import SessionLabel
from .sign_out_button import SignOutButton
from .user_button import UserButton

__all__ = [
    'ActionButton',
    'ActiveDevices',
    'LiveRows',
    'LocalTime',
    'Pager',
    'SessionHistory',
    'SessionLabel',
    'SessionTable',
    'SignOutButton',
    'UserButton',
    'UserTable',
    'auth_state',
    'choose',
    'follow',
    'may_add_account',
    'open_tab',
    'redraw_on_change',
    'sign_out',
    'who_is_here',
]
