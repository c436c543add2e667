"""The catalogue of a venue's rules: which exist, for which ways to trade, and how each is written.

A rule is stored as text with the day it holds from and its source; here the text is read strictly.
Kinds that schemes have too are read where those are (``ledger.rights.setting_keys``).  Pure: knows
no database, and not what a venue's value is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ledger.numerals import format_plain, parse_plain, parse_plain_quantity
from ledger.refusals import RefusalCode, Refused
from ledger.rights.setting_keys import SettingKey, SettingKind, read_setting
from ledger.units import Unit
from market.calendar import MINUTES_OF_DAY, Mode, Window

NONE = "none"
"""Written where a rule that need not be there ends."""

PRICE_DECIMALS = 6
_TEXT_SHOWN = 60
_SESSIONS_MAX = 8


class RuleKind(StrEnum):
    """How the value of a rule is written and read."""

    WORD = "word"
    """One of the words listed with the key; read as text."""
    WHOLE = "whole"
    """A whole number within the limits listed with the key; read as int."""
    SHARE = "share"
    """A part of one, at most six decimals (``0.10``); read as int, in millionths."""
    MONEY = "money"
    """Yuan with at most two decimals (``5.00``); read as int, in fen."""
    PRICE = "price"
    """Yuan for one unit as displayed, at most six decimals; read as int, in millionths of a yuan."""
    QUANTITY = "quantity"
    """An amount in the asset's displayed unit (``99999``); read as int, in smallest units."""
    HOURS = "hours"
    """Sessions of a day, ``09:30-11:30 13:00-15:00``; read as windows, rising and apart."""


RuleValue = int | str | tuple[Window, ...] | None
"""A number, a word or sessions; None where the rule was ended."""


class VenueRuleCode(RefusalCode):
    """Why the rules of a venue cannot be as they were written."""

    VENUE_RULE_UNKNOWN = "venue_rule_unknown"
    VENUE_RULE_VALUE_OF_WRONG_KIND = "venue_rule_value_of_wrong_kind"
    VENUE_RULE_FOR_OTHER_MODE = "venue_rule_for_other_mode"
    VENUE_RULE_MISSING = "venue_rule_missing"
    VENUE_RULE_NEEDS_ANOTHER = "venue_rule_needs_another"
    VENUE_MINIMUM_ABOVE_MAXIMUM = "venue_minimum_above_maximum"
    VENUE_QUANTITY_NOT_WHOLE_LOTS = "venue_quantity_not_whole_lots"
    VENUE_BAND_NOT_BELOW_ONE = "venue_band_not_below_one"
    VENUE_PRICE_FLOOR_OFF_TICK = "venue_price_floor_off_tick"
    VENUE_SESSIONS_OVERLAP = "venue_sessions_overlap"
    VENUE_CALL_TOO_SHORT = "venue_call_too_short"
    VENUE_OWN_USE_EXCLUDES_RESALE_LOCK = "venue_own_use_excludes_resale_lock"


