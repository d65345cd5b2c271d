"""``sessions``: list those that are signed in, and end them."""

from __future__ import annotations

from typing import Annotated

import typer

from ..errors import SessionNotFound
from ..rules import admin, admin_queries
from ..rules.actor import by_command_line
from ..rules.admin import CONFIRMATION
from ..rules.admin_queries import find_user
from ..rules.context import Auth
from .command_group import CommandGroup
from .options import Json, Limit, Who, Words
from .output import counted, print_result
from .prompts import confirm
from .running import run, run_for
from .tables import print_rows

commands = CommandGroup('List and end sessions; every tab sees it at once.')


@commands.command('list')
def list_sessions(words: Words = None,
                  user: Annotated[str, typer.Option(help='Those of this user only: an id or an address.')] = '',
                  limit: Limit = 100, json: Json = False) -> None:
    """List the sessions that are signed in, the newest first."""

    async def find(auth: Auth) -> list[admin_queries.AdminSession]:
        user_id = (await auth.read(find_user, by_command_line, user)).user.id if user else None
        return await auth.read(admin_queries.find_sessions, by_command_line, ' '.join(words or ()), user_id=user_id,
                                         limit=limit + 1)

    print_rows([{'id': row.id, 'email_address': row.user.email_address, 'device': str(row.user_agent),
                 'ip_address': row.ip_address, 'last_active_at': row.last_active_at, 'created_at': row.created_at,
                 'user_id': row.user.id} for row in run(find)],
               json=json, limit=limit, less_important=('created_at', 'user_id'))


@commands.command('revoke')
def revoke(session_id: Annotated[str, typer.Argument(metavar='SESSION_ID', help='The id of a session.')],
           json: Json = False) -> None:
    """End one session."""
    try:
        run(lambda auth: auth.run(admin.revoke_session, by_command_line, session_id))
    except SessionNotFound as error:
        raise SessionNotFound(f'{error} See which are with: python -m auth sessions list') from error
    print_result({'session_id': session_id, 'sessions_ended': 1}, f'{session_id} ended.', json=json)


@commands.command('revoke-user')
def revoke_user(user: Who, json: Json = False) -> None:
    """End all sessions of a user."""
    found, ended = run_for(user, lambda auth, user_id: auth.run(admin.revoke_user, by_command_line, user_id))
    print_result({'user_id': found.user.id, 'email_address': found.user.email_address, 'sessions_ended': ended},
                 f'{counted(ended, "session")} of {found.user.email_address} ended.', json=json)


@commands.command('revoke-all')
def revoke_all(yes: Annotated[bool, typer.Option('--yes', help='Do not ask.')] = False, json: Json = False) -> None:
    """End every session of every user."""
    if not yes:
        count = run(lambda auth: auth.read(admin_queries.count_sessions, by_command_line))
        confirm(str(CONFIRMATION), f'This ends {counted(count, "session")}.')
    ended = run(lambda auth: admin.revoke_everyone(auth, by_command_line))
    print_result({'sessions_ended': ended}, f'{counted(ended, "session")} ended.', json=json)
