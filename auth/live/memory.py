# pyright: reportUnknownMemberType=false
"""Keeps memory flat, and the event loop free of long collections of garbage.

A page is thousands of objects. Python's own collector would look at those of all open tabs again and again, and hold up
every tab meanwhile. So it looks at young objects only; pages that have closed are freed without it, because the
references that run in circles are cut; and what is left is collected in a quiet moment, once enough of it may be there.
"""

from __future__ import annotations

import asyncio
import gc
import time
from weakref import WeakSet

from nicegui import Client as Page
from nicegui import app
from nicegui.element import Element

from ..timing import Timing
from .nicegui_private.removal import on_removal

YOUNG_OBJECTS = 50_000
"""New objects between two looks at them: some 25 ms each, and 60 tabs that open make so many."""

YOUNG_LOOKS = 5
"""Looks at new objects between two at all that were new since the last one. More would hold up the tabs for longer."""

NEVER = 1_000_000_000

LINGERING_PAGES = 100
"""Pages that have closed and are still in memory, such as for a circle of references of their author's making."""

OLDER_LOOKS = 3
"""Looks at all that was new, each after 250,000 objects more: what came and went meanwhile has left circles that can't
be cut, such as those of connections."""

PAGES_IN_A_SHARE = 200
"""The more pages are open, the longer a collection takes, so the rarer it is."""

QUIET_MILLISECONDS = 2.0
"""The event loop is quiet if it is late by no more than this."""


class Memory:
    """Frees what pages leave behind. There is one in a process, since the garbage collector is the process's."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._closed: WeakSet[Page] = WeakSet()
        """Those that have closed and are still in memory."""
        self._held = 0  # of these, what is no garbage: somebody holds it
        self._task: asyncio.Task[None] | None = None

    def install(self) -> None:
        """Free whatever NiceGUI removes from now on: pages, and parts of pages that are drawn anew."""
        on_removal(_let_go)
        app.on_delete(self._closed.add)

    async def start(self) -> None:
        """Set aside what is loaded, which stays anyway, and begin to look for garbage."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG_OBJECTS, YOUNG_LOOKS, NEVER)
        self._task = asyncio.create_task(self._tend(), name='memory')

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()

    async def _tend(self) -> None:
        while True:
            await asyncio.sleep(self._timing.memory_check_seconds)
            if self._is_due():
                await _quiet_moment(self._timing.quiet_wait_seconds)
                gc.collect()
                self._held = len(self._closed)

    def _is_due(self) -> bool:
        """Tell whether there may be so much garbage that it is worth a look at all objects, of open tabs, too."""
        share = max(1.0, len(Page.instances) / PAGES_IN_A_SHARE)
        lingering, older_looks = len(self._closed) - self._held, gc.get_count()[2]
        return lingering >= LINGERING_PAGES * share or older_looks >= OLDER_LOOKS * share


class HoldsItself:
    """An element that was given functions which hold it."""

    def let_go(self) -> None:
        """Drop them; called once the element was removed."""
        raise NotImplementedError


def _let_go(element: Element) -> None:
    if isinstance(element, HoldsItself):
        element.let_go()


async def _quiet_moment(patience_seconds: float) -> None:
    """Wait until nothing waits for the event loop, but not for ever."""
    until = time.monotonic() + patience_seconds
    while time.monotonic() < until:
        start = time.perf_counter()
        await asyncio.sleep(0.01)
        if (time.perf_counter() - start - 0.01) * 1000 < QUIET_MILLISECONDS:
            return
