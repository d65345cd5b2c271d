"""Where a session was last active, and what its person calls the device."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'

COLUMNS = ('last_user_agent', 'last_ip_address', 'device_name')
"""What a list of devices shows. That somebody is active where they were is noted nowhere."""

OLD, NEW = (', '.join(f'{row}.{column}' for column in COLUMNS) for row in ('OLD', 'NEW'))

# Like those of 0005, a note names the user and no client: no tab of the client shows anything else by it.
SQLITE = (
    f"""
    CREATE TRIGGER session_device_changed AFTER UPDATE OF {', '.join(COLUMNS)} ON session WHEN ({OLD}) IS NOT ({NEW})
    BEGIN
        INSERT INTO change (user_id) VALUES (NEW.user_id);
    END
    """,  # noqa: S608 (of names above)
)

POSTGRES = (
    """
    CREATE FUNCTION live_sessions_session_device_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM live_sessions_note(ARRAY[json_build_array('', NEW.user_id)]);
        RETURN NULL;
    END $$
    """,
    # one a row, so that what changes nothing of this is passed over without a call
    f'CREATE TRIGGER session_device_changed AFTER UPDATE OF {", ".join(COLUMNS)} ON session FOR EACH ROW '
    f'WHEN (({OLD}) IS DISTINCT FROM ({NEW})) EXECUTE FUNCTION live_sessions_session_device_changed()',
)


def upgrade() -> None:
    """Add the columns and the trigger."""
    op.add_column('session', sa.Column('last_user_agent', sa.String))
    op.add_column('session', sa.Column('last_ip_address', sa.String))
    op.add_column('session', sa.Column('device_name', sa.String, nullable=False, server_default=''))
    for statement in SQLITE if op.get_bind().dialect.name == 'sqlite' else POSTGRES:
        op.execute(statement)
