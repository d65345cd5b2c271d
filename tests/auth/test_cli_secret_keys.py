"""The secret keys of servers, on the command line."""

from __future__ import annotations

from auth.credentials.secret_keys import parse_secret_key
from auth.rules.secret_keys import MAX_NAME, MOST_AT_ONCE
from tests.auth.test_cli import Run, run  # noqa: F401 (a fixture)
from tests.rules import Rules
from tests.running import both_stores, either_store

pytestmark = either_store


@both_stores
def test_a_key_is_shown_once_listed_and_revoked(run: Run, rules: Rules) -> None:  # noqa: F811
    made = run('keys', 'create', ' the \u202eshop ', '--json')
    told = run('keys', 'create', 'mailer')
    listed = run('keys', 'list', '--json')
    gone = run('keys', 'revoke', made.json['id'])
    again = run('keys', 'revoke', made.json['id'])
    left = run('keys', 'list', '--json')

    token = parse_secret_key(made.json['secret_key'])
    assert token is not None
    assert (token.key_id, made.json['name']) == (made.json['id'], 'the shop')
    assert parse_secret_key(told.out.split()[0])
    assert 'python -m auth keys revoke key_' in told.out
    assert sorted((one['name'], one['id'].startswith('key_')) for one in listed.json) == [
        ('mailer', True), ('the shop', True)]
    assert token.secret not in listed.out + gone.out + repr(token)
    assert (gone.code, gone.out) == (0, f'{made.json["id"]} (the shop) does not work any more.\n')
    assert (again.code, again.err) == (1, 'There is no key with this id that works. Nothing was changed.\n')
    assert [one['name'] for one in left.json] == ['mailer']
    assert sorted(rules.events('action', 'actor', 'detail')) == sorted([
        *(('secret_key_created', 'command line', one['id']) for one in listed.json),
        ('secret_key_revoked', 'command line', made.json['id'])])


def test_a_key_needs_a_name_that_people_can_read_and_there_is_a_bound(run: Run, rules: Rules) -> None:  # noqa: F811
    refused = [run('keys', 'create', name) for name in ('', ' ', '\u202e', 'x' * (MAX_NAME + 1))]
    for number in range(MOST_AT_ONCE):
        rules.sql("INSERT INTO secret_key (id, name, secret_hash, created_at) VALUES (?, 'x', 'x', ?)",
                  f'key_{number}', '2026-01-01 12:00:00.000000')
    too_many = run('keys', 'create', 'one more')

    assert {one.code for one in [*refused, too_many]} == {1}
    assert refused[0].err == refused[2].err == 'Give the key a name, such as that of the server that will have it.\n'
    assert f'{MAX_NAME} characters at most' in refused[3].err
    assert f'There are {MOST_AT_ONCE} keys that work' in too_many.err
