"""Links and codes that are mailed, and when an address was confirmed."""

import sqlalchemy as sa
from alembic import op

from models.types import Moment

revision = '0017'
down_revision = '0016'

Name = sa.String().with_variant(sa.String(collation='C'), 'postgresql')

EVENTS = ("NEW.action IN ('sign_in_failed', 'switched', 'wrong_password', 'sign_in_refused', 'reset_asked') "
          'AND NEW.user_id IS NOT NULL')
"""Those that come with no change of a session or of a user."""

SQLITE = (
    'DROP TRIGGER audit_event_made',
    f"""
    CREATE TRIGGER audit_event_made AFTER INSERT ON audit_event WHEN {EVENTS} BEGIN
        INSERT INTO change (user_id) VALUES (NEW.user_id);
    END
    """,  # noqa: S608 (of names above)
)

POSTGRES = (
    'DROP TRIGGER audit_event_made ON audit_event',
    f'CREATE TRIGGER audit_event_made AFTER INSERT ON audit_event FOR EACH ROW WHEN ({EVENTS}) '
    'EXECUTE FUNCTION live_sessions_audit_event_made()',
)


def upgrade() -> None:
    """Create the tables and the column, and make the trigger anew."""
    op.create_table(
        'mailed_link',
        sa.Column('secret_hash', Name, primary_key=True),
        sa.Column('kind', Name, nullable=False),
        sa.Column('user_id', Name, sa.ForeignKey('user.id', ondelete='CASCADE'), nullable=False),
        sa.Column('email_address', Name, nullable=False),
        sa.Column('created_at', Moment, nullable=False),
        sa.Column('expire_at', Moment, nullable=False),
    )
    op.create_table(
        'address_confirmation',
        sa.Column('id_hash', Name, primary_key=True),
        sa.Column('email_address', Name, nullable=False),
        sa.Column('user_id', Name, sa.ForeignKey('user.id', ondelete='CASCADE')),
        sa.Column('first_name', sa.String, nullable=False),
        sa.Column('last_name', sa.String, nullable=False),
        sa.Column('password_hash', sa.String, nullable=False),
        sa.Column('keep_signed_in', sa.Boolean, nullable=False),
        sa.Column('mail_id', Name, nullable=False),
        sa.Column('code_hashes', sa.String, nullable=False),
        sa.Column('code_expire_at', Moment, nullable=False),
        sa.Column('guesses', sa.Integer, nullable=False),
        sa.Column('codes', sa.Integer, nullable=False),
        sa.Column('created_at', Moment, nullable=False),
        sa.Column('expire_at', Moment, nullable=False),
    )
    for table in ('mailed_link', 'address_confirmation'):
        for column in ('user_id', 'expire_at'):
            op.create_index(f'ix_{table}_{column}', table, [column])
    op.create_index('ix_address_confirmation_mail_id', 'address_confirmation', ['mail_id'])
    op.add_column('user', sa.Column('address_confirmed_at', Moment))
    for statement in SQLITE if op.get_bind().dialect.name == 'sqlite' else POSTGRES:
        op.execute(statement)
