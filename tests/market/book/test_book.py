"""The rules of the continuous book, one by one.  Prices in ticks, quantities in lots."""

import pytest

from ledger.refusals import InvariantBroken
from market.book.book import Book
from market.book.orders import (
    BookCode,
    Cause,
    Fill,
    Gone,
    LevelDepth,
    Outcome,
    SelfTrade,
    Side,
    Status,
    Tif,
)

B, S = Side.BUY, Side.SELL


def book_of(*orders: tuple[str, Side, int, int], self_trade: SelfTrade = SelfTrade.NONE) -> Book:
    book = Book(self_trade)
    for number, side, price, quantity in orders:
        assert book.add(number, side, price, quantity).code is None
    return book


def shown(book: Book, side: Side) -> list[tuple[object, int, int]]:
    return [(order.order_id, order.price, order.shown) for order in book.orders(side)]


def test_an_order_that_meets_nobody_rests() -> None:
    book = Book()
    assert book.add("b", B, 10, 5) == Outcome(Status.RESTING, None, (), (), 5)
    assert book.best(B) == 10
    assert book.best(S) is None
    assert len(book) == 1


def test_a_trade_is_at_the_resting_price_and_the_rest_rests() -> None:
    book = book_of(("s", S, 10, 5))
    outcome = book.add("b", B, 12, 7)
    assert outcome == Outcome(Status.PARTIAL, None, [Fill("s", "b", 10, 5)], [], 2)
    assert shown(book, B) == [("b", 12, 2)]


def test_a_market_order_takes_every_price_and_never_rests() -> None:
    book = book_of(("s1", S, 10, 5), ("s2", S, 900, 5))
    outcome = book.add("b", B, None, 12)
    assert outcome.status is Status.CANCELLED
    assert outcome.fills == [Fill("s1", "b", 10, 5), Fill("s2", "b", 900, 5)]
    assert outcome.gone == [Gone("b", 2, Cause.REST_NOT_KEPT)]
    assert len(book) == 0


def test_a_market_order_on_an_empty_book_is_cancelled_and_uses_its_number() -> None:
    book = Book()
    assert book.add("m", B, None, 5).status is Status.CANCELLED
    assert book.add("m", B, 10, 5).code is BookCode.ORDER_ID_ALREADY_USED


def test_a_market_order_stops_at_the_band() -> None:
    book = book_of(("s1", S, 10, 5), ("s2", S, 12, 5))
    book.band = (8, 11)
    outcome = book.add("b", B, None, 9)
    assert outcome.fills == [Fill("s1", "b", 10, 5)]
    assert outcome.status is Status.CANCELLED
    assert not outcome.halted


def test_both_ends_of_the_band_are_allowed_and_nothing_beyond() -> None:
    book = Book(band=(8, 11))
    assert book.add("low", B, 8, 1).status is Status.RESTING
    assert book.add("high", S, 11, 1).status is Status.RESTING
    for number, price in (("lower", 7), ("higher", 12)):
        assert book.add(number, B, price, 1).code is BookCode.ORDER_PRICE_OUTSIDE_BAND
    assert book.amend("low", price=7).code is BookCode.ORDER_PRICE_OUTSIDE_BAND
    assert shown(book, B) == [("low", 8, 1)]


def test_an_order_left_outside_a_new_band_can_be_made_smaller_and_cancelled() -> None:
    book = book_of(("b", B, 5, 9))
    book.band = (8, 11)
    assert book.amend("b", quantity=4).left == 4
    assert book.add("s", S, 8, 4).fills == ()
    assert book.cancel("b").status is Status.CANCELLED


def test_nothing_trades_outside_the_band_whoever_rests_there() -> None:
    book = book_of(("s", S, 5, 9))
    book.band = (8, 11)
    assert book.add("b", B, 8, 9).status is Status.RESTING


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ({"quantity": 0}, BookCode.ORDER_QUANTITY_NOT_ABOVE_ZERO),
        ({"quantity": -3}, BookCode.ORDER_QUANTITY_NOT_ABOVE_ZERO),
        ({"price": 0}, BookCode.ORDER_PRICE_NOT_ABOVE_ZERO),
        ({"price": -1}, BookCode.ORDER_PRICE_NOT_ABOVE_ZERO),
        ({"display": -1}, BookCode.DISPLAY_NOT_ABOVE_ZERO),
        ({"minimum": -1}, BookCode.MINIMUM_NOT_ABOVE_ZERO),
        ({"order_id": "there"}, BookCode.ORDER_ID_ALREADY_USED),
        ({"minimum": 4}, BookCode.MINIMUM_QUANTITY_NOT_AVAILABLE),
        ({"price": 20, "minimum": 6}, BookCode.MINIMUM_QUANTITY_NOT_AVAILABLE),
        ({"price": 20, "post_only": True}, BookCode.POST_ONLY_ORDER_WOULD_TRADE),
    ],
)
def test_a_refused_order_leaves_no_trace(kind: dict[str, object], code: BookCode) -> None:
    book = book_of(("there", S, 20, 5))
    before = book.image()
    order: dict[str, object] = {"order_id": "new", "side": B, "price": 10, "quantity": 9, **kind}
    assert book.add(**order) == Outcome(Status.REJECTED, code)  # type: ignore[arg-type]
    assert book.image() == before
    assert book.add("new", B, 10, 9).status is Status.RESTING