@dataclass(frozen=True, slots=True)
class VenueRuleKey:
    """One rule that a venue may have.

    ``modes`` are the ways to trade that it is about (empty: all); a venue with one of those in
    ``needed_by`` must have it.  ``words`` are the values of a WORD, ``least`` and ``most`` the
    limits of a WHOLE.  What is not needed by any mode may be written ``none``.
    """

    key: str
    kind: RuleKind
    name_zh: str
    name_en: str
    modes: tuple[Mode, ...] = ()
    needed_by: tuple[Mode, ...] = ()
    words: tuple[str, ...] = ()
    least: int = 0
    most: int = 0

    @property
    def form(self) -> str:
        """What a value looks like, for whoever has to write one."""
        form = _FORMS.get(self.kind) or self._setting.form
        return form if self.needed_by else f"{form} | {NONE}"

    @property
    def _setting(self) -> SettingKey:
        kind = SettingKind(self.kind.value)
        return SettingKey(
            self.key, kind, self.name_zh, self.name_en, self.words, self.least, self.most
        )

    def is_for(self, modes: tuple[Mode, ...]) -> bool:
        """Whether it says anything at a venue with these modes."""
        return not self.modes or any(mode in self.modes for mode in modes)

    def is_needed(self, modes: tuple[Mode, ...]) -> bool:
        """Whether a venue with these modes must have it."""
        return any(mode in self.needed_by for mode in modes)

    def read(self, text: str, unit: Unit) -> RuleValue | Refused:
        """Read a value as the kind says; nothing is corrected silently.

        ``unit`` is the one the venue's asset is shown in; quantities are written in it.
        """
        if text == NONE and not self.needed_by:
            return None
        value: RuleValue
        match self.kind:
            case RuleKind.PRICE:
                value = _above_zero(parse_plain(text, PRICE_DECIMALS))
            case RuleKind.QUANTITY:
                value = _above_zero(parse_plain_quantity(text, unit))
            case RuleKind.HOURS:
                value = read_hours(text)
            case _:
                read = read_setting(self._setting, text)
                value = read if isinstance(read, int | str) else None
        if value is None:
            values = {"key": self.key, "text": text[:_TEXT_SHOWN], "form": self.form}
            return Refused(VenueRuleCode.VENUE_RULE_VALUE_OF_WRONG_KIND, values)
        return value

    def written(self, value: RuleValue, unit: Unit) -> str:
        """Write a quantity or sessions for a sentence; other values as they stand."""
        if self.kind is RuleKind.QUANTITY and isinstance(value, int):
            return format_plain(value, unit)
        if isinstance(value, tuple):
            return " ".join(str(window) for window in value)
        return NONE if value is None else str(value)


_FORMS = {
    RuleKind.PRICE: "12.50",
    RuleKind.QUANTITY: "100",
    RuleKind.HOURS: "09:30-11:30 13:00-15:00",
}

CLOSE_RULES = ("volume_weighted", "last_trade", "closing_call")
"""How a day's close is found: average of the day's trades in the book weighted by volume; the last
of them; the price of the day's last call."""

SELF_TRADE_MODES = ("none", "cancel_newest", "cancel_oldest", "cancel_both", "decrement")
CALL_ALGORITHMS = ("max_volume", "shanghai", "shenzhen")
_ON_OFF = ("on", "off")
_REGISTERED_BY = ("parties", "clerk")

_ALL = tuple(Mode)
_BOOK = (Mode.CONTINUOUS, Mode.CALL, Mode.LISTING)
_MATCHED = (Mode.CONTINUOUS, Mode.CALL)


def _hours(mode: Mode, zh: str, en: str) -> VenueRuleKey:
    key = f"hours_{mode.value}"
    return VenueRuleKey(key, RuleKind.HOURS, zh, en, modes=(mode,), needed_by=(mode,))


def _quantity(key: str, zh: str, en: str, *modes: Mode) -> VenueRuleKey:
    return VenueRuleKey(key, RuleKind.QUANTITY, zh, en, modes=modes)


def _share(key: str, zh: str, en: str, *modes: Mode) -> VenueRuleKey:
    return VenueRuleKey(key, RuleKind.SHARE, zh, en, modes=modes)


def _word(
    key: str, zh: str, en: str, words: tuple[str, ...], *modes: Mode, needed: bool = True
) -> VenueRuleKey:
    needed_by = (modes or _ALL) if needed else ()
    return VenueRuleKey(key, RuleKind.WORD, zh, en, modes=modes, needed_by=needed_by, words=words)


def _whole(key: str, zh: str, en: str, least: int, most: int, *modes: Mode) -> VenueRuleKey:
    return VenueRuleKey(key, RuleKind.WHOLE, zh, en, modes=modes, least=least, most=most)


