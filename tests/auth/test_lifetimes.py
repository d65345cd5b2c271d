"""How long a session lives, with "Keep me signed in" and without, and how long its cookie does."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from auth.rules.sessions import end_overdue, set_active, touch
from tests.rules import LAPTOP, PASSWORD, Rules
from tests.running import either_store

from .conftest import Api

ANN, BOB = 'ann@example.com', 'bob@example.com'
SHORT = {'absolute': timedelta(hours=12), 'inactivity': timedelta(minutes=30)}
KEPT = {'absolute': timedelta(days=30), 'inactivity': timedelta(days=14)}
DAY = 24 * 3600


def ends(rules: Rules, session_id: str) -> tuple[datetime | None, datetime | None]:
    """The two ends of a session, as the store has them."""
    return (rules.moment('SELECT expire_at FROM session WHERE id = ?', session_id),
            rules.moment('SELECT abandon_at FROM session WHERE id = ?', session_id))


async def use(rules: Rules, session_id: str, client_id: str, **more: Any) -> None:
    """Be active in a session."""
    await rules.auth.run(touch, client_id, session_id, settings=rules.auth.settings, **more)


@pytest.mark.parametrize(('keep', 'limits'), [(False, SHORT), (True, KEPT)])
async def test_who_asks_to_be_kept_signed_in_has_longer_limits(
        rules: Rules, keep: bool, limits: dict[str, timedelta]) -> None:
    up = await rules.sign_up(keep_signed_in=keep)
    new = ends(rules, up.session_id)
    began = rules.clock()

    rules.clock.forward(minutes=29)
    await use(rules, up.session_id, up.token.client_id, request_info=LAPTOP)

    assert new == (began + limits['absolute'], began + limits['inactivity'])
    assert ends(rules, up.session_id)[0] == began + limits['absolute']
    if not keep:
        assert ends(rules, up.session_id)[1] == rules.clock() + limits['inactivity']


@pytest.mark.parametrize('keep', [False, True])
async def test_just_below_the_inactivity_limit_it_lives_and_just_above_it_is_abandoned(rules: Rules, keep: bool
                                                                                      ) -> None:
    up = await rules.sign_up(keep_signed_in=keep)
    limit = (KEPT if keep else SHORT)['inactivity']

    rules.clock.moment += limit - timedelta(seconds=1)
    below = await rules.active(up.token)
    rules.clock.moment += timedelta(seconds=2)
    await rules.auth.run(end_overdue)

    assert below == up.session_id
    assert (await rules.active(up.token), rules.status(up.session_id)) == (None, 'abandoned')


async def test_the_inactivity_end_of_a_kept_session_moves_in_steps_that_cost_it_a_hundredth_at_most(rules: Rules
                                                                                                   ) -> None:
    up = await rules.sign_up(keep_signed_in=True)
    seen = set[datetime | None]()
    for _ in range(50):
        rules.clock.forward(minutes=20)
        await use(rules, up.session_id, up.token.client_id)
        _, abandon_at = ends(rules, up.session_id)
        seen.add(abandon_at)
        assert abandon_at is not None
        assert KEPT['inactivity'] * 0.99 <= abandon_at - rules.clock() <= KEPT['inactivity']

    assert len(seen) < 7


async def test_the_choice_of_the_last_sign_in_counts(rules: Rules) -> None:
    up = await rules.sign_up(keep_signed_in=True)

    await rules.sign_in(client=await rules.here(up.token))

    assert ends(rules, up.session_id) == (rules.clock() + SHORT['absolute'], rules.clock() + SHORT['inactivity'])


async def test_a_session_from_before_the_inactivity_limit_has_one_from_its_next_use(rules: Rules) -> None:
    up = await rules.sign_up()
    rules.sql('UPDATE session SET abandon_at = NULL')
    rules.clock.forward(minutes=2)

    await use(rules, up.session_id, up.token.client_id)

    assert ends(rules, up.session_id)[1] == rules.clock() + SHORT['inactivity']


async def test_accounts_of_one_browser_end_each_by_its_own_limit(rules: Rules) -> None:
    ann = await rules.sign_up(ANN, keep_signed_in=True)
    bob = await rules.sign_up(BOB, await rules.here(ann.token))

    rules.clock.forward(minutes=31)

    here = await rules.here(bob.token)
    assert [session.id for session in here.signed_in(rules.clock())] == [ann.session_id]
    await rules.auth.run(set_active, here, ann.session_id, settings=rules.auth.settings)
    assert await rules.active(bob.token) == ann.session_id


@pytest.mark.parametrize(('seconds', 'is_noted'), [(-3600, True), (-1, False), (0, False), (61, True)])
async def test_a_clock_that_was_set_back_keeps_no_activity_from_being_noted(
        rules: Rules, seconds: int, is_noted: bool) -> None:
    up = await rules.sign_up()
    before = rules.moment('SELECT last_active_at FROM session')

    rules.clock.forward(seconds=seconds)
    await use(rules, up.session_id, up.token.client_id)

    assert (rules.moment('SELECT last_active_at FROM session') != before) is is_noted


# ---------------------------------------------------------------- the cookie

Browser = httpx.AsyncClient


@pytest.fixture
async def laptop(api: Api) -> AsyncIterator[Browser]:
    """A browser."""
    async with api.browser() as browser:
        yield browser


async def sign_up(browser: Browser, address: str = ANN, **more: str) -> httpx.Response:
    """Sign up, with or without the box."""
    return await browser.post('/v1/client/sign_ups', data={'email_address': address, 'password': PASSWORD} | more)


def age(answer: httpx.Response) -> int | None:
    """How long a browser keeps the cookie that it was given; None is until it is closed."""
    cookie = answer.headers['set-cookie']
    assert 'expires' not in cookie.lower()
    found = re.search(r'; Max-Age=(-?\d+);', cookie)
    return found and int(found[1])


@either_store
@pytest.mark.parametrize('box', ['', 'false', '0', 'no', None])
async def test_without_keep_me_signed_in_the_cookie_goes_with_the_browser(laptop: Browser, box: str | None) -> None:
    answer = await sign_up(laptop, **({} if box is None else {'keep_signed_in': box}))

    assert age(answer) is None


@either_store
@pytest.mark.parametrize('box', ['true', 'on', '1'])
async def test_with_it_the_cookie_lives_as_long_as_the_session_may(laptop: Browser, box: str) -> None:
    up = await sign_up(laptop, keep_signed_in=box)
    session = up.json()['client']['sessions'][0]

    assert age(up) == 30 * DAY
    assert session['expire_at'] - session['created_at'] == 30 * DAY * 1000


@either_store
async def test_the_cookie_follows_the_latest_of_the_accounts_that_are_kept(laptop: Browser, api: Api) -> None:
    ages = [age(await sign_up(laptop, ANN))]
    ages.append(age(await sign_up(laptop, BOB, keep_signed_in='on')))
    api.rules.clock.forward(minutes=10)
    ages.append(age(await sign_up(laptop, 'cleo@example.com')))
    api.rules.clock.forward(minutes=1)
    ages.append(age(await sign_up(laptop, 'dan@example.com', keep_signed_in='on')))
    await laptop.post(f'/v1/client/sessions/{(await ids(laptop))[-1]}/remove')
    again = await laptop.post('/v1/client/sign_ins', data={'identifier': BOB, 'password': PASSWORD})

    assert ages == [None, 30 * DAY, 30 * DAY - 600, 30 * DAY]
    assert age(again) is None  # the last one who was kept has chosen otherwise


async def ids(browser: Browser) -> list[str]:
    """The sessions of a browser."""
    return [one['id'] for one in (await browser.get('/v1/client')).json()['response']['sessions']]


@either_store
async def test_a_change_of_password_keeps_the_choice(laptop: Browser, api: Api) -> None:
    await sign_up(laptop, keep_signed_in='on')
    api.rules.clock.forward(minutes=5)

    changed = await laptop.post('/v1/me/change_password', data={
        'current_password': PASSWORD, 'new_password': 'another horse, another battery'})

    assert age(changed) == 30 * DAY - 300


@pytest.mark.parametrize('keep', [False, True])
async def test_a_session_whose_password_is_given_again_has_the_whole_of_its_limits(
        laptop: Browser, api: Api, keep: bool) -> None:
    session_id = (await sign_up(laptop, keep_signed_in='on' if keep else '')).json()['response']['created_session_id']
    api.rules.clock.forward(minutes=29)

    again = await laptop.post(f'/v1/client/sessions/{session_id}/verify/attempt_first_factor',
                              data={'strategy': 'password', 'password': PASSWORD})

    limits = KEPT if keep else SHORT
    assert again.status_code == 200
    assert ends(api.rules, session_id) == tuple(api.rules.clock() + limit for limit in limits.values())
    assert age(again) == (30 * DAY if keep else None)


async def test_a_wrong_password_makes_no_session_longer(laptop: Browser, api: Api) -> None:
    session_id = (await sign_up(laptop)).json()['response']['created_session_id']
    before = ends(api.rules, session_id)
    api.rules.clock.forward(minutes=29)

    wrong = await laptop.post(f'/v1/client/sessions/{session_id}/verify/attempt_first_factor',
                              data={'strategy': 'password', 'password': 'wrong'})

    assert wrong.status_code == 422
    assert ends(api.rules, session_id) == before


@either_store
async def test_where_the_last_who_was_kept_has_signed_out_the_cookie_goes_with_the_browser(laptop: Browser) -> None:
    await sign_up(laptop, ANN, keep_signed_in='on')
    bob = (await sign_up(laptop, BOB)).json()['response']['created_session_id']
    before, ann = laptop.cookies['__client'], next(one for one in await ids(laptop) if one != bob)

    still = await laptop.put('/v1/client/cookie')
    await laptop.post(f'/v1/client/sessions/{ann}/remove')
    after = await laptop.put('/v1/client/cookie')

    assert (age(still), age(after)) == (30 * DAY, None)
    assert laptop.cookies['__client'] == before
    assert await ids(laptop) == [bob]


@either_store
async def test_whose_cookie_is_nobodys_gets_none(api: Api, laptop: Browser) -> None:
    await sign_up(laptop)
    old = laptop.cookies['__client']
    await laptop.post('/v1/client/sign_ins', data={'identifier': ANN, 'password': PASSWORD})
    async with api.browser() as stranger:
        answers = [await stranger.put('/v1/client/cookie', headers={'cookie': cookie} if cookie else {})
                   for cookie in ('', f'__client={old}', '__client=x')]

    assert [(one.json()['response']['given'], 'set-cookie' in one.headers) for one in answers] == [(False, False)] * 3
