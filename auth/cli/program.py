"""The program: its groups of commands, its exit codes, and how it reports errors."""

from __future__ import annotations

import os
import sys

import typer
from pydantic import ValidationError

from models import BadDatabaseUrl, BadEnvFile, CannotOpenStore

from ..client_packages.fetching import CannotFetch
from ..errors import AuthError, StoreAway
from ..settings import wrong_setting
from . import audit, clients, database, invitations, keys, openapi, privacy, sessions, taking, users
from .output import print_notice

_EXPECTED = (AuthError, BadDatabaseUrl, BadEnvFile, CannotOpenStore, CannotFetch, taking.InTheWay,
             keys.NoPublishableKey, ValidationError, OSError)

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  help='Live Sessions: users, sessions and the audit log. Every command takes --json, for programs.')
app.add_typer(users.commands, name='users')
app.add_typer(invitations.commands, name='invitations')
app.add_typer(sessions.commands, name='sessions')
app.add_typer(audit.commands, name='audit')
app.add_typer(keys.commands, name='keys')
app.add_typer(privacy.commands, name='privacy')
app.add_typer(database.commands, name='database')
app.add_typer(clients.commands, name='clients')
app.add_typer(openapi.commands)
app.add_typer(taking.commands)


def main() -> None:
    """Run the command that was asked for, and exit: 0 done, 1 refused or not found, 2 wrong usage."""
    _open_what_is_closed()
    if (reconfigure := getattr(sys.stdout, 'reconfigure', None)) is not None:
        reconfigure(errors='backslashreplace')  # a terminal that can't show a name still gets the rest
    if not all(map(_is_text, sys.argv)):
        print_notice('An argument is not UTF-8 text. Nothing was done; write it anew.')
        sys.exit(2)
    try:
        app(prog_name='python -m auth')
    except _EXPECTED as error:
        print_notice(_explain(error))
        if isinstance(error, OSError):
            _drop_output()
        sys.exit(1)


def _explain(error: Exception) -> str:
    """Say in one sentence what went wrong and what to do."""
    match error:
        case StoreAway():
            return (f'The database cannot be used right now ({_root(error)}). '
                    'Another program may be writing to it: try again in a moment.')
        case AuthError():
            return str(error)
        case ValidationError():
            return wrong_setting(error)
        case OSError():
            return f'The system refused what is needed ({error}). What was asked for may have been done all the same.'
        case _:
            return str(error)


def _root(error: BaseException) -> BaseException:
    return error if error.__cause__ is None else _root(error.__cause__)


def _is_text(argument: str) -> bool:
    # Python keeps bytes that are not UTF-8 as surrogates.
    return not any('\ud800' <= char <= '\udfff' for char in argument)


def _open_what_is_closed() -> None:
    """Replace a standard stream that is closed by the null device."""
    for name, mode in (('stdin', 'r'), ('stdout', 'w'), ('stderr', 'w')):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding='utf-8'))  # noqa: SIM115 (open until the end)


def _drop_output() -> None:
    """Discard output that a full disk did not take, or Python would report it once more at exit."""
    with open(os.devnull, 'wb') as nothing:
        os.dup2(nothing.fileno(), 1)
