"""When the password of a session was last given; a session of before has given it when it was made."""

import sqlalchemy as sa
from alembic import op

from models.types import Moment

revision = '0009'
down_revision = '0008'

# Whoever takes the moment back, such as by SQL, is believed at once: what a process knows of the client is read again.
SQLITE = (
    """
    CREATE TRIGGER session_authenticated AFTER UPDATE OF authenticated_at ON session
    WHEN OLD.authenticated_at IS NOT NEW.authenticated_at BEGIN
        INSERT INTO change (client_id, user_id) VALUES (NEW.client_id, NEW.user_id);
    END
    """,
)

POSTGRES = (
    """
    CREATE FUNCTION live_sessions_session_authenticated() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM live_sessions_note(ARRAY[json_build_array(NEW.client_id, NEW.user_id)]);
        RETURN NULL;
    END $$
    """,
    'CREATE TRIGGER session_authenticated AFTER UPDATE OF authenticated_at ON session FOR EACH ROW '
    'WHEN (OLD.authenticated_at IS DISTINCT FROM NEW.authenticated_at) '
    'EXECUTE FUNCTION live_sessions_session_authenticated()',
)


def upgrade() -> None:
    """Add the column and the trigger."""
    op.add_column('session', sa.Column('authenticated_at', Moment))
    for statement in SQLITE if op.get_bind().dialect.name == 'sqlite' else POSTGRES:
        op.execute(statement)
