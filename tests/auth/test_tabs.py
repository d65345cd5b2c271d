"""The open tabs of a process: what they are granted, and when they have to re-authenticate."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from nicegui import core

from auth.access import Here
from auth.credentials.tokens import ClientToken, hash_secret, new_secret
from auth.errors import StoreAway
from auth.live.nicegui_private import sockets
from auth.live.socket_guard import SocketGuard
from auth.live.tab import Tab
from auth.live.tabs import Tabs
from auth.requests.request_info import RequestInfo
from auth.rules.devices import read_devices
from auth.rules.reverification import re_authenticate
from tests.following import Following
from tests.patience import PATIENCE_SECONDS
from tests.rules import FAST_TO_HEAR, LAPTOP, PASSWORD, TABLET, Rules
from tests.running import both_stores, either_store


def scope_from(where: RequestInfo) -> dict[str, Any]:
    """A request from there."""
    return {'client': (where.ip_address, 1), 'headers': [(b'user-agent', where.user_agent.encode())]}


RE_AUTHENTICATE = 'window.liveSessions?.reAuthenticate()'
CURRENT = 'window.liveSessions?.currentAsOf(0)'


@dataclass
class Outbox:
    """What a page was sent, for a tab that comes back."""

    message_history: list[object] = field(default_factory=list)


@dataclass
class BrowserPage:
    """A page that is open somewhere."""

    id: str
    told: list[str] = field(default_factory=list)
    """The JavaScript that it was sent."""
    joined: Callable[[], Awaitable[None]] | None = None
    """What happens when its socket is connected."""
    has_socket_connection: bool = True
    is_deleted: bool = False
    outbox: Outbox = field(default_factory=Outbox)
    request: Any = field(default_factory=lambda: SimpleNamespace(scope=scope_from(LAPTOP)))

    def run_javascript(self, code: str) -> None:
        self.told.append(code)

    def on_connect(self, handler: Callable[[], Awaitable[None]]) -> None:
        self.joined = handler

    def on_delete(self, handler: Callable[[], None]) -> None:
        pass

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass

    async def join(self) -> None:
        """Connect its socket."""
        assert self.joined is not None
        await self.joined()


@pytest.fixture
def following(rules: Rules) -> Following:
    """What follows the store."""
    return Following(rules.auth)


@pytest.fixture
async def tabs(rules: Rules, following: Following, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Tabs]:
    """The tabs of a process that follows the store."""
    monkeypatch.setattr(core, 'loop', asyncio.get_running_loop())
    tabs = Tabs(rules.auth, following.clients, following.sync, following.deadlines)
    await following.start(tabs, tabs.subscriptions.publish)
    yield tabs
    await following.stop()


async def opened(tabs: Tabs, token: ClientToken | None) -> tuple[Tab, BrowserPage]:
    """Open a tab whose socket has not joined yet."""
    page: Any = BrowserPage(f'page {len(tabs)}')
    return await tabs.open(page, *([token] if token else [])), page


async def until(condition: Callable[[], object]) -> None:
    """Wait for something to be so."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_tab_that_joins_is_told_what_changed_since_its_page_was_built_and_then_that_it_was(
        rules: Rules, tabs: Tabs) -> None:
    done = await rules.sign_up()
    tab, page = await opened(tabs, done.token)
    assert tab.state.session_id == done.session_id

    page.told.clear()
    await asyncio.to_thread(rules.sql, "UPDATE session SET status = 'revoked'")
    await page.join()
    first = list(page.told)
    await page.join()

    assert tab.state.status == 'signed_out'
    assert first[-1] == CURRENT  # whether the feed or the page itself was the first to find the change
    assert page.told.count(CURRENT) == 1  # one that comes back re-authenticates


async def test_a_tab_for_which_the_store_could_not_be_read_when_it_joined_is_hidden_and_proves_itself(
        rules: Rules, tabs: Tabs, following: Following, monkeypatch: pytest.MonkeyPatch) -> None:
    done = await rules.sign_up()
    tab, page = await opened(tabs, done.token)

    async def away(_: str) -> None:
        raise StoreAway

    with monkeypatch.context() as patched:
        patched.setattr(following.clients, 'find', away)
        await page.join()

    assert tab.state.status == 'loading'
    assert RE_AUTHENTICATE in page.told
    tabs.grant(tab, await following.clients.authenticate(done.token), 0)
    assert tab.state.session_id == done.session_id


