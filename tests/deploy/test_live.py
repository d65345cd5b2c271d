"""Streams of events through nginx, which holds no event back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from tests.patience import PATIENCE_SECONDS
from tests.rules import PASSWORD

from .site import Site


async def next_event(lines: AsyncIterator[str]) -> str:
    """The name of the next event, with what shows before that the stream is alive."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for line in lines:
            if line.startswith(('event: ', ':')):
                return line
    raise AssertionError('the stream has ended')


async def test_events_pass_nginx_one_by_one(site: Site) -> None:
    async with site.visitor() as visitor:
        form = {'email_address': 'stream@example.com', 'password': PASSWORD}
        assert (await visitor.post('/v1/client/sign_ups', data=form)).status_code == 200
        async with visitor.stream('GET', '/v1/live') as stream:
            assert stream.status_code == 200
            assert stream.headers['content-type'] == 'text/event-stream'
            lines = stream.aiter_lines()
            assert await next_event(lines) == 'event: sessions'

            assert (await visitor.delete('/v1/client/sessions')).status_code == 200

            said = ''
            while said != 'event: over':
                said = await next_event(lines)
