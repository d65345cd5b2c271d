"""Another address for an account: confirmed before it counts, told to both, and taken back by the one before."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from auth.errors import (
    IdentifierExists,
    NotSignedIn,
    ParamInvalid,
    ParamMissing,
    PasswordIncorrect,
    ReverificationRequired,
)
from auth.rules.actor import by_command_line
from auth.rules.address_change import ask_for_address, confirm_address, send_code_again, undo_address_change
from auth.rules.address_confirmations import CodeIncorrect, CodeUseless, NothingWaits
from auth.rules.admin import set_password
from auth.rules.confirmed_sign_up import WaitsForCode, begin_sign_up, finish_sign_up
from auth.rules.ends import Ended, Why, find_ends
from auth.rules.mailed_links import LinkUseless
from auth.rules.password_reset import NoMail, ask_for_reset, reset_password
from auth.rules.sign_in import SignedIn
from models import AuditAction
from tests.auth.conftest import Api, sign_in
from tests.mails import Sent, only_mail, sent
from tests.rules import LAPTOP, NEW_PASSWORD, PASSWORD, PHONE, Rules
from tests.running import both_stores, either_store

OLD, NEW = 'ann@example.com', 'ann@new.example'


@pytest.fixture
def rules(rules_with: Callable[..., Rules], tmp_path: Path) -> Rules:
    """Rules of a site that sends mail."""
    return rules_with(mail_outbox=str(tmp_path / 'outbox'))


@pytest.fixture
async def ann(rules: Rules) -> SignedIn:
    """Ann, who is signed in on her laptop."""
    return await rules.sign_up()


async def ask(rules: Rules, who: SignedIn, address: str = NEW) -> str:
    return (await ask_for_address(rules.auth, await rules.here(who.token), email_address=address,
                                  request_info=LAPTOP))[0]


async def confirm(rules: Rules, who: SignedIn, address_id: str, code: str) -> None:
    await confirm_address(rules.auth, await rules.here(who.token), address_id, code=code, request_info=LAPTOP)


async def change(rules: Rules, who: SignedIn, address: str = NEW) -> tuple[Sent, ...]:
    """Change an address; returns what is mailed then, to the old one and to the new one."""
    address_id = await ask(rules, who, address)
    await confirm(rules, who, address_id, (await only_mail(rules, 'address_code')).code)
    return tuple(await sent(rules))


async def undo(rules: Rules, code: str) -> str:
    return await undo_address_change(rules.auth, code=code, request_info=PHONE)


def address(rules: Rules) -> str:
    return rules.sql('SELECT email_address FROM user')[0][0]


async def test_the_code_gives_the_account_its_new_address_and_both_are_told(rules: Rules, ann: SignedIn) -> None:
    address_id = await ask(rules, ann, ' Ann@NEW.example ')
    code = await only_mail(rules, 'address_code')
    assert (code.to, address(rules)) == (NEW, OLD)  # it does not count before

    await confirm(rules, ann, address_id, code.code)

    to_old, to_new = await sent(rules)
    assert (to_old.to, to_old.kind, to_old.path) == (OLD, 'address_changed', '/undo-address-change')
    assert NEW in to_old.text
    assert (to_new.to, to_new.kind) == (NEW, 'address_is_yours')
    assert (await rules.sign_in(NEW)).user_id == ann.user_id
    with pytest.raises(PasswordIncorrect):
        await rules.sign_in(OLD)
    assert rules.sql('SELECT search_text FROM user')[0][0].startswith(NEW)
    assert rules.status(ann.session_id) == 'active'
    assert (AuditAction.ADDRESS_CHANGED,) in rules.events()


@pytest.mark.parametrize(('given', 'error'), [('', ParamMissing), ('ann', ParamInvalid), (OLD, ParamInvalid),
                                              ('ANN@example.com', ParamInvalid)])
@either_store
async def test_what_is_no_other_address_is_refused(
        rules: Rules, ann: SignedIn, given: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await ask(rules, ann, given)
    assert await sent(rules) == []


async def test_an_address_of_somebody_else_is_answered_the_same_and_they_are_told(rules: Rules, ann: SignedIn) -> None:
    await rules.sign_up('bob@example.com')

    address_id = await ask(rules, ann, 'bob@example.com')

    told = await only_mail(rules, 'address_code')
    assert (told.to, told.code) == ('bob@example.com', '')
    with pytest.raises(CodeIncorrect):
        await confirm(rules, ann, address_id, '123456')


async def test_an_address_that_somebody_takes_meanwhile_is_refused_and_nothing_changes(
        rules: Rules, ann: SignedIn) -> None:
    address_id = await ask(rules, ann)
    code = (await only_mail(rules, 'address_code')).code
    await rules.sign_up(NEW)

    with pytest.raises(IdentifierExists):
        await confirm(rules, ann, address_id, code)
    assert sorted(rules.sql('SELECT email_address FROM user')) == [(OLD,), (NEW,)]


async def test_of_two_who_confirm_one_address_at_once_one_gets_it(rules: Rules, ann: SignedIn) -> None:
    bob = await rules.sign_up('bob@example.com')
    ids = [await ask(rules, ann), await ask(rules, bob)]
    codes = [mail.code for mail in await sent(rules)]

    outcomes = await asyncio.gather(confirm(rules, ann, ids[0], codes[0]), confirm(rules, bob, ids[1], codes[1]),
                                    return_exceptions=True)

    assert sorted(type(one).__name__ for one in outcomes) == ['IdentifierExists', 'NoneType']


async def test_it_needs_a_password_that_was_given_a_moment_ago(rules: Rules, ann: SignedIn) -> None:
    rules.clock.forward(minutes=10)
    with pytest.raises(ReverificationRequired):
        await ask(rules, ann)
    assert await sent(rules) == []


@both_stores
async def test_a_code_is_good_for_the_account_that_asked_only(rules: Rules, ann: SignedIn) -> None:
    bob = await rules.sign_up('bob@example.com')
    address_id = await ask(rules, ann)
    code = (await only_mail(rules, 'address_code')).code

    with pytest.raises(CodeUseless):
        await confirm(rules, bob, address_id, code)
    with pytest.raises(NothingWaits):
        await rules.auth.run(send_code_again, await rules.here(bob.token), address_id, limits=rules.auth.limits,
                             ip_address=LAPTOP.ip_address)
    with pytest.raises(CodeUseless):  # nor does it make an account
        await finish_sign_up(rules.auth, None, address_id, code=code, request_info=LAPTOP)
    await confirm(rules, ann, address_id, code)


async def test_a_code_of_a_sign_up_is_good_for_no_change(rules: Rules, ann: SignedIn) -> None:
    waits = await begin_sign_up(rules.auth, None, email_address=NEW, password=PASSWORD, request_info=LAPTOP)
    assert isinstance(waits, WaitsForCode)
    with pytest.raises(CodeUseless):
        await confirm(rules, ann, waits.id, (await only_mail(rules, 'sign_up_code')).code)


async def test_another_wish_replaces_the_one_before(rules: Rules, ann: SignedIn) -> None:
    first = await ask(rules, ann)
    code = (await only_mail(rules, 'address_code')).code
    await ask(rules, ann, 'ann@other.example')
    with pytest.raises(CodeUseless):
        await confirm(rules, ann, first, code)


async def test_nobody_who_is_signed_out_changes_anything(rules: Rules, ann: SignedIn) -> None:
    address_id = await ask(rules, ann)
    code = (await only_mail(rules, 'address_code')).code
    here = await rules.here(ann.token)
    rules.sql("UPDATE session SET status = 'revoked'")
    with pytest.raises(NotSignedIn):
        await confirm_address(rules.auth, here, address_id, code=code, request_info=LAPTOP)
    with pytest.raises(NotSignedIn):
        await ask_for_address(rules.auth, here, email_address='no address', request_info=LAPTOP)
    assert address(rules) == OLD


async def test_a_link_to_reset_the_password_that_the_old_address_has_is_useless_after_the_change(
        rules: Rules, ann: SignedIn) -> None:
    await ask_for_reset(rules.auth, identifier=OLD, request_info=PHONE)
    code = (await only_mail(rules, 'reset_password')).code
    await change(rules, ann)
    with pytest.raises(LinkUseless):
        await reset_password(rules.auth, code=code, password=NEW_PASSWORD, request_info=PHONE)


async def test_the_old_address_undoes_it_and_leads_to_a_new_password(rules: Rules, ann: SignedIn) -> None:
    link, _ = await change(rules, ann)

    code = await undo(rules, link.code)

    assert address(rules) == OLD
    assert rules.status(ann.session_id) == 'revoked'
    ends = await rules.auth.read(find_ends, [Ended(ann.session_id)])
    assert ends[ann.session_id].why is Why.ADDRESS_CHANGE_UNDONE
    with pytest.raises(PasswordIncorrect):
        await rules.sign_in(OLD)
    assert {(mail.to, mail.kind) for mail in await sent(rules)} == {
        (OLD, 'address_change_undone'), (NEW, 'address_change_undone')}

    await reset_password(rules.auth, code=code, password=NEW_PASSWORD, request_info=PHONE)
    assert (await rules.sign_in(OLD, password=NEW_PASSWORD)).user_id == ann.user_id


async def test_it_is_undone_although_the_thief_has_done_all_that_a_thief_can(rules: Rules, ann: SignedIn) -> None:
    link, _ = await change(rules, ann, 'thief@example.net')
    await set_password(rules.auth, by_command_line, ann.user_id, 'the password of the thief')
    rules.sql('UPDATE user SET password_given_at = NULL')  # as if the thief had changed it
    thief = await rules.sign_in('thief@example.net', password='the password of the thief')
    await sent(rules)
    second, _ = await change(rules, thief, 'thief@second.example')
    await ask_for_reset(rules.auth, identifier='thief@second.example', request_info=PHONE)
    stolen_reset = next(mail.code for mail in await sent(rules) if mail.kind == 'reset_password')
    await ask(rules, thief, 'thief@third.example')
    rules.clock.forward(days=6, hours=23)
    thief = await rules.sign_in('thief@second.example', password='the password of the thief')
    await sent(rules)

    await undo(rules, link.code)

    assert address(rules) == OLD
    assert rules.status(thief.session_id) == 'revoked'
    for useless in (link.code, second.code):
        with pytest.raises(LinkUseless):
            await undo(rules, useless)
    with pytest.raises(LinkUseless):
        await reset_password(rules.auth, code=stolen_reset, password=NEW_PASSWORD, request_info=PHONE)
    with pytest.raises(PasswordIncorrect):
        await rules.sign_in(OLD, password='the password of the thief')
    assert rules.sql('SELECT count(*) FROM address_confirmation') == [(0,)]


async def test_an_earlier_address_keeps_its_link(rules: Rules, ann: SignedIn) -> None:
    first, _ = await change(rules, ann)
    rules.clock.forward(minutes=1)
    second, _ = await change(rules, ann, 'ann@third.example')

    await undo(rules, second.code)
    assert address(rules) == NEW
    await undo(rules, first.code)
    assert address(rules) == OLD


async def test_a_link_to_undo_works_for_a_week_from_the_change(rules: Rules, ann: SignedIn) -> None:
    address_id = await ask(rules, ann)
    await confirm(rules, ann, address_id, (await only_mail(rules, 'address_code')).code)
    rules.clock.forward(days=2)  # the mail server was away
    link = next(mail for mail in await sent(rules) if mail.path)
    rules.clock.forward(days=5)
    with pytest.raises(LinkUseless):
        await undo(rules, link.code)
    rules.clock.forward(seconds=-1)
    await undo(rules, link.code)


async def test_of_two_who_undo_it_at_once_one_succeeds(rules: Rules, ann: SignedIn) -> None:
    link, _ = await change(rules, ann)
    outcomes = await asyncio.gather(*(undo(rules, link.code) for _ in range(4)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in outcomes) == ['UndoUseless'] * 3 + ['str']


async def test_one_kind_of_link_is_useless_as_another(rules: Rules, ann: SignedIn) -> None:
    link, _ = await change(rules, ann)
    with pytest.raises(LinkUseless):
        await reset_password(rules.auth, code=link.code, password=NEW_PASSWORD, request_info=PHONE)
    await ask_for_reset(rules.auth, identifier=NEW, request_info=PHONE)
    with pytest.raises(LinkUseless):
        await undo(rules, (await only_mail(rules, 'reset_password')).code)
    await undo(rules, link.code)


async def test_an_address_that_somebody_else_has_by_now_is_not_brought_back(rules: Rules, ann: SignedIn) -> None:
    link, _ = await change(rules, ann)
    await rules.sign_up(OLD)

    with pytest.raises(IdentifierExists, match='administrator'):
        await undo(rules, link.code)
    assert rules.status(ann.session_id) == 'active'
    assert sorted(rules.sql('SELECT email_address FROM user')) == [(OLD,), (NEW,)]


@either_store
async def test_a_site_without_mail_changes_no_address(rules_with: Callable[..., Rules]) -> None:
    rules = rules_with()
    ann = await rules.sign_up()
    with pytest.raises(NoMail):
        await ask(rules, ann)


@either_store
async def test_a_browser_changes_the_address_and_another_one_undoes_it(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as phone:
        await api.rules.sign_up()
        await sign_in(laptop)
        asked = (await laptop.post('/v1/me/email_addresses', data={'email_address': NEW})).json()['response']
        assert (asked['object'], asked['email_address'], asked['verification']['status']) == (
            'email_address', NEW, 'unverified')
        path = f'/v1/me/email_addresses/{asked["id"]}'
        assert (await laptop.post(f'{path}/prepare_verification')).status_code == 200
        code = (await only_mail(api.rules, 'address_code')).code
        wrong = await laptop.post(f'{path}/attempt_verification', data={'code': '0'})
        assert (wrong.status_code, wrong.json()['errors'][0]['meta']) == (422, {'param_name': 'code'})
        done = await laptop.post(f'{path}/attempt_verification', data={'code': code})
        assert done.json()['client']['sessions'][0]['public_user_data']['identifier'] == NEW

        link = next(mail for mail in await sent(api.rules) if mail.path)
        undone = await phone.post('/v1/email_addresses/undo', data={'code': link.code})
        assert undone.json()['response']['object'] == 'email_address_undo'
        reset = await phone.post('/v1/client/sign_ins/mailed/attempt_first_factor', data={
            'code': undone.json()['response']['code'], 'password': NEW_PASSWORD})
        assert reset.status_code == 200
        assert (await laptop.get('/v1/client')).json()['response']['sessions'] == []
