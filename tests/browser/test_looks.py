"""How pages look: NiceGUI's own elements as without us, and our parts in the colours of the page that they are in."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Literal

import pytest
from PIL import Image, ImageStat
from playwright.async_api import Page, expect

from tests.apps import BARE
from tests.running import either_store
from tests.server import Server

from .conftest import shared
from .devices import MakeDevice, NewServer, StartServer, Tab

pytestmark = either_store

TRIES = 10
HALF = 128
DARK, LIGHT = 'rgb(14, 20, 19)', 'rgb(246, 247, 246)'

# Fonts are there, Tailwind has painted, and what opens has opened.
IS_DRAWN = '''() => document.fonts.status === 'loaded' && document.querySelector('.q-drawer--left, main h1')
    && !document.getAnimations().some((one) => one.playState === 'running'
        && one.effect.getTiming().iterations !== Infinity)
    && (!document.getElementById('painted')
        || getComputedStyle(document.getElementById('painted')).backgroundColor !== 'rgba(0, 0, 0, 0)')'''


@pytest.fixture
async def protected(request: pytest.FixtureRequest, new_server: NewServer) -> Server:
    """The server of a page without our parts."""
    return await shared(request, BARE, protected=1)


async def look(page: Page, width: int, scheme: Literal['light', 'dark']) -> bytes:
    """How a page looks on a screen of a width, light or dark, painted anew."""
    for now, dark in ((width + 8, scheme != 'dark'), (width, scheme == 'dark')):
        await page.set_viewport_size({'width': now, 'height': 900})
        await page.emulate_media(color_scheme='dark' if dark else 'light')
        await page.wait_for_function("(dark) => document.body.classList.contains('body--dark') === dark", arg=dark)
    await page.wait_for_function(IS_DRAWN)
    return await page.screenshot(full_page=True, animations='disabled')


# Each width and each scheme once: no rule of ours asks for both.
SCREENS: tuple[tuple[int, Literal['light', 'dark']], ...] = ((1280, 'light'), (360, 'dark'))


def lightness(picture: bytes) -> int:
    """How light a picture is on the whole, from 0 to 255."""
    with Image.open(BytesIO(picture)) as image:
        return round(ImageStat.Stat(image.convert('L')).mean[0])


async def unlike(left: Page, right: Page) -> list[str]:
    """On which screens two pages differ in a pixel; a second look counts: corners are smoothed otherwise at times."""
    differ: list[str] = []
    for width, scheme in SCREENS:
        seen: tuple[set[bytes], set[bytes]] = set(), set()
        for _ in range(TRIES):
            for page, looks in zip((left, right), seen, strict=True):
                looks.add(await look(page, width, scheme))
            if seen[0] & seen[1]:
                break
        else:
            differ.append(f'{width} {scheme}')
        assert all((lightness(picture) < HALF) == (scheme == 'dark') for picture in seen[0])
    return differ


async def test_a_page_with_none_of_our_parts_looks_like_nicegui_alone_in_every_pixel(
        device: MakeDevice, own_server: StartServer, protected: Server) -> None:
    alone = await own_server(BARE)
    visitor = await device(protected)
    left, right = (await visitor.tab(None)).page, (await visitor.tab(None)).page

    await left.goto(f'{alone.url}/bare')
    await right.goto(f'{protected.url}/bare')

    assert await unlike(left, right) == []


async def test_our_pages_look_the_same_whether_the_author_uses_tailwind_or_not(
        device: MakeDevice, protected: Server, shared_server: Server) -> None:
    visitor = await device(protected)
    left, right = (await visitor.tab(None)).page, (await visitor.tab(None)).page

    await left.goto(f'{shared_server.url}/sign-in')
    await right.goto(f'{protected.url}/sign-in')

    assert await unlike(left, right) == []


async def is_dark(tab: Tab, dark: bool) -> None:
    """Wait until both NiceGUI and our shell are dark, or light."""
    await expect(tab.page.locator('body')).to_have_class(re.compile('body--dark' if dark else 'body--light'))
    await expect(tab.page.locator('body')).to_have_css('background-color', DARK if dark else LIGHT)


async def test_our_theme_and_the_dark_mode_of_nicegui_agree_whoever_speaks(
        device: MakeDevice, protected: Server) -> None:
    laptop = await device(protected)
    tab = await laptop.tab('/dark')
    switch = tab.page.locator('[data-theme-switch]')

    await is_dark(tab, True)  # the page says so, and loading it does not undo that
    await expect(switch).to_have_attribute('aria-label', 'Theme: dark (change)')
    await tab.button('Lighter').click()
    await is_dark(tab, False)
    await expect(switch).to_have_attribute('aria-label', 'Theme: light (change)')
    await switch.click()  # the person says so
    await is_dark(tab, True)
    await tab.button('As the system').click()
    await is_dark(tab, False)

    await tab.open('/sign-in')  # whose author says nothing: the person's word holds
    await is_dark(tab, True)
    await tab.open('/bare')  # without our shell, all is NiceGUI's
    await expect(tab.page.locator('body')).to_have_class(re.compile('body--light'))
