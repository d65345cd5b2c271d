"""Signing in with two requests, and a forgotten password, as Clerk's own screens do it."""

from __future__ import annotations

import contextlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from auth.rules.actor import by_command_line
from auth.rules.sign_in_attempts import LIFETIME, AttemptUnknown, begin_attempt, find_attempt
from auth.rules.signing_keys import replace_key
from auth.web.gateway import Gateway
from auth.web.waiting_pages import WaitingPages
from tests.auth.conftest import Api, frontend_api_of, nothing_behind, said, sign_in, sign_up
from tests.auth.decoders import crashes_in_envelope
from tests.auth.keys import keep_key, pair
from tests.following import Following, NoTabs
from tests.mails import only_mail
from tests.rules import NEW_PASSWORD, PASSWORD, Rules
from tests.running import both_stores, either_store

SIGN_INS = '/v1/client/sign_ins'
RESET = 'reset_password_email_code'


@pytest.fixture
async def rules(rules_with: Callable[..., Rules], tmp_path: Path) -> Rules:
    """Rules of a site that sends mail, with a key pair."""
    rules = rules_with(mail_outbox=str(tmp_path / 'outbox'))
    await keep_key(rules)
    return rules


async def begin(browser: httpx.AsyncClient, identifier: str = 'ann@example.com', **more: str) -> str:
    answer = await browser.post(SIGN_INS, data={'identifier': identifier, **more})
    assert answer.status_code == 200, answer.text
    assert crashes_in_envelope(answer.json(), '@SignIn') == []
    return answer.json()['response']['id']


