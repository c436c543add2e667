"""Listing and pick at a venue, from the queue to the journal and back in an answer."""

import pytest
from sqlalchemy import Engine, select

from ledger.core.audit import audit
from ledger.core.database import reading
from ledger.core.moves import PositionKind
from ledger.units import Quantity
from market.book.listing import ListingCode
from market.book.orders import BookCode, Side
from market.calendar import SessionCode
from market.commands import CommandCode
from market.decisions import MarketCode
from market.listing_trading import ListingTradingCode
from market.replay import replay
from market.replay_findings import ReplayReport
from market.store import load_venue
from market.submission import Answer
from market.tables import market_order, trade
from market.venues import terms_at
from tests.support.market_floor import Floor, breaking, make_floor
from tests.support.market_refusals import refused
from tests.support.market_venues import CONTINUOUS, LISTING, at, with_rules


def floor_on(engine: Engine, **rules: str | None) -> Floor:
    made = make_floor(engine, with_rules(LISTING, **rules))
    made.fund("a1", units=10_000)
    made.fund("a2", units=10_000)
    made.fund("b1", fen=100_000_000)
    return made


@pytest.fixture
def floor(sqlite_engine: Engine) -> Floor:
    return floor_on(sqlite_engine)


def post(floor: Floor, trader: str, side: str, quantity: str, price: str, **more: object) -> int:
    answer = floor.place(trader, side, quantity, price, **more)
    assert answer.status == "accepted", answer
    number = answer.answer["order"]
    assert isinstance(number, int)
    return number


def pick(
    floor: Floor, trader: str, side: str, quantity: str, *orders: int, **more: object
) -> Answer:
    return floor.ask(
        trader,
        "pick",
        account=floor.numbers[trader],
        side=side,
        quantity=quantity,
        orders=list(orders),
        **more,
    )


def test_a_pick_trades_at_the_posted_price_with_the_one_chosen(engine: Engine) -> None:
    """60 of the later posting at 70.00: 4,200.00, fees 0.1 % on each side, 4.20."""
    floor = floor_on(engine)
    first = post(floor, "a1", "sell", "100", "70.00")
    second = post(floor, "a2", "sell", "100", "70.00")
    answer = pick(floor, "b1", "buy", "60", second)
    assert answer.answer["status"] == "filled"
    assert answer.answer["fills"] == [[1, 7000, 60]]
    assert floor.held_units("a1", first) == 100
    assert floor.held_units("a2", second) == 40
    assert floor.has(floor.units("b1", PositionKind.BOUGHT)) == [60]
    assert floor.has(floor.cash("a2")) == [420_000 - 420]
    assert floor.has(floor.cash("b1")) == [100_000_000 - 420_000 - 420]
    with reading(floor.engine) as session:
        assert not audit(session).differences
        row = session.execute(trade.select()).one()
    assert (row.mode, row.taker, row.sell_order) == ("listing", "buy", second)
    assert row.buy_order == answer.answer["order"]


def test_postings_never_trade_by_themselves(floor: Floor) -> None:
    post(floor, "a1", "sell", "100", "70.00")
    said = refused(floor.place("b1", "buy", "100", "70.00"))
    assert said.code == ListingCode.POSTED_PRICE_MEETS_OTHER_SIDE
    assert (said.values["price"], said.values["best"]) == ("70.00", "70.00")
    assert post(floor, "b1", "buy", "100", "69.99")
    assert floor.runner.drain() == 0


def test_a_pick_through_two_levels_holds_not_a_fen_too_much(floor: Floor) -> None:
    """100 at 70.00 and 50 at 71.00 cost 10,550.00, and 10.55 of fees: just that is there."""
    cheap = post(floor, "a1", "sell", "100", "70.00")
    dear = post(floor, "a2", "sell", "100", "71.00")
    floor.fund("b2", fen=1_055_000 + 1_054)
    said = refused(pick(floor, "b2", "buy", "150", cheap, dear))
    assert said.code == "cash_too_small"
    assert said.values["needed"] == Quantity(1_056_055, "CNY")
    floor.fund("b2", fen=1)
    answer = pick(floor, "b2", "buy", "150", dear, cheap)
    assert answer.answer["fills"] == [[1, 7000, 100], [2, 7100, 50]]
    assert floor.has(floor.cash("b2")) == [0]
    assert floor.held_money("b2", answer.answer["order"]) == 0


