"""The public pages of auctions: notice, stage, result sheet; bids by number, bidders never."""

import json
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, update

from ledger.core.database import run
from market.auctions.auction_tables import auction_state
from market.auctions.life import Stage
from market.auctions.rules import Format
from tests.support.auction_hall import CLOSE, OPEN, Hall, make_hall
from web.access import Role, Visitor
from web.app import create_app
from web.auction_words import FORMAT_WORDS, STAGE_LOOKS, STAGE_WORDS, figure
from web.i18n import translator

REGULATOR = Visitor(frozenset({Role.PUBLIC, Role.REGULATOR}))


@pytest.fixture
def hall(sqlite_engine: Engine) -> Hall:
    return make_hall(sqlite_engine)


@pytest.fixture
def cleared(hall: Hall) -> Hall:
    """4,000 at 75.10, 3,000 at 74.90 and 4,500 at 74.50 for 10,000: 74.50 for all."""
    hall.announce()
    hall.to(OPEN)
    for who, quantity, price in (
        ("a2", "4000", "75.10"),
        ("b1", "3000", "74.90"),
        ("b2", "4500", "74.50"),
    ):
        assert hall.bid(who, quantity, price).refused is None
    hall.to(CLOSE)
    return hall


def client_of(hall: Hall, visitor: Visitor | None = None) -> FlaskClient:
    recognise = None if visitor is None else lambda: visitor
    return create_app(hall.engine, recognise=recognise, now=lambda: hall.now.instant).test_client()


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_without_auctions_the_list_says_so_and_the_markets_name_none(hall: Hall) -> None:
    assert "尚未公告任何竞价" in client_of(hall).get("/auctions").text
    assert "全部竞价" not in client_of(hall).get("/market").text


def test_an_announced_auction_is_listed_with_its_window(hall: Hall) -> None:
    hall.announce()
    page = words(client_of(hall).get("/auctions").text)
    assert "示例-1 示例竞价 碳排放配额 2026 年 2026-11-10 09:00 2026-11-10 11:00 – 已公告" in page
    assert "全部竞价" in client_of(hall).get("/market").text
    one = words(client_of(hall).get(f"/auctions/{hall.auction}").text)
    assert "数量 10,000 吨二氧化碳当量 起始价 60.00 元/吨二氧化碳当量" in one
    assert "种子在出清后公布。" in one
    assert "结果公示" not in one
    assert client_of(hall).get(f"/auctions/{hall.auction}/result.csv").status_code == 404


def test_the_result_sheet_is_public_and_names_no_bidder(cleared: Hall) -> None:
    page = client_of(cleared).get(f"/auctions/{cleared.auction}").text
    said = words(page)
    assert "✓ 已结算" in said
    assert "成交价 74.50" in said
    assert "成交量 10,000 吨二氧化碳当量 未售 0" in said
    assert "成交总额（元） 745,000.00" in said
    assert "投标人数 3 中标 3；认购倍数 1.1500" in said
    assert "最高报价 75.10" in said
    assert re.search(r"\d+ 4,000 74\.50 298,000\.00 \d+ 3,000 74\.50 223,500\.00", said)
    for number in (*cleared.numbers.values(), *cleared.cash_numbers.values()):
        assert number not in page
    english = words(client_of(cleared).get(f"/auctions/{cleared.auction}?lang=en").text)
    assert "Clearing price 74.50" in english
    assert "Winners 3; cover ratio 1.1500" in english


def test_the_awards_are_exported(cleared: Hall) -> None:
    address = f"/auctions/{cleared.auction}/result"
    assert '"4,000",74.50,"298,000.00"' in client_of(cleared).get(f"{address}.csv").text
    document = json.loads(client_of(cleared).get(f"{address}.json").text)
    assert document["result"]["proceeds"] == "745000.00"


def test_an_undersubscribed_auction_says_why_nothing_was_sold(hall: Hall) -> None:
    hall.announce()
    hall.to(OPEN)
    hall.bid("a2", "4000", "75.10")
    hall.to(CLOSE)
    page = words(client_of(hall).get(f"/auctions/{hall.auction}").text)
    assert "已取消 认购不足" in page


def test_what_interrupted_an_auction_is_for_the_regulator_alone(hall: Hall) -> None:
    hall.announce()
    broken = update(auction_state).values(halted="a fault on purpose")
    run(hall.engine, lambda session: session.execute(broken))
    number = hall.auction
    for address in ("/auctions", f"/auctions/{number}", "/market"):
        assert "a fault on purpose" not in client_of(hall).get(address).text
    assert "办理中断，已报主管部门核查" in client_of(hall).get(f"/auctions/{number}").text
    assert "a fault on purpose" in client_of(hall, REGULATOR).get("/watch").text


def test_what_interrupted_an_auction_is_in_no_public_file(cleared: Hall) -> None:
    broken = update(auction_state).values(halted="a fault on purpose")
    run(cleared.engine, lambda session: session.execute(broken))
    sent = client_of(cleared).get(f"/auctions/{cleared.auction}/result.json").text
    assert "a fault on purpose" not in sent


@pytest.mark.parametrize("address", ["/auctions/7", "/auctions/99999999999999999999"])
def test_an_auction_that_is_not_there_is_not_found(hall: Hall, address: str) -> None:
    assert client_of(hall).get(address).status_code == 404


def test_every_stage_and_format_has_its_words() -> None:
    assert set(STAGE_WORDS) == set(STAGE_LOOKS) == set(Stage)
    assert set(FORMAT_WORDS) == set(Format)


def test_figures_are_grouped_and_keep_their_decimals() -> None:
    said = [figure(text, translator("zh")) for text in ("745000.00", "10000", "0", "1.1500", None)]
    assert said == ["745,000.00", "10,000", "0", "1.1500", "–"]
