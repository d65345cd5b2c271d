"""The app with a page that keeps something for an account, for tests: ``python storing.py`` serves it."""

from __future__ import annotations

from nicegui import ui

import pages
from auth import AuthError, private, public
from auth.components import account_storage
from tests.apps.serve import serve


@private
async def note() -> None:
    """A note of whoever is here."""
    storage = await account_storage()
    shown = ui.label(f'Note: {storage.get("note", "none")}').classes('note')

    async def keep(words: str) -> None:
        await storage.put('note', words)
        shown.set_text(f'Note: {storage["note"]}')

    for words in ('red', 'blue'):
        ui.button(f'Keep {words}', on_click=lambda words=words: keep(words))


@public
async def held() -> None:
    """A page that stays when the account changes, and still holds the storage of the one before."""
    storage = await account_storage()
    told = ui.label().classes('told')

    def look() -> None:
        try:
            told.set_text(f'It reads {storage.get("note")}')
        except AuthError as error:
            told.set_text(f'Refused: {error.code}')

    ui.button('Look', on_click=look).props('data-public')


if __name__ == '__main__':
    pages.ROUTES['/note'] = note
    pages.ROUTES['/held'] = held
    serve()
