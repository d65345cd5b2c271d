"""What the command line asks for: a password, and whether the person is sure. Neither is printed."""

from __future__ import annotations

import getpass
import sys

import typer

from ..errors import AuthError, ParamInvalid

_MOST_BYTES = 16 * 1024
"""More than any password takes. Nothing beyond it is read."""

_UTF_8 = 'utf-8-sig'
"""Without the byte order mark that some programs write before a text."""


def ask_password(*, from_stdin: bool) -> str:
    """Ask for a new password twice, hidden; where standard input is not a terminal, read it from there.

    It is never an argument: everybody on the machine can see those, and the shell keeps them in its history.

    :param from_stdin: read it from standard input, and refuse if that is a terminal
    :raises AuthError: if it can't be read, or was not typed the same twice
    """
    try:
        if not sys.stdin.isatty():
            return _read_password()
        if from_stdin:
            raise typer.BadParameter('Standard input is a terminal, where everybody sees what you type. Pipe the '
                                     'password into the program, or leave --password-stdin out to be asked.')
        password, again = getpass.getpass('Password: '), getpass.getpass('The same again: ')
    except UnicodeDecodeError as error:
        raise ParamInvalid('The password is not UTF-8 text. Nothing was changed; write it as UTF-8.') from error
    if again != password:
        raise AuthError('The two passwords differ. Nothing was changed; try again.')
    return password


def confirm(words: str, what: str) -> None:
    """Go on only if the person types the words.

    :raises AuthError: if they type anything else
    """
    print(f'{what} Type "{words}" to confirm: ', end='', file=sys.stderr, flush=True)
    typed = sys.stdin.buffer.readline(_MOST_BYTES).decode(_UTF_8, errors='replace')
    if typed.strip().lower() != words:
        raise AuthError(f'"{words}" was not typed, so nothing was done. Type it, or say --yes.')


def _read_password() -> str:
    password = sys.stdin.buffer.read(_MOST_BYTES).decode(_UTF_8).removesuffix('\n').removesuffix('\r')
    if '\x00' in password:
        raise ParamInvalid('The password has a NUL in it, which nobody can type; it may be UTF-16 text. '
                           'Nothing was changed; write it as UTF-8.')
    if '\n' in password:
        raise ParamInvalid('There is more than one line on standard input. Nothing was changed; '
                           'send the password alone.')
    return password