def test_what_add_would_refuse_can_be_asked_beforehand() -> None:
    book = book_of(("there", S, 20, 5))
    assert book.refusal("there", B, 10, 5) is BookCode.ORDER_ID_ALREADY_USED
    assert book.refusal("new", B, 20, 5) is None
    assert book.refusal("new", B, 20, 5, post_only=True) is BookCode.POST_ONLY_ORDER_WOULD_TRADE
    assert "new" not in book


@pytest.mark.parametrize("ended", ["filled", "cancelled", "killed"])
def test_a_number_that_was_ever_used_is_not_used_again(ended: str) -> None:
    book = book_of(("s", S, 10, 5))
    if ended == "filled":
        book.add("x", B, 10, 5)
    elif ended == "cancelled":
        book.add("x", B, 9, 5)
        book.cancel("x")
    else:
        book.add("x", B, 10, 50, tif=Tif.FOK)
    assert book.add("x", B, 9, 5).code is BookCode.ORDER_ID_ALREADY_USED


def test_a_book_that_forgets_numbers_still_knows_the_live_ones() -> None:
    book = Book(remember_ids=False)
    book.add("x", B, 9, 5)
    assert book.add("x", B, 9, 5).code is BookCode.ORDER_ID_ALREADY_USED
    book.cancel("x")
    assert book.add("x", B, 9, 5).status is Status.RESTING


def test_immediate_orders_are_refused_in_a_call_and_others_rest_crossed() -> None:
    book = book_of(("s", S, 10, 5))
    book.calling = True
    assert book.add("b", B, 12, 5).status is Status.RESTING
    for price, tif in ((None, Tif.GTC), (12, Tif.IOC), (12, Tif.FOK)):
        assert book.add("x", B, price, 5, tif=tif).code is BookCode.NO_IMMEDIATE_ORDER_IN_CALL
    assert book.add("p", B, 12, 5, post_only=True).status is Status.RESTING
    assert book.add("m", B, 12, 5, minimum=1).code is BookCode.MINIMUM_QUANTITY_NOT_AVAILABLE


@pytest.mark.parametrize(
    ("self_trade", "trades"),
    [
        (SelfTrade.NONE, 15),
        (SelfTrade.CANCEL_OLDEST, 10),
        (SelfTrade.CANCEL_NEWEST, 0),
        (SelfTrade.CANCEL_BOTH, 0),
        (SelfTrade.DECREMENT, 0),
    ],
)
def test_fok_counts_only_what_self_trade_prevention_lets_it_take(
    self_trade: SelfTrade, trades: int
) -> None:
    book = Book(self_trade)
    book.add("own", S, 10, 5, owner="A")
    book.add("other", S, 10, 10, owner="B")
    before = book.image()
    for quantity in (15, 10, 1):
        outcome = book.add(f"f{quantity}", B, 10, quantity, tif=Tif.FOK, owner="A")
        if quantity <= trades:
            assert outcome.status is Status.FILLED
            return
        assert outcome.status is Status.CANCELLED
        assert outcome.gone == (Gone(f"f{quantity}", quantity, Cause.REST_NOT_KEPT),)
        assert book.image() == before


def test_fok_counts_hidden_quantity_and_stops_at_its_limit_and_band() -> None:
    book = Book()
    book.add("ice", S, 10, 30, display=5)
    book.add("far", S, 12, 30)
    assert book.add("f1", B, 10, 31, tif=Tif.FOK).status is Status.CANCELLED
    book.band = (9, 11)
    assert book.add("f2", B, None, 31, tif=Tif.FOK).status is Status.CANCELLED
    assert book.add("f3", B, 10, 30, tif=Tif.FOK).status is Status.FILLED


def test_hidden_quantity_behind_an_own_order_is_out_of_reach() -> None:
    book = Book(SelfTrade.CANCEL_NEWEST)
    book.add("ice", S, 10, 30, display=5, owner="B")
    book.add("own", S, 10, 5, owner="A")
    assert book.add("f6", B, 10, 6, tif=Tif.FOK, owner="A").status is Status.CANCELLED
    assert book.add("f5", B, 10, 5, tif=Tif.FOK, owner="A").status is Status.FILLED


