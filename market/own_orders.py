"""The orders of one party: for its own desk and for nobody else's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import literal_column, select
from sqlalchemy.orm import Session

from ledger.core.tables import account
from ledger.refusals import ensure
from market.book.orders import Side, Tif
from market.orders import OrderState
from market.tables import market_order
from market.venue_tables import venue

PAGE_MAX = 200


@dataclass(frozen=True, slots=True)
class OwnOrder:
    """An order as its owner sees it: prices in ticks of its venue, quantities in lots, fen.

    ``price_ticks`` is None for a market order; ``reason`` says why it ended without being filled;
    ``mode`` is set where it is addressed to one counterparty (block, agreement).
    """

    number: int
    venue_id: int
    venue_code: str
    account_number: str
    mode: str | None
    side: Side
    tif: Tif
    price_ticks: int | None
    quantity_lots: int
    display_lots: int
    filled_lots: int
    open_lots: int
    value_fen: int
    fee_fen: int
    state: OrderState
    reason: str
    placed_at: datetime
    expires_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnOrders:
    """Orders, newest first; ``earlier`` is ``before`` of the next page, None at the end."""

    orders: tuple[OwnOrder, ...]
    earlier: int | None


def orders_of_party(
    session: Session,
    party_id: int,
    *,
    open_only: bool = False,
    before: int | None = None,
    limit: int = 50,
) -> OwnOrders:
    """Give the orders of a party at all venues, newest first, in one query; ``limit`` is 1..200."""
    ensure(1 <= limit <= PAGE_MAX, "a page has 1..200 orders")
    own = select(account.c.id).where(account.c.party_id == party_id)
    query = (
        select(
            market_order,
            venue.c.code.label("venue_code"),
            account.c.number.label("account_number"),
        )
        .join(venue, venue.c.id == market_order.c.venue_id)
        .join(account, account.c.id == market_order.c.account_id)
        # The index is by account; an order stays its party's own whatever becomes of the account.
        .where(market_order.c.account_id.in_(own), market_order.c.party_id == party_id)
        .order_by(market_order.c.id.desc())
        .limit(limit + 1)
    )
    if open_only:
        query = query.where(market_order.c.state == literal_column("'open'"))
    if before is not None:
        query = query.where(market_order.c.id < before)
    found = [_own(row._mapping) for row in session.execute(query)]
    shown = tuple(found[:limit])
    return OwnOrders(shown, shown[-1].number if len(found) > limit else None)


def _own(row: Mapping[Any, Any]) -> OwnOrder:
    return OwnOrder(
        number=row["id"],
        venue_id=row["venue_id"],
        venue_code=row["venue_code"],
        account_number=row["account_number"],
        mode=row["mode"],
        side=Side(row["side"]),
        tif=Tif(row["tif"]),
        price_ticks=row["price_ticks"],
        quantity_lots=row["quantity_lots"],
        display_lots=row["display_lots"],
        filled_lots=row["filled_lots"],
        open_lots=row["open_lots"],
        value_fen=row["value_fen"],
        fee_fen=row["fee_fen"],
        state=OrderState(row["state"]),
        reason=row["reason"],
        placed_at=row["placed_at"],
        expires_at=row["expires_at"],
        closed_at=row["closed_at"],
    )
