"""Ties: who comes first among bids of one price, and how a price is shared."""

import hashlib
from typing import Any

import pytest

from tests.support.auction_files import answered, awarded, file

TIED = "A 6@10; B 6@10; C 6@10"


def test_equal_times_are_served_in_the_order_of_the_file() -> None:
    given = answered(file("8", "A 6@10 10:05; B 6@10 10:01; C 6@10 10:01"))
    assert list(awarded(given).items()) == [("B", "6"), ("C", "2")]


def test_times_are_compared_as_moments_whatever_their_offset() -> None:
    document = file("6", "A 6@10; B 6@10")
    document["bids"][0]["at"] = "2026-03-01T10:00:00+08:00"
    document["bids"][1]["at"] = "2026-03-01T01:59:59+00:00"
    assert awarded(answered(document)) == {"B": "6"}


def test_a_seed_ranks_bids_by_their_digests_and_is_committed_to() -> None:
    given = answered(file("12", TIED, {"seed": "s"}, tie_rule="random"))
    digests = {name: hashlib.sha256(f"s:{name}".encode()).hexdigest() for name in "ABC"}
    first, second, _ = sorted("ABC", key=digests.__getitem__)
    assert list(awarded(given)) == [first, second]
    assert given["seed_commitment"] == hashlib.sha256(b"s").hexdigest()


def test_bids_that_were_drawn_come_before_those_the_seed_ranks() -> None:
    top = {"seed": "s", "tie_order": ["C", "B"]}
    assert list(awarded(answered(file("13", TIED, top, tie_rule="random")))) == ["C", "B", "A"]


def test_a_draw_does_not_lift_a_bid_above_a_better_price() -> None:
    top = {"tie_order": ["B", "A"]}
    given = answered(file("6", "A 6@11; B 6@10", top, tie_rule="random"))
    assert awarded(given) == {"A": "6"}


@pytest.mark.parametrize(
    ("supply", "lot", "written", "shares"),
    [
        # 10/3 each: the odd unit to the earliest of equal remainders.
        ("10", "1", "A 6@10; B 6@10; C 6@10", {"A": "4", "B": "3", "C": "3"}),
        # 10 x 8/12 = 6.67 and 3.33: lots of 2 give 6 and 2; remainders 0.67 and 1.33.
        ("10", "2", "A 8@10; B 4@10", {"A": "6", "B": "4"}),
        # A better price first; then 4 of 12.
        ("10", "1", "A 6@11; B 9@10; C 3@10", {"A": "6", "B": "3", "C": "1"}),
        # Half lots: 5 x 2.5/6 = 2.083 and 5 x 3.5/6 = 2.917; floors 2 and 2.5.
        ("5", "0.5", "A 2.5@10; B 3.5@10", {"A": "2.0", "B": "3.0"}),
        # A remainder smaller than a lot goes on to somebody, so that all is sold.
        ("5", "2", "A 4@10; B 4@10", {"A": "3", "B": "2"}),
    ],
)
def test_pro_rata_shares_go_down_to_lots_and_the_rest_to_the_largest_remainders(
    supply: str, lot: str, written: str, shares: Any
) -> None:
    given = answered(file(supply, written, tie_rule="pro_rata_largest_remainder", lot=lot))
    assert awarded(given) == shares


def test_own_bids_are_tied_like_any() -> None:
    rules = {"price_rule": "own_bid", "tie_rule": "pro_rata_random_rest"}
    given = answered(file("5", "A 4@10; B 4@10", {"tie_order": ["B"]}, **rules))
    assert [(a["bid"], a["quantity"], a["amount"]) for a in given["awards"]] == [
        ("B", "3", "30.00"),
        ("A", "2", "20.00"),
    ]


def test_all_below_their_minimum_drop_out_at_once() -> None:
    """A quarter each: 3, below 4 for A and B alike; C and D then fit whole, and E gets the rest."""
    written = "A 12@10 min=4; B 12@10 min=4; C 3@10; D 3@10; E 9@9"
    given = answered(file("12", written, tie_rule="pro_rata_minimum"))
    # 12/30: A and B would get 4.8, C and D 1.2: nobody drops out.
    assert awarded(given) == {"A": "5", "B": "5", "C": "1", "D": "1"}
    written = written.replace("min=4", "min=5")
    given = answered(file("12", written, tie_rule="pro_rata_minimum"))
    assert awarded(given) == {"C": "3", "D": "3", "E": "6"}
    assert given["price"] == "9.00"


def test_a_minimum_also_keeps_the_last_bid_from_a_smaller_remainder() -> None:
    given = answered(file("7", "A 5@10; B 5@9 min=3; C 5@8", tie_rule="pro_rata_minimum"))
    assert awarded(given) == {"A": "5", "C": "2"}
