"""Whether a password is among those that were stolen somewhere, asked of a service that learns neither it nor its hash.

The protocol is that of Have I Been Pwned's "Pwned Passwords": the service is sent the first five digits of the SHA-1,
which some thousand passwords share, and answers with the rest of each of those it knows (k-anonymity). It is asked to
pad its answer, so that nobody on the way learns from its length which of them it was about.
"""

from __future__ import annotations

import asyncio
import logging
import time
from hashlib import sha1
from http import HTTPStatus

import httpx

from .passwords import normal_password

log = logging.getLogger('live_sessions')

PREFIX = 5
MOST_BYTES = 1024 * 1024
"""Of an answer; some 40 KiB are usual."""


class BreachedPasswords:
    """Asks the service, if there is one.

    A service that is away, slow or wrong keeps nobody out: the password counts as not breached, and it is not asked
    again for a while, so that not everybody waits for it.

    :param url: what the digits are appended to, such as ``https://api.pwnedpasswords.com/range/``; empty: nobody is
        asked
    :param answer_seconds: how long it may take in all
    :param rest_seconds: how long it is not asked after it has failed
    """

    def __init__(self, url: str, *, answer_seconds: float, rest_seconds: float) -> None:
        self._url = url
        self._answer_seconds = answer_seconds
        self._rest_seconds = rest_seconds
        self._not_before = 0.0

    async def contain(self, password: str) -> bool:
        """Tell whether a password is among them."""
        if not self._url or time.monotonic() < self._not_before:
            return False
        digits = sha1(normal_password(password).encode(), usedforsecurity=False).hexdigest().upper()
        try:
            async with asyncio.timeout(self._answer_seconds):
                answer = await self._ask(digits[:PREFIX])
        except (httpx.HTTPError, TimeoutError, OSError, ValueError) as error:
            self._not_before = time.monotonic() + self._rest_seconds
            # Not what the error says: it may hold the digits that were asked for.
            log.warning('the service of breached passwords did not answer (%s). New passwords are not compared with '
                        'breached ones for %d s.', type(error).__name__, self._rest_seconds,
                        extra={'event': 'breaches_unknown'})
            return False
        return is_listed(digits[PREFIX:], answer)

    async def _ask(self, prefix: str) -> str:
        headers = {'Add-Padding': 'true', 'User-Agent': 'live-sessions'}
        # A client of its own: to make one reads certificates, which blocks, and it is needed rarely.
        client = await asyncio.to_thread(httpx.AsyncClient, headers=headers, timeout=self._answer_seconds)
        async with client, client.stream('GET', self._url + prefix) as response:
            if response.status_code != HTTPStatus.OK:
                raise ValueError('another status')
            body = b''
            async for part in response.aiter_bytes():
                body += part
                if len(body) > MOST_BYTES:
                    raise ValueError('too long')
        return body.decode('ascii')


def is_listed(suffix: str, answer: str) -> bool:
    """Tell whether an answer lists the rest of a hash. What it lists as seen 0 times is padding."""
    for line in answer.splitlines():
        listed, _, count = line.partition(':')
        if listed.strip().upper() == suffix and count.strip() not in {'', '0'}:
            return True
    return False
