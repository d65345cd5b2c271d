"""What an operator does from the command line: users, sessions, the audit log, the database.

It works on the store beside the running servers; what it ends is seen live in every tab.
"""

from __future__ import annotations

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, TypeVar

import typer
from pydantic import ValidationError

from models import BadDatabaseUrl, CannotOpenStore, Store, migrate

from . import admin
from .accounts import normal_address
from .admin import by_command_line as operator
from .context import Auth
from .errors import AuthError, StoreAway
from .printing import say, show
from .settings import Settings

T = TypeVar('T')

CONFIRMATION = 'sign out everyone'

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  help='Live Sessions: users, sessions and the audit log.')
users = typer.Typer(no_args_is_help=True, help='Create, list, disable and enable users; set passwords.')
sessions = typer.Typer(no_args_is_help=True, help='List and end sessions; every tab sees it at once.')
audit = typer.Typer(no_args_is_help=True, help='Read what happened.')
database = typer.Typer(no_args_is_help=True, help='Look after the database.')
for name, group in (('users', users), ('sessions', sessions), ('audit', audit), ('database', database)):
    app.add_typer(group, name=name)

Json = Annotated[bool, typer.Option('--json', help='Print JSON, for programs.')]
Limit = Annotated[int, typer.Option('--limit', '-n', min=1, max=100_000, help='How many at most.')]
Who = Annotated[str, typer.Argument(metavar='USER', help='The id or the email address of a user.')]
Words = Annotated[str, typer.Argument(help='What the address, name or id of the user must hold.')]


def main() -> None:
    """Run the command that was asked for; tell what went wrong in one sentence."""
    try:
        app()
    except StoreAway:
        say(f'The database {Settings().database_url} can not be used now. Set DATABASE_URL if it is another one; '
            'if it is new or old, run: python -m auth database upgrade')
    except AuthError as error:
        say(error.message)
    except (BadDatabaseUrl, CannotOpenStore) as error:
        say(str(error))
    except ValidationError as error:
        wrong = error.errors()[0]
        say(f'The setting {str(wrong["loc"][0]).upper()} is wrong: {wrong["msg"]}.')
    else:
        return
    sys.exit(1)


@users.command('create')
def create_user(address: Annotated[str, typer.Argument(help='Their email address.')],
                first_name: Annotated[str, typer.Option()] = '', last_name: Annotated[str, typer.Option()] = '',
                is_admin: Annotated[bool, typer.Option('--admin', help='Make them an administrator.')] = False,
                json: Json = False) -> None:
    """Create a user. The password is asked for, or read from standard input."""
    password = _ask_password()
    migrate(Settings().database_url)  # the first user may be made before the first start
    user_id = _run(lambda auth: admin.create_user(auth, operator, email_address=address, password=password,
                                                  first_name=first_name, last_name=last_name, is_admin=is_admin))
    show([{'id': user_id, 'email_address': normal_address(address)}], json=json)


@users.command('list')
def list_users(words: Words = '', limit: Limit = 100, json: Json = False) -> None:
    """List users by their address."""
    rows = _run(lambda auth: admin.find_users(auth, operator, words, limit=limit))
    show([{'id': row.user.id, 'email_address': row.user.email_address, 'name': row.user.name,
           'is_admin': row.user.is_admin, 'disabled': row.disabled, 'sessions': row.sessions,
           'created_at': row.created_at} for row in rows], json=json)


@users.command('disable')
def disable_user(user: Who, json: Json = False) -> None:
    """Disable a user: all their sessions end, and they can not sign in."""
    ended = _for_user(user, lambda auth, user_id: admin.set_disabled(auth, operator, user_id, True))
    show([{'user': user, 'disabled': True, 'sessions_ended': ended}], json=json)


@users.command('enable')
def enable_user(user: Who, json: Json = False) -> None:
    """Let a disabled user sign in again."""
    _for_user(user, lambda auth, user_id: admin.set_disabled(auth, operator, user_id, False))
    show([{'user': user, 'disabled': False}], json=json)


@users.command('set-password')
def set_password(user: Who, json: Json = False) -> None:
    """Give a user another password, asked for or read from standard input; all their sessions end."""
    password = _ask_password()
    ended = _for_user(user, lambda auth, user_id: admin.set_password(auth, operator, user_id, password))
    show([{'user': user, 'sessions_ended': ended}], json=json)


