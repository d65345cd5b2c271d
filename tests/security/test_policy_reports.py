"""What browsers report is kept by kind, without what is private, and within bounds whoever sends it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import expect

from auth.errors import NotAllowed
from auth.rules.actor import by_admin, by_command_line
from auth.rules.violations import MOST_KINDS as MOST_STORED
from auth.rules.violations import Violation, find_violations, note_violations
from auth.web.policy_reports import MAX_BYTES, MOST_A_MINUTE, MOST_KINDS, MOST_OF_A_NETWORK, PolicyReports
from auth.web.report_reader import read_report
from auth.web.routes import Routes
from pages import ROUTES
from tests.apps import SERVE
from tests.browser.devices import MakeDevice, a_new_address
from tests.programs import CHEAP_PASSWORDS
from tests.rules import Rules
from tests.running import both_stores, either_store
from tests.server import Server

from .conftest import Start

TABLE = Routes(ROUTES)
CSP_2, API = 'application/csp-report', 'application/reports+json'


def csp_2(**more: Any) -> Any:
    return {'csp-report': {'document-uri': 'https://example.com/account?token=secret#x', 'blocked-uri': 'inline',
                           'effective-directive': 'script-src-elem', **more}}


def reporting_api(**more: Any) -> Any:
    return [{'type': 'csp-violation', 'url': 'https://example.com/', 'body': {
        'documentURL': 'https://example.com/account?token=secret', 'blockedURL': 'https://evil.example/steal?it=secret',
        'effectiveDirective': 'img-src', 'sample': 'my secret', **more}}]


def read(sent: Any) -> list[Violation]:
    return list(read_report(json.loads(json.dumps(sent)), TABLE))


def test_both_forms_of_a_report_are_read_and_nothing_private_is_kept() -> None:
    own = 'https://example.com/_live_sessions/0123456789abcdef/live/api.js?secret'

    assert read(csp_2()) == [Violation('/account', 'script-src-elem', 'inline', '')]
    assert read(reporting_api()) == [Violation('/account', 'img-src', 'https://evil.example', '')]
    assert read(csp_2(**{'source-file': own, 'line-number': 7})) == [
        Violation('/account', 'script-src-elem', 'inline', '/_live_sessions/live/api.js:7')]
    assert read(reporting_api(sourceFile='https://cdn.example/secret.js', lineNumber=1))[0].source == \
        'https://cdn.example:1'
    assert read(csp_2(**{'document-uri': 'https://example.com/secret-path'}))[0].page == 'something else'
    assert read(csp_2(**{'blocked-uri': 'wss://a.example:81/x'}))[0].blocked == 'wss://a.example:81'
    assert read(csp_2(**{'blocked-uri': 'data:text/html,secret'}))[0].blocked == 'data:'


@pytest.mark.parametrize('sent', [
    None, 1, 'text', [], {}, [1], [[]], {'csp-report': 1}, {'csp-report': {}}, [{'type': 'deprecation', 'body': {}}],
    csp_2(**{'effective-directive': 'x' * 10_000}), csp_2(**{'effective-directive': 'script-src\n<b>'}),
    csp_2(**{'effective-directive': ['script-src']}), csp_2(**{'source-file': 'chrome-extension://abc/x.js'}),
    csp_2(**{'blocked-uri': 'moz-extension://abc'}), csp_2(**{'source-file': 'safari-web-extension://a/b'})])
def test_what_is_no_report_or_of_an_extension_is_left_out(sent: Any) -> None:
    assert read(sent) == []


@pytest.mark.parametrize('name', ['document-uri', 'blocked-uri', 'source-file'])
@pytest.mark.parametrize('value', ['https://[', 'x' * 100_000, '<script>alert(1)</script>', '\x1b[31m', 'https://a b/',
                                   '//', 'https://user:password@a.example/', 'javascript:1', '\ud800', 5, None, {}])
def test_whatever_an_address_holds_what_is_kept_is_short_and_plain(name: str, value: Any) -> None:
    for violation in read(csp_2(**{name: value})):
        kept = (violation.page, violation.directive, violation.blocked, violation.source)
        assert all(len(text) < 320 and text.isascii() and text.isprintable() for text in kept)
        assert 'password' not in str(kept)
        assert '<' not in str(kept)[10:]


class Counted:
    """What a browser sends to the endpoint, and what is found in the store afterwards."""

    def __init__(self, reports: PolicyReports) -> None:
        self.reports = reports
        self.statuses: list[int] = []

    async def post(self, sent: Any, kind: str = CSP_2, *, method: str = 'POST', address: str = '192.0.2.1') -> None:
        body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()

        async def receive() -> Any:
            return {'type': 'http.request', 'body': body}

        async def send(message: Any) -> None:
            if message['type'] == 'http.response.start':
                self.statuses.append(message['status'])

        await self.reports({'type': 'http', 'method': method, 'path': '/v1/policy_reports', 'query_string': b'',
                            'client': (address, 1), 'headers': [(b'content-type', kind.encode())]}, receive, send)


@asynccontextmanager
async def counting(rules: Rules) -> AsyncIterator[Counted]:
    reports = PolicyReports(rules.auth, TABLE)
    await reports.start()
    yield Counted(reports)
    await reports.stop()


async def stored(rules: Rules) -> dict[str, int]:
    return {noted.violation.blocked: noted.count
            for noted in await rules.auth.read(find_violations, by_command_line)}


async def test_the_same_is_one_row_with_a_number_whoever_reports_it(rules: Rules) -> None:
    for _ in range(2):  # two processes, or one that was started again
        async with counting(rules) as browsers:
            for _ in range(3):
                await browsers.post(csp_2())
            await browsers.post(reporting_api(), f'{API}; charset=utf-8')

    assert await stored(rules) == {'inline': 6, 'https://evil.example': 2}
    assert set(browsers.statuses) == {204}


@both_stores
async def test_a_flood_fills_neither_memory_nor_store_and_is_answered_like_any_other(
        rules: Rules, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    async with counting(rules) as flood:
        for number in range(2 * MOST_OF_A_NETWORK):
            await flood.post(csp_2(**{'blocked-uri': f'https://{number}.example'}))
        assert len(flood.reports._found) == MOST_OF_A_NETWORK
        for number in range(2 * MOST_A_MINUTE):
            await flood.post(csp_2(**{'blocked-uri': f'https://b{number}.example'}), address=f'198.51.100.{number}')
        assert len(flood.reports._found) == MOST_KINDS
        await flood.post(b'x' * (MAX_BYTES + 1))
        await flood.post(b'[' * 60_000)
        await flood.post(csp_2(), 'text/plain')

    assert set(flood.statuses) == {204}
    assert len(await stored(rules)) == MOST_KINDS
    assert len(caplog.records) == 1
    for start in range(5):
        await rules.auth.run(note_violations, {Violation('/', 'img-src', f'https://{start}-{number}.example', ''): 1
                                               for number in range(60)})
    assert rules.sql('SELECT count(*) FROM policy_violation')[0][0] == MOST_STORED


@either_store
async def test_a_report_is_posted_and_its_body_may_not_be_too_long(rules: Rules) -> None:
    async with counting(rules) as browsers:
        await browsers.post(csp_2(), method='GET')
        await browsers.post(csp_2(sample='x' * MAX_BYTES))

    assert browsers.statuses == [405, 204]
    assert await stored(rules) == {}


@either_store
async def test_only_administrators_read_what_was_refused(rules: Rules) -> None:
    ann = await rules.sign_up()

    with pytest.raises(NotAllowed):
        await rules.auth.read(find_violations, by_admin(await rules.here(ann.token)))


@either_store
async def test_what_browsers_refused_an_administrator_reads(device: MakeDevice, start: Start) -> None:
    server: Server = await start({CHEAP_PASSWORDS: 1}, speed=5, script=SERVE)
    laptop = await device(server)
    address = a_new_address()
    await laptop.sign_up(address)
    server.sql('UPDATE user SET is_admin = 1 WHERE email_address = ?', address)
    account = await laptop.tab('/account?secret=1')
    await account.page.evaluate('() => { new Image().src = "https://img.example/secret.png?secret" }')
    while not server.sql('SELECT 1 FROM policy_violation'):
        await asyncio.sleep(0.05)

    tab = await laptop.tab('/admin/policy')

    await expect(tab.see('https://img.example')).to_be_visible()
    await expect(tab.see('img-src · /account')).to_be_visible()
    await expect(tab.see('1 time')).to_be_visible()
    await laptop.context.close()
    server.stop()
    assert 'img.example' in account.violations.pop()
    account.complaints.clear()
    assert server.log.count('a browser refused https://img.example on the page /account') == 1
    assert 'secret' not in server.log
