"""Starting the server: what can be wrong is told in one sentence."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.apps import SERVE
from tests.programs import ROOT, SPEED, clean_environment


def start(folder: Path, *arguments: str, script: Path = ROOT / 'main.py',
          **settings: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(script), *arguments], cwd=folder, capture_output=True, text=True,
                          timeout=60, check=False, env=clean_environment(**settings))


def test_a_port_that_is_in_use_is_told(tmp_path: Path) -> None:
    with socket.create_server(('127.0.0.1', 0)) as taken:
        port = taken.getsockname()[1]

        done = start(tmp_path, '--port', str(port))

    assert done.returncode == 1
    assert done.stderr.splitlines() == [f'Port {port} on 127.0.0.1 cannot be used (Address already in use). '
                                        'Stop what uses it, or choose another one with --port.']


@pytest.mark.parametrize(('url', 'told'), [
    ('nonsense', 'DATABASE_URL is not a database URL.'),
    ('mysql://x/y', 'DATABASE_URL starts with "mysql:", which this version does not know.'),
    ('sqlite://', 'DATABASE_URL names no file.'),
    ('sqlite:////proc/nowhere/live.db', 'cannot be opened for writing'),
    ('sqlite:///main-is-no-folder/live.db', 'cannot be opened for writing'),
    ('sqlite:///not-a-database.db', 'cannot be opened for writing'),
    ('postgresql://localhost', 'DATABASE_URL names no database on its server.'),
])
def test_a_store_that_cannot_be_opened_is_told(tmp_path: Path, url: str, told: str) -> None:
    (tmp_path / 'main-is-no-folder').write_text('a file')
    (tmp_path / 'not-a-database.db').write_text('this is no database, but it is long enough to be looked at' * 99)

    done = start(tmp_path, '--port', '0', database_url=url)

    assert done.returncode == 1
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.rstrip().endswith(('.', 'host/database'))


def test_a_database_server_that_never_answers_is_waited_for_and_then_told_without_the_password(tmp_path: Path) -> None:
    done = start(tmp_path, '--port', '0', script=SERVE, database_url='postgresql://ann:very-secret@127.0.0.1:1/none',
                 **{SPEED: 60})

    begins, ends, told = done.stderr.splitlines()
    assert done.returncode == 1
    assert 'the database postgresql://ann:***@127.0.0.1:1/none does not answer yet' in begins
    assert 'Waiting for it for up to 0 s' in begins  # the half of one
    assert 'still does not answer after 0.' in ends
    assert told.startswith('The database postgresql://ann:***@127.0.0.1:1/none cannot be used')
    assert 'very-secret' not in done.stderr


@pytest.mark.parametrize(('setting', 'value'), [('session_lifetime_seconds', '-1'), ('port', 'eighty'),
                                                ('session_inactivity_seconds', 'never')])
def test_a_wrong_setting_is_named(tmp_path: Path, setting: str, value: str) -> None:
    done = start(tmp_path, **{setting: value})

    assert done.returncode == 1
    assert done.stderr.startswith(f'The setting {setting.upper()} is wrong: ')
    assert len(done.stderr.splitlines()) == 1


def test_a_page_that_asks_for_what_cannot_be_honoured_is_told_before_anything_is_served(tmp_path: Path) -> None:
    script = tmp_path / 'app.py'
    script.write_text('import main, pages\nfrom auth import private\nfrom fastapi import Depends\n'
                      '@private\ndef report(user=Depends(lambda: 1)): ...\n'
                      "pages.ROUTES['/report'] = report\nmain.main()\n")

    done = subprocess.run([sys.executable, str(script), '--port', '0'], cwd=tmp_path, capture_output=True, text=True,
                          timeout=60, check=False, env=clean_environment())

    assert done.returncode == 1
    assert done.stdout == ''
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert 'The page "report" at /report cannot have its parameter "user"' in done.stderr


def first_line(folder: Path, *arguments: str, **settings: Any) -> tuple[str, list[int]]:
    """Start the server, and ask where its first line says it is; returns that, and the statuses it answers with."""
    with subprocess.Popen([sys.executable, str(ROOT / 'main.py'), '--port', '0', *arguments], cwd=folder, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=clean_environment(**settings)) as server:
        assert server.stdout
        line = server.stdout.readline()
        url = re.findall(r'http://\S+[^,\s]', line)[0]
        port = int(url.rpartition(':')[2])
        hosts = ['127.0.0.1', '[::1]'] if arguments[-1:] == ('::',) else []
        try:
            statuses = [httpx.get(f'{where}/v1/client').status_code
                        for where in (url, *(f'http://{host}:{port}' for host in hosts))]
        finally:
            server.terminate()
        return re.sub(r':\d+(?=$|,)', ':PORT', line.strip()), statuses


@pytest.mark.parametrize(('host', 'url'), [
    (None, 'http://localhost:PORT'), ('[::1]', 'http://[::1]:PORT'), ('::', 'http://localhost:PORT'),
])
def test_the_first_line_is_a_url_that_leads_there(tmp_path: Path, host: str | None, url: str) -> None:
    line, statuses = first_line(tmp_path, *(['--host', host] if host else []))

    assert line == f'Live Sessions is ready on {url}'
    assert set(statuses) == {200}


def test_the_first_line_says_where_people_find_the_site(tmp_path: Path) -> None:
    line, _ = first_line(tmp_path, public_url='https://app.example')

    assert line == 'Live Sessions is ready on http://localhost:PORT, for https://app.example'


@pytest.mark.parametrize(('host', 'told'), [
    ('nowhere.invalid', "HOST is 'nowhere.invalid', and no address is known by that name."),
    ('203.0.113.7', '203.0.113.7 is no address of this machine.'),
    ('', 'The setting HOST is wrong: write an address of this machine'),
])
def test_an_address_that_cannot_be_had_is_told(tmp_path: Path, host: str, told: str) -> None:
    done = start(tmp_path, '--port', '0', '--host', host)

    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, '', 1), done.stderr
    assert told in done.stderr
    assert done.stderr.endswith('.\n')


@pytest.mark.parametrize(('content', 'told'), [
    ('DATABASE_URL=sqlite:///other.db\n'.encode('utf-16'), 'is not UTF-8 text'),
    (b'DATABASE_URL postgresql://ann:hunter2@localhost/live', 'sets nothing'),
])
def test_a_file_of_settings_that_is_not_what_it_seems_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / '.env').write_bytes(content)

    for done in (start(tmp_path, '--port', '0'),
                 subprocess.run([sys.executable, '-m', 'auth', 'users', 'list'], cwd=tmp_path, capture_output=True,
                                text=True, timeout=60, check=False, env=clean_environment())):
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, '', 1)
        assert told in done.stderr
        assert 'hunter2' not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ['.env']
