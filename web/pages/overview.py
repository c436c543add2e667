"""The overview: how much there is of each right, how much of it is out, how much is left.

Knows how the page is laid out; every figure comes from a read function of the ledger.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template, url_for

from ledger.compliance.cover import UseRule
from ledger.compliance.status import Status
from ledger.refusals import InvariantBroken, Refused
from ledger.reports.places import SchemeChoice, schemes_of_rights
from ledger.reports.totals_in_use import (
    AssetInUse,
    assets_in_use,
    compliance_counts,
    running_asset,
    use_rule_of,
)
from ledger.rights.schemes import setting_book
from ledger.totals.figures import Figures
from ledger.totals.table import TotalsTable, ZoneTotals, thresholds_of, totals_table
from ledger.units import Unit, unit_of
from web.access import Role, may_enter, who_may_enter
from web.as_of import AsOf, asked_as_of
from web.exports import send_tables
from web.i18n import marked
from web.language import current
from web.queries import asked_text
from web.reading import snapshot
from web.report_tables import named
from web.total_rows import (
    PARTS,
    STATE_LOOKS,
    TotalsRow,
    asset_label,
    is_sum,
    parts_shown,
    share_parts,
    sum_row,
    top_zones,
    zone_name,
    zone_rows,
    zones_without_total,
)
from web.total_tables import zones_document, zones_table
from web.words import CLASS_WORDS, COMPLIANCE_WORDS, TOTAL_STATE_WORDS

pages = Blueprint("overview", __name__)

_LAYOUTS = ("csv", "xlsx", "json")
_END_OF_USE = {
    UseRule.SURRENDERED: "surrendered",
    UseRule.DEDUCTED: "used",
    UseRule.COMPARED: "held",
}
"""Which figure tells how far a right is used, by how its use meets what is held."""
_LAST_WORDS = {part.name: part.word for part in PARTS}
_COMPLIANCE_LOOKS = {
    Status.A: "good",
    Status.B: "full",
    Status.C: "near",
    Status.EXCLUDED: "off",
}
_ACCOUNTS_COUNTED = 500
"""Of more accounts with a duty the first page does not wait for the count."""
_COUNTED = (Status.A, Status.B, Status.C, Status.EXCLUDED)


@dataclass(frozen=True, slots=True)
class _Section:
    """One scheme with its right in force, that right's zones and the indexes it stands under."""

    scheme: SchemeChoice
    asset: AssetInUse
    total: TotalsRow
    rows: list[TotalsRow]
    without_total: list[ZoneTotals]
    indexes: list[tuple[AssetInUse, TotalsRow]]
    others: list[AssetInUse]
    rule: UseRule
    compliance: list[tuple[Status, int]]

    @property
    def all_rows(self) -> list[TotalsRow]:
        """The rows, with their sum where no zone is above all others."""
        tops = [row for row in self.rows if row.depth == 0]
        return self.rows if len(tops) == 1 else [*self.rows, self.total]

    @property
    def unit(self) -> Unit:
        return unit_of(self.asset.unit)

    @property
    def last_part(self) -> str:
        return _END_OF_USE[self.rule]


@pages.get("/")
@who_may_enter(Role.PUBLIC)
def show() -> str:
    """Show the schemes of one class of right."""
    as_of = asked_as_of()
    every = schemes_of_rights(snapshot())
    classes = [code for code in CLASS_WORDS if any(each.asset_class == code for each in every)]
    chosen = _chosen(classes)
    sections = _sections([each for each in every if each.asset_class == chosen], as_of)
    return render_template(
        "overview.html",
        as_of=as_of,
        classes=classes,
        chosen=chosen,
        sections=sections,
        schemes_without=[
            each
            for each in every
            if each.asset_class == chosen
            and each.scheme_id not in {section.scheme.scheme_id for section in sections}
        ],
        may_search=may_enter(current_app, "accounts.list"),
        links={layout: _address(chosen, as_of, layout) for layout in _LAYOUTS},
        named=named,
        zone_name=zone_name,
        asset_label=asset_label,
        is_sum=is_sum,
        share_parts=share_parts,
        state_words=TOTAL_STATE_WORDS,
        state_looks=STATE_LOOKS,
        compliance_words=COMPLIANCE_WORDS,
        compliance_looks=_COMPLIANCE_LOOKS,
        last_words=_LAST_WORDS,
        bar_parts=_bar_parts,
        bar_legend=_bar_legend,
        bar_sentence=_bar_sentence,
        tab_links=[
            (
                current().gettext(CLASS_WORDS[code]),
                _address(code, as_of),
                code == chosen,
            )
            for code in classes
        ],
    )


