"""The first tables, and the triggers that note who is concerned by a change."""

import sqlalchemy as sa
from alembic import op

from models.types import Moment

revision = '0001'
down_revision = None

# SQLite's. Each trigger notes the client (its tabs show the row) and the user (whoever lists that user's sessions).
# They fire on what a tab can show, and never on last-seen times.
TRIGGERS = (
    """
    CREATE TRIGGER session_inserted AFTER INSERT ON session BEGIN
        INSERT INTO change (client_id, user_id) VALUES (NEW.client_id, NEW.user_id);
    END
    """,
    """
    CREATE TRIGGER session_updated AFTER UPDATE OF id, user_id, client_id, status, expire_at, abandon_at ON session
    WHEN (OLD.id, OLD.user_id, OLD.client_id, OLD.status, OLD.expire_at, OLD.abandon_at)
        IS NOT (NEW.id, NEW.user_id, NEW.client_id, NEW.status, NEW.expire_at, NEW.abandon_at)
    BEGIN
        INSERT INTO change (client_id, user_id) VALUES (NEW.client_id, NEW.user_id);
        INSERT INTO change (client_id, user_id) SELECT OLD.client_id, OLD.user_id
            WHERE (OLD.client_id, OLD.user_id) IS NOT (NEW.client_id, NEW.user_id);
    END
    """,
    """
    CREATE TRIGGER session_deleted AFTER DELETE ON session BEGIN
        INSERT INTO change (client_id, user_id) VALUES (OLD.client_id, OLD.user_id);
    END
    """,
    """
    CREATE TRIGGER client_updated AFTER UPDATE OF id, secret_hash, active_session_id ON client
    WHEN (OLD.id, OLD.secret_hash, OLD.active_session_id) IS NOT (NEW.id, NEW.secret_hash, NEW.active_session_id)
    BEGIN
        INSERT INTO change (client_id) VALUES (NEW.id);
        INSERT INTO change (client_id) SELECT OLD.id WHERE OLD.id IS NOT NEW.id;
    END
    """,
    """
    CREATE TRIGGER client_deleted AFTER DELETE ON client BEGIN
        INSERT INTO change (client_id) VALUES (OLD.id);
    END
    """,
    """
    CREATE TRIGGER user_updated AFTER UPDATE OF
        id, email_address, first_name, last_name, password_changed_at, is_admin, disabled ON user
    WHEN (OLD.id, OLD.email_address, OLD.first_name, OLD.last_name, OLD.password_changed_at, OLD.is_admin, OLD.disabled)
        IS NOT (NEW.id, NEW.email_address, NEW.first_name, NEW.last_name, NEW.password_changed_at, NEW.is_admin,
                NEW.disabled)
    BEGIN
        INSERT INTO change (client_id, user_id)
            SELECT DISTINCT client_id, user_id FROM session WHERE user_id IN (OLD.id, NEW.id) AND status = 'active';
    END
    """,
    """
    CREATE TRIGGER user_deleted BEFORE DELETE ON user BEGIN
        INSERT INTO change (client_id, user_id)
            SELECT DISTINCT client_id, user_id FROM session WHERE user_id = OLD.id AND status = 'active';
    END
    """,
)

Name = sa.String().with_variant(sa.String(collation='C'), 'postgresql')
"""Sorted and searched byte by byte everywhere."""


def upgrade() -> None:
    """Create the tables, their indexes, and the triggers."""
    op.create_table(
        'user',
        sa.Column('id', Name, primary_key=True),
        sa.Column('email_address', Name, nullable=False),
        sa.Column('first_name', sa.String, nullable=False, server_default=''),
        sa.Column('last_name', sa.String, nullable=False, server_default=''),
        sa.Column('password_hash', sa.String, nullable=False),
        sa.Column('password_changed_at', Moment, nullable=False),
        sa.Column('is_admin', sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column('disabled', sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column('created_at', Moment, nullable=False),
    )
    op.create_index('ix_user_email_address', 'user', ['email_address'], unique=True)
    op.create_table(
        'client',
        sa.Column('id', Name, primary_key=True),
        sa.Column('secret_hash', sa.String, nullable=False),
        sa.Column('active_session_id', Name),
        sa.Column('created_at', Moment, nullable=False),
    )
    op.create_table(
        'session',
        sa.Column('id', Name, primary_key=True),
        sa.Column('user_id', Name, sa.ForeignKey('user.id', ondelete='CASCADE'), nullable=False),
        sa.Column('client_id', Name, sa.ForeignKey('client.id', ondelete='CASCADE'), nullable=False),
        sa.Column('status', sa.String, nullable=False),
        sa.Column('created_at', Moment, nullable=False),
        sa.Column('last_active_at', Moment, nullable=False),
        sa.Column('expire_at', Moment, nullable=False),
        sa.Column('abandon_at', Moment),
        sa.Column('user_agent', sa.String, nullable=False, server_default=''),
        sa.Column('ip_address', sa.String, nullable=False, server_default=''),
    )
    op.create_index('ix_session_user_id', 'session', ['user_id'])
    op.create_index('ix_session_client_id', 'session', ['client_id'])
    active = sa.text("status = 'active'")
    op.create_index('ix_session_expire_at', 'session', ['expire_at'], sqlite_where=active)
    op.create_index('ix_session_abandon_at', 'session', ['abandon_at'],
                    sqlite_where=sa.text("status = 'active' AND abandon_at IS NOT NULL"))
    op.create_table(
        'audit_event',
        sa.Column('id', Name, primary_key=True),
        sa.Column('at', Moment, nullable=False),
        sa.Column('action', sa.String, nullable=False),
        sa.Column('user_id', Name),
        sa.Column('client_id', Name),
        sa.Column('session_id', Name),
        sa.Column('ip_address', sa.String, nullable=False, server_default=''),
        sa.Column('user_agent', sa.String, nullable=False, server_default=''),
    )
    op.create_index('ix_audit_event_at', 'audit_event', ['at'])
    op.create_index('ix_audit_event_user_id', 'audit_event', ['user_id'])
    if op.get_bind().dialect.name != 'sqlite':
        return  # other databases tell by themselves; see 0004
    op.create_table(
        'change',
        sa.Column('seq', sa.Integer, primary_key=True, autoincrement=True),
        sa.Column('client_id', Name),
        sa.Column('user_id', Name),
        sqlite_autoincrement=True,  # numbers are never given twice, so a process knows what it has read
    )
    for trigger in TRIGGERS:
        op.execute(trigger)
