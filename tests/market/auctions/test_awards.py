"""Awards: deposits set off, deadlines, default, every format, what is left over."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import Engine, select

from ledger.core.clock import now_at
from ledger.core.database import reading
from ledger.core.entries import Entry, PositionKey, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.tables import account
from market.auctions.publication import public_auction
from tests.support.auction_hall import (
    BIDDERS,
    CLOSE,
    OPEN,
    SELLER,
    Hall,
    make_hall,
    refused,
    surrender_units,
)

FREE = {"buyer": None, "seller": None}
FINAL = {"amend": False, "withdraw": False, "source": "示例"}
RULES = {
    "format": "sealed",
    "price_rule": "lowest_accepted",
    "tie_rule": "time",
    "undersubscription_rule": "clear_at_lowest_bid",
    "reserve_price": "60.00",
    "lot": "100",
    "tick": "0.01",
}


@pytest.fixture
def hall(sqlite_engine: Engine) -> Hall:
    return make_hall(sqlite_engine)


def opened(hall: Hall, rules: dict[str, Any] | None = None, **parts: Any) -> Hall:
    """Announce without fees and open."""
    written = dict(parts)
    written.setdefault("fees", FREE)
    if rules is not None:
        written["rules"] = rules
        # The rules of the demonstration are not to be mixed in.
        notice = hall.notice(**{key: part for key, part in written.items() if key != "rules"})
        notice["rules"] = rules
        answer = hall.ask("", "announce", **notice)
        assert answer.refused is None, answer
        hall.auction = answer.answer["auction"]
    else:
        answer = hall.announce(**written)
        assert answer.refused is None, answer
    hall.to(OPEN)
    return hall


def leading(hall: Hall) -> Any:
    """The price that everybody bids against."""
    with reading(hall.engine) as session:
        found = public_auction(session, hall.auction)
    assert found is not None
    return found["leading_price"]


def awards(hall: Hall) -> list[tuple[str, str]]:
    """Quantities and prices of the published awards."""
    return [(one["quantity"], one["price"]) for one in hall.result()["awards"]]


# -- payment --------------------------------------------------------------------------------------


def test_who_has_too_little_pays_within_the_deadline(hall: Hall) -> None:
    """700,000.00 for b1, who has 50,000.00 held and 100,000.00 left: it waits until he has more."""
    opened(hall, RULES)
    number = hall.bid("b1", "10000", "70.00").answer["bid"]
    hall.post(hall.spend("b1", 85_000_000))
    hall.to(CLOSE)
    assert hall.stage() == ("cleared", "")
    assert hall.held("b1") == 5_000_000
    assert hall.supply_held() == 10_000
    assert refused(hall.ask("b1", "pay", award=number)).code == "cash_too_small"
    assert refused(hall.ask("b2", "pay", award=number)).code == "nothing_to_pay_now"
    hall.fund("b1", fen=60_000_000)
    assert hall.ask("b1", "pay", award=number).answer == {"award": number, "state": "paid"}
    assert hall.stage() == ("settled", "")
    assert hall.has(hall.units("b1"), hall.cash("b1"), hall.cash(SELLER)) == [
        10_000,
        5_000_000,
        70_000_000,
    ]
    assert hall.is_sound()


def test_at_the_deadline_what_is_there_by_then_is_taken(hall: Hall) -> None:
    opened(hall, RULES)
    hall.bid("b1", "10000", "70.00")
    hall.post(hall.spend("b1", 85_000_000))
    hall.to(CLOSE)
    hall.fund("b1", fen=60_000_000)
    hall.later(days=5)
    assert hall.stage() == ("settled", "")
    assert hall.has(hall.units("b1")) == [10_000]


def test_default_forfeits_the_deposit_and_gives_the_units_back(hall: Hall) -> None:
    opened(hall, RULES)
    hall.bid("b1", "10000", "70.00")
    hall.post(hall.spend("b1", 85_000_000))
    hall.to(CLOSE)
    hall.later(days=5)
    assert hall.stage() == ("settled", "")
    assert hall.has(hall.cash(SELLER)) == [5_000_000]
    assert hall.has(hall.units(SELLER), hall.units("b1")) == [20_000, 0]
    assert (hall.held("b1"), hall.supply_held()) == (0, 0)
    assert hall.is_sound()


@pytest.mark.parametrize(("lowers", "owed"), [(False, 20_000_000), (True, 15_000_000)])
def test_the_shortfall_of_selling_again_is_owed(hall: Hall, lowers: bool, owed: int) -> None:
    """700,000.00 were bid, 500,000.00 came: 200,000.00 are owed, or less the deposit."""
    payment = {"days": 5, "deposit_lowers_shortfall": lowers, "source": "示例"}
    opened(hall, RULES, payment=payment)
    number = hall.bid("b1", "10000", "70.00").answer["bid"]
    hall.post(hall.spend("b1", 85_000_000))
    hall.to(CLOSE)
    hall.later(days=5)
    again = {
        "opens_at": "2026-12-01T09:00:00+08:00",
        "closes_at": "2026-12-01T11:00:00+08:00",
    }
    hall.announce(
        code="示例-再", follows="示例-1", window=again, rules=RULES | {"reserve_price": "1"}
    )
    hall.later(days=16, hours=-2)
    assert hall.bid("b2", "10000", "50.00").refused is None
    hall.later(hours=2)
    assert hall.stage() == ("settled", "")
    assert hall.has(hall.debt("b1", number), hall.claim(number)) == [-owed, owed]
    assert hall.is_sound()


def test_selling_again_for_more_owes_nothing(hall: Hall) -> None:
    opened(hall, RULES)
    number = hall.bid("b1", "10000", "70.00").answer["bid"]
    hall.post(hall.spend("b1", 85_000_000))
    hall.to(CLOSE)
    hall.later(days=5)
    again = {
        "opens_at": "2026-12-01T09:00:00+08:00",
        "closes_at": "2026-12-01T11:00:00+08:00",
    }
    hall.announce(code="示例-再", follows="示例-1", window=again)
    hall.later(days=16, hours=-2)
    hall.bid("b2", "10000", "80.00")
    hall.later(hours=2)
    assert hall.has(hall.debt("b1", number)) == [0]


def test_losers_get_their_deposit_back_at_the_clearing(hall: Hall) -> None:
    opened(hall, RULES)
    hall.bid("b1", "10000", "70.00")
    hall.bid("b2", "10000", "69.00")
    hall.to(CLOSE)
    assert hall.has(hall.cash("b2")) == [100_000_000]
    assert hall.held("b2") == 0


def test_a_deposit_above_the_price_goes_back_in_part(hall: Hall) -> None:
    """100 t at 70.00 are 7,000.00; 50,000.00 were held."""
    opened(hall, RULES, supply={"quantity": "100"})
    hall.bid("b1", "100", "70.00")
    hall.to(CLOSE)
    assert hall.has(hall.cash("b1"), hall.cash(SELLER)) == [100_000_000 - 700_000, 700_000]
    assert hall.is_sound()


def test_fees_have_a_minimum_and_a_maximum(hall: Hall) -> None:
    """0.1 % of 700,000.00 is 700.00: the buyer pays at most 500.00, the seller at least 900.00."""
    fees = {
        "buyer": {"rate": "0.001", "maximum": "500.00"},
        "seller": {"rate": "0.001", "minimum": "900.00"},
        "source": "示例",
    }
    opened(hall, RULES, fees=fees)
    hall.bid("b1", "10000", "70.00")
    hall.to(CLOSE)
    assert hall.has(hall.cash("b1"), hall.cash(SELLER), hall.fees) == [
        100_000_000 - 70_000_000 - 50_000,
        70_000_000 - 90_000,
        140_000,
    ]


# -- deposits -------------------------------------------------------------------------------------


def test_a_deposit_as_share_of_the_start_price(hall: Hall) -> None:
    """10 % of 60.00 x what is bid for, whatever the price of the bid."""
    opened(hall, RULES, deposit={"kind": "share_of_start", "share": "0.10", "source": "示例"})
    hall.bid("b1", "1000", "90.00")
    assert hall.held("b1") == 600_000
    second = hall.bid("b1", "500", "70.00").answer["bid"]
    assert hall.held("b1") == 900_000
    assert hall.ask("b1", "withdraw", bid=second).answer["held"] == "6000.00"


def test_a_deposit_for_the_largest_value_so_far(hall: Hall) -> None:
    """1,000 at 90.00 are 90,000.00; with 500 at 70.00: 1,500 x 70.00 = 105,000.00 is more."""
    opened(hall, RULES, deposit={"kind": "whole_bid", "source": "示例"})
    hall.bid("b1", "1000", "90.00")
    assert hall.held("b1") == 9_000_000
    hall.bid("b1", "500", "70.00")
    assert hall.held("b1") == 10_500_000


def test_without_a_deposit_nothing_is_held(hall: Hall) -> None:
    opened(hall, RULES, deposit={"kind": "none", "source": "示例"})
    hall.bid("b1", "10000", "70.00")
    assert hall.held("b1") == 0
    hall.to(CLOSE)
    assert hall.stage() == ("settled", "")
    assert hall.has(hall.cash(SELLER)) == [70_000_000]


# -- formats --------------------------------------------------------------------------------------


def test_at_a_fixed_price_bids_carry_none(hall: Hall) -> None:
    rules = {
        "format": "fixed_price",
        "price": "70.00",
        "tie_rule": "pro_rata_largest_remainder",
        "undersubscription_rule": "clear_at_lowest_bid",
        "lot": "100",
    }
    opened(hall, rules)
    assert refused(hall.bid("b1", "1000", "70.00")).code == "bid_may_have_no_price"
    hall.bid("b1", "6000", None)
    hall.bid("b2", "6000", None)
    hall.to(CLOSE)
    assert awards(hall) == [("5000", "70.00"), ("5000", "70.00")]
    assert hall.is_sound()


def test_quotes_of_a_window_count_by_the_last(hall: Hall) -> None:
    """b1 quotes 70.00, then 80.00; a third quote is one too many.  Of three bidders two win."""
    rules = {
        "format": "multi_quote",
        "quotes_limit": 2,
        "winner_rule": {"top_share": "0.70"},
        "tie_rule": "time",
        "undersubscription_rule": "clear_at_lowest_bid",
        "reserve_price": "60.00",
        "lot": "100",
    }
    opened(hall, rules, bids=FINAL)
    hall.bid("b1", "1000", "70.00")
    hall.bid("b1", "1000", "80.00")
    said = refused(hall.bid("b1", "1000", "81.00"))
    assert (said.code, said.values) == ("quotes_used_up", {"number": 3, "limit": 2})
    hall.bid("b2", "1000", "75.00")
    hall.bid("a2", "1000", "65.00")
    hall.to(CLOSE)
    assert awards(hall) == [("1000", "80.00"), ("1000", "75.00")]
    assert hall.has(hall.units("a2")) == [0]
    assert hall.is_sound()


def test_quotes_rise_in_an_ascending_auction(hall: Hall) -> None:
    rules = {
        "format": "ascending",
        "price_rule": "own_bid",
        "tie_rule": "time",
        "undersubscription_rule": "clear_at_lowest_bid",
        "reserve_price": "60.00",
        "increment": "0.50",
        "lot": "100",
    }
    opened(hall, rules, bids=FINAL)
    hall.bid("b1", "10000", "61.00")
    assert leading(hall) == "61.00"
    assert refused(hall.bid("b2", "10000", "61.25")).code == "bid_off_step"
    hall.bid("b2", "10000", "61.50")
    said = refused(hall.bid("b1", "10000", "61.00"))
    assert (said.code, said.values["last"]) == ("quote_not_above_own_last", "61.00")
    hall.bid("b1", "10000", "62.00")
    hall.to(CLOSE)
    assert awards(hall) == [("10000", "62.00")]


def test_an_auction_that_buys(hall: Hall) -> None:
    """Budget 100,000.00: 1,000 of a2 at 50.00 and 833 of b1 at 60.00 (49,980.00); 20.00 come back.

    The seller's account is the one that buys; offers hold their units.
    """
    rules = {
        "format": "reverse",
        "price_rule": "own_bid",
        "tie_rule": "time",
        "undersubscription_rule": "clear_at_lowest_bid",
        "budget": "100000.00",
        "ceiling": "65.00",
        "lot": "1",
        "tick": "0.01",
    }
    hall.fund(SELLER, fen=10_000_000)
    for who in ("a2", "b1", "b2"):
        hall.fund(who, units=1000)
    opened(hall, rules, deposit={"kind": "none", "source": "示例"})
    assert hall.has(hall.cash(SELLER)) == [0]
    assert refused(hall.bid("b2", "1", "65.01")).code == "offer_above_ceiling"
    assert refused(hall.bid("b2", "1001", "60.00")).code == "available_too_small"
    hall.bid("a2", "1000", "50.00")
    number = hall.bid("b1", "400", "61.00").answer["bid"]
    changed = hall.ask(
        "b1", "amend", bid=number, account=hall.numbers["b1"], quantity="1000", price="60.00"
    )
    assert changed.refused is None, changed
    gone = hall.bid("b2", "500", "40.00").answer["bid"]
    assert hall.has(hall.units("b2")) == [500]
    hall.ask("b2", "withdraw", bid=gone)
    assert hall.has(hall.units("b2")) == [1000]
    hall.to(CLOSE)
    assert hall.stage() == ("settled", "")
    assert hall.has(hall.units(SELLER)) == [20_000 + 1833]
    assert hall.has(hall.cash(SELLER)) == [2_000]
    assert hall.has(hall.cash("a2"), hall.cash("b1")) == [105_000_000, 104_998_000]
    assert hall.has(hall.units("b1"), hall.units("b2")) == [167, 1000]
    assert hall.is_sound()


# -- supply ---------------------------------------------------------------------------------------


def test_units_of_a_total_are_sold_and_the_rest_goes_back(hall: Hall) -> None:
    """1,000 of a cell's total; 600 are sold, 400 go back to it."""
    total = PositionKey(hall.cell_account, hall.asset, PositionKind.TOTAL)
    source = total._replace(kind=PositionKind.SOURCE)
    hall.post(Entry(EntryKind.SET, "set", hall.now.today, (Transfer(source, total, 1000),)))
    cell = select(account.c.number).where(account.c.id == hall.cell_account)
    with reading(hall.engine) as session:
        number = session.scalar(cell)
    opened(hall, RULES, account=number, supply={"quantity": "1000", "from": "total"})
    assert hall.has(total) == [0]
    hall.bid("a2", "600", "70.00")
    hall.to(CLOSE)
    assert hall.has(total, hall.units("a2")) == [400, 600]
    assert hall.is_sound()


