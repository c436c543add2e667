"""Venues in memory from the database and back: open orders, state, trades.

Rows only; nothing here decides.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from market.book.orders import Side, Tif
from market.calendar import Mode
from market.decisions import Stand, State, Trade
from market.engine import Venue
from market.fees import FeeSchedule
from market.orders import Order, OrderState, Room
from market.reference_price import DayPrices
from market.tables import market_order, trade, venue_state
from market.venue_terms import LimitKind, VenueTerms


def load_venue(session: Session, terms: VenueTerms) -> Venue:
    """Make a venue as the database has it."""
    return Venue(terms, load_state(session, terms.identity.venue_id), open_orders(session, terms))


def load_state(session: Session, venue_id: int) -> State:
    """Give how a venue stands; as it was before its first command where it had none."""
    found = session.scalar(select(venue_state.c.state).where(venue_state.c.venue_id == venue_id))
    return State() if found is None else state_from_json(json.loads(found))


def state_to_json(state: State) -> dict[str, Any]:
    """Write all of a state."""
    written = asdict(state)
    written["stand"] = str(state.stand)
    written["phase_until"] = state.phase_until.isoformat() if state.phase_until else None
    written["seen_at"] = state.seen_at.isoformat() if state.seen_at else None
    written["day"] = state.day.isoformat() if state.day else None
    return written


def state_from_json(written: Mapping[str, Any]) -> State:
    """Read a state back."""
    until, day, seen_at = written["phase_until"], written["day"], written["seen_at"]
    return State(
        **{
            **written,
            "stand": Stand(written["stand"]),
            "phase_until": datetime.fromisoformat(until) if until else None,
            "seen_at": datetime.fromisoformat(seen_at) if seen_at else None,
            "day": date.fromisoformat(day) if day else None,
            "prices": DayPrices(**written["prices"]),
        }
    )


def open_orders(session: Session, terms: VenueTerms) -> list[Order]:
    """Give the open orders of a venue in the order of their priority."""
    found = session.execute(
        select(market_order)
        .where(market_order.c.venue_id == terms.identity.venue_id, market_order.c.state == "open")
        .order_by(market_order.c.priority, market_order.c.id)
    )
    return [order_of_row(row._mapping) for row in found]


def order_of_row(row: Mapping[Any, Any]) -> Order:
    """Make an order from its row."""
    rooms = tuple(Room(one[0], one[1], LimitKind(one[2])) for one in json.loads(row["rooms"]))
    return Order(
        number=row["id"],
        venue_id=row["venue_id"],
        party_id=row["party_id"],
        account_id=row["account_id"],
        cash_account_id=row["cash_account_id"],
        rooms=rooms,
        owner=row["owner"],
        side=Side(row["side"]),
        tif=Tif(row["tif"]),
        price_ticks=row["price_ticks"],
        limit_ticks=row["limit_ticks"],
        quantity_lots=row["quantity_lots"],
        display_lots=row["display_lots"],
        expires_at=row["expires_at"],
        fees=FeeSchedule(row["fee_rate"], row["fee_minimum"], row["fee_maximum"]),
        open_lots=row["open_lots"],
        placed_at=row["placed_at"],
        post_only=row["post_only"],
        shown_lots=row["shown_lots"],
        priority=row["priority"],
        filled_lots=row["filled_lots"],
        value_fen=row["value_fen"],
        fee_fen=row["fee_fen"],
        state=OrderState(row["state"]),
        reason=row["reason"],
        closed_at=row["closed_at"],
        mode=None if row["mode"] is None else Mode(row["mode"]),
        counterparty_id=row["counterparty_id"],
        answers=row["answers"],
    )


def _row_of_order(order: Order) -> dict[str, Any]:
    return {
        "id": order.number,
        "venue_id": order.venue_id,
        "party_id": order.party_id,
        "account_id": order.account_id,
        "cash_account_id": order.cash_account_id,
        "rooms": json.dumps([list(room) for room in order.rooms]),
        "owner": order.owner,
        "side": str(order.side),
        "tif": str(order.tif),
        "price_ticks": order.price_ticks,
        "limit_ticks": order.limit_ticks,
        "quantity_lots": order.quantity_lots,
        "display_lots": order.display_lots,
        "post_only": order.post_only,
        "expires_at": order.expires_at,
        "fee_rate": order.fees.rate_millionths,
        "fee_minimum": order.fees.minimum_fen,
        "fee_maximum": order.fees.maximum_fen,
        "open_lots": order.open_lots,
        "shown_lots": order.shown_lots,
        "priority": order.priority,
        "filled_lots": order.filled_lots,
        "value_fen": order.value_fen,
        "fee_fen": order.fee_fen,
        "state": str(order.state),
        "reason": order.reason,
        "placed_at": order.placed_at,
        "closed_at": order.closed_at,
        "mode": None if order.mode is None else str(order.mode),
        "counterparty_id": order.counterparty_id,
        "answers": order.answers,
    }


CHANGING = (
    "owner",
    "rooms",
    "price_ticks",
    "limit_ticks",
    "expires_at",
    "quantity_lots",
    "open_lots",
    "shown_lots",
    "priority",
    "filled_lots",
    "value_fen",
    "fee_fen",
    "state",
    "reason",
    "closed_at",
)
"""What of an order changes after it was accepted."""


ORDER_COLUMNS = tuple(column.name for column in market_order.columns)
TRADE_COLUMNS = tuple(column.name for column in trade.columns)


def order_row(order: Order) -> tuple[Any, ...]:
    """Give an order's values in the order of ``ORDER_COLUMNS``."""
    row = _row_of_order(order)
    return tuple(row[name] for name in ORDER_COLUMNS)


def save_changed_orders(session: Session, orders: Iterable[Order]) -> None:
    """Write orders that are there already as they stand now."""
    rows = [_row_of_order(order) for order in orders]
    if rows:
        changes = [
            {"order_id": row["id"], **{name: row[name] for name in CHANGING}} for row in rows
        ]
        session.execute(_UPDATE, changes)


_UPDATE = (
    update(market_order)
    .where(market_order.c.id == bindparam("order_id"))
    .values({name: bindparam(name) for name in CHANGING})
)


def trade_row(venue_id: int, one: Trade) -> tuple[Any, ...]:
    """Give a trade's values in the order of ``TRADE_COLUMNS``."""
    return (
        venue_id,
        one.number,
        one.command,
        one.mode,
        one.price_ticks,
        one.lots,
        one.value_fen,
        one.buy_order,
        one.sell_order,
        one.taker,
        one.entry_key,
        one.traded_at.instant,
        one.traded_at.today,
    )


def state_row(venue_id: int, state: State) -> dict[str, Any]:
    """Give the row of how a venue stands."""
    return {
        "venue_id": venue_id,
        "number": state.number,
        "phase": str(state.stand),
        "halt_reason": state.halt_reason,
        "state": json.dumps(state_to_json(state)),
    }


def save_state(session: Session, venue_id: int, state: State) -> None:
    """Write how a venue stands."""
    row = state_row(venue_id, state)
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = (postgresql_insert if is_postgresql else sqlite_insert)(venue_state).values(row)
    changes = {name: insert.excluded[name] for name in row if name != "venue_id"}
    session.execute(insert.on_conflict_do_update(index_elements=["venue_id"], set_=changes))
