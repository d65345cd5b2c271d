"""What is written into the log of what comes from outside: one line, that is short, and no sign that does anything."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

import pytest

from auth.web.log_lines import MAX_LINE, MAX_TRACE_LINES, OncePerKind, OneLine, printable

from .conftest import Start
from .wire import SOCKETS, Connection, are_few, browserlike, event, lines_of, page_of, query_of, wire

FORGED = '%1b%5b31mX%0aFORGED'
SIGNS = '\x1b[31mX\nFORGED\r\x00\x7f\x85\u2028\u202e\ud800\ufeff'


@pytest.mark.parametrize('text', [FORGED, 'x' * 30_000], ids=['signs', 'very long'])
async def test_an_address_forges_no_line(start: Start, text: str) -> None:
    server = await start()
    queries = [f'EIO=4&transport=polling&sid={text}', f'EIO=4&transport={text}', f'EIO={text}', f'EIO=4&j={text}',
               f'EIO=4&transport=polling&client_id={text}&tab_id=x&document_id=y',
               f'EIO=4&transport=websocket&sid={text}']
    async with browserlike() as http:
        for query in queries:
            for method in ('GET', 'POST', 'PUT', 'OPTIONS'):
                async with http.request(method, f'{server.url}{SOCKETS}?{query}') as answer:
                    await answer.read()
    for origin in ('http://evil\x1b[31m.example', 'http://' + 'x' * 30_000):
        asked = f'GET {SOCKETS}?EIO=4 HTTP/1.1\r\nHost: x\r\nOrigin: {origin}\r\nConnection: close\r\n\r\n'
        await (await Connection.to(server.port, asked.encode())).ended()
    server.stop()

    assert '\x1b' not in server.log
    assert not [line for line in server.log.splitlines() if line.startswith('FORGED')]
    assert 'Traceback' not in server.log
    assert len(server.log) < 5_000


async def test_requests_that_are_none_write_a_line_now_and_then(start: Start) -> None:
    server = await start()
    for _ in range(50):
        await (await Connection.to(server.port, b'\x16\x03\x01\x1b[31m\nFORGED\r\n\r\n')).ended()
    server.stop()

    assert are_few(lines_of(server), 2), server.log
    assert 'FORGED' not in server.log


def record(message: str, *arguments: object, name: str = 'engineio.server', error: bool = False) -> logging.LogRecord:
    """What a library has logged."""
    if error:
        try:
            raise ValueError(SIGNS + '\n2026-01-01 00:00:00 ERROR live_sessions: FORGED')
        except ValueError as caught:
            return logging.LogRecord(name, logging.ERROR, __file__, 1, message, arguments,
                                     (type(caught), caught, caught.__traceback__))
    return logging.LogRecord(name, logging.ERROR, __file__, 1, message, arguments, None)


def test_a_message_is_one_line_of_signs_that_are_printed() -> None:
    line = OneLine().format(record('Invalid session %s', SIGNS))

    assert line.isprintable()
    assert r'Invalid session \x1b[31mX\nFORGED\r\x00\x7f\x85\u2028\u202e\ud800\ufeff' in line


def test_a_long_message_is_cut() -> None:
    for long in ('x' * 100_000, '\x1b' * 100_000):
        assert len(OneLine().format(record('Invalid session %s', long))) < MAX_LINE + 100
    assert printable('äß漢 ok') == 'äß漢 ok'
    assert printable('x' * 20, 10) == 'x' * 10 + '…'


def test_a_traceback_is_readable_and_none_of_its_lines_looks_like_one_of_the_log() -> None:
    first, *others = OneLine().format(record('a message could not be handled', error=True)).split('\n')

    assert 'a message could not be handled' in first
    assert others[0] == '    Traceback (most recent call last):'
    assert all(line.startswith('    ') and line.isprintable() for line in others)
    assert len(others) < MAX_TRACE_LINES


def test_libraries_tell_the_same_now_and_then_and_of_real_errors_always() -> None:
    passes = OncePerKind().filter

    assert [passes(record('Invalid HTTP request.', name='uvicorn.error')) for _ in range(3)] == [True, False, False]
    assert [passes(record('it failed', name='nicegui', error=True)) for _ in range(3)] == [True, False, False]
    assert all(passes(record('ours', name='live_sessions')) for _ in range(3))
    assert all(passes(record('ours failed', name='live_sessions', error=True)) for _ in range(3))


def test_what_fails_elsewhere_is_told_as_well() -> None:
    passes = OncePerKind().filter

    def failed(act: Callable[[], object]) -> logging.LogRecord:
        try:
            act()
        except (ValueError, ZeroDivisionError) as caught:
            return logging.LogRecord('nicegui', logging.ERROR, __file__, 1, 'it failed', (),
                                     (type(caught), caught, caught.__traceback__))
        raise AssertionError

    def divide() -> object:
        return 1 // 0

    def read() -> object:
        return int('x')

    told = [passes(failed(act)) for act in (divide, read, divide)]

    assert told == [True, True, False]


async def test_events_that_no_page_sends_fill_no_log_with_what_they_make_fail(start: Start) -> None:
    server = await start()
    async with browserlike() as http:
        async with http.get(f'{server.url}/') as answer:
            text = await answer.text()
        query, listener = query_of(text), re.search(r'"listener_id":"([^"]+)","type":"sub_pages_navigate"', text)
        assert listener
        socket = await (await wire(http, server, query)).join()

        for wrong in ('[1,2]', '"http://["', '{}', 'null'):
            for _ in range(20):
                await socket.send(event('event', {'client_id': page_of(query), 'id': 0, 'listener_id': listener[1],
                                                  'args': [wrong]}))
        await socket.works()
    server.stop()

    assert 1 <= server.log.count('Traceback') <= 8, server.log
