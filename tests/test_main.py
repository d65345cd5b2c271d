"""Starting the server: what can be wrong is told in one sentence."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.apps import SERVE
from tests.forking import Program
from tests.forks import fork
from tests.programs import ROOT, SPEED, clean_environment

MAIN = ROOT / 'main.py'
SECONDS = 60


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder in which a program runs."""
    (tmp_path / 'folder').mkdir()
    return tmp_path / 'folder'


def log_of(folder: Path) -> Path:
    return folder.with_suffix('.log')


def printed(folder: Path) -> str:
    return log_of(folder).read_text(encoding='utf-8') if log_of(folder).exists() else ''


@contextmanager
def running(folder: Path, *arguments: str, script: Path = MAIN, **settings: Any) -> Generator[Any]:
    """Run a program; what it prints, on either way, is in ``log_of(folder)``."""
    log_of(folder).unlink(missing_ok=True)
    program = fork(Program([str(script), *arguments], str(folder), str(log_of(folder)), clean_environment(**settings),
                           []))
    try:
        yield program
    finally:
        program.kill()
        program.wait(SECONDS)


def told(folder: Path, *arguments: str, script: Path = MAIN, **settings: Any) -> list[str]:
    """Start a program that ends by itself; returns the lines that it has printed. How it ends one test below knows."""
    with running(folder, *arguments, script=script, **settings) as program:
        program.wait(SECONDS)
    return printed(folder).splitlines()


def test_a_port_that_is_in_use_is_told(tmp_path: Path) -> None:
    with socket.create_server(('127.0.0.1', 0)) as taken:
        port = taken.getsockname()[1]

        done = subprocess.run([sys.executable, str(MAIN), '--port', str(port)], cwd=tmp_path, capture_output=True,
                              text=True, timeout=SECONDS, check=False, env=clean_environment())

    assert done.returncode == 1
    assert done.stdout == ''
    assert done.stderr.splitlines() == [f'Port {port} on 127.0.0.1 cannot be used (Address already in use). '
                                        'Stop what uses it, or choose another one with --port.']


@pytest.mark.parametrize(('url', 'told_of'), [
    ('nonsense', 'DATABASE_URL is not a database URL.'),
    ('mysql://x/y', 'DATABASE_URL starts with "mysql:", which this version does not know.'),
    ('sqlite://', 'DATABASE_URL names no file.'),
    ('sqlite:////proc/nowhere/live.db', 'cannot be opened for writing'),
    ('sqlite:///main-is-no-folder/live.db', 'cannot be opened for writing'),
    ('sqlite:///not-a-database.db', 'cannot be opened for writing'),
    ('postgresql://localhost', 'DATABASE_URL names no database on its server.'),
])
def test_a_store_that_cannot_be_opened_is_told(folder: Path, url: str, told_of: str) -> None:
    (folder / 'main-is-no-folder').write_text('a file')
    (folder / 'not-a-database.db').write_text('this is no database, but it is long enough to be looked at' * 99)

    line, = told(folder, '--port', '0', database_url=url)

    assert told_of in line
    assert line.endswith(('.', 'host/database'))


def test_a_database_server_that_never_answers_is_waited_for_and_then_told_without_the_password(folder: Path) -> None:
    begins, ends, last = told(folder, '--port', '0', script=SERVE,
                              database_url='postgresql://ann:very-secret@127.0.0.1:1/none', **{SPEED: 60})

    assert 'the database postgresql://ann:***@127.0.0.1:1/none does not answer yet' in begins
    assert 'Waiting for it for up to 0 s' in begins  # the half of one
    assert 'still does not answer after 0.' in ends
    assert last.startswith('The database postgresql://ann:***@127.0.0.1:1/none cannot be used')
    assert 'very-secret' not in begins + ends + last


@pytest.mark.parametrize(('setting', 'value'), [('session_lifetime_seconds', '-1'), ('port', 'eighty'),
                                                ('session_inactivity_seconds', 'never')])
