"""What is kept of a person: they can read all of it, and after a deletion nothing of it is left but ids and times."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from auth.errors import ReverificationRequired
from auth.rules.actor import by_command_line
from auth.rules.admin import set_admin, set_disabled
from auth.rules.erasure import erase_user
from auth.rules.limits import Act
from auth.rules.personal_data import LEFT_OUT, export_of, export_own, read_personal_data
from auth.rules.sign_in import SignedIn
from models import METADATA, Model
from tests.rules import LAPTOP, PASSWORD, PHONE, Rules
from tests.running import both_stores, either_store, only_on_sqlite

from .conftest import Api, sign_up

NOT_ABOUT_ANYBODY = {'change', 'guesses', 'policy_violation', 'replaced_secret', 'secret_key',
                     'signing_key'}
"""Tables that hold nothing of a person: ids of rows that are gone, counts, pages as the routes name them, hashes of
what was of use a minute ago, and keys of the site."""

EVENT_STAYS = {'id', 'at', 'action', 'user_id', 'client_id', 'session_id', 'actor', 'times'}
"""What stays of an audit event."""


@pytest.fixture
async def ann(rules: Rules) -> SignedIn:
    """Ann, of whom there is something in every table."""
    ann = await rules.sign_up('ann.unmistakable@example.com', first_name='Annabella', last_name='Unmistakable')
    client = await rules.here(ann.token)
    await rules.sign_in('ann.unmistakable@example.com', request_info=PHONE)
    rules.sql("UPDATE session SET device_name = 'the red laptop'")
    for identifier in ('ann.unmistakable@example.com', ann.user_id):
        await rules.auth.limits.check(Act.MAIL, account=identifier, address='203.0.113.9')
    await rules.auth.limits.check(Act.CURRENT_PASSWORD, account=ann.user_id, client_id=client.id)
    rules.sql('INSERT INTO wrong_passwords VALUES (?, 1)', ann.session_id)
    rules.sql('INSERT INTO mail (id, kind, details, email_address, user_id, created_at, due_at, expire_at) '
              "VALUES ('mail_1', 'new_device', '{}', 'ann.unmistakable@example.com', ?, '2026-01-01', '2026-01-01', "
              "'2027-01-01')", ann.user_id)
    rules.sql("INSERT INTO mailed_link VALUES ('hash', 'undo_address_change', ?, 'ann.unmistakable@example.com', "
              "'2026-01-01', '2027-01-01')", ann.user_id)
    rules.sql("INSERT INTO address_confirmation VALUES ('hash', 'unmistakable@new.example', ?, '', '', '', ?, '', '', "
              "'2027-01-01', 0, 1, '2026-01-01', '2027-01-01', '')", ann.user_id, False)
    rules.sql("INSERT INTO account_value VALUES (?, 'note', '\"unmistakable\"', '2026-01-01')", ann.user_id)
    rules.sql("INSERT INTO invitation VALUES ('inv_1', 'hash', 'ann.unmistakable@example.com', 'command line', '', "
              "'2026-01-01', '2027-01-01')")
    return ann


async def test_a_person_reads_every_column_of_every_row_that_is_theirs(rules: Rules, ann: SignedIn) -> None:
    await rules.sign_up('bob@example.com')

    found = await rules.auth.run(export_own, await rules.here(ann.token), request_info=LAPTOP)

    tables: dict[str, Any] = {table.name: table for table in METADATA.sorted_tables}
    assert {*tables} - {*found} == NOT_ABOUT_ANYBODY
    left_out = {model.__tablename__: {*names} for model, names in LEFT_OUT.items()}
    for name, table in tables.items():
        if name in found:
            assert found[name], name
            assert {*found[name][0]} == {column.name for column in table.columns} - left_out.get(name, set()), name
    assert len(found['session']) == 2
    assert 'bob' not in str(found)
    assert found['complete'] is True
    assert found['audit_event'][0]['action'] == 'data_exported'


async def test_it_needs_a_password_that_was_given_a_moment_ago(rules: Rules, ann: SignedIn) -> None:
    rules.clock.forward(minutes=11)

    with pytest.raises(ReverificationRequired):
        await rules.auth.run(export_own, await rules.here(ann.token), request_info=LAPTOP)

    assert ('data_exported',) not in rules.events()


async def test_where_an_administrator_sits_and_whom_one_has_dealt_with_is_not_told(rules: Rules, ann: SignedIn
                                                                                  ) -> None:
    bob = await rules.sign_up('bob@example.com')
    rules.sql("UPDATE audit_event SET actor = ?, ip_address = '203.0.113.77' WHERE user_id = ?", bob.user_id,
              ann.user_id)

    of_ann = await rules.auth.run(export_of, by_command_line, ann.user_id)
    of_bob = await rules.auth.run(export_of, by_command_line, bob.user_id)

    assert '203.0.113.77' not in str(of_ann)
    assert bob.user_id not in str(of_ann)
    assert {event['actor'] for event in of_ann['audit_event']} == {'administrator'}
    assert '203.0.113.77' in str(of_bob['acts_as_administrator'])
    assert ann.user_id not in str(of_bob)


@both_stores
async def test_after_a_deletion_nothing_is_left_but_ids_and_times(rules: Rules, ann: SignedIn) -> None:
    await rules.auth.run(set_admin, by_command_line, ann.user_id, True)
    kept_of_others = await rules.sign_up('bob@example.com')
    await rules.auth.run(set_admin, by_command_line, kept_of_others.user_id, True)  # the site keeps an administrator
    rules.sql("UPDATE audit_event SET actor = ? WHERE user_id = ?", ann.user_id, kept_of_others.user_id)

    await rules.auth.run(erase_user, by_command_line, ann.user_id)

    for table in METADATA.sorted_tables:
        if table.name == 'change':  # which only SQLite has
            continue
        rows = [str(row) for row in rules.sql(f'SELECT * FROM {table.name}')]
        for secret in ('unmistakable', 'annabella', 'red laptop'):
            assert [row for row in rows if secret in row.lower()] == [], table.name
    left = await rules.auth.store.read(read_personal_data, rules.clock(), ann.user_id)
    assert {name for name, rows in left.items() if rows and isinstance(rows, list)} == {
        'audit_event', 'acts_as_administrator'}
    for event in left['audit_event'] + left['acts_as_administrator']:
        assert {name for name, value in event.items() if value} <= EVENT_STAYS
    assert rules.sql('SELECT count(*) FROM attempts WHERE who LIKE ?', f'%{ann.user_id}%') == [(0,)]
    assert rules.events('action')[-1] == ('account_deleted',)


@only_on_sqlite
async def test_after_a_deletion_no_file_of_the_store_holds_anything_of_the_person(rules: Rules, ann: SignedIn) -> None:
    await rules.auth.run(set_disabled, by_command_line, ann.user_id, True)

    await rules.auth.run(erase_user, by_command_line, ann.user_id)
    await rules.auth.store.scrub()

    for file in rules.path.parent.glob(f'{rules.path.name}*'):
        held = file.read_bytes().lower()
        for trace in (b'unmistakable', b'annabella', b'red laptop', b'iphone', b'$argon2'):
            assert trace not in held, (file.name, trace)


@either_store
async def test_the_api_gives_it_to_whoever_is_signed_in_as_a_file_would_hold_it(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as stranger:
        await sign_up(laptop, 'ann@example.com')
        answer: httpx.Response = await laptop.post('/v1/me/personal_data')
        nobody = await stranger.post('/v1/me/personal_data')
        by_get = await laptop.get('/v1/me/personal_data')
        elsewhere = await laptop.post('/v1/me/personal_data', headers={'origin': 'https://evil.example'})

    found = answer.json()['response']
    assert found['object'] == 'personal_data'
    assert found['user'][0]['email_address'] == 'ann@example.com'
    assert 'argon2' not in json.dumps(found)
    assert answer.headers['cache-control'] == 'no-store'
    assert (nobody.status_code, by_get.status_code, elsewhere.status_code) == (401, 405, 403)
    assert PASSWORD not in answer.text


def test_every_column_left_out_has_a_reason() -> None:
    for model, names in LEFT_OUT.items():
        assert issubclass(model, Model)
        assert all(name in model.model_fields and reason for name, reason in names.items())
