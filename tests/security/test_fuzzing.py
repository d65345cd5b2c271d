"""Whatever comes as a cookie, a form or a frame is answered or refused, and never a fault of the server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from auth.web.cookies import cookie_name
from tests.auth.conftest import Api, sign_up
from tests.running import either_store
from tests.server import Server

from .wire import browserlike, page_query, wire

pytestmark = either_store

fuzzed = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[*HealthCheck])

FIELDS = ('email_address', 'identifier', 'password', 'first_name', 'last_name', 'new_password', 'current_password',
          'confirmation', 'device_name', 'take_back_proof', 'session_id', 'epoch', 'user_id', 'is_admin', 'status')
PATHS = ('/v1/client/sign_ups', '/v1/client/sign_ins', '/v1/client/tabs', '/v1/password_checks', '/v1/me',
         '/v1/me/change_password', '/v1/client/sessions/sess_1/touch', '/v1/client/sessions/sess_1/confirm',
         '/v1/me/sessions/sess_1/revoke', '/v1/me/sessions/sess_1', '/v1/client', '/v1/client/sessions')
METHODS = ('POST', 'PATCH', 'PUT', 'DELETE')
KINDS = ('application/x-www-form-urlencoded', 'application/json', 'multipart/form-data; boundary=x', 'text/plain', '',
         'application/json; charset=utf-16')
NAME = cookie_name(secure=False)

texts = st.text(max_size=40)
values = st.one_of(texts, st.text(alphabet='\x00\u202e\ud7ff\ufeff\u0130ß\'"<>{}%&=;\r\n', max_size=20),
                   st.sampled_from(['ann@example.com', '__proto__', '../../etc/passwd', 'true', '-1', '1e999']))
json_values = st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | values,
                           lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
                           max_leaves=8)


@pytest.fixture
async def cookie(api: Api) -> bytes:
    """The cookie of somebody who is signed in."""
    async with api.browser() as browser:
        await sign_up(browser)
        return f'{NAME}={browser.cookies[NAME]}'.encode()


@fuzzed
@given(garbage=st.binary(max_size=300) | st.sampled_from([b'; ', b'"', b'%00', b'=', b'.', b' ', b'\t', b',']),
       at=st.integers(0, 90), left_out=st.integers(0, 3))
@example(garbage=b'', at=0, left_out=0)
@example(garbage=b'=' * 300, at=0, left_out=0)
@example(garbage=b'\xff\xfe; __client=', at=10, left_out=0)
async def test_whatever_is_sent_as_a_cookie_is_nobodys_unless_it_is_the_cookie(
        api: Api, cookie: bytes, garbage: bytes, at: int, left_out: int) -> None:
    sent = bytes(byte for byte in cookie[:at] + garbage + cookie[at + left_out:] if byte not in b'\r\n\x00')

    async with api.browser() as browser:
        answer = await browser.get('/v1/client', headers=[(b'cookie', sent)])

    assert answer.status_code == 200
    assert (answer.json()['response'] is not None) == (cookie in [part.strip(b' \t') for part in sent.split(b';')])


@fuzzed
@given(path=st.sampled_from(PATHS), method=st.sampled_from(METHODS), kind=st.sampled_from(KINDS),
       fields=st.dictionaries(st.sampled_from(FIELDS) | texts, values, max_size=6))
async def test_whatever_is_sent_as_a_form_gets_an_answer_in_our_shape(
        api: Api, path: str, method: str, kind: str, fields: dict[str, str]) -> None:
    headers = {'content-type': kind} if kind else {}
    content = json.dumps(fields) if 'json' in kind else None
    async with api.browser() as browser:
        answer = await browser.request(method, path, headers=headers, **(
            {'content': content} if content else {'data': fields}))

    assert answer.status_code < 500
    assert 'errors' in answer.json() or 'response' in answer.json()


@fuzzed
@given(path=st.sampled_from(PATHS), method=st.sampled_from(METHODS), kind=st.sampled_from(KINDS),
       content=st.binary(max_size=200) | json_values.map(json.dumps).map(str.encode))
async def test_whatever_is_sent_as_a_body_gets_an_answer_in_our_shape(
        api: Api, path: str, method: str, kind: str, content: bytes) -> None:
    async with api.browser() as browser:
        answer = await browser.request(method, path, content=content, headers={'content-type': kind} if kind else {})

    assert answer.status_code < 500
    assert 'errors' in answer.json() or 'response' in answer.json()


@pytest.fixture(scope='module')
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """A server that is to have nothing to complain of in the end."""
    server = await Server(tmp_path_factory.mktemp('fuzzed')).start()
    yield server
    server.stop()
    assert 'Traceback' not in server.log, server.log


@pytest.fixture(scope='module')
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """Opens sockets."""
    async with browserlike() as http:
        yield http


events = st.tuples(st.sampled_from(['event', 'ack', 'log', 'javascript_response', 'handshake', 'too_long', '']) | texts,
                   json_values).map(lambda event: '42' + json.dumps(event))


@settings(fuzzed, max_examples=50)
@given(frames=st.lists(events | texts | texts.map('42'.__add__) | st.binary(max_size=60), min_size=1, max_size=8))
async def test_whatever_is_sent_as_a_frame_leaves_the_server_at_work(
        server: Server, http: aiohttp.ClientSession, frames: list[str | bytes]) -> None:
    query = await page_query(http, server)
    socket = await wire(http, server, query)
    await socket.join()

    await socket.send(*frames)
    await socket.socket.close()

    async with http.get(f'{server.url}/v1/client') as answer:
        assert answer.status == 200
