"""The account panel is as tall as what it holds."""

from __future__ import annotations

import pytest

from tests.browser.devices import a_new_address
from tests.running import either_store

from .conftest import NewTab
from .tab import Tab

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


def open_the_panel(tab: Tab) -> None:
    """Sign up, maybe with one more account, and open its panel."""
    tab.open('/sign-up').fill_in(address := a_new_address())
    tab.at('/')
    tab.sees('Active Session')
    tab.click(f'Account panel: {address}')
    tab.sees('Manage account')


def test_the_account_panel_is_as_tall_as_what_it_holds_and_scrolled_where_the_window_is_lower(new_tab: NewTab) -> None:
    tab = new_tab()
    open_the_panel(tab)

    for width in (1280, 360):
        tab.resize(width)
        measured = tab.run(_MEASURE)
        assert measured['panel'] == pytest.approx(measured['parts'], abs=1)
        assert measured['buttons'] == pytest.approx([measured['inThePage']] * 2, abs=1)

    # With two accounts, it has one more question, and more to show than a low window has room for.
    tab.resize(1280, 300)
    open_the_panel(tab)
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
