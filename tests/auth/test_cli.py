"""The command line: what an operator does beside the running servers."""

from __future__ import annotations

import asyncio
import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from auth import cli
from tests.conftest import PASSWORD, House
from tests.server import ROOT, clean_environment


@dataclass
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What it printed for programs."""
        return json.loads(self.out)


Run = Callable[..., Done]


@pytest.fixture
def run(house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs commands on the store of a house."""
    monkeypatch.setenv('DATABASE_URL', f'sqlite:///{house.path}')
    house.clock.moment = datetime.now(UTC)  # the program reads the clock of the machine

    def running(*arguments: str, typed: str = '') -> Done:
        monkeypatch.setattr(sys, 'argv', ['auth', *arguments])
        monkeypatch.setattr(sys, 'stdin', io.StringIO(typed))
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        return Done(code, *capsys.readouterr())

    return running


def ended(house: House) -> list[str]:
    return [status for status, in house.sql('SELECT status FROM session ORDER BY rowid')]


def people(house: House, *addresses: str) -> list[Any]:
    """Sign people up, each on a browser of their own."""

    async def sign_up() -> list[Any]:
        return [await house.sign_up(address) for address in addresses]

    with asyncio.Runner() as runner:
        done = runner.run(sign_up())
        runner.run(house.auth.store.close())
    return done


def test_the_first_administrator_is_made_before_anything_else(tmp_path: Any) -> None:
    environment = clean_environment(database_url=f'sqlite:///{tmp_path}/new/live.db')
    command = [sys.executable, '-m', 'auth', 'users', 'create', 'Ann@Example.com', '--admin']

    made = subprocess.run(command, cwd=ROOT, env=environment, input=f'{PASSWORD}\n', capture_output=True, text=True,
                          timeout=60, check=False)
    again = subprocess.run([*command, '--json'], cwd=ROOT, env=environment, input=f'{PASSWORD}\n', capture_output=True,
                           text=True, timeout=60, check=False)

    assert (made.returncode, made.stderr) == (0, '')
    assert 'ann@example.com' in made.stdout
    assert again.returncode == 1
    assert again.stderr == 'That email address is taken. Sign in instead, or use another one.\n'
    assert PASSWORD not in made.stdout + made.stderr + again.stdout + again.stderr


