"""Who may sign up: anybody, whoever has an invitation, or nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from auth import Auth, Settings
from auth.errors import AuthError, IdentifierExists, LimitReached, NotAllowed, ParamInvalid, ReverificationRequired
from auth.rules import invitations
from auth.rules.actor import by_admin, by_command_line
from auth.rules.admin import create_user, set_admin
from auth.rules.confirmed_sign_up import WaitsForCode, begin_sign_up, finish_sign_up
from auth.rules.invitations import (
    InvitationNeeded,
    InvitationUseless,
    Invited,
    NoSuchInvitation,
    SignUpRestricted,
    find_invitations,
    forget_expired_invitations,
    invite,
    withdraw_invitation,
)
from auth.rules.sign_in import SignedIn, sign_up_with
from auth.rules.users import check_new_user
from tests.mails import only_mail, sent
from tests.rules import LAPTOP, NEW_PASSWORD, PASSWORD, Rules
from tests.running import both_stores, either_store

from .conftest import Api, sign_up


@pytest.fixture
def rules(rules_with: Callable[..., Rules]) -> Rules:
    """Rules of a site that takes who was invited."""
    return rules_with(sign_up='invited', mails_per_account=3)


@pytest.fixture
def mailing(rules_with: Callable[..., Rules], tmp_path: Path) -> Rules:
    """The same, where the site sends mail."""
    return rules_with(sign_up='invited', mails_per_account=3, mail_outbox=str(tmp_path / 'outbox'))


async def invited(rules: Rules, email_address: str = '', **more: Any) -> Invited:
    return await rules.auth.run(invite, by_command_line, email_address=email_address, settings=rules.auth.settings,
                                limits=rules.auth.limits, **more)


async def open_ones(rules: Rules) -> list[tuple[str, str]]:
    return [(one.id, one.email_address) for one in await rules.auth.read(find_invitations, by_command_line)]


def as_set(rules: Rules, **settings: Any) -> Rules:
    """The same store, served with other settings."""
    auth = rules.auth
    return Rules(rules.database, Auth(auth.store, auth.settings.model_copy(update=settings), auth.now, auth.passwords),
                 rules.clock)


@pytest.mark.parametrize('address', ['', ' Ann@Example.com '])
async def test_an_invitation_lets_one_person_sign_up_and_is_gone(rules: Rules, address: str) -> None:
    made = await invited(rules, address)
    with pytest.raises(InvitationNeeded):
        await rules.sign_up()

    ann = await rules.sign_up(ticket=made.ticket)
    with pytest.raises(InvitationUseless):
        await rules.sign_up('bob@example.com', ticket=made.ticket)

    assert await rules.active(ann.token) == ann.session_id
    assert await open_ones(rules) == []
    assert rules.sql('SELECT email_address FROM user') == [('ann@example.com',)]
    assert sorted(rules.events('action', 'actor', 'user_id')) == sorted([
        ('invited', 'command line', None), ('invitation_used', 'command line', ann.user_id),
        ('signed_up', '', ann.user_id), ('signed_in', '', ann.user_id)])


async def test_of_two_who_use_one_at_once_one_comes_in(rules: Rules) -> None:
    made = await invited(rules)

    outcomes = await asyncio.gather(*(rules.sign_up(f'person{number}@example.com', ticket=made.ticket)
                                      for number in range(3)), return_exceptions=True)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        'InvitationUseless', 'InvitationUseless', 'SignedIn']
    assert rules.sql('SELECT count(*) FROM user') == [(1,)]


@either_store
@pytest.mark.parametrize('spoil', [
    lambda made: made.ticket + 'a', lambda made: made.ticket[:-1], lambda made: made.id, lambda made: f'{made.id}.',
    lambda made: made.ticket.partition('.')[2], lambda made: made.ticket.upper(), lambda made: '.',
    lambda made: '\U0001f600.x', lambda made: 'a' * 9000, lambda made: f"{made.id}' OR '1'='1"])
async def test_what_is_no_ticket_is_told_apart_from_nothing_and_uses_nothing_up(
        rules: Rules, spoil: Callable[[Invited], str]) -> None:
    made = await invited(rules)

    with pytest.raises(InvitationUseless):
        await rules.sign_up(ticket=spoil(made))

    assert isinstance(await rules.sign_up(ticket=made.ticket), SignedIn)


async def test_one_that_is_withdrawn_expired_or_for_another_address_lets_nobody_in(rules: Rules) -> None:
    withdrawn, for_bob, short, lasting = (await invited(rules), await invited(rules, 'bob@example.com'),
                                          await invited(rules, days='0.5'), await invited(rules, days=' 30 '))
    await rules.auth.run(withdraw_invitation, by_command_line, withdrawn.id)
    rules.clock.forward(hours=12)

    for useless in (withdrawn, for_bob, short):
        with pytest.raises(InvitationUseless) as told:
            await rules.sign_up('ann@example.com', ticket=useless.ticket)
        assert 'or is for another email address' in str(told.value)
    with pytest.raises(NoSuchInvitation):
        await rules.auth.run(withdraw_invitation, by_command_line, withdrawn.id)
    await rules.sign_up('bob@example.com', ticket=for_bob.ticket)
    await rules.auth.run(forget_expired_invitations)

    assert rules.sql('SELECT id FROM invitation') == [(lasting.id,)]
    assert ('invitation_withdrawn', 'command line') in rules.events('action', 'actor')


@either_store
async def test_an_attempt_that_fails_leaves_the_invitation(rules: Rules) -> None:
    made = await invited(rules)
    await create_user(rules.auth, by_command_line, email_address='bob@example.com', password=NEW_PASSWORD)

    with pytest.raises(IdentifierExists):
        await rules.sign_up('bob@example.com', ticket=made.ticket)
    with pytest.raises(AuthError, match='address'):
        await rules.sign_up('no address', ticket=made.ticket)

    assert isinstance(await rules.sign_up(ticket=made.ticket), SignedIn)


@either_store
async def test_where_sign_up_is_closed_no_invitation_helps_and_administrators_still_make_users(rules: Rules) -> None:
    made = await invited(rules)
    closed = as_set(rules, sign_up='closed')

    for ticket in ('', made.ticket):
        with pytest.raises(SignUpRestricted):
            await closed.sign_up(ticket=ticket)
    await create_user(closed.auth, by_command_line, email_address='bob@example.com', password=PASSWORD)

    assert (await closed.sign_in('bob@example.com')).session_id


@either_store
async def test_nobody_is_let_in_who_passed_the_first_look_before_it_was_closed(rules: Rules) -> None:
    """The check is in the transaction that makes the user, whatever was looked at before the password was hashed."""
    new = await check_new_user(rules.auth, email_address='ann@example.com', password=PASSWORD, first_name='',
                               last_name='')
    made = await invited(rules)

    for settings, ticket in ((Settings(sign_up='closed'), made.ticket), (rules.auth.settings, '')):
        with pytest.raises(SignUpRestricted):
            await rules.auth.run(sign_up_with, None, new, ticket, settings=settings, request_info=LAPTOP)

    assert rules.sql('SELECT count(*) FROM user') == [(0,)]


@either_store
async def test_nothing_is_hashed_for_who_may_not_sign_up(rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hashing(*_: object) -> str:
        raise AssertionError('a password was hashed')

    monkeypatch.setattr(rules.auth.passwords, 'hash', hashing)

    for ticket, refused in (('', InvitationNeeded), ('inv_x.y', InvitationUseless)):
        with pytest.raises(refused):
            await rules.sign_up(ticket=ticket)


# ------------------------------------------------------------ by mail


async def test_where_the_site_sends_mail_the_link_is_mailed_to_the_address_and_shown_to_nobody(mailing: Rules) -> None:
    made = await invited(mailing, 'ann@example.com')
    mail = await only_mail(mailing, 'invitation')

    waits = await begin_sign_up(mailing.auth, None, email_address='ann@example.com', password=PASSWORD,
                                ticket=mail.code, request_info=LAPTOP)
    assert isinstance(waits, WaitsForCode)
    assert len(await open_ones(mailing)) == 1  # it is used up when the code is typed
    code = (await only_mail(mailing, 'sign_up_code')).code
    done, _ = await finish_sign_up(mailing.auth, None, waits.id, code=code, request_info=LAPTOP)

    assert made.ticket == ''
    assert (mail.to, mail.path) == ('ann@example.com', '/sign-up')
    assert await open_ones(mailing) == []
    assert await mailing.active(done.token) == done.session_id


@both_stores
async def test_both_links_of_a_mail_that_was_sent_twice_work_and_one_use_ends_both(mailing: Rules) -> None:
    await invited(mailing, 'ann@example.com')
    first, = await sent(mailing, again=True)
    second = await only_mail(mailing, 'invitation')
    open_site = as_set(mailing, mail_outbox='')  # without a code

    await open_site.sign_up(ticket=first.code)
    with pytest.raises(InvitationUseless):
        await open_site.sign_up('bob@example.com', ticket=second.code)


async def test_one_that_is_withdrawn_or_used_while_the_code_is_awaited_lets_nobody_in(mailing: Rules) -> None:
    made = await invited(mailing)
    codes: list[tuple[str, str]] = []
    for address in ('ann@example.com', 'bob@example.com', 'carol@example.com'):
        waits = await begin_sign_up(mailing.auth, None, email_address=address, password=PASSWORD, ticket=made.ticket,
                                    request_info=LAPTOP)
        assert isinstance(waits, WaitsForCode)
        codes.append((waits.id, (await only_mail(mailing, 'sign_up_code')).code))

    closed = as_set(mailing, sign_up='closed')
    with pytest.raises(SignUpRestricted):
        await finish_sign_up(closed.auth, None, codes[2][0], code=codes[2][1], request_info=LAPTOP)
    await finish_sign_up(mailing.auth, None, codes[0][0], code=codes[0][1], request_info=LAPTOP)
    with pytest.raises(InvitationUseless):
        await finish_sign_up(mailing.auth, None, codes[1][0], code=codes[1][1], request_info=LAPTOP)

    assert mailing.sql('SELECT email_address FROM user') == [('ann@example.com',)]


@either_store
async def test_a_mail_whose_invitation_was_withdrawn_is_not_sent(mailing: Rules) -> None:
    made = await invited(mailing, 'ann@example.com')
    await mailing.auth.run(withdraw_invitation, by_command_line, made.id)

    assert await sent(mailing) == []


@either_store
async def test_mails_to_one_address_are_limited(mailing: Rules) -> None:
    for _ in range(3):
        await invited(mailing, 'ann@example.com')

    with pytest.raises(LimitReached):
        await invited(mailing, 'ann@example.com')


# ------------------------------------------------------------ who makes them


async def test_only_an_administrator_makes_reads_and_withdraws_them_with_a_recent_password(rules: Rules) -> None:
    made = await invited(rules)
    ann = await rules.sign_up(ticket=made.ticket)
    mine = by_admin(await rules.here(ann.token))

    async def invite_again() -> Invited:
        return await rules.auth.run(invite, mine, settings=rules.auth.settings, limits=rules.auth.limits)

    for act in (invite_again(), rules.auth.read(find_invitations, mine),
                rules.auth.run(withdraw_invitation, mine, made.id)):
        with pytest.raises(NotAllowed):
            await act
    await rules.auth.run(set_admin, by_command_line, ann.user_id, True)
    mine = by_admin(await rules.here(ann.token))
    again = await invite_again()
    (listed,) = await rules.auth.read(find_invitations, mine)
    rules.clock.forward(minutes=11)
    for act in (invite_again(), rules.auth.run(withdraw_invitation, mine, again.id)):
        with pytest.raises(ReverificationRequired):
            await act

    assert (listed.id, listed.by, listed.is_mailed) == (again.id, 'ann@example.com', False)


@either_store
async def test_what_cannot_be_meant_is_refused_with_the_field(rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    for days in ('0', '-1', '366', 'nan', 'inf', '1e400', 'a week'):
        with pytest.raises(ParamInvalid) as refused:
            await invited(rules, days=days)
        assert refused.value.param == 'days'
    with pytest.raises(ParamInvalid):
        await invited(rules, 'nobody')
    await create_user(rules.auth, by_command_line, email_address='bob@example.com', password=PASSWORD)
    with pytest.raises(IdentifierExists):
        await invited(rules, 'Bob@example.com')
    monkeypatch.setattr(invitations, 'MOST_AT_ONCE', 1)
    await invited(rules)
    with pytest.raises(AuthError, match='1 invitations that nobody has used'):
        await invited(rules)


@both_stores
async def test_lists_of_administrators_hear_of_them_and_they_are_read_page_by_page(rules: Rules) -> None:
    await rules.changes()
    made = [await invited(rules, f'person{number}@example.com') for number in range(5)]
    told = await rules.changes()
    await rules.auth.run(withdraw_invitation, by_command_line, made[0].id)
    gone = await rules.changes()

    first = await rules.auth.read(find_invitations, by_command_line, limit=3)
    rest = await rules.auth.read(find_invitations, by_command_line, after=first[-1])

    assert {one.id for one in made} <= told.user_ids
    assert made[0].id in gone.user_ids
    assert sorted(one.id for one in [*first, *rest]) == sorted(one.id for one in made[1:])


@either_store
async def test_the_store_and_no_repr_hold_what_the_link_holds(rules: Rules) -> None:
    made = await invited(rules)
    secret = made.ticket.partition('.')[2]

    held = str([rules.everything(), rules.sql('SELECT * FROM invitation'), made])

    assert secret not in held
    assert made.id in held
    assert made.link('https://site.example') == f'https://site.example/sign-up#ticket={made.ticket}'


def test_another_word_for_who_may_sign_up_is_refused() -> None:
    with pytest.raises(ValueError, match="'open', 'invited' or 'closed'"):
        Settings(sign_up='everybody')  # pyright: ignore[reportArgumentType]


# ------------------------------------------------------------ the Frontend API


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()['errors'][0]['code']


@either_store
async def test_an_administrator_gets_the_link_from_the_api_and_who_has_it_signs_up_there(api: Api) -> None:
    made = await invited(api.rules)
    async with api.browser() as boss, api.browser() as phone, api.browser() as elsewhere:
        ann = await sign_up(boss, ticket=made.ticket)
        refused = await boss.post('/v1/admin/invitations')
        await api.rules.auth.run(set_admin, by_command_line,
                                 ann.json()['client']['sessions'][0]['user']['id'], True)
        answer = (await boss.post('/v1/admin/invitations', data={'days': '2'})).json()['response']
        nobody = await elsewhere.post('/v1/admin/invitations')
        ticket = answer['url'].partition('#ticket=')[2]
        without = await sign_up(phone, 'bob@example.com')
        bob = await sign_up(phone, 'bob@example.com', ticket=ticket)
        again = await sign_up(elsewhere, 'carol@example.com', ticket=ticket)

    assert (code(refused), code(nobody)) == ((403, 'authorization_invalid'), (401, 'authentication_invalid'))
    assert answer['url'].startswith('http://localhost:8080/sign-up#ticket=inv_')
    assert answer['mailed_to'] == ''
    assert (code(without), code(again)) == ((403, 'sign_up_mode_restricted'), (422, 'ticket_invalid'))
    assert bob.status_code == 200
