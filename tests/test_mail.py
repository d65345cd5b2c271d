"""Mail of a running site: nobody waits for it, and no end of a process loses one or sends one twice for no reason."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from auth import Auth, Settings
from auth.credentials.passwords import Passwords
from auth.rules.sign_in import sign_up
from auth.rules.store import Store
from tests.databases import TestDatabase
from tests.http import patient_client
from tests.mail_server import ACCEPTED, MailServer, Received, mail_server
from tests.patience import PATIENCE_SECONDS
from tests.programs import CHEAP_PASSWORDS, ROOT
from tests.rules import LAPTOP, PASSWORD
from tests.server import Server

SERVE = ROOT / 'tests' / 'apps' / 'serve.py'


@pytest.fixture
async def smtp(tmp_path: Path) -> AsyncIterator[MailServer]:
    async with mail_server(tmp_path, password='s3cret') as running:
        yield running


@pytest.fixture
def new_server(tmp_path: Path, smtp: MailServer, make_database: Callable[[], TestDatabase]
               ) -> AsyncIterator[Callable[[], Server]]:
    """Makes processes of one site."""
    servers: list[Server] = []
    store = make_database()

    def make() -> Server:
        folder = tmp_path / f'server-{len(servers)}'
        folder.mkdir()
        server = Server(folder, script=SERVE, store=store)
        server.settings = {'smtp_host': 'localhost', 'smtp_port': smtp.port, 'smtp_ca_file': smtp.ca_file,
                           'smtp_username': 'site', 'smtp_password': 's3cret', 'mail_from': 'site@example.com',
                           'public_url': server.url, CHEAP_PASSWORDS: 1}
        servers.append(server)
        return server

    yield make  # type: ignore[misc]
    for server in servers:
        server.stop()


async def has_account(server: Server) -> None:
    """Give Ann an account, without a code that is mailed."""
    url = server.database.url
    auth = Auth(Store(url), Settings(database_url=url), passwords=Passwords(memory_kib=8, time_cost=1))
    await sign_up(auth, None, email_address='ann@example.com', password=PASSWORD, request_info=LAPTOP)
    await auth.close()


async def post(server: Server, path: str, **fields: Any) -> int:
    """Ask as a browser that has never been here."""
    async with patient_client(base_url=server.url) as browser:
        while (answer := await browser.post(f'/v1/client/{path}', data={'password': PASSWORD} | fields)
               ).status_code == 503:
            await asyncio.sleep(0.1)  # it has much to do, and nothing was changed
        return answer.status_code


async def test_a_sign_in_does_not_wait_for_mail_and_a_killed_process_loses_none(
        new_server: Callable[[], Server], smtp: MailServer) -> None:
    """The mail server keeps the first mail in its hands, while people sign in and the process is killed."""
    asked, held = asyncio.Event(), asyncio.get_running_loop().create_future()

    async def hold(_: Received) -> str:
        asked.set()
        return await held

    smtp.to_data = hold
    server = await new_server().start()
    await has_account(server)
    assert await post(server, 'sign_ins', identifier='ann@example.com') == 200
    await asked.wait()
    assert await post(server, 'sign_ins', identifier='ann@example.com') == 200
    assert len(server.sql('SELECT id FROM mail')) == 2

    server.kill()
    smtp.to_data = lambda _: ACCEPTED
    held.set_result('451 too late')
    await server.start()
    await smtp.one()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(left := server.sql('SELECT attempts FROM mail')) > 1:
            await asyncio.sleep(0.02)
    assert [attempts for attempts, in left] == [1]  # until its lease ends
    server.sql("UPDATE mail SET due_at = '2026-01-01 00:00:00.000000+00:00'"
               if server.database.url.startswith('postgresql') else
               "UPDATE mail SET due_at = '2026-01-01 00:00:00.000000'")
    await smtp.one(2)

    assert smtp.recipients == ['ann@example.com'] * 2
    assert len({one.message['Message-ID'] for one in smtp.received}) == 2
    assert 'ann@example.com' not in server.log
    assert f'{server.url}/account/security' in smtp.received[0].text


async def test_two_processes_of_one_site_send_each_mail_once(
        new_server: Callable[[], Server], smtp: MailServer) -> None:
    one, other = await new_server().start(), await new_server().start()
    await has_account(one)

    codes = await asyncio.gather(*(post((one, other)[number % 2], 'sign_ins', identifier='ann@example.com')
                                   for number in range(6)))
    await smtp.one(codes.count(200))
    one.stop()  # in good order: what was sent is deleted
    other.stop()

    assert len({mail.message['Message-ID'] for mail in smtp.received}) == len(smtp.received) == codes.count(200) >= 3
    assert one.sql('SELECT * FROM mail') == []


async def test_while_the_mail_server_is_away_the_site_goes_on_and_its_queue_tells(
        new_server: Callable[[], Server], smtp: MailServer) -> None:
    server = new_server()
    server.settings['smtp_port'] = 1  # nobody listens there
    await server.start()

    await has_account(server)
    assert await post(server, 'sign_ins', identifier='ann@example.com') == 200

    async with asyncio.timeout(PATIENCE_SECONDS):
        while 'no mail can be sent now: ConnectionRefusedError' not in server.log:
            await asyncio.sleep(0.05)
    assert server.sql('SELECT attempts FROM mail') == [(0,)]
