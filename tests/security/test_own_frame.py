"""An author's own frame stands around all pages of the table: it is for everybody, and each page for whom it says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from auth import LiveSessions, private
from auth.access import PageRefused
from tests.apps import IN_A_FRAME
from tests.browser.devices import NewServer
from tests.running import either_store
from tests.server import Server

from .visitors import REVOKED, NewPerson

pytestmark = either_store
AROUND = {'The head of the club', 'The foot of the club'}


@pytest.fixture(scope='module')
async def served(new_server: NewServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """Serves pages in a frame."""
    server = await new_server(tmp_path_factory.mktemp('framed'), {}, script=IN_A_FRAME).start()
    yield server
    server.stop()


async def test_the_frame_stands_around_each_page_ours_among_them_in_place_of_our_header(visitor: NewPerson) -> None:
    ann = await visitor().sign_up()

    for path, text in (('/', 'Rowing since 1887'), ('/letters', 'Something private'), ('/account', 'Account'),
                       ('/sign-in', 'Add account'), ('/failing', 'Something went wrong')):
        tab = await ann.tab(path, text)
        assert set(tab.texts()) >= AROUND, path
        assert 'When a session ends, every tab knows.' not in tab.texts()
        assert 'ls-header' not in str(tab.elements)
    assert '<title>Sign in · Rowing Club</title>' in (await ann.get('/sign-in')).text
    alone = await ann.tab('/preview', 'In small')
    assert AROUND.isdisjoint(alone.texts())


async def test_the_door_asks_for_each_page_in_it(visitor: NewPerson) -> None:
    stranger, ann = visitor(), await visitor().sign_up()

    refused = {path: await stranger.get(path) for path in ('/letters', '/board', '/account')}
    hidden = await ann.get('/board')

    assert {path: (answer.status_code, answer.headers['location']) for path, answer in refused.items()} == {
        path: (303, f'/sign-in?redirect_url=%2F{path[1:]}') for path in refused}
    assert (hidden.status_code, hidden.content) == (404, (await ann.get('/nowhere')).content)
    assert 'Rowing Club' in hidden.text


async def test_a_page_leaves_with_the_session_and_the_frame_stays_and_goes_on(
        server: Server, visitor: NewPerson) -> None:
    ann = await visitor().sign_up()
    tab = await ann.tab('/letters', 'Something private in a drawer')

    server.sql(REVOKED, ann.address)
    await tab.sees('This page is for people who are signed in.')
    left = set(tab.texts())
    await tab.click(tab.handler(text='Row'))
    await tab.sees('Rowed')

    assert not [text for text in left if text.startswith('Something private')]
    assert left >= AROUND


def generated() -> Iterator[None]:
    yield


async def awaiting() -> None:
    pass


@contextmanager
def titled(title: str) -> Iterator[None]:
    yield


@pytest.mark.parametrize(('frame', 'why'), [
    (generated, 'put @contextmanager of contextlib above it'), (awaiting, 'let the page do that'),
    (titled, 'give its parameters a default'), (private(lambda: None), 'take the mark off it')])
def test_a_frame_that_could_not_be_built_for_everybody_is_refused_where_it_is_installed(
        frame: Callable[..., Any], why: str) -> None:
    with pytest.raises(PageRefused, match=why):
        LiveSessions().install(frame=frame)
