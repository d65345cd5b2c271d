"""Who may ask how a server does, and what it is told."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from auth import Settings
from auth.live.gauges import gauges_of
from auth.live.tabs import Tabs
from auth.monitoring.loop_lag import EVERY_SECONDS, LoopLag
from auth.monitoring.metrics import OUTCOMES, REASONS, Metrics
from auth.rules.devices import revoke_others
from auth.rules.profile import delete_account
from auth.rules.sessions import end_overdue, sign_out
from auth.web.gateway import Gateway
from auth.web.monitoring import PATHS, Monitoring
from auth.web.waiting_pages import WaitingPages
from tests.auth.conftest import frontend_api_of, nothing_behind, sign_in, sign_up
from tests.following import Following, NoTabs
from tests.patience import PATIENCE_SECONDS
from tests.rules import FAST_TO_HEAR, LAPTOP, PASSWORD, Rules
from tests.running import either_store

TOKEN = 'a-token-that-nobody-guesses'
HERE = '127.0.0.1'


class Site:
    """The gateway of some rules, with what looks after it."""

    def __init__(self, rules: Rules, following: Following, **settings: Any) -> None:
        auth = rules.auth
        given = Settings(database_url=rules.database.url, **settings)
        tabs = Tabs(auth, following.clients, following.sync, following.deadlines)
        auth.passwords.turns.on_turn = auth.metrics.hash_wait.observe
        self.monitoring = Monitoring(replace(auth, settings=given), following.sync,
                                     gauges_of(tabs, (), following.sync, auth.passwords.turns))

        self.app = Gateway(nothing_behind, sockets=nothing_behind, routes={}, clients=following.clients,
                           api=frontend_api_of(auth, following.clients), hosts=given.hosts,
                           proxies=given.proxies, waiting=WaitingPages(given), monitoring=self.monitoring)

    def browser(self, peer: str = HERE, host: str = 'localhost') -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, client=(peer, 4321))
        return httpx.AsyncClient(transport=transport, base_url=f'http://{host}')

    async def ask(self, path: str = '/metrics', *, peer: str = HERE, host: str = 'localhost', method: str = 'GET',
                  **headers: str) -> httpx.Response:
        async with self.browser(peer, host) as browser:
            return await browser.request(method, path, headers={name.replace('_', '-'): value
                                                                for name, value in headers.items()})


@pytest.fixture
async def following(rules: Rules) -> AsyncIterator[Following]:
    following = Following(rules.auth)
    await following.start(NoTabs())
    yield following
    await following.stop()


@pytest.fixture
def site(rules: Rules, following: Following, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Site]:
    for part in ('readiness', 'mail_queue'):
        monkeypatch.setattr(f'auth.web.monitoring.{part}.ANSWER_SECONDS', PATIENCE_SECONDS)
    return lambda **settings: Site(rules, following, **settings)


@either_store
async def test_each_path_says_what_it_is_for_and_for_strangers_there_is_nothing(site: Callable[..., Site]) -> None:
    here = site()

    answers = {path: await here.ask(path) for path in PATHS}
    strangers = [await here.ask(path, x_forwarded_for='192.0.2.7') for path in PATHS]
    nowhere = await here.ask('/nowhere')

    assert answers['/healthz'].text == 'alive\n'
    assert answers['/readyz'].json() == {'ready': True, 'parts': {
        'store': 'ready', 'change_feed': 'ready', 'mail_queue': 'ready'}}
    assert 'live_sessions_tabs{status="signed_in"} 0.0' in answers['/metrics'].text
    assert {answer.status_code for answer in answers.values()} == {200}
    assert {(answer.status_code, answer.text) for answer in strangers} == {(404, nowhere.text)}


@either_store
async def test_who_has_the_token_may_ask_by_any_name(site: Callable[..., Site]) -> None:
    here = site(metrics_token=TOKEN, public_url='https://example.com')

    answer = await here.ask(peer='192.0.2.7', host='backend.example.net', authorization=f'Bearer {TOKEN}')

    assert answer.status_code == 200


@either_store
async def test_it_can_only_be_read_and_nobody_keeps_it(site: Callable[..., Site]) -> None:
    for path in sorted(PATHS):
        assert (await site().ask(path, method='POST')).status_code == 405
        head, got = await site().ask(path, method='HEAD'), await site().ask(path)
        assert (head.status_code, head.text, head.headers['content-type']) == (200, '', got.headers['content-type'])
        assert got.headers['cache-control'] == 'no-store'
        assert got.headers['x-content-type-options'] == 'nosniff'


async def test_what_people_do_is_counted_when_it_is_committed(rules: Rules, site: Callable[..., Site]) -> None:
    here, metrics = site(), rules.auth.metrics
    before = numbers(metrics)

    async with here.browser() as laptop, here.browser() as phone:
        await sign_up(laptop)
        await sign_in(phone)
        await phone.post('/v1/client/sign_ins', data={'identifier': 'ann@example.com', 'password': 'wrong'})
        await phone.post('/v1/client/sign_ins', data={'identifier': 'ann@example.com', 'password': ''})
        await laptop.post('/v1/me/sessions/revoke_others')
        await laptop.delete('/v1/client/sessions')

    assert changed(before, metrics) == {
        'sign_ins_total{signed_up}': 1, 'sign_ins_total{signed_in}': 1, 'sign_ins_total{wrong}': 1,
        'sign_ins_total{refused}': 1, 'sessions_ended_total{signed_out}': 1, 'sessions_ended_total{revoked}': 1}


async def test_every_way_to_end_a_session_is_counted_by_its_reason(rules: Rules) -> None:
    metrics = rules.auth.metrics
    laptop, phone, tablet = await rules.sign_up(), await rules.sign_in(), await rules.sign_in()
    before = numbers(metrics)

    await rules.auth.run(sign_out, await rules.client(phone.token))
    await rules.auth.run(revoke_others, await rules.client(laptop.token))
    rules.clock.forward(days=8)
    while await rules.auth.run(end_overdue):
        pass

    assert changed(before, metrics) == {'sessions_ended_total{signed_out}': 1, 'sessions_ended_total{revoked}': 1,
                                        'sessions_ended_total{expired}': 1}
    assert rules.status(tablet.session_id) == 'revoked'


async def test_an_act_that_is_refused_or_called_off_counts_nothing(rules: Rules) -> None:
    laptop = await rules.sign_up()
    client = await rules.client(laptop.token)
    before = numbers(rules.auth.metrics)

    def changes_its_mind(db: Any, now: Any) -> None:
        sign_out(db, now, client)
        raise LookupError

    with pytest.raises(LookupError):
        await rules.auth.run(changes_its_mind)
    await rules.auth.run(lambda db, now: None)  # on the same connection

    assert changed(before, rules.auth.metrics) == {}
    assert rules.status(laptop.session_id) == 'active'


async def test_a_deleted_account_ends_its_sessions_and_one_too_many_replaces_another(
        rules_with: Callable[..., Rules]) -> None:
    rules = rules_with(max_sessions_per_user=1)
    metrics = rules.auth.metrics
    await rules.sign_up()
    before = numbers(metrics)

    laptop = await rules.sign_in()
    await delete_account(rules.auth, await rules.client(laptop.token), password=PASSWORD,
                         confirmation='delete my account', request_info=LAPTOP)

    assert changed(before, metrics) == {'sessions_ended_total{replaced}': 1,
                                        'sessions_ended_total{account_deleted}': 1}


@pytest.mark.parametrize('timing', [FAST_TO_HEAR])
async def test_what_cannot_do_its_work_is_told_by_its_part(rules: Rules, site: Callable[..., Site],
                                                          following: Following) -> None:
    here = site()

    with rules.database.away():
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (away := await here.ask('/readyz')).status_code == 200 or not following.sync.is_out_of_sync:
                await asyncio.sleep(0.05)
            away = await here.ask('/readyz')
        health, metrics = await here.ask('/healthz'), await here.ask()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await here.ask('/readyz')).status_code != 200:
            await asyncio.sleep(0.05)

    assert away.status_code == 503
    assert away.json()['parts']['store'] in {'cannot be reached', 'does not answer in time'}
    assert away.json()['parts']['change_feed'] == 'out of sync with the store'
    assert 'live.db' not in away.text
    assert health.status_code == metrics.status_code == 200
    assert 'live_sessions_in_sync 0.0' in metrics.text
    assert rules.auth.metrics.store_refusals.collect()


@either_store
async def test_mails_that_wait_for_long_are_told_and_may_be_left_out(rules: Rules, site: Callable[..., Site]) -> None:
    here = site(mail_outbox='outbox')
    rules.sql("INSERT INTO mail (id, kind, details, email_address, language, created_at, due_at, expire_at, attempts) "
              "VALUES ('mail_1', 'x', '{}', 'ann@example.com', '', ?, ?, ?, 0)",
              *['2026-01-01 11:45:00.000000'] * 2, '2026-01-02 12:00:00.000000')

    late, left_out = await here.ask('/readyz'), await here.ask('/readyz?exclude=mail_queue')
    metrics = await here.ask()
    without_mail = await site().ask('/readyz')

    assert (late.status_code, late.json()['parts']['mail_queue']) == (503, 'the oldest mail has waited for 15 minutes')
    assert (left_out.status_code, left_out.json()['parts']) == (200, late.json()['parts'])
    assert 'live_sessions_mail_waiting 1.0\n' in metrics.text
    assert 'live_sessions_mail_oldest_seconds 900.0\n' in metrics.text
    assert 'example.com' not in metrics.text + late.text
    assert without_mail.status_code == 200


class Screen:
    """Shows the client that it is told."""

    def __init__(self, *client_ids: str) -> None:
        self.client_ids = set(client_ids)

    def shown_clients(self) -> set[str]:
        return self.client_ids

    def show(self, clients: object) -> None:
        pass

    def explain(self) -> None:
        pass

    def hide(self) -> None:
        pass


async def test_the_delay_from_a_commit_to_the_tabs_is_measured_whoever_committed(rules: Rules) -> None:
    laptop = await rules.sign_up()
    screen = Screen(laptop.token.client_id)
    following, began = Following(rules.auth), time.monotonic()
    await following.start(screen)
    delay = rules.auth.metrics.push_delay

    measured: list[float] = []
    for act in (rules.auth.run(sign_out, await rules.client(laptop.token)),
                rules.elsewhere("UPDATE session SET status = 'revoked'")):
        before = delay._sum.get()
        await act
        async with asyncio.timeout(PATIENCE_SECONDS):
            while delay._sum.get() == before:
                await asyncio.sleep(0.005)
        measured.append(delay._sum.get() - before)
    await following.stop()

    assert all(0 < seconds < time.monotonic() - began for seconds in measured)


async def test_how_late_the_event_loop_is_is_measured_and_then_no_more() -> None:
    metrics = Metrics()
    lag = LoopLag(metrics.loop_lag)

    await lag.start()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not metrics.loop_lag._sum.get():
            await asyncio.sleep(EVERY_SECONDS / 5)
    await lag.stop()

    assert lag._next is not None
    assert lag._next.cancelled()


async def test_how_long_a_password_waited_for_its_turn_is_counted(rules: Rules) -> None:
    waits: list[float] = []
    rules.auth.passwords.turns.on_turn = waits.append

    await asyncio.gather(*(rules.auth.passwords.hash(PASSWORD) for _ in range(5)))

    assert len(waits) == 5
    assert min(waits) >= 0
    assert (rules.auth.passwords.turns.waiting, rules.auth.passwords.turns.running) == (0, 0)


@either_store
async def test_each_sample_has_a_help_text_and_a_name_of_ours(site: Callable[..., Site]) -> None:
    text = (await site().ask()).text

    names = set(re.findall(r'^([a-z_]+)[{ ]', text, re.MULTILINE))
    helped = set(re.findall(r'^# HELP ([a-z_]+) .+$', text, re.MULTILINE))
    assert all(name.startswith(('live_sessions_', 'process_')) for name in names)
    assert all(name in helped or re.sub(r'_(bucket|sum|count|total)$', '', name) in helped for name in names)
    assert len(OUTCOMES) == text.count('live_sessions_sign_ins_total{')
    assert len(REASONS) == text.count('live_sessions_sessions_ended_total{')
    assert '@' not in text


def numbers(metrics: Metrics) -> dict[str, float]:
    """The counters of sign-ins and ends."""
    return {f'{sample.name.removeprefix("live_sessions_")}{{{",".join(sample.labels.values())}}}': sample.value
            for counter in (metrics.sign_ins, metrics.sessions_ended) for family in counter.collect()
            for sample in family.samples if sample.name.endswith('_total')}


def changed(before: dict[str, float], metrics: Metrics) -> dict[str, float]:
    """By how much they have grown."""
    return {name: value - before[name] for name, value in numbers(metrics).items() if value != before[name]}
