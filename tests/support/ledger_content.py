"""What stands in a ledger, written so that two databases can be compared.

Numbers that a database draws by itself are replaced by names; instants of recording are left out.
"""

from typing import Any

from sqlalchemy import Engine, text

_POSITION = (
    "coalesce({a}.external_ref, {a}.kind || ' ' || coalesce({z}.code, '')) || ' ' || {s}.code "
    "|| ' ' || {p}.kind || ' ' || {p}.ref"
)


def _named(prefix: str) -> tuple[str, str]:
    names = {letter: f"{prefix}{letter}" for letter in "paszc"}
    joins = (
        "JOIN account {a} ON {a}.id = {p}.account_id JOIN asset {s} ON {s}.id = {p}.asset_id "
        "LEFT JOIN cell {c} ON {c}.id = {a}.cell_id LEFT JOIN zone {z} ON {z}.id = {c}.zone_id"
    )
    return _POSITION.format(**names), joins.format(**names)


def balances(engine: Engine) -> dict[str, int]:
    """Balance of every position that is not empty, by its name."""
    name, joins = _named("x")
    return {
        row[0]: row[1]
        for row in _rows(
            engine,
            f"SELECT {name}, xp.credits - xp.debits FROM position xp {joins} "
            "WHERE xp.credits <> xp.debits",
        )
    }


def sums(engine: Engine) -> dict[str, tuple[int, int]]:
    """Cumulative debits and credits of every position, by its name."""
    name, joins = _named("x")
    query = f"SELECT {name}, xp.debits, xp.credits FROM position xp {joins}"
    return {row[0]: (row[1], row[2]) for row in _rows(engine, query)}


def journal(engine: Engine) -> list[tuple[Any, ...]]:
    """Every line of every entry in the order of the journal, all names, no drawn numbers."""
    debit, debit_joins = _named("d")
    credit, credit_joins = _named("k")
    return _rows(
        engine,
        "SELECT e.kind, e.key, CAST(e.business_date AS text), y.code, e.actor, e.office, "
        f"e.document, r.key, t.line, {debit}, {credit}, t.amount, t.debit_balance, "
        "t.credit_balance FROM entry e LEFT JOIN period y ON y.id = e.period_id "
        "LEFT JOIN entry r ON r.id = e.reverses JOIN transfer t ON t.entry_id = e.id "
        f"JOIN position dp ON dp.id = t.debit_position_id {debit_joins} "
        f"JOIN position kp ON kp.id = t.credit_position_id {credit_joins} "
        "ORDER BY e.id, t.line",
    )


def published(engine: Engine) -> list[tuple[Any, ...]]:
    """The newest published cells of every account-year."""
    return _rows(
        engine,
        "SELECT a.external_ref, y.year, y.free_allocations, y.allowance_in_allocation, "
        "y.units_surrendered, y.cumulative_surrendered_units, y.cumulative_verified_emissions, "
        "y.surrendered_allowances, y.verified_emissions, y.compliance_code "
        "FROM extract_year y JOIN account a ON a.id = y.account_id WHERE y.version = "
        "(SELECT max(n.version) FROM extract_year n WHERE n.account_id = y.account_id "
        "AND n.year = y.year) ORDER BY a.external_ref, y.year",
    )


def reported(engine: Engine) -> list[tuple[Any, ...]]:
    """Every version of what is said about verified use."""
    return _rows(
        engine,
        "SELECT a.external_ref, u.year, u.version, u.state, u.amount FROM use_report u "
        "JOIN account a ON a.id = u.account_id ORDER BY a.external_ref, u.year, u.version",
    )


def counts(engine: Engine) -> dict[str, int]:
    """Rows of the tables that an import writes."""
    tables = ("scheme", "zone", "account", "party", "entry", "transfer", "extract_year")
    return {
        table: _rows(engine, f"SELECT count(*) FROM {table}")[0][0]
        for table in (*tables, "extract_account", "extract_edition", "use_report", "duty")
    }


def _rows(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(query))]
        connection.rollback()
    return found
