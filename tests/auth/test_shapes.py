"""The shapes of the Frontend API: whole, whatever is asked, so that every client of Clerk's can read them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from auth.web.api import shapes
from tests.auth.conftest import Api, sign_in, sign_up
from tests.auth.decoders import DECODERS, crashes, crashes_in_envelope
from tests.rules import PASSWORD, Rules
from tests.running import either_store


def body(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


@either_store
async def test_every_answer_about_an_account_can_be_read_by_every_phone(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as tablet:
        up = body(await sign_up(laptop, first_name='Ann'))
        ann, there = up['response']['created_session_id'], body(await sign_in(tablet))['response']['created_session_id']
        bob = body(await sign_up(laptop, 'bob@example.com'))['response']['created_session_id']
        touched = body(await laptop.post(f'/v1/client/sessions/{ann}/touch', data={'intent': 'select_session'}))
        client = body(await laptop.get('/v1/client'))
        devices = body(await laptop.get('/v1/me/sessions/active'))
        also_devices = body(await laptop.get('/v1/me/sessions'))
        me, named = body(await laptop.get('/v1/me')), body(await laptop.patch('/v1/me', data={'last_name': 'Lee'}))
        verifying = body(await laptop.post(f'/v1/client/sessions/{ann}/verify'))
        changed = body(await laptop.post('/v1/me/change_password', data={
            'current_password': PASSWORD, 'new_password': f'{PASSWORD} 2'}))
        revoked = body(await laptop.post(f'/v1/me/sessions/{there}/revoke'))
        removed = body(await laptop.post(f'/v1/client/sessions/{ann}/remove'))
        ended = body(await laptop.post(f'/v1/client/sessions/{bob}/end'))
        out, again = body(await laptop.delete('/v1/client/sessions')), body(await tablet.delete('/v1/client/sessions'))

    assert crashes_in_envelope(up, '@SignUp') == []
    for answer in (touched, revoked, removed, ended):
        assert crashes_in_envelope(answer, '@Session') == []
    for answer in (client, out, again):
        assert crashes_in_envelope(answer, '@Client') == []
    for answer in (me, named, changed):
        assert crashes_in_envelope(answer, '@User') == []
    assert crashes(devices, '[@Session]') == []
    assert also_devices == devices
    assert len(client['response']['sessions']) == len(devices) == 2
    assert [one['response']['status'] for one in (touched, revoked, removed, ended)] == [
        'active', 'revoked', 'removed', 'ended']
    assert named['response']['last_name'] == 'Lee'
    assert named['response']['updated_at'] >= me['response']['updated_at']
    assert crashes(verifying['response']['session'], '@Session') == []


@either_store
async def test_a_browser_that_nobody_is_signed_in_on_gets_a_client_where_one_is_promised(api: Api) -> None:
    async with api.browser() as laptop:
        out, made, gone = [body(answer) for answer in (
            await laptop.delete('/v1/client/sessions'), await laptop.put('/v1/client'),
            await laptop.delete('/v1/client'))]
        nobody = body(await laptop.get('/v1/client'))

    for answer in (out, made, gone):
        assert crashes_in_envelope(answer, '@Client') == []
    assert nobody['response'] is None
    assert api.rules.sql('SELECT count(*) FROM client') == [(0,)]


@either_store
async def test_a_refusal_has_a_code_a_text_and_an_id_of_its_own(api: Api) -> None:
    async with api.browser() as laptop:
        refusals = [await laptop.post('/v1/client/sign_ins'), await laptop.get('/v1/me'), await laptop.get('/v1/none'),
                    await laptop.post('/v1/client/sessions/sess_x/touch'), await laptop.put('/v1/me')]

    for answer in refusals:
        assert crashes(answer.json(), '@Errors') == []
    assert [answer.status_code for answer in refusals] == [422, 401, 404, 401, 405]
    assert len({answer.json()['clerk_trace_id'] for answer in refusals}) == len(refusals)


async def test_a_dead_session_is_answered_401_whatever_killed_it(api: Api, subtests: pytest.Subtests) -> None:
    async with api.browser() as laptop, api.browser() as tablet:
        bob = body(await sign_up(laptop, 'bob@example.com'))['response']['created_session_id']
        for status in ('revoked', 'removed', 'ended', 'expired', 'abandoned', 'replaced', 'what is this'):
            with subtests.test(status=status):
                ann = body(await sign_up(laptop, f'{status.replace(" ", "")}@example.com'))['response'][
                    'created_session_id']
                await api.rules.elsewhere('UPDATE session SET status = ? WHERE id = ?', status, ann)

                answer = await laptop.post(f'/v1/client/sessions/{ann}/touch', data={'intent': 'focus'})

                assert (answer.status_code, answer.json()['errors'][0]['code']) == (401, 'authentication_invalid')
        foreign = await tablet.post(f'/v1/client/sessions/{bob}/touch')
        still = await laptop.post(f'/v1/client/sessions/{bob}/touch')

    assert (foreign.status_code, still.status_code) == (401, 200)


async def test_where_no_inactivity_ends_a_session_a_phone_still_gets_a_moment(rules_with: Callable[..., Rules]) -> None:
    from auth.rules.clients import find_clients  # noqa: PLC0415
    from auth.web.api.serializers import session_json  # noqa: PLC0415

    rules = rules_with(session_inactivity_seconds=0)
    done = await rules.sign_up()
    client = (await rules.auth.store.read(find_clients, [done.token.client_id]))[done.token.client_id]

    session = session_json(client.sessions[0], rules.clock(), client.id)

    assert session['abandon_at'] == session['expire_at']
    assert crashes(session, '@Session') == []


async def test_an_address_says_whether_its_person_has_proved_that_it_is_theirs(api: Api) -> None:
    async with api.browser() as laptop:
        before = body(await sign_up(laptop))['client']['sessions'][0]['user']
        await api.rules.elsewhere("UPDATE \"user\" SET address_confirmed_at = created_at, password_changed_at = "
                                  "'2199-01-01 00:00:00.000000+00'")
        after = body(await laptop.get('/v1/client'))['response']['sessions'][0]['user']

    assert [user['email_addresses'][0]['verification']['status'] for user in (before, after)] == [
        'unverified', 'verified']


def test_every_field_that_a_phone_needs_is_in_a_shape_and_what_never_varies_is_of_its_kind() -> None:
    of_resource = {'Client': shapes.CLIENT, 'Session': shapes.SESSION, 'SessionActivity': shapes.ACTIVITY,
                   'User': shapes.USER, 'PublicUserData': shapes.PUBLIC_USER_DATA, 'SignIn': shapes.SIGN_IN,
                   'EmailAddress': shapes.EMAIL_ADDRESS, 'Verification': shapes.VERIFICATION,
                   'Factor': shapes.FACTOR, 'SignUp': shapes.SIGN_UP, 'Error': shapes.ERROR, 'Errors': shapes.ERRORS}
    for phone, resources in DECODERS.items():
        for resource, shape in of_resource.items():
            for need, kinds in resources[resource].items():
                assert need == 'optional' or kinds.keys() <= shape.keys(), (phone, resource)
            constant = {name: value for name, value in shape.items() if value is not shapes.GIVEN}
            faults = [fault for fault in crashes(constant, f'@{resource}') if not fault.endswith('not there')]
            assert faults == [], (phone, resource)


def test_a_shape_that_was_not_filled_is_never_sent() -> None:
    with pytest.raises(TypeError, match='not JSON serializable'):
        json.dumps(shapes.USER)


CHANGES = ("first_name = 'Eve'", "email_address = 'eve@example.com'", "password_changed_at = '2001-01-01 00:00:00+00'",
           "roles = 'editor'", 'is_admin = true', "address_confirmed_at = '2001-01-01 00:00:00+00'")


async def test_a_user_who_was_changed_is_newer_than_before_whoever_changed_them(api: Api) -> None:
    """Clerk's clients go on showing the user they know, unless ``updated_at`` is later."""
    async with api.browser() as laptop:
        seen = [body(await sign_up(laptop))['client']['sessions'][0]]
        for change in CHANGES:
            await api.rules.elsewhere(f'UPDATE "user" SET {change}')
            answer = body(await laptop.get('/v1/client'))['response']['sessions']
            if change.startswith('address_confirmed_at'):  # nothing shows it by itself, so it comes with the next read
                answer = body(await laptop.patch('/v1/me', data={'first_name': 'Ann'}))['client']['sessions']
            seen += answer
        await api.rules.elsewhere('UPDATE "user" SET first_name = first_name, disabled = disabled')
        same = body(await laptop.get('/v1/client'))['response']['sessions'][0]

    moments = [session['user']['updated_at'] for session in seen]
    assert moments == sorted(moments)
    assert moments[1] > moments[0] == seen[0]['user']['created_at']
    assert all(session['updated_at'] >= session['user']['updated_at'] for session in seen)
    assert same['user']['updated_at'] == moments[-1]


