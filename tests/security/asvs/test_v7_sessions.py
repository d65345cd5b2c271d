"""V7 Session management."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from auth import Settings
from auth.credentials.tokens import new_secret
from auth.errors import ReverificationRequired
from auth.rules.actor import by_admin, by_command_line
from auth.rules.admin import revoke_everyone, revoke_session, revoke_user
from auth.rules.sessions import touch
from auth.web.cookies import cookie_name
from tests.auth.conftest import Api, sign_in, sign_up
from tests.programs import ROOT
from tests.rules import LAPTOP, NEW_PASSWORD, PASSWORD, Rules
from tests.running import either_store

from .conftest import sign_up_over_https

COOKIE = cookie_name(secure=False)


async def who(api: Api, cookie: str) -> str | None:
    """Whose cookie the server takes this for."""
    async with api.browser(cookie=f'{COOKIE}={cookie}') as browser:
        client = (await browser.get('/v1/client')).json()['response']
    active = client and [one for one in client['sessions'] if one['id'] == client['last_active_session_id']]
    return active[0]['user']['email_addresses'][0]['email_address'] if active else None


@either_store
async def test_v7_2_1_a_cookie_that_the_store_does_not_know_is_nobodys(api: Api) -> None:
    async with api.browser() as browser:
        await sign_up(browser)
        client_id, _, secret = browser.cookies[COOKIE].partition('.')

    assert await who(api, f'{client_id}.{secret}') == 'ann@example.com'
    assert await who(api, f'{client_id}.{new_secret()}') is None
    api.rules.sql('UPDATE client SET secret_hash = ?', '0' * 64)
    assert await who(api, f'{client_id}.{secret}') is None


@either_store
async def test_v7_2_2_and_3_each_browser_has_a_random_secret_of_256_bits(api: Api) -> None:
    secrets: set[str] = set()
    for number in range(20):
        async with api.browser() as browser:
            await sign_up(browser, f'ann{number}@example.com')
            secrets.add(browser.cookies[COOKIE].partition('.')[2])

    assert len(secrets) == 20
    assert all(len(secret) == 43 for secret in secrets)  # 32 bytes in base64


@pytest.mark.parametrize('renew', ['sign in again', 'change the password', 'another account'])
async def test_v7_2_4_the_secret_is_new_after_every_authentication_and_the_old_one_is_worthless(
        api: Api, renew: str) -> None:
    async with api.browser() as browser:
        await sign_up(browser)
        before = browser.cookies[COOKIE]
        if renew == 'sign in again':
            await sign_in(browser)
        elif renew == 'another account':
            await sign_up(browser, 'bob@example.com')
        else:
            await browser.post('/v1/me/change_password', data={'current_password': PASSWORD,
                                                               'new_password': NEW_PASSWORD})
        after = browser.cookies[COOKIE]

    assert after != before
    assert await who(api, before) is None
    assert await who(api, after) is not None


@pytest.mark.parametrize('end', ['DELETE /v1/client/sessions', 'DELETE /v1/client', 'remove', 'end'])
async def test_v7_4_1_after_the_end_the_session_is_of_no_use(api: Api, end: str) -> None:
    async with api.browser() as browser:
        session_id = (await sign_up(browser)).json()['response']['created_session_id']
        cookie = browser.cookies[COOKIE]
        method, path = end.split() if ' ' in end else ('POST', f'/v1/client/sessions/{session_id}/{end}')
        assert (await browser.request(method, path)).status_code == 200

    assert await who(api, cookie) is None
    async with api.browser(cookie=f'{COOKIE}={cookie}') as thief:
        answers = [await thief.post(f'/v1/client/sessions/{session_id}/touch'),
                   await thief.get('/v1/me/sessions/active'), await thief.patch('/v1/me', data={'first_name': 'Eve'})]
    assert all(answer.status_code in {401, 404} for answer in answers)
    assert api.rules.status(session_id) in {'removed', 'ended'}


@pytest.mark.parametrize('how', ["UPDATE user SET disabled = (1 = 1)", 'DELETE FROM user'])
async def test_v7_4_2_every_session_ends_when_the_account_is_disabled_or_deleted(rules: Rules, how: str) -> None:
    laptop, phone = await rules.sign_up(), await rules.sign_in()

    rules.sql(how)

    assert [await rules.active(done.token) for done in (laptop, phone)] == [None, None]


async def test_v7_4_3_a_change_of_the_password_ends_all_other_sessions(api: Api) -> None:
    phone = await api.rules.sign_up()
    async with api.browser() as browser:
        await sign_in(browser)
        await browser.post('/v1/me/change_password', data={
            'current_password': PASSWORD, 'new_password': NEW_PASSWORD, 'sign_out_of_other_sessions': 'true'})
        here = browser.cookies[COOKIE]

    assert api.rules.status(phone.session_id) == 'revoked'
    assert await who(api, here) == 'ann@example.com'


@either_store
@pytest.mark.parametrize('path', ['/', '/account', '/account/security', '/demo', '/examples'])
async def test_v7_4_4_every_page_of_somebody_offers_to_sign_out(visitor: httpx.AsyncClient, path: str) -> None:
    await sign_up_over_https(visitor, f'ann{path.replace("/", ".")}x@example.com')

    page = (await visitor.get(path)).text

    assert 'Sign out' in page


@either_store
async def test_v7_6_2_a_session_begins_with_a_password_and_never_by_itself(api: Api) -> None:
    async with api.browser() as browser:
        await sign_up(browser)
        session_id = (await browser.get('/v1/client')).json()['response']['sessions'][0]['id']
        await browser.delete('/v1/client/sessions')

        for _ in range(3):
            await browser.get('/v1/client')
            await browser.put('/v1/client')
            await browser.post(f'/v1/client/sessions/{session_id}/touch')

        assert not (await browser.get('/v1/client')).json()['response']['sessions']


def test_v7_1_1_both_limits_are_documented_with_their_reasons() -> None:
    text = (ROOT / 'docs' / 'sessions.md').read_text(encoding='utf-8')

    assert 'NIST SP 800-63B-4' in text
    for seconds in (Settings().session_lifetime_seconds, Settings().session_inactivity_seconds,
                    Settings().kept_session_lifetime_seconds, Settings().kept_session_inactivity_seconds):
        assert f'| {told(seconds)}' in text


def told(seconds: float) -> str:
    """So long, as the documentation writes it."""
    unit, name = next((unit, name) for unit, name in ((86400, 'days'), (3600, 'hours'), (60, 'minutes'))
                      if not seconds % unit)
    return f'{seconds / unit:.0f} {name}'


async def test_v7_1_2_beyond_the_limit_the_session_that_was_used_least_recently_ends(
        rules_with: Callable[..., Rules]) -> None:
    rules = rules_with(max_sessions_per_user=2)
    first = await rules.sign_up()
    for _ in range(2):
        rules.clock.forward(minutes=1)
        await rules.sign_in()

    assert rules.status(first.session_id) == 'replaced'
    assert rules.sql("SELECT count(*) FROM session WHERE status = 'active'") == [(2,)]
    assert 'MAX_SESSIONS_PER_USER' in (ROOT / 'docs' / 'operation.md').read_text(encoding='utf-8')


@pytest.mark.parametrize(('kept', 'idle'), [(False, timedelta(minutes=30)), (True, timedelta(days=14))])
async def test_v7_3_1_a_session_ends_for_want_of_activity(rules: Rules, kept: bool, idle: timedelta) -> None:
    done = await rules.sign_up(keep_signed_in=kept)
    rules.clock.moment += idle - timedelta(seconds=1)
    before = await rules.active(done.token)

    rules.clock.forward(seconds=2)

    assert (before, await rules.active(done.token)) == (done.session_id, None)


@pytest.mark.parametrize(('kept', 'limit'), [(False, timedelta(hours=12)), (True, timedelta(days=30))])
async def test_v7_3_2_a_session_ends_however_active_its_person_is(rules: Rules, kept: bool, limit: timedelta) -> None:
    done = await rules.sign_up(keep_signed_in=kept)
    end, step = rules.clock() + limit, timedelta(minutes=20) if not kept else timedelta(days=10)
    while rules.clock() + step < end:
        rules.clock.moment += step
        client = await rules.here(done.token)
        await rules.auth.run(touch, client.id, done.session_id, settings=rules.auth.settings, request_info=LAPTOP)
    before = await rules.active(done.token)

    rules.clock.moment = end + timedelta(seconds=1)

    assert (before, await rules.active(done.token)) == (done.session_id, None)


@pytest.mark.parametrize('whose', ['one session', 'one person', 'everybody'])
async def test_v7_4_5_administrators_end_sessions(rules: Rules, whose: str) -> None:
    ann, bob = await rules.sign_up(), await rules.sign_up('bob@example.com')

    if whose == 'one session':
        await rules.auth.run(revoke_session, by_command_line, ann.session_id)
    elif whose == 'one person':
        await rules.auth.run(revoke_user, by_command_line, ann.user_id)
    else:
        await revoke_everyone(rules.auth, by_command_line)

    assert rules.status(ann.session_id) == 'revoked'
    assert rules.status(bob.session_id) == ('revoked' if whose == 'everybody' else 'active')


@pytest.mark.parametrize(('method', 'path'), [('POST', '/v1/me/sessions/revoke_others'),
                                              ('POST', '/v1/me/sessions/{}/revoke')])
async def test_v7_5_2_people_see_their_sessions_and_end_any_with_a_recent_password(
        api: Api, method: str, path: str) -> None:
    phone = await api.rules.sign_up(keep_signed_in=True)
    async with api.browser() as browser:
        here = (await sign_in(browser)).json()['response']['created_session_id']
        listed = (await browser.get('/v1/me/sessions/active')).json()
        assert {session['id'] for session in listed} == {phone.session_id, here}
        api.rules.clock.forward(minutes=25)

        refused = await browser.request(method, path.format(phone.session_id))
        assert refused.status_code == 403
        assert api.rules.status(phone.session_id) == 'active'
        verified = await browser.post(f'/v1/client/sessions/{here}/verify/attempt_first_factor', data={
            'strategy': 'password', 'password': PASSWORD})
        assert verified.status_code == 200, verified.text
        done = await browser.request(method, path.format(phone.session_id))

    assert done.status_code == 200
    assert api.rules.status(phone.session_id) == 'revoked'


@pytest.mark.parametrize(('method', 'path', 'fields'), [
    ('POST', '/v1/me/change_password', {'new_password': NEW_PASSWORD}),
    ('DELETE', '/v1/me', {'confirmation': 'delete my account'}),
    ('POST', '/v1/me/personal_data', {})])
async def test_v7_5_1_what_concerns_the_account_asks_for_the_password_again(
        api: Api, method: str, path: str, fields: dict[str, str]) -> None:
    async with api.browser() as browser:
        await sign_up(browser)
        api.rules.clock.forward(minutes=11)
        before = api.rules.sql('SELECT * FROM user')

        answer = await browser.request(method, path, data=fields)

    assert answer.status_code in {403, 422}
    assert answer.json()['errors'][0]['code'] in {'session_reverification_required', 'form_param_missing'}
    assert api.rules.sql('SELECT * FROM user') == before


async def test_v7_5_3_an_administrator_gives_the_password_again_before_an_act(rules: Rules) -> None:
    ann, bob = await rules.sign_up(), await rules.sign_up('bob@example.com')
    rules.sql('UPDATE user SET is_admin = ? WHERE id = ?', True, ann.user_id)
    rules.clock.forward(minutes=11)

    with pytest.raises(ReverificationRequired):
        await rules.auth.run(revoke_user, by_admin(await rules.here(ann.token)), bob.user_id)

    assert rules.status(bob.session_id) == 'active'
