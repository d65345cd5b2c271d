"""PostgreSQL: tell whom a committed change concerns, by NOTIFY, in the transaction that makes it."""

from alembic import op

revision = '0004'
down_revision = '0003'

# A note is a JSON list of [client id, user id], in as many notes as a payload of 8000 bytes asks for; or "*" where an
# id that somebody made up does not fit: read everything again. There is one trigger a statement, not one a row: to end
# a thousand sessions takes a dozen notes. What no tab can show, such as last-seen times, sends none.
FUNCTIONS = (
    """
    CREATE FUNCTION live_sessions_note(concerned json[]) RETURNS void LANGUAGE sql AS $$
        SELECT pg_notify('live_sessions', CASE WHEN octet_length(note) < 8000 THEN note ELSE '*' END) FROM (
            SELECT json_agg(one)::text AS note FROM (
                SELECT one, (row_number() OVER () - 1) / 100 AS part FROM unnest(concerned) AS one
            ) AS numbered GROUP BY part
        ) AS notes
    $$
    """,
    """
    CREATE FUNCTION live_sessions_session_inserted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM live_sessions_note(array_agg(json_build_array(client_id, user_id))) FROM after;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION live_sessions_session_updated() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM live_sessions_note(array_agg(json_build_array(client_id, user_id))) FROM (
            SELECT side.client_id, side.user_id FROM before FULL JOIN after USING (id) CROSS JOIN LATERAL (
                VALUES (before.client_id, before.user_id), (after.client_id, after.user_id)
            ) AS side (client_id, user_id)
            WHERE (before.user_id, before.client_id, before.status, before.expire_at, before.abandon_at)
                IS DISTINCT FROM (after.user_id, after.client_id, after.status, after.expire_at, after.abandon_at)
                AND side.client_id IS NOT NULL
            GROUP BY side.client_id, side.user_id
        ) AS changed;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION live_sessions_session_deleted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM live_sessions_note(array_agg(json_build_array(client_id, user_id))) FROM before;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION live_sessions_client_updated() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM live_sessions_note(array_agg(json_build_array(id, NULL))) FROM (
            SELECT id FROM before FULL JOIN after USING (id)
            WHERE (before.secret_hash, before.active_session_id)
                IS DISTINCT FROM (after.secret_hash, after.active_session_id)
        ) AS changed;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION live_sessions_client_deleted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM live_sessions_note(array_agg(json_build_array(id, NULL))) FROM before;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION live_sessions_user_updated() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM live_sessions_note(array_agg(json_build_array(client_id, user_id))) FROM (
            SELECT DISTINCT session.client_id, session.user_id
            FROM before JOIN after USING (id) JOIN session ON session.user_id = after.id
            WHERE session.status = 'active'
                AND (before.email_address, before.first_name, before.last_name, before.password_changed_at,
                     before.is_admin, before.disabled)
                IS DISTINCT FROM (after.email_address, after.first_name, after.last_name, after.password_changed_at,
                                  after.is_admin, after.disabled)
        ) AS changed;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION live_sessions_emptied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        NOTIFY live_sessions, '*';
        RETURN NULL;
    END $$
    """,
)

TRIGGERS = (
    ('session', 'inserted', 'INSERT', 'NEW TABLE AS after'),
    ('session', 'updated', 'UPDATE', 'OLD TABLE AS before NEW TABLE AS after'),
    ('session', 'deleted', 'DELETE', 'OLD TABLE AS before'),
    ('client', 'updated', 'UPDATE', 'OLD TABLE AS before NEW TABLE AS after'),
    ('client', 'deleted', 'DELETE', 'OLD TABLE AS before'),
    ('user', 'updated', 'UPDATE', 'OLD TABLE AS before NEW TABLE AS after'),
)


def upgrade() -> None:
    """Create the functions and the triggers; SQLite has had its own since 0001."""
    if op.get_bind().dialect.name != 'postgresql':
        return
    for function in FUNCTIONS:
        op.execute(function)
    for table, done, event, rows in TRIGGERS:
        op.execute(f'CREATE TRIGGER {table}_{done} AFTER {event} ON "{table}" REFERENCING {rows} '
                   f'FOR EACH STATEMENT EXECUTE FUNCTION live_sessions_{table}_{done}()')
    for table in ('session', 'client', 'user'):
        op.execute(f'CREATE TRIGGER {table}_emptied AFTER TRUNCATE ON "{table}" '
                   'FOR EACH STATEMENT EXECUTE FUNCTION live_sessions_emptied()')
