"""The kinds of mail, one a file: what it tells, in which words, and for how long anybody would want to know."""

from .account_disabled import AccountDisabled
from .address_change_undone import AddressChangeUndone
from .address_changed import AddressChanged
from .address_code import AddressCode
from .address_is_yours import AddressIsYours
from .guessing import Guessing
from .invitation import InvitationMail
from .kind import Mail
from .new_device import NewDevice
from .password_changed import PasswordChanged
from .reset_password import ResetPassword
from .sign_up_code import SignUpCode

KINDS: dict[str, type[Mail]] = {kind.kind: kind for kind in (
    NewDevice, PasswordChanged, AccountDisabled, ResetPassword, SignUpCode, AddressCode, AddressChanged, AddressIsYours,
    AddressChangeUndone, Guessing, InvitationMail)}
"""By their names in the queue. A kind that is not in here is sent by no one."""
