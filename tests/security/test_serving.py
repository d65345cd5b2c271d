"""How long a request may be on its way, and what a connection may hold meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
import uvicorn.server
from uvicorn.protocols.http import httptools_impl
from uvicorn.protocols.websockets import websockets_sansio_impl

from auth.requests.asgi import App, Receive, Scope, Send
from auth.web.http_protocol import Http
from auth.web.websocket_protocol import WebSocket
from tests.http import patient_client
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port
from tests.rules import PASSWORD
from tests.server import Server

from .conftest import Start
from .neighbours import serving
from .wire import Connection, are_few, lines_of, masked, memory, upgrade

REQUEST_SECONDS = 2
HALF_A_HEADER = b'GET / HTTP/1.1\r\nHost: localhost\r\nX-Half: '
HALF_A_BODY = (b'POST /v1/client/sign_ins HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n'
               b'Content-Type: application/x-www-form-urlencoded\r\n\r\nidentifier=')
HALF_A_CHUNK = (b'POST /v1/client/sign_ins HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n'
                b'Content-Type: application/x-www-form-urlencoded\r\n\r\n3\r\nide\r\n')
WHOLE = b'GET /v1/client HTTP/1.1\r\nHost: localhost\r\n\r\n'


@pytest.fixture(scope='module')
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """A server for all of these tests that do it no harm."""
    settings = {'request_seconds': REQUEST_SECONDS, 'socket_join_seconds': 60}
    server = await Server(tmp_path_factory.mktemp('serving'), settings).start()
    yield server
    server.stop()
    assert 'Traceback' not in server.log, server.log
    assert are_few(lines_of(server), 4), server.log


@asynccontextmanager
async def served(app: App, **settings: Any) -> AsyncIterator[int]:
    """Serve an app in this process; yields the port."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, http=Http, ws=WebSocket, log_level='warning',
                                           lifespan='off', **settings))
    async with serving(server):
        yield port


async def drip(connection: Connection, *parts: bytes) -> None:
    """Send the parts over and over, one every tenth of a second, until the server hangs up."""
    while not connection.writer.is_closing() and not connection.reader.at_eof():
        for part in parts:
            connection.writer.write(part)
            await asyncio.sleep(0.1)


async def test_half_of_a_header_or_a_body_ends_after_ten_seconds_also_when_it_trickles(start: Start) -> None:
    server = await start()
    halves = [b'', b'G', b'\r\n', HALF_A_HEADER, HALF_A_BODY, HALF_A_CHUNK, b'x' * 100 + b'\r\n\r\n', WHOLE[:-2]]
    connections = [await Connection.to(server.port, half) for half in halves for _ in range(10)]
    trickling = [await Connection.to(server.port, half) for half in (b'', HALF_A_HEADER, HALF_A_BODY)]
    drips = [asyncio.ensure_future(drip(one, part))
             for one, part in zip(trickling, (b'\r\n', b'x', b'x'), strict=True)]

    ends = await asyncio.gather(*(one.ended() for one in [*connections, *trickling]))
    for task in drips:
        task.cancel()
    server.stop()

    after = [seconds for said, seconds in ends if b'400' not in said]  # what is no HTTP is told so at once
    assert len(after) == len(ends) - 10
    assert min(after) > 9.9
    assert max(after) < 25
    assert 'Traceback' not in server.log


async def test_a_form_whose_end_does_not_come_makes_no_account(server: Server) -> None:
    form = f'email_address=half@example.com&password={PASSWORD}'.replace(' ', '+')
    headers = {'origin': server.url, 'content-type': 'application/x-www-form-urlencoded'}
    head = ''.join(f'{name}: {value}\r\n' for name, value in headers.items())
    connection = await Connection.to(server.port, (
        f'POST /v1/client/sign_ups HTTP/1.1\r\nHost: localhost:{server.port}\r\n{head}'
        f'Content-Length: {len(form) + 10}\r\n\r\n{form}').encode())

    await connection.ended()
    async with patient_client(base_url=server.url, headers=headers) as person:
        answer = await person.post('/v1/client/sign_ups', content=form)

    assert answer.status_code == 200, answer.text


