"""The key pairs that session tokens are signed with."""

import sqlalchemy as sa
from alembic import op

from models.types import Moment

revision = '0023'
down_revision = '0022'

Name = sa.String().with_variant(sa.String(collation='C'), 'postgresql')


def upgrade() -> None:
    """Create the table. The first pair is made when it is first needed."""
    op.create_table(
        'signing_key',
        sa.Column('number', sa.Integer, primary_key=True, autoincrement=False),
        sa.Column('id', Name, nullable=False),
        sa.Column('public_key', sa.String, nullable=False),
        sa.Column('private_key', sa.String, nullable=False),
        sa.Column('created_at', Moment, nullable=False),
    )
