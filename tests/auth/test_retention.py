"""What is kept no longer is purged: in portions, by any number of processes, and nothing that is still needed."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, select
from sqlalchemy.engine import Engine
from sqlmodel import col

from auth import Auth, Settings
from auth.changes.purger import Purger
from auth.rules import retention
from auth.rules.retention import AT_ONCE, PURGES, note_ends, purge_clients, purge_sessions
from auth.rules.sessions import sign_out
from auth.rules.sign_in import SignedIn
from auth.rules.violations import Violation, note_violations
from models import AuditEvent, Client, Session, User
from models.types import new_ordered_id
from tests.rules import Rules
from tests.running import both_stores, either_store, only_on_sqlite

FOR_EVER = Settings(ended_session_days=0, unused_client_days=0, failed_attempt_days=0, audit_event_days=0,
                    policy_report_days=0, outbox_days=0)


def purger(rules: Rules, **settings: Any) -> Purger:
    auth = rules.auth
    return Purger(Auth(auth.store, auth.settings.model_copy(update=settings), auth.now, auth.passwords,
                       replace(auth.timing, purge_pause_seconds=0.0)))


def count(rules: Rules, table: str, where: str = '1 = 1') -> int:
    return rules.sql(f'SELECT count(*) FROM {table} WHERE {where}')[0][0]


@pytest.fixture
async def ann(rules: Rules) -> SignedIn:
    """Ann, signed in."""
    return await rules.sign_up()


@pytest.fixture
async def ended(rules: Rules, ann: SignedIn) -> SignedIn:
    """A session that its person has signed out of, found by the purger."""
    await rules.auth.run(sign_out, await rules.here(ann.token))
    await purger(rules).purge()
    return ann


async def test_a_session_that_has_ended_is_kept_for_its_time_and_then_purged_with_its_client(
        rules: Rules, ended: SignedIn) -> None:
    bob = await rules.sign_up('bob@example.com')
    rules.clock.forward(days=89)
    await purger(rules).purge()
    kept = count(rules, 'session')
    rules.clock.forward(days=2)
    rules.sql("UPDATE session SET expire_at = '2100-01-01' WHERE id = ?", bob.session_id)
    await purger(rules).purge()

    assert kept == 2
    assert rules.sql('SELECT id FROM session') == [(bob.session_id,)]
    assert rules.sql('SELECT id FROM client') == [(bob.token.client_id,)]
    assert ('signed_out', ended.user_id) in rules.events('action', 'user_id')


async def test_a_session_ended_by_sql_or_by_a_status_that_nobody_knows_is_kept_from_when_it_is_found(
        rules: Rules, ann: SignedIn) -> None:
    rules.clock.forward(days=300)  # nobody looked
    rules.sql("UPDATE session SET status = 'nonsense', last_active_at = created_at WHERE id = ?", ann.session_id)

    await purger(rules).purge()
    rules.clock.forward(days=91)
    there = count(rules, 'session')
    await purger(rules).purge()

    assert (there, count(rules, 'session')) == (1, 0)


async def test_whoever_is_signed_in_is_never_purged(rules: Rules, ann: SignedIn) -> None:
    rules.sql("UPDATE session SET expire_at = '2100-01-01', abandon_at = NULL, ended_at = '2000-01-01'")
    rules.clock.forward(days=3000)

    await purger(rules).purge()

    assert await rules.active(ann.token) == ann.session_id


async def test_with_zero_everything_is_kept_for_ever(rules: Rules, ended: SignedIn) -> None:
    await rules.auth.run(note_violations, {Violation('/', 'img-src', 'inline', ''): 1})
    before = rules.everything()
    rules.clock.forward(days=36_000)

    await purger(rules, **FOR_EVER.model_dump()).purge()

    assert rules.everything() == before
    assert count(rules, 'policy_violation') == 1


async def test_events_of_attempts_that_failed_are_kept_for_a_shorter_time_than_others(rules: Rules, ann: SignedIn
                                                                                      ) -> None:
    at = rules.clock()
    await rules.auth.store.run(lambda db: db.execute(insert(AuditEvent), [
        event_of(action, at) for action in ('sign_in_failed', 'wrong_password', 'sign_in_refused', 'revoked')]))
    rules.clock.forward(days=31)
    await purger(rules).purge()
    after_a_month = {action for (action,) in rules.events()}
    rules.clock.forward(days=335)
    await purger(rules).purge()

    assert after_a_month == {'signed_up', 'signed_in', 'revoked'}
    assert rules.events() == []


def event_of(action: str, at: datetime) -> dict[str, Any]:
    return {'id': new_ordered_id('evt'), 'at': at, 'action': action, 'ip_address': '192.0.2.1', 'user_agent': 'x',
            'actor': ''}


@either_store
def test_a_failed_attempt_is_never_kept_for_longer_than_other_events() -> None:
    assert Settings(failed_attempt_days=30, audit_event_days=7).attempts_kept == timedelta(days=7)
    assert Settings(failed_attempt_days=0, audit_event_days=7).attempts_kept == timedelta(days=7)
    assert Settings(failed_attempt_days=7, audit_event_days=0).attempts_kept == timedelta(days=7)
    assert Settings(failed_attempt_days=0, audit_event_days=0).attempts_kept is None


@both_stores
async def test_what_browsers_refused_is_purged_when_they_do_no_longer(rules: Rules) -> None:
    old, new = Violation('/', 'img-src', 'inline', ''), Violation('/', 'img-src', 'eval', '')
    await rules.auth.run(note_violations, {old: 1})
    rules.clock.forward(days=31)
    await rules.auth.run(note_violations, {new: 1})

    await purger(rules).purge()

    assert rules.sql('SELECT blocked FROM policy_violation') == [('eval',)]


@either_store
async def test_mails_in_the_outbox_are_deleted_and_nothing_else_there(rules: Rules, tmp_path: Path) -> None:
    for name in ('old.eml', 'new.eml', 'old.txt'):
        (tmp_path / name).touch()
        if 'old' in name:
            os.utime(tmp_path / name, (time.time() - 8 * 86400,) * 2)

    await purger(rules, mail_outbox=str(tmp_path)).purge()

    assert {'new.eml', 'old.txt', 'old.eml'} & {*os.listdir(tmp_path)} == {'new.eml', 'old.txt'}


async def many(rules: Rules, clients: int, *, status: str = 'removed') -> None:
    """Rows of long ago: clients with a session that has ended, and an event."""
    at = rules.clock() - timedelta(days=1000)

    def write(db: Connection) -> None:
        if db.execute(select(User).where(col(User.id) == 'user_1')).first() is None:
            db.execute(insert(User).values(id='user_1', email_address='a@example.com', password_hash='',
                                           password_changed_at=at, created_at=at))
        names = [f'{number:07}' for number in range(clients)]
        db.execute(insert(Client), [{'id': f'client_{name}', 'secret_hash': '', 'created_at': at} for name in names])
        db.execute(insert(Session), [{
            'id': f'sess_{name}', 'user_id': 'user_1', 'client_id': f'client_{name}', 'status': status,
            'created_at': at, 'last_active_at': at, 'expire_at': at, 'ended_at': at} for name in names])
        db.execute(insert(AuditEvent), [event_of('signed_out', at) for _ in names])

    await rules.auth.store.run(write)


async def test_several_processes_purge_at_once_and_each_portion_is_small(rules: Rules) -> None:
    await many(rules, 3 * AT_ONCE + 7)
    await rules.changes()
    left = [await rules.auth.run(purge_sessions, rules.auth.settings)]
    left_in_store = count(rules, 'session')

    await asyncio.gather(*(purger(rules).purge() for _ in range(3)))
    for _ in range(4):
        await purger(rules).purge()
    told = await rules.changes()

    assert left == [True]
    assert left_in_store == 2 * AT_ONCE + 7
    assert [count(rules, table) for table in ('session', 'audit_event')] == [0, 0]
    assert not told.user_ids  # nobody's lists are read again for it


async def test_clients_without_a_session_are_found_portion_by_portion(rules: Rules, ann: SignedIn) -> None:
    await many(rules, 2 * AT_ONCE)
    rules.sql("UPDATE session SET status = 'active', expire_at = '2100-01-01' WHERE id = 'sess_0000003'")
    while await rules.auth.run(purge_sessions, rules.auth.settings):
        pass

    after = await rules.auth.run(purge_clients, rules.auth.settings, '')
    after_two = await rules.auth.run(purge_clients, rules.auth.settings, after)
    last = await rules.auth.run(purge_clients, rules.auth.settings, after_two)

    assert (bool(after), last) == (True, '')
    assert {client_id for (client_id,) in rules.sql('SELECT id FROM client')} == {'client_0000003', ann.token.client_id}


async def test_a_process_that_is_killed_in_a_portion_has_purged_it_or_not(rules: Rules, monkeypatch: pytest.MonkeyPatch
                                                                        ) -> None:
    await many(rules, 5)

    monkeypatch.setattr(retention, 'WrongPasswords', None)  # it fails between its statements
    with pytest.raises(Exception):  # noqa: B017, PT011
        await rules.auth.run(purge_sessions, rules.auth.settings)
    monkeypatch.undo()
    kept = count(rules, 'session')
    await purger(rules).purge()

    assert (kept, count(rules, 'session')) == (5, 0)


@only_on_sqlite
async def test_nothing_is_purged_by_looking_at_every_row(rules: Rules) -> None:
    statements: list[tuple[str, Any]] = []

    def note(conn: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    await many(rules, 3)
    event.listen(Engine, 'before_cursor_execute', note)
    try:
        for verb in PURGES:
            await rules.auth.run(verb, rules.auth.settings)
        await rules.auth.run(purge_clients, rules.auth.settings)
    finally:
        event.remove(Engine, 'before_cursor_execute', note)

    for statement, parameters in statements:
        if statement.startswith(('SELECT', 'UPDATE', 'DELETE')):
            plan = ' '.join(row[3] for row in rules.sql(f'EXPLAIN QUERY PLAN {statement}', *parameters))
            assert 'USING' in plan, (statement, plan)
            assert 'SCAN' not in plan.replace('SCAN client USING', ''), (statement, plan)


async def test_an_end_is_noted_once(rules: Rules, ended: SignedIn) -> None:
    noted = rules.moment('SELECT ended_at FROM session')
    rules.clock.forward(days=1)

    await rules.auth.run(note_ends, rules.auth.settings)

    assert noted == rules.moment('SELECT ended_at FROM session') != rules.clock()