def test_added_supply_is_held_from_the_announcement(hall: Hall) -> None:
    rules = {**RULES, "containment": [{"trigger": "80.00", "quantity": "1000"}]}
    opened(hall, rules)
    assert hall.supply_held() == 11_000
    hall.bid("a2", "10500", "90.00")
    hall.bid("b1", "1000", "85.00")
    hall.fund("a2", fen=100_000_000)
    hall.to(CLOSE)
    assert hall.result()["containment_sold"] == "1000"
    assert hall.stage() == ("settled", "")
    assert hall.has(hall.units(SELLER)) == [9_000]
    assert hall.is_sound()


def test_what_is_withheld_is_retired(hall: Hall) -> None:
    """Below 70.00 a tenth is kept back for good: 9,000 sold at 65.00, 1,000 retired."""
    rules = {**RULES, "withholding": {"trigger": "70.00", "share": "0.10"}}
    opened(hall, rules)
    hall.bid("a2", "10000", "65.00")
    hall.to(CLOSE)
    assert hall.result()["withheld"] == "1000"
    retired = PositionKey(
        hall.cell_account, hall.asset, PositionKind.RETIRED, f"auction:{hall.auction}"
    )
    assert hall.has(retired, hall.units("a2"), hall.units(SELLER)) == [1000, 9000, 10_000]
    assert hall.is_sound()


