"""Delivery: each process takes mails from the queue and hands them over, one after the other.

It connects first and claims then, so that a server that is away costs no mail an attempt. Nobody waits for any of it,
and what it needs of the store are a few short transactions. A process may be killed anywhere in here:

| killed | then |
|---|---|
| before the server has accepted the mail | it is sent when the lease ends, by whichever process comes first |
| after that, before the row is deleted | it is sent again when the lease ends, with the same ``Message-ID`` |

SMTP has no transaction that would close the second window; its end is a few milliseconds after the server's answer.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Sequence
from datetime import timedelta

from ..changes.background import Background
from ..errors import StoreAway
from ..language import negotiate, reading
from ..mail.message import Envelope, NoAddress, write_message
from ..mail.transport import Refused, Transport, Unavailable
from ..rules.context import Auth
from ..rules.mail_queue import Claim, claim, done_with, drop_expired, drop_unsent, find_work, prepare, put_back
from ..rules.mails import KINDS, Mail
from .telling import tell_given_up, tell_not_wanted, tell_postponed, tell_sent, where
from .transports import transport_of

log = logging.getLogger('live_sessions')


class Delivery:
    """Delivers while the server runs.

    :param auth: what the verbs need
    :param transport: takes the mails; by default what the settings say
    """

    def __init__(self, auth: Auth, transport: Transport | None = None) -> None:
        self._auth = auth
        self._timing = auth.timing
        self._transport = transport or transport_of(auth.settings, auth.timing)
        self._tasks = Background('delivery of mails', auth.timing.mail_again_seconds[0])
        self._failures = 0
        """How often in a row no mail was taken."""

    async def start(self) -> None:
        """Begin to deliver."""
        self._tasks.start(self._run)

    async def stop(self) -> None:
        """Finish the mail that is under way, if that does not take long. Another process, or the next start, sends what
        was not finished."""
        await self._tasks.stop(cancel_after_seconds=self._timing.mail_stop_seconds)

    async def deliver(self) -> None:
        """Hand over all mails that are due.

        :raises StoreAway: if the store can't be reached
        """
        work = await self._auth.read(find_work)
        if self._transport is None:
            await self._discard(are_there=work.due or work.expired)
            return
        if work.expired:
            await self._drop_expired()
        if work.due:
            await self._hand_over(self._transport)

    async def _run(self) -> None:
        timing = self._timing
        wait = timing.mail_check_seconds if self._transport else timing.mail_discard_seconds / 10
        failures = 0
        while not self._tasks.is_stopping:
            try:
                await self.deliver()
                failures = 0
            except StoreAway:  # whoever acts is told; mails wait
                failures += 1
            await self._tasks.pause(_wait(timing.mail_again_seconds, failures) if failures else wait)

    async def _hand_over(self, transport: Transport) -> None:
        lease = timedelta(seconds=self._timing.mail_lease_seconds)
        try:
            await transport.open()
            if self._failures:
                log.warning('mails can be sent again', extra={'event': 'mail_available'})
            self._failures = 0
            while not self._tasks.is_stopping and (claimed := await self._auth.run(claim, lease)) is not None:
                await self._send(claimed, transport)
        except Unavailable as error:
            wait = _wait(self._timing.mail_again_seconds, self._failures)
            self._failures += 1
            log.warning('no mail can be sent now: %s. They wait; the next attempt is in %.0f s', error, wait,
                        extra={'event': 'mail_unavailable'})
            await self._tasks.pause(wait)
        finally:
            await transport.close()

    async def _send(self, claimed: Claim, transport: Transport) -> None:
        envelope = await self._write(claimed)
        if envelope is None:
            return
        try:
            await transport.send(envelope)
        except Refused as error:
            if error.for_good:
                await self._give_up(claimed, f'refused with {error}')
            else:
                await self._try_later(claimed, f'refused for now with {error}')
        except Unavailable as error:
            await self._try_later(claimed, f'interrupted: {error}')
            raise
        else:
            tell_sent(claimed)
            await self._forget(claimed)

    async def _write(self, claimed: Claim) -> Envelope | None:
        """Write a mail, with a secret of its own; None if there is nothing to send now."""
        try:
            mail = KINDS[claimed.kind].from_json(claimed.details)
        except (KeyError, ValueError):  # posted by a newer process, such as during a rolling update
            await self._try_later(claimed, 'of a kind that this version does not know')
            return None
        try:
            secret = await self._auth.run(prepare, claimed, mail)
            if secret is not None:
                return self._written(claimed, mail, secret)
            tell_not_wanted(claimed)
        except StoreAway:
            raise
        except NoAddress:
            await self._give_up(claimed, 'to what is no address')
        except Exception as error:  # a mistake in one kind of mail keeps no other one back
            await self._try_later(claimed, f'not written: {where(error)}')
        return None

    def _written(self, claimed: Claim, mail: Mail, secret: str) -> Envelope:
        settings = self._auth.settings
        language = claimed.language or negotiate('', settings.site_language)
        with reading(language):
            content = mail.content(secret)
        return write_message(content, mail_id=claimed.mail_id, to=claimed.email_address, mail_from=settings.sender,
                             own_url=settings.own_url, language=language, at=self._auth.now(), site=settings.signature)

    async def _try_later(self, claimed: Claim, why: str) -> None:
        wait = _wait(self._timing.mail_retry_seconds, claimed.attempts - 1)
        is_waiting = await self._auth.run(put_back, claimed, timedelta(seconds=wait))
        if is_waiting:
            tell_postponed(claimed, why, wait)
        elif is_waiting is False:
            tell_given_up(claimed, why)

    async def _give_up(self, claimed: Claim, why: str) -> None:
        if await self._auth.store.run(done_with, claimed):
            tell_given_up(claimed, why)

    async def _forget(self, claimed: Claim) -> None:
        """Delete what was sent. While the store is away: again and again, for whoever claims it next would send it."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._timing.mail_lease_seconds
        while True:
            try:
                await self._auth.store.run(done_with, claimed)
                return
            except StoreAway:
                if self._tasks.is_stopping or loop.time() > end:
                    raise
                await self._tasks.pause(self._timing.mail_check_seconds)

    async def _drop_expired(self) -> None:
        while dropped := await self._auth.run(drop_expired):
            for one in dropped:
                tell_given_up(one, 'waiting for too long')

    async def _discard(self, *, are_there: bool) -> None:
        """On a site that sends no mail: delete what was posted. Not at once, since another process may know how to send
        it, such as while mail is switched on."""
        age = timedelta(seconds=self._timing.mail_discard_seconds)
        while are_there and await self._auth.run(drop_unsent, age):
            pass


def _wait(seconds: Sequence[float], failures: int) -> float:
    """How long to wait after so many failures in a row; not the same for all that failed at one moment."""
    return seconds[min(failures, len(seconds) - 1)] * random.uniform(0.8, 1.2)  # noqa: S311
