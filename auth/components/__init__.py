"""What pages are made of: reusable parts that show a session and act on it."""

from .action_button import ActionButton
from .active_devices import ActiveDevices
from .current_tab import auth_state, may_add_account, open_tab, who_is_here
from .following import follow, redraw_on_change
from .live_rows import LiveRows
from .local_time import LocalTime
from .session_acts import choose, sign_out
from .session_history import SessionHistory
from .session_label import SessionLabel
from .session_table import SessionTable
from .sign_out_button import SignOutButton
from .user_button import UserButton
from .user_table import UserTable

__all__ = [
    'ActionButton',
    'ActiveDevices',
    'LiveRows',
    'LocalTime',

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
