"""A site that has an administrator keeps one, in the browser and at the command line, also if two act at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from auth.errors import AuthError, LastAdministrator, NotAllowed, UserNotFound
from auth.rules import last_administrator
from auth.rules.actor import Administrator, by_admin, by_command_line
from auth.rules.admin import set_admin, set_disabled
from auth.rules.erasure import erase_user
from auth.rules.profile import delete_account
from auth.rules.sign_in import SignedIn
from tests.rules import LAPTOP, PASSWORD, Rules
from tests.running import only_on_postgres, only_on_sqlite

Act = Callable[[Rules, Administrator, SignedIn], Awaitable[Any]]


def withdraw(rules: Rules, administrator: Administrator, of: SignedIn) -> Awaitable[None]:
    return rules.auth.run(set_admin, administrator, of.user_id, False)


def disable(rules: Rules, administrator: Administrator, of: SignedIn) -> Awaitable[int]:
    return rules.auth.run(set_disabled, administrator, of.user_id, True)


async def delete(rules: Rules, _: Administrator, of: SignedIn) -> None:
    await delete_account(rules.auth, await rules.here(of.token), password=PASSWORD, confirmation='delete my account',
                         request_info=LAPTOP)


def erase(rules: Rules, administrator: Administrator, of: SignedIn) -> Awaitable[int]:
    return rules.auth.run(erase_user, administrator, of.user_id)


ACTS: list[Act] = [withdraw, disable, delete, erase]
acts = pytest.mark.parametrize('act', ACTS)


async def an_administrator(rules: Rules, name: str) -> SignedIn:
    made = await rules.sign_up(f'{name}@example.com')
    await rules.auth.run(set_admin, by_command_line, made.user_id, True)
    return made


def administrators(rules: Rules) -> int:
    return rules.sql('SELECT count(*) FROM user WHERE is_admin AND NOT disabled')[0][0]


@acts
async def test_the_last_one_stays_at_the_command_line_and_in_the_browser(rules: Rules, act: Act) -> None:
    ada, _ = await an_administrator(rules, 'ada'), await rules.sign_up('bob@example.com')
    before = rules.everything()

    for administrator in (by_command_line, by_admin(await rules.here(ada.token))):
        with pytest.raises((LastAdministrator, AuthError), match=r'only administrator|cannot disable yourself'):
            await act(rules, administrator, ada)

    assert rules.everything() == before


@acts
async def test_one_who_is_disabled_does_not_count(rules: Rules, act: Act) -> None:
    ada, eve = await an_administrator(rules, 'ada'), await an_administrator(rules, 'eve')
    await disable(rules, by_command_line, eve)

    with pytest.raises(LastAdministrator):
        await act(rules, by_command_line, ada)

    await withdraw(rules, by_command_line, eve)  # she was none of those who can do anything
    assert administrators(rules) == 1


@acts
async def test_with_another_one_it_is_done(rules: Rules, act: Act) -> None:
    ada, _ = await an_administrator(rules, 'ada'), await an_administrator(rules, 'eve')

    await act(rules, by_command_line, ada)

    assert administrators(rules) == 1


@pytest.mark.parametrize('act', [delete, erase])
async def test_whoever_is_alone_on_a_site_may_be_deleted(rules: Rules, act: Act) -> None:
    await act(rules, by_command_line, await an_administrator(rules, 'ada'))

    assert rules.sql('SELECT count(*) FROM user') == [(0,)]


async def test_of_nobody_and_of_who_is_none_it_is_as_before(rules: Rules) -> None:
    await an_administrator(rules, 'ada')
    bob = await rules.sign_up('bob@example.com')

    await withdraw(rules, by_command_line, bob)
    await disable(rules, by_command_line, bob)
    with pytest.raises(UserNotFound):
        await rules.auth.run(set_admin, by_command_line, 'user_x', False)


@pytest.mark.parametrize(('first', 'second'), [(one, other) for one in ACTS for other in ACTS])
@only_on_postgres
async def test_two_who_take_it_from_each_other_at_once_leave_one(rules: Rules, monkeypatch: pytest.MonkeyPatch,
                                                                 first: Act, second: Act) -> None:
    await take_it_from_each_other(rules, monkeypatch, first, second)


@pytest.mark.parametrize(('first', 'second'), [*zip(ACTS, ACTS[1:] + ACTS[:1], strict=True)])
@only_on_sqlite
async def test_so_do_two_who_wait_for_each_other_to_write(rules: Rules, monkeypatch: pytest.MonkeyPatch, first: Act,
                                                          second: Act) -> None:
    """SQLite has one writer, and no rows that each act would lock in an order of its own."""
    await take_it_from_each_other(rules, monkeypatch, first, second)


async def take_it_from_each_other(rules: Rules, monkeypatch: pytest.MonkeyPatch, first: Act, second: Act) -> None:
    """Each has read that the other one is there before either has written, if nothing keeps it from that."""
    ada, eve = await an_administrator(rules, 'ada'), await an_administrator(rules, 'eve')
    await rules.sign_up('bob@example.com')
    began = asyncio.Event()
    loop, check, waited = asyncio.get_running_loop(), last_administrator.check_not_the_last, list[bool]()

    def slowly(db: Any, user_id: str) -> None:
        check(db, user_id)
        if not waited:  # the first one, which has found the other: now the other begins
            waited.append(True)
            loop.call_soon_threadsafe(began.set)
            db.exec_driver_sql('SELECT pg_sleep(0.3)' if db.dialect.name == 'postgresql' else 'SELECT 1')

    for module in ('auth.rules.admin', 'auth.rules.last_administrator'):
        monkeypatch.setattr(f'{module}.check_not_the_last', slowly)

    async def after() -> None:
        await began.wait()
        await second(rules, by_command_line, ada)

    outcomes = await asyncio.gather(first(rules, by_command_line, eve), after(), return_exceptions=True)

    assert administrators(rules) == 1
    assert outcomes[0] is None or isinstance(outcomes[0], int)
    assert isinstance(outcomes[1], (LastAdministrator, NotAllowed))
