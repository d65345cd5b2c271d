"""The pump: what changes in the store reaches whoever shows it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from auth import Auth
from auth.errors import StoreAway
from auth.rules.actor import by_command_line
from auth.rules.admin import create_user
from auth.rules.clients import ClientView
from models import RowsOf, tell_tabs
from models.database_url import open_database
from tests.following import Following
from tests.patience import PATIENCE_SECONDS
from tests.rules import FAST_TO_HEAR, PASSWORD, Rules
from tests.running import both_stores

pytestmark = both_stores

Query = Callable[..., dict[str, ClientView]]


@dataclass
class Screen:
    """Shows some clients, and wakes whoever waits for a change."""

    auth: Auth
    clients: dict[str, ClientView | None] = field(default_factory=dict)
    hidden: bool = False
    told: set[str] = field(default_factory=set)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    on_show: Callable[[], None] = lambda: None
    on_hide: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.following = Following(self.auth)

    def shown_clients(self) -> set[str]:
        return set(self.clients)

    def show(self, clients: Mapping[str, ClientView | None]) -> None:
        self.on_show()
        self.hidden = False
        self.clients.update(clients)
        self.changed.set()

    def explain(self) -> None:
        pass

    def hide(self) -> None:
        self.on_hide()
        self.hidden = True
        self.changed.set()

    def publish(self, user_ids: Collection[str] | None) -> None:
        self.told.update(user_ids or ())

    async def change(self) -> None:
        """Wait for something to happen."""
        await asyncio.wait_for(self.changed.wait(), PATIENCE_SECONDS)
        self.changed.clear()


@pytest.fixture
async def screen(rules: Rules) -> AsyncIterator[Screen]:
    """A screen that is kept true."""
    screen = Screen(rules.auth)
    await screen.following.start(screen, screen.publish)
    yield screen
    await screen.following.stop()


async def test_a_change_by_another_process_is_shown(rules: Rules, screen: Screen) -> None:
    done = await rules.sign_up()
    screen.clients[done.token.client_id] = await rules.client(done.token)

    rules.database.sql_elsewhere("UPDATE session SET status = 'revoked'")
    while (shown := screen.clients[done.token.client_id]) and shown.sessions:  # what the sign-up tells may come first
        await screen.change()

    assert shown is not None


async def test_a_look_up_does_not_wait_for_others_to_stop_changing(
        rules: Rules, screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    ann, bob = await rules.sign_up(), await rules.sign_up('bob@example.com')
    screen.clients = {bob.token.client_id: await rules.client(bob.token)}
    await rules.elsewhere("UPDATE user SET first_name = 'Bob 0' WHERE id = ?", bob.user_id)
    # Once that is shown, what the sign-ups had to tell is told as well.
    while (shown := screen.clients[bob.token.client_id]) and not shown.sessions[0].user.first_name:
        await screen.change()
    reads, read = 0, rules.auth.store.read

    async def read_while_others_act(query: Query, client_ids: Collection[str]) -> dict[str, ClientView]:
        nonlocal reads
        found = await read(query, client_ids)
        if ann.token.client_id in client_ids:
            reads += 1
            screen.changed.clear()
            await rules.elsewhere('UPDATE user SET first_name = ? WHERE id = ?', f'Bob {reads}', bob.user_id)
            await screen.change()
        return found

    monkeypatch.setattr(rules.auth.store, 'read', read_while_others_act)
    found = await asyncio.wait_for(screen.following.clients.authenticate(ann.token), PATIENCE_SECONDS)

    assert found is not None
    assert reads == 1


@both_stores
async def test_only_the_clients_concerned_are_shown_anew(rules: Rules, screen: Screen) -> None:
    ann, bob = await rules.sign_up('ann@example.com'), await rules.sign_up('bob@example.com')
    untouched = await rules.client(bob.token)
    screen.clients = {ann.token.client_id: await rules.client(ann.token), bob.token.client_id: untouched}
    await rules.elsewhere("UPDATE user SET first_name = 'Ann' WHERE id = ?", ann.user_id)
    # Once that is shown, what the sign-ups had to tell is told as well.
    while (shown := screen.clients[ann.token.client_id]) and not shown.sessions[0].user.first_name:
        await screen.change()
    screen.clients[bob.token.client_id] = untouched

    await rules.elsewhere('DELETE FROM session WHERE id = ?', ann.session_id)
    while (shown := screen.clients[ann.token.client_id]) and shown.sessions:
        await screen.change()

    assert screen.clients[bob.token.client_id] is untouched


async def test_a_change_of_a_user_who_is_signed_in_nowhere_is_published(rules: Rules, screen: Screen) -> None:
    made = await create_user(rules.auth, by_command_line, email_address='ann@example.com', password=PASSWORD)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while made.id not in screen.told:
            await asyncio.sleep(0.01)
    screen.told.clear()

    await rules.elsewhere('UPDATE user SET disabled = 1')
    async with asyncio.timeout(PATIENCE_SECONDS):
        while made.id not in screen.told:
            await asyncio.sleep(0.01)


async def test_a_row_of_an_authors_table_is_published_whoever_has_written_it(rules: Rules, screen: Screen) -> None:
    with open_database(rules.database.url).connect(to_write=True) as connection:
        connection.execute(text('CREATE TABLE todo (id INTEGER PRIMARY KEY, user_id VARCHAR)'))
        tell_tabs(connection, 'todo', owner='user_id')

    await rules.elsewhere("INSERT INTO todo (id, user_id) VALUES (1, 'user_ann')")

    async with asyncio.timeout(PATIENCE_SECONDS):
        while not RowsOf('todo', 'user_ann').are_in(screen.told):
            await asyncio.sleep(0.01)
    assert not RowsOf('todo', 'user_bob').are_in(screen.told)


async def test_a_client_that_is_deleted_is_shown_as_no_more(rules: Rules, screen: Screen) -> None:
    done = await rules.sign_up()
    screen.clients[done.token.client_id] = await rules.client(done.token)

    await rules.elsewhere('DELETE FROM client')
    while screen.clients[done.token.client_id] is not None:
        await screen.change()


async def test_ends_that_nobody_will_see_are_not_kept_for_ever(
        rules: Rules, screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('auth.changes.deadlines.ENDS_KEPT', 5)
    following = screen.following
    ann = await rules.sign_up()
    screen.clients[ann.token.client_id] = await following.clients.find(ann.token.client_id)
    for number in range(12):
        passer_by = await rules.sign_up(f'{number}@example.com')
        await following.clients.find(passer_by.token.client_id)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(following.deadlines) > 5:
            await asyncio.sleep(0.01)
    screen.changed.clear()

    rules.clock.forward(days=7)
    await screen.change()

    shown = screen.clients[ann.token.client_id]
    assert shown is not None
    assert shown.active_session(rules.clock()) is None


async def test_the_end_of_a_lifetime_is_shown_and_marked_with_nobody_acting(rules: Rules, screen: Screen) -> None:
    done = await rules.sign_up()
    clients = screen.following.clients
    screen.clients[done.token.client_id] = await clients.authenticate(done.token)
    screen.changed.clear()

    rules.clock.forward(days=7)
    await screen.change()

    shown = screen.clients[done.token.client_id]
    assert shown is not None
    assert shown.active_session(rules.clock()) is None
    while rules.status(done.session_id) != 'expired':
        await asyncio.sleep(0.01)


@pytest.mark.parametrize('timing', [FAST_TO_HEAR])
async def test_a_store_that_cannot_be_heard_hides_everything_and_its_return_shows_it(
        rules: Rules, screen: Screen, caplog: pytest.LogCaptureFixture) -> None:
    done = await rules.sign_up()
    clients, sync = screen.following.clients, screen.following.sync
    screen.clients[done.token.client_id] = await clients.authenticate(done.token)

    with rules.database.away():
        async with asyncio.timeout(PATIENCE_SECONDS):
            # A busy machine may have hidden it before; then the store has to be missed as well, or nothing is over.
            while not (screen.hidden and sync.is_out_of_sync and 'out of sync with the store' in caplog.text):
                await asyncio.sleep(0.01)
        with pytest.raises(StoreAway):
            await clients.authenticate(done.token)
    while screen.hidden or sync.is_out_of_sync:  # a busy machine may hide it once more
        await screen.change()

    assert await clients.authenticate(done.token) is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        while 'in sync with the store again' not in caplog.text:  # it is told after the round
            await asyncio.sleep(0.01)


@pytest.mark.parametrize('timing', [FAST_TO_HEAR])  # a reader's patience is longer than a round
async def test_everybody_is_shown_again_after_a_read_for_one_took_so_long_that_all_were_hidden(
        rules: Rules, screen: Screen) -> None:
    ann, bob = await rules.sign_up('ann@example.com'), await rules.sign_up('bob@example.com')
    screen.clients = {done.token.client_id: await rules.client(done.token) for done in (ann, bob)}
    await rules.elsewhere("UPDATE user SET first_name = 'Kim'")  # once that is shown, so are the sign-ups
    while not all(shown and shown.sessions[0].user.first_name for shown in screen.clients.values()):
        await screen.change()

    with rules.database.held_up() as wait:
        readers = [asyncio.create_task(rules.auth.store.read(wait)) for _ in range(4)]  # as many as there are
        await rules.elsewhere("UPDATE session SET status = 'revoked' WHERE id = ?", ann.session_id)
        while not screen.hidden:
            await screen.change()
        screen.clients[bob.token.client_id] = None
    await asyncio.gather(*readers)
    while screen.clients[bob.token.client_id] is None:
        await screen.change()
    while (shown := screen.clients[ann.token.client_id]) and shown.sessions:  # of a machine that had hidden it before
        await screen.change()

    assert shown is not None


@pytest.mark.parametrize('timing', [replace(FAST_TO_HEAR, out_of_sync_after_seconds=1000.0, silence_seconds=9000.0)])
async def test_what_happens_while_a_slow_read_is_under_way_counts_as_not_synced(
        rules: Rules, screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    done = await rules.sign_up()
    screen.clients[done.token.client_id] = await rules.client(done.token)
    clients = screen.following.clients
    passed = 0.0
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + passed)
    for module in ('auth.changes.sync', 'models.sqlite_feed', 'models.postgres_feed'):
        monkeypatch.setattr(f'{module}.time', clock)
    under_way: asyncio.Queue[asyncio.Event] = asyncio.Queue()
    read = rules.auth.store.read

    async def read_slowly(query: Query, client_ids: Collection[str]) -> dict[str, ClientView]:
        found = await read(query, client_ids)
        under_way.put_nowait(go_on := asyncio.Event())
        if client_ids != ['client_of_somebody_else']:
            await asyncio.wait_for(go_on.wait(), PATIENCE_SECONDS)
        return found

    async with asyncio.timeout(PATIENCE_SECONDS):
        monkeypatch.setattr(rules.auth.store, 'read', read_slowly)
        await rules.elsewhere("UPDATE user SET first_name = 'Ann'")
        first = await under_way.get()
        await rules.elsewhere("UPDATE session SET status = 'revoked'")  # after what is being read
        passed = 900.0
        while rules.auth.store.feed.synced_at < clock.monotonic() - 500:  # as somebody asks for something else
            await clients.find('client_of_somebody_else')
            await under_way.get()
        first.set()
        second = await under_way.get()
        hidden_soon = screen.hidden
        passed = 1001.0
        while not screen.hidden:
            await screen.change()
        monkeypatch.undo()
        second.set()

    assert not hidden_soon


async def test_a_pump_that_stumbles_goes_on(rules: Rules, screen: Screen,
                                            caplog: pytest.LogCaptureFixture) -> None:
    done = await rules.sign_up()
    screen.clients[done.token.client_id] = await rules.client(done.token)
    stumbles = iter([True])

    def stumble() -> None:
        if next(stumbles, False):
            raise RuntimeError('a mistake of ours')

    screen.on_show = stumble

    await rules.elsewhere("UPDATE session SET status = 'revoked'")
    while (shown := screen.clients[done.token.client_id]) and shown.sessions:  # what the sign-up tells may come first
        await screen.change()

    assert shown is not None
    assert 'the pump stumbled' in caplog.text
