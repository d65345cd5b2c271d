"""``users``: create, list, disable and enable users, set passwords, make administrators, give roles."""

from __future__ import annotations

from typing import Annotated

import typer

from models import CannotOpenStore, check_schema, migrate

from ..rules import admin, admin_queries
from ..rules.actor import by_command_line
from ..rules.addresses import normal_address
from ..rules.admin_queries import UserRow, find_user
from ..rules.roles import set_role
from ..settings import Settings
from .command_group import CommandGroup
from .options import Json, Limit, PasswordStdin, Who, Words
from .output import counted, print_notice, print_result
from .prompts import ask_password
from .running import run, run_for
from .tables import print_rows

commands = CommandGroup('Create, list, disable and enable users; set passwords; make administrators; give roles.')

Role = Annotated[str, typer.Argument(metavar='ROLE', help='One word, such as editor.')]


@commands.command('create')
def create(address: Annotated[str, typer.Argument(metavar='ADDRESS', help='Their email address.')],
           first_name: Annotated[str, typer.Option(help='Their first name.')] = '',
           last_name: Annotated[str, typer.Option(help='Their last name.')] = '',
           is_admin: Annotated[bool, typer.Option('--admin', help='Make them an administrator.')] = False,
           password_stdin: PasswordStdin = False, json: Json = False) -> None:
    """Create a user. Prompts for the password. Use --admin for the first administrator."""
    normal_address(address, intranet=Settings().intranet_addresses)
    _make_database_if_there_is_none()
    password = ask_password(from_stdin=password_stdin)
    made = run(lambda auth: admin.create_user(auth, by_command_line, email_address=address, password=password,
                                              first_name=first_name, last_name=last_name, is_admin=is_admin))
    print_result({'id': made.id, 'email_address': made.email_address, 'first_name': made.first_name,
                  'last_name': made.last_name, 'is_admin': made.is_admin},
                 f'{made.email_address} is a user now{", and an administrator" if is_admin else ""}: {made.id}',
                 json=json)


@commands.command('list')
def list_users(words: Words = None, limit: Limit = 100, json: Json = False) -> None:
    """List users by their address."""
    rows = run(lambda auth: auth.read(admin_queries.find_users, by_command_line, ' '.join(words or ()),
                                      limit=limit + 1))
    print_rows([{'id': row.user.id, 'email_address': row.user.email_address, 'name': row.user.name,
                 'is_admin': row.user.is_admin, 'roles': ' '.join(sorted(row.user.roles - {'admin'})),
                 'disabled': row.disabled, 'sessions': row.sessions,
                 'created_at': row.created_at} for row in rows], json=json, limit=limit, less_important=('created_at',))


@commands.command('disable')
def disable(user: Who, json: Json = False) -> None:
    """Disable a user: all their sessions end, and they cannot sign in."""
    found, ended = run_for(user, lambda auth, user_id: auth.run(admin.set_disabled, by_command_line, user_id, True))
    print_result({**_facts(found), 'disabled': True, 'sessions_ended': ended},
                 f'{found.user.email_address} is disabled; {counted(ended, "session")} ended.', json=json)


@commands.command('enable')
def enable(user: Who, json: Json = False) -> None:
    """Let a disabled user sign in again."""
    found, _ = run_for(user, lambda auth, user_id: auth.run(admin.set_disabled, by_command_line, user_id, False))
    print_result({**_facts(found), 'disabled': False}, f'{found.user.email_address} may sign in.', json=json)


@commands.command('set-password')
def set_password(user: Who, password_stdin: PasswordStdin = False, json: Json = False) -> None:
    """Give a user another password, asked for or read from standard input; all their sessions end."""
    run(lambda auth: auth.read(find_user, by_command_line, user))  # refuse an unknown user before asking for a password
    password = ask_password(from_stdin=password_stdin)
    found, ended = run_for(user, lambda auth, user_id: admin.set_password(auth, by_command_line, user_id, password))
    print_result({**_facts(found), 'sessions_ended': ended},
                 f'{found.user.email_address} has another password; {counted(ended, "session")} ended.', json=json)


@commands.command('make-admin')
def make_admin(user: Who, json: Json = False) -> None:
    """Make a user an administrator."""
    found, _ = run_for(user, lambda auth, user_id: auth.run(admin.set_admin, by_command_line, user_id, True))
    print_result({**_facts(found), 'is_admin': True}, f'{found.user.email_address} is an administrator.', json=json)


@commands.command('remove-admin')
def remove_admin(user: Who, json: Json = False) -> None:
    """Take the rights of an administrator from a user."""
    found, _ = run_for(user, lambda auth, user_id: auth.run(admin.set_admin, by_command_line, user_id, False))
    print_result({**_facts(found), 'is_admin': False}, f'{found.user.email_address} is no administrator.', json=json)


@commands.command('give-role')
def give_role(user: Who, role: Role, json: Json = False) -> None:
    """Give a user a role, for pages that ask for it."""
    found, _ = run_for(user, lambda auth, user_id: auth.run(set_role, by_command_line, user_id, role, True))
    print_result({**_facts(found), 'role': role, 'given': True}, f'{found.user.email_address} has the role {role}.',
                 json=json)


@commands.command('take-role')
def take_role(user: Who, role: Role, json: Json = False) -> None:
    """Take a role from a user."""
    found, _ = run_for(user, lambda auth, user_id: auth.run(set_role, by_command_line, user_id, role, False))
    print_result({**_facts(found), 'role': role, 'given': False}, f'{found.user.email_address} has no role {role}.',
                 json=json)


def _make_database_if_there_is_none() -> None:
    """The first administrator may be made before the first start."""
    url = Settings().database_url
    try:
        check_schema(url)
    except CannotOpenStore:
        migrate(url)
        print_notice('The database was made, or brought to the newest schema.')


def _facts(found: UserRow) -> dict[str, str]:
    return {'user_id': found.user.id, 'email_address': found.user.email_address}
