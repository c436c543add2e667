"""The recount of entries, reversals, positions and assets from the journal, in SQL.

Written apart from posting on purpose: it shares the bounds of the kinds with it and nothing else.
Each rule reads the whole journal in one query that only gives back what does not agree, so
millions of transfers never come into memory; rules over the same rows are first counted together
and listed one by one only where the count is not zero.
"""

from collections.abc import Sequence

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from ledger.core.differences import KEPT_PER_CODE, AuditCode, Findings
from ledger.core.moves import PositionKind, bounds_of

_SPLIT = 2**32
"""Sums over many positions are added in two halves, so that they cannot overflow."""

IN_KEY_ORDER = f"t.entry_id > {-(2**63 - 1)}"
"""True of every transfer.  Without it, or with tables joined in another order than they are
written (CROSS JOIN), SQLite goes through an index and needs four times as long."""


def listing(columns: str, rest: str) -> TextClause:
    """Write a query that lists differences: names, expected, found, then the full count."""
    return text(f"SELECT {columns}, count(*) OVER () {rest} LIMIT {KEPT_PER_CODE}")


def is_postgresql(session: Session) -> bool:
    """Tell which of the two databases this is."""
    return session.connection().dialect.name == "postgresql"


# -- entries -----------------------------------------------------------------------------------

_LINES_OF_ENTRY = (
    "FROM entry e LEFT JOIN (SELECT entry_id, count(*) AS lines, min(line) AS first_line, "
    "max(line) AS last_line FROM transfer GROUP BY entry_id) AS t ON t.entry_id = e.id"
)


def recount_entries(session: Session, findings: Findings) -> int:
    """Each entry has lines 1, 2, 3 ...; its dates and late flag fit the day it was recorded on.

    Gives the number of entries.
    """
    day = _recorded_day(session)
    future = f"e.business_date > {day}"
    late = f"e.late <> (e.business_date < {day})"
    entries, futures, lates = session.execute(
        text(
            f"SELECT count(*), count(CASE WHEN {future} THEN 1 END), "
            f"count(CASE WHEN {late} THEN 1 END) FROM entry e"
        )
    ).one()
    if futures:
        shown = f"e.id, CAST({day} AS text), CAST(e.business_date AS text)"
        found = session.execute(listing(shown, f"FROM entry e WHERE {future} ORDER BY e.id"))
        findings.add_rows(AuditCode.ENTRY_DATED_AFTER_RECORDING, ["entry"], found)
    if lates:
        shown = (
            f"e.id, CASE WHEN e.business_date < {day} THEN 1 ELSE 0 END, "
            "CASE WHEN e.late THEN 1 ELSE 0 END"
        )
        found = session.execute(listing(shown, f"FROM entry e WHERE {late} ORDER BY e.id"))
        findings.add_rows(AuditCode.LATE_FLAG_WRONG, ["entry"], found)
    if not _lines_in_row(session, entries):
        _list_lines(session, findings)
    return int(entries)


def _lines_in_row(session: Session, entries: int) -> bool:
    """Whether every entry has a first line, and every other line one before it."""
    firsts = session.scalar(
        text(
            "SELECT count(*) FROM transfer t CROSS JOIN entry e "
            f"WHERE {IN_KEY_ORDER} AND t.line = 1 AND e.id = t.entry_id"
        )
    )
    alone = session.scalar(
        text(
            "SELECT count(*) FROM transfer t LEFT JOIN transfer b "
            "ON b.entry_id = t.entry_id AND b.line = t.line - 1 "
            f"WHERE {IN_KEY_ORDER} AND t.line <> 1 AND b.line IS NULL"
        )
    )
    return firsts == entries and not alone


def _list_lines(session: Session, findings: Findings) -> None:
    found = session.execute(
        listing("e.id, 1, 0", f"{_LINES_OF_ENTRY} WHERE t.lines IS NULL ORDER BY e.id")
    )
    findings.add_rows(AuditCode.ENTRY_WITHOUT_LINES, ["entry"], found)
    found = session.execute(
        listing(
            "e.id, t.lines, t.last_line",
            f"{_LINES_OF_ENTRY} WHERE t.first_line <> 1 OR t.last_line <> t.lines ORDER BY e.id",
        )
    )
    findings.add_rows(AuditCode.ENTRY_LINES_NOT_IN_ROW, ["entry"], found)


