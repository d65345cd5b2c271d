"""A storm: many browsers do things at random at two processes on one store, and both processes are killed.

Afterwards everything is compared. ``FAULT_SEED`` plays a run again, as far as the machine's timing lets it;
``FAULT_SECONDS`` says how long it blows at least, and ``FAULT_SPEED`` how many times faster than usual the processes
and tabs time out; 1 is the time of a real site.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import aiohttp
import pytest

from auth.timing import Timing
from tests.apps import SERVE
from tests.databases import Kind, TestDatabase
from tests.programs import CHEAP_PASSWORDS
from tests.server import Server
from tests.speed import timing_at

from .browser import PASSWORD, Browser
from .comparison import Stored, all_complaints, read_all, screens_are_right
from .ledger import Ledger

BROWSERS = 8
PEOPLE = 4
SECONDS = 6
SPEED = 2
CALM_SECONDS = 60
"""How long the tabs may take after the storm until all of them are right; most take as long as a page does."""


async def sign_up(http: aiohttp.ClientSession, server: Server, ledger: Ledger, person: str) -> None:
    """Sign a person up, on a device that nobody uses afterwards."""
    form = {'email_address': person, 'password': PASSWORD}
    while True:
        async with http.post(f'{server.url}/v1/client/sign_ups', data=form) as answer:
            body = await answer.json()
            if answer.status != 503:  # which says that nothing was changed, and to try again
                break
    assert answer.status == 200, body
    ledger.note_sign_in(body['response']['created_session_id'], person, body['client']['id'])


async def kill_each(servers: Sequence[Server], chance: random.Random) -> None:
    """Kill each process once, in any order, and start it again."""
    for server in chance.sample(servers, len(servers)):
        await asyncio.sleep(chance.uniform(0.5, 2))
        server.kill()
        await asyncio.sleep(chance.uniform(0, 1.5))
        await server.start()


async def blow(servers: Sequence[Server], ledger: Ledger, chance: random.Random, seconds: float) -> int:
    """Kill, for so long and until enough was done to compare; returns how often all were killed."""
    until, rounds = time.monotonic() + seconds, 0
    while time.monotonic() < until or not ledger.tells_enough:
        await kill_each(servers, chance)
        rounds += 1
    return rounds


async def calm(url: str, browsers: Sequence[Browser]) -> Stored:
    """Wait until all screens are right, or for as long as they may take; returns what they were compared with."""
    until = time.monotonic() + CALM_SECONDS
    while True:
        stored = await read_all(url)
        if time.monotonic() > until or not list(screens_are_right(stored, browsers)):
            return stored
        await asyncio.sleep(0.1)


async def storm(servers: Sequence[Server], seed: int, seconds: float, timing: Timing) -> tuple[Ledger, list[str], int]:
    """Let it blow; returns what was asked and answered, what is wrong afterwards, and how often all were killed."""
    ledger, people = Ledger(), [f'person{number}@example.com' for number in range(PEOPLE)]
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0),
                                     cookie_jar=aiohttp.DummyCookieJar()) as http:
        for person in people:
            await sign_up(http, servers[0], ledger, person)
        browsers = [Browser(http, servers, people, ledger, random.Random(f'{seed} browser {number}'), timing=timing)
                    for number in range(BROWSERS)]
        open_tabs = [asyncio.create_task(tab.stay_open()) for browser in browsers for tab in browser.tabs]
        over = asyncio.Event()
        users = [asyncio.create_task(browser.use(over)) for browser in browsers]
        try:
            rounds = await blow(servers, ledger, random.Random(f'{seed} kills'), seconds)
        finally:
            over.set()
            await asyncio.gather(*users)
        stored = await calm(servers[0].database.url, browsers)
        complaints = all_complaints(stored, ledger, browsers, timing)  # at once: a tab may lose its server at any time
        await _close(open_tabs)
    return ledger, complaints, rounds


async def _close(open_tabs: Collection[asyncio.Task[None]]) -> None:
    """Close all tabs. One that is just losing its server may not hear of it at once, and is asked again."""
    while open_tabs:
        for task in open_tabs:
            task.cancel()
        _, open_tabs = await asyncio.wait(open_tabs, timeout=1)


async def test_after_a_storm_of_acts_and_kills_store_audit_log_and_screens_agree(
        kind: Kind, make_database: Callable[[], TestDatabase], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get('FAULT_SEED') or random.SystemRandom().randrange(1_000_000))
    seconds = float(os.environ.get('FAULT_SECONDS') or SECONDS)
    speed = float(os.environ.get('FAULT_SPEED') or SPEED)
    store = make_database()
    servers = [Server(tmp_path, {CHEAP_PASSWORDS: 1}, script=SERVE, store=store, speed=speed) for _ in range(2)]
    with capsys.disabled():
        print(f'\nFAULT_SEED={seed} FAULT_SPEED={speed:g} plays this storm again ({kind}, {seconds:.0f} s)')

    try:
        await asyncio.gather(*[server.start() for server in servers])
        ledger, complaints, rounds = await storm(servers, seed, seconds, timing_at(speed))
    finally:
        for server in servers:
            server.stop()

    with capsys.disabled():
        print(f'{rounds * len(servers)} kills, {len(ledger.signed_in)} sign-ins, {len(ledger.ended)} ends, '
              f'slowest {ledger.slowest:.1f} s, {dict(ledger.answers)}')
    assert not complaints, '\n'.join(complaints)
    assert 'Traceback' not in servers[0].log, servers[0].log
    assert ledger.tells_enough
    assert rounds