def test_a_store_that_is_not_there_is_told_in_one_sentence_and_not_made(
        run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv('DATABASE_URL', f'sqlite:///{tmp_path}/nowhere/live.db')

    done = run('users', 'list')

    assert (done.code, done.out, len(done.err.splitlines())) == (1, '', 1)
    assert 'database upgrade' in done.err
    assert not (tmp_path / 'nowhere').exists()


def test_a_wrong_url_is_told_in_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('DATABASE_URL', 'nonsense')

    done = run('sessions', 'list')

    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert 'DATABASE_URL is not a database URL.' in done.err


@pytest.mark.parametrize('arguments', [('frob',), ('users', 'create'), ('users', 'list', '--limit', '0'),
                                       ('users', 'set-password', 'ann@example.com', 'a password')])
def test_wrong_usage_is_two(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).code == 2


def test_users_are_listed_for_people_and_for_programs(run: Run, house: House) -> None:
    ann, _ = people(house, 'ann@example.com', 'bob@example.com')

    found, everybody = run('users', 'list', 'ann', '--json'), run('users', 'list')

    assert [(row['id'], row['email_address'], row['sessions']) for row in found.rows] == [
        (ann.user_id, 'ann@example.com', 1)]
    assert datetime.fromisoformat(found.rows[0]['created_at']) == house.clock.moment
    assert ann.user_id in everybody.out
    assert len(everybody.out.splitlines()) == 3


@pytest.mark.parametrize('by', ['id', 'address'])
def test_a_user_is_disabled_and_enabled_by_id_or_address(run: Run, house: House, by: str) -> None:
    ann, _ = people(house, 'ann@example.com', 'bob@example.com')
    who = ann.user_id if by == 'id' else 'ANN@example.com '

    disabled = run('users', 'disable', who, '--json')
    after = ended(house)
    enabled = run('users', 'enable', who)

    assert disabled.rows == [{'user': who, 'disabled': True, 'sessions_ended': 1}]
    assert after == ['revoked', 'active']
    assert enabled.code == 0
    assert house.sql('SELECT disabled FROM user') == [(0,), (0,)]
    assert house.sql("SELECT actor FROM audit_event WHERE action = 'disabled'") == [('command line',)]


@pytest.mark.parametrize('command', ['disable', 'enable', 'set-password', 'make-admin', 'remove-admin'])
def test_an_unknown_user_is_told_and_nothing_is_changed(run: Run, house: House, command: str) -> None:
    people(house, 'ann@example.com')

    done = run('users', command, 'nobody@example.com', typed=f'{PASSWORD}\n')

    assert (done.code, done.out) == (1, '')
    assert done.err.startswith('There is no such user.')
    assert ended(house) == ['active']


def test_another_password_ends_the_sessions_and_is_never_printed(run: Run, house: House) -> None:
    people(house, 'ann@example.com')
    before = house.sql('SELECT password_hash FROM user')

    short = run('users', 'set-password', 'ann@example.com', typed='short\n')
    kept = house.sql('SELECT password_hash FROM user') == before
    done = run('users', 'set-password', 'ann@example.com', '--json', typed='another horse battery\n')

    assert short.code == 1
    assert '8 characters' in short.err
    assert kept
    assert done.rows == [{'user': 'ann@example.com', 'sessions_ended': 1}]
    assert ended(house) == ['revoked']
    assert house.sql('SELECT password_hash FROM user') != before
    assert 'another horse' not in done.out + done.err


def test_administrators_are_made_and_unmade(run: Run, house: House) -> None:
    people(house, 'ann@example.com')

    run('users', 'make-admin', 'ann@example.com')
    made = house.sql('SELECT is_admin FROM user')
    run('users', 'remove-admin', 'ann@example.com')

    assert (made, house.sql('SELECT is_admin FROM user')) == ([(1,)], [(0,)])


def test_sessions_are_listed_and_one_is_ended(run: Run, house: House) -> None:
    ann, bob = people(house, 'ann@example.com', 'bob@example.com')

    of_ann, everybody = run('sessions', 'list', '--user', 'ann@example.com', '--json'), run('sessions', 'list')
    done = run('sessions', 'revoke', ann.session_id)

    assert [row['id'] for row in of_ann.rows] == [ann.session_id]
    assert {ann.session_id, bob.session_id} <= set(everybody.out.split())
    assert done.code == 0
    assert ended(house) == ['revoked', 'active']


@pytest.mark.parametrize('session_id', ['sess_unknown', '', "' OR 1=1 --", 'sess_é'])
def test_an_id_of_no_session_ends_nothing(run: Run, house: House, session_id: str) -> None:
    people(house, 'ann@example.com')

    done = run('sessions', 'revoke', session_id)

    assert done.code == 1
    assert 'Nobody was signed out.' in done.err
    assert ended(house) == ['active']


def test_all_sessions_of_a_user_or_of_everybody_are_ended(run: Run, house: House) -> None:
    people(house, 'ann@example.com', 'bob@example.com', 'carol@example.com')

    one = run('sessions', 'revoke-user', 'bob@example.com', '--json')
    after_one = ended(house)
    unsure = run('sessions', 'revoke-all', typed='no\n')
    after_unsure = ended(house)
    everybody = run('sessions', 'revoke-all', '--yes', '--json')

    assert one.rows[0]['sessions_ended'] == 1
    assert after_one == after_unsure == ['active', 'revoked', 'active']
    assert unsure.code == 1
    assert everybody.rows == [{'sessions_ended': 2}]
    assert ended(house) == ['revoked'] * 3


def test_the_audit_log_tells_the_newest_last_and_who_did_it(run: Run, house: House) -> None:
    people(house, 'ann@example.com')
    run('users', 'disable', 'ann@example.com')

    done = run('audit', 'tail', '-n', '2', '--json')

    assert [(row['action'], row['actor']) for row in done.rows] == [('disabled', 'command line'),
                                                                    ('revoked', 'command line')]


def test_a_name_can_not_play_with_the_terminal(run: Run, house: House) -> None:
    people(house, 'ann@example.com')
    house.sql('UPDATE user SET first_name = ?', '\x1b[2J[red]x[/red]\u202e')

    done = run('users', 'list')

    assert '\x1b' not in done.out
    assert '\u202e' not in done.out
    assert '[red]x[/red]' in done.out


def test_what_it_ends_is_heard_by_a_running_server(run: Run, house: House) -> None:
    ann, = people(house, 'ann@example.com')
    house.auth.store.feed.take()

    run('sessions', 'revoke', ann.session_id)

    assert house.auth.store.feed.take().client_ids == {ann.token.client_id}
