"""Who may ask how a server does: a program of its machine, or whoever has the token; never who came through a proxy."""

from __future__ import annotations

from typing import Any

import pytest

from auth import Settings
from auth.web.monitoring.access import Access

TOKEN = 'a-token-that-nobody-guesses'
BEHIND_NGINX = {'public_url': 'https://example.com', 'trusted_proxies': '127.0.0.1'}
ELSEWHERE = '192.0.2.7'


def allows(settings: dict[str, Any], *, peer: str | None = '127.0.0.1', host: str = 'localhost', version: str = '1.1',
           **headers: str) -> bool:
    named = [(name.replace('_', '-').encode(), value.encode('latin-1')) for name, value in headers.items()]
    return Access(Settings(**settings)).allows(
        {'type': 'http', 'client': peer and (peer, 4321), 'http_version': version,
         'headers': [(b'host', host.encode()), *named]})


@pytest.mark.parametrize(('settings', 'asked'), [
    ({}, {}),
    ({}, {'peer': '::1', 'host': '[::1]'}),
    ({}, {'peer': '::ffff:127.0.0.1'}),
    ({}, {'peer': '127.0.0.53'}),
    ({}, {'host': '127.0.0.1:8080'}),
    ({'metrics_token': TOKEN}, {}),
    ({'public_url': 'http://localhost:8080'}, {}),
    (BEHIND_NGINX, {'host': '127.0.0.1:8081'}),
    ({'metrics_token': TOKEN}, {'peer': ELSEWHERE, 'host': '192.0.2.1:8080', 'authorization': f'Bearer {TOKEN}'}),
    ({'metrics_token': TOKEN}, {'host': 'example.com', 'x_forwarded_for': ELSEWHERE,
                                'authorization': f'bearer {TOKEN}'}),
    (BEHIND_NGINX | {'metrics_token': TOKEN}, {'host': 'example.com', 'version': '1.0', 'x_forwarded_for': ELSEWHERE,
                                               'authorization': f'Bearer  {TOKEN} '}),
], ids=str)
def test_who_is_on_the_machine_or_has_the_token_may_ask(settings: dict[str, Any], asked: dict[str, str]) -> None:
    assert allows(settings, **asked)


@pytest.mark.parametrize(('settings', 'asked'), [
    ({}, {'peer': ELSEWHERE}),
    ({}, {'peer': '10.0.0.1'}),
    ({}, {'peer': None}),
    ({}, {'peer': 'no address'}),
    ({}, {'peer': ELSEWHERE, 'x_forwarded_for': '127.0.0.1'}),
    ({'trusted_proxies': '*'}, {'peer': ELSEWHERE, 'x_forwarded_for': '127.0.0.1'}),
    *(({}, {name: '127.0.0.1'}) for name in (
        'x_forwarded_for', 'x_forwarded_host', 'x_forwarded_proto', 'x_forwarded_prefix', 'x_forwarded', 'x_real_ip',
        'forwarded', 'via', 'x_client_ip', 'x_cluster_client_ip', 'x_original_forwarded_for', 'x_original_host',
        'x_envoy_external_address', 'cf_connecting_ip', 'true_client_ip', 'fly_client_ip', 'cdn_loop')),
    ({}, {'x_forwarded_for': ''}),
    ({}, {'version': '1.0'}),  # as nginx speaks to what is behind it, if nobody tells it to do otherwise
    ({}, {'host': 'evil.example'}),  # a name that somebody lets lead here
    ({}, {'host': '192.0.2.1:8080'}),
    ({}, {'host': 'localhost.evil.example'}),
    (BEHIND_NGINX, {'host': 'example.com'}),
    (BEHIND_NGINX, {'host': 'localhost', 'x_forwarded_for': '127.0.0.1'}),
    ({'public_url': 'https://example.com'}, {}),  # nobody says that its proxy tells for whom it asks
    ({'allowed_hosts': 'example.com'}, {}),
    ({'allowed_hosts': '*.example.com,localhost', 'trusted_proxies': '10.0.0.1'}, {}),
    ({}, {'peer': ELSEWHERE, 'authorization': 'Bearer '}),  # no token is no token that is empty
    ({'metrics_token': TOKEN}, {'peer': ELSEWHERE, 'authorization': 'Bearer '}),
    ({'metrics_token': TOKEN}, {'peer': ELSEWHERE, 'authorization': f'Bearer {TOKEN}x'}),
    ({'metrics_token': TOKEN}, {'peer': ELSEWHERE, 'authorization': f'Bearer {TOKEN[:-1]}'}),
    ({'metrics_token': TOKEN}, {'peer': ELSEWHERE, 'authorization': f'Basic {TOKEN}'}),
    ({'metrics_token': TOKEN}, {'peer': ELSEWHERE, 'authorization': TOKEN}),
    ({'metrics_token': TOKEN}, {'peer': ELSEWHERE, 'authorization': 'Bearer \xff\x00'}),
    ({'metrics_token': TOKEN}, {'peer': ELSEWHERE, 'cookie': TOKEN, 'x_token': TOKEN}),
], ids=str)
def test_nobody_else_may(settings: dict[str, Any], asked: dict[str, Any]) -> None:
    assert not allows(settings, **asked)


def test_two_tokens_are_none() -> None:
    headers = [(b'host', b'localhost'), *[(b'authorization', f'Bearer {TOKEN}'.encode())] * 2]

    assert not Access(Settings(metrics_token=TOKEN)).allows({'client': (ELSEWHERE, 1), 'headers': headers})


@pytest.mark.parametrize('token', ['short', 'x' * 19, 'with spaces in it, and long', 'ümläutümläutümläutüm', 'x' * 201])
def test_a_token_that_could_be_guessed_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match='openssl rand -hex 32'):
        Settings(metrics_token=token)


def test_the_token_is_not_shown() -> None:
    assert TOKEN not in repr(Settings(metrics_token=TOKEN))