NAMED_METHODS = [
    ('DELETE', '/v1/client'), ('PUT', '/v1/client'), ('DELETE', '/v1/client/sessions'), ('DELETE', '/v1/client/cache'),
    ('PUT', '/v1/client/cookie'), ('PATCH', '/v1/client/sign_ups/sua_x'), ('PATCH', '/v1/me'), ('DELETE', '/v1/me'),
    ('PATCH', '/v1/me/sessions/sess_x'), ('PATCH', '/v1/environment'), ('delete', '/v1/client/sessions'),
]


@either_store
async def test_every_method_may_be_named_in_a_post(api: Api, subtests: pytest.Subtests) -> None:
    async with api.browser() as laptop:
        for method, path in NAMED_METHODS:
            with subtests.test(method=method, path=path):
                plainly = await laptop.request(method.upper(), path)
                named = await laptop.post(path, params={'_method': method, '_clerk_js_version': '6.40.0'})

                assert named.status_code == plainly.status_code != 405
                assert named.json().keys() == plainly.json().keys()


@either_store
async def test_what_clerks_own_screens_would_send_in_vain_is_not_offered(api: Api) -> None:
    """To delete an account takes its password, which they do not send."""
    async with api.browser() as laptop:
        user = body(await sign_up(laptop))['client']['sessions'][0]['user']
        settings = body(await laptop.get('/v1/environment'))['user_settings']
        refused = await laptop.delete('/v1/me')

    assert (user['delete_self_enabled'], settings['actions']['delete_self']) == (False, False)
    assert refused.status_code == 422
