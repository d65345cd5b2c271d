"""Streams of events: what they say, to whom, how many there are, and what ends them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from auth.credentials.tokens import ClientToken
from auth.errors import TooManySockets
from auth.requests.asgi import Message, Scope
from auth.rules.devices import revoke
from auth.rules.session_tokens import make_token, sign_claims
from auth.rules.sessions import forget_client, set_active, sign_out
from auth.timing import DEFAULT_TIMING, Timing
from auth.web.gateway import Gateway
from auth.web.live_streams import LiveStreams
from auth.web.waiting_pages import WaitingPages
from tests.auth.conftest import frontend_api_of, nothing_behind
from tests.auth.keys import keep_key
from tests.following import Following
from tests.programs import ROOT
from tests.rules import FAST_TO_HEAR, LAPTOP, PHONE, Rules
from tests.running import both_stores

SOON = 30


@dataclass
class Listener:
    """Somebody who has asked for a stream, and reads it part by part."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    parts: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)
    goes: asyncio.Event = field(default_factory=asyncio.Event)
    reads: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    beats: int = 0

    async def event(self) -> tuple[str, dict[str, Any]]:
        """The next event; what only shows that the stream is alive is counted."""
        while True:
            part = (await asyncio.wait_for(self.parts.get(), SOON)).decode()
            if part != ': \n\n':
                name, data = part.removesuffix('\n\n').split('\n')
                return name.removeprefix('event: '), json.loads(data.removeprefix('data: '))
            self.beats += 1

    async def over(self) -> str:
        """Wait until the stream is over; returns why."""
        name, data = await self.event()
        assert name == 'over'
        await self.ended()
        return data['reason']

    async def ended(self) -> None:
        assert self.task is not None
        await asyncio.wait_for(self.task, SOON)

    async def receive(self) -> Message:
        await self.goes.wait()
        return {'type': 'http.disconnect'}

    async def send(self, message: Message) -> None:
        if message['type'] == 'http.response.start':
            self.status = message['status']
            self.headers = {name.decode(): value.decode() for name, value in message['headers']}
            return
        await self.reads.wait()
        for part in (message.get('body') or b'').split(b'\n\n')[:-1]:
            self.parts.put_nowait(part + b'\n\n')


@dataclass
class Site:
    """The gateway of some rules, and the streams behind it."""

    rules: Rules
    app: Gateway
    streams: LiveStreams
    slots: list[Scope]
    may_open: list[bool]

    def request(self, token: ClientToken | str = '', method: str = 'GET', **headers: str) -> Scope:
        given = {'host': 'localhost', **({'cookie': f'__client={token}'} if token else {}),
                 **{name.replace('_', '-'): value for name, value in headers.items()}}
        return {'type': 'http', 'http_version': '1.1', 'method': method, 'path': '/v1/live', 'query_string': b'',
                'scheme': 'http', 'client': ('127.0.0.1', 1),
                'headers': [(name.encode(), value.encode()) for name, value in given.items()]}

    def listen(self, token: ClientToken | str = '', method: str = 'GET', **headers: str) -> Listener:
        listener = Listener()
        listener.reads.set()
        asking = self.app(self.request(token, method, **headers), listener.receive, listener.send)
        listener.task = asyncio.ensure_future(asking)  # type: ignore[arg-type]
        return listener

    async def listening(self, token: ClientToken) -> Listener:
        """Somebody who listens, and was told what there is."""
        listener = self.listen(token)
        assert (await listener.event())[0] == 'sessions'
        return listener

    async def refused(self, token: ClientToken | str = '', **headers: str) -> tuple[int, str]:
        """The status and the code of what is answered in place of a stream."""
        async with open_client(self.app) as browser:
            answer = await browser.get('/v1/live', headers={
                **({'cookie': f'__client={token}'} if token else {}),
                **{name.replace('_', '-'): value for name, value in headers.items()}})
        return answer.status_code, answer.json()['errors'][0]['code']


