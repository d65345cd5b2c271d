"""A notebook of several pages. Whoever is signed in sees their own notes."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import app, events, ui

from auth import LiveSessions, admin_only, public
from auth.components import SessionLabel, SignOutButton, account_storage
from auth.endpoints import SignedIn
from auth.rules.account_values import kept_values

sessions = LiveSessions()
counted: Counter[str] = Counter()


@contextmanager
def frame(title: str) -> Iterator[None]:
    """What is around every page."""
    ui.page_title(title)
    with ui.header().classes('items-center'):
        ui.link('Notebook', '/').classes('text-white text-xl')
        ui.link('Notes', '/notes').classes('text-white')
        ui.link('Statistics', '/statistics').classes('text-white')
        ui.space()
        SessionLabel()
        SignOutButton()
    with ui.column().classes('w-full max-w-xl mx-auto'):
        ui.label(title).classes('text-2xl')
        yield


@public
@ui.page('/')
def home() -> None:
    with frame('Welcome'):
        ui.markdown('Write down what you **must not** forget.')


@ui.page('/notes')
async def all_notes() -> None:
    storage = await account_storage()
    mine = storage.get('notes', [])

    @ui.refreshable
    def rows() -> None:
        for number, text in enumerate(mine):
            ui.link(text, f'/notes/{number}')
        if not mine:
            ui.label('No note yet.')

    async def add(text: str) -> None:
        mine.append(text)
        await storage.put('notes', mine)
        counted['notes'] += 1
        rows.refresh()
        ui.notify(f'Noted: {text}', timeout=0, close_button=True)

    async def read(event: events.UploadEventArguments) -> None:
        for line in (await event.file.text()).splitlines():
            await add(line)

    with frame('Notes'):
        rows()
        text = ui.input('Note')
        ui.button('Add', on_click=lambda: add(text.value))
        ui.upload(label='Notes in a file', on_upload=read, auto_upload=True)


@ui.page('/notes/{number}')
async def one_note(number: int) -> None:
    mine = (await account_storage()).get('notes', [])
    with frame(f'Note {number}'):
        ui.label(mine[number] if number < len(mine) else 'There is no such note.')


@admin_only
@ui.page('/statistics')
def statistics() -> None:
    with frame('Statistics'):
        ui.label(f'{counted["notes"]} notes were written')


@app.get('/api/notes')
async def notes_as_json(user: SignedIn) -> list[str]:
    return (await user.act(kept_values)).get('notes', [])


sessions.install()
ui.run(title='Notebook')
