"""An author's tables beside ours: their classes, their Alembic, and our version, which has a table of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import ForeignKey, create_engine
from sqlmodel import Field, Session, SQLModel, select

import models
from auth.rules.actor import by_command_line
from auth.rules.erasure import erase_user
from models import METADATA, CannotOpenStore, RowsOf, check_schema, migrate
from models.database_url import open_database
from models.version import known_versions
from tests.databases import SqliteFile, TestDatabase
from tests.forks import printed_at_once
from tests.models.test_ownership import contents
from tests.models.test_store import MIGRATE
from tests.programs import ROOT
from tests.rules import Rules

NEWEST = known_versions()[0]


class User(SQLModel, table=True):
    """An author's class of the name of one of ours, in a table of its own."""

    __tablename__ = 'member'

    id: int | None = Field(default=None, primary_key=True)
    nickname: str


class Todo(SQLModel, table=True):
    """A row of somebody who signs in."""

    id: int | None = Field(default=None, primary_key=True)
    user_id: str = Field(sa_column_args=[ForeignKey(models.User.id, ondelete='CASCADE')], index=True)
    words: str


ENV = """
from alembic import context
from models import is_authors
from tests.models.test_beside import SQLModel

context.configure(connection=context.config.attributes['connection'], target_metadata=SQLModel.metadata,
                  include_name=is_authors, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
"""

VERSION = """
import sqlalchemy as sa
from alembic import op

from models import tell_tabs

revision, down_revision = '0003', None


def upgrade():
    op.create_table('todo', sa.Column('id', sa.Integer, primary_key=True),
                    sa.Column('words', sa.String, nullable=False),
                    sa.Column('user_id', sa.String, sa.ForeignKey('user.id', ondelete='CASCADE'), nullable=False))
    op.create_index('ix_todo_user_id', 'todo', ['user_id'])
    op.create_table('member', sa.Column('id', sa.Integer, primary_key=True),
                    sa.Column('nickname', sa.String, nullable=False))
    tell_tabs(op.get_bind(), 'todo', owner='user_id')
"""

@pytest.fixture
def fresh(make_database: Callable[[], TestDatabase]) -> TestDatabase:
    """A store of this version, and nobody in it."""
    return make_database()


def make_former(store: TestDatabase, version: str) -> None:
    """Let the version stand where earlier versions kept it."""
    store.sql('DROP TABLE live_sessions_version')
    store.sql('CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)')
    store.sql('INSERT INTO alembic_version VALUES (?)', version)


def versions(store: TestDatabase, table: str) -> list[str]:
    return sorted(version for (version,) in store.sql(f'SELECT version_num FROM {table}'))


def alembic(monkeypatch: pytest.MonkeyPatch, url: str) -> Config:
    """What the command ``alembic`` reads in the folder of the project."""
    monkeypatch.setenv('DATABASE_URL', url)
    return Config(toml_file=ROOT / 'pyproject.toml')


def test_a_class_of_the_same_name_is_an_authors_own(fresh: TestDatabase) -> None:
    assert models.User.metadata is METADATA is not SQLModel.metadata
    engine = create_engine(fresh.url.replace('postgresql://', 'postgresql+psycopg://'))

    SQLModel.metadata.create_all(engine, [User.__table__])
    with Session(engine) as db:
        db.add(User(nickname='Ann'))
        db.commit()
        found = [user.nickname for user in db.exec(select(User))]
    engine.dispose()

    assert found == ['Ann']
    assert fresh.sql('SELECT count(*) FROM user') == [(0,)]
    assert {table.name for table in SQLModel.metadata.sorted_tables}.isdisjoint(METADATA.tables)


def test_alembic_finds_nothing_to_do_on_a_fresh_store(fresh: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh.sql('CREATE TABLE todo (id INTEGER PRIMARY KEY)')  # an author's, of which it knows nothing

    command.check(alembic(monkeypatch, fresh.url))  # raises what it finds


async def test_an_authors_own_alembic_stands_beside_ours(rules: Rules, tmp_path: Path) -> None:
    url, theirs = rules.database.url, Config()
    (tmp_path / 'mine' / 'versions').mkdir(parents=True)
    (tmp_path / 'mine' / 'env.py').write_text(ENV)
    (tmp_path / 'mine' / 'versions' / 'first.py').write_text(VERSION)
    theirs.set_main_option('script_location', str(tmp_path / 'mine'))
    ann = await rules.sign_up()

    with open_database(url).connect(to_write=True) as theirs.attributes['connection']:
        command.upgrade(theirs, 'head')
        command.check(theirs)  # raises what it finds: neither our tables nor the reference to them
    migrate(url)
    await rules.changes()
    rules.sql("INSERT INTO todo (words, user_id) VALUES ('milk', ?)", ann.user_id)
    told = (await rules.changes()).user_ids
    await rules.auth.run(erase_user, by_command_line, ann.user_id)

    assert RowsOf('todo', ann.user_id).are_in(told)
    assert versions(rules.database, 'alembic_version') == ['0003']
    assert versions(rules.database, 'live_sessions_version') == [NEWEST]
    assert rules.sql('SELECT * FROM todo') == []  # with its owner


def test_the_version_moves_and_nothing_is_lost(fresh: TestDatabase) -> None:
    make_former(fresh, NEWEST)
    fresh.sql("INSERT INTO attempts (act, kind, who, drained_at, in_a_row) VALUES ('a', 'b', 'c', 1.5, 2)")

    migrate(fresh.url)
    migrate(fresh.url)

    check_schema(fresh.url)
    assert versions(fresh, 'live_sessions_version') == [NEWEST]
    assert versions(fresh, 'alembic_version') == []  # the table stays: an earlier version beside this one looks there
    assert fresh.sql('SELECT who, in_a_row FROM attempts') == [('c', 2)]


def test_the_version_moves_by_the_command_line_as_well(fresh: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    make_former(fresh, NEWEST)

    command.upgrade(alembic(monkeypatch, fresh.url), 'head')

    assert versions(fresh, 'live_sessions_version') == [NEWEST]
    check_schema(fresh.url)


def test_what_an_author_has_noted_stays_where_it_is(fresh: TestDatabase) -> None:
    make_former(fresh, NEWEST)
    fresh.sql("INSERT INTO alembic_version VALUES ('ae1027a6acf')")

    migrate(fresh.url)

    assert versions(fresh, 'alembic_version') == ['ae1027a6acf']
    assert versions(fresh, 'live_sessions_version') == [NEWEST]


def test_two_versions_that_may_both_be_ours_are_left_alone(fresh: TestDatabase) -> None:
    make_former(fresh, NEWEST)
    fresh.sql("INSERT INTO alembic_version VALUES ('0003')")
    before = contents(fresh)

    for act in (migrate, check_schema):
        with pytest.raises(CannotOpenStore, match=f'calls it as ours are called \\(0003, {NEWEST}\\)'):
            act(fresh.url)

    assert isinstance(fresh, SqliteFile) or contents(fresh) == before


def test_processes_that_start_at_once_move_it_once(fresh: TestDatabase, tmp_path: Path) -> None:
    make_former(fresh, NEWEST)

    assert printed_at_once(MIGRATE, tmp_path, database_url=fresh.url) == ['Migrated.\n'] * 2

    assert (versions(fresh, 'live_sessions_version'), versions(fresh, 'alembic_version')) == ([NEWEST], [])
