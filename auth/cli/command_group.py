"""A group of commands, as Typer has it, but one that never prints an argument back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperCommand


class CommandGroup(typer.Typer):
    """Commands on one subject, such as ``users``."""

    def __init__(self, help: str) -> None:
        super().__init__(no_args_is_help=True, pretty_exceptions_enable=False, help=help)

    def command(self, name: str | None = None, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Make a function a command of this group."""
        return super().command(name, cls=_Command, **options)


class _Command(TyperCommand):
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse extra arguments without printing them, as Typer would: one may be a password."""
        ctx.allow_extra_args = True
        left = super().parse_args(ctx, args)
        if left:
            ctx.fail('There are more arguments than this command takes. Put words with spaces into quotes; '
                     'a password is never an argument: it is asked for, or read from standard input.')
        return left