def test_a_minimum_is_looked_at_on_entry_only() -> None:
    book = book_of(("s", S, 10, 5))
    assert book.add("b", B, 10, 9, minimum=5).left == 4
    assert book.add("s2", S, 10, 1).fills == [Fill("b", "s2", 10, 1)]


def test_post_only_stays_with_the_order() -> None:
    book = book_of(("s", S, 10, 5))
    assert book.add("b", B, 9, 5, post_only=True).status is Status.RESTING
    assert book.amend("b", price=10).code is BookCode.POST_ONLY_ORDER_WOULD_TRADE
    assert book.amend("b", price=10).left == 5
    assert shown(book, B) == [("b", 9, 5)]


@pytest.mark.parametrize("owners", [(None, None), ("A", "B"), ("A", None), (None, "A")])
def test_orders_of_nobody_or_of_different_owners_trade(
    owners: tuple[str | None, str | None],
) -> None:
    book = Book(SelfTrade.CANCEL_NEWEST)
    book.add("s", S, 10, 5, owner=owners[0])
    assert book.add("b", B, 10, 5, owner=owners[1]).status is Status.FILLED


def test_decrement_takes_from_the_hidden_part_first() -> None:
    book = Book(SelfTrade.DECREMENT)
    book.add("ice", S, 10, 30, display=10, owner="A")
    outcome = book.add("b", B, 10, 15, owner="A")
    assert outcome.status is Status.CANCELLED
    assert outcome.gone == [
        Gone("ice", 15, Cause.SELF_TRADE),
        Gone("b", 15, Cause.SELF_TRADE),
    ]
    assert book.depth_at(S, 10) == LevelDepth(10, 10, 5, 1)


def test_an_iceberg_shows_its_slices_one_after_another_behind_the_others() -> None:
    book = Book()
    book.add("ice", S, 10, 25, display=10)
    book.add("s", S, 10, 10)
    assert book.depth_at(S, 10) == LevelDepth(10, 20, 15, 2)
    outcome = book.add("b", B, 10, 32)
    assert [(fill.resting, fill.quantity) for fill in outcome.fills] == [
        ("ice", 10),
        ("s", 10),
        ("ice", 10),
        ("ice", 2),
    ]
    assert shown(book, S) == [("ice", 10, 3)]


@pytest.mark.parametrize(
    ("change", "keeps"),
    [
        ({"quantity": 4}, True),
        ({"quantity": 5}, True),
        ({}, True),
        ({"price": 10}, True),
        ({"quantity": 6}, False),
        ({"price": 10, "quantity": 6}, False),
    ],
)
def test_only_a_new_price_or_a_larger_quantity_loses_time_priority(
    change: dict[str, int], keeps: bool
) -> None:
    book = book_of(("a", S, 10, 5), ("b", S, 10, 5))
    assert book.amend("a", **change).status is Status.MODIFIED
    assert [order.order_id for order in book.orders(S)] == (["a", "b"] if keeps else ["b", "a"])


def test_a_smaller_quantity_comes_off_the_hidden_part_first() -> None:
    book = Book()
    book.add("ice", S, 10, 30, display=10)
    assert book.amend("ice", quantity=12).gone == (Gone("ice", 18, Cause.REDUCED),)
    assert book.depth_at(S, 10) == LevelDepth(10, 10, 2, 1)
    book.amend("ice", quantity=7)
    assert book.depth_at(S, 10) == LevelDepth(10, 7, 0, 1)


def test_a_modify_that_trades_everything_is_still_modified() -> None:
    book = book_of(("s", S, 12, 5), ("b", B, 10, 5))
    outcome = book.amend("b", price=12)
    assert outcome == Outcome(Status.MODIFIED, None, [Fill("s", "b", 12, 5)], [], 0)
    assert len(book) == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quantity": 0}, BookCode.ORDER_QUANTITY_NOT_ABOVE_ZERO),
        ({"quantity": -1}, BookCode.ORDER_QUANTITY_NOT_ABOVE_ZERO),
        ({"price": 0}, BookCode.ORDER_PRICE_NOT_ABOVE_ZERO),
    ],
)
def test_a_refused_change_leaves_the_order_as_it_was(
    change: dict[str, int], code: BookCode
) -> None:
    book = book_of(("a", S, 10, 5), ("b", S, 10, 5))
    before = book.image()
    assert book.amend("a", **change) == Outcome(Status.REJECTED, code, left=5)
    assert book.image() == before


def test_orders_not_in_the_book_cannot_be_changed() -> None:
    book = book_of(("s", S, 10, 5))
    book.add("b", B, 10, 5)
    for outcome in (
        book.cancel("s"),
        book.amend("s", quantity=1),
        book.replace("b", 10, 1),
        book.reduce("nobody", 1),
    ):
        assert outcome == Outcome(Status.REJECTED, BookCode.ORDER_NOT_IN_BOOK)


