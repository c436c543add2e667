"""Reference rows in bulk: add what is missing, draw numbers ahead, find by many keys at once.

The same statements on both databases, never one per row.  Knows tables and columns only; what a
row means is known where its table is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, func, insert, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

PIECE = 5_000
"""Keys in one statement: below what either database takes as parameters."""


def in_pieces(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Cut distinct values into lists short enough for one statement."""
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), PIECE):
        yield distinct[start : start + PIECE]


def rows_where(
    session: Session, query: Select[Any], column: ColumnElement[Any], values: Iterable[Any]
) -> list[Row[Any]]:
    """Give the rows of a query whose column has one of the values; one query per 5,000 values."""
    rows: list[Row[Any]] = []
    for piece in in_pieces(values):
        rows.extend(session.execute(query.where(column.in_(piece))))
    return rows


def known(session: Session, column: ColumnElement[Any], values: Iterable[Any]) -> set[Any]:
    """Tell which of the values the column has."""
    return {row[0] for row in rows_where(session, select(column), column, values)}


def insert_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that must not be there yet."""
    if rows:
        session.execute(insert(table), rows)


def insert_missing(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> set[int]:
    """Insert the rows that break no unique constraint; give the ids (column ``id``) that got in.

    Whoever loses a race finds the other's row instead of an error.
    """
    if not rows:
        return set()
    if session.get_bind().dialect.name == "postgresql":
        made = session.execute(
            postgresql_insert(table).on_conflict_do_nothing().returning(table.c.id), rows
        )
    else:
        made = session.execute(
            sqlite_insert(table).on_conflict_do_nothing().returning(table.c.id), rows
        )
    return {row[0] for row in made}


def draw_ids(session: Session, table: Table, count: int) -> list[int]:
    """Take so many fresh numbers for a table's column ``id``, rising.

    For rows whose content names their own number.  On SQLite the writer is alone, so the numbers
    after the highest are free.
    """
    if count == 0:
        return []
    if session.get_bind().dialect.name == "postgresql":
        drawn = select(func.nextval(func.pg_get_serial_sequence(table.name, "id"))).select_from(
            func.generate_series(1, count)
        )
        return sorted(session.scalars(drawn))
    highest = session.scalar(select(func.coalesce(func.max(table.c.id), 0))) or 0
    return list(range(highest + 1, highest + count + 1))
