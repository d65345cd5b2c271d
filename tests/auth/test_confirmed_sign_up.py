"""Signing up where the site sends mail: a code makes the account, and nobody learns who has one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from auth.errors import AccountLimitReached, IdentifierExists, LimitReached, ParamMissing
from auth.rules.address_confirmations import CodeIncorrect, CodeUseless, NothingWaits
from auth.rules.clients import ClientView
from auth.rules.confirmed_sign_up import WaitsForCode, begin_sign_up, finish_sign_up, send_code_again
from auth.rules.mailed_links import forget_expired
from auth.rules.sign_in import SignedIn
from tests.auth.conftest import Api
from tests.mails import only_mail, sent
from tests.rules import LAPTOP, PASSWORD, PHONE, Rules
from tests.running import either_store


@pytest.fixture
def rules(rules_with: Callable[..., Rules], tmp_path: Path) -> Rules:
    """Rules of a site that sends mail."""
    return rules_with(mail_outbox=str(tmp_path / 'outbox'))


async def begin(rules: Rules, email_address: str = 'ann@example.com', **more: str) -> str:
    waits = await begin_sign_up(rules.auth, None, email_address=email_address, password=PASSWORD, request_info=LAPTOP,
                                **more)
    assert isinstance(waits, WaitsForCode)
    return waits.id


async def finish(rules: Rules, sign_up_id: str, code: str, client: ClientView | None = None) -> SignedIn:
    done, _ = await finish_sign_up(rules.auth, client, sign_up_id, code=code, request_info=LAPTOP)
    return done


async def again(rules: Rules, sign_up_id: str) -> None:
    await rules.auth.run(send_code_again, sign_up_id, limits=rules.auth.limits, ip_address=LAPTOP.ip_address)


def wrong(code: str) -> str:
    return f'{(int(code) + 1) % 1_000_000:06}'


async def test_the_code_makes_the_account_and_signs_in(rules: Rules) -> None:
    sign_up_id = await begin(rules, ' Ann@Example.com ', first_name='Ann', last_name='Lee')
    assert rules.sql('SELECT count(*) FROM user') == [(0,)]
    mail = await only_mail(rules, 'sign_up_code')
    assert (mail.to, len(mail.code)) == ('ann@example.com', 6)

    done = await finish(rules, sign_up_id, mail.code)

    assert rules.sql('SELECT email_address, first_name, last_name FROM user') == [('ann@example.com', 'Ann', 'Lee')]
    assert rules.moment('SELECT address_confirmed_at FROM user') == rules.clock()
    assert await rules.active(done.token) == done.session_id
    assert (await rules.sign_in()).user_id == done.user_id
    assert rules.events()[:2] == [('signed_up',), ('signed_in',)]


@pytest.mark.parametrize('typed', [
    lambda code: f' {code}\t', lambda code: f'{code[:3]} {code[3:]}', lambda code: f'{code[:3]}-{code[3:]}',
    lambda code: code.translate({ord(str(digit)): chr(0xff10 + digit) for digit in range(10)})])
@either_store
async def test_a_code_is_taken_as_people_type_it(rules: Rules, typed: Callable[[str], str]) -> None:
    sign_up_id = await begin(rules)
    code = (await only_mail(rules, 'sign_up_code')).code

    assert await finish(rules, sign_up_id, typed(code))


async def test_an_address_that_has_an_account_is_answered_the_same_and_its_owner_is_told(rules: Rules) -> None:
    await finish(rules, await begin(rules), (await only_mail(rules, 'sign_up_code')).code)

    taken, free = await begin(rules), await begin(rules, 'bob@example.com')
    posted = rules.sql('SELECT kind, details, user_id, attempts FROM mail')
    told, code = await sent(rules)

    assert posted[0] == posted[1]
    assert (told.to, told.subject, told.code, told.path) == ('ann@example.com', 'You have an account already', '',
                                                             '/sign-in')
    for sign_up_id in (taken, free):
        with pytest.raises(CodeIncorrect):
            await finish(rules, sign_up_id, wrong(code.code))
    with pytest.raises(CodeIncorrect):
        await finish(rules, taken, '000000')
    assert rules.sql('SELECT count(*) FROM user') == [(1,)]


@either_store
async def test_the_answers_are_the_same_for_an_address_that_has_an_account(api: Api) -> None:
    await api.rules.sign_up()
    answers: list[list[Any]] = []
    for address in ('ann@example.com', 'bob@example.com'):
        async with api.browser() as browser:
            begun = await browser.post('/v1/client/sign_ups', data={'email_address': address, 'password': PASSWORD})
            path = f'/v1/client/sign_ups/{begun.json()["response"]["id"]}'
            again = await browser.post(f'{path}/prepare_verification')
            guesses = [await browser.post(f'{path}/attempt_verification', data={'code': 'no code'}) for _ in range(6)]
            answers.append([_told(answer) for answer in (begun, again, *guesses)])

    assert answers[0] == answers[1]
    assert [status for status, *_ in answers[0]] == [200, 200, *[422] * 6]


def _told(answer: httpx.Response) -> tuple[Any, ...]:
    body = answer.json()
    response = body.get('response') or {}
    varying = [*(response.pop(name, None) for name in ('id', 'email_address')), body.pop('clerk_trace_id', None)]
    return answer.status_code, sorted(answer.headers.keys()), body, [one is None for one in varying]


async def test_five_guesses_and_no_more_also_at_once(rules: Rules) -> None:
    sign_up_id = await begin(rules)
    code = (await only_mail(rules, 'sign_up_code')).code

    outcomes = await asyncio.gather(*(finish(rules, sign_up_id, wrong(code)) for _ in range(8)), return_exceptions=True)

    assert sorted(type(one).__name__ for one in outcomes) == ['CodeIncorrect'] * 5 + ['CodeUseless'] * 3
    with pytest.raises(CodeUseless):
        await finish(rules, sign_up_id, code)


async def test_nothing_entered_is_no_guess(rules: Rules) -> None:
    sign_up_id = await begin(rules)
    code = (await only_mail(rules, 'sign_up_code')).code
    for _ in range(6):
        with pytest.raises(ParamMissing):
            await finish(rules, sign_up_id, ' - ')
    assert await finish(rules, sign_up_id, code)


async def test_of_two_who_enter_the_code_at_once_one_succeeds(rules: Rules) -> None:
    sign_up_id = await begin(rules)
    code = (await only_mail(rules, 'sign_up_code')).code

    outcomes = await asyncio.gather(*(finish(rules, sign_up_id, code) for _ in range(4)), return_exceptions=True)

    assert sorted(type(one).__name__ for one in outcomes) == ['CodeUseless'] * 3 + ['SignedIn']


async def test_of_two_who_sign_up_with_one_address_the_second_is_told_that_it_is_taken(rules: Rules) -> None:
    first, second = await begin(rules), await begin(rules)
    codes = [mail.code for mail in await sent(rules)]
    await finish(rules, first, codes[0])
    with pytest.raises(IdentifierExists):  # who has the code reads that mail, so they may know
        await finish(rules, second, codes[1])


async def test_a_code_is_good_for_the_sign_up_that_it_was_mailed_for_only(rules: Rules) -> None:
    ids = [await begin(rules), await begin(rules)]
    codes = [mail.code for mail in await sent(rules)]
    if codes[0] != codes[1]:
        with pytest.raises(CodeIncorrect):
            await finish(rules, ids[0], codes[1])
    for useless in ('', 'sua_', ids[0][:-1], ids[0].upper(), 'ä'):
        with pytest.raises(CodeUseless):
            await finish(rules, useless, codes[0])
    assert await finish(rules, ids[0], codes[0])


async def test_a_code_works_for_ten_minutes_from_when_it_was_sent(rules: Rules) -> None:
    sign_up_id = await begin(rules)
    rules.clock.forward(minutes=30)  # the mail server was away
    code = (await only_mail(rules, 'sign_up_code')).code

    rules.clock.forward(minutes=10)
    with pytest.raises(CodeUseless):
        await finish(rules, sign_up_id, code)
    rules.clock.forward(seconds=-1)
    assert await finish(rules, sign_up_id, code)


async def test_another_code_replaces_the_one_before_and_there_are_five(rules: Rules) -> None:
    sign_up_id = await begin(rules)
    old = (await only_mail(rules, 'sign_up_code')).code
    rules.clock.forward(minutes=1)
    await again(rules, sign_up_id)
    new = (await only_mail(rules, 'sign_up_code')).code
    if old != new:
        with pytest.raises(CodeIncorrect):
            await finish(rules, sign_up_id, old)
    for _ in range(3):
        rules.clock.forward(minutes=1)
        await again(rules, sign_up_id)
    rules.clock.forward(minutes=1)
    with pytest.raises(NothingWaits):
        await again(rules, sign_up_id)
    assert await finish(rules, sign_up_id, (await sent(rules))[-1].code)


async def test_who_asks_twice_in_a_moment_gets_one_mail(rules: Rules) -> None:
    sign_up_id = await begin(rules)
    await asyncio.gather(*(again(rules, sign_up_id) for _ in range(3)))
    assert len(await sent(rules)) == 1


async def test_a_mail_that_may_have_arrived_twice_has_two_codes_that_work(rules: Rules) -> None:
    sign_up_id = await begin(rules)
    first = (await sent(rules, again=True))[0].code
    await only_mail(rules, 'sign_up_code')
    assert await finish(rules, sign_up_id, first)


async def test_what_waits_is_forgotten_after_an_hour(rules: Rules) -> None:
    sign_up_id = await begin(rules)
    rules.clock.forward(hours=1)
    with pytest.raises(NothingWaits):
        await again(rules, sign_up_id)
    assert await sent(rules) == []
    await rules.auth.run(forget_expired)
    assert rules.sql('SELECT count(*) FROM address_confirmation') == [(0,)]


async def test_neither_the_code_nor_the_id_nor_the_password_is_stored(rules: Rules) -> None:
    sign_up_id = await begin(rules)
    waiting = str(rules.sql('SELECT * FROM mail'))
    code = (await only_mail(rules, 'sign_up_code')).code
    stored = str(rules.sql('SELECT * FROM address_confirmation'))
    assert sign_up_id not in stored + waiting
    assert PASSWORD not in stored + waiting
    assert f"'{code}'" not in stored


async def test_a_refusal_leaves_the_code_as_it_is(rules_with: Callable[..., Rules], tmp_path: Path) -> None:
    rules = rules_with(mail_outbox=str(tmp_path), max_accounts=1)
    first = await finish(rules, await begin(rules, 'bob@example.com'), (await sent(rules))[0].code)
    sign_up_id = await begin(rules)
    code = (await only_mail(rules, 'sign_up_code')).code

    with pytest.raises(AccountLimitReached):
        await finish(rules, sign_up_id, code, await rules.here(first.token))
    assert await finish(rules, sign_up_id, code)


@either_store
async def test_a_site_without_mail_signs_up_at_once(rules_with: Callable[..., Rules]) -> None:
    rules = rules_with()
    done = await begin_sign_up(rules.auth, None, email_address='ann@example.com', password=PASSWORD, request_info=PHONE)
    assert isinstance(done, SignedIn)
    assert rules.moment('SELECT address_confirmed_at FROM user') is None


@either_store
async def test_a_browser_signs_up_with_a_code(api: Api) -> None:
    async with api.browser() as browser:
        begun = await browser.post('/v1/client/sign_ups', data={
            'email_address': 'ann@example.com', 'password': PASSWORD})
        response = begun.json()['response']
        assert (response['status'], response['unverified_fields']) == ('missing_requirements', ['email_address'])
        assert (response['created_session_id'], begun.headers.get('set-cookie')) == (None, None)
        code = (await only_mail(api.rules, 'sign_up_code')).code

        done = await browser.post(f'/v1/client/sign_ups/{response["id"]}/attempt_verification', data={'code': code})

        assert done.json()['response']['status'] == 'complete'
        assert done.json()['response']['take_back_proof']
        assert (await browser.get('/v1/client')).json()['response']['sessions'][0]['status'] == 'active'


async def test_five_mails_an_hour_for_an_address_however_they_are_asked_for(rules: Rules) -> None:
    ids = [await begin(rules) for _ in range(3)]
    rules.clock.forward(minutes=1)
    for sign_up_id in ids[:2]:
        await again(rules, sign_up_id)

    for refused in (begin(rules), again(rules, ids[2])):
        with pytest.raises(LimitReached):
            await refused
    assert rules.sql('SELECT count(*) FROM mail') == [(5,)]
    await begin(rules, 'bob@example.com')
