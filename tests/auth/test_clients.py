"""Who a client is, read from the store."""

from __future__ import annotations

import pytest

from auth.rules import clients
from tests.rules import Rules


async def test_all_are_found_also_when_they_are_more_than_are_read_at_once(
        rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, 'READ_AT_ONCE', 2)
    signed_in = [await rules.sign_up(f'person{number}@example.com') for number in range(5)]
    ids = [one.token.client_id for one in signed_in]

    found = await clients.read_clients(rules.auth, [*ids, 'client_of_nobody'])

    assert sorted(found) == sorted(ids)
    assert {client.sessions[0].user.email_address: client.id for client in found.values()} == {
        f'person{number}@example.com': ids[number] for number in range(5)}
    assert await clients.read_clients(rules.auth, []) == {}
