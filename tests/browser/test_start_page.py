"""The start page, the demo and the examples: what an author reads there is true, and can be copied."""

from __future__ import annotations

import inspect
import re

from playwright.async_api import expect

from pages.examples import index
from pages.examples.reports import reports
from pages.home import RUN, TEST
from tests.apps import FIVE_LINES
from tests.http import patient_client
from tests.programs import ROOT
from tests.running import either_store
from tests.server import Server

from .devices import MakeDevice, StartServer, focus

pytestmark = either_store

README = (ROOT / 'README.md').read_text(encoding='utf-8')

# Of each example: whether the two sources are at one height, whether every line of both is whole, and our source.
LAID_OUT = """(names) => names.map((name) => {
    const both = ['quote', 'ours'].map((which) => document.getElementById(`${name}-${which}`));
    const [quote, ours] = both.map((source) => source.getBoundingClientRect());
    return [quote.top === ours.top,
            both.every((source) => source.checkVisibility() && source.scrollWidth <= source.clientWidth),
            both[1].innerText];
})"""


async def test_the_five_lines_are_a_private_page_that_is_taken_away_when_the_session_ends(
        device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server(FIVE_LINES)
    laptop = await device(server)
    asked = await laptop.context.request.get(f'{server.url}/reports', max_redirects=0, max_retries=1)
    session_id = await laptop.sign_up()
    left, right = await laptop.tab('/reports'), await laptop.tab('/reports')
    for tab in (left, right):
        await expect(tab.page.get_by_text(session_id)).to_be_visible()

    await left.button().click()

    await expect(right.page.get_by_role('heading', name='You are signed out')).to_be_visible()
    await expect(right.see('Your reports')).to_have_count(0)
    assert asked.headers['location'] == '/sign-in?redirect_url=%2Freports'  # of who was nobody yet


async def test_the_start_page_shows_what_an_author_writes_where_to_sign_up_and_the_colour_of_the_chosen_theme(
        device: MakeDevice) -> None:
    tab = await (await device()).tab()
    await expect(tab.see('Sign up').first).to_be_visible()

    shown = [(await tab.page.locator(f'#{name}').inner_text()).rstrip() for name in ('five-lines', 'run', 'test')]

    assert shown == [inspect.getsource(reports).rstrip(), RUN, TEST]
    assert len(shown[0].splitlines()) == 5
    assert RUN in README
    assert TEST in README

    colours = "[...document.querySelectorAll('meta[name=theme-color]')].map((one) => one.content)"
    light, dark = system = await tab.page.evaluate(colours)
    seen = []
    for _ in range(3):
        await tab.page.locator('[data-theme-switch]').click()
        seen.append(await tab.page.evaluate(colours))
    assert seen == [[light, light], [dark, dark], system]


async def test_the_start_page_has_two_live_tabs_in_which_an_end_is_seen_and_tells_nobody_there_to_sign_up(
        device: MakeDevice) -> None:
    laptop = await device()
    session_id = await laptop.sign_up()
    tab = await laptop.tab()
    panes = [tab.page.frame_locator(f'iframe[title="Tab {number}"]') for number in (1, 2)]
    await tab.page.locator('[data-frame]').last.scroll_into_view_if_needed()
    for pane in panes:
        await expect(pane.get_by_text(f'Active Session: {session_id}')).to_be_visible()
    await expect(tab.button()).to_be_visible()
    assert not re.search('sign (up|in)\\b', await tab.page.locator('#ls-content').inner_text(), re.IGNORECASE)

    await panes[0].get_by_role('button', name='Sign out').click()

    await expect(panes[1].get_by_text('You are signed out')).to_be_visible()
    await tab.signed_out()
    await expect(tab.page.get_by_text('Tab 2', exact=True)).to_be_visible()  # what is nobody's stays
    await expect(tab.see('Closed when in doubt')).to_be_visible()


async def test_a_page_says_what_it_is_before_any_script_runs(device: MakeDevice, shared_server: Server) -> None:
    tab = await (await device(java_script_enabled=False)).tab(None)
    for path in ('/', '/sign-in', '/nowhere'):
        await tab.page.goto(tab.url + path)
        await expect(tab.page.locator('noscript p').last).to_contain_text('JavaScript')
        await expect(tab.page.locator('noscript p').last).to_be_visible()
        await expect(tab.page.get_by_text('ES modules')).to_be_hidden()
    tab.complaints.clear()
    async with patient_client(base_url=shared_server.url) as http:
        page = (await http.get('/')).text
        icon = re.search(r'rel="apple-touch-icon" href="([^"]+)"', page)
        assert icon
        picture = await http.get(icon[1])

    assert re.search(r'<meta name="description" content="[^"]{50,160}"', page)
    assert re.findall(r'name="theme-color" media="\(prefers-color-scheme: (\w+)\)"', page) == ['light', 'dark']
    assert picture.headers['content-type'] == 'image/png'
    assert len(picture.content) < 10_000


async def test_the_demo_says_how_to_reach_a_server_that_listens_to_this_machine_only(device: MakeDevice) -> None:
    tab = await (await device()).tab('/demo')

    await expect(tab.page.locator('#reachable')).to_contain_text('uv run main.py --host 0.0.0.0 --port ')
    await expect(tab.page.locator('#demo-address')).to_have_value(f'{tab.url}/demo')
    await expect(tab.page.get_by_role('img', name='QR code')).to_have_count(0)


async def test_the_demo_shows_the_address_in_the_network_as_text_and_as_a_code(
        device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server(host='0.0.0.0')  # noqa: S104
    tab = await (await device(server)).tab('/demo')

    field = tab.page.locator('#demo-address')
    await expect(field).to_have_value(re.compile(rf'^http://[0-9.]+:{server.port}/demo$'))

    address = await field.input_value()
    await expect(tab.page.get_by_role('img', name=f'QR code: {address}')).to_be_visible()
    await expect(tab.page.locator('#reachable')).to_have_count(0)
    async with patient_client() as http:
        assert (await http.get(address)).status_code == 200


async def test_a_piece_of_source_is_copied_and_that_is_said(device: MakeDevice) -> None:
    laptop = await device(permissions=['clipboard-read', 'clipboard-write'])
    tab = await laptop.tab('/examples')
    quote = index.EXAMPLES[0].quote.code
    button, said = tab.page.locator('button[data-copy=nextjs-quote]'), tab.page.locator('#nextjs-quote-copied')
    await tab.page.evaluate("""() => {
        const clipboard = window.clipboard = navigator.clipboard;
        window.write = clipboard.writeText.bind(clipboard); // whatever becomes of it for the page
    }""")

    for refusal in ('', "Clipboard.prototype.writeText = () => Promise.reject(new Error('no'))",
                    'delete Navigator.prototype.clipboard'):
        await tab.page.evaluate("write('of before')")
        await said.evaluate("(said) => { said.textContent = ''; }")
        await tab.page.evaluate(f'{refusal}; true')
        await focus(button)
        await tab.page.keyboard.press('Enter')

        await expect(said).to_have_text('Copied.')
        await expect(button).to_be_focused()
        assert await tab.page.evaluate('clipboard.readText()') == quote


async def test_the_examples_are_beside_what_they_answer_to_no_line_is_cut_and_the_whole_file_is_where_each_one_runs(
        device: MakeDevice) -> None:
    tab = await (await device()).tab('/examples')

    for width in (320, 360, 1280):
        await tab.page.set_viewport_size({'width': width, 'height': 800})
        await tab.page.wait_for_function('(width) => innerWidth === width', arg=width)
        laid_out = await tab.page.evaluate(LAID_OUT, [example.name for example in index.EXAMPLES])
        for example, (are_beside, are_whole, ours) in zip(index.EXAMPLES, laid_out, strict=True):
            assert are_beside is (width == 1280), (width, example.name)
            assert are_whole, (width, example.name)
            lines = ours.splitlines()
            assert len(lines) <= 6
            assert [line.strip() for line in lines] == [
                line.strip() for line in inspect.getsource(example.matters).splitlines()]

    await tab.page.get_by_role('link', name='Run Android').click()
    summary, whole = tab.page.get_by_text('The whole file'), tab.page.locator('#android-file')
    await expect(summary).to_be_visible()
    await expect(whole).to_be_hidden()
    await summary.click()
    await expect(whole).to_be_visible()
    assert (await whole.inner_text()).strip() == index.EXAMPLES[4].file.read_text(encoding='utf-8').strip()
