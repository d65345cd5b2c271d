"""When a user was changed last, whoever changed them: clients that are told of a user look there for something new."""

import sqlalchemy as sa
from alembic import op

from models.types import Moment

revision = '0025'
down_revision = '0024'

COLUMNS = ('email_address', 'first_name', 'last_name', 'password_changed_at', 'is_admin', 'roles', 'disabled',
           'address_confirmed_at')
OLD, NEW = (', '.join(f'{row}.{column}' for column in COLUMNS) for row in ('OLD', 'NEW'))

SQLITE = f"""
CREATE TRIGGER user_updated_at AFTER UPDATE OF {', '.join(COLUMNS)} ON user WHEN ({OLD}) IS NOT ({NEW}) BEGIN
    UPDATE user SET updated_at = strftime('%Y-%m-%d %H:%M:%f000', 'now') WHERE id = NEW.id;
END
"""  # noqa: S608 (of names above)

POSTGRES = (
    f"""
    CREATE FUNCTION live_sessions_user_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF ({OLD}) IS DISTINCT FROM ({NEW}) THEN
            NEW.updated_at := clock_timestamp();
        END IF;
        RETURN NEW;
    END $$
    """,
    f'CREATE TRIGGER user_updated_at BEFORE UPDATE OF {", ".join(COLUMNS)} ON "user" '
    'FOR EACH ROW EXECUTE FUNCTION live_sessions_user_updated_at()',
)


def upgrade() -> None:
    """Add the column, and what fills it from now on."""
    op.add_column('user', sa.Column('updated_at', Moment))
    for statement in (SQLITE,) if op.get_bind().dialect.name == 'sqlite' else POSTGRES:
        op.execute(statement)
