"""A shop with an API, and pages of NiceGUI. Whoever comes sees all orders."""

import uvicorn
from fastapi import FastAPI
from nicegui import events, ui

app = FastAPI()
orders: list[str] = []


@app.get('/health')
def health() -> str:
    return 'well'


@app.get('/api/orders')
def all_orders() -> list[str]:
    return orders


@app.post('/api/orders')
def order(article: str) -> list[str]:
    orders.append(article)
    return orders


@app.delete('/api/orders')
def forget() -> None:
    orders.clear()


@ui.page('/')
def home() -> None:
    ui.label('Fresh every day').classes('text-2xl')
    ui.link('Your orders', '/orders')


@ui.page('/orders')
def show_orders() -> None:
    @ui.refreshable
    def rows() -> None:
        for article in orders:
            ui.label(article)
        if not orders:
            ui.label('You have ordered nothing.')
        with ui.button('Last order'), ui.menu():
            ui.menu_item(f'Again: {orders[-1]}' if orders else 'None', on_click=lambda: add(orders[-1]))

    def add(article: str) -> None:
        orders.append(article)
        rows.refresh()

    async def read(event: events.UploadEventArguments) -> None:
        for line in (await event.file.text()).splitlines():
            add(line)

    rows()
    article = ui.input('Article')
    ui.button('Order', on_click=lambda: add(article.value))
    ui.upload(label='A list of articles', on_upload=read, auto_upload=True)


@ui.page('/staff')
def staff() -> None:
    ui.label(f'{len(orders)} orders')


ui.run_with(app)

if __name__ == '__main__':
    uvicorn.run(app, port=8080)
