"""Reports: the natural-resource balance sheet of a zone between two days.

Knows how the page is laid out; the figures come from ``ledger.reports``.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, render_template, url_for

from ledger.core.clock import now_at
from ledger.registry.zones import subtree_cells
from ledger.reports.balance_sheet import AssetSheet, balance_sheet
from ledger.reports.places import ZoneChoice, zones
from ledger.units import unit_of
from web.access import Role, who_may_enter
from web.exports import send_tables
from web.frame import Column, page_instant
from web.language import current
from web.queries import asked_day, asked_text
from web.reading import snapshot
from web.report_tables import named, sheet_document, sheet_table
from web.words import STATE_WORDS, cause_words

pages = Blueprint("reports", __name__)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the sheet is asked of."""

    zone: ZoneChoice | None
    first: date
    last: date

    @property
    def backward(self) -> bool:
        return self.first > self.last

    def query(self) -> dict[str, Any]:
        chosen = {"from": self.first.isoformat(), "to": self.last.isoformat()}
        if self.zone is not None:
            chosen["zone"] = f"{self.zone.tree}:{self.zone.code}"
        return chosen


@pages.get("/reports")
@who_may_enter(Role.PUBLIC)
def show() -> str:
    """Show the balance sheet of the zone and days that were asked for."""
    choices = zones(snapshot())
    asked = _asked(choices)
    sheets = [] if asked.backward else _sheets(asked)
    return render_template(
        "reports.html",
        choices=choices,
        asked=asked,
        sheets=sheets,
        named=named,
        unit_of=unit_of,
        state_words=STATE_WORDS,
        cause_words=cause_words,
        columns=_columns(),
        links={
            layout: url_for("reports.export", layout=layout, **asked.query())
            for layout in ("csv", "xlsx", "json")
        },
    )


@pages.get("/reports/balance-sheet.<layout>")
@who_may_enter(Role.PUBLIC)
def export(layout: str) -> Response:
    """Send the balance sheet as CSV, Excel or JSON."""
    asked = _asked(zones(snapshot()))
    if asked.backward:
        abort(400)
    sheets = _sheets(asked)
    tables = [sheet_table(sheet, asked.first, asked.last, current()) for sheet in sheets]
    document = {
        "zone": None if asked.zone is None else asked.zone.code,
        "from": asked.first.isoformat(),
        "to": asked.last.isoformat(),
        "assets": [sheet_document(sheet) for sheet in sheets],
    }
    return send_tables(tables, document, layout, "balance-sheet")


def _asked(choices: list[ZoneChoice]) -> _Asked:
    today = now_at(page_instant()).today
    tree, _, code = asked_text("zone").partition(":")
    found = [each for each in choices if (each.tree, each.code) == (tree, code)]
    if tree and not found:
        abort(404)
    first = asked_day("from") or date(today.year, 1, 1)
    return _Asked(found[0] if found else None, first, asked_day("to") or today)


def _sheets(asked: _Asked) -> list[AssetSheet]:
    cells = None
    if asked.zone is not None:
        cells = subtree_cells(snapshot(), asked.zone.zone_id, asked.last)
    return balance_sheet(snapshot(), asked.first, asked.last, cells=cells)


def _columns() -> list[Column]:
    _ = current().gettext
    return [
        Column(_("状态")),
        Column(_("期初"), "number"),
        Column(_("增加")),
        Column(_("减少")),
        Column(_("期末"), "number"),
    ]
