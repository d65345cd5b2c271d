"""Who did what another person sees in their history, and the orders in which sessions and events are listed."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'


def upgrade() -> None:
    """Add the actor of an audit event, and the indexes that lists are read by."""
    op.add_column('audit_event', sa.Column('actor', sa.String, nullable=False, server_default=''))
    op.drop_index('ix_audit_event_user_id', 'audit_event')
    op.create_index('ix_audit_event_user_id_at', 'audit_event', ['user_id', 'at', 'id'])
    somebody_else = sa.text("actor != ''")
    op.create_index('ix_audit_event_actor', 'audit_event', ['actor'], sqlite_where=somebody_else,
                    postgresql_where=somebody_else)
    active = sa.text("status = 'active'")
    op.create_index('ix_session_created_at', 'session', ['created_at', 'id'], sqlite_where=active,
                    postgresql_where=active)
