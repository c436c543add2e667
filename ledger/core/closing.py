"""Closing a month: from then on nothing is dated into it, and its balances are kept.

A closed month makes balances by business date cheap (``ledger.core.journal``) and final.  Months
of a scheme are closed in order; the first one closed closes all before it as well.  Postings hold
a lock that a closing waits for, and the other way round, so no entry slips in between.  Knows the
record only: when a month should be closed, and by whom, is decided elsewhere.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, Row, bindparam, func, insert, select, text
from sqlalchemy.orm import Session

from ledger.core.bulk_postgresql import CLOSING_LOCK
from ledger.core.clock import Now
from ledger.core.deciding import TEXT_LENGTH_MAX
from ledger.core.tables import asset, closed_month, entry, transfer
from ledger.refusals import RefusalCode, Refused


class ClosingCode(RefusalCode):
    """Why a month is not closed, in the order in which the rules are looked at."""

    CLOSING_ACTOR_MISSING = "closing_actor_missing"
    CLOSING_ACTOR_TOO_LONG = "closing_actor_too_long"
    CLOSING_SCHEME_WITHOUT_ASSETS = "closing_scheme_without_assets"
    DAY_NOT_END_OF_MONTH = "day_not_end_of_month"
    MONTH_NOT_OVER = "month_not_over"
    MONTH_CLOSED_WITH_LATER_ONE = "month_closed_with_later_one"
    EARLIER_MONTH_OPEN = "earlier_month_open"


@dataclass(frozen=True, slots=True)
class ClosedMonth:
    """A month that is closed; ``again`` tells that it was before this call.

    ``last_entry_id`` is the newest entry when it was closed (0 = none yet);
    ``first_later_entry_id`` is at or below the first entry of the scheme dated after the month.
    """

    scheme_id: int
    month_end: date
    last_entry_id: int
    first_later_entry_id: int
    closed_at: datetime
    actor: str
    again: bool = False


def end_of_month(day: date) -> date:
    """Give the last day of the day's month."""
    first_of_next = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return first_of_next - timedelta(days=1)


def close_month(
    session: Session, scheme_id: int, month_end: date, now: Now, actor: str
) -> ClosedMonth | Refused:
    """Close a scheme's month and keep the balances it moved.

    Closing a closed month again changes nothing and gives what was written then.  The caller owns
    the transaction; postings of others wait until it ends.
    """
    refused = _refuse_actor(actor)
    if refused is not None:
        return refused
    _keep_postings_out(session)
    before = _closed(session, scheme_id)
    done = _closed_on(session, scheme_id, month_end)
    if done is not None:
        return _as_closed_month(done, again=True)
    refused = _refuse(session, scheme_id, month_end, now, before)
    if refused is not None:
        return refused
    closed = ClosedMonth(
        scheme_id=scheme_id,
        month_end=month_end,
        last_entry_id=session.scalar(select(func.coalesce(func.max(entry.c.id), 0))) or 0,
        first_later_entry_id=_first_later(session, scheme_id, month_end, before),
        closed_at=now.instant,
        actor=actor,
    )
    _write_balances(session, closed, before)
    session.execute(
        insert(closed_month).values(
            scheme_id=closed.scheme_id,
            month_end=closed.month_end,
            last_entry_id=closed.last_entry_id,
            first_later_entry_id=closed.first_later_entry_id,
            closed_at=closed.closed_at,
            actor=closed.actor,
        )
    )
    return closed


def closed_months(session: Session, scheme_id: int) -> list[ClosedMonth]:
    """Give a scheme's closed months, oldest first."""
    found = session.execute(
        select(closed_month)
        .where(closed_month.c.scheme_id == scheme_id)
        .order_by(closed_month.c.month_end)
    )
    return [_as_closed_month(row, again=True) for row in found]


def _keep_postings_out(session: Session) -> None:
    # Waits for the postings under way and holds back new ones until this transaction ends.  On
    # SQLite the writing transaction keeps everybody out already.
    if session.connection().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CLOSING_LOCK})


def _closed(session: Session, scheme_id: int) -> Row[Any] | None:
    """The newest closed month of the scheme."""
    return session.execute(
        select(closed_month)
        .where(closed_month.c.scheme_id == scheme_id)
        .order_by(closed_month.c.month_end.desc())
        .limit(1)
    ).first()


def _closed_on(session: Session, scheme_id: int, month_end: date) -> Row[Any] | None:
    return session.execute(
        select(closed_month).where(
            closed_month.c.scheme_id == scheme_id, closed_month.c.month_end == month_end
        )
    ).first()


