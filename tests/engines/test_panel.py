"""The account panel is as tall as what it holds."""

from __future__ import annotations

import pytest

from tests.browser.devices import a_new_address
from tests.running import either_store

from .conftest import NewTab

pytestmark = either_store

# What its parts need is told by their own heights, once nothing stretches them.
_MEASURE = '''() => {
    const height = (one) => one.getBoundingClientRect().height;
    const panel = document.querySelector(".ls-account-panel"), parts = [...panel.children];
    const measured = {
        panel: height(panel),
        belowTheWindow: panel.getBoundingClientRect().bottom - innerHeight,
        buttons: [...panel.querySelectorAll(".ls-panel-actions .ls-button")].map(height),
        inThePage: height(document.querySelector("#ls-content .ls-sign-out .ls-button")),
    };
    for (const part of parts) part.style.alignSelf = "start";
    const {rowGap, paddingTop, borderTopWidth} = getComputedStyle(panel);
    const [gap, padding, border] = [rowGap, paddingTop, borderTopWidth].map(parseFloat);
    measured.parts = parts.map(height).reduce((all, one) => all + gap + one) + 2 * (padding + border);
    for (const part of parts) part.style.alignSelf = "";
    return measured;
}'''


_BELOW_THE_BUTTONS = """() => {
    const dialog = document.querySelector(".ls-asking");
    return dialog.getBoundingClientRect().bottom - dialog.lastElementChild.getBoundingClientRect().bottom;
}"""


def test_the_account_panel_and_its_buttons_are_as_tall_as_what_they_hold(new_tab: NewTab) -> None:
    tab = new_tab()
    tab.open('/sign-up').fill_in(address := a_new_address())
    tab.sees('Active Session')

    tab.click(f'Account panel: {address}')
    tab.sees('Manage account')

    for width in (1280, 360):
        tab.resize(width)
        measured = tab.run(_MEASURE)
        assert measured['panel'] == pytest.approx(measured['parts'], abs=1)
        assert measured['buttons'] == pytest.approx([measured['inThePage']] * 2, abs=1)


def test_an_account_panel_that_is_taller_than_the_window_is_scrolled(new_tab: NewTab) -> None:
    tab = new_tab()
    tab.resize(1280, 300)
    for _ in range(2):
        tab.open('/sign-up').fill_in(address := a_new_address())
        tab.at('/')
    tab.sees('Active Session')

    tab.click(f'Account panel: {address}')
    tab.sees('Add account')
    measured = tab.run(_MEASURE)

    assert measured['belowTheWindow'] <= 0
    assert measured['panel'] < measured['parts']
    assert measured['buttons'] == pytest.approx([measured['inThePage']] * 2, abs=1)
    tab.tab_to('Sign out of all accounts')
    tab.press('Enter')

    # What it asks is in a dialog that is as tall as what it holds, too.
    tab.sees('Sign out of 2 accounts?')
    assert tab.run(_BELOW_THE_BUTTONS) < 40
    tab.tab_to('Sign out of 2 accounts')
    tab.press('Enter')
    tab.sees('You are signed out')
