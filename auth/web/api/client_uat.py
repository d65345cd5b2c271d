"""The cookies ``__client_uat``: since when who is signed in on a browser is as it is, or 0 if nobody is.

Servers that draw pages with Clerk's libraries compare it with the moment of the session token that comes with it. A
token from before may be somebody else's, and the browser is sent to the handshake. So it is told with each answer that
changes who is signed in; and to a browser that says somebody is where nobody is, as after a sign-out elsewhere. It
holds nothing secret, and nothing of ours relies on it.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from ...changes.clients import Clients
from ...errors import StoreAway
from ...rules.clients import ClientView
from ...settings import Settings
from ..cookies import MAX_AGE_SECONDS, is_secure
from .endpoint import Answer, Call

NAME = '__client_uat'
"""The same name again with the suffix of the publishable key tells apart several sites on one host."""

_SAYS_SOMEBODY = re.compile(rb'(?:\A|;)[ \t]*__client_uat(?:_[\w-]+)?=(?!0[ \t]*(?:;|\Z))')


class ClientUat:
    """Adds the cookies to answers.

    :param settings: know the suffix
    :param clients: know who is signed in
    """

    def __init__(self, settings: Settings, clients: Clients) -> None:
        self._names = settings.cookie_names(NAME)
        self._clients = clients

    def is_stale(self, call: Call) -> bool:
        """Whether a browser says that somebody is signed in, and nobody is."""
        if call.client is not None and call.client.signed_in(self._clients.now()):
            return False
        return any(name == b'cookie' and NAME.encode() in value and _SAYS_SOMEBODY.search(value) is not None
                   for name, value in call.scope['headers'])

    async def told(self, call: Call, answer: Answer) -> Answer:
        """The answer to a change, with the cookies if the browser has to have others by it."""
        if call.is_native:  # an app on a phone has no cookies
            return answer
        client_id = answer.client_id or (call.client.id if call.client else '')
        try:
            after = await self._clients.find(client_id) if client_id else None
        except StoreAway:
            return answer
        now = self._clients.now()
        signed_in = _who(after, now)
        if not signed_in:
            return self.told_nobody(call, answer) if _who(call.client, now) or self.is_stale(call) else answer
        if signed_in == _who(call.client, now):
            return answer
        end = after and after.cookie_end(now)
        return self._with(call, answer, int(now.timestamp()), end and end - now)

    def told_nobody(self, call: Call, answer: Answer) -> Answer:
        """The answer with the cookies that say that nobody is signed in."""
        return self._with(call, answer, 0, None)

    def _with(self, call: Call, answer: Answer, value: int, lasts: timedelta | None) -> Answer:
        age = '' if lasts is None else f' Max-Age={min(int(lasts.total_seconds()), MAX_AGE_SECONDS)};'
        secure = '; Secure' if is_secure(call.scope) else ''
        for name in self._names:
            answer = answer.with_header(b'set-cookie', f'{name}={value}; Path=/;{age} SameSite=Lax{secure}')
        return answer


def _who(client: ClientView | None, now: datetime) -> tuple[str | None, ...]:
    """Who is signed in, and who of them is using the browser; empty if nobody is."""
    if client is None or not (there := client.signed_in(now)):
        return ()
    active = client.active_session(now)
    return (active and active.id, *(one.id for one in there))
