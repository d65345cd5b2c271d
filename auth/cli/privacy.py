"""``privacy``: give a person what is kept of them, and erase them."""

from __future__ import annotations

from typing import Annotated

import typer

from ..rules import erasure, personal_data
from ..rules.actor import by_command_line
from ..rules.admin_queries import find_user
from .command_group import CommandGroup
from .options import Json, Who
from .output import counted, print_line, print_result, to_json
from .prompts import confirm
from .running import run, run_for

commands = CommandGroup('Give people what is kept of them, and erase them.')

ERASE = 'erase this user'
"""What has to be typed before somebody is erased."""


@commands.command('export')
def export(user: Who, json: Json = False) -> None:
    """Print all that is kept of a user, as JSON: for them, and nobody else."""
    _, found = run_for(user, lambda auth, user_id: auth.run(personal_data.export_of, by_command_line, user_id))
    print_line(to_json(found))


@commands.command('erase')
def erase(user: Who, yes: Annotated[bool, typer.Option('--yes', help='Do not ask.')] = False, json: Json = False
          ) -> None:
    """Delete a user and all that is kept of them, at once and for good; of the audit log, ids and times stay."""
    if not yes:
        found = run(lambda auth: auth.read(find_user, by_command_line, user))
        confirm(ERASE, f'This deletes {found.user.email_address} ({found.user.id}) for good.')
    found, ended = run_for(user, lambda auth, user_id: auth.run(erasure.erase_user, by_command_line, user_id))
    print_result({'user_id': found.user.id, 'erased': True, 'sessions_ended': ended},
                 f'{found.user.id} is erased; {counted(ended, "session")} ended.', json=json)