def open_client(app: Gateway) -> Any:
    import httpx  # noqa: PLC0415

    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url='http://localhost')


@asynccontextmanager
async def site_of(rules: Rules) -> AsyncIterator[Site]:
    following, slots, may_open = Following(rules.auth), list[Scope](), [True]

    @contextmanager
    def slot(scope: Scope) -> Iterator[None]:
        if not may_open[0]:
            raise TooManySockets
        slots.append(scope)
        yield
        slots.pop()

    auth = rules.auth
    streams = LiveStreams(following.clients, following.deadlines, following.sync, auth.settings, auth.timing, slot)
    await following.start(streams)
    app = Gateway(nothing_behind, sockets=nothing_behind, routes={}, clients=following.clients,
                  api=frontend_api_of(auth, following.clients, streams), hosts=auth.settings.hosts,
                  waiting=WaitingPages(auth.settings))
    yield Site(rules, app, streams, slots, may_open)
    await following.stop()
    assert not len(streams)
    assert not slots


@pytest.fixture
async def site(rules: Rules) -> AsyncIterator[Site]:
    async with site_of(rules) as site:
        yield site


async def test_a_stream_says_who_is_there_and_then_what_has_ended(site: Site) -> None:
    ann = await site.rules.sign_up()
    site.rules.clock.forward(seconds=1)
    bob = await site.rules.sign_up('bob@example.com', await site.rules.client(ann.token))
    listener = site.listen(bob.token)

    assert await listener.event() == ('sessions', {
        'client_id': bob.token.client_id, 'session_ids': [ann.session_id, bob.session_id],
        'last_active_session_id': bob.session_id, 'ended': []})
    assert listener.status == 200
    assert listener.headers['content-type'] == 'text/event-stream'
    assert listener.headers['cache-control'] == 'no-store'
    assert listener.headers['x-accel-buffering'] == 'no'

    await site.rules.auth.run(sign_out, await site.rules.here(bob.token), ann.session_id)
    name, told = await listener.event()
    assert (name, told['session_ids'], told['ended']) == ('sessions', [bob.session_id], [ann.session_id])

    await site.rules.auth.run(sign_out, await site.rules.here(bob.token))
    name, told = await listener.event()
    assert (name, told['session_ids'], told['ended']) == ('sessions', [], [bob.session_id])
    assert told['last_active_session_id'] is None
    assert await listener.over() == 'signed_out'


async def test_a_revoke_from_another_device_and_raw_sql_are_heard(site: Site) -> None:
    rules = site.rules
    laptop = await rules.sign_up()
    phone = await rules.sign_in(request_info=PHONE)
    hears = await site.listening(phone.token)
    stays = await site.listening(laptop.token)

    await rules.auth.run(revoke, await rules.here(laptop.token), phone.session_id, request_info=LAPTOP)

    assert (await hears.event())[1]['ended'] == [phone.session_id]
    assert await hears.over() == 'signed_out'

    await rules.elsewhere("UPDATE session SET status = 'revoked' WHERE id = ?", laptop.session_id)

    assert (await stays.event())[1]['ended'] == [laptop.session_id]
    assert await stays.over() == 'signed_out'


async def test_another_account_in_use_is_a_change_without_an_end(site: Site) -> None:
    rules = site.rules
    ann = await rules.sign_up()
    bob = await rules.sign_up('bob@example.com', await rules.client(ann.token))
    listener = await site.listening(bob.token)

    await rules.auth.run(set_active, await rules.here(bob.token), ann.session_id, settings=rules.auth.settings,
                         request_info=LAPTOP)
    name, told = await listener.event()

    assert (name, told['last_active_session_id'], told['ended']) == ('sessions', ann.session_id, [])
    listener.goes.set()
    await listener.ended()