def _recorded_day(session: Session) -> str:
    """The day of recording at the registry's place, eight hours ahead of UTC."""
    if is_postgresql(session):
        return "((e.recorded_at AT TIME ZONE 'UTC') + interval '8 hours')::date"
    return "date(e.recorded_at, '+8 hours')"


# -- reversals ---------------------------------------------------------------------------------


def recount_reversals(session: Session, findings: Findings) -> None:
    """A reversal names an earlier entry that is none itself, is its only one, and mirrors it."""
    found = session.execute(
        listing(
            "r.id, r.reverses, 'earlier entry', o.kind",
            "FROM entry r LEFT JOIN entry o ON o.id = r.reverses "
            "WHERE (r.reverses IS NOT NULL OR r.kind = 'reversal') AND (o.id IS NULL "
            "OR o.id >= r.id OR r.kind <> 'reversal' OR o.kind = 'reversal') ORDER BY r.id",
        )
    )
    findings.add_rows(AuditCode.REVERSAL_WITHOUT_ORIGINAL, ["entry", "reverses"], found)
    found = session.execute(
        listing(
            "r.reverses, 1, count(*)",
            "FROM entry r WHERE r.reverses IS NOT NULL GROUP BY r.reverses HAVING count(*) > 1 "
            "ORDER BY r.reverses",
        )
    )
    findings.add_rows(AuditCode.REVERSED_TWICE, ["entry"], found)
    # Line i of the reversal stands against line n + 1 - i of the original, the other way round.
    found = session.execute(
        listing(
            "pair.id, pair.reverses, pair.lines, coalesce(mirror.lines, 0)",
            "FROM (SELECT r.id, r.reverses, (SELECT count(*) FROM transfer t "
            "WHERE t.entry_id IN (r.id, r.reverses)) AS lines "
            "FROM entry r JOIN entry o ON o.id = r.reverses) AS pair "
            "LEFT JOIN (SELECT r.id, 2 * count(*) AS lines FROM entry r "
            "JOIN transfer a ON a.entry_id = r.id JOIN transfer b ON b.entry_id = r.reverses "
            "AND b.line = (SELECT max(line) FROM transfer WHERE entry_id = r.reverses) + 1 "
            "- a.line AND b.debit_position_id = a.credit_position_id "
            "AND b.credit_position_id = a.debit_position_id AND b.amount = a.amount "
            "WHERE r.reverses IS NOT NULL GROUP BY r.id) AS mirror ON mirror.id = pair.id "
            "WHERE pair.lines <> coalesce(mirror.lines, 0) ORDER BY pair.id",
        )
    )
    findings.add_rows(AuditCode.REVERSAL_DIFFERS_FROM_ORIGINAL, ["entry", "reverses"], found)


# -- positions ---------------------------------------------------------------------------------

_SIDES = (
    "SELECT debit_position_id AS position_id, entry_id, line, -amount AS delta, "
    f"debit_balance AS balance FROM transfer t WHERE {IN_KEY_ORDER} "
    "UNION ALL "
    "SELECT credit_position_id, entry_id, line, amount, credit_balance FROM transfer t "
    f"WHERE {IN_KEY_ORDER}"
)
_IN_ROW = "PARTITION BY position_id ORDER BY entry_id, line"
# The balance before a line is the one stored with the line before: a sum from the beginning is
# only made where this chain is broken.
_CHAINED = (
    "SELECT position_id, delta, balance, "
    f"lag(balance, 1, CAST(0 AS bigint)) OVER ({_IN_ROW}) AS before FROM ({_SIDES}) AS side"
)
_COUNTED = (
    "SELECT position_id, "
    "sum(CASE WHEN delta < 0 THEN -delta END) AS debits, "
    "sum(CASE WHEN delta > 0 THEN delta END) AS credits, "
    "min(balance) AS lowest, max(balance) AS highest, "
    "max(CASE WHEN balance <> before + delta THEN 1 ELSE 0 END) AS broken "
    f"FROM ({_CHAINED}) AS chained GROUP BY position_id"
)


