"""The fast book against the slow one, on generated streams of commands."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from market.book.book import Book
from market.book.orders import Outcome, SelfTrade, Side, Status, Tif
from tests.support.reference_book import Answer, SlowBook

PRICES = st.integers(1, 9)
QUANTITIES = st.integers(1, 12)
NUMBERS = st.integers(0, 30)
BANDS = st.none() | st.tuples(st.integers(1, 4), st.integers(5, 9))


@dataclass(frozen=True)
class New:
    side: str
    price: int | None
    quantity: int
    tif: str
    owner: str | None
    post_only: bool
    display: int
    minimum: int
    dynamic: tuple[int, int] | None


@dataclass(frozen=True)
class Change:
    what: str
    order: int
    price: int | None
    quantity: int | None


ORDINARY = st.builds(
    New,
    st.sampled_from(Side),
    PRICES,
    QUANTITIES,
    st.just("GTC"),
    st.sampled_from((None, "A", "B")),
    st.just(False),
    st.sampled_from((0, 0, 1, 3)),
    st.just(0),
    st.none(),
)
ODD = st.builds(
    New,
    st.sampled_from(Side),
    st.none() | st.integers(-1, 10),
    st.integers(-1, 30),
    st.sampled_from(Tif),
    st.sampled_from((None, "A", "B")),
    st.booleans(),
    st.sampled_from((0, 0, 1, 3)),
    st.sampled_from((0, 0, 2, 8)),
    st.none() | st.tuples(st.integers(1, 5), st.integers(4, 9)),
)
CHANGES = st.builds(
    Change,
    st.sampled_from(("cancel", "amend", "amend", "replace", "phase")),
    NUMBERS,
    st.none() | st.integers(0, 10),
    st.none() | st.integers(0, 15),
)
STREAMS = st.lists(st.one_of(ORDINARY, ORDINARY, ODD, CHANGES), max_size=40)


class Both:
    """The two books side by side, and what of each order has neither traded nor gone."""

    def __init__(self, self_trade: str, band: tuple[int, int] | None) -> None:
        self.fast = Book(SelfTrade(self_trade), band)
        self.slow = SlowBook(self_trade, band)
        self.unaccounted: Counter[Any] = Counter()

    def play(self, number: int, command: New | Change) -> None:
        if isinstance(command, New):
            # Every fifth number is one that was used before.
            self.new(number - (number % 5 == 4), command)
        elif command.what == "phase":
            self.fast.calling = self.slow.calling = not self.fast.calling
        else:
            self.change(command)
        for side in Side:
            rows = [(o.order_id, o.price, o.open, o.shown) for o in self.fast.orders(side)]
            assert rows == self.slow.picture(side)

    def new(self, number: int, new: New) -> None:
        fast = self.fast.add(
            number,
            Side(new.side),
            new.price,
            new.quantity,
            tif=Tif(new.tif),
            owner=new.owner,
            post_only=new.post_only,
            display=new.display,
            minimum=new.minimum,
            dynamic=new.dynamic,
        )
        assert plain(fast) == self.slow.add(number, *vars(new).values())
        self.account(number, 0 if fast.status is Status.REJECTED else new.quantity, fast)

    def change(self, change: Change) -> None:
        number, price, quantity = change.order, change.price, change.quantity
        before = self.fast.open_quantity(number)
        if change.what == "cancel":
            fast, slow = self.fast.cancel(number), self.slow.cancel(number)
        elif change.what == "amend":
            fast = self.fast.amend(number, price, quantity)
            slow = self.slow.amend(number, price, quantity)
        else:
            fast = self.fast.replace(number, price or 0, quantity or 0)
            slow = self.slow.amend(number, price or 0, quantity or 0, always_anew=True)
        assert plain(fast) == slow
        grown = (quantity or 0) - before if fast.status is Status.MODIFIED else 0
        self.account(number, max(grown, 0), fast)

    def account(self, number: int, entered: int, outcome: Outcome) -> None:
        """Entered = filled + gone + left, for each order that was ever touched."""
        self.unaccounted[number] += entered
        for fill in outcome.fills:
            self.unaccounted[fill.resting] -= fill.quantity
            self.unaccounted[fill.incoming] -= fill.quantity
        for gone in outcome.gone:
            assert gone.quantity > 0
            self.unaccounted[gone.order_id] -= gone.quantity
        assert all(self.fast.open_quantity(n) == left for n, left in self.unaccounted.items())
        if outcome.status is not Status.REJECTED:
            assert outcome.left == self.fast.open_quantity(number)


def plain(outcome: Outcome) -> Answer:
    gone: dict[Any, int] = {}
    for lost in outcome.gone:
        gone[lost.order_id] = gone.get(lost.order_id, 0) + lost.quantity
    code = None if outcome.code is None else outcome.code.value
    return outcome.status.value, code, [tuple(fill) for fill in outcome.fills], gone


def played(self_trade: str, band: tuple[int, int] | None, stream: list[New | Change]) -> Both:
    books = Both(self_trade, band)
    for number, command in enumerate(stream):
        books.play(number, command)
    return books


def restored(book: Book) -> Book:
    again = Book(book.self_trade, book.band)
    again.calling = book.calling
    for order in sorted(book.orders(), key=lambda order: order.since):
        again.restore(
            order.order_id,
            order.side,
            order.price,
            order.open,
            shown=order.shown,
            display=order.display,
            owner=order.owner,
            tif=order.tif,
            post_only=order.post_only,
        )
    return again


@settings(max_examples=300)
@given(st.sampled_from(SelfTrade), BANDS, STREAMS)
def test_the_book_agrees_with_the_slow_one_and_accounts_for_every_unit(
    self_trade: SelfTrade, band: tuple[int, int] | None, stream: list[New | Change]
) -> None:
    played(self_trade, band, stream)


@given(st.sampled_from(SelfTrade), STREAMS, STREAMS)
def test_a_book_restored_by_age_acts_like_the_one_that_stopped(
    self_trade: SelfTrade, before: list[New | Change], after: list[New | Change]
) -> None:
    books = played(self_trade, None, before)
    again = restored(books.fast)
    assert again.image() == books.fast.image()
    books.fast = again
    for number, command in enumerate(after, start=100):
        books.play(number, command)


@given(st.sampled_from(SelfTrade), STREAMS)
def test_levels_are_the_sums_of_their_orders(
    self_trade: SelfTrade, stream: list[New | Change]
) -> None:
    book = played(self_trade, None, stream).fast
    for side in Side:
        orders = list(book.orders(side))
        levels = book.levels(side)
        assert [level.price for level in levels] == list(dict.fromkeys(o.price for o in orders))
        for level in levels:
            there = [order for order in orders if order.price == level.price]
            assert level.displayed == sum(order.shown for order in there)
            assert level.hidden == sum(order.open - order.shown for order in there)
            assert level.orders == len(there)
            assert book.depth_at(side, level.price) == level
            assert book.head(side, level.price) == there[0]
        assert book.best(side) == (levels[0].price if levels else None)
        assert book.levels(side, 2) == levels[:2]
        assert book.head(side) == (orders[0] if orders else None)


@given(st.sampled_from(SelfTrade), STREAMS, ORDINARY)
def test_an_order_touches_only_what_was_named_beforehand(
    self_trade: SelfTrade, stream: list[New | Change], order: New
) -> None:
    book = played(self_trade, None, stream).fast
    book.calling = False
    side = Side(order.side)
    named = book.touchable(side, order.price, order.quantity, order.owner)
    outcome = book.add(1000, side, order.price, order.quantity, owner=order.owner)
    touched = {fill.resting for fill in outcome.fills} | {lost.order_id for lost in outcome.gone}
    assert touched - {1000} <= set(named)
