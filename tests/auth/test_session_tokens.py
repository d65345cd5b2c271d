"""Session tokens: other servers know by them who is signed in, for a minute, and by nothing else of the person."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from joserfc import jws
from joserfc.errors import JoseError

from auth import Auth
from auth.credentials.signing import new_key_pair
from auth.errors import NotSignedIn
from auth.rules import session_tokens
from auth.rules.actor import by_command_line
from auth.rules.admin import set_disabled
from auth.rules.session_tokens import KnownSession, key_set, make_token, published_keys, signing_key, tokens_of
from auth.rules.signing_keys import replace_key
from auth.web.gateway import Gateway
from auth.web.key_set import KeySet
from auth.web.waiting_pages import WaitingPages
from tests.auth.conftest import Api, frontend_api_of, nothing_behind, said, sign_in, sign_up
from tests.auth.keys import keep_key, pair, verified
from tests.computed_once import store_at
from tests.following import Following, NoTabs
from tests.programs import ROOT
from tests.rules import PATIENT, Rules
from tests.running import either_store

TOKENS = '/v1/client/sessions/{}/tokens'
CUT_OFF = 'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA'
"""What @clerk/backend takes off the beginning of a public key, without looking at it."""


async def test_a_token_says_who_is_signed_in_and_nothing_of_their_profile(api: Api) -> None:
    await keep_key(api.rules)
    async with api.browser() as laptop:
        up = (await sign_up(laptop, first_name='Ann', last_name='Unmistakable')).json()['response']
        api.rules.clock.forward(minutes=3)
        answer = await laptop.post(TOKENS.format(up['created_session_id']), data={'organization_id': ''},
                                   headers={'origin': 'http://localhost'})
        keys = (await laptop.get('/.well-known/jwks.json')).json()

    assert answer.json().keys() == {'object', 'jwt'}
    assert answer.headers['content-type'] == 'application/json'
    token, now = answer.json()['jwt'], int(api.rules.clock().timestamp())
    claims = verified(token, keys)
    assert re.fullmatch('[0-9a-f]{20}', claims.pop('jti'))
    assert claims == {
        'sub': up['created_user_id'], 'sid': up['created_session_id'], 'iat': now, 'nbf': now, 'exp': now + 60,
        'iss': 'https://127.0.0.1:8080', 'azp': 'http://localhost', 'v': 2, 'sts': 'active', 'fva': [3, -1]}
    assert jws.extract_compact(token.encode()).headers() == {'alg': 'RS256', 'kid': pair().id, 'typ': 'JWT'}
    assert len(token) < 1000


@either_store
async def test_the_key_set_is_for_everybody_and_holds_no_secret(api: Api) -> None:
    made = await keep_key(api.rules)
    async with api.browser() as anybody:
        answer = await anybody.get('/.well-known/jwks.json')
        refused = await anybody.post('/.well-known/jwks.json')

    key, = answer.json()['keys']
    assert {name: key[name] for name in ('use', 'kty', 'kid', 'alg', 'e')} == {
        'use': 'sig', 'kty': 'RSA', 'kid': made.id, 'alg': 'RS256', 'e': 'AQAB'}
    assert key.keys() == {'use', 'kty', 'kid', 'alg', 'n', 'e'}
    assert answer.headers['cache-control'] == 'no-store'
    assert answer.headers['content-type'] == 'application/json'
    assert (refused.status_code, refused.headers['allow']) == (405, 'GET, HEAD')


def test_the_public_key_is_written_as_those_need_it_who_cut_it_out() -> None:
    read = load_pem_public_key(pair().public_key.encode())

    assert isinstance(read, RSAPublicKey)
    assert (read.key_size, read.public_numbers().e) == (2048, 65537)
    assert ''.join(pair().public_key.splitlines()[1:-1]).startswith(CUT_OFF)


# ------------------------------------------------------------ whose session it is


async def test_whatever_is_not_signed_in_here_has_no_token_and_the_answers_are_one(api: Api) -> None:
    await keep_key(api.rules)
    async with api.browser() as laptop, api.browser() as phone, api.browser() as stranger:
        ended = (await sign_up(laptop)).json()['response']['created_session_id']
        await laptop.post(f'/v1/client/sessions/{ended}/remove')
        await sign_in(laptop)
        foreign = (await sign_in(phone)).json()['response']['created_session_id']
        answers = [await laptop.post(TOKENS.format(one)) for one in (ended, foreign, 'sess_nobody', 'x', '%20')]
        answers.append(await stranger.post(TOKENS.format(foreign)))

    assert {answer.status_code for answer in answers} == {401}
    assert len({said(answer) for answer in answers}) == 1
    assert answers[0].json()['errors'][0]['code'] == 'authentication_invalid'
    assert not any('jwt' in answer.text for answer in answers)


async def _revoked(rules: Rules, session_id: str, user_id: str) -> None:
    rules.sql("UPDATE session SET status = 'revoked' WHERE id = ?", session_id)


async def _disabled(rules: Rules, session_id: str, user_id: str) -> None:
    await rules.auth.run(set_disabled, by_command_line, user_id, True)


async def _abandoned(rules: Rules, session_id: str, user_id: str) -> None:
    rules.clock.forward(minutes=31)


async def _given_another_secret(rules: Rules, session_id: str, user_id: str) -> None:
    rules.sql("UPDATE client SET secret_hash = 'another'")


async def _pending(rules: Rules, session_id: str, user_id: str) -> None:
    """A pending session is not signed in, and most who verify a token look at no status in it."""
    rules.sql("UPDATE session SET status = 'pending' WHERE id = ?", session_id)


@pytest.mark.parametrize('end', [_revoked, _disabled, _abandoned, _given_another_secret, _pending])
async def test_the_store_is_asked_at_every_token(rules: Rules, end: Callable[[Rules, str, str], Awaitable[None]]
                                                 ) -> None:
    await keep_key(rules)
    ann = await rules.sign_up()
    client = await rules.here(ann.token)  # as a cache has it that has not heard of what happens next
    assert (await make_token(rules.auth, client, ann.session_id, azp='')).session_id == ann.session_id

    await end(rules, ann.session_id, ann.user_id)

    with pytest.raises(NotSignedIn):
        await make_token(rules.auth, client, ann.session_id, azp='')


@pytest.mark.parametrize('end', [_revoked, _disabled, _abandoned, _pending])
async def test_the_store_is_asked_for_tokens_within_an_answer_too(
        rules: Rules, end: Callable[[Rules, str, str], Awaitable[None]]) -> None:
    await keep_key(rules)
    ann = await rules.sign_up()
    known = [KnownSession(ann.user_id, ann.session_id, 0)]  # as a cache has it that has not heard of what happens next
    assert (await tokens_of(rules.auth, known, azp='')).keys() == {ann.session_id}

    await end(rules, ann.session_id, ann.user_id)

    assert await tokens_of(rules.auth, known, azp='') == {}


async def test_each_account_of_a_browser_has_tokens_of_its_own(rules: Rules) -> None:
    await keep_key(rules)
    ann = await rules.sign_up()
    bob = await rules.sign_up('bob@example.com', client=await rules.here(ann.token))
    client, keys = await rules.here(bob.token), await key_set(rules.auth)

    of_both = [verified((await make_token(rules.auth, client, one.session_id, azp='')).jwt, keys) for one in (ann, bob)]
    of_active = await make_token(rules.auth, client, azp='')

    assert [(one['sub'], one['sid']) for one in of_both] == [(ann.user_id, ann.session_id),
                                                             (bob.user_id, bob.session_id)]
    assert of_active.session_id == bob.session_id


async def test_a_token_changes_nothing(rules: Rules) -> None:
    await keep_key(rules)
    ann = await rules.sign_up()
    rules.clock.forward(minutes=2)
    before, client = rules.everything(), await rules.here(ann.token)

    await make_token(rules.auth, client, ann.session_id, azp='')

    assert rules.everything() == before


# ------------------------------------------------------------ the keys


async def test_the_first_key_is_made_when_it_is_needed_and_kept(rules: Rules) -> None:
    assert rules.sql('SELECT count(*) FROM signing_key') == [(0,)]

    first, again = await signing_key(rules.auth), await signing_key(rules.auth)

    assert first == again
    assert rules.sql('SELECT id, private_key FROM signing_key') == [(first.id, first.private_key)]
    assert first.private_key not in repr(first)


async def test_two_processes_that_need_the_first_key_at_once_have_one(
        rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Auth(store_at(rules.database.url, PATIENT), rules.auth.settings, rules.clock, rules.auth.passwords, PATIENT)
    both_have_looked, loop = asyncio.Barrier(2), asyncio.get_running_loop()

    def making() -> object:
        asyncio.run_coroutine_threadsafe(both_have_looked.wait(), loop).result()  # each has found that there is none
        return new_key_pair()

    monkeypatch.setattr(session_tokens, 'new_key_pair', making)
    keys = await asyncio.gather(signing_key(rules.auth), signing_key(other))
    await other.store.close()

    assert keys[0] == keys[1]
    assert rules.sql('SELECT number, id FROM signing_key') == [(1, keys[0].id)]


@either_store
async def test_those_of_one_process_who_need_it_at_once_wait_for_one_key(
        rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    monkeypatch.setattr(session_tokens, 'new_key_pair', lambda: made.append(one := new_key_pair()) or one)

    keys = await asyncio.gather(*(signing_key(rules.auth) for _ in range(20)))

    assert len(made) == len(set(keys)) == 1


@either_store
async def test_to_make_a_key_keeps_nobody_waiting(rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    """The event loop goes on while a thread makes it."""
    turned = asyncio.Event()
    loop = asyncio.get_running_loop()

    def making() -> object:
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(60)  # never, if the loop waited for this
        loop.call_soon_threadsafe(turned.set)
        return new_key_pair()

    monkeypatch.setattr(session_tokens, 'new_key_pair', making)

    await signing_key(rules.auth)

    assert turned.is_set()


async def test_after_a_change_the_new_key_signs_at_once_and_the_old_one_verifies_on(rules: Rules) -> None:
    old = await keep_key(rules)
    ann = await rules.sign_up()
    client = await rules.here(ann.token)
    before = await make_token(rules.auth, client, azp='')

    new_id = await rules.auth.run(replace_key, by_command_line, pair(2))

    after = await make_token(rules.auth, client, azp='')
    assert jws.extract_compact(after.jwt.encode()).headers()['kid'] == new_id != old.id
    keys = await key_set(rules.auth)
    assert [key['kid'] for key in keys['keys']] == [new_id, old.id]
    assert verified(before.jwt, keys)['sid'] == verified(after.jwt, keys)['sid'] == ann.session_id
    assert rules.events('action', 'actor', 'detail')[-1] == ('signing_key_replaced', 'command line', new_id)
    assert rules.sql('SELECT private_key FROM signing_key WHERE id = ?', old.id) == [('',)]

    rules.clock.forward(seconds=65)
    assert len((await key_set(rules.auth))['keys']) == 2
    rules.clock.forward(minutes=5)
    keys = await key_set(rules.auth)
    assert [key['kid'] for key in keys['keys']] == [new_id]
    with pytest.raises((JoseError, ValueError)):
        verified(before.jwt, keys)


async def test_a_key_that_has_leaked_is_useless_after_two_changes(rules: Rules) -> None:
    leaked = await keep_key(rules)
    await rules.auth.run(replace_key, by_command_line, pair(2))
    await rules.auth.run(replace_key, by_command_line, pair(3))

    assert [key.id for key in await published_keys(rules.auth)] == [pair(3).id, pair(2).id]
    assert rules.sql('SELECT id FROM signing_key WHERE id = ?', leaked.id) == []


async def test_two_changes_at_once_end_with_one_key_that_signs(rules: Rules) -> None:
    await keep_key(rules)
    other = store_at(rules.database.url, PATIENT)

    ids = await asyncio.gather(rules.auth.run(replace_key, by_command_line, pair(2)),
                               other.run(replace_key, rules.clock(), by_command_line, pair(3)))
    await other.close()

    assert (await signing_key(rules.auth)).id in ids
    assert rules.sql("SELECT count(*) FROM signing_key WHERE private_key != ''") == [(1,)]


@either_store
async def test_where_the_store_is_away_nothing_is_said_of_keys(rules: Rules) -> None:
    following = Following(rules.auth)
    await following.start(NoTabs())
    api = Api(rules, Gateway(nothing_behind, sockets=nothing_behind, api=frontend_api_of(rules.auth, following.clients),
                             routes={}, clients=following.clients, waiting=WaitingPages(rules.auth.settings),
                             key_set=KeySet(rules.auth)))
    await following.stop()
    async with api.browser() as anybody:
        with rules.database.away():
            answer = await anybody.get('/.well-known/jwks.json')

    assert (answer.status_code, answer.json()['errors'][0]['code']) == (503, 'store_unavailable')


# ------------------------------------------------------------ what it is not good for


async def test_a_token_outlives_its_session_by_a_minute_and_opens_nothing_here(api: Api) -> None:
    """For 60 s, and the 5 s that libraries allow for clocks: docs/security.md says so where people decide."""
    await keep_key(api.rules)
    async with api.browser() as laptop, api.browser() as thief:
        session_id = (await sign_up(laptop)).json()['response']['created_session_id']
        token = (await laptop.post(TOKENS.format(session_id))).json()['jwt']
        api.rules.sql("UPDATE session SET status = 'revoked' WHERE id = ?", session_id)
        keys = (await thief.get('/.well-known/jwks.json')).json()
        after = await laptop.post(TOKENS.format(session_id))
        carried = [{'authorization': f'Bearer {token}'}, {'authorization': token}, {'cookie': f'__session={token}'},
                   {'cookie': f'__client={token}'}, {'cookie': f'__clerk_handshake={token}'}]
        seen = [(await thief.get('/v1/client', headers=headers)).json()['response'] for headers in carried]
        done = [(await thief.post('/v1/me?_method=PATCH', data={'first_name': 'Eve'}, headers=headers)).status_code
                for headers in carried]

    claims = verified(token, keys)  # another server finds nothing wrong with it
    assert (claims['sid'], claims['exp'] - claims['iat']) == (session_id, 60)
    assert after.status_code == 401
    assert seen == [None] * 5
    assert done == [401] * 5


async def test_while_it_is_active_a_token_opens_nothing_here_either(api: Api) -> None:
    await keep_key(api.rules)
    async with api.browser() as laptop, api.browser() as thief:
        session_id = (await sign_up(laptop)).json()['response']['created_session_id']
        token = (await laptop.post(TOKENS.format(session_id))).json()['jwt']
        for headers in ({'authorization': f'Bearer {token}'}, {'cookie': f'__session={token}'}):
            assert (await thief.get('/v1/client', headers=headers)).json()['response'] is None
            assert (await thief.post(TOKENS.format(session_id), headers=headers)).status_code == 401
            await thief.delete('/v1/client/sessions', headers=headers)

    assert api.rules.status(session_id) == 'active'


def test_the_65_seconds_are_told_where_people_read_of_tokens() -> None:
    for document in ('security.md', 'frontend-api.md'):
        assert '65 s' in (ROOT / 'docs' / document).read_text(encoding='utf-8')
