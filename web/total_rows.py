"""The table of totals as rows and columns, for pages and exports alike.

Chooses which rows and columns are worth showing and puts words to them; every figure comes from
``ledger.totals.table``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledger.reports.totals_in_use import AssetInUse
from ledger.totals.figures import Figures, Thresholds, TotalState, below
from ledger.totals.table import CellTotals, TotalsTable, ZoneTotals
from web.i18n import Translator, marked
from web.report_tables import named
from web.words import USE_WORDS

STATE_LOOKS = {
    TotalState.NOT_SET: "off",
    TotalState.NORMAL: "good",
    TotalState.WATCH: "near",
    TotalState.NEAR_LIMIT: "near",
    TotalState.FULL: "full",
}
"""Which mark of the page stands before the word of a state."""

_ALERTING = (TotalState.FULL, TotalState.NEAR_LIMIT)


@dataclass(frozen=True, slots=True)
class Part:
    """A figure of a total: its name for programs, its word, and how it is read off."""

    name: str
    word: str
    amount: Callable[["TotalsRow"], int]
    always: bool = False
    links_to: str = ""
    """``cell``: the entries of the cell's account; ``holders``: who holds it; nothing: neither."""


PARTS = (
    Part("set", marked("下达"), lambda row: row.figures.set_amount, True, "cell"),
    Part("divided", marked("已分解"), lambda row: row.divided, False, "cell"),
    Part("issued", marked("已核发"), lambda row: row.figures.issued, True),
    Part("opened", marked("已启用"), lambda row: row.figures.opened, False, "cell"),
    Part("held", marked("持有"), lambda row: row.figures.held, False, "holders"),
    Part("frozen", marked("冻结"), lambda row: row.figures.frozen, False, "holders"),
    Part("reserve", marked("储备"), lambda row: row.figures.reserve, False, "holders"),
    Part("withheld", marked("暂扣"), lambda row: row.figures.withheld, False, "holders"),
    Part("surrendered", marked("已清缴"), lambda row: row.figures.surrendered, False, "cell"),
    Part("used", marked("已使用"), lambda row: row.figures.used, False, "cell"),
    Part("retired", marked("已注销"), lambda row: row.figures.retired, False, "cell"),
    Part("carried", marked("净流入"), lambda row: row.figures.carried),
    Part("imported", marked("外部转入"), lambda row: row.figures.imported),
    Part("room", marked("余量"), lambda row: row.figures.room, True, "cell"),
    Part("tolerated", marked("超出总量"), lambda row: row.figures.tolerated, False, "cell"),
)
"""The figures of a total in the order of their columns."""

_AFTER_EQUALS = (
    "room",
    "held",
    "frozen",
    "reserve",
    "withheld",
    "opened",
    "surrendered",
    "used",
    "retired",
)


@dataclass(frozen=True, slots=True)
class TotalsRow:
    """A row: a zone with all below it, what a zone keeps for itself, a use, or the sum of all.

    ``cell_id`` is the cell behind the row where it is exactly one.
    """

    kind: str
    depth: int
    zone: ZoneTotals | None
    cell_id: int | None
    use_type: str
    figures: Figures
    divided: int
    state: TotalState

    @property
    def zone_code(self) -> str:
        """The zone's code; empty in the sum."""
        return self.zone.code if self.zone else ""

    def label(self, words: Translator) -> str:
        """Name the row."""
        if self.kind == "sum" or self.zone is None:
            return words.gettext("合计")
        if self.kind == "kept":
            return words.gettext("本级留存")
        if self.kind == "use":
            return words.gettext(USE_WORDS[self.use_type])
        return zone_name(self.zone, words)


def zone_name(zone: ZoneTotals, words: Translator) -> str:
    """Name a zone."""
    return named(words, zone.name_zh, zone.name_en)


def top_zones(table: TotalsTable) -> list[ZoneTotals]:
    """Give the zones that no other zone of the table lies above."""
    return [zone for zone in table.zones if zone.depth == 0]


def whole(table: TotalsTable) -> Figures:
    """Sum the whole table."""
    return below(zone.below for zone in top_zones(table))


def sum_row(table: TotalsTable, thresholds: Thresholds) -> TotalsRow:
    """Sum the whole table in a row of its own."""
    figures = whole(table)
    return TotalsRow("sum", 0, None, None, "", figures, 0, thresholds.state(figures))


def is_sum(row: TotalsRow, rows: Sequence[TotalsRow]) -> bool:
    """Whether a row adds up all the others."""
    return row.depth == 0 and (row.kind == "sum" or not any(one.kind == "sum" for one in rows))


def is_empty(figures: Figures) -> bool:
    """Whether nothing was ever set, issued or moved."""
    return figures == Figures()


def zone_rows(table: TotalsTable, depth_max: int) -> list[TotalsRow]:
    """Give a row for each zone down to a depth that has a total, with all below it."""
    return [
        _zone_row(zone)
        for zone in table.zones
        if zone.depth <= depth_max and not is_empty(zone.below)
    ]


