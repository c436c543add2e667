"""Supply that is added or withheld by the price, and what becomes of unsold units."""

from fractions import Fraction
from typing import Any

import pytest

from market.auctions.rules import UnsoldRule
from market.auctions.unsold import spread_unsold
from tests.support.auction_files import answered, awarded, file

TIER = [{"trigger": "15", "quantity": "4"}]
TIERS = [*TIER, {"trigger": "18", "quantity": "3"}]
BIDS = "A 5@20; B 5@19; C 3@16; D 9@14"


@pytest.mark.parametrize(
    ("price_rule", "supply", "tiers", "price", "awards", "added"),
    [
        # Lowest accepted 19 > 15: 4 added, C takes 3 of them; D is below the trigger.
        ("lowest_accepted", "10", TIER, "16.00", {"A": "5", "B": "5", "C": "3"}, "3"),
        # Supply 4: 20 > 15, then 4 more: 19 > 18, then 3 more: 11 in all.
        ("lowest_accepted", "4", TIERS, "19.00", {"A": "5", "B": "5"}, "6"),
        # Supply 5: the 20s take all; with 4 more the price is 19; 3 more: B 5, and no one else
        # may take from the second step, C takes nothing of the first that B used up.
        ("lowest_accepted", "5", TIERS, "19.00", {"A": "5", "B": "5"}, "5"),
        # Highest rejected 16 > 15: C takes 3, D is the highest rejected at 14, but never below 15.
        ("highest_rejected", "10", TIER, "15.00", {"A": "5", "B": "5", "C": "3"}, "3"),
        # Highest rejected 19; with 4 more 1 of B and C and D: 19 > 18; with 7 more 11 in all.
        ("highest_rejected", "5", TIER, "19.00", {"A": "5", "B": "4"}, "4"),
        ("highest_rejected", "5", TIERS, "18.00", {"A": "5", "B": "5"}, "5"),
        # 14 is not above 15: nothing is added.
        ("highest_rejected", "13", TIER, "14.00", {"A": "5", "B": "5", "C": "3"}, "0"),
    ],
)
def test_containment(
    price_rule: str, supply: str, tiers: Any, price: str, awards: Any, added: str
) -> None:
    given = answered(file(supply, BIDS, price_rule=price_rule, containment=tiers))
    assert (given["price"], awarded(given)) == (price, awards)
    assert given["containment_sold"] == added
    assert given["unsold"] == "0"


def test_a_price_at_the_trigger_adds_nothing() -> None:
    given = answered(file("5", "A 5@15; B 5@15", containment=TIER))
    assert (given["containment_sold"], given["price"]) == ("0", "15.00")


def test_added_supply_that_nobody_may_take_does_not_hold_the_price() -> None:
    given = answered(file("5", "A 5@16; B 5@14", containment=TIER))
    assert (given["containment_sold"], given["price"], given["unsold"]) == ("0", "16.00", "0")


def test_withholding_clears_once_more_with_less_and_no_more_than_once() -> None:
    """12 is below 13: half of 10, down to lots of 2, is 4; then 6 are left and 14 is the price."""
    rules = {"withholding": {"trigger": "13", "share": "0.5"}, "lot": "2"}
    given = answered(file("10", "A 4@16; B 2@14; C 4@12", **rules))
    assert (given["withheld"], given["price"]) == ("4", "14.00")
    assert (awarded(given), given["unsold"]) == ({"A": "4", "B": "2"}, "0")


def test_a_price_at_the_trigger_withholds_nothing() -> None:
    rules = {"withholding": {"trigger": "12", "share": "0.5"}}
    assert answered(file("10", "A 4@16; C 6@12", **rules))["withheld"] == "0"


def test_what_is_withheld_may_end_an_undersubscription() -> None:
    """8 of 10: at the reserve of 5; below 6, so 4 are withheld, and 8 cover the 6 left."""
    rules = {
        "withholding": {"trigger": "6", "share": "0.4"},
        "undersubscription_rule": "clear_at_reserve",
        "reserve_price": "5",
    }
    given = answered(file("10", "A 5@9; B 3@8", **rules))
    assert (given["withheld"], given["price"], awarded(given)) == (
        "4",
        "8.00",
        {"A": "5", "B": "1"},
    )


@pytest.mark.parametrize(
    ("rule", "unsold", "parts", "fallback"),
    [
        (UnsoldRule(4), 1000, (250, 250, 250, 250), 0),
        (UnsoldRule(4), 1002, (250, 250, 250, 250), 2),
        (UnsoldRule(4, Fraction(5, 4), (1000, 1000, 800, 0)), 1000, (250, 250, 200, 0), 300),
        (UnsoldRule(2, Fraction(1, 2), (10, 10)), 8, (0, 0), 8),
        (UnsoldRule(2, None, (10, 10)), 8, (4, 4), 0),
        (UnsoldRule(2, Fraction(5, 4)), 8, (4, 4), 0),
        (UnsoldRule(3, Fraction(5, 4), (4,)), 9, (1, 3, 3), 2),
        (UnsoldRule(1, Fraction(5, 4), (4, 90)), 9, (1,), 8),
        (UnsoldRule(3), 0, (), 0),
        (None, 9, (), 0),
    ],
)
def test_unsold_units_go_to_the_next_sales_in_equal_parts(
    rule: UnsoldRule | None, unsold: int, parts: tuple[int, ...], fallback: int
) -> None:
    carried = spread_unsold(rule, unsold)
    assert (carried.parts, carried.fallback) == (parts, fallback)


def test_parts_are_whole_in_the_unit_and_nothing_is_lost() -> None:
    carried = spread_unsold(UnsoldRule(3), 1_000_000, unit=10)
    assert (carried.parts, carried.fallback) == ((333_330,) * 3, 10)
    odd = spread_unsold(UnsoldRule(2), 105, unit=10)
    assert (odd.parts, odd.fallback) == ((50, 50), 5)


def test_steps_of_containment_are_looked_at_from_the_lowest_trigger_however_written() -> None:
    """3 to sell: 25 > 15 adds 2, then 22 is not above 24, so that the step of 24 is not added."""
    steps = [{"trigger": "24", "quantity": "9"}, {"trigger": "15", "quantity": "2"}]
    bids = "A 3@25; B 4@22; C 4@20"
    for written in (steps, steps[::-1]):
        given = answered(file("3", bids, containment=written))
        assert (awarded(given), given["price"]) == ({"A": "3", "B": "2"}, "22.00")
        assert (given["containment_sold"], given["unsold"]) == ("2", "0")


def test_two_steps_of_one_trigger_are_added_one_after_the_other() -> None:
    """3 + 2 leave the price at 22, above 15, so the second step is added too: 7 of 8 are sold."""
    steps = [{"trigger": "15", "quantity": "2"}] * 2
    given = answered(file("3", "A 3@25; B 5@22", containment=steps))
    assert (awarded(given), given["containment_sold"]) == ({"A": "3", "B": "4"}, "4")


def test_a_bid_at_the_trigger_takes_from_what_is_added_and_one_below_does_not() -> None:
    given = answered(file("5", "A 5@20; B 3@15; C 3@14.99", containment=TIER))
    assert (awarded(given), given["price"]) == ({"A": "5", "B": "3"}, "15.00")
    assert (given["containment_sold"], given["unsold"]) == ("3", "0")
