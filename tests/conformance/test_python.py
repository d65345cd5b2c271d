"""Servers in Python: Clerk's own library and fastapi-clerk-auth as they are, given nothing but this server's addresses.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from auth import Auth, Settings
from auth.rules.actor import by_command_line
from auth.rules.secret_keys import create_key
from auth.rules.session_tokens import signing_key
from auth.rules.store import Store
from tests.programs import CHEAP_PASSWORDS, ROOT
from tests.running import either_store
from tests.security.visitors import Somebody
from tests.server import Server

PROGRAM = ['uv', 'run', '--quiet', '--isolated', '--only-group', 'conformance', 'python',
           'tests/conformance/python_client.py']


async def run_program(**given: str) -> dict[str, Any]:
    """Run the program in an environment of its own; returns what it tells."""
    process = await asyncio.create_subprocess_exec(
        *PROGRAM, cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE)
    out, errors = await process.communicate(json.dumps(given).encode())
    assert process.returncode == 0, errors.decode()
    return json.loads(out)


@either_store
async def test_clerks_library_for_python_and_that_for_fastapi_work_as_they_are(tmp_path: Path) -> None:
    server = await Server(tmp_path, {CHEAP_PASSWORDS: 1}).start()
    try:
        auth = Auth(Store(server.database.url), Settings(database_url=server.database.url))
        made, public_key = await auth.run(create_key, by_command_line, 'shop'), (await signing_key(auth)).public_key
        await auth.close()
        person = Somebody.at(server)
        await person.web.post('/v1/client/sign_ups', data={'email_address': 'ann@example.com', 'first_name': 'Ann',
                                                           'password': 'correct horse battery'})
        (session_id, user_id, client_id), = server.sql('SELECT id, user_id, client_id FROM session')
        token = (await person.web.post(f'/v1/client/sessions/{session_id}/tokens')).json()['jwt']
        told = await run_program(url=server.url, secret_key=str(made.token), token=token, public_key=public_key)
        keys = (await person.get('/.well-known/jwks.json')).json()
        await person.close()
    finally:
        server.stop()

    assert told == {
        'verified': [user_id, session_id, 60], 'verified_by_public_key': session_id,
        'user': [user_id, 'Ann', 'ann@example.com', False], 'users': [user_id], 'count': 1,
        'session': [user_id, client_id, 'active'], 'sessions': [session_id], 'client': [session_id],
        'keys': [key['kid'] for key in keys['keys']], 'cookie': session_id, 'header': True, 'nobody': [False, False],
        'revoked': 'revoked', 'after': {'token': True, 'session': 'revoked'}, 'fastapi': [user_id, 403],
        'no_user': [404, 'resource_not_found'], 'wrong_key': [401, 'clerk_key_invalid']}
