"""The call auction: prices where several would do, icebergs, and a random end."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from ledger.refusals import InvariantBroken
from market.book.book import Book
from market.book.call import Algorithm, Called, Indication, indicative, random_end, uncross
from market.book.orders import Fill, Side

B, S = Side.BUY, Side.SELL
NOON = datetime(2026, 3, 2, 1, 20, tzinfo=UTC)


def calling(*orders: tuple[Side, int, int]) -> Book:
    book = Book()
    book.calling = True
    for number, (side, quantity, price) in enumerate(orders):
        book.add(number, side, price, quantity)
    return book


WIDE = ((B, 100, 110), (S, 100, 101))
"""Every price from 101 to 110 trades 100 and leaves nothing."""


@pytest.mark.parametrize(
    ("algorithm", "reference", "price"),
    [
        (Algorithm.MAX_VOLUME, 90, 101),
        (Algorithm.MAX_VOLUME, 104, 104),
        (Algorithm.MAX_VOLUME, 200, 110),
        (Algorithm.MAX_VOLUME, None, 106),
        (Algorithm.SHANGHAI, None, 106),
        (Algorithm.SHENZHEN, 90, 101),
        (Algorithm.SHENZHEN, 107, 107),
        (Algorithm.SHENZHEN, 200, 110),
    ],
)
def test_a_wide_range_is_decided_by_each_algorithm_in_its_way(
    algorithm: Algorithm, reference: int | None, price: int
) -> None:
    assert indicative(calling(*WIDE), algorithm, reference) == Indication(price, 100, 0)


def test_shanghai_and_shenzhen_want_all_better_orders_filled() -> None:
    # At 9 as much trades as at 8, but asks at 8 would be left unfilled.
    book = calling((B, 100, 10), (S, 200, 8), (S, 100, 9))
    assert indicative(book, Algorithm.SHANGHAI) == Indication(8, 100, -100)
    assert indicative(book, Algorithm.SHENZHEN, 10) == Indication(8, 100, -100)


def test_shenzhen_is_the_nearest_to_the_close_and_shanghai_the_least_unfilled() -> None:
    book = calling((B, 100, 10), (B, 50, 8), (S, 100, 8))
    assert indicative(book, Algorithm.SHENZHEN, 8) == Indication(8, 100, 50)
    assert indicative(book, Algorithm.SHANGHAI) == Indication(10, 100, 0)


def test_shenzhen_without_a_previous_close_is_a_bug_of_the_caller() -> None:
    with pytest.raises(InvariantBroken):
        indicative(calling(*WIDE), Algorithm.SHENZHEN)


@pytest.mark.parametrize("orders", [(), ((B, 5, 10),), ((B, 5, 10), (S, 5, 11))])
def test_where_nothing_can_trade_there_is_no_price(
    orders: tuple[tuple[Side, int, int], ...],
) -> None:
    assert uncross(calling(*orders), Algorithm.MAX_VOLUME, 10) == Called(None, 0, 0, ())


def test_orders_of_one_owner_may_trade_with_each_other_in_a_call() -> None:
    book = Book()
    book.calling = True
    book.add("b", B, 10, 5, owner="A")
    book.add("s", S, 10, 5, owner="A")
    assert uncross(book, Algorithm.MAX_VOLUME).fills == (Fill("b", "s", 10, 5),)


def test_an_iceberg_trades_whole_and_then_shows_a_new_slice_behind_the_others() -> None:
    book = Book()
    book.calling = True
    book.add("ice", S, 10, 30, display=10)
    book.add("s", S, 10, 5)
    book.add("b", B, 10, 14)
    called = uncross(book, Algorithm.MAX_VOLUME)
    assert called == Called(10, 14, -21, (Fill("ice", "b", 10, 14),))
    assert [(o.order_id, o.open, o.shown) for o in book.orders(S)] == [("s", 5, 5), ("ice", 16, 10)]


def test_an_iceberg_whose_slice_lasts_keeps_its_place() -> None:
    book = Book()
    book.calling = True
    book.add("ice", S, 10, 30, display=10)
    book.add("s", S, 10, 5)
    book.add("b", B, 10, 9)
    uncross(book, Algorithm.MAX_VOLUME)
    assert [(o.order_id, o.open, o.shown) for o in book.orders(S)] == [("ice", 21, 1), ("s", 5, 5)]


def test_the_random_end_follows_from_its_seed_and_stays_between_its_ends() -> None:
    latest = NOON + timedelta(seconds=30)
    drawn = int(hashlib.sha256(b"one").hexdigest(), 16) % 31
    assert random_end("one", NOON, latest) == NOON + timedelta(seconds=drawn)
    ends = {random_end(str(seed), NOON, latest) for seed in range(600)}
    assert ends == {NOON + timedelta(seconds=second) for second in range(31)}
    assert random_end("any", NOON, NOON) == NOON
