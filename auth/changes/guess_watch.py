"""Tells the store how many passwords were guessed in this process."""

from __future__ import annotations

import logging

from ..errors import StoreAway
from ..rules.context import Auth
from ..rules.guesses import note_guesses
from .background import Background

log = logging.getLogger('live_sessions')


class GuessWatch:
    """Writes the counts some seconds after the first guess, and does nothing while there are none.

    :param auth: what the verbs need
    """

    def __init__(self, auth: Auth) -> None:
        self._auth = auth
        self._guesses = auth.limits.guesses
        self._tasks = Background('watch of guesses', auth.timing.sweep_again_seconds / 2)

    async def start(self) -> None:
        """Begin to watch."""
        self._tasks.start(self._run)

    async def stop(self) -> None:
        """Write what was counted, and end."""
        await self._tasks.stop(self._guesses.there_are_some.set)
        await self.write()

    async def write(self) -> None:
        """Write what was counted; what cannot be written is kept for the next time."""
        wrong, refused = self._guesses.take()
        if not wrong and not refused:
            return
        most = self._auth.settings.alert_after_wrong_passwords
        try:
            has_begun = await self._auth.run(note_guesses, wrong, refused, most=most)
        except StoreAway as error:
            self._guesses.add(wrong, refused)
            log.warning('guesses cannot be counted: %s', error.__cause__ or error,
                        extra={'event': 'guesses_not_counted'})
            return
        if has_begun:
            log.warning('passwords are being guessed: more than %s were wrong or refused within minutes. The page '
                        '/admin shows how it goes on', most, extra={'event': 'passwords_guessed'})

    async def _run(self) -> None:
        while not self._tasks.is_stopping:
            await self._guesses.there_are_some.wait()
            await self._tasks.pause(self._auth.timing.guesses_seconds)
            await self.write()