@either_store
async def test_when_all_is_hidden_no_tab_of_anybody_shows_anything_until_it_has_re_authenticated(
        rules: Rules, tabs: Tabs) -> None:
    done = await rules.sign_up()
    (laptop, _), (stranger, _) = await opened(tabs, done.token), await opened(tabs, None)

    tabs.hide()
    tabs.show({done.token.client_id: await rules.client(done.token)})

    assert (laptop.state.status, laptop.state.session_id, laptop.state.user) == ('loading', None, None)
    assert stranger.state.status == 'signed_out'
    tabs.grant(laptop, await rules.client(done.token), 0)
    assert laptop.state.session_id == done.session_id


@pytest.mark.parametrize('timing', [FAST_TO_HEAR])
async def test_while_the_process_is_out_of_sync_nothing_is_granted_but_has_to_be_tried_again(
        rules: Rules, tabs: Tabs, following: Following) -> None:
    done = await rules.sign_up()
    client = await rules.client(done.token)

    with rules.database.away():
        await until(lambda: following.sync.is_out_of_sync)
        (stranger, _), (laptop, _) = await opened(tabs, None), await opened(tabs, done.token)
        for tab, found in ((stranger, None), (laptop, client)):
            with pytest.raises(StoreAway):  # or nobody would ever ask this tab again
                tabs.grant(tab, found, 0)
        shown = {stranger.state.status, laptop.state.status}
    await until(lambda: not following.sync.is_out_of_sync)
    tabs.grant(stranger, None, 0)
    tabs.grant(laptop, client, 0)

    assert shown == {'loading'}
    assert (stranger.state.status, laptop.state.status) == ('signed_out', 'signed_in')


@both_stores
async def test_to_confirm_who_is_at_a_tab_asks_the_store_and_leaves_it_to_the_pump_to_show(
        rules: Rules, tabs: Tabs, following: Following) -> None:
    done = await rules.sign_up()
    tab, _ = await opened(tabs, done.token)
    before = await tabs.confirm(tab)

    await following.pump.stop()
    await rules.elsewhere("UPDATE session SET status = 'revoked'")
    after = await tabs.confirm(tab)

    assert before == Here('signed_in')
    assert after is None
    assert tab.state.status == 'signed_in'


async def test_a_right_that_was_withdrawn_is_not_confirmed(rules: Rules, tabs: Tabs, following: Following) -> None:
    done = await rules.sign_up()
    await rules.elsewhere('UPDATE user SET is_admin = ?', True)
    tab, _ = await opened(tabs, done.token)
    before = await tabs.confirm(tab)

    await following.pump.stop()
    await rules.elsewhere('UPDATE user SET is_admin = ?', False)
    after = await tabs.confirm(tab)

    assert before == Here('signed_in', roles=frozenset({'admin'}))
    assert after == Here('signed_in')


@pytest.mark.parametrize('change', ["UPDATE client SET secret_hash = 'another'", 'UPDATE user SET is_admin = TRUE'])
async def test_a_tab_that_has_to_re_authenticate_is_not_confirmed(
        rules: Rules, tabs: Tabs, following: Following, change: str) -> None:
    done = await rules.sign_up()
    tab, _ = await opened(tabs, done.token)

    await following.pump.stop()
    await rules.elsewhere(change)

    assert await tabs.confirm(tab) is None


async def test_a_tab_that_shows_nothing_of_a_session_keeps_none_alive(rules: Rules, tabs: Tabs) -> None:
    done = await rules.sign_up()
    tab, _ = await opened(tabs, done.token)
    before = rules.sql('SELECT last_active_at FROM session')
    rules.clock.forward(minutes=5)

    tab.re_authenticate()  # as when the client was given another secret
    tabs.note_activity(tab)
    await asyncio.sleep(0.3)

    assert rules.sql('SELECT last_active_at FROM session') == before


