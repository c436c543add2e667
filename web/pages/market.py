"""Markets: what is traded at which price, the depth, the tape, the day and the rules of each venue.

Knows how the pages are laid out; every figure comes from a read function of the market.  For
everybody, and the same for everybody: displayed quantities, no names.
"""

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, Response, abort, render_template, url_for

from market.auctions.publication import list_auctions
from market.calendar import Mode
from market.candles import Candle, Window, candles
from market.daily_sheet import DaySheet, latest_sheets, recent_sheets
from market.decisions import Stand
from market.halts import halts
from market.order_rules import day_band
from market.tape import PAGE_MAX, TapePage, tape
from market.venue_terms import VenueTerms
from market.venues import rules_of, terms_at
from market.views import (
    FIVE,
    Depth,
    Level,
    MarketHead,
    Posting,
    call_indication,
    depth,
    market_heads,
    postings,
)
from web.access import Role, who_may_enter
from web.auction_words import STAGE_LOOKS, STAGE_WORDS
from web.exports import send_tables
from web.frame import Column, page_instant
from web.i18n import marked
from web.language import current, gettext
from web.market_chart import HEIGHT, shapes
from web.market_chart import width as chart_width
from web.market_tables import (
    MODE_WORDS_BY_TEXT,
    candles_document,
    candles_table,
    markets_document,
    markets_table,
    sheet_document,
    sheet_table,
    tape_document,
    tape_table,
)
from web.market_words import (
    MODE_WORDS,
    SIDE_WORDS,
    TAKER_WORDS,
    price,
    rule_name,
    rule_value,
    rules_in_force,
)
from web.pages.market_asked import (
    Asked,
    head_asked,
    is_final,
    market_asked,
    market_words,
    sheet_asked,
)
from web.queries import asked_text
from web.reading import snapshot

pages = Blueprint("market", __name__)

_LAYOUTS = ("csv", "xlsx", "json")
_TAPE_SHOWN = 20
_TAPE_PAGE = 50
_DAYS_SHOWN = 10
_AUCTIONS_SHOWN = 5
_CANDLES_SHOWN = 60
_NUMBER_LENGTH = 18
_ASKS = (marked("卖一"), marked("卖二"), marked("卖三"), marked("卖四"), marked("卖五"))
_BIDS = (marked("买一"), marked("买二"), marked("买三"), marked("买四"), marked("买五"))
_WINDOWS = {
    Window.MINUTE: marked("1 分"),
    Window.FIVE_MINUTES: marked("5 分"),
    Window.QUARTER: marked("15 分"),
    Window.HALF_HOUR: marked("30 分"),
    Window.HOUR: marked("1 小时"),
    Window.DAY: marked("日"),
}


@pages.get("/market", endpoint="list")
@who_may_enter(Role.PUBLIC)
def list_of_markets() -> str:
    """List all venues with their last prices and how they stand."""
    heads = market_heads(snapshot())
    return render_template(
        "markets.html",
        heads=heads,
        sheets=latest_sheets(snapshot(), heads),
        halts=halts(snapshot(), heads),
        links={layout: url_for("market.export", layout=layout) for layout in _LAYOUTS},
        mode_words=MODE_WORDS,
        auctions=list_auctions(snapshot())[:_AUCTIONS_SHOWN],
        stage_words=STAGE_WORDS,
        stage_looks=STAGE_LOOKS,
        **market_words(),
    )


@pages.get("/market.<layout>")
@who_may_enter(Role.PUBLIC)
def export(layout: str) -> Response:
    """Send all venues with their last day as CSV, Excel or JSON."""
    heads = market_heads(snapshot())
    sheets = latest_sheets(snapshot(), heads)
    document = markets_document(heads, sheets, halts(snapshot(), heads))
    return send_tables([markets_table(heads, sheets, current())], document, layout, "markets")


