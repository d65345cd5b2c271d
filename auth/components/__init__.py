"""What pages are made of: parts that show a session and act on it, and the functions that a page calls.

``X as X`` says to type checkers that a name is public.
"""

from ..live.guarded_pages import GuardedPages as GuardedPages
from ..live.opening import open_tab as open_tab
from ..live.opening import who_is_here as who_is_here
from ..live.state import AuthState as AuthState
from .acting import act as act
from .acting import read as read
from .action_button import ActionButton as ActionButton
from .active_devices import ActiveDevices as ActiveDevices
from .addresses import address_of as address_of
from .api_path import api_path as api_path
from .attack_notice import AttackNotice as AttackNotice
from .confirmation import Confirmation as Confirmation
from .confirmation import ConfirmButton as ConfirmButton
from .current_tab import auth_state as auth_state
from .current_tab import may_add_account as may_add_account
from .current_tab import pending_session_id as pending_session_id
from .dialog import Question as Question
from .following import follow as follow
from .following import redraw_on_change as redraw_on_change
from .invitation_table import InvitationTable as InvitationTable
from .live_rows import LiveRows as LiveRows
from .local_time import LocalTime as LocalTime
from .password_dialog import ask_when_refused as ask_when_refused
from .password_field import password_field as password_field
from .password_form import PasswordForm as PasswordForm
from .policy_violations import PolicyViolations as PolicyViolations
from .session_acts import choose as choose
from .session_acts import sign_out as sign_out
from .session_history import SessionHistory as SessionHistory
from .session_label import SessionLabel as SessionLabel
from .session_table import SessionTable as SessionTable
from .sign_in_again import offer_to_sign_in_again as offer_to_sign_in_again
from .sign_out_button import SignOutButton as SignOutButton
from .storage_of_account import AccountStorage as AccountStorage
from .storage_of_account import account_storage as account_storage
from .user_account import UserAccount as UserAccount
from .user_button import UserButton as UserButton
from .user_history import UserHistory as UserHistory
from .user_table import UserTable as UserTable
from .why_signed_out import WhySignedOut as WhySignedOut
