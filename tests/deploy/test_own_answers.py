"""What nginx answers by itself: with the headers of the app's answers, none of them twice, and in plain words."""

from __future__ import annotations

import asyncio
import socket
import ssl
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any

import pytest
import trustme

from auth import Settings
from auth.web.headers import Headers
from tests.http import patient_client
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port
from tests.programs import has_ended

from .nginx import Nginx
from .site import Site
from .upstream import upstream

DEBIANS = 'ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers on; gzip on;'
"""What stands in the nginx.conf of Debian 12."""

OURS = {name.decode(): value.decode() for name, value in Headers(Settings()).of_anything_else({'scheme': 'http'})}
HSTS = {'strict-transport-security': 'max-age=31536000'}
NO_STORE = {'cache-control': 'no-store'}


@pytest.fixture(scope='module')
def shared_front(tmp_path_factory: pytest.TempPathFactory, authority: trustme.CA) -> Iterator[Nginx]:
    """An nginx that is started by the first test that needs it."""
    nginx = Nginx(tmp_path_factory.mktemp('nginx'), (free_port(), free_port()))
    nginx.certify(authority)
    yield nginx
    nginx.stop()


@pytest.fixture
async def front(shared_front: Nginx) -> Nginx:
    """An nginx whose processes are all away."""
    return await shared_front.start() if has_ended(shared_front.process) else shared_front


@dataclass
class Said:
    """An answer as it was written."""

    status: int
    headers: list[tuple[str, str]]
    body: str

    def has(self, wanted: dict[str, str]) -> bool:
        """Whether each of these headers is there, and once."""
        return all([value for name, value in self.headers if name == wish] == [said] for wish, said in wanted.items())


def say(port: int, written: str, trust: ssl.SSLContext | None = None) -> Said:
    """Send what no program for the web would send, and read what comes back."""
    line = socket.create_connection(('127.0.0.1', port), timeout=20)
    with closing(trust.wrap_socket(line, server_hostname='localhost') if trust else line) as line:
        line.sendall(written.encode('latin-1'))
        with closing(HTTPResponse(line)) as answer:
            answer.begin()
            headers = [(name.lower(), value) for name, value in answer.getheaders()]
            return Said(answer.status, headers, answer.read().decode())


def asked(first: str = 'GET / HTTP/1.1', *headers: str, host: str = 'localhost') -> str:
    return '\r\n'.join([first, f'Host: {host}', 'Connection: close', *headers, '', ''])


REFUSED = {
    'a method that is none': (asked('TRACE / HTTP/1.1'), 405),
    'a way to elsewhere': (asked('CONNECT localhost:80 HTTP/1.1'), 400),
    'a header that is none': (asked('GET / HTTP/1.1', ': no name'), 400),
    'two hosts': (asked('GET / HTTP/1.1', 'Host: localhost'), 400),
    'a host that is none': (asked(host='local/host'), 400),
    'a long header': (asked('GET / HTTP/1.1', f'X: {"x" * 70_000}'), 431),
    'many headers': (asked('GET / HTTP/1.1', *[f'X: {"x" * 7000}'] * 20), 431),
    'a long address': (asked(f'GET /{"x" * 70_000} HTTP/1.1'), 414),
    'a large body': (asked('POST / HTTP/1.1', 'Content-Length: 1048577'), 413),
    'two lengths': (asked('POST / HTTP/1.1', 'Content-Length: 1', 'Content-Length: 1'), 400),
    'two ways to tell the length': (asked('POST / HTTP/1.1', 'Content-Length: 1', 'Transfer-Encoding: chunked'), 400),
    'a strange encoding': (asked('POST / HTTP/1.1', 'Transfer-Encoding: gzip'), 501),
    'no language of the web': ('HELLO\r\n\r\n', 400),
    'a path that leaves the site': (asked('GET /../../etc/passwd HTTP/1.1'), 400),
    'nobody there': (asked(), 502),
}


