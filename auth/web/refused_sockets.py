"""Sockets that are turned away or dropped, and the line of the log about it."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from string import digits

from ..requests.asgi import Scope, Send
from ..requests.request_info import request_info_of
from .bodies import refuse
from .log_lines import NowAndThen, printable
from .socket_slots import NoSlot
from .sockets import Socket

log = logging.getLogger('live_sessions')

_NO_DIGITS = str.maketrans('', '', digits)


class RefusedSockets:
    """Turns sockets away and drops them. One kind of complaint is written now and then, however often it happens."""

    def __init__(self) -> None:
        self._complaints: defaultdict[str, NowAndThen] = defaultdict(NowAndThen)
        self._tasks: set[asyncio.Task[None]] = set()

    async def turn_away(self, scope: Scope, send: Send, error: NoSlot) -> None:
        """Refuse a socket for which there is no slot."""
        self.tell(scope, error)
        await refuse(scope, send, 503, 'There are too many sockets. Try again in a moment.')

    def tell(self, scope: Scope, error: NoSlot) -> None:
        """Write that there is no slot for a socket."""
        if (complaint := self._complaint_of(f'{error}')).let_through():
            address = printable(request_info_of(scope).network)
            log.warning('turned away a socket of %s: %s%s', address, error, complaint.others(),
                        extra={'event': 'socket_turned_away'})

    def drop(self, socket: Socket, why: str) -> None:
        """Close a socket, once."""
        if socket.dropped:
            return
        socket.dropped = True
        if (complaint := self._complaint_of(why)).let_through():
            log.warning('dropped a socket of %s: %s%s', printable(socket.address), why, complaint.others(),
                        extra={'event': 'socket_dropped'})
        task = asyncio.ensure_future(socket.close())
        self._tasks.add(task)  # the event loop holds tasks weakly
        task.add_done_callback(self._tasks.discard)

    def _complaint_of(self, why: str) -> NowAndThen:
        """Complaints that differ in a number only are of one kind."""
        return self._complaints[why.translate(_NO_DIGITS)]
