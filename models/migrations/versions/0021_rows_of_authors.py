"""PostgreSQL: the function of the triggers that ``models.rows.tell_tabs`` makes for tables of an author."""

from alembic import op

revision = '0021'
down_revision = '0020'

# Of each owner one note, or one of anybody's rows if they are many: a note has to fit into 8000 bytes.
FUNCTION = """
CREATE FUNCTION live_sessions_rows_changed() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE
    whose text := CASE WHEN TG_NARGS = 0 THEN 'NULL' ELSE format('%I::text', TG_ARGV[0]) END;
    owners text[] := ARRAY['*'];
BEGIN
    IF TG_OP != 'TRUNCATE' THEN
        EXECUTE 'SELECT array_agg(DISTINCT coalesce(owner, ''*'')) FROM (' || concat_ws(' UNION ALL ',
            CASE WHEN TG_OP != 'INSERT' THEN 'SELECT ' || whose || ' AS owner FROM before' END,
            CASE WHEN TG_OP != 'DELETE' THEN 'SELECT ' || whose || ' AS owner FROM after' END) || ') AS changed'
            INTO owners;
        IF cardinality(owners) > 50 THEN
            owners := ARRAY['*'];
        END IF;
    END IF;
    PERFORM live_sessions_note(array_agg(json_build_array('', 'rows:' || TG_TABLE_NAME || ':' || owner)))
        FROM unnest(owners) AS owner;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    """Create the function; SQLite has no functions, and needs none."""
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(FUNCTION)
