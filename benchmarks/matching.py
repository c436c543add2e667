"""Section matching: the pure book against two packages, and against itself in hard places.

The mixed load: 50 % orders near the touch (either side, 1 + an exponential number of ticks from the
other side's best), 35 % cancels of orders in the book, 15 % marketable orders (five ticks through
the touch); sizes 1 to 100, 200 owners.  A *shallow* book has 1,000 orders before the clock starts
and a mean distance of 5 ticks, a *deep* one 10,000 orders and 10 ticks.  Ours looks for self-trades
and gives an outcome with its trades for every message; the others do what they do.

``order-matching`` looks through all its orders for each message, so it is timed on the beginning of
the load only.  Its package names no licence: it is installed and run here, nothing of it is used.
"""

import gc
import lzma
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.report import Aim
from benchmarks.run import Run
from benchmarks.timing import Turn, ratios, spread_of
from benchmarks.timing import timed as timed_as_it_is
from ledger.refusals import ensure
from market.book.book import Book
from market.book.call import Algorithm, Indication, indicative
from market.book.orders import SelfTrade, Side
from market.book.tape import chunks, match_all, messages_of, tape_book

_MID = 10_000
_FEW = 1_000
_TAPES = "consensus_tape_{}_s23_n100000.bin.xz"
_QUEUES = (10, 40_000)


def timed(work: Callable[[], object]) -> float:
    """Seconds of a piece of work that does not have to clear away what earlier rounds left."""
    gc.collect()
    return timed_as_it_is(work)


class Sent(NamedTuple):
    """One message: an order of that number, or a cancel of it where the quantity is 0."""

    number: int
    side: Side
    price: int
    quantity: int
    owner: int


@dataclass(frozen=True, slots=True)
class Load:
    """What is in the book before, and what is timed."""

    before: Sequence[Sent]
    timed: Sequence[Sent]

    def cut(self, messages: int) -> "Load":
        """Give the beginning of the load."""
        return Load(self.before, self.timed[:messages])


def measure(here: Run) -> None:
    """Run the section."""
    messages = here.pick((100_000,), (20_000,))[0]
    shallow = mixed_load(messages, before=1_000, mean_ticks=5)
    deep = mixed_load(messages, before=10_000, mean_ticks=10)
    _against_lightmatchingengine(here, {"shallow": shallow, "deep": deep})
    _against_order_matching(here, shallow.cut(_FEW))
    _tapes(here)
    _long_queue(here)
    _call(here)


def mixed_load(messages: int, *, before: int, mean_ticks: int, seed: int = 1) -> Load:
    """Make a load; a book is kept beside it so that cancels find their orders."""
    maker = _Maker(random.Random(seed), mean_ticks)
    for _ in range(before):
        maker.near_the_touch()
    standing = maker.sent
    maker.sent = []
    chance = random.Random(seed)
    while len(maker.sent) < messages:
        kind = chance.random()
        if kind < 0.5:
            maker.near_the_touch()
        elif kind < 0.85:
            maker.cancel()
        else:
            maker.marketable()
    return Load(standing, maker.sent)


class _Maker:
    """Makes messages for a book that it keeps."""

    def __init__(self, chance: random.Random, mean_ticks: int) -> None:
        self.sent: list[Sent] = []
        self._chance = chance
        self._mean_ticks = mean_ticks
        self._book = Book()
        self._entered: list[int] = []
        self._next = 0

    def near_the_touch(self) -> None:
        away = 1 + int(self._chance.expovariate(1 / self._mean_ticks))
        side = self._side()
        self._send(side, self._ask() - away if side is Side.BUY else self._bid() + away)

    def marketable(self) -> None:
        side = self._side()
        self._send(side, self._ask() + 5 if side is Side.BUY else self._bid() - 5)

    def cancel(self) -> None:
        """Cancel any order that is still there."""
        entered = self._entered
        while entered:
            place = self._chance.randrange(len(entered))
            entered[place], entered[-1] = entered[-1], entered[place]
            number = entered.pop()
            if number in self._book:
                self._book.cancel(number)
                self.sent.append(Sent(number, Side.BUY, 0, 0, 0))
                return

    def _send(self, side: Side, price: int) -> None:
        size, owner = self._chance.randint(1, 100), self._chance.randrange(200)
        sent = Sent(self._next, side, price, size, owner)
        self._next += 1
        _enter(self._book, sent)
        self._entered.append(sent.number)
        self.sent.append(sent)

    def _side(self) -> Side:
        return self._chance.choice((Side.BUY, Side.SELL))

    def _bid(self) -> int:
        return self._book.best(Side.BUY) or _MID - 1

    def _ask(self) -> int:
        return self._book.best(Side.SELL) or _MID + 1


