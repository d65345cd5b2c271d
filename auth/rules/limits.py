"""How often may be tried what can be guessed, or what costs others something: asked before anything is hashed or sent.

    taken = await auth.limits.check(Act.RESET_PASSWORD, account=email_address, address=request_info.ip_address)

An attempt is counted before anybody knows what it is worth. One that failed stays so by itself; one that succeeded is
told by ``succeeded``, and one that nobody looked at by ``give_back``, each within a transaction or by itself. What is
answered does not depend on whether there is such an account.

Whom a limit turns away is remembered here, for as long as it does so: then a flood costs the store nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import Connection, select
from sqlmodel import col

from models import Session
from models.normal_forms import stored_address
from models.statements import built_once

from ..credentials.turns import Claim
from ..errors import AccountLocked, LimitReached
from ..requests.minute import Minute
from ..requests.request_info import RequestInfo
from ..settings import Settings
from .accounts import Account, find_account
from .buckets import Bucket, empty, give_back, take
from .guess_counter import GuessCounter
from .store import Store


class Act(StrEnum):
    """What is limited. Each act has limits of its own."""

    SIGN_IN = 'sign_in'
    SIGN_UP = 'sign_up'
    CURRENT_PASSWORD = 'current_password'  # noqa: S105 (the name of an act)
    """Asked for again in a session, such as for a change of it."""
    RESET_PASSWORD = 'reset_password'  # noqa: S105 (the name of an act)
    MAIL = 'mail'
    """Whatever else sends a mail when anybody asks for it."""


A_QUARTER_SECONDS = 15 * 60
AN_HOUR_SECONDS = 60 * 60

MOST_IN_A_ROW = 100
"""Wrong passwords for an account; then none is looked at until it has another one (NIST 800-63B §3.2.2)."""

LEFT_FOR_THE_OWNER = 10
"""How many of these only browsers may try in which the account was signed in before."""

REMEMBERED_AT_MOST = 20_000
"""Refusals; some 4 MB. Beyond that, the store is asked again."""

LOOKS_A_MINUTE = 300
"""How often a new password may be looked at while it is typed, for one address: that of a class, say."""

LOCKED_FOR = timedelta(seconds=5)
"""So long it is not looked again whether an account is still locked: a new password unlocks it."""

_ONE_FOR_ALL = {'', '127.0.0.1', '::1'}
"""What comes from this machine comes from a proxy that no setting names, or from a program here: it tells nobody apart.
A limit for it would let one person lock everybody out."""


def network_of(address: str) -> str:
    """What a limit "for each address" counts; '' is not counted."""
    return '' if address in _ONE_FOR_ALL else RequestInfo(address).network


NOBODY = Claim(is_known=False)


@dataclass(frozen=True, slots=True)
class Taken:
    """An attempt that was counted."""

    buckets: tuple[Bucket, ...] = ()
    claim: Claim = NOBODY
    """Who wants the password to be hashed, if there is one."""
    in_a_row: int = 0
    """How many attempts on the account have failed in a row, with this one, if it fails as well."""
    account: Account | None = None
    """The account, if the act finds one by its address."""


@dataclass(frozen=True, slots=True)
class _Attempt:
    act: Act
    account: str
    """The id of a user, or the digest of what was given for an address: it may be anything, also a password."""
    address: str
    client_id: str


class Limits:
    """Asks the limits of a deployment, and tells them what came of it.

    :param store: where they are counted
    :param settings: how much is allowed
    :param now: the clock
    """

    def __init__(self, store: Store, settings: Settings, now: Callable[[], datetime]) -> None:
        self._store = store
        self._settings = settings
        self._now = now
        self.guesses = GuessCounter()
        """The passwords that were guessed in this process."""
        self._typing = Minute(lambda: now().timestamp())
        self._refused: dict[tuple[str, ...], tuple[datetime, datetime]] = {}

    async def check(self, act: Act, *, account: str | None = None, address: str = '', client_id: str = ''
                    ) -> Taken:
        """Count an attempt, if it is allowed.

        :param account: the id of the user, or the email address that was given, if the act concerns one
        :param address: the IP address it came from
        :param client_id: the client of the browser it came from, if it has one, and its cookie was checked
        :raises LimitReached: if it is not; nothing was counted
        :raises AccountLocked: if no password of the account is looked at any more
        :raises StoreAway: if the store can't be reached
        """
        attempt = self._attempt(act, account, address, client_id)
        return await self._take(attempt, lambda db: self._count(db, attempt))

    def count(self, db: Connection, act: Act, *, account: str | None = None, address: str = '', client_id: str = ''
              ) -> Taken:
        """Do the same within a transaction, which an error has to end; see ``check``."""
        return self._count(db, self._attempt(act, account, address, client_id))

    async def check_sign_in(self, identifier: str, *, address: str, client_id: str) -> Taken:
        """Count a sign-in and find its account, in one transaction; see ``check``."""
        attempt = self._attempt(Act.SIGN_IN, identifier, address, client_id)

        def find_and_count(db: Connection) -> Taken:
            account = find_account(db, stored_address(identifier))
            if account is None:
                return self._count(db, attempt)
            found = replace(attempt, account=account.user_id)
            is_known = bool(found.client_id) and db.scalar(*_was_here(found.client_id, account.user_id)) is not None
            return replace(self._count(db, found, is_known=is_known), account=account)

        return await self._take(attempt, find_and_count)

    def check_typing(self, address: str) -> None:
        """Count a look at a new password while it is typed. It tells nothing that could be guessed, but takes a while;
        so it is counted in this process only, and costs the store nothing.

        :raises LimitReached: if there are too many of an address
        """
        who = network_of(address)
        if who and self._typing.add(who) > LOOKS_A_MINUTE:
            raise LimitReached(self._typing.seconds_left)

    async def succeeded(self, taken: Taken) -> None:
        """Tell that an attempt was no failure; see the verb of this name."""
        await self._store.run(succeeded, taken)

    async def give_back(self, taken: Taken) -> None:
        """Tell that nobody looked at an attempt, for example because the server is busy."""
        await self._store.run(give_back, taken.buckets)

    async def _take(self, attempt: _Attempt, count: Callable[[Connection], Taken]) -> Taken:
        try:
            return await self._take_or_refuse(attempt, count)
        except (LimitReached, AccountLocked):
            if attempt.act is Act.SIGN_IN:
                self.guesses.add(refused=1)
            raise

    async def _take_or_refuse(self, attempt: _Attempt, count: Callable[[Connection], Taken]) -> Taken:
        keys, now = self._keys(attempt), self._now()
        for key in keys:
            since, until = self._refused.get(key, (now, now))
            if since <= now < until:  # not if the clock was set back
                raise AccountLocked if key[-1] == 'locked' else LimitReached((until - now).total_seconds())
        try:
            return await self._store.run(count)
        except LimitReached as error:
            self._remember(keys, error.kind, now, timedelta(seconds=error.retry_after or 1))
            raise
        except AccountLocked:
            self._remember(keys, 'locked', now, LOCKED_FOR)
            raise

    def _count(self, db: Connection, attempt: _Attempt, *, is_known: bool = False) -> Taken:
        now = self._now()
        counted = take(db, now, self._buckets(attempt, is_known=is_known))
        if not counted:
            return Taken()
        source = counted[-1]  # what is most of whoever tries it: the address or the browser, or else the account
        tries = source.tries_before(now)
        if attempt.act is Act.SIGN_UP:  # which have not failed, as a rule: a class may have made many from one address
            tries /= 10
        claim = Claim(source.bucket.who, is_known or attempt.act is Act.CURRENT_PASSWORD, tries)
        return Taken(tuple(one.bucket for one in counted), claim, counted[0].in_a_row)

    def _attempt(self, act: Act, account: str | None, address: str, client_id: str) -> _Attempt:
        return _Attempt(act, _who(account), network_of(address), client_id)

    def _buckets(self, attempt: _Attempt, *, is_known: bool) -> tuple[Bucket, ...]:
        """What counts an attempt; every act fills an account before anything else, so that nobody waits in a circle."""
        settings, seconds = self._settings, AN_HOUR_SECONDS
        by_account, by_address = settings.mails_per_account, settings.mails_per_address
        if is_known or attempt.act is Act.CURRENT_PASSWORD:
            return self._of_owner(attempt)
        if attempt.act is Act.SIGN_IN:
            by_account, by_address = settings.wrong_passwords_per_account, settings.wrong_passwords_per_address
            seconds = A_QUARTER_SECONDS
        elif attempt.act is Act.SIGN_UP:
            by_account, by_address = settings.sign_ups_per_address, settings.sign_ups_per_address
        most = MOST_IN_A_ROW - LEFT_FOR_THE_OWNER if attempt.act is Act.SIGN_IN else None
        buckets = (Bucket(attempt.act, 'account', attempt.account, by_account, seconds, most),
                   Bucket(attempt.act, 'address', attempt.address, by_address, seconds))
        return tuple(bucket for bucket in buckets if bucket.who)

    def _of_owner(self, attempt: _Attempt) -> tuple[Bucket, ...]:
        """A share of its own for a browser that has been signed in to the account: nobody else can use it up."""
        size = self._settings.wrong_passwords_per_account
        return (Bucket(Act.SIGN_IN, 'account', attempt.account, size, A_QUARTER_SECONDS, MOST_IN_A_ROW, drops=0),
                Bucket(attempt.act, 'browser', f'{attempt.client_id} {attempt.account}', size, A_QUARTER_SECONDS))

    def _keys(self, attempt: _Attempt) -> tuple[tuple[str, ...], ...]:
        """Under what a refusal is remembered. A browser with a client may be known, so others' are none of its."""
        if attempt.client_id:
            key = attempt.act, 'browser', f'{attempt.client_id} {attempt.account}'
            return key, (*key, 'locked')
        account = attempt.act, 'account', attempt.account
        return account, (attempt.act, 'address', attempt.address), (*account, 'locked')

    def _remember(self, keys: tuple[tuple[str, ...], ...], kind: str, now: datetime, time: timedelta) -> None:
        """Refuse the same without the store for some time."""
        if len(self._refused) >= REMEMBERED_AT_MOST:
            self._refused = {key: times for key, times in self._refused.items() if now < times[1]}
        if len(self._refused) >= REMEMBERED_AT_MOST:
            self._refused.clear()
        key = next((key for key in keys if key[-1 if kind == 'locked' else 1] == kind), keys[0])
        self._refused[key] = (now, now + time)


def succeeded(db: Connection, taken: Taken) -> None:
    """Count no attempt any more that was no failure, nor those before it; in the transaction that does the act."""
    empty(db, [bucket for bucket in taken.buckets if bucket.kind != 'address'])
    give_back(db, [bucket for bucket in taken.buckets if bucket.kind == 'address'])


def _who(account: str | None) -> str:
    if account is None or (account.startswith('user_') and '@' not in account):
        return account or ''
    return digest_of(account)


def digest_of(email_address: str) -> str:
    """What stands for an address that nobody may have."""
    return sha256(stored_address(email_address).encode('utf-8', 'surrogatepass')).hexdigest()[:32]


@built_once
def _was_here(client_id: str, user_id: str):
    return (select(col(Session.id)).where(col(Session.client_id) == client_id, col(Session.user_id) == user_id)
            .limit(1))