def test_a_seller_picks_bids_best_first(floor: Floor) -> None:
    low = post(floor, "b1", "buy", "100", "69.00")
    high = post(floor, "b1", "buy", "100", "69.50")
    said = refused(pick(floor, "a1", "sell", "10", low))
    assert said.code == ListingCode.BETTER_PRICE_PASSED_OVER
    assert said.values["best"] == "69.50"
    answer = pick(floor, "a1", "sell", "130", high, low)
    assert answer.answer["fills"] == [[1, 6950, 100], [2, 6900, 30]]
    # 6,950.00 + 2,070.00 - 9.02 of fees.
    assert floor.has(floor.cash("a1")) == [902_000 - 902]
    assert floor.held_money("b1", low) == 70 * 6900 + 483


def test_only_the_five_best_levels_can_be_picked(floor: Floor) -> None:
    orders = [post(floor, "a1", "sell", "10", f"70.0{cents}") for cents in range(6)]
    said = refused(pick(floor, "b1", "buy", "60", *orders))
    assert said.code == ListingCode.CHOSEN_ORDER_BEYOND_LEVELS_SEEN
    assert pick(floor, "b1", "buy", "50", *orders[:5]).answer["filled_lots"] == 50


def test_the_pick_is_for_just_what_was_chosen(floor: Floor) -> None:
    one = post(floor, "a1", "sell", "100", "70.00")
    other = post(floor, "a2", "sell", "100", "70.00")
    short = refused(pick(floor, "b1", "buy", "101", one))
    assert short.code == ListingCode.CHOSEN_ORDERS_BELOW_QUANTITY
    assert short.values["quantity"] == Quantity(101, "tCO2e")
    much = refused(pick(floor, "b1", "buy", "100", one, other))
    assert much.code == ListingCode.CHOSEN_ORDER_NOT_NEEDED
    gone = refused(pick(floor, "b1", "buy", "100", 9_999))
    assert gone.code == ListingCode.CHOSEN_ORDER_NOT_POSTED
    worse = refused(pick(floor, "b1", "buy", "100", one, price="69.99"))
    assert worse.code == ListingCode.CHOSEN_ORDER_BEYOND_LIMIT
    assert floor.has(floor.cash("b1")) == [100_000_000]


def test_nobody_picks_his_own_posting(floor: Floor) -> None:
    own = post(floor, "a1", "sell", "100", "70.00")
    floor.fund("a1", fen=10_000_000)
    said = refused(pick(floor, "a1", "buy", "10", own))
    assert said.code == ListingCode.CHOSEN_ORDER_OF_SAME_OWNER


def test_a_taker_sells_only_what_he_has(floor: Floor) -> None:
    floor.fund("b1", fen=100_000_000)
    bid = post(floor, "b1", "buy", "20000", "69.00")
    said = refused(pick(floor, "a1", "sell", "10001", bid))
    assert said.code == "available_too_small"
    assert said.values["available"] == Quantity(10_000, "tCO2e")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"tif": "IOC"}, ListingTradingCode.LISTING_ORDER_NEVER_IMMEDIATE),
        ({"tif": "FOK"}, ListingTradingCode.LISTING_ORDER_NEVER_IMMEDIATE),
        ({"post_only": True}, ListingTradingCode.LISTING_ORDER_HAS_NO_CONDITIONS),
        ({"display": "5"}, ListingTradingCode.LISTING_ORDER_HAS_NO_CONDITIONS),
        ({"minimum": "5"}, ListingTradingCode.LISTING_ORDER_HAS_NO_CONDITIONS),
    ],
    ids=["ioc", "fok", "post_only", "display", "minimum"],
)
def test_a_posting_takes_no_conditions(
    floor: Floor, more: dict[str, object], code: ListingTradingCode
) -> None:
    assert refused(floor.place("a1", "sell", "10", "70.00", **more)).code == code


