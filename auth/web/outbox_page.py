"""``/outbox``: the mails of a developer's outbox folder, for a browser on this machine and for nobody else.

A mail holds the link that resets a password. So the page is there only if the settings say so, which they cannot on a
site with a name, and a request for it has to come straight from this machine and ask for it by a name of this machine:
another site that lets its own name lead here gets nothing, and neither does a proxy that says for whom it asks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from ..mail.outbox import ShownMail, read_outbox
from ..requests.asgi import SAFE_METHODS, Scope, Send, header
from ..requests.hosts import host_of, is_local
from .answers import send_answer

OUTBOX_PATH = '/outbox'

MOST_SHOWN = 50
"""Mails that are shown, the newest ones."""

_OF_PROXIES = (b'forwarded', b'x-forwarded-for', b'x-forwarded-host', b'x-real-ip', b'via')

Draw = Callable[[Sequence[ShownMail]], str]
"""Draws the page, as HTML in the reader's language."""


class OutboxPage:
    """Answers at the path.

    :param folder: the outbox
    :param draw: draws the page
    """

    def __init__(self, folder: str, draw: Draw) -> None:
        self._folder = folder
        self._draw = draw

    async def __call__(self, scope: Scope, send: Send) -> bool:
        """Show the mails; returns False, and sends nothing, where there is no such page for whoever asks."""
        if scope['method'] not in SAFE_METHODS or not _is_from_here(scope):
            return False
        mails = await asyncio.to_thread(read_outbox, self._folder, MOST_SHOWN)
        await send_answer(send, 200, self._draw(mails), kind='text/html; charset=utf-8')
        return True


def _is_from_here(scope: Scope) -> bool:
    address, _port = scope.get('client') or ('', 0)
    name = host_of(scope)
    return (is_local(f'[{address}]' if ':' in address else address) and name is not None and is_local(name)
            and not any(header(scope, one) is not None for one in _OF_PROXIES))
