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
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)

from benchmarks.support import ROOT, machine, percentile, serving, table

SERVER_CORE, LOAD_CORE = 0, (os.cpu_count() or 1) - 1


def sign_up(url: str) -> str:
    """Sign somebody up; returns their cookie."""
    body = b'email_address=person@example.com&password=correct+horse+battery'
    with urllib.request.urlopen(urllib.request.Request(f'{url}/v1/client/sign_ups', data=body)) as answer:
        return answer.headers['set-cookie'].partition(';')[0]


def load(url: str, cookie: str, connections: int, seconds: int) -> tuple[float, float]:
    """Ask as fast as can be; returns requests a second, and the p99 of their times in milliseconds."""
    if shutil.which('wrk'):
        return _load_with_wrk(url, cookie, connections, seconds)
    program = [sys.executable, __file__, '--load', url, cookie, str(connections), str(seconds)]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    return tuple(json.loads(done.stdout))


def _load_with_wrk(url: str, cookie: str, connections: int, seconds: int) -> tuple[float, float]:
    done = subprocess.run(['taskset', '-c', str(LOAD_CORE), 'wrk', '-t1', f'-c{connections}', f'-d{seconds}s',
                           '--latency', '-H', f'Cookie: {cookie}', url], capture_output=True, text=True, check=True)
    if 'Non-2xx' in done.stdout:
        raise RuntimeError(done.stdout)
    found = re.search(r'99%\s+([\d.]+)(us|ms|s)', done.stdout)
    rate = re.search(r'Requests/sec:\s+([\d.]+)', done.stdout)
    assert found
    assert rate
    return float(rate[1]), float(found[1]) * {'us': 0.001, 'ms': 1, 's': 1000}[found[2]]


async def _load_by_hand(url: str, cookie: str, connections: int, seconds: int) -> tuple[float, float]:
    host, _, rest = url.removeprefix('http://').partition('/')
    name, port = host.split(':')
    request = f'GET /{rest} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n'.encode()
    until, times = time.perf_counter() + seconds, []

    async def ask() -> None:
        reader, writer = await asyncio.open_connection(name, int(port))
        while (start := time.perf_counter()) < until:
            writer.write(request)
            head = await reader.readuntil(b'\r\n\r\n')
            length = re.search(rb'content-length: (\d+)', head)
            assert length
            await reader.readexactly(int(length[1]))
            times.append((time.perf_counter() - start) * 1000)
        writer.close()

    await asyncio.gather(*(ask() for _ in range(connections)))
    return len(times) / seconds, percentile(times, 0.99)


def main() -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--seconds', type=int, default=10)
    parser.add_argument('--load', nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.load:
        os.sched_setaffinity(0, {LOAD_CORE})
        url, cookie, connections, seconds = given.load
        print(json.dumps(asyncio.run(_load_by_hand(url, cookie, int(connections), int(seconds)))))
        return
    print(f'{machine()}; server on one core, {"wrk" if shutil.which("wrk") else "load program"} on another\n')
    rows: list[list[object]] = []
    pages: dict[str, float] = {}
    unlimited = dict.fromkeys(('MAX_WAITING_PAGES', 'MAX_WAITING_PAGES_PER_ADDRESS'), '1000000')  # nobody joins here
    with (serving([str(ROOT / 'main.py')], SERVER_CORE, **unlimited) as ours,
          serving([str(ROOT / 'benchmarks/bare_route.py')], SERVER_CORE) as route,
          serving([str(ROOT / 'benchmarks/bare.py')], SERVER_CORE) as page):
        cookie = sign_up(ours.url)
        ways = [('GET /v1/client', f'{ours.url}/v1/client', cookie),
                ('bare Starlette: one SHA-256, one look-up', f'{route.url}/client', '__client=x.y')]
        for connections in (1, 16):
            for name, url, sent in ways:
                load(url, sent, connections, 1)
                rows.append([name, connections, *load(url, sent, connections, given.seconds)])
        for name, url, sent in (('private page with its guard', f'{ours.url}/account', cookie),
                                ('the same elements, bare NiceGUI', f'{page.url}/account', '')):
            load(url, sent, 1, 1)
            rows.append([name, 1, *load(url, sent, 1, min(given.seconds, 5))])
            pages[name] = float(str(rows[-1][2]))
    table(['', 'connections', 'requests/s', 'p99 ms'], rows)
    guarded, bare = pages.values()
    print(f'\npage with the guard / page without: {guarded / bare:.2f}')


if __name__ == '__main__':
    main()
