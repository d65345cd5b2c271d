"""Breached passwords are refused where a service knows them; one that fails keeps nobody out, nor waiting for long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha1

import pytest

from auth.credentials.breaches import MOST_BYTES, BreachedPasswords, is_listed
from auth.errors import PasswordTooCommon
from auth.rules.actor import by_command_line
from auth.rules.admin import create_user, set_password
from auth.rules.profile import change_password
from auth.rules.sign_in import sign_up
from tests.patience import PATIENCE_SECONDS
from tests.rules import LAPTOP, NEW_PASSWORD, PASSWORD, Rules
from tests.running import either_store

pytestmark = either_store


@dataclass
class Service:
    """A service of breached passwords on this machine, and what it was asked."""

    url: str = ''
    asked: list[str] = field(default_factory=list[str])
    answer: Callable[[asyncio.StreamWriter, str], Awaitable[None]] | None = None
    """Writes the answer to a prefix, if it is no usual one."""
    knows: tuple[str, ...] = (NEW_PASSWORD,)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = (await reader.readuntil(b'\r\n\r\n')).decode()
        self.asked.append(request)
        prefix = request.split(' ')[1].rpartition('/')[2]
        if self.answer is not None:
            await self.answer(writer, prefix)
        else:
            known = [hashed(one) for one in self.knows]
            lines = [f'{digits[5:]}:37' for digits in known if digits.startswith(prefix)] + ['0' * 34 + 'F:0']
            await send(writer, '\r\n'.join(lines))
        writer.close()


def hashed(password: str) -> str:
    return sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


async def send(writer: asyncio.StreamWriter, body: str, status: str = '200 OK') -> None:
    writer.write(f'HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}'.encode())
    await writer.drain()


@asynccontextmanager
async def serving(service: Service) -> AsyncIterator[Service]:
    server = await asyncio.start_server(service.serve, '127.0.0.1', 0)
    service.url = f'http://127.0.0.1:{server.sockets[0].getsockname()[1]}/range/'
    async with server:
        yield service


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with serving(Service()) as started:
        yield started


async def test_a_breached_password_is_refused_wherever_one_is_set(rules_with: Callable[..., Rules], service: Service
                                                                   ) -> None:
    rules = rules_with(breached_passwords_url=service.url)
    ann = await rules.sign_up()
    client = await rules.here(ann.token)

    for attempt in (
            lambda: sign_up(rules.auth, None, email_address='b@example.com', password=NEW_PASSWORD,
                            request_info=LAPTOP),
            lambda: change_password(rules.auth, client, current_password=PASSWORD, new_password=NEW_PASSWORD,
                                    sign_out_others=False, request_info=LAPTOP),
            lambda: create_user(rules.auth, by_command_line, email_address='c@example.com', password=NEW_PASSWORD),
            lambda: set_password(rules.auth, by_command_line, ann.user_id, NEW_PASSWORD)):
        with pytest.raises(PasswordTooCommon, match='was stolen') as refused:
            await attempt()
        assert refused.value.param in {'password', 'new_password'}
    assert rules.sql('SELECT count(*) FROM "user"') == [(1,)]


async def test_the_service_learns_five_digits_and_pads_its_answer(service: Service) -> None:
    asked = BreachedPasswords(service.url, answer_seconds=20, rest_seconds=20)

    assert [await asked.contain(password) for password in (NEW_PASSWORD, PASSWORD)] == [True, False]

    for request, password in zip(service.asked, (NEW_PASSWORD, PASSWORD), strict=True):
        assert request.startswith(f'GET /range/{hashed(password)[:5]} HTTP/1.1\r\n')
        assert 'add-padding: true' in request.lower()
        assert hashed(password)[5:] not in request.upper()
        assert password not in request


@pytest.mark.parametrize(('answer', 'listed'), [
    (f'{"A" * 35}:1', True), (f'{"a" * 35}:12\r\n', True), (f'{"A" * 35}:0', False), (f'{"A" * 35}', False),
    (f'{"B" * 35}:1\n{"A" * 35}:7', True), ('', False), ('<html>', False)])
def test_padding_and_nonsense_list_nothing(answer: str, listed: bool) -> None:
    assert is_listed('A' * 35, answer) is listed


async def silent(writer: asyncio.StreamWriter, prefix: str) -> None:
    await asyncio.sleep(2)


async def endless(writer: asyncio.StreamWriter, prefix: str) -> None:
    writer.write(f'HTTP/1.1 200 OK\r\nContent-Length: {4 * MOST_BYTES}\r\n\r\n'.encode())
    for _ in range(4):
        writer.write(b'A' * MOST_BYTES)
        await writer.drain()


@pytest.mark.parametrize('answer', [
    silent, endless, lambda writer, _: send(writer, '', '503 Service Unavailable'),
    lambda writer, _: send(writer, '', '302 Found'), lambda writer, _: send(writer, 'é' * 9),
    lambda writer, _: send(writer, '', 'nonsense'), None], ids=[
        'silent', 'endless', '503', '302', 'not ASCII', 'no HTTP', 'nobody there'])
async def test_a_service_that_fails_keeps_nobody_out_and_is_left_alone_for_a_while(
        answer: Callable[[asyncio.StreamWriter, str], Awaitable[None]] | None,
        caplog: pytest.LogCaptureFixture) -> None:
    async with serving(Service(answer=answer)) as service:
        url = service.url if answer else 'http://127.0.0.1:1/range/'
        asked = BreachedPasswords(url, answer_seconds=0.3 if answer is silent else 80, rest_seconds=600)

        async with asyncio.timeout(PATIENCE_SECONDS):
            assert [await asked.contain(NEW_PASSWORD) for _ in range(3)] == [False] * 3

        # To a busy machine it may have come too late to be asked at all.
        assert len(service.asked) in ({0, 1} if answer is silent else {1} if answer else {0})
        assert caplog.text.count('breached passwords did not answer') == 1
        assert hashed(NEW_PASSWORD)[:5] not in caplog.text


async def test_without_a_setting_nobody_is_asked(rules: Rules, service: Service) -> None:
    await set_password(rules.auth, by_command_line, (await rules.sign_up()).user_id, NEW_PASSWORD)

    assert service.asked == []
