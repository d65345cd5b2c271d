"""Whatever the order of sign-in, sign-out, switch, revoke and expiry: the store does what a plain model says."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from auth import Auth, Settings
from auth.credentials.passwords import Passwords
from auth.credentials.tokens import ClientToken
from auth.errors import (
    NotSignedIn,
    ParamInvalid,
    PasswordIncorrect,
    ReverificationRequired,
    SessionNotFound,
    UserDisabled,
)
from auth.rules.actor import by_command_line
from auth.rules.admin import set_disabled
from auth.rules.devices import read_all_devices, revoke, revoke_others
from auth.rules.profile import change_password
from auth.rules.recent import LONG_AGO, RECENT
from auth.rules.sessions import end_overdue, set_active, sign_out, touch
from tests.computed_once import store_at
from tests.databases import SqliteFile, empty_file
from tests.rules import LAPTOP, NEW_PASSWORD, PASSWORD, PATIENT, Clock, Rules
from tests.running import both_stores

pytestmark = both_stores

LIFETIME = timedelta(hours=10)
INACTIVITY = timedelta(hours=3)
BROWSERS = st.integers(0, 2)
PEOPLE = st.integers(0, 2)
ADDRESSES = [f'person{number}@example.com' for number in range(3)]
PASSWORDS = [PASSWORD, NEW_PASSWORD, 'a horse of a different colour']


@dataclass
class ModelSession:
    """A session as a plain model has it."""

    id: str
    person: int
    browser: int
    expire_at: datetime
    abandon_at: datetime
    authenticated_at: datetime
    ended: str | None = None
    by_hand: bool = False


@dataclass
class ModelBrowser:
    """A browser: its newest cookie, the cookies before it, and the session it uses."""

    token: ClientToken | None = None
    old: list[ClientToken] = field(default_factory=list)
    active: str | None = None


LIMITS = Settings(session_lifetime_seconds=LIFETIME.total_seconds(),
                  session_inactivity_seconds=INACTIVITY.total_seconds())


def rules_on(path: Path) -> Rules:
    """The rules on a store."""
    clock = Clock()
    auth = Auth(store_at(f'sqlite:///{path}', PATIENT), LIMITS, clock, Passwords(memory_kib=8, time_cost=1))
    return Rules(SqliteFile(path), auth, clock)


@cache
def store_with_people() -> bytes:
    """A store with the three people, and nobody signed in; to sign them up takes longer than to copy."""
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as loop:
        path = SqliteFile(Path(folder) / 'live.db', empty_file()).path
        rules = rules_on(path)
        for address in ADDRESSES:
            loop.run(rules.sign_up(address))
        loop.run(rules.auth.close())
        for statement in ("UPDATE session SET status = 'removed'", 'DELETE FROM audit_event',
                          'PRAGMA wal_checkpoint(TRUNCATE)'):
            rules.sql(statement)
        return path.read_bytes()


class Sessions(RuleBasedStateMachine):
    """Three people, three browsers, and everything that can happen to them."""

    @initialize()
    def start(self) -> None:
        """Begin with three people and nobody signed in."""
        self.loop = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / 'live.db'
        path.write_bytes(store_with_people())
        self.rules = rules_on(path)
        self.browsers = [ModelBrowser() for _ in range(3)]
        self.sessions: dict[str, ModelSession] = {}
        self.disabled: set[int] = set()
        self.passwords = [PASSWORD] * 3

    def teardown(self) -> None:
        """Leave nothing behind."""
        if hasattr(self, 'rules'):
            self.run(self.rules.auth.close())
            self.loop.close()
            self.folder.cleanup()

    def run(self, coroutine: Any) -> Any:
        """Wait for a verb."""
        return self.loop.run(coroutine)

    def alive(self, browser: int | None = None) -> list[ModelSession]:
        """The sessions that are signed in."""
        now = self.rules.clock()
        return [one for one in self.sessions.values() if one.ended is None and one.person not in self.disabled
                and now < one.expire_at and now < one.abandon_at and browser in {None, one.browser}]

    def client(self, browser: int) -> Any:
        """The client of a browser, by its newest cookie."""
        token = self.browsers[browser].token
        return self.run(self.rules.client(token)) if token else None

    @rule(browser=BROWSERS, person=PEOPLE)
    def sign_in(self, browser: int, person: int) -> None:
        here = self.browsers[browser]
        if person in self.disabled:
            with pytest.raises(UserDisabled):
                self.run(self.rules.sign_in(ADDRESSES[person], self.client(browser), self.passwords[person]))
            return
        own = [one for one in self.alive(browser) if one.person == person]

        done = self.run(self.rules.sign_in(ADDRESSES[person], self.client(browser), self.passwords[person]))

        assert [one.id for one in own] in ([], [done.session_id])
        if here.token:
            assert done.token.client_id == here.token.client_id
            here.old.append(here.token)
        now = self.rules.clock()
        self.sessions[done.session_id] = ModelSession(done.session_id, person, browser, now + LIFETIME,
                                                      now + INACTIVITY, now)
        here.token, here.active = done.token, done.session_id

    @rule(browser=BROWSERS)
    def sign_out_of_all(self, browser: int) -> None:
        leaving = {one.id for one in self.alive(browser)}

        done = self.run(self.rules.auth.run(sign_out, self.client(browser)))

        # A disabled user's session is removed as well; the model counts it as ended only if it was said to be.
        assert leaving <= set(done.session_ids)
        for session_id in done.session_ids:
            assert self.sessions[session_id].browser == browser
            self.sessions[session_id].ended = 'removed'

    @rule(browser=BROWSERS, number=st.integers(0, 30), act=st.sampled_from([sign_out, set_active]))
    def act_on_some_session(self, browser: int, number: int, act: Any) -> None:
        ids = [*self.sessions, 'sess_' + 'x' * 24, 'nonsense']
        session_id = ids[number % len(ids)]
        model = self.sessions.get(session_id)
        verb = act if act is sign_out else partial(act, settings=self.rules.auth.settings)
        now = self.rules.clock()
        mine = model is not None and model.browser == browser and model.ended is None \
            and now < model.expire_at and now < model.abandon_at
        allowed = mine and (act is sign_out or (model is not None and model.person not in self.disabled))
        if not allowed:
            with pytest.raises(SessionNotFound):
                self.run(self.rules.auth.run(verb, self.client(browser), session_id))
            return

        self.run(self.rules.auth.run(verb, self.client(browser), session_id))

        assert model is not None
        if act is sign_out:
            model.ended = 'removed'
        else:
            self.browsers[browser].active = session_id

    @precondition(lambda self: any(browser.old for browser in self.browsers))
    @rule(browser=BROWSERS)
    def use_an_old_cookie(self, browser: int) -> None:
        for token in self.browsers[browser].old:
            assert self.run(self.rules.client(token)) is None

    @precondition(lambda self: self.sessions)
    @rule(number=st.integers(0, 30))
    def use_a_session(self, number: int) -> None:
        model = list(self.sessions.values())[number % len(self.sessions)]
        token = self.browsers[model.browser].token
        assert token is not None
        now = self.rules.clock()
        before = self.rules.sql('SELECT last_active_at FROM session WHERE id = ?', model.id)

        self.run(self.rules.auth.run(touch, token.client_id, model.id, settings=self.rules.auth.settings))

        if self.rules.sql('SELECT last_active_at FROM session WHERE id = ?', model.id) != before:
            assert model.ended is None
            assert now < min(model.expire_at, model.abandon_at)
            model.abandon_at = now + INACTIVITY

    @precondition(lambda self: self.sessions)
    @rule(number=st.integers(0, 30))
    def revoke_in_sql(self, number: int) -> None:
        model = list(self.sessions.values())[number % len(self.sessions)]
        if model.ended is None:
            self.rules.sql("UPDATE session SET status = 'revoked' WHERE id = ?", model.id)
            model.ended, model.by_hand = 'revoked', True

    def acting(self, browser: int) -> ModelSession | None:
        """The session in use on a browser."""
        return next((one for one in self.alive(browser) if one.id == self.browsers[browser].active), None)

    def is_recent(self, one: ModelSession) -> bool:
        """Whether the password was given in a session a moment ago."""
        return self.rules.clock() - one.authenticated_at < RECENT

    def end(self, ended: list[ModelSession], reason: str) -> None:
        """End sessions in the model."""
        for one in ended:
            one.ended = reason

    @rule(browser=BROWSERS, number=st.integers(0, 30))
    def sign_out_of_some_device(self, browser: int, number: int) -> None:
        ids = [*self.sessions, 'sess_' + 'x' * 24, 'nonsense']
        session_id = ids[number % len(ids)]
        here, wanted = self.acting(browser), self.sessions.get(session_id)
        client = self.client(browser)
        refusal: type[Exception] | None = None
        if here is None:
            refusal = NotSignedIn
        elif not self.is_recent(here) and (wanted not in self.alive(browser) or wanted.person != here.person):
            refusal = ReverificationRequired
        elif wanted not in self.alive() or wanted.person != here.person:
            refusal = SessionNotFound
        if refusal is not None:
            with pytest.raises(refusal):
                self.run(self.rules.auth.run(revoke, client, session_id))
            return

        assert wanted is not None
        self.run(self.rules.auth.run(revoke, client, session_id))

        self.end([wanted], 'removed' if wanted.browser == browser else 'revoked')

    @rule(browser=BROWSERS)
    def sign_out_of_all_other_devices(self, browser: int) -> None:
        here, client = self.acting(browser), self.client(browser)
        if here is None or not self.is_recent(here):
            with pytest.raises(NotSignedIn if here is None else ReverificationRequired):
                self.run(self.rules.auth.run(revoke_others, client))
            return
        others = [one for one in self.alive() if one.person == here.person and one is not here]

        told = self.run(self.rules.auth.run(revoke_others, client))

        assert told == len(others)
        self.end(others, 'revoked')

    @rule(browser=BROWSERS, number=st.integers(0, 2), right=st.booleans(), others_too=st.booleans())
    def change_the_password(self, browser: int, number: int, right: bool, others_too: bool) -> None:
        here, client = self.acting(browser), self.client(browser)
        current = self.passwords[here.person] if here and right else 'not the password'
        change = change_password(self.rules.auth, client, current_password=current, new_password=PASSWORDS[number],
                                 sign_out_others=others_too, request_info=LAPTOP)
        if here is None or not right:
            with pytest.raises(NotSignedIn if here is None else PasswordIncorrect):
                self.run(change)
            return
        if PASSWORDS[number] == current:
            with pytest.raises(ParamInvalid):
                self.run(change)
            return
        others = [one for one in self.alive() if one.person == here.person and one is not here and others_too]

        done = self.run(change)

        assert done.revoked == len(others)
        self.end(others, 'revoked')
        for one in self.sessions.values():
            if one.person == here.person:
                one.authenticated_at = self.rules.clock() if one is here else LONG_AGO
        self.passwords[here.person] = PASSWORDS[number]
        model = self.browsers[browser]
        assert model.token is not None
        assert done.token.client_id == model.token.client_id
        model.old.append(model.token)
        model.token = done.token

    @rule(browser=BROWSERS)
    def look_at_the_devices(self, browser: int) -> None:
        here, client = self.acting(browser), self.client(browser)
        if here is None:
            with pytest.raises(NotSignedIn):
                self.run(self.rules.auth.read(read_all_devices, client))
            return

        devices = self.run(self.rules.auth.read(read_all_devices, client))

        assert (devices[0].session_id, [device.this_device for device in devices].count(True)) == (here.id, 1)
        assert sorted(device.session_id for device in devices) == sorted(
            one.id for one in self.alive() if one.person == here.person)

    @rule(person=PEOPLE, disabled=st.booleans())
    def disable_or_enable_as_an_administrator(self, person: int, disabled: bool) -> None:
        now = self.rules.clock()
        left = [one for one in self.sessions.values() if one.person == person and one.ended is None and disabled
                and now < one.expire_at and now < one.abandon_at]
        user_id = self.rules.sql('SELECT id FROM user WHERE email_address = ?', ADDRESSES[person])[0][0]

        told = self.run(self.rules.auth.run(set_disabled, by_command_line, user_id, disabled))

        assert told == len(left)
        self.end(left, 'revoked')
        (self.disabled.add if disabled else self.disabled.discard)(person)

    @rule(person=PEOPLE)
    def disable_or_enable_in_sql(self, person: int) -> None:
        self.disabled ^= {person}
        self.rules.sql('UPDATE user SET disabled = ? WHERE email_address = ?', person in self.disabled,
                       ADDRESSES[person])

    @rule(minutes=st.sampled_from([1, 9, 10, 61, 179, 181, 599, 601]))
    def let_time_pass(self, minutes: int) -> None:
        self.rules.clock.forward(minutes=minutes)

    @rule()
    def sweep(self) -> None:
        self.run(self.rules.auth.run(end_overdue))
        now = self.rules.clock()
        for one in self.sessions.values():
            if one.ended is None and now >= one.expire_at:
                one.ended = 'expired'
            elif one.ended is None and now >= one.abandon_at:
                one.ended = 'abandoned'

    @invariant()
    def every_browser_is_as_the_model_says(self) -> None:
        if not hasattr(self, 'rules'):
            return
        now = self.rules.clock()
        for number, browser in enumerate(self.browsers):
            client = self.client(number)
            alive = {one.id for one in self.alive(number)}
            shown = {one.id for one in client.signed_in(now)} if client else set()
            active = client and client.active_session(now)
            assert shown == alive
            assert (active and active.id) == (browser.active if browser.active in alive else None)

    @invariant()
    def what_has_ended_stays_ended_and_is_in_the_log_once(self) -> None:
        if not hasattr(self, 'rules'):
            return
        statuses = dict(self.rules.sql('SELECT id, status FROM session'))
        ends = [row[0] for row in self.rules.sql(
            "SELECT session_id FROM audit_event WHERE action IN ('signed_out', 'revoked', 'expired', 'abandoned')")]
        assert len(ends) == len(set(ends))
        for one in self.sessions.values():
            assert statuses[one.id] == (one.ended or 'active')
            assert (one.id in ends) == (one.ended is not None and not one.by_hand)


TestSessionsInAnyOrder = Sessions.TestCase
TestSessionsInAnyOrder.settings = settings(max_examples=25, stateful_step_count=30, deadline=None,
                                           suppress_health_check=list(HealthCheck), derandomize=True)
