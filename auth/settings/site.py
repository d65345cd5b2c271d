"""Where the site is, and how it is reached."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings

from ..requests.api_prefix import USUAL_PREFIX, is_below
from ..requests.base import ROOT_PATH
from ..requests.hosts import Hosts
from ..requests.origins import address_of, parse_host, parse_origin, written_by_people
from ..requests.proxies import Proxies, parse_networks

_HOST_LIKE = ('write an address of this machine, such as 127.0.0.1 for itself only or 0.0.0.0 for every address of '
              'its own, or its name, without a port')
_PREFIX = re.compile(r'(/[A-Za-z0-9_-]+)+')
_WORD = re.compile(r'[A-Za-z0-9][A-Za-z0-9_-]{0,39}')
_OF_CLERKS_CLIENTS = re.compile(r'(?:session|client_uat|refresh|clerk)(?:_.*)?')


class SiteSettings(BaseSettings):
    """Where the site is, and how it is reached."""

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

    api_prefix: str = USUAL_PREFIX
    """Below which path the Frontend API is, so that an app may have its own ``/v1``."""

    backend_api_prefix: str = '/backend/v1'
    """Below which path the back-end API is. It is off as long as there is no secret key."""

    root_path: str = ''
    """Below which path a proxy has put the site, such as ``/tools``; whether it takes that off a request or not."""

    cookie_name: str = 'client'
    """The cookie is called ``__client``, and ``__Host-client`` over https. Browsers send a cookie to every port of a
    host, so each of several sites on one host needs a name of its own."""

    site_language: Literal['', 'en', 'de'] = ''
    """The language of the site. Without one, each reader has theirs, if it is there."""

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

    @field_validator('api_prefix', 'backend_api_prefix')
    @classmethod
    def _check_api_prefix(cls, value: str) -> str:
        if not _PREFIX.fullmatch(value) or value.split('/')[1] in {'_nicegui', '_nicegui_ws', '_live_sessions'}:
            raise ValueError('write a path of words, such as /auth/v1, that begins with a slash and does not end with '
                             'one, and not below /_nicegui or /_live_sessions')
        return value

    @model_validator(mode='after')
    def _check_prefixes(self) -> Self:
        frontend, backend = self.api_prefix, self.backend_api_prefix
        if is_below(frontend, backend) or is_below(backend, frontend):  # one would answer what is meant for the other
            raise ValueError(f'API_PREFIX ({frontend}) and BACKEND_API_PREFIX ({backend}) must be two paths, and '
                             'neither may be below the other: set one of them to a path of its own, such as /auth/v1 '
                             'or /servers/v1')
        return self

    @field_validator('root_path')
    @classmethod
    def _check_root_path(cls, value: str) -> str:
        if not ROOT_PATH.fullmatch(value.rstrip('/')):
            raise ValueError('write it like /tools, as it stands in the address after the name of the site')
        return value.rstrip('/')

    @field_validator('cookie_name')
    @classmethod
    def _check_cookie_name(cls, value: str) -> str:
        if not _WORD.fullmatch(value):
            raise ValueError('write a word of letters, digits, - and _, such as staging: the cookie is then called '
                             '__staging, and __Host-staging over https')
        if _OF_CLERKS_CLIENTS.fullmatch(value):
            raise ValueError('choose another word: Clerk\'s clients have cookies called __session and __client_uat')
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


def _rewritten(name: str) -> str | None:
    """A name of the list of those that are allowed, as browsers write it; None if it is none."""
    name = name.strip()
    star = '*.' if name.startswith('*.') else ''
    host = parse_host(written_by_people(name.removeprefix(star)) or '')
    return None if host is None or host[1] is not None else star + host[0]


def _as_browsers_write_it(name: str) -> str:
    host = parse_host(name)
    return name if host is None else host[0]