def test_unsold_units_are_told_as_carried(hall: Hall) -> None:
    rules = {**RULES, "unsold_rule": {"spread": 4}}
    opened(hall, rules)
    hall.bid("a2", "9000", "65.00")
    hall.to(CLOSE)
    assert hall.result()["carried"] == ["250", "250", "250", "250"]
    assert hall.has(hall.units(SELLER)) == [11_000]


def test_declined_where_a_bid_is_below_the_reserve(hall: Hall) -> None:
    rules = {
        **RULES,
        "undersubscription_rule": "decline_if_any_below_reserve",
        "reserve_secret": True,
    }
    opened(hall, rules)
    assert hall.bid("a2", "100", "59.00").refused is None
    hall.bid("b1", "100", "61.00")
    hall.to(CLOSE)
    assert hall.stage() == ("cancelled", "declined")
    assert [hall.held(who) for who in BIDDERS] == [0, 0, 0]
    assert hall.is_sound()


# -- restrictions and limits ----------------------------------------------------------------------


def test_units_for_own_use_are_surrendered_and_nothing_else(hall: Hall) -> None:
    """C16: a2 has 600 for own use; all 600 can be handed in."""
    opened(hall, RULES, supply={"quantity": "1000"}, restriction={"use": "own_use"})
    hall.bid("a2", "600", "75.00")
    hall.bid("b1", "300", "72.00")
    hall.to(CLOSE)
    own = hall.units("a2", PositionKind.OWN_USE)
    assert hall.has(own, hall.units("a2")) == [600, 0]
    surrender_units(hall, "a2", 600)
    assert hall.has(own) == [0]
    assert hall.is_sound()


