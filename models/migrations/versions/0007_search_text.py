"""Keep addresses in one form, whoever writes them, and what is searched of a user in one column."""

import sqlalchemy as sa
from alembic import op

from models.written_by_sql import bring_into_form

revision = '0007'
down_revision = '0006'

AT_ONCE = 2000
"""Rows that are in memory together; here nobody else can write meanwhile."""

Name = sa.String().with_variant(sa.String(collation='C'), 'postgresql')

# Plain SQL lowers ASCII, in both kinds of database. A row that holds more has no search text, and may have an address
# in another normal form, until the program has folded it. So has a domain that is not written as people read it.
SQLITE_ADDRESS = 'lower(trim({0}.email_address))'
SQLITE_TEXT = """
    CASE WHEN {0}.email_address || {0}.first_name || {0}.last_name NOT GLOB '*[^ -~]*'
            AND instr(lower({0}.email_address), 'xn--') = 0
        THEN lower(trim({0}.email_address) || ' ' || {0}.first_name || ' ' || {0}.last_name)
    END
"""
SQLITE = (
    f"""
    CREATE TRIGGER user_address_inserted AFTER INSERT ON user
    WHEN NEW.email_address IS NOT {SQLITE_ADDRESS.format('NEW')} BEGIN
        UPDATE user SET email_address = {SQLITE_ADDRESS.format('NEW')} WHERE id = NEW.id;
    END
    """,  # noqa: S608 (of the expressions above)
    f"""
    CREATE TRIGGER user_address_updated AFTER UPDATE OF email_address ON user
    WHEN NEW.email_address IS NOT {SQLITE_ADDRESS.format('NEW')} BEGIN
        UPDATE user SET email_address = {SQLITE_ADDRESS.format('NEW')} WHERE id = NEW.id;
    END
    """,  # noqa: S608 (of the expressions above)
    f"""
    CREATE TRIGGER user_search_text_inserted AFTER INSERT ON user WHEN NEW.search_text IS NULL BEGIN
        UPDATE user SET search_text = {SQLITE_TEXT.format('NEW')} WHERE id = NEW.id;
    END
    """,  # noqa: S608 (of the expressions above)
    f"""
    CREATE TRIGGER user_search_text_updated AFTER UPDATE OF email_address, first_name, last_name ON user
    WHEN (OLD.email_address, OLD.first_name, OLD.last_name) IS NOT (NEW.email_address, NEW.first_name, NEW.last_name)
    BEGIN
        UPDATE user SET search_text = {SQLITE_TEXT.format('NEW')} WHERE id = NEW.id;
    END
    """,  # noqa: S608 (of the expressions above)
)

POSTGRES_ADDRESS = 'lower(btrim({0}.email_address) COLLATE "C")'
POSTGRES_TEXT = """
    CASE WHEN ({0}.email_address || {0}.first_name || {0}.last_name) COLLATE "C" !~ '[^ -~]'
            AND strpos(lower({0}.email_address), 'xn--') = 0
        THEN lower((btrim({0}.email_address) || ' ' || {0}.first_name || ' ' || {0}.last_name) COLLATE "C")
    END
"""
POSTGRES = (
    f"""
    CREATE FUNCTION live_sessions_user_in_form() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' OR (OLD.email_address, OLD.first_name, OLD.last_name)
                IS DISTINCT FROM (NEW.email_address, NEW.first_name, NEW.last_name) THEN
            NEW.email_address := {POSTGRES_ADDRESS.format('NEW')};
            IF TG_OP = 'UPDATE' OR NEW.search_text IS NULL THEN
                NEW.search_text := {POSTGRES_TEXT.format('NEW')};
            END IF;
        END IF;
        RETURN NEW;
    END $$
    """,
    'CREATE TRIGGER user_in_form BEFORE INSERT OR UPDATE OF email_address, first_name, last_name ON "user" '
    'FOR EACH ROW EXECUTE FUNCTION live_sessions_user_in_form()',
)


def upgrade() -> None:
    """Add the column and an index of the rows that lack it, bring all rows into form, and create the triggers."""
    op.add_column('user', sa.Column('search_text', Name))
    is_sqlite = op.get_bind().dialect.name == 'sqlite'
    address, text = (SQLITE_ADDRESS, SQLITE_TEXT) if is_sqlite else (POSTGRES_ADDRESS, POSTGRES_TEXT)
    op.execute(f'UPDATE "user" AS one SET search_text = {text.format("one")} '  # noqa: S608 (of the expressions above)
               f'WHERE one.email_address = {address.format("one")}')
    lacks_it = sa.text('search_text IS NULL')
    op.create_index('ix_user_without_search_text', 'user', ['id'], sqlite_where=lacks_it, postgresql_where=lacks_it)
    last = ''
    while last := bring_into_form(op.get_bind(), AT_ONCE, after=last):
        pass
    for statement in SQLITE if is_sqlite else POSTGRES:
        op.execute(statement)
