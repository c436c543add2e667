"""From orders and trades to entries of the record: delivery against payment in one entry.

Everything that a fill will need was held when its orders were accepted, so an entry built here
posts; a refusal is a bug, and whoever posts it writes nothing of it.  Pure: knows the kinds of
position and no database.

    hold     units or money to ``frozen`` under the order, and own room to ``room_frozen``
    fill     units to the buyer, money to the seller, both fees, what the price was better by back
             to the buyer, room used by the buyer and given back to the seller's group
    release  what an order no longer needs goes back where it came from
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.core.entries import Entry, PositionKey, Transfer
from ledger.core.moves import EntryKind, PositionKind
from market.book.orders import Side
from market.fees import fee_due
from market.orders import Order, Room
from market.venue_terms import LimitKind, VenueTerms

Tolerated = Callable[[PositionKey], int]
"""Gives by how much a group stands above its limit (0 or more), by its ``tolerated``."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What settlement needs of a venue for one order or trade, taken out of its terms once."""

    asset_id: int
    money_asset_id: int
    fees_account_id: int
    lot: int
    tick_micro: int
    tick_lot_fen: int
    unit: str
    receives: PositionKind


def grounds_of(terms: VenueTerms) -> Grounds:
    """Take what settlement needs out of a venue's terms of the day."""
    identity = terms.identity
    return Grounds(
        asset_id=identity.asset_id,
        money_asset_id=identity.money_asset_id,
        fees_account_id=identity.fees_account_id,
        lot=identity.lot,
        tick_micro=identity.tick_micro,
        tick_lot_fen=identity.tick_lot_fen,
        unit=identity.unit.code,
        receives=terms.receives,
    )


def hold_position(grounds: Grounds, order: Order) -> PositionKey:
    """Name where an order's units or money are held."""
    if order.side is Side.SELL:
        return PositionKey(order.account_id, grounds.asset_id, PositionKind.FROZEN, order.ref)
    return PositionKey(
        order.cash_account_id, grounds.money_asset_id, PositionKind.FROZEN, order.ref
    )


def free_position(grounds: Grounds, order: Order) -> PositionKey:
    """Name where an order's units or money come from and go back to."""
    if order.side is Side.SELL:
        return PositionKey(order.account_id, grounds.asset_id, PositionKind.HOLDING)
    return PositionKey(order.cash_account_id, grounds.money_asset_id, PositionKind.CASH)


def room_position(order: Order, room: Room, kind: PositionKind) -> PositionKey:
    """Name a position of a room of the order's group.

    What is frozen and used stands on the member's own account, so that it goes along when the
    company leaves its group (``market.rooms``).
    """
    ref = order.ref if kind is PositionKind.ROOM_FROZEN else ""
    own = kind in (PositionKind.ROOM_FROZEN, PositionKind.ROOM_USED)
    account_id = order.account_id if own else room.account_id
    return PositionKey(account_id, room.limit_asset_id, kind, ref)


def positions_of_order(grounds: Grounds, order: Order) -> Iterable[PositionKey]:
    """Name all that the fills of an order may touch, its hold included."""
    yield hold_position(grounds, order)
    yield free_position(grounds, order)
    if order.side is Side.BUY:
        yield PositionKey(order.account_id, grounds.asset_id, grounds.receives)
        for room in order.rooms:
            yield room_position(order, room, PositionKind.ROOM_FROZEN)
    else:
        yield PositionKey(order.cash_account_id, grounds.money_asset_id, PositionKind.CASH)
    for room in order.rooms:
        yield room_position(order, room, PositionKind.ROOM)
        yield room_position(order, room, PositionKind.ROOM_USED)
        yield room_position(order, room, PositionKind.TOLERATED)


def hold_needed(grounds: Grounds, order: Order) -> int:
    """Give what must stand held for an order now: smallest units for a seller, fen for a buyer."""
    if order.side is Side.SELL:
        return order.open_lots * grounds.lot
    return order.money_needed(grounds.tick_lot_fen)


def hold_entry(
    grounds: Grounds, order: Order, amount: int, lots: int, on: date, key: str, actor: str
) -> Entry:
    """Hold ``amount`` more for an order and, for a buyer, room for ``lots`` more."""
    legs = []
    if amount:
        legs.append(Transfer(free_position(grounds, order), hold_position(grounds, order), amount))
    for source, target in _rooms(order, PositionKind.ROOM, PositionKind.ROOM_FROZEN):
        if lots:
            legs.append(Transfer(source, target, lots * grounds.lot))
    return Entry(EntryKind.HOLD, key, on, tuple(legs), actor=actor)


