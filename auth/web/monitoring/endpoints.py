"""The three paths, answered before anything else is looked at."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from urllib.parse import parse_qs

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from ...changes.sync import Sync
from ...monitoring.gauges import Gauge, Gauges
from ...requests.asgi import SAFE_METHODS, Scope, Send, header
from ...rules.context import Auth
from ..answers import send_answer, without_body
from .access import Access
from .mail_queue import MailQueue
from .readiness import READY, Readiness

HEALTH, READINESS, METRICS = '/healthz', '/readyz', '/metrics'
PATHS = frozenset({HEALTH, READINESS, METRICS})

_HEADERS = ((b'x-content-type-options', b'nosniff'), (b'cross-origin-resource-policy', b'same-origin'))


class Monitoring:
    """Answers what asks how the server does.

    :param auth: what the verbs need, and what was counted
    :param sync: whether the tabs are true to the store
    :param gauges: what is looked up when somebody asks
    """

    def __init__(self, auth: Auth, sync: Sync, gauges: Iterable[Gauge]) -> None:
        self._access = Access(auth.settings)
        self._registry = CollectorRegistry()
        self._mails = MailQueue(auth)
        self._readiness = Readiness(auth, sync, self._mails)
        for collector in (auth.metrics.registry, Gauges(gauges), Gauges(self._of_mails())):
            self._registry.register(collector)

    def _of_mails(self) -> tuple[Gauge, ...]:
        return (Gauge('mail_waiting', 'Mails that wait to be sent, of all processes.', lambda: self._mails.count),
                Gauge('mail_oldest_seconds', 'For how long the oldest of them has waited.',
                      lambda: self._mails.oldest_seconds))

    def answers(self, scope: Scope) -> bool:
        """Tell whether a request is for this, from somebody who may ask; for anybody else there is nothing here."""
        return scope['path'] in PATHS and scope['type'] == 'http' and self._access.allows(scope)

    async def answer(self, scope: Scope, send: Send) -> None:
        """Answer it."""
        if scope['method'] == 'HEAD':
            send = without_body(send)
        if scope['method'] not in SAFE_METHODS:
            await send_answer(send, HTTPStatus.METHOD_NOT_ALLOWED, 'This can only be read.\n', (b'allow', b'GET, HEAD'),
                              *_HEADERS)
        elif scope['path'] == HEALTH:
            await send_answer(send, HTTPStatus.OK, 'alive\n', *_HEADERS)
        elif scope['path'] == READINESS:
            await self._tell_readiness(scope, send)
        else:
            await self._mails.look()
            encode, kind = choose_encoder(header(scope, b'accept') or '')
            await send_answer(send, HTTPStatus.OK, encode(self._registry).decode(), *_HEADERS, kind=kind)

    async def _tell_readiness(self, scope: Scope, send: Send) -> None:
        parts = await self._readiness.parts()
        left_out = parse_qs(scope['query_string'].decode('latin-1')).get('exclude', [])
        is_ready = all(state == READY for part, state in parts.items() if part not in left_out)
        body: Mapping[str, object] = {'ready': is_ready, 'parts': parts}
        await send_answer(send, HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE,
                          json.dumps(body) + '\n', *_HEADERS, kind='application/json')
