"""``ecorights simulate book``: an order book played from a file, without a database.

Knows how to read the file and print the answer; every decision is made by ``market.book``.
"""

import os
from pathlib import Path
from typing import Any

import click

from market.book.orders import Side
from market.book.play import Answer, Play, play_all
from web.cli.book_table import tables
from web.cli.problems import input_unreadable, print_json, print_text, spoken_language, stop
from web.schemas.book_play import BookPlay, read_book_play
from web.schemas.faults import Unreadable
from web.schemas.json_documents import read_json
from web.tables import as_text


@click.command(
    name="book",
    short_help="订单簿 | an order book",
    help="按文件里的委托逐步演算订单簿 | Play the orders of a file on an order book, step by step",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--json", "as_json", is_flag=True, help="输出一个 JSON 文档 | print one JSON document"
)
def book(file: Path, as_json: bool) -> None:
    """Print what each step did and the book after the last one."""
    language = spoken_language(os.environ)
    read = _read(file)
    if isinstance(read, Unreadable):
        stop(input_unreadable(str(file), read, language), as_json=as_json)
    play, answers = play_all(read.venue, read.steps)
    if as_json:
        print_json(_answer(play, answers))
        return
    print_text(as_text(tables(play, read.steps, answers, language)))


def _read(file: Path) -> BookPlay | Unreadable:
    document = read_json(file)
    return document if isinstance(document, Unreadable) else read_book_play(document)


def _answer(play: Play, answers: list[Answer]) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "results": [_result(play, step, done) for step, done in enumerate(answers)],
        "book": {"bids": _side(play, Side.BUY), "asks": _side(play, Side.SELL)},
    }
    if play.called is not None:
        price, lot = play.called.price, play.venue.lot
        answer["call"] = {
            "price": None if price is None else play.venue.tick.text(price),
            "quantity": lot.text(play.called.quantity),
            "surplus": lot.text(play.called.surplus),
        }
    return answer


def _result(play: Play, step: int, done: Answer) -> dict[str, Any]:
    fills = [
        {
            "resting": fill.resting,
            "incoming": fill.incoming,
            "price": play.venue.tick.text(fill.price),
            "quantity": play.venue.lot.text(fill.quantity),
        }
        for fill in done.fills
    ]
    code = None if done.refused is None else done.refused.code.value
    return {"step": step, "status": done.status.value, "code": code, "fills": fills}


def _side(play: Play, side: Side) -> list[list[Any]]:
    """Give the displayed quantities of a side, best price first, then in the order of time."""
    levels: dict[int, list[list[Any]]] = {}
    for order in play.book.orders(side):
        levels.setdefault(order.price, []).append(
            [order.order_id, play.venue.lot.text(order.shown)]
        )
    return [[play.venue.tick.text(price), orders] for price, orders in levels.items()]
