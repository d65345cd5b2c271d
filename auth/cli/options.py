"""The options and arguments that several commands take."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option('--json', help='Print JSON, for programs.')]
Limit = Annotated[int, typer.Option('--limit', '-n', min=1, max=1_000_000, help='How many at most.')]
PasswordStdin = Annotated[bool, typer.Option('--password-stdin', help='Read the password from standard input.')]
Who = Annotated[str, typer.Argument(metavar='USER', help='The id or the email address of a user.')]
Words = Annotated[list[str] | None, typer.Argument(metavar='WORDS',
                                                   help='What the address, name or id of the user must hold.')]
