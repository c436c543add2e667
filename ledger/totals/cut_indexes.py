"""How the totals of indexes fall when units under them are cut.

What is retired leaves the used part of every index the asset stands under, in the units' own
cell, serves what the index tolerates there, and goes back the way the index came.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from ledger.core.entries import PositionKey
from ledger.core.moves import PositionKind
from ledger.refusals import Refused
from ledger.totals.codes import TotalsCode
from ledger.totals.places import TotalAsset
from ledger.totals.serving import Balance, Legs
from ledger.totals.way_back import WayBack


class IndexCut:
    """The indexes of an asset in the cells of a cut."""

    def __init__(self, session: Session, found: TotalAsset, cell_ids: Iterable[int]) -> None:
        cells = list(cell_ids)
        self._found = found
        self._ways = {
            code: WayBack(session, found.scheme_id, index_id, PositionKind.ROOM, cells)
            for code, index_id in zip(found.index_codes, found.index_ids, strict=True)
        }

    @property
    def positions(self) -> list[PositionKey]:
        """What must be locked before ``legs``."""
        return [name for way_back in self._ways.values() for name in way_back.positions]

    def legs(self, retired: Mapping[int, int], balance: Balance) -> Legs | Refused:
        """Write the legs of all indexes for what is ``retired`` in each cell (smallest units)."""
        legs: Legs = ()
        for code, way_back in self._ways.items():
            way_back.refresh()
            offers = {
                cell_id: [(way_back.pool(cell_id).used, amount)]
                for cell_id, amount in retired.items()
                if amount
            }
            not_used = sum(max(amount - balance(used), 0) for [(used, amount)] in offers.values())
            own, not_set = way_back.legs(offers, balance, serving=True)
            missing = max(not_used, not_set)
            if missing:
                values = {"index": code, "missing": self._found.quantity(missing)}
                return Refused(TotalsCode.INDEX_USE_TO_CUT_MISSING, values)
            legs += own
        return legs
