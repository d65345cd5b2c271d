"""Where the server listens: the socket, what is wrong with an address, and the URL that leads there."""

from __future__ import annotations

import errno
import os
import socket
from ipaddress import IPv6Address, ip_address

BACKLOG = 2048


class CannotListen(Exception):
    """The address or the port can't be had; the message says what to do."""


def listen(host: str, port: int) -> socket.socket:
    """Bind a port, now, so that it can be told at the start that it can't be had.

    :param host: an address of this machine, or its name; ``::`` is every address of it, IPv4 ones as well
    :param port: 0 is any that is free
    :raises CannotListen: saying what to do
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError):
        raise CannotListen(f'HOST is {host!a}, and no address is known by that name. Set HOST or --host to an address '
                           'of this machine, such as 127.0.0.1.') from None
    family, _, _, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
    everywhere = family == socket.AF_INET6 and ip_address(str(address[0]).partition('%')[0]).is_unspecified
    try:
        return socket.create_server(address, family=family, backlog=BACKLOG,
                                    dualstack_ipv6=everywhere and socket.has_dualstack_ipv6())
    except OSError as error:
        raise CannotListen(_told(error, host, port)) from error


def url_of(listener: socket.socket, host: str) -> str:
    """A URL by which a browser on this machine finds the server.

    :param host: what it was told to listen on
    """
    name, port = listener.getsockname()[:2]
    address = ip_address(name.partition('%')[0])
    both = isinstance(address, IPv6Address) and not listener.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
    if str(address) == '127.0.0.1' or (address.is_unspecified and (address.version == 4 or both)):
        return f'http://localhost:{port}'
    if address.is_unspecified:
        address = IPv6Address('::1')
    return f'http://{_in_url(host) or f"[{address}]" if address.version == 6 else _in_url(host) or address}:{port}'


def _in_url(host: str) -> str:
    """The host, if it is a name, which reads better than its address."""
    try:
        ip_address(host.partition('%')[0])
    except ValueError:
        return host
    return ''


def _told(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRNOTAVAIL:
        return (f'{host} is no address of this machine. Set HOST or --host to one that is, such as 127.0.0.1 for this '
                'machine only.')
    if error.errno == errno.EACCES:
        return (f'Port {port} on {host} may not be used by whoever runs this. Choose one above 1023 with --port, and '
                'let a proxy take the other.')
    why = os.strerror(error.errno) if error.errno else error
    return (f'Port {port} on {host} cannot be used ({why}). Stop what uses it, or choose another one with --port.')
