"""What does it cost that a server counts what it does? A sign-out and ``GET /v1/client``, with and without.

``uv run benchmarks/counting.py``
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any
from unittest import mock

sys.path[0] = str(Path(__file__).parent.parent)

from auth import Auth, Settings
from auth.credentials.passwords import Passwords
from auth.requests.request_info import RequestInfo
from auth.rules import audit, store
from auth.rules.clients import read_clients
from auth.rules.sessions import sign_out
from auth.rules.sign_in import SignedIn, sign_up
from auth.rules.store import Store
from auth.web.api import FrontendApi
from auth.web.gateway import Gateway
from auth.web.monitoring import Monitoring
from auth.web.waiting_pages import WaitingPages
from benchmarks.support import Described, machine, percentile, table
from models import migrate
from tests.following import Following, NoTabs


@contextmanager
def not_counting() -> Iterator[None]:
    """Leave out what is done for the numbers."""
    with ExitStack() as left_out:
        for module, name in ((audit, 'note'), (store, 'collect'), (store, 'tell')):
            left_out.enter_context(mock.patch.object(module, name, _do_nothing))
        yield


def _do_nothing(*_: object, **__: object) -> None:
    pass


async def ask(gateway: Gateway, cookie: str) -> None:
    """Send one ``GET /v1/client``, past the server's parser."""
    async def receive() -> dict[str, Any]:
        return {'type': 'http.request', 'body': b''}

    async def send(message: Any) -> None:
        assert message.get('status', 200) == 200

    headers = [(b'host', b'localhost'), (b'cookie', f'__client={cookie}'.encode())]
    await gateway({'type': 'http', 'http_version': '1.1', 'method': 'GET', 'path': '/v1/client', 'query_string': b'',
                   'scheme': 'http', 'client': ('127.0.0.1', 1), 'headers': headers}, receive, send)


async def measure(folder: str, rounds: int) -> dict[str, list[float]]:
    """Measure both ways in turn; returns microseconds of processor time: the disk takes a hundred times as
    long, and what it takes differs by more than what is looked for."""
    url = f'sqlite:///{folder}/live.db'
    migrate(url)
    auth = Auth(Store(url), Settings(database_url=url), passwords=Passwords(memory_kib=8, time_cost=1))
    following = Following(auth)
    await following.start(NoTabs())
    nothing: Any = None

    def gateway(monitoring: Monitoring | None) -> Gateway:
        api = FrontendApi(auth, following.clients, nothing, nothing, nothing)
        return Gateway(nothing, sockets=nothing, api=api, routes={}, clients=following.clients,
                       waiting=WaitingPages(auth.settings), monitoring=monitoring)

    gateways = {'with': gateway(Monitoring(auth, following.sync, ())), 'without': gateway(None)}
    people = iter([await join(auth, number) for number in range(2 * rounds)])
    stays = await join(auth, 2 * rounds)
    times: dict[str, list[float]] = {f'{what}, {how}': [] for what in ('sign_out', 'GET /v1/client')
                                     for how in gateways}
    for number in range(2 * rounds):
        how = 'with' if number % 2 else 'without'
        client_id = next(people).token.client_id
        client = (await read_clients(auth, [client_id]))[client_id]
        with nullcontext() if how == 'with' else not_counting():
            start = time.process_time()
            await auth.run(sign_out, client)
            times[f'sign_out, {how}'].append((time.process_time() - start) * 1e6)
    for number in range(20 * rounds):
        how = 'with' if number % 2 else 'without'
        start = time.process_time()
        await ask(gateways[how], str(stays.token))
        times[f'GET /v1/client, {how}'].append((time.process_time() - start) * 1e6)
    await following.stop()
    await auth.close()
    return times


async def join(auth: Auth, number: int) -> SignedIn:
    """Make an account."""
    return await sign_up(auth, None, email_address=f'person{number}@example.com', password='correct horse battery',
                         request_info=RequestInfo())


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Described)
    parser.add_argument('--rounds', type=int, default=500, help='how many people sign out each way')
    rounds = parser.parse_args(arguments).rounds
    print(f'{machine()}; {rounds} sign-outs and {10 * rounds} requests each way, in turn\n')
    with tempfile.TemporaryDirectory(prefix='benchmark-') as folder:
        times = asyncio.run(measure(folder, rounds))
    table(['what, processor time', 'with, p50 µs', 'without, p50 µs', 'ratio'],
          [[what, with_it := percentile(times[f'{what}, with'], 0.5),
            without := percentile(times[f'{what}, without'], 0.5), f'{with_it / without:.3f}']
           for what in ('sign_out', 'GET /v1/client')])


if __name__ == '__main__':
    main()
