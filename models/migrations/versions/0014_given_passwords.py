"""Know a password that its person did not choose, and find the sessions in which they have yet to choose one."""

import sqlalchemy as sa
from alembic import op

from models.types import Moment

revision = '0014'
down_revision = '0013'


def upgrade() -> None:
    """Add the column, and an index by which the few such sessions are found when their time has passed."""
    op.add_column('user', sa.Column('password_given_at', Moment))
    is_pending = sa.text("status = 'pending'")
    op.create_index('ix_session_pending', 'session', ['expire_at'], sqlite_where=is_pending,
                    postgresql_where=is_pending)
