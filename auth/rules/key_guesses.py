"""How often a wrong secret key may be sent. Nobody guesses 256 random bits; so it is about what each look costs.

It is counted in each process by itself, and costs the store nothing. A key that was right here goes on to be looked at:
whoever guesses keys from a network that a server shares does not lock the server out.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

from ..errors import LimitReached
from ..requests.minute import Minute
from ..requests.request_info import RequestInfo
from .limits import network_of

WRONG_A_MINUTE = 30
"""From one network."""

REMEMBERED_AT_MOST = 1000
"""Keys that were right; ten times as many as may work at once."""


class KeyGuesses:
    """Counts wrong keys.

    :param now: the clock
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._wrong = Minute(lambda: now().timestamp())
        self._right: set[bytes] = set()

    def check(self, given: str, request_info: RequestInfo) -> None:
        """Refuse to look at what was sent for a key, if too many were wrong.

        :raises LimitReached: if they were
        """
        if self._wrong.of(network_of(request_info.ip_address)) >= WRONG_A_MINUTE and _digest(given) not in self._right:
            raise LimitReached(self._wrong.seconds_left)

    def was_wrong(self, request_info: RequestInfo) -> None:
        """Count one that was wrong."""
        if who := network_of(request_info.ip_address):
            self._wrong.add(who)

    def was_right(self, given: str) -> None:
        """Remember one that was right."""
        if len(self._right) >= REMEMBERED_AT_MOST:
            self._right.clear()
        self._right.add(_digest(given))


def _digest(given: str) -> bytes:
    return sha256(given.encode()).digest()
