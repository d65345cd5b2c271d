"""The site answers to its own names only, and changes things only for its own pages: scheme, name and port."""

from __future__ import annotations

import asyncio
import html
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import ValidationError

from auth import Settings
from auth.settings import wrong_setting
from auth.web.api import FrontendApi
from auth.web.gateway import Gateway
from auth.web.waiting_pages import WaitingPages
from tests.auth.conftest import Api, nothing_behind
from tests.following import Following, NoTabs
from tests.http import patient_client
from tests.patience import PATIENCE_SECONDS
from tests.rules import PASSWORD, Rules
from tests.running import either_store
from tests.server import Server

pytestmark = either_store

OURS = ['localhost', 'LOCALHOST', 'localhost:8080', 'localhost:', 'localhost.', 'foo.localhost', 'a.b.localhost:1',
        '127.0.0.1', '127.0.0.1:65535', '127.9.9.9', '10.0.0.5:8081', '203.0.113.7', '[::1]', '[::1]:8080',
        '[0:0:0:0:0:0:0:1]', '[2001:DB8::7]:1', '[::ffff:127.0.0.1]']
NOT_OURS = ['evil.example', 'evil.example:8080', 'localhost.evil.example', 'evil-localhost', 'notlocalhost', 'nas',
            'my-nas.local', '127.0.0.1.nip.io', '127.0.0.1.evil.example', '2130706433', '0x7f000001', '0x7f.0.0.1',
            '127.1', '127.0.1', '0177.0.0.1', '127.0.0.1.', '127.0.0.256', '1.2.3.4.5', 'localhost.evil.example.',
            'xn--lcalhost-n5a', '::1', 'fe80--1.ipv6-literal.net']
NO_NAMES = ['', ' ', 'localhost evil.example', 'localhost,evil.example', 'evil@localhost', 'localhost@evil.example',
            'localhost/evil', 'http://localhost', 'localhost:80:80', 'localhost:x', 'localhost:65536', 'localhost:-1',
            ':8080', '[::1', '::1]', '[]', '[::1]x', '[::g]', '[1:2]', '[fe80::1%eth0]', '[fe80::1%25eth0]',
            '[127.0.0.1]', 'localhost#', 'localhost?', 'localhost\\', 'local\x00host', 'local\thost', 'löcalhost', '*',
            '*.localhost', '.localhost', 'a..localhost', 'localhost..', '"localhost"', '<script>', '%6cocalhost',
            'x' * 400]


