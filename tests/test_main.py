"""Starting the server: what can be wrong is told in one sentence."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

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
    assert done.stderr.splitlines() == [f'Port {port} on 127.0.0.1 can not be used (Address already in use). '
                                        'Stop what uses it, or choose another one with --port.']


@pytest.mark.parametrize(('url', 'told'), [
    ('nonsense', 'DATABASE_URL is not a database URL.'),
    ('mysql://x/y', 'DATABASE_URL starts with "mysql:", which this version does not know.'),
    ('sqlite://', 'DATABASE_URL names no file.'),
    ('sqlite:////proc/nowhere/live.db', 'can not be opened for writing'),
    ('sqlite:///main-is-no-folder/live.db', 'can not be opened for writing'),
    ('sqlite:///not-a-database.db', 'can not be opened for writing'),
    ('postgresql://localhost', 'DATABASE_URL names no database on its server.'),
])
def test_a_store_that_can_not_be_opened_is_told(tmp_path: Path, url: str, told: str) -> None:
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
    assert told.startswith('The database postgresql://ann:***@127.0.0.1:1/none can not be used')
    assert 'very-secret' not in done.stderr


@pytest.mark.parametrize(('setting', 'value'), [('session_lifetime_seconds', '-1'), ('port', 'eighty'),
                                                ('session_inactivity_seconds', 'never')])
def test_a_wrong_setting_is_named(tmp_path: Path, setting: str, value: str) -> None:
    done = start(tmp_path, **{setting: value})

    assert done.returncode == 1
    assert done.stderr.startswith(f'The setting {setting.upper()} is wrong: ')
    assert len(done.stderr.splitlines()) == 1


def test_a_page_that_asks_for_what_can_not_be_honoured_is_told_before_anything_is_served(tmp_path: Path) -> None:
    script = tmp_path / 'app.py'
    script.write_text('import main, pages\nfrom auth import private\nfrom fastapi import Depends\n'
                      '@private\ndef report(user=Depends(lambda: 1)): ...\n'
                      "pages.ROUTES['/report'] = report\nmain.main()\n")

    done = subprocess.run([sys.executable, str(script), '--port', '0'], cwd=tmp_path, capture_output=True, text=True,
                          timeout=60, check=False, env=clean_environment())

    assert done.returncode == 1
    assert done.stdout == ''
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert 'The page "report" at /report can not have its parameter "user"' in done.stderr
