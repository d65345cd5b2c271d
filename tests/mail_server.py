"""A real mail server for tests, with TLS, which takes mails or has a fault."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, Literal, cast

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

ACCEPTED = '250 OK'
TLS = Literal['starttls', 'implicit', 'none']


@dataclass(frozen=True)
class Received:
    """A mail that the server has accepted."""

    sender: str
    recipient: str
    message: EmailMessage

    @property
    def text(self) -> str:
        """Its plain text."""
        return self._part('plain')

    @property
    def html(self) -> str:
        """The same as HTML."""
        return self._part('html')

    def _part(self, kind: Literal['plain', 'html']) -> str:
        part = self.message.get_body((kind,))
        assert part is not None
        return part.get_content().replace('\r\n', '\n')


@dataclass
class MailServer:
    """Listens on this machine; what it does with a mail can be changed while it runs."""

    port: int = 0
    ca_file: str = ''
    received: list[Received] = field(default_factory=list)
    """All that it has accepted."""
    signed_in: list[str] = field(default_factory=list)
    connections: int = 0
    to_recipient: Callable[[str], str] = lambda _: ACCEPTED
    """Answers to RCPT."""
    to_data: Callable[[Received], str | Awaitable[str]] = lambda _: ACCEPTED
    """Answers to DATA; it may wait, or drop the connection."""
    to_sender: Callable[[str], str] = lambda _: ACCEPTED
    _transports: list[asyncio.BaseTransport] = field(default_factory=list)

    def drop_connections(self) -> None:
        """Be gone in the middle of whatever is said."""
        for transport in self._transports:
            cast(asyncio.Transport, transport).abort()

    @property
    def recipients(self) -> list[str]:
        """To whom it has accepted mails, in their order."""
        return [one.recipient for one in self.received]

    async def one(self, count: int = 1) -> Received:
        """Wait until it has accepted so many mails; returns the last one."""
        async with asyncio.timeout(60):
            while len(self.received) < count:
                await asyncio.sleep(0.02)
        return self.received[-1]

    # What aiosmtpd asks.

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str,
                          options: list[str]) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.to_sender(address)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str,
                          options: list[str]) -> str:
        answer = self.to_recipient(address)
        if answer == ACCEPTED:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        message = message_from_bytes(cast(bytes, envelope.content), policy=default)
        mail = Received(envelope.mail_from or '', envelope.rcpt_tos[0], message)
        answer = self.to_data(mail)
        if not isinstance(answer, str):
            answer = await answer
        if answer == ACCEPTED:
            self.received.append(mail)
        return answer


@asynccontextmanager
async def mail_server(folder: Path, tls: TLS = 'starttls', *, port: int = 0, password: str = '',
                      name: str = 'localhost', utf8: bool = True) -> AsyncIterator[MailServer]:
    """Run a mail server on the event loop of the test.

    :param folder: where the certificate of its authority is put
    :param password: if it has one, nobody may send a mail without it
    :param name: whom its certificate is of
    :param utf8: whether it takes addresses in other letters than ASCII
    """
    server, authority = MailServer(ca_file=str(folder / 'ca.pem')), trustme.CA()
    authority.cert_pem.write_to_path(server.ca_file)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)

    def authenticator(smtp: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        given = cast(LoginPassword, data)
        server.signed_in.append(given.login.decode())
        return AuthResult(success=given.password.decode() == password, handled=False)

    class Protocol(SMTP):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            server._transports.append(transport)
            super().connection_made(transport)

    def protocol() -> SMTP:
        server.connections += 1
        with warnings.catch_warnings():
            warnings.simplefilter('ignore', UserWarning)  # it does not see the TLS below it, and warns of passwords
            return Protocol(server, hostname='mail.test', enable_SMTPUTF8=utf8, loop=asyncio.get_running_loop(),
                            tls_context=context if tls == 'starttls' else None, require_starttls=tls == 'starttls',
                            auth_required=bool(password), auth_require_tls=False,
                            authenticator=authenticator if password else None)

    listening = await asyncio.get_running_loop().create_server(
        protocol, '127.0.0.1', port, ssl=context if tls == 'implicit' else None)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        server.drop_connections()
        await listening.wait_closed()