def test_replace_always_loses_priority() -> None:
    book = book_of(("a", S, 10, 5), ("b", S, 10, 5))
    assert book.replace("a", 10, 5).left == 5
    assert [order.order_id for order in book.orders(S)] == ["b", "a"]


def test_reduce_keeps_priority_and_ends_an_order() -> None:
    book = book_of(("a", S, 10, 5), ("b", S, 10, 5))
    assert book.reduce("a", 2) == Outcome(
        Status.MODIFIED, None, (), (Gone("a", 2, Cause.REDUCED),), 3
    )
    assert book.head(S) is not None
    assert shown(book, S) == [("a", 10, 3), ("b", 10, 5)]
    assert book.reduce("a", 4).code is BookCode.REDUCTION_ABOVE_OPEN_QUANTITY
    assert book.reduce("a", 0).code is BookCode.ORDER_QUANTITY_NOT_ABOVE_ZERO
    assert book.reduce("a", 3).gone == (Gone("a", 3, Cause.REDUCED),)
    assert shown(book, S) == [("b", 10, 5)]


def test_cancel_all_takes_out_the_orders_of_one_owner() -> None:
    book = Book()
    for number, side, owner in (("1", B, "A"), ("2", S, "A"), ("3", B, "B"), ("4", B, None)):
        book.add(number, side, 10 if side is B else 20, 5, owner=owner)
    assert book.cancel_all("A") == [Gone("1", 5, Cause.CANCELLED), Gone("2", 5, Cause.CANCELLED)]
    assert [order.order_id for order in book.orders()] == ["3", "4"]


def test_a_trade_outside_the_dynamic_band_halts_instead() -> None:
    book = book_of(("s1", S, 10, 5), ("s2", S, 12, 5))
    outcome = book.add("b", B, 12, 9, dynamic=(9, 11))
    assert outcome == Outcome(Status.PARTIAL, None, [Fill("s1", "b", 10, 5)], [], 4, halted=True)
    assert shown(book, B) == [("b", 12, 4)]


def test_what_halts_before_its_first_trade_rests_or_is_gone_by_its_term() -> None:
    book = book_of(("s", S, 12, 5))
    kept = book.add("b", B, 12, 9, dynamic=(9, 11))
    assert (kept.status, kept.halted, kept.left) == (Status.RESTING, True, 9)
    gone = book.add("ioc", B, 12, 9, tif=Tif.IOC, dynamic=(9, 11))
    assert (gone.status, gone.halted, gone.left) == (Status.CANCELLED, True, 0)
    killed = book.add("fok", B, 12, 5, tif=Tif.FOK, dynamic=(9, 11))
    assert (killed.status, killed.halted) == (Status.CANCELLED, False)


def test_an_amended_order_halts_too() -> None:
    book = book_of(("s", S, 12, 5), ("b", B, 10, 5))
    outcome = book.amend("b", price=12, dynamic=(9, 11))
    assert (outcome.status, outcome.halted, outcome.fills) == (Status.MODIFIED, True, [])


def test_a_restored_level_comes_earliest_first() -> None:
    book = Book()
    book.restore("late", S, 10, 5, since=7)
    with pytest.raises(InvariantBroken):
        book.restore("early", S, 10, 5, since=3)
    with pytest.raises(InvariantBroken):
        book.restore("late", S, 11, 5)


def test_a_restored_iceberg_shows_what_it_showed() -> None:
    book = Book()
    book.add("ice", S, 10, 25, display=10)
    book.add("s", S, 10, 10)
    book.add("b", B, 10, 13)
    again = Book()
    for order in book.orders():
        again.restore(
            order.order_id,
            order.side,
            order.price,
            order.open,
            shown=order.shown,
            display=order.display,
            since=order.since,
        )
    assert again.image() == book.image()
    assert shown(again, S) == [("s", 10, 7), ("ice", 10, 10)]


def test_a_long_queue_is_swept_and_stays_in_order() -> None:
    book = Book()
    for number in range(500):
        book.add(number, B, 10, 1)
    for number in range(0, 500, 2):
        book.cancel(number)
    for number in range(1, 301, 2):
        book.cancel(number)
    assert [order.order_id for order in book.orders()] == list(range(301, 500, 2))
    assert len(book.bids.levels[10].queue) < 300
    assert book.depth_at(B, 10) == LevelDepth(10, 100, 0, 100)


def test_many_prices_that_come_and_go_leave_little_behind() -> None:
    book = Book()
    for price in range(1, 5001):
        book.add(price, B, price, 1)
        book.cancel(price)
    assert len(book.bids.levels) < 2000
    assert book.levels(B) == []
    assert book.head(B, 7) is None
