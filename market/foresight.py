"""Which positions a batch may touch, so that they are locked in one round before it begins.

A guess from above: what it misses is opened when it is needed, at the price of one more round.
Pure: knows books, orders and the content of commands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ledger.core.entries import PositionKey
from ledger.core.moves import PositionKind
from ledger.refusals import Refused
from market.behind import Registry
from market.book.orders import Side
from market.commands import Command, CommandKind, sent_order
from market.deals import read_proposal
from market.decisions import Behind
from market.engine import Venue
from market.listing_trading import read_pick
from market.orders import Order
from market.pricing import ticks_of
from market.settlement import positions_of_order


@dataclass(slots=True)
class _Incoming:
    """What comes to one side of one book in a batch: the worst limit and the sum of lots."""

    lots: int = 0
    limit: int | None = None
    is_unlimited: bool = False


@dataclass(slots=True)
class Ahead:
    """What a batch may touch: positions that may be there, and those that come with new orders."""

    positions: dict[PositionKey, None] = field(default_factory=dict)
    new: dict[PositionKey, None] = field(default_factory=dict)


def positions_ahead(
    commands: Iterable[Command], venues: Mapping[int, Venue], registry: Registry
) -> Ahead:
    """Name what these commands may touch."""
    ahead = Ahead()
    incoming: dict[tuple[int, Side], _Incoming] = {}
    for command in commands:
        venue = venues.get(command.market_id)
        if venue is None:
            continue
        if command.kind == CommandKind.PLACE:
            _see_order(command, venue, registry, ahead, incoming)
        elif command.kind in _OF_ONE_ORDER:
            _see_named(command, venue, registry, ahead)
        elif command.kind == CommandKind.PICK:
            _see_pick(command, venue, registry, ahead)
        elif command.kind == CommandKind.PROPOSE:
            _see_proposal(command, venue, registry, ahead)
        elif command.kind in (CommandKind.ADVANCE, CommandKind.UNCROSS):
            _see_crossing(ahead, venue, command)
    for (venue_id, side), sum_of in incoming.items():
        venue = venues[venue_id]
        limit = None if sum_of.is_unlimited else sum_of.limit
        touched = venue.book.touchable(side, limit, sum_of.lots)
        _see(ahead, venue, [venue.orders[int(str(number))] for number in touched])
    return ahead


_OF_ONE_ORDER = (
    CommandKind.CANCEL,
    CommandKind.AMEND,
    CommandKind.CONFIRM,
    CommandKind.DECLINE,
    CommandKind.WITHDRAW,
    CommandKind.REGISTER,
    CommandKind.REJECT,
)
"""What names one order of the venue."""


def _number(written: object) -> int:
    return written if isinstance(written, int) else 0


def _see_named(command: Command, venue: Venue, registry: Registry, ahead: Ahead) -> None:
    """See the order that a command names, what it is bound with, and who is about to confirm."""
    order = venue.orders.get(_number(command.payload.get("order")))
    if order is None:
        return
    _see(ahead, venue, [order])
    if order.in_book:
        return
    _see(ahead, venue, [one for one in venue.orders.values() if one.answers == order.number])
    account = command.payload.get("account")
    if command.kind == CommandKind.CONFIRM and isinstance(account, str):
        behind = registry.behind(account, command.party_id, venue.terms)
        if not isinstance(behind, Refused):
            side = Side.SELL if order.side is Side.BUY else Side.BUY
            _see_behind(command, venue, behind, side, ahead)


def _see_pick(command: Command, venue: Venue, registry: Registry, ahead: Ahead) -> None:
    sent = read_pick(command.payload, venue.terms.identity.unit)
    if isinstance(sent, Refused):
        return
    behind = registry.behind(sent.account, command.party_id, venue.terms)
    if isinstance(behind, Refused):
        return
    _see_behind(command, venue, behind, sent.side, ahead)
    _see(ahead, venue, [venue.orders[one] for one in sent.orders if one in venue.orders])


def _see_proposal(command: Command, venue: Venue, registry: Registry, ahead: Ahead) -> None:
    sent = read_proposal(command.payload, venue.terms.identity.unit, command.at)
    if isinstance(sent, Refused):
        return
    behind = registry.behind(sent.account, command.party_id, venue.terms)
    if not isinstance(behind, Refused):
        _see_behind(command, venue, behind, sent.side, ahead)


def _see_order(
    command: Command,
    venue: Venue,
    registry: Registry,
    ahead: Ahead,
    incoming: dict[tuple[int, Side], _Incoming],
) -> None:
    sent = sent_order(command, venue.terms.identity.unit)
    if isinstance(sent, Refused):
        return
    behind = registry.behind(sent.account, command.party_id, venue.terms)
    if isinstance(behind, Refused):
        return
    _see_behind(command, venue, behind, sent.side, ahead)
    sum_of = incoming.setdefault((command.market_id, sent.side), _Incoming())
    sum_of.lots += sent.quantity // venue.grounds.lot
    ticks = (
        None if sent.price_micro is None else ticks_of(sent.price_micro, venue.grounds.tick_micro)
    )
    if ticks is None:
        sum_of.is_unlimited = True
    elif sum_of.limit is None:
        sum_of.limit = ticks
    else:
        worse = max if sent.side is Side.BUY else min
        sum_of.limit = worse(sum_of.limit, ticks)


def _see_behind(command: Command, venue: Venue, behind: Behind, side: Side, ahead: Ahead) -> None:
    grounds = venue.grounds
    ref = f"order:{command.number}"
    cash = PositionKey(behind.cash_account_id, grounds.money_asset_id, PositionKind.CASH)
    ahead.positions[cash] = None
    ahead.positions[
        PositionKey(grounds.fees_account_id, grounds.money_asset_id, PositionKind.FEES)
    ] = None
    if side is Side.SELL:
        units = PositionKey(behind.account_id, grounds.asset_id, PositionKind.HOLDING)
        ahead.positions[units] = None
        ahead.new[units._replace(kind=PositionKind.FROZEN, ref=ref)] = None
        return
    ahead.new[cash._replace(kind=PositionKind.FROZEN, ref=ref)] = None
    ahead.positions[PositionKey(behind.account_id, grounds.asset_id, grounds.receives)] = None
    for room in behind.rooms:
        free = PositionKey(room.account_id, room.limit_asset_id, PositionKind.ROOM)
        ahead.positions[free] = None
        ahead.positions[free._replace(kind=PositionKind.TOLERATED)] = None
        frozen = free._replace(account_id=behind.account_id, kind=PositionKind.ROOM_FROZEN, ref=ref)
        ahead.new[frozen] = None


def _see_crossing(ahead: Ahead, venue: Venue, command: Command) -> None:
    due = [
        order
        for order in venue.orders.values()
        if order.expires_at is not None and order.expires_at <= command.at.instant
    ]
    _see(ahead, venue, due)
    bid, ask = venue.book.best(Side.BUY), venue.book.best(Side.SELL)
    if not venue.book.calling or bid is None or ask is None or bid < ask:
        return
    _see(
        ahead,
        venue,
        [
            order
            for order in venue.orders.values()
            if (order.limit_ticks >= ask if order.side is Side.BUY else order.limit_ticks <= bid)
        ],
    )


def _see(ahead: Ahead, venue: Venue, orders: Iterable[Order]) -> None:
    grounds = venue.grounds
    for order in orders:
        for key in positions_of_order(grounds, order):
            ahead.positions[key] = None
        ahead.positions[
            PositionKey(grounds.fees_account_id, grounds.money_asset_id, PositionKind.FEES)
        ] = None
