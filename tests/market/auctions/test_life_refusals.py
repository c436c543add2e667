"""Every rule of announcing, bidding and the clock: what it refuses, and with which figures."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, update

from ledger.core.clock import now_at
from ledger.core.database import reading, run
from ledger.core.moves import PositionKind
from ledger.refusals import InvariantBroken
from market.auctions.announcing import set_auction_setting, set_setting_of
from market.auctions.publication import list_auctions
from market.commands import CommandCode
from market.submission import submit
from tests.support.auction_hall import (
    CLOSE,
    OPEN,
    SELLER,
    START,
    Hall,
    make_hall,
    refused,
)
from tests.support.market_venues import at


@pytest.fixture
def hall(sqlite_engine: Engine) -> Hall:
    return make_hall(sqlite_engine)


@pytest.fixture
def bidding(hall: Hall) -> Hall:
    hall.announce()
    hall.to(OPEN)
    return hall


# -- the notice -----------------------------------------------------------------------------------

RULES = {
    "format": "sealed",
    "price_rule": "lowest_accepted",
    "tie_rule": "time",
    "undersubscription_rule": "cancel",
    "reserve_price": "60.00",
    "lot": "500",
    "tick": "0.01",
}
REVERSE = {
    "format": "reverse",
    "price_rule": "own_bid",
    "tie_rule": "time",
    "undersubscription_rule": "clear_at_lowest_bid",
    "budget": "100000.00",
    "lot": "1",
    "tick": "0.01",
}
NO_DEPOSIT = {"kind": "none", "source": "示例"}
SEALED_WINDOW = {
    "opens_at": "2026-11-10T09:00:00+08:00",
    "closes_at": "2026-11-10T11:00:00+08:00",
    "open_bids_by": "2026-11-11T11:00:00+08:00",
}
KEYED = {"public_key": "ab" * 32}
HALVES = [{"share": "0.50", "days": 5}, {"share": "0.50", "days": 30}]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"code": None}, "notice_part_missing"),
        ({"code": ""}, "notice_part_unreadable"),
        ({"window": None}, "notice_part_missing"),
        ({"window": "soon"}, "notice_part_unreadable"),
        ({"window": {"opens_at": "2026-11-10T09:00:00"}}, "notice_part_unreadable"),
        ({"window": {"opens_at": "at nine"}}, "notice_part_unreadable"),
        ({"supply": {"quantity": "0"}}, "notice_part_unreadable"),
        ({"supply": {"quantity": "0.5"}}, "notice_part_unreadable"),
        ({"supply": {"from": "nowhere"}}, "notice_part_unreadable"),
        ({"deposit": {"amount": "0"}}, "notice_part_unreadable"),
        ({"deposit": {"kind": "share_of_start", "share": "1.1"}}, "notice_part_unreadable"),
        ({"payment": {"days": -1}}, "notice_part_unreadable"),
        ({"payment": {"instalments": "none"}}, "notice_part_unreadable"),
        ({"fees": {"buyer": "none"}}, "notice_part_unreadable"),
        ({"bids": {"amend": "yes"}}, "notice_part_unreadable"),
        ({"deposit": {"source": " "}}, "notice_part_without_source"),
        ({"rules_source": " "}, "notice_part_without_source"),
        ({"rules": {"format": "unheard"}}, "auction_rules_unreadable"),
        ({"rules": "none"}, "auction_rules_unreadable"),
        ({"rules": {**RULES, "price_rule": "highest_accepted"}}, "price_rule_not_of_format"),
        ({"window": {"closes_at": "2026-11-10T08:00:00+08:00"}}, "auction_window_turned_round"),
        (
            {"window": {**SEALED_WINDOW, "open_bids_by": "2026-11-10T10:00:00+08:00"}},
            "auction_window_turned_round",
        ),
        ({"bids": KEYED}, "sealing_needs_deadline"),
        ({"window": SEALED_WINDOW}, "sealing_needs_deadline"),
        ({"window": SEALED_WINDOW, "bids": KEYED}, "sealing_needs_named_guarantee"),
        (
            {
                "window": SEALED_WINDOW,
                "bids": KEYED,
                "rules": {**RULES, "format": "ascending", "increment": "0.50"},
            },
            "sealing_not_for_format",
        ),
        (
            {
                "window": SEALED_WINDOW,
                "bids": {"public_key": "not a key"},
                "deposit": {"kind": "named_steps", "least": "1.00", "step": "1.00"},
            },
            "notice_part_unreadable",
        ),
        (
            {"deposit": {"kind": "named_steps", "least": "1.00", "step": "1.00"}},
            "named_guarantee_needs_sealing",
        ),
        (
            {
                "rules": {**RULES, "reserve_secret": True},
                "deposit": {"kind": "share_of_start", "share": "0.10"},
            },
            "deposit_share_needs_start_price",
        ),
        (
            {"rules": {**RULES, "format": "ascending", "increment": "0.50"}},
            "quotes_are_final",
        ),
        ({"payment": {"instalments": HALVES[:1]}}, "instalments_do_not_make_one"),
        ({"payment": {"instalments": HALVES, "days": 4}}, "instalments_do_not_make_one"),
        ({"payment": {"instalments": HALVES[::-1]}}, "instalments_do_not_make_one"),
        (
            {"payment": {"instalments": HALVES}, "restriction": {"use": "own_use"}},
            "own_use_not_by_instalments",
        ),
        ({"rules": REVERSE}, "offers_hold_no_money"),
        ({"rules": REVERSE, "deposit": NO_DEPOSIT}, "buyer_pays_no_fee_when_buying"),
        (
            {
                "rules": REVERSE,
                "deposit": NO_DEPOSIT,
                "payment": {"instalments": HALVES},
            },
            "instalments_only_when_selling",
        ),
        (
            {
                "rules": {key: REVERSE[key] for key in REVERSE if key != "budget"},
                "deposit": NO_DEPOSIT,
            },
            "buying_needs_budget",
        ),
        (
            {
                "rules": REVERSE,
                "deposit": NO_DEPOSIT,
                "fees": {"buyer": None},
                "supply": {"from": "reserve"},
            },
            "buying_has_no_supply_account",
        ),
        (
            {
                "rules": {**RULES, "withholding": {"trigger": "65.00", "share": "0.10"}},
                "supply": {"from": "reserve"},
            },
            "withholding_needs_holding",
        ),
        ({"supply": {"from": "total"}}, "seller_account_not_usable"),
        ({"scheme": "no-such"}, "auction_scheme_unknown"),
        ({"asset": "no-such"}, "auction_asset_unknown"),
        ({"account": "no-such"}, None),
        ({"follows": "no-such"}, "earlier_auction_unknown"),
        ({"supply": {"quantity": "20500"}}, "available_too_small"),
        ({"whatever": "x"}, "command_field_unknown"),
    ],
)
def test_a_notice_that_cannot_stand_is_refused(
    hall: Hall, parts: dict[str, Any], code: str | None
) -> None:
    said = refused(hall.announce(**parts))
    assert code is None or said.code == code
    assert hall.has(hall.units(SELLER)) == [20_000]


def test_the_account_sold_from_is_of_the_scheme(hall: Hall) -> None:
    said = refused(hall.announce(account=hall.cash_numbers[SELLER]))
    assert said.code == "seller_account_not_usable"
    said = refused(hall.announce(cash_account=hall.numbers[SELLER]))
    assert said.code == "not_a_cash_account"


def test_notice_is_given_for_so_many_days(hall: Hall) -> None:
    """Announced on 2 November with 7 days of notice: 9 November at the earliest."""
    early = {"opens_at": "2026-11-08T23:00:00+08:00"}
    said = refused(hall.announce(window=early))
    assert said.code == "notice_too_short"
    assert said.values == {"days": 7, "opens": date(2026, 11, 8), "earliest": date(2026, 11, 9)}
    assert said.source == "示例办法"
    assert hall.announce(window={"opens_at": "2026-11-09T00:00:00+08:00"}).refused is None


def test_a_setting_counts_from_its_day_on(hall: Hall) -> None:
    def later(session: Any) -> Any:
        day = date(2026, 11, 3)
        return set_setting_of(
            session,
            scheme_code="nm-carbon",
            key="notice_days",
            valid_from=day,
            value="20",
            source="示例新规",
            now=START,
            actor="示例",
        )

    assert run(hall.engine, later) is None
    assert hall.announce().refused is None
    hall.to(at(3, 9))
    said = refused(hall.announce(code="示例-2"))
    assert (said.code, said.values["days"], said.source) == ("notice_too_short", 20, "示例新规")


def test_settings_name_their_source(hall: Hall) -> None:
    def without(session: Any) -> Any:
        day = date(2026, 1, 1)
        scheme = hall.scheme
        return set_auction_setting(session, scheme, "notice_days", day, "1", " ", START, "示例")

    said = run(hall.engine, without)
    assert said is not None
    assert said.code == "notice_part_without_source"


def test_a_scheme_without_settings_holds_no_auction(sqlite_engine: Engine) -> None:
    """A year before the first setting holds."""
    hall = make_hall(sqlite_engine)
    hall.now = now_at(START.instant.replace(year=2025))
    said = refused(hall.announce())
    assert said.code == "auction_setting_missing"


def test_a_code_is_used_once(hall: Hall) -> None:
    hall.announce()
    assert refused(hall.announce()).code == "auction_code_taken"
    assert hall.has(hall.units(SELLER)) == [10_000]


# -- who and when ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", ["announce", "open_bids", "cancel", "approve_need", "advance", "resume"]
)
def test_what_is_the_operators_is_no_bidders(hall: Hall, kind: str) -> None:
    hall.announce()
    said = refused(hall.ask("b1", kind))
    assert said.code == "auction_command_only_for_operators"


@pytest.mark.parametrize("kind", ["bid", "amend", "withdraw"])
def test_an_operator_bids_for_nobody(bidding: Hall, kind: str) -> None:
    assert refused(bidding.ask("", kind)).code == "auction_command_only_for_bidders"


def test_an_unknown_auction_or_kind_is_refused(hall: Hall) -> None:
    hall.auction = 77
    assert refused(hall.bid("b1", "500", "70.00")).code == "auction_unknown"
    assert refused(hall.ask("b1", "applaud")).code == CommandCode.COMMAND_KIND_UNKNOWN


def test_a_bid_before_the_window_is_refused(hall: Hall) -> None:
    hall.announce()
    said = refused(hall.bid("b1", "500", "70.00"))
    assert said.code == "bid_before_opening_time"
    assert said.values["opens"] == OPEN.instant


def test_the_servers_clock_closes_the_window(bidding: Hall) -> None:
    """The last second is in time, the closing time itself is not."""
    bidding.now = at(10, 10, 59, 59)
    assert bidding.bid("b1", "10000", "70.00").refused is None
    bidding.now = CLOSE
    said = refused(bidding.bid("b1", "500", "70.00"))
    assert said.code == "bid_after_closing_time"
    assert said.values == {"closed": CLOSE.instant, "now": CLOSE.instant}
    assert refused(bidding.ask("b1", "withdraw", bid=1)).code == "bid_after_closing_time"


def test_nothing_is_bid_in_a_cancelled_auction(bidding: Hall) -> None:
    bidding.bid("b1", "500", "70.00")
    assert bidding.ask("", "cancel", reason="示例原因").status == "accepted"
    assert bidding.stage() == ("cancelled", "示例原因")
    assert bidding.held("b1") == 0
    assert bidding.has(bidding.units(SELLER)) == [20_000]
    assert refused(bidding.bid("b1", "500", "70.00")).code == "auction_ended_before"
    assert refused(bidding.ask("", "cancel", reason="x")).code == "auction_ended_before"
    assert bidding.is_sound()


def test_a_cleared_auction_is_not_cancelled(bidding: Hall) -> None:
    for who in ("a2", "b1"):
        bidding.bid(who, "10000", "100.00")
    bidding.post(bidding.spend("a2", 90_000_000))
    bidding.to(CLOSE)
    assert bidding.stage() == ("cleared", "")
    assert refused(bidding.ask("", "cancel", reason="x")).code == "auction_cleared_before"
    said = refused(
        bidding.ask("", "approve_need", account=bidding.numbers["b1"], quantity="1", source="x")
    )
    assert said.code == "need_approved_too_late"


# -- bids -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quantity", "price", "code"),
    [
        ("500", "70.005", "bid_off_tick"),
        ("501", "70.00", "bid_off_lot"),
        ("500", "59.99", "bid_below_reserve"),
        ("0", "70.00", "bid_quantity_zero"),
        ("500", "0", "bid_price_zero"),
        ("500", None, "bid_needs_price"),
        ("five", "70.00", None),
        ("500", "70,00", None),
        ("1.5", "70.00", None),
    ],
)
def test_a_rule_of_the_bid_is_said_at_once(
    bidding: Hall, quantity: str, price: str | None, code: str | None
) -> None:
    said = refused(bidding.bid("b1", quantity, price))
    assert code is None or said.code == code
    assert bidding.held("b1") == 0


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"quantity": 500, "price": "70.00"}, "command_field_unreadable"),
        ({"price": "70.00"}, "command_field_missing"),
        ({"quantity": "500", "price": 70}, "command_field_unreadable"),
        ({"quantity": "500", "price": "70.00", "colour": "red"}, "command_field_unknown"),
        ({"quantity": "500", "price": "70.00", "seal": "x"}, "bid_needs_no_seal"),
        ({"quantity": "500", "price": "70.00", "bid": 1}, "command_field_unknown"),
        ({"account": None, "quantity": "500", "price": "70.00"}, "command_field_missing"),
    ],
    ids=("number", "no-quantity", "number-price", "colour", "seal", "change", "no-account"),
)
def test_a_bid_of_another_shape_is_refused(
    bidding: Hall, payload: dict[str, Any], code: str
) -> None:
    written = {"account": bidding.numbers["b1"], **payload}
    assert refused(bidding.ask("b1", "bid", **written)).code == code


def test_the_deposit_must_be_there(bidding: Hall) -> None:
    bidding.post(bidding.spend("b1", 95_000_001))
    assert refused(bidding.bid("b1", "500", "70.00")).code == "cash_too_small"


def test_a_deposit_of_a_fixed_amount_is_held_once_for_all_bids(bidding: Hall) -> None:
    bidding.bid("b1", "500", "70.00")
    bidding.bid("b1", "500", "71.00")
    assert bidding.held("b1") == 5_000_000


def test_nobody_bids_with_anothers_account(bidding: Hall) -> None:
    answer = bidding.ask("b1", "bid", account=bidding.numbers["b2"], quantity="500", price="70.00")
    assert refused(answer).code == "account_not_found"


def test_the_seller_does_not_bid(bidding: Hall) -> None:
    assert refused(bidding.bid(SELLER, "500", "70.00")).code == "seller_bids_not_for_own"


def test_a_bidder_needs_an_account_of_the_scheme_and_one_for_money(bidding: Hall) -> None:
    from ledger.core.tables import account

    answer = bidding.ask(
        "b1", "bid", account=bidding.cash_numbers["b1"], quantity="500", price="70.00"
    )
    assert refused(answer).code == "bidder_account_of_other_scheme"
    closing = update(account).where(account.c.id == bidding.cash_accounts["b1"])
    run(bidding.engine, lambda session: session.execute(closing.values(state="closed")))
    assert refused(bidding.bid("b1", "500", "70.00")).code == "bidder_has_no_cash_account"
    closing = update(account).where(account.c.id == bidding.accounts["b2"])
    run(bidding.engine, lambda session: session.execute(closing.values(state="closed")))
    assert refused(bidding.bid("b2", "500", "70.00")).code == "account_closed"


def test_where_totals_are_counted_by_zone_nobody_bids_over_the_border(bidding: Hall) -> None:
    from ledger.rights.tables import setting

    changing = update(setting).where(setting.c.key == "border_policy")
    with bidding.engine.connect() as connection:
        connection.exec_driver_sql("DROP TRIGGER IF EXISTS setting_no_update")
        connection.execute(changing.values(value="recount"))
        connection.commit()
    assert bidding.bid("a2", "500", "70.00").refused is None
    said = refused(bidding.bid("b1", "500", "70.00"))
    assert said.code == "bidder_beyond_border"
    assert said.values["policy"] == "recount"


def test_changing_and_withdrawing_as_the_notice_says(hall: Hall) -> None:
    hall.announce(bids={"amend": False, "withdraw": False})
    hall.to(OPEN)
    number = hall.bid("b1", "500", "70.00").answer["bid"]
    assert refused(hall.ask("b1", "withdraw", bid=number)).code == "bids_are_not_withdrawn"
    said = refused(
        hall.ask(
            "b1",
            "amend",
            bid=number,
            account=hall.numbers["b1"],
            quantity="500",
            price="71.00",
        )
    )
    assert said.code == "bids_are_not_amended"


def test_one_changes_and_withdraws_ones_own_bids(bidding: Hall) -> None:
    number = bidding.bid("b1", "500", "70.00").answer["bid"]
    assert refused(bidding.ask("b2", "withdraw", bid=number)).code == "bid_no_longer_stands"
    changed = bidding.ask(
        "b1",
        "amend",
        bid=number,
        account=bidding.numbers["b1"],
        quantity="1000",
        price="71.00",
    )
    assert changed.status == "accepted"
    assert refused(bidding.ask("b1", "withdraw", bid=number)).code == "bid_no_longer_stands"
    answer = bidding.ask("b1", "withdraw", bid=changed.answer["bid"])
    assert answer.answer["held"] == "0.00"
    assert bidding.held("b1") == 0


def test_a_retry_gives_the_first_answer_and_holds_nothing_more(bidding: Hall) -> None:
    payload = {"account": bidding.numbers["b1"], "quantity": "500", "price": "70.00"}
    first = bidding.ask("b1", "bid", "mine", **payload)
    command = bidding.command("b1", "bid", "mine", **payload)
    assert submit(bidding.engine, command, bidding.now) == first
    assert bidding.runner.drain() == 0
    other = bidding.command("b1", "bid", "mine", **{**payload, "price": "70.01"})
    again = submit(bidding.engine, other, bidding.now)
    assert getattr(again, "code", None) == CommandCode.KEY_ALREADY_USED_FOR_OTHER_CONTENT


def test_an_approved_need_limits_what_is_bid_for(hall: Hall) -> None:
    hall.announce(bids={"approved_need": True})
    approve = {"account": hall.numbers["b1"], "quantity": "1000", "source": "示例批复"}
    assert hall.ask("", "approve_need", **approve).refused is None
    hall.to(OPEN)
    assert refused(hall.bid("b2", "500", "70.00")).code == "approved_need_missing"
    hall.bid("b1", "500", "70.00")
    said = refused(hall.bid("b1", "1000", "71.00"))
    assert said.code == "bid_beyond_approved_need"
    assert said.values == {"quantity": "1500", "limit": "1000"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"source": " "}, "command_field_missing"),
        ({"quantity": "x"}, None),
        ({"account": "x"}, None),
        ({"quantity": None}, "command_field_missing"),
    ],
    ids=("no-source", "no-number", "no-account", "no-quantity"),
)
def test_a_need_is_approved_with_its_source(
    hall: Hall, changed: dict[str, Any], code: str | None
) -> None:
    hall.announce()
    approve = {"account": hall.numbers["b1"], "quantity": "1000", "source": "示例批复", **changed}
    said = refused(hall.ask("", "approve_need", **approve))
    assert code is None or said.code == code


# -- a fault of ours ------------------------------------------------------------------------------


def test_after_a_fault_an_auction_stands_still_until_it_is_resumed(bidding: Hall) -> None:
    """A broken entry at the clearing: nothing of it is written, the reason is the regulator's."""
    bidding.bid("b1", "10000", "70.00")

    def watch(entry: Any) -> None:
        if entry.kind == "award" and broken:
            raise InvariantBroken("a fault on purpose")

    broken = True
    bidding.runner.give_up()
    bidding.runner = bidding.new_runner("second", watch=watch)
    assert bidding.runner.take_lease()
    bidding.to(CLOSE)
    assert bidding.stage() == ("open", "")
    assert bidding.held("b1") == 5_000_000
    said = refused(bidding.bid("b2", "500", "70.00"))
    assert said.code == "auction_stands_still"
    assert said.values == {"auction": "示例-1"}
    with reading(bidding.engine) as session:
        (line,) = list_auctions(session)
    assert "a fault on purpose" in line.halted
    broken = False
    assert bidding.ask("", "resume").status == "accepted"
    assert bidding.stage() == ("settled", "")
    assert bidding.has(bidding.units("b1", PositionKind.HOLDING)) == [10_000]
    assert bidding.is_sound()
