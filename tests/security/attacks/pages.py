"""Attacks on pages and their sockets."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import suppress
from urllib.parse import urlencode
from uuid import uuid4

import aiohttp

from .site import Person, Site, attack, won

SOCKETS = '/_nicegui_ws/socket.io/'
SCRIPT = '<img src=x onerror=alert(1)>{{7*7}}<script>alert(1)</script>'


async def page_of(person: Person, path: str = '/account') -> str:
    """The id by which the socket of somebody's page is joined; as somebody could steal it."""
    found = re.search(r"'client_id': '([0-9a-f-]+)'", (await person.http.get(path)).text)
    return found[1] if found else ''


async def listen(site: Site, page_id: str, sent: tuple[str, ...] = (), **headers: str) -> str:
    """Join the socket of a page, send frames, and listen for a moment; what was heard."""
    query = urlencode({'client_id': page_id, 'tab_id': uuid4(), 'document_id': uuid4(), 'next_message_id': 0,
                       'implicit_handshake': 'true', 'EIO': 4, 'transport': 'websocket'})
    heard: list[str] = []
    async with aiohttp.ClientSession() as http:
        with suppress(aiohttp.ClientError, TimeoutError, ConnectionError):
            async with asyncio.timeout(1), http.ws_connect(f'{site.url}{SOCKETS}?{query}', headers=headers) as socket:
                for frame in ('40', *sent):
                    await socket.send_str(frame)
                async for message in socket:
                    heard.append(f'{message.data}')
    return '\n'.join(heard)


@attack('open a private page without an account')
async def private_pages(site: Site) -> str | None:
    await site.somebody(first_name='Private-Ann')
    answers = [await site.browser().get(path) for path in ('/account', '/account/security', '/admin', '/admin/sessions',
                                                           '//account', '/account/', '/./account', '/ACCOUNT')]
    return won(something_private_was_shown=any('Private-Ann' in answer.text or 'Change password</' in answer.text
                                               for answer in answers))


@attack('open the administration without being an administrator')
async def administration(site: Site) -> str | None:
    ann, eve = await site.somebody(), await site.somebody()
    answers = [await eve.http.get(path) for path in ('/admin', '/admin/', '/admin/sessions', f'/admin?q={ann.address}',
                                                     f'/admin/users/{ann.session_id}')]
    return won(somebody_else_was_shown=any(ann.session_id in answer.text for answer in answers),
               the_administration_opened=any(answer.status_code == 200 for answer in answers))


@attack('hear a page of somebody by its stolen id')
async def stolen_page(site: Site) -> str | None:
    ann = await site.somebody(first_name='Private-Ann')
    page_id = await page_of(ann)
    eve = await site.somebody()
    heard = [await listen(site, page_id), await listen(site, page_id, cookie=eve.cookie),
             await listen(site, page_id, cookie=ann.cookie, origin='https://evil.example')]
    return won(ann_was_heard=any('Private-Ann' in one or ann.session_id in one for one in heard))


@attack('act on a page of somebody by hand-made frames')
async def forged_events(site: Site) -> str | None:
    ann = await site.somebody()
    page_id = await page_of(ann)
    clicks = tuple('42' + json.dumps(['event', {'client_id': page_id, 'id': number, 'listener_id': str(uuid4()),
                                                'args': []}]) for number in range(60))
    eve = await site.somebody()
    await listen(site, await page_of(eve), clicks, cookie=eve.cookie)
    await listen(site, page_id, clicks)
    return won(ann_was_signed_out=not await site.who(ann.cookie))


@attack('bring the server down by frames')
async def broken_frames(site: Site) -> str | None:
    ann = await site.somebody()
    frames = ('42["event"', '42[]', '451-["event",{"_placeholder":true,"num":0}]', '4' * 2000, '42' + '[' * 20_000,
              '42' + json.dumps(['event', None]), '42' + json.dumps([{}, {}]), '47', 'b!!!', '42["event",NaN]')
    for frame in frames:
        await listen(site, await page_of(ann), (frame,), cookie=ann.cookie)
    return won(the_server_fails=(await site.browser().get('/')).status_code != 200)


@attack('write a script into a name, and let others run it')
async def stored_script(site: Site) -> str | None:
    eve = await site.somebody(first_name=SCRIPT, last_name='${alert(1)}`')
    agent = {'user-agent': f'Mozilla/5.0 {SCRIPT}'}
    pages = [await eve.http.get(path, headers=agent) for path in ('/', '/account', '/account/security', '/demo')]
    return won(it_is_in_the_page_as_it_was_written=any(SCRIPT in page.text or '<script>alert(1)' in page.text
                                                       for page in pages))


@attack('write a script into an address of the site')
async def reflected_script(site: Site) -> str | None:
    browser = site.browser()
    pages = [await browser.get(path) for path in (
        f'/sign-in?redirect_url={SCRIPT}', f'/{SCRIPT}', f'/admin?q={SCRIPT}', f'/account?x={SCRIPT}#{SCRIPT}',
        '/sign-in?redirect_url=/";alert(1)//', "/sign-in?redirect_url=/'-alert(1)-'")]
    return won(it_is_in_the_page_as_it_was_written=any('<script>alert(1)' in page.text or SCRIPT in page.text
                                                       for page in pages))


@attack('put the site into a frame of another site')
async def framing(site: Site) -> str | None:
    ann = await site.somebody()
    answers = [await ann.http.get(path) for path in ('/', '/account', '/account/security', '/sign-in', '/nowhere')]
    policies = [answer.headers.get('content-security-policy', '') for answer in answers]
    return won(a_page_may_be_framed_by_anybody=not all(
        re.search(r"frame-ancestors '(self|none)'", policy) for policy in policies))


@attack('make the server tell of its inside')
async def inside(site: Site) -> str | None:
    browser = site.browser()
    answers = [await browser.get(path) for path in ('/v1/nowhere', '/%ff%fe', '/v1/client/sessions/%00/x', '/docs',
                                                    '/openapi.json', '/redoc', '/.git/config', '/debug')]
    answers.append(await browser.post('/v1/client/sign_ins', content=b'\xff', headers={
        'content-type': 'application/json'}))
    return won(a_traceback_was_shown=any('Traceback' in answer.text for answer in answers),
               the_server_failed=any(answer.status_code >= 500 for answer in answers),
               a_map_of_the_api_was_given=any('"openapi"' in answer.text for answer in answers))


@attack('make the server hold a page for each of many requests')
async def page_flood(site: Site) -> str | None:
    browser = site.browser()
    answers = await asyncio.gather(*[browser.get(f'/nowhere/{number}') for number in range(100)])
    return won(unknown_paths_are_pages=any('client_id' in answer.text for answer in answers),
               the_server_failed=any(answer.status_code >= 500 for answer in answers))
