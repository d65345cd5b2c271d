"""Searching people: whatever the letter case and the normal form, on both stores, whoever wrote the rows."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import Connection

from auth.changes.sweeper import Sweeper
from auth.rules.actor import by_command_line
from auth.rules.admin_queries import find_sessions, find_users
from auth.rules.profile import change_name
from models.normal_forms import folded
from models.written_by_sql import AT_ONCE, MOST_READ, bring_into_form
from tests.patience import PATIENCE_SECONDS
from tests.rules import LAPTOP, Rules
from tests.running import both_stores, only_on_postgres, only_on_sqlite

ALIKE = [
    ('MÜLLER', 'müller'), ('Mu\u0308ller', 'mÜLLER'), ('müller', 'Mu\u0308ll'), ('Иван', 'иван'), ('иван', 'ИВАН'),
    ('Straße', 'STRASSE'), ('STRASSE', 'straße'), ('ΣΊΣΥΦΟΣ', 'σίσυφος'), ('İstanbul', 'istanbul'),
    ('Ａｎｎａ', 'anna'),
    ('Æsa', 'æSA'), ('ﬁona', 'FIO'), ('Nguyễn', 'NGUYE\u0302\u0303N'), ('각', '\u1100\u1161\u11a8'),
    ('علی\u200cرضا', 'علیرضا'), ('An\u200bna', 'anna'), ('ǅemal', 'ǆEM'), ('ᏣᎳᎩ', 'ꮳꮃꭹ'), ('ⅷ', 'VIII'),
    ('O’Hara', 'o’hara'),
]
ROW = ('INSERT INTO user (id, email_address, first_name, password_hash, password_changed_at, created_at)'
       " VALUES (?, ?, ?, '', '2026-01-01', '2026-01-01')")


async def found(rules: Rules, words: str) -> list[str]:
    """The ids of the users whom words find."""
    return [row.user.id for row in await rules.auth.read(find_users, by_command_line, words)]


async def test_letter_case_and_normal_form_do_not_count(rules: Rules, subtests: pytest.Subtests) -> None:
    done = await rules.sign_up()
    await rules.sign_up('someone@example.com', first_name='Someone', last_name='Else')

    for name, words in ALIKE:
        with subtests.test(name=ascii(name), words=ascii(words)):
            await rules.auth.run(change_name, await rules.here(done.token), last_name=name, request_info=LAPTOP)
            by_program = await found(rules, words)
            sessions = await rules.auth.read(find_sessions, by_command_line, words)
            rules.sql("UPDATE user SET first_name = ?, last_name = '' WHERE id = ?", name, done.user_id)
            by_sql = await found(rules, words)
            while await rules.auth.store.run(bring_into_form):
                pass
            in_form = await found(rules, words)
            rules.sql("UPDATE user SET first_name = 'x' WHERE id = ?", done.user_id)

            assert by_program == by_sql == in_form == [done.user_id]
            assert [row.user.id for row in sessions] == [done.user_id]
            assert await found(rules, words) == []


@pytest.mark.parametrize('words', ['muller', 'müllers', 'mueller', '%', '_', 'm_ller', '\u200b'], ids=ascii)
@both_stores
async def test_what_is_another_word_is_not_found(rules: Rules, words: str) -> None:
    await rules.sign_up(first_name='MÜLLER')
    await rules.sign_up('bob@example.com', first_name='Müll', last_name='er')

    assert len(await found(rules, words)) == (2 if words == '\u200b' else 0)  # nothing that could be searched


@both_stores
async def test_several_words_are_found_in_any_place_also_in_rows_of_sql(rules: Rules) -> None:
    done = await rules.sign_up(first_name='Jürgen', last_name='Straße')
    rules.sql(ROW, 'user_Sql1', 'jue@example.com', 'JÜRGEN STRASSE')

    assert sorted(await found(rules, 'strasse jürgen example')) == sorted([done.user_id, 'user_Sql1'])
    assert await found(rules, 'user_Sql1 jürgen') == ['user_Sql1']
    assert await found(rules, 'jürgen nobody') == []


async def test_of_very_many_rows_of_sql_the_sweeper_leaves_none_and_ascii_is_found_at_once(rules: Rules) -> None:
    await rules.sign_up()
    made = 3 * AT_ONCE
    for number in range(made):
        rules.sql(ROW, f'user_{number:05}', f'person{number:05}@example.com', f'Иван{number:05}')

    sweeper = Sweeper(rules.auth)
    await sweeper.start()
    await asyncio.wait_for(sweeper.swept.wait(), PATIENCE_SECONDS)
    await sweeper.stop()

    assert rules.sql('SELECT count(*) FROM user WHERE search_text IS NULL') == [(0,)]
    assert await found(rules, f'иван{made - 1:05}') == [f'user_{made - 1:05}']


async def test_more_rows_of_sql_than_are_looked_at_are_searched_as_the_database_can(
        rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('models.written_by_sql.MOST_READ', 1)
    for number in range(3):
        rules.sql(ROW, f'user_{number}', f'person{number}@example.com', f'Иван{number}')

    assert MOST_READ >= 1000
    assert await found(rules, 'PERSON2') == ['user_2']
    assert await found(rules, 'иван0') == ['user_0']


@both_stores
async def test_a_name_that_is_changed_after_the_sweep_is_found_by_the_new_one_only(rules: Rules) -> None:
    done = await rules.sign_up()
    rules.sql('UPDATE user SET first_name = ?', 'Zoë')

    def rename_after_it_was_read(db: Connection) -> None:
        bring_into_form(db)
        db.exec_driver_sql("""UPDATE "user" SET first_name = 'Bob'""")

    await rules.auth.store.run(rename_after_it_was_read)

    assert await found(rules, 'bob') == [done.user_id]
    assert await found(rules, 'zoë') == []


def test_folding_again_changes_nothing() -> None:
    for char in map(chr, [*range(0xd800), *range(0xe000, 0x20000)]):
        assert folded(folded(char)) == folded(char)


def test_printable_ascii_is_folded_as_sql_lowers_it() -> None:
    ascii_text = ''.join(map(chr, range(0x20, 0x7f)))

    assert folded(ascii_text) == ascii_text.lower()


PLANS = ['SELECT id FROM user WHERE search_text IS NULL ORDER BY id LIMIT 1000',
         "SELECT id FROM user WHERE email_address = 'ann@example.com'"]


@only_on_sqlite
@pytest.mark.parametrize('statement', PLANS)
def test_an_index_finds_the_rows_of_sql_and_an_address(rules: Rules, statement: str) -> None:
    plan = ' '.join(row[3] for row in rules.sql(f'EXPLAIN QUERY PLAN {statement}'))

    assert 'USING' in plan
    assert 'INDEX' in plan


@only_on_postgres
@pytest.mark.parametrize('statement', PLANS)
def test_an_index_finds_the_rows_of_sql_and_an_address_on_postgres(rules: Rules, statement: str) -> None:
    rules.sql("INSERT INTO user (id, email_address, password_hash, password_changed_at, created_at) "
              "SELECT 'user_' || n, 'person' || n || '@example.com', '', now(), now() "
              'FROM generate_series(1, 5000) AS n')
    rules.sql('ANALYZE')

    plan = ' '.join(row[0] for row in rules.sql(f'EXPLAIN {statement}'))

    assert 'Index' in plan
    assert 'Seq Scan' not in plan
