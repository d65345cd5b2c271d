"""An author's app with a table of its own: ``python own_rows.py --port …``; the table is there before it is served."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from nicegui import ui
from sqlalchemy import ForeignKey
from sqlmodel import Field, Session, SQLModel, col, select

from auth import LiveSessions, private
from auth.components import LiveRows, act, auth_state
from auth.rules.actor import Actor
from models import RowsOf, User


class Todo(SQLModel, table=True):
    """A row of somebody who signs in."""

    id: int | None = Field(default=None, primary_key=True)
    user_id: str = Field(sa_column_args=[ForeignKey(User.id, ondelete='CASCADE')], index=True)
    words: str


def write(db: Session, actor: Actor, words: str) -> None:
    """Write one for whoever acts."""
    db.add(Todo(user_id=actor.user_id, words=words))


def mine(db: Session, actor: Actor) -> list[Todo]:
    """Those of whoever acts."""
    return list(db.exec(select(Todo).where(col(Todo.user_id) == actor.user_id).order_by(col(Todo.id))))


@private
def todos() -> None:
    """A live list of one's own."""
    user = auth_state().user

    async def read(_: Todo | None, __: int) -> tuple[Sequence[Todo], bool]:
        return await act(mine), False

    LiveRows[Todo](read, key=lambda todo: str(todo.id), draw=lambda todo: ui.label(todo.words) and None,
                   rows=RowsOf('todo', user.id if user else None))
    ui.button('Add', on_click=lambda: act(write, 'bread'))


if __name__ in {'__main__', '__mp_main__'}:
    sessions = LiveSessions()
    sessions.install(pages={'/todos': todos})
    ui.run(port=int(sys.argv[-1]), host='127.0.0.1', reload=False, show=False)
