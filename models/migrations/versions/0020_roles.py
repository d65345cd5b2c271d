"""The roles of users, whose change tells tabs like any other of what a user may do; and details of events."""

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0019'

SQLITE = """
CREATE TRIGGER user_roles_changed AFTER UPDATE OF roles ON user WHEN OLD.roles IS NOT NEW.roles BEGIN
    INSERT INTO change (client_id, user_id)
        SELECT DISTINCT client_id, user_id FROM session WHERE user_id = NEW.id AND status = 'active';
    INSERT INTO change (user_id) VALUES (NEW.id);
END
"""

POSTGRES = (
    """
    CREATE FUNCTION live_sessions_user_roles_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM live_sessions_note(array_agg(note)) FROM (
            SELECT json_build_array(client_id, user_id) AS note FROM (
                SELECT DISTINCT session.client_id, session.user_id
                FROM before JOIN after USING (id) JOIN session ON session.user_id = after.id
                WHERE session.status = 'active' AND before.roles IS DISTINCT FROM after.roles
            ) AS shown
            UNION ALL
            SELECT json_build_array('', id) FROM before JOIN after USING (id)
            WHERE before.roles IS DISTINCT FROM after.roles
        ) AS changed;
        RETURN NULL;
    END $$
    """,
    'CREATE TRIGGER user_roles_changed AFTER UPDATE ON "user" REFERENCING OLD TABLE AS before NEW TABLE AS after '
    'FOR EACH STATEMENT EXECUTE FUNCTION live_sessions_user_roles_changed()',
)


def upgrade() -> None:
    """Add the columns, and the trigger beside those there are."""
    op.add_column('user', sa.Column('roles', sa.String, nullable=False, server_default=''))
    op.add_column('audit_event', sa.Column('detail', sa.String, nullable=False, server_default=''))
    for statement in (SQLITE,) if op.get_bind().dialect.name == 'sqlite' else POSTGRES:
        op.execute(statement)
