"""What acts need: the store, the settings, the clock and the password hasher."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from ..credentials.breaches import BreachedPasswords
from ..credentials.passwords import Passwords
from ..credentials.strength import StrengthMeter
from ..monitoring.metrics import Metrics
from ..settings import Settings
from ..timing import DEFAULT_TIMING, Timing
from .limits import Limits
from .store import Store

P = ParamSpec('P')
T = TypeVar('T')


def utc_now() -> datetime:
    """The clock of a running server."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Auth:
    """Made once, when the server starts."""

    store: Store
    settings: Settings
    now: Callable[[], datetime] = utc_now
    passwords: Passwords = field(default_factory=Passwords)
    timing: Timing = DEFAULT_TIMING
    meter: StrengthMeter = field(default_factory=StrengthMeter)
    breaches: BreachedPasswords = field(init=False)
    limits: Limits = field(init=False)
    """Ask them before anything is hashed or sent."""
    making_key: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Who has it makes the first key that session tokens are signed with."""

    def __post_init__(self) -> None:
        """Count in the store that everything else is in."""
        object.__setattr__(self, 'breaches', BreachedPasswords(
            self.settings.breached_passwords_url, answer_seconds=self.timing.breaches_answer_seconds,
            rest_seconds=self.timing.breaches_rest_seconds))
        object.__setattr__(self, 'limits', Limits(self.store, self.settings, self.now))

    async def run(self, verb: Callable[Concatenate[Connection, datetime, P], T], *args: P.args, **kwargs: P.kwargs
                  ) -> T:
        """Run a verb in a transaction of its own, as something that happens now; see ``Store.run``.

        :raises StoreAway: if the store can't be reached; then nothing was changed
        :raises OutcomeUnknown: if it went away while it was told to commit
        """
        return await self.store.run(verb, self.now(), *args, **kwargs)

    async def read(self, query: Callable[Concatenate[Connection, datetime, P], T], *args: P.args, **kwargs: P.kwargs
                   ) -> T:
        """Run a query about what is true now.

        :raises StoreAway: if the store can't be reached
        """
        return await self.store.read(query, self.now(), *args, **kwargs)

    @property
    def metrics(self) -> Metrics:
        """What is counted while it happens."""
        return self.store.metrics

    async def close(self) -> None:
        """Close the store and end the threads of passwords."""
        self.passwords.close()
        self.meter.close()
        await self.store.close()
