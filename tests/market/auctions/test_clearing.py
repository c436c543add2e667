"""Clearing, rule by rule, on auctions small enough to be worked by hand."""

from typing import Any

import pytest

from tests.support.auction_files import answered, awarded, file, refused

HRB = {"price_rule": "highest_rejected"}


def test_the_unfilled_part_of_the_last_bid_is_the_highest_rejected() -> None:
    given = answered(file("7", "A 5@20; B 5@18; C 5@15", **HRB))
    assert (awarded(given), given["price"]) == ({"A": "5", "B": "2"}, "18.00")


def test_without_rejected_bids_the_highest_rejected_is_the_reserve_or_the_lowest_accepted() -> None:
    assert answered(file("10", "A 5@20; B 5@18", **HRB, reserve_price="12"))["price"] == "12.00"
    assert answered(file("10", "A 5@20; B 5@18", **HRB))["price"] == "18.00"


def test_a_bid_cut_by_a_limit_is_not_rejected_quantity() -> None:
    given = answered(file("10", "A 9@20; B 5@18; C 1@7", **HRB, bidder_limit="0.5"))
    assert (awarded(given), given["price"]) == ({"A": "5", "B": "5"}, "7.00")


@pytest.mark.parametrize(
    ("rule", "status", "price", "awards"),
    [
        ("cancel", "cancelled", None, {}),
        ("clear_at_lowest_bid", "cleared", "18.00", {"A": "5", "B": "3"}),
        ("clear_at_reserve", "cleared", "12.00", {"A": "5", "B": "3"}),
        ("decline_if_any_below_reserve", "declined", None, {}),
    ],
)
@pytest.mark.parametrize("secret", [True, None])
def test_undersubscribed_sealed(
    rule: str, status: str, price: str | None, awards: Any, secret: bool | None
) -> None:
    given = answered(
        file(
            "10",
            "A 5@20; B 3@18; low 9@11",
            undersubscription_rule=rule,
            reserve_price="12",
            reserve_secret=secret,
        )
    )
    assert (given["status"], given["price"], awarded(given)) == (status, price, awards)
    assert refused(given) == ({} if secret else {"low": "bid_below_reserve"})
    assert given["unsold"] == ("2" if status == "cleared" else "10")


def test_nothing_is_declined_while_all_bids_reach_the_reserve_or_cover_the_supply() -> None:
    rules = {
        "undersubscription_rule": "decline_if_any_below_reserve",
        "reserve_price": "12",
        "reserve_secret": True,
    }
    assert answered(file("10", "A 5@20; B 3@12", **rules))["status"] == "cleared"
    assert answered(file("8", "A 5@20; B 3@12; low 1@11", **rules))["status"] == "cleared"


def test_own_bids_undersubscribed_at_the_reserve_all_pay_the_reserve() -> None:
    rules = {"undersubscription_rule": "clear_at_reserve", "reserve_price": "12"}
    given = answered(file("10", "A 5@20; B 3@18", **rules, price_rule="own_bid"))
    assert (given["price"], given["proceeds"]) == ("12.00", "96.00")


@pytest.mark.parametrize(
    ("rule", "status", "price"),
    [
        ("cancel", "cancelled", None),
        ("clear_at_lowest_bid", "cleared", "15.00"),
        ("clear_at_reserve", "cleared", "12.00"),
        ("decline_if_any_below_reserve", "cleared", "15.00"),
    ],
)
def test_undersubscribed_at_a_fixed_price(rule: str, status: str, price: str | None) -> None:
    rules = {"format": "fixed_price", "price_rule": None, "price": "15", "reserve_price": "12"}
    given = answered(file("10", "A 5; B 3", undersubscription_rule=rule, **rules))
    assert (given["status"], given["price"]) == (status, price)


@pytest.mark.parametrize(
    ("rule", "status", "price"),
    [
        ("cancel", "cancelled", None),
        ("clear_at_lowest_bid", "cleared", "18.00"),
        ("clear_at_reserve", "cleared", "25.00"),
        ("decline_if_any_below_reserve", "declined", None),
    ],
)
def test_undersubscribed_where_we_buy(rule: str, status: str, price: str | None) -> None:
    """The reserve is then the most that is paid, and an offer above it falls short of it."""
    rules = {"format": "reverse", "price_rule": "highest_accepted", "reserve_price": "25"}
    given = answered(file("10", "A 5@16; B 3@18; C 4@26", undersubscription_rule=rule, **rules))
    assert (given["status"], given["price"]) == (status, price)
    assert refused(given) == {"C": "offer_above_reserve"}


def test_a_fixed_price_is_rationed_by_the_tie_rule() -> None:
    rules = {"format": "fixed_price", "price_rule": None, "price": "15"}
    assert awarded(answered(file("6", "A 5; B 3", **rules))) == {"A": "5", "B": "1"}
    shared = answered(file("6", "A 5; B 3", **rules, tie_rule="pro_rata_largest_remainder"))
    # 3.75 and 2.25: the unit left over goes to the larger remainder.
    assert (awarded(shared), shared["price"]) == ({"A": "4", "B": "2"}, "15.00")


