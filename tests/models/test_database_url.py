"""Which URLs name a store, and that nothing of a password is ever shown of one that does not."""

from __future__ import annotations

import itertools
import logging
import traceback
from pathlib import Path

import pytest

from models import BadDatabaseUrl, CannotOpenStore, check_schema, copy_store, migrate, wait_for_server
from models.database_url import open_database, shown
from tests.forks import printed_by
from tests.programs import ROOT
from tests.rules import FAST

ANOTHER_FILE = {
    'sqlite://data/x.db': 'two slashes', 'sqlite://x.db': 'two slashes', 'sqlite://ann:pw@host/x.db': 'two slashes',
    'sqlite://localhost/x.db': 'two slashes', 'sqlite://:5/x.db': 'two slashes',
    'sqlite:///x.db?mode=ro': 'takes no options', 'sqlite:///x.db?': '',
    'sqlite:///x.db?timeout=5&uri=true': 'no options',
    'sqlite:///~/x.db': 'only a shell replaces', 'sqlite:////~/x.db': 'only a shell', 'sqlite:///~ann/x.db': 'a shell',
    'sqlite:///$HOME/x.db': 'only a shell replaces', 'sqlite:///${DATA}/x.db': 'a shell',
    'sqlite:///file:x.db': 'by another URL', 'sqlite:///file:x.db?mode=memory': 'no options',
    'sqlite:///': 'names no file', 'sqlite:///:memory:': 'names no file', 'sqlite:': 'is not a database URL',
    'sqlite:/x.db': 'is not a database URL', 'sqlite:///x.db\n': 'white space', ' sqlite:///x.db': 'white space',
    'sqlite:///x\x00.db': 'white space', '': 'is not a database URL', 'x.db': 'is not a database URL',
    '/var/x.db': 'is not a database URL', 'file:x.db': 'is not a database URL', 'sqlite3:///x.db': 'does not know',
    'sqlite+aiosqlite:///x.db': 'does not know', 'mysql://ann:hunter2@host/live': 'does not know',
}


@pytest.mark.parametrize(('url', 'told'), ANOTHER_FILE.items())
def test_a_url_that_would_name_another_file_than_it_seems_to_is_refused(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, told: str) -> None:
    monkeypatch.chdir(tmp_path)
    if not told:  # a question mark with nothing after it asks for nothing
        migrate(url)
        return

    with pytest.raises(BadDatabaseUrl) as refused:
        migrate(url)

    assert told in str(refused.value)
    assert 'Write' in str(refused.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize('path', ['data/x.db', 'a b/x.db', 'x#1.db', 'ü.db', '50%.db', 'x@home.db', 'a~b.db',
                                  'backup/~x.db', 'a$b.db'])
def test_any_other_path_is_the_file_that_it_names(tmp_path: Path, path: str) -> None:
    migrate(f'sqlite:///{tmp_path}/{path}')
    check_schema(f'sqlite:///{tmp_path}/{path}')

    assert (tmp_path / path).is_file()


SECRET = 'hunter2'
PARTS = ('@', ':', '/', '#', '?', '%', '%%', '@:', ':@', '/@', '@/', '#@', '@#', '?@', '@?', '%@', '[', ']@', '&', '=',
         "'",
         '"', '\\', ' ', '@@', '%40', '+')
URLS = [form.format(f'{first}{SECRET}{second}x') for first, second in itertools.product(['', *PARTS], PARTS) for form in
        ('postgresql://ann:{}@127.0.0.1:1/live', 'postgres://ann:{}@127.0.0.1:1', 'postgresql+psycopg://:{}@127.0.0.1:1/live',
         'postgresql://ann@corp:{}@127.0.0.1:1/live?sslmode=disable')]
"""A password with each of the characters that mean something in a URL, or two of them, before and after a word."""
OTHER_PLACES = [
    f'postgresql://ann@127.0.0.1:1/live?password={SECRET}', f'postgresql://127.0.0.1:1/live?user=ann&password={SECRET}',
    f'postgresql://127.0.0.1:1/live?sslpassword={SECRET}', f'postgresql://ann:x@127.0.0.1:1/live?{SECRET}=x',
    f'postgresql://ann:{SECRET}@127.0.0.1:99999/live', f'postgresql://ann:{SECRET}@127.0.0.1:x/live',
    f'postgresql://ann:{SECRET}%00@127.0.0.1:1/live', f'postgresql://ann:{SECRET}@/live?host=127.0.0.1:1,127.0.0.1&port=1',
    f'mysql://ann:@{SECRET}@host/live', f'nonsense:{SECRET}', f'postgresql:/{SECRET}', f'postgresql://ann:{SECRET}',
    f'postgresql://ann:{SECRET}@127.0.0.1:1/live\n',
]


def everything_told(url: str) -> str:
    """What anybody could be shown of a URL that can't be used."""
    told: list[str] = []
    for act in (lambda: wait_for_server(url, FAST.faster(60)), lambda: check_schema(url), lambda: migrate(url, FAST),
                lambda: copy_store(url, 'sqlite:///x.db')):
        try:
            act()
        except (BadDatabaseUrl, CannotOpenStore) as error:
            told += [str(error), repr(error), *traceback.format_exception_only(error)]
            if isinstance(error, BadDatabaseUrl):  # then nothing has hung a driver's error on it, either
                told += traceback.format_exception(error.with_traceback(None))
    return '\n'.join(told)


@pytest.mark.parametrize('url', OTHER_PLACES)
def test_nothing_of_a_password_is_told_wherever_it_stands(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, url: str) -> None:
    monkeypatch.chdir(tmp_path)
    with caplog.at_level(logging.DEBUG):
        told = everything_told(url)

    assert told
    assert SECRET not in told
    assert SECRET not in caplog.text


def test_nothing_of_a_password_is_told_whatever_is_in_it() -> None:
    for url in URLS:
        try:
            told = f'{open_database(url).name} {open_database(url)!r} {vars(open_database(url))!r} {shown(url)}'
        except BadDatabaseUrl as error:
            told = ''.join(traceback.format_exception(error))
        assert SECRET not in told, url


AT_SIGNS = ['postgresql://ann:hunter2@x@127.0.0.1:1/live', 'postgresql://ann:x@hunter2/y@127.0.0.1:1/live',
            'postgresql://ann:x/hunter2@y@127.0.0.1:1/live', 'postgresql://ann:x@y?hunter2@z:1/live']


@pytest.mark.parametrize('url', AT_SIGNS)
def test_an_at_sign_in_a_password_is_told_with_how_to_write_it(url: str) -> None:
    with pytest.raises(BadDatabaseUrl) as refused:
        wait_for_server(url)

    assert 'Write it as %40' in str(refused.value)
    assert SECRET not in str(refused.value)


def test_the_server_tells_a_url_that_it_cannot_use_in_one_line(tmp_path: Path) -> None:
    line, = printed_by(ROOT / 'main.py', tmp_path, '--port', '0', database_url=AT_SIGNS[-1]).splitlines()

    assert 'Write it as %40' in line
    assert SECRET not in line


def test_an_option_that_there_is_not_is_told_at_once() -> None:
    with pytest.raises(BadDatabaseUrl, match='has an option that PostgreSQL does not know'):
        wait_for_server('postgresql://ann@127.0.0.1/live?nonsense=x')
