"""The call auction from level totals against brute force over candidates and orders."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from market.book.book import Book
from market.book.call import Algorithm, indicative, uncross
from market.book.orders import Side
from tests.support.reference_call import Collected, slow_price, surplus, volume

ORDERS = st.lists(
    st.builds(Collected, st.sampled_from(Side), st.integers(1, 12), st.integers(1, 9)), max_size=14
)
DISPLAYS = st.lists(st.sampled_from((0, 0, 1, 2)), min_size=14, max_size=14)
REFERENCES = st.integers(1, 14)


def collected(orders: list[Collected], displays: list[int]) -> Book:
    book = Book()
    book.calling = True
    for number, (order, display) in enumerate(zip(orders, displays, strict=False)):
        book.add(number, Side(order.side), order.price, order.quantity, display=display)
    return book


@settings(max_examples=500)
@given(ORDERS, DISPLAYS, st.sampled_from(Algorithm), REFERENCES, st.booleans())
def test_the_price_from_level_totals_is_that_of_brute_force_over_the_orders(
    orders: list[Collected],
    displays: list[int],
    algorithm: Algorithm,
    reference: int,
    without_reference: bool,
) -> None:
    known = None if without_reference and algorithm is not Algorithm.SHENZHEN else reference
    said = indicative(collected(orders, displays), algorithm, known)
    price = slow_price(orders, algorithm.value, known)
    assert said.price == price
    if price is not None:
        assert (said.quantity, said.surplus) == (volume(orders, price), surplus(orders, price))
    else:
        assert (said.quantity, said.surplus) == (0, 0)


@settings(max_examples=300)
@given(ORDERS, DISPLAYS, st.sampled_from(Algorithm), REFERENCES)
def test_an_uncross_fills_better_orders_first_and_leaves_nothing_crossed(
    orders: list[Collected], displays: list[int], algorithm: Algorithm, reference: int
) -> None:
    book = collected(orders, displays)
    said = indicative(book, algorithm, reference)
    done = uncross(book, algorithm, reference)
    assert done[:3] == said
    assert sum(fill.quantity for fill in done.fills) == said.quantity
    traded: Counter[object] = Counter()
    for fill in done.fills:
        assert fill.price == said.price
        assert fill.quantity > 0
        # Numbered in the order of entry: the resting order is the earlier.
        assert int(str(fill.resting)) < int(str(fill.incoming))
        traded[fill.resting] += fill.quantity
        traded[fill.incoming] += fill.quantity
    for number, order in enumerate(orders):
        assert book.open_quantity(number) == order.quantity - traded[number]
    for side, sign in ((Side.BUY, -1), (Side.SELL, 1)):
        line = sorted(
            (sign * order.price, number)
            for number, order in enumerate(orders)
            if order.side == side
        )
        numbers = [number for _, number in line]
        parts = [traded[number] for number in numbers]
        # All, then at most one in part, then none.
        for place in range(len(numbers) - 1):
            if parts[place] < orders[numbers[place]].quantity:
                assert not any(parts[place + 1 :])
    assert indicative(book, algorithm, reference).quantity == 0
