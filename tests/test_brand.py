"""A site of somebody's own: its name, its picture and its texts stand where ours would."""

from __future__ import annotations

import asyncio
import email
import email.policy
import re
from html import unescape
from pathlib import Path

import pytest

import pages
from auth import LiveSessions, Settings
from tests.http import patient_client
from tests.patience import PATIENCE_SECONDS
from tests.rules import PASSWORD
from tests.running import either_store
from tests.server import Server

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg"><title>An oar</title></svg>'
PAGES = ('/sign-in', '/sign-up', '/forgot-password', '/nowhere', '/outbox')


@either_store
async def test_the_name_the_picture_and_the_texts_of_a_site_stand_in_its_pages_and_mails(tmp_path: Path) -> None:
    (tmp_path / 'oar.svg').write_text(PICTURE)
    settings = {'site_name': 'Röwing & Co, Ltd', 'site_logo': 'oar.svg', 'site_footer': 'Since <1887>', 'port': 0,
                'site_description': '"Letters" of a club', 'mail_outbox': tmp_path / 'mails', 'mail_outbox_page': 1}
    server = await Server(tmp_path, settings=settings).start()
    try:
        async with patient_client(base_url=server.url, headers={'origin': server.url}) as http:
            pages = {path: (await http.get(path)).text for path in PAGES}
            picture = await http.get('/_live_sessions/logo.svg')
            favicon = await http.get('/favicon.ico')
            await http.post('/v1/client/sign_ups', data={'email_address': 'ann@example.com', 'password': PASSWORD})
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not (found := list((tmp_path / 'mails').glob('*.eml'))):
                    await asyncio.sleep(0.05)
    finally:
        server.stop()
    mail = email.message_from_bytes(found[0].read_bytes(), policy=email.policy.default)

    for path, page in pages.items():
        assert re.search(r'<title>([^<]*? · )?Röwing &amp; Co, Ltd</title>', page), path
        assert 'Live Sessions' not in page, path
        assert '/_live_sessions/logo.svg' in page, path
    shell = unescape(pages['/sign-in']).replace('\\"', '"')
    assert 'Since <1887>' in shell
    assert '<meta name="description" content=""Letters" of a club">' in shell
    assert (picture.text, picture.headers['content-type']) == (PICTURE, 'image/svg+xml')
    assert favicon.text == PICTURE
    assert mail['from'] == '"Röwing & Co, Ltd" <no-reply@localhost>'
    assert f'This mail was sent by Röwing & Co, Ltd ({server.url})' in ' '.join(
        mail.get_body(('plain',)).get_content().split())  # pyright: ignore[reportOptionalMemberAccess]


def test_nothing_is_said_below_a_page_or_of_a_site_that_wants_nothing_said() -> None:
    assert Settings(site_footer='').site_footer == ''
    assert Settings().sender == 'no-reply@localhost'
    assert Settings(site_name='Club', mail_from='Ann <ann@example.com>').sender == 'Ann <ann@example.com>'


def test_a_program_says_itself_what_it_is_called_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('SITE_NAME', 'Of the environment')

    assert LiveSessions(site_name='Rowing Club').settings.site_name == 'Rowing Club'
    assert LiveSessions(site_logo=pages.FAVICON).settings.site_logo == str(pages.FAVICON)
    with pytest.raises(SystemExit, match=r'The setting SITE_LOGO is wrong: there is no picture at this path'):
        LiveSessions(site_logo='nowhere.svg')
    with pytest.raises(TypeError, match="There is no setting 'site_nmae'"):
        LiveSessions(site_nmae='Rowing Club')
    with pytest.raises(TypeError, match='not both'):
        LiveSessions(Settings(), site_name='Rowing Club')
