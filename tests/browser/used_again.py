"""Browser contexts that are used again.

A page takes Chromium three times as long in a new context as in one where a page was before: the process is new, and
all scripts are compiled anew. So a test gives its context back, with nothing of it left: no cookies, no storage, one
empty tab. What a test has changed for good, such as a script for each page to come, is not given back.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from playwright.async_api import Browser, BrowserContext, Error, Page

KEPT_AT_MOST = 4
USED_AT_MOST = 25
"""What a process keeps of pages that have gone is not much, and yet it adds up."""

_CHANGING = {
    Page: ('add_init_script', 'emulate_media', 'expose_binding', 'expose_function', 'on', 'once', 'route',
           'route_web_socket', 'set_extra_http_headers', 'set_viewport_size'),
    BrowserContext: ('add_init_script', 'expose_binding', 'expose_function', 'grant_permissions', 'new_cdp_session',
                     'on', 'once', 'route', 'route_web_socket', 'set_extra_http_headers', 'set_geolocation',
                     'set_offline')}
"""What lasts longer than the page that is shown. ``clock`` is no method: a test that sets it asks for a new context."""

_changed: WeakSet[Page | BrowserContext] = WeakSet()
_listeners: WeakKeyDictionary[Page, list[tuple[str, Callable[..., None]]]] = WeakKeyDictionary()


def watch_what_changes_for_good() -> None:
    """Note of each page and context whether it was changed."""
    for kind, names in _CHANGING.items():
        for name in names:
            setattr(kind, name, _noting(getattr(kind, name)))


def _noting(change: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(change)
    def noting(changed: Any, *given: Any, **more: Any) -> Any:
        _changed.add(changed)
        return change(changed, *given, **more)

    return noting


def listen(page: Page, event: str, listener: Callable[..., None]) -> None:
    """Listen until the page is given back."""
    _unwrapped(Page, 'on')(page, event, listener)
    _listeners.setdefault(page, []).append((event, listener))


def _unwrapped(kind: type, name: str) -> Callable[..., Any]:
    method = getattr(kind, name)
    return getattr(method, '__wrapped__', method)


class Contexts:
    """The contexts of one browser that may be used again."""

    def __init__(self) -> None:
        self._free: list[BrowserContext] = []
        self._used: dict[BrowserContext, int] = {}

    async def take(self, browser: Browser) -> BrowserContext:
        """Give a context as if it was new; its first page may be open."""
        while self._free:
            context = self._free.pop()
            if context.browser is browser and browser.is_connected():
                return context
        context = await browser.new_context()
        self._used[context] = 0
        return context

    async def give_back(self, context: BrowserContext, url: str) -> None:
        """Empty a context and keep it, or close it.

        :param url: the site that it has visited
        """
        used = self._used.pop(context, USED_AT_MOST) + 1
        if used < USED_AT_MOST and len(self._free) < KEPT_AT_MOST and context.pages and await _emptied(context, url):
            self._used[context] = used
            self._free.append(context)
        else:
            await context.close()


async def _emptied(context: BrowserContext, url: str) -> bool:
    for page in context.pages:
        for event, listener in _listeners.pop(page, ()):
            page.remove_listener(event, listener)
    page, *others = context.pages
    if not _changed.isdisjoint((context, *context.pages)) or page.is_closed():
        return False
    try:
        for other in others:
            await other.close()
        await page.evaluate('() => { window.name = ""; sessionStorage.clear(); }')
        session = await _unwrapped(BrowserContext, 'new_cdp_session')(context, page)
        await page.goto(f'{url}/_live_sessions/icon.svg')  # about:blank would end the process
        await session.send('Storage.clearDataForOrigin', {'origin': url, 'storageTypes': 'all'})
        await session.detach()
        await context.clear_cookies()
    except Error:  # it shows something else, or has crashed
        return False
    return True
