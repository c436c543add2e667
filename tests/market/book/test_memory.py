"""A book leaves no cycles behind: what ends is gone at once, with Python's collector paused."""

import gc
import random

from market.book.book import Book
from market.book.ladder import Resting
from market.book.orders import SelfTrade, Side


def test_orders_that_ended_are_gone_without_the_collector() -> None:
    chance = random.Random(5)
    book = Book(SelfTrade.CANCEL_BOTH, remember_ids=False)
    gc.collect()
    gc.disable()
    try:
        for number in range(20_000):
            side = chance.choice((Side.BUY, Side.SELL))
            price = 1000 + chance.randint(-20, 20)
            owner, display = chance.choice(("A", "B", None)), chance.choice((0, 0, 2))
            book.add(number, side, price, chance.randint(1, 9), owner=owner, display=display)
            book.cancel(chance.randint(0, number))
        there = sum(isinstance(thing, Resting) for thing in gc.get_objects())
    finally:
        gc.enable()
    # Each queue may keep some that are gone until it is swept.
    assert there <= 3 * len(book) + 33 * 41
    assert gc.collect() < 1000
