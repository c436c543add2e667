"""Totals: for each right and period, what was set in a zone, where it is and where it is tight.

Knows how the page is laid out; every figure comes from a read function of the ledger.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template, url_for

from ledger.refusals import InvariantBroken, Refused
from ledger.registry.zones import ZoneNode, zone_tree
from ledger.reports.places import SchemeChoice, schemes_of_rights
from ledger.reports.totals_in_use import (
    AssetInUse,
    HolderInZone,
    assets_in_use,
    cell_account_numbers,
    holders_in_zones,
    running_asset,
)
from ledger.rights.schemes import setting_book
from ledger.totals.table import TotalsTable, thresholds_of, totals_table
from ledger.units import unit_of
from web.access import Role, may_enter, who_may_enter
from web.as_of import AsOf, asked_as_of
from web.exports import send_tables
from web.frame import Column
from web.language import current
from web.queries import asked_text
from web.reading import snapshot
from web.report_tables import named
from web.total_rows import (
    STATE_LOOKS,
    Part,
    TotalsRow,
    alerts,
    asset_label,
    identity,
    is_empty,
    is_sum,
    parts_shown,
    share_parts,
    sum_row,
    top_zones,
    tree_rows,
    whole,
    zone_name,
    zones_without_total,
)
from web.total_tables import zones_document, zones_table
from web.words import CLASS_WORDS, TOTAL_STATE_WORDS, place_words

pages = Blueprint("totals", __name__)

_LAYOUTS = ("csv", "xlsx", "json")
_ALERTS_SHOWN = 6
_HOLDERS_SHOWN = 50
_ZONES_AT_ONCE = 60
_EVERY_LEVEL = 99


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which total the page is about: a right or index in a zone, or in its whole tree."""

    scheme: SchemeChoice
    asset: AssetInUse
    siblings: list[AssetInUse]
    firsts: list[tuple[SchemeChoice, AssetInUse]]
    path: list[ZoneNode]
    as_of: AsOf

    @property
    def zone(self) -> ZoneNode | None:
        return self.path[-1] if self.path else None

    def address(self, asset: AssetInUse, zone: str | None = None, anchor: str | None = None) -> str:
        """Give the address of a total of this scheme; without a zone, of the whole tree."""
        values: dict[str, Any] = {"asset": asset.code, "on": self.as_of.asked, "_anchor": anchor}
        if zone is None:
            return url_for("totals.show", **values)
        return url_for("totals.zone", zone=zone, **values)


@pages.get("/totals")
@who_may_enter(Role.PUBLIC)
def show() -> str:
    """Show a right's totals in all zones."""
    return _page(None)


@pages.get("/totals/<zone>")
@who_may_enter(Role.PUBLIC)
def zone(zone: str) -> str:
    """Show a right's totals in one zone and all below it."""
    return _page(zone)


@pages.get("/totals.<layout>")
@who_may_enter(Role.PUBLIC)
def export(layout: str) -> Response:
    """Send the table of totals as CSV, Excel or JSON."""
    asked = _asked(asked_text("zone") or None)
    if asked is None:
        abort(404)
    table = _table(asked)
    rows = _rows(table, asked, _EVERY_LEVEL)
    day = asked.as_of.day
    parts = parts_shown(rows, asked.asset.role)
    document = {"as_of": day.isoformat(), **zones_document(asked.asset, rows)}
    tables = [zones_table(asked.asset, rows, parts, day, current())]
    return send_tables(tables, document, layout, f"totals-{asked.asset.code}")


def _page(zone_code: str | None) -> str:
    asked = _asked(zone_code)
    if asked is None:
        return render_template("totals.html", asked=None, table=None, as_of=asked_as_of())
    table = _table(asked)
    rows = _rows(table, asked, _depth_max(table))
    numbers = _cell_numbers(asked, rows)
    tight = alerts(table)
    holders, holder_count = _holders(asked, table)
    return render_template(
        "totals.html",
        asked=asked,
        as_of=asked.as_of,
        table=table,
        rows=rows,
        total=whole(table),
        empty_total=is_empty(whole(table)),
        parts=parts_shown(rows, asked.asset.role),
        unit=unit_of(table.unit),
        without_total=zones_without_total(table, _depth_max(table)),
        tight=tight[:_ALERTS_SHOWN],
        tight_left=max(0, len(tight) - _ALERTS_SHOWN),
        holders=holders,
        holder_count=holder_count,
        rights=_rights(asked),
        periods=_periods(asked),
        crumbs_above=_crumbs(asked),
        columns=_columns(parts_shown(rows, asked.asset.role)),
        figure_link=lambda row, part: _figure_link(asked, numbers, row, part),
        named=named,
        zone_name=zone_name,
        place_words=place_words,
        identity=identity,
        is_sum=is_sum,
        share_parts=share_parts,
        state_words=TOTAL_STATE_WORDS,
        state_looks=STATE_LOOKS,
        links={
            layout: url_for(
                "totals.export",
                layout=layout,
                asset=asked.asset.code,
                zone=asked.zone.code if asked.zone else None,
                on=asked.as_of.asked,
            )
            for layout in _LAYOUTS
        },
    )


# -- what is asked -----------------------------------------------------------------------------


def _asked(zone_code: str | None) -> _Asked | None:
    """Read the address; none where no total was ever set, a bad address is not found."""
    as_of = asked_as_of()
    firsts = _first_of_each(as_of)
    chosen, path = _chosen(firsts, zone_code, as_of)
    if chosen is None:
        if zone_code or asked_text("asset"):
            abort(404)
        return None
    scheme, asset, siblings = chosen
    return _Asked(
        scheme=scheme,
        asset=asset,
        siblings=siblings,
        firsts=[(each, first) for each, first, _ in firsts],
        path=path,
        as_of=as_of,
    )