@pytest.mark.parametrize('kind', REFUSED)
def test_what_nginx_refuses_has_the_headers_of_an_answer_of_the_app(
        front: Nginx, trust: ssl.SSLContext, kind: str) -> None:
    written, status = REFUSED[kind]

    answer = say(front.port, written, trust)

    assert answer.status == status
    assert answer.has(OURS | HSTS | NO_STORE), answer.headers
    assert ('server', 'nginx') in answer.headers


@pytest.mark.parametrize('host', ['localhost', 'elsewhere.example'])
def test_plain_http_on_the_port_of_https_is_told_so(front: Nginx, host: str) -> None:
    answer = say(front.port, asked(host=host))

    assert answer.status == 400
    assert answer.has(OURS | NO_STORE), answer.headers
    assert answer.body == 'This port speaks HTTPS only: begin the address with https://\n'


def test_a_request_for_no_name_at_all_is_refused_with_them(front: Nginx, trust: ssl.SSLContext) -> None:
    answer = say(front.port, 'GET / HTTP/1.1\r\n\r\n', trust)

    assert answer.status == 400
    assert answer.has(OURS | NO_STORE), answer.headers


@pytest.mark.parametrize(('written', 'status'), [
    (asked('GET /account?tab=1 HTTP/1.1'), 301),
    (asked('GET /.well-known/acme-challenge/nothing HTTP/1.1'), 404),
    (asked('TRACE / HTTP/1.1'), 405),
    (asked('GET / HTTP/1.1', ': no name'), 400),
    ('HELLO\r\n\r\n', 400)])
def test_plain_http_has_them_too_but_for_what_counts_over_https_only(front: Nginx, written: str, status: int) -> None:
    answer = say(front.plain_port, written)

    assert answer.status == status
    assert answer.has(OURS), answer.headers
    assert not {name for name, _ in answer.headers} & {*HSTS, 'set-cookie', 'refresh'}
    assert ('server', 'nginx') in answer.headers


@pytest.mark.parametrize(('kind', 'words'), [
    ('a method that is none', 'This method is not offered here.'),
    ('a header that is none', 'This request cannot be understood.'),
    ('many headers', 'The headers of this request are too large. Delete the cookies of this site and try again.'),
    ('a long address', 'This address is too long.'),
    ('a large body', 'This is too large: a request may have 1 MiB.'),
    ('a strange encoding', 'This request asks for something that is not offered here.'),
    ('nobody there', 'The server is away for a moment. This page comes back by itself.')])
def test_what_nginx_says_is_a_sentence(front: Nginx, trust: ssl.SSLContext, kind: str, words: str) -> None:
    answer = say(front.port, REFUSED[kind][0], trust)

    assert answer.body == f'{words}\n'
    assert answer.has({'content-type': 'text/plain'})


async def test_only_a_page_that_no_process_could_serve_is_asked_for_again(
        front: Nginx, trust: ssl.SSLContext) -> None:
    away, refused = (say(front.port, REFUSED[kind][0], trust) for kind in ('nobody there', 'a large body'))

    assert away.has({'refresh': '2'})
    assert 'refresh' not in dict(refused.headers)


async def test_no_header_of_the_app_is_there_twice(site: Site) -> None:
    async with site.visitor() as visitor:
        answers = [await visitor.get(path) for path in (
            '/', '/account', '/nowhere', '/v1/client', '/_live_sessions/theme.js')]
        answers.append(await visitor.post('/'))

    assert [answer.status_code for answer in answers] == [200, 303, 404, 200, 200, 405]
    for answer in answers:
        for name, value in (OURS | HSTS).items():
            found = answer.headers.get_list(name)
            assert found == [value] or (name == 'content-security-policy' and len(found) == 1), name
        assert len(answer.headers.get_list('cache-control')) == 1
        assert 'refresh' not in answer.headers


