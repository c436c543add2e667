"""Reading the journal: the statement of a position, or of several together, page by page.

A page is found by its place in recorded order (entry number and line), never by counting lines,
so the last page of a long journal is as quick as the first.  Balances as of an entry or a day are
``ledger.core.balances``.

Reads only, of the tables of the record; knows no right, no language and nothing of pages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, Date, bindparam, select, text
from sqlalchemy.orm import Session

from ledger.core.balances import (
    ENTRY_ID_MAX,
    LINE_MAX,
    SIDES,
    Bounds,
    Place,
    balances_before,
    balances_on,
    beyond,
    bounds_of_days,
    over_positions,
)
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.schema import Moment
from ledger.core.tables import position
from ledger.refusals import ensure

LINES_MAX = 500
"""The most lines one page of a statement may ask for."""
POSITIONS_MAX = 100
"""The most positions one statement may put together: each adds two scans to its query."""

_NO_BOUNDS = Bounds(None, 1, ENTRY_ID_MAX)


class Cursor(Place):
    """The place of a line: give it back to go on from there."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One transfer as a position saw it.  Amounts are whole smallest units of the asset.

    ``balance`` is that of all positions of the statement together, after this line; lines are in
    recorded order, so one that counts for an earlier day (``late``) stands where it was recorded.
    """

    entry_id: int
    line: int
    side: int
    position_id: int
    business_date: date
    recorded_at: datetime
    late: bool
    kind: EntryKind
    other_position_id: int
    other_kind: PositionKind
    other_ref: str
    other_account_id: int
    other_account_number: str
    other_account_name: str
    incoming: int
    outgoing: int
    balance: int
    document: str
    actor: str
    unit_price_micro: int | None
    money_fen: int | None
    period_id: int | None
    reverses: int | None

    @property
    def cursor(self) -> Cursor:
        """Where the line stands."""
        return Cursor(self.entry_id, self.line, self.side)


@dataclass(frozen=True, slots=True)
class Statement:
    """One page: its lines, oldest first, and how to go on.

    ``brought_forward`` is the balance before the first line (of an empty page: the balance there).
    ``earlier`` and ``later`` are given back as ``before`` and ``after``; None = nothing there.
    """

    lines: tuple[StatementLine, ...]
    brought_forward: int
    earlier: Cursor | None
    later: Cursor | None


@dataclass(frozen=True, slots=True)
class Days:
    """Business dates from ``first`` to ``last``, both included."""

    first: date
    last: date


# -- statement ---------------------------------------------------------------------------------


def statement(
    session: Session,
    positions: Sequence[int],
    *,
    after: Cursor | None = None,
    before: Cursor | None = None,
    newest: bool = False,
    limit: int = 50,
    days: Days | None = None,
    as_known_at: int | None = None,
) -> Statement:
    """Give one page of the statement of one position, or of several of one asset together.

    ``after`` or ``before`` continue from a line; with neither the page begins with the oldest
    line, or ends with the ``newest``.  ``days`` keeps to entries of those business dates: their
    first ``brought_forward`` is the balance on the day before, and the balance after the last
    line is the one on the last day.  ``as_known_at`` leaves out what was recorded later than that
    entry.  ``limit`` is 1..500 lines, ``positions`` 1..100 numbers.

    The page itself is one query of two short index scans for each position, whatever the length
    of the journal; its first balance is another.
    """
    ensure(1 <= limit <= LINES_MAX, "a page has 1 to 500 lines")
    ensure(1 <= len(set(positions)) <= POSITIONS_MAX, "a statement is of 1 to 100 positions")
    ensure(after is None or before is None, "a page goes one way")
    numbers = sorted(set(positions))
    bounds = _NO_BOUNDS if days is None else bounds_of_days(session, numbers, days.first, days.last)
    if as_known_at is not None:
        bounds = bounds._replace(last_id=min(bounds.last_id, as_known_at))
    backward = before is not None or (newest and after is None)
    found = _page_rows(session, numbers, bounds, after or before, backward, limit + 1, days)
    more = len(found) > limit
    rows = found[:limit]
    if backward:
        rows.reverse()
    start = _start(rows, after, before, newest)
    base = _brought_forward(session, numbers, rows, start, bounds, days, as_known_at)
    lines = _lines(rows, base)
    return Statement(
        lines=lines,
        brought_forward=base,
        earlier=lines[0].cursor if lines and (more if backward else after is not None) else None,
        later=lines[-1].cursor if lines and (before is not None if backward else more) else None,
    )


def _start(rows: Sequence[Any], after: Cursor | None, before: Cursor | None, newest: bool) -> Place:
    """The place just before which the page begins."""
    if rows:
        return Place(rows[0].entry_id, rows[0].line, rows[0].side)
    if after is not None:
        return after._replace(side=after.side + 1)
    if before is not None or not newest:
        return Place(0, 0, 0)
    return Place(ENTRY_ID_MAX, 0, 0)


def _page_rows(
    session: Session,
    positions: Sequence[int],
    bounds: Bounds,
    cursor: Cursor | None,
    backward: bool,
    limit: int,
    days: Days | None,
) -> list[Any]:
    order = "DESC" if backward else "ASC"
    scans = []
    for position_id in positions:
        for own, other, side in SIDES:
            scans.append(
                f"SELECT * FROM (SELECT t.entry_id, t.line, {side} AS side, "
                f"t.{own}_position_id AS position_id, t.{other}_position_id AS other_id, "
                f"t.amount, t.{own}_balance AS balance FROM transfer t "
                f"WHERE t.{own}_position_id = {int(position_id)} "
                "AND t.entry_id BETWEEN :first_id AND :last_id "
                f"{beyond(cursor, side, backward)} {_within(days)}"
                f"ORDER BY t.entry_id {order}, t.line {order} LIMIT :limit) AS scan"
            )
    statement_text = text(
        "SELECT s.*, e.business_date, e.recorded_at, e.late, e.kind, e.document, e.actor, "
        "e.unit_price_micro, e.money_fen, e.period_id, e.reverses, "
        "o.kind AS other_kind, o.ref AS other_ref, o.account_id AS other_account_id, "
        "a.number AS other_number, a.name AS other_name "
        f"FROM (SELECT * FROM ({' UNION ALL '.join(scans)}) AS every_scan "
        f"ORDER BY entry_id {order}, line {order}, side {order} LIMIT :limit) AS s "
        "CROSS JOIN entry e CROSS JOIN position o CROSS JOIN account a "
        "WHERE e.id = s.entry_id AND o.id = s.other_id AND a.id = o.account_id "
        f"ORDER BY s.entry_id {order}, s.line {order}, s.side {order}"
    ).columns(business_date=Date, recorded_at=Moment, late=Boolean)
    bounds = _narrowed(bounds, cursor, backward)
    values: dict[str, Any] = {
        "first_id": bounds.first_id,
        "last_id": bounds.last_id,
        "limit": limit,
    }
    if cursor is not None:
        values |= {"entry_id": cursor.entry_id, "line": cursor.line}
    return list(session.execute(*_with_days(statement_text, values, days)))


def _narrowed(bounds: Bounds, place: Place | None, backward: bool) -> Bounds:
    """Let a scan begin at a place: SQLite would walk there from the bounds, line by line."""
    if place is None:
        return bounds
    if backward:
        return bounds._replace(last_id=min(bounds.last_id, place.entry_id))
    return bounds._replace(first_id=max(bounds.first_id, place.entry_id))


def _within(days: Days | None) -> str:
    if days is None:
        return ""
    # A scalar sub-query is a look-up by primary key for each transfer, whatever the plan.
    return (
        "AND (SELECT e.business_date BETWEEN :first_day AND :last_day "
        "FROM entry e WHERE e.id = t.entry_id) "
    )


def _with_days(
    statement_text: Any, values: dict[str, Any], days: Days | None
) -> tuple[Any, dict[str, Any]]:
    if days is None:
        return statement_text, values
    statement_text = statement_text.bindparams(
        bindparam("first_day", type_=Date), bindparam("last_day", type_=Date)
    )
    return statement_text, values | {"first_day": days.first, "last_day": days.last}


def _lines(rows: Sequence[Any], base: int) -> tuple[StatementLine, ...]:
    lines = []
    balance = base
    for row in rows:
        incoming = row.amount if row.side else 0
        outgoing = 0 if row.side else row.amount
        balance += incoming - outgoing
        lines.append(
            StatementLine(
                entry_id=row.entry_id,
                line=row.line,
                side=row.side,
                position_id=row.position_id,
                business_date=row.business_date,
                recorded_at=row.recorded_at,
                late=row.late,
                kind=EntryKind(row.kind),
                other_position_id=row.other_id,
                other_kind=PositionKind(row.other_kind),
                other_ref=row.other_ref,
                other_account_id=row.other_account_id,
                other_account_number=row.other_number,
                other_account_name=row.other_name,
                incoming=incoming,
                outgoing=outgoing,
                balance=balance,
                document=row.document,
                actor=row.actor,
                unit_price_micro=row.unit_price_micro,
                money_fen=row.money_fen,
                period_id=row.period_id,
                reverses=row.reverses,
            )
        )
    return tuple(lines)


def _brought_forward(
    session: Session,
    positions: Sequence[int],
    rows: Sequence[Any],
    start: Place,
    bounds: Bounds,
    days: Days | None,
    as_known_at: int | None,
) -> int:
    if days is not None:
        opening = balances_on(session, positions, days.first - timedelta(days=1), as_known_at)
        return sum(opening.values()) + _moved_before(session, positions, start, bounds, days)
    if len(positions) == 1 and rows:
        first = rows[0]
        return int(first.balance - first.amount if first.side else first.balance + first.amount)
    at = min(start, Place(bounds.last_id, LINE_MAX, 0))
    return sum(balances_before(session, positions, at).values())


def _moved_before(
    session: Session, positions: Sequence[int], start: Place, bounds: Bounds, days: Days
) -> int:
    """What the days' lines before a place in the journal moved, over all the positions."""
    moved = " + ".join(
        "coalesce((SELECT sum(t.amount) FROM transfer t "
        f"WHERE t.{own}_position_id = p.id AND t.entry_id BETWEEN :first_id AND :last_id "
        f"{beyond(start, side, backward=True)} {_within(days)}), 0) * {2 * side - 1}"
        for own, _other, side in SIDES
    )
    query, values = _with_days(
        text(f"SELECT coalesce(sum({moved}), 0) FROM position p WHERE p.id IN :positions"),
        {
            "first_id": bounds.first_id,
            "last_id": _narrowed(bounds, start, backward=True).last_id,
            "entry_id": start.entry_id,
            "line": start.line,
        },
        days,
    )
    return int(
        session.execute(over_positions(query), values | {"positions": positions}).scalar_one()
    )


