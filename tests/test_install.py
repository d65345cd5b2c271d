"""An author's app with ``LiveSessions``: whatever serves it, it is protected, and our pages have come with it."""

from __future__ import annotations

import asyncio
import re
from email import message_from_bytes
from email.policy import default
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from auth import LiveSessions, Settings
from auth.access import AccessNotStated
from auth.installing.in_front import InFront
from auth.installing.workers import refuse_several_workers
from tests.apps import ALONE
from tests.databases import SqliteFile
from tests.http import patient_client
from tests.patience import PATIENCE_SECONDS
from tests.rules import PASSWORD
from tests.running import either_store
from tests.server import Server

SERVED_BY = ('ui.run', 'uvicorn')


@either_store
@pytest.mark.parametrize('served_by', SERVED_BY)
async def test_an_app_is_protected_whatever_serves_it(served_by: str, tmp_path: Path) -> None:
    server = Server(tmp_path, script=ALONE, settings={'served_by': served_by})
    await server.start()
    try:
        async with patient_client(base_url=server.url) as http:
            home, notes, account = [await http.get(path) for path in ('/', '/notes', '/account')]
            whole, silent, replaced = [await http.get(path) for path in ('/whole', '/silent', '/forgot-password')]
            items = await http.get('/api/items')
            left_out, beside = await http.get('/admin/policy'), await http.get('/demo')
            foreign = await http.get('/', headers={'Host': 'evil.example:80', 'X-Forwarded-Prefix': '/evil'})
            of_the_app = await http.get('/of-the-app')
            files, ours = [await http.get(path) for path in ('/static/alone.py', '/_live_sessions/app.css')]
    finally:
        server.stop()

    assert home.status_code == 200
    assert 'The home of an author' in home.text
    assert "script-src 'self' 'nonce-" in home.headers['content-security-policy']
    assert [(answer.status_code, answer.headers['location']) for answer in (notes, account)] == [
        (303, '/sign-in?redirect_url=%2Fnotes'), (303, '/sign-in?redirect_url=%2Faccount')]
    assert (left_out.status_code, beside.status_code) == (404, 404)
    assert (files.status_code, ours.status_code) == (401, 200)
    assert 'A whole page' in whole.text
    assert silent.headers['location'] == '/sign-in?redirect_url=%2Fsilent'
    assert 'Ask the office' in replaced.text
    assert items.status_code == (404 if served_by == 'ui.run' else 401)
    assert foreign.status_code in {400, 421} or 'evil' not in foreign.text
    assert of_the_app.status_code == (404 if served_by == 'ui.run' else 200)


_ADDRESS = re.compile(r'(?:href|src)="(/[^"]*)"|"(?:href|src)": ?"(/[^"]*)"|url\("(/[^"]*)"\)')
BELOW = [('mounted', '', '/gui'), ('mounted', '/tools', '/tools/gui'), ('ui.run', '/tools', '/tools'),
         ('uvicorn', '/tools/more', '/tools/more')]


@either_store
@pytest.mark.parametrize(('served_by', 'root_path', 'base'), BELOW)
async def test_a_site_below_a_path_gives_no_address_that_is_not_below_it(served_by: str, root_path: str, base: str,
                                                                         tmp_path: Path) -> None:
    settings = {'served_by': served_by, 'root_path': root_path, 'mail_outbox': tmp_path / 'mails'}
    server = await Server(tmp_path, script=ALONE, settings=settings, base=base).start()
    try:
        async with patient_client(base_url=server.url) as http:
            pages = [await http.get(f'{base}{path}') for path in ('/', '/sign-in', '/sign-up', '/nothing-here')]
            loaded = [await http.get(address) for address in sorted(addresses_in(pages[1].text)) if '.' in address]
            notes, of_the_app = await http.get(f'{base}/notes'), await http.get('/of-the-app')
            whole, silent, slash, items = [await http.get(path) for path in (
                f'{base}/whole', f'{base}/silent', f'{base}/whole/', f'{base.removesuffix("/gui")}/api/items')]
            stripped = await http.get(f'{base}/notes'.removeprefix(root_path))
            await http.post(f'{base}/v1/client/sign_ups', data={'email_address': 'ann@example.com',
                                                                'password': PASSWORD})
            mail = await first_mail(tmp_path / 'mails')
    finally:
        server.stop()

    assert f'This mail was sent by http://localhost:8080{base} because' in mail  # what all links in mails begin with
    assert [page.status_code for page in pages] == [200, 200, 200, 404]
    for page in pages:
        assert addresses_in(page.text)
        assert all(address.startswith(f'{base}/') for address in addresses_in(page.text)), addresses_in(page.text)
    assert f'report-uri {base}/v1/policy_reports' in pages[0].headers['content-security-policy']
    assert len(loaded) > 20
    assert {answer.status_code for answer in loaded} == {200}
    assert (notes.status_code, notes.headers['location']) == (303, f'{base}/sign-in?redirect_url=%2Fnotes')
    assert stripped.headers['location'] == notes.headers['location']  # a proxy may take the path off, or not
    assert 'A whole page' in whole.text
    assert all(address.startswith(f'{base}/') for address in addresses_in(whole.text) - {'/silent'})  # NiceGUI adds it
    assert silent.headers['location'] == f'{base}/sign-in?redirect_url=%2Fsilent'
    assert slash.headers['location'] == f'{base}/whole'
    if 'around' in served_by:
        assert items.status_code == 401
    assert 'A whole page' in whole.text
    assert all(address.startswith(f'{base}/') for address in addresses_in(whole.text) - {'/silent'})
    assert silent.headers['location'] == f'{base}/sign-in?redirect_url=%2Fsilent'
    assert slash.headers['location'] == f'{base}/whole'
    assert items.status_code == (404 if served_by == 'ui.run' else 401)
    assert of_the_app.status_code == (404 if served_by == 'ui.run' else 200)


