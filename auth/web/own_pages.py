"""Which requests may change something, or join a socket: those of the site's own pages, and those of no page.

Behind a proxy that changes what a request says of itself, the site's own pages look like another site's. Whoever runs
the server is told of that with both values, since a browser shows them to nobody.
"""

from __future__ import annotations

import logging

from ..requests.asgi import Scope, header
from ..requests.hosts import Hosts
from ..requests.origins import parse_origin
from .log_lines import NowAndThen

log = logging.getLogger('live_sessions')


class OwnPages:
    """Knows the pages of this site.

    :param hosts: what the settings say of it
    """

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts
        self._complaint = NowAndThen()

    def may_change(self, scope: Scope) -> bool:
        """Tell whether a request may change something in the name of its browser (ASVS 3.5.1).

        Programs that are no browsers send neither header, and have no cookies of somebody else's to misuse.
        """
        site, origin = header(scope, b'sec-fetch-site'), header(scope, b'origin')
        if site is not None and site != 'same-origin':
            return False
        return origin is None or self.are_of(origin, scope)

    def are_of(self, origin: str, scope: Scope) -> bool:
        """Tell whether the value of an ``Origin`` header is that of the site's own pages."""
        if self._hosts.is_own(origin, scope):
            return True
        self.tell_of(origin, scope)
        return False

    def tell_of(self, origin: str, scope: Scope) -> None:
        """Tell whoever runs the server, now and then, of a request of a page that is none of the site's own."""
        if self._complaint.let_through():
            asking = parse_origin(origin)
            came_to, named = ('came to', self._hosts.origin_of(scope)), f'{asking or origin[:100]}'
            if self._hosts.origin is not None:
                came_to = 'has to be of PUBLIC_URL, which is', self._hosts.origin
            advice = '' if asking is None else (f'. If people find this site at {named}, a proxy changes what it '
                                                f'passes on: set PUBLIC_URL={named}. If another app is there '
                                                f'that may use this one: set ALLOWED_ORIGINS={named}')
            log.warning('refused a request of a page of %a, because it %s %a%s%s', named, came_to[0],
                        f'{came_to[1]}', advice, self._complaint.others(), extra={'event': 'page_origin_refused'})
