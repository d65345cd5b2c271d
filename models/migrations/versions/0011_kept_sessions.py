"""Which sessions are kept when the browser is closed."""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'


def upgrade() -> None:
    """Add the column. A session from before was promised a week, and its cookie outlives the browser: it is kept."""
    op.add_column('session', sa.Column('kept', sa.Boolean, nullable=False, server_default=sa.false()))
    session = sa.table('session', sa.column('kept', sa.Boolean), sa.column('status', sa.String))
    op.execute(session.update().where(session.c.status == 'active').values(kept=True))