@pages.get("/market/<venue>")
@who_may_enter(Role.PUBLIC)
def show(venue: str) -> str:
    """Show one venue: prices, depth, last trades, the day, its rules."""
    asked = market_asked(venue)
    head = asked.head
    terms = terms_at(snapshot(), head.venue_id, page_instant())
    sheet = sheet_asked(asked)
    every = asked_text("depth") == "all"
    seen = depth(snapshot(), head.venue_id, None if every else FIVE)
    return render_template(
        "market.html",
        asked=asked,
        head=head,
        sheet=sheet,
        final=is_final(asked, terms),
        halt=halts(snapshot(), [head]).get(head.venue_id),
        next_change=_next_change(head, terms),
        band=None if asked.past else _band(head, sheet, terms, asked.today),
        band_is_todays=head.day == asked.today,
        depth=None if asked.past else seen,
        depth_rows=_depth_rows,
        depth_tabs=_depth_tabs(head, every),
        postings=_postings_of(asked, seen),
        indication=call_indication(snapshot(), head, terms.calls),
        tape=tape(snapshot(), head.venue_id, day=asked.day, limit=_TAPE_SHOWN),
        days=recent_sheets(snapshot(), head, asked.day, _DAYS_SHOWN),
        rules=rules_in_force(rules_of(snapshot(), head.venue_id), asked.day),
        rule_name=rule_name,
        rule_value=rule_value,
        taker_words=TAKER_WORDS,
        side_words=SIDE_WORDS,
        mode_words=MODE_WORDS,
        mode_words_by_text=MODE_WORDS_BY_TEXT,
        is_call=head.stand is Stand.CALL,
        links={
            layout: url_for("market.sheet", venue=head.code, layout=layout, on=asked.asked)
            for layout in _LAYOUTS
        },
        **market_words(),
    )


@pages.get("/market/<venue>/sheet.<layout>")
@who_may_enter(Role.PUBLIC)
def sheet(venue: str, layout: str) -> Response:
    """Send the daily sheet as CSV, Excel or JSON."""
    asked = market_asked(venue)
    head, day = asked.head, sheet_asked(asked)
    final = is_final(asked, terms_at(snapshot(), head.venue_id, page_instant()))
    table = sheet_table(head, day, final=final, words=current())
    document = sheet_document(head, day, final=final)
    return send_tables([table], document, layout, f"{head.code}-{day.day.isoformat()}")


@pages.get("/market/<venue>/trades")
@who_may_enter(Role.PUBLIC)
def trades(venue: str) -> str:
    """Show the tape of a venue, a page at a time, newest first."""
    head = head_asked(venue)
    page = _tape_page(head)
    before = asked_text("before") or None
    earlier = page.earlier and url_for("market.trades", venue=head.code, before=page.earlier)
    return render_template(
        "market_trades.html",
        head=head,
        page=page,
        first=url_for("market.trades", venue=head.code) if before else None,
        earlier=earlier,
        columns=_tape_columns(),
        taker_words=TAKER_WORDS,
        mode_words_by_text=MODE_WORDS_BY_TEXT,
        links={
            layout: url_for("market.tape_file", venue=head.code, layout=layout, before=before)
            for layout in _LAYOUTS
        },
        **market_words(),
    )


@pages.get("/market/<venue>/trades.<layout>", endpoint="tape_file")
@who_may_enter(Role.PUBLIC)
def trades_file(venue: str, layout: str) -> Response:
    """Send up to 500 trades from where the page stands back."""
    head = head_asked(venue)
    page = _tape_page(head, PAGE_MAX)
    document = tape_document(head, page.lines, page.earlier)
    return send_tables(
        [tape_table(head, page.lines, current())], document, layout, f"{head.code}-trades"
    )


@pages.get("/market/<venue>/candles", endpoint="candles")
@who_may_enter(Role.PUBLIC)
def candles_page(venue: str) -> str:
    """Show a venue's candles: of one day by minutes, or of its days."""
    asked = market_asked(venue)
    window = _window()
    found = _candles(asked, window)
    return render_template(
        "market_candles.html",
        asked=asked,
        head=asked.head,
        window=window,
        is_daily=window is Window.DAY,
        found=found,
        shapes=shapes(found),
        chart_width=chart_width(found),
        chart_height=HEIGHT,
        chart_sentence=_chart_sentence(asked.head, found),
        tabs_of_windows=[
            (gettext(word), _candles_address(asked, one), one is window)
            for one, word in _WINDOWS.items()
        ],
        columns=_candle_columns(),
        links={
            layout: url_for(
                "market.candles_file",
                venue=asked.head.code,
                layout=layout,
                window=window.value,
                on=asked.asked,
            )
            for layout in _LAYOUTS
        },
        **market_words(),
    )


