"""The pages of markets on the invented days: figures counted by hand, and who sees what."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import Engine, event, insert

from ledger.core.clock import REGISTRY_ZONE
from ledger.core.database import make_engine, run
from ledger.demonstration.loading import load_demonstration
from market.calendar import Mode
from market.candles import Candle
from market.daily_sheet import DaySheet
from market.decisions import Stand
from market.demonstration import load_market_demonstration
from market.tables import trade
from market.venue_identity import PRICE_BASES
from market.venue_rules import VENUE_RULE_KEYS, RuleKind
from tests.support.databases import SqliteTemplate
from tests.support.market_floor import Floor, breaking, make_floor
from tests.support.market_venues import CONTINUOUS, at
from web.access import Role, Visitor
from web.app import create_app
from web.market_chart import shapes, width
from web.market_words import (
    BASIS_WORDS,
    MODE_WORDS,
    RULE_VALUE_WORDS,
    STAND_LOOKS,
    STAND_WORDS,
    direction,
)

NEXT_MORNING = datetime(2026, 10, 16, 1, 0, tzinfo=UTC)
BOOK = "/market/nm-carbon-2025-book"
LISTING = "/market/nm-carbon-2025-listing"
REGULATOR = Visitor(frozenset({Role.PUBLIC, Role.REGULATOR}))


@pytest.fixture(scope="module")
def year(
    sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """The invented year with its markets; only read here."""
    engine = make_engine(sqlite_template.copy_into(tmp_path_factory.mktemp("markets")))
    assert load_demonstration(engine)
    assert load_market_demonstration(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def stranger(year: Engine) -> FlaskClient:
    """One of the public, on the morning after."""
    return create_app(year, now=lambda: NEXT_MORNING).test_client()


@pytest.fixture
def floor(sqlite_engine: Engine) -> Floor:
    made = make_floor(sqlite_engine, CONTINUOUS)
    made.fund("a1", units=1000)
    made.fund("b1", fen=10_000_000)
    return made


def client_of(floor: Floor, visitor: Visitor | None = None) -> FlaskClient:
    """A client whose clock is the floor's; a stranger where nobody is named."""
    recognise = None if visitor is None else lambda: visitor
    return create_app(
        floor.engine, recognise=recognise, now=lambda: floor.now.instant
    ).test_client()


