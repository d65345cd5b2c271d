"""A forgotten password: what is asked for and mailed, what the link does, and what nobody learns by it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auth.errors import AccountLocked, AuthError, LimitReached, ParamInvalid, PasswordIncorrect, UserDisabled
from auth.rules.actor import by_command_line
from auth.rules.admin import set_disabled, set_password
from auth.rules.ends import Ended, Why, find_ends
from auth.rules.mailed_links import LinkUseless, forget_expired
from auth.rules.password_reset import NoMail, ask_for_reset, reset_password
from auth.rules.sign_in import SignedIn
from auth.web.api.shapes import SIGN_IN
from models import AuditAction
from tests.auth.conftest import Api, sign_in
from tests.mails import only_mail, sent
from tests.rules import NEW_PASSWORD, PHONE, Rules
from tests.running import either_store


@pytest.fixture
def rules(rules_with: Callable[..., Rules], tmp_path: Path) -> Rules:
    """Rules of a site that sends mail."""
    return rules_with(mail_outbox=str(tmp_path / 'outbox'))


@pytest.fixture
async def ann(rules: Rules) -> SignedIn:
    """Ann, who is signed in on her laptop."""
    return await rules.sign_up()


async def ask(rules: Rules, identifier: str = 'ann@example.com') -> None:
    await ask_for_reset(rules.auth, identifier=identifier, request_info=PHONE)


async def a_link(rules: Rules) -> str:
    """What a link for Ann holds."""
    await ask(rules)
    return (await only_mail(rules, 'reset_password')).code


async def reset(rules: Rules, code: str, password: str = NEW_PASSWORD) -> None:
    await reset_password(rules.auth, code=code, password=password, request_info=PHONE)


async def test_the_link_gives_a_new_password_and_the_old_one_does_not_work_any_more(
        rules: Rules, ann: SignedIn) -> None:
    await ask(rules, ' ANN@example.com')
    mail = await only_mail(rules, 'reset_password')
    assert (mail.to, mail.path) == ('ann@example.com', '/reset-password')

    await reset(rules, mail.code)

    with pytest.raises(PasswordIncorrect):
        await rules.sign_in()
    assert (await rules.sign_in(password=NEW_PASSWORD)).user_id == ann.user_id
    assert (await only_mail(rules, 'password_changed')).to == 'ann@example.com'


async def test_every_session_ends_also_on_the_device_that_resets_and_says_why(rules: Rules, ann: SignedIn) -> None:
    phone = await rules.sign_in(request_info=PHONE)
    bob = await rules.sign_up('bob@example.com', await rules.here(phone.token))  # on Ann's phone

    await reset(rules, await a_link(rules))

    assert rules.status(ann.session_id) == rules.status(phone.session_id) == 'revoked'
    assert rules.status(bob.session_id) == 'active'
    ends = await rules.auth.read(find_ends, [Ended(ann.session_id), Ended(phone.session_id)])
    assert {end.why for end in ends.values()} == {Why.PASSWORD_RESET}
    assert [action for action, in rules.events()][-4:] == [
        AuditAction.RESET_ASKED, AuditAction.PASSWORD_RESET, AuditAction.REVOKED, AuditAction.REVOKED]


async def test_an_address_without_an_account_is_posted_the_same_and_gets_no_mail(rules: Rules, ann: SignedIn) -> None:
    for identifier in ('ann@example.com', 'nobody@example.com', 'nöbödy@example.com'):
        await ask(rules, identifier)
    posted = rules.sql('SELECT kind, details, user_id, attempts FROM mail')

    assert len(posted) == 3
    assert len({tuple(row) for row in posted}) == 1
    assert (await only_mail(rules, 'reset_password')).to == 'ann@example.com'
    assert rules.sql('SELECT count(*) FROM mail') == [(0,)]


async def test_the_request_runs_the_same_statements_for_any_address(rules: Rules, ann: SignedIn) -> None:
    from sqlalchemy import event  # noqa: PLC0415

    def statements_of(identifier: str) -> Any:
        seen: list[str] = []

        def noting(conn: Any, cursor: Any, statement: str, *others: Any) -> None:
            seen.append(statement)

        async def asking() -> list[str]:
            engine = rules.auth.store._writing._engine  # type: ignore
            target = getattr(engine, 'sync_engine', engine)
            event.listen(target, 'before_cursor_execute', noting)
            await ask(rules, identifier)
            event.remove(target, 'before_cursor_execute', noting)
            return seen

        return asking()

    assert await statements_of('ann@example.com') == await statements_of('nobody@example.com')


@either_store
async def test_the_answer_is_the_same_for_any_address(api: Api) -> None:
    async with api.browser() as browser, api.browser() as stranger:
        await api.rules.sign_up()
        await sign_in(browser)
        answers = [await stranger.post('/v1/client/sign_ins', data={
            'strategy': 'reset_password_email_code', 'identifier': identifier})
            for identifier in ('ann@example.com', 'nobody@example.com')]

    assert {answer.status_code for answer in answers} == {200}
    for answer in answers:
        response = answer.json()['response']
        assert response.keys() == SIGN_IN.keys()
        assert (response['status'], answer.json()['client']) == ('needs_first_factor', None)
    assert not any('set-cookie' in answer.headers for answer in answers)


async def test_who_is_signed_in_sees_at_once_that_a_link_was_asked_for(rules: Rules, ann: SignedIn) -> None:
    await rules.changes()
    await ask(rules)
    assert ann.user_id in (await rules.changes()).user_ids


async def test_a_link_works_once(rules: Rules, ann: SignedIn) -> None:
    code = await a_link(rules)
    await reset(rules, code)

    with pytest.raises(LinkUseless):
        await reset(rules, code, 'another password entirely')
    await rules.sign_in(password=NEW_PASSWORD)


async def test_of_two_who_use_a_link_at_once_one_succeeds(rules: Rules, ann: SignedIn) -> None:
    code = await a_link(rules)
    passwords = [f'the password of number {number}' for number in range(6)]

    outcomes = await asyncio.gather(*(reset(rules, code, password) for password in passwords), return_exceptions=True)

    assert sorted(type(one).__name__ for one in outcomes) == ['LinkUseless'] * 5 + ['NoneType']
    await rules.sign_in(password=passwords[outcomes.index(None)])
    assert [action for action, in rules.events()].count(AuditAction.PASSWORD_RESET) == 1


async def test_of_two_links_that_are_used_at_once_one_succeeds(rules: Rules, ann: SignedIn) -> None:
    codes = [await a_link(rules), await a_link(rules)]

    outcomes = await asyncio.gather(*(reset(rules, code) for code in codes), return_exceptions=True)

    assert sorted(type(one).__name__ for one in outcomes) == ['LinkUseless', 'NoneType']


async def test_a_link_works_for_fifteen_minutes_from_when_it_was_sent(rules: Rules, ann: SignedIn) -> None:
    await ask(rules)
    rules.clock.forward(minutes=20)  # the mail server was away
    code = (await only_mail(rules, 'reset_password')).code

    rules.clock.forward(minutes=15)
    with pytest.raises(LinkUseless):
        await reset(rules, code)

    rules.clock.forward(seconds=-1)
    await reset(rules, code)


@pytest.mark.parametrize('change', [
    lambda code: code[:-1] + ('A' if code[-1] != 'A' else 'B'), lambda code: code + 'A', lambda code: code[:-1],
    lambda code: code.upper(), lambda _: '', lambda _: '%', lambda code: f' {code}', lambda _: 'ä' * 43])
async def test_a_link_that_was_changed_is_useless_and_says_no_more(
        rules: Rules, ann: SignedIn, change: Callable[[str], str]) -> None:
    code = await a_link(rules)
    with pytest.raises(LinkUseless):
        await reset(rules, change(code))
    await reset(rules, code)


async def test_only_the_hash_of_what_a_link_holds_is_stored(rules: Rules, ann: SignedIn) -> None:
    await ask(rules)
    assert 'code' not in str(rules.sql('SELECT * FROM mail'))
    code = (await only_mail(rules, 'reset_password')).code
    everything = str([rules.everything(), rules.sql('SELECT * FROM mailed_link'), rules.sql('SELECT * FROM mail')])
    assert len(code) == 43
    assert code not in everything


async def test_a_mail_that_may_have_arrived_twice_has_two_links_of_which_one_is_used(
        rules: Rules, ann: SignedIn) -> None:
    await ask(rules)
    first, second = (await sent(rules, again=True))[0].code, (await sent(rules, again=True))[0].code
    assert first != second

    rules.clock.forward(seconds=1)
    await reset(rules, first)

    with pytest.raises(LinkUseless):
        await reset(rules, second)
    assert {mail.kind for mail in await sent(rules)} == {'password_changed'}  # not a third one


async def test_a_password_that_is_refused_leaves_the_link_as_it_is(rules: Rules, ann: SignedIn) -> None:
    code = await a_link(rules)
    with pytest.raises(AuthError) as refused:
        await reset(rules, code, 'short')
    assert refused.value.param == 'password'
    await reset(rules, code)


async def test_whatever_gives_another_password_makes_the_links_useless_that_were_asked_for_before(
        rules: Rules, ann: SignedIn) -> None:
    code = await a_link(rules)
    await ask(rules)  # not sent yet
    rules.clock.forward(seconds=1)

    await set_password(rules.auth, by_command_line, ann.user_id, NEW_PASSWORD)

    with pytest.raises(LinkUseless):
        await reset(rules, code, 'what the thief has chosen')
    assert 'reset_password' not in {mail.kind for mail in await sent(rules)}


async def test_somebody_who_is_disabled_gets_no_link_and_uses_none(rules: Rules, ann: SignedIn) -> None:
    code = await a_link(rules)
    await rules.auth.run(set_disabled, by_command_line, ann.user_id, True)

    with pytest.raises(LinkUseless):
        await reset(rules, code)
    await ask(rules)
    assert 'reset_password' not in {mail.kind for mail in await sent(rules)}
    with pytest.raises(UserDisabled):
        await rules.sign_in()


async def test_a_link_of_somebody_who_was_deleted_is_useless(rules: Rules, ann: SignedIn) -> None:
    code = await a_link(rules)
    await ask(rules)
    rules.sql('DELETE FROM session')
    rules.sql('DELETE FROM user')

    with pytest.raises(LinkUseless):
        await reset(rules, code)
    assert await sent(rules) == []


@pytest.mark.parametrize('identifier', ['', '  ', 'ann', 'ann@', 'ann @example.com', 'a@b@c', 'x' * 5000])
async def test_what_is_no_address_is_said_to_be_none(rules: Rules, identifier: str) -> None:
    with pytest.raises(AuthError) as refused:
        await ask(rules, identifier)
    assert refused.value.param == 'identifier'
    assert isinstance(refused.value, ParamInvalid) or not identifier.strip()
    assert rules.sql('SELECT count(*) FROM mail') == [(0,)]


async def test_an_address_that_reset_a_password_is_confirmed_by_it(rules: Rules, ann: SignedIn) -> None:
    assert rules.moment('SELECT address_confirmed_at FROM user') is None
    await reset(rules, await a_link(rules))
    assert rules.moment('SELECT address_confirmed_at FROM user') == rules.clock()


async def test_five_links_an_hour_for_an_address_whether_it_has_an_account_or_not(rules: Rules, ann: SignedIn) -> None:
    refusals: list[tuple[str, float | None]] = []
    for identifier in ('ann@example.com', 'nobody@example.com'):
        for _ in range(5):
            await ask(rules, identifier)
        with pytest.raises(LimitReached) as refused:
            await ask(rules, identifier.upper())
        refusals.append((refused.value.message, refused.value.retry_after))
    assert refusals[0] == refusals[1]
    assert rules.sql('SELECT count(*) FROM mail') == [(10,)]


async def test_a_reset_lets_somebody_in_whose_account_takes_no_password_any_more(rules: Rules, ann: SignedIn) -> None:
    rules.sql("INSERT INTO attempts VALUES ('sign_in', 'account', ?, 0, 100)", ann.user_id)
    with pytest.raises(AccountLocked):
        await rules.sign_in()

    await reset(rules, await a_link(rules))
    rules.clock.forward(seconds=5)  # for so long a process believes that it is locked

    assert (await rules.sign_in(password=NEW_PASSWORD)).user_id == ann.user_id


async def test_links_are_forgotten_when_their_time_has_passed(rules: Rules, ann: SignedIn) -> None:
    await a_link(rules)
    rules.clock.forward(minutes=15)
    await rules.auth.run(forget_expired)
    assert rules.sql('SELECT count(*) FROM mailed_link') == [(0,)]


@either_store
async def test_a_site_without_mail_says_whom_to_ask(rules_with: Callable[..., Rules]) -> None:
    for settings, words in (({}, 'Ask its administrator'), ({'forgot_password_help': 'Call Bob.'}, 'Call Bob.')):
        with pytest.raises(NoMail, match=words):
            await ask(rules_with(**settings))


@either_store
async def test_a_browser_resets_a_password_and_signs_in_with_it(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as phone, api.browser() as stranger:
        await api.rules.sign_up()
        await sign_in(laptop)
        await stranger.post('/v1/client/sign_ins', data={'strategy': 'reset_password_email_code',
                                                         'identifier': 'ann@example.com'})
        code = (await only_mail(api.rules, 'reset_password')).code
        path = '/v1/client/sign_ins/mailed/attempt_first_factor'

        assert (await phone.get(path)).status_code == 405  # whatever only looks at a link uses nothing up
        refused = await phone.post(path, data={'code': code, 'password': 'short'})
        assert refused.json()['errors'][0]['meta'] == {'param_name': 'password'}
        assert (await phone.post(path, data={'code': code, 'password': NEW_PASSWORD})).status_code == 200
        late = await phone.post(path, data={'code': code, 'password': NEW_PASSWORD})
        error = late.json()['errors'][0]
        assert (late.status_code, error['code']) == (422, 'verification_expired')
        assert error['long_message'].startswith('This link does not work any more')

        assert (await laptop.get('/v1/client')).json()['response']['sessions'] == []
        assert (await sign_in(phone)).status_code == 422
        answer = await phone.post('/v1/client/sign_ins', data={
            'identifier': 'ann@example.com', 'password': NEW_PASSWORD})
        assert answer.json()['response']['status'] == 'complete'


