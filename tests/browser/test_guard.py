"""Who may join a tab's socket, and what a socket may send."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp
import pytest
import socketio
from playwright.async_api import expect

from tests.http import patient_client
from tests.patience import PATIENCE_SECONDS
from tests.rules import PASSWORD
from tests.running import either_store
from tests.security.visitors import Somebody, until
from tests.server import Server
from tests.sockets import OpenPage

from .devices import MakeDevice, Tab, a_new_address
from .test_faults import the_click

pytestmark = either_store


@dataclass
class Stolen:
    """Everything that names a tab: what its socket was opened with."""

    client_id: str
    tab_id: str
    document_id: str

    @classmethod
    async def of(cls, tab: Tab) -> Stolen:
        return cls(**await tab.page.evaluate('''() => ({client_id: window.clientId, tab_id: TAB_ID,
                                                       document_id: window.documentId})'''))

    def query(self, **more: str) -> str:
        return urlencode({'client_id': self.client_id, 'tab_id': self.tab_id, 'document_id': self.document_id,
                          'implicit_handshake': 'true', 'next_message_id': '0', **more})


class Attacker:
    """A socket that a program opened, and what it heard."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.socket = socketio.AsyncClient(reconnection=False)
        self.heard: list[object] = []
        self.socket.on('*', lambda event, *data: self.heard.append((event, data)))

    async def connect(self, query: str, **headers: str) -> bool:
        """Try to connect; tells whether it was let in."""
        try:
            await self.socket.connect(f'{self.url}?{query}', headers=headers, transports=['websocket'],
                                      socketio_path='/_nicegui_ws/socket.io', wait_timeout=PATIENCE_SECONDS)
        except socketio.exceptions.ConnectionError:
            return False
        await asyncio.sleep(0.1)
        return self.socket.connected

    async def is_refused(self, query: str, **headers: str) -> bool:
        """Try to connect; tells whether it was kept out, or thrown out a moment later."""
        if await self.connect(query, **headers):
            with suppress(TimeoutError):
                await self.thrown_out()
        return not self.socket.connected

    async def thrown_out(self) -> None:
        """Wait until the server has ended the connection."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.socket.wait()

    async def close(self) -> None:
        await self.socket.disconnect()
        if self.socket.eio.http:
            await self.socket.eio.http.close()


@pytest.fixture
async def thief(shared_server: Server) -> AsyncIterator[Somebody]:
    """Somebody with an account and a browser of their own."""
    somebody = Somebody.at(shared_server)
    yield await somebody.sign_up()
    await somebody.close()


@pytest.fixture
async def attacker(shared_server: Server):
    """Makes attackers."""
    made: list[Attacker] = []

    def make(url: str = shared_server.url) -> Attacker:
        made.append(Attacker(url))
        return made[-1]

    yield make
    for one in made:
        await one.close()


async def test_a_stolen_tab_id_opens_nothing_without_its_cookie_or_from_another_site_or_for_a_megabyte(
        device: MakeDevice, attacker, thief: Somebody) -> None:
    laptop = await device()
    session_id = await laptop.sign_up()
    tab = await laptop.tab('/account')
    stolen = await Stolen.of(tab)
    own = await laptop.cookie()
    assert own

    for cookie in ('', '__client=', thief.cookie(), f'__client={own[:-1]}{"A" if own[-1] != "A" else "B"}',
                   f'__client={own.partition(".")[0]}.{"x" * 43}'):
        assert await attacker().is_refused(stolen.query(), Cookie=cookie)

    for origin in ('https://evil.example', 'null', f'{tab.url}.evil.example', 'http://localhost:1'):
        assert await attacker().is_refused(stolen.query(), Cookie=f'__client={own}', Origin=origin)

    # The very browser is let in; else none of the above would mean anything.
    assert await attacker().connect(stolen.query(), Cookie=f'__client={own}')
    assert await attacker().connect(stolen.query(), Cookie=f'__client={own}', Origin=tab.url)

    flood = attacker()
    assert await flood.connect(stolen.query(), Cookie=f'__client={own}')
    await flood.socket.emit('event', {'client_id': 'x' * 3_000_000})
    await flood.thrown_out()  # a megabyte is refused
    await tab.shows(session_id)


async def test_a_socket_of_another_tab_cannot_act_for_a_tab_or_hear_it(
        device: MakeDevice, instrumented: Server, attacker) -> None:
    acts = instrumented.folder / 'acts'
    laptop, thief, socket = await device(instrumented), Somebody.at(instrumented), attacker(instrumented.url)
    session_id = await laptop.sign_up()
    await thief.sign_up()
    thiefs = Stolen((await thief.get('/')).text.partition("'client_id': '")[2].partition("'")[0], 'a tab', 'a document')
    assert await socket.connect(thiefs.query(), Cookie=thief.cookie())
    tab = await laptop.tab(None)
    sent: list[str] = []
    tab.page.on('websocket', lambda socket: socket.on('framesent', lambda payload: sent.append(str(payload))))
    await tab.open('/acting')
    await tab.button('Act').click()
    frame = await the_click(sent)
    while not acts.exists():
        await asyncio.sleep(0.01)

    socket.heard.clear()
    await socket.socket.emit(*json.loads(frame[2:]))
    assert await socket.socket.call('handshake', vars(await Stolen.of(tab))) is False
    instrumented.sql("UPDATE session SET status = 'revoked' WHERE id = ?", session_id)
    await tab.signed_out()

    assert acts.read_text() == 'acted\n'
    assert socket.heard == []
    await thief.web.delete('/v1/client/sessions')
    await until(lambda: socket.heard)  # which is told of its own tab
    await thief.close()


async def test_a_socket_that_names_no_tab_is_refused(attacker) -> None:
    for query in ('', 'x=y', 'client_id=nobody', 'client_id=nobody&tab_id=x&document_id=y&implicit_handshake=false'):
        assert await attacker().is_refused(query)


async def test_a_socket_that_joined_before_the_sign_in_is_thrown_out_by_it(device: MakeDevice, attacker) -> None:
    laptop = await device()
    tab, other = await laptop.tab('/sign-up'), await laptop.tab()
    listener, left_behind = attacker(), attacker()
    assert await listener.connect((await Stolen.of(other)).query())  # nobody is signed in: there is nothing to hear
    assert await left_behind.connect((await Stolen.of(tab)).query())
    address = a_new_address()

    await tab.fill(address)
    await tab.button('Sign up').click()
    for one in (tab, other):
        await expect(one.button()).to_be_visible()

    await listener.thrown_out()
    for heard in (listener.heard, left_behind.heard):
        assert address not in repr(heard)
        assert 'sess_' not in repr(heard)


async def test_a_planted_cookie_is_worthless_after_the_sign_in(device: MakeDevice, shared_server: Server) -> None:
    attackers = await device()
    await attackers.sign_up('attacker@example.com')
    planted = await attackers.cookie()
    watching = await attackers.tab('/account')

    async with patient_client(base_url=shared_server.url, headers={'cookie': f'__client={planted}'}) as victims:
        account = {'email_address': a_new_address(), 'password': PASSWORD}
        signed_up = (await victims.post('/v1/client/sign_ups', data=account)).json()

    session_id = signed_up['response']['created_session_id']
    assert signed_up['client']['last_active_session_id'] == session_id
    await watching.signed_out()
    assert (await (await attackers.api('GET', '/client')).json())['response'] is None
    assert session_id not in await watching.text()


async def counts(http: aiohttp.ClientSession) -> dict[str, int]:
    """What the server holds."""
    async with http.get('/counts') as answer:
        return json.loads(await answer.read())


MALFORMED = [
    ('event', None), ('event', {}), ('event', []), ('event', 'x' * 1000), ('event', {'client_id': 7}),
    ('event', {'client_id': {'a': 'b'}}), ('event', {'client_id': 'ID'}), ('event', {'client_id': 'ID', 'id': 'x'}),
    ('event', {'client_id': 'ID', 'id': 0, 'listener_id': 'none', 'args': ['{']}),
    ('event', {'client_id': 'ID', 'id': 0, 'listener_id': 'none', 'args': 7}),
    ('event', {'client_id': 'ID', 'id': [], 'listener_id': {}, 'args': [None]}),
    ('javascript_response', {'client_id': 'ID'}), ('javascript_response', {'client_id': 'ID', 'request_id': []}),
    ('ack', {'client_id': 'ID'}), ('ack', {'client_id': 'ID', 'next_message_id': 'x'}), ('ack', 'ID'),
    ('log', {'client_id': 'ID', 'level': 'error', 'message': 'written by\nan attacker'}), ('log', {}),
    ('unknown', {'client_id': 'ID'}), ('handshake', {'client_id': 'ID'}),
]


async def test_malformed_events_are_dropped_with_a_line_at_most_and_the_tab_works_on(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    await laptop.sign_up()
    tab = await laptop.tab()
    before = len(shared_server.log)

    await tab.page.evaluate('''(messages) => {
        for (const [name, message] of messages) {
            if (message?.client_id === 'ID') message.client_id = window.clientId;
            window.socket.emit(name, message);
        }
    }''', MALFORMED)
    await tab.button().click()
    await tab.signed_out()

    log = shared_server.log[before:]
    assert 'Traceback' not in log
    assert 'an attacker' not in log
    assert len(log.splitlines()) <= len(MALFORMED)


async def test_unknown_urls_cost_no_page_object(instrumented: Server) -> None:
    async with aiohttp.ClientSession(instrumented.url) as http:
        before = await counts(http)

        for number in range(5):
            for path in ('robots.txt', f'wp-admin/{number}', '_nicegui/x', f'_nicegui/client/{number}/upload/1',
                         'sign-in/x', 'static/none', '_nicegui/3.18.0/components/x', 'favicon.icon'):
                async with http.get(f'/{path}') as answer:
                    assert answer.status == 404, path
                    assert len(await answer.read()) < 2000

        assert await counts(http) == before


async def test_a_hundred_tabs_that_came_and_went_leave_nothing_behind(
        device: MakeDevice, instrumented: Server) -> None:
    laptop = await device(instrumented)
    session_id = await laptop.sign_up()
    cookie = f'__client={await laptop.cookie()}'
    paths = ('/account', '/', '/examples/ios', '/sign-in/choose')
    async with aiohttp.ClientSession(instrumented.url) as http:
        at_first = await counts(http)

        for path in paths * 24:
            page = OpenPage(comes_again=True)
            await page.open(http, instrumented.url + path, lambda: cookie)
            await page.close()
        tab = await laptop.tab('/account')
        await tab.page.reload()
        await tab.shows(session_id)
        held = await counts(http)
        await tab.page.close()

        for _ in range(90):  # a page that a browser had no time to join is kept for a minute
            left = await counts(http)
            if left == at_first:
                break
            await asyncio.sleep(1)
    assert held['pages'] > 0
    assert left == at_first
    assert left['tabs'] == left['pages'] == left['tab objects'] == left['state objects'] == 0
