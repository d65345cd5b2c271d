"""How long is kept what nobody needs any more. docs/privacy.md says why so long."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings

_LONGEST = 100 * 365


class PrivacySettings(BaseSettings):
    """How long is kept what nobody needs any more, in days. 0: for ever."""

    ended_session_days: float = Field(default=90, ge=0, le=_LONGEST, allow_inf_nan=False)
    """Sessions that have ended: where from, and when."""

    unused_client_days: float = Field(default=30, ge=0, le=_LONGEST, allow_inf_nan=False)
    """Clients of which no session is left, since they were made."""

    failed_attempt_days: float = Field(default=30, ge=0, le=_LONGEST, allow_inf_nan=False)
    """Audit events of attempts that failed or were refused, never for longer than the others."""

    audit_event_days: float = Field(default=365, ge=0, le=_LONGEST, allow_inf_nan=False)
    """All other audit events."""

    policy_report_days: float = Field(default=30, ge=0, le=_LONGEST, allow_inf_nan=False)
    """What browsers have refused, since it was last reported."""

    outbox_days: float = Field(default=7, ge=0, le=_LONGEST, allow_inf_nan=False)
    """Mails in the folder ``mail_outbox``."""

    @property
    def kept_after_end(self) -> timedelta | None:
        """How long a session is kept that has ended; None is for ever."""
        return _days(self.ended_session_days)

    @property
    def kept_unused(self) -> timedelta | None:
        """How long a client is kept without any session."""
        return _days(self.unused_client_days)

    @property
    def attempts_kept(self) -> timedelta | None:
        """How long the event of an attempt is kept that failed."""
        kept = [days for days in (self.failed_attempt_days, self.audit_event_days) if days]
        return _days(min(kept, default=0))

    @property
    def events_kept(self) -> timedelta | None:
        """How long any other event is kept."""
        return _days(self.audit_event_days)

    @property
    def reports_kept(self) -> timedelta | None:
        """How long it is kept what browsers have refused."""
        return _days(self.policy_report_days)

    @property
    def outbox_kept(self) -> timedelta | None:
        """How long a mail stays in the outbox."""
        return _days(self.outbox_days)


def _days(days: float) -> timedelta | None:
    return timedelta(days=days) if days else None
