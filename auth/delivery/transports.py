"""What takes the mails of this site, as the settings say."""

from __future__ import annotations

from ..mail.outbox import Outbox
from ..mail.smtp import SmtpServer
from ..mail.transport import Transport
from ..settings import Settings
from ..timing import Timing


def transport_of(settings: Settings, timing: Timing) -> Transport | None:
    """Make it; None on a site that sends no mail."""
    if settings.smtp_host:
        return SmtpServer(settings, timing)
    return Outbox(settings.mail_outbox) if settings.mail_outbox else None