def test_a_posting_has_a_price(floor: Floor) -> None:
    said = refused(floor.place("a1", "sell", "10"))
    assert said.code == ListingTradingCode.LISTING_ORDER_NEEDS_PRICE


def test_nothing_is_picked_from_a_book_that_matches(sqlite_engine: Engine) -> None:
    floor = make_floor(sqlite_engine, CONTINUOUS)
    said = refused(pick(floor, "b1", "buy", "10", 1))
    assert said.code == ListingTradingCode.PICK_ONLY_IN_LISTING


def test_a_listing_has_no_call(floor: Floor) -> None:
    said = refused(floor.ask("", "open_call"))
    assert said.code == ListingTradingCode.LISTING_HAS_NO_CALL


def test_a_pick_that_says_nothing_useful_is_refused(floor: Floor) -> None:
    payload = {"account": floor.numbers["b1"], "side": "buy", "quantity": "10"}
    assert refused(floor.ask("b1", "pick", **payload)).code == CommandCode.COMMAND_FIELD_MISSING
    for orders in ([], "1", [0], ["1"], [True]):
        said = refused(floor.ask("b1", "pick", orders=orders, **payload))
        assert said.code == CommandCode.COMMAND_FIELD_UNREADABLE


def test_amending_a_posting_moves_its_hold(floor: Floor) -> None:
    bid = post(floor, "b1", "buy", "100", "69.00")
    assert (
        floor.ask("b1", "amend", order=bid, price="69.50", quantity="40").answer["open_lots"] == 40
    )
    assert floor.held_money("b1", bid) == 40 * 6950 + 278
    post(floor, "a1", "sell", "10", "70.00")
    said = refused(floor.ask("b1", "amend", order=bid, price="70.00"))
    assert said.code == ListingCode.POSTED_PRICE_MEETS_OTHER_SIDE
    said = refused(floor.ask("b1", "amend", order=bid, price="77.01"))
    assert said.code == BookCode.ORDER_PRICE_OUTSIDE_BAND
    assert floor.held_money("b1", bid) == 40 * 6950 + 278


def test_cancelling_a_posting_gives_everything_back(floor: Floor) -> None:
    one = post(floor, "a1", "sell", "100", "70.00")
    two = post(floor, "a1", "sell", "200", "71.00")
    assert floor.ask("a1", "cancel", order=one).answer["status"] == "cancelled"
    assert floor.ask("a1", "cancel_all").answer == {"cancelled": [two]}
    assert floor.has(floor.units("a1")) == [10_000]


def test_listing_keeps_its_hours(floor: Floor) -> None:
    offer = post(floor, "a1", "sell", "100", "70.00")
    floor.now = at(17, 12)
    said = refused(pick(floor, "b1", "buy", "10", offer))
    assert said.code == SessionCode.OUTSIDE_SESSION
    floor.now = at(17, 13)
    floor.ask("", "halt", reason="行情异常")
    said = refused(pick(floor, "b1", "buy", "10", offer))
    assert said.code == MarketCode.VENUE_HALTED
    floor.ask("", "resume")
    assert pick(floor, "b1", "buy", "10", offer).answer["status"] == "filled"


def test_a_day_posting_ends_with_the_day(floor: Floor) -> None:
    post(floor, "a1", "sell", "100", "70.00", tif="DAY")
    floor.now = at(17, 15, 1)
    floor.runner.drain()
    assert floor.has(floor.units("a1")) == [10_000]


def test_what_lies_outside_the_new_days_band_is_cancelled(floor: Floor) -> None:
    """A trade at 63.00 makes the next day's band 56.70 to 69.30; the offer at 70.00 goes back."""
    far = post(floor, "a1", "sell", "100", "70.00")
    near = post(floor, "a2", "sell", "100", "63.00")
    pick(floor, "b1", "buy", "40", near)
    floor.now = at(18, 10)
    floor.runner.drain()
    assert floor.held_units("a1", far) == 0
    assert floor.held_units("a2", near) == 60
    assert floor.has(floor.units("a1")) == [10_000]