def mails_in(folder: Path) -> list[Path]:
    """The mails that were written there."""
    return list(folder.glob('*.eml'))


async def first_mail(folder: Path) -> str:
    """Wait for a mail; returns its text in one line."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := mails_in(folder)):
            await asyncio.sleep(0.05)
    part = message_from_bytes(found[0].read_bytes(), policy=default).get_body(('plain',))
    assert part is not None
    return ' '.join(part.get_content().split())


def addresses_in(html: str) -> set[str]:
    """The addresses on this server that a page names: in its document, and in the elements that it is built from."""
    written = unescape(html).replace('\\"', '"')
    return {one for found in _ADDRESS.finditer(written) for one in found.groups() if one}


@either_store
async def test_an_app_around_nicegui_that_nobody_stands_in_front_of_is_not_served(tmp_path: Path) -> None:
    server = Server(tmp_path, script=ALONE, settings={'served_by': 'nobody in front'})

    with pytest.raises(RuntimeError, match='the server ended'):
        await server.start()

    assert 'Give that app to install(): sessions.install(app).' in server.log


@either_store
async def test_what_is_wrong_when_an_app_starts_is_told_in_one_sentence(tmp_path: Path) -> None:
    server = Server(tmp_path, script=ALONE, store=SqliteFile(tmp_path / 'no.txt'))
    (tmp_path / 'no.txt').write_text('this is no database, but it is long enough to be looked at' * 99)

    with pytest.raises(RuntimeError, match='the server ended'):
        await server.start()

    assert 'cannot be opened for writing' in server.log
    assert 'Traceback' not in server.log


UVICORN = '/venv/bin/uvicorn', 'app:app'


@pytest.mark.parametrize(('arguments', 'environment'), [
    ([*UVICORN, '--workers', '2'], {}), ([*UVICORN, '--workers=4'], {}), ([*UVICORN], {'WEB_CONCURRENCY': '3'}),
    (['/venv/uvicorn/__main__.py', 'app:app', '--workers', '2'], {}),
    (['/venv/bin/gunicorn', '-w', '2', '-k', 'uvicorn_worker.UvicornWorker', 'app:app'], {})], ids=str)
async def test_several_workers_behind_one_port_are_refused_in_one_sentence(
        arguments: list[str], environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('sys.argv', arguments)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    said: list[Any] = []

    async def receive() -> Any:
        return {'type': 'lifespan.startup'}

    async def send(message: Any) -> None:
        said.append(message)

    nothing: Any = None
    sessions = LiveSessions(Settings(database_url='sqlite:////nowhere/live.db'))
    front = InFront(FastAPI(), lambda behind: sessions._begin(behind, nothing, None, (), {}, None))
    await front({'type': 'lifespan'}, receive, send)

    assert [message['type'] for message in said] == ['lifespan.startup.failed']
    assert said[0]['message'].startswith('Several workers cannot serve NiceGUI')


@pytest.mark.parametrize(('arguments', 'environment'), [
    ([*UVICORN, '--workers', '1'], {'WEB_CONCURRENCY': '3'}), ([*UVICORN, '--reload'], {}), (['main.py'], {}),
    (['main.py', '--workers', '2'], {'WEB_CONCURRENCY': '3'}), ([*UVICORN, '--workers', 'many'], {}), ([], {})],
    ids=str)
def test_one_process_and_a_program_of_its_own_are_not_refused(
        arguments: list[str], environment: dict[str, str]) -> None:
    refuse_several_workers(arguments, environment)


def test_a_wrong_setting_is_told_at_the_first_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('SESSION_LIFETIME_SECONDS', 'never')

    with pytest.raises(SystemExit, match='The setting SESSION_LIFETIME_SECONDS is wrong'):
        LiveSessions()


def test_a_page_that_does_not_say_who_may_see_it_is_refused_where_it_is_installed() -> None:
    with pytest.raises(AccessNotStated, match='must say who may see it'):
        LiveSessions().install(pages={'/': lambda: None})
