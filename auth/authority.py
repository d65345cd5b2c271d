"""Who may administer: asked in the transaction that acts, so that a right withdrawn a moment ago is gone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from .acting import acting_admin
from .clients import ClientView
from .context import Auth, Connection

Authority = Callable[[Connection], Awaitable[str]]
"""Tells who acts, for the audit log; raises ``NotSignedIn`` or ``NotAllowed`` if they may not."""

COMMAND_LINE = 'command line'
"""The actor of what was done there: whoever can run a program beside the store may do anything with it."""


def by_admin(auth: Auth, client: ClientView | None) -> Authority:
    """The authority of the administrator who uses a client."""

    async def who(db: Connection) -> str:
        return (await acting_admin(db, client, auth.now())).user_id

    return who


async def by_command_line(_: Connection) -> str:
    """The authority of whoever can run a program beside the store."""
    return COMMAND_LINE
