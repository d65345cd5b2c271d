"""``clients``: the client libraries of Clerk's that this server hands to browsers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..client_packages.fetching import fetch
from ..client_packages.pinned import CLIENT_PACKAGES
from ..settings import Settings
from .command_group import CommandGroup
from .options import Json
from .output import print_notice, print_result

commands = CommandGroup('The client libraries of Clerk\'s that this server hands to browsers.')


@commands.callback()
def clients() -> None:
    """The client libraries of Clerk's that this server hands to browsers."""


@commands.command('fetch')
def fetch_all(folder: Annotated[Path | None, typer.Option(metavar='FOLDER', help='Where to; else CLIENTS_FOLDER.')]
              = None, json: Json = False) -> None:
    """Fetch them through npm, each in one version and checked, into the folder from which they are served."""
    folder = folder or Settings().clients_folder
    fetched: list[str] = []
    for package in CLIENT_PACKAGES.values():
        if not package.is_in(folder):
            print_notice(f'Fetching {package.spec} …')
            fetch(package, folder)
            fetched.append(package.spec)
    specs = [package.spec for package in CLIENT_PACKAGES.values()]
    told = f'{" and ".join(specs)} are in {folder}. ' + ('A server that runs serves them from now on.' if fetched else
                                                         'They were there already; nothing was fetched.')
    print_result({'folder': str(folder), 'packages': specs, 'fetched': fetched}, told, json=json)
