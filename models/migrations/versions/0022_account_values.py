"""What an app keeps for an account, and the triggers that tell tabs of it."""

import sqlalchemy as sa
from alembic import op

from models.rows import tell_tabs
from models.types import Moment

revision = '0022'
down_revision = '0021'

Name = sa.String().with_variant(sa.String(collation='C'), 'postgresql')


def upgrade() -> None:
    """Create the table and its triggers."""
    op.create_table(
        'account_value',
        sa.Column('user_id', Name, sa.ForeignKey('user.id', ondelete='CASCADE'), primary_key=True),
        sa.Column('name', Name, primary_key=True),
        sa.Column('value', sa.String, nullable=False),
        sa.Column('changed_at', Moment, nullable=False),
    )
    tell_tabs(op.get_bind(), 'account_value', owner='user_id')
