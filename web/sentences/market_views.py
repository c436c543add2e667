"""Market data in words: why there is no daily sheet."""

from ledger.refusals import RefusalCode
from market.daily_sheet import SheetCode

SENTENCES: dict[RefusalCode, tuple[str, str]] = {
    SheetCode.MARKET_DAY_IN_FUTURE: (
        "{date} 还没有到，今天是 {today}。规则：日行情只有当日和以前的。请改用今天或更早的日期。",
        "{date} is still to come; today is {today}. Rule: there are daily sheets of today and of "
        "days before it. Ask for today or an earlier day.",
    ),
    SheetCode.MARKET_DAY_BEFORE_OPENING: (
        "市场 {venue} 在 {date} 还没有开设，首日为 {opened_on}。规则：日行情从市场首日起。"
        "请改用首日或以后的日期。",
        "The market {venue} was not open on {date}; its first day was {opened_on}. Rule: daily "
        "sheets begin with a market's first day. Ask for that day or a later one.",
    ),
}
