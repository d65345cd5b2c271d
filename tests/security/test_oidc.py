"""People who prove at another site who they are, by OpenID Connect: with Authlib, and a real provider."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.apps import OIDC
from tests.browser.devices import NewServer
from tests.http import patient_client
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port
from tests.programs import CHEAP_PASSWORDS, ROOT, clean_environment, end
from tests.running import either_store
from tests.server import Server

from .visitors import REVOKED, NewPerson, Somebody

pytestmark = either_store


@dataclass
class Provider:
    """The other site, where people confirm who they are by choosing themselves from a list."""

    url: str

    async def confirm(self, sent: httpx.Response, who: str) -> str:
        """Follow somebody there who was sent from the app; returns where they are sent back to."""
        async with patient_client() as http:
            form = {'action': 'deny'} if who == 'nobody' else {'sub': who}
            answer = await http.post(sent.headers['location'], data=form)
        assert answer.status_code == 302, answer.text
        back = urlsplit(answer.headers['location'])
        return f'{back.path}?{back.query}'


@pytest.fixture(scope='module')
async def provider(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Provider]:
    """Runs oidc-provider-mock, which knows people whose address is confirmed, and others."""
    port, people = free_port(), [{'sub': name, 'email': f'{name}@example.com', 'email_verified': confirmed}
                                 for name, confirmed in (('ann', True), ('bob', True), ('mallory', False),
                                                         ('mike', 'false'), ('nemo', True), ('carol', True))]
    command = [sys.executable, '-W', 'ignore', '-m', 'oidc_provider_mock', '--port', str(port)]
    for person in people:
        command += ['--user-claims', json.dumps(person)]
    with (tmp_path_factory.mktemp('provider') / 'log').open('wb') as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=clean_environment())
    try:
        url = f'http://127.0.0.1:{port}'
        async with patient_client() as http, asyncio.timeout(PATIENCE_SECONDS):
            while process.poll() is None:
                try:
                    assert (await http.get(f'{url}/.well-known/openid-configuration')).status_code == 200
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
        yield Provider(url)
    finally:
        end(process)


@pytest.fixture(scope='module')
async def served(new_server: NewServer, provider: Provider,
                 tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """Serves an app whose people sign in there."""
    settings = {'club_id': 'the app', 'club_secret': 'a secret of both', 'club_url': provider.url, CHEAP_PASSWORDS: 1}
    server = await new_server(tmp_path_factory.mktemp('oidc'), settings, script=OIDC).start()
    yield server
    server.stop()


async def account(server: Server, name: str, *, confirmed: bool = True) -> None:
    """Make an account with an address of the other site.

    :param confirmed: whether they have proved here that it is theirs, as by a mail
    """
    somebody = Somebody.at(server)
    answer = await somebody.web.post('/v1/client/sign_ups', data={
        'email_address': f'{name}@example.com', 'password': 'correct horse battery staple'})
    assert answer.status_code == 200, answer.text
    await somebody.close()
    if confirmed:
        server.sql('UPDATE user SET address_confirmed_at = created_at WHERE email_address = ?', f'{name}@example.com')


async def test_who_has_confirmed_an_address_there_is_signed_in_here_and_the_session_ends_as_any(
        server: Server, visitor: NewPerson, provider: Provider) -> None:
    await account(server, 'ann')
    laptop = visitor()

    sent = await laptop.get('/sign-in/club')
    back = await provider.confirm(sent, 'ann')
    came = await laptop.get(back)
    tab = await laptop.tab('/', 'Hello ann@example.com')
    again = await laptop.get(back)  # by a link that was used

    assert (came.status_code, came.headers['location']) == (303, '/')
    assert 'HttpOnly' in came.headers['set-cookie']
    asked = parse_qs(urlsplit(sent.headers['location']).query)
    assert asked['code_challenge_method'] == ['S256']
    assert asked['redirect_uri'] == [f'{server.url}/sign-in/club/callback']
    assert (again.status_code, again.headers['location']) == (303, '/sign-in')
    server.sql(REVOKED, 'ann@example.com')
    await tab.sees('You are signed out')


async def test_who_is_not_who_they_say_is_not_signed_in(
        server: Server, visitor: NewPerson, provider: Provider) -> None:
    for name in ('bob', 'mallory', 'mike'):
        await account(server, name)
    bob, mallory, mike, nemo, eve = [visitor() for _ in range(5)]

    unconfirmed = await mallory.get(await provider.confirm(await mallory.get('/sign-in/club'), 'mallory'))
    said_in_words = await mike.get(await provider.confirm(await mike.get('/sign-in/club'), 'mike'))
    unknown = await nemo.get(await provider.confirm(await nemo.get('/sign-in/club'), 'nemo'))
    denied = await bob.get(await provider.confirm(await bob.get('/sign-in/club'), 'nobody'))
    stolen = await eve.get(await provider.confirm(await bob.get('/sign-in/club'), 'bob'))  # in another browser
    made_up = await eve.get('/sign-in/club/callback?code=made-up&state=made-up')

    assert [answer.status_code for answer in (unconfirmed, said_in_words, unknown, denied, stolen, made_up)] == [
        403, 403, 404, 303, 303, 303]
    for person in (mallory, mike, nemo, bob, eve):
        assert (await person.get('/')).headers['location'] == '/sign-in?redirect_url=%2F'


def test_the_documentation_shows_what_was_run() -> None:
    shown = OIDC.read_text(encoding='utf-8').split(f'# {"-" * 64}\n')[1]

    assert dedent(shown).strip() in (Path(ROOT) / 'docs' / 'components.md').read_text(encoding='utf-8')


async def test_who_signed_up_with_the_address_of_somebody_else_does_not_share_an_account_with_them(
        server: Server, visitor: NewPerson, provider: Provider) -> None:
    await account(server, 'carol', confirmed=False)  # by whoever knows its password now
    carol = visitor()

    answer = await carol.get(await provider.confirm(await carol.get('/sign-in/club'), 'carol'))

    assert (answer.status_code, answer.json()['errors'][0]['code']) == (403, 'email_address_unconfirmed')
    assert '__client' not in answer.headers.get('set-cookie', '')
    assert server.sql("SELECT count(*) FROM audit_event WHERE action = 'sign_in_refused' AND user_id IN "
                      "(SELECT id FROM user WHERE email_address = 'carol@example.com')") == [(1,)]
