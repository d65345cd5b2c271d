"""Invitations on the command line."""

from __future__ import annotations

from tests.auth.test_cli import Run, run  # noqa: F401 (a fixture)
from tests.rules import Rules
from tests.running import either_store

pytestmark = either_store


def test_one_is_made_listed_and_withdrawn(run: Run, rules: Rules) -> None:  # noqa: F811
    made = run('invitations', 'create', 'Ann@Example.com', '--days', '3', '--json')
    told = run('invitations', 'create')
    below = run('invitations', 'create', '--below', '/gui/', '--json')
    run('invitations', 'withdraw', below.json['id'])
    nowhere = run('invitations', 'create', '--below', 'gui')
    listed = run('invitations', 'list', '--json')
    gone = run('invitations', 'withdraw', made.json['id'])
    again = run('invitations', 'withdraw', made.json['id'])
    wrong = run('invitations', 'create', '--days', '0')

    link = made.json['url']
    assert link.startswith(f'http://localhost:8080/sign-up#ticket={made.json["id"]}.')
    assert made.json['mailed'] is False
    assert below.json['url'].startswith(f'http://localhost:8080/gui/sign-up#ticket={below.json["id"]}.')
    assert nowhere.code == 2
    assert 'write it like /gui' in nowhere.err
    assert 'This link works once, until ' in told.out
    assert 'http://localhost:8080/sign-up#ticket=inv_' in told.out
    assert sorted((one['email_address'], one['by'], one['mailed']) for one in listed.json) == [
        ('', 'command line', False), ('ann@example.com', 'command line', False)]
    assert link.partition('.')[2] not in listed.out
    assert (gone.code, gone.out) == (0, f'{made.json["id"]} is withdrawn.\n')
    assert (again.code, again.err) == (1, 'This invitation was used, was withdrawn or has expired. Nothing was '
                                          'changed.\n')
    assert (wrong.code, wrong.err) == (1, 'Enter a number of days, 365 at most.\n')
    assert rules.sql('SELECT email_address FROM invitation') == [('',)]
