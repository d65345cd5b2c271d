"""Moments, as they read in the time zone of whoever reads them."""

from __future__ import annotations

from datetime import datetime

import pytest

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


CASES = [
    (BERLIN, '2026-06-17T10:00:00Z', '2026-06-17T09:05:00+00:00', 'Today at 11:05'),
    (BERLIN, '2026-06-16T22:30:00Z', '2026-06-16T21:59:00+00:00', 'Yesterday at 23:59'),  # it is half past midnight
    (NEW_YORK, '2026-06-16T22:30:00Z', '2026-06-16T21:59:00+00:00', 'Today at 17:59'),
    (BERLIN, '2026-06-17T10:00:00Z', '2026-06-15T13:04:00+00:00', 'Last Monday at 15:04'),
    (BERLIN, '2026-06-17T10:00:00Z', '2026-06-11T13:04:00+00:00', 'Last Thursday at 15:04'),
    (BERLIN, '2026-06-17T10:00:00Z', '2026-06-10T13:04:00+00:00', '10 Jun 2026 at 15:04'),
    (BERLIN, '2026-06-17T10:00:00Z', '2025-12-31T23:30:00+00:00', '1 Jan 2026 at 0:30'),
    # summer time begins on 29 March, a day of 23 hours, and ends on 25 October, one of 25
    (BERLIN, '2026-03-29T22:30:00Z', '2026-03-29T22:10:00+00:00', 'Today at 0:10'),
    (BERLIN, '2026-03-29T22:30:00Z', '2026-03-28T23:10:00+00:00', 'Yesterday at 0:10'),
    (BERLIN, '2026-03-30T10:00:00Z', '2026-03-28T22:59:00+00:00', 'Last Saturday at 23:59'),
    (BERLIN, '2026-10-25T22:59:00Z', '2026-10-24T22:01:00+00:00', 'Today at 0:01'),
    (BERLIN, '2026-10-25T23:01:00Z', '2026-10-24T22:01:00+00:00', 'Yesterday at 0:01'),
    (BERLIN, '2026-10-31T10:00:00Z', '2026-10-25T00:30:00+00:00', 'Last Sunday at 2:30'),
    (BERLIN, '2026-10-31T10:00:00Z', '2026-10-24T10:00:00+00:00', '24 Oct 2026 at 12:00'),
]


@pytest.mark.parametrize('zone', [BERLIN, NEW_YORK])
async def test_a_moment_reads_by_the_day_of_the_reader(device: MakeDevice, zone: str) -> None:
    laptop = await device(timezone_id=zone, locale='en-GB')
    tab = await laptop.tab('/sign-in')
    cases = [case[1:] for case in CASES if case[0] == zone]

    read_there = [(now, moment, (await read(tab, now, moment))[0]) for now, moment, _ in cases]

    assert read_there == cases


@pytest.mark.parametrize(('locale', 'weekday', 'date', 'whole'), [
    ('de-DE', 'Letzten Montag um 15:04', '10. Juni 2026 um 15:04', 'Montag, 15. Juni 2026 um 15:04'),
    ('de-AT', 'Letzten Montag um 15:04', '10. Juni 2026 um 15:04', 'Montag, 15. Juni 2026 um 15:04'),
    ('en-US', 'Last Monday at 3:04 PM', 'Jun 10, 2026 at 3:04 PM', 'Monday, June 15, 2026 at 3:04'),
    ('en-GB', 'Last Monday at 15:04', '10 Jun 2026 at 15:04', 'Monday, 15 June 2026 at 15:04'),
    ('fr-FR', 'Last Monday at 3:04 PM', 'Jun 10, 2026 at 3:04 PM', 'Monday, June 15, 2026 at 3:04'),  # English page
])
async def test_a_moment_is_in_the_language_of_the_page_and_as_the_region_of_the_reader_writes_it(
        device: MakeDevice, locale: str, weekday: str, date: str, whole: str) -> None:
    laptop = await device(timezone_id=BERLIN, locale=locale)
    tab = await laptop.tab('/sign-in')
    now = '2026-06-17T10:00:00Z'

    near, title = await read(tab, now, '2026-06-15T13:04:00+00:00')
    far, _ = await read(tab, now, '2026-06-10T13:04:00+00:00')

    assert (near, far) == (weekday, date)
    assert title.startswith(whole)
