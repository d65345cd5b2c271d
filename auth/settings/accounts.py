"""Who may have an account, and how many a browser may hold."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings

SignUpMode = Literal['open', 'invited', 'closed']
"""Who may sign up: anybody, whoever an administrator has invited, or nobody."""


class AccountSettings(BaseSettings):
    """Who may have an account, how many a browser may hold, and on how many browsers one may be used."""

    sign_up: SignUpMode = 'open'
    """Who may sign up. Administrators make users in any case."""

    invitation_days: float = Field(default=7, gt=0, le=365, allow_inf_nan=False)
    """For how long an invitation works, where its administrator says nothing else."""

    single_session_mode: bool = False
    """Whether a browser may hold one account only."""

    max_accounts: int = Field(default=10, ge=1)
    """How many accounts a browser may hold at once."""

    max_sessions_per_user: int = Field(default=100, ge=1, le=1_000_000)
    """On how many browsers somebody may be signed in. One more ends the session that was used least recently."""

    intranet_addresses: bool = False
    """Whether people may sign up with email addresses that only an intranet has: ``ann@intranet``, ``root@localhost``
    and ``ann@[192.0.2.1]``. Without it, a domain without a dot is taken for a slip."""
