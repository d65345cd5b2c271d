"""Apps on phones: the Frontend API without cookies, as Clerk's libraries for iOS, Android and Expo speak it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from auth.requests.phones import phone_agent
from auth.requests.user_agents import read_user_agent
from auth.rules.replaced_secrets import REMEMBERED
from tests.auth.conftest import Api, sign_in, sign_up
from tests.auth.decoders import crashes, crashes_in_envelope
from tests.auth.keys import keep_key
from tests.rules import PASSWORD, Rules
from tests.running import either_store

IPHONE = {'x-mobile': '1', 'x-ios-sdk-version': '1.4.1', 'x-device-type': 'iphone', 'x-device-model': 'iPhone17,1',
          'x-os-version': '18.1.0', 'x-app-version': '1.2', 'x-bundle-id': 'com.example.notes',
          'x-native-device-id': 'F4A1', 'user-agent': 'Notes/1 CFNetwork/1568 Darwin/24.1.0'}
ANDROID = {'x-mobile': '1', 'x-android-sdk-version': '1.1.3', 'user-agent': 'okhttp/5.1.0'}
EXPO = {'x-mobile': '1', 'x-expo-sdk-version': '4.6.6', 'authorization': '', 'user-agent': 'okhttp/4.9.2'}


@dataclass
class Phone:
    """An app on a phone: it keeps the token that an answer gives it, and has no cookies."""

    http: httpx.AsyncClient
    native: str = 'true'
    scheme: str = ''
    token: str = ''
    given: list[str] = field(default_factory=list[str])
    """The headers ``Authorization`` of the answers."""

    async def ask(self, method: str, path: str, data: dict[str, str] | None = None, **query: str) -> Any:
        """Ask for something, which has to succeed; returns the body."""
        answer = await self.send(method, path, data, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def send(self, method: str, path: str, data: dict[str, str] | None = None, **query: str) -> httpx.Response:
        headers = {'authorization': f'{self.scheme}{self.token}'} if self.token else {}
        answer = await self.http.request(method, path, data=data, headers=headers,
                                         params={'_is_native': self.native, **query})
        assert 'set-cookie' not in answer.headers
        assert answer.headers.get('authorization') != ''
        if given := answer.headers.get('authorization'):
            self.given.append(given)
            self.token = given
        return answer

    async def sign_up(self, email_address: str = 'ann@example.com') -> str:
        body = await self.ask('POST', '/v1/client/sign_ups', {'email_address': email_address, 'password': PASSWORD})
        assert crashes_in_envelope(body, '@SignUp') == []
        return body['response']['created_session_id']

    async def sign_in(self, email_address: str = 'ann@example.com') -> str:
        body = await self.ask('POST', '/v1/client/sign_ins', {'identifier': email_address, 'password': PASSWORD})
        assert crashes_in_envelope(body, '@SignIn') == []
        return body['response']['created_session_id']


@pytest.fixture
async def rules(rules_with: Callable[..., Rules]) -> Rules:
    """Rules with a key pair."""
    rules = rules_with()
    await keep_key(rules)
    return rules


@pytest.mark.parametrize(('headers', 'native', 'scheme'), [
    (IPHONE, 'true', ''), (ANDROID, 'true', 'Bearer '), (EXPO, '1', 'bearer  ')])
async def test_every_answer_to_a_phone_can_be_read_by_it(api: Api, headers: dict[str, str], native: str, scheme: str
                                                         ) -> None:
    async with api.browser(**headers) as http, api.browser() as laptop:
        phone = Phone(http, native, scheme)
        environment = await phone.ask('GET', '/v1/environment')
        nobody = await phone.ask('GET', '/v1/client')
        ann = await phone.sign_up()
        one = await phone.ask('GET', '/v1/client')
        bob = await phone.sign_up('bob@example.com')
        two = await phone.ask('GET', '/v1/client')
        touched = await phone.ask('POST', f'/v1/client/sessions/{ann}/touch', {'intent': 'select_org'})
        token = await phone.ask('POST', f'/v1/client/sessions/{ann}/tokens', {'organization_id': ''})
        elsewhere = (await sign_in(laptop)).json()['response']['created_session_id']
        devices = [await phone.ask('GET', path, _clerk_session_id=ann)
                   for path in ('/v1/me/sessions/active', '/v1/me/sessions')]
        me = await phone.ask('PATCH', '/v1/me', {'first_name': 'Ann'}, _clerk_session_id=ann)
        also_me = await phone.ask('GET', '/v1/me', _clerk_session_id=ann)
        revoked = await phone.ask('POST', f'/v1/me/sessions/{elsewhere}/revoke', _clerk_session_id=ann)
        begun = await phone.ask('POST', '/v1/client/sign_ins', {'identifier': 'ann@example.com', 'locale': 'en'})
        at = f'/v1/client/sign_ins/{begun["response"]["id"]}'
        read = await phone.ask('GET', at)
        wrong = await phone.send('POST', f'{at}/attempt_first_factor', {'strategy': 'password', 'password': 'no'})
        done = await phone.ask('POST', f'{at}/attempt_first_factor', {'strategy': 'password', 'password': PASSWORD})
        removed = await phone.ask('POST', f'/v1/client/sessions/{bob}/remove')
        out = await phone.ask('DELETE', '/v1/client/sessions')
        again = await phone.ask('DELETE', '/v1/client/sessions')
        dead = [await phone.send('POST', f'/v1/client/sessions/{ann}/{act}') for act in ('touch', 'tokens')]
        after = await phone.ask('GET', '/v1/client')

    assert crashes(environment, '@Environment') == []
    for answer in (nobody, one, two, out, again, after):
        assert crashes_in_envelope(answer, '@Client') == []
    for answer in (touched, revoked, removed):
        assert crashes_in_envelope(answer, '@Session') == []
    for answer in (begun, read, done):
        assert crashes_in_envelope(answer, '@SignIn') == []
    for answer in (me, also_me):
        assert crashes_in_envelope(answer, '@User') == []
    for answer in devices:
        assert crashes(answer, '[@Session]') == []
        assert {device['id'] for device in answer} == {ann, elsewhere}
    assert crashes(token, '@Token') == []
    for refused in (wrong, *dead):
        assert crashes(refused.json(), '@Errors') == []
    assert [len(answer['response']['sessions']) for answer in (nobody, one, two, out, after)] == [0, 1, 2, 0, 0]
    assert begun['client']['sign_in'] == begun['response']
    assert wrong.status_code == 422
    assert [answer.status_code for answer in dead] == [401, 401]
    assert [answer['response']['status'] for answer in (revoked, removed)] == ['revoked', 'removed']
    assert after['response']['id'] == out['response']['id']


async def test_a_phone_that_nobody_is_signed_in_on_has_a_token_and_no_row(api: Api) -> None:
    before = api.rules.everything()
    async with api.browser() as http:
        phone = Phone(http)
        first = await phone.ask('GET', '/v1/client')
        token = phone.token
        again, put = await phone.ask('GET', '/v1/client'), await phone.ask('PUT', '/v1/client')
        others = [await Phone(http).ask('GET', '/v1/client') for _ in range(3)]

    assert first['response']['id'] == token.partition('.')[0]
    assert [answer['response']['id'] for answer in (again, put)] == [first['response']['id']] * 2
    assert phone.given == [token]
    assert len({answer['response']['id'] for answer in (first, *others)}) == 4
    assert api.rules.everything() == before


@either_store
@pytest.mark.parametrize('value', ['', ' ', 'Bearer', 'Bearer ', 'x', 'Basic YTpi', 'eyJhbGciOiJSUzI1NiJ9.e30.x',
                                   'sk_live_0123456789abcdefghijklmnop', 'é'])
async def test_what_is_no_token_is_none_and_gets_one(api: Api, value: str) -> None:
    async with api.browser() as http:
        answer = await http.get('/v1/client', params={'_is_native': '1'},
                                headers=[(b'authorization', value.encode('latin-1'))])
        signed_out = await http.get('/v1/me', params={'_is_native': '1'},
                                    headers=[(b'authorization', value.encode('latin-1'))])

    assert answer.headers['authorization'].startswith('client_')
    assert crashes_in_envelope(answer.json(), '@Client') == []
    assert signed_out.status_code == 401


async def test_a_token_that_was_made_up_or_planted_becomes_nothing_by_a_sign_in(api: Api) -> None:
    async with api.browser() as http, api.browser() as stranger:
        planted = f'client_{"a" * 24}.{"b" * 43}'
        phone, thief = Phone(http, token=planted), Phone(stranger, token=planted)
        await phone.sign_up()
        seen = await thief.ask('GET', '/v1/client')

    assert phone.token not in {'', planted}
    assert not phone.token.startswith(f'client_{"a" * 24}')
    assert seen['response']['sessions'] == []
    assert api.rules.sql('SELECT count(*) FROM client') == [(1,)]


@either_store
async def test_a_cookie_and_a_header_are_never_both_used(api: Api, subtests: pytest.Subtests) -> None:
    async with api.browser() as laptop, api.browser() as http:
        await sign_up(laptop)
        phone = Phone(http)
        await phone.sign_up('bob@example.com')
        before = api.rules.everything()
        native = {'_is_native': '1'}
        for method, path in (('GET', '/v1/client'), ('DELETE', '/v1/client/sessions'), ('GET', '/v1/me/sessions')):
            with subtests.test(method=method, path=path):
                for headers in ({'authorization': phone.token}, {'authorization': ''}, {}):
                    answer = await laptop.request(method, path, params=native, headers=headers)
                    assert answer.status_code == 400
                    assert answer.json()['errors'][0]['code'] == 'authorization_header_format_invalid'
                    assert 'authorization' not in answer.headers
        twice = await http.get('/v1/client', params=native, headers=[
            (b'authorization', phone.token.encode()), (b'authorization', b'x')])
        in_a_browser = await laptop.get('/v1/client', headers={'authorization': phone.token})
        without_a_cookie = await http.get('/v1/client', headers={'authorization': phone.token})
        as_cookie = await http.get('/v1/client', headers={'cookie': f'__client={phone.token}'})

    assert twice.status_code == 400
    assert in_a_browser.json()['response']['sessions'][0]['user']['email_addresses'][0]['email_address'] == (
        'ann@example.com')
    assert without_a_cookie.json()['response'] is None
    assert len(as_cookie.json()['response']['sessions']) == 1  # one token, whichever way it comes
    assert api.rules.everything() == before


@either_store
async def test_a_page_of_another_site_can_do_nothing_by_saying_that_it_is_a_phone(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as http:
        await sign_up(laptop)
        for headers in ({'origin': 'https://evil.example'}, {'sec-fetch-site': 'cross-site'}):
            with_cookie = await laptop.post('/v1/client/sessions?_method=DELETE&_is_native=1', headers=headers)
            without = await http.post('/v1/client/sign_ins?_is_native=1', headers=headers,
                                      data={'identifier': 'ann@example.com', 'password': PASSWORD})
            assert with_cookie.status_code in {400, 403}
            assert without.status_code == 403
            assert 'authorization' not in without.headers

    assert api.rules.sql("SELECT count(*) FROM session WHERE status = 'active'") == [(1,)]


# The token is as good as a cookie, and no better


async def test_a_new_token_takes_the_place_of_the_one_before_at_every_sign_in(api: Api) -> None:
    async with api.browser() as http, api.browser() as thiefs:
        phone = Phone(http)
        await phone.sign_up()
        old = phone.token
        await phone.sign_up('bob@example.com')
        thief = Phone(thiefs, token=old)
        at_once = [await thief.send('GET', '/v1/client'), await thief.send('POST', '/v1/client/sign_ins', {
            'identifier': 'ann@example.com', 'password': PASSWORD}), await thief.send('DELETE', '/v1/client/sessions')]
        refused = await thief.send('GET', '/v1/me')
        api.rules.clock.forward(seconds=REMEMBERED.total_seconds())
        later = await thief.ask('GET', '/v1/client')
        mine = await phone.ask('GET', '/v1/client')

    assert {answer.status_code for answer in at_once} == {409}  # an answer that comes late must not bring another token
    assert {answer.json()['errors'][0]['code'] for answer in at_once} == {'client_renewed'}
    assert refused.status_code == 401
    assert later['response']['sessions'] == []
    assert thief.given == []
    assert len(mine['response']['sessions']) == 2


async def test_what_gives_a_browser_a_new_cookie_gives_a_phone_a_new_token(api: Api) -> None:
    async with api.browser() as http:
        phone = Phone(http)
        await phone.ask('GET', '/v1/client')
        session_id = await phone.sign_up()
        await phone.ask('POST', f'/v1/client/sessions/{session_id}/verify/attempt_first_factor', {
            'strategy': 'password', 'password': PASSWORD})
        await phone.ask('POST', '/v1/me/change_password', {
            'current_password': PASSWORD, 'new_password': f'{PASSWORD} 2'})
        here = await phone.ask('GET', '/v1/client')

    assert len(set(phone.given)) == len(phone.given) == 4
    assert here['response']['last_active_session_id'] == session_id


@either_store
async def test_a_phone_that_begins_anew_keeps_a_token_of_nobody(api: Api) -> None:
    async with api.browser() as http:
        phone = Phone(http)
        await phone.sign_up()
        gone = await phone.ask('DELETE', '/v1/client')
        after = await phone.ask('GET', '/v1/client')
        await phone.sign_in()

    assert crashes_in_envelope(gone, '@Client') == []
    assert gone['response']['sessions'] == after['response']['sessions'] == []
    assert len(phone.given) == 2


async def test_a_session_that_is_ended_elsewhere_is_over_on_the_phone_at_once(api: Api) -> None:
    async with api.browser() as http, api.browser() as laptop:
        phone = Phone(http)
        there = await phone.sign_up()
        await sign_in(laptop)
        await laptop.post(f'/v1/me/sessions/{there}/revoke')
        answers = [await phone.send('POST', f'/v1/client/sessions/{there}/{act}') for act in ('touch', 'tokens')]
        client = await phone.ask('GET', '/v1/client')

    assert [answer.status_code for answer in answers] == [401, 401]
    assert client['response']['sessions'] == []


async def test_no_answer_has_an_actor_or_half_of_anything(api: Api) -> None:
    async with api.browser() as http:
        phone = Phone(http)
        await phone.sign_up()
        session, = (await phone.ask('GET', '/v1/client'))['response']['sessions']
        device, = await phone.ask('GET', '/v1/me/sessions/active')

    for one in (session, device):
        assert one['actor'] is None  # an object makes iOS give up
        assert crashes(one, '@Session') == []
    assert device['latest_activity']['id']


# What a phone is called


async def test_a_device_is_named_by_what_its_phone_says(api: Api) -> None:
    async with api.browser(**IPHONE) as iphone, api.browser(**ANDROID) as android, api.browser() as laptop:
        await Phone(iphone).sign_up()
        await Phone(android).sign_in()
        await sign_in(laptop)
        devices = (await laptop.get('/v1/me/sessions/active')).json()

    named = {(one['latest_activity']['device_type'], one['latest_activity']['browser_name'],
              one['latest_activity']['is_mobile']) for one in devices}
    assert {('iPhone (iPhone17,1)', 'com.example.notes 1.2', True), ('Android device', 'App', True)} <= named


@pytest.mark.parametrize(('headers', 'words', 'kind'), [
    (IPHONE, 'com.example.notes 1.2 on iPhone (iPhone17,1)', 'phone'),
    (IPHONE | {'x-device-type': 'ipad', 'x-device-model': 'iPad16,3'}, 'com.example.notes 1.2 on iPad (iPad16,3)',
     'tablet'),
    (IPHONE | {'x-device-model': '', 'x-bundle-id': ''}, 'App on iPhone', 'phone'),
    (IPHONE | {'x-device-type': 'vision', 'x-device-model': 'RealityDevice14,1'},
     'com.example.notes 1.2 on RealityDevice14,1', 'phone'),
    (ANDROID, 'App on Android device', 'phone'), (ANDROID | {'x-device-model': 'Pixel 9'}, 'App on Pixel 9', 'phone'),
    (EXPO, 'App on Android device', 'phone'),
    (EXPO | {'user-agent': 'Expo/54 CFNetwork/1568 Darwin/24.1.0'}, 'App on Apple device', 'phone'),
    ({}, 'App on Unknown device', 'phone'), ({'user-agent': '('}, 'App on Unknown device', 'phone'),
    (IPHONE | {'x-device-model': '<script>alert(1)</script>', 'x-bundle-id': '"><img src=x>'},
     'App on iPhone', 'phone'),
    (IPHONE | {'x-device-model': 'é;()/%00{x}' * 9, 'x-bundle-id': 'x' * 9000}, 'App on iPhone', 'phone'),
])
def test_whatever_a_phone_says_there_are_words_for_it(headers: dict[str, str], words: str, kind: str) -> None:
    scope = {'query_string': b'', 'headers': [(name.encode(), value.encode('latin-1', 'replace'))
                                              for name, value in headers.items()]}

    found = read_user_agent(phone_agent(scope)[:512])

    assert (str(found), found.kind) == (words, kind)


@either_store
async def test_an_address_that_says_it_is_a_phone_changes_no_name_of_a_browser(api: Api) -> None:
    async with api.browser(**{'x-device-model': 'Somebody else'}) as laptop:
        await sign_up(laptop)
        device, = (await laptop.get('/v1/me/sessions/active')).json()

    assert device['latest_activity']['device_type'] == 'Unknown device'