@users.command('make-admin')
def make_admin(user: Who, json: Json = False) -> None:
    """Make a user an administrator."""
    _for_user(user, lambda auth, user_id: admin.set_admin(auth, operator, user_id, True))
    show([{'user': user, 'is_admin': True}], json=json)


@users.command('remove-admin')
def remove_admin(user: Who, json: Json = False) -> None:
    """Take the rights of an administrator from a user."""
    _for_user(user, lambda auth, user_id: admin.set_admin(auth, operator, user_id, False))
    show([{'user': user, 'is_admin': False}], json=json)


@sessions.command('list')
def list_sessions(words: Words = '',
                  user: Annotated[str, typer.Option(help='Those of this user only: an id or an address.')] = '',
                  limit: Limit = 100, json: Json = False) -> None:
    """List the sessions that are signed in, the newest first."""

    async def find(auth: Auth) -> list[admin.SessionRow]:
        user_id = (await admin.find_user(auth, operator, user)).user.id if user else None
        return await admin.find_sessions(auth, operator, words, user_id=user_id, limit=limit)

    show([{'id': row.id, 'email_address': row.user.email_address, 'device': str(row.user_agent),
           'ip_address': row.ip_address, 'created_at': row.created_at, 'last_active_at': row.last_active_at}
          for row in _run(find)], json=json)


@sessions.command('revoke')
def revoke_session(session_id: Annotated[str, typer.Argument(help='The id of a session.')],
                   json: Json = False) -> None:
    """End one session."""
    _run(lambda auth: admin.revoke_session(auth, operator, session_id))
    show([{'session': session_id, 'sessions_ended': 1}], json=json)


@sessions.command('revoke-user')
def revoke_user(user: Who, json: Json = False) -> None:
    """End all sessions of a user."""
    ended = _for_user(user, lambda auth, user_id: admin.revoke_user(auth, operator, user_id))
    show([{'user': user, 'sessions_ended': ended}], json=json)


@sessions.command('revoke-all')
def revoke_all(yes: Annotated[bool, typer.Option('--yes', help='Do not ask.')] = False, json: Json = False) -> None:
    """End every session of every user."""
    if not yes and input(f'Type "{CONFIRMATION}" to end every session: ').strip().lower() != CONFIRMATION:
        raise AuthError('That was not typed, so nobody was signed out.')
    show([{'sessions_ended': _run(lambda auth: admin.revoke_everyone(auth, operator))}], json=json)


@audit.command('tail')
def tail(limit: Limit = 20, json: Json = False,
         follow: Annotated[bool, typer.Option('--follow', '-f', help='Go on until interrupted.')] = False) -> None:
    """Print the newest events, the newest last."""

    async def read(auth: Auth) -> None:
        seen: set[str] = set()
        while True:
            rows = await admin.read_audit_log(auth, operator, limit=limit)
            fresh = [asdict(row) for row in reversed(rows) if row.id not in seen]
            if fresh or not seen:
                show(fresh, json=json, header=not seen)
            seen = {row.id for row in rows}
            if not follow:
                return
            await asyncio.sleep(0.5)

    try:
        _run(read)
    except KeyboardInterrupt:
        return


@database.command('upgrade')
def upgrade(json: Json = False) -> None:
    """Create the database, or bring it to the newest schema."""
    url = Settings().database_url
    migrate(url)
    show([{'database_url': url, 'upgraded': True}], json=json)


def _run(work: Callable[[Auth], Awaitable[T]]) -> T:
    settings = Settings()

    async def run() -> T:
        auth = Auth(Store(settings.database_url), settings)
        try:
            return await work(auth)
        finally:
            await auth.close()

    return asyncio.run(run())


def _for_user(user: str, work: Callable[[Auth, str], Awaitable[T]]) -> T:
    async def run(auth: Auth) -> T:
        return await work(auth, (await admin.find_user(auth, operator, user)).user.id)

    return _run(run)


def _ask_password() -> str:
    """Never an argument: those are seen by everybody on the machine, and kept in the shell's history."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip('\n')
    password = getpass.getpass('Password: ')
    if getpass.getpass('The same again: ') != password:
        raise AuthError('The two passwords differ. Nothing was changed; try again.')
    return password
