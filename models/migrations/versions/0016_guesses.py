"""Count what is guessed, and note it for those who administer."""

import sqlalchemy as sa
from alembic import op

from models.types import Moment

revision = '0016'
down_revision = '0015'

# Like those of 0005, a note names no client. It is of no user, and no user has such an id.
SQLITE = tuple(
    f"""
    CREATE TRIGGER guesses_{when} AFTER {event} ON guesses BEGIN
        INSERT INTO change (user_id) VALUES ('guesses');
    END
    """ for when, event in (('made', 'INSERT'), ('changed', 'UPDATE')))  # noqa: S608 (of names above)

POSTGRES = (
    """
    CREATE FUNCTION live_sessions_guesses_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM live_sessions_note(ARRAY[json_build_array('', 'guesses')]);
        RETURN NULL;
    END $$
    """,
    'CREATE TRIGGER guesses_changed AFTER INSERT OR UPDATE ON guesses FOR EACH STATEMENT '
    'EXECUTE FUNCTION live_sessions_guesses_changed()',
)


def upgrade() -> None:
    """Create the table and its triggers."""
    op.create_table(
        'guesses',
        sa.Column('since', Moment, primary_key=True),
        sa.Column('last_at', Moment, nullable=False),
        sa.Column('wrong', sa.Integer, nullable=False, server_default='0'),
        sa.Column('refused', sa.Integer, nullable=False, server_default='0'),
        sa.Column('told', sa.Boolean, nullable=False, server_default=sa.false()),
    )
    for statement in SQLITE if op.get_bind().dialect.name == 'sqlite' else POSTGRES:
        op.execute(statement)
