"""What was bought yesterday becomes free to sell: T+1, rolled once a trading day.

Units bought under a resale lock stand as ``bought`` (they may be handed in, not sold).  On the next
trading day everything that was bought *before* that day goes to ``holding``, one entry an account
and asset under the key ``roll:{day}:{account}:{asset}``.  Asking again, also in the middle of the
day when more was bought since, rolls nothing twice and nothing too early.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from ledger.core.clock import REGISTRY_ZONE, Now
from ledger.core.database import run
from ledger.core.entries import Entry, PositionKey, PostingCode, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import WorkingSet
from ledger.core.tables import entry, position, transfer
from ledger.refusals import Refused, ensure
from market.calendar import SessionCode, TradingDays

BATCH = 2_000
"""Positions in one transaction."""


@dataclass(frozen=True, slots=True)
class Rolled:
    """What one batch did: entries posted, and where the next batch starts (None: that was all)."""

    entries: int
    next_after: int | None


def roll_all(
    engine: Engine, asset_id: int, days: TradingDays, now: Now, actor: str = "", size: int = BATCH
) -> int | Refused:
    """Roll everything of an asset, each batch in a transaction of its own; gives the entries.

    Refused on a day without trading.  Broken off anywhere, it goes on where it is asked again.
    """
    after: int | None = 0
    entries = 0
    while after is not None:
        work = partial(
            roll_batch,
            asset_id=asset_id,
            days=days,
            now=now,
            actor=actor,
            after=after,
            size=size,
        )
        batch = run(engine, work)
        if isinstance(batch, Refused):
            return batch
        entries += batch.entries
        after = batch.next_after
    return entries


def roll_batch(
    session: Session,
    asset_id: int,
    days: TradingDays,
    now: Now,
    actor: str = "",
    after: int = 0,
    size: int = BATCH,
) -> Rolled | Refused:
    """Roll the next positions after a number, at most ``size``; the caller owns the transaction."""
    if not days.is_trading_day(now.today):
        values = {"date": now.today, "next_opening": days.next_trading_day(now.today)}
        return Refused(SessionCode.NOT_A_TRADING_DAY, values)
    found = session.execute(
        select(position.c.id, position.c.account_id)
        .where(
            position.c.asset_id == asset_id,
            position.c.kind == PositionKind.BOUGHT.value,
            position.c.credits > position.c.debits,
            position.c.id > after,
        )
        .order_by(position.c.id)
        .limit(size)
    ).all()
    accounts = {row.id: row.account_id for row in found}
    next_after = max(accounts) if len(accounts) == size else None
    return Rolled(_roll(session, asset_id, accounts, now, actor), next_after)


def _roll(session: Session, asset_id: int, accounts: dict[int, int], now: Now, actor: str) -> int:
    if not accounts:
        return 0
    working_set = WorkingSet(session, now)
    holdings = {
        number: PositionKey(account_id, asset_id, PositionKind.HOLDING)
        for number, account_id in accounts.items()
    }
    keys = {
        number: f"roll:{now.today.isoformat()}:{account_id}:{asset_id}"
        for number, account_id in accounts.items()
    }
    working_set.open([*accounts, *holdings.values()], keys=list(keys.values()))
    # Only now that nobody else can buy into these positions.
    bought_today = _bought_on(session, list(accounts), now.today)
    entries = 0
    for number, key in keys.items():
        amount = working_set.balance(number) - bought_today.get(number, 0)
        if amount <= 0:
            continue
        legs = (Transfer(number, holdings[number], amount),)
        result = working_set.try_post(Entry(EntryKind.ROLL, key, now.today, legs, actor=actor))
        # What came in late for an earlier day, after the day was rolled, waits for the next one.
        if isinstance(result, Refused):
            ensure(result.code is PostingCode.KEY_USED_FOR_ANOTHER_ENTRY, f"{key} posts")
        else:
            entries += not result.again
    working_set.flush()
    return entries


def _bought_on(session: Session, positions: Sequence[int], day: date) -> dict[int, int]:
    """Give what came into each position on a day or later, in smallest units."""
    midnight = datetime.combine(day, time(0, 0), REGISTRY_ZONE).astimezone(UTC)
    # No entry is dated before it happens, so those of the day were recorded on it or later.
    # The offset keeps PostgreSQL from walking the journal from its beginning to find the first.
    recorded = select(entry.c.id).where(entry.c.recorded_at >= midnight).offset(0).subquery()
    first = session.scalar(select(func.min(recorded.c.id)))
    if first is None:
        return {}
    rows = session.execute(
        select(transfer.c.credit_position_id, func.sum(transfer.c.amount))
        .join(entry, entry.c.id == transfer.c.entry_id)
        .where(
            transfer.c.credit_position_id.in_(positions),
            transfer.c.entry_id >= first,
            entry.c.business_date >= day,
        )
        .group_by(transfer.c.credit_position_id)
    )
    return {number: int(amount) for number, amount in rows}
