"""What every page has in common in each engine: it fits, nothing in it is stretched, and the dark is dark."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from pages import ROUTES
from tests.browser.devices import a_new_address
from tests.patience import PATIENCE_SECONDS
from tests.running import either_store
from tests.server import Server

from .conftest import NewTab
from .processes import wait_until

pytestmark = either_store

LEFT_OUT = {
    'stranger': ('/demo/pane', '/admin'),
    'administrator': ('/demo/pane', '/sign-up', '/sign-in/new-password', '/forgot-', '/reset-', '/undo-', '/examples/'),
}
"""By who somebody is: what no link leads to, what only others see, and what is the same to a stranger."""
WIDTHS = 1280, 360
DARK = 130
"""The lightest that still counts as dark, from 0 to 255."""

# The tallest: a button whose name takes two lines, in 16 pixels a rem.
_MISFITS = '''() => [
    ...(document.documentElement.scrollWidth > document.documentElement.clientWidth ? ["scrolls sideways"] : []),
    ...[...document.querySelectorAll(".ls-button, .ls-avatar, input, summary")]
        .filter((one) => one.getBoundingClientRect().height > 66).map((one) => `stretched: ${one.outerHTML}`),
]'''

# Where the end of the line meets each part of the badge. One that is whole is one box.
_TORN_AT = '''() => [...Array(300).keys()].filter((width) => {
    document.querySelector(".ls-row-text").style.maxWidth = `${width}px`;
    return document.querySelector(".ls-row .ls-badge").getClientRects().length > 1;
})'''


@pytest.mark.parametrize('who', ['stranger', 'administrator'])
def test_every_page_fits_and_nothing_in_it_is_stretched_or_torn(new_tab: NewTab, shared_server: Server, who: str
                                                                  ) -> None:
    tab, user_id = new_tab(), 'nobody'
    if who == 'administrator':
        address = a_new_address()
        tab.open('/sign-up').fill_in(address)
        tab.sees('Active Session')
        shared_server.sql('UPDATE user SET is_admin = true WHERE email_address = ?', address)
        (user_id,), = shared_server.sql('SELECT id FROM user WHERE email_address = ?', address)

    paths = [path.format(user_id=user_id) for path in ROUTES if not path.startswith(LEFT_OUT[who])]
    misfits: dict[tuple[str, int], list[str]] = {}
    tab.open('/')
    for width in WIDTHS:
        tab.resize(width)
        for path in paths:
            tab.follow(path)
            misfits[path, width] = tab.run(_MISFITS)
    torn_at: list[int] = []
    if who == 'administrator':
        tab.resize(1280)  # where the badge stands in a line with a name
        tab.follow('/account/security').sees('This device')
        torn_at = tab.run(_TORN_AT)
    shared_server.sql('UPDATE user SET is_admin = false')

    assert torn_at == []
    assert {place: found for place, found in misfits.items() if found} == {}


def test_the_scrollbar_of_a_source_is_dark_in_the_dark(new_tab: NewTab) -> None:
    tab = new_tab()
    tab.resize(1280, 900)
    tab.open('/')
    tab.run('() => { localStorage.theme = "dark" }')
    tab.open('/examples/nextjs')

    x, y = tab.run('''() => {
        const source = document.querySelector(".ls-source");
        source.scrollIntoView({block: "end"});
        const {left, right, bottom} = source.getBoundingClientRect();
        return [(left + right * 3) / 4, bottom - 4].map(Math.round);
    }''')

    def is_dark() -> bool:
        seen = Image.open(io.BytesIO(tab.engine.picture(tab.handle)))
        return seen.crop((x, y, x + 1, y + 1)).convert('L').tobytes()[0] < DARK

    wait_until(is_dark, PATIENCE_SECONDS)  # a picture may be of what was seen before