def _enter(book: Book, sent: Sent) -> None:
    book.add(sent.number, sent.side, sent.price, sent.quantity, owner=sent.owner)


def _against_lightmatchingengine(here: Run, loads: dict[str, Load]) -> None:
    for name, load in loads.items():
        parties: dict[str, Turn] = {f"ours, {name}": _ours(load)}
        theirs = _lightmatchingengine(load)
        if theirs is None:
            here.report.missing("lightmatchingengine", "not installed (make bench installs it)")
        else:
            parties[f"lightmatchingengine, {name}"] = theirs
        _compare(here, parties, len(load.timed))


def _against_order_matching(here: Run, load: Load) -> None:
    theirs = _order_matching(load)
    if theirs is None:
        here.report.missing("order-matching", "not installed (make bench installs it)")
        return
    _compare(here, {"ours, few": _ours(load), "order-matching, few": theirs}, len(load.timed))


def _compare(here: Run, parties: dict[str, Turn], messages: int) -> None:
    """Tell messages a second, and how many times the first party does what the others do."""
    seconds = here.in_turns(parties)
    for name, taken in seconds.items():
        rate = spread_of([messages / second for second in taken])
        here.report.measure(f"matching, {name}", rate, unit="messages/s")
    ours, *others = seconds
    for name in others:
        compared = ratios(seconds[name], seconds[ours])
        here.report.measure(f"book / {name}", compared, unit="x", aim=Aim(3.5, unit="x"))


def _ours(load: Load) -> Turn:
    def work() -> float:
        book = Book(SelfTrade.CANCEL_NEWEST)
        for sent in load.before:
            _enter(book, sent)
        return timed(lambda: _send_all(book, load.timed))

    return work


def _send_all(book: Book, messages: Sequence[Sent]) -> int:
    add, cancel = book.add, book.cancel
    trades = 0
    for number, side, price, quantity, owner in messages:
        if quantity:
            trades += len(add(number, side, price, quantity, owner=owner).fills)
        else:
            cancel(number)
    return trades


def _lightmatchingengine(load: Load) -> Turn | None:
    try:
        from lightmatchingengine.lightmatchingengine import LightMatchingEngine
        from lightmatchingengine.lightmatchingengine import Side as Theirs
    except ModuleNotFoundError:
        return None
    sides = {Side.BUY: Theirs.BUY, Side.SELL: Theirs.SELL}
    # It numbers the orders itself, from 1 on, in the order in which they come.
    before = [(0, one.price, one.quantity, sides[one.side]) for one in load.before]
    messages = [
        (one.number + 1 if one.quantity == 0 else 0, one.price, one.quantity, sides[one.side])
        for one in load.timed
    ]

    def work() -> float:
        engine = LightMatchingEngine()
        send(engine, before)
        return timed(lambda: send(engine, messages))

    def send(engine: Any, rows: Sequence[tuple[int, int, int, int]]) -> None:
        add, cancel = engine.add_order, engine.cancel_order
        for number, price, quantity, side in rows:
            if number:
                cancel(number, "A")
            else:
                add("A", price, quantity, side)

    return work


def _order_matching(load: Load) -> Turn | None:
    try:
        from loguru import logger
        from order_matching.enums import Side as Theirs
        from order_matching.matching_engine import MatchingEngine
        from order_matching.order import LimitOrder
        from order_matching.orders import Orders
    except ModuleNotFoundError:
        return None
    logger.remove()
    start = datetime(2026, 1, 1)  # noqa: DTZ001 (it takes no other)

    def order(place: int, sent: Sent) -> Any:
        return LimitOrder(
            side=Theirs.BUY if sent.side is Side.BUY else Theirs.SELL,
            price=float(sent.price),
            size=float(sent.quantity),
            timestamp=start + timedelta(milliseconds=place),
            order_id=str(sent.number),
            trader_id=str(sent.owner),
        )

    def work() -> float:
        engine = MatchingEngine(seed=1)
        engine.place(Orders([order(0, sent) for sent in load.before]))
        engine.match(start)
        steps: list[Callable[[], object]] = []
        for place, sent in enumerate(load.timed, start=1):
            if sent.quantity:
                steps.append(sending(engine, order(place, sent)))
            else:
                steps.append(cancelling(engine, str(sent.number)))
        return timed(lambda: [step() for step in steps])

    def sending(engine: Any, one: Any) -> Callable[[], object]:
        def step() -> None:
            engine.place(Orders([one]))
            engine.match(one.timestamp)

        return step

    def cancelling(engine: Any, number: str) -> Callable[[], object]:
        def step() -> None:
            # Without self-trade prevention an order that ours keeps may have traded.
            if engine.unprocessed_orders.find_order_by_id(number) is not None:
                engine.cancel_order(number)

        return step

    return work