@pages.get("/overview.<layout>")
@who_may_enter(Role.PUBLIC)
def export(layout: str) -> Response:
    """Send the tables of one class of right as CSV, Excel or JSON."""
    as_of = asked_as_of()
    every = schemes_of_rights(snapshot())
    chosen = _chosen([code for code in CLASS_WORDS if any(e.asset_class == code for e in every)])
    sections = _sections([each for each in every if each.asset_class == chosen], as_of)
    rows = [row for each in sections for row in each.all_rows]
    parts = parts_shown(rows, "unit")
    tables = [
        zones_table(each.asset, each.all_rows, parts, as_of.day, current()) for each in sections
    ]
    document = {
        "class": chosen,
        "as_of": as_of.day.isoformat(),
        "assets": [zones_document(each.asset, each.all_rows) for each in sections],
    }
    return send_tables(tables, document, layout, f"totals-{chosen or 'none'}")


def _chosen(classes: Sequence[str]) -> str | None:
    wanted = asked_text("class")
    if wanted and wanted not in classes:
        abort(404)
    return wanted or (classes[0] if classes else None)


def _address(code: str | None, as_of: AsOf, layout: str | None = None) -> str:
    """Give the address of a class of right, or of its file in a layout."""
    asked: dict[str, Any] = {"class": code, "on": as_of.asked}
    if layout is None:
        return url_for("overview.show", **asked)
    return url_for("overview.export", layout=layout, **asked)


def _sections(chosen: Sequence[SchemeChoice], as_of: AsOf) -> list[_Section]:
    in_use = assets_in_use(snapshot())
    sections = []
    for scheme in chosen:
        own = [asset for asset in in_use if asset.scheme_id == scheme.scheme_id]
        first = running_asset(own, as_of.day)
        if first is not None:
            sections.append(_section(scheme, first, own, as_of))
    return sections


def _section(
    scheme: SchemeChoice, first: AssetInUse, own: Sequence[AssetInUse], as_of: AsOf
) -> _Section:
    thresholds = thresholds_of(setting_book(snapshot(), scheme.scheme_id), as_of.day)
    rule = use_rule_of(snapshot(), scheme.scheme_id, as_of.day) or UseRule.DEDUCTED
    table = _table(scheme, first, as_of)
    # One zone over all the others is shown with those right below it.
    depth_max = 1 if len(top_zones(table)) == 1 else 0
    indexes = [asset for asset in own if asset.asset_id in first.index_ids]
    shown = {first.asset_id, *first.index_ids}
    return _Section(
        scheme=scheme,
        asset=first,
        total=sum_row(table, thresholds),
        rows=zone_rows(table, depth_max),
        without_total=zones_without_total(table, depth_max),
        indexes=[(index, sum_row(_table(scheme, index, as_of), thresholds)) for index in indexes],
        others=[asset for asset in own if asset.asset_id not in shown],
        rule=rule,
        compliance=_compliance(scheme, rule, as_of),
    )


def _table(scheme: SchemeChoice, asset: AssetInUse, as_of: AsOf) -> TotalsTable:
    table = totals_table(snapshot(), scheme.scheme_id, asset.asset_id, None, as_of.day)
    if isinstance(table, Refused):
        raise InvariantBroken(f"an asset of the scheme has a table of totals: {table}")
    return table


def _compliance(scheme: SchemeChoice, rule: UseRule, as_of: AsOf) -> list[tuple[Status, int]]:
    # Who met the duty is known as of now only.
    if rule is not UseRule.SURRENDERED or as_of.past:
        return []
    year = as_of.day.year
    counts = compliance_counts(snapshot(), scheme.scheme_id, year, _ACCOUNTS_COUNTED) or {}
    return [(status, counts[status]) for status in _COUNTED if counts.get(status)]


_BAR = (
    ("used", marked("已使用或清缴"), ("used", "surrendered", "retired")),
    ("issued", marked("已启用"), ("opened",)),
    ("held", marked("持有"), ("held", "withheld")),
    ("frozen", marked("冻结"), ("frozen",)),
    ("track", marked("余量"), ("room",)),
)
"""The stretches of a bar: look, word, and the figures that make it."""


def _bar_parts(figures: Figures) -> tuple[list[tuple[str, int]], int]:
    """Give the stretches of a row's bar and its whole: all that is there, wherever it came from."""
    stretches = [(look, sum(getattr(figures, name) for name in names)) for look, _, names in _BAR]
    return stretches, sum(amount for _, amount in stretches)


def _bar_legend(figures: Figures) -> list[tuple[str, str]]:
    """Give the looks that a bar of these figures has, with their words; room always."""
    amounts = dict(_bar_parts(figures)[0])
    return [
        (look, current().gettext(word))
        for look, word, _ in _BAR
        if amounts[look] or look == "track"
    ]


def _bar_sentence(row: TotalsRow, unit: Unit) -> str:
    """Say what a row's bar shows."""
    words = current()
    amounts = dict(_bar_parts(row.figures)[0])
    said = [
        f"{words.gettext(word)} {words.quantity(amounts[look], unit)}"
        for look, word, _ in _BAR
        if amounts[look]
    ]
    return words.shown(said)
