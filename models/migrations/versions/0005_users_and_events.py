"""Note users who are signed in nowhere, and events that only the history shows, for those who list them."""

from alembic import op

revision = '0005'
down_revision = '0004'

COLUMNS = ('id', 'email_address', 'first_name', 'last_name', 'password_changed_at', 'is_admin', 'disabled')
"""What can be seen of a user."""

EVENTS = "NEW.action IN ('sign_in_failed', 'switched') AND NEW.user_id IS NOT NULL"
"""The others come with a change of a session or of a user, which is noted already."""

OLD, NEW, BEFORE, AFTER = (', '.join(f'{row}.{column}' for column in COLUMNS)
                           for row in ('OLD', 'NEW', 'before', 'after'))

# A note like these names a user and no client.
SQLITE = (
    """
    CREATE TRIGGER user_made AFTER INSERT ON user BEGIN
        INSERT INTO change (user_id) VALUES (NEW.id);
    END
    """,
    f"""
    CREATE TRIGGER user_changed AFTER UPDATE OF {', '.join(COLUMNS)} ON user WHEN ({OLD}) IS NOT ({NEW}) BEGIN
        INSERT INTO change (user_id) VALUES (NEW.id);
        INSERT INTO change (user_id) SELECT OLD.id WHERE OLD.id IS NOT NEW.id;
    END
    """,  # noqa: S608 (of names above)
    """
    CREATE TRIGGER user_gone AFTER DELETE ON user BEGIN
        INSERT INTO change (user_id) VALUES (OLD.id);
    END
    """,
    f"""
    CREATE TRIGGER audit_event_made AFTER INSERT ON audit_event WHEN {EVENTS} BEGIN
        INSERT INTO change (user_id) VALUES (NEW.user_id);
    END
    """,  # noqa: S608 (of names above)
)

# There, no client is "", and not null: a process of an earlier version beside this one would take that for something
# it can't read, and read everything again.
POSTGRES = (
    """
    CREATE FUNCTION live_sessions_user_made() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM live_sessions_note(array_agg(json_build_array('', id))) FROM after;
        RETURN NULL;
    END $$
    """,
    f"""
    CREATE FUNCTION live_sessions_user_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM live_sessions_note(array_agg(json_build_array('', id))) FROM (
            SELECT id FROM before FULL JOIN after USING (id)
            WHERE ({BEFORE}) IS DISTINCT FROM ({AFTER})
        ) AS changed;
        RETURN NULL;
    END $$
    """,  # noqa: S608 (of names above)
    """
    CREATE FUNCTION live_sessions_user_gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM live_sessions_note(array_agg(json_build_array('', id))) FROM before;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION live_sessions_audit_event_made() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM live_sessions_note(ARRAY[json_build_array('', NEW.user_id)]);
        RETURN NULL;
    END $$
    """,
    'CREATE TRIGGER user_made AFTER INSERT ON "user" REFERENCING NEW TABLE AS after '
    'FOR EACH STATEMENT EXECUTE FUNCTION live_sessions_user_made()',
    'CREATE TRIGGER user_changed AFTER UPDATE ON "user" REFERENCING OLD TABLE AS before NEW TABLE AS after '
    'FOR EACH STATEMENT EXECUTE FUNCTION live_sessions_user_changed()',
    'CREATE TRIGGER user_gone AFTER DELETE ON "user" REFERENCING OLD TABLE AS before '
    'FOR EACH STATEMENT EXECUTE FUNCTION live_sessions_user_gone()',
    # one a row, so that the many events of sessions that end are passed over without a call
    f'CREATE TRIGGER audit_event_made AFTER INSERT ON audit_event FOR EACH ROW WHEN ({EVENTS}) '
    'EXECUTE FUNCTION live_sessions_audit_event_made()',
)


def upgrade() -> None:
    """Create the triggers, beside those there are."""
    for statement in SQLITE if op.get_bind().dialect.name == 'sqlite' else POSTGRES:
        op.execute(statement)
