"""After the storm: do the store, the audit log and the screens agree with what was asked and answered?

Each rule tells what is wrong, in sentences; no sentence is no complaint.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from auth.credentials.tokens import hash_secret, parse_token
from auth.rules.store import Store
from auth.timing import Timing
from models import AuditEvent, Client, Session, User

from .browser import Browser
from .ledger import Ledger

SESSION_ID = re.compile(r'sess_\w+')

_ENDS = {'removed': 'signed_out', 'ended': 'signed_out', 'revoked': 'revoked'}
"""The audit event that tells of an end, by the status of the session."""


@dataclass(frozen=True)
class Stored:
    """Everything that is in the store, by id."""

    users: dict[str, Any]
    clients: dict[str, Any]
    sessions: dict[str, Any]
    events: list[Any]

    def client_of(self, cookie: str) -> Any:
        """The client of the browser that has this cookie; none if its secret is not the newest."""
        token = parse_token(cookie.removeprefix('__client='))
        found = self.clients.get(token.client_id) if token else None
        return found if found is not None and token and found.secret_hash == hash_secret(token.secret) else None

    def signed_in_at(self, cookie: str) -> set[str]:
        """The ids of the sessions that are signed in in the browser that has this cookie."""
        found = self.client_of(cookie)
        return {one.id for one in self.sessions.values() if found and one.client_id == found.id
                and one.status == 'active'}

    def label(self, cookie: str) -> str:
        """What the tabs of the browser that has this cookie have to show."""
        found = self.client_of(cookie)
        active = found.active_session_id if found else None
        return f'Active Session: {active}' if active in self.signed_in_at(cookie) else 'You are signed out'


async def read_all(url: str) -> Stored:
    """Read everything, on a connection of our own."""
    store = Store(url)
    try:
        users, clients, sessions, events = await store.read(
            lambda db: [db.execute(select(model)).all() for model in (User, Client, Session, AuditEvent)])
    finally:
        await store.close()
    by_id = [{row.id: row for row in rows} for rows in (users, clients, sessions)]
    return Stored(*by_id, list(events))


def bound(timing: Timing, ledger: Ledger) -> float:
    """How long a tab may show a session after it was answered that it has ended. It hides after some silence, and a
    process that is killed may have been behind with its news: by a second, or by as much as with its answers."""
    return timing.deaf_after_seconds + max(1, ledger.slowest)


def all_complaints(stored: Stored, ledger: Ledger, browsers: Sequence[Browser], timing: Timing) -> list[str]:
    """Apply every rule."""
    return [*answered_is_stored(stored, ledger), *nobody_was_signed_out_unasked(stored, ledger),
            *audit_is_complete(stored), *nothing_is_half_written(stored, ledger),
            *screens_are_right(stored, browsers), *no_end_was_shown_late(ledger, browsers, bound(timing, ledger))]


def answered_is_stored(stored: Stored, ledger: Ledger) -> Iterator[str]:
    """No end is lost, and no sign-in."""
    for session_id in ledger.ended:
        if session_id not in stored.sessions or stored.sessions[session_id].status == 'active':
            yield f'{session_id} was answered as ended, and lives'
    for session_id, known in ledger.signed_in.items():
        row = stored.sessions.get(session_id)
        if row is None or row.client_id != known.client_id or stored.users[row.user_id].email_address != known.person:
            yield f'{session_id} was answered as signed in for {known.person}, and is stored as {row}'


def nobody_was_signed_out_unasked(stored: Stored, ledger: Ledger) -> Iterator[str]:
    """A session that nobody asked to end lives."""
    revoked_at = {event.session_id: event.at.timestamp() for event in stored.events if event.action == 'revoked'}
    for row in stored.sessions.values():
        if row.status == 'active' or row.id in ledger.asked_to_end:
            continue
        person, at = stored.users[row.user_id].email_address, revoked_at.get(row.id, 0)
        if not any(sweep.person == person and sweep.since <= at <= sweep.until for sweep in ledger.sweeps):
            yield f'nobody asked {row.id} to end, and it is {row.status}'


def audit_is_complete(stored: Stored) -> Iterator[str]:
    """One sign-in for each session, one end for each that has ended, one sign-up for each user, and nothing else."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for event in stored.events:
        found[event.session_id or event.user_id][event.action] += 1
    for row in stored.sessions.values():
        told = found.pop(row.id, Counter())
        del told['switched']
        wanted = Counter({'signed_in': 1}) + Counter([_ENDS[row.status]] if row.status != 'active' else [])
        if told != wanted:
            yield f'of {row.id}, which is {row.status}, the audit log tells {dict(told)}'
    for row in stored.users.values():
        if (told := found.pop(row.id, Counter())) != Counter({'signed_up': 1}):
            yield f'of {row.email_address} the audit log tells {dict(told)}'
    yield from (f'the audit log tells {dict(told)} of {unknown}, which is not stored'
                for unknown, told in found.items())


def nothing_is_half_written(stored: Stored, ledger: Ledger) -> Iterator[str]:
    """What belongs together is there together; what was not answered was done whole or not at all."""
    homes = {row.client_id for row in stored.sessions.values()}
    for row in stored.clients.values():
        active = stored.sessions.get(row.active_session_id)
        if row.id not in homes or active is None or active.client_id != row.id:
            yield f'{row.id} has the active session {row.active_session_id}, and that is {active}'
    unanswered = Counter(stored.users[row.user_id].email_address for row in stored.sessions.values()
                         if row.id not in ledger.signed_in)
    yield from (f'{person} has {count} sessions of which nothing was answered'
                for person, count in (unanswered - ledger.unanswered_sign_ins).items())


def screens_are_right(stored: Stored, browsers: Sequence[Browser]) -> Iterator[str]:
    """Every tab shows what the store says, and nothing of a session that does not live in its browser."""
    for browser in browsers:
        wanted, living = stored.label(browser.cookie), stored.signed_in_at(browser.cookie)
        for tab in browser.tabs:
            if tab.shows != wanted:
                yield f'a tab shows "{tab.shows}" in place of "{wanted}"'
            elif foreign := set(SESSION_ID.findall(str(tab.page.elements))) - living:
                yield f'a tab that shows "{tab.shows}" holds {foreign} as well'


def no_end_was_shown_late(ledger: Ledger, browsers: Sequence[Browser], seconds: float) -> Iterator[str]:
    """No tab showed a session for longer than this after it was answered that it has ended."""
    for glimpse in (glimpse for browser in browsers for tab in browser.tabs for glimpse in tab.glimpses):
        late = glimpse.until - ledger.ended.get(glimpse.session_id, glimpse.until)
        if late > seconds:
            yield (f'{glimpse.session_id} was shown {late:.1f} s after it was answered that it has ended; '
                   f'the bound is {seconds:.1f} s')
