"""The auction cases of the trading rules (C01 to C18, C41), with the figures worked out there."""

from fractions import Fraction
from typing import Any

import pytest

from market.auctions.indexed import indexed_chain
from tests.support.auction_files import answered, awarded, file, refused

C01 = "A 4,000@75.10; B 3,000@74.90; C 2,500@74.50; D 2,000@74.50; E 5,000@74.00"


@pytest.mark.parametrize(
    ("drawn", "awards", "proceeds"),
    [
        (["D", "C"], {"A": "4000", "B": "3000", "D": "2000", "C": "1000"}, "745000.00"),
        (["C", "D"], {"A": "4000", "B": "3000", "C": "2500", "D": "500"}, "745000.00"),
    ],
)
def test_c01_uniform_price_with_a_random_tie(
    drawn: list[str], awards: dict[str, str], proceeds: str
) -> None:
    given = answered(file("10000", C01, {"tie_order": drawn}, lot="500", tie_rule="random"))
    assert (given["price"], given["proceeds"]) == ("74.50", proceeds)
    assert list(awarded(given).items()) == list(awards.items())
    assert (given["status"], given["sold"], given["unsold"]) == ("cleared", "10000", "0")


@pytest.mark.parametrize(
    ("tie_rule", "drawn", "shares"),
    [
        ("pro_rata_largest_remainder", [], {"C": "1500", "D": "1500"}),
        ("pro_rata_random_rest", ["C", "D"], {"C": "2000", "D": "1000"}),
        ("pro_rata_random_rest", ["D", "C"], {"D": "1500", "C": "1500"}),
    ],
)
def test_c03_the_same_bids_pro_rata(tie_rule: str, drawn: list[str], shares: Any) -> None:
    given = answered(file("10000", C01, {"tie_order": drawn}, lot="500", tie_rule=tie_rule))
    assert awarded(given) == {"A": "4000", "B": "3000", **shares}
    assert given["price"] == "74.50"


def test_c05_undersubscribed_partial_clearing_with_a_reserve() -> None:
    unsold_rule = {"spread": 4, "cap": "1.25", "planned": ["1000"] * 4}
    written = "A 4,000@50.00; B 3,000@45.00; C 2,000@23.00; D 1,000@21.99"
    given = answered(
        file("10000", written, reserve_price="22.00", unsold_rule=unsold_rule, lot="500")
    )
    assert given["price"] == "23.00"
    assert awarded(given) == {"A": "4000", "B": "3000", "C": "2000"}
    assert (given["unsold"], given["carried"], given["fallback"]) == ("1000", ["250"] * 4, "0")
    assert refused(given) == {"D": "bid_below_reserve"}


@pytest.mark.parametrize(
    ("supply", "price", "awards", "unsold"),
    [
        ("10000", "8.00", {"A": "5000", "B": "4000", "C": "1000"}, "0"),
        ("9000", "8.00", {"A": "5000", "B": "4000"}, "0"),
        ("20000", "2.50", {"A": "5000", "B": "4000", "C": "3000", "D": "2000"}, "6000"),
    ],
)
def test_c07_highest_rejected_bid(supply: str, price: str, awards: Any, unsold: str) -> None:
    written = "A 5,000@9.00; B 4,000@8.50; C 3,000@8.00; D 2,000@7.50"
    rules = {"price_rule": "highest_rejected", "reserve_price": "2.50", "lot": "1000"}
    given = answered(file(supply, written, **rules))
    assert (given["price"], given["unsold"]) == (price, unsold)
    assert awarded(given) == awards


def test_c07_lowest_accepted_would_give_850() -> None:
    written = "A 5,000@9.00; B 4,000@8.50; C 3,000@8.00; D 2,000@7.50"
    assert answered(file("9000", written, reserve_price="2.50", lot="1000"))["price"] == "8.50"


def test_c09_withholding_at_a_low_price() -> None:
    given = answered(
        file(
            "10000",
            "A 5,000@8.00; B 4,000@7.00; C 3,000@6.50",
            price_rule="highest_rejected",
            withholding={"trigger": "6.87", "share": "0.10"},
        )
    )
    assert (given["withheld"], given["price"]) == ("1000", "6.50")
    assert awarded(given) == {"A": "5000", "B": "4000"}
    assert (given["sold"], given["unsold"]) == ("9000", "0")


def test_c10_the_indexed_trigger_is_rounded_each_year() -> None:
    rate = Fraction(7, 100)
    assert indexed_chain(1300, rate, 5) == (1300, 1391, 1488, 1592, 1703, 1822)
    assert indexed_chain(600, rate, 4) == (600, 642, 687, 735, 786)


