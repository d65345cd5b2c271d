"""A to-do list in a table. Everybody has their own, and sees it change in every tab."""

from collections.abc import Sequence

from nicegui import app, events, ui
from sqlalchemy import ForeignKey
from sqlmodel import Field, Session, SQLModel, create_engine, select

from auth import Actor, LiveSessions, admin_only
from auth.components import LiveRows, SessionLabel, SignOutButton, act
from auth.endpoints import SignedIn
from models import RowsOf, User, tell_tabs


class Todo(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    user_id: str = Field('', sa_column_args=[ForeignKey(User.id, ondelete='CASCADE')], index=True)
    text: str
    done: bool = False


sessions = LiveSessions()
sessions.open_store()
engine = create_engine(sessions.settings.database_url)
SQLModel.metadata.create_all(engine)
with engine.begin() as connection:
    tell_tabs(connection, 'todo', owner='user_id')


def todos(db: Session, actor: Actor) -> list[Todo]:
    return list(db.exec(select(Todo).where(Todo.user_id == actor.user_id).order_by(Todo.id)))


def save(db: Session, actor: Actor, todo: Todo) -> None:
    todo.user_id = actor.user_id
    db.merge(todo)


def delete(db: Session, _: Actor, todo: Todo) -> None:
    db.delete(todo)


def draw(todo: Todo) -> None:
    ui.checkbox(todo.text, value=todo.done).bind_value_to(todo, 'done').on_value_change(lambda: act(save, todo))


@ui.page('/')
def home(user: SignedIn) -> None:
    SessionLabel()
    SignOutButton()
    ui.label('To do').classes('text-2xl')

    async def page(_last: Todo | None, _number: int) -> tuple[Sequence[Todo], bool]:
        return await act(todos), False

    async def add(text: str) -> None:
        await act(save, Todo(text=text))

    async def read(event: events.UploadEventArguments) -> None:
        for line in (await event.file.text()).splitlines():
            await add(line)

    async def ask() -> None:
        last = (await act(todos))[-1]
        with ui.dialog() as dialog, ui.card():
            ui.label(f'Delete “{last.text}”?')
            ui.button('Delete', on_click=lambda: dialog.submit(True))
        if await dialog:
            await act(delete, last)

    LiveRows[Todo](page, key=lambda todo: str(todo.id), draw=draw, rows=RowsOf('todo', user.id), empty='Nothing to do.')
    text = ui.input('What to do')
    ui.button('Add', on_click=lambda: add(text.value))
    ui.button('Delete the last', on_click=ask)
    ui.upload(label='A file with one on each line', on_upload=read, auto_upload=True)


@ui.page('/done')
async def done() -> None:
    for todo in await act(todos):
        if todo.done:
            ui.label(todo.text)


@admin_only
@ui.page('/numbers')
def numbers() -> None:
    with Session(engine) as db:
        ui.label(f'{len(db.exec(select(Todo)).all())} things to do')


@app.get('/api/todos')
async def todos_as_json(user: SignedIn) -> list[Todo]:
    return await user.act(todos)


sessions.install()
ui.run(title='To do')
