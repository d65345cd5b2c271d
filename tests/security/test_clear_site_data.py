"""When the last account of a browser is signed out, it is told to drop what it has cached, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import httpx
import pytest
from playwright.async_api import Request, expect

from tests.auth import conftest as of_rules
from tests.auth.conftest import Api, sign_in, sign_up
from tests.browser.devices import MakeDevice, Tab, a_new_address
from tests.rules import PASSWORD
from tests.running import either_store
from tests.server import Server

pytestmark = either_store
api = of_rules.api

HEADER = 'clear-site-data'
CACHE = '"cache"'

Act = Callable[[httpx.AsyncClient, str], Awaitable[httpx.Response]]

LEAVING: dict[str, Act] = {
    'all sessions': lambda visitor, _: visitor.delete('/v1/client/sessions'),
    'the client': lambda visitor, _: visitor.delete('/v1/client'),
    'remove': lambda visitor, session: visitor.post(f'/v1/client/sessions/{session}/remove'),
    'end': lambda visitor, session: visitor.post(f'/v1/client/sessions/{session}/end'),
    'revoke': lambda visitor, session: visitor.post(f'/v1/me/sessions/{session}/revoke'),
    'delete the account': lambda visitor, _: visitor.request(
        'DELETE', '/v1/me', data={'password': PASSWORD, 'confirmation': 'delete my account'}),
}
STAYING: dict[str, Act] = {
    'look': lambda visitor, _: visitor.get('/v1/client'),
    'touch': lambda visitor, session: visitor.post(f'/v1/client/sessions/{session}/touch'),
    'sign out of other devices': lambda visitor, _: visitor.post('/v1/me/sessions/revoke_others'),
    'remove what is not there': lambda visitor, _: visitor.post('/v1/client/sessions/sess_unknown/remove'),
    'revoke what is not there': lambda visitor, _: visitor.post('/v1/me/sessions/sess_unknown/revoke'),
    'delete the account with a wrong password': lambda visitor, _: visitor.request(
        'DELETE', '/v1/me', data={'password': 'wrong', 'confirmation': 'delete my account'}),
    'change the name': lambda visitor, _: visitor.patch('/v1/me', data={'first_name': 'Ann'}),
    'clear': lambda visitor, _: visitor.delete('/v1/client/cache'),
    'clear from another site': lambda visitor, _: visitor.delete(
        '/v1/client/cache', headers={'origin': 'https://evil.example'}),
}


def cleared(answer: httpx.Response) -> list[str]:
    return answer.headers.get_list(HEADER)


@pytest.mark.parametrize('act', LEAVING)
async def test_the_last_sign_out_of_a_browser_clears_its_cache(api: Api, act: str) -> None:
    async with api.browser() as visitor:
        session_id = (await sign_up(visitor)).json()['response']['created_session_id']

        answer = await LEAVING[act](visitor, session_id)
        again = await LEAVING[act](visitor, session_id)

    assert answer.status_code == 200, answer.text
    assert cleared(answer) == [CACHE]
    assert cleared(again) == ([CACHE] if again.status_code == 200 else [])  # the first answer may have been lost


@pytest.mark.parametrize('act', ['remove', 'end', 'revoke', 'delete the account'])
async def test_a_sign_out_that_leaves_another_account_clears_nothing(api: Api, act: str) -> None:
    async with api.browser() as visitor:
        await sign_up(visitor, 'ann@example.com')
        session_id = (await sign_up(visitor, 'bob@example.com')).json()['response']['created_session_id']

        answer = await LEAVING[act](visitor, session_id)

    assert answer.status_code == 200, answer.text
    assert cleared(answer) == []


@pytest.mark.parametrize('act', ['all sessions', 'the client'])
async def test_a_sign_out_of_several_accounts_at_once_clears_the_cache(api: Api, act: str) -> None:
    async with api.browser() as visitor:
        await sign_up(visitor, 'ann@example.com')
        await sign_up(visitor, 'bob@example.com')

        answer = await LEAVING[act](visitor, '')

    assert cleared(answer) == [CACHE]


@pytest.mark.parametrize('act', STAYING)
async def test_whatever_else_somebody_does_who_is_signed_in_clears_nothing(api: Api, act: str) -> None:
    async with api.browser() as visitor, api.browser() as phone:
        session_id = (await sign_up(visitor)).json()['response']['created_session_id']
        await sign_in(phone)

        answer = await STAYING[act](visitor, session_id)

    assert cleared(answer) == []


async def test_while_the_store_is_away_nobody_was_signed_out_and_nothing_is_cleared(api: Api) -> None:
    async with api.browser() as visitor:
        await sign_up(visitor)
        with api.rules.database.away():
            answers = [await visitor.delete(path) for path in ('/v1/client/sessions', '/v1/client/cache')]

    assert answers[0].status_code == 503
    assert [cleared(answer) for answer in answers] == [[], []]


async def test_who_was_signed_out_over_the_socket_asks_for_it_and_signs_nobody_out_with_that(api: Api) -> None:
    async with api.browser() as visitor:
        session_id = (await sign_up(visitor)).json()['response']['created_session_id']
        api.rules.sql("UPDATE session SET status = 'removed' WHERE id = ?", session_id)
        nobody = await visitor.delete('/v1/client/cache')
        again = (await sign_in(visitor)).json()['response']['created_session_id']
        somebody = await visitor.delete('/v1/client/cache')
        foreign = await visitor.delete('/v1/client/cache', headers={'origin': 'https://evil.example'})

    assert (nobody.json()['response'], cleared(nobody)) == ({'object': 'cache', 'cleared': True}, [CACHE])
    assert (somebody.json()['response'], cleared(somebody)) == ({'object': 'cache', 'cleared': False}, [])
    assert (foreign.status_code, cleared(foreign)) == (403, [])
    assert api.rules.status(again) == 'active'


CACHED = '''async (url) => {
    const answer = await fetch(url, {cache: 'only-if-cached', mode: 'same-origin'}).catch(() => null);
    return answer?.ok === true;
}'''


def is_an_act(url: str) -> bool:
    """Whether something is done there; a tab that shows its cookie again may do so whenever the machine is busy."""
    return '/v1/' in url and '/client/tabs' not in url


async def something_cached(tab: Tab) -> str:
    """The address of something that the browser keeps, and that no page will ask for again."""
    found = await tab.page.evaluate('[...document.scripts].find(({src}) => /_nicegui.*[.]js/.test(src)).src')
    url = f'{found}?kept'
    await tab.page.evaluate('async (url) => (await fetch(url)).text()', url)
    await tab.page.wait_for_function(f'async (url) => await ({CACHED})(url)', arg=url)  # it is kept a moment later
    return url


async def test_the_button_clears_the_cache_and_every_tab_stays_live(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    address = a_new_address()
    await laptop.sign_up(address)
    tab, other = await laptop.tab('/account'), await laptop.tab()
    await tab.page.evaluate('localStorage.theme = "dark"')
    cookie, url = await laptop.cookie(), await something_cached(other)
    asked: list[Request] = []
    laptop.context.on('request', lambda request: is_an_act(request.url) and asked.append(request))

    await tab.button().click()
    await other.signed_out()
    await expect(tab.page).to_have_url(f'{tab.url}/')
    await other.page.wait_for_function(f'async (url) => !await ({CACHED})(url)', arg=url)

    assert [(request.method, request.url) for request in asked] == [('DELETE', f'{tab.url}/v1/client/cache')]
    assert await other.page.evaluate('localStorage.theme') == 'dark'
    assert await laptop.cookie() == cookie
    session_id = await laptop.sign_in(address)
    await other.shows(session_id)
    other.complaints.clear()  # of what was looked for in the cache and not found


async def test_so_does_every_other_way_to_sign_out_on_a_page(device: MakeDevice) -> None:
    laptop = await device()
    for path in ('/examples/ios', '/examples/expo', '/account/security'):
        await laptop.sign_up()
        tab = await laptop.tab(path)

        async with tab.page.expect_response(re.compile('/v1/client/cache$')) as response:
            await tab.page.get_by_role('main').get_by_role('button', name='Sign out', exact=True).first.click()
        assert (await (await response.value).all_headers())[HEADER] == CACHE, path


async def test_a_button_that_leaves_another_account_asks_for_nothing(device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up()
    await laptop.sign_up()
    tab = await laptop.tab('/account/security')
    url = await something_cached(tab)
    asked: list[str] = []
    laptop.context.on('request', lambda request: asked.append(request.url))

    await tab.page.get_by_role('main').get_by_role('button', name='Sign out', exact=True).first.click()
    await expect(tab.page).to_have_url(f'{tab.url}/sign-in/choose')
    await tab.live()

    assert [address for address in asked if is_an_act(address)] == []
    assert await tab.page.evaluate(CACHED, url)
    tab.forgive_the_network()  # of what was looked for before it was there
