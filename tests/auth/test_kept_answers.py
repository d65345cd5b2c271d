"""Files of a version are made once; whatever else there is comes from the app each time."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from auth.requests.asgi import Message, Receive, Scope, Send
from auth.web import kept_answers
from auth.web.kept_answers import KeptAnswers

FOR_GOOD = (b'Cache-Control', b'public, max-age=31536000, immutable')


class Files:
    """An app that counts how often it is asked, and answers in two pieces."""

    def __init__(self, *headers: tuple[bytes, bytes], status: int = 200) -> None:
        self.asked = 0
        self.headers = headers
        self.status = status
        self.breaks = False

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        self.asked += 1
        encoding = dict(scope['headers']).get(b'accept-encoding', b'').decode()
        await send({'type': 'http.response.start', 'status': self.status, 'headers': [*self.headers]})
        await send({'type': 'http.response.body', 'body': scope['path'].encode(), 'more_body': True})
        if self.breaks:
            raise ConnectionError
        await send({'type': 'http.response.body', 'body': f' for {encoding}'.encode()})


def visitor(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url='http://localhost')


async def twice(files: Files, method: str = 'GET', path: str = '/a.js', **headers: str) -> list[httpx.Response]:
    async with visitor(KeptAnswers(files)) as browser:
        given = {name.replace('_', '-'): value for name, value in headers.items()}
        return [await browser.request(method, path, headers={'accept-encoding': 'identity', **given}) for _ in range(2)]


async def test_a_file_of_a_version_is_made_once_and_whole_each_time() -> None:
    files = Files(FOR_GOOD, (b'etag', b'"1"'))

    first, second = await twice(files)

    assert files.asked == 1
    assert (first.text, second.text) == ('/a.js for identity',) * 2
    assert second.headers['etag'] == '"1"'
    assert second.headers['content-length'] == str(len(second.content))


@pytest.mark.parametrize(('sent', 'told'), [
    ([(b'etag', b'"1"'), (b'content-encoding', b'x-test')], 'W/"1"'),
    ([(b'etag', b'W/"1"'), (b'content-encoding', b'x-test')], 'W/"1"'),
    ([(b'content-encoding', b'x-test')], None), ([(b'ETag', b'"1"')], '"1"')])
async def test_nobody_who_has_half_of_what_is_compressed_is_sent_the_rest_of_what_is_not(
        sent: list[tuple[bytes, bytes]], told: str | None) -> None:
    assert [answer.headers.get('etag') for answer in await twice(Files(FOR_GOOD, *sent))] == [told] * 2


async def test_each_path_and_each_encoding_has_an_answer_of_its_own() -> None:
    files = Files(FOR_GOOD)
    async with visitor(KeptAnswers(files)) as browser:
        for _ in range(2):
            for path in ('/a.js', '/b.js'):
                for encoding in ('gzip, br', 'identity'):
                    answer = await browser.get(path, headers={'accept-encoding': encoding})
                    assert answer.text == f'{path} for {encoding}'

    assert files.asked == 4


@pytest.mark.parametrize('header', [(b'cache-control', b'no-store'), (b'cache-control', b'public, max-age=0'),
                                    (b'cache-control', b'max-age=3153600'), (b'etag', b'max-age=31536000')])
async def test_what_may_change_is_made_each_time(header: tuple[bytes, bytes]) -> None:
    files = Files(header)

    await twice(files)

    assert files.asked == 2


@pytest.mark.parametrize('status', [206, 304, 404, 500])
async def test_an_answer_that_is_no_whole_file_is_not_kept(status: int) -> None:
    files = Files(FOR_GOOD, status=status)

    await twice(files)

    assert files.asked == 2


@pytest.mark.parametrize('asked', [{'path': '/a.js?b=1'}, {'method': 'POST'}, {'range': 'bytes=0-1'},
                                   {'if_none_match': '"1"'}, {'if_modified_since': 'Thu, 01 Jan 2026 00:00:00 GMT'}])
async def test_whoever_asks_for_something_else_is_answered_by_the_app(asked: dict[str, str]) -> None:
    files = Files(FOR_GOOD)

    await twice(files, **asked)

    assert files.asked == 2


async def test_half_an_answer_is_not_kept() -> None:
    files = Files(FOR_GOOD)
    files.breaks = True
    async with visitor(KeptAnswers(files)) as browser:
        with pytest.raises(ConnectionError):
            await browser.get('/a.js')
        files.breaks = False
        answer = await browser.get('/a.js', headers={'accept-encoding': 'identity'})

    assert answer.text == '/a.js for identity'
    assert files.asked == 2


class SaysForHowLong(BaseHTTPMiddleware):
    """As NiceGUI's: it ends each answer as if it was whole, also one that was broken off within."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        answer = await call_next(request)
        answer.headers['cache-control'] = FOR_GOOD[1].decode()
        return answer


async def test_what_somebody_did_not_wait_for_is_no_empty_file_to_the_next_one(tmp_path: Path) -> None:
    (tmp_path / 'a.css').write_text('body { color: red }')
    files, begun, sent = StaticFiles(directory=tmp_path), asyncio.Event(), list[Message]()

    async def begins(scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            await send(message)
            if not begun.is_set():
                begun.set()
                await asyncio.Event().wait()  # it reads the file, until it is told that nobody waits for it

        await files(scope, receive, sending)

    async def leaving() -> Message:
        await begun.wait()
        return {'type': 'http.disconnect'}

    async def send(message: Message) -> None:
        sent.append(message)

    app = KeptAnswers(SaysForHowLong(begins))
    scope = {'type': 'http', 'method': 'GET', 'path': '/a.css', 'query_string': b'', 'headers': []}
    await app(scope, leaving, send)
    async with visitor(app) as browser:
        answer = await browser.get('/a.css')

    assert sent == []
    assert answer.text == 'body { color: red }'


async def test_what_could_not_be_read_to_its_end_is_an_error_and_no_shorter_file() -> None:
    files = Files(FOR_GOOD)
    files.breaks = True
    async with visitor(KeptAnswers(SaysForHowLong(files))) as browser:
        with pytest.raises(ConnectionError):
            await browser.get('/a.css')
        files.breaks = False
        answer = await browser.get('/a.css', headers={'accept-encoding': 'identity'})

    assert answer.text == '/a.css for identity'


async def test_the_memory_for_it_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_answers, 'MOST_BYTES', 2 * len('/0.js for identity'))
    files = Files(FOR_GOOD)
    async with visitor(KeptAnswers(files)) as browser:
        for _ in range(2):
            for number in range(4):
                assert (await browser.get(f'/{number}.js', headers={'accept-encoding': 'identity'})).is_success

    assert files.asked == 4 + 2