def test_c13_pay_as_bid() -> None:
    written = "A 4@150; B 5@140; C 6@130"
    given = answered(file("10", written, price_rule="own_bid"))
    assert [(a["bid"], a["quantity"], a["price"]) for a in given["awards"]] == [
        ("A", "4", "150.00"),
        ("B", "5", "140.00"),
        ("C", "1", "130.00"),
    ]
    assert (given["price"], given["proceeds"]) == (None, "1430.00")
    assert answered(file("10", written))["proceeds"] == "1300.00"


C14_RULES = {
    "format": "multi_quote",
    "price_rule": "own_bid",
    "winner_rule": {"top_share": "0.70"},
    "quotes_limit": 10,
    "reserve_price": "4500",
    "years": 5,
    "tick": "1",
}
C14 = (
    "P1/a 2@5200 10:01; P2/b 1@5000 10:02; P3/c 1@5000 10:05; P4/d 1@4800 10:03; P5/e 1@4600 10:04"
)


def test_c14_the_best_seventy_percent_win_at_their_own_quotes() -> None:
    given = answered(file("100", C14, **C14_RULES))
    assert list(awarded(given)) == ["a", "b", "c", "d"]
    assert given["awards"][0]["amount"] == "52000.00"
    assert given["price"] is None
    assert (given["sold"], given["unsold"]) == ("5", "95")


@pytest.mark.parametrize(("bidders", "winners"), [(3, 2), (4, 3), (5, 4), (10, 7)])
def test_c14_winners_are_counted_half_up(bidders: int, winners: int) -> None:
    written = "; ".join(f"P{number} 1@{5000 + number}" for number in range(bidders))
    assert len(answered(file("100", written, **C14_RULES))["awards"]) == winners


def test_c14_an_eleventh_quote_and_a_quote_below_the_floor_are_refused() -> None:
    quotes = "; ".join(f"P1/q{number} 1@{5000 + number}" for number in range(11))
    given = answered(file("1", f"{quotes}; P2/low 1@4499", **C14_RULES))
    assert refused(given) == {"q10": "quotes_used_up", "low": "bid_below_reserve"}
    assert [(a["bid"], a["price"]) for a in given["awards"]] == [("q9", "5009")]


def test_c16_reserve_from_a_vwap_and_the_lowest_winning_price() -> None:
    (first, reserve) = indexed_chain(5833, Fraction(2, 10), 1)
    assert (first, reserve) == (5833, 7000)
    written = "A 600@75.00; B 300@72.00; C 300@71.00 09:40; D 300@71.00 09:50; E 100@69.99"
    given = answered(file("1000", written, reserve_price="70.00"))
    assert given["price"] == "71.00"
    assert awarded(given) == {"A": "600", "B": "300", "C": "100"}
    assert refused(given) == {"E": "bid_below_reserve"}


def test_c18_pro_rata_with_minimum_volumes() -> None:
    written = (
        "a 60,000@0.18; b 60,000@0.18; c 70,000@0.18 min=45000; d 50,000@0.18 min=15000;"
        "e 30,000@0.18 min=10000; f 40,000@0.17"
    )
    given = answered(file("100000", written, tie_rule="pro_rata_minimum"))
    assert awarded(given) == {"a": "30000", "b": "30000", "d": "25000", "e": "15000"}
    assert given["price"] == "0.18"


C41 = "S1 40@25000; S2 30@28000; S3 50@30000; S4 20@36000"


@pytest.mark.parametrize(
    ("price_rule", "budget", "third", "paid", "price"),
    [
        ("own_bid", "3000000", "30", "2740000.00", None),
        ("highest_accepted", "3000000", "30", "3000000.00", "30000.00"),
        ("own_bid", "2500000", "22", "2500000.00", None),
        ("highest_accepted", "2500000", "13", "2490000.00", "30000.00"),
    ],
)
def test_c41_buyback_by_reverse_auction(
    price_rule: str, budget: str, third: str, paid: str, price: str | None
) -> None:
    rules = {"format": "reverse", "price_rule": price_rule, "ceiling": "35000", "budget": budget}
    given = answered(file("100", C41, **rules))
    assert awarded(given) == {"S1": "40", "S2": "30", "S3": third}
    assert (given["proceeds"], given["price"]) == (paid, price)
    assert refused(given) == {"S4": "offer_above_ceiling"}
    assert int(given["unsold"]) == 30 - int(third)
