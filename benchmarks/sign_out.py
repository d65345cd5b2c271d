"""How long after a click on "Sign out" does another tab show it? Beside a bare NiceGUI push, in the same run.

``uv run benchmarks/sign_out.py --rounds 200``
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Page, async_playwright

sys.path[0] = str(Path(__file__).parent.parent)

from benchmarks.support import ROOT, Described, machine, percentile, serving, table
from tests.browser.chromium import launch

PASSWORD = 'correct horse battery'

# Resolves with the moment at which an element reads so, in milliseconds by the machine's clock; any change, if null.
SEEN = '''([selector, wanted]) => {
    window.seen = new Promise((resolve) => {
        const observer = new MutationObserver(() => {
            if (wanted !== null && document.querySelector(selector)?.textContent !== wanted) return;
            observer.disconnect();
            resolve(performance.timeOrigin + performance.now());
        });
        observer.observe(document.querySelector(selector), {subtree: true, childList: true, characterData: true});
    });
}'''
CLICK = '''() => {
    const button = document.querySelector("#push, .ls-sign-out button");
    const at = performance.timeOrigin + performance.now();
    button.click();
    return at;
}'''


def write(orders: Connection, database: str) -> None:
    """Another process that ends sessions: with the verb, or with a line of SQL. Answers when, in milliseconds."""
    import sqlite3  # noqa: PLC0415 (only this process needs them)
    import time  # noqa: PLC0415

    from auth import Auth, Settings  # noqa: PLC0415
    from auth.rules.clients import read_clients  # noqa: PLC0415
    from auth.rules.sessions import sign_out  # noqa: PLC0415
    from auth.rules.store import Store  # noqa: PLC0415

    async def serve() -> None:
        url = f'sqlite:///{database}'
        auth = Auth(Store(url), Settings(database_url=url))
        raw = sqlite3.connect(database, isolation_level=None, timeout=5)
        while order := await asyncio.to_thread(orders.recv):
            how, client_id = order
            client = (await read_clients(auth, [client_id]))[client_id]
            at = time.time() * 1000
            if how == 'verb':
                await auth.run(sign_out, client)
            else:
                raw.execute("UPDATE session SET status = 'revoked' WHERE client_id = ?", [client_id])
            orders.send(at)
        raw.close()
        await auth.close()

    asyncio.run(serve())


async def open_tab(context: BrowserContext, url: str) -> Page:
    """Open a page and wait until it is live."""
    page = await context.new_page()
    await page.goto(url)
    await page.wait_for_function('window.did_handshake === true')
    return page


async def sign_in(context: BrowserContext, url: str, number: int) -> str:
    """Sign a person in, by the API; returns the id of the client."""
    form = {'email_address': f'person{number}@example.com', 'password': PASSWORD}
    answer = await context.request.post(f'{url}/v1/client/sign_ups', form=form)
    return (await answer.json())['client']['id']


async def measure(rounds: int, warm_up: int) -> dict[str, list[float]]:
    """Play all ways in turn, round by round."""
    times: dict[str, list[float]] = {'bare': [], 'same': [], 'click': [], 'verb': [], 'sql': []}
    async with async_playwright() as playwright:
        with serving([str(ROOT / 'main.py')]) as ours, serving([str(ROOT / 'benchmarks/bare.py')]) as bare:
            here, there = Pipe()
            writer = get_context('spawn').Process(target=write, args=(there, str(ours.database)))
            writer.start()
            browser = await launch(playwright)
            print(f'{machine()}, Chromium {browser.version}; {rounds} rounds\n')
            context = await browser.new_context()
            left, right = await open_tab(context, ours.url), await open_tab(context, ours.url)
            pushes = {how: [await open_tab(context, f'{bare.url}/{path}') for _ in range(2)]
                      for how, path in (('bare', 'push'), ('same', 'push-same'))}
            for number in range(warm_up + rounds):
                for how, taken in times.items():
                    took = await (push(*pushes[how]) if how in pushes else
                                  end(how, context, ours.url, left, right, here, number))
                    if number >= warm_up:
                        taken.append(took)
            here.send(None)
            writer.join(10)
            await browser.close()
    return times


async def push(left: Page, right: Page) -> float:
    """One push of bare NiceGUI: from the click in one tab to the label of the other, in milliseconds."""
    await right.evaluate(SEEN, ['#label', None])
    at = await left.evaluate(CLICK)
    return await right.evaluate('window.seen') - at


async def end(how: str, context: BrowserContext, url: str, left: Page, right: Page, writer: Connection,
              number: int) -> float:
    """One end of a session, to the label of the right tab, in milliseconds."""
    client_id = await sign_in(context, url, number * 10 + len(how))
    for page in (left, right):
        # A sign-in through the API is told to no tab of a browser that had no client yet; the first round asks.
        await page.evaluate('liveSessions.reAuthenticate()')
        await page.wait_for_function('document.querySelector("main").innerText.includes("Active Session: sess_")')
    await asyncio.sleep(0.05)
    await right.evaluate(SEEN, ['.ls-session-id', 'You are signed out'])
    if how == 'click':
        at: Any = await left.evaluate(CLICK)
    else:
        writer.send((how, client_id))
        at = await asyncio.to_thread(writer.recv)
    took = await right.evaluate('window.seen') - at
    await left.wait_for_function('document.querySelector("main").innerText.includes("You are signed out")')
    return took


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Described)
    parser.add_argument('--rounds', type=int, default=200, help='how often each way is played')
    parser.add_argument('--warm-up', type=int, default=5, metavar='ROUNDS',
                        help='how many rounds before are not counted')
    given = parser.parse_args(arguments)
    times = asyncio.run(measure(given.rounds, given.warm_up))
    names = {'bare': 'bare NiceGUI, a label and a button: click → label.set_text in the other tab',
             'same': 'bare NiceGUI, a page of as many elements as ours: the same',
             'click': 'click on Sign out → the other tab', 'verb': 'a second process signs out → the tab',
             'sql': 'raw SQL of a second process → the tab'}
    shares = (0.5, 0.95, 0.99, 1.0)
    table(['milliseconds', 'p50', 'p95', 'p99', 'max'],
          [[names[how], *(percentile(found, share) for share in shares)] for how, found in times.items()])
    for how, name in (('bare', 'a label and a button'), ('same', 'a page of as many elements')):
        ratios = [percentile(times['click'], share) / percentile(times[how], share) for share in (0.5, 0.99)]
        print(f'\nours / bare NiceGUI with {name}: {ratios[0]:.2f} at p50, {ratios[1]:.2f} at p99', end='')
    print()


if __name__ == '__main__':
    main()
