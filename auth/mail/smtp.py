"""The mail server of the site, by SMTP over TLS."""

from __future__ import annotations

import asyncio
import re
import ssl
from contextlib import suppress

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from ..settings import Settings
from ..timing import Timing
from .message import Envelope
from .transport import Refused, Unavailable

_ENHANCED = re.compile(r'([245]\.\d{1,3}\.\d{1,3})\b')
_NOT_ALLOWED = (530, 535, 538)
"""The server wants us to sign in, or to do so otherwise."""

_CLOSING = 421
"""The server closes the connection after this answer, whatever was asked."""


class SmtpServer:
    """Takes mails over one connection at a time.

    A certificate that is not valid for the name of the server is refused, and so is a server without TLS where the
    settings ask for it: neither a mail nor the password is sent then.
    """

    def __init__(self, settings: Settings, timing: Timing) -> None:
        self._settings = settings
        self._timing = timing
        self._client: SMTP | None = None

    async def open(self) -> None:
        """Connect, encrypt, sign in."""
        settings = self._settings
        username, password = settings.smtp_username or None, settings.smtp_password.get_secret_value() or None
        try:
            trusting = None if settings.smtp_tls == 'none' else await asyncio.to_thread(self._trusting)
            self._client = SMTP(
                hostname=settings.smtp_host, port=settings.smtp_port_used, username=username, password=password,
                local_hostname=settings.own_name, timeout=self._timing.smtp_answer_seconds, tls_context=trusting,
                use_tls=settings.smtp_tls == 'implicit', start_tls=settings.smtp_tls == 'starttls')
            await self._client.connect()
        except (SMTPException, OSError, ValueError) as error:
            self._client = None
            raise Unavailable(_why(error)) from error

    async def send(self, envelope: Envelope) -> None:
        """Hand over a mail, within a bounded time."""
        if self._client is None or not self._client.is_connected:
            raise Unavailable('the server has closed the connection')
        options = [] if envelope.is_ascii else ['SMTPUTF8', 'BODY=8BITMIME']
        try:
            async with asyncio.timeout(self._timing.mail_attempt_seconds):
                await self._client.sendmail(envelope.sender, [envelope.recipient], envelope.message.as_bytes(),
                                            mail_options=options)
        except SMTPRecipientsRefused as error:
            raise _refused(error.recipients[0]) from error
        except SMTPDataError as error:
            raise _refused(error) from error
        except SMTPNotSupported as error:
            raise Refused('the server takes no addresses in other letters than ASCII', for_good=True) from error
        except (SMTPException, OSError, TimeoutError) as error:  # also of the sender, who is the same in every mail
            raise Unavailable(_why(error)) from error

    async def close(self) -> None:
        """Say goodbye if the server still listens."""
        client, self._client = self._client, None
        if client is None:
            return
        with suppress(SMTPException, OSError, TimeoutError):
            async with asyncio.timeout(self._timing.smtp_goodbye_seconds):
                await client.quit()
        client.close()

    def _trusting(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self._settings.smtp_ca_file or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context


def _refused(error: SMTPRecipientRefused | SMTPDataError) -> Refused | Unavailable:
    """Tell whether it makes sense to try again (RFC 5321, section 4.2.1).

    A server that refuses who we are (X.7.X before the mail was sent, RFC 3463) refuses all mails alike: whoever runs
    the site may mend that before this one is of no use.
    """
    if error.code == _CLOSING:
        return Unavailable(_why(error))
    enhanced = _ENHANCED.search(error.message)
    is_policy = error.code in _NOT_ALLOWED or (isinstance(error, SMTPRecipientRefused) and enhanced is not None
                                               and enhanced[1].startswith('5.7.'))
    return Refused(_code(error), for_good=500 <= error.code < 600 and not is_policy)


def _why(error: Exception) -> str:
    if isinstance(error, SMTPAuthenticationError):
        return f'it refuses the name or the password: {_code(error)}'
    if isinstance(error, SMTPResponseException):
        return f'it answers {_code(error)}'
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    return ' '.join(f'{type(cause).__name__} {cause}'.split())


def _code(error: SMTPResponseException) -> str:
    enhanced = _ENHANCED.search(error.message)
    return f'{error.code} {enhanced[1]}' if enhanced else str(error.code)
