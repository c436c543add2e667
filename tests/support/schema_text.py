"""What a database itself says about its schema: definitions by name, to be compared.

CHECKs, indexes, triggers and functions included, which Alembic's own comparison does not see.
"""

import re

from sqlalchemy import Connection, Engine

from ledger.core.migration import VERSION_TABLE

_POSTGRESQL_QUERIES = (
    """
    SELECT 'column ' || table_name || '.' || column_name,
           concat_ws(' ', data_type, character_maximum_length, is_nullable, column_default,
                     is_identity)
    FROM information_schema.columns WHERE table_schema = 'public'
    """,
    """
    SELECT 'constraint ' || conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype <> 'n' AND conrelid <> 0
    """,
    """
    SELECT 'index ' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    """,
    """
    SELECT 'trigger ' || tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid)
    FROM pg_trigger WHERE NOT tgisinternal
    """,
    """
    SELECT 'function ' || proname, pg_get_functiondef(oid)
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    """,
    """
    SELECT 'storage ' || relname, reloptions::text
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND reloptions IS NOT NULL
    """,
)


def schema_of(engine: Engine) -> dict[str, str]:
    """Give each definition by its name; the table of the migrations themselves is left out."""
    with engine.connect() as connection:
        found = (
            _of_sqlite(connection)
            if engine.dialect.name == "sqlite"
            else _of_postgresql(connection)
        )
    return {name: text for name, text in found.items() if VERSION_TABLE not in name}


def _of_postgresql(connection: Connection) -> dict[str, str]:
    return {
        name: text
        for query in _POSTGRESQL_QUERIES
        for name, text in connection.exec_driver_sql(query)
    }


def _of_sqlite(connection: Connection) -> dict[str, str]:
    rows = connection.exec_driver_sql(
        "SELECT type || ' ' || tbl_name || '.' || name, type, sql FROM sqlite_master "
        "WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
    )
    return {name: _table(sql) if kind == "table" else _plain(sql) for name, kind, sql in rows}


def _plain(sql: str) -> str:
    return re.sub(r"\s+", " ", sql).strip()


def _table(sql: str) -> str:
    # A rebuilt table may tell the same parts in another order, and quotes what needs no quotes.
    head, _, rest = _plain(sql).replace('"', "").partition("(")
    body, _, tail = rest.rpartition(")")
    return "\n".join([head.strip(), *sorted(_parts(body)), tail.strip()])


def _parts(body: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(body):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            parts.append(body[start:place].strip())
            start = place + 1
    return [*parts, body[start:].strip()]
