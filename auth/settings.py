"""Every limit of the rules, with its unit in its name; each can be set in the environment or in a ``.env`` file."""

from __future__ import annotations

import re
from datetime import timedelta
from ipaddress import ip_address
from typing import Literal

from pydantic import Field, ValidationError, field_validator

from models.database_url import DatabaseSettings

from .requests.hosts import Hosts
from .requests.origins import address_of, parse_host, parse_origin, written_by_people
from .requests.proxies import Proxies, parse_networks

_A_CENTURY = 100 * 365 * 24 * 3600
"""The longest lifetime, in seconds; a moment that is much later is none that a database can hold."""

_A_DAY = 24 * 3600
_HOST_LIKE = ('write an address of this machine, such as 127.0.0.1 for itself only or 0.0.0.0 for every address of '
              'its own, or its name, without a port')
_WORD = re.compile(r'[A-Za-z0-9][A-Za-z0-9_-]{0,39}')


class Settings(DatabaseSettings):
    """What a deployment may choose. The environment variable of a setting is its name in capitals."""

    host: str = '127.0.0.1'
    """An address of this machine, or its name; ``0.0.0.0`` is every IPv4 address it has, ``::`` every address."""

    port: int = Field(default=8080, ge=0, le=65535)

    trusted_proxies: str = ''
    """Addresses and networks whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are believed, separated by commas."""

    allowed_hosts: str = ''
    """The names that the site answers to, separated by commas and without ports; ``*.example.com`` stands for all
    sub-domains. Without any, and without ``public_url``: localhost, and every address that is written as numbers."""

    public_url: str = ''
    """Where people find the site, such as ``https://example.com``. It alone says then what the site's name is, which
    pages may change something, and whether the cookie is ``Secure``, whatever proxies make of a request on its way.
    Without it, all of that is what each request came to."""

    cookie_name: str = 'client'
    """The cookie is called ``__client``, and ``__Host-client`` over https. Browsers send a cookie to every port of a
    host, so each of several sites on one host needs a name of its own."""

    session_lifetime_seconds: float = Field(default=7 * 24 * 3600, gt=0, le=_A_CENTURY, allow_inf_nan=False)
    """A session ends this long after the last time its password was given, whatever happens (NIST 800-63B §2.1.3)."""

    session_inactivity_seconds: float = Field(default=0, ge=0, le=_A_CENTURY, allow_inf_nan=False)
    """A session ends after this long without activity of its person. 0: there is no such limit."""

    activity_interval_seconds: float = Field(default=60, gt=0, le=_A_CENTURY, allow_inf_nan=False)
    """Activity is written at most once in this time for a session."""

    site_language: Literal['', 'en', 'de'] = ''
    """The language of the site. Without one, each reader has theirs, if it is there."""

    single_session_mode: bool = False
    """Whether a browser may hold one account only."""

    max_accounts: int = Field(default=10, ge=1)
    """How many accounts a browser may hold at once."""

    intranet_addresses: bool = False
    """Whether people may sign up with email addresses that only an intranet has: ``ann@intranet``, ``root@localhost``
    and ``ann@[192.0.2.1]``. Without it, a domain without a dot is taken for a slip."""

    max_waiting_pages: int = Field(default=2000, ge=1)
    """How many pages may wait for their socket at once; about 125 KiB each."""

    max_waiting_pages_per_address: int = Field(default=500, ge=1)
    """How many of them may be of one address (IPv6: of one /64). After a restart an office comes back all at once."""

    page_join_seconds: float = Field(default=30, gt=0, le=_A_DAY, allow_inf_nan=False)
    """A page that no browser has joined by then is given up; a browser that comes later loads it again.

    Where websockets are blocked, a browser polls only after 20 s."""

    max_message_bytes: int = Field(default=1_000_000, ge=16 * 1024, le=1_000_000)
    """What a page may send at once through its socket, such as the whole text of an editor.

    NiceGUI's pages send no more than this. Clicks and keys take a few hundred bytes."""

    max_sockets: int = Field(default=0, ge=0)
    """Open tabs of a process. 0: as many as file descriptors allow, less those of the store and of requests."""

    max_sockets_per_address: int = Field(default=2000, ge=1)
    """Open tabs of one address, or of one /64 network of IPv6; a whole office may be behind one."""

    max_waiting_sockets_per_address: int = Field(default=100, ge=1)
    """Sockets of one address that have not joined a tab and name none that is open. After a restart each tab of an
    office is such a socket for a moment; those that are turned away come again within seconds."""

    socket_join_seconds: float = Field(default=5, gt=0, le=_A_DAY, allow_inf_nan=False)
    """A socket that has joined no tab by then is dropped. A page joins at once."""

    request_seconds: float = Field(default=10, gt=0, le=_A_DAY, allow_inf_nan=False)
    """The header of a request has to be whole by then, and then its body, which gets a second more for each 16 KiB."""

    @field_validator('host')
    @classmethod
    def _check_host(cls, value: str) -> str:
        name = value[1:-1] if value.startswith('[') and value.endswith(']') else value
        try:
            address = ip_address(name)
        except ValueError:
            if (written := written_by_people(name)) is None or (host := parse_host(written)) is None or host[1]:
                raise ValueError(_HOST_LIKE) from None
            return host[0]
        return str(getattr(address, 'ipv4_mapped', None) or name)

    @field_validator('trusted_proxies')
    @classmethod
    def _check_trusted_proxies(cls, value: str) -> str:
        parse_networks(value)
        return value

    @field_validator('allowed_hosts')
    @classmethod
    def _check_allowed_hosts(cls, value: str) -> str:
        names = [_rewritten(name) for name in value.split(',') if name.strip()]
        if None in names:
            raise ValueError('write names like example.com or *.example.com, separated by commas and without ports')
        return ','.join(name for name in names if name is not None)

    @field_validator('public_url')
    @classmethod
    def _check_public_url(cls, value: str) -> str:
        origin = parse_origin(written_by_people(value.removesuffix('/')) or '')
        if value and origin is None:
            raise ValueError('write it like https://example.com, without a path')
        return '' if origin is None else str(origin)

    @field_validator('cookie_name')
    @classmethod
    def _check_cookie_name(cls, value: str) -> str:
        if not _WORD.fullmatch(value):
            raise ValueError('write a word of letters, digits, - and _, such as staging: the cookie is then called '
                             '__staging, and __Host-staging over https')
        return value

    @property
    def hosts(self) -> Hosts:
        """The names that the site answers to."""
        origin = parse_origin(self.public_url)
        names = {name for name in self.allowed_hosts.split(',') if name}
        if origin is not None:
            names.add(origin.name)
        listening = _as_browsers_write_it(f'[{self.host}]' if ':' in self.host else self.host)
        everywhere = (address := address_of(listening)) is not None and address.is_unspecified
        return Hosts(frozenset(names), origin, listening=None if everywhere else listening)

    @property
    def proxies(self) -> Proxies:
        """The proxies that are believed."""
        return Proxies(parse_networks(self.trusted_proxies))

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


def _rewritten(name: str) -> str | None:
    """A name of the list of those that are allowed, as browsers write it; None if it is none."""
    name = name.strip()
    star = '*.' if name.startswith('*.') else ''
    host = parse_host(written_by_people(name.removeprefix(star)) or '')
    return None if host is None or host[1] is not None else star + host[0]


def _as_browsers_write_it(name: str) -> str:
    host = parse_host(name)
    return name if host is None else host[0]


def wrong_setting(error: ValidationError) -> str:
    """Tell in one sentence which setting is wrong; not what it was set to, which may be a secret."""
    wrong = error.errors()[0]
    return f'The setting {str(wrong["loc"][0]).upper()} is wrong: {wrong["msg"].removeprefix("Value error, ")}.'
