"""Count the wrong passwords of a session, and note the new events that only the history shows."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'

Name = sa.String().with_variant(sa.String(collation='C'), 'postgresql')

EVENTS = ("NEW.action IN ('sign_in_failed', 'switched', 'wrong_password', 'sign_in_refused') "
          'AND NEW.user_id IS NOT NULL')

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
    """Create the table, and make the trigger anew."""
    op.create_table(
        'wrong_passwords',
        sa.Column('session_id', Name, primary_key=True),
        sa.Column('count', sa.Integer, nullable=False),
    )
    for statement in SQLITE if op.get_bind().dialect.name == 'sqlite' else POSTGRES:
        op.execute(statement)
