"""Balances as they were: right after any entry, or at the end of any business day.

Every transfer stores the balance it left on both sides, so a balance as of an entry is two probes
of an index, however long the journal is.  *Recorded order* is the order of entry numbers; nothing
here depends on the clock.  By business date a balance is put together from the newest closed
month before the day and the few entries after it (``balances_on``).

What is true "as known at entry R" looks at entries numbered R or below.  On PostgreSQL an entry
with a lower number may still be on its way when R is already visible; once every transaction
that was open then has ended, the answer no longer changes.

Reads only, of the tables of the record; knows no right and no language.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Date, TextClause, bindparam, select, text
from sqlalchemy.orm import Session

from ledger.core.tables import asset, closed_month, position

ENTRY_ID_MAX = 2**63 - 1
LINE_MAX = 2**15 - 1
"""Beyond the last line an entry can have."""

SIDES = (("debit", "credit", 0), ("credit", "debit", 1))
"""The two sides of a transfer: the own, the other, and the own's place when both are listed."""


class Place(NamedTuple):
    """A place in recorded order; ``side`` is 0 where a line is debited, 1 where credited."""

    entry_id: int
    line: int
    side: int


class Bounds(NamedTuple):
    """Where in the journal the entries of some days can stand.

    ``closed`` is the newest month that was closed before the first of these days.
    """

    closed: date | None
    first_id: int
    last_id: int


def balance_at_entry(session: Session, position_id: int, entry_id: int) -> int:
    """Balance of a position right after an entry, in recorded order; 0 before its first."""
    return balances_at_entry(session, [position_id], entry_id)[position_id]


def balances_at_entry(session: Session, positions: Sequence[int], entry_id: int) -> dict[int, int]:
    """Balance of each position right after an entry: two index probes for each."""
    return balances_before(session, positions, Place(entry_id, LINE_MAX, 0))


def balances_before(session: Session, positions: Sequence[int], place: Place) -> dict[int, int]:
    """Balance of each position just before a place in recorded order."""
    probes = " UNION ALL ".join(
        f"SELECT * FROM (SELECT t.entry_id, t.line, t.{own}_balance AS balance "
        f"FROM transfer t WHERE t.{own}_position_id = p.id {beyond(place, side, backward=True)} "
        "ORDER BY t.entry_id DESC, t.line DESC LIMIT 1) AS probe"
        for own, _other, side in SIDES
    )
    query = text(
        f"SELECT p.id, coalesce((SELECT balance FROM ({probes}) AS newest "
        "ORDER BY entry_id DESC, line DESC LIMIT 1), 0) AS balance "
        "FROM position p WHERE p.id IN :positions"
    )
    found = session.execute(
        over_positions(query),
        {"positions": list(positions), "entry_id": place.entry_id, "line": place.line},
    )
    return {position_id: int(balance) for position_id, balance in found}


def balance_on(
    session: Session, position_id: int, day: date, as_known_at: int | None = None
) -> int:
    """Balance of a position at the end of a business day, as known at an entry (None = now)."""
    return balances_on(session, [position_id], day, as_known_at)[position_id]


def balances_on(
    session: Session, positions: Sequence[int], day: date, as_known_at: int | None = None
) -> dict[int, int]:
    """Balance of each position (all of one scheme) at the end of a business day.

    What counts is every entry of that day or before, numbered ``as_known_at`` or below.  Let M be
    the newest month that ends by that day and was closed by then.  Its end is the newest row of
    ``closing`` at or before M: closings hold a row only where a month changed the balance.  The
    rest is the entries dated after M and by the day.  They are numbered ``first_later_entry_id``
    of M or above, since all below are dated by M; and, if the day lies in a closed month, its
    ``last_entry_id`` or below, since nothing was posted into it afterwards.  So a question reads
    one row of ``closing`` and the position's transfers of about a month, however long the journal
    is; for the last day of a closed month it reads that one row alone.  Nothing depends on the
    order in which an import brought its entries: that only widens the range of numbers.
    """
    numbers = list(dict.fromkeys(positions))
    if not numbers:
        return {}
    bounds = bounds_of_days(session, numbers, None, day, as_known_at)
    base = "0"
    if bounds.closed is not None:
        base = (
            "coalesce((SELECT c.balance FROM closing c WHERE c.position_id = p.id "
            "AND c.month_end <= :closed ORDER BY c.month_end DESC LIMIT 1), 0)"
        )
    moved = ""
    if bounds.closed != day:
        moved = "".join(
            f" {sign} coalesce((SELECT sum(t.amount) FROM transfer t "
            f"WHERE t.{own}_position_id = p.id AND t.entry_id BETWEEN :first_id AND :last_id "
            # A scalar sub-query is a look-up by primary key for each transfer, whatever the plan:
            # of a join PostgreSQL's lasting plan read the whole journal for each.
            "AND (SELECT e.business_date > :closed AND e.business_date <= :day "
            "FROM entry e WHERE e.id = t.entry_id)), 0)"
            for own, sign in (("credit", "+"), ("debit", "-"))
        )
    query = text(f"SELECT p.id, {base}{moved} FROM position p WHERE p.id IN :positions")
    values: dict[str, Any] = {"positions": numbers}
    if bounds.closed is not None or moved:
        query = query.bindparams(bindparam("closed", type_=Date))
        values["closed"] = bounds.closed or date.min
    if moved:
        query = query.bindparams(bindparam("day", type_=Date))
        values |= {"day": day, "first_id": bounds.first_id, "last_id": bounds.last_id}
    found = session.execute(over_positions(query), values)
    return {position_id: int(balance) for position_id, balance in found}


def bounds_of_days(
    session: Session,
    positions: Sequence[int],
    first: date | None,
    last: date,
    as_known_at: int | None = None,
) -> Bounds:
    """Ask the closed months where entries dated ``first``..``last`` can stand in the journal.

    Without ``first``: those dated after the newest month that is closed by ``last``, known then.
    """
    months = closed_month.c
    of_scheme = months.scheme_id == (
        select(asset.c.scheme_id)
        .join(position, position.c.asset_id == asset.c.id)
        .where(position.c.id == positions[0])
        .scalar_subquery()
    )
    known = months.last_entry_id <= (ENTRY_ID_MAX if as_known_at is None else as_known_at)
    by = months.month_end < first if first is not None else months.month_end <= last
    lower = session.execute(
        select(months.month_end, months.first_later_entry_id)
        .where(of_scheme, by, known)
        .order_by(months.month_end.desc())
        .limit(1)
    ).first()
    upper = session.execute(
        select(months.last_entry_id)
        .where(of_scheme, months.month_end >= last)
        .order_by(months.month_end)
        .limit(1)
    ).scalar()
    last_id = min(
        ENTRY_ID_MAX if as_known_at is None else as_known_at,
        ENTRY_ID_MAX if upper is None else upper,
    )
    if lower is None:
        return Bounds(None, 1, last_id)
    return Bounds(lower.month_end, lower.first_later_entry_id, last_id)


def beyond(place: Place | None, side: int, backward: bool) -> str:
    """Write the part of a side's scan that lies beyond a place, the line there left out."""
    if place is None:
        return ""
    after = ">=" if side > place.side else ">"
    before = "<=" if side < place.side else "<"
    sign = before if backward else after
    return f"AND (t.entry_id, t.line) {sign} (:entry_id, :line)"


def over_positions(query: TextClause) -> TextClause:
    """Let ``:positions`` of a query stand for any number of positions."""
    return query.bindparams(bindparam("positions", expanding=True, type_=BigInteger))
