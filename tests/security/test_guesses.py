"""Whoever guesses a password leaves a trace of every guess, and has five of them in a session that is not theirs."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from auth.credentials.passwords import Passwords
from auth.credentials.turns import Claim
from auth.errors import AuthError, NotSignedIn, PasswordIncorrect, TooBusy, UserDisabled
from auth.rules.actor import by_command_line
from auth.rules.admin import set_disabled
from auth.rules.history import read_history
from auth.rules.profile import DELETE_CONFIRMATION, change_password
from auth.rules.sign_in import SignedIn, sign_in
from tests.auth.conftest import Api, said, sign_up
from tests.auth.conftest import sign_in as signs_in
from tests.browser.devices import Device, MakeDevice, a_new_address
from tests.rules import NEW_PASSWORD, PASSWORD, PHONE, Rules
from tests.running import both_stores, either_store
from tests.server import Server

Guess = Callable[[httpx.AsyncClient, str], Awaitable[httpx.Response]]


async def by_changing(browser: httpx.AsyncClient, password: str) -> httpx.Response:
    return await browser.post('/v1/me/change_password', data={'current_password': password,
                                                              'new_password': NEW_PASSWORD})


async def by_deleting(browser: httpx.AsyncClient, password: str) -> httpx.Response:
    return await browser.request('DELETE', '/v1/me', data={
        'password': password, 'confirmation': str(DELETE_CONFIRMATION)})


async def change(rules: Rules, done: SignedIn, password: str) -> Any:
    return await change_password(rules.auth, await rules.here(done.token), current_password=password,
                                 new_password=NEW_PASSWORD, sign_out_others=False, request_info=PHONE)


def told(rules: Rules) -> dict[str, int]:
    """How often each thing happened, as the audit log tells it."""
    return Counter(action for action, in rules.events())


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that were looked at."""
    seen: list[str] = []
    verify = Passwords.verify

    async def noting(self: Passwords, password: str, password_hash: str | None, claim: Claim) -> bool:
        seen.append(password)
        return await verify(self, password, password_hash, claim)

    monkeypatch.setattr(Passwords, 'verify', noting)
    return seen


@pytest.mark.parametrize('guess', [by_changing, by_deleting])
async def test_every_wrong_password_is_in_the_log_and_the_fifth_ends_the_session(api: Api, guess: Guess) -> None:
    async with api.browser(**{'user-agent': 'Thief'}) as thief:
        session_id = (await sign_up(thief)).json()['response']['created_session_id']
        answers = [await guess(thief, f'guess number {number}') for number in range(60)]

    assert [answer.status_code for answer in answers] == [422] * 4 + [401] * 56
    assert 'five times' in answers[4].json()['errors'][0]['message']
    assert {answer.json()['errors'][0]['code'] for answer in answers[4:]} == {'authentication_invalid'}
    assert told(api.rules) == {'signed_up': 1, 'signed_in': 1, 'wrong_password': 5, 'revoked': 1}
    assert api.rules.events('user_agent', 'session_id')[2:] == [('Thief', session_id)] * 6
    assert api.rules.status(session_id) == 'revoked'


async def test_both_ways_to_guess_are_counted_together(api: Api) -> None:
    async with api.browser() as thief:
        await sign_up(thief)
        answers = [await guess(thief, 'wrong horse') for _ in range(3) for guess in (by_changing, by_deleting)]

    assert [answer.status_code for answer in answers] == [422] * 4 + [401] * 2


@pytest.mark.parametrize('guesses', [5, 6, 60])
async def test_of_very_many_guesses_at_once_five_are_looked_at(api: Api, verified: list[str], guesses: int) -> None:
    async with api.browser() as thief:
        session_id = (await sign_up(thief)).json()['response']['created_session_id']
        verified.clear()
        answers = await asyncio.gather(*[(by_changing, by_deleting)[number % 2](thief, f'guess number {number}')
                                         for number in range(guesses)])

    assert len(verified) == told(api.rules)['wrong_password'] == 5
    assert {answer.status_code for answer in answers} == {422, 401}
    assert api.rules.status(session_id) == 'revoked'
    assert told(api.rules)['revoked'] == 1


