"""The recount of what flowed where: the table of moves, the borders of cells, the index assets.

One query groups the whole journal by kind of entry, the two kinds of position, asset and cell;
the rules are then looked at on the groups.  A reversal counts against the kind it undoes.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from ledger.core.differences import AuditCode, Findings
from ledger.core.moves import MOVE_SET, EntryKind, PositionKind
from ledger.core.recount import IN_KEY_ORDER, listing, sum_in_halves, whole

TERMINAL_KINDS = (PositionKind.SURRENDERED, PositionKind.USED, PositionKind.RETIRED)
"""What is in one of these has come to its end."""

CARRYING_KINDS = (
    EntryKind.TRANSFER,
    EntryKind.FILL,
    EntryKind.AGREEMENT,
    EntryKind.AWARD,
    EntryKind.DEFAULT,
    EntryKind.RETURN,
    EntryKind.TRANSFER_WITH_TOTAL,
)
"""Kinds of entry in which units may cross from cell to cell."""

DIVIDING_KINDS = (EntryKind.DIVIDE, EntryKind.GIVE_BACK, EntryKind.LOWER, EntryKind.CUT)
"""Kinds of entry in which what is set for a cell comes from another, or goes back to it."""

SET_KINDS = (
    PositionKind.SOURCE,
    PositionKind.TOTAL,
    PositionKind.ROOM,
    PositionKind.ROOM_USED,
    PositionKind.TOLERATED,
)
"""Positions that say what is set for a cell; the others hold units."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a side of a flow stands; ``cell`` is 0 where the account is in none."""

    kind: str
    account_kind: str
    cell: int


@dataclass(frozen=True, slots=True)
class _Flow:
    """All transfers of one sort; a reversed one is turned back and counts below zero."""

    entry_kind: str
    asset: int
    debit: _Place
    credit: _Place
    amount: int
    transfers: int
    example: int


# Positions of one kind, asset, kind of account and cell are one place: grouping by two small
# numbers is what makes this fast.
_PLACES = """
    WITH place AS MATERIALIZED (
        SELECT p.id, p.asset_id, p.kind, a.kind AS account_kind, coalesce(a.cell_id, 0) AS cell_id,
            dense_rank() OVER (ORDER BY p.kind, p.asset_id, a.kind, coalesce(a.cell_id, 0)) AS place
        FROM position p JOIN account a ON a.id = p.account_id
    )
"""
_FLOWS = f"""
    SELECT {{kind}}.kind, d.place, c.place, {sum_in_halves("t.amount")}, count(*), min(t.entry_id)
    FROM {{tables}}
    CROSS JOIN place d CROSS JOIN place c
    WHERE {{linked}}
    AND d.id = t.debit_position_id AND d.asset_id = t.asset_id
    AND c.id = t.credit_position_id AND c.asset_id = t.asset_id
    GROUP BY 1, 2, 3
"""
_EVERY = _PLACES + _FLOWS.format(
    kind="e",
    tables="transfer t CROSS JOIN entry e",
    linked=f"{IN_KEY_ORDER} AND e.id = t.entry_id",
)
_UNDONE = _PLACES + _FLOWS.format(
    kind="o",
    tables="entry r CROSS JOIN entry o CROSS JOIN transfer t",
    linked="r.kind = 'reversal' AND o.id = r.reverses AND t.entry_id = r.id",
)


def recount_flows(session: Session, findings: Findings) -> int:
    """Look at every flow of the journal.  Gives the number of transfers."""
    places = {
        number: (asset_id, _Place(kind, account_kind, cell))
        for number, asset_id, kind, account_kind, cell in session.execute(
            text(
                f"{_PLACES} SELECT DISTINCT place, asset_id, kind, account_kind, cell_id FROM place"
            )
        )
    }
    flows = [_flow(row, places, reversal=False) for row in session.execute(text(_EVERY))]
    transfers = session.scalar(text("SELECT count(*) FROM transfer")) or 0
    if transfers != sum(flow.transfers for flow in flows):
        _list_loose_transfers(session, findings)
    flows = [flow for flow in flows if flow.entry_kind != EntryKind.REVERSAL]
    flows += [_flow(row, places, reversal=True) for row in session.execute(text(_UNDONE))]
    units = set(session.scalars(text("SELECT id FROM asset WHERE role IN ('unit', 'index')")))
    for flow in flows:
        _check_kinds(flow, findings)
        if flow.asset in units:
            _check_border(flow, findings)
    _check_cells(session, flows, units, findings)
    _check_indexes(session, flows, findings)
    return transfers


