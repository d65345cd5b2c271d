"""What an app keeps for an account: its own person reads it, on every device, and no other account of the browser."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from auth.access import access_of, private
from auth.components import storage_of_account as module
from auth.components.storage_of_account import AccountStorage, account_storage
from auth.errors import NotSignedIn
from auth.live.state import AuthState
from auth.live.tab import Tab
from auth.rules import account_values
from auth.rules.account_values import MOST_BYTES, MOST_CHARACTERS, StorageFull, keep_value, kept_values
from auth.rules.acting import act_as
from auth.rules.actor import by_command_line
from auth.rules.erasure import erase_user
from auth.rules.sessions import set_active, sign_out
from auth.rules.sign_in import SignedIn
from models import RowsOf
from tests.rules import PHONE, Rules
from tests.running import both_stores, either_store

PRIVATE = access_of(private(lambda: None))


@dataclass
class OneTab:
    """The registry of tabs, with one tab in it."""

    rules: Rules
    tab: Tab = field(init=False)

    def __post_init__(self) -> None:
        page: Any = SimpleNamespace(id='page')
        self.tab = Tab(page=page)

    @property
    def auth(self) -> Any:
        return self.rules.auth

    def here(self) -> Tab:
        return self.tab

    def get(self, page_id: str) -> Tab | None:
        return self.tab if page_id == 'page' else None

    async def show(self, done: SignedIn) -> None:
        """Let the tab show what its browser's cookie grants now."""
        self.tab.client = await self.rules.here(done.token)
        session = self.tab.client.active_session(self.rules.clock())
        state = self.tab.state
        state.session_id, state.user = (None, None) if session is None else (session.id, session.user)
        state.status = 'signed_out' if session is None else 'signed_in'


@pytest.fixture
def here(rules: Rules, monkeypatch: pytest.MonkeyPatch) -> OneTab:
    one = OneTab(rules)
    monkeypatch.setattr(module, 'tabs', lambda: one)
    return one


@pytest.fixture
async def ann(rules: Rules, here: OneTab) -> SignedIn:
    """Ann, who uses the tab."""
    ann = await rules.sign_up()
    await here.show(ann)
    return ann


async def kept_by(rules: Rules, done: SignedIn) -> dict[str, Any]:
    return await rules.auth.run(act_as, await rules.here(done.token), [PRIVATE], kept_values)


@both_stores
async def test_what_is_put_is_there_on_every_device_and_gone_when_it_is_removed(rules: Rules, ann: SignedIn) -> None:
    storage = await account_storage()
    await storage.put('theme', 'dark')
    await storage.put('list', [1, {'a': None, 'ä\x00\N{PILE OF POO}': True}])
    await storage.put('theme', 'light')
    await storage.remove('nothing')
    phone = await rules.sign_in(request_info=PHONE)

    assert dict(storage) == await kept_by(rules, phone) == {
        'list': [1, {'a': None, 'ä\x00\N{PILE OF POO}': True}], 'theme': 'light'}
    assert storage.get('other', 'none') == 'none'
    await storage.remove('list')
    assert [*storage] == ['theme']
    assert await kept_by(rules, phone) == {'theme': 'light'}


async def test_another_account_of_the_browser_reads_and_changes_nothing_of_it(rules: Rules, here: OneTab, ann: SignedIn
                                                                              ) -> None:
    of_ann = await account_storage()
    await of_ann.put('note', "Ann's")
    bob = await rules.sign_up('bob@example.com', await rules.here(ann.token))
    await here.show(bob)
    of_bob = await account_storage()

    assert dict(of_bob) == {}
    assert not of_ann.is_open
    for act in (of_ann.put('note', 'x'), of_ann.remove('note'), of_ann.read()):
        with pytest.raises(NotSignedIn):
            await act
    for look in (lambda: of_ann['note'], lambda: of_ann.get('note'), lambda: [*of_ann], lambda: len(of_ann),
                 lambda: 'note' in of_ann):
        with pytest.raises(NotSignedIn):
            look()
    await of_bob.put('note', "Bob's")
    await rules.auth.run(set_active, await rules.here(bob.token), ann.session_id, settings=rules.auth.settings)
    await here.show(bob)

    assert (await account_storage())['note'] == "Ann's"
    assert not of_bob.is_open
    assert "Ann's" not in repr(of_ann)