async def test_activity_from_elsewhere_is_written_at_once_and_from_where_it_was_in_its_time(
        rules: Rules, tabs: Tabs) -> None:
    done = await rules.sign_up()
    here, there = [(await opened(tabs, done.token))[0] for _ in range(2)]

    tabs.note_activity(here, scope_from(LAPTOP))
    noted_here = here.touched_at
    tabs.note_activity(there, scope_from(TABLET))  # its socket: with a stolen cookie, say, or in another network
    async with asyncio.timeout(PATIENCE_SECONDS):
        while rules.sql('SELECT last_ip_address FROM session') != [(TABLET.ip_address,)]:
            await asyncio.sleep(0.01)

    device, = (await rules.auth.read(read_devices, await rules.here(done.token))).devices
    assert noted_here is None
    assert (str(device.user_agent), device.ip_address) == ('Chrome 141 on Android device', TABLET.ip_address)
    assert device.signed_in_from is not None
    assert device.signed_in_from.ip_address == LAPTOP.ip_address


async def test_activity_that_could_not_be_written_is_written_the_next_time(rules: Rules, tabs: Tabs) -> None:
    done = await rules.sign_up()
    tab, _ = await opened(tabs, done.token)
    before = rules.sql('SELECT last_active_at FROM session')
    rules.clock.forward(minutes=5)

    with rules.database.away():
        tabs.note_activity(tab)
        await until(lambda: tab.touched_at is None)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while rules.sql('SELECT last_active_at FROM session') == before:
            tabs.note_activity(tab)
            await asyncio.sleep(0.05)


# A password that is given again rotates the secret


@pytest.fixture
def guard(tabs: Tabs, following: Following, rules: Rules, monkeypatch: pytest.MonkeyPatch) -> SocketGuard:
    """The guard of sockets; the socket of a page is called "its own"."""
    monkeypatch.setattr(sockets, 'has_joined', lambda socket_id, page_id: socket_id == 'its own')
    monkeypatch.setattr(sockets, 'sockets_of', lambda page_id: ['its own'])
    return SocketGuard(tabs, following.clients, rules.auth.settings.hosts)


async def test_the_tab_that_asks_goes_on_as_it_is_and_every_other_one_has_to_show_the_new_cookie(
        rules: Rules, tabs: Tabs, guard: SocketGuard) -> None:
    done = await rules.sign_up()
    (asking, _), (other, _) = await opened(tabs, done.token), await opened(tabs, done.token)
    seen: list[str] = []
    asking.on_change.append(lambda: seen.append(asking.state.status))
    client, secret = await rules.here(done.token), new_secret()

    async with guard.expecting(asking.page.id, 'its own', client.id, hash_secret(secret)):
        await re_authenticate(rules.auth, client, done.session_id, password=PASSWORD, secret=secret,
                              request_info=LAPTOP)
    await until(lambda: other.state.status == 'loading')

    assert asking.client is not None
    assert asking.client.secret_hash == hash_secret(secret)
    assert (asking.state.session_id, seen) == (done.session_id, [])
    assert await tabs.confirm(asking) is not None
    assert await tabs.confirm(other) is None or other.state.status == 'loading'


@pytest.mark.parametrize(('socket_id', 'whose'), [('another', 'its own'), ('its own', 'another'), ('', 'its own')])
async def test_nobody_has_the_tab_of_another_browser_or_socket_go_on(
        rules: Rules, tabs: Tabs, guard: SocketGuard, socket_id: str, whose: str) -> None:
    done, other = await rules.sign_up(), await rules.sign_up('bob@example.com')
    tab, _ = await opened(tabs, done.token)
    client_id = done.token.client_id if whose == 'its own' else other.token.client_id

    async with guard.expecting(tab.page.id, socket_id, client_id, 'a hash'):
        assert tab.coming_secret == ''
    async with guard.expecting('no page', socket_id, client_id, 'a hash'):
        pass


async def test_a_secret_that_was_not_given_and_one_that_came_after_it_are_shown_by_no_push(
        rules: Rules, tabs: Tabs, guard: SocketGuard) -> None:
    done = await rules.sign_up()
    tab, _ = await opened(tabs, done.token)
    with pytest.raises(StoreAway):
        async with guard.expecting(tab.page.id, 'its own', done.token.client_id, 'refused'):
            raise StoreAway
    assert tab.coming_secret == ''

    async with guard.expecting(tab.page.id, 'its own', done.token.client_id, 'one that never came'):
        pass
    await asyncio.to_thread(rules.sql, "UPDATE client SET secret_hash = 'one of somebody else'")

    await until(lambda: tab.state.status == 'loading')
