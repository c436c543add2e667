"""What is lowered or cut goes back the way it came: to the source it was set from.

A cell was given what its own regulator set and what cells above divided to it.  What is taken from
it goes back to its own source first, then to the cells it came from, each serving its
``tolerated`` before the rest goes on to a source there or farther up.  So every cell on the way
has been given so much less, and no total is counted in a cell that no longer has it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from ledger.core.entries import PositionKey, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.registry.accounts import cell_accounts
from ledger.totals.figures import GIVING_BACK_KINDS, Flow, figures_by_cell
from ledger.totals.flows import setting_flows
from ledger.totals.serving import Balance, Legs, Pool

Offer = tuple[PositionKey, int]
"""So much leaves this position."""


class WayBack:
    """Where the total of one asset in some cells came from; read before and again under locks."""

    def __init__(
        self,
        session: Session,
        scheme_id: int,
        asset_id: int,
        kind: PositionKind,
        cell_ids: Iterable[int],
    ) -> None:
        self._session = session
        self._asset_id = asset_id
        self.refresh()
        cells = _closed_upward(cell_ids, self._came_from)
        accounts = cell_accounts(session, [(scheme_id, cell) for cell in cells])
        self._pools = {cell: Pool(accounts[scheme_id, cell], asset_id, kind) for cell in cells}

    def refresh(self) -> None:
        """Read again what was given and where it came from: once the positions are locked."""
        flows = setting_flows(self._session, self._asset_id, date.max)
        self._given = {
            cell: figures.set_amount for cell, figures in figures_by_cell({}, flows, {}, ()).items()
        }
        self._came_from = came_from(flows)

    @property
    def positions(self) -> list[PositionKey]:
        """All that the way back may touch, the used part of rooms included."""
        return [name for pool in self._pools.values() for name in (*pool.positions, pool.used)]

    def given(self, cell_id: int) -> int:
        """What the cell was given and did not give back, in smallest units."""
        return self._given.get(cell_id, 0)

    def pool(self, cell_id: int) -> Pool:
        """The total or room of a cell."""
        return self._pools[cell_id]

    def legs(
        self,
        offers: Mapping[int, Sequence[Offer]],
        balance: Balance,
        *,
        serving: bool,
    ) -> tuple[Legs, int]:
        """Write the legs for what leaves the cells; tell how much of it finds no way back.

        With ``serving`` it comes back from hands, so the cell's own ``tolerated`` is served first;
        without, it is taken from the cell.
        """
        walk = _Walk(self._pools, self._came_from, balance)
        missing = sum(
            walk.leave(cell_id, list(offered), serving=serving)
            for cell_id, offered in offers.items()
        )
        return tuple(walk.legs), missing


def came_from(flows: Iterable[Flow]) -> dict[int, dict[int, int]]:
    """Tell how much of what each cell was given came from which cell above, and is still there."""
    net: dict[int, dict[int, int]] = {}
    for flow in flows:
        if flow.kind is EntryKind.DIVIDE:
            below, above, amount = flow.credit_cell, flow.debit_cell, flow.amount
        elif flow.kind in GIVING_BACK_KINDS:
            below, above, amount = flow.debit_cell, flow.credit_cell, -flow.amount
        else:
            continue
        if below != above:
            sums = net.setdefault(below, {})
            sums[above] = sums.get(above, 0) + amount
    return net


def _closed_upward(cell_ids: Iterable[int], net: Mapping[int, Mapping[int, int]]) -> list[int]:
    cells = list(dict.fromkeys(cell_ids))
    for cell in cells:
        cells.extend(above for above in net.get(cell, {}) if above not in cells)
    return cells


class _Walk:
    """One way back over several cells: what is still set and tolerated as it goes."""

    def __init__(
        self,
        pools: Mapping[int, Pool],
        net: Mapping[int, Mapping[int, int]],
        balance: Balance,
    ) -> None:
        self._pools = pools
        self._net = {below: dict(sums) for below, sums in net.items()}
        self._set = {cell: -balance(pool.source) for cell, pool in pools.items()}
        self._owed = {cell: -balance(pool.tolerated) for cell, pool in pools.items()}
        self.legs: list[Transfer] = []

    def leave(self, cell: int, offers: list[Offer], *, serving: bool) -> int:
        """Take offers from a cell, to its source or the way they came; give what is missing."""
        if serving:
            self._serve(cell, offers)
        self._to_source(cell, offers)
        return self._go_up(cell, offers)

    def _go_up(self, cell: int, offers: list[Offer]) -> int:
        for above, came in sorted(self._net.get(cell, {}).items()):
            part = min(_sum(offers), came)
            if part > 0 and above in self._pools:
                self._net[cell][above] -= part
                missing = self._arrive(above, _split_off(offers, part))
                if missing:
                    return missing + _sum(offers)
        return _sum(offers)

    def _arrive(self, cell: int, offers: list[Offer]) -> int:
        """Serve what the cell tolerates, lower what it set, send on what it was given itself."""
        self._serve(cell, offers)
        rest = _sum(offers)
        if not rest:
            return 0
        room = self._pools[cell].room
        self._move(offers, room)
        onward = [(room, rest)]
        self._to_source(cell, onward)
        return self._go_up(cell, onward)

    def _serve(self, cell: int, offers: list[Offer]) -> None:
        part = min(_sum(offers), self._owed[cell])
        self._owed[cell] -= part
        self._move(_split_off(offers, part), self._pools[cell].tolerated)

    def _to_source(self, cell: int, offers: list[Offer]) -> None:
        part = min(_sum(offers), self._set[cell])
        self._set[cell] -= part
        self._move(_split_off(offers, part), self._pools[cell].source)

    def _move(self, offers: Iterable[Offer], credit: PositionKey) -> None:
        self.legs.extend(Transfer(debit, credit, amount) for debit, amount in offers)


def _sum(offers: Iterable[Offer]) -> int:
    return sum(amount for _, amount in offers)


def _split_off(offers: list[Offer], amount: int) -> list[Offer]:
    """Take the first ``amount`` out of the offers."""
    taken: list[Offer] = []
    while amount > 0:
        position, offered = offers.pop(0)
        part = min(amount, offered)
        taken.append((position, part))
        if offered > part:
            offers.insert(0, (position, offered - part))
        amount -= part
    return taken
