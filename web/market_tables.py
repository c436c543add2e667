"""Markets, daily sheets, tapes and candles as tables in words and as documents for programs.

Used by the command line and by the pages' exports; computes nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from ledger.core.clock import REGISTRY_ZONE
from ledger.numerals import format_plain
from market.candles import Candle, Window
from market.daily_sheet import DaySheet, ModeSums
from market.halts import Halt
from market.pricing import format_plain_money, format_plain_price
from market.tape import TapeLine
from market.views import MarketHead
from web.i18n import Translator
from web.market_words import (
    MODE_WORDS,
    STAND_WORDS,
    TAKER_WORDS,
    change,
    money,
    price,
    price_unit,
    quantity,
)
from web.report_tables import named
from web.tables import Column, Table


def markets_table(
    heads: Sequence[MarketHead], sheets: Mapping[int, DaySheet], words: Translator
) -> Table:
    """Lay out all venues with the figures of their last day with trades."""
    _ = words.gettext
    columns = (
        Column(_("市场代码")),
        Column(_("市场")),
        Column(_("状态")),
        Column(_("最近交易日")),
        Column(_("最新价"), number=True),
        Column(_("涨跌"), number=True),
        Column(_("成交量"), number=True),
        Column(_("单位")),
        Column(_("成交额（元）"), number=True),
    )
    rows = []
    for head in heads:
        sheet = sheets.get(head.venue_id)
        figures = ("", "–", "–", "–", words.unit(head.unit), "–")
        if sheet is not None:
            figures = (
                words.day(sheet.day),
                price(head, sheet.last_ticks, words),
                change(head, sheet, words),
                quantity(head, sheet.lots, words),
                words.unit(head.unit),
                money(sheet.value_fen, words),
            )
        name = named(words, head.name_zh, head.name_en)
        rows.append((head.code, name, _(STAND_WORDS[head.stand]), *figures))
    return Table(_("行情"), columns, tuple(rows))


def markets_document(
    heads: Sequence[MarketHead], sheets: Mapping[int, DaySheet], halted: Mapping[int, Halt]
) -> dict[str, object]:
    """Give all venues for a program; a halt's reason only where it is public."""
    markets = []
    for head in heads:
        sheet, halt = sheets.get(head.venue_id), halted.get(head.venue_id)
        markets.append(
            {
                "venue": head.code,
                "state": head.stand.value,
                "halt_reason": "" if halt is None else halt.public_reason,
                "latest": None if sheet is None else sheet_document(head, sheet),
            }
        )
    return {"markets": markets}


def sheet_table(head: MarketHead, sheet: DaySheet, *, final: bool, words: Translator) -> Table:
    """Lay out a daily sheet: a line for each way to trade, the day's prices under it."""
    _ = words.gettext
    columns = (
        Column(_("交易方式")),
        Column(_("成交笔数"), number=True),
        Column(_("成交量"), number=True),
        Column(_("成交额（元）"), number=True),
        Column(_("最低"), number=True),
        Column(_("最高"), number=True),
        Column(_("均价"), number=True),
    )
    rows = tuple(
        (
            _(MODE_WORDS[one.mode]),
            words.number(one.trades),
            quantity(head, one.lots, words),
            money(one.value_fen, words),
            price(head, one.low_ticks, words),
            price(head, one.high_ticks, words),
            price(head, one.average_ticks, words),
        )
        for one in sheet.by_mode
    )
    title = _(
        "日行情　%(market)s　%(day)s",
        market=named(words, head.name_zh, head.name_en),
        day=words.day(sheet.day),
    )
    return Table(title, columns, rows, _notes(head, sheet, final, words))


def _notes(head: MarketHead, sheet: DaySheet, final: bool, words: Translator) -> tuple[str, ...]:
    _ = words.gettext
    return (
        _(
            "昨收 %(before)s　开盘 %(open)s　最高 %(high)s　最低 %(low)s　最新 %(last)s",
            before=price(head, sheet.previous_close_ticks, words),
            open=price(head, sheet.open_ticks, words),
            high=price(head, sheet.high_ticks, words),
            low=price(head, sheet.low_ticks, words),
            last=price(head, sheet.last_ticks, words),
        ),
        _(
            "收盘 %(close)s　涨跌 %(change)s",
            close=price(head, sheet.close_ticks, words) if final else _("未定"),
            change=change(head, sheet, words),
        ),
        _(
            "价格单位：%(unit)s；数量单位：%(quantity_unit)s",
            unit=price_unit(head, words),
            quantity_unit=words.unit(head.unit),
        ),
    )


