"""A process that starts before the server of its database waits for it, and says so."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from dataclasses import replace

import pytest
from sqlalchemy import make_url

from auth.timing import DEFAULT_TIMING
from models import wait_for_server
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port
from tests.postgres import Postgres
from tests.relay import relay_to
from tests.rules import PATIENT

STARTING_UP = """
import socket, sys
fields = b'SFATAL\\0VFATAL\\0C57P03\\0Mthe database system is starting up\\0\\0'
with socket.create_server(('127.0.0.1', int(sys.argv[1]))) as server:
    print(flush=True)
    while True:
        with server.accept()[0] as line:
            line.recv(1000)
            line.sendall(b'E' + (len(fields) + 4).to_bytes(4, 'big') + fields)
"""
"""What PostgreSQL answers while it repairs what it had not written before it ended."""

SOON = replace(DEFAULT_TIMING, start_pause_seconds=0.1, connect_seconds=2.0)


def url_at(postgres: Postgres, port: int, **changed: str) -> str:
    """The URL of a database, by another way to its server."""
    return postgres.url.set(port=port, **changed).render_as_string(hide_password=False)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged of waiting."""
    return [record.message for record in caplog.records if record.name == 'live_sessions']


async def test_a_server_that_refuses_connections_is_waited_for(
        postgres: Postgres, caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    url = url_at(postgres, port)
    waiting = asyncio.create_task(asyncio.to_thread(wait_for_server, url, replace(PATIENT, start_pause_seconds=0.1)))
    while not lines(caplog):
        await asyncio.sleep(0.01)
    before = waiting.done()

    async with relay_to(make_url(postgres.url).port or 5432, port):
        await asyncio.wait_for(waiting, PATIENCE_SECONDS)

    begun, ended = lines(caplog)
    assert not before
    assert 'does not answer yet' in begun
    assert 'Waiting for it for up to 30 s' in begun
    assert 'answers after' in ended


async def test_a_server_that_takes_connections_and_says_nothing_is_waited_for(
        postgres: Postgres, caplog: pytest.LogCaptureFixture) -> None:
    async with relay_to(make_url(postgres.url).port or 5432) as line:
        line.cut()
        waiting = asyncio.create_task(asyncio.to_thread(wait_for_server, url_at(postgres, line.port), SOON))
        while not lines(caplog):
            await asyncio.sleep(0.01)
        line.mend()
        await asyncio.wait_for(waiting, PATIENCE_SECONDS)

    assert ['yet' in lines(caplog)[0], 'answers after' in lines(caplog)[1]] == [True, True]


def test_a_server_that_is_being_started_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    with subprocess.Popen([sys.executable, '-c', STARTING_UP, str(port)], stdout=subprocess.PIPE) as starting:
        assert starting.stdout
        starting.stdout.readline()
        wait_for_server(f'postgresql://ann@127.0.0.1:{port}/live?sslmode=disable', replace(SOON, start_seconds=0.3))
        starting.kill()

    begun, ended = lines(caplog)
    assert 'the database system is starting up' in begun
    assert 'still does not answer after' in ended


@pytest.mark.parametrize('changed', [{'database': 'nowhere'}, {'username': 'nobody-like-this'}])
def test_a_server_that_answers_with_a_refusal_is_not_waited_for(
        postgres: Postgres, caplog: pytest.LogCaptureFixture, changed: dict[str, str]) -> None:
    wait_for_server(url_at(postgres, make_url(postgres.url).port or 5432, **changed), PATIENT)

    assert lines(caplog) == []


def test_a_file_is_not_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    wait_for_server('sqlite:///nowhere/live.db', SOON)

    assert lines(caplog) == []
    assert logging.getLogger('live_sessions').isEnabledFor(logging.WARNING)
