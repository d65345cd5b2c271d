"""Makes docs/two-tabs.png: a click on "Sign out" in one tab, and what another tab shows then.

``uv run docs/picture.py``
"""

from __future__ import annotations

import asyncio
import base64
import sys
from pathlib import Path

from playwright.async_api import Page, async_playwright

sys.path[0] = str(Path(__file__).parent.parent)

from benchmarks.support import ROOT, serving
from tests.browser.chromium import launch

FRAME = '''<style>
    body { margin: 0; padding: 26px; background: #dfe7e5; font: 600 15px system-ui; color: #37474f;
           display: grid; grid-template-columns: 1fr 1fr; gap: 22px }
    figure { margin: 0; border-radius: 12px; overflow: hidden; box-shadow: 0 10px 30px -12px #0006; background: #fff }
    figcaption { padding: 10px 14px; background: #f3f6f5; border-bottom: 1px solid #d6dedc }
    img { display: block; width: 100% }
</style>'''


async def main() -> None:
    """Serve, sign up, open two tabs, sign out in one, and put the four pictures into one."""
    async with async_playwright() as playwright:
        with serving([str(ROOT / 'main.py')]) as ours:
            browser = await launch(playwright)
            context = await browser.new_context(viewport={'width': 860, 'height': 470}, color_scheme='light')
            await context.request.post(f'{ours.url}/v1/client/sign_ups', form={
                'email_address': 'ann@example.com', 'password': 'correct horse battery', 'first_name': 'Ann'})
            left, right = [await context.new_page() for _ in range(2)]
            for page in (left, right):
                await page.goto(ours.url)
                await page.get_by_text('Active Session').wait_for()
            before = [await picture(page) for page in (left, right)]
            await left.get_by_role('button', name='Sign out').click()
            for page in (left, right):
                await page.get_by_text('You are signed out').wait_for()
            after = [await picture(page) for page in (left, right)]
            captions = ('Tab 1: about to sign out', 'Tab 2', 'Tab 1: signed out',
                        'Tab 2, a moment later: nobody touched it')
            sheet = await browser.new_page(viewport={'width': 1320, 'height': 860})
            await sheet.set_content(FRAME + ''.join(
                f'<figure><figcaption>{caption}</figcaption><img src="data:image/png;base64,{image}"></figure>'
                for caption, image in zip(captions, before + after, strict=True)))
            await sheet.screenshot(path=Path(__file__).with_name('two-tabs.png'), full_page=True)
            await browser.close()


async def picture(page: Page) -> str:
    """A picture of a page, as text."""
    return base64.b64encode(await page.screenshot()).decode()


if __name__ == '__main__':
    asyncio.run(main())
