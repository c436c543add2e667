"""The recount of closed months, in SQL: they follow each other, nothing was dated into them
afterwards, the ranges they give hold, and the balances kept are those of the journal by date."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Date, Row, text
from sqlalchemy.orm import Session

from ledger.core.closing import end_of_month
from ledger.core.differences import KEPT_PER_CODE, AuditCode, Findings
from ledger.core.recount import IN_KEY_ORDER

# Every transfer's date is put into its month by arithmetic, not by a join: a planner that has to
# guess how many rows such a join gives goes wrong by a factor of a thousand.
_BOOKED = """
    WITH span AS (
        SELECT scheme_id, min(month_end) AS first_month, max(month_end) AS last_month
        FROM closed_month GROUP BY scheme_id
    ), booked AS MATERIALIZED (
        SELECT t.entry_id, t.debit_position_id, t.credit_position_id, t.amount, a.scheme_id,
            e.business_date, {month_end} AS month_end, {month_before} AS month_before
        FROM transfer t CROSS JOIN entry e CROSS JOIN asset a
        WHERE {in_key_order} AND e.id = t.entry_id AND a.id = t.asset_id
        AND a.scheme_id IN (SELECT scheme_id FROM closed_month)
    ), dated AS (
        SELECT b.*,
            CASE WHEN b.month_end < s.first_month THEN s.first_month ELSE b.month_end END AS closes,
            CASE WHEN b.month_before > s.last_month THEN s.last_month ELSE b.month_before END
            AS follows
        FROM booked b JOIN span s ON s.scheme_id = b.scheme_id
    )
"""
_MONTHS = {
    "postgresql": {
        "month_end": "(date_trunc('month', e.business_date) + interval '1 month - 1 day')::date",
        "month_before": "(date_trunc('month', e.business_date) - interval '1 day')::date",
    },
    "sqlite": {
        "month_end": "date(e.business_date, 'start of month', '+1 month', '-1 day')",
        "month_before": "date(e.business_date, 'start of month', '-1 day')",
    },
}

# Two rules at once: dated into a month after it was closed; dated after a month, but numbered
# below where its closing says that such entries begin.
_ENTRIES = """
    SELECT DISTINCT 1 AS late, d.entry_id AS entry, d.scheme_id, m.month_end AS month,
        m.last_entry_id AS due, d.entry_id AS kept
    FROM dated d JOIN closed_month m ON m.scheme_id = d.scheme_id AND m.month_end = d.closes
    WHERE d.entry_id > m.last_entry_id
    UNION ALL
    SELECT DISTINCT 0, d.entry_id, d.scheme_id, m.month_end, m.first_later_entry_id, d.entry_id
    FROM dated d JOIN closed_month m ON m.scheme_id = d.scheme_id AND m.month_end = d.follows
    WHERE d.entry_id < m.first_later_entry_id
"""

_BALANCES = """
        SELECT CASE WHEN max(kept) IS NULL THEN 1 ELSE 0 END AS missing, position_id,
            month_end AS month, max(due) AS due, max(kept) AS kept
        FROM (
            SELECT position_id, month_end,
                CAST(sum(delta) OVER (PARTITION BY position_id ORDER BY month_end) AS bigint)
                AS due, NULL AS kept
            FROM (
                SELECT side.position_id, side.month_end, sum(side.delta) AS delta
                FROM (
                    SELECT scheme_id, closes AS month_end, credit_position_id AS position_id,
                        amount AS delta FROM dated
                    UNION ALL
                    SELECT scheme_id, closes, debit_position_id, -amount FROM dated
                ) AS side
                JOIN span s ON s.scheme_id = side.scheme_id AND side.month_end <= s.last_month
                GROUP BY side.position_id, side.month_end
                HAVING sum(side.delta) <> 0
            ) AS moved
            UNION ALL
            SELECT position_id, month_end, NULL, balance FROM closing
        ) AS both_ways
        GROUP BY position_id, month_end
        HAVING max(due) IS NULL OR max(kept) IS NULL OR max(due) <> max(kept)
"""


def recount_closings(session: Session, findings: Findings) -> int:
    """Look at everything about closed months.  Gives their number."""
    months = session.execute(
        text(
            "SELECT scheme_id, month_end, last_entry_id, first_later_entry_id "
            "FROM closed_month ORDER BY scheme_id, month_end"
        ).columns(month_end=Date)
    ).all()
    _check_row(months, findings)
    kept = session.scalar(text("SELECT count(*) FROM closing")) or 0
    if months:
        _list_entries(session, findings)
    if months or kept:
        _list_balances(session, findings)
    return len(months)


def _check_row(months: Sequence[Row[Any]], findings: Findings) -> None:
    """Months end on their last day and follow each other; their ranges only grow."""
    for month in months:
        if month.month_end != end_of_month(month.month_end):
            findings.add(
                AuditCode.CLOSED_MONTHS_NOT_IN_ROW,
                {"scheme": month.scheme_id, "month": month.month_end},
                end_of_month(month.month_end),
                month.month_end,
            )
    for earlier, later in pairwise(months):
        if earlier.scheme_id != later.scheme_id:
            continue
        what = {"scheme": later.scheme_id, "month": later.month_end}
        due = end_of_month(earlier.month_end + timedelta(days=1))
        if end_of_month(later.month_end) != due:
            findings.add(AuditCode.CLOSED_MONTHS_NOT_IN_ROW, what, due, later.month_end)


def _differing(session: Session, rule: str, order: str, found: str) -> Sequence[Row[Any]]:
    """List what differs by either of two rules, each cut at what is kept, with its full count."""
    months = _MONTHS[session.connection().dialect.name]
    query = text(
        f"{_BOOKED.format(in_key_order=IN_KEY_ORDER, **months)} SELECT * FROM (SELECT found.*, "
        f"count(*) OVER (PARTITION BY {rule}) AS counted, row_number() OVER "
        f"(PARTITION BY {rule} ORDER BY month, {order}) AS place FROM ({found}) AS found) AS placed "
        f"WHERE place <= {KEPT_PER_CODE} ORDER BY place"
    ).columns(month=Date)
    return session.execute(query).all()


def _list_entries(session: Session, findings: Findings) -> None:
    """Entries dated into a month after it was closed, or after a month yet before its range."""
    rows = _differing(session, "late", "entry", _ENTRIES)
    for code, late in ((AuditCode.ENTRY_AFTER_CLOSING, 1), (AuditCode.CLOSING_RANGE_WRONG, 0)):
        found = [row[1:7] for row in rows if row.late == late]
        findings.add_rows(code, ["entry", "scheme", "month"], found)


def _list_balances(session: Session, findings: Findings) -> None:
    """Balances that are not kept where they should be, and such as are kept and differ."""
    rows = _differing(session, "missing", "position_id", _BALANCES)
    for code, missing in ((AuditCode.CLOSING_MISSING, 1), (AuditCode.CLOSING_DIFFERS, 0)):
        found = [row[1:6] for row in rows if row.missing == missing]
        findings.add_rows(code, ["position", "month"], found)
