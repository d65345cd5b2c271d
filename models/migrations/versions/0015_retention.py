"""To purge: when a session has ended, indexes by which the old is found, and no note of what was purged."""

import sqlalchemy as sa
from alembic import op

from models.types import Moment

revision = '0015'
down_revision = '0014'

FAILED = "action IN ('sign_in_failed', 'sign_in_refused', 'wrong_password')"

# The row of a session that has ended is on no screen: a portion of those that are purged would wake every process.
SQLITE = (
    'DROP TRIGGER session_deleted',
    """
    CREATE TRIGGER session_deleted AFTER DELETE ON session WHEN OLD.status = 'active' OR OLD.ended_at IS NULL BEGIN
        INSERT INTO change (client_id, user_id) VALUES (OLD.client_id, OLD.user_id);
    END
    """,
)
POSTGRES = (
    """
    CREATE OR REPLACE FUNCTION live_sessions_session_deleted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM live_sessions_note(array_agg(json_build_array(client_id, user_id))) FROM before
            WHERE status = 'active' OR ended_at IS NULL;
        RETURN NULL;
    END $$
    """,
)


def upgrade() -> None:
    """Add the column and the indexes, and make the trigger anew."""
    op.add_column('session', sa.Column('ended_at', Moment))
    has_ended, has_failed = sa.text("status != 'active'"), sa.text(FAILED)
    op.create_index('ix_session_ended_at', 'session', ['ended_at'], sqlite_where=has_ended, postgresql_where=has_ended)
    op.create_index('ix_audit_event_failed_at', 'audit_event', ['at'], sqlite_where=has_failed,
                    postgresql_where=has_failed)
    for statement in SQLITE if op.get_bind().dialect.name == 'sqlite' else POSTGRES:
        op.execute(statement)
