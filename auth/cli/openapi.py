"""``openapi``: print what an API can be asked and answers, for programs that make clients or try an API."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from ..settings import Settings
from .command_group import CommandGroup
from .output import print_line, to_json

commands = CommandGroup('Print the description of an API.')


class Api(StrEnum):
    """The APIs."""

    FRONTEND = 'frontend'
    BACKEND = 'backend'


@commands.command('openapi')
def openapi(api: Annotated[Api, typer.Argument(help='Which one.')]) -> None:
    """Print what an API can be asked and answers, as an OpenAPI document. It needs no database."""
    from ..web.api.document import frontend_document  # noqa: PLC0415 - no other command needs them
    from ..web.backend.document import backend_document  # noqa: PLC0415

    settings = Settings()
    print_line(to_json(frontend_document(settings) if api is Api.FRONTEND else backend_document(settings)))