async def test_nothing_of_the_guesses_is_left_of_a_deleted_account_but_ids_and_times(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as phone:
        await sign_up(laptop)
        await signs_in(phone)
        await by_changing(phone, 'wrong horse')
        await by_deleting(laptop, 'wrong horse')
        deleted = await by_deleting(laptop, PASSWORD)

    assert deleted.status_code == 200
    assert api.rules.sql('SELECT * FROM wrong_passwords') == []
    assert {tuple(row) for row in api.rules.events('ip_address', 'user_agent')} == {('', '')}


async def test_a_right_password_begins_the_count_anew(api: Api) -> None:
    async with api.browser() as laptop:
        session_id = (await sign_up(laptop)).json()['response']['created_session_id']
        for _ in range(3):
            for _ in range(4):
                assert (await by_deleting(laptop, 'wrong horse')).status_code == 422
            refused = await laptop.post('/v1/me/change_password', data={'current_password': PASSWORD,
                                                                        'new_password': PASSWORD})
            assert refused.json()['errors'][0]['code'] == 'form_param_format_invalid'  # it is the one they have

    assert api.rules.status(session_id) == 'active'
    assert told(api.rules)['wrong_password'] == 12


async def test_a_new_sign_in_begins_the_count_anew(api: Api) -> None:
    async with api.browser() as laptop:
        first = (await sign_up(laptop)).json()['response']['created_session_id']
        for _ in range(4):
            await by_changing(laptop, 'wrong horse')
        again = (await signs_in(laptop)).json()['response']['created_session_id']
        for _ in range(4):
            await by_changing(laptop, 'wrong horse')
        changed = await by_changing(laptop, PASSWORD)

    assert again == first
    assert changed.status_code == 200


async def test_who_signs_in_anew_after_the_fifth_may_go_on(api: Api) -> None:
    async with api.browser() as laptop:
        await sign_up(laptop)
        for _ in range(5):
            await by_changing(laptop, 'wrong horse')
        await signs_in(laptop)
        changed = await by_changing(laptop, PASSWORD)

    assert changed.status_code == 200


async def test_only_the_session_in_which_it_was_guessed_ends(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as phone:
        ann = (await sign_up(laptop)).json()['response']['created_session_id']
        bob = (await sign_up(laptop, 'bob@example.com')).json()['response']['created_session_id']
        on_phone = (await signs_in(phone, 'bob@example.com')).json()['response']['created_session_id']
        for _ in range(5):
            await by_changing(laptop, 'wrong horse')

    assert [api.rules.status(session_id) for session_id in (ann, bob, on_phone)] == ['active', 'revoked', 'active']


async def test_each_session_has_a_count_of_its_own(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as phone:
        await sign_up(laptop)
        await signs_in(phone)
        answers = [await by_changing(browser, 'wrong horse') for _ in range(4) for browser in (laptop, phone)]

    assert {answer.status_code for answer in answers} == {422}


async def test_no_password_is_no_guess(api: Api) -> None:
    async with api.browser() as laptop:
        await sign_up(laptop)
        answers = [await by_changing(laptop, '') for _ in range(6)]

    assert {answer.json()['errors'][0]['code'] for answer in answers} == {'form_param_missing'}
    assert told(api.rules) == {'signed_up': 1, 'signed_in': 1}


@both_stores
async def test_what_could_not_be_looked_at_is_no_guess(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async with api.browser() as laptop:
        await sign_up(laptop)
        async def too_busy(*_: Any) -> None:
            raise TooBusy

        with monkeypatch.context() as busy:
            busy.setattr(Passwords, 'verify', too_busy)
            answers = [await by_changing(laptop, PASSWORD) for _ in range(6)]
        changed = await by_changing(laptop, PASSWORD)

    assert {answer.status_code for answer in answers} == {503}
    assert changed.status_code == 200


@either_store
async def test_guesses_whose_process_died_are_used_up(api: Api) -> None:
    async with api.browser() as laptop:
        session_id = (await sign_up(laptop)).json()['response']['created_session_id']
        api.rules.sql('INSERT INTO wrong_passwords SELECT id, 5 FROM session')
        answer = await by_changing(laptop, PASSWORD)

    assert answer.status_code == 401
    assert api.rules.status(session_id) == 'revoked'


async def test_the_history_tells_of_every_guess(rules: Rules) -> None:
    ann = await rules.sign_up()
    for _ in range(2):
        with pytest.raises(PasswordIncorrect):
            await change(rules, ann, 'wrong horse')

    history = await rules.auth.read(read_history, await rules.here(ann.token))

    assert [(event.action, event.ip_address) for event in history.events[:3]] == [
        ('wrong_password', PHONE.ip_address)] * 2 + [('signed_in', '192.0.2.1')]


async def test_a_guess_is_news_for_those_who_show_the_history(rules: Rules) -> None:
    ann = await rules.sign_up()
    await rules.changes()

    with pytest.raises(PasswordIncorrect):
        await change(rules, ann, 'wrong horse')

    assert (await rules.changes()).user_ids == {ann.user_id}


async def test_the_right_password_of_a_disabled_account_is_in_the_log(rules: Rules) -> None:
    ann = await rules.sign_up()
    await rules.auth.run(set_disabled, by_command_line, ann.user_id, disabled=True)
    await rules.changes()

    for password in (PASSWORD, 'wrong horse'):
        with pytest.raises((UserDisabled, PasswordIncorrect)):
            await sign_in(rules.auth, None, identifier='ann@example.com', password=password, request_info=PHONE)

    assert rules.events('action', 'user_id', 'ip_address')[-2:] == [
        ('sign_in_refused', ann.user_id, PHONE.ip_address), ('sign_in_failed', ann.user_id, PHONE.ip_address)]
    assert (await rules.changes()).user_ids == {ann.user_id}
    assert rules.sql('SELECT count(*) FROM client') == [(1,)]


@pytest.mark.parametrize('settings', [{'single_session_mode': True}, {'max_accounts': 1}])
async def test_a_right_password_that_signs_nobody_in_is_in_the_log(
        rules_with: Callable[..., Rules], settings: dict[str, Any]) -> None:
    rules = rules_with(**settings)
    ann, bob = await rules.sign_up(), await rules.sign_up('bob@example.com')

    with pytest.raises(AuthError):
        await rules.sign_in('bob@example.com', await rules.here(ann.token))

    assert rules.events('action', 'user_id')[-1] == ('sign_in_refused', bob.user_id)


@pytest.mark.parametrize('password', ['wrong horse', PASSWORD])
async def test_a_guess_at_an_account_that_is_deleted_meanwhile_leaves_ids_and_times_only(
        rules: Rules, monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    ann = await rules.sign_up()
    phone = await rules.sign_in()
    verify = rules.auth.passwords.matches

    def delete_meanwhile(password_hash: str, tried: str) -> bool:
        rules.sql("DELETE FROM user WHERE email_address = 'ann@example.com'")
        return verify(password_hash, tried)

    client = await rules.here(phone.token)
    monkeypatch.setattr(rules.auth.passwords, 'matches', delete_meanwhile)
    with pytest.raises(AuthError):
        await change_password(rules.auth, client, current_password='wrong horse', new_password=NEW_PASSWORD,
                              sign_out_others=False, request_info=PHONE)
    monkeypatch.undo()
    assert rules.events('action', 'user_id', 'ip_address')[-1] == ('wrong_password', ann.user_id, '')

    await rules.sign_up()
    monkeypatch.setattr(rules.auth.passwords, 'matches', delete_meanwhile)
    with pytest.raises(PasswordIncorrect):
        await sign_in(rules.auth, None, identifier='ann@example.com', password=password, request_info=PHONE)

    assert rules.events('action', 'ip_address')[-1] == ('sign_in_failed', '')


@either_store
async def test_the_tabs_of_the_session_say_so_at_once_and_the_answer_says_what_happened(
        device: MakeDevice, own_server: Callable[..., Awaitable[Server]]) -> None:
    server = await own_server()
    laptop, phone = await device(server), await device(server)
    address = a_new_address()
    session_id, elsewhere = await laptop.sign_up(address), await phone.sign_in(address)
    left, right = await laptop.tab(), await laptop.tab('/account/security')
    await left.shows(session_id)

    answers = [await guessed(laptop) for _ in range(5)]

    await left.signed_out()
    await right.signed_out()
    assert server.sql("SELECT id FROM session WHERE status = 'active'") == [(elsewhere,)]
    assert answers[:4] == [422] * 4
    assert answers[4] == 401


async def guessed(device: Device) -> int:
    return (await device.api('POST', '/me/change_password', current_password='wrong horse',
                             new_password=NEW_PASSWORD)).status


async def test_a_session_that_was_signed_out_meanwhile_stays_so(rules: Rules) -> None:
    ann = await rules.sign_up()
    client = await rules.here(ann.token)
    rules.sql('INSERT INTO wrong_passwords SELECT id, 5 FROM session')
    rules.sql("UPDATE session SET status = 'removed'")

    with pytest.raises(NotSignedIn):
        await change_password(rules.auth, client, current_password='wrong horse', new_password=NEW_PASSWORD,
                              sign_out_others=False, request_info=PHONE)

    assert rules.status(ann.session_id) == 'removed'
    assert told(rules) == {'signed_up': 1, 'signed_in': 1}


async def test_guesses_at_an_account_and_at_none_are_answered_alike_and_the_eleventh_is_not_looked_at(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as thief:
        await sign_up(laptop)
        told = {address: [await thief.post('/v1/client/sign_ins', data={'identifier': address, 'password': 'wrong one'})
                          for _ in range(13)] for address in ('ann@example.com', 'nobody@example.com')}

    at_ann, at_nobody = ([(*said(answer), dict(answer.headers)) for answer in answers]
                         for answers in told.values())
    assert at_ann == at_nobody
    assert [status for status, _, _ in at_ann] == [422] * 10 + [429] * 3
    assert at_ann[-1][2]['retry-after'] == '90'
