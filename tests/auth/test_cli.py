"""The command line: what an operator does beside the running servers."""

from __future__ import annotations

import asyncio
import fcntl
import io
import json
import os
import pty
import select
import signal
import sqlite3
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url
from typer import Typer
from typer.main import get_command

from auth import Auth
from auth.cli import main
from auth.credentials.passwords import Passwords
from auth.errors import NotAllowed
from auth.rules.actor import by_admin
from auth.rules.admin import create_user
from auth.rules.store import Store
from tests.databases import PostgresDatabase
from tests.patience import PATIENCE_SECONDS
from tests.postgres import Postgres
from tests.programs import ROOT, clean_environment, end, run_python
from tests.rules import NEW_PASSWORD, PASSWORD, PATIENT, Rules
from tests.running import both_stores, either_store, only_on_sqlite

COMMAND = [sys.executable, '-m', 'auth']


@dataclass
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed for programs."""
        return json.loads(self.out)


Run = Callable[..., Done]


@pytest.fixture
def run(rules: Rules, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs commands on the store of the rules, in this process and with cheap passwords, which is quick."""
    monkeypatch.setenv('DATABASE_URL', rules.database.url)
    monkeypatch.setattr('auth.cli.running.Store', lambda url: Store(url, PATIENT))
    monkeypatch.setattr('auth.cli.running.Auth', lambda store, settings: Auth(store, settings, passwords=Passwords(
        memory_kib=8, time_cost=1, patience_seconds=PATIENT.hash_patience_seconds), timing=PATIENT))
    monkeypatch.setattr('typer.main.get_command', _the_commands)
    rules.clock.moment = datetime.now(UTC)  # the program reads the clock of the machine

    def running(*arguments: str, typed: str | bytes = '') -> Done:
        given = typed.encode() if isinstance(typed, str) else typed
        monkeypatch.setattr(sys, 'argv', ['auth', *arguments])
        monkeypatch.setattr(sys, 'stdin', io.TextIOWrapper(io.BytesIO(given)))
        with pytest.raises(SystemExit) as end:
            main()
        return Done(int(end.value.code or 0), *capsys.readouterr())

    return running


@cache
def _the_commands(app: Typer) -> Any:
    """What Typer makes of the functions of the program; it takes longer than most commands, and is always the same."""
    return get_command(app)


def environment(rules: Rules) -> dict[str, str]:
    return clean_environment(database_url=rules.database.url)


@contextmanager
def terminal(columns: int = 100) -> Iterator[tuple[int, int]]:
    """A terminal: the end that a person has, and the end that a program has."""
    person, screen = pty.openpty()
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack('HHHH', 50, columns, 0, 0))
    try:
        yield person, screen
    finally:
        for end in (person, screen):
            with suppress(OSError):
                os.close(end)


def read_until(person: int, words: str, seen: str = '') -> str:
    """Read a terminal until it shows the words."""
    until = time.monotonic() + PATIENCE_SECONDS
    while words not in seen:
        assert select.select([person], [], [], until - time.monotonic())[0], seen
        seen += os.read(person, 4096).decode()
    return seen


def type_passwords(rules: Rules, arguments: list[str], *typed: str) -> Done:
    """Run a command on a terminal, and answer its two prompts; what it shows is in ``out``."""
    with terminal() as (person, screen):
        process = subprocess.Popen([*COMMAND, *arguments], cwd=ROOT, env=environment(rules), stdin=screen,
                                   stdout=screen, stderr=screen, start_new_session=True)
        seen = ''
        for prompt, answer in zip(['Password: ', 'The same again: '], typed, strict=True):
            seen = read_until(person, prompt, seen)
            os.write(person, f'{answer}\n'.encode())
        code = process.wait(PATIENCE_SECONDS)
        return Done(code, read_until(person, '.\r\n', seen), '')


def ended(rules: Rules) -> list[str]:
    return [status for status, in rules.sql(
        'SELECT status FROM session JOIN user AS person ON person.id = user_id ORDER BY person.email_address')]


def people(rules: Rules, *addresses: str) -> list[Any]:
    """Sign people up, each on a browser of their own."""

    async def sign_up() -> list[Any]:
        store = Store(rules.database.url, PATIENT)
        here = replace(rules, auth=replace(rules.auth, store=store))
        done = [await here.sign_up(address) for address in addresses]
        await store.close()
        return done

    return asyncio.run(sign_up())