def _flow(row: Any, places: Mapping[int, tuple[int, _Place]], *, reversal: bool) -> _Flow:
    kind, debit_place, credit_place, high, low, transfers, example = row
    asset_id, debit = places[debit_place]
    _asset_id, credit = places[credit_place]
    amount = whole((high, low))
    if reversal:
        debit, credit, amount = credit, debit, -amount
    return _Flow(kind, asset_id, debit, credit, amount, transfers, example)


def _list_loose_transfers(session: Session, findings: Findings) -> None:
    """Transfers without an entry or a position, or with a position of another asset."""
    found = session.execute(
        listing(
            "t.entry_id, t.line, 1, 0",
            "FROM transfer t LEFT JOIN entry e ON e.id = t.entry_id WHERE e.id IS NULL "
            "ORDER BY t.entry_id, t.line",
        )
    )
    findings.add_rows(AuditCode.TRANSFER_WITHOUT_ENTRY, ["entry", "line"], found)
    sides = (
        "FROM (SELECT entry_id, line, asset_id, debit_position_id AS position_id FROM transfer "
        "UNION ALL SELECT entry_id, line, asset_id, credit_position_id FROM transfer) AS t "
        "LEFT JOIN position p ON p.id = t.position_id "
    )
    found = session.execute(
        listing(
            "t.entry_id, t.line, t.position_id, 1, 0",
            f"{sides} WHERE p.id IS NULL ORDER BY t.entry_id, t.line",
        )
    )
    findings.add_rows(AuditCode.TRANSFER_WITHOUT_POSITION, ["entry", "line", "position"], found)
    found = session.execute(
        listing(
            "t.entry_id, t.line, t.position_id, t.asset_id, p.asset_id",
            f"{sides} WHERE p.asset_id <> t.asset_id ORDER BY t.entry_id, t.line",
        )
    )
    findings.add_rows(AuditCode.TRANSFER_LEAVES_ITS_ASSET, ["entry", "line", "position"], found)


def _check_kinds(flow: _Flow, findings: Findings) -> None:
    """The move is in the table; nothing leaves its end but by reversal."""
    move = (flow.entry_kind, flow.debit.kind, flow.credit.kind)
    shown = f"{flow.debit.kind} > {flow.credit.kind}"
    what = {"entry": flow.example, "kind": flow.entry_kind, "asset": flow.asset}
    if move not in MOVE_SET:
        findings.add(AuditCode.KIND_OF_MOVE_UNKNOWN, what, "in the table", shown, flow.transfers)
    if flow.debit.kind in TERMINAL_KINDS:
        findings.add(
            AuditCode.TERMINAL_LEFT_WITHOUT_REVERSAL, what, "reversal", shown, flow.transfers
        )


def _crosses(flow: _Flow) -> bool:
    return bool(flow.debit.cell and flow.credit.cell and flow.debit.cell != flow.credit.cell)


def _check_border(flow: _Flow, findings: Findings) -> None:
    """From cell to cell units go only in the kinds that may carry them."""
    if not _crosses(flow) or flow.entry_kind in CARRYING_KINDS:
        return
    of_totals = flow.debit.kind in SET_KINDS and flow.credit.kind in SET_KINDS
    if flow.entry_kind in DIVIDING_KINDS and of_totals:
        return
    findings.add(
        AuditCode.BORDER_CROSSED,
        {"entry": flow.example, "kind": flow.entry_kind, "asset": flow.asset},
        flow.debit.cell,
        flow.credit.cell,
        flow.transfers,
    )


