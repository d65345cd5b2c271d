"""``/v1/live``: pages that are none of ours hear that something has changed, instead of asking every minute."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ...changes.clients import Clients
from ...errors import NotSignedIn
from ...requests.asgi import Receive, Send, header
from ...rules.clients import ClientView
from ...rules.context import Auth
from ...rules.session_tokens import whose_token
from ..answers import ONLY_HEADERS, send_answer
from ..live_streams import LiveStreams
from .endpoint import Answer, Call, Endpoint, Headers
from .other_apps import OtherApps


class LiveEndpoint:
    """The stream of events, and the script that has a page of Clerk's client listen to it.

    :param auth: what the verbs need
    :param clients: know who is signed in
    :param streams: those that are open
    :param apps: tell from which pages a stream may be opened
    """

    def __init__(self, auth: Auth, clients: Clients, streams: LiveStreams, apps: OtherApps) -> None:
        self._auth = auth
        self._clients = clients
        self._streams = streams
        self._apps = apps
        self.routes: dict[str, dict[str, Endpoint]] = {
            '/v1/live': {'GET': self._listen},
            '/v1/live.js': {'GET': self._script},
        }

    async def _listen(self, call: Call) -> Answer:
        """Refuse what can be told at once; the rest when nothing is awaited any more until the client is followed."""
        self._apps.check_change(call.scope)  # else a neighbour's page could use up the streams of a client

        async def send_stream(headers: Headers, receive: Receive, send: Send) -> None:
            client, session_id = await self._whose(call)
            if client is None:
                raise NotSignedIn
            with self._streams.opened(client, call.scope, session_id) as stream:
                if ONLY_HEADERS in call.scope:
                    stream.end('gone')
                await stream.run(receive, send, *headers)

        return Answer(None, sent_by=send_stream)

    async def _whose(self, call: Call) -> tuple[ClientView | None, str]:
        """The client of the cookie; or that of a session token, which lets somebody hear of that session only."""
        scheme, _, token = (header(call.scope, b'authorization') or '').partition(' ')
        if call.tokens or scheme.lower() != 'bearer':
            return await self._clients.authenticate(*call.tokens), ''
        found = await whose_token(self._auth, token.strip())
        if found is None:
            return None, ''
        return await self._clients.find(found.client_id), found.session_id

    async def _script(self, call: Call) -> Answer:
        """The same for everybody; it may stand in a page of any origin."""
        async def send_script(headers: Headers, receive: Receive, send: Send) -> None:
            await send_answer(send, 200, _script(), (b'cross-origin-resource-policy', b'cross-origin'), *headers,
                              kind='text/javascript; charset=utf-8')

        return Answer(None, sent_by=send_script)


@cache
def _script() -> str:
    return (Path(__file__).parent / 'live.js').read_text(encoding='utf-8')
