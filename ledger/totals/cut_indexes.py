"""How the totals of indexes fall when units under them are cut.

What is retired leaves the used part of every index the asset stands under, in the units' own
cell, and goes back to the source: of that cell where the index was set there, else of the nearest
cell above where it was.
"""

from collections.abc import Mapping, Sequence

from ledger.core.entries import PositionKey, Transfer
from ledger.core.moves import PositionKind
from ledger.refusals import Refused
from ledger.totals.codes import TotalsCode
from ledger.totals.places import TotalAsset
from ledger.totals.serving import Balance, Legs, Pool
from ledger.totals.upward import Upward


def index_positions(found: TotalAsset, upward: Upward) -> list[PositionKey]:
    """List what must be locked before ``index_legs``."""
    accounts = dict.fromkeys(account_id for chain in upward.values() for account_id in chain)
    return [
        name
        for account_id in accounts
        for index in found.index_pools(account_id)
        for name in (index.used, index.source)
    ]


def index_legs(
    found: TotalAsset, retired: Mapping[int, int], upward: Upward, balance: Balance
) -> Legs | Refused:
    """Write the legs of all indexes for what is ``retired`` in each cell (smallest units)."""
    if not found.index_ids:
        return ()
    legs: list[Transfer] = []
    for code, index_id in zip(found.index_codes, found.index_ids, strict=True):
        left = _Left(index_id, upward, balance)
        for cell_id, amount in sorted(retired.items()):
            missing = left.take(upward[cell_id], amount)
            if missing:
                values = {"index": code, "missing": found.quantity(missing)}
                return Refused(TotalsCode.INDEX_USE_TO_CUT_MISSING, values)
        legs.extend(left.legs)
    return tuple(legs)


class _Left:
    """What is left of one index, used and set, while a cut is shared over the cells."""

    def __init__(self, index_id: int, upward: Upward, balance: Balance) -> None:
        accounts = {account_id for chain in upward.values() for account_id in chain}
        self._pools = {
            account_id: Pool(account_id, index_id, PositionKind.ROOM) for account_id in accounts
        }
        self._used = {one: balance(pool.used) for one, pool in self._pools.items()}
        self._set = {one: -balance(pool.source) for one, pool in self._pools.items()}
        self.legs: list[Transfer] = []

    def take(self, chain: Sequence[int], amount: int) -> int:
        """Take from what the first of the chain used, back to where it was set; give what lacks."""
        user = chain[0]
        for setter in chain:
            part = min(amount, self._used[user], self._set[setter])
            if part > 0:
                self._used[user] -= part
                self._set[setter] -= part
                amount -= part
                self.legs.append(Transfer(self._pools[user].used, self._pools[setter].source, part))
        return amount
