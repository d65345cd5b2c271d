"""How long somebody who has given their password counts as the one who acts."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings

from .bounds import A_CENTURY


class RecentAuthenticationSettings(BaseSettings):
    """How long somebody who has given their password counts as the one who acts."""

    recent_authentication_minutes: float = Field(default=10, gt=0, le=A_CENTURY / 60, allow_inf_nan=False)
    """What matters most, such as to sign out other devices, asks for the password if it was given longer ago in the
    session that acts (ASVS 7.5.1, 7.5.3). Enough to do what one came for, too short for whoever finds an open tab."""

    @property
    def recent_authentication(self) -> timedelta:
        """The same as a duration."""
        return timedelta(minutes=self.recent_authentication_minutes)
