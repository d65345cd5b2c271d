"""PostgreSQL holds every name that people have, whatever the locale of its server, its clients, or this process."""

from __future__ import annotations

import io
import secrets
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from psycopg import sql
from sqlalchemy import make_url

from auth.cli import main
from auth.rules.store import Store
from models import CannotOpenStore, check_schema, copy_store, migrate, wait_for_server
from tests.forks import printed_by
from tests.postgres import Postgres
from tests.programs import ROOT
from tests.rules import PATIENT, Rules
from tests.running import only_on_postgres

NAMES = ('Łukasz Ďurica', '山田太郎', 'Владимир', 'Zoë 🦊', 'محمد')
TOO_NARROW = ('SQL_ASCII', 'LATIN1', 'LATIN9', 'WIN1252', 'KOI8R', 'EUC_JP', 'EUC_KR')


@pytest.fixture
def make_in(postgres: Postgres) -> Iterator[Callable[..., str]]:
    """Makes empty databases with an encoding, and perhaps settings of their own; returns their URLs."""
    made: list[str] = []

    def make(encoding: str, **settings: str) -> str:
        name = f'live_sessions_{secrets.token_hex(4)}_{encoding.lower()}'  # others make theirs on the same server
        postgres.run(sql.SQL("CREATE DATABASE {} ENCODING {} LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0").format(
            sql.Identifier(name), sql.Literal(encoding)))
        made.append(name)
        for setting, value in settings.items():
            postgres.run(sql.SQL('ALTER DATABASE {} SET {} = {}').format(
                sql.Identifier(name), sql.Identifier(setting), sql.Literal(value)))
        return postgres.url.set(database=name).render_as_string(hide_password=False)

    yield make
    for name in made:
        postgres.run(sql.SQL('DROP DATABASE {} WITH (FORCE)').format(sql.Identifier(name)))


@only_on_postgres
@pytest.mark.parametrize('encoding', TOO_NARROW)
def test_a_database_that_cannot_hold_every_name_is_refused_at_the_start(
        kind: str, make_in: Callable[..., str], encoding: str) -> None:
    url = make_in(encoding)
    wait_for_server(url)

    for act in (migrate, check_schema):
        with pytest.raises(CannotOpenStore) as refused:
            act(url)
        assert f'is encoded in {encoding}, which cannot hold every name' in str(refused.value)
        assert "CREATE DATABASE live_sessions ENCODING 'UTF8' TEMPLATE template0" in str(refused.value)


@only_on_postgres
def test_the_server_tells_that_in_one_sentence(kind: str, make_in: Callable[..., str], tmp_path: Path) -> None:
    line, = printed_by(ROOT / 'main.py', tmp_path, '--port', '0', database_url=make_in('SQL_ASCII')).splitlines()

    assert 'is encoded in SQL_ASCII, which cannot hold every name' in line


@only_on_postgres
def test_a_command_tells_that_in_one_sentence(
        kind: str, make_in: Callable[..., str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
        ) -> None:
    monkeypatch.setenv('DATABASE_URL', make_in('LATIN1'))
    monkeypatch.setattr(sys, 'argv', ['auth', 'users', 'create', 'a@example.com'])
    monkeypatch.setattr(sys, 'stdin', io.TextIOWrapper(io.BytesIO()))

    with pytest.raises(SystemExit, match='1'):
        main()
    told = capsys.readouterr()

    assert (told.out, len(told.err.splitlines())) == ('', 1)
    assert 'is encoded in LATIN1, which cannot hold every name' in told.err


@only_on_postgres
def test_one_that_cannot_even_be_spoken_to_in_utf_8_is_told_with_its_encoding(
        kind: str, make_in: Callable[..., str]) -> None:
    with pytest.raises(CannotOpenStore, match=r'cannot be used .*MULE_INTERNAL') as refused:
        migrate(make_in('MULE_INTERNAL'))

    assert str(refused.value).isprintable()


@only_on_postgres
def test_a_store_is_not_copied_into_a_database_that_cannot_hold_it(
        kind: str, make_in: Callable[..., str], tmp_path: Path) -> None:
    migrate(f'sqlite:///{tmp_path}/live.db')

    with pytest.raises(CannotOpenStore, match='is encoded in LATIN1'):
        copy_store(f'sqlite:///{tmp_path}/live.db', make_in('LATIN1'))


@only_on_postgres
@pytest.mark.parametrize('locale', ['SQL_ASCII', 'LATIN1', 'WIN1252', 'EUC_JP', 'nonsense'])
async def test_this_process_speaks_utf_8_whatever_its_environment_asks_for(
        rules_with: Callable[..., Rules], monkeypatch: pytest.MonkeyPatch, locale: str) -> None:
    rules = rules_with()
    monkeypatch.setenv('PGCLIENTENCODING', locale)
    url = make_url(rules.database.url).update_query_dict({
        'client_encoding': 'latin1', 'options': '-c client_encoding=LATIN1'}).render_as_string(hide_password=False)
    check_schema(url)
    store, usual = Store(url, PATIENT), rules.auth.store
    object.__setattr__(rules.auth, 'store', store)

    await store.feed.open()
    for number, name in enumerate(NAMES):
        done = await rules.sign_up(f'p{number}@example.com', first_name=name)
        client = await rules.here(done.token)
        assert client.sessions[0].user.first_name == name
    await store.close()
    object.__setattr__(rules.auth, 'store', usual)

    monkeypatch.undo()
    assert {name for name, in rules.sql('SELECT first_name FROM user')} == set(NAMES)


@only_on_postgres
async def test_a_database_whose_clients_are_told_another_encoding_holds_every_name(
        kind: str, make_in: Callable[..., str], rules: Rules) -> None:
    url = make_in('UTF8', client_encoding='LATIN1', lc_messages='C', datestyle='German', timezone='Asia/Tokyo')
    migrate(url)
    store = Store(url, PATIENT)

    def ask(db: object) -> str:
        return db.exec_driver_sql("SELECT 'Ł' || %s", ('🦊',)).scalar_one()  # type: ignore[attr-defined]

    answers = [await store.read(ask), await store.run(ask)]
    await store.close()

    assert answers == ['Ł🦊'] * 2
