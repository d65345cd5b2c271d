"""The cookie of a client."""

from __future__ import annotations

from datetime import timedelta

import pytest

from auth.credentials.tokens import ClientToken, hash_secret, new_secret, parse_token, secret_matches
from auth.web.cookies import CANDIDATES, set_cookie, tokens_of

ID = 'client_' + 'a' * 24
SECRET = 'S' * 43


def scope(*cookies: bytes, scheme: str = 'http') -> dict[str, object]:
    return {'type': 'http', 'scheme': scheme, 'headers': [(b'cookie', cookie) for cookie in cookies]}


def test_a_token_is_read_as_it_was_written() -> None:
    token = ClientToken(ID, new_secret())

    assert parse_token(str(token)) == token
    assert secret_matches(token, hash_secret(token.secret))
    assert token.secret not in repr(token)


@pytest.mark.parametrize('value', [
    '', '.', ID, f'{ID}.', f'.{SECRET}', f'{ID}.{SECRET}x', f'{ID}.{SECRET[:-1]}', f'{ID}.{SECRET}\n',
    f' {ID}.{SECRET}',
    f'{ID}.{SECRET}.{SECRET}', f'client_{"é" * 24}.{SECRET}', f'{ID}.{"ſ" * 43}', f'sess_{"a" * 24}.{SECRET}',
    'x' * 9999,
    f'"{ID}.{SECRET}"', '\x00', f'{ID}.{SECRET[:-1]}=',
])
def test_anything_but_exactly_a_token_is_nobodys(value: str) -> None:
    assert parse_token(value) is None


@pytest.mark.parametrize('cookies', [
    (b'__client=',), (b'__client',), (b';;;=;',), (b'\xff\xfe=\xff',), (b'x' * 20_000,), (b'__Client=' + ID.encode(),),
    (f'__Host-client={ID}.{SECRET}'.encode(),),
])
def test_odd_cookie_headers_are_nobodys(cookies: tuple[bytes, ...]) -> None:
    assert tokens_of(scope(*cookies)) == ()


def test_the_cookie_is_found_among_others() -> None:
    tokens = tokens_of(scope(b'a=b; c', f'__client={ID}.{SECRET} '.encode(), b'__client2=x'))

    assert tokens == (ClientToken(ID, SECRET),)


@pytest.mark.parametrize('cookies', [
    (f'__client={ID}.{SECRET}; __client={ID}.{SECRET}'.encode(),),
    (f'__client={ID}.{SECRET}'.encode(), f'__client={ID}.{SECRET}'.encode()),
    (f'__client={ID}.{SECRET};__client=;__client;\t__client={ID}.{SECRET}\t;__client="{ID}.{SECRET}"'.encode(),),
])
def test_the_same_cookie_twice_and_what_is_none_beside_it_is_one_token(cookies: tuple[bytes, ...]) -> None:
    assert tokens_of(scope(*cookies)) == (ClientToken(ID, SECRET),)


def test_of_several_the_last_one_is_tried_first_and_only_some_are() -> None:
    values = [f'{ID}.{number:043}' for number in range(1000)]

    tokens = tokens_of(scope(*(f'__client={value}'.encode() for value in values)))

    assert [str(token) for token in tokens] == values[::-1][:CANDIDATES]


def test_over_https_only_the_cookie_counts_that_https_alone_can_set() -> None:
    cookie = f'__client={ID}.{SECRET}; __Host-client={ID}.{SECRET[:-1]}T'.encode()

    tokens = tokens_of(scope(cookie, scheme='https'))

    assert tokens == (ClientToken(ID, SECRET[:-1] + 'T'),)
    assert tokens_of(scope(f'__client={ID}.{SECRET}'.encode(), scheme='https')) == ()


def test_the_attributes_of_the_cookie() -> None:
    token = ClientToken(ID, SECRET)

    plain, secure = set_cookie(token, secure=False), set_cookie(token, secure=True, lasts=timedelta(days=30))

    assert plain == f'__client={ID}.{SECRET}; Path=/; HttpOnly; SameSite=Lax'
    assert secure == f'__Host-client={ID}.{SECRET}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure'
    assert 'Max-Age=34560000;' in set_cookie(token, secure=True, lasts=timedelta(days=9999))
    assert 'Max-Age=0;' in set_cookie(token, secure=True, lasts=timedelta(seconds=-1))
