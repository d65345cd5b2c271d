"""Makes docs/demo.webp: the demo board, a click on "Sign out" in one pane, and what the others show then.

``uv run docs/demo.py``
"""

from __future__ import annotations

import asyncio
import io
import sys
from pathlib import Path

from PIL import Image
from playwright.async_api import Page, async_playwright

sys.path[0] = str(Path(__file__).parent.parent)

from benchmarks.support import ROOT, serving
from tests.browser.chromium import launch

WIDTH, HEIGHT = 1000, 720
STEP_MS, HOLD_MS = 45, 2600

POINTER = '''() => {
    const pointer = document.createElement("div");
    pointer.id = "pointer";
    pointer.style.cssText = `position: fixed; z-index: 99; width: 22px; height: 22px; margin: -11px; border-radius: 50%;
        background: #0f766e66; border: 2px solid #0f766e; pointer-events: none`;
    document.body.append(pointer);
}'''
MOVE = '''([x, y, size]) => {
    const place = {left: `${x}px`, top: `${y}px`, transform: `scale(${size})`};
    Object.assign(document.getElementById("pointer").style, place);
}'''


async def main() -> None:
    """Serve, sign up, open the board, sign out in one pane, and put the pictures one after the other."""
    async with async_playwright() as playwright:
        with serving([str(ROOT / 'main.py')]) as ours:
            browser = await launch(playwright)
            context = await browser.new_context(viewport={'width': WIDTH, 'height': HEIGHT}, color_scheme='light')
            await context.request.post(f'{ours.url}/v1/client/sign_ups', form={
                'email_address': 'ann@example.com', 'password': 'correct horse battery', 'first_name': 'Ann'})
            page = await context.new_page()
            await page.goto(f'{ours.url}/demo')
            panes = [page.frame_locator(f'iframe[title="Tab {number}"]') for number in range(1, 5)]
            for pane in panes:
                await pane.get_by_text('Active Session').wait_for()
            await page.evaluate(POINTER)
            button = panes[0].get_by_role('button', name='Sign out')
            box = await button.bounding_box() or {'x': 0, 'y': 0, 'width': 0, 'height': 0}
            frames = await approach(page, box['x'] + box['width'] / 2, box['y'] + box['height'] / 2)
            await button.click()
            for pane in panes:
                await pane.get_by_text('You are signed out').wait_for()
            frames.append((await picture(page), HOLD_MS))
            await browser.close()
    save(frames)


async def approach(page: Page, x: float, y: float) -> list[tuple[Image.Image, int]]:
    """Move the pointer to a place and press there; returns the pictures, and how long each is shown, in ms."""
    frames: list[tuple[Image.Image, int]] = []
    for step in range(13):
        share = 1 - (1 - step / 12) ** 3
        await page.evaluate(MOVE, [WIDTH * 0.62 + (x - WIDTH * 0.62) * share, 560 + (y - 560) * share, 1])
        frames.append((await picture(page), 900 if step == 0 else STEP_MS))
    for size in (0.8, 0.6):
        await page.evaluate(MOVE, [x, y, size])
        frames.append((await picture(page), 160))
    return frames


async def picture(page: Page) -> Image.Image:
    """A picture of a page."""
    return Image.open(io.BytesIO(await page.screenshot())).convert('RGB')


def save(frames: list[tuple[Image.Image, int]]) -> None:
    """Write the animation."""
    pictures, durations = zip(*frames, strict=True)
    pictures[0].save(Path(__file__).with_name('demo.webp'), save_all=True, append_images=pictures[1:],
                     duration=list(durations), loop=0, quality=82, method=6)


if __name__ == '__main__':
    asyncio.run(main())
