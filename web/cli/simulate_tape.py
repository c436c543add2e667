"""``ecorights simulate tape``: a binary order tape through the market's own book.

Knows files, their compression and the clock of the machine; what happens to an order is decided by
``market.book``.
"""

import gc
import lzma
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from ledger.refusals import Refused
from market.book.tape import (
    Stream,
    check_tape,
    chunks,
    is_in_order,
    lift_of,
    match_all,
    messages_of,
    tape_book,
)
from web.cli.problems import input_unreadable, print_json, print_text, spoken_language, stop, worded
from web.schemas.faults import Fault, ShapeCode, Unreadable, shown
from web.tables import Column, Table, as_text

_XZ = b"\xfd7zXZ\x00"
"""What every .xz file begins with."""
_TITLE = ("委托流水 {file}", "Order tape {file}")
_COLUMNS = (("项目", "Figure"), ("值", "Value"))
_FIGURES = {
    "messages": ("委托", "messages"),
    "trades": ("成交", "trades"),
    "sha256": ("报告流的 SHA-256", "SHA-256 of the reports"),
    "book_seconds": ("撮合用时（秒）", "seconds of matching"),
}


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a tape; the seconds are those of matching alone."""

    messages: int
    trades: int
    sha256: str
    book_seconds: float


@click.command(
    name="tape",
    short_help="委托流水 | an order tape",
    help="把二进制委托流水（可为 .xz）送入订单簿 | Put a binary order tape (.xz or plain) to the book",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--json", "as_json", is_flag=True, help="输出一个 JSON 文档 | print one JSON document"
)
def tape(file: Path, as_json: bool) -> None:
    """Print how many messages and trades, the digest of the reports and the seconds."""
    language = spoken_language(os.environ)
    content = _content(file)
    if isinstance(content, Unreadable):
        stop(input_unreadable(str(file), content, language), as_json=as_json)
    played = _played(content)
    figures = {
        "messages": played.messages,
        "trades": played.trades,
        "sha256": played.sha256,
        "book_seconds": round(played.book_seconds, 6),
    }
    if as_json:
        print_json(figures)
        return
    rows = tuple((worded(_FIGURES[name], language), _said(figures[name])) for name in figures)
    columns = tuple(Column(worded(column, language)) for column in _COLUMNS)
    print_text(as_text([Table(worded(_TITLE, language).format(file=file), columns, rows)]))


def _content(file: Path) -> bytes | Unreadable:
    """Read a tape, decompressed where its name ends in .xz or it begins as such a file does."""
    name = shown(str(file))
    try:
        content = file.read_bytes()
        if file.suffix.lower() == ".xz" or content.startswith(_XZ):
            content = lzma.decompress(content)
    except FileNotFoundError:
        return _unreadable(file, Refused(ShapeCode.FILE_NOT_FOUND, {"file": name}))
    except OSError as error:
        values = {"file": name, "reason": error.strerror or type(error).__name__}
        return _unreadable(file, Refused(ShapeCode.FILE_NOT_READABLE, values))
    except lzma.LZMAError as error:
        values = {"file": name, "reason": str(error)}
        return _unreadable(file, Refused(ShapeCode.FILE_NOT_READABLE, values))
    refused = check_tape(content)
    return content if refused is None else _unreadable(file, refused)


def _unreadable(file: Path, refused: Refused) -> Unreadable:
    return Unreadable((Fault(str(file), refused),))


def _played(content: bytes) -> Played:
    book, lift = tape_book(), lift_of(content)
    stream = Stream(in_order=is_in_order(content), lift=lift)
    messages, seconds = 0, 0.0
    with _collector_paused():
        for chunk in chunks(messages_of(content, lift)):
            start = time.perf_counter()
            outcomes = match_all(book, chunk)
            seconds += time.perf_counter() - start
            messages += len(chunk)
            stream.add(chunk, outcomes)
    return Played(messages, stream.trades, stream.sha256(), seconds)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep Python from looking for cycles: a book leaves none behind and its orders are many.

    Looking through all that is in a book, over and over, takes as long as the matching.
    """
    was_running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_running:
            gc.enable()


def _said(figure: object) -> str:
    return f"{figure:,}" if isinstance(figure, int | float) else str(figure)
