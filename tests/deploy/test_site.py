"""What many tests share is whole for each of them, whatever happened to it before."""

from __future__ import annotations

import asyncio
import signal
import ssl
from functools import partial
from pathlib import Path

import pytest
import trustme

from tests.http import patient_client

from . import site as of_the_site
from .site import Caretaker, Site


def fail(why: str) -> None:
    raise RuntimeError(why)


async def test_what_has_ended_behind_its_back_is_started_again_for_the_next_test(
        site: Site, caretaker: Caretaker) -> None:
    for process, number in ((site.nginx.process, signal.SIGKILL), (site.first.process, signal.SIGKILL),
                            (site.postgres.process, signal.SIGINT)):
        assert process is not None
        process.send_signal(number)
        process.wait(30)
    site.line.cut()
    ended = list(site.complaints())

    again = await caretaker.site()

    assert [complaint.split(' has ended')[0] for complaint in ended] == ['The first process', 'nginx', 'PostgreSQL']
    assert again is site
    assert not list(site.complaints())
    for process in site.processes:
        async with patient_client(base_url=process.url) as visitor:
            guess = {'identifier': 'nobody@example.com', 'password': 'correct horse battery'}
            while (answer := await visitor.post('/v1/client/sign_ins', data=guess)).status_code == 503:
                await asyncio.sleep(0.1)  # its connections to PostgreSQL are of before
            assert (answer.status_code, 'set-cookie' in answer.headers) == (422, False)


async def test_one_that_does_not_start_says_why_and_is_tried_again_for_the_next_test(
        site: Site, caretaker: Caretaker, monkeypatch: pytest.MonkeyPatch) -> None:
    site.second.kill()

    monkeypatch.setitem(site.second.settings, 'host', 'nowhere.invalid')
    with pytest.raises(RuntimeError, match=r'(?s)the server ended:.*nowhere\.invalid'):
        await caretaker.site()
    monkeypatch.undo()
    again = await caretaker.site()

    assert not list(again.complaints())


async def test_a_site_that_could_not_be_built_is_built_for_the_next_test(
        tmp_path: Path, authority: trustme.CA, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    caretaker = Caretaker(tmp_path.joinpath, authority, trust)

    for attempt in ('first', 'second'):
        monkeypatch.setattr(of_the_site, 'postgres_server', partial(fail, attempt))
        with pytest.raises(RuntimeError, match=attempt):
            await caretaker.site()

    await caretaker.close()
