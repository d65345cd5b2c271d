"""What the commands share: their options, and how a verb is run on the store that ``DATABASE_URL`` names."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import typer
from typer.core import TyperCommand

from models import check_schema

from ..rules.actor import by_command_line
from ..rules.admin_queries import UserRow, find_user
from ..rules.context import Auth
from ..rules.store import Store
from ..settings import Settings

T = TypeVar('T')

Json = Annotated[bool, typer.Option('--json', help='Print JSON, for programs.')]
Limit = Annotated[int, typer.Option('--limit', '-n', min=1, max=1_000_000, help='How many at most.')]
Who = Annotated[str, typer.Argument(metavar='USER', help='The id or the email address of a user.')]
Words = Annotated[list[str] | None, typer.Argument(metavar='WORDS',
                                                   help='What the address, name or id of the user must hold.')]


class Commands(typer.Typer):
    """A group of commands."""

    def __init__(self, help: str) -> None:
        super().__init__(no_args_is_help=True, pretty_exceptions_enable=False, help=help)

    def command(self, name: str | None = None, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Make a command of a function."""
        return super().command(name, cls=_Command, **options)


class _Command(TyperCommand):
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse what is too much without repeating it, as Typer would: it may be a password."""
        ctx.allow_extra_args = True
        left = super().parse_args(ctx, args)
        if left:
            ctx.fail('There are more arguments than this command takes. Put words with spaces into quotes; '
                     'a password is never an argument: it is asked for, or read from standard input.')
        return left


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
