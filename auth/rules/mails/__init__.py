"""The kinds of mail, one a file: what it tells, in which words, and for how long anybody would want to know."""

from .account_disabled import AccountDisabled
from .guessing import Guessing
from .kind import Mail
from .new_device import NewDevice
from .password_changed import PasswordChanged

KINDS: dict[str, type[Mail]] = {kind.kind: kind for kind in (NewDevice, PasswordChanged, AccountDisabled, Guessing)}
"""By their names in the queue. A kind that is not in here is sent by no one."""
