"""What the journal says about one asset, cell by cell: the queries behind the table of totals.

Five queries however many cells; every sum is made by the database.  Knows what is asked, not what
it means.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Date, Row, bindparam, text
from sqlalchemy.orm import Session

from ledger.core.clock import REGISTRY_ZONE
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.recount import sum_in_halves, whole
from ledger.core.schema import Moment
from ledger.core.tables import TOTAL_KINDS, one_of
from ledger.totals.figures import Flow

_SIDES = """
    JOIN position d ON d.id = t.debit_position_id JOIN account da ON da.id = d.account_id
    JOIN position c ON c.id = t.credit_position_id JOIN account ca ON ca.id = c.account_id
"""
_GROUPED = f"""
    d.kind AS debit_kind, coalesce(da.cell_id, 0) AS debit_cell,
    c.kind AS credit_kind, coalesce(ca.cell_id, 0) AS credit_cell,
    {sum_in_halves("t.amount")}
"""
# SQLite joins in the order written where it reads CROSS JOIN; else it would go through all
# transfers.  The kinds stand in the statement: behind parameters it would not see that its partial
# index ``ix_entry_totals`` holds exactly these.
_SETTING = f"""
    SELECT e.kind, {_GROUPED}
    FROM entry e CROSS JOIN transfer t {_SIDES}
    WHERE {one_of("e.kind", TOTAL_KINDS)} AND e.business_date <= :day
    AND t.entry_id = e.id AND t.asset_id = :asset_id
    GROUP BY e.kind, d.kind, da.cell_id, c.kind, ca.cell_id
"""
_UNDONE = f"""
    SELECT o.kind, {_GROUPED}
    FROM entry r CROSS JOIN entry o CROSS JOIN transfer t {_SIDES}
    WHERE r.reverses IS NOT NULL AND r.business_date <= :day
    AND o.id = r.reverses AND {one_of("o.kind", TOTAL_KINDS)}
    AND t.entry_id = r.id AND t.asset_id = :asset_id
    GROUP BY o.kind, d.kind, da.cell_id, c.kind, ca.cell_id
"""
_LATER = f"""
    SELECT e.kind, {_GROUPED}
    FROM entry e CROSS JOIN transfer t {_SIDES}
    WHERE e.recorded_at >= :after AND e.business_date > :day
    AND t.entry_id = e.id AND t.asset_id = :asset_id
    GROUP BY e.kind, d.kind, da.cell_id, c.kind, ca.cell_id
"""
_CROSSING = f"""
    SELECT coalesce(da.cell_id, 0), coalesce(ca.cell_id, 0), {sum_in_halves("t.amount")}
    FROM position d JOIN account da ON da.id = d.account_id
    JOIN transfer t ON t.debit_position_id = d.id
    JOIN position c ON c.id = t.credit_position_id JOIN account ca ON ca.id = c.account_id
    WHERE d.asset_id = :asset_id AND coalesce(da.cell_id, 0) <> coalesce(ca.cell_id, 0)
    GROUP BY da.cell_id, ca.cell_id
"""
_STOCK = f"""
    SELECT a.cell_id, p.kind, {sum_in_halves("p.credits - p.debits")}
    FROM position p JOIN account a ON a.id = p.account_id
    WHERE p.asset_id = :asset_id AND a.cell_id IS NOT NULL
    GROUP BY a.cell_id, p.kind
"""


def stock(session: Session, asset_id: int) -> dict[tuple[int, PositionKind], int]:
    """Give the balances of now by cell and kind of position."""
    found = session.execute(text(_STOCK), {"asset_id": asset_id})
    return {(cell, PositionKind(kind)): whole(halves) for cell, kind, *halves in found}


def setting_flows(session: Session, asset_id: int, on: date) -> list[Flow]:
    """Give what entries that can change a total moved, up to a business day; reversals undone."""
    day = {"asset_id": asset_id, "day": on}
    typed = bindparam("day", type_=Date())
    done = session.execute(text(_SETTING).bindparams(typed), day)
    undone = session.execute(text(_UNDONE).bindparams(typed), day)
    return _flows(done) + [_turned(flow) for flow in _flows(undone)]


def later_flows(session: Session, asset_id: int, on: date) -> list[Flow]:
    """Give what was moved for business days after a day: none when it is today.

    No entry is for a day in the future, so only what was recorded after that day can be later.
    """
    after = datetime.combine(on + timedelta(days=1), time(), REGISTRY_ZONE)
    statement = text(_LATER).bindparams(
        bindparam("day", type_=Date()), bindparam("after", type_=Moment())
    )
    return _flows(session.execute(statement, {"asset_id": asset_id, "day": on, "after": after}))


def crossing_flows(session: Session, asset_id: int) -> dict[tuple[int, int], int]:
    """Give all that ever went from a cell to another, in any kind of entry: (from, to) -> sum."""
    found = session.execute(text(_CROSSING), {"asset_id": asset_id})
    return {(debit, credit): whole(halves) for debit, credit, *halves in found}


def _flows(found: Iterable[Row[Any]]) -> list[Flow]:
    return [
        Flow(
            EntryKind(kind),
            PositionKind(debit_kind),
            debit_cell,
            PositionKind(credit_kind),
            credit_cell,
            whole(halves),
        )
        for (kind, debit_kind, debit_cell, credit_kind, credit_cell, *halves) in map(tuple, found)
    ]


def _turned(flow: Flow) -> Flow:
    """Read what a reversal moved as so much less of what it undid."""
    return Flow(
        flow.kind,
        flow.credit_kind,
        flow.credit_cell,
        flow.debit_kind,
        flow.debit_cell,
        -flow.amount,
    )