def release_entry(
    grounds: Grounds,
    order: Order,
    amount: int,
    lots: int,
    on: date,
    key: str,
    actor: str,
    tolerated: Tolerated,
) -> Entry | None:
    """Give back ``amount`` of a hold and room for ``lots``; None where there is nothing of both.

    Room that comes back serves first what its group is above its limit.
    """
    legs = []
    if amount:
        legs.append(Transfer(hold_position(grounds, order), free_position(grounds, order), amount))
    for source, target in _rooms(order, PositionKind.ROOM_FROZEN, PositionKind.ROOM):
        legs += _room_back(source, target, lots * grounds.lot, tolerated)
    return Entry(EntryKind.RELEASE, key, on, tuple(legs), actor=actor) if legs else None


def _rooms(
    order: Order, debit: PositionKind, credit: PositionKind
) -> list[tuple[PositionKey, PositionKey]]:
    """Pair the positions of the rooms that a buyer's order takes."""
    if order.side is Side.SELL:
        return []
    return [
        (room_position(order, room, debit), room_position(order, room, credit))
        for room in order.rooms
    ]


def _room_back(
    source: PositionKey, room: PositionKey, units: int, tolerated: Tolerated
) -> list[Transfer]:
    over = room._replace(kind=PositionKind.TOLERATED)
    first = min(units, tolerated(over))
    legs = [Transfer(source, over, first), Transfer(source, room, units - first)]
    return [leg for leg in legs if leg.amount]


@dataclass(frozen=True, slots=True)
class FillPlan:
    """One trade about to be settled: how many lots at which price, between which orders."""

    buy: Order
    sell: Order
    price_ticks: int
    lots: int


def fill_entry(
    grounds: Grounds,
    plan: FillPlan,
    on: date,
    key: str,
    tolerated: Tolerated,
    kind: EntryKind = EntryKind.FILL,
) -> Entry:
    """Settle one trade and take it into both orders."""
    buy, sell, lots = plan.buy, plan.sell, plan.lots
    value = plan.price_ticks * lots * grounds.tick_lot_fen
    units = lots * grounds.lot
    held_before = buy.money_needed(grounds.tick_lot_fen)
    buyer_fee = _take_in(buy, lots, value)
    seller_fee = _take_in(sell, lots, value)
    better = held_before - value - buyer_fee - buy.money_needed(grounds.tick_lot_fen)
    buyer_hold = hold_position(grounds, buy)
    seller_cash = PositionKey(sell.cash_account_id, grounds.money_asset_id, PositionKind.CASH)
    fees = PositionKey(grounds.fees_account_id, grounds.money_asset_id, PositionKind.FEES)
    received = PositionKey(buy.account_id, grounds.asset_id, grounds.receives)
    legs = [
        Transfer(hold_position(grounds, sell), received, units),
        Transfer(buyer_hold, seller_cash, value),
        Transfer(buyer_hold, fees, buyer_fee),
        Transfer(seller_cash, fees, seller_fee),
        Transfer(buyer_hold, free_position(grounds, buy), better),
        *_rooms_of_fill(buy, sell, units, tolerated),
    ]
    return Entry(
        kind=kind,
        key=key,
        business_date=on,
        transfers=tuple(leg for leg in legs if leg.amount),
        unit_price_micro=plan.price_ticks * grounds.tick_micro,
        money_fen=value,
    )


def _rooms_of_fill(buy: Order, sell: Order, units: int, tolerated: Tolerated) -> Sequence[Transfer]:
    """Give the legs of room: the buyer's becomes used, the seller's group gets its own back.

    What was bought under a purchase limit stays counted when it is sold again.
    """
    legs = [
        Transfer(source, target, units)
        for source, target in _rooms(buy, PositionKind.ROOM_FROZEN, PositionKind.ROOM_USED)
    ]
    for room in sell.rooms:
        if room.kind is LimitKind.HOLDING:
            used = room_position(sell, room, PositionKind.ROOM_USED)
            free = room_position(sell, room, PositionKind.ROOM)
            legs += _room_back(used, free, units, tolerated)
    return legs


def _take_in(order: Order, lots: int, value: int) -> int:
    """Count a fill in its order; give the fee that it pays."""
    fee = fee_due(
        order.fees,
        order.value_fen,
        order.value_fen + value,
        order.fee_fen,
        selling=order.side is Side.SELL,
    )
    order.open_lots -= lots
    order.filled_lots += lots
    order.value_fen += value
    order.fee_fen += fee
    return fee