async def test_when_the_session_has_ended_nothing_is_written_whatever_the_tab_believes(
        rules: Rules, here: OneTab, ann: SignedIn) -> None:
    storage = await account_storage()
    await storage.put('note', 'before')
    await rules.auth.run(sign_out, await rules.here(ann.token), ann.session_id)

    for act in (storage.put('note', 'after'), storage.remove('note'), storage.read()):
        with pytest.raises(NotSignedIn):
            await act
    await here.show(ann)
    with pytest.raises(NotSignedIn):
        await account_storage()

    assert not storage.is_open
    assert rules.sql('SELECT value FROM account_value') == [('"before"',)]


@either_store
async def test_while_the_tab_loads_it_is_closed_and_then_open_again(here: OneTab, ann: SignedIn) -> None:
    storage = await account_storage()
    await storage.put('note', 1)
    here.tab.state.status = 'loading'
    with pytest.raises(NotSignedIn):
        storage.get('note')

    await here.show(ann)

    assert storage['note'] == 1


async def test_what_another_process_has_put_is_read_anew_and_lists_of_its_person_hear_of_it(
        rules: Rules, ann: SignedIn) -> None:
    mine, other = await account_storage(), await account_storage()
    await rules.changes()
    await other.put('note', 'newer')
    told = await rules.changes()

    assert 'note' not in mine
    await mine.read()
    assert mine['note'] == 'newer'
    assert RowsOf('account_value', ann.user_id).are_in(told.user_ids)
    assert not RowsOf('account_value', 'user_other').are_in(told.user_ids)


@either_store
async def test_what_it_gives_are_copies(ann: SignedIn) -> None:
    storage = await account_storage()
    await storage.put('list', [])

    storage['list'].append('lost')

    assert storage['list'] == []


async def test_two_who_put_at_once_keep_both_names_and_no_more_than_there_may_be(
        rules: Rules, ann: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account_values, 'MOST_VALUES', 4)
    storages = [await account_storage() for _ in range(6)]

    outcomes = await asyncio.gather(*(storage.put(f'name {number}', number) for number, storage in enumerate(storages)),
                                    return_exceptions=True)
    storage = await account_storage()
    await storage.put(next(iter(storage)), 'again')  # one that is there is no more

    assert sum(isinstance(outcome, StorageFull) for outcome in outcomes) == 2
    assert len(storage) == 4


@either_store
async def test_what_cannot_be_kept_is_refused_and_changes_nothing(rules: Rules, ann: SignedIn) -> None:
    storage = await account_storage()
    for name in ('', 'a' * (MOST_CHARACTERS + 1), 'a\x00', 'a\nb', '\ud800'):
        with pytest.raises(ValueError, match='A name has'):
            await storage.put(name, 1)
    for value, refused in ((math.nan, ValueError), (object(), TypeError), ({1, 2}, TypeError),
                           ('a' * MOST_BYTES, StorageFull)):
        with pytest.raises(refused):
            await storage.put('name', value)

    assert rules.sql('SELECT count(*) FROM account_value') == [(0,)]


@either_store
async def test_an_endpoint_keeps_values_for_who_acts(rules: Rules, ann: SignedIn) -> None:
    await rules.auth.run(act_as, await rules.here(ann.token), [PRIVATE], keep_value, 'theme', 'dark')

    assert (await account_storage())['theme'] == 'dark'


async def test_it_goes_with_the_account(rules: Rules, ann: SignedIn) -> None:
    await (await account_storage()).put('note', 'mine')
    await rules.auth.run(erase_user, by_command_line, ann.user_id)

    assert rules.sql('SELECT count(*) FROM account_value') == [(0,)]


@either_store
async def test_a_tab_that_has_closed_has_none(ann: SignedIn) -> None:
    with pytest.raises(NotSignedIn):
        await AccountStorage('another page', AuthState('signed_in', ann.session_id), ann.session_id).read()
