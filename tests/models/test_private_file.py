"""Who may read a SQLite file: its owner, whatever the umask was and whoever made it."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import insert

from auth.rules.store import Store
from models import CannotOpenStore, copy_store, migrate
from models.change import Change
from models.private_file import close_to_others, make_private
from tests.forks import printed_by
from tests.rules import PATIENT

WRITES = 'import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute("BEGIN IMMEDIATE")'


def mode(path: Path) -> str:
    """What may be done with a file, as ``chmod`` writes it."""
    return f'{stat.S_IMODE(path.stat().st_mode):o}'


def modes(folder: Path) -> dict[str, str]:
    """The same of all that is in a folder."""
    return {path.name: mode(path) for path in folder.iterdir()}


def url(path: Path) -> str:
    return f'sqlite:///{path}'


@contextmanager
def umask(mask: int) -> Generator[None]:
    """Let this process make files as another user's shell would."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def in_use(path: Path) -> Generator[None]:
    """Keep a file open, written to and not written back, so that the files beside it are there."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("INSERT INTO change (client_id) VALUES ('client_1')")
        yield


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Path]:
    """Makes stores as an earlier version did: as wide as the umask let it."""

    def make(file_mode: int) -> Path:
        path = tmp_path / 'earlier' / 'live.db'
        path.parent.mkdir(mode=0o755)
        migrate(url(path))
        path.chmod(file_mode)
        return path

    return make


@pytest.mark.parametrize('mask', [0o000, 0o022, 0o002, 0o027, 0o077, 0o177], ids=oct)
def test_a_new_store_is_its_owners_alone_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    path = tmp_path / 'far' / 'data' / 'live.db'

    with umask(mask):
        migrate(url(path))
        with in_use(path):
            found = modes(path.parent)

    assert found == {'live.db': '600', 'live.db-wal': '600', 'live.db-shm': '600'}
    assert [mode(folder) for folder in (path.parent, path.parent.parent)] == ['700', '700']


async def test_what_a_running_store_writes_beside_its_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / 'data' / 'live.db'
    with umask(0):
        migrate(url(path))
        store = Store(url(path), PATIENT)
        await store.run(lambda db: db.execute(insert(Change).values(client_id='client_1')))
        found = modes(path.parent)
        await store.close()

    assert found == {'live.db': '600', 'live.db-wal': '600', 'live.db-shm': '600'}


def test_a_copy_is_its_owners_alone(tmp_path: Path) -> None:
    source, target = tmp_path / 'source.db', tmp_path / 'copies' / 'target.db'
    with umask(0):
        migrate(url(source))

        copy_store(url(source), url(target))

    assert (mode(target.parent), modes(target.parent)) == ('700', {'target.db': '600'})


def test_a_folder_that_was_there_stays_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / 'shared'
    folder.mkdir()
    folder.chmod(0o755)

    migrate(url(folder / 'live.db'))

    assert (mode(folder), modes(folder)) == ('755', {'live.db': '600'})


def test_at_no_moment_does_a_new_file_stand_there_for_others(tmp_path: Path) -> None:
    watched = tmp_path / 'watched.py'
    watched.write_text('''
import os, sys
from models import migrate

path = sys.argv[1]
os.umask(0)
sys.addaudithook(lambda event, _: event == 'sqlite3.connect' and print(f'{os.stat(path).st_mode & 0o777:o}'))
migrate(f'sqlite:///{path}')
''')

    seen = printed_by(watched, tmp_path, str(tmp_path / 'data' / 'live.db')).split()

    assert set(seen) == {'600'}


@pytest.mark.parametrize('wide', [0o644, 0o664, 0o666, 0o604, 0o602], ids=oct)
def test_a_file_that_everybody_could_open_is_its_owners_alone_from_the_next_start_and_the_log_says_so(
        made: Callable[..., Path], caplog: pytest.LogCaptureFixture, wide: int) -> None:
    path = made(wide)

    with in_use(path):  # as by a process of the earlier version, which is replaced after this one
        migrate(url(path))
        found = modes(path.parent)

    assert found == {'live.db': '600', 'live.db-wal': '600', 'live.db-shm': '600'}
    assert mode(path.parent) == '755'
    assert len(caplog.messages) == 1
    assert 'everybody on this machine' in caplog.text
    assert str(path) in caplog.text


@pytest.mark.parametrize('chosen', [0o640, 0o660, 0o600, 0o700], ids=oct)
def test_a_file_that_somebody_gave_to_a_group_or_made_narrower_stays_as_it_is(
        made: Callable[..., Path], caplog: pytest.LogCaptureFixture, chosen: int) -> None:
    path = made(chosen)

    migrate(url(path))

    assert mode(path) == f'{chosen:o}'
    assert caplog.messages == []


@pytest.mark.parametrize('there', [True, False])
def test_a_link_leads_to_a_file_that_is_as_private(tmp_path: Path, there: bool) -> None:
    real, link = tmp_path / 'disk' / 'real.db', tmp_path / 'data' / 'live.db'
    for folder in (real.parent, link.parent):
        folder.mkdir()
    link.symlink_to(real)
    if there:
        real.touch(0o644)

    with umask(0):
        migrate(url(link))

    assert modes(real.parent) == {'real.db': '600'}
    assert link.is_symlink()


def test_a_link_to_a_folder_that_is_gone_is_told_and_nothing_is_made_in_its_place(tmp_path: Path) -> None:
    (tmp_path / 'data').symlink_to(tmp_path / 'unplugged')

    with pytest.raises(CannotOpenStore, match='cannot be opened for writing'):
        migrate(url(tmp_path / 'data' / 'live.db'))

    assert not (tmp_path / 'unplugged').exists()


def test_a_file_whose_rights_cannot_be_changed_is_no_obstacle_and_the_log_says_what_to_do(
        caplog: pytest.LogCaptureFixture) -> None:
    nobody_may_change = Path('/proc') / str(os.getpid()) / 'comm'
    before = mode(nobody_may_change)

    close_to_others(nobody_may_change)

    assert mode(nobody_may_change) == before == '644'
    assert len(caplog.messages) == 1
    assert f'chmod 600 {nobody_may_change}' in caplog.text


def test_to_look_at_a_file_lets_go_of_no_lock_on_it(made: Callable[..., Path]) -> None:
    path = made(0o644)
    with closing(sqlite3.connect(path, isolation_level=None)) as holding:
        holding.execute('PRAGMA locking_mode=EXCLUSIVE')
        holding.execute('BEGIN EXCLUSIVE')

        make_private(path)
        close_to_others(path)

        with pytest.raises(subprocess.CalledProcessError):
            subprocess.run([sys.executable, '-c', WRITES, str(path)], check=True, stderr=subprocess.DEVNULL)


def test_a_file_that_is_no_store_of_ours_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / 'notes.txt'
    path.write_text('this is no database, but it is long enough to be looked at' * 99)
    path.chmod(0o644)

    with pytest.raises(CannotOpenStore, match='cannot be opened'):
        migrate(url(path))

    assert modes(tmp_path) == {'notes.txt': '644'}
