"""Where browsers tell what the content policy of a page has refused: counted by kind, and written into the store.

Anybody may send such a report, without a cookie and from anywhere. So its size, how many are taken in a minute, and
what is kept in memory and in the store are bounded, and every answer is the same. What is private in a report is not
kept: of an address neither its query nor what stands for a parameter of the path, and of another site its origin only.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from contextlib import suppress

from ..changes.background import Background
from ..errors import StoreAway
from ..requests.asgi import Receive, Scope, Send, header
from ..requests.minute import Minute
from ..requests.request_info import request_info_of
from ..rules.context import Auth
from ..rules.violations import Violation, note_violations
from .answers import send_answer
from .bodies import BrokenOff, read_body
from .log_lines import NowAndThen, printable
from .report_reader import read_report
from .routes import Routes

log = logging.getLogger('live_sessions')

MAX_BYTES = 64 * 1024
"""Of what is sent at once; browsers send a few KiB for each thing refused, and several together."""

MOST_A_MINUTE, MOST_OF_A_NETWORK = 120, 20
"""Requests that are read in a minute: of all, and of one address (IPv6: of one /64)."""

MOST_KINDS = 50
"""Kinds that are kept until they are written; of others, none."""

_KINDS = ('application/csp-report', 'application/reports+json')
"""Neither may be sent by a page of another site without asking first, which nobody answers."""


class PolicyReports:
    """Takes reports; an ASGI app.

    :param auth: the store that they are written into
    :param routes: the pages by path
    """

    def __init__(self, auth: Auth, routes: Routes) -> None:
        self._auth = auth
        self._routes = routes
        self._seconds = auth.timing.reports_seconds
        self._found: Counter[Violation] = Counter()
        self._taken = Minute(lambda: asyncio.get_running_loop().time())
        self._there_are_some = asyncio.Event()
        self._complaint = NowAndThen()
        self._tasks = Background('writer of reports', self._seconds)

    async def start(self) -> None:
        """Begin to write what comes."""
        self._tasks.start(self._write_when_due)

    async def stop(self) -> None:
        """Write what has come, and end."""
        await self._tasks.stop(self._there_are_some.set)
        await self._write()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take what a browser sends."""
        if scope['method'] != 'POST':
            await send_answer(send, 405, '', (b'allow', b'POST'))
            return
        kind = (header(scope, b'content-type') or '').partition(';')[0].strip().lower()
        if kind in _KINDS and self._has_room(request_info_of(scope).network):
            with suppress(BrokenOff):
                body = await read_body(scope, receive, MAX_BYTES)
                if body is not None:
                    self._count(body)
        await send_answer(send, 204, '')

    def _has_room(self, network: str) -> bool:
        if self._taken.total() >= MOST_A_MINUTE or self._taken.of(network) >= MOST_OF_A_NETWORK:
            return False
        self._taken.add(network)
        return True

    def _count(self, body: bytes) -> None:
        try:
            found = read_report(json.loads(body), self._routes)
        except (ValueError, RecursionError):
            return
        for violation in found:
            if violation not in self._found and len(self._found) >= MOST_KINDS:
                continue
            self._found[violation] += 1
            self._there_are_some.set()
            if self._complaint.let_through():
                log.warning('a browser refused %s on the page %s, by %s of the content policy%s%s',
                            printable(violation.blocked), printable(violation.page), printable(violation.directive),
                            f', for {printable(violation.source)}' if violation.source else '',
                            self._complaint.others(), extra={'event': 'content_policy_violated'})

    async def _write_when_due(self) -> None:
        while not self._tasks.is_stopping:
            await self._there_are_some.wait()
            await self._tasks.pause(self._seconds)  # what one page tells comes in a breath
            await self._write()

    async def _write(self) -> None:
        self._there_are_some.clear()
        found, self._found = self._found, Counter[Violation]()
        if not found:
            return
        try:
            await self._auth.run(note_violations, found)
        except StoreAway as error:
            log.warning('reports of browsers are lost: %s', error.__cause__ or error,
                        extra={'event': 'policy_reports_lost'})