async def test_whoever_is_whole_in_time_is_answered_and_may_ask_again(server: Server) -> None:
    connection = await Connection.to(server.port)
    for byte in WHOLE[:-1]:
        connection.writer.write(bytes([byte]))
    await asyncio.sleep(0.2)
    connection.writer.write(WHOLE[-1:])
    answers = [await connection.answer()]
    await asyncio.sleep(REQUEST_SECONDS + 0.2)  # uvicorn keeps a connection for five seconds after an answer
    connection.writer.write(WHOLE)
    answers.append(await connection.answer())
    connection.writer.write(HALF_A_BODY)
    said, _ = await connection.ended()

    assert [answer[9:12] for answer in answers] == [b'200', b'200']
    assert b'200' not in said


async def test_a_websocket_on_a_connection_that_was_answered_before_goes_on() -> None:
    accepted, answered = asyncio.Event(), asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] == 'websocket':
            await send({'type': 'websocket.accept'})
            accepted.set()
            await receive()
            while (await receive())['type'] == 'websocket.receive':
                await send({'type': 'websocket.send', 'text': 'heard'})
            return
        await send({'type': 'http.response.start', 'status': 200, 'headers': [(b'content-length', b'2')]})
        await send({'type': 'http.response.body', 'body': b'ok', 'more_body': True})
        await accepted.wait()  # whoever has read two bytes knows that there are no more
        await send({'type': 'http.response.body', 'body': b''})
        answered.set()

    async with served(app, timeout_keep_alive=0.1) as port:
        connection = await Connection.to(port, WHOLE)
        assert (await connection.answer()).endswith(b'ok')
        connection.writer.write(upgrade())
        assert b' 101 ' in await connection.read_until(b'\r\n\r\n')
        await asyncio.wait_for(answered.wait(), PATIENCE_SECONDS)
        await asyncio.sleep(0.2)  # twice as long as a connection may be idle
        connection.writer.write(masked('2'))

        assert await connection.read_until(b'heard')
        assert not Http.idle
        connection.writer.write(b'\x88\x80\x00\x00\x00\x00')
        await connection.ended()


async def test_an_upload_may_take_long_while_it_comes_fast_enough(server: Server) -> None:
    parts = [b'x' * 16 * 1024] * 12
    head = b'POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n' % (len(parts) * len(parts[0]))
    upload = await Connection.to(server.port, head)
    assert b'404' in await upload.answer()

    for part in parts:
        upload.writer.write(part)
        await asyncio.sleep(0.2)
    upload.writer.write(WHOLE)

    assert b'200' in await upload.answer()


@pytest.mark.parametrize('header', [
    HALF_A_HEADER + b'x' * 70_000, HALF_A_HEADER + b'x' * 2_000_000, b'GET /' + b'x' * 70_000,
    b'GET / HTTP/1.1\r\n' + b'a: b\r\n' * 20_000, HALF_A_HEADER + b'x' * 70_000 + b'\r\n\r\n',
    b'GET /' + b'x' * 70_000 + b' HTTP/1.1\r\nHost: localhost\r\n\r\n'])
async def test_a_header_holds_64_kib_at_most(server: Server, header: bytes) -> None:
    fits = await Connection.to(server.port, HALF_A_HEADER + b'x' * 60_000 + b'\r\n\r\n')
    assert b'200' in await fits.answer()

    said, _ = await (await Connection.to(server.port, header)).ended()

    assert b' 200 ' not in said
    assert b'408' not in said  # it was not the time that ended it


async def test_headers_that_never_end_and_requests_that_are_never_awaited_take_no_memory(
        server: Server) -> None:
    before = memory(server)

    for _ in range(50):
        await Connection.to(server.port, HALF_A_HEADER + b'x' * 60_000)
    await (await Connection.to(server.port, WHOLE * 50_000)).ended()

    assert memory(server) - before < 30