def test_a_wrong_setting_is_named(folder: Path, setting: str, value: str) -> None:
    line, = told(folder, **{setting: value})

    assert line.startswith(f'The setting {setting.upper()} is wrong: ')


def test_a_page_that_asks_for_what_cannot_be_honoured_is_told_before_anything_is_served(folder: Path) -> None:
    script = folder / 'app.py'
    script.write_text('import main, pages\nfrom auth import private\nfrom fastapi import Depends\n'
                      '@private\ndef report(user=Depends(lambda: 1)): ...\n'
                      "pages.ROUTES['/report'] = report\nmain.main()\n")

    line, = told(folder, '--port', '0', script=script)

    assert 'The page "report" at /report cannot have its parameter "user"' in line


def first_line(folder: Path, *arguments: str, **settings: Any) -> tuple[str, list[int]]:
    """Start the server, and ask where its first line says it is; returns that, and the statuses it answers with."""
    with running(folder, '--port', '0', *arguments, **settings):
        while not (ready := re.search(r'^(Live Sessions is ready .*)\n', printed(folder), re.MULTILINE)):
            time.sleep(0.02)
        url = re.findall(r'http://\S+[^,\s]', line := ready[1])[0]
        port = int(url.rpartition(':')[2])
        hosts = ['127.0.0.1', '[::1]'] if arguments[-1:] == ('::',) else []
        statuses = [httpx.get(f'{where}/v1/client', timeout=SECONDS).status_code
                    for where in (url, *(f'http://{host}:{port}' for host in hosts))]
    return re.sub(r':\d+(?=$|,)', ':PORT', line), statuses


@pytest.mark.parametrize(('host', 'url'), [
    (None, 'http://localhost:PORT'), ('[::1]', 'http://[::1]:PORT'), ('::', 'http://localhost:PORT'),
])
def test_the_first_line_is_a_url_that_leads_there(folder: Path, host: str | None, url: str) -> None:
    line, statuses = first_line(folder, *(['--host', host] if host else []))

    assert line == f'Live Sessions is ready on {url}'
    assert set(statuses) == {200}


def test_a_server_that_is_started_as_people_do_says_where_they_find_the_site_and_ends_when_it_is_told(
        tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, str(MAIN), '--port', '0'], cwd=tmp_path, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, env=clean_environment(public_url='https://app.example')) as server:
        assert server.stdout
        line, key = server.stdout.readline(), server.stdout.readline()
        server.terminate()

    assert re.fullmatch(r'Live Sessions is ready on http://localhost:\d+, for https://app\.example\n', line)
    assert key == 'Its publishable key is pk_live_YXBwLmV4YW1wbGUk\n'


@pytest.mark.parametrize(('host', 'told_of'), [
    ('nowhere.invalid', "HOST is 'nowhere.invalid', and no address is known by that name."),
    ('203.0.113.7', '203.0.113.7 is no address of this machine.'),
    ('', 'The setting HOST is wrong: write an address of this machine'),
])
def test_an_address_that_cannot_be_had_is_told(folder: Path, host: str, told_of: str) -> None:
    line, = told(folder, '--port', '0', '--host', host)

    assert told_of in line
    assert line.endswith('.')


@pytest.mark.parametrize(('content', 'told_of'), [
    ('DATABASE_URL=sqlite:///other.db\n'.encode('utf-16'), 'is not UTF-8 text'),
    (b'DATABASE_URL postgresql://ann:hunter2@localhost/live', 'sets nothing'),
], ids=['UTF-16', 'sets nothing'])
def test_a_file_of_settings_that_is_not_what_it_seems_is_told(folder: Path, content: bytes, told_of: str) -> None:
    (folder / '.env').write_bytes(content)
    command_line = folder.with_suffix('.py')
    command_line.write_text('from auth.cli import main\nmain()\n')

    for script, arguments in ((MAIN, ('--port', '0')), (command_line, ('users', 'list'))):
        line, = told(folder, *arguments, script=script)
        assert told_of in line
        assert 'hunter2' not in line
    assert [path.name for path in folder.iterdir()] == ['.env']
