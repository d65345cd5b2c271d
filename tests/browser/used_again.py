"""Browser contexts that are used again.

A page takes Chromium three times as long in a new context as in one where a page was before: the process is new, and
all scripts are compiled anew. So a test gives its context back, with nothing of it left: no cookies, no storage, and
empty tabs that look as at first. What a test has changed for good, such as what becomes of requests, is not given back.
Whoever wants a context with options, such as a narrow screen, may have one that was made with the same.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from functools import wraps
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from playwright.async_api import Browser, BrowserContext, CDPSession, Error, Page, ViewportSize

SIZE: ViewportSize = {'width': 1280, 'height': 720}
"""How large a page is unless a test says otherwise."""

KEPT_AT_MOST = 8
TABS_KEPT_AT_MOST = 3
USED_AT_MOST = 25
"""What a process keeps of pages that have gone is not much, and yet it adds up."""

_TAKEN_BACK = ('add_init_script', 'expose_binding', 'expose_function')
"""What gives something that takes it back."""

_EITHER = ('once', 'route', 'route_web_socket', 'set_extra_http_headers')
_CHANGING = {Page: _EITHER, BrowserContext: (*_EITHER, 'grant_permissions', 'new_cdp_session', 'set_geolocation')}
"""What lasts longer than the page that is shown. ``clock`` is no method: a test that sets it asks for a new context.
A route may hold a request for good, which others for the same address would wait for."""

NEW_CDP_SESSION = BrowserContext.new_cdp_session
"""As it is before it is watched."""

_Changed = Page | BrowserContext
_changed: WeakSet[_Changed] = WeakSet()
_listeners: WeakKeyDictionary[_Changed, list[tuple[Any, ...]]] = WeakKeyDictionary()
"""By page and context: the events that are listened to, each with what listens. They can be taken back."""

_additions: WeakKeyDictionary[_Changed, list[AbstractAsyncContextManager[Any]]] = WeakKeyDictionary()
"""By page and context: what takes back what was added to each page to come."""

_sessions: WeakKeyDictionary[Page, CDPSession] = WeakKeyDictionary()
"""By page: a way to Chromium itself, which is kept as long as the page."""


def watch_what_changes_for_good() -> None:
    """Note of each page and context whether it was changed, what was added, and who listens to it."""
    for kind, names in _CHANGING.items():
        kind.on = _noting(kind.on, lambda one, given: _listeners.setdefault(one, []).append(given))
        for name in names:
            setattr(kind, name, _noting(getattr(kind, name), lambda one, _: _changed.add(one)))
        for name in _TAKEN_BACK:
            setattr(kind, name, _noting_what_is_added(getattr(kind, name)))


def _noting(change: Callable[..., Any], note: Callable[[_Changed, tuple[Any, ...]], None]) -> Callable[..., Any]:
    @wraps(change)
    def noting(changed: Any, *given: Any, **more: Any) -> Any:
        note(changed, given)
        return change(changed, *given, **more)

    return noting


def _noting_what_is_added(add: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @wraps(add)
    async def noting(changed: Any, *given: Any, **more: Any) -> Any:
        added = await add(changed, *given, **more)
        _additions.setdefault(changed, []).append(added)
        return added

    return noting


async def _take_back(changed: _Changed) -> None:
    for given in _listeners.pop(changed, ()):
        with suppress(KeyError):  # the test has taken it back
            changed.remove_listener(*given)
    for added in _additions.pop(changed, ()):
        await added.__aexit__(None, None, None)


@dataclass
class _Made:
    """How a context was made, how often it was used, and where it was."""

    options: Mapping[str, Any]
    used: int = 0
    visited: set[str] = field(default_factory=set)

    @property
    def kind(self) -> str:
        """What contexts made with the same options have in common."""
        return json.dumps(self.options, sort_keys=True)


class Contexts:
    """The contexts of one browser that may be used again."""

    def __init__(self) -> None:
        self._free: list[BrowserContext] = []
        self._made: dict[BrowserContext, _Made] = {}

    async def take(self, browser: Browser, url: str, **options: Any) -> BrowserContext:
        """Give a context as if it was new; its first pages may be open.

        :param url: the site that it will visit, where it has been before if that can be
        """
        made = _Made(options)
        alike = [context for context in reversed(self._free) if self._made[context].kind == made.kind]
        for context in sorted(alike, key=lambda one: url not in self._made[one].visited):
            self._free.remove(context)
            if context.browser is browser and browser.is_connected():
                return context
            del self._made[context]
        context = await browser.new_context(**options)
        self._made[context] = made
        return context

    async def give_back(self, context: BrowserContext, url: str) -> None:
        """Empty a context and keep it, or close it.

        :param url: the site that it has visited
        """
        made = self._made.get(context, _Made({}, USED_AT_MOST))
        made.used += 1
        made.visited.add(url)
        if made.used >= USED_AT_MOST or not context.pages or not await _emptied(context, url, made.options):
            await self._close(context)
            return
        self._free.append(context)
        if len(self._free) > KEPT_AT_MOST:
            await self._close(self._free.pop(0))

    async def _close(self, context: BrowserContext) -> None:
        self._made.pop(context, None)
        await context.close()


async def _emptied(context: BrowserContext, url: str, options: Mapping[str, Any]) -> bool:
    if not _changed.isdisjoint((context, *context.pages)):
        return False
    try:
        for one in (context, *context.pages):
            await _take_back(one)
        await context.set_offline(False)
        for page in context.pages[TABS_KEPT_AT_MOST:]:
            await page.close()
        await asyncio.gather(*(_empty(page, options) for page in context.pages))
        first = context.pages[0]
        session = _sessions.get(first) or await NEW_CDP_SESSION(context, first)
        _sessions[first] = session
        await session.send('Storage.clearDataForOrigin', {'origin': url, 'storageTypes': 'all'})
        await context.clear_cookies()
    except Error:  # it shows something else, or has crashed
        return False
    return True


async def _empty(page: Page, options: Mapping[str, Any]) -> None:
    await page.evaluate('''() => {
        window.name = "";
        sessionStorage.clear();
        location.replace("about:blank"); // where somebody else than the page goes there, its process ends
    }''')
    await page.wait_for_url('about:blank')
    await page.emulate_media(media='null', color_scheme=options.get('color_scheme', 'light'),
                             reduced_motion=options.get('reduced_motion', 'no-preference'),
                             forced_colors=options.get('forced_colors', 'none'))
    size = options.get('viewport', SIZE)
    if page.viewport_size != size:
        await page.set_viewport_size(size)
