"""The kinds of mail: what waits in the queue, and what people chose in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

import pytest

from auth.language import LANGUAGES, reading
from auth.mail.content import Content, Link
from auth.rules.mail import drop_mails_of, post, waiting
from auth.rules.mails import KINDS, NewDevice, PasswordChanged
from auth.rules.mails.harmless import harmless
from auth.rules.mails.kind import EmailAddress, Header, Mail
from tests.rules import PHONE, Rules

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
NO_ADDRESS = EmailAddress('')


@dataclass(frozen=True, kw_only=True)
class Told(Mail):
    """Of each kind of field one."""

    kind: ClassVar[str] = 'told'
    name: str
    address: EmailAddress = NO_ADDRESS
    count: int = 1
    at: datetime = NOON

    def content(self, secret: str) -> Content:
        return Content(self.name, (self.name,))


@pytest.mark.parametrize(('chosen', 'written'), [
    ('Ann', 'Ann'), ("O'Hara-Smith", "O'Hara-Smith"), ('J.R. Smith', 'J. R. Smith'), ('Ann (work)', 'Ann (work)'),
    ('Иван Müller 山田', 'Иван Müller 山田'), ('', ''), ('AT&T', 'AT& T'), ('Anna.', 'Anna.'),
    ('https://evil.example/x?y=1#z', 'https:// evil. example/ x? y= 1# z'), ('www.evil.example', 'www. evil. example'),
    ('evil。example', 'evil。 example'), ('evil．example', 'evil． example'), ('evil｡example', 'evil｡ example'),
    ('e\u0301vil.example', 'évil. example'), ('évil\u0301.example', 'évi\u013a. example'),
    ('bob@evil.example', 'bob@ evil. example'), ('mailto:bob', 'mailto: bob'),
    ('evil\u200b.\u200bexample', 'evil. example'),
    ('evil.\u2060example', 'evil. example'), ('Ann\r\nBcc: x@evil.example', 'Ann Bcc: x@ evil. example'),
    ('a\x00b', 'ab'), ('\u202eevil', 'evil'), ('<b>x</b>', '<b>x</ b>'), ('x' * 100, f'{"x" * 59}…'),
    ('evil․example', 'evil․ example'), ('http:⁄⁄evil.example', 'http:⁄⁄ evil. example'),
])
def test_what_somebody_chose_holds_no_link_and_no_line(chosen: str, written: str) -> None:
    assert harmless(chosen) == written
    assert Told.from_json(Told(name=chosen).as_json()).name == written


@pytest.mark.parametrize(('address', 'told'), [
    ('ann@example.com', 'ann@example.com'), ('ann+x.y@mail.müller.example', 'ann+x.y@mail.müller.example'),
    ('evil.example/login@x.example', ''), ('"go to"@x.example', ''), ('ann', ''), ('a@b@c', ''),
    ('ann@x\r\nBcc: y', ''),
    ('ann@[192.0.2.1]', ''), ('http://evil@x.example', ''),
])
def test_an_address_is_told_if_everybody_takes_it_for_one(address: str, told: str) -> None:
    assert Told.from_json(Told(name='', address=EmailAddress(address)).as_json()).address == told


def test_what_waits_comes_out_as_it_was() -> None:
    for mail in (Told(name='Ann', count=7, at=NOON), NewDevice(user_agent=Header(PHONE.user_agent), at=NOON),
                 PasswordChanged(by_administrator=True)):
        assert type(mail).from_json(mail.as_json()) == mail


def test_nothing_that_a_browser_says_of_itself_can_make_a_notice_fail() -> None:
    for said in ('\udc80', '\x00', '🦊' * 600, '{0}', '%s', 'Mozilla/5.0 (Linux; Android 10; {x})'):
        told = NewDevice.from_json(NewDevice(user_agent=Header(said), at=NOON).as_json())
        assert not {'\n', '\r', '\x00', '\udc80'} & {*' '.join(told.content('').paragraphs)}


@pytest.mark.parametrize('details', ['', '[]', '{}', '{"name": 1}', '{"name": "x", "more": 1}', 'null',
                                     '{"name": "x", "address": "", "count": "many", "at": "2026-01-01T00:00:00Z"}'])
def test_what_another_version_has_written_is_told_from_what_this_one_can_send(details: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (each has its own message)
        Told.from_json(details)


@pytest.mark.parametrize('path', ['//evil.example', 'https://evil.example', 'account', '/a b', '/a\r\nb', '/"x"', '/ä',
                                  '/\\evil.example', ''])
def test_a_link_leads_to_a_page_of_this_site(path: str) -> None:
    with pytest.raises(ValueError, match='page of this site'):
        Link('Open', path)


def test_no_repr_shows_what_a_link_holds() -> None:
    assert 'secret' not in repr(Content('x', (), Link('Open', '/reset#secret')))


@pytest.mark.parametrize('language', LANGUAGES)
def test_every_kind_has_its_words_in_every_language(language: str) -> None:
    mails = (NewDevice(user_agent=Header(PHONE.user_agent), at=NOON), PasswordChanged(),
             PasswordChanged(by_administrator=True), KINDS['account_disabled']())
    assert {mail.kind for mail in mails} <= KINDS.keys()
    english = [mail.content('') for mail in mails]

    with reading(language):
        for mail, said in zip(mails, english, strict=True):
            assert (mail.content('').subject != said.subject) == (language != 'en')


async def test_a_mail_is_in_the_queue_if_its_act_was_committed_and_goes_with_its_user(rules: Rules) -> None:
    now = rules.clock()
    assert (await rules.auth.read(waiting)).count == 0

    with reading('de-AT'):
        await rules.auth.run(post, to='ann@example.com', mail=PasswordChanged(), user_id='user_1')
    rules.clock.forward(seconds=40)
    await rules.auth.run(post, to='bob@example.com', mail=PasswordChanged(), user_id='user_2', language='')
    with pytest.raises(ZeroDivisionError):
        await rules.auth.run(lambda db, at: 1 / len([]) if post(db, at, to='x', mail=PasswordChanged()) else None)

    assert rules.sql('SELECT email_address, kind, language, attempts FROM mail ORDER BY id') == [
        ('ann@example.com', 'password_changed', 'de-AT', 0), ('bob@example.com', 'password_changed', '', 0)]
    assert rules.moment("SELECT created_at FROM mail WHERE user_id = 'user_1'") == now
    queue = await rules.auth.read(waiting)
    assert (queue.count, queue.oldest_seconds) == (2, 40)

    await rules.auth.store.run(drop_mails_of, 'user_1')
    assert (await rules.auth.read(waiting)).count == 1
