"""Statements that are built once, and lists of texts in them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, select
from sqlmodel import col

from auth.rules.clients import READ_AT_ONCE, read_clients
from models import Client
from models.statements import built_once
from tests.databases import Kind
from tests.rules import Rules

AWKWARD = ["o'clock", 'a "quoted" one', 'back\\slash', 'ünï😀', '%', '[1]', 'null', '']
MADE = datetime(2026, 1, 1, tzinfo=UTC)


@built_once
def among(ids: Collection[str]):
    return select(col(Client.id)).where(col(Client.id).in_(ids)).order_by(col(Client.id))


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
    def query(db: Connection) -> list[str]:
        return sorted(db.scalars(*among(ids)))

    return await rules.auth.store.read(query)


async def test_each_text_finds_itself_and_nothing_else(rules: Rules, clients: list[str]) -> None:
    assert [await found(rules, [one]) for one in clients] == [[one] for one in clients]
    assert await found(rules, clients) == clients
    assert await found(rules, ['client_1', 'nobody', 'client_1', 'client_19']) == ['client_1', 'client_19']


async def test_nothing_is_in_an_empty_list(rules: Rules, clients: list[str]) -> None:
    assert clients
    assert await found(rules, []) == []


async def test_more_clients_are_read_than_a_statement_may_have_parameters(rules: Rules, clients: list[str]) -> None:
    many = [f'nobody_{number}' for number in range(70_000)]

    read = await read_clients(rules.auth, [*many, *clients])

    assert len(many) > READ_AT_ONCE
    assert sorted(read) == clients


async def test_the_rows_are_looked_up_by_their_index_and_not_all_read(rules: Rules, kind: Kind) -> None:
    rules.sql("INSERT INTO client (id, secret_hash, created_at) WITH RECURSIVE numbers (n) AS "
              "(SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 3000) "
              "SELECT 'client_' || n, '', '2026-01-01 00:00:00.000000' FROM numbers"
              if kind == 'sqlite' else
              "INSERT INTO client (id, secret_hash, created_at) "
              "SELECT 'client_' || n, '', now() FROM generate_series(1, 3000) AS n")
    rules.sql('ANALYZE')

    def plan(db: Connection) -> str:
        statement, values = among(['client_1'])
        written = statement.params(values).compile(dialect=db.dialect, compile_kwargs={'literal_binds': True})
        explain = 'EXPLAIN QUERY PLAN' if kind == 'sqlite' else 'EXPLAIN'
        return str(db.exec_driver_sql(f'{explain} {written}').all())

    told = await rules.auth.store.read(plan)

    assert 'SEARCH client USING' in told or 'using client_pkey' in told
    assert 'Seq Scan' not in told


async def test_a_statement_is_built_at_its_first_use_only_and_takes_the_values_of_each(
        rules: Rules, clients: list[str]) -> None:
    built: list[str] = []

    @built_once
    def made_since(moment: datetime, prefix: str, at_most: int, or_other: str | None):
        built.append('once')
        return (select(col(Client.id)).where(col(Client.created_at) >= moment, col(Client.id).startswith(prefix),
                                             col(Client.id).is_distinct_from(or_other))
                .order_by(col(Client.id)).limit(at_most))

    def query(db: Connection) -> list[list[str]]:
        return [list(db.scalars(*values)) for values in (
            made_since(MADE, 'client_', 2, None), made_since(MADE, 'client_1', at_most=1, or_other='client_1'),
            made_since(MADE + timedelta(days=1), 'client_', 2, or_other=None))]

    assert await rules.auth.store.read(query) == [['client_0', 'client_1'], ['client_10'], []]
    assert built == ['once']
    assert clients