def test_a_restart_makes_the_same_listing(floor: Floor) -> None:
    post(floor, "a1", "sell", "100", "70.00", tif="DAY")
    kept = post(floor, "a2", "sell", "100", "70.00")
    post(floor, "b1", "buy", "100", "69.00")
    pick(floor, "b1", "buy", "40", kept)
    with reading(floor.engine) as session:
        terms = terms_at(session, floor.venue.id, floor.now.instant)
        again = load_venue(session, terms)
        live = floor.runner._venues[floor.venue.id]
        assert again.book.image() == live.book.image()
    assert again.book.best(Side.SELL) == 7000
    second = floor.new_runner("second")
    floor.runner.give_up()
    assert second.take_lease()
    floor.runner = second
    assert pick(floor, "b1", "buy", "60", kept).answer["filled_lots"] == 60


def test_a_fault_in_settlement_leaves_the_posting_and_halts(floor: Floor) -> None:
    offer = post(floor, "a1", "sell", "100", "70.00")
    with breaking(floor, lambda entry: entry.key.startswith("trade:")):
        said = refused(pick(floor, "b1", "buy", "10", offer))
    assert said.code == MarketCode.COMMAND_NOT_CARRIED_OUT
    assert floor.held_units("a1", offer) == 100
    assert floor.has(floor.cash("b1")) == [100_000_000]
    said = refused(pick(floor, "b1", "buy", "10", offer))
    assert said.code == MarketCode.VENUE_HALTED_BY_FAULT


def test_the_log_plays_to_the_same_listing(floor: Floor) -> None:
    cheap = post(floor, "a1", "sell", "100", "70.00", tif="DAY")
    dear = post(floor, "a2", "sell", "100", "71.00")
    pick(floor, "b1", "buy", "150", cheap, dear)
    pick(floor, "b1", "buy", "150", cheap)
    bid = post(floor, "b1", "buy", "100", "69.00")
    floor.ask("b1", "amend", order=bid, quantity="50", price="69.50")
    with breaking(floor, lambda entry: entry.key.startswith("trade:")):
        pick(floor, "a1", "sell", "10", bid)
    floor.ask("", "resume")
    pick(floor, "a1", "sell", "10", bid)
    floor.now = at(18, 10)
    floor.runner.drain()
    with reading(floor.engine) as session:
        report = replay(session, floor.venue.code)
    assert isinstance(report, ReplayReport), report
    assert report.identical, report


def test_an_order_that_ended_with_its_day_is_not_said_to_be_outside_the_band(floor: Floor) -> None:
    """The runner was down over the close: the DAY order at 70.00 expired, the GTC one did not."""
    day = post(floor, "a1", "sell", "100", "70.00", tif="DAY")
    stays = post(floor, "a1", "sell", "100", "70.00")
    near = post(floor, "a2", "sell", "100", "63.00")
    pick(floor, "b1", "buy", "40", near)
    floor.now = at(18, 10)
    floor.runner.drain()
    with reading(floor.engine) as session:
        ended = select(market_order.c.id, market_order.c.state, market_order.c.reason).where(
            market_order.c.id.in_([day, stays])
        )
        assert {row.id: (row.state, row.reason) for row in session.execute(ended)} == {
            day: ("expired", "expired"),
            stays: ("cancelled", "outside_band"),
        }


def test_how_many_levels_are_seen_is_a_rule_of_the_venue(sqlite_engine: Engine) -> None:
    floor = floor_on(sqlite_engine, listing_levels="2")
    orders = [post(floor, "a1", "sell", "10", f"70.0{cents}") for cents in range(3)]
    said = refused(pick(floor, "b1", "buy", "30", *orders))
    assert said.code == ListingCode.CHOSEN_ORDER_BEYOND_LEVELS_SEEN
    assert pick(floor, "b1", "buy", "20", *orders[:2]).status == "accepted"
