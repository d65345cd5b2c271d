"""Who may administer: asked in the transaction that acts, so that a right withdrawn a moment ago is gone."""

from __future__ import annotations

from typing import Protocol

from .actor import acting_admin, hold_users
from .clients import ClientView
from .context import Auth, Connection


class Authority(Protocol):
    """Whoever may administer."""

    async def __call__(self, db: Connection, on: str | None = None) -> str:
        """Tell who acts, for the audit log.

        :param on: the user whom the act concerns, who is held until it is done
        :raises NotSignedIn: if nobody is signed in
        :raises NotAllowed: if they may not
        """
        ...


COMMAND_LINE = 'command line'
"""The actor of what was done there: whoever can run a program beside the store may do anything with it."""


def by_admin(auth: Auth, client: ClientView | None) -> Authority:
    """The authority of the administrator who uses a client."""

    async def who(db: Connection, on: str | None = None) -> str:
        return (await acting_admin(db, client, auth.now(), on=on)).user_id

    return who


async def by_command_line(db: Connection, on: str | None = None) -> str:
    """The authority of whoever can run a program beside the store."""
    await hold_users(db, on)
    return COMMAND_LINE
