"""The words and figures of markets on pages and in tables: prices, changes, states, rules.

Marked Chinese texts; a translator turns them into the reader's language.  Computes nothing that a
read function of the market does not give, but the percent of a change.
"""

from datetime import date

from ledger.numerals import format_decimal_digits
from ledger.refusals import ensure
from market.calendar import Mode
from market.daily_sheet import DaySheet
from market.decisions import Stand
from market.pricing import format_money, format_price
from market.venue_rules import NONE, VENUE_RULE_KEYS, RuleKind, VenueRuleKey
from market.venues import VenueRuleRow
from market.views import MarketHead
from web.i18n import Translator, marked

MODE_WORDS = {
    Mode.CONTINUOUS: marked("连续竞价"),
    Mode.CALL: marked("集合竞价"),
    Mode.LISTING: marked("挂牌"),
    Mode.BLOCK: marked("大宗交易"),
    Mode.AGREEMENT: marked("协议转让"),
}

STAND_WORDS = {
    Stand.CLOSED: marked("休市"),
    Stand.BREAK: marked("间歇"),
    Stand.CALL: marked("集合竞价"),
    Stand.CONTINUOUS: marked("交易中"),
    Stand.HALTED: marked("已暂停"),
}

STAND_LOOKS = {
    Stand.CLOSED: "off",
    Stand.BREAK: "off",
    Stand.CALL: "near",
    Stand.CONTINUOUS: "good",
    Stand.HALTED: "full",
}

TAKER_WORDS = {"buy": marked("买方"), "sell": marked("卖方"), "": ""}

SIDE_WORDS = {"buy": marked("买入"), "sell": marked("卖出")}

BASIS_WORDS = {
    "per_unit": marked("元/%(unit)s"),
    "per_unit_year": marked("元/%(unit)s·年 × %(count)s 年"),
    "per_term": marked("元/%(unit)s（整个期限）"),
}

RULE_VALUE_WORDS = {
    "volume_weighted": marked("当日簿内成交按数量加权平均"),
    "last_trade": marked("当日最后一笔簿内成交"),
    "closing_call": marked("收盘集合竞价"),
    "none": marked("无"),
    "cancel_newest": marked("撤销后到的委托"),
    "cancel_oldest": marked("撤销先到的委托"),
    "cancel_both": marked("双方委托都撤销"),
    "decrement": marked("双方同减较小数量"),
    "max_volume": marked("成交量最大"),
    "shanghai": marked("成交量最大，再取中间价（上海规则）"),
    "shenzhen": marked("成交量最大，再取最接近昨收的价（深圳规则）"),
    "on": marked("是"),
    "off": marked("否"),
    "parties": marked("双方自行"),
    "clerk": marked("经办员"),
}
"""The words that rules of venues are written with."""

_KEYS = {key.key: key for key in VENUE_RULE_KEYS}
_BASIS_POINTS = 10_000


def price_unit(head: MarketHead, words: Translator) -> str:
    """Say what a price of a venue is for: yuan for one unit, or for one unit and year."""
    values = {"unit": words.unit(head.unit), "count": words.number(head.years)}
    return words.gettext(BASIS_WORDS[head.price_basis], **values)


def price(head: MarketHead, ticks: int | None, words: Translator) -> str:
    """Print a price of ticks in yuan; a dash where there is none."""
    return "–" if ticks is None else format_price(head.price(ticks), words.locale)


def quantity(head: MarketHead, lots: int, words: Translator) -> str:
    """Print a quantity of lots in the venue's unit, without naming it."""
    return words.quantity(head.quantity(lots), head.unit, with_unit=False)


def money(fen: int, words: Translator) -> str:
    """Print money in yuan, without the sign of the currency."""
    return format_money(fen, words.locale, with_sign=False)


def change(head: MarketHead, sheet: DaySheet, words: Translator) -> str:
    """Print how far the last price is from the previous close: ``▲ +0.35，+0.49%``."""
    ticks, before = sheet.change_ticks, sheet.previous_close_ticks
    if ticks is None or before is None:
        return "–"
    mark = {1: "▲", 0: "", -1: "▼"}[direction(sheet)]
    sign = {1: "+", 0: "", -1: "\N{MINUS SIGN}"}[direction(sheet)]
    amount = format_price(head.price(abs(ticks)), words.locale)
    points = (2 * abs(ticks) * _BASIS_POINTS + before) // (2 * before)
    percent = format_decimal_digits(points, 2, words.locale)
    opening, closing = ("（", "）") if words.language == "zh" else (" (", ")")
    return f"{mark} {sign}{amount}".strip() + f"{opening}{sign}{percent}%{closing}"


def direction(sheet: DaySheet) -> int:
    """Tell whether the last price is above (1), at (0) or below (-1) the previous close."""
    ticks = sheet.change_ticks or 0
    return (ticks > 0) - (ticks < 0)


def rule_name(row: VenueRuleRow, words: Translator) -> str:
    """Name a rule."""
    key = _key(row)
    return key.name_zh if words.language == "zh" else key.name_en[:1].upper() + key.name_en[1:]


def rule_value(row: VenueRuleRow, head: MarketHead, words: Translator) -> str:
    """Say a rule's value as people read it: percent, yuan, the venue's unit, words."""
    key = _key(row)
    if row.value == NONE and key.kind is not RuleKind.WORD:
        return words.gettext(RULE_VALUE_WORDS[NONE])
    value = key.read(row.value, head.unit)
    if key.kind is RuleKind.WORD or not isinstance(value, int):
        known = RULE_VALUE_WORDS.get(row.value)
        return row.value if known is None else words.gettext(known)
    match key.kind:
        case RuleKind.SHARE:
            return _percent(value, words)
        case RuleKind.QUANTITY:
            return words.quantity(value, head.unit)
        case RuleKind.PRICE:
            return format_price(value, words.locale)
        case RuleKind.MONEY:
            return money(value, words)
    return words.number(value)


def rules_in_force(rows: list[VenueRuleRow], day: date) -> list[VenueRuleRow]:
    """Give what holds on a day in the order of the catalogue, each followed by what comes later."""
    order = {key: number for number, key in enumerate(_KEYS)}
    holding = {row.key: row for row in rows if row.valid_from <= day}
    shown = [*holding.values(), *(row for row in rows if row.valid_from > day)]
    return sorted(shown, key=lambda row: (order[row.key], row.valid_from))


def _key(row: VenueRuleRow) -> VenueRuleKey:
    ensure(row.key in _KEYS, "a stored rule is in the catalogue")
    return _KEYS[row.key]


def _percent(millionths: int, words: Translator) -> str:
    """Print a share in percent with the decimals it has: 10%, 0.1%."""
    decimals = 4
    while decimals and millionths % 10 == 0:
        millionths //= 10
        decimals -= 1
    return format_decimal_digits(millionths, decimals, words.locale) + "%"
