"""A list as one parameter of a statement."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models import one_of
from models.tables import client
from tests.databases import Kind
from tests.rules import Rules

AWKWARD = ["o'clock", 'a "quoted" one', 'back\\slash', 'ünï😀', '%', '[1]', 'null', '']

_FIND = select(client.c.id).where(one_of(client.c.id, 'the_ids')).order_by(client.c.id)


@pytest.fixture
def clients(rules: Rules) -> list[str]:
    """The ids of stored clients, some of them of a kind that only somebody with a keyboard would choose."""
    ids = sorted([*AWKWARD, *(f'client_{number}' for number in range(20))])
    for one in ids:
        rules.sql('INSERT INTO client (id, secret_hash, created_at) VALUES (?, ?, ?)', one, f'hash of {one}',
                  '2026-01-01 00:00:00.000000')
    return ids


async def found(rules: Rules, ids: list[str]) -> list[str]:
    """The stored clients that are in a list."""
    async with rules.auth.read() as connection:
        return sorted((await connection.scalars(_FIND, {'the_ids': ids})).all())


async def test_each_text_finds_itself_and_nothing_else(rules: Rules, clients: list[str]) -> None:
    assert [await found(rules, [one]) for one in clients] == [[one] for one in clients]
    assert await found(rules, clients) == clients
    assert await found(rules, ['client_1', 'nobody', 'client_1', 'client_19']) == ['client_1', 'client_19']


async def test_nothing_is_in_an_empty_list(rules: Rules, clients: list[str]) -> None:
    assert clients
    assert await found(rules, []) == []


async def test_a_list_may_be_longer_than_a_statement_may_have_parameters(
        rules: Rules, clients: list[str], kind: Kind) -> None:
    many = [f'nobody_{number}' for number in range(300_000 if kind == 'sqlite' else 70_000)]

    assert await found(rules, [*many, *clients]) == clients


async def test_the_rows_are_looked_up_by_their_index_and_not_all_read(rules: Rules, kind: Kind) -> None:
    rules.sql("INSERT INTO client (id, secret_hash, created_at) WITH RECURSIVE numbers (n) AS "
              "(SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 3000) "
              "SELECT 'client_' || n, '', '2026-01-01 00:00:00.000000' FROM numbers"
              if kind == 'sqlite' else
              "INSERT INTO client (id, secret_hash, created_at) "
              "SELECT 'client_' || n, '', now() FROM generate_series(1, 3000) AS n")
    rules.sql('ANALYZE')
    explain, ids = ('EXPLAIN QUERY PLAN', ('["client_1"]',)) if kind == 'sqlite' else (
        'EXPLAIN', {'the_ids': ['client_1']})

    async with rules.auth.read() as connection:
        statement = f'{explain} {_FIND.compile(dialect=connection.dialect)}'
        plan = str((await connection.exec_driver_sql(statement, ids)).all())

    assert 'SEARCH client USING' in plan or 'using client_pkey' in plan
    assert 'Seq Scan' not in plan
