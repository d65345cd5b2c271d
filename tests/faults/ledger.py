"""What browsers asked for and were answered: what the store, the audit log and the screens must agree with."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class SignedIn:
    """It was answered that a session is signed in."""

    person: str
    client_id: str
    at: float


@dataclass
class Sweep:
    """Somebody asked to be signed out of all other devices."""

    person: str
    since: float
    until: float = float('inf')
    """When it was answered; never, if the server was killed before."""


@dataclass
class Ledger:
    """Everything asked and answered in one run; a moment is in seconds since 1970, a person is an email address."""

    signed_in: dict[str, SignedIn] = field(default_factory=dict)
    unanswered_sign_ins: Counter[str] = field(default_factory=Counter)
    """By person."""
    asked_to_end: set[str] = field(default_factory=set)
    """The sessions that somebody asked to end by name, whatever came of it."""
    sweeps: list[Sweep] = field(default_factory=list)
    ended: dict[str, float] = field(default_factory=dict)
    """When it was first answered that a session has ended."""
    answers: Counter[str] = field(default_factory=Counter)
    """How often which act was answered in which way."""
    slowest: float = 0
    """How long the slowest answer took."""

    @property
    def tells_enough(self) -> bool:
        """Whether people have signed in and out, and sessions have ended."""
        return {'sign_in 200', 'sign_out 200'} <= self.answers.keys() and bool(self.ended)

    def note_sign_in(self, session_id: str, person: str, client_id: str) -> None:
        """It was answered that this session is signed in."""
        self.signed_in[session_id] = SignedIn(person, client_id, time.time())

    def note_end(self, *session_ids: str) -> None:
        """It was answered that these sessions have ended."""
        for session_id in session_ids:
            self.ended.setdefault(session_id, time.time())

    def note_sweep(self, sweep: Sweep, client_id: str) -> None:
        """It was answered that all sessions of a person have ended but those of one client."""
        sweep.until = time.time()
        self.note_end(*(session_id for session_id, known in self.signed_in.items()
                        if known.person == sweep.person and known.client_id != client_id and known.at < sweep.since))
