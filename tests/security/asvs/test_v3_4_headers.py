"""V3.4 Browser security mechanism headers."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.running import either_store

pytestmark = either_store

DOCUMENTS = ('/', '/sign-in', '/account', '/demo', '/no-such-page')
ANSWERS = (*DOCUMENTS, '/v1/client', '/v1/no-such-path', '/_live_sessions/app.css', '/account/', '/favicon.ico')


@pytest.fixture
async def answers(visitor: httpx.AsyncClient) -> dict[str, httpx.Response]:
    """Answers of every kind, over https: pages, data, files, redirects and refusals."""
    found = {path: await visitor.get(path) for path in ANSWERS}
    found['refused'] = await visitor.post('/v1/client/sign_ins', headers={'origin': 'https://evil.example'})
    found['not allowed'] = await visitor.request('TRACE', '/')
    found['unknown host'] = await visitor.get('/', headers={'host': 'evil.example'})
    assert {answer.status_code for answer in found.values()} >= {200, 403, 404, 405, 421}
    return found


Answers = dict[str, httpx.Response]


def without(answers: Answers, name: str, pattern: str) -> list[str]:
    """Which answers do not have a header that reads so."""
    return [path for path, answer in answers.items() if not re.search(pattern, answer.headers.get(name, ''))]


async def test_v3_4_1_browsers_come_by_https_alone_for_a_year(answers: Answers) -> None:
    lasting = [re.fullmatch(r'max-age=(\d+); includeSubDomains', answer.headers['strict-transport-security'])
               for answer in answers.values()]

    assert all(found and int(found[1]) >= 365 * 24 * 3600 for found in lasting)


async def test_v3_4_2_no_other_origin_may_read_an_answer(visitor: httpx.AsyncClient) -> None:
    for method in ('GET', 'OPTIONS', 'HEAD'):
        for path in ANSWERS:
            answer = await visitor.request(method, path, headers={
                'origin': 'https://evil.example', 'access-control-request-method': 'POST'})

            assert not [name for name in answer.headers if name.startswith('access-control-')]


async def test_v3_4_3_only_scripts_of_this_site_and_of_this_answer_run(
        answers: Answers, visitor: httpx.AsyncClient) -> None:
    assert without(answers, 'content-security-policy', "base-uri 'none'") == []
    assert without(answers, 'content-security-policy', "object-src 'none'|default-src 'none'") == []
    nonces: set[str] = set()
    for page in (answers['/'], answers['/sign-in'], await visitor.get('/')):
        policy = page.headers['content-security-policy']
        scripts = re.search(r"script-src ([^;]*)", policy)
        assert scripts
        assert "'unsafe-inline'" not in scripts[1]
        assert 'http' not in scripts[1]
        nonces.update(re.findall(r"'nonce-([^']{20,})'", scripts[1]))
    assert len(nonces) == 3


async def test_v3_4_4_no_answer_is_taken_for_what_it_is_not(answers: Answers) -> None:
    assert without(answers, 'x-content-type-options', '^nosniff$') == []


async def test_v3_4_5_no_other_site_learns_an_address_of_this_one(answers: Answers) -> None:
    assert without(answers, 'referrer-policy', '^(same-origin|no-referrer)$') == []


async def test_v3_4_6_no_page_may_be_put_into_a_frame_but_the_panes_of_the_demo(
        answers: Answers, visitor: httpx.AsyncClient) -> None:
    assert without(answers, 'content-security-policy', "frame-ancestors 'none'") == []
    pane = await visitor.get('/demo/pane?name=left')
    assert pane.status_code == 200
    assert "frame-ancestors 'self'" in pane.headers['content-security-policy']


async def test_v3_4_7_a_violation_is_reported(answers: Answers, visitor: httpx.AsyncClient) -> None:
    policy = answers['/'].headers['content-security-policy']

    found = re.search(r'report-uri (/[^;]*)', policy)

    assert found
    told = await visitor.post(found[1].strip(), headers={'content-type': 'application/csp-report'}, content=(
        b'{"csp-report": {"document-uri": "https://site.example/", "violated-directive": "script-src"}}'))
    assert told.status_code < 300


async def test_v3_4_8_no_other_window_reaches_a_document(answers: Answers) -> None:
    assert without(answers, 'cross-origin-opener-policy', '^same-origin$') == []