def _tapes(here: Run) -> None:
    folder = here.reference_data()
    if folder is None:
        here.report.missing("tapes", "no reference data (ECORIGHTS_REFERENCE_DATA)")
        return
    parties = {
        name: _tape(folder / "data" / "matching-tapes" / _TAPES.format(name))
        for name in ("normal", "static")
    }
    seconds = here.in_turns(parties)
    for name, taken in seconds.items():
        here.report.line(f"tape {name}: {spread_of(taken).median:.3f} s")
    slow, fast = sorted(seconds, key=lambda name: -spread_of(seconds[name]).median)
    here.report.measure(
        "slowest tape / fastest", ratios(seconds[fast], seconds[slow]), aim=Aim(0.4)
    )


def _tape(file: Path) -> Turn:
    pieces = list(chunks(messages_of(lzma.decompress(file.read_bytes()))))

    def work() -> float:
        book = tape_book()
        return timed(lambda: [len(match_all(book, piece)) for piece in pieces])

    return work


def _long_queue(here: Run) -> None:
    """Cancel one order of a single price and put a new one there, in queues of two lengths."""
    times = here.pick((60_000,), (6_000,))[0]
    parties = {f"queue of {length:,}": _churn(length, times) for length in _QUEUES}
    seconds = here.in_turns(parties)
    short, long = seconds.values()
    aim = Aim(3, unit="x", at_least=False)
    here.report.measure("queue of 40,000 / of 10", ratios(long, short), unit="x", aim=aim)


def _churn(length: int, times: int) -> Turn:
    chance = random.Random(7)

    def work() -> float:
        book = Book()
        there = list(range(length))
        for number in there:
            book.add(number, Side.BUY, _MID, 5)
        # Which orders are cancelled is drawn before the clock starts.
        cancelled = []
        for number in range(length, length + times):
            place = chance.randrange(length)
            cancelled.append(there[place])
            there[place] = number

        def churn() -> None:
            for number, gone in enumerate(cancelled, start=length):
                book.cancel(gone)
                book.add(number, Side.BUY, _MID, 5)

        seconds = timed(churn)
        ensure(book.depth_at(Side.BUY, _MID).displayed == 5 * length, "the queue stays as long")
        return seconds

    return work


def _call(here: Run) -> None:
    """The indicative price from level totals against the same from the orders."""
    orders = here.pick((40_000,), (4_000,))[0]
    chance = random.Random(3)
    book = Book()
    book.calling = True
    for number in range(orders):
        side = chance.choice((Side.BUY, Side.SELL))
        book.add(number, side, _MID + chance.randint(-100, 100), chance.randint(1, 100))
    rows = [(order.side, order.price, order.open) for order in book.orders()]
    parties = {"level totals": _indicative(book), "orders": _from_orders(rows)}
    ensure(_summed(rows) == _price(book), "both find the same price")
    seconds = here.in_turns(parties)
    compared = ratios(seconds["level totals"], seconds["orders"])
    aim = Aim(0.1, at_least=False)
    here.report.measure("indicative price, level totals / orders", compared, aim=aim)


def _indicative(book: Book) -> Turn:
    return lambda: timed(lambda: _price(book))


def _from_orders(rows: Sequence[tuple[Side, int, int]]) -> Turn:
    return lambda: timed(lambda: _summed(rows))


def _price(book: Book) -> Indication:
    return indicative(book, Algorithm.MAX_VOLUME, _MID)


def _summed(rows: Sequence[tuple[Side, int, int]]) -> Indication:
    """Sum up the orders of each price first, as a book without totals would have to."""
    totals: dict[tuple[Side, int], int] = {}
    for side, price, quantity in rows:
        totals[side, price] = totals.get((side, price), 0) + quantity
    book = Book()
    book.calling = True
    for (side, price), total in totals.items():
        book.add((side, price), side, price, total)
    return _price(book)
