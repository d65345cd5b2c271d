"""Attacks by requests: from other sites, with forged headers, against the parser."""

from __future__ import annotations

import re
from urllib.parse import quote

from .site import PASSWORD, Site, attack, won

ELSEWHERE = ({'origin': 'https://evil.example'}, {'origin': 'null'}, {'sec-fetch-site': 'cross-site'})


@attack('let a page of another site act for whoever visits it')
async def cross_site(site: Site) -> str | None:
    ann = await site.somebody()
    for headers in ELSEWHERE:
        for method, path in (('POST', '/v1/me/sessions/revoke_others'), ('DELETE', '/v1/client/sessions'),
                             ('PATCH', '/v1/me'), ('DELETE', '/v1/client')):
            await ann.http.request(method, path, data={'first_name': 'Eve'}, headers=headers)
            await ann.http.post(f'{path}?_method={method}', content='{"first_name":"Eve"}',
                                headers={**headers, 'content-type': 'text/plain'})
    who = await ann.http.get('/v1/client')
    return won(ann_was_signed_out=not await site.who(ann.cookie), her_name_was_changed='Eve' in who.text)


@attack('sign a victim in as somebody else, from another site')
async def login_csrf(site: Site) -> str | None:
    eve, victim = await site.somebody(), site.browser()
    for headers in ELSEWHERE:
        await victim.post('/v1/client/sign_ins', headers=headers,
                          data={'identifier': eve.address, 'password': PASSWORD})
    return won(the_victim_is_eve='cookie' in victim.cookies or bool(victim.cookies))


@attack('change something by a link')
async def change_by_get(site: Site) -> str | None:
    ann = await site.somebody()
    for path in ('/v1/client/sessions', '/v1/me/sessions/revoke_others', '/v1/client',
                 f'/v1/client/sessions/{ann.session_id}/remove', f'/v1/me/sessions/{ann.session_id}/revoke'):
        for query in ('', '?_method=DELETE', '?_method=POST'):
            await ann.http.get(path + query)
    return won(the_session_ended=not await site.who(ann.cookie))


@attack('read answers from another site')
async def cors(site: Site) -> str | None:
    ann = await site.somebody()
    answers = [await ann.http.request(method, '/v1/client', headers={
        'origin': origin, 'access-control-request-method': 'GET'})
        for method in ('GET', 'OPTIONS') for origin in ('https://evil.example', 'null')]
    return won(another_origin_is_allowed=any('access-control-allow-origin' in answer.headers for answer in answers))


@attack('reach the site by a name of the attacker (DNS rebinding)')
async def host_header(site: Site) -> str | None:
    ann = await site.somebody()
    answers = [await ann.http.get(path, headers={'host': host})
               for path in ('/', '/v1/client') for host in ('evil.example', 'localhost.evil.example')]
    return won(it_answers=any(answer.status_code == 200 for answer in answers),
               it_writes_the_name='evil.example' in (await site.browser().get(
                   '/', headers={'x-forwarded-host': 'evil.example', 'x-forwarded-prefix': '//evil.example'})).text)


@attack('lead people to another site after they have signed in')
async def open_redirect(site: Site) -> str | None:
    targets = ('https://evil.example', '//evil.example', '/\\evil.example', '/%09/evil.example', 'javascript:alert(1)')
    heard = [await site.raw(f'GET {path}?redirect_url={quote(target)} HTTP/1.1\r\nHost: localhost\r\n'
                            'Connection: close\r\n\r\n'.encode())
             for path in ('/sign-in', '/sign-up', '/account') for target in targets]
    places = [place for one in heard for place in re.findall(rb'\nlocation: *([^\r]*)', one.lower())]
    return won(it_redirects_there=any(b'evil.example' in place.partition(b'?')[0] or place.startswith(b'javascript')
                                      for place in places),
               the_page_links_there=any(b'href="https://evil.example' in one for one in heard))


@attack('write headers of the answer by line breaks')
async def header_injection(site: Site) -> str | None:
    heard = [await site.raw(f'GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'.encode())
             for path in ('/sign-in?redirect_url=/%0d%0aInjected:%20yes', '/%0d%0aInjected:%20yes',
                          '/account/%0d%0aInjected:%20yes/')]
    return won(a_header_was_injected=any(b'\ninjected:' in one.lower() for one in heard))


@attack('smuggle a request within another one')
async def smuggling(site: Site) -> str | None:
    head = 'POST /v1/client/sign_ins HTTP/1.1\r\nHost: localhost\r\n'
    tail = 'GET /v1/client HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
    ambiguous = (f'{head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{tail}',
                 f'{head}Content-Length: 0\r\nContent-Length: {len(tail)}\r\n\r\n{tail}',
                 f'{head}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{tail}',
                 f'{head}Transfer-Encoding : chunked\r\nContent-Length: 0\r\n\r\n{tail}')
    heard = [await site.raw(sent.encode()) for sent in ambiguous]
    return won(two_answers_to_one_request=any(one.count(b'HTTP/1.1 200') for one in heard))


@attack('read files of the server')
async def traversal(site: Site) -> str | None:
    heard = [await site.raw(f'GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'.encode())
             for folder in ('/_live_sessions/', '/_nicegui/', '/_nicegui/3.18.0/static/', '/')
             for path in (f'{folder}../../../../../../etc/passwd', f'{folder}..%2f..%2f..%2f..%2fetc/passwd',
                          f'{folder}....//....//etc/passwd', f'{folder}../pyproject.toml', f'{folder}..%5c.env',
                          f'{folder}%2e%2e/main.py', f'{folder}.env', f'{folder}data/live-sessions.db')]
    return won(a_file_was_read=any(found in one for one in heard for found in
                                   (b'root:x:', b'requires-python', b'DATABASE_URL', b'def main', b'SQLite format')))


@attack('let a cache keep the page of somebody')
async def cache_deception(site: Site) -> str | None:
    ann = await site.somebody()
    answers = [await ann.http.get(path) for path in ('/v1/client', '/v1/client/x.css', '/account', '/account/x.css',
                                                     '/account;x.js', '/v1/client%2fx.js')]
    return won(what_is_anns_may_be_cached=any(
        ann.address in answer.text and 'no-store' not in answer.headers.get('cache-control', '') for answer in answers))


@attack('send bodies that are too large, too deep or packed')
async def bodies(site: Site) -> str | None:
    browser = site.browser()
    answers = [await browser.post('/v1/client/sign_ins', content=content, headers=headers) for content, headers in (
        (b'x=' + b'a' * 3_000_000, {'content-type': 'application/x-www-form-urlencoded'}),
        (b'[' * 15_000, {'content-type': 'application/json'}),
        (b'\x1f\x8b' + b'\0' * 1000, {'content-type': 'application/json', 'content-encoding': 'gzip'}),
        (b'a=1&' * 2000, {'content-type': 'application/x-www-form-urlencoded'}))]
    return won(the_server_failed=any(answer.status_code >= 500 for answer in answers))


@attack('be somebody else by forged headers of a proxy')
async def forged_proxy(site: Site) -> str | None:
    ann = await site.somebody()
    forged = {'x-forwarded-for': '203.0.113.66', 'forwarded': 'for=203.0.113.66', 'x-real-ip': '203.0.113.66',
              'cf-connecting-ip': '203.0.113.66', 'true-client-ip': '203.0.113.66'}
    await ann.http.post('/v1/client/sign_ins', headers=forged,
                        data={'identifier': ann.address, 'password': PASSWORD})
    devices = await ann.http.get('/v1/me/sessions/active', headers=forged)
    return won(a_forged_address_is_shown='203.0.113.66' in devices.text)