def test_no_valid_bid_cancels_and_still_carries() -> None:
    unsold_rule = {"spread": 3}
    given = answered(file("10", "A 1@1", reserve_price="5", unsold_rule=unsold_rule))
    assert (given["status"], given["unsold"], given["proceeds"]) == ("cancelled", "10", "0.00")
    assert (given["carried"], given["fallback"]) == (["3", "3", "3"], "1")


def test_the_last_valid_quote_of_a_bidder_counts_and_a_refused_one_does_not() -> None:
    written = "P/a 2@50 10:05; P/b 3@60 10:01; P/c 9@49 10:09; Q/d 1@55 10:02"
    given = answered(
        file("9", written, format="multi_quote", price_rule="own_bid", reserve_price="50")
    )
    assert awarded(given) == {"d": "1", "a": "2"}
    assert refused(given) == {"c": "bid_below_reserve"}


def test_refused_quotes_use_up_none_of_the_quotes_but_those_below_a_secret_reserve_do() -> None:
    rules = {"format": "multi_quote", "price_rule": "own_bid", "quotes_limit": 2, "tick": "1"}
    written = "P/a 1@50.5; P/b 1@51; P/c 1@40; P/d 1@52"
    public = answered(file("1", written, **rules, reserve_price="45"))
    assert refused(public) == {"a": "bid_off_tick", "c": "bid_below_reserve"}
    assert awarded(public) == {"d": "1"}
    secret = answered(file("1", written, **rules, reserve_price="45", reserve_secret=True))
    assert refused(secret) == {"a": "bid_off_tick", "d": "quotes_used_up"}
    assert awarded(secret) == {"b": "1"}


def test_top_share_losers_count_as_rejected_and_leave_supply_unsold() -> None:
    rules = {"format": "multi_quote", "winner_rule": {"top_share": "0.5"}, **HRB}
    given = answered(file("3", "A 1@20; B 1@18; C 1@15", **rules))
    # Half of three, half up, are two.
    assert (awarded(given), given["price"], given["unsold"]) == ({"A": "1", "B": "1"}, "15.00", "1")


def test_ascending_prices_stand_on_steps_from_the_reserve() -> None:
    rules = {"format": "ascending", "reserve_price": "10", "increment": "0.50"}
    given = answered(file("4", "A/a 2@10.5; B/b 2@10.75; A/c 2@12; C/d 3@11; D/e 1@9.5", **rules))
    assert refused(given) == {"b": "bid_off_step", "e": "bid_below_reserve"}
    assert (awarded(given), given["price"]) == ({"c": "2", "d": "2"}, "11.00")


@pytest.mark.parametrize(
    ("bid", "rules", "code"),
    [
        ("A 1@10.005", {}, "bid_off_tick"),
        ("A 5@10", {"lot": "2"}, "bid_off_lot"),
        ("A 2@10", {"minimum_bid": "3"}, "bid_below_minimum"),
        ("A 0@10", {}, "bid_quantity_zero"),
        ("A 1@0", {}, "bid_price_zero"),
        ("A -4@10", {}, "bid_quantity_negative"),
        ("A 1@-10.005", {}, "bid_price_negative"),
    ],
)
def test_a_bid_that_breaks_a_rule_of_the_bid_is_refused_alone(
    bid: str, rules: Any, code: str
) -> None:
    given = answered(file("4", f"{bid}; B 4@10", **rules))
    assert (refused(given), awarded(given)) == ({"A": code}, {"B": "4"})


def test_guarantees_cover_the_largest_of_price_times_quantity_so_far() -> None:
    """3 x 20 = 60 and 5 x 15 = 75 are within 80; at 10 it covers 8 in all, so 3 of 4; then none."""
    written = "P/a 3@20; P/b 2@15; P/c 4@10; P/d 1@10; Q/e 9@9"
    given = answered(file("20", written, {"guarantees": {"P": "80"}}))
    assert awarded(given) == {"a": "3", "b": "2", "c": "3", "e": "9"}
    assert refused(given) == {"d": "bid_beyond_guarantee"}


def test_a_guarantee_that_a_dear_bid_passes_still_covers_a_cheaper_one() -> None:
    """50 pays for 2 of 3 at 20; at 10 it pays for 5, of which 2 are taken."""
    given = answered(file("20", "P/a 3@20; P/b 9@10; Q/c 9@9", {"guarantees": {"P": "50"}}))
    assert awarded(given) == {"a": "2", "b": "3", "c": "9"}


