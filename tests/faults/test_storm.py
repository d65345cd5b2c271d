"""A storm: many browsers do things at random at two processes on one store, and the processes are killed at random.

Afterwards everything is compared. ``FAULT_SEED`` plays a run again, as far as the machine's timing lets it;
``FAULT_SECONDS`` says how long.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from tests.apps import SERVE
from tests.databases import Kind, TestDatabase
from tests.programs import CHEAP_PASSWORDS
from tests.server import Server

from .browser import PASSWORD, Browser
from .comparison import all_complaints, read_all, screens_are_right
from .ledger import Ledger

BROWSERS = 50
PEOPLE = 16
SECONDS: dict[Kind, float] = {'sqlite': 15, 'postgres': 60}
CALM_SECONDS = 15
"""How long the tabs may take after the storm until all of them are right; a process may just have been killed."""


async def sign_up(http: aiohttp.ClientSession, server: Server, ledger: Ledger, person: str) -> None:
    """Sign a person up, on a device that nobody uses afterwards."""
    async with http.post(f'{server.url}/v1/client/sign_ups', data={'email_address': person, 'password': PASSWORD}
                         ) as answer:
        assert answer.status == 200, await answer.text()
        body = await answer.json()
    ledger.note_sign_in(body['response']['created_session_id'], person, body['client']['id'])


async def kill_at_random(servers: Sequence[Server], chance: random.Random, seconds: float) -> int:
    """Kill a process now and then, and start it again; returns how often."""
    until, kills = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        await asyncio.sleep(chance.uniform(1, 5))
        server = chance.choice(servers)
        server.kill()
        kills += 1
        await asyncio.sleep(chance.uniform(0, 1.5))
        await server.start()
    return kills


async def calm(url: str, browsers: Sequence[Browser]) -> None:
    """Wait until all screens are right, or for as long as they may take."""
    stored = await read_all(url)
    async with asyncio.timeout(CALM_SECONDS):
        while list(screens_are_right(stored, browsers)):
            await asyncio.sleep(0.05)


async def storm(servers: Sequence[Server], seed: int, seconds: float) -> tuple[Ledger, list[str], int]:
    """Let it blow; returns what was asked and answered, what is wrong afterwards, and how often was killed."""
    ledger, people = Ledger(), [f'person{number}@example.com' for number in range(PEOPLE)]
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0),
                                     cookie_jar=aiohttp.DummyCookieJar()) as http:
        for person in people:
            await sign_up(http, servers[0], ledger, person)
        browsers = [Browser(http, servers, people, ledger, random.Random(f'{seed} browser {number}'))
                    for number in range(BROWSERS)]
        open_tabs = [asyncio.create_task(tab.stay_open()) for browser in browsers for tab in browser.tabs]
        kills, *_ = await asyncio.gather(kill_at_random(servers, random.Random(f'{seed} kills'), seconds),
                                         *(browser.use(seconds) for browser in browsers))
        with suppress(TimeoutError):  # then the comparison tells which screens are wrong
            await calm(servers[0].database.url, browsers)
        complaints = all_complaints(await read_all(servers[0].database.url), ledger, browsers)
        for task in open_tabs:
            task.cancel()
        await asyncio.gather(*open_tabs, return_exceptions=True)
    return ledger, complaints, kills


async def test_after_a_storm_of_acts_and_kills_store_audit_log_and_screens_agree(
        kind: Kind, make_database: Callable[[], TestDatabase], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get('FAULT_SEED') or random.SystemRandom().randrange(1_000_000))
    seconds = float(os.environ.get('FAULT_SECONDS') or SECONDS[kind])
    store = make_database()
    servers = [Server(tmp_path, {CHEAP_PASSWORDS: 1}, script=SERVE, store=store) for _ in range(2)]
    with capsys.disabled():
        print(f'\nFAULT_SEED={seed} plays this storm again ({kind}, {seconds:.0f} s)')

    try:
        for server in servers:
            await server.start()
        ledger, complaints, kills = await storm(servers, seed, seconds)
    finally:
        for server in servers:
            server.stop()

    with capsys.disabled():
        print(f'{kills} kills, {len(ledger.signed_in)} sign-ins, {len(ledger.ended)} ends, {dict(ledger.answers)}')
    assert not complaints, '\n'.join(complaints)
    assert 'Traceback' not in servers[0].log, servers[0].log
    assert {'sign_in 200', 'sign_out 200'} <= ledger.answers.keys()
    assert ledger.ended
    assert kills