def period_balances(
    session: Session, positions: Sequence[int], days: Days, as_known_at: int | None = None
) -> tuple[int, int]:
    """Opening and closing balance of the positions together over some business days."""
    day_before = days.first - timedelta(days=1)
    opening = balances_on(session, positions, day_before, as_known_at)
    closing = balances_on(session, positions, days.last, as_known_at)
    return sum(opening.values()), sum(closing.values())


# -- positions ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PositionRow:
    """A position as it stands now; ``balance`` in whole smallest units of its asset."""

    position_id: int
    account_id: int
    asset_id: int
    kind: PositionKind
    ref: str
    for_party_id: int | None
    balance: int


def positions_of(
    session: Session,
    account_id: int,
    *,
    asset_id: int | None = None,
    kinds: Sequence[PositionKind] = (),
    limit: int = POSITIONS_MAX,
) -> list[PositionRow]:
    """Give an account's positions (at most ``limit``), by asset, kind, ref."""
    query = select(position).where(position.c.account_id == account_id)
    if asset_id is not None:
        query = query.where(position.c.asset_id == asset_id)
    if kinds:
        query = query.where(position.c.kind.in_([kind.value for kind in kinds]))
    query = query.order_by(
        position.c.asset_id, position.c.kind, position.c.ref, position.c.id
    ).limit(limit)
    return [_position_row(row) for row in session.execute(query).mappings()]


def _position_row(row: Mapping[Any, Any]) -> PositionRow:
    return PositionRow(
        position_id=row["id"],
        account_id=row["account_id"],
        asset_id=row["asset_id"],
        kind=PositionKind(row["kind"]),
        ref=row["ref"],
        for_party_id=row["for_party_id"],
        balance=row["credits"] - row["debits"],
    )
