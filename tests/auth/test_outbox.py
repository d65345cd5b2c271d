"""The outbox page: for a browser on this machine, asked by a name of this machine, and for nobody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from auth.language import reading
from auth.mail.content import Content, Link
from auth.mail.message import write_message
from auth.mail.outbox import Outbox
from auth.settings.brand import BrandSettings
from auth.web.outbox_page import OutboxPage
from pages.outbox import outbox_page
from tests.rules import Clock


@pytest.fixture(autouse=True)
def _brand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('pages.brand._chosen', BrandSettings)  # there is no server here to ask


@pytest.fixture
async def page(tmp_path: Path) -> OutboxPage:
    content = Content('<b>New</b> & old', ('</pre><script>alert(1)</script>',), Link('Open', '/reset?a=1&b=2#secret'))
    await Outbox(str(tmp_path)).send(write_message(
        content, mail_id='mail_1', to='ann@example.com', mail_from='a@b.example', own_url='http://localhost:8080',
        language='de', at=Clock()()))
    return OutboxPage(str(tmp_path), outbox_page)


async def asked(page: OutboxPage, url: str = 'http://localhost:8080', peer: str = '127.0.0.1', method: str = 'GET',
                **headers: str) -> httpx.Response:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if not await page(scope, send):
            await send({'type': 'http.response.start', 'status': 404, 'headers': []})
            await send({'type': 'http.response.body'})

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(peer, 1)), base_url=url) as browser:
        return await browser.request(method, '/outbox', headers={name.replace('_', '-'): value
                                                                 for name, value in headers.items()})


async def test_a_browser_on_this_machine_reads_the_mails_as_text(page: OutboxPage) -> None:
    answer = await asked(page)

    assert answer.status_code == 200
    assert '&lt;b&gt;New&lt;/b&gt; &amp; old' in answer.text
    assert '<script>alert' not in answer.text
    assert '<a href="http://localhost:8080/reset?a=1&amp;b=2#secret">' in answer.text
    assert 'lang="de"><h2>' in answer.text
    assert answer.headers['cache-control'] == 'no-store'


@pytest.mark.parametrize('question', [
    {'peer': '192.0.2.1'}, {'peer': '2001:db8::1'}, {'url': 'http://evil.example'}, {'url': 'http://192.0.2.1:8080'},
    {'x_forwarded_for': '192.0.2.1'}, {'x_real_ip': '192.0.2.1'}, {'forwarded': 'for=192.0.2.1'}, {'via': '1.1 proxy'},
    {'x_forwarded_host': 'evil.example'}, {'method': 'POST'}, {'url': 'http://localhost.evil.example'},
])
async def test_for_anybody_else_there_is_no_such_page(page: OutboxPage, question: dict[str, str]) -> None:
    assert (await asked(page, **question)).status_code == 404


@pytest.mark.parametrize('question', [{'peer': '::1', 'url': 'http://[::1]:8080'}, {'url': 'http://127.0.0.1:8080'}])
async def test_this_machine_has_several_names(page: OutboxPage, question: dict[str, str]) -> None:
    assert (await asked(page, **question)).status_code == 200


async def test_an_outbox_without_mails_says_what_to_do(tmp_path: Path) -> None:
    with reading('de'):
        assert 'Noch keine E-Mail' in (await asked(OutboxPage(str(tmp_path / 'none'), outbox_page))).text