def _as_closed_month(row: Row[Any], again: bool) -> ClosedMonth:
    return ClosedMonth(**row._mapping, again=again)


def _refuse_actor(actor: str) -> Refused | None:
    if not actor.strip():
        return Refused(ClosingCode.CLOSING_ACTOR_MISSING)
    if len(actor) > TEXT_LENGTH_MAX:
        return Refused(
            ClosingCode.CLOSING_ACTOR_TOO_LONG, {"length": len(actor), "limit": TEXT_LENGTH_MAX}
        )
    return None


def _refuse(
    session: Session, scheme_id: int, month_end: date, now: Now, before: Row[Any] | None
) -> Refused | None:
    if session.scalar(select(asset.c.id).where(asset.c.scheme_id == scheme_id).limit(1)) is None:
        return Refused(ClosingCode.CLOSING_SCHEME_WITHOUT_ASSETS, {"scheme": scheme_id})
    if month_end != end_of_month(month_end):
        return Refused(
            ClosingCode.DAY_NOT_END_OF_MONTH,
            {"date": month_end, "month_end": end_of_month(month_end)},
        )
    if month_end >= now.today:
        return Refused(ClosingCode.MONTH_NOT_OVER, {"date": month_end, "today": now.today})
    return None if before is None else _refuse_order(month_end, before.month_end)


def _refuse_order(month_end: date, closed_through: date) -> Refused | None:
    due = end_of_month(closed_through + timedelta(days=1))
    if month_end < due:
        return Refused(
            ClosingCode.MONTH_CLOSED_WITH_LATER_ONE,
            {"date": month_end, "closed_through": closed_through},
        )
    if month_end > due:
        return Refused(
            ClosingCode.EARLIER_MONTH_OPEN,
            {"date": month_end, "closed_through": closed_through, "next": due},
        )
    return None


def _first_later(session: Session, scheme_id: int, month_end: date, before: Row[Any] | None) -> int:
    """Number from which on the scheme's entries dated after the month stand.

    Looks on from where the month before found its own: what is dated after this month is dated
    after that one too.
    """
    lines = transfer.join(asset, asset.c.id == transfer.c.asset_id)
    found = session.scalar(
        select(entry.c.id)
        .where(
            entry.c.id >= (1 if before is None else before.first_later_entry_id),
            entry.c.business_date > month_end,
            select(transfer.c.entry_id)
            .select_from(lines)
            .where(transfer.c.entry_id == entry.c.id, asset.c.scheme_id == scheme_id)
            .exists(),
        )
        .order_by(entry.c.id)
        .limit(1)
    )
    if found is not None:
        return int(found)
    return 1 + (session.scalar(select(func.coalesce(func.max(entry.c.id), 0))) or 0)


_WRITE_BALANCES = text(
    """
    INSERT INTO closing (position_id, month_end, balance)
    SELECT moved.position_id, :month_end, moved.delta + coalesce(
        (SELECT c.balance FROM closing c WHERE c.position_id = moved.position_id
         ORDER BY c.month_end DESC LIMIT 1), 0)
    FROM (
        SELECT position_id, sum(delta) AS delta
        FROM (
            SELECT t.credit_position_id AS position_id, t.amount AS delta
            FROM entry e JOIN transfer t ON t.entry_id = e.id JOIN asset a ON a.id = t.asset_id
            WHERE e.id >= :first_id AND e.business_date > :closed_through
            AND e.business_date <= :month_end AND a.scheme_id = :scheme_id
            UNION ALL
            SELECT t.debit_position_id, -t.amount
            FROM entry e JOIN transfer t ON t.entry_id = e.id JOIN asset a ON a.id = t.asset_id
            WHERE e.id >= :first_id AND e.business_date > :closed_through
            AND e.business_date <= :month_end AND a.scheme_id = :scheme_id
        ) AS side
        GROUP BY position_id
        HAVING sum(delta) <> 0
    ) AS moved
    """
).bindparams(bindparam("month_end", type_=Date), bindparam("closed_through", type_=Date))


def _write_balances(session: Session, closed: ClosedMonth, before: Row[Any] | None) -> None:
    """Keep the balance of every position that the month changed, in one statement."""
    session.execute(
        _WRITE_BALANCES,
        {
            "scheme_id": closed.scheme_id,
            "month_end": closed.month_end,
            "closed_through": date.min if before is None else before.month_end,
            "first_id": 1 if before is None else before.first_later_entry_id,
        },
    )
