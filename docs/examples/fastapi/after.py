"""A shop with an API, and pages of NiceGUI. Everybody sees their own orders."""

from collections import defaultdict

import uvicorn
from fastapi import FastAPI
from nicegui import events, ui

from auth import LiveSessions, admin_only, public
from auth.components import SessionLabel, SignOutButton
from auth.endpoints import Admin, SignedIn

app = FastAPI()
orders: dict[str, list[str]] = defaultdict(list)
sessions = LiveSessions()


@public
@app.get('/health')
def health() -> str:
    return 'well'


@app.get('/api/orders')
def all_orders(user: SignedIn) -> list[str]:
    return orders[user.id]


@app.post('/api/orders')
def order(article: str, user: SignedIn) -> list[str]:
    orders[user.id].append(article)
    return orders[user.id]


@app.delete('/api/orders')
def forget(_: Admin) -> None:
    orders.clear()


@public
@ui.page('/')
def home() -> None:
    ui.label('Fresh every day').classes('text-2xl')
    ui.link('Your orders', '/orders')


@ui.page('/orders')
def show_orders(user: SignedIn) -> None:
    mine = orders[user.id]
    SessionLabel()
    SignOutButton()

    @ui.refreshable
    def rows() -> None:
        for article in mine:
            ui.label(article)
        if not mine:
            ui.label('You have ordered nothing.')
        with ui.button('Last order'), ui.menu():
            ui.menu_item(f'Again: {mine[-1]}' if mine else 'None', on_click=lambda: add(mine[-1]))

    def add(article: str) -> None:
        mine.append(article)
        rows.refresh()

    async def read(event: events.UploadEventArguments) -> None:
        for line in (await event.file.text()).splitlines():
            add(line)

    rows()
    article = ui.input('Article')
    ui.button('Order', on_click=lambda: add(article.value))
    ui.upload(label='A list of articles', on_upload=read, auto_upload=True)


@admin_only
@ui.page('/staff')
def staff() -> None:
    ui.label(f'{sum(map(len, orders.values()))} orders')


sessions.install(app)
ui.run_with(app)

if __name__ == '__main__':
    uvicorn.run(app, port=8080)
