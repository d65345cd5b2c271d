"""An author's app with ``LiveSessions``: whatever serves it, it is protected, and our pages have come with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from auth import LiveSessions
from auth.access import AccessNotStated
from tests.apps import ALONE
from tests.databases import SqliteFile
from tests.http import patient_client
from tests.running import either_store
from tests.server import Server

SERVED_BY = ('ui.run', 'uvicorn, around', 'uvicorn, within')


@either_store
@pytest.mark.parametrize('served_by', SERVED_BY)
async def test_an_app_is_protected_whatever_serves_it(served_by: str, tmp_path: Path) -> None:
    server = Server(tmp_path, script=ALONE, settings={'served_by': served_by})
    await server.start()
    try:
        async with patient_client(base_url=server.url) as http:
            home, notes, account = [await http.get(path) for path in ('/', '/notes', '/account')]
            left_out, beside = await http.get('/admin/policy'), await http.get('/demo')
            foreign = await http.get('/', headers={'Host': 'evil.example:80', 'X-Forwarded-Prefix': '/evil'})
            of_the_app = await http.get('/of-the-app')
    finally:
        server.stop()

    assert home.status_code == 200
    assert 'The home of an author' in home.text
    assert "script-src 'self' 'nonce-" in home.headers['content-security-policy']
    assert [(answer.status_code, answer.headers['location']) for answer in (notes, account)] == [
        (303, '/sign-in?redirect_url=%2Fnotes'), (303, '/sign-in?redirect_url=%2Faccount')]
    assert (left_out.status_code, beside.status_code) == (404, 404)
    assert foreign.status_code in {400, 421} or 'evil' not in foreign.text
    assert of_the_app.status_code == (404 if served_by == 'ui.run' else 200)


@either_store
async def test_what_is_wrong_when_an_app_starts_is_told_in_one_sentence(tmp_path: Path) -> None:
    server = Server(tmp_path, script=ALONE, store=SqliteFile(tmp_path / 'no.txt'))
    (tmp_path / 'no.txt').write_text('this is no database, but it is long enough to be looked at' * 99)

    with pytest.raises(RuntimeError, match='the server ended'):
        await server.start()

    assert 'cannot be opened for writing' in server.log
    assert 'Traceback' not in server.log


def test_a_wrong_setting_is_told_at_the_first_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('SESSION_LIFETIME_SECONDS', 'never')

    with pytest.raises(SystemExit, match='The setting SESSION_LIFETIME_SECONDS is wrong'):
        LiveSessions()


def test_a_page_that_does_not_say_who_may_see_it_is_refused_where_it_is_installed() -> None:
    with pytest.raises(AccessNotStated, match='must say who may see it'):
        LiveSessions().install(pages={'/': lambda: None})
