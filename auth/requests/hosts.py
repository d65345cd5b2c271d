"""The names that the site answers to, and the origin of its pages.

Another site may let its own name lead to this server (DNS rebinding), and a browser would take both for one site. The
names of one's own machine, and addresses written as numbers, nobody can let lead elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from ..errors import AuthError
from ..language import N_
from .asgi import Scope, header

_LOCAL = re.compile(r'(?:[a-z0-9_-]+\.)*localhost')
_HOST = re.compile(r'(?P<name>[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[(?P<address>[0-9a-f:.]+)\])(?::(?P<port>[0-9]{0,5}))?',
                   re.IGNORECASE)
_MAX_HOST = 300
"""Characters; a name has 253 at most."""
_DEFAULT_PORTS = {'http': 80, 'https': 443}
_SOCKETS = {'ws': 'http', 'wss': 'https'}


class HostInvalid(AuthError):
    """A request that names no host, several, or what no host is called."""

    code = 'host_invalid'
    status = HTTPStatus.BAD_REQUEST
    text = N_('This request does not say which site it wants. Send one Host header, with a name or an address.')


class HostUnknown(AuthError):
    """A request by a name that is not the site's."""

    code = 'host_unknown'
    status = HTTPStatus.MISDIRECTED_REQUEST
    text = N_('This server does not answer to the name that it was asked by. If that name is yours, put it into the '
               'setting ALLOWED_HOSTS, or the address of your site into PUBLIC_URL, and start the server again.')


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a page comes from, as browsers compare it."""

    scheme: str
    name: str
    port: int


def parse_host(text: str) -> tuple[str, int | None] | None:
    """Read a name and a port as they stand in a ``Host`` header or a URL; the name is returned as browsers write it."""
    found = _HOST.fullmatch(text) if len(text) <= _MAX_HOST else None
    if found is None:
        return None
    name, port = found['name'].lower(), int(found['port']) if found['port'] else None
    if found['address'] is not None:
        address = address_of(name)
        if address is None:
            return None
        name = f'[{address}]'
    return None if port is not None and port > 65535 else (name, port)


def parse_origin(text: str) -> Origin | None:
    """Read an origin as browsers write it: scheme, name, and the port if it is not the scheme's own."""
    scheme, separator, host = text.partition('://')
    parsed = parse_host(host)
    if not separator or parsed is None or scheme not in _DEFAULT_PORTS:
        return None
    name, port = parsed
    return Origin(scheme, name, _DEFAULT_PORTS[scheme] if port is None else port)


def address_of(name: str) -> IPv4Address | IPv6Address | None:
    """Read an address that is written as numbers; None if it is a name."""
    try:
        return IPv6Address(name[1:-1]) if name.startswith('[') else IPv4Address(name)
    except AddressValueError:
        return None


@lru_cache(256)
def is_local(name: str) -> bool:
    """Tell whether a name leads to the machine of whoever asks, and can't be made to lead elsewhere."""
    address = address_of(name)
    return address.is_loopback if address else _LOCAL.fullmatch(name.removesuffix('.')) is not None


def host_of(scope: Scope) -> str | None:
    """The name by which an ASGI request asks, without its port; None if it names none, several, or nonsense."""
    named = [value for key, value in scope['headers'] if key == b'host']
    return _name_in(named[0]) if len(named) == 1 and len(named[0]) <= _MAX_HOST else None


@lru_cache(256)  # every request asks, and nearly all by the same name
def _name_in(host: bytes) -> str | None:
    parsed = parse_host(host.decode('latin-1'))
    return None if parsed is None else parsed[0]


@dataclass(frozen=True, slots=True)
class Hosts:
    """What the settings say of the site.

    :param allowed: its names, in small letters; one that begins with ``*.`` stands for all sub-domains. Without any,
        the site answers to any address
    :param origin: the one origin of its pages, if the settings tell it
    :param listening: the one address that the process listens on, by which whoever looks after it asks
    """

    allowed: Collection[str] = ()
    origin: Origin | None = None
    listening: str | None = None

    def check(self, scope: Scope) -> str:
        """Refuse a request by a name that is not the site's.

        :return: the name
        :raises HostInvalid: if it has not one name
        :raises HostUnknown: if it is another one
        """
        name = host_of(scope)
        if name is None:
            raise HostInvalid
        if not self._serves(name):
            raise HostUnknown
        return name

    def is_own(self, origin: str, scope: Scope) -> bool:
        """Tell whether the value of an ``Origin`` header is the site's own: scheme, name and port.

        If the settings do not tell it, it is what the request came to, by what the server or a trusted proxy says. That
        counts as well where somebody asks on the machine itself, or by the address that it listens on.
        """
        host, name = header(scope, b'host'), host_of(scope)
        is_direct = name is not None and (is_local(name) or name == self.listening)
        came_to = parse_origin(f'{_SOCKETS.get(scope["scheme"], scope["scheme"])}://{host}')
        own = {self.origin, came_to if is_direct or self.origin is None else None} - {None}
        return parse_origin(origin) in own

    def _serves(self, name: str) -> bool:
        if is_local(name) or name == self.listening or (not self.allowed and address_of(name) is not None):
            return True
        name = name.removesuffix('.')
        return name in self.allowed or any(name.endswith(pattern[1:]) for pattern in self.allowed
                                           if pattern.startswith('*.'))