def recount_positions(session: Session, findings: Findings) -> int:
    """Sums, the chain of balances after, and floors and ceilings in recorded order.

    Gives the number of positions.
    """
    found = session.execute(
        text(
            "SELECT p.id, p.debits, p.credits, coalesce(n.debits, 0), coalesce(n.credits, 0), "
            "n.lowest < p.floor, n.highest > p.ceiling, n.broken "
            f"FROM position p LEFT JOIN ({_COUNTED}) AS n ON n.position_id = p.id "
            "WHERE p.debits <> coalesce(n.debits, 0) OR p.credits <> coalesce(n.credits, 0) "
            "OR n.lowest < p.floor OR n.highest > p.ceiling OR n.broken = 1 ORDER BY p.id"
        )
    )
    low = high = broken = False
    for position, debits, credits, own_debits, own_credits, is_low, is_high, is_broken in found:
        what = {"position": position}
        if debits != own_debits:
            findings.add(AuditCode.DEBITS_DIFFER_FROM_JOURNAL, what, int(own_debits), debits)
        if credits != own_credits:
            findings.add(AuditCode.CREDITS_DIFFER_FROM_JOURNAL, what, int(own_credits), credits)
        low, high, broken = low or bool(is_low), high or bool(is_high), broken or bool(is_broken)
    if low:
        _list_beyond(session, findings, AuditCode.FLOOR_BROKEN, "p.floor", "<")
    if high:
        _list_beyond(session, findings, AuditCode.CEILING_BROKEN, "p.ceiling", ">")
    if broken:
        _list_broken_chain(session, findings)
    _recount_bounds(session, findings)
    return session.scalar(text("SELECT count(*) FROM position")) or 0


def _list_beyond(
    session: Session, findings: Findings, code: AuditCode, bound: str, beyond: str
) -> None:
    found = session.execute(
        listing(
            f"s.position_id, s.entry_id, s.line, {bound}, s.balance",
            f"FROM ({_SIDES}) AS s JOIN position p ON p.id = s.position_id "
            f"WHERE s.balance {beyond} {bound} ORDER BY s.entry_id, s.line",
        )
    )
    findings.add_rows(code, ["position", "entry", "line"], found)


def _list_broken_chain(session: Session, findings: Findings) -> None:
    """Name the lines whose stored balance follows neither from the line before nor from all."""
    # Where the sum from the beginning agrees, the fault is in the line before, named there.
    found = session.execute(
        listing(
            "position_id, entry_id, line, recounted, balance",
            "FROM (SELECT position_id, entry_id, line, balance, delta, "
            f"lag(balance, 1, CAST(0 AS bigint)) OVER ({_IN_ROW}) AS before, "
            f"sum(delta) OVER ({_IN_ROW}) AS recounted FROM ({_SIDES}) AS side) AS chained "
            "WHERE balance <> before + delta AND balance <> recounted "
            "ORDER BY entry_id, line",
        )
    )
    findings.add_rows(
        AuditCode.BALANCE_AFTER_BROKEN,
        ["position", "entry", "line"],
        ((*row[:3], int(row[3]), *row[4:]) for row in found),
    )


def _recount_bounds(session: Session, findings: Findings) -> None:
    """A position's floor and ceiling are those of its kind."""
    found = session.execute(
        text(
            "SELECT kind, floor, ceiling, min(id), count(*) FROM position "
            "GROUP BY kind, floor, ceiling ORDER BY kind, min(id)"
        )
    )
    for kind, floor, ceiling, position, count in found:
        bounds = bounds_of(PositionKind(kind))
        if (floor, ceiling) != (bounds.floor, bounds.ceiling):
            findings.add(
                AuditCode.BOUNDS_NOT_OF_KIND,
                {"position": position, "kind": kind},
                _bounds_text(bounds.floor, bounds.ceiling),
                _bounds_text(floor, ceiling),
                count,
            )


def _bounds_text(floor: int | None, ceiling: int | None) -> str:
    return f"{'-' if floor is None else floor}..{'-' if ceiling is None else ceiling}"


# -- assets ------------------------------------------------------------------------------------


def whole(halves: Sequence[int]) -> int:
    """Put a sum that was added in two halves back together."""
    high, low = halves
    return int(high) * _SPLIT + int(low)


def sum_in_halves(amount: str) -> str:
    """Write a sum that cannot overflow: two columns for ``whole``."""
    return f"sum(({amount}) / {_SPLIT}), sum(({amount}) % {_SPLIT})"


def recount_assets(session: Session, findings: Findings) -> int:
    """The balances of an asset's positions sum to zero.  Gives the number of assets."""
    found = session.execute(
        text(
            f"SELECT asset_id, {sum_in_halves('credits - debits')} FROM position "
            "GROUP BY asset_id ORDER BY asset_id"
        )
    )
    for asset_id, *halves in found:
        balance = whole(halves)
        if balance:
            findings.add(AuditCode.ASSET_NOT_ZERO, {"asset": asset_id}, 0, balance)
    return session.scalar(text("SELECT count(*) FROM asset")) or 0
