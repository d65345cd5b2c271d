"""When a session ends: its tabs are told when they join and when that moves, and nothing else costs them anything."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from auth.live.endings import ending_of
from auth.live.tab import Tab
from auth.live.tabs import Tabs
from auth.rules.sessions import touch
from auth.rules.sign_in import SignedIn
from tests.following import Following
from tests.rules import Rules

from .test_tabs import BrowserPage, following, opened, tabs, until

__all__ = ['following', 'tabs']

MINUTE = 60_000


def words(page: BrowserPage) -> list[tuple[Any, ...]]:
    """What a page was told: in how many milliseconds it ends, for how many to count down, and whether it may stay."""
    said = (re.search(r'endsIn\((.*)\)', code) for code in page.told)
    return [tuple(json.loads(f'[{found[1]}]')) for found in said if found]


async def joined(tabs: Tabs, done: SignedIn) -> tuple[Tab, BrowserPage]:
    """Open a tab, and let its socket join."""
    tab, page = await opened(tabs, done.token)
    await page.join()
    return tab, page


async def use(rules: Rules, done: SignedIn) -> None:
    """Be active, in whatever tab and process."""
    await rules.auth.run(touch, done.token.client_id, done.session_id, settings=rules.auth.settings)


async def test_a_tab_that_joins_is_told_how_long_its_session_has_left(rules: Rules, tabs: Tabs) -> None:
    done = await rules.sign_up()
    rules.clock.forward(minutes=3)

    _, page = await joined(tabs, done)

    assert words(page) == [(27 * MINUTE, MINUTE, True)]


async def test_activity_in_one_tab_moves_it_in_all_tabs_of_the_client_and_nowhere_else(rules: Rules, tabs: Tabs
                                                                                      ) -> None:
    ann, bob = await rules.sign_up(), await rules.sign_up('bob@example.com')
    laptop = [await joined(tabs, ann) for _ in range(2)]
    _, phone = await joined(tabs, bob)
    rules.clock.forward(minutes=29, seconds=30)

    await use(rules, ann)
    for _, page in laptop:
        await until(lambda page=page: len(words(page)) == 2)

    assert [words(page)[-1] for _, page in laptop] == [(30 * MINUTE, MINUTE, True)] * 2
    assert len(words(phone)) == 1


async def test_an_open_tab_that_nothing_happens_to_is_told_nothing_more(
        rules: Rules, tabs: Tabs, following: Following) -> None:
    ann, bob = await rules.sign_up(), await rules.sign_up('bob@example.com')
    _, page = await joined(tabs, ann)
    for _ in range(5):
        rules.clock.forward(minutes=5)
        await use(rules, bob)
        await following.clients.find(bob.token.client_id)

    assert len(words(page)) == 1


async def test_the_age_limit_is_told_as_one_that_no_activity_moves(rules: Rules, tabs: Tabs) -> None:
    done = await rules.sign_up()
    for _ in range(28):
        rules.clock.forward(minutes=25)
        await use(rules, done)
    rules.clock.forward(minutes=10)

    _, page = await joined(tabs, done)

    assert words(page) == [(10 * MINUTE, MINUTE, False)]


async def test_a_tab_that_is_signed_out_stops_counting(rules: Rules, tabs: Tabs) -> None:
    done = await rules.sign_up()
    _, page = await joined(tabs, done)

    await rules.elsewhere("UPDATE session SET status = 'revoked'")
    await until(lambda: len(words(page)) == 2)

    assert words(page)[-1] == (None,)


async def test_an_end_that_sql_moves_is_told_and_no_time_is_negative(rules: Rules, tabs: Tabs) -> None:
    done = await rules.sign_up()
    _, page = await joined(tabs, done)

    await rules.elsewhere("UPDATE session SET abandon_at = '2026-01-01 12:00:30.000000'")
    await until(lambda: len(words(page)) == 2)
    rules.clock.forward(seconds=-3600)
    await rules.elsewhere("UPDATE session SET abandon_at = '2026-01-01 12:00:31.000000'")
    await until(lambda: len(words(page)) == 3)
    rules.clock.forward(seconds=7200)
    await rules.elsewhere("UPDATE session SET abandon_at = '2026-01-01 12:00:32.000000'")
    await until(lambda: len(words(page)) == 4)

    assert words(page)[1:] == [(30_000, MINUTE, True), (3_631_000, MINUTE, True), (None,)]


async def test_a_tab_without_a_socket_is_told_when_it_comes_back(rules: Rules, tabs: Tabs) -> None:
    done = await rules.sign_up()
    tab, page = await joined(tabs, done)
    page.has_socket_connection = False
    rules.clock.forward(minutes=20)
    await use(rules, done)
    await until(lambda: tab.client is not None and tab.client.sessions[0].last_active_at == rules.clock())
    missed = len(words(page))
    rules.clock.forward(minutes=1)

    client = await rules.here(done.token)
    page.has_socket_connection = True  # and nothing comes between this and the next line
    tabs.grant(tab, client, 1)

    assert missed == 1
    assert words(page)[1:] == [(29 * MINUTE, MINUTE, True)]


async def test_to_join_to_reconnect_and_to_re_authenticate_are_no_activity(rules: Rules, tabs: Tabs) -> None:
    done = await rules.sign_up()
    before = rules.sql('SELECT last_active_at, abandon_at FROM session')
    rules.clock.forward(minutes=20)

    tab, page = await joined(tabs, done)
    await page.join()
    tabs.grant(tab, await rules.here(done.token), 1)
    await tabs.confirm(tab)

    assert rules.sql('SELECT last_active_at, abandon_at FROM session') == before


@pytest.mark.parametrize(('limit', 'warning'), [(1800, 60_000), (180, 60_000), (60, 20_000), (6, 2_000)])
async def test_of_a_short_limit_its_last_third_is_counted_down(rules_with: Any, limit: int, warning: int) -> None:
    rules = rules_with(session_inactivity_seconds=limit)
    done = await rules.sign_up()
    session, = (await rules.here(done.token)).sessions

    ending = ending_of(session, rules.auth.settings, rules.auth.timing)

    assert (ending.warning.total_seconds() * 1000, ending.may_stay) == (warning, True)


async def test_while_it_is_counted_down_whatever_is_done_is_noted_at_once(rules: Rules, tabs: Tabs) -> None:
    done = await rules.sign_up()
    tab, page = await joined(tabs, done)
    await rules.elsewhere("UPDATE session SET abandon_at = '2026-01-01 12:00:50.000000'")
    await until(lambda: len(words(page)) == 2)

    tabs.note_activity(tab)
    await until(lambda: len(words(page)) == 3)

    assert words(page)[-1] == (30 * MINUTE, MINUTE, True)


@pytest.mark.parametrize(('headers', 'is_active'), [
    ([(b'sec-fetch-user', b'?1')], True), ([], False), ([(b'sec-fetch-user', b'?0')], False),
    ([(b'sec-fetch-mode', b'navigate'), (b'sec-fetch-site', b'same-origin')], False)])
async def test_who_opens_a_page_is_active_and_a_page_that_loads_itself_is_not(
        rules: Rules, tabs: Tabs, headers: list[tuple[bytes, bytes]], is_active: bool) -> None:
    done = await rules.sign_up()
    rules.clock.forward(minutes=20)
    page: Any = BrowserPage('page')
    page.request.scope['headers'] += headers

    tab = await tabs.open(page, done.token)
    await page.join()
    if is_active:
        await until(lambda: words(page) and words(page)[-1] == (30 * MINUTE, MINUTE, True))

    assert tab.touched_at == (rules.clock() if is_active else None)
    assert words(page)[-1] == ((30 if is_active else 10) * MINUTE, MINUTE, True)