async def give(browser: httpx.AsyncClient, attempt_id: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    return await browser.post(f'{SIGN_INS}/{attempt_id}/attempt_first_factor', data={
        'strategy': 'password', 'password': password, **more})


def with_header(header: object) -> str:
    """An id that somebody else has written, with any header."""
    return f'sia_{urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")}..AAAA.AAAA.AAAA'


async def test_who_it_is_comes_first_and_the_password_second(api: Api) -> None:
    await api.rules.sign_up()
    async with api.browser() as laptop:
        begun = await laptop.post(SIGN_INS, data={'identifier': ' Ann@Example.com ', 'locale': 'en-GB'})
        attempt = begun.json()['response']
        read = await laptop.get(f'{SIGN_INS}/{attempt["id"]}')
        done = await give(laptop, attempt['id'], keep_signed_in='on')
        read_after = await laptop.get(f'{SIGN_INS}/{done.json()["response"]["id"]}')
        here = (await laptop.get('/v1/client')).json()['response']

    assert (attempt['status'], attempt['identifier']) == ('needs_first_factor', 'ann@example.com')
    assert [factor['strategy'] for factor in attempt['supported_first_factors']] == ['password', RESET]
    assert attempt['user_data'] is None
    assert begun.json()['client'] is None
    assert 'set-cookie' not in begun.headers
    assert read.json()['response'] == attempt
    assert done.json()['response']['status'] == 'complete'
    assert 'Max-Age' in done.headers['set-cookie']
    assert here['last_active_session_id'] == done.json()['response']['created_session_id']
    assert read_after.json()['response']['status'] == 'complete'
    for answer in (begun, read, done, read_after):
        assert crashes_in_envelope(answer.json(), '@SignIn') == []


@either_store
async def test_the_first_request_tells_nobody_who_has_an_account_and_leaves_nothing_behind(api: Api) -> None:
    await api.rules.sign_up()
    before = api.rules.everything()
    async with api.browser() as stranger:
        answers = [(await stranger.post(SIGN_INS, data={'identifier': address})).json()['response']
                   for address in ('ann@example.com', 'nob@example.com')]
        for number in range(100):
            await begin(stranger, f'x{number}@example.com')

    for answer in answers:
        assert len(answer.pop('id')) == len(answers[0].get('id', '')) or 'id' not in answer
        answer.pop('identifier')
        for factor in answer['supported_first_factors']:
            factor['email_address_id'] = factor['safe_identifier'] = None
    assert answers[0] == answers[1]
    assert api.rules.everything() == before
    assert api.rules.sql('SELECT count(*) FROM address_confirmation') == [(0,)]


@either_store
async def test_the_id_tells_whoever_sees_it_in_a_log_nothing(api: Api) -> None:
    async with api.browser() as laptop:
        first, second = [await begin(laptop, 'somebody@example.com') for _ in range(2)]

    assert first != second
    for part in first.removeprefix('sia_').split('.'):
        assert b'somebody' not in urlsafe_b64decode(f'{part}==')


async def test_another_process_on_the_same_store_goes_on_with_it(api: Api) -> None:
    await api.rules.sign_up()
    following = Following(api.rules.auth)
    await following.start(NoTabs())
    other = Api(api.rules, Gateway(
        nothing_behind, sockets=nothing_behind, api=frontend_api_of(api.rules.auth, following.clients), routes={},
        clients=following.clients, hosts=api.rules.auth.settings.hosts, waiting=WaitingPages(api.rules.auth.settings)))
    async with api.browser() as here, other.browser() as there:
        done = await give(there, await begin(here))
    await following.stop()

    assert done.json()['response']['status'] == 'complete'


@either_store
async def test_what_is_no_attempt_is_refused_and_says_nothing_more(api: Api) -> None:
    await api.rules.sign_up()
    async with api.browser() as laptop:
        attempt_id = await begin(laptop)
        made_up = ['sia_x', 'sia_', 'x', attempt_id[:-1], f'{attempt_id}A', attempt_id.replace('sia_', 'sua_'),
                   attempt_id[:40] + attempt_id[41:], '%00', '🦊', 'sia_' + 'a.' * 2000, 'sia_....',
                   *map(with_header, ([], 1, {'alg': 'none', 'enc': 'A256GCM'}, {'alg': 'dir', 'enc': []},
                                      {'alg': [], 'enc': {}}, {'alg': 'dir', 'enc': 'A256GCM', 'crit': 1}))]
        answers = [await give(laptop, one) for one in made_up]
        answers += [await laptop.get(f'{SIGN_INS}/{one}') for one in made_up[:4]]
        answers += [await laptop.post(f'{SIGN_INS}/{made_up[0]}/prepare_first_factor', data={'strategy': RESET}),
                    await laptop.get(f'{SIGN_INS}/{made_up[1]}')]
        api.rules.clock.forward(seconds=LIFETIME.total_seconds())
        answers.append(await give(laptop, attempt_id))

    assert {answer.status_code for answer in answers} == {404}
    assert len({said(answer) for answer in answers}) == 1
    assert api.rules.sql("SELECT count(*) FROM session WHERE status = 'active'") == [(1,)]


@either_store
async def test_an_attempt_on_another_site_is_none_here_and_ends_when_the_key_is_replaced(
        rules: Rules, rules_with: Callable[..., Rules]) -> None:
    other = rules_with()
    attempt = await begin_attempt(rules.auth, 'ann@example.com')

    with pytest.raises(AttemptUnknown):
        await find_attempt(other.auth, attempt.id)
    await rules.auth.run(replace_key, by_command_line, pair(2))
    with pytest.raises(AttemptUnknown):
        await find_attempt(rules.auth, attempt.id)


async def test_wrong_passwords_count_as_they_do_in_one_request(api: Api) -> None:
    await api.rules.sign_up()
    async with api.browser() as thief, api.browser() as laptop:
        attempt_id = await begin(thief)
        wrong = [await give(thief, attempt_id, 'not the password') for _ in range(5)]
        also_wrong = [await thief.post(SIGN_INS, data={'identifier': 'ann@example.com', 'password': 'no'})
                      for _ in range(5)]
        too_often = await give(thief, await begin(thief), PASSWORD)
        unknown = await give(laptop, await begin(laptop, 'nobody@example.com'), 'not the password')

    assert {said(answer) for answer in (*wrong, *also_wrong)} == {said(unknown)}
    assert unknown.json()['errors'][0]['code'] == 'form_password_incorrect'
    assert too_often.status_code == 429


@either_store
async def test_a_field_that_is_wrong_is_named(api: Api, subtests: pytest.Subtests) -> None:
    await api.rules.sign_up()
    async with api.browser() as laptop:
        attempt_id = await begin(laptop)
        at = f'{SIGN_INS}/{attempt_id}'
        for path, data, param in (
                (SIGN_INS, {'identifier': 'no address'}, 'identifier'), (SIGN_INS, {}, 'identifier'),
                (SIGN_INS, {'identifier': 'x' * 9000 + '@example.com'}, 'identifier'),
                (SIGN_INS, {'identifier': 'ann@example.com', 'password': ''}, 'password'),
                (SIGN_INS, {'identifier': 'ann@example.com', 'strategy': 'password'}, 'password'),
                (SIGN_INS, {'identifier': 'ann@example.com', 'strategy': 'oauth_google'}, 'strategy'),
                (f'{at}/attempt_first_factor', {}, 'password'),
                (f'{at}/attempt_first_factor', {'strategy': 'email_code', 'code': '1'}, 'strategy'),
                (f'{at}/prepare_first_factor', {'strategy': 'email_code'}, 'strategy')):
            with subtests.test(path=path, data=data):
                answer = await laptop.post(path, data=data)
                assert answer.status_code == 422
                assert answer.json()['errors'][0]['meta'] == {'param_name': param}


@either_store
async def test_an_account_that_is_added_hears_of_its_attempt_in_the_client(api: Api) -> None:
    await api.rules.sign_up('bob@example.com')
    async with api.browser() as laptop:
        await sign_in(laptop, 'bob@example.com')
        begun = (await laptop.post(SIGN_INS, data={'identifier': 'ann@example.com'})).json()
        after = (await laptop.get('/v1/client')).json()['response']

    assert begun['client']['sign_in'] == begun['response']
    assert [session['user']['email_addresses'][0]['email_address'] for session in begun['client']['sessions']] == [
        'bob@example.com']
    assert after['sign_in'] is None


# A forgotten password


async def test_a_forgotten_password_step_by_step(api: Api) -> None:
    await api.rules.sign_up()
    async with api.browser() as laptop:
        attempt_id = await begin(laptop)
        prepared = await laptop.post(f'{SIGN_INS}/{attempt_id}/prepare_first_factor', data={
            'strategy': RESET, 'email_address_id': 'idn_x'})
        code = (await only_mail(api.rules, 'reset_password')).code
        at = f'{SIGN_INS}/{attempt_id}'
        wrong = await laptop.post(f'{at}/attempt_first_factor', data={'strategy': RESET, 'code': '424242'})
        with_code = {'strategy': RESET, 'code': code}
        weak = [await laptop.post(f'{at}/attempt_first_factor', data=with_code | password)
                for password in ({}, {'password': 'short'})]
        done = await laptop.post(f'{at}/attempt_first_factor', data=with_code | {'password': NEW_PASSWORD})
        again = await laptop.post(f'{at}/attempt_first_factor', data=with_code | {'password': PASSWORD})
        signed_in = await give(laptop, done.json()['response']['id'], NEW_PASSWORD)

    for answer in (prepared, done, signed_in):
        assert crashes_in_envelope(answer.json(), '@SignIn') == []
    assert prepared.json()['response']['first_factor_verification']['strategy'] == RESET
    assert (wrong.status_code, wrong.json()['errors'][0]['code']) == (422, 'verification_expired')
    assert [answer.json()['errors'][0]['meta'] for answer in weak] == [{'param_name': 'password'}] * 2
    assert done.json()['response']['status'] == 'needs_first_factor'
    assert (again.status_code, again.json()['errors'][0]['code']) == (422, 'verification_expired')
    assert signed_in.json()['response']['status'] == 'complete'


@either_store
async def test_to_ask_for_a_reset_tells_nobody_who_has_an_account(api: Api) -> None:
    await api.rules.sign_up()
    told: list[Any] = []
    async with api.browser() as stranger:
        for address in ('ann@example.com', 'nobody@example.com'):
            attempt_id = await begin(stranger, address)
            prepared = await stranger.post(f'{SIGN_INS}/{attempt_id}/prepare_first_factor', data={'strategy': RESET})
            response = prepared.json()['response']
            told.append((prepared.status_code, response['status'], response.keys()))

    assert told[0] == told[1]


@either_store
async def test_a_site_that_sends_no_mail_offers_no_reset(rules_with: Callable[..., Rules]) -> None:
    async with api_of(rules_with()) as api, api.browser() as laptop:
        begun = (await laptop.post(SIGN_INS, data={'identifier': 'ann@example.com'})).json()['response']
        refused = await laptop.post(f'{SIGN_INS}/{begun["id"]}/prepare_first_factor', data={'strategy': RESET})

    assert [factor['strategy'] for factor in begun['supported_first_factors']] == ['password']
    assert (refused.status_code, refused.json()['errors'][0]['code']) == (422, 'strategy_invalid')


# Signing up


@both_stores
async def test_a_sign_up_that_waits_can_be_read_and_named_anew(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as stranger:
        begun = (await sign_up(laptop, first_name='An')).json()['response']
        at = f'/v1/client/sign_ups/{begun["id"]}'
        read = await laptop.get(at)
        named = await laptop.patch(at, data={'first_name': 'Ann', 'last_name': 'Lee', 'locale': 'de'})
        too_long = await laptop.patch(at, data={'first_name': 'x' * 101})
        moved = await laptop.patch(at, data={'email_address': 'eve@example.com'})
        unknown = [await stranger.get('/v1/client/sign_ups/sua_x'), await stranger.patch('/v1/client/sign_ups/sua_x')]
        sent = await laptop.post(f'{at}/prepare_verification', data={'strategy': 'email_code'})
        code = (await only_mail(api.rules, 'sign_up_code')).code
        done = await laptop.post(f'{at}/attempt_verification', data={'strategy': 'email_code', 'code': code})
        read_after = await laptop.get(f'/v1/client/sign_ups/{done.json()["response"]["id"]}')

    assert read.json()['response'] == begun
    assert begun['unverified_fields'] == ['email_address']
    assert begun['verifications']['email_address']['status'] == 'unverified'
    assert (named.json()['response']['first_name'], named.json()['response']['last_name']) == ('Ann', 'Lee')
    assert too_long.json()['errors'][0]['meta'] == {'param_name': 'first_name'}
    assert moved.json()['errors'][0]['meta'] == {'param_name': 'email_address'}
    assert [answer.status_code for answer in unknown] == [404, 404]
    assert done.json()['client']['sessions'][0]['user']['first_name'] == 'Ann'
    assert done.json()['response']['verifications']['email_address']['status'] == 'verified'
    assert read_after.json()['response']['created_session_id'] == done.json()['response']['created_session_id']
    for answer in (read, named, sent, done, read_after):
        assert crashes_in_envelope(answer.json(), '@SignUp') == []


@contextlib.asynccontextmanager
async def api_of(rules: Rules) -> AsyncIterator[Api]:
    """The Frontend API of other rules."""
    following = Following(rules.auth)
    await following.start(NoTabs())
    await keep_key(rules)
    yield Api(rules, Gateway(nothing_behind, sockets=nothing_behind, api=frontend_api_of(rules.auth, following.clients),
                             routes={}, clients=following.clients, hosts=rules.auth.settings.hosts,
                             waiting=WaitingPages(rules.auth.settings)))
    await following.stop()
