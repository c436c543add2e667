"""The table of totals: for a zone and all below it, what was set and where it is.

Reads only; the same few queries however many cells.  One snapshot should cover them: call it with
a session of ``ledger.core.database.reading``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.core.reference_rows import rows_where
from ledger.refusals import Refused
from ledger.registry.tables import cell
from ledger.registry.zones import ZoneNode, zone_tree
from ledger.rights.assets import AssetCode
from ledger.rights.settings import SettingBook, setting_book
from ledger.totals.codes import TotalsCode
from ledger.totals.figures import Figures, Thresholds, TotalState, below, figures_by_cell
from ledger.totals.flows import crossing_flows, later_flows, setting_flows, stock
from ledger.totals.places import TotalAsset, find_asset

WATCH_SETTING = "watch_share"
NEAR_LIMIT_SETTING = "near_limit_share"


@dataclass(frozen=True, slots=True)
class CellTotals:
    """One cell of a zone: a use type, or the zone as a whole ('')."""

    cell_id: int
    use_type: str
    own: Figures
    state: TotalState


@dataclass(frozen=True, slots=True)
class ZoneTotals:
    """A zone with its cells; ``below`` sums it with everything under it, ``depth`` 0 is the top."""

    zone_id: int
    code: str
    name_zh: str
    name_en: str
    depth: int
    cells: tuple[CellTotals, ...]
    below: Figures
    state: TotalState


@dataclass(frozen=True, slots=True)
class TotalsTable:
    """The totals of an asset as of a business day, zones from the top down, children by code."""

    asset_id: int
    asset_code: str
    unit: str
    on: date
    zones: tuple[ZoneTotals, ...]

    @property
    def ties(self) -> bool:
        """Whether the identity holds in every cell."""
        return all(one.own.ties for zone in self.zones for one in zone.cells)


def totals_table(
    session: Session, scheme_id: int, asset_id: int, zone_id: int | None, on: date
) -> TotalsTable | Refused:
    """Give the totals of an asset in a zone and all zones below it, as of a business day.

    Amounts in smallest units.  Without a zone: of all zones of the scheme's tree.  The zone tree
    and the shares for the states are those of that day.
    """
    found = find_asset(session, asset_id)
    if isinstance(found, Refused):
        return found
    if found.scheme_id != scheme_id:
        return Refused(AssetCode.ASSET_OF_OTHER_SCHEME, {"asset": found.code})
    tops = zone_tree(session, found.zone_tree, on)
    if zone_id is not None:
        tops = _find(tops, zone_id)
    if zone_id is not None and not tops:
        values = {"zone": str(zone_id), "asset": found.code}
        return Refused(TotalsCode.ZONE_OUTSIDE_SCHEME, values)
    figures = figures_by_cell(
        stock(session, asset_id),
        setting_flows(session, asset_id, on),
        crossing_flows(session, asset_id),
        later_flows(session, asset_id, on),
    )
    cells = _cells(session, [zone.id for zone, _ in _downward(tops)])
    thresholds = thresholds_of(setting_book(session, scheme_id), on)
    return _table(found, on, tops, cells, figures, thresholds)


def thresholds_of(settings: SettingBook, on: date) -> Thresholds:
    """Read the shares from which a total is watched and near its limit on a day."""
    shares: list[int | None] = []
    for key in (WATCH_SETTING, NEAR_LIMIT_SETTING):
        row = settings.at(key, on)
        value = None if isinstance(row, Refused) else row.value
        shares.append(value if isinstance(value, int) else None)
    return Thresholds(watch=shares[0], near_limit=shares[1])


def _table(
    found: TotalAsset,
    on: date,
    tops: tuple[ZoneNode, ...],
    cells: Mapping[int, list[tuple[int, str]]],
    figures: Mapping[int, Figures],
    thresholds: Thresholds,
) -> TotalsTable:
    nothing = Figures()
    own: dict[int, Figures] = {}
    under: dict[int, Figures] = {}
    zones = list(_downward(tops))
    # From the leaves up, so that each zone adds the sums of its children.
    for zone, _ in reversed(zones):
        own_figures = [figures.get(cell_id, nothing) for cell_id, _ in cells.get(zone.id, [])]
        under[zone.id] = below([*own_figures, *(under[child.id] for child in zone.children)])
    for listed in cells.values():
        own.update({cell_id: figures.get(cell_id, nothing) for cell_id, _ in listed})
    return TotalsTable(
        asset_id=found.asset_id,
        asset_code=found.code,
        unit=found.unit,
        on=on,
        zones=tuple(
            ZoneTotals(
                zone_id=zone.id,
                code=zone.code,
                name_zh=zone.name_zh,
                name_en=zone.name_en,
                depth=depth,
                cells=tuple(
                    CellTotals(cell_id, use_type, own[cell_id], thresholds.state(own[cell_id]))
                    for cell_id, use_type in cells.get(zone.id, [])
                ),
                below=under[zone.id],
                state=thresholds.state(under[zone.id]),
            )
            for zone, depth in zones
        ),
    )


def _find(zones: tuple[ZoneNode, ...], zone_id: int) -> tuple[ZoneNode, ...]:
    waiting = list(zones)
    for zone in waiting:
        if zone.id == zone_id:
            return (zone,)
        waiting.extend(zone.children)
    return ()


def _downward(tops: tuple[ZoneNode, ...]) -> Iterator[tuple[ZoneNode, int]]:
    """List zones and all below them with their depth, each before its children."""
    waiting = [(top, 0) for top in reversed(tops)]
    while waiting:
        zone, depth = waiting.pop()
        yield zone, depth
        waiting.extend((child, depth + 1) for child in reversed(zone.children))


def _cells(session: Session, zone_ids: list[int]) -> dict[int, list[tuple[int, str]]]:
    """Give the cells of each zone: (cell, use type), the whole first."""
    query = select(cell.c.id, cell.c.zone_id, cell.c.use_type).order_by(cell.c.use_type)
    cells: dict[int, list[tuple[int, str]]] = {}
    for row in rows_where(session, query, cell.c.zone_id, zone_ids):
        cells.setdefault(row.zone_id, []).append((row.id, row.use_type))
    return cells
