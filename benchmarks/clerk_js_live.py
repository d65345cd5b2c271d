"""How long after another device has ended its session does a page of Clerk's clerk-js know? With the live script, and
without. It needs npm, which fetches clerk-js into a cache.

``uv run benchmarks/clerk_js_live.py --rounds 200 --alone 5``
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp
from playwright.async_api import Browser, BrowserContext, Page, Route, async_playwright

sys.path[0] = str(Path(__file__).parent.parent)

from auth import Settings
from benchmarks.support import ROOT, Described, Served, machine, percentile, serving, table
from tests.browser.chromium import launch
from tests.conformance.installed import fetch_clients

PASSWORD = 'correct horse battery'
PATIENCE_MS = 90_000

PAGE = '''<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page of clerk-js</title>
<link rel="icon" href="data:,">
<script src="/npm/@clerk/clerk-js@6/dist/clerk.browser.js"
 data-clerk-publishable-key="{key}" data-clerk-proxy-url="{url}"></script>{script}</head>
<body><script>window.ready = Clerk.load({{telemetry: false}})</script></body></html>'''
LIVE = '<script src="/v1/live.js" async></script>'
AT_LIVE, AT_ALONE = '/with-the-script', '/without-it'

SIGN_IN = '''async ([identifier, password]) => {
    await window.ready
    const done = await Clerk.client.signIn.create({identifier, password})
    await Clerk.setActive({session: done.createdSessionId})
    return done.createdSessionId
}'''
# Resolves with the moment at which the page knows that nobody is signed in, in milliseconds by the machine's clock.
SEEN = '''() => {
    window.seen = new Promise((resolve) => {
        const stop = Clerk.addListener(({session}) => {
            if (session !== null) return
            resolve(performance.timeOrigin + performance.now())
            queueMicrotask(() => stop())
        })
    })
}'''


class Phone:
    """The other device of somebody: a program that keeps its cookie."""

    def __init__(self, served: Served, number: int) -> None:
        self._served = served
        self.address = f'person{number}@example.com'
        self._http = aiohttp.ClientSession()

    async def sign_up(self) -> None:
        """Make the account."""
        await self._post('/v1/client/sign_ups', email_address=self.address, password=PASSWORD)

    async def revoke(self, session_id: str) -> float:
        """End the session of the other device; returns when that was asked for."""
        at = time.time() * 1000
        await self._post(f'/v1/me/sessions/{session_id}/revoke')
        return at

    async def close(self) -> None:
        """Let the connection go."""
        await self._http.close()

    async def _post(self, path: str, **fields: str) -> None:
        async with self._http.post(self._served.url + path, data=fields) as answer:
            assert answer.status == 200, await answer.text()


async def until_listening(http: aiohttp.ClientSession, served: Served, pages: int) -> None:
    """Wait until so many pages listen to the server."""
    while True:
        async with http.get(f'{served.url}/metrics') as answer:
            if f'\nlive_sessions_live_streams {pages}.0\n' in await answer.text():
                return
        await asyncio.sleep(0.05)


async def new_page(browser: Browser, served: Served, path: str) -> Page:
    """Open a page of clerk-js in a browser of its own."""
    context: BrowserContext = await browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
    key = Settings(port=int(served.url.rpartition(':')[2])).publishable_key

    async def answer(route: Route) -> None:
        script = LIVE if path == AT_LIVE else ''
        await route.fulfill(content_type='text/html', body=PAGE.format(key=key, url=served.url, script=script))

    await context.route(f'**{path}', answer)
    page = await context.new_page()
    await page.goto(served.url + path)
    return page


async def measure_live(browser: Browser, served: Served, rounds: int, warm_up: int) -> dict[str, list[float]]:
    """End the session of a page that listens, again and again: by another device, and by a line of SQL."""
    times: dict[str, list[float]] = {'revoke': [], 'sql': []}
    page = await new_page(browser, served, AT_LIVE)
    raw = sqlite3.connect(served.database, isolation_level=None, timeout=5)
    async with aiohttp.ClientSession() as http:
        for number in range(warm_up + rounds):
            for how, taken in times.items():
                phone = Phone(served, number * 10 + len(how))
                await phone.sign_up()
                session_id = await page.evaluate(SIGN_IN, [phone.address, PASSWORD])
                await until_listening(http, served, 1)
                await page.evaluate(SEEN)
                if how == 'revoke':
                    at = await phone.revoke(session_id)
                else:
                    at = time.time() * 1000
                    raw.execute("UPDATE session SET status = 'revoked' WHERE id = ?", [session_id])
                took = await page.evaluate('window.seen') - at
                if number >= warm_up:
                    taken.append(took)
                await phone.close()
                await until_listening(http, served, 0)
    raw.close()
    return times


async def measure_alone(browser: Browser, served: Served, number: int) -> float:
    """End the session of a page that does not listen."""
    phone = Phone(served, 1_000_000 + number)
    await phone.sign_up()
    page = await new_page(browser, served, AT_ALONE)
    session_id: Any = await page.evaluate(SIGN_IN, [phone.address, PASSWORD])
    await page.evaluate(SEEN)
    at = await phone.revoke(session_id)
    await phone.close()
    return await page.evaluate('window.seen') - at


async def measure(rounds: int, warm_up: int, alone: int) -> dict[str, list[float]]:
    """Measure with the script, then without."""
    async with async_playwright() as playwright:
        with serving([str(ROOT / 'main.py')], clients_folder=str(fetch_clients())) as served:
            browser = await launch(playwright)
            print(f'{machine()}, Chromium {browser.version}; {rounds} rounds, {alone} without the script\n')
            times = await measure_live(browser, served, rounds, warm_up)
            pages = (measure_alone(browser, served, number) for number in range(alone))
            times['alone'] = await asyncio.gather(*pages)
            await browser.close()
    return times


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Described)
    parser.add_argument('--rounds', type=int, default=200, help='how often a session is ended in each way')
    parser.add_argument('--warm-up', type=int, default=3, metavar='ROUNDS',
                        help='how many rounds before are not counted')
    parser.add_argument('--alone', type=int, default=5, metavar='PAGES',
                        help='how many pages without the script; each takes 42 s, all at once')
    given = parser.parse_args(arguments)
    times = asyncio.run(measure(given.rounds, given.warm_up, given.alone))
    names = {'revoke': 'another device revokes → the page, with the live script',
             'sql': 'a line of SQL → the page, with the live script',
             'alone': 'another device revokes → the page, clerk-js alone'}
    table(['milliseconds', 'p50', 'p95', 'p99', 'max'],
          [[names[how], *(percentile(found, share) for share in (0.5, 0.95, 0.99, 1.0))]
           for how, found in times.items() if found])


if __name__ == '__main__':
    main()