def _money(key: str, zh: str, en: str) -> VenueRuleKey:
    return VenueRuleKey(key, RuleKind.MONEY, zh, en)


VENUE_RULE_KEYS: tuple[VenueRuleKey, ...] = (
    _hours(Mode.CONTINUOUS, "连续交易时段", "hours of continuous trading"),
    _hours(Mode.CALL, "集合竞价时段", "hours of call auctions"),
    _hours(Mode.LISTING, "挂牌交易时段", "hours of listing"),
    _hours(Mode.BLOCK, "大宗交易时段", "hours of block trades"),
    _hours(Mode.AGREEMENT, "协商交易时段", "hours of negotiated agreements"),
    _quantity("order_minimum", "单笔最小数量", "smallest order", *_BOOK),
    _quantity("order_maximum", "单笔最大数量", "largest order", *_BOOK),
    _quantity("block_minimum", "大宗单笔最小数量", "smallest block trade", Mode.BLOCK),
    _quantity("block_maximum", "大宗单笔最大数量", "largest block trade", Mode.BLOCK),
    _quantity("agreement_minimum", "协商单笔最小数量", "smallest agreement", Mode.AGREEMENT),
    _quantity("agreement_maximum", "协商单笔最大数量", "largest agreement", Mode.AGREEMENT),
    _share("order_band", "涨跌幅", "price band", *_BOOK),
    _share("block_band", "大宗涨跌幅", "price band of block trades", Mode.BLOCK),
    _share("agreement_band", "协商涨跌幅", "price band of agreements", Mode.AGREEMENT),
    _word("close_rule", "收盘价规则", "how the close is found", CLOSE_RULES),
    _word("self_trade", "自成交处理", "orders of one group meeting", SELF_TRADE_MODES, *_BOOK),
    VenueRuleKey(
        "resale_lock_days",
        RuleKind.WHOLE,
        "买入后不得卖出的交易日数",
        "trading days before what was bought may be sold",
        needed_by=_ALL,
        most=1,
    ),
    _word("own_use", "买入仅限自用", "what is bought is for own use only", _ON_OFF),
    _word("limits_apply", "持有和买入限额", "limits of groups apply", _ON_OFF),
    VenueRuleKey("price_floor", RuleKind.PRICE, "最低价", "lowest price"),
    _share("dynamic_band", "动态价格区间", "dynamic band", Mode.CONTINUOUS),
    _whole(
        "volatility_call_minutes",
        "波动中断集合竞价分钟数",
        "minutes of a volatility call",
        1,
        60,
        Mode.CONTINUOUS,
    ),
    VenueRuleKey(
        "call_algorithm",
        RuleKind.WORD,
        "集合竞价算法",
        "algorithm of call auctions",
        modes=_MATCHED,
        needed_by=(Mode.CALL,),
        words=CALL_ALGORITHMS,
    ),
    _whole(
        "call_cancel_ban_minutes",
        "集合竞价结束前不得撤单的分钟数",
        "minutes before the end of a call without cancelling",
        1,
        60,
        Mode.CALL,
    ),
    _whole(
        "call_random_end_seconds",
        "集合竞价随机结束的秒数",
        "seconds before the end of a call in which it may end at random",
        1,
        600,
        *_MATCHED,
    ),
    VenueRuleKey(
        "listing_levels",
        RuleKind.WHOLE,
        "挂牌可成交档位",
        "levels that a taker may reach in listing",
        modes=(Mode.LISTING,),
        needed_by=(Mode.LISTING,),
        least=1,
        most=50,
    ),
    _word(
        "agreement_registered_by",
        "协商交易由谁登记",
        "who registers an agreement",
        _REGISTERED_BY,
        Mode.AGREEMENT,
    ),
    _share("buyer_fee_rate", "买方费率", "buyer's fee rate"),
    _money("buyer_fee_minimum", "买方最低费用（元）", "buyer's smallest fee (CNY)"),
    _money("buyer_fee_maximum", "买方最高费用（元）", "buyer's largest fee (CNY)"),
    _share("seller_fee_rate", "卖方费率", "seller's fee rate"),
    _money("seller_fee_minimum", "卖方最低费用（元）", "seller's smallest fee (CNY)"),
    _money("seller_fee_maximum", "卖方最高费用（元）", "seller's largest fee (CNY)"),
)
"""All rules of venues.  One that is not here is refused by name."""


