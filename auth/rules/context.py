"""What every verb needs: the store, the settings, the clock and the password hasher."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from models import CommitUnknown, Store, StoreUnavailable

from ..credentials.passwords import Passwords
from ..errors import OutcomeUnknown, StoreAway
from ..settings import Settings
from ..timing import DEFAULT_TIMING, Timing

Connection = AsyncSession | AsyncConnection
"""What statements are run on: within a transaction, or to read."""


def utc_now() -> datetime:
    """The clock of a running server."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Auth:
    """Handed to every verb; made once, when the server starts."""

    store: Store
    settings: Settings
    now: Callable[[], datetime] = utc_now
    passwords: Passwords = field(default_factory=Passwords)
    timing: Timing = DEFAULT_TIMING

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[AsyncSession]:
        """All or nothing: what is written in this block is committed at its end.

        :raises StoreAway: if the store can't be reached; then nothing was changed
        :raises OutcomeUnknown: if it went away at the very end
        """
        try:
            async with self.store.transaction() as session:
                yield session
        except CommitUnknown as error:
            raise OutcomeUnknown from error
        except StoreUnavailable as error:
            raise StoreAway from error

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        """A connection to read the newest commit with.

        :raises StoreAway: if the store can't be reached
        """
        try:
            async with self.store.read() as connection:
                yield connection
        except StoreUnavailable as error:
            raise StoreAway from error

    async def close(self) -> None:
        """Close the store and end the hashing threads."""
        self.passwords.close()
        await self.store.close()
