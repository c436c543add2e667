"""A cleared auction as a JSON answer and as a table, Chinese or English.

Knows the values of ``market.auctions`` and how they are written; decides nothing.
"""

from typing import Any

from ledger.apportionment import half_up
from ledger.numerals import format_plain_digits
from market.auctions.bids import ShutOut, price_text, quantity_text
from market.auctions.clearing import AuctionStatus, Award, Result
from market.auctions.result_sheet import ResultSheet
from market.auctions.rules import Rules
from market.pricing import format_plain_money
from web.cli.problems import in_words, worded
from web.tables import Column, Table

_STATUSES = {
    AuctionStatus.CLEARED: ("已成交", "cleared"),
    AuctionStatus.CANCELLED: ("已取消", "cancelled"),
    AuctionStatus.DECLINED: ("不予成交", "declined"),
}
_RESULT = ("结果：{status}", "Result: {status}")
_FIGURES = (("项目", "Figure"), ("数值", "Value"))
_AWARDS = ("中标", "Awards")
_AWARD_COLUMNS = (
    ("报价", "Bid"),
    ("竞买人", "Bidder"),
    ("数量", "Quantity"),
    ("单价", "Price"),
    ("金额", "Amount"),
)
_REFUSED = ("不予受理的报价", "Refused bids")
_REFUSED_COLUMNS = (("报价", "Bid"), ("代码", "Code"), ("说明", "Why"))
_NONE = ("—", "—")
_COVER_DECIMALS = 2


def answer(rules: Rules, result: Result, language: str) -> dict[str, Any]:
    """Give the JSON document of ``ecorights simulate auction``."""
    price = result.price_micro
    return {
        "status": str(result.status),
        "price": None if price is None else price_text(rules, price),
        "awards": [_award(rules, award) for award in result.awards],
        "sold": quantity_text(rules, result.sold),
        "unsold": quantity_text(rules, result.unsold),
        "proceeds": format_plain_money(result.proceeds_fen),
        "containment_sold": quantity_text(rules, result.containment_sold),
        "withheld": quantity_text(rules, result.withheld),
        "carried": [quantity_text(rules, part) for part in result.carried],
        "fallback": quantity_text(rules, result.fallback),
        "refused": [_refused(one, language) for one in result.refused],
        "seed_commitment": result.seed_commitment,
    }


def _award(rules: Rules, award: Award) -> dict[str, str]:
    return {
        "bid": award.bid.id,
        "bidder": award.bid.bidder,
        "quantity": quantity_text(rules, award.quantity),
        "price": price_text(rules, award.price_micro),
        "amount": format_plain_money(award.amount_fen),
    }


def _refused(one: ShutOut, language: str) -> dict[str, str]:
    return {
        "bid": one.bid.id,
        "bidder": one.bid.bidder,
        "code": str(one.refused.code),
        "message": in_words(one.refused, language),
    }


def tables(rules: Rules, result: Result, sheet: ResultSheet, language: str) -> list[Table]:
    """Give the sheet, the awards and the refused bids; empty ones are left out."""
    status = worded(_STATUSES[result.status], language)
    made = [
        Table(
            worded(_RESULT, language).format(status=status),
            (Column(worded(_FIGURES[0], language)), Column(worded(_FIGURES[1], language), True)),
            tuple(
                (worded(name, language), value) for name, value in _figures(rules, result, sheet)
            ),
        )
    ]
    if result.awards:
        rows = tuple(tuple(_award(rules, award).values()) for award in result.awards)
        columns = tuple(
            Column(worded(pair, language), number=place > 1)
            for place, pair in enumerate(_AWARD_COLUMNS)
        )
        made.append(Table(worded(_AWARDS, language), columns, rows))
    if result.refused:
        refused = tuple(
            (one.bid.id, str(one.refused.code), in_words(one.refused, language))
            for one in result.refused
        )
        columns = tuple(Column(worded(pair, language)) for pair in _REFUSED_COLUMNS)
        made.append(Table(worded(_REFUSED, language), columns, refused))
    return made


def _figures(rules: Rules, result: Result, sheet: ResultSheet) -> list[tuple[tuple[str, str], str]]:
    def price(value: int | None) -> str:
        return _NONE[0] if value is None else price_text(rules, value)

    cover = half_up(sheet.cover_ratio * 10**_COVER_DECIMALS)
    lowest, mean, median, highest = _of_bids(sheet)
    figures = [
        (("供应量", "Supply"), quantity_text(rules, sheet.supply)),
        (("有效竞买人", "Bidders with a valid bid"), str(sheet.bidders)),
        (("有效报价数量", "Validly bid for"), quantity_text(rules, sheet.asked)),
        (("覆盖倍数", "Cover ratio"), format_plain_digits(cover, _COVER_DECIMALS)),
        (("最低有效报价", "Lowest valid bid"), price(lowest)),
        (("加权平均报价", "Mean, by quantity"), price(mean)),
        (("加权中位报价", "Median, by quantity"), price(median)),
        (("最高有效报价", "Highest valid bid"), price(highest)),
        (("成交价", "Price"), price(result.price_micro)),
        (("成交量", "Sold"), quantity_text(rules, result.sold)),
        (("未成交量", "Unsold"), quantity_text(rules, result.unsold)),
        (("成交额", "Proceeds"), format_plain_money(result.proceeds_fen)),
        (("平抑增供成交", "Containment sold"), quantity_text(rules, result.containment_sold)),
        (("低价扣留", "Withheld"), quantity_text(rules, result.withheld)),
        (("未能结转", "Fallback"), quantity_text(rules, result.fallback)),
    ]
    for number, part in enumerate(result.carried, start=1):
        named = (f"结转第 {number} 场", f"Carried to sale {number}")
        figures.insert(-1, (named, quantity_text(rules, part)))
    if result.seed_commitment is not None:
        figures.append((("种子承诺", "Seed commitment"), result.seed_commitment))
    return figures


def _of_bids(sheet: ResultSheet) -> tuple[int | None, int | None, int | None, int | None]:
    prices = sheet.prices
    if prices is None:
        return None, None, None, None
    return prices.lowest_micro, prices.mean_micro, prices.median_micro, prices.highest_micro
