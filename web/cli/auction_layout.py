"""Auctions as tables and documents of the command line, Chinese or English; decides nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from market.auctions.publication import AuctionLine
from market.auctions.rerun import Rerun
from market.submission import Answer
from web.cli.problems import worded
from web.i18n import Translator
from web.sentences.catalogue import sentence
from web.tables import Column, Table

STAGES = {
    "announced": ("已公告", "announced"),
    "open": ("报价中", "open"),
    "closed": ("已截止", "closed"),
    "opened": ("已开标", "opened"),
    "cleared": ("已出清", "cleared"),
    "settled": ("已交割", "settled"),
    "failed": ("失败", "failed"),
    "cancelled": ("已取消", "cancelled"),
}
_LIST = ("竞价", "Auctions")
_LIST_COLUMNS = (
    ("编号", "Number"),
    ("代码", "Code"),
    ("品种", "Asset"),
    ("阶段", "Stage"),
    ("开始", "Opens"),
    ("截止", "Closes"),
)
_FIGURE, _VALUE = ("项目", "Figure"), ("数值", "Value")
_PUBLISHED, _AGAIN = ("公布", "Published"), ("重算", "Again")
_NOTICE = ("{code}：{stage}", "{code}: {stage}")
_RESULT = ("结果", "Result")
_AWARDS = ("成交", "Awards")
_AWARD_COLUMNS = (
    ("报价", "Bid"),
    ("数量", "Quantity"),
    ("单价", "Price"),
    ("金额", "Amount"),
)
_SAME = ("与公布的结果一致。", "The same as was published.")
_OTHER = ("不同之处已用 * 标出。", "What differs is marked with *.")
_QUEUED = ("已提交，撮合程序尚未处理。", "Handed in; the runner has not decided yet.")
_FIGURES = {
    "status": ("状态", "Status"),
    "supply": ("供应量", "Supply"),
    "bidders": ("有效竞买人", "Bidders with a valid bid"),
    "winners": ("成交人数", "Winners"),
    "asked": ("有效报价数量", "Validly bid for"),
    "cover_ratio": ("覆盖倍数", "Cover ratio"),
    "lowest": ("最低有效报价", "Lowest valid bid"),
    "mean": ("加权平均报价", "Mean, by quantity"),
    "median": ("加权中位报价", "Median, by quantity"),
    "highest": ("最高有效报价", "Highest valid bid"),
    "price": ("成交价", "Price"),
    "sold": ("成交量", "Sold"),
    "unsold": ("未成交量", "Unsold"),
    "proceeds": ("成交额", "Proceeds"),
    "containment_sold": ("平抑增供成交", "Containment sold"),
    "withheld": ("低价扣留", "Withheld"),
    "carried": ("结转", "Carried"),
    "fallback": ("未能结转", "Fallback"),
    "refused": ("不予受理的报价", "Refused bids"),
}
_HEAD = {
    "format": ("方式", "Format"),
    "supply": ("供应量", "Supply"),
    "reserve_price": ("保留价", "Reserve"),
    "leading_price": ("当前最高报价", "Leading price"),
    "opens_at": ("开始", "Opens"),
    "closes_at": ("截止", "Closes"),
    "open_bids_by": ("开标期限", "Bids opened by"),
    "seed_commitment": ("种子承诺", "Seed commitment"),
    "seed": ("种子", "Seed"),
    "reason": ("原因", "Reason"),
}


def list_tables(lines: Sequence[AuctionLine], words: Translator) -> list[Table]:
    """Give the list of auctions."""
    rows = tuple(
        (
            str(one.id),
            one.code,
            one.asset,
            worded(STAGES[one.stage.value], words.language),
            words.moment(one.opens_at),
            words.moment(one.closes_at),
        )
        for one in lines
    )
    return [Table(worded(_LIST, words.language), _columns(_LIST_COLUMNS, words), rows)]


def sheet_tables(document: Mapping[str, Any], words: Translator) -> list[Table]:
    """Give an auction's notice and, where it was cleared, its sheet and awards."""
    stage = worded(STAGES[document["stage"]], words.language)
    title = worded(_NOTICE, words.language).format(code=document["code"], stage=stage)
    columns = _columns((_FIGURE, _VALUE), words)
    head = tuple(
        (worded(pair, words.language), _shown(key, document[key], words))
        for key, pair in _HEAD.items()
        if document[key]
    )
    tables = [Table(title, columns, head)]
    sheet = document["result"]
    if sheet is None:
        return tables
    flat = _flat(sheet, words)
    rows = tuple((worded(_FIGURES[key], words.language), flat[key]) for key in _FIGURES)
    tables.append(Table(worded(_RESULT, words.language), columns, rows))
    awards = tuple(
        (str(one["bid"]), one["quantity"], one["price"], one["amount"]) for one in sheet["awards"]
    )
    if awards:
        heading = _columns(_AWARD_COLUMNS, words)
        tables.append(Table(worded(_AWARDS, words.language), heading, awards))
    return tables


def _shown(key: str, value: Any, words: Translator) -> str:
    if key in ("opens_at", "closes_at", "open_bids_by"):
        return words.moment(datetime.fromisoformat(value))
    return str(value)


def _flat(sheet: Mapping[str, Any], words: Translator) -> dict[str, str]:
    """Write every figure of a sheet as one text."""
    prices = sheet["prices"] or dict.fromkeys(("lowest", "mean", "median", "highest"))
    figures = {**sheet, **prices}
    return {key: _text(key, figures[key], words) for key in _FIGURES}


def _text(key: str, value: Any, words: Translator) -> str:
    if value is None or value == []:
        return "—"
    if key == "refused":
        return "; ".join(f"{one['bid']} {one['code']}" for one in value)
    if isinstance(value, list):
        return " ".join(map(str, value))
    return str(value)


def rerun_document(answer: Rerun) -> dict[str, Any]:
    """Give the published sheet, the new one, and what differs."""
    return {
        "auction": answer.code,
        "identical": not answer.differs,
        "differs": list(answer.differs),
        "published": answer.published,
        "again": answer.again,
    }


def rerun_tables(answer: Rerun, words: Translator) -> list[Table]:
    """Put the new figures beside the published ones."""
    published, again = _flat(answer.published, words), _flat(answer.again, words)
    rows = tuple(
        (
            worded(_FIGURES[key], words.language),
            published[key],
            again[key],
            "" if published[key] == again[key] else "*",
        )
        for key in _FIGURES
    )
    columns = (*_columns((_FIGURE, _PUBLISHED, _AGAIN), words), Column(""))
    note = worded(_OTHER if answer.differs else _SAME, words.language)
    return [Table(answer.code, columns, rows, (note,))]


def answer_words(answer: Answer | None, words: Translator) -> str:
    """Say what came of a command."""
    if answer is None:
        return worded(_QUEUED, words.language)
    if answer.refused is not None:
        return sentence(answer.refused, words.language)
    return "\n".join(f"{name}: {value}" for name, value in answer.answer.items())


def _columns(pairs: Sequence[tuple[str, str]], words: Translator) -> tuple[Column, ...]:
    return tuple(Column(worded(pair, words.language)) for pair in pairs)
