"""Pages of ``ui.page``: the door, the tab and every event ask who may see them, as of the pages of the table."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import socketio

from tests.apps import WHOLE
from tests.browser.devices import NewServer
from tests.programs import CHEAP_PASSWORDS
from tests.running import either_store
from tests.server import Server

from .visitors import REVOKED, WITHDRAWN, NewPerson, Tab, acts, until

pytestmark = either_store

_numbers = itertools.count(1)


@pytest.fixture(scope='module')
async def served(new_server: NewServer, trace: Path,
                 tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """Serves whole pages."""
    server = await new_server(tmp_path_factory.mktemp('whole'), {'acts': trace, CHEAP_PASSWORDS: 1},
                              script=WHOLE).start()
    yield server
    server.stop()


async def heard_all(tab: Tab) -> None:
    """Wait until the server has handled what was sent before: it answers in order."""
    path, scripts = f'/nowhere/{next(_numbers)}', list[str]()
    tab.on_script = scripts.append
    await tab.click_with(tab.handler(event='sub_pages_navigate'), path)
    await until(lambda: any(path in script for script in scripts))


def scripts_of(tab: Tab) -> list[str]:
    """What the server has the page run from now on."""
    scripts: list[str] = []
    tab.on_script = scripts.append
    return scripts


@pytest.mark.parametrize(('path', 'stranger', 'person', 'administrator'), [
    ('/whole/admin', 303, 404, 200), ('/whole/decorated', 303, 404, 200), ('/routed/admin', 303, 404, 200),
    ('/whole/private', 303, 200, 200), ('/whole/silent', 303, 200, 200), ('/whole/later', 303, 200, 200),
    ('/whole/public', 200, 200, 200), ('/spa', 303, 200, 200), ('/spa/two/1', 303, 200, 200)])
async def test_the_door_asks(visitor: NewPerson, path: str, stranger: int, person: int, administrator: int) -> None:
    nobody, ann, ada = visitor(), await visitor().sign_up(), await visitor().sign_up(administrator=True)

    for who, expected in ((nobody, stranger), (ann, person), (ada, administrator)):
        for method in ('GET', 'HEAD'):
            assert (await who.get(path, method)).status_code == expected, method
        assert (await who.get(path, 'POST')).status_code == (404 if expected == 404 else 405)


async def test_to_whoever_is_no_administrator_their_pages_are_not_there(visitor: NewPerson) -> None:
    ann = await visitor().sign_up()

    for path in ('/whole/admin', '/whole/decorated', '/routed/admin'):
        assert (await ann.get(path)).content == (await ann.get('/nowhere')).content


@pytest.mark.parametrize('where', [{'text': 'Act'}, {'text': 'In a dialog'}, {'text': 'Outside'}, {'event': 'stray'}],
                         ids=str)
@pytest.mark.parametrize('end', ['withdrawn', 'revoked'])
async def test_after_the_end_nothing_is_left_and_no_event_does_anything(
        server: Server, visitor: NewPerson, trace: Path, where: dict[str, str], end: str) -> None:
    ada = await visitor().sign_up(administrator=True)
    tab = await ada.tab('/whole/admin', 'Something private')
    handler = tab.handler(**where)
    await tab.click(handler)
    await until(lambda: len(acts(trace)) == 2)  # it works; else what follows would mean nothing
    before = acts(trace)

    if end == 'withdrawn':
        server.sql(WITHDRAWN, False, ada.address)
    else:
        server.sql(REVOKED, ada.address)
    await tab.click(handler)  # the server may not have been told yet
    await tab.sees('There is no page here' if end == 'withdrawn' else 'You are signed out')
    await tab.click(handler)
    await heard_all(tab)

    assert acts(trace) == before
    for private in ('Something private', 'Private heading', 'In a dialog', 'Outside'):
        assert private not in str(tab.elements)
    assert (await ada.get('/whole/admin')).status_code == (404 if end == 'withdrawn' else 303)


@pytest.mark.parametrize('path', ['/whole/private', '/whole/silent'])
async def test_a_page_of_people_leaves_with_the_session(server: Server, visitor: NewPerson, trace: Path,
                                                        path: str) -> None:
    ann = await visitor().sign_up()
    tab = await ann.tab(path, 'Something private')
    timer = f'timer of {tab.page_id}'
    await until(lambda: acts(trace, timer))

    server.sql(REVOKED, ann.address)
    await tab.sees('You are signed out')
    ticks = len(acts(trace, timer))
    await heard_all(tab)

    assert 'Something private' not in str(tab.elements)
    assert len(acts(trace, timer)) == ticks


async def test_a_page_that_is_still_being_built_is_built_no_further(
        server: Server, visitor: NewPerson, trace: Path) -> None:
    ann, bob = await visitor().sign_up(), await visitor().sign_up()
    tab, others = await ann.tab('/whole/later', 'The first half'), await bob.tab('/whole/later', 'The first half')
    await until(lambda: acts(trace) == ['half', 'half'])

    server.sql(REVOKED, ann.address)
    await tab.sees('You are signed out')
    await bob.get('/whole/open-gates')
    await others.sees('The second half')

    assert 'half' not in str(tab.texts())
    assert acts(trace) == ['half', 'half', 'whole']


async def test_a_right_that_is_given_comes_by_a_request(server: Server, visitor: NewPerson) -> None:
    ann = await visitor().sign_up()
    tab = await ann.tab('/whole/private', 'Something private')

    server.sql(WITHDRAWN, True, ann.address)
    await tab.sees('Loading…')
    assert 'Something private' not in str(tab.elements)
    scripts = scripts_of(tab)
    await until(lambda: tab.socket_id)
    answer = await ann.web.post('/v1/client/tabs', data={'tab': tab.page_id, 'socket': tab.socket_id, 'epoch': 0,
                                                         'final': '1'})

    assert answer.status_code == 200
    await until(lambda: 'location.reload()' in scripts)
    assert 'Something private' not in str(tab.elements)


async def test_a_page_for_a_role_leaves_with_it(server: Server, visitor: NewPerson, trace: Path) -> None:
    ann, bob = await visitor().sign_up(), await visitor().sign_up()
    server.sql("UPDATE user SET roles = 'editor reader' WHERE email_address = ?", ann.address)
    tab = await ann.tab('/whole/drafts', 'Something private')
    handler = tab.handler(text='Act')

    server.sql("UPDATE user SET roles = 'reader' WHERE email_address = ?", ann.address)
    await tab.click(handler)  # the server may not have been told yet
    await tab.sees('There is no page here')
    await tab.click(handler)
    await heard_all(tab)

    assert [(await one.get('/whole/drafts')).status_code for one in (visitor(), ann, bob)] == [303, 404, 404]
    assert acts(trace) == ['connected']


async def test_a_public_page_follows_the_session_and_stays(server: Server, visitor: NewPerson, trace: Path) -> None:
    nobody, ann = visitor(), await visitor().sign_up()
    tabs = [await one.tab('/whole/public', 'Something private') for one in (nobody, ann)]

    server.sql(REVOKED, ann.address)
    await tabs[1].sees('Active Session: None')
    for tab in tabs:
        await tab.click(tab.handler(text='Act'))
        await heard_all(tab)

    assert acts(trace) == ['connected', 'connected', 'clicked', 'clicked']


async def test_a_password_that_was_given_long_ago_is_asked_for_again(
        server: Server, visitor: NewPerson, trace: Path) -> None:
    ann = await visitor().sign_up()
    tab = await ann.tab('/whole/salaries', 'Something private')
    handler = tab.handler(text='Act')

    server.sql("UPDATE session SET authenticated_at = '2020-01-01 00:00:00' WHERE user_id = "
               '(SELECT id FROM user WHERE email_address = ?)', ann.address)
    await tab.click(handler)
    await tab.sees('Enter your password')
    await tab.click(handler)
    await heard_all(tab)

    assert 'Something private' not in str(tab.elements)
    assert acts(trace) == ['connected']
    await ann.tab('/whole/salaries', 'Enter your password')


async def test_a_page_that_fails_shows_a_number_and_the_log_has_the_traceback_beside_it(
        server: Server, visitor: NewPerson) -> None:
    answer = await visitor().get('/whole/failing')
    tab = await visitor().tab('/whole/failing/later', 'Something went wrong')
    shown = next(text for text in tab.texts() if 'number' in text)
    number = shown.rpartition(' ')[2].rstrip('.')

    assert answer.status_code == 500
    assert 'Something went wrong' in answer.text
    for secret in ('secret of the server', 'The first half'):
        assert secret not in answer.text
        assert secret not in str(tab.elements)
    assert 'In a header' not in str(tab.elements)
    told = server.log.partition(f'error {number}')[2]
    assert 'Traceback' in told
    assert 'ValueError: a later secret of the server' in told
    assert 'ValueError: the inner secret of the server' in server.log


async def test_a_page_may_answer_with_something_else(server: Server, visitor: NewPerson) -> None:
    nobody = visitor()

    refused, sent = await nobody.get('/whole/refusing'), await nobody.get('/whole/elsewhere')
    tab = await nobody.tab('/whole/elsewhere/later')

    assert (refused.status_code, refused.json()) == (418, {'detail': 'I am a teapot'})
    assert (sent.status_code, sent.headers['location']) == (307, '/whole/public')
    await until(lambda: tab.sent_to == ['/whole/public'])


async def test_a_page_is_given_what_fastapi_and_nicegui_give(visitor: NewPerson) -> None:
    nobody = visitor()

    await nobody.tab('/whole/given/7?token=x', '7 at /whole/given/7 in True by somebody with x')
    assert (await nobody.get('/whole/given/7?token=none')).status_code == 403
    assert (await nobody.get('/whole/given/seven')).status_code == 422


async def test_only_pages_that_say_so_may_be_framed(visitor: NewPerson) -> None:
    nobody = visitor()
    policies = [(await nobody.get(path)).headers['content-security-policy']
                for path in ('/whole/framed', '/whole/public')]

    assert "frame-ancestors 'self'" in policies[0]
    assert "frame-ancestors 'none'" in policies[1]


async def test_a_page_has_sub_pages_of_its_own(visitor: NewPerson) -> None:
    ann = await visitor().sign_up()

    await ann.tab('/spa', 'The first')
    tab = await ann.tab('/spa/two/2', 'Number 2')
    await tab.navigate('/spa/two/3')
    await tab.sees('Number 3')
    assert (await ann.get('/spa/none')).status_code == 404


async def test_a_sub_page_of_its_own_is_shown_where_the_page_around_it_asks_for_as_much(
        server: Server, visitor: NewPerson, trace: Path) -> None:
    ada = await visitor().sign_up(administrator=True)
    tab = await ada.tab('/spa/private', 'Something private')
    handler = tab.handler(text='Act')
    refused = await ada.tab('/spa/admin', '500: sub page /spa/admin produced an error')

    server.sql(REVOKED, ada.address)
    await tab.sees('You are signed out')
    await tab.click(handler)
    await heard_all(tab)

    assert 'Something private' not in str(refused.elements)
    assert 'GuardedPages' in server.log
    assert acts(trace) == ['connected']


async def test_a_frame_of_the_authors_shows_guarded_pages(server: Server, visitor: NewPerson, trace: Path) -> None:
    ada, ann = await visitor().sign_up(administrator=True), await visitor().sign_up()
    await ann.tab('/frame/admin', 'There is no page here')
    tab = await ada.tab('/frame/admin', 'Something private')
    handlers = [tab.handler(text=text) for text in ('Act', 'In a dialog')]

    server.sql(WITHDRAWN, False, ada.address)
    await tab.sees('There is no page here')
    for handler in handlers:
        await tab.click(handler)
    await heard_all(tab)

    assert 'Own frame' in tab.texts()
    assert acts(trace) == ['connected']


async def test_a_sub_page_may_answer_with_something_else(server: Server, visitor: NewPerson) -> None:
    nobody = visitor()

    sent, text = await nobody.get('/sub/elsewhere'), await nobody.get('/sub/text')
    tabs = [await nobody.tab('/heard/1', 'Heard all up to 1') for _ in range(3)]
    for tab, path in zip(tabs, ('/sub/elsewhere', '/sub/elsewhere?late=1', '/sub/text'), strict=True):
        await tab.navigate(path)

    assert (sent.status_code, sent.headers['location']) == (307, '/whole/public')
    assert (text.status_code, text.text) == (200, 'plain')
    for tab, path in zip(tabs, ('/whole/public', '/whole/public', '/sub/text'), strict=True):
        await until(lambda tab=tab, path=path: tab.sent_to == [path])


async def test_a_sub_page_is_given_the_request_and_the_client(visitor: NewPerson) -> None:
    ann = await visitor().sign_up()
    tab = await ann.tab('/sub/given/1?sort=a', '1 sorted by a at /sub/given/1?sort=a in True')

    await tab.navigate('/sub/given/2?sort=b')
    await tab.sees('2 sorted by b at /sub/given/2?sort=b in True')


async def test_a_page_of_the_table_has_sub_pages_of_its_own(visitor: NewPerson) -> None:
    nobody = visitor()
    await nobody.tab('/sub/spa', 'The first')
    tab = await nobody.tab('/sub/spa/two/2', 'Number 2')

    await tab.navigate('/sub/spa/two/3')
    await tab.sees('Number 3')
    assert (await nobody.get('/sub/spa/none')).status_code == 404
    assert (await nobody.get('/sub/spa/')).status_code == 200

    tab = await nobody.tab('/sub/rest/a/b', "All 'a/b'")
    await tab.navigate('/sub/rest/c')
    await tab.sees("All 'c'")
    await nobody.tab('/sub/rest', "All ''")


async def test_what_nobody_can_join_is_not_loaded_again_and_again(server: Server, visitor: NewPerson) -> None:
    nobody, joined, refused = visitor(), Tab(may_have_failed=True), Tab(may_have_failed=True)
    nobody.tabs += [joined, refused]

    await joined.open(nobody.http, f'{server.url}/whole/failing', nobody.cookie)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await refused.open(nobody.http, f'{server.url}/whole/deleted', nobody.cookie)

    assert 'Something went wrong' in joined.texts()
    assert 'no tab' in refused.refused_because  # NiceGUI's page would load itself anew at another word