async def test_a_name_that_has_changed_is_a_change(site: Site) -> None:
    ann = await site.rules.sign_up()
    listener = await site.listening(ann.token)

    await site.rules.elsewhere('UPDATE "user" SET first_name = ? WHERE id = ?', 'Anna', ann.user_id)

    assert (await listener.event())[1]['session_ids'] == [ann.session_id]
    listener.goes.set()
    await listener.ended()


async def test_an_end_that_comes_with_nobody_acting_is_heard(site: Site) -> None:
    ann = await site.rules.sign_up()
    listener = await site.listening(ann.token)

    site.rules.clock.forward(days=400)

    assert (await listener.event())[1]['ended'] == [ann.session_id]
    assert await listener.over() == 'signed_out'


async def test_whoever_has_the_old_cookie_of_a_client_hears_nothing_more(site: Site) -> None:
    ann = await site.rules.sign_up()
    listener = await site.listening(ann.token)

    bob = await site.rules.sign_up('bob@example.com', await site.rules.client(ann.token))

    assert await listener.over() == 'renewed'
    assert await site.refused(ann.token) == (401, 'authentication_invalid')
    new = await site.listening(bob.token)
    new.goes.set()
    await new.ended()


async def test_a_client_that_is_forgotten_ends_its_streams(site: Site) -> None:
    ann = await site.rules.sign_up()
    listener = await site.listening(ann.token)

    await site.rules.auth.run(forget_client, await site.rules.here(ann.token), request_info=LAPTOP)

    assert (await listener.event())[1]['ended'] == [ann.session_id]
    assert await listener.over() == 'signed_out'


@pytest.mark.either_store
@pytest.mark.parametrize('cookie', ['', 'x', '.', 'client_.', 'client_' + 'a' * 24 + '.' + 'b' * 43, 'a' * 9000,
                                    'client_%00.%00', '"', 'client_%C3%A4.b'])
async def test_nobody_hears_without_a_cookie_that_is_right(site: Site, cookie: str) -> None:
    await site.rules.sign_up()

    assert await site.refused(cookie) == (401, 'authentication_invalid')


async def test_nobody_hears_of_a_client_on_which_nobody_is_signed_in(site: Site) -> None:
    ann = await site.rules.sign_up()
    await site.rules.auth.run(sign_out, await site.rules.here(ann.token))

    assert await site.refused(ann.token) == (401, 'authentication_invalid')


@pytest.mark.either_store
@pytest.mark.parametrize('headers', [{'sec_fetch_site': 'same-site'}, {'sec_fetch_site': 'cross-site'},
                                     {'origin': 'https://evil.example'}, {'origin': 'null'}])
async def test_a_page_of_another_site_cannot_use_up_the_streams_of_a_client(site: Site,
                                                                            headers: dict[str, str]) -> None:
    ann = await site.rules.sign_up()

    assert await site.refused(ann.token, **headers) == (403, 'origin_invalid')


@both_stores
async def test_a_session_token_lets_a_program_hear_of_that_session_alone(site: Site) -> None:
    rules = site.rules
    await keep_key(rules)
    ann = await rules.sign_up()
    bob = await rules.sign_up('bob@example.com', await rules.client(ann.token))
    token = await make_token(rules.auth, await rules.client(bob.token), ann.session_id, azp='')
    program = site.listen(authorization=f'Bearer {token.jwt}')
    assert (await program.event())[1]['session_ids'] == [ann.session_id]

    await rules.auth.run(sign_out, await rules.here(bob.token), ann.session_id)

    assert (await program.event())[1] == {'client_id': bob.token.client_id, 'session_ids': [],
                                          'last_active_session_id': None, 'ended': [ann.session_id]}
    assert await program.over() == 'signed_out'
    assert await site.refused(authorization=f'Bearer {token.jwt}') == (401, 'authentication_invalid')


