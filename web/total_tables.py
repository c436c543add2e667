"""Totals as tables in words and as documents for programs; computes nothing."""

from collections.abc import Sequence
from datetime import date

from ledger.reports.totals_in_use import AssetInUse
from ledger.units import unit_of
from web.i18n import Translator
from web.report_tables import named, plain
from web.tables import Column, Table
from web.total_rows import PARTS, Part, TotalsRow, share_parts
from web.words import TOTAL_STATE_WORDS

_INDENT = "\N{IDEOGRAPHIC SPACE}"


def zones_table(
    asset: AssetInUse,
    rows: Sequence[TotalsRow],
    parts: Sequence[Part],
    on: date,
    words: Translator,
) -> Table:
    """Lay out the rows of a total in words, every figure in the asset's unit.

    Tables of one file have the same ``parts``: they share their heading.
    """
    _ = words.gettext
    unit = unit_of(asset.unit)
    columns = (
        Column(_("区域代码")),
        Column(_("区域与用途")),
        *(Column(_(part.word), number=True) for part in parts),
        Column(_("使用率"), number=True),
        Column(_("状态")),
    )
    cells = tuple(
        (
            row.zone_code,
            _INDENT * row.depth + row.label(words),
            *(words.quantity(part.amount(row), unit, with_unit=False) for part in parts),
            words.share(*share_parts(row.figures)),
            _(TOTAL_STATE_WORDS[row.state]),
        )
        for row in rows
    )
    title = _(
        "总量　%(asset)s（%(unit)s）　%(day)s",
        asset=named(words, asset.name_zh, asset.name_en),
        unit=words.unit(unit),
        day=words.day(on),
    )
    return Table(title, columns, cells)


def zones_document(asset: AssetInUse, rows: Sequence[TotalsRow]) -> dict[str, object]:
    """Give the rows of a total for a program; amounts are texts in the asset's unit."""
    unit = unit_of(asset.unit)
    return {
        "asset": asset.code,
        "unit": asset.unit,
        "rows": [
            {
                "row": row.kind,
                "zone": row.zone_code,
                "use": row.use_type,
                "depth": row.depth,
                **{part.name: plain(part.amount(row), unit) for part in PARTS},
                "state": row.state.value,
                "ties": row.figures.ties,
            }
            for row in rows
        ],
    }