# -- cells -------------------------------------------------------------------------------------

_STOCK = f"""
    SELECT a.cell_id, p.asset_id, {sum_in_halves("p.credits - p.debits")}
    FROM position p JOIN account a ON a.id = p.account_id JOIN asset s ON s.id = p.asset_id
    WHERE p.kind <> 'source' AND a.cell_id IS NOT NULL AND s.role IN ('unit', 'index')
    GROUP BY a.cell_id, p.asset_id
    ORDER BY a.cell_id, p.asset_id
"""


def _located(place: _Place) -> int:
    """The cell whose stock a place belongs to; a source stands outside of all stock."""
    return 0 if place.kind == PositionKind.SOURCE else place.cell


def _check_cells(session: Session, flows: list[_Flow], units: set[int], findings: Findings) -> None:
    """Per cell and asset: what was set, and carried in over borders, is what is there now.

    What is there: room, used room, totals, what was issued beyond them (below zero), units in
    every hand located in the cell, and what was surrendered, used or retired there.
    """
    due: defaultdict[tuple[int, int], int] = defaultdict(int)
    for flow in flows:
        debit_cell, credit_cell = _located(flow.debit), _located(flow.credit)
        if flow.asset in units and debit_cell != credit_cell:
            due[debit_cell, flow.asset] -= flow.amount
            due[credit_cell, flow.asset] += flow.amount
    stock = {
        (cell, asset_id): whole(halves) for cell, asset_id, *halves in session.execute(text(_STOCK))
    }
    for cell, asset_id in sorted({*due, *stock}):
        expected, found = due.get((cell, asset_id), 0), stock.get((cell, asset_id), 0)
        if cell and expected != found:
            findings.add(
                AuditCode.CELL_NOT_BALANCED, {"cell": cell, "asset": asset_id}, expected, found
            )


# -- indexes -----------------------------------------------------------------------------------


def _check_indexes(session: Session, flows: list[_Flow], findings: Findings) -> None:
    """Used room of an index, cell by cell, is what was opened under it and still stands there.

    Units that take their total along to another cell take their used room along; units that a
    cut retires give theirs up.
    """
    indexes_of: defaultdict[int, list[int]] = defaultdict(list)
    for asset_id, index_id in session.execute(
        text("SELECT asset_id, index_asset_id FROM asset_index")
    ):
        indexes_of[asset_id].append(index_id)
    indexes = {index_id for several in indexes_of.values() for index_id in several}
    used: defaultdict[tuple[int, int], int] = defaultdict(int)
    opened: defaultdict[tuple[int, int], int] = defaultdict(int)
    for flow in flows:
        if flow.asset in indexes:
            for place, amount in ((flow.debit, -flow.amount), (flow.credit, flow.amount)):
                if place.kind == PositionKind.ROOM_USED and place.account_kind == "cell":
                    used[flow.asset, place.cell] += amount
        else:
            for index_id in indexes_of.get(flow.asset, ()):
                for cell, amount in _opened(flow):
                    opened[index_id, cell] += amount
    for index_id, cell in sorted({*used, *opened}):
        expected, found = opened.get((index_id, cell), 0), used.get((index_id, cell), 0)
        if expected != found:
            findings.add(
                AuditCode.INDEX_USED_DIFFERS, {"asset": index_id, "cell": cell}, expected, found
            )


def _opened(flow: _Flow) -> Iterator[tuple[int, int]]:
    """How a flow of a unit under an index changes the room it uses, cell by cell."""
    if flow.debit.kind == PositionKind.SOURCE:
        yield flow.debit.cell, flow.amount
    if flow.credit.kind == PositionKind.SOURCE:
        yield flow.credit.cell, -flow.amount
    if flow.entry_kind == EntryKind.TRANSFER_WITH_TOTAL:
        yield flow.debit.cell, -flow.amount
        yield flow.credit.cell, flow.amount
    if flow.entry_kind == EntryKind.CUT and flow.credit.kind == PositionKind.RETIRED:
        yield flow.credit.cell, -flow.amount