@pages.get("/market/<venue>/candles.<layout>")
@who_may_enter(Role.PUBLIC)
def candles_file(venue: str, layout: str) -> Response:
    """Send candles as CSV, Excel or JSON."""
    asked = market_asked(venue)
    window = _window()
    found = _candles(asked, window)
    table = candles_table(asked.head, window, found, current())
    document = candles_document(asked.head, window, found)
    return send_tables([table], document, layout, f"{asked.head.code}-{window.value}")


# -- what is asked -----------------------------------------------------------------------------


def _window() -> Window:
    try:
        return Window(asked_text("window") or Window.FIVE_MINUTES)
    except ValueError:
        abort(400)


def _candles(asked: Asked, window: Window) -> list[Candle]:
    venue_id = asked.head.venue_id
    first = asked.head.opened_on if window is Window.DAY else asked.day
    limit = _CANDLES_SHOWN if window is Window.DAY else 24 * _CANDLES_SHOWN
    return candles(snapshot(), venue_id, window, first, asked.day, limit=limit)


def _tape_page(head: MarketHead, limit: int = _TAPE_PAGE) -> TapePage:
    text = asked_text("before")
    if text and not (text.isascii() and text.isdigit() and len(text) <= _NUMBER_LENGTH):
        abort(400)
    return tape(snapshot(), head.venue_id, before=int(text) if text else None, limit=limit)


# -- what is shown -----------------------------------------------------------------------------


def _next_change(head: MarketHead, terms: VenueTerms) -> str | None:
    """Say when the venue's phase changes next; a venue that stands still waits for a person."""
    if head.stand is Stand.HALTED:
        return None
    instant = page_instant()
    if head.phase_until is not None and head.phase_until > instant and not head.commitment:
        return current().moment(head.phase_until)
    return current().moment(terms.sessions.next_change(instant))


def _band(
    head: MarketHead, sheet: DaySheet, terms: VenueTerms, today: date
) -> tuple[int, int] | None:
    """Give the band of prices: today's, or before the day began there the next trading day's."""
    reference = head.reference_ticks if head.day == today else sheet.close_ticks
    return day_band(terms, terms.book_mode, reference)


def _depth_rows(levels: Sequence[Level], side: str) -> list[tuple[str, Level]]:
    """Name the levels of a side, best first: the first five as everybody calls them."""
    names, more = (
        (_ASKS, marked("卖 %(level)s")) if side == "sell" else (_BIDS, marked("买 %(level)s"))
    )
    return [
        (
            gettext(names[place]) if place < len(names) else gettext(more, level=place + 1),
            level,
        )
        for place, level in enumerate(levels)
    ]


def _depth_tabs(head: MarketHead, every: bool) -> list[tuple[str, str, bool]]:
    here = url_for("market.show", venue=head.code)
    return [
        (gettext("五档"), here, not every),
        (gettext("全部"), url_for("market.show", venue=head.code, depth="all"), every),
    ]


def _postings_of(asked: Asked, seen: Depth) -> list[Posting]:
    if asked.past or Mode.LISTING not in asked.head.modes:
        return []
    return postings(snapshot(), asked.head.venue_id, seen)


def _candles_address(asked: Asked, window: Window) -> str:
    return url_for("market.candles", venue=asked.head.code, window=window.value, on=asked.asked)


def _chart_sentence(head: MarketHead, found: Sequence[Candle]) -> str:
    if not found:
        return ""
    words = current()
    return gettext(
        "价格由 %(first)s 到 %(last)s，最高 %(high)s，最低 %(low)s",
        first=price(head, found[0].open_ticks, words),
        last=price(head, found[-1].close_ticks, words),
        high=price(head, max(one.high_ticks for one in found), words),
        low=price(head, min(one.low_ticks for one in found), words),
    )


def _tape_columns() -> list[Column]:
    return [
        Column(gettext("成交号")),
        Column(gettext("时间")),
        Column(gettext("交易方式")),
        Column(gettext("价格"), "number"),
        Column(gettext("数量"), "number"),
        Column(gettext("成交额（元）"), "number"),
        Column(gettext("主动方")),
    ]


def _candle_columns() -> list[Column]:
    return [
        Column(gettext("时段起")),
        Column(gettext("开盘"), "number"),
        Column(gettext("最高"), "number"),
        Column(gettext("最低"), "number"),
        Column(gettext("最后"), "number"),
        Column(gettext("均价"), "number"),
        Column(gettext("成交量"), "number"),
        Column(gettext("成交额（元）"), "number"),
    ]
