"""The secrets of clients that were replaced a moment ago."""

import sqlalchemy as sa
from alembic import op

from models.types import Moment

revision = '0018'
down_revision = '0017'

Name = sa.String().with_variant(sa.String(collation='C'), 'postgresql')


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        'replaced_secret',
        sa.Column('secret_hash', Name, primary_key=True),
        sa.Column('client_id', Name, nullable=False),
        sa.Column('replaced_at', Moment, nullable=False),
    )
    op.create_index('ix_replaced_secret_replaced_at', 'replaced_secret', ['replaced_at'])
