"""The worst that can happen between the processes and PostgreSQL: what is private goes, and comes back by itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from tests.browser.devices import Tab
from tests.browser.used_again import Contexts
from tests.browser.watching import BOUND_SECONDS, watch

from .people import Person, somebody_on_both
from .site import Devices, Site


@pytest.fixture(scope='module')
async def known() -> AsyncIterator[list[tuple[Devices, Person]]]:
    """Those who can do the next test as well; at most one."""
    known: list[tuple[Devices, Person]] = []
    yield known
    for devices, _ in known:
        await devices.close()


@pytest.fixture
async def people(known: list[tuple[Devices, Person]], browser: Browser, contexts: Contexts,
                 site: Site) -> AsyncIterator[Person]:
    """Somebody with a device on each process, signed in; what their browsers say of a network that is away on purpose
    is forgiven. They are the same for all tests, unless one could not be begun."""
    devices, person = known.pop() if known else (Devices(browser, site, contexts), None)
    if person is None:
        person = await somebody_on_both(devices, site)
    else:
        await person.sign_in()
    yield person
    for tab in (person.first, person.second):
        tab.forgive_the_network()
    known.append((devices, person))


async def falls_to_loading(tab: Tab, address: str) -> None:
    """Wait until the tab has nothing private any more."""
    await expect(tab.page.get_by_role('main').get_by_text('Loading…')).to_be_visible()
    assert address not in await tab.text()
    assert 'Active Session' not in await tab.text()


def end(site: Site, session_id: str) -> None:
    """End a session as another program would."""
    site.sql("UPDATE session SET status = 'revoked' WHERE id = ?", session_id)


async def test_an_end_in_the_moment_in_which_nobody_listens_is_seen(people: Person, site: Site) -> None:
    terminated = site.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                          "AND pid <> pg_backend_pid() AND query LIKE '%pg_notify%'")
    end(site, people.on_second)

    assert terminated == [(True,), (True,)]
    await expect(people.second.see(people.address)).to_have_count(0)
    await people.second.signed_out()
    await people.first.shows(people.on_first)


async def test_every_connection_may_be_terminated(people: Person, site: Site) -> None:
    site.sql('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() '
             'AND pid <> pg_backend_pid()')
    end(site, people.on_first)

    await expect(people.first.see(people.address)).to_have_count(0)
    await people.first.signed_out()
    await people.second.shows(people.on_second)


async def test_a_restart_of_postgresql_is_survived(people: Person, site: Site) -> None:
    await asyncio.to_thread(site.postgres.restart)
    end(site, people.on_second)

    await expect(people.second.see(people.address)).to_have_count(0)
    await people.second.signed_out()
    await people.first.shows(people.on_first)


async def test_while_postgresql_is_away_every_tab_is_at_loading_and_then_right_again(
        people: Person, site: Site) -> None:
    await asyncio.to_thread(site.postgres.stop)
    try:
        await asyncio.gather(*[falls_to_loading(tab, people.address) for tab in (people.first, people.second)])
    finally:
        await asyncio.to_thread(site.postgres.start)
    end(site, people.on_second)

    await people.first.shows(people.on_first)
    await people.second.signed_out()


async def test_a_process_that_is_cut_off_hides_what_it_cannot_vouch_for_and_then_shows_what_is_still_true(
        people: Person, device: Devices, site: Site) -> None:
    tablet = await device(on=site.first)
    on_tablet = await tablet.sign_in(people.address)
    beside = await tablet.tab('/account')
    await beside.shows(on_tablet)
    watching = await watch(beside)

    site.line.cut()
    cut_at = time.time()
    try:
        end(site, people.on_first)
        await asyncio.gather(*[falls_to_loading(tab, people.address) for tab in (people.first, beside)])
        await people.second.shows(people.on_second)
        last_seen_at = await watching.last_saw(people.address)
    finally:
        site.line.mend()

    await people.first.signed_out()
    await beside.shows(on_tablet)
    await people.second.shows(people.on_second)
    end(site, on_tablet)
    await beside.signed_out()
    beside.forgive_the_network()
    assert last_seen_at - cut_at < BOUND_SECONDS + watching.stalled


async def test_a_tab_that_lost_its_process_while_postgresql_is_away_comes_back_with_it(
        people: Person, site: Site) -> None:
    await asyncio.to_thread(site.postgres.stop)
    site.first.kill()
    try:
        await expect(people.first.see(people.address)).to_have_count(0)
    finally:
        await asyncio.to_thread(site.postgres.start)
        await site.first.start()

    await people.are_here()
    assert people.first.page.url == f'{people.first.url}/account'
