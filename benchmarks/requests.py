"""What does a request cost? ``GET /v1/client`` beside a bare Starlette route, and a guarded page beside the same bare.

``uv run benchmarks/requests.py --seconds 10``
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from math import ceil
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)

from benchmarks.support import ROOT, Described, machine, percentile, printed_by, serving, table

SERVER_CORE, LOAD_CORE = 0, (os.cpu_count() or 1) - 1


def sign_up(url: str) -> str:
    """Sign somebody up; returns their cookie."""
    body = b'email_address=person@example.com&password=correct+horse+battery'
    with urllib.request.urlopen(urllib.request.Request(f'{url}/v1/client/sign_ups', data=body)) as answer:
        return answer.headers['set-cookie'].partition(';')[0]


def load(url: str, cookie: str, connections: int, seconds: float, with_wrk: bool) -> tuple[float, float]:
    """Ask as fast as can be; returns requests a second, and the p99 of their times in milliseconds."""
    if with_wrk:
        return _load_with_wrk(url, cookie, connections, seconds)
    return tuple(json.loads(printed_by([__file__, '--load', url, cookie, str(connections), str(seconds)])))


def _load_with_wrk(url: str, cookie: str, connections: int, seconds: float) -> tuple[float, float]:
    done = subprocess.run(['taskset', '-c', str(LOAD_CORE), 'wrk', '-t1', f'-c{connections}', f'-d{ceil(seconds)}s',
                           '--latency', '-H', f'Cookie: {cookie}', url], capture_output=True, text=True, check=True)
    return figures_of_wrk(done.stdout)


def figures_of_wrk(printed: str) -> tuple[float, float]:
    """Requests a second, and the p99 of their times in milliseconds."""
    if 'Non-2xx' in printed:
        raise RuntimeError(printed)
    found = re.search(r'99%\s+([\d.]+)(us|ms|s)', printed)
    rate = re.search(r'Requests/sec:\s+([\d.]+)', printed)
    assert found
    assert rate
    return float(rate[1]), float(found[1]) * {'us': 0.001, 'ms': 1, 's': 1000}[found[2]]


async def _load_by_hand(url: str, cookie: str, connections: int, seconds: float) -> tuple[float, float]:
    host, _, rest = url.removeprefix('http://').partition('/')
    name, port = host.split(':')
    request = f'GET /{rest} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n'.encode()
    opened = [await asyncio.open_connection(name, int(port)) for _ in range(connections)]
    times: list[float] = []
    began = time.perf_counter()

    async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        start = began
        while start < began + seconds:
            start = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b'\r\n\r\n')
            length = re.search(rb'content-length: (\d+)', head)
            assert length
            await reader.readexactly(int(length[1]))
            times.append((time.perf_counter() - start) * 1000)
        writer.close()

    await asyncio.gather(*(ask(*streams) for streams in opened))
    return len(times) / (time.perf_counter() - began), percentile(times, 0.99)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Described)
    parser.add_argument('--seconds', type=float, default=10, help='how long is asked; for pages 5 at most')
    parser.add_argument('--warm-up', type=float, default=1, metavar='SECONDS', help='how long nothing is counted')
    parser.add_argument('--connections', type=int, nargs='+', default=[1, 16], help='how many there are at once')
    parser.add_argument('--without-wrk', action='store_true', help='ask with a program of this file, as if wrk was not '
                        'installed; wrk asks for whole seconds')
    parser.add_argument('--load', nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.load:
        os.sched_setaffinity(0, {LOAD_CORE})
        url, cookie, connections, seconds = given.load
        print(json.dumps(asyncio.run(_load_by_hand(url, cookie, int(connections), float(seconds)))))
        return
    with_wrk = shutil.which('wrk') is not None and not given.without_wrk
    print(f'{machine()}; server on one core, {"wrk" if with_wrk else "load program"} on another\n')

    def figures(url: str, cookie: str, connections: int, seconds: float) -> tuple[float, float]:
        if given.warm_up:
            load(url, cookie, connections, given.warm_up, with_wrk)
        return load(url, cookie, connections, seconds, with_wrk)

    rows: list[list[object]] = []
    pages: dict[str, float] = {}
    unlimited = dict.fromkeys(('MAX_WAITING_PAGES', 'MAX_WAITING_PAGES_PER_ADDRESS'), '1000000')  # nobody joins here
    with (serving([str(ROOT / 'main.py')], SERVER_CORE, **unlimited) as ours,
          serving([str(ROOT / 'benchmarks/bare_route.py')], SERVER_CORE) as route,
          serving([str(ROOT / 'benchmarks/bare.py')], SERVER_CORE) as page):
        cookie = sign_up(ours.url)
        ways = [('GET /v1/client', f'{ours.url}/v1/client', cookie),
                ('bare Starlette: one SHA-256, one look-up', f'{route.url}/client', '__client=x.y')]
        for connections in given.connections:
            for name, url, sent in ways:
                rows.append([name, connections, *figures(url, sent, connections, given.seconds)])
        for name, url, sent in (('private page with its guard', f'{ours.url}/account', cookie),
                                ('the same elements, bare NiceGUI', f'{page.url}/account', '')):
            rows.append([name, 1, *figures(url, sent, 1, min(given.seconds, 5))])
            pages[name] = float(str(rows[-1][2]))
    table(['', 'connections', 'requests/s', 'p99 ms'], rows)
    guarded, bare = pages.values()
    print(f'\npage with the guard / page without: {guarded / bare:.2f}')


if __name__ == '__main__':
    main()
