"""How long a session lives."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings

from .bounds import A_CENTURY


class LifetimeSettings(BaseSettings):
    """How long a session lives."""

    session_lifetime_seconds: float = Field(default=7 * 24 * 3600, gt=0, le=A_CENTURY, allow_inf_nan=False)
    """A session ends this long after the last time its password was given, whatever happens (NIST 800-63B §2.1.3)."""

    session_inactivity_seconds: float = Field(default=0, ge=0, le=A_CENTURY, allow_inf_nan=False)
    """A session ends after this long without activity of its person. 0: there is no such limit."""

    activity_interval_seconds: float = Field(default=60, gt=0, le=A_CENTURY, allow_inf_nan=False)
    """Activity is written at most once in this time for a session."""

    @property
    def session_lifetime(self) -> timedelta:
        """The absolute lifetime."""
        return timedelta(seconds=self.session_lifetime_seconds)

    @property
    def session_inactivity(self) -> timedelta | None:
        """The inactivity limit, or none."""
        return timedelta(seconds=self.session_inactivity_seconds) if self.session_inactivity_seconds else None

    @property
    def activity_interval(self) -> timedelta:
        """How often activity is written; often enough for a short inactivity limit to be measured well."""
        seconds = self.activity_interval_seconds
        if self.session_inactivity_seconds:
            seconds = min(seconds, self.session_inactivity_seconds / 10)
        return timedelta(seconds=seconds)
