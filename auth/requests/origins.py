"""Names, addresses and origins, as browsers write and compare them: one that is written in two ways is one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address

import idna

MAX_HOST = 300
"""Characters; a name has 253 at most."""

_HOST = re.compile(r'(?P<name>[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[(?P<address>[0-9a-f:.]+)\])(?::(?P<port>[0-9]{0,5}))?',
                   re.IGNORECASE)
_DEFAULT_PORTS = {'http': 80, 'https': 443}
_IS_NUMBER = re.compile(r'(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)')
"""A name that ends like this is an address to browsers, however few numbers it has (WHATWG URL, "ends in a number")."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a page comes from."""

    scheme: str
    name: str
    port: int

    @property
    def host(self) -> str:
        """What a browser sends in the ``Host`` header."""
        return self.name if self.port == _DEFAULT_PORTS[self.scheme] else f'{self.name}:{self.port}'

    def __str__(self) -> str:
        return f'{self.scheme}://{self.host}'


def parse_host(text: str) -> tuple[str, int | None] | None:
    """Read a name and a port as they stand in a ``Host`` header or a URL.

    :return: the name in small letters and without the dot of the root, or the address in its shortest form
    """
    found = _HOST.fullmatch(text) if len(text) <= MAX_HOST else None
    if found is None:
        return None
    name, port = found['name'].lower(), int(found['port']) if found['port'] else None
    if found['address'] is not None:
        address = address_of(name)
        if address is None:
            return None
        name = f'[{address}]'
    elif address_of(name.removesuffix('.')) is None:
        name = name.removesuffix('.')
    return None if port is not None and port > 65535 else (name, port)


def parse_origin(text: str) -> Origin | None:
    """Read an origin: a scheme, a name, and the port if it is not the scheme's own."""
    scheme, separator, host = text.partition('://')
    scheme, parsed = scheme.lower(), parse_host(host)
    if not separator or parsed is None or scheme not in _DEFAULT_PORTS:
        return None
    name, port = parsed
    return Origin(scheme, name, _DEFAULT_PORTS[scheme] if port is None else port)


def written_by_people(text: str) -> str | None:
    """Rewrite what people write in a setting as browsers send it: ``müller.example`` is ``xn--mller-kva.example``.

    :param text: a name, with or without a scheme before it and a port after it
    :return: the same in ASCII; None for what no browser can be led to
    """
    scheme, separator, host = text.rpartition('://')
    name, colon, port = host.rpartition(':') if not host.endswith(']') else (host, '', '')
    if not colon:
        name, port = host, ''
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode()
        except idna.IDNAError:
            return None
    if _IS_NUMBER.fullmatch(name.lower().removesuffix('.')) and address_of(name) is None:
        return None
    return f'{scheme}{separator}{name}{colon}{port}'


def address_of(name: str) -> IPv4Address | IPv6Address | None:
    """Read an address that is written as numbers; None if it is a name."""
    try:
        return IPv6Address(name[1:-1]) if name.startswith('[') else IPv4Address(name)
    except AddressValueError:
        return None
