"""The invented figures of the demonstration: places, parties and what happened in 2026.

Places are real, everything else is not: every party is marked 示例 and every amount is made up.
Amounts are in the unit the asset is shown in (10^4 m3, t, t CO2e), as texts.
"""

from typing import NamedTuple

YEAR = 2026
TREE = "naiman"
BASIN_TREE = "west-liao"
BANNER = "150525"
OFFICE = "示例：奈曼旗主管部门"
CLERK = "示例经办员"


Place = tuple[str, str]
"""A cell: the code of its zone, and a use type or nothing."""


class Zone(NamedTuple):
    """A zone of a tree; ``parent`` is the code of the one above."""

    tree: str
    code: str
    name_zh: str
    name_en: str
    parent: str | None


ZONES = (
    Zone(TREE, BANNER, "奈曼旗", "Naiman Banner", None),
    Zone(TREE, "150525100", "大沁他拉镇", "Daqintala Town", BANNER),
    Zone(TREE, "150525101", "八仙筒镇", "Baxiantong Town", BANNER),
    Zone(TREE, "150525102", "青龙山镇", "Qinglongshan Town", BANNER),
    Zone(TREE, "150525103", "新镇", "Xinzhen Town", BANNER),
    Zone(TREE, "150525104", "治安镇", "Zhi'an Town", BANNER),
    Zone(TREE, "150525P", "奈曼工业园区", "Naiman Industrial Park", BANNER),
    Zone(BASIN_TREE, "XLH", "西辽河流域", "West Liao basin", None),
    Zone(BASIN_TREE, "XLH-JL", "教来河", "Jiaolai River", "XLH"),
    Zone(BASIN_TREE, "XLH-MK", "孟克河", "Mengke River", "XLH"),
)


class Holder(NamedTuple):
    """A demonstration party and the accounts it has: scheme -> (zone, use)."""

    code: str
    name: str
    accounts: dict[str, Place]


HOLDERS = (
    Holder("jiaolai", "示例教来河灌区管理所", {"nm-water": ("150525101", "farm")}),
    Holder("mengke", "示例孟克河灌区管理所", {"nm-water": ("150525100", "farm")}),
    Holder("zhian", "示例治安灌区管理所", {"nm-water": ("150525104", "farm")}),
    Holder("xinzhen", "示例新镇用水者协会", {"nm-water": ("150525103", "farm")}),
    Holder("tap", "示例自来水公司", {"nm-water": ("150525100", "household")}),
    Holder(
        "starch",
        "示例淀粉加工厂",
        {"nm-water": ("150525100", "industry"), "nm-cod": ("150525100", "")},
    ),
    Holder("paper", "示例造纸厂", {"nm-cod": ("150525P", "")}),
    Holder(
        "heat",
        "示例热电厂",
        {
            "nm-water": ("150525P", "industry"),
            "nm-so2": ("150525P", ""),
            "nm-carbon": ("150525P", ""),
        },
    ),
    Holder("cement", "示例水泥厂", {"nm-so2": ("150525100", ""), "nm-carbon": ("150525100", "")}),
    Holder("alloy", "示例铁合金厂", {"nm-carbon": ("150525P", "")}),
)

SCHEMES = ("nm-water", "nm-cod", "nm-so2", "nm-carbon")


class Step(NamedTuple):
    """One act of the year.

    ``what`` is the act, ``day`` its day in 2026 (month-day), ``asset`` what it is about, ``where``
    and ``to`` cells (zone, use) or holders, ``amount`` how much, ``paper`` the document.
    """

    day: str
    what: str
    asset: str
    where: Place | str
    parts: dict[Place | str, str]
    paper: str


WATER = "nm-water-2026"
COD = "nm-cod-2026-2030"
SO2 = "nm-so2-2026-2030"
CARBON = "nm-carbon-2025"
COD_INDEXES = tuple(f"nm-cod-index-{year}" for year in range(2026, 2031))

_BANNER = (BANNER, "")
_DQTL, _BXT, _QLS = ("150525100", ""), ("150525101", ""), ("150525102", "")
_XZ, _ZA, _PARK = ("150525103", ""), ("150525104", ""), ("150525P", "")


def _use(zone: Place, use: str) -> Place:
    return zone[0], use


