"""A to-do list in a table. Everybody has the same one."""

from nicegui import app, events, ui
from sqlmodel import Field, Session, SQLModel, create_engine, select


class Todo(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    text: str
    done: bool = False


engine = create_engine('sqlite:///todo.db')
SQLModel.metadata.create_all(engine)


def todos() -> list[Todo]:
    with Session(engine) as db:
        return list(db.exec(select(Todo).order_by(Todo.id)))


def save(todo: Todo) -> None:
    with Session(engine) as db:
        db.merge(todo)
        db.commit()


def delete(todo: Todo) -> None:
    with Session(engine) as db:
        db.delete(todo)
        db.commit()


def draw(todo: Todo) -> None:
    ui.checkbox(todo.text, value=todo.done).bind_value_to(todo, 'done').on_value_change(lambda: save(todo))


@ui.page('/')
def home() -> None:
    ui.label('To do').classes('text-2xl')

    @ui.refreshable
    def rows() -> None:
        for todo in todos():
            draw(todo)
        if not todos():
            ui.label('Nothing to do.')

    def add(text: str) -> None:
        save(Todo(text=text))
        rows.refresh()

    async def read(event: events.UploadEventArguments) -> None:
        for line in (await event.file.text()).splitlines():
            add(line)

    async def ask() -> None:
        last = todos()[-1]
        with ui.dialog() as dialog, ui.card():
            ui.label(f'Delete “{last.text}”?')
            ui.button('Delete', on_click=lambda: dialog.submit(True))
        if await dialog:
            delete(last)
            rows.refresh()

    rows()
    text = ui.input('What to do')
    ui.button('Add', on_click=lambda: add(text.value))
    ui.button('Delete the last', on_click=ask)
    ui.upload(label='A file with one on each line', on_upload=read, auto_upload=True)


@ui.page('/done')
def done() -> None:
    for todo in todos():
        if todo.done:
            ui.label(todo.text)


@ui.page('/numbers')
def numbers() -> None:
    ui.label(f'{len(todos())} things to do')


@app.get('/api/todos')
def todos_as_json() -> list[Todo]:
    return todos()


ui.run(title='To do')
