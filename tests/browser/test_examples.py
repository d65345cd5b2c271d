"""The apps of docs/examples, as a browser sees them: each of them keeps every promise."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Locator, expect

from tests.apps import EXAMPLE
from tests.examples import EXAMPLES, FOLDER, Example
from tests.programs import CHEAP_PASSWORDS
from tests.running import either_store
from tests.security.visitors import Somebody, until
from tests.server import Server

from .devices import Device, MakeDevice, StartServer, Tab

pytestmark = either_store


WRITTEN, PUT = 'Buy milk', 'Water the roses'
WITH_A_FORM = ('branded', 'fastapi')
"""Where the form is within the frame of the app, and where the app serves itself; the two others serve it alike."""


@asynccontextmanager
async def people(server: Server) -> AsyncIterator[tuple[Somebody, Somebody, Somebody, Somebody]]:
    """A stranger, Ann, Bob, and Ada who is an administrator: all without a browser."""
    stranger, ann, bob, ada = there = [Somebody.at(server) for _ in range(4)]
    try:
        for one in (ann, bob, ada):
            await one.sign_up(administrator=one is ada)
        yield stranger, ann, bob, ada
    finally:
        for one in there:
            await one.close()


@pytest.mark.parametrize('example', EXAMPLES, ids=lambda example: example.name)
async def test_an_app_keeps_every_promise(example: Example, device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server(EXAMPLE, example=FOLDER / example.name / 'after.py', **{CHEAP_PASSWORDS: 1})
    laptop = await device(server)

    async with people(server) as (stranger, ann, bob, ada):
        left = await sign_in(laptop, example, ann.address)
        await write(left, example)
        await put_a_file(left)
        await is_refused_to_a_stranger(stranger, example)
        await is_only_for_its_owner(ann, bob, example)
        await is_only_for_administrators(ann, ada, example)
        await every_path_is_loaded_anew(ann, example)
        await is_hidden_while_the_server_stands_still(server, left, example)
        await ends_in_both_tabs(left, stranger, example)


async def sign_in(laptop: Device, example: Example, address: str) -> Tab:
    """Be sent to the form, and come back; or open the page, for whom the form is the same as elsewhere."""
    if example.name not in WITH_A_FORM:
        await laptop.sign_in(address)
        return await laptop.tab(example.private)
    tab = await laptop.tab(example.private)
    await tab.fill(address)
    await tab.button('Sign in').click()
    await expect(tab.page).to_have_url(laptop.url + example.private)
    await tab.live()
    return tab


async def write(tab: Tab, example: Example) -> None:
    """Write something by the means of the app."""
    await expect(tab.see(example.empty)).to_be_visible()
    await tab.page.get_by_label(example.field, exact=True).fill(WRITTEN)
    await tab.button(example.add).click()
    await expect(seen(tab, WRITTEN).first).to_be_visible()


async def put_a_file(tab: Tab) -> None:
    """Put a file of which each line is one thing more."""
    await tab.page.locator('input[type=file]').set_input_files(
        {'name': 'lines.txt', 'mimeType': 'text/plain', 'buffer': PUT.encode()})
    await expect(seen(tab, PUT).first).to_be_visible()


def seen(tab: Tab, text: str) -> Locator:
    """What reads so and is on the screen."""
    return tab.see(text).filter(visible=True)


async def is_refused_to_a_stranger(stranger: Somebody, example: Example) -> None:
    """Each page sends to the form; an endpoint refuses."""
    for path in (example.private, example.admin, *example.more):
        answer = await stranger.get(path)
        assert (answer.status_code, answer.headers['location'].partition('?')[0]) == (303, '/sign-in'), path
    assert (await stranger.get(example.endpoint)).status_code == 401


async def is_only_for_its_owner(ann: Somebody, bob: Somebody, example: Example) -> None:
    """What Ann has written she finds in another browser, and Bob nowhere."""
    of_ann, of_bob = [await one.get(example.endpoint) for one in (ann, bob)]
    assert [text in of_ann.text for text in (WRITTEN, PUT)] == [True, True]
    assert (of_bob.status_code, [text in of_bob.text for text in (WRITTEN, PUT)]) == (200, [False, False])

    tab = await bob.tab(example.private, example.empty)
    more = [await bob.tab(path) for path in example.more]

    assert {WRITTEN, PUT}.isdisjoint(text for one in (tab, *more) for text in one.texts())


async def is_only_for_administrators(ann: Somebody, ada: Somebody, example: Example) -> None:
    """To anybody else it is not there."""
    assert (await ann.get(example.admin)).status_code == 404
    await ada.tab(example.admin, example.seen_by_admin)


async def every_path_is_loaded_anew(ann: Somebody, example: Example) -> None:
    """Each page answers a request of its own, and its tab joins."""
    for path in (*example.public, example.private, *example.more, '/account'):
        await ann.tab(path)
    assert (await ann.get('/_live_sessions/app.css')).status_code == 200


async def is_hidden_while_the_server_stands_still(server: Server, tab: Tab, example: Example) -> None:
    """What hangs beside the page is hidden with it."""
    if example.opens:
        await tab.button(example.opens).click()
    else:
        await tab.page.get_by_label(example.field, exact=True).fill('Call Bob')
        await tab.button(example.add).click()
    overlay = tab.see(example.overlay.format(PUT if example.opens else 'Call Bob'))
    await expect(overlay).to_be_visible()

    with server.standing_still():
        await expect(overlay).not_to_be_visible()
        await expect(seen(tab, WRITTEN)).to_have_count(0)
    await tab.hears_again()
    await expect(seen(tab, WRITTEN).first).to_be_visible()
    tab.forgive_the_network()


async def ends_in_both_tabs(here: Tab, somebody: Somebody, example: Example) -> None:
    """Nothing is left in either tab, and the one that did not ask says so."""
    for cookie in await here.page.context.cookies():
        somebody.web.cookies.set(cookie['name'], cookie['value'])
    there = await somebody.tab(example.private)  # a second tab of the same browser, as the server sees it
    await until(lambda: all(text in f'{there.elements}' for text in (WRITTEN, PUT)))
    await there.click(there.handler(text='Sign out'))

    await here.signed_out()
    for text in (WRITTEN, PUT):
        await expect(here.see(text)).to_have_count(0)
    await until(lambda: not any(text in f'{there.elements}' for text in (WRITTEN, PUT)))
