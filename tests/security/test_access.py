"""Who may see a page is asked at the door, in the page and at every event, and there is one answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from tests.apps import GUARDED
from tests.browser.devices import NewServer
from tests.running import either_store
from tests.server import Server

from .visitors import REVOKED, WITHDRAWN, NewPerson, Somebody, acts, until

pytestmark = either_store


@pytest.fixture(scope='module')
async def served(new_server: NewServer, trace: Path,
                 tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """Serves pages that put things beside themselves."""
    server = await new_server(tmp_path_factory.mktemp('guarded'), {'acts': trace}, script=GUARDED).start()
    yield server
    server.stop()


EVENTS = {'on the page': {'text': 'Act'}, 'in a dialog': {'text': 'In a dialog'}, 'outside': {'text': 'Outside'},
          'of the whole page': {'event': 'stray'}}
ENDS: dict[str, Callable[[Server, Somebody], Awaitable[object] | object]] = {
    'withdrawn': lambda server, ada: server.sql(WITHDRAWN, False, ada.address),
    'revoked': lambda server, ada: server.sql(REVOKED, ada.address),
}


@pytest.mark.parametrize('where', EVENTS)
@pytest.mark.parametrize('end', ENDS)
async def test_after_the_end_no_event_of_the_page_does_anything_told_of_it_or_not(
        server: Server, visitor: NewPerson, trace: Path, where: str, end: str) -> None:
    ada = await visitor().sign_up(administrator=True)
    tab = await ada.tab('/beside/admin', 'Something private')
    handler = tab.handler(**EVENTS[where])
    await tab.click(handler)
    await until(lambda: len(acts(trace)) == 2)  # it works; else what follows would mean nothing
    before = acts(trace)

    ENDS[end](server, ada)
    await tab.click(handler)  # the server may not have been told yet
    await until(lambda: 'Something private' not in tab.texts())
    await tab.click(handler)
    await tab.heard_all()

    assert acts(trace) == before


@pytest.mark.parametrize(('statement', 'shown'), [
    (REVOKED, 'You are signed out'),
    ("UPDATE user SET is_admin = (1 = 1) WHERE email_address = ?", 'Loading…'),  # a right that needs the cookie first
])
async def test_what_a_page_that_is_built_later_put_beside_itself_goes_with_it(
        server: Server, visitor: NewPerson, trace: Path, statement: str, shown: str) -> None:
    ada = await visitor().sign_up()
    tab = await ada.tab('/beside/private', 'Something private')
    handlers = [tab.handler(**where) for where in EVENTS.values()]

    server.sql(statement, ada.address)
    await tab.sees(shown)
    for handler in handlers:
        await tab.click(handler)
    await tab.heard_all()

    assert 'In a dialog' not in str(tab.elements)
    assert 'Outside' not in str(tab.elements)
    assert acts(trace) == ['connected']


async def test_an_answer_of_the_browser_that_comes_after_the_end_is_not_taken(
        server: Server, visitor: NewPerson, trace: Path) -> None:
    for told in (False, True):
        ada = await visitor().sign_up(administrator=True)
        tab = await ada.tab('/beside/admin', 'Something private')
        await tab.click(tab.handler(text='Ask'))
        await until(lambda tab=tab: tab.asked)

        server.sql(WITHDRAWN, False, ada.address)
        if told:
            await tab.sees('There is no page here')
        await tab.send('javascript_response', request_id=tab.asked[0]['request_id'], result=2)
        await tab.sees('There is no page here')
        await tab.heard_all()

    assert acts(trace) == ['connected', 'connected']


async def test_a_timer_of_a_page_ends_with_it(server: Server, visitor: NewPerson, trace: Path) -> None:
    ada = await visitor().sign_up()
    tab = await ada.tab('/beside/private', 'Something private')
    timer = f'timer of {tab.page_id}'  # pages of other tests may not have gone yet
    await until(lambda: acts(trace, timer))

    server.sql(REVOKED, ada.address)
    await tab.sees('You are signed out')
    ticks = len(acts(trace, timer))
    await tab.heard_all()

    assert len(acts(trace, timer)) == ticks


async def test_events_of_a_public_page_go_on_for_everybody_and_after_a_sign_out(
        server: Server, visitor: NewPerson, trace: Path) -> None:
    nobody, ann = visitor(), await visitor().sign_up()
    tabs = [await one.tab('/beside/public', 'Something private') for one in (nobody, ann)]
    await tabs[1].click(tabs[1].handler(text='Ask'))
    await until(lambda: tabs[1].asked)

    server.sql(REVOKED, ann.address)
    await until(lambda: 'signed_in' not in str(tabs[1].elements))
    for tab in tabs:
        for where in EVENTS.values():
            await tab.click(tab.handler(**where))
    await tabs[1].send('javascript_response', request_id=tabs[1].asked[0]['request_id'], result=2)
    for tab in tabs:
        await tab.heard_all()

    assert sorted(acts(trace)) == sorted([*['connected', 'clicked', 'dialog', 'outside', 'stray'] * 2, 'answered 2'])


async def test_to_a_person_who_is_no_administrator_the_door_answers_as_if_there_was_no_such_page(
        visitor: NewPerson) -> None:
    ann, ada = await visitor().sign_up(), await visitor().sign_up(administrator=True)

    def seen(answer: httpx.Response) -> tuple[object, ...]:
        return answer.status_code, answer.content, sorted(item for item in answer.headers.items() if item[0] != 'date')

    for method in ('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'):
        nowhere = seen(await ann.get('/nowhere', method))
        assert nowhere[0] == 404
        for path in ('/admin', '/admin/sessions', '/beside/admin', '/words/new', '/admin?x=1'):
            assert seen(await ann.get(path, method)) == nowhere, (method, path)
    assert (await ada.get('/admin')).status_code == 200
    assert (await ada.get('/admin', 'POST')).status_code == 405


async def test_within_an_open_page_it_is_the_same_answer(visitor: NewPerson) -> None:
    ann, ada = await visitor().sign_up(), await visitor().sign_up(administrator=True)

    for person, words in ((ann, 'There is no page here'), (ada, 'Administration')):
        tab = await person.tab('/')
        await tab.click_with(tab.handler(event='sub_pages_navigate'), '/admin')
        await tab.sees(words)
        assert ('Administration' in tab.texts()) is (person is ada)


async def test_a_stranger_is_sent_to_sign_in_and_comes_back_to_the_very_address(visitor: NewPerson) -> None:
    stranger, paths = visitor(), ['/admin', '/admin/sessions', '/words/1?sort=a%26b', '/words/a%3Fb%25']

    answers = [await stranger.get(path) for path in paths]

    assert [answer.status_code for answer in answers] == [303] * 4
    wanted = [answer.next_request.url.params['redirect_url'] for answer in answers if answer.next_request]
    assert wanted == paths


async def test_a_page_beside_the_table_that_does_not_say_who_may_see_it_is_private(visitor: NewPerson) -> None:
    ann = await visitor().sign_up()

    assert (await visitor().get('/beside-the-table')).status_code == 303
    assert (await ann.get('/beside-the-table')).status_code == 200


async def test_a_private_page_within_another_is_not_shown_by_what_asks_nobody(
        visitor: NewPerson, trace: Path, server: Server) -> None:
    tab = await visitor().tab('/around', 'Something went wrong')

    assert 'Something private' not in str(tab.elements)
    assert 'GuardedPages' in server.log
    assert acts(trace) == []


async def test_a_private_page_within_another_that_is_guarded_goes_alone(
        server: Server, visitor: NewPerson, trace: Path) -> None:
    stranger, ann = await visitor().tab('/guarded', 'You are signed out'), await visitor().sign_up()
    tab = await ann.tab('/guarded', 'Something private')
    handlers = [tab.handler(**where) for where in EVENTS.values()]

    server.sql(REVOKED, ann.address)
    for handler in handlers:
        await tab.click(handler)  # the server may not have been told yet
    await tab.sees('You are signed out')
    for handler in handlers:
        await tab.click(handler)
    seen = [text for one in (stranger, tab) for text in one.texts()]
    await tab.heard_all()

    assert seen.count('Around it') == 2
    assert 'Something private' not in seen
    assert acts(trace) == ['connected']


async def test_of_a_private_page_within_a_private_one_nothing_is_left(
        server: Server, visitor: NewPerson, trace: Path) -> None:
    ann = await visitor().sign_up()
    tab = await ann.tab('/guarded/private', 'Something private')
    await tab.navigate('/numbers/1')
    await tab.sees('The number 1 of at least None')
    await tab.navigate('/guarded/private')
    await tab.sees('Something private')
    handlers = [tab.handler(**where) for where in EVENTS.values()]

    server.sql(REVOKED, ann.address)
    await tab.sees('You are signed out')
    for handler in handlers:
        await tab.click(handler)
    seen = tab.texts()
    await tab.heard_all()

    assert seen.count('You are signed out') == 1
    assert not {'Around it', 'Something private'}.intersection(seen)
    assert acts(trace) == ['connected']


async def test_what_a_page_within_another_put_beside_itself_goes_when_one_goes_elsewhere(
        visitor: NewPerson, trace: Path) -> None:
    tab = await (await visitor().sign_up()).tab('/guarded', 'Something private')
    handlers = [tab.handler(**where) for where in EVENTS.values()]

    await tab.navigate('/numbers/1')
    await tab.sees('The number 1 of at least None')
    for handler in handlers:
        await tab.click(handler)
    await tab.heard_all()

    assert acts(trace) == ['connected']


async def test_a_page_that_cannot_be_taken_away_does_nothing_more(
        server: Server, visitor: NewPerson, trace: Path) -> None:
    ann = await visitor().sign_up()
    tab = await ann.tab('/stubborn', 'Something private')
    handler = tab.handler(text='Act')
    await tab.click(handler)
    await until(lambda: 'clicked' in acts(trace))
    scripts: list[str] = []
    tab.on_script = scripts.append

    server.sql(REVOKED, ann.address)
    await until(lambda: 'location.reload()' in scripts)
    await tab.click(handler)
    await tab.click(handler)
    await (await ann.tab('/')).heard_all()

    assert acts(trace) == ['connected', 'clicked']
