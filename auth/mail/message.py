"""Writes the content of a mail as a message: plain text, and the same as HTML, from one description."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr

import idna

from ..language import _, reading
from .content import Code, Content, Link
from .html import as_html

_LOCAL = re.compile(r'[^\s()<>\[\]:;@\\,"]{1,64}')
_DOMAIN = re.compile(r'[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[0-9A-Za-z:.]+\]')


class NoAddress(Exception):
    """What is stored as an address is one that no mail can be sent to."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message, and between whom it goes."""

    sender: str
    recipient: str
    is_ascii: bool
    """Whether every mail server can take it (RFC 6531 is for the others)."""
    message: EmailMessage


def write_message(content: Content, *, mail_id: str, to: str, mail_from: str, own_url: str, language: str, at: datetime,
                  site: str = '') -> Envelope:
    """Write a mail.

    :param mail_id: tells one mail from another; the same mail that is sent again has the same ``Message-ID``
    :param to: the address of its reader
    :param mail_from: whom it is from, with or without a name
    :param own_url: the site's own address, which links begin with
    :param language: the tag of its reader, in whose language the content is
    :param at: when it is sent
    :param site: how the site calls itself, if that is more than its address
    :raises NoAddress: if no mail can be sent there
    """
    name, address = parseaddr(mail_from)
    sender, recipient = _for_servers(address), _for_servers(to)
    is_ascii = f'{sender}{recipient}'.isascii()
    message = EmailMessage(policy=SMTP if is_ascii else SMTPUTF8)
    message['From'] = Address(name, sender.username, sender.domain)
    message['To'] = recipient
    message['Subject'] = ' '.join(content.subject.split())
    message['Date'] = format_datetime(at)
    message['Message-ID'] = f'<{mail_id}@{sender.domain.strip("[]").replace(":", ".")}>'
    message['Auto-Submitted'] = 'auto-generated'  # no answer from machines (RFC 3834)
    message['X-Auto-Response-Suppress'] = 'All'  # the same to Exchange
    with reading(language):
        hello = _('Hello,')
        footer = _('This mail was sent by {site} because of an account with this address.', site=site or own_url)
    message.set_content(_as_text(content, hello, footer, own_url))
    message.add_alternative(as_html(content, hello, footer, own_url, language), subtype='html')
    message['Content-Language'] = language  # last: to set the content would take it away
    return Envelope(sender.addr_spec, recipient.addr_spec, is_ascii, message)


def _as_text(content: Content, hello: str, footer: str, own_url: str) -> str:
    action: tuple[str, ...] = ()
    if isinstance(content.action, Link):
        action = (f'{content.action.label}:\n{own_url}{content.action.path}',)
    elif isinstance(content.action, Code):
        action = (f'    {content.action.digits}',)
    return '\n\n'.join((hello, *content.paragraphs, *action, *content.after, f'-- \n{footer}')) + '\n'


def _for_servers(address: str) -> Address:
    """The address with its domain in ASCII, as DNS has it."""
    local, _at, domain = address.rpartition('@')
    try:
        domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except UnicodeError as error:
        raise NoAddress from error
    if not _LOCAL.fullmatch(local) or not local.isprintable() or not _DOMAIN.fullmatch(domain):
        raise NoAddress
    return Address(username=local, domain=domain)
