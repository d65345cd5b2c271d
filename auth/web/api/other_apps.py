"""Who may use the Frontend API beside the site's own pages: apps at the origins that the settings allow.

Such an app is on the same site, at another name below one domain or at another port, or it passes requests on by
itself, so that its browsers know no other server. On any other site it could not work: the cookie is ``SameSite=Lax``,
and browsers would not send it with what the app asks for.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from ...requests.asgi import SAFE_METHODS, Message, Scope, Send, header
from ...requests.hosts import Hosts
from ...requests.origins import Origin, address_of, parse_origin
from ..own_pages import OwnPages
from .requests import AnotherSite, OriginRefused

_PREFLIGHT = (
    (b'access-control-allow-methods', b'GET, POST, PUT, PATCH, DELETE'),
    (b'access-control-allow-headers', b'authorization, content-type'),
    (b'access-control-max-age', b'600'),
)
_UNCHECKED = SAFE_METHODS | {'OPTIONS'}
"""What changes nothing; of everything else, ``check_change`` tells."""

_URL = re.compile(r'(?P<origin>https?://[^/?#\\@\s]+)(?:[/?#][!-\[\]-~]*)?', re.ASCII | re.IGNORECASE)
"""What every browser reads as one and the same: ASCII without backslashes and spaces, and nothing before the host."""

_PASSED_ON = (b'clerk-proxy-url', b'x-forwarded-host')
"""No page can send these to another origin: they are not among the headers that a preflight allows."""


class OtherApps:
    """Knows the apps beside the site's own pages.

    :param hosts: what the settings say of the site
    :param origins: of the apps
    """

    def __init__(self, hosts: Hosts, origins: Collection[Origin] = ()) -> None:
        self._hosts = hosts
        self._own_pages = OwnPages(hosts)
        self._origins = frozenset(origins)

    def check_change(self, scope: Scope) -> None:
        """Refuse what a page may not ask for in the name of its browser (ASVS 3.5.1).

        :raises AnotherSite: if it is a page of an app that is allowed, and that the cookie would never reach
        :raises OriginRefused: if it is of anything else than such an app or the site itself
        """
        if self.origin_of(scope) is None:
            if not self._own_pages.may_change(scope):
                raise OriginRefused
        elif not self._is_same_site(scope):
            raise AnotherSite

    def may_change(self, scope: Scope) -> bool:
        """Tell the same."""
        try:
            self.check_change(scope)
        except (AnotherSite, OriginRefused):
            return False
        return True

    def origin_of(self, scope: Scope) -> Origin | None:
        """The origin of the app whose page has sent a request; None if it is no app that is allowed."""
        if not self._origins or (said := header(scope, b'origin')) is None:
            return None
        origin = parse_origin(said)
        return origin if origin in self._origins else None

    def party_of(self, scope: Scope) -> str:
        """For whom a token is: the page that asks. One that reads from where it came from itself, be it the site or an
        app that passes requests on, sends no origin and its address. Who sends neither: the only app, or the site."""
        party = self.origin_of(scope)
        if party is None and header(scope, b'origin') is None:
            party = self.target_of(header(scope, b'referer') or '', scope)
            if party is None and len(self._origins) == 1:
                party, = self._origins
        return str(party or self._hosts.origin_of(scope) or '')

    def target_of(self, url: str, scope: Scope) -> Origin | None:
        """The origin of a URL that a browser may be sent to: the site's own, or an app's. None if it is another one, or
        written in a way that a browser might read as another one."""
        found = _URL.fullmatch(url)
        origin = parse_origin(found['origin']) if found else None
        return origin if origin is not None and origin in {*self._origins, self._hosts.origin_of(scope)} else None

    def preflight(self, scope: Scope) -> tuple[tuple[bytes, bytes], ...] | None:
        """What to answer to a browser that asks whether an app may send something else than a form (Fetch, "CORS");
        None if it asks for nothing like that, or may not."""
        is_one = scope['method'] == 'OPTIONS' and header(scope, b'access-control-request-method') is not None
        return _PREFLIGHT if is_one and self.origin_of(scope) is not None else None

    def telling(self, scope: Scope, send: Send) -> Send:
        """Tell the browser with an answer that the app which has asked may read it.

        Whoever runs the server is told of a page that may not: its browser tells nobody but its console.
        """
        asking = header(scope, b'origin')
        if (asking is not None and scope['method'] in _UNCHECKED
                and self.origin_of(scope) is None and not self._hosts.is_own(asking, scope)):
            self._own_pages.tell_of(asking, scope)
        if not self._origins:
            return send
        more = [(b'vary', b'Origin')]
        if (origin := self.origin_of(scope)) is not None:
            more += [(b'access-control-allow-origin', str(origin).encode()),
                     (b'access-control-allow-credentials', b'true'),
                     (b'access-control-expose-headers', b'authorization, retry-after')]

        async def sending(message: Message) -> None:
            if message['type'] == 'http.response.start':
                message['headers'] = [*message['headers'], *more]
            await send(message)

        return sending

    def _is_same_site(self, scope: Scope) -> bool:
        """Whether the browser that asks sends our cookie. It says so itself over https and on this machine; an app that
        passes requests on is the same origin to it."""
        said = header(scope, b'sec-fetch-site')
        if said is not None:
            return said in {'same-origin', 'same-site'}
        if any(header(scope, name) is not None for name in _PASSED_ON):
            return True
        asking, own = self.origin_of(scope), self._hosts.origin_of(scope)
        return asking is not None and own is not None and _are_one_site(asking, own)


def _are_one_site(one: Origin, other: Origin) -> bool:
    """Whether two origins are one site, as far as names tell: which domains belong to whom, only browsers know."""
    if one.scheme != other.scheme:
        return False
    if one.name == other.name:
        return True
    if address_of(one.name) or address_of(other.name):
        return False
    return one.name.split('.')[-2:] == other.name.split('.')[-2:] and '.' in one.name
