"""What proxies say of a request: whose it is, and whether it came over https. Only trusted ones are believed.

Whatever is believed of an address is one, in the one form that the rest of the program compares; anything else that
stands in its place is not believed, nor is what somebody else has written before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from .asgi import Scope

Address = IPv4Address | IPv6Address

_WITH_PORT = re.compile(r'\[(?P<six>[^\]]*)\](?::[0-9]{1,5})?|(?P<four>[0-9.]+):[0-9]{1,5}')
_SOCKETS = {'http': 'ws', 'https': 'wss'}


def parse_address(text: str) -> Address | None:
    """Read an address as proxies write it: in brackets or not, with a port or a zone or without.

    :return: the address alone, an IPv4 one also where it is written as IPv6; None if it is no address
    """
    text = text.strip(' \t"')
    if found := _WITH_PORT.fullmatch(text):
        text = found['six'] or found['four'] or ''
    try:
        address = ip_address(text.partition('%')[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def parse_networks(text: str) -> Sequence[IPv4Network | IPv6Network]:
    """Read addresses and networks, separated by commas; ``*`` is everybody.

    :raises ValueError: if one is neither; its message says what to write
    """
    return [network for part in text.split(',') if part.strip() for network in _networks(part.strip())]


def _networks(part: str) -> Iterator[IPv4Network | IPv6Network]:
    if part == '*':
        yield from (IPv4Network('0.0.0.0/0'), IPv6Network('::/0'))
        return
    try:
        yield ip_network(part)
    except ValueError:
        try:
            meant = ip_network(part, strict=False)
        except ValueError:
            raise ValueError('write addresses or networks such as 127.0.0.1 or 10.0.0.0/8, separated by commas, or * '
                             'for every address') from None
        raise ValueError(f'a network begins with its first address: write {meant} for the network, or '
                         f'{part.partition("/")[0]} for the address alone') from None


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies that are believed.

    :param networks: where they are
    """

    networks: Sequence[IPv4Network | IPv6Network] = ()

    def settle(self, scope: Scope) -> None:
        """Put into a request where it came from: its peer, or what a trusted proxy says of that."""
        peer = scope.get('client')
        if peer is not None and not self.networks and ':' not in peer[0]:  # the usual case
            return
        address = parse_address(peer[0]) if peer else None
        if peer is None or address is None:
            return
        if self.trusts(address):
            self._believe_scheme(scope)
            address = self._first_other(address, scope)
        if str(address) != peer[0]:
            scope['client'] = (str(address), 0)

    def _first_other(self, nearest: Address, scope: Scope) -> Address:
        """Go back from proxy to proxy, to the first address that is none of theirs or that nobody is known behind."""
        said = b','.join(value for name, value in scope['headers'] if name == b'x-forwarded-for').decode('latin-1')
        for hop in reversed(said.split(',')):
            address = parse_address(hop)
            if address is None or not self.trusts(nearest):
                break
            nearest = address
        return nearest

    def _believe_scheme(self, scope: Scope) -> None:
        """Believe the last of what is said: the proxy that is asked for it has written that itself."""
        said = [value for name, value in scope['headers'] if name == b'x-forwarded-proto']
        scheme = said[-1].decode('latin-1').rpartition(',')[2].strip().lower() if said else ''
        scheme = {'ws': 'http', 'wss': 'https'}.get(scheme, scheme)
        if scheme in _SOCKETS:
            scope['scheme'] = _SOCKETS[scheme] if scope['type'] == 'websocket' else scheme

    def trusts(self, address: Address) -> bool:
        """Tell whether a proxy at this address is believed."""
        return any(address.version == network.version and address in network for network in self.networks)