@pytest.mark.either_store
@pytest.mark.parametrize('spoil', [
    lambda jwt: '', lambda jwt: jwt[:-3] + 'AAA', lambda jwt: f'{jwt}.x', lambda jwt: 'a.b.c', lambda jwt: jwt * 10,
    lambda jwt: f'{jwt.rpartition(".")[0]}.', lambda jwt: f'eyJhbGciOiJub25lIn0.{jwt.split(".")[1]}.'])
async def test_a_token_that_is_none_of_ours_lets_nobody_hear(site: Site, spoil: Callable[[str], str]) -> None:
    await keep_key(site.rules)
    ann = await site.rules.sign_up()
    token = await make_token(site.rules.auth, await site.rules.client(ann.token), azp='')

    assert await site.refused(authorization=f'Bearer {spoil(token.jwt)}') == (401, 'authentication_invalid')
    assert await site.refused(authorization=token.jwt) == (401, 'authentication_invalid')


@pytest.mark.either_store
async def test_a_token_that_is_too_old_or_of_another_site_lets_nobody_hear(site: Site) -> None:
    rules = site.rules
    await keep_key(rules)
    ann = await rules.sign_up()
    token = await make_token(rules.auth, await rules.client(ann.token), azp='')
    elsewhere = await sign_claims(rules.auth, {'iss': 'https://example.net', 'sid': ann.session_id, 'nbf': 0,
                                               'exp': 2 ** 40})
    other = await sign_claims(rules.auth, {'handshake': []})

    for one in (elsewhere, other):
        assert await site.refused(authorization=f'Bearer {one}') == (401, 'authentication_invalid')
    rules.clock.forward(seconds=61)
    assert await site.refused(authorization=f'Bearer {token.jwt}') == (401, 'authentication_invalid')


@pytest.mark.either_store
async def test_one_stream_too_many_takes_the_place_of_the_oldest(rules_with: Callable[..., Rules]) -> None:
    async with site_of(rules_with(max_live_streams_per_client=2)) as site:
        ann = await site.rules.sign_up()
        bob = await site.rules.sign_up('bob@example.com')
        of_bob = await site.listening(bob.token)
        first, second = [await site.listening(ann.token) for _ in range(2)]

        third = await site.listening(ann.token)

        assert await first.over() == 'replaced'
        assert len(site.streams) == len(site.slots) == 3
        for one in (second, third, of_bob):
            one.goes.set()
            await one.ended()


async def test_of_many_that_are_opened_at_once_no_more_stay_than_may(rules_with: Callable[..., Rules]) -> None:
    async with site_of(rules_with(max_live_streams_per_client=2)) as site:
        ann = await site.rules.sign_up()
        client, asked = await site.rules.here(ann.token), site.request(ann.token)

        with ExitStack() as open_streams:  # the loop does not turn meanwhile, so no one that is over can leave
            streams = [open_streams.enter_context(site.streams.opened(client, asked)) for _ in range(5)]

            assert [stream.is_over for stream in streams] == [True, True, True, False, False]


@pytest.mark.either_store
async def test_a_stream_for_which_there_is_no_connection_is_refused_for_a_while(site: Site) -> None:
    ann = await site.rules.sign_up()
    site.may_open[0] = False

    assert await site.refused(ann.token) == (503, 'too_many_requests')


@pytest.mark.either_store
async def test_a_reader_that_never_reads_holds_one_state_and_no_more(site: Site) -> None:
    rules = site.rules
    ann = await rules.sign_up()
    listener = await site.listening(ann.token)
    listener.reads.clear()

    for number in range(50):
        await rules.elsewhere('UPDATE "user" SET first_name = ? WHERE id = ?', f'Ann {number}', ann.user_id)
        await asyncio.sleep(0)
    bob = await rules.sign_up('bob@example.com', await rules.client(ann.token))
    while True:  # until the pump has shown the last of it
        waits, = (stream for streams in site.streams._by_client.values() for stream in streams)
        if waits.is_over:
            break
        await asyncio.sleep(0.01)
    listener.reads.set()

    said = []
    while not said or said[-1] != 'over':
        said.append((await listener.event())[0])
    assert said.count('over') == 1
    assert len(said) <= 3  # what was on its way, the newest state, and the end
    await listener.ended()
    assert bob.token.client_id == ann.token.client_id


