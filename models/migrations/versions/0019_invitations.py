"""Invitations to sign up, and the triggers that tell tabs of administrators of them."""

import sqlalchemy as sa
from alembic import op

from models.types import Moment

revision = '0019'
down_revision = '0018'

Name = sa.String().with_variant(sa.String(collation='C'), 'postgresql')

# The id of an invitation stands where that of a user does: it concerns nobody but lists of everything.
SQLITE = tuple(
    f"""
    CREATE TRIGGER invitation_{done} AFTER {event} ON invitation BEGIN
        INSERT INTO change (user_id) VALUES ({row}.id);
    END
    """  # noqa: S608 (of the names below)
    for done, event, row in (('made', 'INSERT', 'NEW'), ('gone', 'DELETE', 'OLD')))

POSTGRES = (
    """
    CREATE FUNCTION live_sessions_invitation_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM live_sessions_note(ARRAY[json_build_array('', coalesce(NEW.id, OLD.id))]);
        RETURN NULL;
    END $$
    """,
    'CREATE TRIGGER invitation_changed AFTER INSERT OR DELETE ON invitation FOR EACH ROW '
    'EXECUTE FUNCTION live_sessions_invitation_changed()',
)


def upgrade() -> None:
    """Create the table and the column, and the triggers."""
    op.create_table(
        'invitation',
        sa.Column('id', Name, primary_key=True),
        sa.Column('secret_hashes', sa.String, nullable=False),
        sa.Column('email_address', Name, nullable=False),
        sa.Column('created_by', Name, nullable=False),
        sa.Column('mail_id', Name, nullable=False),
        sa.Column('created_at', Moment, nullable=False),
        sa.Column('expire_at', Moment, nullable=False),
    )
    for column in ('mail_id', 'expire_at'):
        op.create_index(f'ix_invitation_{column}', 'invitation', [column])
    op.add_column('address_confirmation', sa.Column('invitation_id', Name, nullable=False, server_default=''))
    for statement in SQLITE if op.get_bind().dialect.name == 'sqlite' else POSTGRES:
        op.execute(statement)
