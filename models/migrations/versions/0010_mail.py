"""The queue of mails. No trigger watches it, since no tab shows it."""

import sqlalchemy as sa
from alembic import op

from models.types import Moment

revision = '0010'
down_revision = '0009'

Name = sa.String().with_variant(sa.String(collation='C'), 'postgresql')


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        'mail',
        sa.Column('id', Name, primary_key=True),
        sa.Column('kind', sa.String, nullable=False),
        sa.Column('details', sa.String, nullable=False, server_default='{}'),
        sa.Column('email_address', sa.String, nullable=False),
        sa.Column('user_id', Name),
        sa.Column('language', sa.String, nullable=False, server_default=''),
        sa.Column('created_at', Moment, nullable=False),
        sa.Column('due_at', Moment, nullable=False),
        sa.Column('expire_at', Moment, nullable=False),
        sa.Column('attempts', sa.Integer, nullable=False, server_default='0'),
    )
    op.create_index('ix_mail_expire_at', 'mail', ['expire_at'])
    op.create_index('ix_mail_user_id', 'mail', ['user_id'])
