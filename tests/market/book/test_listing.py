"""Listing and pick: price comes first, time does not, the taker chooses the counterparty."""

import pytest

from market.book.listing import Listing, ListingCode
from market.book.orders import BookCode, Cause, Fill, Gone, Outcome, Side, Status

B, S = Side.BUY, Side.SELL


def posted(*orders: tuple[str, int, int, str], levels_seen: int = 5) -> Listing:
    listing = Listing(levels_seen=levels_seen)
    for number, price, quantity, owner in orders:
        assert listing.add(number, S, price, quantity, owner=owner).code is None
    return listing


THREE = (("s1", 100, 10, "A"), ("s2", 100, 20, "B"), ("s3", 101, 30, "C"))


def test_a_posting_rests_and_matches_nothing_by_itself() -> None:
    listing = posted(*THREE)
    assert listing.add("b", B, 99, 5) == Outcome(Status.RESTING, left=5)
    assert listing.best(B) == 99
    assert listing.best(S) == 100


def test_the_taker_chooses_among_the_orders_of_the_best_level_whoever_came_first() -> None:
    listing = posted(*THREE)
    assert listing.pick("t", B, 15, ["s2"]) == Outcome(
        Status.FILLED, None, [Fill("s2", "t", 100, 15)]
    )
    assert listing.open_quantity("s2") == 5
    assert listing.open_quantity("s1") == 10


def test_the_last_choice_of_a_level_may_be_taken_in_part() -> None:
    listing = posted(*THREE)
    outcome = listing.pick("t", B, 25, ["s2", "s1"])
    assert outcome.fills == [Fill("s2", "t", 100, 20), Fill("s1", "t", 100, 5)]


def test_a_worse_level_is_taken_when_the_better_one_is_used_up() -> None:
    listing = posted(*THREE)
    outcome = listing.pick("t", B, 40, ["s3", "s1", "s2"])
    assert outcome.fills == [
        Fill("s1", "t", 100, 10),
        Fill("s2", "t", 100, 20),
        Fill("s3", "t", 101, 10),
    ]
    assert [order.order_id for order in listing.orders()] == ["s3"]


def test_a_seller_picks_the_highest_bids_first() -> None:
    listing = Listing()
    listing.add("low", B, 90, 10)
    listing.add("high", B, 95, 10)
    passed = listing.pick("t", S, 10, ["low"])
    assert passed.code is ListingCode.BETTER_PRICE_PASSED_OVER
    assert listing.pick("t", S, 10, ["high"]).fills == [Fill("high", "t", 95, 10)]


def test_own_postings_need_not_be_used_up_first() -> None:
    listing = posted(*THREE)
    assert listing.pick("t", B, 25, ["s2", "s3"], owner="A").fills == [
        Fill("s2", "t", 100, 20),
        Fill("s3", "t", 101, 5),
    ]


@pytest.mark.parametrize(
    ("quantity", "choices", "owner", "limit", "code"),
    [
        (0, ["s1"], None, None, ListingCode.POSTED_QUANTITY_NOT_ABOVE_ZERO),
        (5, ["gone"], None, None, ListingCode.CHOSEN_ORDER_NOT_POSTED),
        (5, ["b"], None, None, ListingCode.CHOSEN_ORDER_NOT_POSTED),
        (15, ["s1", "s1"], None, None, ListingCode.CHOSEN_ORDER_TWICE),
        (5, ["s1"], "A", None, ListingCode.CHOSEN_ORDER_OF_SAME_OWNER),
        (5, ["far"], None, None, ListingCode.CHOSEN_ORDER_BEYOND_LEVELS_SEEN),
        (35, ["s1", "s2", "s3"], None, 100, ListingCode.CHOSEN_ORDER_BEYOND_LIMIT),
        (31, ["s1", "s2"], None, None, ListingCode.CHOSEN_ORDERS_BELOW_QUANTITY),
        (5, [], None, None, ListingCode.CHOSEN_ORDERS_BELOW_QUANTITY),
        (20, ["s2", "s1"], None, None, ListingCode.CHOSEN_ORDER_NOT_NEEDED),
        (5, ["s3"], None, None, ListingCode.BETTER_PRICE_PASSED_OVER),
        (25, ["s1", "s3"], None, None, ListingCode.BETTER_PRICE_PASSED_OVER),
    ],
)
def test_a_refused_pick_takes_nothing(
    quantity: int, choices: list[str], owner: str | None, limit: int | None, code: ListingCode
) -> None:
    listing = posted(*THREE, ("far", 102, 5, "D"), levels_seen=2)
    listing.add("b", B, 90, 50)
    before = listing.image()
    outcome = listing.pick("t", B, quantity, choices, owner=owner, limit=limit)
    assert outcome == Outcome(Status.REJECTED, code)
    assert listing.image() == before


def test_the_taker_sees_the_five_best_levels_of_the_other_side() -> None:
    listing = posted(*((f"s{price}", price, 5, "A") for price in range(107, 100, -1)))
    seen = listing.seen(B)
    assert [level.price for level, _ in seen] == [101, 102, 103, 104, 105]
    assert [order.order_id for order in seen[0][1]] == ["s101"]
    assert listing.pick("t", B, 30, [f"s{n}" for n in range(101, 107)]).code is (
        ListingCode.CHOSEN_ORDER_BEYOND_LEVELS_SEEN
    )


@pytest.mark.parametrize(
    ("number", "price", "quantity", "code"),
    [
        ("new", 90, 0, ListingCode.POSTED_QUANTITY_NOT_ABOVE_ZERO),
        ("new", 0, 5, ListingCode.POSTED_PRICE_NOT_ABOVE_ZERO),
        ("s1", 90, 5, ListingCode.POSTING_ALREADY_USED),
        ("new", 79, 5, ListingCode.POSTED_PRICE_OUTSIDE_BAND),
        ("new", 100, 5, ListingCode.POSTED_PRICE_MEETS_OTHER_SIDE),
    ],
)
def test_what_cannot_be_posted_is_refused(
    number: str, price: int, quantity: int, code: ListingCode
) -> None:
    listing = posted(*THREE)
    listing.band = (80, 120)
    assert listing.add(number, B, price, quantity).code is code


def test_a_posting_is_changed_in_its_place_or_moved() -> None:
    listing = posted(*THREE)
    assert listing.amend("s1", quantity=4).gone == (Gone("s1", 6, Cause.REDUCED),)
    moved = listing.amend("s1", price=102, quantity=3)
    assert moved == Outcome(Status.MODIFIED, None, (), (Gone("s1", 1, Cause.REDUCED),), 3)
    assert listing.price_of("s1") == 102
    assert listing.amend("s1", quantity=9).left == 9
    listing.add("b", B, 99, 1)
    assert listing.amend("s1", price=99).code is ListingCode.POSTED_PRICE_MEETS_OTHER_SIDE
    assert listing.amend("x", price=99).code is BookCode.ORDER_NOT_IN_BOOK


def test_a_listing_is_restored_as_it_was() -> None:
    listing = posted(*THREE)
    listing.pick("t", B, 15, ["s2"])
    again = Listing()
    for order in sorted(listing.orders(), key=lambda order: order.since):
        again.restore(order.order_id, order.side, order.price, order.open, owner=order.owner)
    assert again.image() == listing.image()