def words(page: str) -> str:
    """The words of a page without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_list_shows_last_price_change_and_state_of_every_market(stranger: FlaskClient) -> None:
    page = words(stranger.get("/market").text)
    assert (
        "碳排放配额连续竞价（示例） 集合竞价 · 连续竞价 · 协议转让 71.90 ▲ +0.66（+0.93%） "
        "16,350 吨二氧化碳当量 1,148,225.00 2026-10-15 – 休市" in page
    )
    assert "碳排放配额挂牌与大宗（示例） 挂牌 · 大宗交易 72.00 ▲ +0.50（+0.70%）" in page


def test_the_first_day_of_the_book_is_as_counted_by_hand(stranger: FlaskClient) -> None:
    """A call of 800 at 70.00, then 3,200 between 70.00 and 71.20: 282,380.00 for 4,000 t."""
    sheet = json.loads(stranger.get(f"{BOOK}/sheet.json?on=2026-10-12").text)
    named = ("previous_close", "open", "high", "low", "last", "vwap", "close")
    assert [sheet[name] for name in named] == [
        *("70.00", "70.00", "71.20", "70.00", "71.20", "70.60", "70.60"),
    ]
    assert (sheet["trades"], sheet["volume"], sheet["value"]) == (8, "4000", "282380.00")
    call = sheet["by_mode"][1]
    assert (call["mode"], call["volume"], call["vwap"]) == ("call", "800", "70.00")


def test_the_listing_closes_at_the_volume_weighted_average(stranger: FlaskClient) -> None:
    page = words(stranger.get(f"{LISTING}?on=2026-10-12").text)
    assert "收盘 71.80 均价 71.80" in page
    assert "▲ +2.50（+3.57%）" in page
    assert "挂牌 3 10,000 718,000.00 70.00 72.50 71.80" in page
    next_day = json.loads(stranger.get(f"{LISTING}/sheet.json?on=2026-10-13").text)
    assert next_day["previous_close"] == "71.80"


def test_depth_has_five_levels_of_each_side_and_all_on_request(stranger: FlaskClient) -> None:
    page = words(stranger.get(BOOK).text)
    assert "卖五 73.00 1,200 6,200 卖四 72.80 2,000 5,000" in page
    assert "卖一 72.00 600 600 价差 0.60 买一 71.40 400 400" in page
    assert "73.50" not in page
    every = words(stranger.get(f"{BOOK}?depth=all").text)
    assert "卖 6 73.50 3,000 9,200 卖五 73.00" in every


def test_what_was_agreed_between_two_stands_apart_from_the_days_prices(
    stranger: FlaskClient,
) -> None:
    page = words(stranger.get(BOOK).text)
    assert "协议转让 1 12,000 837,600.00 69.80 69.80 69.80" in page
    assert "最低 71.10" in page


def test_posted_offers_are_named_by_number_in_a_listing_only(stranger: FlaskClient) -> None:
    listing = words(stranger.get(LISTING).text)
    assert re.search(r"挂牌中的委托（摘牌时写明委托号） .* \d+ 卖出 72\.00 1,800", listing)
    assert "挂牌中的委托" not in stranger.get(BOOK).text


def test_nobodys_name_or_account_is_on_the_pages(stranger: FlaskClient) -> None:
    for address in ("/market", BOOK, LISTING, f"{BOOK}/trades", f"{BOOK}/trades.json"):
        page = stranger.get(address).text
        for holder in ("示例热电厂", "示例水泥厂", "示例铁合金厂", "NM-100-"):
            assert holder not in page, address


def test_the_rules_stand_in_words_with_their_sources(stranger: FlaskClient) -> None:
    page = words(stranger.get(LISTING).text)
    assert "挂牌交易时段 09:30-11:30 13:00-15:00 自 2026-10-12 · 全国碳排放权交易" in page
    assert "涨跌幅 10%" in page
    assert "大宗单笔最小数量 100,000 吨二氧化碳当量" in page
    assert "收盘价规则 当日簿内成交按数量加权平均" in page
    assert "买方费率 0.1%" in page
    english = words(stranger.get(f"{LISTING}?lang=en").text)
    assert "How the close is found Average of the day" in english
    assert "Price band 10%" in english


def test_the_band_is_that_of_the_next_trading_day_until_that_day_began(
    stranger: FlaskClient,
) -> None:
    """71.41 x 0.9 = 64.269 and x 1.1 = 78.551, half up to the tick."""
    page = words(stranger.get(BOOK).text)
    assert "价格区间 64.27–78.55 下一交易日" in page
    assert "状态 – 休市 下一时点 2026-10-16 09:15" in page


def test_a_past_day_shows_its_prices_and_no_depth(stranger: FlaskClient) -> None:
    page = words(stranger.get(f"{BOOK}?on=2026-10-14").text)
    assert "本页为 2026-10-14 的行情，不是现在" in page
    assert "▼ −0.71（−0.99%）" in page
    assert "盘口" not in page


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/market/nowhere", 404),
        ("/market/nowhere/trades", 404),
        (f"{BOOK}?on=2026-10-17", 400),
        (f"{BOOK}?on=2026-10-09", 404),
        (f"{BOOK}/sheet.pdf", 404),
        (f"{BOOK}/trades?before=-1", 400),
        (f"{BOOK}/trades?before=9999999999999999999", 400),
        (f"{BOOK}/candles?window=7m", 400),
        ("/market.pdf", 404),
    ],
)
def test_bad_addresses_are_refused(stranger: FlaskClient, address: str, status: int) -> None:
    assert stranger.get(address).status_code == status


def test_the_tape_leads_from_page_to_page(stranger: FlaskClient) -> None:
    first = json.loads(stranger.get(f"{BOOK}/trades.json").text)
    numbers = [line["number"] for line in first["trades"]]
    assert numbers == list(range(numbers[0], 0, -1))
    assert first["before"] is None
    later = json.loads(stranger.get(f"{BOOK}/trades.json?before=4").text)
    assert [line["number"] for line in later["trades"]] == [3, 2, 1]
    assert later["trades"][-1] == {
        "number": 1,
        "at": "2026-10-12T09:25:00+08:00",
        "mode": "call",
        "price": "70.00",
        "quantity": "800",
        "value": "56000.00",
        "taker": None,
    }
    page = words(stranger.get(f"{BOOK}/trades?before=4").text)
    assert "第一页" in page


def test_candles_are_a_table_and_a_drawing(stranger: FlaskClient) -> None:
    page = stranger.get(f"{BOOK}/candles?window=15m").text
    assert 'aria-label="价格由 71.20 到 71.90，最高 71.90，最低 71.10"' in page
    assert "2026-10-15 09:15 71.20 71.20 71.20 71.20 71.20 700 49,840.00" in words(page)
    days = json.loads(stranger.get(f"{BOOK}/candles.json?window=1d").text)
    assert [one["volume"] for one in days["candles"]] == ["4000", "3900", "1900", "4350"]
    assert days["candles"][0] == {
        "at": "2026-10-12T00:00:00+08:00",
        "open": "70.00",
        "high": "71.20",
        "low": "70.00",
        "close": "71.20",
        "vwap": "70.60",
        "volume": "4000",
        "value": "282380.00",
        "trades": 8,
    }


def test_tables_are_exported_in_the_readers_language(stranger: FlaskClient) -> None:
    table = stranger.get("/market.csv?lang=en").text
    assert "Last trading day" in table
    assert "nm-carbon-2025-book" in table
    book = load_workbook(BytesIO(stranger.get(f"{BOOK}/sheet.xlsx").data))
    cells = [cell.value for row in book.worksheets[0].rows for cell in row]
    assert "协议转让" in cells
    assert "837,600.00" in cells
    candles = stranger.get(f"{BOOK}/candles.csv?on=2026-10-12&window=1h").text
    assert "2026-10-12 10:00,70.80" in candles


def test_where_no_market_is_open_the_list_says_so(sqlite_engine: Engine) -> None:
    client = create_app(sqlite_engine, recognise=lambda: REGULATOR).test_client()
    assert "尚未开设任何市场" in client.get("/market").text
    assert "尚未开设任何市场" in client.get("/watch").text


def test_a_market_without_any_trade_has_its_page(floor: Floor) -> None:
    page = words(client_of(floor).get(f"/market/{floor.venue.code}").text)
    assert "当日尚无成交。" in page
    assert "昨收 70.00" in page
    assert "暂无卖盘。" in page
    assert "暂无买盘。" in page
    assert "尚无成交" in client_of(floor).get("/market").text


def test_a_running_call_shows_its_indicative_price(floor: Floor) -> None:
    floor.now = at(17, 9, 16)
    floor.runner.drain()
    floor.place("a1", "sell", "200", "70.10")
    floor.place("b1", "buy", "100", "70.50")
    page = words(client_of(floor).get(f"/market/{floor.venue.code}").text)
    assert "集合竞价中：指示价 70.10，可成交 100 吨二氧化碳当量；卖方剩余 100" in page
    assert "! 集合竞价" in page


def test_the_close_is_not_set_while_the_day_runs(floor: Floor) -> None:
    floor.place("a1", "sell", "300", "70.50")
    floor.place("b1", "buy", "100", "70.50")
    address = f"/market/{floor.venue.code}"
    assert json.loads(client_of(floor).get(f"{address}/sheet.json").text)["close"] is None
    assert "收盘" not in words(client_of(floor).get(address).text).partition("日行情")[0]
    floor.now = at(17, 15, 30)
    assert json.loads(client_of(floor).get(f"{address}/sheet.json").text)["close"] == "70.50"


def test_a_halt_is_shown_to_everybody_with_its_reason(floor: Floor) -> None:
    floor.ask("", "halt", reason="价格异常，核查中")
    for address in ("/market", f"/market/{floor.venue.code}"):
        page = words(client_of(floor).get(address).text)
        assert "✗ 已暂停" in page
        assert "价格异常，核查中" in page
    document = json.loads(client_of(floor).get("/market.json").text)
    (listed,) = document["markets"]
    assert (listed["state"], listed["halt_reason"]) == ("halted", "价格异常，核查中")


def test_why_settlement_failed_is_on_the_regulators_page_alone(floor: Floor) -> None:
    floor.place("a1", "sell", "300", "70.50")
    with breaking(floor, lambda entry: entry.key.startswith("trade:")):
        floor.place("b1", "buy", "100", "71.00")
    for address in ("/market", "/market.json", f"/market/{floor.venue.code}"):
        page = client_of(floor).get(address).text
        assert "a fault on purpose" not in page
    assert "结算未能完成，已报主管部门核查" in client_of(floor).get("/market").text
    assert client_of(floor).get("/watch").status_code == 404
    page = words(client_of(floor, REGULATOR).get("/watch").text)
    assert "✗ 已暂停 2026-11-17 10:00 结算故障 a fault on purpose at trade:" in page


def test_pages_ask_the_same_few_questions_at_ten_and_at_two_thousand_trades(floor: Floor) -> None:
    addresses = [
        "/market",
        f"/market/{floor.venue.code}",
        f"/market/{floor.venue.code}/trades",
        f"/market/{floor.venue.code}/candles",
    ]

    def asked() -> list[int]:
        return [questions(floor, address) for address in addresses]

    write_trades(floor, 1, 10)
    few = asked()
    write_trades(floor, 11, 1990)
    assert asked() == few
    assert max(few) <= 30


def write_trades(floor: Floor, first: int, count: int) -> None:
    rows = [
        {
            "venue_id": floor.venue.id,
            "number": number,
            "command": number,
            "mode": "continuous",
            "price_ticks": 7000 + number % 50,
            "lots": 3,
            "value_fen": 3 * (7000 + number % 50),
            "buy_order": 1,
            "sell_order": 2,
            "taker": "buy",
            "entry_key": f"made:{number}",
            "traded_at": floor.now.instant,
            "traded_on": floor.now.today,
        }
        for number in range(first, first + count)
    ]
    run(floor.engine, lambda session: session.execute(insert(trade), rows))


def questions(floor: Floor, address: str) -> int:
    seen: list[str] = []

    def count(*said: Any) -> None:
        seen.append(said[2])

    event.listen(floor.engine, "after_cursor_execute", count)
    try:
        assert client_of(floor).get(address).status_code == 200
    finally:
        event.remove(floor.engine, "after_cursor_execute", count)
    return len(seen)


def test_every_state_way_and_word_of_a_rule_has_its_words() -> None:
    assert set(MODE_WORDS) == set(Mode)
    assert set(STAND_WORDS) == set(STAND_LOOKS) == set(Stand)
    assert set(BASIS_WORDS) == set(PRICE_BASES)
    written = {word for key in VENUE_RULE_KEYS if key.kind is RuleKind.WORD for word in key.words}
    assert written <= RULE_VALUE_WORDS.keys()


def candle(opened: int, high: int, low: int, closed: int) -> Candle:
    starts_at = datetime(2026, 10, 12, 10, 0, tzinfo=REGISTRY_ZONE)
    return Candle(starts_at, opened, high, low, closed, opened, 1, opened, 1)


def test_the_drawing_puts_the_highest_price_on_top_and_keeps_within_its_edges() -> None:
    up, down = shapes([candle(100, 120, 100, 110), candle(110, 110, 100, 105)])
    assert (up.look, down.look) == ("up", "down")
    assert (up.wick_top, up.wick_bottom) == (40, 960)
    assert (up.body_top, up.body_height) == (500, 460)
    assert (down.left - up.left, down.body_top) == (10, 500)
    (flat,) = shapes([candle(100, 100, 100, 100)])
    assert (flat.look, flat.wick_top, flat.body_height) == ("up", 40, 4)
    assert shapes([]) == []
    assert width([]) == 240


def test_without_a_price_before_there_is_no_direction() -> None:
    sheet = DaySheet(1, NEXT_MORNING.date(), None, 1, 1, 1, 1, 1, 1, ())
    assert sheet.change_ticks is None
    assert direction(sheet) == 0
