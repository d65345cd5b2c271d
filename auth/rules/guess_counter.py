"""The passwords that were guessed in this process since they were last told to the store."""

from __future__ import annotations

import asyncio


class GuessCounter:
    """Counts; ``auth.changes.guess_watch`` takes what was counted."""

    def __init__(self) -> None:
        self._wrong = self._refused = 0
        self.there_are_some = asyncio.Event()

    def add(self, wrong: int = 0, refused: int = 0) -> None:
        """Count passwords that were wrong, and those that were refused because of a limit."""
        self._wrong += wrong
        self._refused += refused
        self.there_are_some.set()

    def take(self) -> tuple[int, int]:
        """Return what was counted, and begin anew."""
        taken = self._wrong, self._refused
        self._wrong = self._refused = 0
        self.there_are_some.clear()
        return taken
