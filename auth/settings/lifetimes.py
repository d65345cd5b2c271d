"""How long a session lives; docs/sessions.md says why so long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings

from .bounds import A_CENTURY, A_DAY


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """The two limits of a session."""

    absolute: timedelta
    """Since the password was given, whatever happens."""
    inactivity: timedelta | None
    """Since its person was active; None if there is no such limit."""


class LifetimeSettings(BaseSettings):
    """How long a session lives."""

    session_lifetime_seconds: float = Field(default=12 * 3600, gt=0, le=A_CENTURY, allow_inf_nan=False)
    """A session ends this long after the last time its password was given, whatever happens (NIST 800-63B §2.1.3)."""

    session_inactivity_seconds: float = Field(default=30 * 60, ge=0, le=A_CENTURY, allow_inf_nan=False)
    """A session ends after this long without activity of its person. 0: there is no such limit."""

    kept_session_lifetime_seconds: float = Field(default=30 * A_DAY, gt=0, le=A_CENTURY, allow_inf_nan=False)
    """The same as ``session_lifetime_seconds``, of somebody who asked to be kept signed in."""

    kept_session_inactivity_seconds: float = Field(default=14 * A_DAY, ge=0, le=A_CENTURY, allow_inf_nan=False)
    """The same as ``session_inactivity_seconds``, of somebody who asked to be kept signed in."""

    activity_interval_seconds: float = Field(default=60, gt=0, le=A_CENTURY, allow_inf_nan=False)
    """Activity is written at most once in this time for a session."""

    def lifetimes(self, *, kept: bool) -> Lifetimes:
        """The limits of a session.

        :param kept: whether its person asked to be kept signed in
        """
        absolute, inactivity = ((self.kept_session_lifetime_seconds, self.kept_session_inactivity_seconds) if kept else
                                (self.session_lifetime_seconds, self.session_inactivity_seconds))
        return Lifetimes(timedelta(seconds=absolute), timedelta(seconds=inactivity) if inactivity else None)

    @property
    def activity_interval(self) -> timedelta:
        """How often activity is written; often enough for a short inactivity limit to be measured well."""
        limits = (self.session_inactivity_seconds, self.kept_session_inactivity_seconds)
        return timedelta(seconds=min(self.activity_interval_seconds, *(limit / 10 for limit in limits if limit)))
