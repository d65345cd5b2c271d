"""The back-end API: what servers ask that have a secret key, on both stores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from auth import public
from auth.changes.deadlines import Deadlines
from auth.errors import StoreAway
from auth.rules.actor import by_command_line
from auth.rules.admin import set_disabled
from auth.rules.key_guesses import WRONG_A_MINUTE
from auth.rules.secret_keys import create_key, revoke_key
from auth.rules.session_tokens import key_set
from auth.rules.sessions import sign_out
from auth.rules.sign_in import SignedIn
from auth.web.backend import BackendApi
from auth.web.gateway import Gateway
from auth.web.live_requests import LiveRequests
from auth.web.own_access import OwnAccess
from auth.web.own_routes import OwnRoutes
from auth.web.waiting_pages import WaitingPages
from tests.auth.conftest import frontend_api_of, nothing_behind, sign_up
from tests.auth.keys import keep_key
from tests.following import Following, NoTabs
from tests.rules import PHONE, Rules
from tests.running import both_stores, either_store

ROUTES = ('/jwks', '/users', '/users/count', '/users/user_1', '/sessions', '/sessions/sess_1', '/clients/client_1')


@dataclass
class Backend:
    """A site with the back-end API, and servers that ask it."""

    rules: Rules
    following: Following
    app: Gateway

    def asking(self, key: str | None = None, address: str = '192.0.2.9', **headers: str) -> httpx.AsyncClient:
        """Somebody who asks, with a key or without one."""
        given = {'authorization': f'Bearer {key}'} if key is not None else {}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(address, 1234))
        return httpx.AsyncClient(transport=transport, base_url='http://localhost/backend/v1', headers=given | headers)

    async def key(self, name: str = 'shop') -> str:
        """Make a key."""
        return str((await self.rules.auth.run(create_key, by_command_line, name)).token)

    async def shop(self) -> httpx.AsyncClient:
        """A server that has a key."""
        return self.asking(await self.key())


@pytest.fixture
async def site(rules: Rules) -> AsyncIterator[Backend]:
    following = Following(rules.auth)
    await following.start(NoTabs())
    yield Backend(rules, following, Gateway(
        nothing_behind, sockets=nothing_behind, api=frontend_api_of(rules.auth, following.clients), routes={},
        clients=following.clients, hosts=rules.auth.settings.hosts, waiting=WaitingPages(rules.auth.settings),
        backend=BackendApi(rules.auth), cookie_name=rules.auth.settings.cookie_name))
    await following.stop()


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()['errors'][0]['code']


async def test_there_is_nothing_until_a_key_is_made_and_nothing_once_all_are_revoked(site: Backend) -> None:
    nobody = site.asking()
    before = {code(await nobody.get(path)) for path in ROUTES}
    key = await site.key()
    there = {code(await nobody.get(path)) for path in ROUTES}
    used = await site.asking(key).get('/users')
    (key_id,), = site.rules.sql('SELECT id FROM secret_key')
    await site.rules.auth.run(revoke_key, by_command_line, key_id)
    after = {code(await site.asking(key).get(path)) for path in ROUTES}

    assert before == after == {(404, 'resource_not_found')}
    assert there == {(401, 'clerk_key_invalid')}
    assert (used.status_code, used.json()) == (200, [])


async def test_a_key_is_nowhere_in_the_store_and_what_is_there_is_no_key(site: Backend) -> None:
    key = await site.key()
    dump = [str(value) for table in ('secret_key', 'audit_event') for row in site.rules.sql(f'SELECT * FROM {table}')
            for value in row]
    (key_id, secret_hash), = site.rules.sql('SELECT id, secret_hash FROM secret_key')

    assert key.startswith('sk_live_')
    assert not any(key in value or key[-43:] in value for value in dump)
    assert site.rules.events('action', 'actor', 'detail') == [('secret_key_created', 'command line', key_id)]
    for guess in (secret_hash, f'{key[:32]}{secret_hash[:43]}', key[:-1], f'{key}a', key.swapcase(), '', 'x' * 5000,
                  f'{key[:32]}{"a" * 43}'):
        assert code(await site.asking(guess).get('/users')) == (401, 'clerk_key_invalid')


@either_store
async def test_only_the_one_header_with_the_key_counts(site: Backend) -> None:
    key = await site.key()
    for headers in ([], [('authorization', key)], [('authorization', f'Basic {key}')], [('cookie', f'__client={key}')],
                    [('authorization', f'Bearer {key}'), ('authorization', f'Bearer {key}')],
                    [('authorization', 'Bearer')], [('authorization', 'Bearer é'.encode().decode('latin-1'))]):
        answer = await site.asking().get('/users', headers=[(name, value.encode('latin-1')) for name, value in headers])
        assert code(answer) == (401, 'clerk_key_invalid')
        assert answer.headers['www-authenticate'] == 'Bearer'
    for given in (f'bearer {key}', f'BEARER  {key} '):
        assert (await site.asking().get('/users', headers={'authorization': given})).status_code == 200


@either_store
async def test_a_person_who_is_signed_in_is_nobody_here_and_a_key_is_nobody_at_the_other_api(site: Backend) -> None:
    key = await site.key()
    person = site.asking()
    await sign_up(person, 'ann@example.com')
    person.base_url = 'http://localhost'
    up = await sign_up(person, 'bob@example.com')
    with_cookie = await person.get('/backend/v1/users')
    with_key = await site.asking(key).get('http://localhost/v1/client')

    assert up.status_code == 200
    assert code(with_cookie) == (401, 'clerk_key_invalid')
    assert with_key.json() == {'response': None, 'client': None}


@either_store
async def test_no_origin_is_asked_for_and_no_page_of_another_site_may_read_the_answer(site: Backend) -> None:
    ann = await site.rules.sign_up()
    shop = await site.shop()
    answer = await shop.post(f'/sessions/{ann.session_id}/revoke', headers={
        'origin': 'https://evil.example', 'sec-fetch-site': 'cross-site'})

    assert answer.status_code == 200
    assert not any(name.startswith('access-control') for name in answer.headers)
    assert 'set-cookie' not in answer.headers


@either_store
@both_stores
async def test_every_answer_is_of_the_one_type_that_clerks_library_takes_for_json(site: Backend) -> None:
    ann = await site.rules.sign_up()
    shop = await site.shop()
    answers = [await shop.get('/users'), await shop.get(f'/users/{ann.user_id}'), await shop.get('/users/none'),
               await shop.get('/nothing'), await shop.get('/users?limit=x'), await shop.delete('/users'),
               await shop.post(f'/sessions/{ann.session_id}/revoke', json={}), await site.asking().get('/users'),
               await shop.get('/users', headers={'host': 'evil.example'})]

    assert [answer.status_code for answer in answers] == [200, 200, 404, 404, 422, 405, 200, 401, 421]
    assert {answer.headers['content-type'] for answer in answers} == {'application/json'}
    assert {answer.headers['cache-control'] for answer in answers} == {'no-store'}
    assert answers[5].headers['allow'] == 'GET, HEAD'


async def test_guesses_are_bounded_and_lock_out_no_server_whose_key_is_right(site: Backend) -> None:
    shop = await site.shop()
    assert (await shop.get('/users/count')).status_code == 200

    guesses = [code(await site.asking('x').get('/users')) for _ in range(WRONG_A_MINUTE)]
    one_more = await site.asking('x').get('/users')
    still = await shop.get('/users/count')
    elsewhere = await site.asking('x', address='198.51.100.7').get('/users')
    site.rules.clock.forward(minutes=1)
    later = await site.asking('x').get('/users')

    assert set(guesses) == {(401, 'clerk_key_invalid')}
    assert code(one_more) == (429, 'too_many_requests')
    assert 0 < int(one_more.headers['retry-after']) <= 60
    assert still.status_code == 200
    assert code(elsewhere) == code(later) == (401, 'clerk_key_invalid')


async def test_a_revoke_is_that_of_everywhere_and_tells_which_key_it_was(site: Backend) -> None:
    ann, other = await site.rules.sign_up(), await site.rules.sign_up('bob@example.com')
    shop = await site.shop()
    (key_id,), = site.rules.sql('SELECT id FROM secret_key')

    done = await shop.post(f'/sessions/{ann.session_id}/revoke')
    again = await shop.post(f'/sessions/{ann.session_id}/revoke')
    nobody = await shop.post('/sessions/sess_none/revoke')

    assert (done.status_code, done.json()['id'], done.json()['status']) == (200, ann.session_id, 'revoked')
    assert (again.status_code, again.json()) == (200, done.json())
    assert code(nobody) == (404, 'resource_not_found')
    assert [site.rules.status(one.session_id) for one in (ann, other)] == ['revoked', 'active']
    assert site.rules.events('action', 'user_id', 'actor').count(('revoked', ann.user_id, key_id)) == 1


@both_stores
async def test_a_session_is_told_as_it_is_now_whatever_was_noted(site: Backend) -> None:
    rules, shop = site.rules, await site.shop()

    async def told(who: SignedIn) -> str:
        found = (await shop.get(f'/sessions/{who.session_id}')).json()['status']
        listed = (await shop.get('/sessions', params={'user_id': who.user_id, 'status': found})).json()
        assert [one['id'] for one in listed] == [who.session_id]
        assert listed[0]['status'] == found
        return found

    out = await rules.sign_up('out@example.com')
    await rules.auth.run(sign_out, await rules.here(out.token))
    disabled = await rules.sign_up('disabled@example.com')
    by_sql = await rules.sign_up('sql@example.com')
    rules.sql('UPDATE user SET disabled = ? WHERE id = ?', True, by_sql.user_id)
    await rules.auth.run(set_disabled, by_command_line, disabled.user_id, True)
    ann = await rules.sign_up()
    found = [await told(one) for one in (out, disabled, by_sql, ann)]
    rules.sql('UPDATE session SET abandon_at = created_at WHERE id = ?', ann.session_id)
    abandoned = await told(ann)
    rules.sql('UPDATE session SET expire_at = created_at WHERE id = ?', ann.session_id)
    expired = await told(ann)
    rules.sql("UPDATE session SET status = 'pending' WHERE id = ?", ann.session_id)
    pending_expired = await told(ann)
    rules.sql("UPDATE session SET status = 'sleeping' WHERE id = ?", ann.session_id)
    strange = (await shop.get(f'/sessions/{ann.session_id}')).json()['status']
    active = (await shop.get('/sessions?status=active')).json()

    assert found == ['removed', 'revoked', 'revoked', 'active']
    assert [abandoned, expired, pending_expired, strange] == ['abandoned', 'expired', 'expired', 'ended']
    assert active == []


@both_stores
async def test_sessions_are_found_by_user_client_and_status_a_page_at_a_time(site: Backend) -> None:
    rules, shop = site.rules, await site.shop()
    first = await rules.sign_up()
    here = await rules.here(first.token)
    made = [first.session_id]
    for _ in range(3):
        rules.clock.forward(seconds=1)
        made.append((await rules.sign_in(request_info=PHONE)).session_id)
    bob = await rules.sign_up('bob@example.com')

    async def ids(**params: Any) -> list[str]:
        return [one['id'] for one in (await shop.get('/sessions', params=params)).json()]

    assert await ids(user_id=first.user_id) == made[::-1]
    assert await ids(user_id=first.user_id, limit=2) + await ids(user_id=first.user_id, limit=2, offset=2) == made[::-1]
    assert await ids(client_id=here.id) == [first.session_id]
    assert await ids(client_id=here.id, user_id=bob.user_id) == []
    assert await ids(user_id='user_none') == await ids(user_id='') == []
    assert await ids(status='revoked') == []
    assert set(await ids()) == {*made, bob.session_id}
    paginated = (await shop.get('/sessions', params={'user_id': first.user_id, 'paginated': 'true', 'limit': 1})).json()
    assert (len(paginated['data']), paginated['total_count']) == (1, 4)
    phone = (await shop.get(f'/sessions/{made[-1]}')).json()
    assert phone['latest_activity']['is_mobile'] is True
    assert (phone['user_id'], phone['abandon_at'] > phone['created_at']) == (first.user_id, True)


@both_stores
async def test_users_are_found_and_counted(site: Backend) -> None:
    rules, shop = site.rules, await site.shop()
    ann = await rules.sign_up(first_name='Ann')
    rules.clock.forward(minutes=1)
    bob = await rules.sign_up('bob@example.com', first_name='Boß')
    await rules.auth.run(set_disabled, by_command_line, bob.user_id, True)

    async def found(*params: tuple[str, str]) -> list[str]:
        listed = await shop.get('/users', params=params)
        counted = await shop.get('/users/count', params=[one for one in params if one[0] != 'order_by'])
        assert counted.json() == {'object': 'total_count', 'total_count': len(listed.json())}
        return [one['id'] for one in listed.json()]

    assert await found() == await found(('order_by', '-created_at')) == [bob.user_id, ann.user_id]
    assert await found(('order_by', 'email_address')) == await found(('order_by', '+created_at')) == [
        ann.user_id, bob.user_id]
    assert await found(('email_address', 'BOB@example.com')) == [bob.user_id]
    assert await found(('email_address', 'bob@example.com'), ('email_address', 'ann@example.com'),
                       ('email_address', 'eve@example.com')) == [bob.user_id, ann.user_id]
    assert await found(('user_id', ann.user_id), ('user_id', 'user_none')) == [ann.user_id]
    assert await found(('query', 'BOSS')) == [bob.user_id]
    assert await found(('query', '%')) == await found(('external_id', 'x')) == await found(('username', 'ann')) == []
    assert await found(('banned', 'true')) == [bob.user_id]
    assert await found(('banned', 'false')) == [ann.user_id]
    one = (await shop.get(f'/users/{bob.user_id}')).json()
    assert (one['first_name'], one['banned'], one['locked']) == ('Boß', True, False)
    assert one['email_addresses'][0]['email_address'] == 'bob@example.com'
    assert one['primary_email_address_id'] == one['email_addresses'][0]['id']
    assert one['last_sign_in_at'] == one['created_at'] == int(rules.clock().timestamp() * 1000)
    assert not any('password_hash' in text or '$argon2' in text for text in (str(one),))


@either_store
async def test_the_keys_of_session_tokens_are_those_that_anybody_may_read(site: Backend) -> None:
    kept = await keep_key(site.rules)

    found = (await (await site.shop()).get('/jwks')).json()

    assert found == await key_set(site.rules.auth)
    assert [one['kid'] for one in found['keys']] == [kept.id]


async def test_a_client_is_told_with_the_sessions_that_have_not_ended(site: Backend) -> None:
    rules, shop = site.rules, await site.shop()
    ann = await rules.sign_up()
    rules.clock.forward(seconds=1)
    both = await rules.sign_up('bob@example.com', await rules.here(ann.token))
    client = await rules.here(both.token)

    two = (await shop.get(f'/clients/{client.id}')).json()
    await shop.post(f'/sessions/{both.session_id}/revoke')
    one = (await shop.get(f'/clients/{client.id}')).json()

    assert two['session_ids'] == [session['id'] for session in two['sessions']] == [ann.session_id, both.session_id]
    assert two['last_active_session_id'] == both.session_id
    assert (one['session_ids'], one['last_active_session_id']) == ([ann.session_id], None)
    assert code(await shop.get('/clients/client_none')) == (404, 'resource_not_found')


CANNOT_BE = [
    ('/users?limit=0', 'limit'), ('/users?limit=501', 'limit'), ('/users?limit=-1', 'limit'),
    ('/users?limit=1e2', 'limit'), ('/users?limit=', 'limit'), ('/users?limit=٣', 'limit'),
    ('/users?limit=1&limit=2', 'limit'), ('/users?offset=1000001', 'offset'), ('/users?offset=' + '9' * 5000, 'offset'),
    ('/users?order_by=password_hash', 'order_by'), ('/users?order_by=', 'order_by'),
    ('/users?last_active_at_since=1', 'last_active_at_since'), ('/users?banned=1', 'banned'),
    ('/users?query=%00', 'query'), ('/users?query=' + 'x' * 1001, 'query'),
    ('/users?' + '&'.join(['user_id=x'] * 101), 'user_id'), ('/users/count?limit=1', 'limit'),
    ('/sessions?status=signed_in', 'status'), ('/sessions?user_id=a&user_id=b', 'user_id'),
    ('/sessions?user_id=%00', 'user_id'), ('/users/user_1?x=%00', 'x'), ('/users?%ff=1', None), ('/users?a;b', 'a;b'),
    ('/users?' + '&' * 3000, None)]
"""What a query can't be, and which parameter is named."""


