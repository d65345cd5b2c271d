"""Delivery: what waits in the queue reaches a real mail server, once, whatever happens between."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import Connection

from auth.delivery.delivery import Delivery
from auth.delivery.transports import transport_of
from auth.mail.content import Content, Link
from auth.rules.mail import post, waiting
from auth.rules.mail_queue import claim
from auth.rules.mails import KINDS, PasswordChanged
from auth.rules.mails.kind import Mail
from tests.mail_server import ACCEPTED, MailServer, Received, mail_server
from tests.ports import free_port
from tests.rules import PATIENT, Rules
from tests.running import both_stores, either_store, only_on_sqlite

SMTP: dict[str, Any] = {'smtp_host': 'localhost', 'mail_from': 'Example <no-reply@example.com>',
                        'public_url': 'https://example.com'}
QUICK = replace(PATIENT, smtp_goodbye_seconds=0.1, mail_again_seconds=(0.01,), mail_check_seconds=0.01,
                mail_stop_seconds=0.2)


@dataclass(frozen=True, kw_only=True)
class Invitation(Mail):
    """A mail with a secret."""

    kind: ClassVar[str] = 'invitation'
    made: ClassVar[list[str]] = []
    name: str = ''

    def prepare(self, db: Connection, now: Any, mail_id: str) -> str | None:
        if self.name == 'nobody':
            return None
        if self.name == 'broken':
            raise ZeroDivisionError
        self.made.append(f'secret-{len(self.made)}')
        return self.made[-1]

    def content(self, secret: str) -> Content:
        return Content(f'For {self.name}', ('<b>Come</b> & see',), Link('Come', f'/come?a=1&b=2#{secret}'), ('Bye.',))


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[MailServer]:
    async with mail_server(tmp_path) as running:
        yield running


@pytest.fixture(autouse=True)
def invitations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, Invitation.kind, Invitation)
    Invitation.made.clear()


@pytest.fixture
def rules(rules_with: Callable[..., Rules], server: MailServer) -> Rules:
    return rules_with(**SMTP, smtp_port=server.port, smtp_ca_file=server.ca_file)


@pytest.fixture
def timing() -> Any:
    return QUICK


async def posted(rules: Rules, mail: Mail | None = None, to: str = 'ann@example.com', **more: Any) -> str:
    return await rules.auth.run(post, to=to, mail=mail or PasswordChanged(), **more)


async def count(rules: Rules) -> int:
    return (await rules.auth.read(waiting)).count


async def test_a_mail_is_sent_and_forgotten(rules: Rules, server: MailServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, 'live_sessions')
    mail_id = await posted(rules, user_id='user_1')

    await Delivery(rules.auth).deliver()

    (mail,) = server.received
    assert (mail.sender, mail.recipient) == ('no-reply@example.com', 'ann@example.com')
    assert mail.message['Subject'] == 'Your password was changed'
    assert mail.message['From'] == 'Example <no-reply@example.com>'
    assert mail.message['Message-ID'] == f'<{mail_id}@example.com>'
    assert mail.message['Auto-Submitted'] == 'auto-generated'
    assert 'Open the security settings:\nhttps://example.com/account/security' in mail.text
    assert '<a href="https://example.com/account/security"' in mail.html
    assert await count(rules) == 0
    assert [record.getMessage() for record in caplog.records] == [f'mail {mail_id} (password_changed) was sent']


@either_store
@pytest.mark.parametrize(('language', 'site', 'subject'), [
    ('de-AT', '', 'Ihr Passwort wurde geändert'), ('en-GB', 'de', 'Your password was changed'),
    ('', 'de', 'Ihr Passwort wurde geändert'), ('', '', 'Your password was changed'),
])
async def test_it_is_in_the_language_of_whoever_caused_it_or_of_the_site(
        rules_with: Callable[..., Rules], server: MailServer, language: str, site: str, subject: str) -> None:
    rules = rules_with(**SMTP, smtp_port=server.port, smtp_ca_file=server.ca_file, site_language=site)
    await posted(rules, language=language)

    await Delivery(rules.auth).deliver()

    (mail,) = server.received
    assert mail.message['Subject'] == subject
    assert mail.message['Content-Language'] == (language or site or 'en-US')
    assert f'<html lang="{language or site or "en-US"}">' in mail.html


@either_store
async def test_what_people_chose_is_text_and_no_header_in_either_form(rules: Rules, server: MailServer) -> None:
    await posted(rules, Invitation(name='Ann\r\nBcc: eve@evil.example\r\n\r\n<script>alert(1)</script>'))

    await Delivery(rules.auth).deliver()

    (mail,) = server.received
    assert mail.message['Bcc'] is None
    assert mail.message['Subject'] == 'For Ann Bcc: eve@ evil. example <script>alert(1)</ script>'
    assert '<script>' not in mail.html
    assert '&lt;b&gt;Come&lt;/b&gt; &amp; see' in mail.html
    assert '<b>Come</b> & see' in mail.text
    assert 'href="https://example.com/come?a=1&amp;b=2#secret-0"' in mail.html


async def test_a_secret_is_made_when_the_mail_is_sent_and_no_dump_holds_it(rules: Rules, server: MailServer) -> None:
    server.to_data = lambda mail: '451 later' if not before else ACCEPTED
    before: list[str] = []
    await posted(rules, Invitation(name='Ann'))
    assert Invitation.made == []

    await Delivery(rules.auth).deliver()
    before = list(Invitation.made)
    assert before
    assert 'secret' not in repr(rules.everything())
    rules.clock.forward(minutes=1)
    await Delivery(rules.auth).deliver()

    assert 'https://example.com/come?a=1&b=2#secret-1' in server.received[0].text
    assert 'secret' not in repr(rules.everything())


@either_store
async def test_a_mail_that_is_not_wanted_any_more_is_not_sent(rules: Rules, server: MailServer) -> None:
    await posted(rules, Invitation(name='nobody'))

    await Delivery(rules.auth).deliver()

    assert (server.received, await count(rules)) == ([], 0)


@either_store
@both_stores
async def test_a_kind_with_a_mistake_or_of_a_newer_version_keeps_no_other_one_back(
        rules: Rules, server: MailServer, caplog: pytest.LogCaptureFixture) -> None:
    await posted(rules, Invitation(name='broken'))
    await posted(rules, Invitation(name='newer'), to='newer@example.com')
    rules.sql("UPDATE mail SET kind = 'of_tomorrow' WHERE email_address = 'newer@example.com'")
    await posted(rules, to='bob@example.com')

    await Delivery(rules.auth).deliver()

    assert server.recipients == ['bob@example.com']
    assert await count(rules) == 2
    assert 'was not written: ZeroDivisionError at test_delivery.py:' in caplog.text
    assert 'of a kind that this version does not know' in caplog.text
    rules.clock.forward(days=3)
    await Delivery(rules.auth).deliver()
    assert await count(rules) == 0


async def is_given_up(rules: Rules, server: MailServer, address: str) -> None:
    """Make sure that a mail to this address is sent to nobody, and not kept."""
    await posted(rules, to=address)

    await Delivery(rules.auth).deliver()

    assert (server.received, await count(rules)) == ([], 0)


@either_store
@pytest.mark.parametrize('address', [
    '', 'ann', 'ann@', '@x.example', 'a b@x.example', 'ann@x\r\nBcc: y', '"\n"@x.example', 'ann@' + 'ä' * 300, 'a@b@c',
    'ann@x.example>', '<ann@x.example', 'ann@[', 'ann@x.example,bob@x.example'])
async def test_what_is_no_address_is_given_up(rules: Rules, server: MailServer, address: str) -> None:
    await is_given_up(rules, server, address)


@only_on_sqlite  # PostgreSQL keeps no such character
async def test_an_address_with_a_nul_is_given_up(rules: Rules, server: MailServer) -> None:
    await is_given_up(rules, server, '\x00@x.example')


@either_store
@pytest.mark.parametrize(('address', 'sent_to'), [
    ('ann@münchen.example', 'ann@xn--mnchen-3ya.example'), ('änne@example.com', 'änne@example.com'),
    ("o'hara+x@example.com", "o'hara+x@example.com"), ('root@localhost', 'root@localhost'),
    ('ann@[192.0.2.1]', 'ann@[192.0.2.1]'),
])
async def test_every_address_that_may_sign_up_gets_its_mail(
        rules: Rules, server: MailServer, address: str, sent_to: str) -> None:
    await posted(rules, to=address)

    await Delivery(rules.auth).deliver()

    assert server.recipients == [sent_to]
    assert server.received[0].message['To'] == sent_to


@pytest.mark.parametrize('answer', ['451 4.7.1 greylisted', '450 busy', '452 4.2.2 full', '554 after all'])
async def test_a_mail_refused_for_now_is_tried_again_and_one_refused_for_good_is_not(
        rules: Rules, server: MailServer, answer: str, caplog: pytest.LogCaptureFixture) -> None:
    server.to_data = lambda _: f'{answer} ann@example.com'
    await posted(rules)
    await Delivery(rules.auth).deliver()
    assert await count(rules) == answer.startswith('4')
    assert 'ann@example.com' not in caplog.text
    server.to_data = lambda _: ACCEPTED

    await Delivery(rules.auth).deliver()
    assert server.received == []  # not yet
    rules.clock.forward(seconds=18)
    await Delivery(rules.auth).deliver()

    assert len(server.received) == answer.startswith('4')


@either_store
@pytest.mark.parametrize(('answer', 'left'), [
    ('550 5.1.1 no such user', 0), ('450 4.2.0 greylisted', 1), ('550 5.7.1 relaying denied', 1),
    ('530 5.7.0 sign in', 1),
])
async def test_a_recipient_who_does_not_exist_is_given_up_and_a_server_that_does_not_know_us_is_not(
        rules: Rules, server: MailServer, answer: str, left: int) -> None:
    server.to_recipient = lambda address: answer if address == 'ann@example.com' else ACCEPTED
    await posted(rules)
    await posted(rules, to='bob@example.com')

    await Delivery(rules.auth).deliver()

    assert server.recipients == ['bob@example.com']
    assert server.connections == 1
    assert await count(rules) == left


@either_store
async def test_the_wait_grows_and_ends_when_nobody_would_want_the_mail(
        rules: Rules, server: MailServer, caplog: pytest.LogCaptureFixture) -> None:
    server.to_recipient = lambda _: '451 later'
    await posted(rules)
    waits: list[float] = []

    while await count(rules):
        await Delivery(rules.auth).deliver()
        due = rules.moment('SELECT due_at FROM mail') if await count(rules) else None
        if due:
            waits.append((due - rules.clock()).total_seconds())
            rules.clock.moment = due

    assert 12 <= waits[0] <= 18
    assert 2880 <= waits[-1] <= 4320
    assert sum(waits) < 3 * 24 * 3600
    assert 'given up' in caplog.records[-1].getMessage()


async def test_a_server_that_is_away_costs_no_attempt_and_no_secret(
        rules_with: Callable[..., Rules], tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    async with mail_server(tmp_path, port=port) as server:
        ca_file = server.ca_file
    rules = rules_with(**SMTP, smtp_port=port, smtp_ca_file=ca_file)
    await posted(rules, Invitation(name='Ann'))
    delivery = Delivery(rules.auth)

    await delivery.deliver()
    await delivery.deliver()

    assert rules.sql('SELECT attempts FROM mail') == [(0,)]
    assert Invitation.made == []
    assert caplog.text.count('no mail can be sent now: ConnectionRefusedError') == 2
    async with mail_server(tmp_path, port=port) as server:
        await delivery.deliver()
        assert len(server.received) == 1
    assert 'mails can be sent again' in caplog.text


@either_store
@pytest.mark.parametrize('fault', ['slow', 'dies', '421'])
async def test_a_mail_that_was_interrupted_is_sent_again_with_the_same_id_and_another_secret(
        rules: Rules, server: MailServer, fault: str) -> None:
    seen: list[Received] = []

    async def stumble(mail: Received) -> str:
        seen.append(mail)
        if fault == 'slow':
            await asyncio.Event().wait()  # until the connection is lost
        elif fault == 'dies':  # after it has the mail, before it says so: nobody knows
            server.drop_connections()
        return '421 4.3.2 closing' if fault == '421' else ACCEPTED

    server.to_data = stumble
    await posted(rules, Invitation(name='Ann'))
    hasty = replace(QUICK, smtp_answer_seconds=0.3) if fault == 'slow' else QUICK
    while not seen:  # on a busy machine it may take too long before
        await Delivery(replace(rules.auth, timing=hasty)).deliver()
        rules.clock.moment = rules.moment('SELECT due_at FROM mail') or rules.clock()
    assert await count(rules) == 1
    server.to_data, server.received = (lambda _: ACCEPTED), []

    await Delivery(rules.auth).deliver()

    (again,) = server.received
    assert again.message['Message-ID'] == seen[0].message['Message-ID']
    assert again.text.partition('secret-')[2] != seen[0].text.partition('secret-')[2] != ''


async def test_a_process_that_is_killed_with_a_mail_in_its_hands_keeps_it_from_nobody_for_long(
        rules: Rules, server: MailServer) -> None:
    await posted(rules)
    await rules.auth.run(claim, timedelta(seconds=rules.auth.timing.mail_lease_seconds))  # and nothing comes after it

    await Delivery(rules.auth).deliver()
    assert server.received == []
    rules.clock.forward(seconds=120)
    await Delivery(rules.auth).deliver()

    assert len(server.received) == 1


async def test_two_processes_send_each_mail_once(rules: Rules, server: MailServer, monkeypatch: pytest.MonkeyPatch
                                                 ) -> None:
    for number in range(20):
        await posted(rules, to=f'u{number}@example.com')

    together = asyncio.Barrier(3)

    async def deliver_together() -> None:
        transport = transport_of(rules.auth.settings, rules.auth.timing)
        assert transport is not None
        connect = transport.open

        async def connect_together() -> None:
            await together.wait()  # all have found that there is something to send
            await connect()

        monkeypatch.setattr(transport, 'open', connect_together)
        await Delivery(rules.auth, transport).deliver()

    await asyncio.gather(*(deliver_together() for _ in range(3)))

    assert sorted(server.recipients) == sorted(f'u{number}@example.com' for number in range(20))
    assert server.connections == 3
    assert await count(rules) == 0


async def test_who_comes_back_after_the_lease_does_not_undo_what_the_other_does(
        rules: Rules, server: MailServer, caplog: pytest.LogCaptureFixture) -> None:
    """The first one is held up while it sends, until its lease is over; the second one then, too."""
    held = [asyncio.get_running_loop().create_future() for _ in range(2)]
    asked: list[Received] = []

    async def hold(mail: Received) -> str:
        asked.append(mail)
        return await held[len(asked) - 1]

    server.to_data = hold
    mail_id = await posted(rules)
    first = asyncio.create_task(Delivery(rules.auth).deliver())
    while len(asked) < 1:
        await asyncio.sleep(0.01)
    rules.clock.forward(seconds=121)
    second = asyncio.create_task(Delivery(rules.auth).deliver())
    while len(asked) < 2:
        await asyncio.sleep(0.01)

    held[0].set_result('451 later')
    await first

    assert rules.sql('SELECT id, attempts FROM mail') == [(mail_id, 2)]
    held[1].set_result(ACCEPTED)
    await second
    assert await count(rules) == 0
    assert caplog.records == []


@either_store
async def test_the_most_urgent_mail_goes_first(rules: Rules, server: MailServer, monkeypatch: pytest.MonkeyPatch
                                               ) -> None:
    monkeypatch.setattr(Invitation, 'useful_for', timedelta(minutes=30))
    await posted(rules)
    await posted(rules, Invitation(name='x'), to='urgent@example.com')

    await Delivery(rules.auth).deliver()

    assert server.recipients == ['urgent@example.com', 'ann@example.com']


@both_stores
async def test_on_a_site_without_mail_what_was_posted_is_deleted_after_a_while(
        rules_with: Callable[..., Rules]) -> None:
    rules = rules_with()
    assert not rules.auth.settings.sends_mail
    await posted(rules)

    await Delivery(rules.auth).deliver()
    assert await count(rules) == 1  # another process may know how to send it
    rules.clock.forward(minutes=11)
    await Delivery(rules.auth).deliver()

    assert await count(rules) == 0


@either_store
async def test_it_runs_by_itself_and_stops_in_the_middle_of_a_slow_mail(rules: Rules, server: MailServer) -> None:
    asked, never = asyncio.Event(), asyncio.Event()

    async def hang(mail: Received) -> str:
        asked.set()
        await never.wait()
        return ACCEPTED

    delivery = Delivery(rules.auth)
    await delivery.start()
    await posted(rules)
    await server.one()
    server.to_data = hang
    await posted(rules, to='bob@example.com')
    await asked.wait()

    await delivery.stop()

    assert await count(rules) == 1
    never.set()
