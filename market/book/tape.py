"""A binary order tape through the book, and the report stream that engines are compared by.

The record format and the stream are those of the public matching benchmark whose tapes the tests
play: 16 bytes of header, then 40-byte little-endian records.  Price-time priority, no self-trade
prevention; a modify takes the order out and enters it anew.  Knows bytes and the book; no files, no
clock: whoever times the matching calls ``match_all`` between two looks at one.
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from ledger.refusals import RefusalCode, Refused
from market.book.book import Book
from market.book.orders import Outcome, Side, Status, Tif

HEADER_BYTES = 16
RECORD = struct.Struct("<BBBBIQQqq")
NEW, CANCEL, MODIFY = 0, 1, 2
CHUNK = 8192

_SIDES = (Side.BUY, Side.SELL)


class TapeCode(RefusalCode):
    """Why bytes are no order tape."""

    TAPE_CUT_SHORT = "tape_cut_short"
    TAPE_RECORD_UNKNOWN = "tape_record_unknown"


class Message(NamedTuple):
    """One record: what is asked of the book."""

    kind: int
    sequence: int
    order_id: int
    side: Side
    price: int
    quantity: int
    tif: Tif


class Line(NamedTuple):
    """One line of the report stream; the stream is ordered by sequence and kind."""

    sequence: int
    kind: int
    text: str


def check_tape(content: bytes) -> Refused | None:
    """Say what is wrong with the shape of a tape."""
    length = len(content) - HEADER_BYTES
    if length < 0 or length % RECORD.size:
        return Refused(TapeCode.TAPE_CUT_SHORT, {"bytes": len(content)})
    for number in range(length // RECORD.size):
        at = HEADER_BYTES + number * RECORD.size
        if content[at] > MODIFY or content[at + 1] >= len(_SIDES):
            values = {"record": number, "kind": content[at], "side": content[at + 1]}
            return Refused(TapeCode.TAPE_RECORD_UNKNOWN, values)
    return None


def lift_of(content: bytes) -> int:
    """Say how many ticks to add so that all orders' prices are above zero; 0 where they are.

    A tape's prices are signed and the book takes none of zero or less; who trades with whom depends
    only on which price is above which.
    """
    records = RECORD.iter_unpack(memoryview(content)[HEADER_BYTES:])
    lowest = min((price for kind, *_, price, _ in records if kind != CANCEL), default=1)
    return max(1 - lowest, 0)


def messages_of(content: bytes, lift: int = 0) -> Iterator[Message]:
    """Read the records of a tape that ``check_tape`` found nothing wrong with, prices lifted."""
    records = RECORD.iter_unpack(memoryview(content)[HEADER_BYTES:])
    for kind, side, immediate, _, quantity, sequence, order_id, price, _ in records:
        tif = Tif.IOC if immediate else Tif.GTC
        yield Message(kind, sequence, order_id, _SIDES[side], price + lift, quantity, tif)


def chunks(messages: Iterator[Message]) -> Iterator[list[Message]]:
    """Cut a tape into pieces small enough that nothing but the book grows with its length."""
    while chunk := list(islice(messages, CHUNK)):
        yield chunk


def tape_book() -> Book:
    """Give a book for a tape, which has no owners and numbers its orders once."""
    return Book(remember_ids=False)


def match_all(book: Book, messages: Iterable[Message]) -> list[Outcome]:
    """Put messages to the book one after another: the part of a tape that is timed."""
    add, cancel, replace = book.add, book.cancel, book.replace
    outcomes = []
    for kind, _, order_id, side, price, quantity, tif in messages:
        if kind == NEW:
            outcomes.append(add(order_id, side, price, quantity, tif=tif))
        elif kind == CANCEL:
            outcomes.append(cancel(order_id))
        else:
            outcomes.append(replace(order_id, price, quantity))
    return outcomes


def is_in_order(content: bytes) -> bool:
    """Say whether each record's sequence is above that of the one before."""
    last = -1
    for message in messages_of(content):
        if message.sequence <= last:
            return False
        last = message.sequence
    return True


class Stream:
    """The report stream of a tape: its SHA-256 and the trades in it.

    A tape ``in_order`` is hashed as it comes; another one has to be kept and sorted first.
    ``lift`` is what was added to its prices.
    """

    def __init__(self, *, in_order: bool, lift: int = 0) -> None:
        self.trades = 0
        self._lift = lift
        self._in_order = in_order
        self._hash = hashlib.sha256()
        self._begun = False
        self._kept: list[Line] = []
        # Where each order of the tape is or was last: cancels are reported with its price.
        self._places: dict[int, tuple[Side, int]] = {}

    def add(self, messages: Sequence[Message], outcomes: Sequence[Outcome]) -> None:
        """Report messages and what the book made of them, in the order of the tape."""
        for message, outcome in zip(messages, outcomes, strict=True):
            self.trades += len(outcome.fills)
            self._kept.extend(sorted(self._lines(message, outcome), key=_place))
        if self._in_order:
            self._write()

    def sha256(self) -> str:
        """Give the digest of the whole stream in hexadecimal."""
        self._kept.sort(key=_place)
        self._write()
        return self._hash.hexdigest()

    def _write(self) -> None:
        if not self._kept:
            return
        text = "\n".join(line.text for line in self._kept)
        self._hash.update((f"\n{text}" if self._begun else text).encode("ascii"))
        self._begun = True
        self._kept.clear()

    def _lines(self, message: Message, outcome: Outcome) -> Iterator[Line]:
        kind, sequence, order_id, side, price, quantity, tif = message
        if outcome.status is Status.REJECTED:
            if kind != NEW:
                yield Line(sequence, kind + 3, f"{kind + 3},{sequence},{order_id}")
            return
        if kind == CANCEL:
            side, price = self._places.pop(order_id)
            yield _cancelled(sequence, side, order_id, price)
            return
        price -= self._lift
        if kind == NEW:
            self._places[order_id] = side, price
        else:
            side = self._places[order_id][0]
            self._places[order_id] = side, price
        reported = 0 if kind == NEW else 3
        written = f"{reported},{sequence},{_digit(side)},{order_id},{price},{quantity}"
        yield Line(sequence, reported, written)
        for fill in outcome.fills:
            trade = (
                f"1,{sequence},{fill.price - self._lift},{fill.quantity},{fill.resting},{order_id}"
            )
            yield Line(sequence, 1, trade)
        if tif is Tif.IOC and outcome.status is Status.CANCELLED:
            yield _cancelled(sequence, side, order_id, price)


def _cancelled(sequence: int, side: Side, order_id: int, price: int) -> Line:
    return Line(sequence, 2, f"2,{sequence},{_digit(side)},{order_id},{price}")


def _digit(side: Side) -> int:
    return _SIDES.index(side)


def _place(line: Line) -> tuple[int, int]:
    return line.sequence, line.kind