_Choice = tuple[SchemeChoice, AssetInUse, list[AssetInUse]]
"""A scheme, one asset of it, and all of its assets that have totals."""


def _first_of_each(as_of: AsOf) -> list[_Choice]:
    """Give the schemes in the order of their classes, each with the right to show first."""
    in_use = assets_in_use(snapshot())
    order = list(CLASS_WORDS)
    found = []
    for scheme in sorted(
        schemes_of_rights(snapshot()), key=lambda one: order.index(one.asset_class)
    ):
        own = [asset for asset in in_use if asset.scheme_id == scheme.scheme_id]
        first = running_asset(own, as_of.day)
        if first is not None:
            found.append((scheme, first, own))
    return found


def _chosen(
    firsts: Sequence[_Choice], zone_code: str | None, as_of: AsOf
) -> tuple[_Choice | None, list[ZoneNode]]:
    """Find the asset that is asked for, or the first one that has the zone; with the zone's path."""
    wanted = asked_text("asset")
    for scheme, first, own in firsts:
        asset = next((each for each in own if each.code == wanted), None) if wanted else first
        if asset is None:
            continue
        path = _path(zone_tree(snapshot(), scheme.zone_tree, as_of.day), zone_code)
        if path or not zone_code:
            return (scheme, asset, own), path
    return None, []


def _path(zones: Sequence[ZoneNode], code: str | None) -> list[ZoneNode]:
    """Give the way down to a zone, itself last; nothing where it is not there."""
    for zone in zones:
        if zone.code == code:
            return [zone]
        below = _path(zone.children, code)
        if below:
            return [zone, *below]
    return []


# -- what is shown -----------------------------------------------------------------------------


def _table(asked: _Asked) -> TotalsTable:
    zone_id = asked.zone.id if asked.zone else None
    table = totals_table(
        snapshot(), asked.scheme.scheme_id, asked.asset.asset_id, zone_id, asked.as_of.day
    )
    if isinstance(table, Refused):
        raise InvariantBroken(f"an asset of the scheme has a table of totals: {table}")
    return table


def _depth_max(table: TotalsTable) -> int:
    """A tree that is long is shown level by level."""
    return _EVERY_LEVEL if len(table.zones) <= _ZONES_AT_ONCE else 1


def _rows(table: TotalsTable, asked: _Asked, depth_max: int) -> list[TotalsRow]:
    rows = tree_rows(table, depth_max)
    if len(top_zones(table)) == 1 or not rows:
        return rows
    thresholds = thresholds_of(setting_book(snapshot(), asked.scheme.scheme_id), asked.as_of.day)
    return [*rows, sum_row(table, thresholds)]


def _cell_numbers(asked: _Asked, rows: Sequence[TotalsRow]) -> dict[int, str]:
    """Give the accounts behind the rows, to those who may look at them."""
    if not may_enter(current_app, "accounts.show"):
        return {}
    cells = [row.cell_id for row in rows if row.cell_id is not None]
    return cell_account_numbers(snapshot(), asked.scheme.scheme_id, cells)


def _holders(asked: _Asked, table: TotalsTable) -> tuple[list[HolderInZone], int]:
    # Accounts are as they stand now, so beside figures of the past they would not fit.
    if asked.zone is None or asked.as_of.past or not may_enter(current_app, "accounts.show"):
        return [], 0
    zones = [zone.zone_id for zone in table.zones]
    return holders_in_zones(snapshot(), asked.asset.asset_id, zones, _HOLDERS_SHOWN)


def _figure_link(asked: _Asked, numbers: dict[int, str], row: TotalsRow, part: Part) -> str | None:
    """Lead from a figure to the next level, and at the last level to the entries behind it."""
    if row.zone is None:
        return None
    elsewhere = asked.zone is None or asked.zone.code != row.zone.code
    if part.links_to == "holders" and numbers and not asked.as_of.past:
        code = row.zone.code
        return asked.address(asked.asset, code, "accounts")
    if part.links_to == "cell" and row.cell_id in numbers:
        return url_for("accounts.show", number=numbers[row.cell_id])
    if row.kind == "zone" and elsewhere:
        return asked.address(asked.asset, row.zone.code)
    return None


def _rights(asked: _Asked) -> list[tuple[str, str, bool]]:
    """The tabs of rights; in a tree of the same zones the zone is kept."""
    words = current()
    tabs = []
    for scheme, first in asked.firsts:
        same_tree = scheme.zone_tree == asked.scheme.zone_tree
        code = asked.zone.code if asked.zone and same_tree else None
        here = scheme.scheme_id == asked.scheme.scheme_id
        tabs.append(
            (named(words, scheme.name_zh, scheme.name_en), asked.address(first, code), here)
        )
    return tabs


def _periods(asked: _Asked) -> list[tuple[str, str, bool]]:
    """The tabs of periods of one right."""
    if len(asked.siblings) < 2:
        return []
    code = asked.zone.code if asked.zone else None
    return [
        (asset_label(each, current()), asked.address(each, code), each == asked.asset)
        for each in asked.siblings
    ]


def _crumbs(asked: _Asked) -> list[tuple[str, str]]:
    if not asked.path:
        return []
    words = current()
    above = [
        (named(words, zone.name_zh, zone.name_en), asked.address(asked.asset, zone.code))
        for zone in asked.path[:-1]
    ]
    return [(words.gettext("总量"), asked.address(asked.asset)), *above]


def _columns(parts: Sequence[Part]) -> list[Column]:
    _ = current().gettext
    return [
        Column(_("区域与用途")),
        *(Column(_(part.word), "number") for part in parts),
        Column(_("使用率"), "bar"),
        Column(_("状态")),
    ]
