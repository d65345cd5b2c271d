"""No line of the log holds a password, a secret or an email address, whatever is done and whatever goes wrong."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus

import httpx
import pytest

from auth.web.json_lines import OneObject
from auth.web.log_lines import OneLine
from auth.web.redaction import HIDDEN, redact
from tests.apps import GUARDED
from tests.patience import PATIENCE_SECONDS
from tests.programs import CHEAP_PASSWORDS
from tests.server import Server

from .conftest import Start
from .test_failures import number_of
from .visitors import Somebody

PASSWORD = 'Canary-Passphrase 7531'
OTHER_PASSWORD = 'Canary-Passphrase 9864'
ADDRESS = 'canary.of.the.log@example.com'
NAME = 'Canaria'


@pytest.mark.parametrize('log_format', ['text', 'json'])
async def test_no_secret_is_in_the_log_after_all_that_people_do_and_all_that_fails(
        start: Start, log_format: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    acts = tmp_path_factory.mktemp('acts') / 'acts'
    server = await start({'acts': acts, 'log_format': log_format, CHEAP_PASSWORDS: 1}, script=GUARDED, speed=5)
    somebody, stranger = Somebody.at(server), Somebody.at(server)
    secrets = [PASSWORD, OTHER_PASSWORD, ADDRESS, NAME]

    await live(somebody, secrets)
    await attack(stranger, secrets)
    await break_down(server, somebody)
    await somebody.close()
    await stranger.close()
    server.stop()

    log = server.log
    assert 'Traceback' in log  # something did go wrong
    assert 'database is locked' in log
    assert [secret for secret in secrets for written in (secret, quote(secret), quote_plus(secret))
            if written in log] == []
    assert '$argon2' not in log
    if log_format == 'json':
        lines = [json.loads(line) for line in log.splitlines() if not line.startswith('Live Sessions is ready on')]
        assert {'signed_up', 'signed_in', 'signed_out', 'sign_in_failed', 'password_changed', 'page_failed',
                'request_refused_store_away'} <= {line['event'] for line in lines}
        assert all(line['at'].endswith('+00:00') and line['level'] and line['message'] for line in lines)
        assert all(line['user_id'].startswith('user_') for line in lines if line['event'] == 'signed_in')


async def live(somebody: Somebody, secrets: list[str]) -> None:
    """Do what people do; all that nobody else may know is added to the secrets."""
    web = somebody.web

    async def post(path: str, **fields: str) -> httpx.Response:
        answer = await web.post(path, data=fields)
        tokens = [value for name, value in web.cookies.items() if name == '__client']
        secrets.extend(token for token in tokens if token not in secrets)
        secrets.extend(token.partition('.')[2] for token in tokens)
        return answer

    await post('/v1/client/sign_ups', email_address=ADDRESS, password='short', first_name=NAME)
    await post('/v1/client/sign_ups', email_address=ADDRESS, password=PASSWORD, first_name=NAME)
    await post('/v1/client/sign_ups', email_address=ADDRESS, password=PASSWORD)
    await post('/v1/client/sign_ins', identifier=ADDRESS, password=OTHER_PASSWORD)
    await post('/v1/client/sign_ins', identifier=ADDRESS, password=PASSWORD)
    await web.patch('/v1/me', data={'first_name': NAME, 'last_name': ADDRESS})
    await post('/v1/me/change_password', current_password=OTHER_PASSWORD, new_password=PASSWORD)
    answer = await post('/v1/me/change_password', current_password=PASSWORD, new_password=OTHER_PASSWORD)
    assert answer.status_code == 200, answer.text
    await web.delete('/v1/client/sessions')
    await post('/v1/client/sign_ins', identifier=ADDRESS, password=OTHER_PASSWORD)


async def attack(stranger: Somebody, secrets: list[str]) -> None:
    """Send what is refused, with secrets in all places where one may stand."""
    web, cookie = stranger.web, next(secret for secret in secrets if secret.startswith('client_'))
    for path in (f'/{ADDRESS}', f'/sign-in?password={PASSWORD}&identifier={ADDRESS}', f'/v1/{cookie}',
                 f'/_nicegui_ws/socket.io/?EIO=4&transport=polling&sid={cookie}',
                 f'/_nicegui_ws/socket.io/?EIO=4&transport={ADDRESS}', f'/reset/{cookie}'):
        await web.get(path, headers={'cookie': f'__client={cookie}x', 'user-agent': ADDRESS, 'referer': PASSWORD})
    for headers in ({'host': ADDRESS}, {'origin': f'http://{ADDRESS}'}, {'origin': f'http://{cookie}.example'},
                    {'x-forwarded-for': ADDRESS}, {'authorization': f'Bearer {PASSWORD}'}):
        await web.post('/v1/client/sign_ins', headers=headers, data={'identifier': ADDRESS, 'password': PASSWORD})
    for body in (f'{{"password": "{PASSWORD}", "identifier": "{ADDRESS}"', f'"{PASSWORD}"', f'[{json.dumps(ADDRESS)}]'):
        await web.post('/v1/client/sign_ins', content=body, headers={'content-type': 'application/json'})


async def break_down(server: Server, somebody: Somebody) -> None:
    """Let pages fail, and the store."""
    tab = await somebody.tab('/')
    await tab.navigate(f'/failing/by/{ADDRESS}')
    await number_of(tab)
    fields = {'identifier': ADDRESS, 'password': OTHER_PASSWORD}
    with server.database.locked():
        async with asyncio.timeout(PATIENCE_SECONDS):
            while 'database is locked' not in server.log:  # on a busy machine, another refusal may come before
                await somebody.web.post('/v1/client/sign_ins', data=fields)
    with server.database.away():
        await somebody.web.post('/v1/client/sign_ins', data=fields)
    server.database.fail('UPDATE ON client')
    await somebody.web.post('/v1/client/sign_ins', data=fields)


@pytest.mark.parametrize('text', [
    'ann@example.com', 'Ann.Lee+news@mail.example.co.uk', "(550, b'no such user', 'ann@example.com')",
    'root@localhost', 'ann@[192.0.2.1]', '<ann@example.com>', 'ann%40example.com', '?identifier=ann%40example.com&x=1',
    'jürgen@müller.example', "o'brien@example.com", 'Key (email_address)=(ann@example.com) already exists.',
    'postgresql://name:secret@db.example/live'])
def test_an_address_is_hidden_however_it_is_written(text: str) -> None:
    shown = redact(text)

    assert HIDDEN in shown
    assert not any(part in shown for part in ('ann', 'Ann', 'root', 'rgen', 'brien@', '@', 'secret@', '%40')), shown


@pytest.mark.parametrize('secret', [
    'client_qyLdQoaOgm89oYB5cPnf2bp6.cdtwHegMqjbFEugwA83850c8k78w3B9LCwdEKx9ZUXw',
    'cdtwHegMqjbFEugwA83850c8k78w3B9LCwdEKx9ZUXw', '_-twHegMqjbFEugwA83850c8k78w3B9LCwdEKx9ZUX-',
    'd3b07384d113edec49eaa6238ad5ff00d3b07384d113edec49eaa6238ad5ff00',
    '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaGhhc2g'])
def test_a_secret_is_hidden_wherever_it_stands(secret: str) -> None:
    for text in (secret, f'it is "{secret}".', f'/reset/{secret}?x=1', f'token={secret}&next=/', f"Error('{secret}')"):
        shown = redact(text)
        assert secret.rpartition('.')[2] not in shown
        assert HIDDEN in shown


@pytest.mark.parametrize('text', [
    'user_2OVma7MH7JMn8mnx0N7OeoMQ', 'sess_Xf06MsRnCIxf3fRWseEW5tVG', 'evt_01KB0AAAAAAAAAAAAAAAAAAA12345678',
    '  File "/opt/live-sessions/auth/web/gateway.py", line 98, in _answer',
    '    return self.a_name_that_is_very_long_and_says_what_it_does_in_2_words(a @ b)', '@ui.page', '192.0.2.1',
    'a_test_that_is_long_and_has_5_seconds_in_it_and_goes_on', '2001:db8::7', 'live-sessions',
    'Error 0x7f25577d0510', '123e4567-e89b-42d3-a456-426614174000', 'HTTP/1.1 400', '0008_devices'])
def test_what_is_no_secret_stays_readable(text: str) -> None:
    assert redact(text) == text


def test_to_hide_takes_no_longer_the_more_is_sent() -> None:
    for text in ('a' * 4000, 'a@' * 2000, '@' * 4000, 'aA1' * 1333, '%40' * 1333, '$argon2id$' * 400, '0' * 4000):
        redact(text)  # a pattern that goes back and forth would take minutes for the longest


def record(message: str, *arguments: object, error: Exception | None = None, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord('live_sessions', logging.WARNING, __file__, 1, message, arguments,
                             (type(error), error, error.__traceback__) if error else None)
    vars(made).update(extra)
    return made


def raised(text: str) -> Exception:
    try:
        raise ValueError(text)
    except ValueError as error:
        return error


@pytest.mark.parametrize('write', [OneLine().format, OneObject().format], ids=['text', 'json'])
def test_both_formats_hide_secrets_in_messages_and_tracebacks(write: Callable[[logging.LogRecord], str]) -> None:
    line = write(record('refused %s', ADDRESS, error=raised(f'no mail to {ADDRESS}')))

    assert ADDRESS not in line
    assert line.count(HIDDEN) == 2
    assert 'ValueError: no mail to' in line


SIGNS = '\x1b[31mX\nFORGED\r\x00\x7f\x85\u2028\u202e\ud800\ufeff","event":"forged'


def test_an_object_is_one_line_whatever_is_in_it_and_fields_come_out_as_they_were() -> None:
    line = OneObject().format(record('it said %s', SIGNS, error=raised(SIGNS), event='page_failed', number=7,
                                     of=SIGNS, nothing=None))

    fields: dict[str, Any] = json.loads(line)
    assert line.isascii()
    assert line.isprintable()
    assert (fields['event'], fields['number'], fields['nothing'], fields['error']) == ('page_failed', 7, None,
                                                                                       'ValueError')
    assert fields['message'] == f'it said {SIGNS}'
    assert fields['of'] == SIGNS


def test_an_object_does_not_grow_with_what_is_sent() -> None:
    line = OneObject().format(record('%s', 'x' * 100_000, error=raised('y' * 100_000), of='z' * 100_000))

    assert len(line) < 5_000
