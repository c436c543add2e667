"""How what comes to a cell is split, and how what is taken from it is.

Whatever comes back first serves ``tolerated``, the overdraft of what is out beyond a lowered
total; only the rest is room again.  Whatever is taken comes from the room, and from ``tolerated``
beyond that.  No caller splits these by itself.  Pure: balances are asked of the locked working set,
one position at a time.
"""

from collections.abc import Callable
from typing import NamedTuple

from ledger.core.entries import PositionKey, PositionName, Transfer
from ledger.core.moves import PositionKind
from ledger.refusals import ensure

Balance = Callable[[PositionName], int]
"""Gives the balance of a locked position in smallest units."""

Legs = tuple[Transfer, ...]

POOL_KINDS = (PositionKind.TOTAL, PositionKind.ROOM)


class Pool(NamedTuple):
    """What one owner may still hand out of one asset, and what is out beyond it.

    The owner is a cell, or a group of linked companies; ``kind`` is ``total`` for units and
    ``room`` for an index or a limit.
    """

    account_id: int
    asset_id: int
    kind: PositionKind

    @property
    def room(self) -> PositionKey:
        """What may still be handed out; never below zero."""
        return PositionKey(self.account_id, self.asset_id, self.kind)

    @property
    def tolerated(self) -> PositionKey:
        """What is out beyond what is set; never above zero."""
        return PositionKey(self.account_id, self.asset_id, PositionKind.TOLERATED)

    @property
    def source(self) -> PositionKey:
        """Where the regulator sets from and lowers to."""
        return PositionKey(self.account_id, self.asset_id, PositionKind.SOURCE)

    @property
    def used(self) -> PositionKey:
        """The part of an index's room that assets opened under it have taken."""
        return PositionKey(self.account_id, self.asset_id, PositionKind.ROOM_USED)

    @property
    def positions(self) -> tuple[PositionKey, ...]:
        """Those that must be locked before anything is decided about the pool."""
        return (self.source, self.room, self.tolerated)


def legs_into(pool: Pool, debit: PositionName, amount: int, balance: Balance) -> Legs:
    """Bring ``amount`` (at least 1) into the pool: ``tolerated`` is served first."""
    ensure(amount > 0, "an amount that comes to a pool is positive")
    ensure(pool.kind in POOL_KINDS, "a pool is a total or a room")
    served = min(amount, -balance(pool.tolerated))
    legs = (
        Transfer(debit, pool.tolerated, served),
        Transfer(debit, pool.room, amount - served),
    )
    return tuple(leg for leg in legs if leg.amount)


def parts_out_of(pool: Pool, amount: int, balance: Balance) -> list[tuple[PositionKey, int]]:
    """Say what gives ``amount`` (at least 1) taken from the pool: beyond its room, ``tolerated``."""
    ensure(amount > 0, "an amount that leaves a pool is positive")
    ensure(pool.kind in POOL_KINDS, "a pool is a total or a room")
    from_room = min(amount, balance(pool.room))
    parts = [(pool.room, from_room), (pool.tolerated, amount - from_room)]
    return [part for part in parts if part[1]]


def owed(pool: Pool, balance: Balance) -> int:
    """Tell how much is out beyond what is set, in smallest units (0 or more)."""
    return -balance(pool.tolerated)