def test_groups_share_one_limit_in_the_order_of_price_and_cuts_are_whole_lots() -> None:
    """A quarter of 50 is 12.5, so 12 in lots of 2: A2's 8, then 4 of A1's 6, then none."""
    written = "A1/x 6@20; A2/y 8@21; A1/z 2@19; B/w 40@18"
    rules = {"bidder_limit": "0.25", "groups": {"A1": "G", "A2": "G"}, "lot": "2"}
    given = answered(file("50", written, **rules))
    assert awarded(given) == {"y": "8", "x": "4", "w": "12"}
    assert refused(given) == {"z": "bid_beyond_bidder_limit"}


def test_where_we_buy_a_uniform_price_has_to_fit_the_budget_for_the_whole_purchase() -> None:
    """At 10 all 4 cost 40 of 70; at 12 at most 5.83 in all, so one more; at 14 none."""
    rules = {"format": "reverse", "price_rule": "highest_accepted", "budget": "70"}
    given = answered(file("10", "A 4@10; B 4@12; C 4@14", **rules))
    assert (awarded(given), given["price"]) == ({"A": "4", "B": "1"}, "12.00")
    assert (given["proceeds"], given["unsold"]) == ("60.00", "5")


def test_an_offer_of_which_no_lot_fits_the_budget_does_not_raise_the_price() -> None:
    rules = {"format": "reverse", "price_rule": "highest_accepted", "budget": "47"}
    given = answered(file("10", "A 4@10; B 6@12", **rules))
    assert (awarded(given), given["price"], given["proceeds"]) == ({"A": "4"}, "10.00", "40.00")


def test_a_budget_pays_for_years_and_the_last_offer_is_cut_to_lots() -> None:
    """Two years: 4 x 10 x 2 = 80 of 200; 120 pays for 5 at 12 for two years: one lot of 4."""
    rules = {"format": "reverse", "price_rule": "own_bid", "budget": "200", "years": 2, "lot": "4"}
    given = answered(file("16", "A 4@10; B 12@12", **rules))
    assert (awarded(given), given["proceeds"]) == ({"A": "4", "B": "4"}, "176.00")


def test_amounts_are_rounded_half_up_each_and_then_added() -> None:
    rules = {"tick": "0.001", "lot": "0.5", "price_rule": "own_bid"}
    given = answered(file("1", "A 0.5@0.010; B 0.5@0.030", **rules))
    assert [(a["price"], a["quantity"], a["amount"]) for a in given["awards"]] == [
        ("0.030", "0.5", "0.02"),
        ("0.010", "0.5", "0.01"),
    ]
    assert given["proceeds"] == "0.03"


def test_a_better_bid_kept_out_by_its_minimum_does_not_make_others_pay_more_than_they_bid() -> None:
    given = answered(file("5", "A 9@20 min=6; B 9@10", **HRB, tie_rule="pro_rata_minimum"))
    assert (awarded(given), given["price"]) == ({"B": "5"}, "10.00")


def test_roundings_do_not_carry_a_purchase_over_its_budget() -> None:
    """Two at 6.125 are 12.25 exactly, but 6.13 each is 12.26: the second gives way."""
    rules = {"format": "reverse", "price_rule": "own_bid", "tick": "0.005", "lot": "0.5"}
    given = answered(file("1", "A 0.5@12.25; B 0.5@12.25", **rules, budget="12.25"))
    assert (awarded(given), given["proceeds"]) == ({"A": "0.5"}, "6.13")


def test_a_bid_refused_for_something_else_does_not_decline_an_auction() -> None:
    rules = {"undersubscription_rule": "decline_if_any_below_reserve", "reserve_price": "12"}
    assert answered(file("10", "A 5@20; B 0@11; C 1@11.001", **rules))["status"] == "cleared"


@pytest.mark.parametrize("secret", [True, None])
def test_a_quote_below_the_reserve_declines_nothing_when_another_quote_counts(
    secret: bool | None,
) -> None:
    """P first quotes below 12, Q last; for both another quote counts.  R has none."""
    rules = {
        "format": "multi_quote",
        "price_rule": "own_bid",
        "undersubscription_rule": "decline_if_any_below_reserve",
        "reserve_price": "12",
        "reserve_secret": secret,
    }
    quotes = "P/a 2@11 10:01; P/b 2@13 10:02; Q/c 3@14 10:03; Q/d 3@10 10:04"
    given = answered(file("9", quotes, **rules))
    assert (given["status"], awarded(given)) == ("cleared", {"c": "3", "b": "2"})
    assert answered(file("9", f"{quotes}; R/e 1@11 10:05", **rules))["status"] == "declined"


def test_an_offer_above_the_ceiling_does_not_decline_a_purchase() -> None:
    rules = {
        "format": "reverse",
        "price_rule": "highest_accepted",
        "undersubscription_rule": "decline_if_any_below_reserve",
        "reserve_price": "12",
    }
    offers = "A 5@10; B 1@14"
    assert answered(file("9", offers, **rules))["status"] == "declined"
    assert answered(file("9", offers, **rules, ceiling="13"))["status"] == "cleared"
