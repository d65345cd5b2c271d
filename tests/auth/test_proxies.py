"""Where a request came from, behind proxies: only those that the settings name are believed."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.rules import PASSWORD
from tests.server import Server


@pytest.mark.parametrize(('trusted', 'addresses'), [
    ('', {'203.0.113.7': '127.0.0.1', '::1, 203.0.113.7': '127.0.0.1'}),
    ('127.0.0.1', {'203.0.113.7': '203.0.113.7', '2001:db8::7': '2001:db8::7',
                   '198.51.100.9, 203.0.113.7': '203.0.113.7'}),  # the first one is what the visitor made up
    ('127.0.0.1,203.0.113.7', {'198.51.100.9, 203.0.113.7': '198.51.100.9'}),
])
async def test_the_address_comes_from_trusted_hops_only(
        tmp_path: Path, trusted: str, addresses: dict[str, str]) -> None:
    server = await Server(tmp_path, {'trusted_proxies': trusted}).start()

    try:
        for number, forwarded in enumerate(addresses):
            async with httpx.AsyncClient(base_url=server.url, headers={'x-forwarded-for': forwarded}) as browser:
                done = await browser.post('/v1/client/sign_ups', data={'email_address': f'p{number}@example.com',
                                                                       'password': PASSWORD})
                assert done.status_code == 200
        seen = [address for address, in server.sql('SELECT ip_address FROM session ORDER BY created_at')]
    finally:
        server.stop()

    assert seen == list(addresses.values())
