"""Very many guesses: what is kept of them, and who is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from auth.changes.guess_watch import GuessWatch
from auth.components.session_history import describe
from auth.errors import AccountLocked, LimitReached, NotAllowed, PasswordIncorrect, StoreAway
from auth.rules.actor import by_admin, by_command_line
from auth.rules.guesses import Attack, read_attack
from auth.rules.history import read_history
from auth.rules.store import Store
from tests.rules import PHONE, Rules
from tests.running import both_stores, either_store

MOST = 5


@pytest.fixture
def rules(rules_with: Callable[..., Rules]) -> Rules:
    return rules_with(alert_after_wrong_passwords=MOST)


@pytest.fixture
def watch(rules: Rules) -> Iterator[GuessWatch]:
    return GuessWatch(rules.auth)


async def guess(rules: Rules, times: int, identifier: str = 'ann@example.com') -> None:
    for _ in range(times):
        with pytest.raises((PasswordIncorrect, LimitReached, AccountLocked)):
            await rules.sign_in(identifier, password='wrong horse', request_info=PHONE)


def mails(rules: Rules) -> list[str]:
    return [address for address, in rules.sql("SELECT email_address FROM mail WHERE kind = 'guessing' ORDER BY 1")]


async def test_an_attack_is_told_to_administrators_once_however_long_it_takes(rules: Rules, watch: GuessWatch) -> None:
    for name in ('ann', 'boss', 'away', 'chief'):
        await rules.sign_up(f'{name}@example.com')
    rules.sql("UPDATE user SET is_admin = true WHERE email_address NOT LIKE 'ann%'")
    rules.sql("UPDATE user SET disabled = true WHERE email_address LIKE 'away%'")

    await guess(rules, MOST - 1)
    await watch.write()
    assert mails(rules) == []
    for _ in range(30):
        await guess(rules, 9)
        await watch.write()
        rules.clock.forward(minutes=4)

    assert mails(rules) == ['boss@example.com', 'chief@example.com']
    rules.clock.forward(minutes=70)
    await guess(rules, MOST)
    await watch.write()
    assert len(mails(rules)) == 4


async def test_a_person_who_forgot_their_password_is_no_attack(rules_with: Callable[..., Rules]) -> None:
    rules = rules_with()
    await rules.sign_up()
    rules.sql('UPDATE user SET is_admin = true')

    await guess(rules, 20)
    await GuessWatch(rules.auth).write()

    assert mails(rules) == []
    assert await rules.auth.read(read_attack, by_command_line, most=100) is None


@either_store
@both_stores
async def test_an_administrator_reads_how_many_and_what_is_tried_most(rules: Rules, watch: GuessWatch) -> None:
    ann, bob = await rules.sign_up(), await rules.sign_up('bob@example.com')
    rules.sql("UPDATE user SET is_admin = true WHERE email_address LIKE 'ann%'")
    began = rules.clock()
    await guess(rules, 3)
    await guess(rules, 13, 'bob@example.com')
    await watch.write()

    told = await rules.auth.read(read_attack, by_admin(await rules.here(ann.token)), most=MOST)

    assert told == Attack(began, began, 13, 3, 'bob@example.com', '2001:db8::/64')
    with pytest.raises(NotAllowed):
        await rules.auth.read(read_attack, by_admin(await rules.here(bob.token)), most=MOST)
    rules.clock.forward(hours=2)
    assert await rules.auth.read(read_attack, by_command_line, most=MOST) is None


async def test_the_counts_are_news_for_those_who_show_them(rules: Rules, watch: GuessWatch) -> None:
    await guess(rules, 1)
    await rules.changes()

    await watch.write()

    assert (await rules.changes()).user_ids == {'guesses'}


async def test_what_could_not_be_written_is_written_later(
        rules: Rules, watch: GuessWatch, monkeypatch: pytest.MonkeyPatch) -> None:
    await guess(rules, 3)

    async def away(*_: object, **__: object) -> None:
        raise StoreAway

    with monkeypatch.context() as broken:
        broken.setattr(Store, 'run', away)
        await watch.write()
    await guess(rules, 1)
    await watch.write()

    assert rules.sql('SELECT wrong, refused FROM guesses') == [(4, 0)]


async def test_the_watch_writes_by_itself_and_when_it_is_stopped(rules: Rules, watch: GuessWatch) -> None:
    await watch.start()
    await guess(rules, 2)
    await watch.stop()

    assert rules.sql('SELECT wrong FROM guesses') == [(2,)]


async def test_of_very_many_guesses_a_few_have_an_event_each_and_the_last_stands_for_the_rest(rules: Rules) -> None:
    ann = await rules.sign_up()
    for _ in range(25):
        rules.clock.forward(minutes=1)
        await guess(rules, 1)

    times = rules.sql("SELECT times FROM audit_event WHERE action = 'sign_in_failed' ORDER BY at, id")
    assert times == [(1,)] * 14 + [(11,)]
    history = await rules.auth.read(read_history, await rules.here(ann.token))
    assert describe(history.events[0]) == 'Failed attempt to sign in, 11 times'


async def test_guesses_at_addresses_that_nobody_has_leave_no_more_than_a_hundred_events_an_hour(
        rules_with: Callable[..., Rules], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('auth.rules.audit.FEW_OF_NOBODY', 4)
    rules = rules_with(wrong_passwords_per_address=1000)

    for number in range(9):
        await guess(rules, 1, f'nobody{number}@example.com')

    assert rules.sql('SELECT count(*), sum(times) FROM audit_event') == [(4, 9)]
