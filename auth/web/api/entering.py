"""The answer to whoever has just signed in or up, whatever they have sent for it."""

from __future__ import annotations

import logging

from ...changes.clients import Clients
from ...rules.clients import ClientView
from ...rules.context import Auth
from ...rules.sign_in import SignedIn
from ...rules.unkept_cookies import proof_of
from ..cookies import DEFAULT_NAME
from .endpoint import Answer, Call, envelope, shown
from .shapes import Json

log = logging.getLogger('live_sessions')


class Entering:
    """Answers them.

    :param auth: what the verbs need
    :param clients: know who is signed in
    """

    def __init__(self, auth: Auth, clients: Clients) -> None:
        self._auth = auth
        self._clients = clients
        self._told = False

    async def client_of(self, call: Call, done: SignedIn) -> ClientView | None:
        """The client as it is now; None if the store went away meanwhile."""
        await self._look_for_another_site(call)
        return await self._clients.find_after_act(done.token.client_id)

    def answer(self, call: Call, done: SignedIn, client: ClientView | None, attempt: Json) -> Answer:
        """Tell them that they are signed in.

        :param client: what ``client_of`` returned
        """
        if call.client is None and not call.is_native:  # nobody knows yet whether this browser keeps cookies
            attempt = {**attempt, 'take_back_proof': proof_of(done.token, done.session_id)}
        now = self._auth.now()
        return envelope(attempt, shown(client, now)).with_cookie(call, done.token, client, now)

    async def find(self, client_id: str) -> ClientView | None:
        """A client after an act that signed nobody in."""
        return await self._clients.find_after_act(client_id)

    async def _look_for_another_site(self, call: Call) -> None:
        """Tell whoever runs this, once, if the cookie that a sign-in replaces may be that of another site of theirs."""
        if call.client is not None or call.is_native or self._told or self._auth.settings.cookie_name != DEFAULT_NAME:
            return
        known = [await self._clients.find_after_act(token.client_id) for token in call.tokens]
        if known and not any(known):
            self._told = True
            log.warning('a browser came with a cookie that is named like ours and is not of this store, and a sign-in '
                        'has replaced it. If another site on this host uses the same name, the two sign each other\'s '
                        'people out: give each a COOKIE_NAME of its own. If the store was made anew, all is well',
                        extra={'event': 'cookie_of_another_site'})
