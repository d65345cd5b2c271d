"""What a socket may send: no more than pages send. Whatever else comes is refused, and the socket with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import psycopg
import pytest

from auth import Settings
from tests.apps import SERVE
from tests.databases import TestDatabase
from tests.patience import PATIENCE_SECONDS
from tests.programs import CHEAP_PASSWORDS
from tests.running import only_on_postgres
from tests.server import Server

from .conftest import Start
from .wire import (
    Connection,
    Polled,
    are_few,
    browserlike,
    event,
    lines_of,
    masked,
    memory,
    page_of,
    page_query,
    sign_up,
    upgrade,
    wire,
)

BINARY_EVENT = '459999999-["event",{"_placeholder":true,"num":0}]'
MEGABYTE = bytes(1_000_000)
LARGEST = Settings().max_message_bytes

FORGED = {
    'bytes': b'\x01', 'bytes in text': 'bAAAA', 'bytes that are none': 'b!', 'nothing': '', 'no digit': 'x',
    'a digit of another script': '٤2["event",{}]', 'half a digit': '½', 'an engine that opens': '0{"sid":"x"}',
    'a probe': '2probe', 'an upgrade': '5', 'a message of nothing': '4', 'a message of JSON': '4{"a":1}',
    'a message of a list': '4[[[]]]', 'no such type': '47', 'a superscript': '4²["event"]',
    'a binary event': '451-["event",{"_placeholder":true,"num":0}]', 'a binary answer': '461-[{}]',
    'bytes that never come': BINARY_EVENT, 'too many bytes': '4599999999999-["event"]',
    'an answer': '431[]', 'an answer to nothing': '43', 'an answer of a number': '437', 'a refusal': '44{}',
    'an event of nothing': '42', 'an empty event': '42[]', 'an event that is an object': '42{}',
    'an event that is a text': '42"event"', 'a name that is a list': '42[["event"]]', 'a name that is none': '42[null]',
    'a name that is an object': '42[{"a":1},{}]', 'no JSON': '42["event"', 'no JSON at all': '42["event",NaN]',
    'a long id': f'42{"9" * 101}["event",{{}}]', 'too deep': '42["event",' + '[' * 50_000,
    'half a character': '42["\\ud800"',
    'another namespace': '40/admin,', 'an event of another namespace': '42/admin,["event",{}]',
    'the name connect': event('connect', {}), 'the name disconnect': event('disconnect', 'x'),
    'the name connect_error': event('connect_error', {}), 'a name that means all': event('*', {}),
    'a name of the final end': event('__disconnect_final', {}), 'a second connect': '40',
}
"""What no page sends. The server is asked for nothing by them, and tells of none in more than a line."""


@pytest.fixture(scope='module')
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """A server for all of these tests; none may bring it to write a traceback.

    That a socket joins no tab ends it later than any test waits: it has to be its frames that do.
    """
    settings = {'socket_join_seconds': 3 * PATIENCE_SECONDS, CHEAP_PASSWORDS: 1}
    server = await Server(tmp_path_factory.mktemp('frames'), settings, SERVE, speed=5).start()
    yield server
    server.stop()
    assert 'Traceback' not in server.log, server.log


@pytest.mark.parametrize('joined', [False, True])
async def test_bytes_that_are_announced_and_sent_are_held_by_nobody(server: Server, joined: bool) -> None:
    async with browserlike() as http:
        socket = await wire(http, server, await page_query(http, server))
        await socket.join() if joined else await socket.hear()
        before = memory(server)

        await socket.send(BINARY_EVENT)
        for _ in range(300):
            await socket.send(MEGABYTE)

        assert await socket.is_cut()
        assert memory(server) - before < 8


@pytest.mark.parametrize('joined', [False, True])
async def test_messages_above_the_stated_size_are_refused(server: Server, joined: bool) -> None:
    async with browserlike() as http:
        around = len(event('unknown', ''))
        large, larger = [event('unknown', 'x' * (LARGEST - around + more)) for more in (0, 1)]
        allowed = await wire(http, server, await page_query(http, server))
        refused = await wire(http, server, await page_query(http, server))
        for socket in (allowed, refused):
            await socket.join() if joined else await socket.hear()

        await allowed.send(large)
        await refused.send(larger)

        if not joined:
            await allowed.join()
        assert await allowed.works()  # first: its pings are not answered while it is not heard
        assert await refused.is_cut()


@pytest.mark.parametrize('frame', FORGED.values(), ids=FORGED.keys())
async def test_a_frame_that_no_page_sends_ends_its_socket_and_is_told_in_a_line_at_most(
        server: Server, frame: str | bytes) -> None:
    async with browserlike() as http:
        socket = await (await wire(http, server, await page_query(http, server))).join()
        before = len(lines_of(server))

        await socket.send(*[frame] * 56)

        assert await socket.is_cut()
        assert are_few(lines_of(server)[before:], 1), server.log


@pytest.mark.parametrize('frame', [frame for name, frame in FORGED.items()
                                   if isinstance(frame, str) and name not in {'nothing'}],
                         ids=[name for name, frame in FORGED.items() if isinstance(frame, str) and name != 'nothing'])
async def test_what_is_refused_of_a_websocket_is_refused_of_a_socket_that_polls(server: Server, frame: str) -> None:
    async with browserlike() as http:
        socket = await Polled.open(http, server, await page_query(http, server))
        await socket.join()
        before = len(lines_of(server))

        assert await socket.post(f'{event("unknown", 1)}\x1e{frame}') in {200, 400}  # a second connect is seen later

        assert await socket.is_cut()
        assert are_few(lines_of(server)[before:], 1), server.log


@pytest.mark.parametrize('body', [b'\xff\xfe', event('unknown', 'x' * LARGEST), b'd=%34%30',
                                  '\x1e'.join(['3'] * 1_000), ''],
                         ids=['no text', 'too large', 'JSONP', 'too many packets', 'empty'])
async def test_a_body_that_no_page_posts_ends_its_socket(server: Server, body: str | bytes) -> None:
    async with browserlike() as http:
        socket = await Polled.open(http, server, await page_query(http, server))

        assert await socket.post(body) in {400, 413}

        assert await socket.is_cut()


async def test_a_page_that_polls_may_send_many_events_at_once(server: Server) -> None:
    async with browserlike() as http:
        socket = await Polled.open(http, server, await page_query(http, server))
        await socket.join()

        assert await socket.post('\x1e'.join([event('unknown', 'x')] * 50 + ['421["handshake",{}]'])) == 200

        assert await socket.hears('431')


async def test_a_thousand_events_named_connect_write_a_line_at_most(server: Server) -> None:
    async with browserlike() as http:
        socket = await (await wire(http, server, await page_query(http, server))).join()
        length = len(server.log)

        await socket.send(*[event('connect', {'QUERY_STRING': 'x', 'a': 1})] * 5_000)

        assert await socket.is_cut()
        assert len(server.log) - length < 300


async def test_connects_that_are_refused_do_not_go_on_for_ever(server: Server) -> None:
    async with browserlike() as http:
        socket = await wire(http, server, 'client_id=nobody')

        for _ in range(20):
            await socket.send('40')

        assert await socket.is_cut()


async def test_values_that_no_handler_takes_are_dropped_and_told_once_for_a_socket(server: Server) -> None:
    async with browserlike() as http:
        query = await page_query(http, server)
        socket = await (await wire(http, server, query)).join()
        before = len(lines_of(server))
        mine = {'client_id': page_of(query)}

        names = ('event', 'ack', 'javascript_response', 'handshake', 'log', 'activity')
        await socket.send(*[f'42["{name}",{values}]' for name in names for values in ('1,2,3', '{},{}', '[]', 'null')])
        await socket.send(*[event(name, {**mine, 'next_message_id': [], 'id': [], 'args': 1, 'request_id': {}})
                            for name in ('event', 'ack', 'javascript_response')] * 20)

        assert await socket.works()
        assert are_few(lines_of(server)[before:], 1), server.log


@only_on_postgres
async def test_events_that_wait_for_the_store_are_bounded(
        kind: str, make_database: Callable[[], TestDatabase], start: Start) -> None:
    database = make_database()
    server = await start(store=database)
    async with browserlike() as http:
        cookie = await sign_up(http, server)
        query = await page_query(http, server, cookie)
        few = await (await wire(http, server, query, Cookie=cookie)).join()
        value = {'client_id': page_of(query), 'id': 1, 'listener_id': 'x', 'args': [], 'more': 'x' * 100_000}
        with psycopg.connect(database.url) as other:
            other.execute('LOCK TABLE client IN ACCESS EXCLUSIVE MODE')  # so every event waits
            before = memory(server)

            await few.send(*[event('event', {**value, 'more': ''})] * 50)
            assert await few.works()
            for one in range(300):
                await few.send(event('event', {**value, 'n': one}))

            assert await few.is_cut()
            assert memory(server) - before < 15
    server.stop()
    assert 'Traceback' not in server.log


async def test_a_socket_that_does_not_take_its_answers_is_dropped(server: Server) -> None:
    async with browserlike() as http:
        query = await page_query(http, server)
    connection = await Connection.to(server.port, upgrade(query), takes_little=True)
    assert b' 101 ' in await connection.read_until(b'\r\n\r\n')
    connection.writer.write(masked('40'))
    await connection.read_until(b'40{')
    connection.writer.transport.pause_reading()
    before = memory(server)

    with pytest.raises(ConnectionError):
        await connection.pour(masked(f'42{"1" * 99}["handshake",{{}}]') * 1_000)  # the number comes back in the answer

    assert memory(server) - before < 30
