"""The letters of a club, in its own colours and its own frame. Whoever comes reads them all."""

from nicegui import app, events, ui

letters: list[str] = []


@app.get('/api/letters')
def letters_as_json() -> list[str]:
    return letters


@ui.page('/')
@ui.page('/{rest:path}')
def frame() -> None:
    ui.colors(primary='#8c2f39')
    ui.add_css('body { background: #fbf3e4; font-family: Georgia, serif }')
    ui.page_title('Rowing Club')
    with ui.header().classes('items-center'):
        ui.icon('rowing').classes('text-3xl')
        ui.link('Rowing Club', '/').classes('text-white text-xl')
        ui.link('Letters', '/letters').classes('text-white')
        ui.space()
    ui.sub_pages({'/': start, '/letters': show_letters, '/board': board})


def start() -> None:
    ui.label('Rowing since 1887').classes('text-3xl')


def show_letters() -> None:
    with ui.dialog().props('position=right') as sheet, ui.card():
        latest = ui.label()
    rows = ui.column()

    def show() -> None:
        rows.clear()
        with rows:
            for letter in letters or ['No letter yet.']:
                ui.label(letter)
        latest.set_text(f'Latest: {letters[-1]}' if letters else 'None')

    def send(letter: str) -> None:
        letters.append(letter)
        show()

    async def read(event: events.UploadEventArguments) -> None:
        send(await event.file.text())

    show()
    letter = ui.input('Letter')
    ui.button('Send', on_click=lambda: send(letter.value))
    ui.button('Latest letter', on_click=sheet.open)
    ui.upload(label='A letter in a file', on_upload=read, auto_upload=True)


def board() -> None:
    ui.label(f'{len(letters)} letters')


ui.run(title='Rowing Club')
