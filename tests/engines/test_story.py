"""One whole story in each engine: in, out, and nothing private on the screen meanwhile."""

from __future__ import annotations

from tests.browser.devices import a_new_address
from tests.running import either_store
from tests.server import Server

from .conftest import NewTab
from .tab import SIGNED_OUT, Tab

pytestmark = either_store

def open_the_panel_by_keyboard(tab: Tab, account_button: str) -> None:
    tab.from_the_top()
    tab.tab_to(account_button)
    tab.press('Enter')
    tab.sees('Manage account')


def test_one_whole_story(new_tab: NewTab, shared_server: Server) -> None:
    address = a_new_address()
    account_button = f'Account panel: {address}'
    left, right = new_tab().open('/sign-up'), new_tab().open('/')
    right.run('() => { window.notReloaded = true }')

    # A sign-up by the form is seen in the other tab.
    left.fill_in(address)
    left.sees('Active Session: sess_')
    right.sees('Active Session: sess_')
    assert right.run('() => window.notReloaded')

    # When the server is silent, what is private is hidden, also in the tab that is behind.
    right.open('/account').sees(address)
    with shared_server.standing_still():
        right.sees_no(address)
        left.sees_no('Active Session')
        assert right.holds(address)
    right.sees(address)
    left.sees('Active Session')

    # The account panel is opened, walked through and left by keyboard.
    open_the_panel_by_keyboard(left, account_button)
    left.tab_to('Sign out')
    left.press('Escape')
    left.sees_no('Manage account')
    assert left.focus().endswith(account_button)

    # A sign-out takes the private page out of the other tab, and a sign-in brings it back.
    left.click('Sign out')
    left.sees(SIGNED_OUT)
    right.sees(SIGNED_OUT)
    assert not right.holds(address)
    left.open('/sign-in').fill_in(address)
    left.sees('Active Session: sess_')
    right.sees(address)

    # After a sign-out by keyboard, Back shows nothing private, not even for a moment.
    open_the_panel_by_keyboard(right, account_button)
    right.tab_to('Sign out')
    right.press('Enter')
    right.at('/')
    right.sees(SIGNED_OUT)
    left.sees(SIGNED_OUT)
    right.back()
    right.at('/account')
    right.sees(SIGNED_OUT, but_never=address)
    assert not right.holds(address)
