"""Every attack that we know of wins nothing here, and does where a site is careless: else it would show nothing."""

from __future__ import annotations

from pathlib import Path

from tests.apps import CARELESS, SERVE
from tests.programs import CHEAP_PASSWORDS
from tests.security.attacks.__main__ import play
from tests.server import Server

HELD_OFF_BY_THE_SERVER = {'bring the server down by frames', 'write headers of the answer by line breaks',
                          'smuggle a request within another one'}
"""Nothing that an app does could let these through: uvicorn does not."""


async def test_no_attack_wins_anything(tmp_path: Path) -> None:
    server = await Server(tmp_path, {CHEAP_PASSWORDS: 1}, SERVE).start()
    try:
        outcomes = await play(server.url)
    finally:
        server.stop()

    assert {title: what for title, what in outcomes.items() if what} == {}
    assert len(outcomes) > 30
    assert 'Traceback' not in server.log


async def test_every_attack_wins_where_a_site_is_careless(tmp_path: Path) -> None:
    server = await Server(tmp_path, script=CARELESS).start()
    try:
        outcomes = await play(server.url)
    finally:
        server.stop()

    assert {title for title, what in outcomes.items() if not what} == HELD_OFF_BY_THE_SERVER
