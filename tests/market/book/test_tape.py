"""Order tapes: the published digests, and the shape of the report stream."""

import hashlib
import lzma
from pathlib import Path

import pytest

from ledger.refusals import Refused
from market.book.tape import (
    RECORD,
    Stream,
    TapeCode,
    check_tape,
    chunks,
    is_in_order,
    lift_of,
    match_all,
    messages_of,
    tape_book,
)

DIGESTS = {
    "normal": "d5fa1fcda1903969ae0d40910452f33b714e7e8ca0bff938739901f4d2026f1b",
    "static": "b91bcf3715063a88cf7422df43766feee36593a18ea50e7e47fe7733d906732b",
}
HEADER = b"x" * 16
NEW, CANCEL, MODIFY = 0, 1, 2
BUY, SELL = 0, 1


def digest(content: bytes) -> tuple[str, int]:
    lift = lift_of(content)
    book, stream = tape_book(), Stream(in_order=is_in_order(content), lift=lift)
    for chunk in chunks(messages_of(content, lift)):
        stream.add(chunk, match_all(book, chunk))
    return stream.sha256(), stream.trades


def record(
    kind: int, sequence: int, number: int, side: int, price: int, quantity: int, ioc: int = 0
) -> bytes:
    return RECORD.pack(kind, side, ioc, 0, quantity, sequence, number, price, 0)


RECORDS = [
    record(NEW, 1, 11, SELL, 100, 5),
    record(NEW, 2, 12, SELL, 101, 5),
    record(NEW, 3, 13, BUY, 100, 7, ioc=1),
    record(MODIFY, 4, 12, SELL, 99, 4),
    record(NEW, 5, 14, BUY, 99, 1),
    record(CANCEL, 6, 12, SELL, 0, 0),
    record(CANCEL, 7, 12, SELL, 0, 0),
    record(MODIFY, 8, 99, SELL, 5, 5),
]
REPORTS = [
    "0,1,1,11,100,5",
    "0,2,1,12,101,5",
    "0,3,0,13,100,7",
    "1,3,100,5,11,13",
    "2,3,0,13,100",
    "3,4,1,12,99,4",
    "0,5,0,14,99,1",
    "1,5,99,1,12,14",
    "2,6,1,12,99",
    "4,7,12",
    "5,8,99",
]


@pytest.mark.parametrize("name", DIGESTS)
def test_the_published_tapes_give_their_digests(reference_data: Path, name: str) -> None:
    folder = reference_data / "data" / "matching-tapes"
    content = lzma.decompress((folder / f"consensus_tape_{name}_s23_n100000.bin.xz").read_bytes())
    assert check_tape(content) is None
    assert digest(content)[0] == DIGESTS[name]


def test_every_kind_of_report_is_written_as_the_stream_wants_it() -> None:
    expected = hashlib.sha256("\n".join(REPORTS).encode()).hexdigest()
    assert digest(HEADER + b"".join(RECORDS)) == (expected, 2)


def test_a_modify_that_trades_reports_its_trades_first() -> None:
    records = [
        record(NEW, 1, 1, SELL, 100, 5),
        record(NEW, 2, 2, BUY, 90, 5),
        record(MODIFY, 3, 2, BUY, 100, 8),
    ]
    lines = ["0,1,1,1,100,5", "0,2,0,2,90,5", "1,3,100,5,1,2", "3,3,0,2,100,8"]
    expected = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    assert digest(HEADER + b"".join(records)) == (expected, 1)


def test_reports_are_ordered_by_sequence_where_the_tape_is_not() -> None:
    records = [record(NEW, 9, 1, SELL, 100, 5), record(NEW, 4, 2, BUY, 90, 5)]
    lines = ["0,4,0,2,90,5", "0,9,1,1,100,5"]
    expected = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    assert digest(HEADER + b"".join(records)) == (expected, 0)


def test_prices_of_a_tape_may_be_zero_or_below() -> None:
    records = [
        record(NEW, 1, 1, SELL, -5, 3),
        record(NEW, 2, 2, SELL, 0, 3),
        record(NEW, 3, 3, BUY, -5, 1),
        record(MODIFY, 4, 2, SELL, -7, 4),
        record(NEW, 5, 4, BUY, 2, 9, ioc=1),
        record(CANCEL, 6, 2, SELL, -(2**63), 0),
    ]
    lines = ["0,1,1,1,-5,3", "0,2,1,2,0,3", "0,3,0,3,-5,1", "1,3,-5,1,1,3", "3,4,1,2,-7,4"]
    lines += ["0,5,0,4,2,9", "1,5,-7,4,2,4", "1,5,-5,2,1,4", "2,5,0,4,2", "4,6,2"]
    expected = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    assert digest(HEADER + b"".join(records)) == (expected, 3)


def test_an_empty_tape_has_an_empty_stream() -> None:
    assert digest(HEADER) == (hashlib.sha256(b"").hexdigest(), 0)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", TapeCode.TAPE_CUT_SHORT, id="nothing"),
        pytest.param(HEADER + RECORDS[0][:-1], TapeCode.TAPE_CUT_SHORT, id="cut"),
        pytest.param(HEADER + record(3, 1, 1, 0, 1, 1), TapeCode.TAPE_RECORD_UNKNOWN, id="type"),
        pytest.param(HEADER + record(0, 1, 1, 2, 1, 1), TapeCode.TAPE_RECORD_UNKNOWN, id="side"),
    ],
)
def test_what_is_no_tape_is_refused(content: bytes, code: TapeCode) -> None:
    refused = check_tape(content)
    assert isinstance(refused, Refused)
    assert refused.code is code