def test_it_knows_nothing_of_nicegui() -> None:
    run_python('import sys, auth.cli\nassert not {"nicegui", "fastapi", "socketio"} & set(sys.modules)')


@either_store
def test_the_first_administrator_is_made_before_anything_else(run: Run, tmp_path: Path,
                                                              monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('DATABASE_URL', f'sqlite:///{tmp_path}/new/live.db')
    command = ['users', 'create', 'Ann@Example.com', '--admin', '--first-name', 'Ann', '--json']

    made, again = (run(*command, typed=f'{PASSWORD}\n') for _ in range(2))
    with closing(sqlite3.connect(tmp_path / 'new' / 'live.db')) as store:
        events = store.execute('SELECT action, user_id, actor FROM audit_event ORDER BY id').fetchall()

    assert (made.code, made.err) == (0, 'The database was made, or brought to the newest schema.\n')
    user = made.json
    assert user == {'id': user['id'], 'email_address': 'ann@example.com', 'first_name': 'Ann', 'last_name': '',
                    'is_admin': True}
    assert events == [('signed_up', user['id'], 'command line'), ('admin_granted', user['id'], 'command line')]
    assert (again.code, again.out) == (1, '')
    assert again.err == 'That email address is taken. Sign in instead, or use another one.\n'
    assert PASSWORD not in made.out + made.err + again.err


async def test_who_was_made_by_it_signs_in(run: Run, rules: Rules) -> None:
    done = await asyncio.to_thread(run, 'users', 'create', 'ann@example.com', '--password-stdin',
                                   typed=f'{PASSWORD}\r\n')

    assert done.code == 0
    assert done.out.startswith('ann@example.com is a user now: user_')
    assert (await rules.sign_in()).user_id == done.out.split()[-1]


async def test_a_byte_order_mark_is_no_part_of_a_password(run: Run, rules: Rules) -> None:
    done = await asyncio.to_thread(run, 'users', 'create', 'ann@example.com', typed=f'\ufeff{PASSWORD}\r\n')

    assert done.code == 0
    assert (await rules.sign_in()).user_id == done.out.split()[-1]


REFUSED: list[tuple[list[str], str | bytes, str]] = [
    (['nonsense'], PASSWORD, 'That is not an email address.'),
    (['bob@example.com'], 'short', '8 characters'),
    (['bob@example.com'], 'password1', 'most common'),
    (['bob@example.com'], 'bob@example.com', 'is your email address'),
    (['bob@example.com'], '', 'Enter a password.'),
    (['bob@example.com'], 'x' * 100_000, '256 characters at most'),
    (['bob@example.com'], f'{PASSWORD}\n{PASSWORD}\n', 'more than one line'),
    (['bob@example.com'], b'\xff\xfe not text', 'not UTF-8'),
    (['bob@example.com'], PASSWORD.encode('utf-16'), 'not UTF-8'),
    (['bob@example.com'], PASSWORD.encode('utf-16-le'), 'write it as UTF-8'),
    (['bob@example.com'], f'{PASSWORD}\x00', 'a NUL in it'),
    (['bob@example.com'], '\ufeff', 'Enter a password.'),
    (['bob@example.com'], '\ufeff        \r\n', 'spaces or invisible characters only'),
    (['bob@example.com'], ' password \n', 'most common'),
    (['bob@localhost'], PASSWORD, 'has no dot'),
    (['bob@example.com', '--last-name', 'x' * 101], PASSWORD, '100 characters at most'),
]


async def test_nobody_but_an_administrator_or_the_command_line_makes_users(rules: Rules) -> None:
    ann = await rules.sign_up()
    authority = by_admin(await rules.here(ann.token))

    with pytest.raises(NotAllowed):
        await create_user(rules.auth, authority, email_address='ann@example.com', password='short', is_admin=True)

    assert rules.sql('SELECT is_admin FROM user') == [(0,)]


@either_store
def test_what_sign_up_refuses_is_refused(run: Run, rules: Rules) -> None:
    for arguments, typed, told in REFUSED:
        done = run('users', 'create', *arguments, typed=typed)

        assert (done.code, done.out, len(done.err.splitlines())) == (1, '', 1)
        assert told in done.err
    assert rules.sql('SELECT * FROM user') == rules.events() == []


@either_store
def test_a_password_is_asked_for_twice_and_not_shown(run: Run, rules: Rules) -> None:
    people(rules, 'ann@example.com')
    before = rules.sql('SELECT password_hash FROM user')

    done = type_passwords(rules, ['users', 'set-password', 'ann@example.com'], NEW_PASSWORD, NEW_PASSWORD)

    assert done.code == 0
    assert 'ann@example.com has another password; 1 session ended.' in done.out
    assert rules.sql('SELECT password_hash FROM user') != before
    assert 'battery' not in done.out


@either_store
def test_two_passwords_that_differ_change_nothing(run: Run, rules: Rules, monkeypatch: pytest.MonkeyPatch,
                                                  capsys: pytest.CaptureFixture[str]) -> None:
    people(rules, 'ann@example.com')
    before = rules.sql('SELECT password_hash FROM user')
    answers = {'Password: ': NEW_PASSWORD, 'The same again: ': PASSWORD}
    monkeypatch.setattr(sys, 'argv', ['auth', 'users', 'set-password', 'ann@example.com'])
    monkeypatch.setattr('getpass.getpass', answers.pop)

    with terminal() as (_, screen), open(screen, encoding='utf-8', closefd=False) as stdin:
        monkeypatch.setattr(sys, 'stdin', stdin)
        with pytest.raises(SystemExit) as end:
            main()

    assert (end.value.code, answers) == (1, {})
    assert 'The two passwords differ. Nothing was changed; try again.' in capsys.readouterr().err
    assert rules.sql('SELECT password_hash FROM user') == before
    assert ended(rules) == ['active']


@either_store
def test_a_password_is_not_read_from_a_terminal_that_shows_it(run: Run, rules: Rules, monkeypatch: pytest.MonkeyPatch,
                                                              capsys: pytest.CaptureFixture[str]) -> None:
    people(rules, 'ann@example.com')
    monkeypatch.setattr(sys, 'argv', ['auth', 'users', 'set-password', 'ann@example.com', '--password-stdin'])

    with terminal() as (_, screen), open(screen, encoding='utf-8', closefd=False) as stdin:
        monkeypatch.setattr(sys, 'stdin', stdin)
        with pytest.raises(SystemExit) as end:
            main()

    assert end.value.code == 2
    assert 'Standard input is a terminal' in capsys.readouterr().err
    assert ended(rules) == ['active']


@either_store
@pytest.mark.parametrize('arguments', [('users', 'create', 'bob@example.com'),
                                       ('users', 'set-password', 'ann@example.com')])
def test_a_password_is_no_argument_and_is_not_repeated(run: Run, rules: Rules, arguments: list[str]) -> None:
    people(rules, 'ann@example.com')

    done = [run(*arguments, *given, typed=PASSWORD) for given in (
        ['hunter2 hunter2'], ['--password', 'hunter2 hunter2'], ['--password=hunter2 hunter2'], ['-phunter2 hunter2'])]

    assert [(one.code, one.out) for one in done] == [(2, '')] * 4
    assert all('hunter2' not in one.err for one in done)
    assert ended(rules) == ['active']
    assert rules.sql('SELECT count(*) FROM user') == [(1,)]


@either_store
def test_wrong_usage_is_two(run: Run) -> None:
    for arguments in ([], ['frob'], ['users'], ['users', 'create'], ['users', 'list', '--limit', '0'],
                      ['sessions', 'revoke'], ['sessions', 'revoke', 'sess_a', 'sess_b'],
                      ['audit', 'tail', '-n', 'many'], ['sessions', 'revoke', '\udcff']):
        assert run(*arguments).code == 2, arguments


@pytest.mark.parametrize(('statement', 'told'), [
    ("UPDATE live_sessions_version SET version_num = '0001'", 'database upgrade'),
    ('DROP TABLE live_sessions_version', 'database upgrade'),
    ("UPDATE live_sessions_version SET version_num = 'of the future'", 'newer version'),
])
def test_a_store_of_another_schema_is_told_and_left_alone(run: Run, rules: Rules, statement: str, told: str) -> None:
    people(rules, 'ann@example.com')
    rules.sql(statement)

    done = run('users', 'disable', 'ann@example.com')

    assert (done.code, done.out, len(done.err.splitlines())) == (1, '', 1)
    assert told in done.err
    assert ended(rules) == ['active']


@only_on_sqlite
def test_a_store_that_is_not_there_is_told_and_not_made(run: Run, tmp_path: Path,
                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('DATABASE_URL', f'sqlite:///{tmp_path}/nowhere/live.db')

    done = run('users', 'list')

    assert (done.code, done.out, len(done.err.splitlines())) == (1, '', 1)
    assert 'database upgrade' in done.err
    assert not (tmp_path / 'nowhere').exists()


@only_on_sqlite
@pytest.mark.parametrize(('url', 'told'), [
    ('nonsense', 'DATABASE_URL is not a database URL.'),
    ('mysql://x/y', 'which this version does not know'),
    ('sqlite:////dev/null/live.db', '/dev/null/live.db'),
    ('sqlite:///{}/not-a-database.db', 'file is not a database'),
])
def test_a_store_that_cannot_be_opened_is_told(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                url: str, told: str) -> None:
    (tmp_path / 'not-a-database.db').write_text('this is no database, but it is long enough to be looked at' * 99)
    monkeypatch.setenv('DATABASE_URL', url.format(tmp_path))

    for command in (['sessions', 'list'], ['database', 'upgrade'], ['users', 'create', 'ann@example.com']):
        done = run(*command, typed=PASSWORD)

        assert (done.code, done.out, len(done.err.splitlines())) == (1, '', 1)
        assert told in done.err


@only_on_sqlite
def test_a_database_of_another_program_or_of_the_future_is_not_upgraded(run: Run, rules: Rules, tmp_path: Path,
                                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    rules.sql("UPDATE live_sessions_version SET version_num = 'of the future'")
    with closing(sqlite3.connect(tmp_path / 'foreign.db')) as foreign:
        foreign.execute('CREATE TABLE user (name)')

    newer = run('database', 'upgrade')
    monkeypatch.setenv('DATABASE_URL', f'sqlite:///{tmp_path}/foreign.db')
    other = run('database', 'upgrade')

    assert (newer.code, other.code) == (1, 1)
    assert 'newer version' in newer.err
    assert 'belongs to another program' in other.err
    assert len((newer.err + other.err).splitlines()) == 2


def test_a_store_that_is_locked_is_told(run: Run, rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    people(rules, 'ann@example.com')

    with rules.database.locked():
        listed = run('users', 'list')
        monkeypatch.setattr('auth.cli.running.Store', lambda url: Store(url, replace(PATIENT, lock_seconds=0.5)))
        refused = run('users', 'disable', 'ann@example.com')

    assert (refused.code, refused.out, len(refused.err.splitlines())) == (1, '', 1)
    assert 'lock' in refused.err
    assert listed.code == 0
    assert ended(rules) == ['active']


@either_store
def test_a_wrong_setting_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('SESSION_LIFETIME_SECONDS', 'never')

    done = run('users', 'list')

    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert done.err.startswith('The setting SESSION_LIFETIME_SECONDS is wrong')


@only_on_sqlite
def test_an_old_database_is_upgraded(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f'sqlite:///{tmp_path}/new/live.db'
    monkeypatch.setenv('DATABASE_URL', url)

    done, again = run('database', 'upgrade', '--json'), run('database', 'upgrade')

    assert done.json == {'database_url': url, 'upgraded': True}
    assert again.out == f'The database {url} has the newest schema.\n'
    assert run('users', 'list', '--json').json == []


@only_on_sqlite
@both_stores
def test_a_store_is_moved_with_all_that_is_in_it(run: Run, rules: Rules, postgres: Postgres,
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    ann, _ = people(rules, 'ann@example.com', 'bob@example.com')
    target = PostgresDatabase(postgres, migrated=False)
    secret = make_url(target.url).set(password='very secret').render_as_string(hide_password=False)
    monkeypatch.setenv('DATABASE_URL', secret)

    moved, again = (run('database', 'copy', rules.database.url) for _ in range(2))

    assert (moved.code, moved.err) == (0, '')
    assert ': 2 users, 2 clients, 2 sessions, 4 audit events, 0 account values, ' in moved.out
    assert target.sql('SELECT user_id FROM session WHERE id = ?', ann.session_id) == [(ann.user_id,)]
    assert (again.code, again.out, len(again.err.splitlines())) == (1, '', 1)
    assert 'Nothing was copied' in again.err
    assert 'very secret' not in moved.out + again.err
    target.drop()


def test_users_are_listed_for_people_and_for_programs(run: Run, rules: Rules) -> None:
    ann, _ = people(rules, 'ann@example.com', 'bob@example.com')

    found, everybody = run('users', 'list', 'example', 'ann', '--json'), run('users', 'list')
    one, nobody = run('users', 'list', '--limit', '1'), run('users', 'list', 'nobody')

    assert found.json == [{'id': ann.user_id, 'email_address': 'ann@example.com', 'name': 'ann@example.com',
                           'is_admin': False, 'roles': '', 'disabled': False, 'sessions': 1,
                           'created_at': found.json[0]['created_at']}]
    assert datetime.fromisoformat(found.json[0]['created_at']) == rules.clock.moment
    assert found.json[0]['created_at'].endswith('+00:00')
    assert ann.user_id in everybody.out.split()
    assert len(everybody.out.splitlines()) == 3
    assert len(one.out.splitlines()) == 2
    assert one.err == 'There are more than these 1. Use --limit to see more.\n'
    assert (nobody.code, nobody.out, nobody.err) == (0, '', 'There is nothing to show.\n')


@pytest.mark.parametrize('by', ['id', 'address'])
def test_a_user_is_disabled_and_enabled_by_id_or_address(run: Run, rules: Rules, by: str) -> None:
    ann, _ = people(rules, 'ann@example.com', 'bob@example.com')
    who = ann.user_id if by == 'id' else 'ANN@example.com '

    disabled = run('users', 'disable', who, '--json')
    after = ended(rules)
    again, enabled = run('users', 'disable', who), run('users', 'enable', who, '--json')

    assert disabled.json == {'user_id': ann.user_id, 'email_address': 'ann@example.com', 'disabled': True,
                             'sessions_ended': 1}
    assert after == ['revoked', 'active']
    assert again.out == 'ann@example.com is disabled; 0 sessions ended.\n'
    assert enabled.json == {'user_id': ann.user_id, 'email_address': 'ann@example.com', 'disabled': False}
    assert rules.sql('SELECT disabled FROM user') == [(0,), (0,)]
    assert rules.sql("SELECT actor FROM audit_event WHERE action = 'disabled'") == [('command line',)]


@either_store
@pytest.mark.parametrize('command', ['users disable', 'users enable', 'users set-password', 'users make-admin',
                                     'users remove-admin', 'sessions revoke-user'])
def test_an_unknown_user_is_told_and_nothing_is_changed(run: Run, rules: Rules, command: str) -> None:
    people(rules, 'ann@example.com')
    before = rules.sql('SELECT * FROM user'), rules.events()

    for who in ('nobody@example.com', 'user_unknown', '', "' OR 1=1 --", 'user_é', '%', 'not an@address'):
        done = run(*command.split(), who, typed=f'{PASSWORD}\n')

        assert (done.code, done.out, len(done.err.splitlines())) == (1, '', 1)
        assert done.err.startswith(('There is no such user.', 'That is not an email address.'))
    assert ended(rules) == ['active']
    assert before == (rules.sql('SELECT * FROM user'), rules.events())


@either_store
def test_another_password_ends_the_sessions_and_is_never_printed(run: Run, rules: Rules) -> None:
    ann, = people(rules, 'ann@example.com')
    before = rules.sql('SELECT password_hash FROM user')

    short = run('users', 'set-password', 'ann@example.com', typed='short\n')
    kept = rules.sql('SELECT password_hash FROM user') == before
    done = run('users', 'set-password', 'ann@example.com', '--json', '--password-stdin', typed=NEW_PASSWORD)

    assert short.code == 1
    assert '8 characters' in short.err
    assert kept
    assert done.json == {'user_id': ann.user_id, 'email_address': 'ann@example.com', 'sessions_ended': 1}
    assert ended(rules) == ['revoked']
    assert rules.sql('SELECT password_hash FROM user') != before
    assert NEW_PASSWORD not in done.out + done.err + str(rules.events('action', 'user_agent', 'actor'))


@either_store
def test_administrators_are_made_and_unmade_but_for_the_last_one(run: Run, rules: Rules) -> None:
    ann, bob = people(rules, 'ann@example.com', 'bob@example.com')

    granted = run('users', 'make-admin', 'ann@example.com')
    last = [run('users', act, 'ann@example.com') for act in ('remove-admin', 'disable')]
    run('users', 'make-admin', bob.user_id)
    made = rules.sql('SELECT is_admin FROM user')
    withdrawn = run('users', 'remove-admin', ann.user_id, '--json')

    assert granted.out == 'ann@example.com is an administrator.\n'
    assert withdrawn.json == {'user_id': ann.user_id, 'email_address': 'ann@example.com', 'is_admin': False}
    assert (made, rules.sql('SELECT is_admin FROM user ORDER BY email_address')) == ([(1,), (1,)], [(0,), (1,)])
    assert {(one.code, one.out) for one in last} == {(1, '')}
    assert all('the only administrator' in one.err for one in last)


@either_store
def test_roles_are_given_and_taken(run: Run, rules: Rules) -> None:
    people(rules, 'ann@example.com')

    given = run('users', 'give-role', 'ann@example.com', 'editor')
    listed = run('users', 'list', '--json')
    wrong = run('users', 'give-role', 'ann@example.com', 'two words')
    taken = run('users', 'take-role', 'ann@example.com', 'editor', '--json')

    assert given.out == 'ann@example.com has the role editor.\n'
    assert listed.json[0]['roles'] == 'editor'
    assert (wrong.code, 'one word' in wrong.err) == (1, True)
    assert taken.json['given'] is False
    assert rules.sql('SELECT roles FROM user') == [('',)]


def test_sessions_are_listed_and_one_is_ended(run: Run, rules: Rules) -> None:
    ann, bob = people(rules, 'ann@example.com', 'bob@example.com')

    of_ann, everybody = run('sessions', 'list', '--user', 'ann@example.com', '--json'), run('sessions', 'list')
    of_bob, of_nobody = run('sessions', 'list', 'bob', '--json'), run('sessions', 'list', '--user', 'user_nobody')
    done = run('sessions', 'revoke', ann.session_id)
    again = run('sessions', 'revoke', ann.session_id)

    assert of_ann.json == [{'id': ann.session_id, 'user_id': ann.user_id, 'email_address': 'ann@example.com',
                            'device': 'Web browser on Unknown device', 'ip_address': '192.0.2.1',
                            'created_at': rules.clock.moment.isoformat(),
                            'last_active_at': rules.clock.moment.isoformat()}]
    assert [row['id'] for row in of_bob.json] == [bob.session_id]
    assert of_nobody.code == 1
    assert {ann.session_id, bob.session_id, ann.user_id} <= set(everybody.out.split())
    assert (done.code, done.out) == (0, f'{ann.session_id} ended.\n')
    assert again.code == 1
    assert ended(rules) == ['revoked', 'active']


def test_an_id_of_no_session_ends_nothing(run: Run, rules: Rules) -> None:
    people(rules, 'ann@example.com')

    for session_id in ('sess_unknown', '', "' OR 1=1 --", 'sess_é', 'sess_%', 'x' * 100_000):
        done = run('sessions', 'revoke', session_id)

        assert (done.code, done.out, len(done.err.splitlines())) == (1, '', 1)
        assert 'Nobody was signed out.' in done.err
        assert 'sessions list' in done.err
    assert ended(rules) == ['active']


def test_all_sessions_of_a_user_or_of_everybody_are_ended(run: Run, rules: Rules) -> None:
    _, bob, _ = people(rules, 'ann@example.com', 'bob@example.com', 'carol@example.com')

    one = run('sessions', 'revoke-user', 'bob@example.com', '--json')
    after_one = ended(rules)
    unsure = [run('sessions', 'revoke-all', '--json', typed=typed) for typed in ('no\n', '', 'y\n', b'\xff\n')]
    after_unsure = ended(rules)
    everybody = run('sessions', 'revoke-all', '--json', typed='Sign out everyone\n')
    nobody = run('sessions', 'revoke-all', '--yes')

    assert one.json == {'user_id': bob.user_id, 'email_address': 'bob@example.com', 'sessions_ended': 1}
    assert after_one == after_unsure == ['active', 'revoked', 'active']
    assert [(done.code, done.out) for done in unsure] == [(1, '')] * 4
    assert 'This ends 2 sessions.' in unsure[0].err
    assert everybody.json == {'sessions_ended': 2}
    assert nobody.out == '0 sessions ended.\n'
    assert ended(rules) == ['revoked'] * 3


def test_the_audit_log_tells_the_newest_last_and_who_did_it(run: Run, rules: Rules) -> None:
    ann, = people(rules, 'ann@example.com')
    run('users', 'disable', 'ann@example.com')

    done, for_people = run('audit', 'tail', '-n', '2', '--json'), run('audit', 'tail')

    assert [(row['action'], row['actor'], row['user_id']) for row in done.json] == [
        ('disabled', 'command line', ann.user_id), ('revoked', 'command line', ann.user_id)]
    assert datetime.fromisoformat(done.json[0]['at']).utcoffset() == timedelta(0)
    assert [line.split()[3] for line in for_people.out.splitlines()[1:]] == ['signed_up', 'signed_in', 'disabled',
                                                                           'revoked']
    assert ann.session_id in for_people.out


@contextmanager
def _hearing_interrupts() -> Iterator[None]:
    """What a shell runs in its background is deaf to them, and so is every program that it starts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@either_store
def test_the_audit_log_is_followed_through_a_pipe_until_it_is_interrupted(run: Run, rules: Rules) -> None:
    people(rules, 'ann@example.com', 'bob@example.com')

    with _hearing_interrupts():
        tail = subprocess.Popen([*COMMAND, 'audit', 'tail', '--follow', '--json', '-n', '1'], cwd=ROOT,
                                env=environment(rules), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with tail:
        try:
            assert tail.stdout is not None
            events = [json.loads(tail.stdout.readline())]
            run('users', 'disable', 'ann@example.com')
            events += [json.loads(tail.stdout.readline()) for _ in range(2)]
            rules.sql("UPDATE session SET status = 'revoked'")
            run('users', 'enable', 'ann@example.com')
            events.append(json.loads(tail.stdout.readline()))
            tail.send_signal(signal.SIGINT)
            left = tail.communicate(timeout=PATIENCE_SECONDS)
        finally:
            end(tail)

    assert [event['action'] for event in events] == ['signed_in', 'disabled', 'revoked', 'enabled']
    assert left == ('', '')
    assert tail.returncode == 0


@either_store
def test_a_name_cannot_play_with_the_terminal(run: Run, rules: Rules) -> None:
    people(rules, 'ann@example.com')
    evil = '\x1b[2J[red]x[/red]\u202e\x9b1m\x7f\r\n\u2028:smile:'
    rules.sql('UPDATE user SET first_name = ?', evil)
    rules.sql('UPDATE session SET last_user_agent = ?, last_ip_address = ?', evil, evil)
    rules.sql('UPDATE audit_event SET actor = ?, ip_address = ?', evil, evil)

    shown = [run('users', 'list'), run('sessions', 'list'), run('audit', 'tail')]
    as_json = [run(*command, '--json') for command in (('users', 'list'), ('sessions', 'list'), ('audit', 'tail'))]

    for done in [*shown, *as_json]:
        assert all(char.isprintable() for char in done.out.replace('\n', ''))
    assert [len(done.out.splitlines()) for done in shown] == [2, 2, 3]
    assert '[2J[red]x[/red]1m :smile:' in shown[0].out
    assert as_json[0].json[0]['name'] == '[2J[red]x[/red]1m :smile:'
    assert as_json[1].json[0]['ip_address'] == evil


@either_store
@pytest.mark.parametrize('columns', [200, 80, 30])
def test_a_terminal_shows_every_id_whole_and_takes_no_markup(run: Run, rules: Rules, columns: int,
                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    ann, bob = people(rules, 'a-rather-long-address@subdomain.example.com', 'bob@example.com')
    rules.sql("UPDATE user SET first_name = '[red]x[/red]', last_name = ?", 'ㅎ' * 30)
    monkeypatch.setenv('COLUMNS', str(columns))

    with terminal(columns) as (person, screen), open(screen, 'w', encoding='utf-8', closefd=False) as stdout:
        monkeypatch.setattr(sys, 'stdout', stdout)
        codes = [run('users', 'list').code, run('sessions', 'list').code]
        stdout.write('the end.')
        stdout.flush()
        seen = read_until(person, 'the end.')

    assert codes == [0, 0]
    assert {ann.user_id, bob.user_id, ann.session_id, bob.session_id} <= set(seen.split())
    assert '\x1b' not in seen.replace('\x1b[1m', '').replace('\x1b[0m', '')  # the titles are bold
    assert '[red]' in seen


@either_store
def test_closed_streams_are_nothing_to_stumble_over(rules: Rules) -> None:
    command = f'{sys.executable} -m auth users set-password ann@example.com <&- >&-'
    people(rules, 'ann@example.com')

    done = subprocess.run(['sh', '-c', command], cwd=ROOT, env=environment(rules), stderr=subprocess.PIPE, text=True,
                          timeout=100, check=False)

    assert (done.returncode, done.stderr) == (1, 'Enter a password.\n')
    assert ended(rules) == ['active']


@either_store
def test_a_full_disk_is_told(rules: Rules) -> None:
    with open('/dev/full', 'w', encoding='utf-8') as full:
        done = subprocess.run([*COMMAND, 'users', 'list', '--json'], cwd=ROOT, env=environment(rules), stdout=full,
                              stderr=subprocess.PIPE, text=True, timeout=100, check=False)

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert 'No space left on device' in done.stderr


@both_stores
async def test_what_it_ends_is_heard_live_by_whoever_follows_the_store(run: Run, rules: Rules) -> None:
    ann, bob = await rules.sign_up('ann@example.com'), await rules.sign_up('bob@example.com')
    await rules.changes()
    feed = rules.auth.store.feed

    ending = asyncio.create_task(asyncio.to_thread(run, 'sessions', 'revoke-user', 'ann@example.com'))
    while not (changes := feed.drain()).client_ids:
        await feed.wait(1)
    done = await ending

    assert done.out == '1 session of ann@example.com ended.\n'
    assert changes.client_ids == {ann.token.client_id}
    assert changes.user_ids == {ann.user_id}
    assert await rules.active(ann.token) is None
    assert await rules.active(bob.token) == bob.session_id


async def test_a_person_is_given_what_is_kept_of_them_and_erased(rules: Rules, run: Run) -> None:
    ann = await rules.sign_up()

    exported = await asyncio.to_thread(run, 'privacy', 'export', 'ann@example.com')
    refused = await asyncio.to_thread(run, 'privacy', 'erase', ann.user_id, typed='no\n')
    erased = await asyncio.to_thread(run, 'privacy', 'erase', 'ann@example.com', '--json', typed='erase this user\n')
    again = await asyncio.to_thread(run, 'privacy', 'erase', ann.user_id, '--yes')

    assert exported.json['user'][0]['email_address'] == 'ann@example.com'
    assert 'argon2' not in exported.out
    assert (refused.code, '"erase this user" was not typed' in refused.err) == (1, True)
    assert erased.json == {'user_id': ann.user_id, 'erased': True, 'sessions_ended': 1}
    assert again.code == 1
    assert rules.events('action', 'actor')[-2:] == [('data_exported', 'command line'),
                                                    ('account_deleted', 'command line')]


@only_on_sqlite
async def test_a_backup_is_made_and_restored(rules: Rules, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
                                             ) -> None:
    await rules.sign_up()

    made = await asyncio.to_thread(run, 'database', 'backup', str(tmp_path / 'b'), '--json')
    again = await asyncio.to_thread(run, 'database', 'backup', str(tmp_path / 'b'))
    over = await asyncio.to_thread(run, 'database', 'restore', str(tmp_path / 'b'))
    monkeypatch.setenv('DATABASE_URL', f'sqlite:///{tmp_path}/elsewhere.db')
    restored = await asyncio.to_thread(run, 'database', 'restore', str(tmp_path / 'b'))
    listed = await asyncio.to_thread(run, 'users', 'list', '--json')

    assert (made.json['backup'], made.code) == (str(tmp_path / 'b'), 0)
    assert (again.code, over.code, restored.code) == (1, 1, 0)
    assert 'There is something in' in over.err
    assert [user['email_address'] for user in listed.json] == ['ann@example.com']
