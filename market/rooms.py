"""The rooms of limits: which positions they are and which legs follow what is held.

A limit is counted in an asset of its own, so that rooms never mix with units: ``room`` (what is
left) and ``tolerated`` (what is above it, below zero) stand on the account of the group;
``room_frozen`` (under the order that waits) and ``room_used`` on the account of the member that
the units are on.  For every group

    limit = room + room_frozen + room_used + tolerated = - source

holds at any time, and ``room_used`` of an account is what it holds (``COUNTED_KINDS``), or all it
ever bought where the limit is on purchases.

    order accepted   room > room_frozen                                    may be refused
    order reduced    room_frozen > tolerated, then > room
    bought           room_frozen > room_used
    sold, handed in  room_used > tolerated, then > room                    holding limits only
    facts            room > room_used, the rest tolerated > room_used      never refused

Pure.
"""

from collections.abc import Mapping
from typing import NamedTuple

from ledger.core.entries import PositionKey, Transfer
from ledger.core.moves import PositionKind
from ledger.refusals import ensure

COUNTED_KINDS = (
    PositionKind.HOLDING,
    PositionKind.UNPAID,
    PositionKind.OWN_USE,
    PositionKind.BOUGHT,
    PositionKind.FROZEN,
    PositionKind.SEIZED,
)
"""What counts as held under a holding limit: also what waits in an order, unsold."""


class RoomPlace(NamedTuple):
    """Where the rooms of one limit stand for one account: its own, and its group's account."""

    account_id: int
    group_account_id: int
    limit_asset_id: int

    @property
    def room(self) -> PositionKey:
        """What is left to the group."""
        return PositionKey(self.group_account_id, self.limit_asset_id, PositionKind.ROOM)

    @property
    def tolerated(self) -> PositionKey:
        """By how much the group is above its limit: zero or below."""
        return PositionKey(self.group_account_id, self.limit_asset_id, PositionKind.TOLERATED)

    @property
    def source(self) -> PositionKey:
        """The limit itself, below zero."""
        return PositionKey(self.group_account_id, self.limit_asset_id, PositionKind.SOURCE)

    @property
    def used(self) -> PositionKey:
        """What the account uses of its group's limit."""
        return PositionKey(self.account_id, self.limit_asset_id, PositionKind.ROOM_USED)

    def frozen(self, ref: str) -> PositionKey:
        """What is kept for one order of the account."""
        return PositionKey(self.account_id, self.limit_asset_id, PositionKind.ROOM_FROZEN, ref)


def legs_of_hold(place: RoomPlace, ref: str, amount: int) -> list[Transfer]:
    """Keep room for an order to buy; refused by the floor of the room."""
    return _legs((place.room, place.frozen(ref), amount))


def legs_of_release(place: RoomPlace, ref: str, amount: int, tolerated: int) -> list[Transfer]:
    """Give back what an order no longer needs; ``tolerated`` (0 or more) is served first."""
    return _back(place.frozen(ref), place, amount, tolerated)


def legs_of_purchase(place: RoomPlace, ref: str, amount: int) -> list[Transfer]:
    """Use up what was kept for an order as it is filled."""
    return _legs((place.frozen(ref), place.used, amount))


def legs_of_sale(place: RoomPlace, amount: int, tolerated: int) -> list[Transfer]:
    """Give back what a holder no longer holds; ``tolerated`` (0 or more) is served first."""
    return _back(place.used, place, amount, tolerated)


def legs_of_facts(place: RoomPlace, net: int, left: int, tolerated: int) -> list[Transfer]:
    """Follow a change of what is held that nobody may refuse: an inheritance, units handed in.

    ``net`` is more (above zero) or less held; ``left`` the group's room, ``tolerated`` by how much
    the group is above its limit (both 0 or more).
    """
    if net <= 0:
        return legs_of_sale(place, -net, tolerated)
    fits = min(net, left)
    return _legs((place.room, place.used, fits), (place.tolerated, place.used, net - fits))


def legs_of_limit(place: RoomPlace, change: int, left: int, tolerated: int) -> list[Transfer]:
    """Raise or lower a limit: more serves ``tolerated`` first, less is never refused."""
    if change >= 0:
        served = min(change, tolerated)
        return _legs(
            (place.source, place.tolerated, served), (place.source, place.room, change - served)
        )
    fits = min(-change, left)
    return _legs((place.room, place.source, fits), (place.tolerated, place.source, -change - fits))


class GroupStand(NamedTuple):
    """A group's rooms of one limit: its place (any account), what is left, what is tolerated."""

    place: RoomPlace
    left: int
    tolerated: int


def legs_of_regrouping(
    moved_from: GroupStand, moved_to: GroupStand, counted: int, *, limit_ends: int = 0
) -> list[Transfer]:
    """Follow companies from one group to another; ``counted`` is what they use and have frozen.

    The group they left gets as much back, the one they joined has as much less, or tolerates it.
    ``limit_ends`` takes away the limit of the group they left, where nobody stays behind.
    """
    ensure(counted >= 0 and limit_ends >= 0, "what is counted is never negative")
    came = _after(moved_from.left, moved_from.tolerated, counted - limit_ends)
    went = _after(moved_to.left, moved_to.tolerated, -counted)
    deltas = {
        moved_from.place.room: came[0] - moved_from.left,
        moved_from.place.tolerated: moved_from.tolerated - came[1],
        moved_from.place.source: limit_ends,
        moved_to.place.room: went[0] - moved_to.left,
        moved_to.place.tolerated: moved_to.tolerated - went[1],
    }
    return paired(deltas)


def paired(deltas: Mapping[PositionKey, int]) -> list[Transfer]:
    """Write changes of balances that sum to zero as legs."""
    ensure(sum(deltas.values()) == 0, "what is taken is given")
    taken = [(key, -amount) for key, amount in deltas.items() if amount < 0]
    given = [(key, amount) for key, amount in deltas.items() if amount > 0]
    legs = []
    while taken and given:
        (debit, out), (credit, into) = taken.pop(), given.pop()
        part = min(out, into)
        legs.append(Transfer(debit, credit, part))
        if out > part:
            taken.append((debit, out - part))
        if into > part:
            given.append((credit, into - part))
    return legs


def _after(left: int, tolerated: int, change: int) -> tuple[int, int]:
    """Give what is left and what is tolerated after a change of both together."""
    net = left - tolerated + change
    return max(net, 0), max(-net, 0)


def _back(source: PositionKey, place: RoomPlace, amount: int, tolerated: int) -> list[Transfer]:
    served = min(amount, tolerated)
    return _legs((source, place.tolerated, served), (source, place.room, amount - served))


def _legs(*legs: tuple[PositionKey, PositionKey, int]) -> list[Transfer]:
    ensure(all(amount >= 0 for _, _, amount in legs), "an amount is never negative")
    return [Transfer(debit, credit, amount) for debit, credit, amount in legs if amount]
