"""The connection to the mail server: its certificate, its password, and what is refused before anything is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from auth import Settings
from auth.mail.content import Code, Content
from auth.mail.message import Envelope, write_message
from auth.mail.outbox import Outbox, read_outbox
from auth.mail.smtp import SmtpServer
from auth.mail.transport import Refused, Unavailable
from auth.settings import wrong_setting
from auth.timing import DEFAULT_TIMING
from tests.mail_server import MailServer, mail_server
from tests.rules import FAST, Clock

SITE: dict[str, Any] = {'smtp_host': 'localhost', 'mail_from': 'no-reply@example.com',
                        'public_url': 'https://example.com'}


def envelope(mail_id: str = 'mail_1', to: str = 'ann@example.com') -> Envelope:
    return write_message(Content('Your code', ('It is:',), Code('123456')), mail_id=mail_id, to=to,
                         mail_from='no-reply@example.com', own_url='https://example.com', language='en-US',
                         at=Clock()())


async def sent(server: MailServer, **settings: Any) -> None:
    transport = SmtpServer(Settings(**{**SITE, 'smtp_port': server.port, 'smtp_ca_file': server.ca_file, **settings}),
                           FAST)
    try:
        await transport.open()
        await transport.send(envelope())
    finally:
        await transport.close()


@pytest.mark.parametrize('tls', ['starttls', 'implicit', 'none'])
async def test_a_mail_goes_over_each_kind_of_connection(tmp_path: Path, tls: Any) -> None:
    async with mail_server(tmp_path, tls, password='s3cret') as server:
        await sent(server, smtp_tls=tls, smtp_username='site', smtp_password='s3cret')

    (mail,) = server.received
    assert '123456' in mail.text
    assert '>123456<' in mail.html
    assert server.signed_in[-1] == 'site'


@pytest.mark.parametrize('tls', ['starttls', 'implicit'])
@pytest.mark.parametrize(('name', 'trusted'), [('mail.other.example', True), ('localhost', False)])
async def test_a_certificate_of_somebody_else_is_refused_before_the_password_is_sent(
        tmp_path: Path, tls: Any, name: str, trusted: bool) -> None:
    async with mail_server(tmp_path, tls, name=name, password='s3cret') as server:
        with pytest.raises(Unavailable, match='certificate verify failed'):
            await sent(server, smtp_tls=tls, smtp_username='site', smtp_password='s3cret',
                       smtp_ca_file=server.ca_file if trusted else '')

    assert (server.received, server.signed_in) == ([], [])


async def test_a_server_without_tls_gets_nothing_where_tls_is_asked_for(tmp_path: Path) -> None:
    async with mail_server(tmp_path, 'none', password='s3cret') as server:
        for tls in ('starttls', 'implicit'):
            with pytest.raises(Unavailable):
                await sent(server, smtp_tls=tls, smtp_username='site', smtp_password='s3cret')

    assert (server.received, server.signed_in) == ([], [])


async def test_a_wrong_password_is_told_without_it(tmp_path: Path) -> None:
    async with mail_server(tmp_path, password='s3cret') as server:
        with pytest.raises(Unavailable, match='it refuses the name or the password: 535') as told:
            await sent(server, smtp_username='site', smtp_password='other')

    assert 'other' not in str(told.value)


async def test_a_sender_whom_the_server_does_not_know_costs_no_mail(tmp_path: Path) -> None:
    async with mail_server(tmp_path) as server:
        server.to_sender = lambda _: '550 5.7.1 not you'
        with pytest.raises(Unavailable, match=r'it answers 550 5\.7\.1'):
            await sent(server)


async def test_an_address_in_other_letters_is_given_up_by_a_server_that_knows_none(tmp_path: Path) -> None:
    async with mail_server(tmp_path, utf8=False) as server:
        transport = SmtpServer(Settings(**SITE, smtp_port=server.port, smtp_ca_file=server.ca_file), FAST)
        await transport.open()
        with pytest.raises(Refused) as refused:
            await transport.send(envelope(to='änne@example.com'))
        await transport.send(envelope())
        await transport.close()

    assert refused.value.for_good
    assert server.recipients == ['ann@example.com']


async def test_a_folder_takes_a_mail_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / 'a' / 'outbox'
    outbox = Outbox(str(folder))

    for mail_id in ('mail_1', 'mail_2', 'mail_1'):
        await outbox.send(envelope(mail_id))

    assert sorted(file.name for file in folder.iterdir()) == ['mail_1.eml', 'mail_2.eml']
    assert (folder.stat().st_mode & 0o777, (folder / 'mail_1.eml').stat().st_mode & 0o777) == (0o700, 0o600)
    (newest,) = read_outbox(str(folder), 1)
    assert (newest.subject, newest.to, newest.language) == ('Your code', 'ann@example.com', 'en-US')
    assert '123456' in newest.text
    assert '>123456<' in newest.html
    (tmp_path / 'file').write_text('')
    with pytest.raises(Unavailable, match='MAIL_OUTBOX cannot be written'):
        await Outbox(str(tmp_path / 'file')).send(envelope())


@pytest.mark.parametrize(('settings', 'told'), [
    ({'smtp_host': 'x.example'}, 'SMTP_HOST needs MAIL_FROM'),
    ({'smtp_host': 'x.example', 'mail_from': 'a@x.example'}, 'SMTP_HOST needs PUBLIC_URL'),
    ({**SITE, 'mail_outbox': 'x'}, 'SMTP_HOST and MAIL_OUTBOX are both set'),
    ({**SITE, 'smtp_host': 'x.example', 'smtp_tls': 'none', 'smtp_username': 'a', 'smtp_password': 'b'},
     'SMTP_USERNAME needs SMTP_TLS'),
    ({**SITE, 'smtp_username': 'a'}, 'given both, or neither'),
    ({'mail_outbox_page': True}, 'needs MAIL_OUTBOX'),
    ({'mail_outbox': 'x', 'mail_outbox_page': True, 'public_url': 'https://example.com'}, 'for this machine alone'),
    ({'mail_outbox': 'x', 'mail_outbox_page': True, 'trusted_proxies': '*'}, 'for this machine alone'),
    ({'mail_outbox': 'x', 'mail_outbox_page': True, 'host': '0.0.0.0'}, 'for this machine alone'),  # noqa: S104
    ({'mail_from': 'x'}, 'MAIL_FROM is wrong'), ({'mail_from': 'a@b.example\nBcc: c@d.example'}, 'MAIL_FROM is wrong'),
    ({'mail_from': 'A <a@b.example>, c@d.example'}, 'MAIL_FROM is wrong'),
    ({'smtp_host': 'smtp.example.com:587'}, 'SMTP_HOST is wrong'), ({'smtp_host': 'http://x'}, 'SMTP_HOST is wrong'),
    ({'smtp_tls': 'ssl'}, 'SMTP_TLS is wrong'), ({'smtp_port': 65536}, 'SMTP_PORT is wrong'),
])
def test_settings_that_do_not_fit_together_are_told_in_one_sentence(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(**settings)

    sentence = wrong_setting(refused.value)
    assert told in sentence
    assert sentence.endswith('.')
    assert not sentence.endswith('..')


@pytest.mark.parametrize(('settings', 'url'), [
    ({'public_url': 'https://example.com'}, 'https://example.com'),
    ({'public_url': 'https://example.com', 'host': '0.0.0.0'}, 'https://example.com'),  # noqa: S104
    ({}, 'http://localhost:8080'), ({'host': '0.0.0.0', 'port': 9}, 'http://localhost:9'),  # noqa: S104
    ({'host': '192.0.2.7'}, 'http://192.0.2.7:8080'), ({'host': '::1'}, 'http://localhost:8080'),
    ({'host': '2001:db8::7'}, 'http://[2001:db8::7]:8080'),
])
def test_links_lead_to_where_the_settings_say_the_site_is(settings: dict[str, Any], url: str) -> None:
    assert Settings(**settings).own_url == url


def test_a_server_may_take_its_time_and_the_lease_is_longer() -> None:
    timing = DEFAULT_TIMING
    assert timing.smtp_answer_seconds < timing.mail_attempt_seconds < timing.mail_lease_seconds
