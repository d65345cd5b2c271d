"""A page of ``ui.page`` without our shell, as a browser sees it."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.apps import WHOLE
from tests.running import either_store
from tests.security.visitors import Somebody
from tests.server import Server

from .conftest import shared
from .devices import MakeDevice, NewServer

pytestmark = either_store
REVOKED = "UPDATE session SET status = 'revoked' WHERE id = ?"
GRANTED = 'UPDATE user SET is_admin = ? WHERE id = (SELECT user_id FROM session WHERE id = ?)'
HOW_IT_CAME = "performance.getEntriesByType('navigation')[0].type"


@pytest.fixture
async def whole(request: pytest.FixtureRequest, new_server: NewServer) -> Server:
    """The server of pages that stand by themselves."""
    return await shared(request, WHOLE, acts='acts')


async def test_a_page_without_our_shell_is_loaded_once_and_leaves_with_the_session(
        device: MakeDevice, whole: Server) -> None:
    laptop = await device(whole)
    session_id = await laptop.sign_up()
    tab = await laptop.tab('/whole/private')

    await expect(tab.see('Something private')).to_be_visible()
    assert await tab.page.evaluate(HOW_IT_CAME) == 'navigate'
    whole.sql(GRANTED, True, session_id)  # a right more comes by a request
    await tab.page.wait_for_function(f"{HOW_IT_CAME} === 'reload' && window.did_handshake")
    await expect(tab.see('Something private')).to_be_visible()
    whole.sql(REVOKED, session_id)
    await tab.signed_out()

    await expect(tab.see('Something private')).to_have_count(0)
    await expect(tab.page.locator('[data-here~=signed_out]')).to_have_count(1)


async def test_the_form_to_sign_in_stands_in_a_page_of_its_author_s(device: MakeDevice, whole: Server) -> None:
    ann = Somebody.at(whole)
    await ann.sign_up()
    await ann.close()
    laptop = await device(whole)
    tab = await laptop.tab('/whole/welcome')
    heading = tab.page.get_by_role('heading', name='Come in')

    await expect(heading).to_be_visible()
    await tab.fill(ann.address, 'this is not the password')
    await tab.button('Sign in').click()
    await expect(tab.see('The email address or the password is incorrect. Try again.')).to_be_visible()
    tab.forgive_the_network()
    await tab.fill(ann.address)
    await tab.button('Sign in').click()
    await expect(tab.page).to_have_url(f'{laptop.url}/whole/private')
    await expect(tab.see('Something private')).to_be_visible()
