"""Count attempts, for the limits that all processes share; and let one audit event stand for many."""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'

Name = sa.String().with_variant(sa.String(collation='C'), 'postgresql')


def upgrade() -> None:
    """Create the table, with the index by which it is pruned, and add the column."""
    op.create_table(
        'attempts',
        sa.Column('act', Name, primary_key=True),
        sa.Column('kind', Name, primary_key=True),
        sa.Column('who', Name, primary_key=True),
        sa.Column('drained_at', sa.Double, nullable=False),
        sa.Column('in_a_row', sa.Integer, nullable=False, server_default='0'),
    )
    op.create_index('ix_attempts_drained_at', 'attempts', ['drained_at'])
    op.add_column('audit_event', sa.Column('times', sa.Integer, nullable=False, server_default='1'))
