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
        sa.Column('client_id', Name, sa.ForeignKey('client.id', ondelete='CASCADE'), nullable=False),
        sa.Column('replaced_at', Moment, nullable=False),
    )
    for column in ('client_id', 'replaced_at'):
        op.create_index(f'ix_replaced_secret_{column}', 'replaced_secret', [column])
