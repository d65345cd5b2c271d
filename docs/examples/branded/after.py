"""The letters of a club, in its own colours and its own frame. Everybody reads their own."""

from collections import defaultdict

from nicegui import app, events, ui

from auth import LiveSessions, admin_only, current_user, private, public
from auth.components import SessionLabel, SignOutButton, UserButton
from auth.endpoints import SignedIn

letters: dict[str, list[str]] = defaultdict(list)
sessions = LiveSessions(site_name='Rowing Club')


@app.get('/api/letters')
def letters_as_json(user: SignedIn) -> list[str]:
    return letters[user.id]


def frame() -> None:
    ui.colors(primary='#8c2f39')
    ui.add_css('body { background: #fbf3e4; font-family: Georgia, serif }')
    ui.add_css(':root { --ls-accent: #8c2f39; --ls-on-accent: white; --ls-page: #fbf3e4 }')
    ui.page_title('Rowing Club')
    with ui.header().classes('items-center'):
        ui.icon('rowing').classes('text-3xl')
        ui.link('Rowing Club', '/').classes('text-white text-xl')
        ui.link('Letters', '/letters').classes('text-white')
        ui.space()
        SessionLabel()
        SignOutButton()
        UserButton()


@public
def start() -> None:
    ui.label('Rowing since 1887').classes('text-3xl')


@private
def show_letters() -> None:
    mine = letters[current_user().id]
    with ui.dialog().props('position=right') as sheet, ui.card():
        latest = ui.label()
    rows = ui.column()

    def show() -> None:
        rows.clear()
        with rows:
            for letter in mine or ['No letter yet.']:
                ui.label(letter)
        latest.set_text(f'Latest: {mine[-1]}' if mine else 'None')

    def send(letter: str) -> None:
        mine.append(letter)
        show()

    async def read(event: events.UploadEventArguments) -> None:
        send(await event.file.text())

    show()
    letter = ui.input('Letter')
    ui.button('Send', on_click=lambda: send(letter.value))
    ui.button('Latest letter', on_click=sheet.open)
    ui.upload(label='A letter in a file', on_upload=read, auto_upload=True)


@admin_only
def board() -> None:
    ui.label(f'{sum(map(len, letters.values()))} letters')


sessions.install(frame=frame, pages={'/': start, '/letters': show_letters, '/board': board})
ui.run(title='Rowing Club')