async def answer_to(api: Api, *hosts: str, method: str = 'GET', path: str = '/v1/client', scheme: str = 'http',
                    **headers: str) -> tuple[int, bytes]:
    """How a request with these ``Host`` headers is answered, as a server hands it on."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {'type': 'http.request', 'body': b'identifier=a&password=b'}

    async def send(message: Any) -> None:
        sent.append(message)

    asked = [(b'host', host.encode('latin-1')) for host in hosts]
    given = {'content-type': 'application/x-www-form-urlencoded', **headers}
    await api.app({'type': 'http', 'method': method, 'path': path, 'query_string': b'', 'scheme': scheme, 'headers': [
        *asked, *((name.replace('_', '-').encode(), value.encode()) for name, value in given.items())]}, receive, send)
    return sent[0]['status'], sent[1]['body']


@asynccontextmanager
async def served(rules: Rules) -> AsyncIterator[Api]:
    """The front door of the rules, with its settings."""
    following = Following(rules.auth)
    await following.start(NoTabs())
    settings = rules.auth.settings
    yield Api(rules, Gateway(nothing_behind, sockets=nothing_behind, routes={}, clients=following.clients,
                             hosts=settings.hosts, proxies=settings.proxies, cookie_name=settings.cookie_name,
                             waiting=WaitingPages(rules.auth.settings),
                             api=FrontendApi(rules.auth, following.clients, nothing_behind, nothing_behind,
                                             nothing_behind)))
    await following.stop()


async def test_without_settings_the_site_answers_to_this_machine_and_to_addresses_only(api: Api) -> None:
    statuses = {host: (await answer_to(api, host))[0] for host in [*OURS, *NOT_OURS, *NO_NAMES]}

    assert {host for host, status in statuses.items() if status == 200} == set(OURS)
    assert {host for host, status in statuses.items() if status == 421} == set(NOT_OURS) - {'::1'}
    assert {host for host, status in statuses.items() if status == 400} == {*NO_NAMES, '::1'}


async def test_one_name_is_asked_for(api: Api) -> None:
    assert (await answer_to(api))[0] == 400
    assert (await answer_to(api, 'localhost', 'localhost'))[0] == 400
    assert (await answer_to(api, 'localhost', 'evil.example'))[0] == 400


async def test_a_rebound_name_signs_nobody_up(api: Api) -> None:
    async with api.browser('http://evil.example', origin='http://evil.example') as browser:
        answer = await browser.post('/v1/client/sign_ups', data={'email_address': 'eve@example.com',
                                                                 'password': PASSWORD})

    error, = answer.json()['errors']
    assert (answer.status_code, error['code'], answer.headers['cache-control']) == (421, 'host_unknown', 'no-store')
    assert 'ALLOWED_HOSTS' in error['message']
    assert 'set-cookie' not in answer.headers
    assert api.rules.sql('SELECT count(*) FROM user') == [(0,)]


@pytest.mark.parametrize('path', ['/', '/demo', '/_live_sessions/app.css', '/_nicegui/x', '/nowhere', '/v1/nothing',
                                  '/v1/client'])
@pytest.mark.parametrize('host', ['evil.example', '<script>alert(1)</script>', ''])
async def test_nothing_is_served_by_another_name_and_the_name_is_not_told(api: Api, path: str, host: str) -> None:
    status, body = await answer_to(api, host, path=path)

    assert status == (421 if host == 'evil.example' else 400)
    assert b'evil' not in body
    assert b'script' not in body
    assert body.count(b'.') > 1


async def test_very_many_other_names_are_logged_once_and_in_one_line(
        api: Api, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(50):
        await answer_to(api, 'evil\nWARNING: all is lost \x1b[31m' + 'x' * 10_000)

    record, = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert '\n' not in record.getMessage()
    assert '\x1b' not in record.getMessage()
    assert len(record.getMessage()) < 400


@pytest.mark.parametrize(('settings', 'ours', 'others'), [
    ({'allowed_hosts': 'example.com'}, ['example.com', 'EXAMPLE.com:8443', 'example.com.', 'localhost', '127.0.0.1:1'],
     ['www.example.com', 'example.com.evil.example', 'anexample.com', '203.0.113.7', '[2001:db8::7]', 'example.co']),
    ({'allowed_hosts': ' Example.com , *.example.org,203.0.113.7,[2001:db8:0::7]'},
     ['example.com', 'a.example.org', 'a.b.example.org', '203.0.113.7:80', '[2001:db8::7]', '[::1]'],
     ['example.org', 'a.example.com', 'aexample.org', '203.0.113.8', 'example.org.evil.example']),
    ({'public_url': 'https://example.com'}, ['example.com', 'example.com:444', 'localhost'], ['www.example.com']),
    ({'public_url': 'https://Example.com:8443/', 'allowed_hosts': 'other.example'}, ['example.com', 'other.example'],
     ['evil.example']),
    ({'allowed_hosts': 'example.com', 'host': '10.0.0.5'}, ['10.0.0.5:8081', 'example.com'], ['10.0.0.6']),
    ({'allowed_hosts': 'example.com', 'host': '2001:db8::5'}, ['[2001:db8::5]:8081'], ['[2001:db8::6]']),
    ({'allowed_hosts': 'example.com', 'host': '0.0.0.0'}, ['example.com'], ['0.0.0.0', '10.0.0.5']),  # noqa: S104
    ({'host': 'inside.example'}, ['inside.example:8081', '10.0.0.5'], ['example.com']),
    ({'allowed_hosts': ' , '}, ['10.0.0.5', 'localhost'], ['example.com']),
])
async def test_with_settings_the_site_answers_to_its_names_and_to_its_own_machine(
        rules_with: Callable[..., Rules], settings: dict[str, str], ours: list[str], others: list[str]) -> None:
    async with served(rules_with(**settings)) as api:
        assert {host: (await answer_to(api, host))[0] for host in ours} == dict.fromkeys(ours, 200)
        assert {host: (await answer_to(api, host))[0] for host in others} == dict.fromkeys(others, 421)


@pytest.mark.parametrize(('scheme', 'host', 'own'), [
    ('http', 'localhost:8080', ['http://localhost:8080', 'http://localhost.:8080', 'HTTP://LOCALHOST:8080']),
    ('http', 'localhost', ['http://localhost', 'http://localhost:80', 'http://localhost:', 'http://localhost.']),
    ('http', 'localhost:80', ['http://localhost']),
    ('https', 'localhost', ['https://localhost', 'https://localhost:443']),
    ('https', 'localhost:443', ['https://localhost', 'https://LocalHost.:443']),
    ('https', 'localhost.:443', ['https://localhost']),
    ('http', '[::1]:1', ['http://[::1]:1', 'http://[0:0:0:0:0:0:0:1]:1']),
    ('http', '[0:0::1]', ['http://[::1]', 'http://[::1]:80']),
    ('https', '[2001:DB8::7]:443', ['https://[2001:db8::7]']),
    ('http', 'LOCALHOST:1', ['http://localhost:1']),
])
async def test_only_the_origin_that_the_request_came_to_changes_things(
        api: Api, scheme: str, host: str, own: list[str]) -> None:
    others = ['https://localhost:8080', 'http://localhost:443', 'https://localhost:80', 'http://localhost:8081',
              'http://127.0.0.1:8080', 'http://localhost..:8080', 'http://foo.localhost:8080', 'null', '',
              'localhost:8080', '//localhost:8080', '://localhost:8080', 'ws://localhost:8080', 'ftp://localhost:8080',
              'file://', 'http://localhost:8080/', 'http://localhost:8080, http://evil.example', 'http://evil@localhost:8080',
              'http://localhost:8080 ', 'http:localhost:8080', 'evil://localhost:8080', 'http://', 'http://[']

    for origin in own:
        assert (await answer_to(api, host, method='POST', path='/v1/client/sign_ins', scheme=scheme,
                                origin=origin))[0] == 422
    for origin in others:
        assert (await answer_to(api, host, method='POST', path='/v1/client/sign_ins', scheme=scheme,
                                origin=origin))[0] == 403, origin


async def test_what_came_to_the_port_of_https_came_over_it_also_if_nobody_says_so(api: Api) -> None:
    async def signs_in(origin: str, host: str) -> int:
        return (await answer_to(api, host, method='POST', path='/v1/client/sign_ins', origin=origin))[0]

    own = [await signs_in(*asked) for asked in (
        ('https://10.0.0.5', '10.0.0.5:443'), ('https://10.0.0.5:443', '10.0.0.5:443'),
        ('http://10.0.0.5:443', '10.0.0.5:443'))]
    others = [await signs_in(*asked) for asked in (
        ('https://10.0.0.5', '10.0.0.5'), ('https://10.0.0.5', '10.0.0.5:80'), ('https://10.0.0.6', '10.0.0.5:443'),
        ('https://10.0.0.5:8443', '10.0.0.5:8443'), ('http://10.0.0.5', '10.0.0.5:443'))]

    assert (own, others) == ([422] * 3, [403] * 5)


async def test_with_a_public_url_its_origin_is_the_one_origin(rules_with: Callable[..., Rules]) -> None:
    async with served(rules_with(public_url='https://example.com')) as api:
        async def signs_in(origin: str, host: str, scheme: str = 'http') -> int:
            return (await answer_to(api, host, method='POST', path='/v1/client/sign_ins', origin=origin,
                                    scheme=scheme))[0]

        own = [await signs_in('https://example.com', host, scheme)
               for host in ('example.com', 'localhost:8081') for scheme in ('http', 'https')]
        others = [await signs_in(origin, 'example.com') for origin in
                  ('http://example.com', 'https://example.com:444', 'https://www.example.com', 'http://localhost',
                   'null')]
        on_the_machine = [await signs_in(origin, 'localhost:8081') for origin in
                          ('http://localhost:8081', 'http://localhost:8082', 'https://localhost:8081')]

    assert own == [422] * 4
    assert others == [403] * 5
    assert on_the_machine == [403] * 3


@pytest.mark.parametrize(('public_url', 'origins'), [
    ('https://example.com', ['https://example.com', 'https://example.com:443', 'https://EXAMPLE.com.']),
    ('https://Example.com.:443/', ['https://example.com']),
    ('HTTPS://example.com', ['https://example.com']),
    ('http://example.com:80', ['http://example.com']),
    ('https://Müller.example', ['https://xn--mller-kva.example']),
    ('https://straße.example:8443', ['https://xn--strae-oqa.example:8443']),
    ('https://xn--mller-kva.example', ['https://xn--mller-kva.example']),
    ('http://[2001:DB8:0::7]:8080', ['http://[2001:db8::7]:8080']),
])
async def test_a_public_url_may_be_written_in_any_way_that_people_write_it(
        rules_with: Callable[..., Rules], public_url: str, origins: list[str]) -> None:
    async with served(rules_with(public_url=public_url)) as api:
        for origin in origins:
            status, _ = await answer_to(api, 'localhost', method='POST', path='/v1/client/sign_ins', origin=origin)
            assert status == 422


@pytest.mark.parametrize('host', ['127.0.0.1:8080', 'localhost:8080', '10.0.0.5:8080', '[fd00::2]:8080',
                                  'live_sessions', 'backend:8081', 'app.default.svc.cluster.local', 'web.internal',
                                  'nas.home.arpa'])
@pytest.mark.parametrize('secure', [True, False])
async def test_a_public_url_settles_what_a_proxy_changes(
        rules_with: Callable[..., Rules], host: str, secure: bool) -> None:
    public_url = 'https://app.example' if secure else 'http://app.example'
    async with (served(rules_with(public_url=public_url)) as api,
                api.browser(f'http://{host}', origin=public_url) as ann):
        answer = await ann.post('/v1/client/sign_ups', data={'email_address': 'ann@example.com', 'password': PASSWORD})

    assert answer.status_code == 200
    cookie = answer.headers.get_list('set-cookie')[0]
    assert cookie.startswith('__Host-client=' if secure else '__client=')
    assert cookie.endswith('; Secure') == secure


async def test_another_name_of_the_internet_is_refused_also_with_a_public_url(rules_with: Callable[..., Rules]) -> None:
    async with served(rules_with(public_url='https://app.example')) as api:
        statuses = [(await answer_to(api, host))[0] for host in
                    ('evil.example', 'app.example.evil.example', 'local.evil.example', '127.0.0.1.nip.io')]

    assert statuses == [421] * 4


@pytest.mark.parametrize(('settings', 'host', 'origin', 'told'), [
    ({}, '127.0.0.1:8080', 'https://app.example',
     "page of 'https://app.example', because it came to 'http://127.0.0.1:8080'. If people find this site at "
     'https://app.example, a proxy changes what it passes on: set PUBLIC_URL=https://app.example. If another app is '
     'there that may use this one: set ALLOWED_ORIGINS=https://app.example'),
    ({'allowed_hosts': 'app.example'}, 'app.example', 'https://app.example',
     "page of 'https://app.example', because it came to 'http://app.example'."),
    ({'public_url': 'https://app.example'}, 'app.example', 'https://www.app.example',
     "page of 'https://www.app.example', because it has to be of PUBLIC_URL, which is 'https://app.example'."),
    ({}, 'localhost', 'null', "page of 'null', because it came to 'http://localhost'"),
    ({}, 'localhost', 'http://evil\x1b[31m', r"page of 'http://evil\x1b[31m', because"),
])
async def test_a_page_that_is_refused_is_logged_with_both_origins_and_what_to_set(
        rules_with: Callable[..., Rules], caplog: pytest.LogCaptureFixture, settings: dict[str, str], host: str,
        origin: str, told: str) -> None:
    async with served(rules_with(**settings)) as api:
        for _ in range(20):
            status, body = await answer_to(api, host, method='POST', path='/v1/client/sign_ins', origin=origin)
            assert status == 403
        ours = await answer_to(api, host, method='POST', path='/v1/client/sign_ins', origin='http://other.example',
                               sec_fetch_site='cross-site')

    line, = [record.getMessage() for record in caplog.records if 'refused a request of a page' in record.getMessage()]
    assert told in line
    assert ('PUBLIC_URL=' in line) == ('app.example' in origin)
    assert b'in its log' in body
    assert ours[0] == 403


async def test_a_name_that_is_refused_is_logged_with_the_page_that_asked(
        api: Api, caplog: pytest.LogCaptureFixture) -> None:
    await answer_to(api, 'backend.example', path='/v1/client', origin='https://app.example')

    line, = [record.getMessage() for record in caplog.records]
    assert "the name 'backend.example', for a page of 'https://app.example'" in line
    assert 'set PUBLIC_URL' in line


@pytest.mark.parametrize(('setting', 'value'), [
    *(('public_url', value) for value in ('example.com', 'ftp://example.com', 'https://', 'https://example.com/app',
                                          'https://me:secret@example.com', 'https://example.com?x', 'https://*.example.com',
                                          'https://example.com:99999', 'https://a b', 'https://example.com//',
                                          'https://127.1', 'https://1.2.3.4.5', 'https://0x7f000001', 'https://a..b',
                                          'https://\u2024.example')),
    *(('allowed_hosts', value) for value in ('*', '*.', 'https://example.com', 'example.com:443',
                                             'example.com evil.example', 'a,*b.example', 'exa*mple.com',
                                             '*.*.example.com', 'secret@example.com', '127.1', 'a;b')),
])
def test_a_wrong_setting_says_what_to_write_and_not_what_was_written(setting: str, value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({setting: value})

    told = wrong_setting(refused.value)
    assert told.startswith(f'The setting {setting.upper()} is wrong: write ')
    assert 'secret' not in told


async def test_a_real_server_refuses_other_names_and_origins_also_for_sockets(
        own_server: Callable[..., Awaitable[Server]]) -> None:
    server = await own_server(public_url='')
    socket = '/_nicegui_ws/socket.io/?EIO=4&transport='
    own = f'localhost:{server.port}'
    upgrade = ('Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13',
               'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==')

    async def status(target: str, *headers: str, version: str = '1.1') -> int:
        reader, writer = await asyncio.open_connection('127.0.0.1', server.port)
        writer.write('\r\n'.join([f'GET {target} HTTP/{version}', *headers, '', '']).encode())
        line = await asyncio.wait_for(reader.readline(), PATIENCE_SECONDS)
        writer.close()
        return int(line.split()[1])

    assert await status('/demo', 'Host: evil.example') == 421
    assert await status('/demo', version='1.0') == 400
    assert await status('/demo', f'Host: {own}', 'Host: evil.example') == 400
    assert await status(f'http://{own}/demo', 'Host: evil.example') == 421
    assert await status('http://evil.example/v1/client', f'Host: {own}') == 200
    assert await status(f'{socket}websocket', f'Host: {own}', f'Origin: http://{own}', *upgrade) == 101
    assert await status(f'{socket}websocket', f'Host: {own}', f'Origin: https://{own}', *upgrade) in {400, 403}
    assert await status(f'{socket}websocket', f'Host: {own}', 'Origin: null', *upgrade) in {400, 403}
    assert await status(f'{socket}websocket', 'Host: evil.example', 'Origin: http://evil.example', *upgrade) == 403
    assert await status(f'{socket}polling', 'Host: evil.example', 'Origin: http://evil.example') == 421
    assert await status(f'{socket}polling', f'Host: {own}', f'Origin: https://{own}') == 400
    assert 'Traceback' not in server.log
    async with patient_client() as visitor:
        assert f'"{server.url}/demo"' in html.unescape((await visitor.get(f'{server.url}/demo')).text)
