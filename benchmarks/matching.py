"""Section matching: the pure book against two packages, and against itself in hard places.

The mixed load: 50 % orders near the touch (each side, 1 + an exponential number of ticks from it,
mean 5), 35 % cancels of orders in the book, 15 % marketable orders (five ticks through the touch);
sizes 1 to 100, 200 owners, 1,000 orders in the book before the clock starts.  Ours looks for
self-trades and gives an outcome with its trades for every message; the others do what they do.

``order-matching`` looks through all its orders for each message, so it is timed on the beginning of
the load only.  Its package names no licence: it is installed and run here, nothing of it is used.
"""

import lzma
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.report import Aim
from benchmarks.run import Run
from benchmarks.timing import Turn, ratios, spread_of, timed
from ledger.refusals import ensure
from market.book.book import Book
from market.book.call import Algorithm, Indication, indicative
from market.book.orders import SelfTrade, Side
from market.book.tape import chunks, match_all, messages_of, tape_book

_MID = 10_000
_BEFORE = 1_000
_FEW = 1_000
_TAPES = "consensus_tape_{}_s23_n100000.bin.xz"
_QUEUES = (10, 40_000)


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
    load = mixed_load(here.pick((200_000,), (20_000,))[0])
    _against_others(here, load)
    _tapes(here)
    _long_queue(here)
    _call(here)


def mixed_load(messages: int, seed: int = 1) -> Load:
    """Make the load; a book is kept beside it so that cancels find their orders."""
    chance = random.Random(seed)
    book = Book()
    live: list[int] = []
    before = [_near_the_touch(chance, book, number) for number in range(_BEFORE)]
    for sent in before:
        _enter(book, sent)
        live.append(sent.number)
    sending: list[Sent] = []
    number = _BEFORE
    while len(sending) < messages:
        kind = chance.random()
        if 0.5 <= kind < 0.85:
            gone = _one_of(chance, book, live)
            if gone is None:
                continue
            sending.append(Sent(gone, Side.BUY, 0, 0, 0))
            book.cancel(gone)
            continue
        make = _near_the_touch if kind < 0.5 else _marketable
        sent = make(chance, book, number)
        number += 1
        _enter(book, sent)
        live.append(sent.number)
        sending.append(sent)
    return Load(before, sending)


def _near_the_touch(chance: random.Random, book: Book, number: int) -> Sent:
    side = chance.choice((Side.BUY, Side.SELL))
    away = 1 + int(chance.expovariate(0.2))
    bid, ask = book.best(Side.BUY) or _MID - 1, book.best(Side.SELL) or _MID + 1
    price = ask - away if side is Side.BUY else bid + away
    return Sent(number, side, price, chance.randint(1, 100), chance.randrange(200))


def _marketable(chance: random.Random, book: Book, number: int) -> Sent:
    side = chance.choice((Side.BUY, Side.SELL))
    bid, ask = book.best(Side.BUY) or _MID - 1, book.best(Side.SELL) or _MID + 1
    price = ask + 5 if side is Side.BUY else bid - 5
    return Sent(number, side, price, chance.randint(1, 100), chance.randrange(200))


def _one_of(chance: random.Random, book: Book, live: list[int]) -> int | None:
    while live:
        place = chance.randrange(len(live))
        live[place], live[-1] = live[-1], live[place]
        number = live.pop()
        if number in book:
            return number
    return None


def _enter(book: Book, sent: Sent) -> None:
    book.add(sent.number, sent.side, sent.price, sent.quantity, owner=sent.owner)


def _against_others(here: Run, load: Load) -> None:
    parties: dict[str, Turn] = {"ours": _ours(load)}
    light = _lightmatchingengine(load)
    if light is None:
        here.report.missing("lightmatchingengine", "it is not installed (make bench installs it)")
    else:
        parties["lightmatchingengine"] = light
    few = load.cut(_FEW)
    order_matching = _order_matching(few)
    if order_matching is None:
        here.report.missing("order-matching", "it is not installed (make bench installs it)")
    else:
        parties["order-matching, few"] = order_matching
        parties["ours, few"] = _ours(few)
    seconds = here.in_turns(parties)
    for name, taken in seconds.items():
        messages = _FEW if name.endswith("few") else len(load.timed)
        rate = spread_of([messages / second for second in taken])
        here.report.measure(f"messages a second, {name}", rate, unit="")
    for name in ("lightmatchingengine", "order-matching, few"):
        if name in seconds:
            ours = seconds["ours, few" if name.endswith("few") else "ours"]
            compared = ratios(seconds[name], ours)
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
