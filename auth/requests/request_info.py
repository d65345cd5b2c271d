"""Where a request came from: what is kept of it for the list of devices and the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from .asgi import Scope, header

MAX_USER_AGENT = 512
"""Characters kept of a User-Agent header."""


@dataclass(frozen=True, slots=True)
class RequestInfo:
    """Where a request came from."""

    ip_address: str = ''
    user_agent: str = ''

    @property
    def network(self) -> str:
        """What a limit "for each address" counts: an IPv4 address, or the /64 of an IPv6 one (RFC 6177).

        Somebody has all addresses of such a network. What is no address counts as itself.
        """
        try:
            parsed = ip_address(self.ip_address.partition('%')[0])
        except ValueError:
            return self.ip_address
        if not isinstance(parsed, IPv6Address):
            return str(parsed)
        return str(parsed.ipv4_mapped or f'{IPv6Address(int(parsed) >> 64 << 64)}/64')


def request_info_of(scope: Scope) -> RequestInfo:
    """Tell where an ASGI request came from.

    Its address is the peer's, or what a proxy among the ``trusted_proxies`` says; the server has put it there.
    """
    address = scope.get('client')
    return RequestInfo(ip_address=address[0] if address else '',
                   user_agent=(header(scope, b'user-agent') or '')[:MAX_USER_AGENT])


def is_opened_by_a_person(scope: Scope) -> bool:
    """Tell whether somebody has opened a page: by a link, its address or a bookmark, as their browser says.

    A page that loads itself anew, or that another one leads to by itself, is opened by nobody. Where a browser does not
    say it, as over plain http, the keys and clicks on the page have to do.
    """
    return header(scope, b'sec-fetch-user') == '?1'