def venue_rule_key(key: str) -> VenueRuleKey | Refused:
    """Find a rule by its key."""
    for known in VENUE_RULE_KEYS:
        if known.key == key:
            return known
    listed = ", ".join(known.key for known in VENUE_RULE_KEYS)
    values = {"key": key[:_TEXT_SHOWN], "known": listed}
    return Refused(VenueRuleCode.VENUE_RULE_UNKNOWN, values)


def read_rules(
    texts: Mapping[str, str], modes: tuple[Mode, ...], unit: Unit
) -> dict[str, RuleValue] | Refused:
    """Read all rules of a venue that hold on one day, each by itself.

    Refused in this order: an unknown key, a rule for a mode the venue has not, a value that is not
    written as its kind says, a rule that is missing.  Rules that were ended are left out.
    """
    read: dict[str, RuleValue] = {}
    for text_key, text in texts.items():
        key = venue_rule_key(text_key)
        if isinstance(key, Refused):
            return key
        if not key.is_for(modes):
            listed = ", ".join(mode.value for mode in key.modes)
            values = {"key": key.key, "modes": listed}
            return Refused(VenueRuleCode.VENUE_RULE_FOR_OTHER_MODE, values)
        value = key.read(text, unit)
        if isinstance(value, Refused):
            return value
        if value is not None:
            read[key.key] = value
    for needed in VENUE_RULE_KEYS:
        if needed.is_needed(modes) and needed.key not in read:
            values = {"key": needed.key, "form": needed.form}
            return Refused(VenueRuleCode.VENUE_RULE_MISSING, values)
    return read


class ReadRules:
    """The rules of a day by the type of their value; what is not set is None, '' or empty."""

    def __init__(self, rules: Mapping[str, RuleValue]) -> None:
        self._rules = rules

    def number(self, key: str) -> int | None:
        """Give a number (whole, share, money, price or quantity)."""
        value = self._rules.get(key)
        return value if isinstance(value, int) else None

    def word(self, key: str) -> str:
        """Give a word."""
        value = self._rules.get(key)
        return value if isinstance(value, str) else ""

    def hours(self, mode: Mode) -> tuple[Window, ...]:
        """Give the sessions of a mode."""
        value = self._rules.get(f"hours_{mode.value}")
        return value if isinstance(value, tuple) else ()

    def shown(self, key: str, unit: Unit) -> str:
        """Write a value for a sentence."""
        known = venue_rule_key(key)
        if isinstance(known, Refused):
            return key
        return known.written(self._rules.get(key), unit)


_SESSION = re.compile(r"([0-9]{2}):([0-5][0-9])-([0-9]{2}):([0-5][0-9])")


def read_hours(text: str) -> tuple[Window, ...] | None:
    """Read sessions of a day (``09:30-11:30 13:00-15:00``), rising and apart; None otherwise.

    A session may end at 24:00.
    """
    windows: list[Window] = []
    for part in text.split(" "):
        found = _SESSION.fullmatch(part)
        if found is None or len(windows) == _SESSIONS_MAX:
            return None
        starts_at, ends_at = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
        if not starts_at < ends_at <= MINUTES_OF_DAY:
            return None
        if windows and starts_at < windows[-1].ends_at:
            return None
        windows.append(Window(starts_at, ends_at))
    return tuple(windows)


def _above_zero(value: int | Refused) -> int | None:
    return value if isinstance(value, int) and value > 0 else None
