"""``invitations``: make, list and withdraw invitations to sign up."""

from __future__ import annotations

from typing import Annotated

import typer

from ..requests.base import ROOT_PATH
from ..rules import invitations
from ..rules.actor import by_command_line
from ..settings import Settings
from .command_group import CommandGroup
from .options import Json, Limit
from .output import print_result
from .running import run
from .tables import print_rows

commands = CommandGroup('Make, list and withdraw invitations to sign up.')


@commands.command('create')
def create(address: Annotated[str, typer.Argument(metavar='[ADDRESS]', help='The only email address that may sign up '
                                                  'with it; any without one.')] = '',
           days: Annotated[str, typer.Option(help='For how many days it works.')] = '',
           below: Annotated[str, typer.Option(help='Where the app has its pages: the mount_path of ui.run_with.')] = '',
           json: Json = False) -> None:
    """Make a link that works once. It is mailed where the site sends mail and an address is given, and printed else."""
    if not ROOT_PATH.fullmatch(below.rstrip('/')):
        raise typer.BadParameter('write it like /gui', param_hint='--below')
    settings = Settings()
    made = run(lambda auth: auth.run(invitations.invite, by_command_line, email_address=address, days=days,
                                     settings=auth.settings, limits=auth.limits))
    link = made.link(settings.own_url + below.rstrip('/'))
    told = f'This link works once, until {made.expire_at:%Y-%m-%d %H:%M} UTC: {link}' if link else (
        f'The link is mailed to {made.email_address}; it works once, until {made.expire_at:%Y-%m-%d %H:%M} UTC.')
    print_result({'id': made.id, 'email_address': made.email_address, 'expire_at': made.expire_at, 'url': link,
                  'mailed': not link}, told, json=json)


@commands.command('list')
def list_invitations(limit: Limit = 100, json: Json = False) -> None:
    """List the invitations that work, the newest first."""
    rows = run(lambda auth: auth.read(invitations.find_invitations, by_command_line, limit=limit + 1))
    print_rows([{'id': row.id, 'email_address': row.email_address, 'created_at': row.created_at,
                 'expire_at': row.expire_at, 'by': row.by, 'mailed': row.is_mailed} for row in rows],
               json=json, limit=limit, less_important=('created_at',))


@commands.command('withdraw')
def withdraw(invitation_id: Annotated[str, typer.Argument(metavar='INVITATION', help='Its id.')], json: Json = False
             ) -> None:
    """Make an invitation useless."""
    address = run(lambda auth: auth.run(invitations.withdraw_invitation, by_command_line, invitation_id))
    print_result({'id': invitation_id, 'email_address': address, 'withdrawn': True},
                 f'{invitation_id} is withdrawn.', json=json)