def test_random_ties_follow_the_committed_seed(hall: Hall) -> None:
    answer = hall.announce(rules={"tie_rule": "random"}, fees=FREE)
    hall.to(OPEN)
    first = hall.bid("a2", "8000", "70.00").answer["bid"]
    second = hall.bid("b1", "8000", "70.00").answer["bid"]
    hall.to(CLOSE)
    seed = "示例种子 1"
    assert sha256(seed.encode()).hexdigest() == answer.answer["seed_commitment"]
    order = sorted((first, second), key=lambda bid: sha256(f"{seed}:{bid}".encode()).hexdigest())
    assert [one["bid"] for one in hall.result()["awards"]] == order


def test_an_approved_need_lowered_later_cuts_the_bid(hall: Hall) -> None:
    opened(hall, RULES)
    hall.bid("a2", "9000", "75.00")
    hall.ask("", "approve_need", account=hall.numbers["a2"], quantity="1050", source="示例批复")
    hall.bid("b1", "500", "70.00")
    hall.ask("", "approve_need", account=hall.numbers["b1"], quantity="50", source="示例批复")
    hall.to(CLOSE)
    assert awards(hall) == [("1000", "75.00")]
    (out,) = hall.result()["refused"]
    assert out["code"] == "bid_beyond_approved_need"
    assert hall.is_sound()


