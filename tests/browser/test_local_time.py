"""Pages and moments, as they read in the language, the region and the time zone of whoever reads them."""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.async_api import expect

from tests.running import either_store

from .devices import MakeDevice, Tab

pytestmark = either_store

NEW_YORK, BERLIN = 'America/New_York', 'Europe/Berlin'

WRITE = """moment => {
    const element = document.createElement('local-time');
    element.setAttribute('datetime', moment);
    document.body.append(element);
    const text = element.textContent;
    element.remove();
    return [text, element.title];
}"""


async def read(tab: Tab, now: str, moment: str) -> tuple[str, str]:
    """What a moment reads like, and what more is told of it."""
    await tab.page.clock.set_fixed_time(datetime.fromisoformat(now))
    text, title = await tab.page.evaluate(WRITE, moment)
    return ' '.join(text.split()), ' '.join(title.split())


Case = tuple[str, str, str]

NOW = '2026-06-17T10:00:00Z'
NEAR, FAR = '2026-06-15T13:04:00+00:00', '2026-06-10T13:04:00+00:00'
BRITISH: list[Case] = [
    (NOW, '2026-06-17T09:05:00+00:00', 'Today at 11:05'),
    ('2026-06-16T22:30:00Z', '2026-06-16T21:59:00+00:00', 'Yesterday at 23:59'),  # it is half past midnight
    (NOW, NEAR, 'Last Monday at 15:04'),
    (NOW, '2026-06-11T13:04:00+00:00', 'Last Thursday at 15:04'),
    (NOW, FAR, '10 Jun 2026 at 15:04'),
    (NOW, '2025-12-31T23:30:00+00:00', '1 Jan 2026 at 0:30'),
    # summer time begins on 29 March, a day of 23 hours, and ends on 25 October, one of 25
    ('2026-03-29T22:30:00Z', '2026-03-29T22:10:00+00:00', 'Today at 0:10'),
    ('2026-03-29T22:30:00Z', '2026-03-28T23:10:00+00:00', 'Yesterday at 0:10'),
    ('2026-03-30T10:00:00Z', '2026-03-28T22:59:00+00:00', 'Last Saturday at 23:59'),
    ('2026-10-25T22:59:00Z', '2026-10-24T22:01:00+00:00', 'Today at 0:01'),
    ('2026-10-25T23:01:00Z', '2026-10-24T22:01:00+00:00', 'Yesterday at 0:01'),
    ('2026-10-31T10:00:00Z', '2026-10-25T00:30:00+00:00', 'Last Sunday at 2:30'),
    ('2026-10-31T10:00:00Z', '2026-10-24T10:00:00+00:00', '24 Oct 2026 at 12:00')]
AMERICAN: list[Case] = [
    ('2026-06-16T22:30:00Z', '2026-06-16T21:59:00+00:00', 'Today at 5:59 PM'),  # where it is yesterday in Berlin
    (NOW, NEAR, 'Last Monday at 9:04 AM'), (NOW, FAR, 'Jun 10, 2026 at 9:04 AM')]
GERMAN: list[Case] = [(NOW, NEAR, 'Letzten Montag um 15:04'), (NOW, FAR, '10. Juni 2026 um 15:04')]
# whose page is an English one
FRENCH: list[Case] = [(NOW, NEAR, 'Last Monday at 3:04 PM'), (NOW, FAR, 'Jun 10, 2026 at 3:04 PM')]


@pytest.mark.parametrize(('locale', 'zone', 'language', 'heading', 'cases', 'whole'), [
    pytest.param('en-GB', BERLIN, 'en-GB', 'Sign up', BRITISH, 'Monday, 15 June 2026 at 15:04', id='British in Berlin'),
    pytest.param('en-US', NEW_YORK, 'en-US', 'Sign up', AMERICAN, 'Monday, June 15, 2026 at 9:04', id='American'),
    pytest.param('de-AT', BERLIN, 'de', 'Registrieren', GERMAN, 'Montag, 15. Juni 2026 um 15:04', id='Austrian'),
    pytest.param('fr-FR', BERLIN, 'en-US', 'Sign up', FRENCH, 'Monday, June 15, 2026 at 3:04', id='French in Berlin')])
async def test_a_page_is_in_the_language_of_its_reader_and_moments_by_their_day_and_as_their_region_writes_them(
        device: MakeDevice, locale: str, zone: str, language: str, heading: str, cases: list[Case], whole: str) -> None:
    laptop = await device(timezone_id=zone, locale=locale)
    tab = await laptop.tab('/sign-up')

    read_there = [(now, moment, (await read(tab, now, moment))[0]) for now, moment, _ in cases]
    _, title = await read(tab, NOW, NEAR)

    await expect(tab.page.get_by_role('heading', name=heading)).to_be_visible()
    assert await tab.page.locator('html').get_attribute('lang') == language
    assert read_there == cases
    assert title.startswith(whole)