@pytest.mark.either_store
async def test_a_reader_that_goes_leaves_nothing_behind(site: Site) -> None:
    ann = await site.rules.sign_up()
    listeners = [await site.listening(ann.token) for _ in range(3)]

    for one in listeners:
        one.goes.set()
        await one.ended()

    assert not len(site.streams)
    assert not site.streams.shown_clients()


@pytest.mark.either_store
async def test_a_connection_that_breaks_while_it_is_written_to_is_no_mistake_of_ours(
        site: Site, caplog: pytest.LogCaptureFixture) -> None:
    ann = await site.rules.sign_up()
    listener = await site.listening(ann.token)

    async def broken(_: Message) -> None:
        raise OSError('broken pipe')

    listener.send = broken  # type: ignore[method-assign]
    other = Listener()
    task = asyncio.ensure_future(site.app(site.request(ann.token), other.receive, broken))  # type: ignore[arg-type]
    await asyncio.wait_for(task, SOON)

    assert not caplog.records
    listener.goes.set()
    await listener.ended()


@pytest.mark.either_store
async def test_a_stream_is_never_silent_for_long(rules: Rules, timing: Timing) -> None:
    async with site_of(rules) as site:
        ann = await rules.sign_up()
        listener = await site.listening(ann.token)
        stream, = (stream for streams in site.streams._by_client.values() for stream in streams)
        stream._heartbeat_seconds = 0.01
        await rules.elsewhere('UPDATE "user" SET first_name = ? WHERE id = ?', 'Anna', ann.user_id)
        await listener.event()  # from here on it is silent for that long only

        for _ in range(3):
            assert await asyncio.wait_for(listener.parts.get(), SOON) == b': \n\n'
        listener.goes.set()
        await listener.ended()


@pytest.mark.parametrize('timing', [FAST_TO_HEAR])
async def test_out_of_sync_with_the_store_no_stream_goes_on_or_begins(site: Site) -> None:
    ann = await site.rules.sign_up()
    listener = await site.listening(ann.token)

    site.streams._sync._is_out_of_sync = True
    site.streams.hide()

    assert await listener.over() == 'out_of_sync'


@pytest.mark.either_store
async def test_whoever_asks_for_the_headers_only_gets_them_and_no_more(site: Site) -> None:
    ann = await site.rules.sign_up()
    listener = site.listen(ann.token, 'HEAD')

    await listener.ended()

    assert listener.status == 200
    assert listener.headers['content-type'] == 'text/event-stream'
    assert listener.parts.empty()


def test_no_proxy_takes_a_stream_for_dead_before_it_says_something() -> None:
    conf = (ROOT / 'deploy/nginx/live-sessions.conf').read_text(encoding='utf-8')
    given_up = float(re.findall(r'proxy_read_timeout (\d+)s;', conf)[-1])
    script = (ROOT / 'auth/web/api/live.js').read_text(encoding='utf-8')
    lost = float(re.findall(r'SILENT_MS = (\d+);', script)[0]) / 1000

    assert 2 * DEFAULT_TIMING.heartbeat_seconds <= given_up
    assert 3 * DEFAULT_TIMING.heartbeat_seconds <= lost


@pytest.mark.either_store
async def test_the_script_may_stand_in_a_page_of_any_origin(site: Site) -> None:
    async with open_client(site.app) as browser:
        answer = await browser.get('/v1/live.js')

    assert answer.status_code == 200
    assert answer.headers['content-type'] == 'text/javascript; charset=utf-8'
    assert answer.headers['cross-origin-resource-policy'] == 'cross-origin'
    assert "new URL('live'" in answer.text
