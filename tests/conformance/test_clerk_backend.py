"""Clerk's library for servers of JavaScript, in Node: what it makes of our tokens, cookies, users and sessions."""

from __future__ import annotations

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from auth import Settings
from tests.apps import SERVE
from tests.browser.devices import StartServer, a_new_address
from tests.conformance.nextjs import environment_of_node, packages
from tests.http import patient_client
from tests.programs import run_python
from tests.rules import PASSWORD
from tests.running import either_store

pytestmark = [either_store, pytest.mark.timeout(900)]  # the first one waits for npm

SCRIPT = Path(__file__).parent / 'clerk_backend.cjs'
AS_CLERK_JS = {'_clerk_js_version': '6.40.0'}
APP = 'http://localhost:3000'
COMMAND = 'from auth.cli import main; main()'


def looked_at(**given: Any) -> dict[str, Any]:
    """What the library finds. Blocks."""
    done = subprocess.run(['node', str(SCRIPT), json.dumps(given)], cwd=packages(), env=environment_of_node(),
                          capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr
    assert 'REFUSED' not in done.stderr, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
async def found(own_server: StartServer) -> dict[str, Any]:
    """What the library finds of somebody who has just signed up in an app."""
    server = await own_server(SERVE, allowed_origins=APP)
    async with patient_client(base_url=server.url) as browser:
        answer = await browser.post('/v1/client/sign_ups', params=AS_CLERK_JS, headers={'origin': APP},
                                    data={'email_address': a_new_address(), 'password': PASSWORD})
        shaken = await browser.get('/v1/client/handshake', params={'redirect_url': f'{APP}/protected'})
    client = answer.json()['client']

    def of_the_command_line(*arguments: str) -> str:
        settings = {'database_url': server.database.url, 'port': server.port}
        return run_python(COMMAND, ('keys', *arguments), **settings).stdout

    made = json.loads(await asyncio.to_thread(of_the_command_line, 'create', 'node', '--json'))
    pem = await asyncio.to_thread(of_the_command_line, 'public')
    return await asyncio.to_thread(
        looked_at, secretKey=made['secret_key'], publishableKey=Settings(port=server.port).publishable_key,
        apiUrl=f'{server.url}/backend', proxyUrl=f'{APP}/__clerk', jwtKey=pem, since=cookie_of(answer, '__client_uat'),
        handshake=cookie_of(shaken, '__clerk_handshake'),
        token=client['sessions'][0]['last_active_token']['jwt']) | {'client': client}


def cookie_of(answer: httpx.Response, name: str) -> str:
    """What an answer sets a cookie to."""
    lines = answer.headers.get_list('set-cookie')
    return next(line.partition(';')[0] for line in lines if line.startswith(f'{name}=')).removeprefix(f'{name}=')


async def test_the_library_for_servers_takes_our_tokens_cookies_users_and_sessions(found: dict[str, Any]) -> None:
    (session,) = found['client']['sessions']
    here = {'status': 'signed-in', 'reason': None, 'sessionId': session['id'], 'userId': session['user']['id'],
            'to': None}

    assert found['nobody']['status'] == 'signed-out'
    assert found['here'] == here
    assert found['hereByTheKey'] == here  # with the public key, it asks nobody
    assert found['claims']['azp'] == APP
    for doubtful in (found['withoutTheMoment'], found['withoutTheToken']):
        assert doubtful['status'] == 'handshake'
        assert urlsplit(doubtful['to']).path == '/__clerk/v1/client/handshake'
    assert found['ofAnotherParty']['status'] != 'signed-in'
    assert found['ofAnotherSite']['status'] != 'signed-in'
    assert found['shaken']['sessionId'] == session['id']
    assert found['replayed']['status'] != 'signed-in'  # it holds a token, which is good for a minute
    assert found['forged']['status'] != 'signed-in'

    assert found['user'] == {'type': 'object', 'id': session['user']['id'],
                             'address': session['user']['email_addresses'][0]['email_address']}
    assert found['count'] == 1
    assert found['listed'] == [{'id': session['id'], 'status': 'active'}]
    assert found['revoked'] == found['after'] == 'revoked'
    assert found['nobodys'] == {'status': 404}
    assert found['wrongKey'] == {'status': 401}