def sheet_document(
    head: MarketHead, sheet: DaySheet, *, final: bool | None = None
) -> dict[str, object]:
    """Give a daily sheet for a program; prices, money and quantities are texts.

    ``close`` is null while the day runs (``final`` False).
    """
    document: dict[str, object] = {
        "venue": head.code,
        "day": sheet.day.isoformat(),
        "unit": head.unit.code,
        "price_basis": head.price_basis,
        "previous_close": _price(head, sheet.previous_close_ticks),
        "open": _price(head, sheet.open_ticks),
        "high": _price(head, sheet.high_ticks),
        "low": _price(head, sheet.low_ticks),
        "last": _price(head, sheet.last_ticks),
        "vwap": _price(head, sheet.average_ticks),
        "trades": sheet.trades,
        "volume": format_plain(head.quantity(sheet.lots), head.unit),
        "value": format_plain_money(sheet.value_fen),
        "by_mode": [_mode_document(head, one) for one in sheet.by_mode],
    }
    if final is not None:
        document["close"] = _price(head, sheet.close_ticks) if final else None
    return document


def _mode_document(head: MarketHead, one: ModeSums) -> dict[str, object]:
    return {
        "mode": one.mode.value,
        "trades": one.trades,
        "volume": format_plain(head.quantity(one.lots), head.unit),
        "value": format_plain_money(one.value_fen),
        "low": _price(head, one.low_ticks),
        "high": _price(head, one.high_ticks),
        "vwap": _price(head, one.average_ticks),
    }


def tape_table(head: MarketHead, lines: Sequence[TapeLine], words: Translator) -> Table:
    """Lay out trades, newest first."""
    _ = words.gettext
    columns = (
        Column(_("成交号"), number=True),
        Column(_("时间")),
        Column(_("交易方式")),
        Column(_("价格"), number=True),
        Column(_("数量"), number=True),
        Column(_("成交额（元）"), number=True),
        Column(_("主动方")),
    )
    rows = tuple(
        (
            str(line.number),
            f"{words.day(_here(line.traded_at).date())} {words.clock(line.traded_at)}",
            _(MODE_WORDS_BY_TEXT[line.mode]),
            price(head, line.price_ticks, words),
            quantity(head, line.lots, words),
            money(line.value_fen, words),
            _(TAKER_WORDS[line.taker]) if line.taker else "",
        )
        for line in lines
    )
    title = _("逐笔成交　%(market)s", market=named(words, head.name_zh, head.name_en))
    return Table(title, columns, rows)


def tape_document(
    head: MarketHead, lines: Sequence[TapeLine], earlier: int | None
) -> dict[str, object]:
    """Give trades for a program; ``before`` asks for the next page, null at the end."""
    return {
        "venue": head.code,
        "unit": head.unit.code,
        "trades": [
            {
                "number": line.number,
                "at": _here(line.traded_at).isoformat(),
                "mode": line.mode,
                "price": _price(head, line.price_ticks),
                "quantity": format_plain(head.quantity(line.lots), head.unit),
                "value": format_plain_money(line.value_fen),
                "taker": line.taker or None,
            }
            for line in lines
        ],
        "before": earlier,
    }


def candles_table(
    head: MarketHead, window: Window, found: Sequence[Candle], words: Translator
) -> Table:
    """Lay out candles by rising time; stretches without trades have no line."""
    _ = words.gettext
    columns = (
        Column(_("时段起")),
        Column(_("开盘"), number=True),
        Column(_("最高"), number=True),
        Column(_("最低"), number=True),
        Column(_("最后"), number=True),
        Column(_("均价"), number=True),
        Column(_("成交量"), number=True),
        Column(_("成交额（元）"), number=True),
    )
    rows = tuple(
        (
            words.day(one.starts_at.date())
            if window is Window.DAY
            else words.moment(one.starts_at),
            price(head, one.open_ticks, words),
            price(head, one.high_ticks, words),
            price(head, one.low_ticks, words),
            price(head, one.close_ticks, words),
            price(head, one.average_ticks, words),
            quantity(head, one.lots, words),
            money(one.value_fen, words),
        )
        for one in found
    )
    title = _("分时行情　%(market)s", market=named(words, head.name_zh, head.name_en))
    return Table(title, columns, rows)


def candles_document(
    head: MarketHead, window: Window, found: Sequence[Candle]
) -> dict[str, object]:
    """Give candles for a program; stretches without trades are left out."""
    return {
        "venue": head.code,
        "unit": head.unit.code,
        "window": window.value,
        "candles": [
            {
                "at": one.starts_at.isoformat(),
                "open": _price(head, one.open_ticks),
                "high": _price(head, one.high_ticks),
                "low": _price(head, one.low_ticks),
                "close": _price(head, one.close_ticks),
                "vwap": _price(head, one.average_ticks),
                "volume": format_plain(head.quantity(one.lots), head.unit),
                "value": format_plain_money(one.value_fen),
                "trades": one.trades,
            }
            for one in found
        ],
    }


MODE_WORDS_BY_TEXT = {mode.value: word for mode, word in MODE_WORDS.items()}


def _price(head: MarketHead, ticks: int | None) -> str | None:
    return None if ticks is None else format_plain_price(head.price(ticks))


def _here(instant: datetime) -> datetime:
    return instant.astimezone(REGISTRY_ZONE)
