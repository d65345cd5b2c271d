"""A notebook of several pages. Whoever has the browser sees the notes."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import app, events, ui

counted: Counter[str] = Counter()


def notes() -> list[str]:
    """The notes of whoever is here."""
    return app.storage.user.setdefault('notes', [])


@contextmanager
def frame(title: str) -> Iterator[None]:
    """What is around every page."""
    ui.page_title(title)
    with ui.header().classes('items-center'):
        ui.link('Notebook', '/').classes('text-white text-xl')
        ui.link('Notes', '/notes').classes('text-white')
        ui.link('Statistics', '/statistics').classes('text-white')
        ui.space()
    with ui.column().classes('w-full max-w-xl mx-auto'):
        ui.label(title).classes('text-2xl')
        yield


@ui.page('/')
def home() -> None:
    with frame('Welcome'):
        ui.markdown('Write down what you **must not** forget.')


@ui.page('/notes')
def all_notes() -> None:
    mine = notes()

    @ui.refreshable
    def rows() -> None:
        for number, text in enumerate(mine):
            ui.link(text, f'/notes/{number}')
        if not mine:
            ui.label('No note yet.')

    def add(text: str) -> None:
        mine.append(text)
        counted['notes'] += 1
        rows.refresh()
        ui.notify(f'Noted: {text}', timeout=0, close_button=True)

    async def read(event: events.UploadEventArguments) -> None:
        for line in (await event.file.text()).splitlines():
            add(line)

    with frame('Notes'):
        rows()
        text = ui.input('Note')
        ui.button('Add', on_click=lambda: add(text.value))
        ui.upload(label='Notes in a file', on_upload=read, auto_upload=True)


@ui.page('/notes/{number}')
def one_note(number: int) -> None:
    mine = notes()
    with frame(f'Note {number}'):
        ui.label(mine[number] if number < len(mine) else 'There is no such note.')


@ui.page('/statistics')
def statistics() -> None:
    with frame('Statistics'):
        ui.label(f'{counted["notes"]} notes were written')


@app.get('/api/notes')
def notes_as_json() -> list[str]:
    return notes()


ui.run(title='Notebook', storage_secret='a secret of the notebook')
