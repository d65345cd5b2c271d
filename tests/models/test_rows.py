"""Rows of an author's tables: whoever changes them, the feed names the table and whose they are, and nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Integer, text

from models.database_url import open_database
from models.rows import RowsOf, be_silent, is_of_rows, tell_tabs, tells_tabs
from tests.rules import Rules
from tests.running import only_on_sqlite

ANN, BOB = 'user_ann', 'user_bob'
ANNS, BOBS, ALL = RowsOf('to-do "list"', ANN), RowsOf('to-do "list"', BOB), RowsOf('to-do "list"')
NAME = '"to-do ""list"""'


def in_a_migration(rules: Rules, *statements: str, owner: str | None = 'user id', table: str = ALL.table) -> None:
    """What an author's migration does."""
    with open_database(rules.database.url).connect(to_write=True) as connection:
        for statement in statements:
            connection.execute(text(statement))
        tell_tabs(connection, table, owner=owner)


MAKE = f'CREATE TABLE {NAME} (id INTEGER PRIMARY KEY, "user id" VARCHAR, words VARCHAR)'


@pytest.fixture
async def told(rules: Rules) -> Callable[..., object]:
    """Runs a statement, and returns which of the three lists it concerns: Ann's, Bob's, everybody's."""
    await rules.changes()

    async def run(statement: str, *values: object) -> tuple[bool, bool, bool]:
        rules.sql(statement.replace('TABLE', NAME), *values)
        changes = await rules.changes()
        assert not changes.client_ids
        assert all(map(is_of_rows, changes.user_ids))
        return tuple(rows.are_in(changes.user_ids) for rows in (ANNS, BOBS, ALL))

    return run


async def test_each_change_concerns_the_owner_and_nobody_else(rules: Rules, told: Callable[..., object]) -> None:
    in_a_migration(rules, MAKE)
    insert = 'INSERT INTO TABLE (id, "user id", words) VALUES (?, ?, ?)'

    assert await told(insert, 1, ANN, 'milk') == (True, False, True)
    assert await told('UPDATE TABLE SET words = ? WHERE id = 1', 'bread') == (True, False, True)
    assert await told('UPDATE TABLE SET "user id" = ? WHERE id = 1', BOB) == (True, True, True)
    assert await told('UPDATE TABLE SET words = ? WHERE id = 7', 'bread') == (False, False, False)
    assert await told('UPDATE TABLE SET "user id" = NULL WHERE id = 1') == (True, True, True)  # nobody's is anybody's
    assert await told(insert, 2, 'user_carol', 'tea') == (False, False, True)
    assert await told('DELETE FROM TABLE WHERE id = 2') == (False, False, True)
    assert await told('DELETE FROM TABLE') == (True, True, True)


async def test_a_table_without_owners_concerns_everybody(rules: Rules, told: Callable[..., object]) -> None:
    in_a_migration(rules, MAKE, owner=None)

    assert await told('INSERT INTO TABLE (id, words) VALUES (1, ?)', 'milk') == (True, True, True)
    assert await told('UPDATE TABLE SET words = ? WHERE id = 7', 'milk') == (False, False, False)


async def test_many_rows_in_one_statement_are_all_told_and_nothing_is_missed(
        rules: Rules, told: Callable[..., object]) -> None:
    in_a_migration(rules, MAKE)
    many = ('WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) '
            "INSERT INTO TABLE (id, \"user id\") SELECT i, 'user_' || i FROM n UNION ALL SELECT 900, 'user_ann'")

    rules.sql(many.replace('TABLE', NAME))
    changes = await rules.changes()

    assert not changes.missed  # all other lists stay as they are
    assert ANNS.are_in(changes.user_ids)


async def test_what_is_told_twice_is_told_once_and_can_be_silent(rules: Rules, told: Callable[..., object]) -> None:
    in_a_migration(rules, MAKE, owner=None)
    in_a_migration(rules)
    with open_database(rules.database.url).connect(to_write=True) as connection:
        assert tells_tabs(connection, ALL.table)
        assert not tells_tabs(connection, 'another')
    first = await told('INSERT INTO TABLE (id, "user id") VALUES (1, ?)', ANN)

    with open_database(rules.database.url).connect(to_write=True) as connection:
        be_silent(connection, ALL.table)
        assert not tells_tabs(connection, ALL.table)

    assert first == (True, False, True)
    assert await told('DELETE FROM TABLE') == (False, False, False)


async def test_tables_whose_long_names_begin_alike_tell_of_themselves(rules: Rules) -> None:
    names = [f'{"long" * 14}_{end}' for end in ('a', 'b')]
    for name in names:
        in_a_migration(rules, f'CREATE TABLE {name} (id INTEGER PRIMARY KEY)', owner=None, table=name)
    await rules.changes()

    rules.sql(f'INSERT INTO {names[0]} VALUES (1)')
    told = (await rules.changes()).user_ids

    assert [RowsOf(name).are_in(told) for name in names] == [True, False]


@only_on_sqlite
async def test_a_table_that_was_made_anew_is_silent_until_it_is_told_again(
        rules: Rules, told: Callable[..., object]) -> None:
    in_a_migration(rules, MAKE)
    with open_database(rules.database.url).connect(to_write=True) as connection:
        with Operations(MigrationContext.configure(connection)).batch_alter_table(ALL.table, recreate='always') as one:
            one.add_column(Column('more', Integer))
        assert not tells_tabs(connection, ALL.table)  # so a list that shows it says so in the log

    in_a_migration(rules)

    assert await told('INSERT INTO TABLE (id, "user id") VALUES (1, ?)', ANN) == (True, False, True)


@only_on_sqlite
async def test_a_row_that_is_replaced_concerns_whose_it_was(rules: Rules, told: Callable[..., object]) -> None:
    in_a_migration(rules, MAKE)
    await told('INSERT INTO TABLE (id, "user id") VALUES (1, ?)', ANN)

    assert await told('INSERT OR REPLACE INTO TABLE (id, "user id") VALUES (1, ?)', BOB) == (True, True, True)


async def test_a_table_or_a_column_that_is_not_there_is_told(rules: Rules) -> None:
    with pytest.raises(ValueError, match='no table "todo" yet'):
        in_a_migration(rules, table='todo')
    with pytest.raises(ValueError, match=r'no column "owner"\. It has: id, user id, words'):
        in_a_migration(rules, MAKE, owner='owner')