@either_store
async def test_what_a_query_cannot_be_is_named_and_nothing_is_ignored(site: Backend, subtests: pytest.Subtests) -> None:
    shop = await site.shop()
    for path, param in CANNOT_BE:
        with subtests.test(path=path[:60]):
            answer = await shop.get(path)
            assert code(answer)[0] == 422
            assert answer.json()['errors'][0]['meta'].get('param_name') == param


async def test_whatever_is_asked_for_as_an_id_is_found_or_not(site: Backend, subtests: pytest.Subtests) -> None:
    shop = await site.shop()
    for id in ('%00', 'sess_%00', '%ff', '..%2f..', '%20', 'x' * 4000, 'é', "'", '%25'):
        with subtests.test(id=id[:40]):
            answers = [await shop.get(f'/{kind}/{id}') for kind in ('users', 'sessions', 'clients')]
            answers.append(await shop.post(f'/sessions/{id}/revoke'))
            assert {code(answer) for answer in answers} == {(404, 'resource_not_found')}


async def test_a_key_that_is_revoked_meanwhile_ends_nothing(site: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at the key and the act."""
    ann = await site.rules.sign_up()
    shop = await site.shop()
    check = BackendApi._check_key

    async def then_revoked(self: BackendApi, *args: Any) -> Any:
        token = await check(self, *args)
        await site.rules.auth.run(revoke_key, by_command_line, token.key_id)
        return token

    monkeypatch.setattr(BackendApi, '_check_key', then_revoked)
    answer = await shop.post(f'/sessions/{ann.session_id}/revoke')

    assert code(answer) == (401, 'clerk_key_invalid')
    assert site.rules.status(ann.session_id) == 'active'


@either_store
async def test_what_the_app_has_there_is_the_apps_while_the_api_is_off_and_where_it_has_nothing(site: Backend) -> None:
    behind = FastAPI()

    @public
    @behind.get('/backend/v1/{rest:path}')
    def of_the_app(rest: str) -> str:
        return rest

    auth, clients = site.rules.auth, site.following.clients
    own = OwnAccess(behind, OwnRoutes(behind, paths={}), auth, clients, LiveRequests(clients, Deadlines()))
    site.app = Gateway(behind, sockets=nothing_behind, api=frontend_api_of(auth, clients), routes={}, clients=clients,
                       hosts=auth.settings.hosts, waiting=WaitingPages(auth.settings), own=own,
                       backend=BackendApi(auth))

    off = [(await site.asking().get(path)).json() for path in ('/users', '/else')]
    key = await site.key()
    on = [(await site.asking(key).get(path)).json() for path in ('/users', '/else')]

    assert off == ['users', 'else']
    assert on == [[], 'else']


@either_store
async def test_while_the_store_is_away_it_says_so(site: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = await site.shop()

    async def away(*_: Any) -> Any:
        raise StoreAway

    monkeypatch.setattr('auth.rules.store._run', away)
    answers = [await shop.get('/users'), await shop.post('/sessions/x/revoke'), await site.asking('x').get('/users')]

    assert [code(answer) for answer in answers] == [
        (503, 'store_unavailable'), (503, 'store_unavailable'), (401, 'clerk_key_invalid')]
