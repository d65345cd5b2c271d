"""From where the server can be reached: only this machine, or others of its network, and by which URL."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from ..requests.hosts import is_local
from ..settings import Settings

_SOMEWHERE = ('192.0.2.1', '10.255.255.254', '172.31.255.254', '192.168.255.254', '2001:db8::1')
"""Addresses in a direction each: the Internet, and the networks that are not in it. Nothing is ever sent there."""


@dataclass(frozen=True, slots=True)
class Reach:
    """From where the server can be reached."""

    beyond_this_machine: bool
    """Whether other machines can reach it at all, such as a phone in the same network."""
    urls: tuple[str, ...] = ()
    """By which URLs they do, the likeliest first; there may be none that is known."""


def reach_of(settings: Settings, port: int) -> Reach:
    """Find out from where the server can be reached.

    A firewall between the two is not known of. Only the system is asked, but it may have to look names up: keep it off
    the event loop.

    :param port: the one that it listens on; the setting may be 0
    """
    hosts = settings.hosts
    if hosts.origin is not None:
        return Reach(False) if is_local(hosts.origin.name) else Reach(True, (str(hosts.origin),))
    if hosts.listening is not None:
        if is_local(hosts.listening):
            return Reach(False)
        return Reach(True, (f'http://{hosts.listening}:{port}',))
    names = [name for name in sorted(hosts.allowed) if not name.startswith('*') and not is_local(name)]
    addresses = [_in_url(address) for address in addresses_of_this_machine() if settings.host != '0.0.0.0'  # noqa: S104
                 or address.version == 4]
    return Reach(True, tuple(f'http://{name}:{port}' for name in dict.fromkeys([*names, *addresses])
                             if hosts.serves(name)))


def addresses_of_this_machine() -> list[IPv4Address | IPv6Address]:
    """The addresses by which others of its network reach this machine: the one that it uses itself comes first."""
    found = dict.fromkeys([*_used(), *_named()])
    return sorted((one for one in found if not (one.is_loopback or one.is_link_local or one.is_unspecified)),
                  key=lambda one: one.version)


def _used() -> Iterator[IPv4Address | IPv6Address]:
    """With which address this machine would send something: a datagram that is connected is not sent."""
    for target in _SOMEWHERE:
        with (suppress(OSError),
              socket.socket(socket.AF_INET6 if ':' in target else socket.AF_INET, socket.SOCK_DGRAM) as one):
            one.connect((target, 9))
            yield ip_address(one.getsockname()[0].partition('%')[0])


def _named() -> Iterator[IPv4Address | IPv6Address]:
    with suppress(OSError, UnicodeError):
        for *_, address in socket.getaddrinfo(socket.gethostname(), None, type=socket.SOCK_STREAM):
            yield ip_address(str(address[0]).partition('%')[0])


def _in_url(address: IPv4Address | IPv6Address) -> str:
    return str(address) if address.version == 4 else f'[{address}]'
