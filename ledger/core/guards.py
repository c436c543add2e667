"""What the database itself refuses, whatever code forgets.

The journal only grows; a transfer stays inside one asset; a position stays what it is.  On
PostgreSQL statement triggers look at a whole batch at once; on SQLite row triggers refuse changes
and composite foreign keys (in the table itself) hold the asset.
"""

from itertools import chain

from sqlalchemy import DDL, Table, event

from ledger.core.schema import metadata

GUARDED_TABLES = ("entry", "transfer", "closed_month", "closing")
DIALECTS = ("postgresql", "sqlite")
IDENTITY_COLUMNS = ("id", "account_id", "asset_id", "kind", "ref", "for_party_id")

_REFUSE = """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'journal_only_grows: % on % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END $$
"""

# A scalar sub-query stays a look-up by primary key whatever the size of the first batch was: the
# plan of a trigger is made once per connection and must suit a batch of one as well.  Each
# position is looked up once, however many transfers of the batch touch it.
_SAME_ASSET = """
CREATE FUNCTION ledger_refuse_other_asset() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM (
      SELECT added.debit_position_id AS id, added.asset_id FROM added
      UNION SELECT added.credit_position_id, added.asset_id FROM added
    ) AS named
    WHERE named.asset_id IS DISTINCT FROM
      (SELECT p.asset_id FROM position AS p WHERE p.id = named.id)
  ) THEN
    RAISE EXCEPTION 'transfer_stays_in_one_asset'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$
"""


def only_grows(table: str, dialect_name: str) -> tuple[str, ...]:
    """Give the statements that keep the rows of a table as they were written."""
    if dialect_name == "postgresql":
        return (
            f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()",
        )
    return tuple(
        f"CREATE TRIGGER {table}_no_{action} BEFORE {action.upper()} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END"
        for action in ("update", "delete")
    )


def _postgresql_create() -> tuple[str, ...]:
    refuse = chain.from_iterable(only_grows(table, "postgresql") for table in GUARDED_TABLES)
    return (
        _REFUSE.strip(),
        _SAME_ASSET.strip(),
        *refuse,
        "CREATE TRIGGER transfer_same_asset AFTER INSERT ON transfer "
        "REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_other_asset()",
        f"CREATE TRIGGER position_stays BEFORE UPDATE OF {', '.join(IDENTITY_COLUMNS)} "
        "ON position FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()",
        "CREATE TRIGGER position_is_kept BEFORE DELETE OR TRUNCATE "
        "ON position FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()",
    )


def _sqlite_create() -> tuple[str, ...]:
    statements = list(chain.from_iterable(only_grows(table, "sqlite") for table in GUARDED_TABLES))
    statements.append(
        f"CREATE TRIGGER position_stays BEFORE UPDATE OF {', '.join(IDENTITY_COLUMNS)} "
        "ON position BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END"
    )
    statements.append(
        "CREATE TRIGGER position_is_kept BEFORE DELETE ON position "
        "BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END"
    )
    return tuple(statements)


def guard_statements(dialect_name: str) -> tuple[str, ...]:
    """Give the statements that make the guards on ``sqlite`` or ``postgresql``."""
    return _postgresql_create() if dialect_name == "postgresql" else _sqlite_create()


def _after_create(dialect_name: str, statement: str) -> None:
    event.listen(
        metadata,
        "after_create",
        DDL(statement.replace("%", "%%")).execute_if(dialect=dialect_name),  # type: ignore[no-untyped-call]
    )


def guard(*tables: Table) -> None:
    """Keep the rows of more tables as they were written, wherever the tables are made."""
    for name in DIALECTS:
        for table in tables:
            for statement in only_grows(table.name, name):
                _after_create(name, statement)


for _name in DIALECTS:
    for _statement in guard_statements(_name):
        _after_create(_name, _statement)