def zones_without_total(table: TotalsTable, depth_max: int) -> list[ZoneTotals]:
    """Give the zones down to a depth that have no total."""
    return [zone for zone in table.zones if zone.depth <= depth_max and is_empty(zone.below)]


def tree_rows(table: TotalsTable, depth_max: int) -> list[TotalsRow]:
    """Give zones down to a depth and, under each, its uses and what it keeps for itself.

    The rows under a zone add up to its own.
    """
    rows: list[TotalsRow] = []
    for zone in table.zones:
        if zone.depth > depth_max or is_empty(zone.below):
            continue
        rows.append(_zone_row(zone))
        rows += _cell_rows(zone, _has_rows_below(zone, table))
    return rows


def _has_rows_below(zone: ZoneTotals, table: TotalsTable) -> bool:
    own = sum(1 for cell in zone.cells if cell.use_type and not is_empty(cell.own))
    return own > 0 or zone.below != below(cell.own for cell in zone.cells)


def _zone_row(zone: ZoneTotals) -> TotalsRow:
    kept = sum(cell.own.kept for cell in zone.cells if not cell.use_type)
    # What lies below now: a lowering there has lowered it since it was divided.
    divided = zone.below.set_amount - kept
    used = [cell for cell in zone.cells if not is_empty(cell.own)]
    # Where nothing else lies below, the zone is its cell.
    only = used[0] if len(used) == 1 and below([used[0].own]) == zone.below else None
    cell_id = only.cell_id if only else None
    return TotalsRow("zone", zone.depth, zone, cell_id, "", zone.below, divided, zone.state)


def _cell_rows(zone: ZoneTotals, has_others: bool) -> list[TotalsRow]:
    rows = []
    for cell in zone.cells:
        if is_empty(cell.own):
            continue
        if cell.use_type:
            rows.append(_row_of(zone, cell, "use", cell.own))
        elif has_others and cell.own.kept + cell.own.located + cell.own.tolerated:
            # The zone's own row has told what was divided; here is what stayed.
            rows.append(_row_of(zone, cell, "kept", below([cell.own])))
    return rows


def _row_of(zone: ZoneTotals, cell: CellTotals, kind: str, figures: Figures) -> TotalsRow:
    divided = figures.divided
    depth, use = zone.depth + 1, cell.use_type
    return TotalsRow(kind, depth, zone, cell.cell_id, use, figures, divided, cell.state)


def parts_shown(rows: Sequence[TotalsRow], role: str) -> list[Part]:
    """Choose the columns: those that every total has, and those with a figure in some row.

    Of an index nothing is issued: rights are opened against it.
    """
    shown = []
    for part in PARTS:
        if role == "index" and part.name == "issued":
            continue
        always = part.always or (role == "index" and part.name == "opened")
        if always or any(part.amount(row) for row in rows):
            shown.append(part)
    return shown


def identity(figures: Figures) -> tuple[list[tuple[str, str, int]], list[tuple[str, str, int]]]:
    """Give both sides of what ties a total: (sign, word, amount), zeros left out.

    Set and what came in equals room and where the rest is, less what is out beyond the total.
    """
    words = {part.name: part.word for part in PARTS}
    given = [("", words["set"], figures.kept)]
    inflows = (
        (figures.carried, marked("净流入"), marked("净流出")),
        (figures.imported, marked("外部转入"), marked("转出外部")),
    )
    for amount, inflow, outflow in inflows:
        if amount:
            given.append(
                ("+" if amount > 0 else "−", inflow if amount > 0 else outflow, abs(amount))
            )
    there = [
        ("+", words[name], getattr(figures, name))
        for name in _AFTER_EQUALS
        if name == "room" or getattr(figures, name)
    ]
    there[0] = ("", *there[0][1:])
    if figures.tolerated:
        there.append(("−", words["tolerated"], figures.tolerated))
    return given, there


@dataclass(frozen=True, slots=True)
class Alert:
    """A cell that is full, near its limit, or has more out than its total."""

    zone: ZoneTotals
    use_type: str
    state: TotalState
    tolerated: int


def alerts(table: TotalsTable) -> list[Alert]:
    """List the cells where little or nothing can be issued any more, the fullest first."""
    found = [
        Alert(zone, cell.use_type, cell.state, cell.own.tolerated)
        for zone in table.zones
        for cell in zone.cells
        if cell.state in _ALERTING or cell.own.tolerated
    ]
    return sorted(found, key=lambda one: (one.tolerated == 0, one.state is not TotalState.FULL))


def share_parts(figures: Figures) -> tuple[int, int]:
    """Give issued and the total it is a share of."""
    return max(figures.issued, 0), figures.kept


def asset_label(asset: AssetInUse, words: Translator) -> str:
    """Name an asset inside its scheme, by its period."""
    if not asset.period_code:
        return named(words, asset.name_zh, asset.name_en)
    if asset.role == "index":
        return words.gettext("%(period)s 年度指标", period=asset.period_code)
    return asset.period_code
