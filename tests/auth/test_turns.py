"""In which order passwords are hashed, and who is told to come again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from threading import Event

import pytest

from auth.credentials import turns as turns_module
from auth.credentials.turns import Claim, Turns
from auth.errors import TooBusy
from tests.patience import PATIENCE_SECONDS

OWNER = Claim('client_1 user_1')


class Busy:
    """Turns on a machine of some cores, on which work goes on until the test lets it."""

    def __init__(self, patience_seconds: float) -> None:
        self.turns = Turns(patience_seconds)
        self.done: list[str] = []
        self.let_go = Event()
        self.tasks: list[asyncio.Task[None]] = []

    async def ask(self, name: str, claim: Claim, *, wait: bool = False) -> None:
        """Ask for a turn; what was asked before has been asked by then."""
        self.tasks.append(asyncio.create_task(self.turns.run(claim, self._work, name, wait)))
        await asyncio.sleep(0)

    async def all_done(self) -> list[str]:
        self.let_go.set()
        await asyncio.gather(*self.tasks)
        return [name for name in self.done if name != 'first']

    def _work(self, name: str, wait: bool) -> None:
        if wait:
            self.let_go.wait(PATIENCE_SECONDS)
        self.done.append(name)


@pytest.fixture
async def make_busy(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[..., Busy]]:
    made: list[Busy] = []

    def make(patience_seconds: float = 60, cores: int = 1) -> Busy:
        monkeypatch.setattr(turns_module.os, 'cpu_count', lambda: cores)
        made.append(Busy(patience_seconds))
        return made[-1]

    yield make
    for busy in made:
        busy.let_go.set()
        await asyncio.gather(*busy.tasks, return_exceptions=True)  # or what they raise is told in a later test
        busy.turns.close()


def stranger(who: str, tries: float = 0) -> Claim:
    return Claim(who, is_known=False, tries=tries)


async def test_each_address_has_one_turn_after_another(make_busy: Callable[..., Busy]) -> None:
    busy = make_busy()
    await busy.ask('first', stranger('nobody'), wait=True)
    for number in range(3):
        await busy.ask(f'flood {number}', stranger('flood'))
    await busy.ask('ann', stranger('192.0.2.1'))
    await busy.ask('bob', stranger('192.0.2.2'))

    assert await busy.all_done() == ['bob', 'ann', 'flood 0', 'flood 1', 'flood 2']


async def test_a_browser_that_was_here_before_comes_first_and_then_who_was_wrong_least(
        make_busy: Callable[..., Busy]) -> None:
    busy = make_busy()
    await busy.ask('first', stranger('nobody'), wait=True)
    for tries in (2, 0, 7, 1):
        await busy.ask(f'after {tries}', stranger(f'192.0.2.{tries}', tries))
    await busy.ask('owner', OWNER)

    assert await busy.all_done() == ['owner', 'after 0', 'after 1', 'after 2', 'after 7']


async def test_a_known_browser_that_floods_has_one_turn_after_another_as_well(make_busy: Callable[..., Busy]) -> None:
    busy = make_busy()
    await busy.ask('first', stranger('nobody'), wait=True)
    for number in range(4):
        await busy.ask(f'flood {number}', OWNER)
    await busy.ask('stranger', stranger('192.0.2.1'))
    await busy.ask('other', Claim('client_2 user_2'))

    assert await busy.all_done() == ['other', 'flood 0', 'stranger', 'flood 1', 'flood 2', 'flood 3']


async def test_those_with_many_tries_leave_a_thread_to_others(make_busy: Callable[..., Busy]) -> None:
    busy = make_busy(cores=2)
    for number in range(3):
        await busy.ask('first', stranger(f'flood {number}', tries=9), wait=True)
    assert busy.turns.waiting == 2

    await busy.ask('owner', OWNER)
    await busy.tasks[-1]

    assert busy.done == ['owner']


async def test_who_waits_too_long_is_told_to_come_again_and_is_not_hashed_later(make_busy: Callable[..., Busy]) -> None:
    busy = make_busy(patience_seconds=0.05)
    await busy.ask('first', OWNER, wait=True)
    await busy.ask('late', stranger('192.0.2.1'))

    with pytest.raises(TooBusy) as told:
        await busy.tasks.pop()

    assert told.value.retry_after == 5
    assert await busy.all_done() == []
    assert busy.turns.waiting == 0


async def test_of_too_many_whoever_would_come_last_is_told_at_once(
        make_busy: Callable[..., Busy], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns_module, 'WAITING_AT_MOST', 2)
    busy = make_busy()
    await busy.ask('first', stranger('nobody'), wait=True)
    for number in range(3):
        await busy.ask(f'flood {number}', stranger('flood'))
    await busy.ask('ann', stranger('192.0.2.1'))

    sent_away = await asyncio.wait_for(asyncio.gather(*busy.tasks[2:4], return_exceptions=True),
                                       PATIENCE_SECONDS)
    del busy.tasks[2:4]

    assert [type(error) for error in sent_away] == [TooBusy] * 2
    assert await busy.all_done() == ['ann', 'flood 0']


async def test_who_goes_away_leaves_no_place_behind_and_a_thread_that_works_is_not_free(
        make_busy: Callable[..., Busy]) -> None:
    busy = make_busy()
    await busy.ask('first', stranger('nobody'), wait=True)
    await busy.ask('gone', stranger('192.0.2.1'))
    await busy.ask('ann', stranger('192.0.2.2'))

    for task in busy.tasks[:2]:
        task.cancel()
    assert [type(one) for one in await asyncio.gather(*busy.tasks[:2], return_exceptions=True)] == [
        asyncio.CancelledError] * 2
    assert busy.turns.waiting == 1
    del busy.tasks[:2]

    assert await busy.all_done() == ['ann']
    assert busy.turns._of_each == {}