async def test_an_answer_of_a_process_that_lacks_them_is_given_them(
        nginx: Callable[..., Nginx], trust: ssl.SSLContext) -> None:
    async with upstream() as process:  # it sends no headers of ours
        front = await nginx(process.port, process.port).start()
        async with patient_client(base_url=front.url, verify=trust) as visitor:
            bare = await visitor.get('/')

    assert {name: bare.headers.get_list(name) for name in OURS} == {name: [value] for name, value in OURS.items()}


def negotiated(port: int, version: ssl.TLSVersion, name: str = 'localhost') -> str | None:
    """What a client that knows one version of TLS agrees on with nginx."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings(action='ignore', category=DeprecationWarning):
        context.minimum_version = context.maximum_version = version
    context.set_ciphers('ALL:@SECLEVEL=0')
    with closing(socket.create_connection(('127.0.0.1', port), timeout=20)) as line, \
            context.wrap_socket(line, server_hostname=name) as secured:
        return secured.version()


@pytest.mark.parametrize('around', ['', DEBIANS], ids=['bare', 'Debian'])
async def test_tls_is_new_whatever_the_machine_says_around_it(nginx: Callable[..., Nginx], around: str) -> None:
    front = await nginx(free_port(), free_port(), around=around).start()

    assert negotiated(front.port, ssl.TLSVersion.TLSv1_3) == 'TLSv1.3'
    assert negotiated(front.port, ssl.TLSVersion.TLSv1_2) == 'TLSv1.2'
    for version in (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1):
        for name in ('localhost', 'elsewhere.example'):
            with pytest.raises(ssl.SSLError, match='PROTOCOL_VERSION'):
                negotiated(front.port, version, name)


BEGUN = [
    ('plain', ''), ('plain', 'GET / HT'), ('no handshake', ''), ('no handshake', 'GET / HT'),
    ('tls', ''), ('tls', 'GET / HTTP/1.1\r\nHost: localhost\r\nX: '),
    ('tls', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nslow')]
"""Ways to connect, and what is sent before nothing more comes."""


async def test_who_does_not_go_on_is_not_waited_for(nginx: Callable[..., Nginx], trust: ssl.SSLContext) -> None:
    front = await nginx(free_port(), free_port(), patience='1s').start()

    async def is_hung_up(way: str, begun: str) -> bool:
        port = front.plain_port if way == 'plain' else front.port
        secured: dict[str, Any] = {'ssl': trust, 'server_hostname': 'localhost'} if way == 'tls' else {}
        reader, writer = await asyncio.open_connection('127.0.0.1', port, **secured)
        writer.write(begun.encode())
        try:
            await asyncio.wait_for(reader.read(), PATIENCE_SECONDS)  # by itself it would hang up in a minute
        except TimeoutError:
            return False
        finally:
            writer.close()
        return True

    hung_up = await asyncio.gather(*[is_hung_up(*one) for one in BEGUN])

    assert [one for one, done in zip(BEGUN, hung_up, strict=True) if not done] == []


async def test_the_log_says_what_was_asked_for_and_no_query(
        nginx: Callable[..., Nginx], trust: ssl.SSLContext) -> None:
    front = await nginx(free_port(), free_port()).start()
    written = [asked('POST /v1/me?secret=1 HTTP/1.1'), asked('GET /?secret=2 HTTP/1.1', ': no name'), 'secret\r\n\r\n']
    for number, words in enumerate(written, 1):
        await asyncio.to_thread(say, front.port, words, trust)
        while len(front.served) < number:
            await asyncio.sleep(0.01)

    lines = [line.partition('] ')[2].partition(' by ')[0].split() for line in front.served]
    assert [line[:4] for line in lines] == [['"POST', '/v1/me', 'HTTP/1.1"', '502'], ['"GET', '/', 'HTTP/1.1"', '400'],
                                            ['"-', '-"', '400', '35']]
