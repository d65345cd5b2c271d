"""Whether the server's memory stays flat: people who come and go, and programs whose pages and sockets never join.

``uv run benchmarks/memory.py --minutes 30`` is the soak. Each kind of load has a server of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any
from uuid import uuid4

import aiohttp
import psutil

sys.path[0] = str(Path(__file__).parent.parent)

from benchmarks.support import ROOT, Described, Served, machine, serving, table
from tests.sockets import OpenPage

PEOPLE = 8
TABS_OF_A_PERSON = 3
ASKED_AT_ONCE = 16
PASSWORD = 'correct horse battery'
SAMPLE_SECONDS = 0.5
FEWEST_SAMPLES = 3
"""One for each third of the time."""


@dataclass
class Usage:
    """What a server used while it was under load."""

    mebibytes: list[float] = field(default_factory=list)
    done: int = 0
    """How many pages it served."""
    refused: int = 0
    """How many it answered 503."""

    def third(self, number: int) -> float:
        """The mean of a third of the time, in MiB."""
        size = max(1, len(self.mebibytes) // 3)
        return fmean(self.mebibytes[number * size:(number + 1) * size])


async def come_and_go(http: aiohttp.ClientSession, url: str, usage: Usage) -> None:
    """Sign up, open tabs, sign out, and close them."""
    fields = {'email_address': f'{uuid4().hex}@example.com', 'password': PASSWORD}
    cookie = await act(http, 'POST', f'{url}/v1/client/sign_ups', usage, data=fields)
    pages = [OpenPage() for _ in range(TABS_OF_A_PERSON)]
    for page, path in zip(pages, ('/', '/account', '/account/security'), strict=True):
        await page.open(http, url + path, lambda: cookie)
        usage.done += 1
    await act(http, 'DELETE', f'{url}/v1/client/sessions', usage, headers={'Cookie': cookie})
    await asyncio.gather(*(page.close() for page in pages))


async def act(http: aiohttp.ClientSession, method: str, url: str, usage: Usage, **more: Any) -> str:
    """Do something, again where the server says that nothing was changed; returns the cookie that it gave, if any."""
    while True:
        async with http.request(method, url, **more) as answer:
            if answer.status == 200:
                return answer.headers.get('set-cookie', '').partition(';')[0]
            assert answer.status == 503, await answer.text()
        usage.refused += 1
        await asyncio.sleep(0.1)


async def ask_and_leave(http: aiohttp.ClientSession, url: str, usage: Usage) -> None:
    """Ask for the start page like a program, which never joins it."""
    async with http.get(f'{url}/') as answer:
        await answer.read()
    if answer.status == 200:
        usage.done += 1
    else:
        usage.refused += 1


async def connect_and_leave(http: aiohttp.ClientSession, url: str, usage: Usage) -> None:
    """Open a socket like a program, which never joins a page."""
    try:
        socket = await http.ws_connect(f'{url}/_nicegui_ws/socket.io/?EIO=4&transport=websocket')
    except aiohttp.WSServerHandshakeError:
        usage.refused += 1
    else:
        await socket.close()
        usage.done += 1


async def measure(served: Served, load: Callable[[aiohttp.ClientSession, str, Usage], Awaitable[None]], at_once: int,
                  seconds: float, sample_seconds: float = SAMPLE_SECONDS) -> Usage:
    """Put a server under load for so long, after a tenth of the time to warm up."""
    usage, process = Usage(), psutil.Process(served.pid)
    began = time.monotonic()
    end = began + seconds * 1.1

    async def again_and_again(http: aiohttp.ClientSession) -> None:
        while time.monotonic() < end:
            await load(http, served.url, usage)

    async def look() -> None:
        await asyncio.sleep(seconds * 0.1)
        while time.monotonic() < end or len(usage.mebibytes) < FEWEST_SAMPLES:
            usage.mebibytes.append(process.memory_info().rss / 2**20)
            await asyncio.sleep(sample_seconds)

    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as http:
        await asyncio.gather(look(), *(again_and_again(http) for _ in range(at_once)))
    return usage


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the options, measure, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Described)
    parser.add_argument('--minutes', type=float, default=30, help='of each load')
    parser.add_argument('--people', type=int, default=PEOPLE, help='how many come and go at once')
    parser.add_argument('--sample-seconds', type=float, default=SAMPLE_SECONDS, help='how often the memory is read')
    given = parser.parse_args(arguments)
    print(f'{machine()}; {given.minutes} minutes each\n')
    rows: list[list[object]] = []
    for name, load, at_once in ((f'{given.people} people', come_and_go, given.people),
                                ('a flood', ask_and_leave, ASKED_AT_ONCE),
                                ('sockets that never join', connect_and_leave, ASKED_AT_ONCE)):
        with serving([str(ROOT / 'main.py')]) as served:
            usage = asyncio.run(measure(served, load, at_once, given.minutes * 60, given.sample_seconds))
        first, last = usage.third(0), usage.third(2)
        rows.append([name, usage.done, usage.refused, first, usage.third(1), last, f'{last / first:.2f}'])
    table(['MiB of the server', 'pages or sockets', 'refused', 'first third', 'second', 'last', 'last / first'], rows)


if __name__ == '__main__':
    main()
