"""Rows of an author's own table: a tab shows them as they change, whoever changes them, and nobody else's."""

from __future__ import annotations

from playwright.async_api import expect

from models import migrate, tell_tabs
from models.database_url import open_database
from tests.apps import OWN_ROWS
from tests.databases import PostgresDatabase
from tests.running import either_store
from tests.server import Server

from .devices import MakeDevice, StartServer

MAKE = ('CREATE TABLE todo (id {number} PRIMARY KEY, words VARCHAR NOT NULL, '
        'user_id VARCHAR NOT NULL REFERENCES "user" (id) ON DELETE CASCADE)')


def make_the_table(server: Server) -> None:
    migrate(server.database.url)
    server.sql(MAKE.format(number='SERIAL' if isinstance(server.database, PostgresDatabase) else 'INTEGER'))
    with open_database(server.database.url).connect(to_write=True) as connection:
        tell_tabs(connection, 'todo', owner='user_id')


@either_store
async def test_a_tab_shows_rows_of_its_person_as_they_change(device: MakeDevice,
                                                             own_server: StartServer) -> None:
    server = await own_server(OWN_ROWS, prepare=make_the_table)
    laptop = await device(server)
    for name in ('bob', 'ann'):
        await laptop.sign_up(f'{name}@example.com')
    tab = await laptop.tab('/todos')

    await tab.button('Add').click()
    await expect(tab.see('bread')).to_be_visible()
    server.sql("INSERT INTO todo (user_id, words) SELECT id, 'milk of ' || email_address FROM user")

    await expect(tab.see('milk of ann@example.com')).to_be_visible()
    await expect(tab.see('milk of bob@example.com')).to_have_count(0)
    server.sql('DELETE FROM todo')
    await expect(tab.see('milk of')).to_have_count(0)
    await expect(tab.see('bread')).to_have_count(0)
