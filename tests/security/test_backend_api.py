"""The back-end API of real servers: of several processes on one store, one of them mounted below a path."""

from __future__ import annotations

from pathlib import Path

import httpx

from auth import Auth, Settings
from auth.rules.actor import by_command_line
from auth.rules.secret_keys import create_key, revoke_key
from auth.rules.store import Store
from tests.apps import ALONE
from tests.http import patient_client
from tests.running import either_store
from tests.server import Server

from .visitors import Somebody


async def asked(server: Server, key: str, path: str, method: str = 'GET') -> httpx.Response:
    async with patient_client(base_url=f'{server.url}{server.base}/backend/v1') as http:
        return await http.request(method, path, headers={'authorization': f'Bearer {key}'})


@either_store
async def test_a_key_made_and_revoked_elsewhere_counts_at_once_in_every_process_and_a_revoke_is_seen_in_every_tab(
        tmp_path: Path) -> None:
    (tmp_path / 'mounted').mkdir()
    left = Server(tmp_path)
    right = Server(tmp_path / 'mounted', script=ALONE, base='/tools/gui', store=left.database,
                   settings={'served_by': 'mounted', 'root_path': '/tools'})
    servers: list[Server] = []
    try:
        servers += [await left.start(), await right.start()]
        ann = await Somebody.at(left).sign_up()
        (session_id, user_id), = left.sql('SELECT id, user_id FROM session')
        tab = await ann.tab('/', f'Active Session: {session_id}')
        auth = Auth(Store(left.database.url), Settings(database_url=left.database.url))
        before = [await asked(server, 'sk_live_x', '/users') for server in servers]
        made = await auth.run(create_key, by_command_line, 'the shop')
        found = [await asked(server, str(made.token), f'/users/{user_id}') for server in servers]
        done = await asked(right, str(made.token), f'/sessions/{session_id}/revoke', 'POST')
        await tab.sees('A server of this site signed you out. Sign in again to go on.')
        await auth.run(revoke_key, by_command_line, made.id)
        after = [await asked(server, str(made.token), '/users') for server in servers]
        await auth.close()
        await ann.close()
    finally:
        for server in servers:
            server.stop()

    assert [answer.status_code for answer in (*before, *found, done, *after)] == [404, 404, 200, 200, 200, 404, 404]
    assert {answer.json()['id'] for answer in found} == {user_id}
    assert [event[0] for event in left.sql("SELECT actor FROM audit_event WHERE action = 'revoked'")] == [made.id]
    assert 'Traceback' not in left.log + right.log
