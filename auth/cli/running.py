"""How a command runs a verb on the store that ``DATABASE_URL`` names."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from models import check_schema

from ..rules.actor import by_command_line
from ..rules.admin_queries import UserRow, find_user
from ..rules.context import Auth
from ..rules.store import Store
from ..settings import Settings

T = TypeVar('T')


def run(work: Callable[[Auth], Awaitable[T]]) -> T:
    """Run verbs on the store, if its schema is the newest.

    :raises CannotOpenStore: if it is not, or there is no store; or ``BadDatabaseUrl``, ``ValidationError``
    """
    settings = Settings()
    check_schema(settings.database_url)
    return asyncio.run(_run(settings, work))


def run_for(user: str, work: Callable[[Auth, str], Awaitable[T]]) -> tuple[UserRow, T]:
    """Run a verb on a user, by their id or their address; returns who that is, too.

    :raises UserNotFound: if there is none
    """

    async def find_and_work(auth: Auth) -> tuple[UserRow, T]:
        found = await auth.read(find_user, by_command_line, user)
        return found, await work(auth, found.user.id)

    return run(find_and_work)


async def _run(settings: Settings, work: Callable[[Auth], Awaitable[T]]) -> T:
    auth = Auth(Store(settings.database_url), settings)
    try:
        return await work(auth)
    finally:
        await auth.close()
