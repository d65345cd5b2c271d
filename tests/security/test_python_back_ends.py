"""Back ends in Python on another machine, as docs/clients/python.md shows them: its own programs are run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from auth import Auth, Settings
from auth.rules.actor import by_command_line
from auth.rules.secret_keys import create_key
from auth.rules.store import Store
from tests.patience import PATIENCE_SECONDS
from tests.programs import CHEAP_PASSWORDS, ROOT
from tests.running import either_store
from tests.server import Server

from .conftest import Start
from .visitors import Somebody

PROGRAMS = re.findall(r'```python\n(.*?)```', (ROOT / 'docs/clients/python.md').read_text(encoding='utf-8'), re.DOTALL)
SITE = 'https://accounts.example.com'


def back_end(server: Server, secret_key: str) -> httpx.AsyncClient:
    """What the document says, with the address of a real server in place of that of the example."""
    names: dict[str, Any] = {'SECRET_KEY': secret_key}
    changes = {f"'{SITE}/": f"'{server.url}/", f"'{SITE}'": f"'https://127.0.0.1:{server.port}'",
               'httpx.Client(': f'httpx.Client(timeout={PATIENCE_SECONDS}, '}
    for program in PROGRAMS[:2]:
        for written, here in changes.items():
            program = program.replace(written, here)  # noqa: PLW2901
        exec(program, names)  # noqa: S102 (it is our own)
    return httpx.AsyncClient(transport=httpx.ASGITransport(names['app']), base_url='https://shop.example.com')


async def token_of(person: Somebody, session_id: str) -> str:
    answer = await person.web.post(f'/v1/client/sessions/{session_id}/tokens')
    assert answer.status_code == 200, answer.text
    return answer.json()['jwt']


@either_store
async def test_the_programs_of_the_document_let_in_who_is_signed_in_and_the_second_one_nobody_else(
        start: Start, tmp_path: Path, subtests: pytest.Subtests) -> None:
    server = await start({CHEAP_PASSWORDS: 1})
    auth = Auth(Store(server.database.url), Settings(database_url=server.database.url))
    key = await auth.run(create_key, by_command_line, 'shop')
    await auth.close()
    ann = await Somebody.at(server).sign_up()
    (session_id, user_id), = server.sql('SELECT id, user_id FROM session')
    token = await token_of(ann, session_id)
    head, claims, signature = token.split('.')
    shop = back_end(server, str(key.token))

    def ask(given: str, method: str = 'GET', path: str = '/orders') -> Any:
        return shop.request(method, path, headers={'authorization': f'Bearer {given}'})

    before, paid = await ask(token), await ask(token, 'POST', '/payments')
    for wrong in ('', 'x', f'{head}.{claims}.{signature[::-1]}', f'{head}.{claims}.', str(key.token),
                  f'{head}.{claims[:-4]}.{signature}'):
        with subtests.test(wrong=wrong[:20]):
            assert (await ask(wrong)).status_code == 401
    token = await token_of(ann, session_id)  # a new one: a slow machine may have taken a minute
    await ann.web.delete('/v1/client/sessions')
    after, refused = await ask(token), await ask(token, 'POST', '/payments')
    await shop.aclose()
    await ann.close()

    assert before.json() == {'orders_of': user_id, 'session': session_id}
    assert [paid.json(), refused.status_code] == ['paid', 401]
    assert after.status_code == 200, 'a token outlives its session by a minute, as the document says'
