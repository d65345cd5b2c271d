"""What ``sessions.install()`` costs a page of NiceGUI's: the time of its request, and the memory of an open tab.

Both servers run at once, and are asked in turn, so that whatever else the machine does meets both.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import aiohttp
import psutil

sys.path[0] = str(Path(__file__).parent.parent)

from benchmarks.support import ROOT, Described, Served, machine, serving, table
from tests.sockets import OpenPage

PAGE = str(ROOT / 'benchmarks' / 'bare_page.py')
AGAIN_SECONDS = 1.0
"""After which a page is asked for again that was refused because too many wait for their socket."""


async def ask(http: aiohttp.ClientSession, url: str) -> float:
    """Ask for the page; returns how long that took, in seconds."""
    while True:
        began = time.perf_counter()
        async with http.get(url) as answer:
            await answer.read()
        if answer.status == 200:
            return time.perf_counter() - began
        assert answer.status == 503, answer.status
        await asyncio.sleep(AGAIN_SECONDS)


async def open_tabs(http: aiohttp.ClientSession, served: Served, tabs: int) -> tuple[list[OpenPage], float]:
    """Open tabs; returns them, and how much memory each takes, in KiB."""
    process = psutil.Process(served.pid)
    before = process.memory_info().rss
    pages = [OpenPage() for _ in range(tabs)]
    for page in pages:
        await page.open(http, f'{served.url}/')
    return pages, (process.memory_info().rss - before) / tabs / 1024


async def measure(bare: Served, installed: Served, requests: int, tabs: int) -> list[list[object]]:
    """Ask both in turn; returns the rows of the table."""
    times: dict[Served, list[float]] = {bare: [], installed: []}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        opened: list[OpenPage] = []
        memory: list[float] = []
        for served in times:  # first: later, memory would be used again that was given back
            warm, _ = await open_tabs(http, served, max(1, tabs // 5))  # the first of them load what they all use
            pages, taken = await open_tabs(http, served, tabs)
            opened += [*warm, *pages]
            memory.append(taken)
        for _ in range(requests):
            for served, seconds in times.items():
                seconds.append(await ask(http, f'{served.url}/'))
        await asyncio.gather(*(page.close() for page in opened))
    figures = (('ms a request, median', *(median(times[one]) * 1000 for one in times)),
               ('KiB a tab', *memory))
    return [[name, without, with_it, f'{with_it / without:.2f}' if without > 0 else 'inf']
            for name, without, with_it in figures]


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the options, measure, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Described)
    parser.add_argument('--requests', type=int, default=400, help='of each')
    parser.add_argument('--tabs', type=int, default=300, help='of each')
    given = parser.parse_args(arguments)
    print(f'{machine()}\n')
    with ExitStack() as stack:
        bare, installed = (stack.enter_context(serving([PAGE, *more])) for more in ((), ('--installed',)))
        rows = asyncio.run(measure(bare, installed, given.requests, given.tabs))
    table(['a page of NiceGUI', 'without', 'with install()', 'with / without'], rows)


if __name__ == '__main__':
    main()
