"""The names that the site answers to, and the origin of its pages.

Another site may let its own name lead to this server (DNS rebinding), and a browser would take both for one site. The
names of one's own machine, and addresses written as numbers, nobody can let lead elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache
from http import HTTPStatus

from ..errors import AuthError
from ..language import N_
from .asgi import Scope
from .origins import MAX_HOST, Origin, address_of, parse_host, parse_origin

_LOCAL = re.compile(r'(?:[a-z0-9_-]+\.)*localhost')
_SOCKETS = {'ws': 'http', 'wss': 'https'}
_OVER_SOCKETS = {scheme: socket for socket, scheme in _SOCKETS.items()}
_PRIVATE = ('.local', '.internal', '.localdomain', '.home.arpa')
"""Endings of names that nobody on the Internet can have."""


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


@lru_cache(256)
def is_local(name: str) -> bool:
    """Tell whether a name leads to the machine of whoever asks, and can't be made to lead elsewhere."""
    address = address_of(name)
    return address.is_loopback if address else _LOCAL.fullmatch(name) is not None


def host_of(scope: Scope) -> str | None:
    """The name by which an ASGI request asks, without its port; None if it names none, several, or nonsense."""
    named = [value for key, value in scope['headers'] if key == b'host']
    return _name_in(named[0]) if len(named) == 1 and len(named[0]) <= MAX_HOST else None


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
        if not self.serves(name):
            raise HostUnknown
        return name

    def settle(self, scope: Scope) -> None:
        """Let a request say that it came to the site's one origin, whatever a proxy has made of it on the way.

        So all that is built on it agrees: which pages may change something, whether the cookie is ``Secure``, and what
        a page shows as its own address.
        """
        if self.origin is None:
            return
        is_socket = scope['scheme'] in _SOCKETS
        scope['scheme'] = _OVER_SOCKETS[self.origin.scheme] if is_socket else self.origin.scheme
        host = (b'host', self.origin.host.encode())
        scope['headers'] = [host if one[0] == b'host' else one for one in scope['headers']]

    def origin_of(self, scope: Scope) -> Origin | None:
        """The origin of the site's own pages: what the settings tell, else what the request came to."""
        if self.origin is not None:
            return self.origin
        host = next((value for name, value in scope['headers'] if name == b'host'), b'').decode('latin-1')
        return parse_origin(f'{_SOCKETS.get(scope["scheme"], scope["scheme"])}://{host}')

    def is_own(self, origin: str, scope: Scope) -> bool:
        """Tell whether the value of an ``Origin`` header is the site's own: scheme, name and port.

        If the settings do not tell it, it is what the request came to, by what the server or a trusted proxy says.
        Where a proxy ends TLS and says nothing of that, the port tells it: nobody speaks plain http on 443.
        """
        asking, own = parse_origin(origin), self.origin_of(scope)
        if asking is None or own is None:
            return False
        return asking == own or (self.origin is None and own.port == 443 and asking == replace(own, scheme='https'))

    def serves(self, name: str) -> bool:
        """Tell whether the site answers to a name or an address."""
        if is_local(name) or name == self.listening or name in self.allowed:
            return True
        if address_of(name) is not None:
            return not self.allowed or self.origin is not None
        return self._may_be_a_proxys(name) or any(name.endswith(pattern[1:]) for pattern in self.allowed
                                                  if pattern.startswith('*.'))

    def _may_be_a_proxys(self, name: str) -> bool:
        """Tell whether a proxy of the site may ask by a name of its own, such as ``backend``.

        Nobody on the Internet can let such a name lead here. In a network of one's own somebody might, and gets nothing
        by it: with one origin for the whole site, a page by that name may change nothing and has no socket.
        """
        return self.origin is not None and ('.' not in name or name.endswith(_PRIVATE))
