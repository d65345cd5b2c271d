"""Settings that are wrong are told in one sentence, before anything is served; none is taken for another one."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from auth import Settings
from auth.settings import wrong_setting

ENDLESS = ('inf', '-inf', 'nan', '1e12', '1e400', '-1', '', 'x', '1 day', '7d')
SECONDS = ('session_lifetime_seconds', 'session_inactivity_seconds', 'activity_interval_seconds', 'page_join_seconds',
           'socket_join_seconds', 'request_seconds')
COUNTS = ('max_accounts', 'max_sessions_per_user', 'max_waiting_pages', 'max_waiting_pages_per_address',
          'max_sockets_per_address', 'max_waiting_sockets_per_address', 'max_message_bytes')
WRONG = [
    *((name, value) for name in SECONDS for value in ENDLESS),
    *((name, value) for name in COUNTS for value in ('-1', '0', '1.5', 'many', '', '1e9', 'inf')),
    *(('port', value) for value in ('-1', '65536', '99999', '80.5', 'http', '', '8080\n', ' 8080', '0x50')),
    *(('host', value) for value in ('', ' ', '127.0.0.1 ', '127.0.0.1\n', '127.0.0.1:8080', 'localhost:8080',
                                    '[::1]:80', 'http://localhost', '*',
                                    '256.1.1.1', '127.1', '::g', '[::1', 'a..b', 'my host',
                                    'x' * 400, 'localhost/', '0.0.0.0,::', '\ufefflocalhost')),
    *(('trusted_proxies', value) for value in ('127.0.0.1/8', 'a;b', '10.0.0.1;10.0.0.2', '10.0.0.1 10.0.0.2', 'nginx',
                                               '10.0.0.0/33', '::1/64', '[::1]', '127.0.0.1:80', '*.*', '10.*',
                                               '127.0.0.1\n', '10.0.0.0-10.0.0.9', '127.0.0.1,x')),
    *(('allowed_hosts', value) for value in ('example.com\n', 'example.com;other.example', '\ufeffexample.com')),
    *(('public_url', value) for value in ('https://example.com\n', ' https://example.com', '\xa0https://example.com')),
    *(('cookie_name', value) for value in ('', ' ', '__Host-client', '-', 'a b', 'a;b', 'a=b', 'ä', 'client\n',
                                           'x' * 41, '__client', 'a,b', '"a"', 'session', 'client_uat',
                                           'client_uat_x', 'session_AbCdEfGh')),
    *(('database_url', value) for value in ('sqlite:///x.db\n', ' sqlite:///x.db', 'sqlite:///x.db\r',
                                            'sqlite:///x\x00.db', '\ufeffsqlite:///x.db')),
    ('single_session_mode', 'perhaps'),
    *(('allowed_origins', value) for value in ('*', 'null', 'example.com', 'https://*.example.com', 'https://a.example/x',
                                               'https://a.example;https://b.example', 'https://a.example b',
                                               'https://', 'ftp://a.example', '//a.example', 'https://a.example\n',
                                               'https://a.example,x', 'https://u@a.example', 'https://a.example?x')),
]


@pytest.mark.parametrize(('setting', 'value'), WRONG)
def test_a_wrong_setting_is_one_sentence_that_names_it(
        monkeypatch: pytest.MonkeyPatch, setting: str, value: str) -> None:
    monkeypatch.setattr('os.environ', {setting.upper(): value} if '\x00' not in value else {})

    with pytest.raises(ValidationError) as refused:
        Settings(**({setting: value} if '\x00' in value else {}))

    told = wrong_setting(refused.value)
    assert told.startswith(f'The setting {setting.upper()} is wrong: ')
    assert told.isprintable()
    assert told.endswith('.')
    assert not told.endswith('..')


@pytest.mark.parametrize(('setting', 'value', 'read'), [
    ('host', '[::1]', '::1'), ('host', '::', '::'), ('host', 'localhost', 'localhost'), ('host', 'NAS', 'nas'),
    ('host', 'fe80::1%eth0', 'fe80::1%eth0'), ('host', '0.0.0.0', '0.0.0.0'),  # noqa: S104
    ('host', '::ffff:127.0.0.1', '127.0.0.1'), ('host', 'müller', 'xn--mller-kva'),
    ('trusted_proxies', '', ''), ('trusted_proxies', '*', '*'),
    ('trusted_proxies', '127.0.0.1, 10.0.0.0/8 ,fd00::/8', '127.0.0.1, 10.0.0.0/8 ,fd00::/8'),
    ('cookie_name', 'staging-2', 'staging-2'), ('port', '0', 0), ('port', '65535', 65535),
    ('session_lifetime_seconds', '1e9', 1e9), ('session_inactivity_seconds', '0', 0),
    ('public_url', 'HTTPS://Example.com.:443/', 'https://example.com'), ('allowed_hosts', ' A.example, *.B.example. ',
                                                                         'a.example,*.b.example'),
    ('allowed_origins', '', ''), ('allowed_origins', ' HTTPS://A.example.:443/ , http://localhost:3000,https://a.example',
                                  'https://a.example,http://localhost:3000'),
    ('allowed_origins', 'https://müller.example', 'https://xn--mller-kva.example'),
])
def test_a_right_one_is_read_as_it_is_meant(
        monkeypatch: pytest.MonkeyPatch, setting: str, value: str, read: object) -> None:
    monkeypatch.setattr('os.environ', {setting.upper(): value})

    assert getattr(Settings(), setting) == read


def test_a_network_that_is_written_by_one_of_its_addresses_says_what_is_meant() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(trusted_proxies='127.0.0.1/8')

    assert wrong_setting(refused.value) == (
        'The setting TRUSTED_PROXIES is wrong: a network begins with its first address: write 127.0.0.0/8 for the '
        'network, or 127.0.0.1 for the address alone.')


def test_no_password_is_in_what_is_shown_of_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    secret = 'postgresql://ann:hunter2@localhost/live'

    with pytest.raises(ValidationError) as refused:
        Settings(database_url=f'{secret}\n')

    shown = [repr(Settings(database_url=secret)), str(Settings(database_url=secret)), str(refused.value),
             repr(refused.value)]
    assert not [text for text in shown if 'hunter2' in text]


@pytest.mark.parametrize('wrong', ['', '/', 'v1', '/v1/', '//v1', '/v 1', '/v1?x',
                                   '/_nicegui/api', '/_live_sessions', '/ä', '/a/..'])
def test_an_api_prefix_is_a_path_of_words(wrong: str) -> None:
    with pytest.raises(ValidationError, match='write a path of words, such as /auth/v1'):
        Settings(api_prefix=wrong)

    assert Settings(api_prefix='/auth/v1').api_prefix == '/auth/v1'


@pytest.mark.parametrize(('settings', 'key', 'suffix', 'issuer'), [
    ({'public_url': 'https://example.com'}, 'pk_live_ZXhhbXBsZS5jb20k', 'TrGJbmaE', 'https://example.com'),
    ({'public_url': 'https://example.com:8443'}, 'pk_live_ZXhhbXBsZS5jb206ODQ0MyQ=', 'D1_nU-rv', 'https://example.com:8443'),
    ({'public_url': 'http://localhost:3000'}, 'pk_live_MTI3LjAuMC4xOjMwMDAk', 'oMu0kjsW', 'https://127.0.0.1:3000'),
    ({'public_url': 'http://[::1]:3000'}, 'pk_live_MTI3LjAuMC4xOjMwMDAk', 'oMu0kjsW', 'https://127.0.0.1:3000'),
    ({'public_url': 'https://example.com', 'root_path': '/tools'}, 'pk_live_ZXhhbXBsZS5jb20k', 'TrGJbmaE',
     'https://example.com'),
    ({}, 'pk_live_MTI3LjAuMC4xOjgwODAk', '1cNra6fY', 'https://127.0.0.1:8080'),
    ({'public_url': 'http://intranet'}, '', '', 'https://intranet'),
])
def test_the_publishable_key_is_made_of_the_name_of_the_site(settings: dict[str, str], key: str, suffix: str,
                                                             issuer: str) -> None:
    site = Settings(**settings)  # type: ignore[arg-type]

    assert (site.publishable_key, site.issuer, site.cookie_suffix) == (key, issuer, suffix)
    assert bool(site.why_no_publishable_key) == (not key or not site.public_url)


@pytest.mark.parametrize('prefixes', [
    {'api_prefix': '/api/v1', 'backend_api_prefix': '/api/v1'},
    {'backend_api_prefix': '/v1/client'},
    {'backend_api_prefix': '/v1/servers'},
    {'api_prefix': '/backend'},
    {'api_prefix': '/backend/v1/users'}])
def test_no_api_is_below_the_path_of_the_other(prefixes: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(**prefixes)  # type: ignore[arg-type]

    assert 'neither may be below the other: set one of them' in wrong_setting(refused.value)


def test_each_api_has_a_path_of_its_own() -> None:
    with pytest.raises(ValidationError, match='write a path of words'):
        Settings(backend_api_prefix='/servers/')

    assert Settings(backend_api_prefix='/servers/v1').backend_api_prefix == '/servers/v1'
    for beside in ('/v10', '/v1-servers', '/servers/v1/client'):  # begins with the other's letters, or holds them
        assert Settings(backend_api_prefix=beside).backend_api_prefix == beside
