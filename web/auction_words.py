"""The words and figures of auctions on pages: stages, reasons, ways, numbers of the result sheet.

Marked Chinese texts; a translator turns them into the reader's language.
"""

from ledger.numerals import format_decimal_digits
from market.auctions.life import Stage
from market.auctions.rules import Format
from web.i18n import Translator, marked

STAGE_WORDS = {
    Stage.ANNOUNCED: marked("已公告"),
    Stage.OPEN: marked("报价中"),
    Stage.CLOSED: marked("已截止"),
    Stage.OPENED: marked("已开标"),
    Stage.CLEARED: marked("已出清，结算中"),
    Stage.SETTLED: marked("已结算"),
    Stage.FAILED: marked("流拍"),
    Stage.CANCELLED: marked("已取消"),
}

STAGE_LOOKS = {
    Stage.ANNOUNCED: "off",
    Stage.OPEN: "good",
    Stage.CLOSED: "off",
    Stage.OPENED: "off",
    Stage.CLEARED: "near",
    Stage.SETTLED: "good",
    Stage.FAILED: "full",
    Stage.CANCELLED: "off",
}

REASON_WORDS = {
    "undersubscribed": marked("认购不足"),
    "declined": marked("按规则不成交"),
    "not_opened": marked("逾期未开标"),
}
"""Reasons that the rules give; any other was written by whoever cancelled."""

FORMAT_WORDS = {
    Format.SEALED: marked("一次报价"),
    Format.MULTI_QUOTE: marked("多次报价"),
    Format.ASCENDING: marked("加价"),
    Format.FIXED_PRICE: marked("定额出让"),
    Format.REVERSE: marked("反向竞价"),
}


def reason_words(reason: str, words: Translator) -> str:
    """Say why an auction ended as it did."""
    known = REASON_WORDS.get(reason)
    return reason if known is None else words.gettext(known)


def figure(text: str | None, words: Translator) -> str:
    """Print a plain decimal (0 or more) of a published document with grouping; a dash for none."""
    if text is None:
        return "–"
    whole, _, decimals = text.partition(".")
    return format_decimal_digits(int(whole + decimals), len(decimals), words.locale)
