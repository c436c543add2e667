"""What a total is of and where it lies: the asset with its indexes, the cells with their zones.

Reads the reference data, a fixed number of queries however many cells.  Decides nothing about
amounts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ledger.core.moves import PositionKind
from ledger.core.reference_rows import rows_where
from ledger.core.tables import asset, asset_index
from ledger.refusals import Refused
from ledger.registry.accounts import cell_accounts
from ledger.registry.tables import cell, zone, zone_parent
from ledger.rights.tables import scheme
from ledger.totals.codes import TotalsCode
from ledger.totals.serving import Pool
from ledger.units import Quantity


@dataclass(frozen=True, slots=True)
class TotalAsset:
    """An asset as the regulator's desk sees it.

    ``index_ids`` and ``index_codes`` name the indexes it stands under, in the same order.
    """

    asset_id: int
    code: str
    role: str
    unit: str
    scheme_id: int
    zone_tree: str
    index_ids: tuple[int, ...]
    index_codes: tuple[str, ...]

    @property
    def kind(self) -> PositionKind:
        """The kind of position that keeps what may still be handed out."""
        return PositionKind.ROOM if self.role == "index" else PositionKind.TOTAL

    def pool(self, account_id: int) -> Pool:
        """Its total (or room) in a cell, by the account of the cell."""
        return Pool(account_id, self.asset_id, self.kind)

    def index_pools(self, account_id: int) -> tuple[Pool, ...]:
        """The rooms of its indexes in a cell, in the order of ``index_ids``."""
        return tuple(Pool(account_id, index_id, PositionKind.ROOM) for index_id in self.index_ids)

    def quantity(self, amount: int) -> Quantity:
        """An amount in smallest units as sentences print it."""
        return Quantity(amount, self.unit)


@dataclass(frozen=True, slots=True)
class Place:
    """A cell: its zone, its use type, and the account that its totals stand on."""

    cell_id: int
    account_id: int
    zone_id: int
    zone_code: str
    use_type: str
    parent_zone_id: int | None

    @property
    def label(self) -> str:
        """How sentences name it."""
        return f"{self.zone_code}/{self.use_type}" if self.use_type else self.zone_code

    def lies_below(self, upper: "Place") -> bool:
        """Whether what ``upper`` has may be divided to this cell.

        Below the cell of a whole zone lie the uses of that zone and, in each child zone, the
        whole or any use; below the cell of one use lies the same use in the child zones.
        """
        if self.zone_id == upper.zone_id:
            return not upper.use_type and bool(self.use_type)
        return upper.zone_id == self.parent_zone_id and upper.use_type in ("", self.use_type)


def find_asset(session: Session, asset_id: int) -> TotalAsset | Refused:
    """Load an asset that can have totals, or say why it cannot."""
    row = session.execute(
        select(asset, scheme.c.zone_tree)
        .join(scheme, scheme.c.id == asset.c.scheme_id)
        .where(asset.c.id == asset_id)
    ).one_or_none()
    if row is None:
        return Refused(TotalsCode.TOTAL_OF_UNKNOWN_ASSET, {"asset": asset_id})
    if row.role == "money":
        return Refused(TotalsCode.MONEY_HAS_NO_TOTAL, {"asset": row.code})
    indexes = session.execute(
        select(asset.c.id, asset.c.code)
        .join(asset_index, asset_index.c.index_asset_id == asset.c.id)
        .where(asset_index.c.asset_id == asset_id)
        .order_by(asset.c.code)
    ).all()
    return TotalAsset(
        asset_id=asset_id,
        code=row.code,
        role=row.role,
        unit=row.unit,
        scheme_id=row.scheme_id,
        zone_tree=row.zone_tree,
        index_ids=tuple(index.id for index in indexes),
        index_codes=tuple(index.code for index in indexes),
    )


def find_places(
    session: Session, found: TotalAsset, cell_ids: Sequence[int], on: date
) -> dict[int, Place] | Refused:
    """Load cells with their accounts (made on first use) and the zones they lie under on a day.

    Refused where a cell does not exist or its zone is in another tree than the scheme's.
    """
    query = select(cell.c.id, cell.c.zone_id, cell.c.use_type, zone.c.code, zone.c.tree).join(
        zone, zone.c.id == cell.c.zone_id
    )
    rows = {row.id: row for row in rows_where(session, query, cell.c.id, cell_ids)}
    for cell_id in cell_ids:
        if cell_id not in rows or rows[cell_id].tree != found.zone_tree:
            return Refused(TotalsCode.CELL_OUTSIDE_SCHEME, {"cell": cell_id, "asset": found.code})
    accounts = cell_accounts(session, [(found.scheme_id, cell_id) for cell_id in rows])
    parents = _parent_zones(session, {row.zone_id for row in rows.values()}, on)
    return {
        cell_id: Place(
            cell_id=cell_id,
            account_id=accounts[found.scheme_id, cell_id],
            zone_id=row.zone_id,
            zone_code=row.code,
            use_type=row.use_type,
            parent_zone_id=parents.get(row.zone_id),
        )
        for cell_id, row in rows.items()
    }


def _parent_zones(session: Session, zone_ids: Iterable[int], on: date) -> dict[int, int]:
    """Give the zone that each zone lies directly under on a day, where there is one."""
    query = select(zone_parent.c.zone_id, zone_parent.c.parent_id).where(
        zone_parent.c.valid_from <= on,
        or_(zone_parent.c.valid_to.is_(None), zone_parent.c.valid_to >= on),
    )
    found = rows_where(session, query, zone_parent.c.zone_id, zone_ids)
    return {row.zone_id: row.parent_id for row in found}
