"""``database``: look after the database."""

from __future__ import annotations

from sqlalchemy import make_url

from models import migrate

from ..settings import Settings
from .printing import tell
from .running import Commands, Json

commands = Commands('Look after the database.')


@commands.callback()
def database() -> None:
    """Look after the database."""


@commands.command('upgrade')
def upgrade(json: Json = False) -> None:
    """Create the database, or bring it to the newest schema."""
    url = Settings().database_url
    migrate(url)
    name = make_url(url).render_as_string(hide_password=True)
    tell({'database_url': name, 'upgraded': True}, f'The database {name} has the newest schema.', json=json)