def test_only_who_did_not_pay_owes_a_shortfall_and_only_once(hall: Hall) -> None:
    """a2 pays 5,000, b1 does not; sold again at 50.00, then a third time at 40.00.

    5,000 x 20.00 = 100,000.00 are owed by b1 after the second auction, and no more after the third.
    """
    opened(hall, RULES)
    paid = hall.bid("a2", "5000", "70.00").answer["bid"]
    number = hall.bid("b1", "5000", "70.00").answer["bid"]
    hall.post(hall.spend("b1", 94_000_000))
    hall.to(CLOSE)
    hall.later(days=5)
    for day, price in ((1, "50.00"), (20, "40.00")):
        opens = now_at(datetime(2026, 12, day, 1, tzinfo=UTC))
        again = {
            "opens_at": opens.instant.isoformat(),
            "closes_at": (opens.instant + timedelta(hours=1)).isoformat(),
        }
        announced = hall.announce(
            code=f"示例-再{day}",
            follows="示例-1",
            window=again,
            fees=FREE,
            supply={"quantity": "5000"},
            rules=RULES | {"reserve_price": "1"},
        )
        assert announced.refused is None, announced
        hall.to(opens)
        assert hall.bid("b2", "5000", price).refused is None
        hall.later(hours=1)
        assert hall.stage() == ("settled", "")
        assert hall.has(hall.debt("a2", paid), hall.debt("b1", number)) == [0, -10_000_000]
    assert hall.is_sound()
