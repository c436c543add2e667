"""Block trades and agreements between two named parties, through the runner."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from ledger.core.audit import audit
from ledger.core.database import reading
from ledger.core.entries import PositionKey
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.tables import entry
from ledger.refusals import Refused
from ledger.units import Quantity
from market.book.orders import BookCode, Side
from market.calendar import Mode, SessionCode
from market.commands import CommandCode
from market.deals import DealCode
from market.decisions import MarketCode
from market.proposals import proposals_of_party, waiting_agreements
from market.replay import replay
from market.replay_findings import ReplayReport
from market.store import load_venue
from market.submission import Answer
from market.tables import trade
from market.venues import terms_at
from market.views import depth, market_head
from tests.support.market_floor import Floor, breaking, make_floor
from tests.support.market_refusals import refused
from tests.support.market_venues import CONTINUOUS, LISTING, at, with_rules

CASH = 2_000_000_000
VALUE = 20_000 * 6_500
FEE = VALUE // 1000


def floor_on(engine: Engine, **rules: str | None) -> Floor:
    """A continuous venue with agreements 13:00-15:30, 10,000 t at least, band 49.00-91.00."""
    made = make_floor(engine, with_rules(CONTINUOUS, **rules), now=at(17, 14))
    made.fund("a1", units=50_000)
    made.fund("b1", fen=CASH)
    return made


@pytest.fixture
def floor(sqlite_engine: Engine) -> Floor:
    return floor_on(sqlite_engine)


@pytest.fixture
def clerks(sqlite_engine: Engine) -> Floor:
    return floor_on(sqlite_engine, agreement_registered_by="clerk")


def propose(
    floor: Floor,
    trader: str = "a1",
    counterparty: str = "b1",
    side: str = "sell",
    price: str = "65.00",
    quantity: str = "20000",
    **more: object,
) -> Answer:
    payload: dict[str, object] = {
        "account": floor.numbers[trader],
        "counterparty": floor.numbers[counterparty],
        "mode": "agreement",
        "side": side,
        "price": price,
        "quantity": quantity,
        **more,
    }
    return floor.ask(trader, "propose", **payload)


def proposed(floor: Floor, *args: str, **more: object) -> int:
    answer = propose(floor, *args, **more)  # type: ignore[arg-type]
    assert answer.status == "accepted", answer
    number = answer.answer["order"]
    assert isinstance(number, int)
    return number


def reply(floor: Floor, kind: str, order: int, trader: str = "b1") -> Answer:
    return floor.ask(trader, kind, order=order, account=floor.numbers[trader])


def nothing_moved(floor: Floor) -> bool:
    return floor.has(floor.units("a1"), floor.cash("b1")) == [50_000, CASH]


def test_an_agreement_settles_as_the_other_side_confirms(engine: Engine) -> None:
    """20,000 at 65.00: 1,300,000.00, fees 1,300.00 on each side."""
    floor = floor_on(engine)
    order = proposed(floor)
    assert floor.held_units("a1", order) == 20_000
    answer = reply(floor, "confirm", order)
    assert answer.answer["status"] == "filled"
    assert answer.answer["fills"] == [[1, 6500, 20_000]]
    assert floor.has(floor.units("b1"), floor.units("a1")) == [20_000, 30_000]
    assert floor.has(floor.cash("a1"), floor.cash("b1")) == [VALUE - FEE, CASH - VALUE - FEE]
    with reading(floor.engine) as session:
        assert not audit(session).differences
        row = session.execute(trade.select()).one()
        kind = session.scalar(
            entry.select().where(entry.c.key == row.entry_key).with_only_columns(entry.c.kind)
        )
    assert (row.mode, row.taker, row.sell_order) == ("agreement", "buy", order)
    assert kind == EntryKind.AGREEMENT


def test_a_buyer_may_propose_as_well(floor: Floor) -> None:
    order = proposed(floor, "b1", "a1", side="buy")
    assert floor.held_money("b1", order) == VALUE + FEE
    assert reply(floor, "confirm", order, "a1").answer["status"] == "filled"
    assert floor.has(floor.units("b1")) == [20_000]


def test_the_days_prices_do_not_hear_of_it(floor: Floor) -> None:
    reply(floor, "confirm", proposed(floor))
    state = floor.runner._venues[floor.venue.id].state
    assert (state.last_ticks, state.prices.lots, state.trades) == (None, 0, 1)
    floor.now = at(18, 10)
    floor.runner.drain()
    assert floor.runner._venues[floor.venue.id].state.reference_ticks == 7000


def test_nobody_meets_a_proposal_in_the_book(floor: Floor) -> None:
    proposed(floor, price="65.00")
    assert floor.place("b1", "buy", "100", "70.00").answer["status"] == "resting"


def test_declining_and_withdrawing_give_everything_back(floor: Floor) -> None:
    order = proposed(floor)
    assert reply(floor, "decline", order).answer == {"order": order, "status": "declined"}
    assert nothing_moved(floor)
    order = proposed(floor)
    answer = floor.ask("a1", "withdraw", order=order)
    assert answer.answer == {"order": order, "status": "withdrawn"}
    assert nothing_moved(floor)
    assert refused(reply(floor, "confirm", order)).code == DealCode.PROPOSAL_NOT_OPEN


def test_cancelling_withdraws_a_proposal_too(floor: Floor) -> None:
    order = proposed(floor)
    assert floor.ask("a1", "cancel", order=order).answer["status"] == "withdrawn"
    order = proposed(floor)
    assert floor.ask("a1", "cancel_all").answer == {"cancelled": [order]}
    assert nothing_moved(floor)


def test_only_the_one_addressed_confirms_or_declines(floor: Floor) -> None:
    floor.fund("b2", fen=CASH)
    order = proposed(floor)
    for trader in ("b2", "a1"):
        for kind in ("confirm", "decline"):
            said = refused(reply(floor, kind, order, trader))
            assert said.code == DealCode.PROPOSAL_NOT_OPEN
            assert said.values == {"order": order}
    assert refused(floor.ask("b1", "withdraw", order=order)).code == DealCode.PROPOSAL_NOT_OPEN
    assert floor.held_units("a1", order) == 20_000


def test_a_proposal_is_not_amended(floor: Floor) -> None:
    order = proposed(floor)
    said = refused(floor.ask("a1", "amend", order=order, price="60.00"))
    assert said.code == DealCode.PROPOSAL_NEVER_CHANGES


def test_a_proposal_ends_with_its_session(floor: Floor) -> None:
    order = proposed(floor)
    floor.now = at(17, 15, 29, 59)
    floor.runner.drain()
    assert floor.held_units("a1", order) == 20_000
    floor.now = at(17, 15, 30)
    floor.runner.drain()
    assert nothing_moved(floor)


def test_a_proposal_ends_at_the_time_it_names(floor: Floor) -> None:
    order = proposed(floor, expires_at="2026-11-17T14:10:00+08:00")
    floor.now = at(17, 14, 10)
    assert refused(reply(floor, "confirm", order)).code == DealCode.PROPOSAL_NOT_OPEN
    assert nothing_moved(floor)
    said = refused(propose(floor, expires_at="2026-11-17T15:31:00+08:00"))
    assert said.code == DealCode.PROPOSAL_ENDS_AFTER_SESSION
    assert said.values["ends"] == at(17, 15, 30).instant
    said = refused(propose(floor, expires_at="2026-11-17T14:10:00+08:00"))
    assert said.code == CommandCode.EXPIRY_NOT_IN_FUTURE


def test_size_and_band_are_its_own(floor: Floor) -> None:
    small = refused(propose(floor, quantity="9999"))
    assert small.code == MarketCode.QUANTITY_BELOW_MINIMUM
    assert small.values["minimum"] == Quantity(10_000, "tCO2e")
    for price in ("48.99", "91.01"):
        said = refused(propose(floor, price=price))
        assert said.code == BookCode.ORDER_PRICE_OUTSIDE_BAND
        assert (said.values["lowest"], said.values["highest"]) == ("49.00", "91.00")
    for price in ("49.00", "91.00"):
        assert propose(floor, price=price).status == "accepted"


def test_hours_are_its_own(floor: Floor) -> None:
    floor.now = at(17, 10)
    said = refused(propose(floor))
    assert said.code == SessionCode.OUTSIDE_SESSION
    assert said.values["next_opening"] == at(17, 13).instant
    # The book is closed by then.
    floor.now = at(17, 15, 10)
    assert reply(floor, "confirm", proposed(floor)).answer["status"] == "filled"


@pytest.mark.parametrize("mode", ["block", "continuous", "listing"])
def test_a_venue_has_its_ways_to_trade(floor: Floor, mode: str) -> None:
    said = refused(propose(floor, mode=mode))
    assert said.code == DealCode.WAY_TO_TRADE_NOT_HERE
    assert said.values == {"mode": mode, "venue": floor.venue.code}


def test_the_two_sides_are_two_owners(floor: Floor) -> None:
    said = refused(propose(floor, "a1", "a1"))
    assert said.code == DealCode.COUNTERPARTY_IS_PROPOSER


def test_what_is_not_there_cannot_be_proposed_or_confirmed(floor: Floor) -> None:
    said = refused(propose(floor, quantity="50001"))
    assert said.code == "available_too_small"
    order = proposed(floor, "a1", "b2")
    said = refused(reply(floor, "confirm", order, "b2"))
    assert said.code == "cash_too_small"
    assert said.values["needed"] == Quantity(VALUE + FEE, "CNY")
    assert floor.held_units("a1", order) == 20_000


def test_a_halt_stops_confirming_but_not_declining(floor: Floor) -> None:
    order = proposed(floor)
    floor.ask("", "halt", reason="行情异常")
    assert refused(reply(floor, "confirm", order)).code == MarketCode.VENUE_HALTED
    assert refused(propose(floor)).code == MarketCode.VENUE_HALTED
    assert reply(floor, "decline", order).status == "accepted"


def test_a_confirmed_agreement_waits_for_the_clerk(engine: Engine) -> None:
    floor = floor_on(engine, agreement_registered_by="clerk")
    order = proposed(floor)
    answer = reply(floor, "confirm", order)
    other = answer.answer["order"]
    assert answer.answer["status"] == "waits_for_registration"
    assert floor.held_units("a1", order) == 20_000
    assert floor.held_money("b1", other) == VALUE + FEE
    # Neither side takes it back, and the session's end does not end it.
    for said in (
        refused(floor.ask("a1", "withdraw", order=order)),
        refused(floor.ask("b1", "withdraw", order=other)),
        refused(floor.ask("b1", "cancel", order=other)),
        refused(reply(floor, "decline", order)),
        refused(reply(floor, "confirm", order)),
    ):
        assert said.code == DealCode.PROPOSAL_ALREADY_CONFIRMED
    assert floor.ask("a1", "cancel_all").answer == {"cancelled": []}
    floor.now = at(18, 9)
    floor.runner.drain()
    assert floor.held_units("a1", order) == 20_000
    said = refused(floor.ask("b1", "register", order=order))
    assert said.code == MarketCode.COMMAND_ONLY_FOR_OPERATORS
    assert floor.ask("", "register", order=order).answer["status"] == "filled"
    assert floor.has(floor.units("b1"), floor.units("a1")) == [20_000, 30_000]
    assert floor.has(floor.cash("a1"), floor.cash("b1")) == [VALUE - FEE, CASH - VALUE - FEE]
    said = refused(floor.ask("", "register", order=order))
    assert said.code == DealCode.AGREEMENT_NOT_WAITING
    with reading(floor.engine) as session:
        assert not audit(session).differences


def test_the_clock_goes_past_the_end_of_what_was_confirmed_before(clerks: Floor) -> None:
    """What is confirmed no longer ends by itself: the clock must not ask for that end for ever."""
    order = proposed(clerks, expires_at="2026-11-17T14:30:00+08:00")
    assert reply(clerks, "confirm", order).status == "accepted"
    clerks.now = at(17, 14, 31)
    decided = [clerks.runner.run_batch() for _ in range(3)]
    assert decided[-1] == 0
    assert clerks.held_units("a1", order) == 20_000


def test_a_clerk_rejects_with_a_reason(clerks: Floor) -> None:
    order = proposed(clerks)
    unconfirmed = refused(clerks.ask("", "register", order=order))
    assert unconfirmed.code == DealCode.AGREEMENT_NOT_WAITING
    reply(clerks, "confirm", order)
    said = refused(clerks.ask("", "reject", order=order, reason=" "))
    assert said.code == CommandCode.COMMAND_FIELD_MISSING
    answer = clerks.ask("", "reject", order=order, reason="价格依据不足")
    assert answer.answer == {"order": order, "status": "rejected"}
    assert nothing_moved(clerks)


def test_a_restart_keeps_proposals_and_what_waits(clerks: Floor) -> None:
    waits = proposed(clerks)
    reply(clerks, "confirm", waits)
    stays = proposed(clerks, quantity="10000")
    with reading(clerks.engine) as session:
        again = load_venue(session, terms_at(session, clerks.venue.id, clerks.now.instant))
    assert again.orders == clerks.runner._venues[clerks.venue.id].orders
    assert len(again.book) == 0
    clerks.runner.give_up()
    clerks.runner = clerks.new_runner("second")
    assert clerks.runner.take_lease()
    assert clerks.ask("", "register", order=waits).answer["status"] == "filled"
    assert clerks.ask("a1", "withdraw", order=stays).answer["status"] == "withdrawn"


def test_a_seizure_ends_what_the_units_were_promised_for(clerks: Floor) -> None:
    order = proposed(clerks)
    reply(clerks, "confirm", order)
    court = clerks.parties["b2"]
    answer = clerks.ask(
        "",
        "seize",
        account=clerks.numbers["a1"],
        quantity="40000",
        case="（2026）示例 1 号",
        for_party=court,
    )
    assert answer.answer["seized"] == 40_000
    assert order in answer.answer["cancelled"]
    seized = PositionKey(
        clerks.accounts["a1"], clerks.asset, PositionKind.SEIZED, "（2026）示例 1 号", court
    )
    assert clerks.has(seized, clerks.units("a1"), clerks.cash("b1")) == [40_000, 10_000, CASH]


def test_a_fault_while_confirming_leaves_both_sides_as_they_were(floor: Floor) -> None:
    order = proposed(floor)
    with breaking(floor, lambda entry: entry.key.startswith("trade:")):
        said = refused(reply(floor, "confirm", order))
    assert said.code == MarketCode.COMMAND_NOT_CARRIED_OUT
    assert floor.held_units("a1", order) == 20_000
    assert floor.has(floor.cash("b1")) == [CASH]


def test_a_block_has_its_own_window_and_size(sqlite_engine: Engine) -> None:
    floor = make_floor(sqlite_engine, LISTING, now=at(17, 14))
    floor.fund("a1", units=200_000)
    floor.fund("b1", fen=CASH)
    said = refused(propose(floor, mode="agreement"))
    assert said.code == DealCode.WAY_TO_TRADE_NOT_HERE
    order = proposed(floor, mode="block", quantity="100000", price="65.00")
    assert reply(floor, "confirm", order).answer["status"] == "filled"
    assert floor.has(floor.units("b1", PositionKind.BOUGHT)) == [100_000]


def test_the_log_plays_to_the_same_agreements(clerks: Floor) -> None:
    for outcome in ("register", "reject"):
        order = proposed(clerks, quantity="10000")
        reply(clerks, "confirm", order)
        clerks.ask("", outcome, order=order, **({"reason": "示例"} if outcome == "reject" else {}))
    for kind in ("decline", "withdraw"):
        order = proposed(clerks)
        if kind == "decline":
            reply(clerks, kind, order)
        else:
            clerks.ask("a1", kind, order=order)
    waiting = proposed(clerks, quantity="10000")
    reply(clerks, "confirm", waiting)
    proposed(clerks, quantity="10000")
    with reading(clerks.engine) as session:
        report = replay(session, clerks.venue.code)
    assert isinstance(report, ReplayReport), report
    assert report.identical, report


def test_parties_and_the_clerk_see_what_is_open(clerks: Floor) -> None:
    waits = proposed(clerks)
    answer = reply(clerks, "confirm", waits).answer["order"]
    stays = proposed(clerks, quantity="10000", price="66.00")
    other = proposed(clerks, "a1", "b2", quantity="10000")
    with reading(clerks.engine) as session:
        made = proposals_of_party(session, clerks.parties["a1"])
        asked = proposals_of_party(session, clerks.parties["b1"])
        waiting = waiting_agreements(session, clerks.venue.id)
        book = load_venue(session, terms_at(session, clerks.venue.id, clerks.now.instant)).book
    assert [one.number for one in made] == [waits, stays, other]
    assert [one.number for one in asked] == [waits, stays]
    assert [(one.number, one.confirmed_by) for one in waiting] == [(waits, answer)]
    shown = asked[1]
    assert (shown.price_ticks, shown.lots, shown.side) == (6600, 10_000, Side.SELL)
    assert shown.account_number == clerks.numbers["a1"]
    assert shown.counterparty_number == clerks.numbers["b1"]
    assert shown.expires_at == at(17, 15, 30).instant
    assert not book.levels(Side.SELL)


def test_a_venue_may_trade_by_block_alone(sqlite_engine: Engine) -> None:
    of_book = ("hours_listing", "order_maximum", "order_band", "listing_levels", "self_trade")
    definition = replace(with_rules(LISTING, **dict.fromkeys(of_book)), modes=(Mode.BLOCK,))
    floor = make_floor(sqlite_engine, definition, now=at(17, 14))
    floor.fund("a1", units=200_000)
    floor.fund("b1", fen=CASH)
    assert refused(floor.place("a1", "sell", "100000", "70.00")).code == MarketCode.VENUE_CLOSED
    order = proposed(floor, mode="block", quantity="100000")
    assert reply(floor, "confirm", order).answer["status"] == "filled"


def test_a_waiting_agreement_outlasts_a_new_days_band_of_the_book(clerks: Floor) -> None:
    """60.00 is inside 49.00-91.00 for agreements, and outside 63.00-77.00 for the book."""
    order = proposed(clerks, price="60.00")
    reply(clerks, "confirm", order)
    clerks.now = at(18, 10)
    assert clerks.ask("", "register", order=order).answer["fills"] == [[1, 6000, 20_000]]


def test_a_fault_that_has_passed_does_not_let_a_confirmation_trade_in_a_halt(floor: Floor) -> None:
    """The batch fails, and its command alone; decided a third time it would have settled."""
    order = proposed(floor)
    failures = iter([True, True, False])
    with breaking(floor, lambda entry: entry.key.startswith("trade:") and next(failures)):
        said = refused(reply(floor, "confirm", order))
    assert said.code == MarketCode.COMMAND_NOT_CARRIED_OUT
    assert floor.held_units("a1", order) == 20_000


def test_the_public_depth_shows_no_proposal(floor: Floor) -> None:
    proposed(floor)
    with reading(floor.engine) as session:
        head = market_head(session, floor.venue.code)
        assert not isinstance(head, Refused)
        shown = depth(session, head.venue_id)
    assert not shown.asks