async def test_when_all_connections_are_taken_the_oldest_without_a_request_gives_way(start: Start) -> None:
    server = await start(descriptors='200')
    crowd = [await Connection.to(server.port, half) for half in (b'', HALF_A_HEADER, HALF_A_BODY) for _ in range(100)]
    await asyncio.sleep(1)

    for _ in range(20):
        visitor = await Connection.to(server.port, WHOLE)
        assert b'200' in await visitor.answer()
    server.stop()  # while half of the requests are still on their way
    assert len(crowd) == 300

    assert 'Traceback' not in server.log
    assert are_few(lines_of(server), 3), server.log


PING = b'\x89\xfd\x00\x00\x00\x00' + b'x' * 125
EMPTY_PART = b'\x00\x80\x00\x00\x00\x00'


@pytest.mark.parametrize('asked', [
    upgrade().replace(b'\r\n\r\n', b'\r\nX: ' + b'x' * 70_000 + b'\r\n\r\n'), upgrade('x' * 70_000),
    upgrade().replace(b'\r\n\r\n', b'\r\nX: x' * 300 + b'\r\n\r\n'), upgrade().replace(b'==\r', b'\r'),
    upgrade().replace(b'GET', b'POST').replace(b'\r\n\r\n', b'\r\nContent-Length: 9\r\n\r\n')],
    ids=['a long line', 'a long address', 'many lines', 'no key', 'a body'])
async def test_a_websocket_that_asks_in_a_wrong_way_ends_at_once(server: Server, asked: bytes) -> None:
    said, _ = await (await Connection.to(server.port, asked)).ended()

    assert b' 101 ' not in said


@pytest.mark.parametrize(('first', 'more'), [(b'', PING), (b'\x01\x80\x00\x00\x00\x00', EMPTY_PART)],
                         ids=['pings whose answers are left lying', 'a message of parts without end'])
async def test_a_websocket_cannot_pile_up_what_browsers_never_send(
        server: Server, first: bytes, more: bytes) -> None:
    connection = await Connection.to(server.port, upgrade(), takes_little=True)
    assert b' 101 ' in await connection.read_until(b'\r\n\r\n')
    connection.writer.transport.pause_reading()
    before = memory(server)

    connection.writer.write(first)
    with pytest.raises(ConnectionError):
        await connection.pour(more * (500_000 // len(more)))

    assert memory(server) - before < 20


def test_the_names_of_uvicorn_that_are_used_are_there() -> None:
    http, websocket, server = (Path(module.__file__).read_text(encoding='utf-8')
                               for module in (httptools_impl, websockets_sansio_impl, uvicorn.server))

    for name in ('connection_made', 'connection_lost', 'data_received', 'on_message_begin', 'on_url', 'on_header',
                 'on_headers_complete', 'on_message_complete', 'on_response_complete', 'handle_websocket_upgrade'):
        assert f'def {name}(' in http, name
    for name in ('self.connections.add(self)', 'self.pipeline: deque', 'self.cycle: RequestResponseCycle',
                 'self.flow: FlowControl', 'self.transport: asyncio.Transport', 'self.loop = '):
        assert name in http, name
    assert 'except httptools.HttpParserError:' in http  # what on_header raises is answered with 400
    for name in ('def pause_writing(', 'def resume_writing(', 'def connection_lost(', 'def handle_ping(self)',
                 'def handle_cont(self, event', 'self.close_timeout = ', 'self.frames: list', 'self.writable = ',
                 '"code": code'):
        assert name in websocket, name
    for name in ('async def startup(self, sockets:', 'async def shutdown(self, sockets:', 'for sock in sockets:',
                 'return config.http_protocol_class(', 'app_state=self.lifespan.state', 'self.server_state = '):
        assert name in server, name
