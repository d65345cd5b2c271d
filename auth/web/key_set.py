"""``/.well-known/jwks.json``: the public keys of session tokens, for servers that verify them (RFC 7517)."""

from __future__ import annotations

import json
import logging

from ..errors import StoreAway
from ..requests.asgi import SAFE_METHODS, Scope, Send
from ..rules.context import Auth
from ..rules.session_tokens import key_set
from .answers import send_answer
from .error_answers import send_error

log = logging.getLogger('live_sessions')

KEY_SET_PATH = '/.well-known/jwks.json'


class KeySet:
    """Answers with the keys; anybody may ask.

    :param auth: what the verbs need
    """

    def __init__(self, auth: Auth) -> None:
        self._auth = auth

    async def __call__(self, scope: Scope, send: Send) -> None:
        """Answer one HTTP request. It may not be kept: after a change, what was kept would know no new token."""
        if scope['method'] not in SAFE_METHODS:
            await send_answer(send, 405, '', (b'allow', b'GET, HEAD'))
            return
        try:
            await send_answer(send, 200, json.dumps(await key_set(self._auth)), kind='application/json')
        except StoreAway as error:
            log.warning('the public keys could not be read: %s', error.__cause__,
                        extra={'event': 'request_refused_store_away'})
            await send_error(send, error)
