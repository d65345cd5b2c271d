"""From where the server can be reached, and by which URL."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from auth import Settings
from auth.web import reach
from auth.web.reach import Reach, addresses_of_this_machine, reach_of
from tests.http import patient_client
from tests.server import Server

LAN = [ip_address('192.168.1.20'), ip_address('10.8.0.3'), ip_address('2001:db8::7')]


@pytest.fixture(autouse=True)
def _on_a_machine_with_known_addresses(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if 'really' not in request.node.name:
        monkeypatch.setattr(reach, 'addresses_of_this_machine', lambda: LAN)


@pytest.mark.parametrize(('settings', 'found'), [
    ({}, Reach(False)), ({'host': 'localhost'}, Reach(False)), ({'host': '::1'}, Reach(False)),
    ({'host': '127.0.0.2'}, Reach(False)), ({'public_url': 'http://localhost:8080'}, Reach(False)),
    ({'host': '192.168.1.20'}, Reach(True, ('http://192.168.1.20:8080',))),
    ({'host': '2001:DB8::7'}, Reach(True, ('http://[2001:db8::7]:8080',))),
    ({'host': 'nas'}, Reach(True, ('http://nas:8080',))),
    ({'host': '0.0.0.0'}, Reach(True, ('http://192.168.1.20:8080', 'http://10.8.0.3:8080'))),  # noqa: S104
    ({'host': '::'}, Reach(True, ('http://192.168.1.20:8080', 'http://10.8.0.3:8080', 'http://[2001:db8::7]:8080'))),
    ({'host': '0.0.0.0', 'allowed_hosts': 'nas.local,*.lan,localhost'}, Reach(True, ('http://nas.local:8080',))),  # noqa: S104
    ({'host': '0.0.0.0', 'allowed_hosts': '10.8.0.3'}, Reach(True, ('http://10.8.0.3:8080',) * 2)),  # noqa: S104
    ({'public_url': 'https://app.example'}, Reach(True, ('https://app.example',))),
])
def test_it_is_told_whether_others_reach_it_and_by_which_url(settings: dict[str, Any], found: Reach) -> None:
    told = reach_of(Settings(**settings), 8080)

    assert told == Reach(found.beyond_this_machine, tuple(dict.fromkeys(found.urls)))


async def test_what_it_tells_really_leads_to_the_server(tmp_path: Path) -> None:
    server = await Server(tmp_path, {'host': '::'}).start()
    told = reach_of(Settings(host='::'), server.port)

    async with patient_client() as phone:
        answers = [(await phone.get(f'{url}/v1/client')).status_code for url in told.urls]
    server.stop()

    assert told.beyond_this_machine
    assert answers == [200] * len(answers)
    assert len(answers) == len(addresses_of_this_machine())
