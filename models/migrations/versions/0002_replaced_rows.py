"""Note who is concerned when a row is replaced: SQLite's REPLACE deletes the old one without firing a trigger."""

from alembic import op

revision = '0002'
down_revision = '0001'

TRIGGERS = (
    """
    CREATE TRIGGER client_inserted AFTER INSERT ON client BEGIN
        INSERT INTO change (client_id) SELECT NEW.id WHERE EXISTS (SELECT 1 FROM session WHERE client_id = NEW.id);
    END
    """,
    """
    CREATE TRIGGER user_inserted AFTER INSERT ON user BEGIN
        INSERT INTO change (client_id, user_id)
            SELECT DISTINCT client_id, user_id FROM session WHERE user_id = NEW.id AND status = 'active';
    END
    """,
)


def upgrade() -> None:
    """Create the triggers; only SQLite replaces rows."""
    if op.get_bind().dialect.name != 'sqlite':
        return
    for trigger in TRIGGERS:
        op.execute(trigger)
