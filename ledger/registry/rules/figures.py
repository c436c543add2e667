"""The numbers inside these rules, dated and with where they are laid down.

They are what ``simulate registry`` plays with; a scheme of the ledger has its own dated settings
and passes those.  Knows no rule.
"""

from dataclasses import dataclass
from datetime import date, time
from fractions import Fraction

from ledger.refusals import InvariantBroken


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that holds from a day on; shares are fractions of one."""

    key: str
    valid_from: date
    value: Fraction
    source: str


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Working hours that hold from a day on; both ends are working time."""

    valid_from: date
    zone: str
    opens_at: time
    closes_at: time
    cutoff: time
    """Before it an untrusted transfer counts as proposed early in the day."""
    weekdays: tuple[int, ...]
    source: str


_UNION_REGISTRY = date(2021, 1, 1)
_CALIFORNIA = date(2013, 1, 1)
_LIMITS_BEGAN = date(2023, 9, 10)

UK_HOURS = OfficeHours(
    date(2021, 1, 1),
    "Europe/London",
    time(10, 0),
    time(16, 0),
    time(12, 0),
    (1, 2, 3, 4, 5),
    "UK Emissions Trading Registry, delay of transactions (the settings of its tests)",
)
"""The real figures of that register are not published."""

FIGURES: tuple[Figure, ...] = (
    Figure(
        "trust_working_days",
        _UNION_REGISTRY,
        Fraction(4),
        "Regulation (EU) 2019/1122, article 23(4)",
    ),
    Figure(
        "trust_working_days_kyoto_person",
        _UNION_REGISTRY,
        Fraction(7),
        "Union Registry, person holding accounts of the Kyoto Protocol",
    ),
    Figure(
        "transfer_limit_system",
        _LIMITS_BEGAN,
        Fraction(2_000_000),
        "Union Registry, limit outside the trusted list from 10 September 2023",
    ),
    Figure("holding_limit_base_share", _CALIFORNIA, Fraction(1, 10), "17 CCR 95920"),
    Figure("holding_limit_rest_share", _CALIFORNIA, Fraction(25, 1000), "17 CCR 95920"),
    Figure("holding_limit_base", _CALIFORNIA, Fraction(25_000_000), "17 CCR 95920"),
    Figure("holding_limit_cure_days", _CALIFORNIA, Fraction(5), "17 CCR 95920"),
    Figure("late_duty_factor", _CALIFORNIA, Fraction(4), "17 CCR 95857"),
    Figure("late_duty_allowance_share", _CALIFORNIA, Fraction(3, 4), "17 CCR 95857"),
    Figure("annual_duty_share", _CALIFORNIA, Fraction(30, 100), "17 CCR 95855 (from knowledge)"),
    Figure("offset_share", _CALIFORNIA, Fraction(8, 100), "17 CCR 95854"),
    Figure("offset_share", date(2021, 1, 1), Fraction(4, 100), "17 CCR 95854"),
    Figure("offset_share", date(2026, 1, 1), Fraction(6, 100), "17 CCR 95854"),
    Figure(
        "carry_over_base",
        date(2024, 10, 1),
        Fraction(10_000),
        "全国碳市场 2019—2024 年度配额结转（2024 年 10 月）",
    ),
    Figure(
        "carry_over_sales_factor",
        date(2024, 10, 1),
        Fraction(3, 2),
        "全国碳市场 2019—2024 年度配额结转（2024 年 10 月）",
    ),
    Figure(
        "duty_gap_share",
        date(2019, 1, 1),
        Fraction(20, 100),
        "全国碳市场 2019—2022 年度履约：缺口上限为核证排放量的 20%",
    ),
    Figure(
        "borrowing_threshold",
        date(2021, 1, 1),
        Fraction(10, 100),
        "全国碳市场 2021—2022 年度：缺口率高于 10% 可预支",
    ),
    Figure(
        "borrowing_share",
        date(2021, 1, 1),
        Fraction(50, 100),
        "全国碳市场 2021—2022 年度：预支不超过缺口的一半",
    ),
    Figure(
        "listing_band",
        date(2021, 6, 22),
        Fraction(10, 100),
        "上海环境能源交易所公告（2021 年 6 月）：挂牌协议 ±10%",
    ),
    Figure(
        "block_band",
        date(2021, 6, 22),
        Fraction(30, 100),
        "上海环境能源交易所公告（2021 年 6 月）：大宗协议 ±30%",
    ),
    Figure(
        "listing_quantity_below",
        date(2021, 6, 22),
        Fraction(100_000),
        "上海环境能源交易所公告（2021 年 6 月）：挂牌协议小于 10 万吨",
    ),
    Figure(
        "china_offset_share",
        date(2021, 2, 1),
        Fraction(5, 100),
        "碳排放权交易管理办法（试行），第二十九条",
    ),
)


def figure(key: str, day: date) -> Figure:
    """Give the figure that holds on a day; before its first day, the first (its rule is asked)."""
    versions = sorted(
        (one for one in FIGURES if one.key == key), key=lambda version: version.valid_from
    )
    if not versions:
        raise InvariantBroken(f"{key} is a figure of these rules")
    holding = [version for version in versions if version.valid_from <= day]
    return holding[-1] if holding else versions[0]
