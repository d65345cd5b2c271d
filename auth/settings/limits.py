"""How often may be tried what can be guessed, or what costs others something."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings


class LimitSettings(BaseSettings):
    """How often may be tried what can be guessed, or what costs others something."""

    wrong_passwords_per_account: int = Field(default=10, ge=1, le=90)
    """Wrong passwords in a quarter of an hour for one account; a browser that has signed in there before has as many
    of its own. After 100 in a row no more are looked at, whatever this says (NIST 800-63B §3.2.2)."""

    wrong_passwords_per_address: int = Field(default=100, ge=1)
    """Wrong passwords in a quarter of an hour of one address (IPv6: of one /64). A whole office may be behind one."""

    alert_after_wrong_passwords: int = Field(default=100, ge=0)
    """Wrong or refused passwords in five minutes, on the whole site, of which administrators are told. 0: they are not
    told."""

    sign_ups_per_address: int = Field(default=60, ge=1)
    """Sign-ups in an hour of one address (IPv6: of one /64). A whole class may sign up behind one."""

    mails_per_account: int = Field(default=5, ge=1)
    """Mails in an hour that anybody can have sent to one address, such as a password reset."""

    mails_per_address: int = Field(default=30, ge=1)
    """Mails in an hour that one address (IPv6: one /64) can have sent."""