STEPS: tuple[Step, ...] = (
    Step("01-05", "set", WATER, _BANNER, {_BANNER: "12000"}, "示例 奈水发〔2026〕1 号"),
    Step(
        "01-08",
        "divide",
        WATER,
        _BANNER,
        {
            _DQTL: "3900",
            _BXT: "3200",
            _QLS: "1700",
            _XZ: "900",
            _ZA: "1100",
            _PARK: "650",
        },
        "示例 奈水发〔2026〕2 号",
    ),
    Step(
        "01-12",
        "divide",
        WATER,
        _DQTL,
        {
            _use(_DQTL, "farm"): "2600",
            _use(_DQTL, "household"): "700",
            _use(_DQTL, "industry"): "500",
        },
        "示例 奈水发〔2026〕3 号",
    ),
    Step("01-12", "divide", WATER, _BXT, {_use(_BXT, "farm"): "3200"}, "示例 奈水发〔2026〕4 号"),
    Step(
        "01-12",
        "divide",
        WATER,
        _QLS,
        {_use(_QLS, "farm"): "1500", _use(_QLS, "ecology"): "200"},
        "示例 奈水发〔2026〕5 号",
    ),
    Step("01-12", "divide", WATER, _XZ, {_use(_XZ, "farm"): "900"}, "示例 奈水发〔2026〕6 号"),
    Step("01-12", "divide", WATER, _ZA, {_use(_ZA, "farm"): "1100"}, "示例 奈水发〔2026〕7 号"),
    Step(
        "01-12", "divide", WATER, _PARK, {_use(_PARK, "industry"): "650"}, "示例 奈水发〔2026〕8 号"
    ),
    Step(
        "01-20",
        "allocate",
        WATER,
        "",
        {
            "jiaolai": "3100",
            "mengke": "2300",
            "zhian": "1100",
            "xinzhen": "800",
            "tap": "600",
            "starch": "300",
            "heat": "420",
        },
        "示例 水权分配表 2026-1",
    ),
    Step("04-10", "transfer", WATER, "jiaolai", {"heat": "150"}, "示例 水权转让合同 1 号"),
    Step("05-15", "raise", WATER, _BANNER, {_BANNER: "300"}, "示例 奈水发〔2026〕19 号"),
    Step(
        "05-31",
        "use",
        WATER,
        "",
        {"jiaolai": "820.5", "mengke": "610", "zhian": "300"},
        "示例 计量 5 月",
    ),
    Step("06-20", "transfer", WATER, "mengke", {"starch": "60"}, "示例 水权转让合同 2 号"),
    Step(
        "07-10",
        "lower",
        WATER,
        _use(_BXT, "farm"),
        {_use(_BXT, "farm"): "180"},
        "示例 奈水发〔2026〕27 号",
    ),
    Step(
        "07-31",
        "use",
        WATER,
        "",
        {
            "jiaolai": "1105.25",
            "mengke": "890",
            "zhian": "455",
            "xinzhen": "512",
            "tap": "318.4",
            "starch": "166",
            "heat": "260",
        },
        "示例 计量 7 月",
    ),
    Step("08-18", "return", WATER, "jiaolai", {"jiaolai": "50"}, "示例 退回申请 1 号"),
    Step(
        "09-30",
        "use",
        WATER,
        "",
        {"mengke": "402", "zhian": "260.75", "tap": "109.2", "heat": "118"},
        "示例 计量 9 月",
    ),
    *(
        Step("01-06", "set", index, _BANNER, {_BANNER: "480"}, "示例 奈环发〔2026〕1 号")
        for index in COD_INDEXES
    ),
    *(
        Step(
            "01-15",
            "divide",
            index,
            _BANNER,
            {_DQTL: "260", _PARK: "150"},
            "示例 奈环发〔2026〕2 号",
        )
        for index in COD_INDEXES
    ),
    Step("01-22", "open", COD, _DQTL, {_DQTL: "200"}, "示例 奈环发〔2026〕3 号"),
    Step("01-22", "open", COD, _PARK, {_PARK: "140"}, "示例 奈环发〔2026〕3 号"),
    Step(
        "02-02",
        "allocate",
        COD,
        "",
        {"starch": "120.5", "paper": "133"},
        "示例 排污权核定表 2026-1",
    ),
    Step("06-08", "transfer", COD, "starch", {"paper": "5.5"}, "示例 排污权转让合同 1 号"),
    Step("01-06", "set", SO2, _BANNER, {_BANNER: "3200"}, "示例 奈环发〔2026〕5 号"),
    Step("01-15", "divide", SO2, _BANNER, {_DQTL: "700", _PARK: "2200"}, "示例 奈环发〔2026〕6 号"),
    Step(
        "02-02",
        "allocate",
        SO2,
        "",
        {"heat": "1850", "cement": "640.25"},
        "示例 排污权核定表 2026-2",
    ),
    Step("08-25", "transfer", SO2, "heat", {"cement": "45"}, "示例 排污权转让合同 2 号"),
    Step("01-10", "set", CARBON, _BANNER, {_BANNER: "1500000"}, "示例 配额总量方案"),
    Step(
        "01-14", "divide", CARBON, _BANNER, {_DQTL: "430000", _PARK: "1020000"}, "示例 配额分解方案"
    ),
    Step(
        "01-28",
        "allocate",
        CARBON,
        "",
        {"heat": "900000", "cement": "420000", "alloy": "110000"},
        "示例 配额分配表 2025",
    ),
    Step(
        "04-15", "verify", CARBON, "", {"heat": "880000", "cement": "455000"}, "示例 核查报告 2025"
    ),
    Step("07-06", "transfer", CARBON, "heat", {"cement": "15000"}, "示例 配额转让 1 号"),
    Step(
        "09-12", "surrender", CARBON, "", {"heat": "880000", "cement": "430000"}, "示例 清缴 2025"
    ),
)
"""In the order in which each asset's year went; ``load`` sorts them by day."""

PRICES = {
    "示例 水权转让合同 1 号": ("1.03", "1545000.00"),
    "示例 水权转让合同 2 号": ("0.98", "588000.00"),
    "示例 排污权转让合同 1 号": ("20000.00", "110000.00"),
    "示例 排污权转让合同 2 号": ("2600.00", "117000.00"),
    "示例 配额转让 1 号": ("71.80", "1077000.00"),
}
"""Price of one unit as displayed (water: of one m3) and the money paid, in yuan."""

CLOSED_MONTHS = 9
"""So many months of the year are closed."""
