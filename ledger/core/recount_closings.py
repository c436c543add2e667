"""The recount of closed months, in SQL: they follow each other, nothing was dated into them
afterwards, the ranges they give hold, and the balances kept are those of the journal by date."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Date, Row, text
from sqlalchemy.orm import Session

from ledger.core.closing import end_of_month
from ledger.core.differences import AuditCode, Findings
from ledger.core.recount import listing

# Each date that occurs is put into its month once, not each transfer: there are few dates.
_ENTRIES_OF_SCHEMES = """
    FROM entry e
    JOIN (SELECT DISTINCT t.entry_id, a.scheme_id FROM transfer t JOIN asset a ON a.id = t.asset_id)
        AS own ON own.entry_id = e.id
    JOIN (SELECT d.business_date, m.scheme_id, {which}(m.month_end) AS month_end
        FROM (SELECT DISTINCT business_date FROM entry) AS d
        JOIN closed_month m ON m.month_end {beside} d.business_date
        GROUP BY d.business_date, m.scheme_id)
        AS dated ON dated.business_date = e.business_date AND dated.scheme_id = own.scheme_id
    JOIN closed_month m ON m.scheme_id = own.scheme_id AND m.month_end = dated.month_end
    WHERE {broken}
    ORDER BY e.id
"""

_BALANCES = """
    FROM (
        SELECT position_id, month_end, max(due) AS due, max(kept) AS kept
        FROM (
            SELECT position_id, month_end,
                CAST(sum(delta) OVER (PARTITION BY position_id ORDER BY month_end) AS bigint)
                AS due, NULL AS kept
            FROM (
                SELECT side.position_id, dated.month_end, sum(side.delta) AS delta
                FROM (
                    SELECT entry_id, asset_id, credit_position_id AS position_id, amount AS delta
                    FROM transfer
                    UNION ALL
                    SELECT entry_id, asset_id, debit_position_id, -amount FROM transfer
                ) AS side
                JOIN asset a ON a.id = side.asset_id
                JOIN entry e ON e.id = side.entry_id
                JOIN (SELECT d.business_date, m.scheme_id, min(m.month_end) AS month_end
                    FROM (SELECT DISTINCT business_date FROM entry) AS d
                    JOIN closed_month m ON m.month_end >= d.business_date
                    GROUP BY d.business_date, m.scheme_id) AS dated
                    ON dated.business_date = e.business_date AND dated.scheme_id = a.scheme_id
                GROUP BY side.position_id, dated.month_end
                HAVING sum(side.delta) <> 0
            ) AS moved
            UNION ALL
            SELECT position_id, month_end, NULL, balance FROM closing
        ) AS both_ways
        GROUP BY position_id, month_end
    ) AS compared
    WHERE {broken}
    ORDER BY month_end, position_id
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


def _check_row(months: list[Row[Any]] | Any, findings: Findings) -> None:
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


def _list_entries(session: Session, findings: Findings) -> None:
    """Entries dated into a month after it was closed, or after a month yet before its range."""
    rules = (
        (AuditCode.ENTRY_AFTER_CLOSING, "min", ">=", "e.id > m.last_entry_id", "last_entry_id"),
        (
            AuditCode.CLOSING_RANGE_WRONG,
            "max",
            "<",
            "e.id < m.first_later_entry_id",
            "first_later_entry_id",
        ),
    )
    for code, which, beside, broken, bound in rules:
        rest = _ENTRIES_OF_SCHEMES.format(which=which, beside=beside, broken=broken)
        query = listing(f"e.id, m.scheme_id, m.month_end AS month, m.{bound}, e.id", rest)
        found = session.execute(query.columns(month=Date))
        findings.add_rows(code, ["entry", "scheme", "month"], found)


def _list_balances(session: Session, findings: Findings) -> None:
    rules = (
        (AuditCode.CLOSING_MISSING, "kept IS NULL"),
        (AuditCode.CLOSING_DIFFERS, "kept IS NOT NULL AND (due IS NULL OR due <> kept)"),
    )
    for code, broken in rules:
        query = listing(
            "position_id, month_end AS month, due, kept", _BALANCES.format(broken=broken)
        )
        found = session.execute(query.columns(month=Date))
        findings.add_rows(code, ["position", "month"], found)
