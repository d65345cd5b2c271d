"""How mail is sent: by an SMTP server, or, for developers, into a folder."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Literal, Self

from email_validator import EmailNotValidError, validate_email
from pydantic import Field, SecretStr, field_validator, model_validator

from ..requests.hosts import is_local
from ..requests.origins import parse_host, parse_origin, written_by_people
from .brand import BrandSettings
from .site import SiteSettings

_PORTS = {'starttls': 587, 'implicit': 465, 'none': 25}


class MailSettings(SiteSettings, BrandSettings):
    """How mail is sent. Without ``smtp_host`` and ``mail_outbox`` the site sends none."""

    smtp_host: str = ''
    """The SMTP server that takes the mails of the site, by its name or address."""

    smtp_port: int = Field(default=0, ge=0, le=65535)
    """0: 587 with STARTTLS, 465 with implicit TLS, 25 without TLS."""

    smtp_username: str = ''

    smtp_password: SecretStr = SecretStr('')

    smtp_tls: Literal['starttls', 'implicit', 'none'] = 'starttls'
    """How the connection is encrypted. The certificate has to be valid for ``smtp_host``; nothing falls back to plain
    text. ``none`` is for a server on the same machine."""

    smtp_ca_file: str = ''
    """Certificates (PEM) to trust instead of the system's, for a server with one of a private authority."""

    mail_from: str = ''
    """Whom the mails are from: ``no-reply@example.com`` or ``Example <no-reply@example.com>``."""

    mail_outbox: str = ''
    """A folder into which mails are written as ``.eml`` files in place of being sent. For developers: such a file holds
    the link or the code of its mail."""

    mail_outbox_page: bool = False
    """Whether ``/outbox`` shows that folder, to this machine only."""

    forgot_password_help: str = ''
    """What is said to somebody who has forgotten the password of an account, on a site that sends no mail; such as
    "Call Ann on extension 12." """

    @field_validator('smtp_host')
    @classmethod
    def _check_smtp_host(cls, value: str) -> str:
        host = parse_host(written_by_people(f'[{value}]' if value.count(':') > 1 else value) or '')
        if value and (host is None or host[1] is not None):
            raise ValueError('write the name or the address of a mail server, such as smtp.example.com, without a port')
        return '' if host is None else host[0].strip('[]')

    @field_validator('mail_from')
    @classmethod
    def _check_mail_from(cls, value: str) -> str:
        if not value:
            return value
        name, address = parseaddr(value)
        try:
            validate_email(address, check_deliverability=False, allow_domain_literal=True, test_environment=True)
        except EmailNotValidError:
            address = ''
        if not address or not value.isprintable() or value.removesuffix(f'<{address}>').strip(' "') not in {
                address, name}:
            raise ValueError('write it like no-reply@example.com or Example <no-reply@example.com>')
        return value

    @model_validator(mode='after')
    def _check_mail(self) -> Self:
        if self.smtp_host and self.mail_outbox:
            raise ValueError('SMTP_HOST and MAIL_OUTBOX are both set. Take one away: mails are sent, or written to a '
                             'folder')
        if self.smtp_host and not self.mail_from:
            raise ValueError('SMTP_HOST needs MAIL_FROM, such as no-reply@example.com')
        if self.smtp_host and not self.public_url:
            raise ValueError('SMTP_HOST needs PUBLIC_URL, such as https://example.com: mails hold links to the site')
        if self.smtp_host and self.smtp_username and self.smtp_tls == 'none' and not is_local(self.smtp_host):
            raise ValueError('SMTP_USERNAME needs SMTP_TLS=starttls or implicit: the password could be read on the way')
        if bool(self.smtp_username) != bool(self.smtp_password.get_secret_value()):
            raise ValueError('SMTP_USERNAME and SMTP_PASSWORD are given both, or neither')
        if self.mail_outbox_page and not self.mail_outbox:
            raise ValueError('MAIL_OUTBOX_PAGE needs MAIL_OUTBOX, the folder that the page shows')
        if self.mail_outbox_page and (self.public_url or self.trusted_proxies or self.allowed_hosts
                                      or not is_local(self.hosts.listening or '')):
            raise ValueError('MAIL_OUTBOX_PAGE is for this machine alone: take PUBLIC_URL, ALLOWED_HOSTS and '
                             'TRUSTED_PROXIES away, and listen on 127.0.0.1')
        return self

    @property
    def sends_mail(self) -> bool:
        """Whether mails get anywhere; without it, flows that need mail are not offered."""
        return bool(self.smtp_host or self.mail_outbox)

    @property
    def smtp_port_used(self) -> int:
        """The port of the mail server."""
        return self.smtp_port or _PORTS[self.smtp_tls]

    @property
    def sender(self) -> str:
        """Whom the mails are from; a developer need not say it."""
        sender = self.mail_from or 'no-reply@localhost'
        name, address = parseaddr(sender)
        return f'"{self.site_name}" <{address}>' if self.has_own_name and not name else sender

    @property
    def signature(self) -> str:
        """How the site calls itself below a mail."""
        return f'{self.site_name} ({self.own_url})' if self.has_own_name else self.own_url

    @property
    def own_name(self) -> str:
        """The name in ``own_url``, by which the site introduces itself to the mail server."""
        origin = parse_origin(self.own_url.removesuffix(self.root_path))
        return origin.name if origin else 'localhost'

    @property
    def own_url(self) -> str:
        """The site's own address, for links in mails; never what a request names.

        Somebody who asks for a reset of another person's password can send any ``Host`` header, such as the address of
        a machine of theirs, which a site without names answers to. So it is ``PUBLIC_URL``; without one, which only a
        developer's outbox may be, it is where the server was told to listen.
        """
        if self.public_url:
            return self.public_url + self.root_path
        listening = self.hosts.listening
        name = 'localhost' if listening is None or is_local(listening) else listening
        return f'http://{name}:{self.port}{self.root_path}'
