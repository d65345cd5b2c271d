"""What nginx lets in, and what it makes of it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

import httpx
import pytest
from playwright.async_api import Browser, expect

from tests.http import patient_client
from tests.ports import free_port
from tests.rules import PASSWORD

from .nginx import Nginx
from .site import ROUTE, Site
from .upstream import upstream

FORGED = {'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'http', 'x-forwarded-host': 'elsewhere.example',
          'x-forwarded-port': '80', 'x-forwarded-prefix': '/elsewhere', 'x-real-ip': '203.0.113.7',
          'forwarded': 'for=203.0.113.7;proto=http'}


def fields(head: str) -> dict[str, str]:
    """The headers of a request as it was received."""
    return dict(line.split(': ', 1) for line in head.strip().split('\r\n')[1:])


async def sign_up(visitor: httpx.AsyncClient, address: str) -> httpx.Response:
    account = {'email_address': address, 'password': PASSWORD}
    while (answer := await visitor.post('/v1/client/sign_ups', data=account)).status_code == 503:
        await asyncio.sleep(0.1)  # it has much to do, and nothing was changed
    assert answer.status_code == 200, answer.text
    return answer


async def test_plain_http_leads_to_https_and_nowhere_else(site: Site) -> None:
    async with patient_client(base_url=site.nginx.plain_url) as visitor:
        page = await visitor.get('/account?tab=1')
        sign_in = await visitor.post('/v1/client/sign_ins', data={'identifier': 'ann@example.com'})
        challenge = await visitor.get('/.well-known/acme-challenge/nothing')

    assert page.status_code == sign_in.status_code == 301
    assert page.headers['location'] == 'https://localhost/account?tab=1'
    assert sign_in.headers.get_list('set-cookie') == []
    assert challenge.status_code == 404


async def test_a_name_that_is_not_ours_gets_no_answer(site: Site) -> None:
    async with patient_client() as visitor:
        with pytest.raises(httpx.RemoteProtocolError):
            await visitor.get(site.nginx.plain_url, headers={'host': 'elsewhere.example'})

    with pytest.raises(ssl.SSLError, match=r'(?i)unrecognized.name'):
        await asyncio.open_connection('127.0.0.1', site.nginx.port, ssl=site.trust, server_hostname='elsewhere.example')


async def test_the_cookie_is_secure_and_of_this_host_only(site: Site) -> None:
    async with site.visitor() as visitor:
        signed_up = await sign_up(visitor, 'secure@example.com')

    cookies = {cookie.partition('=')[0]: cookie.split('; ')[1:] for cookie in signed_up.headers.get_list('set-cookie')}
    for name in ('__Host-client', ROUTE):
        assert {'Path=/', 'Secure', 'HttpOnly', 'SameSite=Lax'} <= set(cookies.pop(name))
    assert {*map(tuple, cookies.values())} == {('Path=/', 'SameSite=Lax', 'Secure')}  # since when that is so
    assert {name[:12] for name in cookies} == {'__client_uat'}
    assert signed_up.headers['strict-transport-security'] == 'max-age=31536000'


async def test_what_a_visitor_says_of_where_they_come_from_changes_nothing(site: Site) -> None:
    async with site.visitor('127.0.0.9', **FORGED) as visitor:
        signed_up = await sign_up(visitor, 'forger@example.com')
        page = await visitor.get('/')

    found = site.sql('SELECT ip_address FROM session JOIN user AS person ON person.id = user_id '
                     'WHERE email_address = ?', 'forger@example.com')
    assert found == [('127.0.0.9',)]
    assert any(cookie.startswith('__Host-client=') for cookie in signed_up.headers.get_list('set-cookie'))
    assert page.status_code == 200
    assert 'elsewhere' not in page.text


async def test_only_what_nginx_says_itself_reaches_a_process(
        nginx: Callable[..., Nginx], trust: ssl.SSLContext) -> None:
    async with upstream() as process:
        front = await nginx(process.port, process.port).start()
        async with patient_client(base_url=front.url, verify=trust) as visitor:
            await visitor.get('/', headers={**FORGED, 'connection': 'upgrade', 'upgrade': 'h2c'})
            await visitor.get('/', headers={'connection': 'Upgrade', 'upgrade': 'WebSocket'})

    plain, websocket = (fields(head) for head in process.requests)
    said = {name: value for name, value in plain.items() if 'forwarded' in name or 'real' in name or name == 'upgrade'}
    assert said == {'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https'}
    assert plain['host'] == f'localhost:{front.port}'
    assert (websocket['connection'], websocket['upgrade']) == ('upgrade', 'websocket')


@pytest.mark.parametrize(('method', 'times'), [('POST', 1), ('PATCH', 1), ('GET', 2), ('DELETE', 2)])
async def test_a_request_that_may_have_been_acted_upon_is_sent_again_only_if_it_may_be_done_twice(
        nginx: Callable[..., Nginx], trust: ssl.SSLContext, method: str, times: int) -> None:
    async with upstream() as left, upstream() as right:
        left.dies = right.dies = True
        front = await nginx(left.port, right.port).start()
        async with patient_client(base_url=front.url, verify=trust) as visitor:
            answer = await visitor.request(method, '/')

    assert answer.status_code == 502
    assert len(left.requests + right.requests) == times


async def test_a_process_that_is_not_there_costs_no_request(nginx: Callable[..., Nginx], trust: ssl.SSLContext) -> None:
    async with upstream() as process:
        front = await nginx(process.port, free_port()).start()
        for method in ('POST', 'GET') * 6:
            async with patient_client(base_url=front.url, verify=trust) as visitor:  # each one is somebody new
                answer = await visitor.request(method, '/')

                assert answer.status_code == 200

    assert len(process.requests) == 12


async def test_a_process_that_has_just_returned_is_used_at_once(
        nginx: Callable[..., Nginx], trust: ssl.SSLContext) -> None:
    left, right = free_port(), free_port()
    front = await nginx(left, right).start()
    async with patient_client(base_url=front.url, verify=trust) as visitor:
        for port in (left, right, left, right):
            async with upstream(port):  # and the other one is away
                answers = [await visitor.get('/') for _ in range(8)]

            assert {answer.status_code for answer in answers} == {200}


async def test_a_page_that_no_process_could_serve_comes_by_itself(
        browser: Browser, nginx: Callable[..., Nginx]) -> None:
    left, right = free_port(), free_port()
    front = await nginx(left, right).start()
    context = await browser.new_context(ignore_https_errors=True)
    tab = await context.new_page()

    refused = await tab.goto(front.url)
    await expect(tab.get_by_text('comes back by itself')).to_be_visible()
    async with upstream(right):
        await expect(tab.get_by_text('answered')).to_be_visible()
        await context.close()

    assert refused
    assert refused.status == 502


async def test_a_browser_stays_on_its_process_whatever_it_does_and_others_get_others(site: Site) -> None:
    used: set[int] = set()
    for number in range(50):
        async with site.visitor() as visitor:
            before = await site.process_of(visitor.get)
            await sign_up(visitor, f'stays{number}@example.com')
            during = await site.process_of(visitor.get)
            await visitor.delete('/v1/client')
            after = await site.process_of(visitor.get)

        assert before is during is after
        used.add(before.port)
        if len(used) == 2:
            break
    assert len(used) == 2


async def test_a_sign_out_of_all_clears_the_cache_and_takes_no_cookie_with_it(site: Site) -> None:
    async with site.visitor() as visitor:
        await sign_up(visitor, 'leaves@example.com')
        before = {name: visitor.cookies[name] for name in (ROUTE, '__Host-client')}
        signed_out = await visitor.delete('/v1/client/sessions')

    assert signed_out.headers.get_list('clear-site-data') == ['"cache"']
    assert {name: visitor.cookies[name] for name in before} == before


async def test_the_name_of_a_browser_comes_with_pages_only_and_only_once(site: Site) -> None:
    async with site.visitor() as visitor:
        cached = await visitor.get('/_live_sessions/theme.js')
        first, second = await visitor.get('/'), await visitor.get('/')
        visitor.cookies.clear()
        forged = await visitor.get('/', headers={'cookie': f'{ROUTE}=127.0.0.1; x{ROUTE}={"0" * 32}'})

    given = [[cookie for cookie in answer.headers.get_list('set-cookie') if cookie.startswith(ROUTE)]
             for answer in (cached, first, second, forged)]
    assert [len(cookies) for cookies in given] == [0, 1, 0, 1]
