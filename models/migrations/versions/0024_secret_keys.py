"""The secret keys of the back-end API."""

import sqlalchemy as sa
from alembic import op

from models.types import Moment

revision = '0024'
down_revision = '0023'

Name = sa.String().with_variant(sa.String(collation='C'), 'postgresql')


def upgrade() -> None:
    """Create the table. No tab shows a key, so it has no triggers."""
    op.create_table(
        'secret_key',
        sa.Column('id', Name, primary_key=True),
        sa.Column('name', sa.String, nullable=False),
        sa.Column('secret_hash', Name, nullable=False),
        sa.Column('created_at', Moment, nullable=False),
        sa.Column('revoked_at', Moment),
    )
