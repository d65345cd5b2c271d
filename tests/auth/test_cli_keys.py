"""The keys of session tokens, and the publishable key, on the command line."""

from __future__ import annotations

import json

import pytest
from joserfc.jwk import RSAKey

from tests.auth.test_cli import Run, run  # noqa: F401 (a fixture)
from tests.rules import Rules
from tests.running import either_store

pytestmark = either_store


def test_the_publishable_key_is_that_of_the_public_url(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setenv('PUBLIC_URL', 'https://example.com')

    told, for_programs = run('keys', 'publishable'), run('keys', 'publishable', '--json')

    assert (told.code, told.out) == (0, 'pk_live_ZXhhbXBsZS5jb20k\n')
    assert for_programs.json == {'publishable_key': 'pk_live_ZXhhbXBsZS5jb20k'}


@pytest.mark.parametrize(('url', 'why'), [
    ('', 'A publishable key is made of the setting PUBLIC_URL, which is not set. Set it to where people find the site, '
         'such as https://example.com. On one machine, take the key that the page /examples/javascript shows.'),
    ('https://intranet', "There is no publishable key: PUBLIC_URL is https://intranet, and Clerk's clients take no "
                         'name without a dot. Set it to a name that has one, or to an address in numbers.')])
def test_where_there_is_none_one_sentence_says_what_to_do(
        run: Run, monkeypatch: pytest.MonkeyPatch, url: str, why: str) -> None:  # noqa: F811
    monkeypatch.setenv('PUBLIC_URL', url)

    told = run('keys', 'publishable')

    assert (told.code, told.out, told.err) == (1, '', f'{why}\n')


def test_the_public_key_is_printed_and_is_another_one_after_a_change(run: Run, rules: Rules) -> None:  # noqa: F811
    first, again = run('keys', 'public'), run('keys', 'public')
    changed = run('keys', 'rotate')
    new = run('keys', 'public', '--json')

    assert first.out == again.out != new.json['public_key']
    assert first.out.startswith('-----BEGIN PUBLIC KEY-----\n')
    assert first.out.endswith('\n-----END PUBLIC KEY-----\n')
    assert changed.out == f'Session tokens are signed with the key {new.json["id"]} now.\n'
    assert RSAKey.import_key(new.json['public_key']).thumbprint() == new.json['id']
    assert 'PRIVATE' not in first.out + changed.out + json.dumps(new.json)
    assert rules.sql('SELECT count(*) FROM signing_key') == [(2,)]
