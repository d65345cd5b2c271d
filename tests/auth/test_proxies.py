"""Where a request came from, behind proxies: only those that the settings name are believed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from auth.requests.proxies import Proxies, parse_address, parse_networks
from tests.http import patient_client
from tests.rules import PASSWORD
from tests.server import Server


@pytest.mark.parametrize(('trusted', 'addresses'), [
    ('', {'203.0.113.7': '127.0.0.1', '::1, 203.0.113.7': '127.0.0.1'}),
    ('127.0.0.1', {'203.0.113.7': '203.0.113.7', '2001:db8::7': '2001:db8::7',
                   '198.51.100.9, 203.0.113.7': '203.0.113.7'}),  # the first one is what the visitor made up
    ('127.0.0.1,203.0.113.7', {'198.51.100.9, 203.0.113.7': '198.51.100.9'}),
    (' 127.0.0.0/8 , ::1', {'203.0.113.7:4711': '203.0.113.7', '[2001:DB8:0::7]:443': '2001:db8::7',
                            '::ffff:203.0.113.9': '203.0.113.9', 'fe80::1%eth0': 'fe80::1', 'unknown': '127.0.0.1',
                            '<script>': '127.0.0.1', '203.0.113.7, x' * 99: '127.0.0.1', '': '127.0.0.1'}),
    ('*', {'198.51.100.9, 203.0.113.7': '198.51.100.9'}),
])
async def test_the_address_comes_from_trusted_hops_only(
        tmp_path: Path, trusted: str, addresses: dict[str, str]) -> None:
    server = await Server(tmp_path, {'trusted_proxies': trusted}).start()

    try:
        for number, forwarded in enumerate(addresses):
            async with patient_client(base_url=server.url, headers={'x-forwarded-for': forwarded}) as browser:
                done = await browser.post('/v1/client/sign_ups', data={'email_address': f'p{number}@example.com',
                                                                       'password': PASSWORD})
                assert done.status_code == 200
        seen = [address for address, in server.sql('SELECT ip_address FROM session ORDER BY created_at')]
    finally:
        server.stop()

    assert seen == list(addresses.values())


@pytest.mark.parametrize(('written', 'address'), [
    ('203.0.113.7', '203.0.113.7'), (' 203.0.113.7\t', '203.0.113.7'), ('203.0.113.7:80', '203.0.113.7'),
    ('2001:DB8:0:0::7', '2001:db8::7'), ('[2001:db8::7]', '2001:db8::7'), ('[2001:db8::7]:1', '2001:db8::7'),
    ('"[2001:db8::7]:1"', '2001:db8::7'), ('::ffff:203.0.113.7', '203.0.113.7'), ('::FFFF:cb00:7107', '203.0.113.7'),
    ('[::ffff:203.0.113.7]:80', '203.0.113.7'), ('fe80::1%eth0', 'fe80::1'), ('[fe80::1%25eth0]', 'fe80::1'),
])
def test_an_address_is_the_same_however_a_proxy_writes_it(written: str, address: str) -> None:
    assert str(parse_address(written)) == address


@pytest.mark.parametrize('written', [
    '', ' ', 'unknown', '_hidden', 'localhost', '203.0.113', '203.0.113.256', '203.0.113.7.1', '010.0.0.1', '1', '[::1',
    '::1]', '[]', '[203.0.113.7', '203.0.113.7:', '203.0.113.7:x', '[::1]:123456', '2001:db8::7::1', '203.0.113.7/24',
    'for=203.0.113.7', '203.0.113.7\n', '203.0.113.7;', '203.0.113.7 x', '%', '203.0.113.7\x00', '<b>',
    '２０３.0.113.7', 'x' * 60_000,
])
def test_what_is_no_address_is_none(written: str) -> None:
    assert parse_address(written) is None


def settled(trusted: str, peer: str, *headers: tuple[bytes, bytes], kind: str = 'http') -> tuple[str, str]:
    """Where a request came from, and by which scheme, as a server hands it on."""
    scope: dict[str, Any] = {'type': kind, 'scheme': 'ws' if kind == 'websocket' else 'http', 'client': (peer, 4711),
                             'headers': headers}
    Proxies(parse_networks(trusted)).settle(scope)
    return scope['client'][0], scope['scheme']


FOR, PROTO = b'x-forwarded-for', b'x-forwarded-proto'


@pytest.mark.parametrize(('trusted', 'peer', 'headers', 'address', 'scheme'), [
    ('', '10.0.0.1', ((FOR, b'203.0.113.7'), (PROTO, b'https')), '10.0.0.1', 'http'),
    ('10.0.0.2', '10.0.0.1', ((FOR, b'203.0.113.7'), (PROTO, b'https')), '10.0.0.1', 'http'),
    ('10.0.0.0/8', '::ffff:10.0.0.1', ((FOR, b'203.0.113.7'), (PROTO, b'https')), '203.0.113.7', 'https'),
    ('', '::ffff:10.0.0.1', (), '10.0.0.1', 'http'),  # IPv4, to a socket that takes both
    ('', 'fe80::1%eth0', (), 'fe80::1', 'http'),
    ('::1', '::1', ((FOR, b'203.0.113.7'),), '203.0.113.7', 'http'),
    ('127.0.0.1', '127.0.0.1', ((FOR, b'198.51.100.1'), (FOR, b'203.0.113.7')), '203.0.113.7', 'http'),
    ('127.0.0.1', '127.0.0.1', ((FOR, b'203.0.113.7, unknown'),), '127.0.0.1', 'http'),
    ('127.0.0.1,10.0.0.1', '127.0.0.1', ((FOR, b'203.0.113.7, unknown, 10.0.0.1'),), '10.0.0.1', 'http'),
    ('127.0.0.1', '127.0.0.1', ((PROTO, b'HTTPS '),), '127.0.0.1', 'https'),
    ('127.0.0.1', '127.0.0.1', ((PROTO, b'http,https'),), '127.0.0.1', 'https'),
    ('127.0.0.1', '127.0.0.1', ((PROTO, b'https'), (PROTO, b'http')), '127.0.0.1', 'http'),
    ('127.0.0.1', '127.0.0.1', ((PROTO, b'file'),), '127.0.0.1', 'http'),
    ('127.0.0.1', '127.0.0.1', ((b'forwarded', b'for=203.0.113.7;proto=https'),), '127.0.0.1', 'http'),
])
def test_what_is_believed_is_an_address_or_nothing(
        trusted: str, peer: str, headers: tuple[tuple[bytes, bytes], ...], address: str, scheme: str) -> None:
    assert settled(trusted, peer, *headers) == (address, scheme)


def test_a_socket_that_came_over_https_is_one_over_https() -> None:
    assert settled('127.0.0.1', '127.0.0.1', (PROTO, b'https'), kind='websocket')[1] == 'wss'
    assert settled('127.0.0.1', '127.0.0.1', (PROTO, b'wss'), kind='websocket')[1] == 'wss'
