"""``ecorights simulate auction``: an auction cleared from a file, without a database.

Knows how to read the file and print the answer; who gets what is decided by ``market.auctions``.
"""

import os
from pathlib import Path

import click

from market.auctions.clearing import clear
from market.auctions.result_sheet import result_sheet
from web.cli.auction_table import answer, tables
from web.cli.problems import input_unreadable, print_json, print_text, spoken_language, stop
from web.schemas.auction_play import AuctionPlay, read_auction
from web.schemas.faults import Unreadable
from web.schemas.json_documents import read_json
from web.tables import as_text


@click.command(
    name="auction",
    short_help="竞价出清 | auction clearing",
    help="按文件里的规则和报价出清一场竞价 | Clear an auction by the rules and bids of a file",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--json", "as_json", is_flag=True, help="输出一个 JSON 文档 | print one JSON document"
)
def auction(file: Path, as_json: bool) -> None:
    """Print who gets how much at which price."""
    language = spoken_language(os.environ)
    play = _play(file)
    if isinstance(play, Unreadable):
        stop(input_unreadable(str(file), play, language), as_json=as_json)
    result = clear(
        play.rules,
        play.supply,
        play.bids,
        guarantees=play.guarantees,
        tie_order=play.tie_order,
        seed=play.seed,
    )
    if as_json:
        print_json(answer(play.rules, result, language))
        return
    sheet = result_sheet(play.rules, play.supply, play.bids, result, guarantees=play.guarantees)
    print_text(as_text(tables(play.rules, result, sheet, language)))


def _play(file: Path) -> AuctionPlay | Unreadable:
    document = read_json(file)
    return document if isinstance(document, Unreadable) else read_auction(document)
