"""A page that fails tells the person a number, and under this number the log tells what happened."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest

from tests.apps import GUARDED
from tests.programs import CHEAP_PASSWORDS
from tests.server import Server

from .visitors import Somebody, Tab, until

_NUMBER = re.compile(r'the number ([0-9a-f]{8})')
_SECRET = 'the inner secret of the server'


@pytest.fixture(scope='module')
async def somebody(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Somebody]:
    """Somebody whose name nobody knows."""
    folder = tmp_path_factory.mktemp('failures')
    server = await Server(folder, {'acts': folder / 'acts', CHEAP_PASSWORDS: 1}, script=GUARDED).start()
    somebody = Somebody.at(server)
    yield somebody
    await somebody.close()
    server.stop()


async def number_of(tab: Tab) -> str:
    """Wait for the number that a page tells."""
    await until(lambda: _NUMBER.search(str(tab.texts())))
    found = _NUMBER.search(str(tab.texts()))
    assert found
    return found[1]


def records(log: str) -> list[str]:
    """What was logged, each record with its traceback."""
    return re.split(r'^(?=\d{4}-\d\d-\d\d )', log, flags=re.MULTILINE)


@pytest.mark.parametrize('path', ['/failing', '/failing/later', '/failing/within', '/failing/within/later'])
async def test_the_number_that_a_person_sees_finds_what_happened_in_the_log(somebody: Somebody, path: str) -> None:
    before = somebody.server.log.count('Traceback')
    asked_for, gone_to = await somebody.tab(path), await somebody.tab('/')
    await gone_to.navigate(path)

    for tab in (asked_for, gone_to):
        number = await number_of(tab)
        record, = (record for record in records(somebody.server.log) if number in record)
        assert f"the page at '{path}' failed" in record
        assert 'in failing\n' in record
        assert f'ValueError: {_SECRET}\n' in record
        assert _SECRET not in str(tab.elements)
        assert 'The first half' not in str(tab.elements)
    assert somebody.server.log.count('Traceback') == before + 2


async def test_what_is_around_the_pages_may_fail_as_well(somebody: Somebody) -> None:
    answer = await somebody.get('/?break-the-shell=1')

    number = _NUMBER.search(answer.text)
    assert number
    assert answer.status_code == 500
    assert _SECRET not in answer.text
    record, = (record for record in records(somebody.server.log) if number[1] in record)
    assert f'ValueError: {_SECRET}\n' in record
    assert 'break-the-shell' not in record.partition('Traceback')[0]


async def test_what_happens_at_an_event_is_in_the_log(somebody: Somebody) -> None:
    tab = await somebody.tab('/failing/click')

    await tab.click(tab.handler(text='Fail'))
    await tab.heard_all()

    assert f'ValueError: {_SECRET}\n' in somebody.server.log


async def test_a_path_writes_no_line_of_its_own_into_the_log(somebody: Somebody) -> None:
    forged = '2026-01-01 00:00:00 ERROR forged'
    tab = await somebody.tab('/')

    for path in (f'/failing/by/x\u2028{forged}', f'/failing/by/x\x85{forged}', f'/failing/by/x%E2%80%A8{forged}'):
        await tab.navigate('/')
        await until(lambda: not _NUMBER.search(str(tab.texts())))
        await tab.navigate(path)
        number = await number_of(tab)
        assert number in somebody.server.log

    assert 'forged' in somebody.server.log
    assert not [line for line in somebody.server.log.splitlines() if line.startswith(forged)]
