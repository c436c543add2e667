"""The catalogue of settings: which numbers and words inside rules exist, and how each is written.

A setting is stored as text; here it is read strictly into a whole number, a word or a day.  Knows
no database, and not what a scheme's value is: that stands in its definition.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ledger.refusals import RefusalCode, Refused

_TEXT_MAX = 60


class SettingKind(StrEnum):
    """How the value of a setting is written and read."""

    WORD = "word"
    """One of the words listed with the key; read as text."""
    WHOLE = "whole"
    """A whole number within the limits listed with the key; read as int."""
    SHARE = "share"
    """A part of one, at most six decimals (``0.90``); read as int, in millionths."""
    MONEY = "money"
    """Yuan with at most two decimals (``1000.00``); read as int, in fen."""
    DAY = "day"
    """A day of every year (``02-28``); read as MonthDay."""


class SettingCode(RefusalCode):
    """Why a setting cannot be read or changed."""

    SETTING_UNKNOWN = "setting_unknown"
    SETTING_NOT_SET = "setting_not_set"
    SETTING_VALUE_OF_WRONG_KIND = "setting_value_of_wrong_kind"
    SETTING_SOURCE_MISSING = "setting_source_missing"
    SETTING_TEXT_UNREADABLE = "setting_text_unreadable"
    SETTING_CHANGE_NOT_IN_FUTURE = "setting_change_not_in_future"


@dataclass(frozen=True, slots=True)
class MonthDay:
    """A day that comes once a year; 29 February is refused because it does not."""

    month: int
    day: int

    def in_year(self, year: int) -> date:
        """Give the day in a calendar year."""
        return date(year, self.month, self.day)


SettingValue = int | str | MonthDay
"""A whole number (share in millionths, money in fen), a word, or a day of the year."""


@dataclass(frozen=True, slots=True)
class SettingKey:
    """One setting that a scheme may have.

    ``words`` are the values of a WORD, ``least`` and ``most`` the limits of a WHOLE (both allowed).
    """

    key: str
    kind: SettingKind
    name_zh: str
    name_en: str
    words: tuple[str, ...] = ()
    least: int = 0
    most: int = 0

    @property
    def form(self) -> str:
        """What a value looks like, for whoever has to write one."""
        if self.kind is SettingKind.WORD:
            return " | ".join(self.words)
        if self.kind is SettingKind.WHOLE:
            return f"{self.least}..{self.most}"
        return _FORMS[self.kind]


_FORMS = {
    SettingKind.SHARE: "0.90",
    SettingKind.MONEY: "1000.00",
    SettingKind.DAY: "02-28",
}

USE_RULES = ("surrendered", "deducted", "compared")
"""How use meets what is held: units are handed in; metered use is taken off; use is compared."""

BORDER_POLICIES = ("stay", "recount", "move")
"""What a transfer across a cell border does to totals: nothing; the receiving cell needs room; the
total moves with the units."""

SETTING_KEYS: tuple[SettingKey, ...] = (
    SettingKey(
        "use_rule", SettingKind.WORD, "使用与持有的关系", "how use meets holdings", USE_RULES
    ),
    SettingKey(
        "border_policy",
        SettingKind.WORD,
        "跨区域转让时总量的处理",
        "what a transfer across a border does to totals",
        BORDER_POLICIES,
    ),
    SettingKey("allocation_day", SettingKind.DAY, "配额发放日", "day of allocation"),
    SettingKey("surrender_day", SettingKind.DAY, "清缴截止日", "last day to surrender"),
    SettingKey(
        "surrender_years_later",
        SettingKind.WHOLE,
        "清缴截止日在履约年度之后的年数",
        "years from the compliance year to its surrender day",
        most=5,
    ),
    SettingKey(
        "watch_share",
        SettingKind.SHARE,
        "开始关注的比例",
        "share of the total from which a zone is watched",
    ),
    SettingKey(
        "near_limit_share",
        SettingKind.SHARE,
        "接近上限的比例",
        "share of the total at which a zone is near its limit",
    ),
    SettingKey(
        "term_years", SettingKind.WHOLE, "权利期限（年）", "term in years", least=1, most=70
    ),
    SettingKey(
        "permit_years", SettingKind.WHOLE, "许可证期限（年）", "years of a permit", least=1, most=70
    ),
    SettingKey(
        "fee_standard",
        SettingKind.MONEY,
        "有偿使用费标准（元/吨·年）",
        "fee standard (CNY per tonne and year)",
    ),
    SettingKey(
        "offset_share_max",
        SettingKind.SHARE,
        "抵销比例上限",
        "largest share of a duty met with offsets",
    ),
)
"""All settings.  One that is not here is refused by name."""

_WHOLE = re.compile(r"0|[1-9][0-9]{0,8}")
_SHARE = re.compile(r"0(\.[0-9]{1,6})?|1(\.0{1,6})?")
_MONEY = re.compile(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,2})?")
_DAY = re.compile(r"([0-9]{2})-([0-9]{2})")
_ANY_COMMON_YEAR = 2001
_MILLIONTHS = 1_000_000
_FEN = 100


def setting_key(key: str) -> SettingKey | Refused:
    """Find a setting by its key."""
    for known in SETTING_KEYS:
        if known.key == key:
            return known
    listed = ", ".join(known.key for known in SETTING_KEYS)
    return Refused(SettingCode.SETTING_UNKNOWN, {"key": key[:_TEXT_MAX], "known": listed})


def read_setting(key: SettingKey, text: str) -> SettingValue | Refused:
    """Read the text of a setting as its kind says; nothing is corrected silently.

    Whole numbers, shares and money take ASCII digits and a point, no sign, no grouping.
    """
    value = _read(key, text)
    if value is None:
        values = {"key": key.key, "text": text[:_TEXT_MAX], "form": key.form}
        return Refused(SettingCode.SETTING_VALUE_OF_WRONG_KIND, values)
    return value


def _read(key: SettingKey, text: str) -> SettingValue | None:
    match key.kind:
        case SettingKind.WORD:
            return text if text in key.words else None
        case SettingKind.WHOLE:
            number = int(text) if _WHOLE.fullmatch(text) else None
            return number if number is not None and key.least <= number <= key.most else None
        case SettingKind.SHARE:
            return int(Decimal(text) * _MILLIONTHS) if _SHARE.fullmatch(text) else None
        case SettingKind.MONEY:
            return int(Decimal(text) * _FEN) if _MONEY.fullmatch(text) else None
        case SettingKind.DAY:
            return _read_day(text)


def _read_day(text: str) -> MonthDay | None:
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    month, day = int(found[1]), int(found[2])
    try:
        date(_ANY_COMMON_YEAR, month, day)
    except ValueError:
        return None
    return MonthDay(month, day)
