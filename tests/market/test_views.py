"""What the public sees of a venue: depth, tape, day, candles; figures counted by hand."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert

from ledger.core.clock import REGISTRY_ZONE
from ledger.core.database import reading, run
from ledger.refusals import Refused
from market.book.call import Indication
from market.calendar import Mode
from market.candles import Candle, Window, candles
from market.daily_sheet import (
    DaySheet,
    SheetCode,
    day_sheet,
    latest_sheets,
    recent_sheets,
)
from market.decisions import Stand
from market.own_orders import orders_of_party
from market.tables import trade
from market.tape import TapeLine, tape
from market.venue_definition import VenueCode
from market.venues import set_rule, terms_at
from market.views import (
    Level,
    MarketHead,
    call_indication,
    depth,
    market_head,
    market_heads,
)
from tests.support.market_floor import Floor, make_floor
from tests.support.market_venues import CONTINUOUS, LISTING, at, opened, with_rules

TUESDAY = date(2026, 11, 17)
WEDNESDAY = date(2026, 11, 18)
LIST_QUERIES = 7
"""What a list of venues may ask of the database, whatever is in it."""


@pytest.fixture
def floor(engine: Engine) -> Floor:
    made = make_floor(engine, CONTINUOUS)
    made.fund("a1", units=400_000)
    made.fund("b1", fen=10_000_000_000)
    return made


@pytest.fixture
def lite(sqlite_engine: Engine) -> Floor:
    """A floor for what needs one kind of database only."""
    made = make_floor(sqlite_engine, CONTINUOUS)
    made.fund("a1", units=400_000)
    made.fund("b1", fen=10_000_000_000)
    return made


def trade_at(floor: Floor, price: str, quantity: str) -> None:
    """Let one trade happen."""
    floor.place("a1", "sell", quantity, price)
    answer = floor.place("b1", "buy", quantity, price)
    assert answer.answer["status"] == "filled", answer


def carbon_day(floor: Floor) -> None:
    """1,000 at 70.00, 3,000 at 71.00, 6,000 at 72.50, five minutes apart, from 10:00 on Tuesday."""
    for price, quantity in (("70.00", "1000"), ("71.00", "3000"), ("72.50", "6000")):
        trade_at(floor, price, quantity)
        floor.tick(minutes=5)


def write_trades(
    floor: Floor,
    trades: int,
    *,
    mode: str,
    price_ticks: int,
    lots: int,
    first: int,
    venue_id: int = 0,
) -> None:
    """Write trades down as the runner does, without orders behind them."""
    rows = [
        {
            "venue_id": venue_id or floor.venue.id,
            "number": first + number,
            "command": first + number,
            "mode": mode,
            "price_ticks": price_ticks + number % 100,
            "lots": lots,
            "value_fen": (price_ticks + number % 100) * lots,
            "buy_order": 1,
            "sell_order": 2,
            "taker": "buy",
            "entry_key": f"made:{first + number}",
            "traded_at": floor.now.instant,
            "traded_on": floor.now.today,
        }
        for number in range(trades)
    ]
    run(floor.engine, lambda session: session.execute(insert(trade), rows))


def head_of(floor: Floor) -> MarketHead:
    with reading(floor.engine) as session:
        found = market_head(session, floor.venue.code)
    assert isinstance(found, MarketHead)
    return found


def sheet_of(floor: Floor, day: date) -> DaySheet:
    with reading(floor.engine) as session:
        found = day_sheet(session, head_of(floor), day, floor.now.today)
    assert isinstance(found, DaySheet), found
    return found


def test_the_sheet_of_the_carbon_day_is_as_counted_by_hand(floor: Floor) -> None:
    """70,000 + 213,000 + 435,000 = 718,000 yuan over 10,000 t: close 71.80; the block is apart."""
    carbon_day(floor)
    write_trades(floor, 1, mode="block", price_ticks=6500, lots=200_000, first=4)
    sheet = sheet_of(floor, TUESDAY)
    assert (sheet.open_ticks, sheet.high_ticks, sheet.low_ticks) == (7000, 7250, 7000)
    assert (sheet.last_ticks, sheet.close_ticks, sheet.average_ticks) == (7250, 7180, 7180)
    assert (sheet.previous_close_ticks, sheet.change_ticks) == (7000, 250)
    book, block = sheet.by_mode
    assert (book.mode, book.trades, book.lots) == (Mode.CONTINUOUS, 3, 10_000)
    assert (book.value_fen, book.average_ticks) == (71_800_000, 7180)
    assert (book.low_ticks, book.high_ticks) == (7000, 7250)
    assert (block.mode, block.trades, block.lots) == (Mode.BLOCK, 1, 200_000)
    assert (block.value_fen, block.average_ticks) == (1_300_000_000, 6500)
    assert (sheet.trades, sheet.lots, sheet.value_fen) == (4, 210_000, 1_371_800_000)


def test_the_sheet_agrees_with_the_close_that_the_engine_lays_the_next_band_around(
    floor: Floor,
) -> None:
    carbon_day(floor)
    floor.now = at(18, 10)
    floor.runner.drain()
    head = head_of(floor)
    assert (head.day, head.reference_ticks) == (WEDNESDAY, 7180)
    quiet = sheet_of(floor, WEDNESDAY)
    assert (quiet.previous_close_ticks, quiet.close_ticks) == (7180, 7180)
    assert (quiet.last_ticks, quiet.change_ticks, quiet.by_mode) == (None, None, ())
    trade_at(floor, "72.00", "10")
    assert sheet_of(floor, WEDNESDAY).change_ticks == 20
    floor.now = at(20, 10)
    floor.runner.drain()
    assert head_of(floor).reference_ticks == 7200
    assert sheet_of(floor, date(2026, 11, 20)).previous_close_ticks == 7200


def test_the_days_with_trades_are_listed_newest_first(lite: Floor) -> None:
    carbon_day(lite)
    lite.now = at(18, 10)
    write_trades(lite, 1, mode="block", price_ticks=6500, lots=200_000, first=4)
    lite.now = at(20, 10)
    lite.runner.drain()
    write_trades(lite, 1, mode="continuous", price_ticks=7100, lots=50, first=5)
    with reading(lite.engine) as session:
        sheets = recent_sheets(session, head_of(lite), lite.now.today, 10)
        newest = recent_sheets(session, head_of(lite), lite.now.today, 1)
        latest = latest_sheets(session, market_heads(session))
    assert [(one.day.day, one.close_ticks, one.previous_close_ticks) for one in sheets] == [
        (20, 7100, 7180),
        (18, 7180, 7180),
        (17, 7180, 7000),
    ]
    assert newest == sheets[:1]
    assert latest == {lite.venue.id: sheets[0]}


def test_the_last_days_of_several_venues_are_their_own(lite: Floor) -> None:
    carbon_day(lite)
    other = run(lite.engine, lambda session: opened(session, LISTING))
    write_trades(lite, 1, mode="listing", price_ticks=6800, lots=20, first=1, venue_id=other.id)
    with reading(lite.engine) as session:
        heads = market_heads(session)
        every = latest_sheets(session, heads)
        one = latest_sheets(session, [head for head in heads if head.venue_id == lite.venue.id])
    assert {key: sheet.close_ticks for key, sheet in every.items()} == {
        lite.venue.id: 7180,
        other.id: 6800,
    }
    assert one == {lite.venue.id: every[lite.venue.id]}


@pytest.mark.parametrize(("rule", "close"), [("last_trade", 7250), ("volume_weighted", 7180)])
def test_the_close_follows_the_venues_rule(sqlite_engine: Engine, rule: str, close: int) -> None:
    floor = make_floor(sqlite_engine, with_rules(CONTINUOUS, close_rule=rule))
    floor.fund("a1", units=400_000)
    floor.fund("b1", fen=10_000_000_000)
    carbon_day(floor)
    assert sheet_of(floor, TUESDAY).close_ticks == close


def test_no_sheet_of_a_day_to_come_or_before_the_venue_was_open(lite: Floor) -> None:
    with reading(lite.engine) as session:
        late = day_sheet(session, head_of(lite), WEDNESDAY, TUESDAY)
        early = day_sheet(session, head_of(lite), date(2026, 11, 13), TUESDAY)
    assert isinstance(late, Refused)
    assert late.code is SheetCode.MARKET_DAY_IN_FUTURE
    assert isinstance(early, Refused)
    assert early.code is SheetCode.MARKET_DAY_BEFORE_OPENING


def test_depth_shows_five_levels_and_only_what_is_displayed(floor: Floor) -> None:
    for price in range(7001, 7008):
        floor.place("a1", "sell", "10", f"{price // 100}.{price % 100:02d}")
    floor.place("a1", "sell", "5", "70.01")
    floor.place("a1", "sell", "1000", "70.02", display="20")
    floor.place("b1", "buy", "7", "69.99")
    with reading(floor.engine) as session:
        five = depth(session, floor.venue.id)
        every = depth(session, floor.venue.id, None)
    assert five.asks == (
        Level(7001, 15, 15),
        Level(7002, 30, 45),
        Level(7003, 10, 55),
        Level(7004, 10, 65),
        Level(7005, 10, 75),
    )
    assert five.bids == (Level(6999, 7, 7),)
    assert five.spread_ticks == 2
    assert every.asks[:5] == five.asks
    assert [level.price_ticks for level in every.asks[5:]] == [7006, 7007]


def test_orders_that_ended_are_not_in_the_depth(lite: Floor) -> None:
    order = lite.place("b1", "buy", "7", "69.99").answer["order"]
    trade_at(lite, "70.00", "5")
    lite.ask("b1", "cancel", order=order)
    with reading(lite.engine) as session:
        assert depth(session, lite.venue.id, None) == depth(session, lite.venue.id + 1, None)
        assert depth(session, lite.venue.id).spread_ticks is None


def test_a_call_shows_the_price_at_which_it_would_end(lite: Floor) -> None:
    """Bids 300 at 70.50, asks 200 at 70.10: 200 trade, 100 bids are left, so the highest: 70.50."""
    lite.now = at(17, 9, 16)
    lite.runner.drain()
    lite.place("a1", "sell", "200", "70.10")
    lite.place("b1", "buy", "300", "70.50")
    with reading(lite.engine) as session:
        calls = terms_at(session, lite.venue.id, lite.now.instant).calls
        assert call_indication(session, head_of(lite), calls) == Indication(7050, 200, 100)
        assert depth(session, lite.venue.id).spread_ticks == -40
    lite.now = at(17, 9, 25)
    lite.runner.drain()
    with reading(lite.engine) as session:
        assert head_of(lite).stand is Stand.BREAK
        assert call_indication(session, head_of(lite), calls) is None
    (call,) = sheet_of(lite, TUESDAY).by_mode
    assert (call.mode, call.lots, call.average_ticks) == (Mode.CALL, 200, 7050)


def test_the_tape_is_paged_from_the_newest_trade_back(floor: Floor) -> None:
    carbon_day(floor)
    with reading(floor.engine) as session:
        page = tape(session, floor.venue.id, limit=2)
        rest = tape(session, floor.venue.id, limit=2, before=page.earlier)
        other_day = tape(session, floor.venue.id, day=WEDNESDAY)
    assert [line.number for line in page.lines] == [3, 2]
    assert page.earlier == 2
    opened = at(17, 10).instant
    assert rest.lines == (TapeLine(1, "continuous", 7000, 1000, 7_000_000, "buy", opened),)
    assert rest.earlier is None
    assert other_day.lines == ()


def test_candles_are_made_of_the_trades_of_each_stretch_and_gaps_are_left_out(
    floor: Floor,
) -> None:
    """10:00 1,000 at 70.00 and 200 at 70.30; 10:05 nothing; 10:10 3,000 at 70.10."""
    trade_at(floor, "70.00", "1000")
    floor.tick(minutes=4, seconds=59)
    trade_at(floor, "70.30", "200")
    floor.tick(minutes=5, seconds=1)
    trade_at(floor, "70.10", "3000")
    write_trades(floor, 1, mode="block", price_ticks=6500, lots=200_000, first=4)
    with reading(floor.engine) as session:
        five = candles(session, floor.venue.id, Window.FIVE_MINUTES, TUESDAY, TUESDAY)
        minutes = candles(session, floor.venue.id, Window.MINUTE, TUESDAY, TUESDAY)
        day = candles(session, floor.venue.id, Window.DAY, TUESDAY, WEDNESDAY)
        newest = candles(session, floor.venue.id, Window.MINUTE, TUESDAY, TUESDAY, limit=1)
    ten = datetime(2026, 11, 17, 10, 0, tzinfo=REGISTRY_ZONE)
    # 7,000,000 + 1,406,000 fen over 1,200 t = 70.05.
    first = Candle(ten, 7000, 7030, 7000, 7030, 7005, 1200, 8_406_000, 2)
    second = Candle(ten.replace(minute=10), 7010, 7010, 7010, 7010, 7010, 3000, 21_030_000, 1)
    assert five == [first, second]
    assert [one.starts_at.minute for one in minutes] == [0, 4, 10]
    assert newest == minutes[-1:]
    # 29,436,000 fen over 4,200 t = 70.0857...
    midnight = ten.replace(hour=0)
    assert day == [Candle(midnight, 7000, 7030, 7000, 7010, 7009, 4200, 29_436_000, 3)]


def test_a_party_sees_its_own_orders_and_nobody_elses(lite: Floor) -> None:
    resting = lite.place("b1", "buy", "7", "69.99").answer["order"]
    trade_at(lite, "70.00", "5")
    with reading(lite.engine) as session:
        own = orders_of_party(session, lite.parties["b1"])
        still = orders_of_party(session, lite.parties["b1"], open_only=True)
        page = orders_of_party(session, lite.parties["b1"], limit=1)
        earlier = orders_of_party(session, lite.parties["b1"], before=page.earlier)
        nobody = orders_of_party(session, lite.parties["a2"])
    filled, waiting = own.orders
    assert (filled.state, filled.filled_lots, filled.value_fen) == ("filled", 5, 35_000)
    assert (waiting.number, waiting.open_lots, waiting.price_ticks) == (resting, 7, 6999)
    assert still.orders == (waiting,)
    assert page.orders == (filled,)
    assert earlier.orders == (waiting,)
    assert nobody.orders == ()


def test_a_venue_that_is_not_there_is_refused_by_name(lite: Floor) -> None:
    with reading(lite.engine) as session:
        found = market_head(session, "nowhere")
    assert isinstance(found, Refused)
    assert found.code is VenueCode.VENUE_NOT_FOUND


def questions(engine: Engine, ask: Callable[[Any], object]) -> int:
    """Count what a read asks of the database."""
    asked: list[str] = []

    def count(*seen: Any) -> None:
        asked.append(seen[2])

    with reading(engine) as session:
        event.listen(engine, "after_cursor_execute", count)
        try:
            ask(session)
        finally:
            event.remove(engine, "after_cursor_execute", count)
    return len(asked)


def test_lists_ask_the_same_few_questions_at_ten_and_at_two_thousand_trades(
    lite: Floor,
) -> None:
    venue_id = lite.venue.id
    head = head_of(lite)

    def asked() -> list[int]:
        reads: list[Callable[[Any], object]] = [
            lambda session: latest_sheets(session, market_heads(session)),
            lambda session: recent_sheets(session, head, WEDNESDAY, 20),
            lambda session: day_sheet(session, head, TUESDAY, TUESDAY),
            lambda session: depth(session, venue_id),
            lambda session: tape(session, venue_id),
            lambda session: candles(session, venue_id, Window.MINUTE, TUESDAY, TUESDAY),
            lambda session: orders_of_party(session, lite.parties["b1"]),
        ]
        return [questions(lite.engine, read) for read in reads]

    write_trades(lite, 10, mode="continuous", price_ticks=7000, lots=3, first=1)
    few = asked()
    write_trades(lite, 1990, mode="continuous", price_ticks=7000, lots=3, first=11)
    assert asked() == few
    assert max(few) <= LIST_QUERIES
    assert few[3:] == [1, 1, 1, 1]


def test_a_day_closes_by_the_rule_of_that_day_whatever_holds_on_the_next(lite: Floor) -> None:
    """Volume-weighted on Tuesday (71.80), last trade (72.50 then) from Wednesday on."""
    changed = run(
        lite.engine,
        lambda session: set_rule(
            session,
            lite.venue.id,
            "close_rule",
            "last_trade",
            WEDNESDAY,
            "示例文件",
            at(16, 10),
            "管理员甲",
        ),
    )
    assert not isinstance(changed, Refused), changed
    carbon_day(lite)
    lite.now = at(18, 10)
    lite.runner.drain()
    assert sheet_of(lite, TUESDAY).close_ticks == 7180
    assert sheet_of(lite, WEDNESDAY).previous_close_ticks == 7180
    assert head_of(lite).reference_ticks == 7180
    trade_at(lite, "72.00", "1")
    trade_at(lite, "72.40", "1")
    assert sheet_of(lite, WEDNESDAY).close_ticks == 7240
