"""What browsers have refused. No trigger watches it, since no tab shows it live."""

import sqlalchemy as sa
from alembic import op

from models.types import Moment

revision = '0013'
down_revision = '0012'

Name = sa.String().with_variant(sa.String(collation='C'), 'postgresql')


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        'policy_violation',
        sa.Column('id', Name, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ('page', 'directive', 'blocked', 'source')),
        sa.Column('first_at', Moment, nullable=False),
        sa.Column('last_at', Moment, nullable=False),
        sa.Column('count', sa.Integer, nullable=False),
    )
    op.create_index('ix_policy_violation_last_at', 'policy_violation', ['last_at'])
