"""``ecorights auction``: announce, look, open sealed bids, clear a past auction again.

Knows how to ask and how to tell; who may do what when is ``market.auctions``.  Ends with 0 when it
was done or answered, with 1 where a rule refuses, with 2 where the input cannot be read.
"""

import time
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from secrets import token_bytes
from typing import Any, NoReturn

import click
from sqlalchemy import Engine

from ledger.core.clock import clock
from ledger.core.database import reading, run
from ledger.refusals import Refused
from market.auctions.announcing import SETTING_KEYS, set_setting_of
from market.auctions.life import AuctionCommand, LifeCode
from market.auctions.opening import opening_commands
from market.auctions.publication import list_auctions, public_auction
from market.auctions.rerun import auction_number, decimals_of, rerun
from market.auctions.rules import Rules
from market.auctions.seal import make_seal
from market.submission import Answer, NewCommand, submit, wait
from web.cli.auction_layout import (
    answer_words,
    list_tables,
    rerun_document,
    rerun_tables,
    sheet_tables,
)
from web.cli.problems import input_unreadable, print_json, print_text, stop
from web.cli.session import open_engine, read_settings
from web.i18n import Translator, translator
from web.schemas.auction_notice import read_notice_file
from web.schemas.auction_play import read_rules
from web.schemas.faults import Unreadable
from web.schemas.json_documents import read_json
from web.sentences.catalogue import sentence
from web.tables import as_text

EXIT_REFUSED = 1
_WAIT_MS = 10_000
_SHARE_MODE = 0o600

_ISO_DAY = click.DateTime(formats=["%Y-%m-%d"])
_actor = click.option("--actor", required=True, help="经办人 | who does it")
_json = click.option(
    "--json", "as_json", is_flag=True, help="输出一个 JSON 文档 | print one JSON document"
)
_file = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group(name="auction", help="竞价：公告、开标、结果、重算 | Auctions")
def auction() -> None:
    """Hold the commands about auctions."""


@auction.command(name="list", help="列出竞价，新的在前 | list auctions, newest first")
@_json
def list_command(as_json: bool) -> None:
    """List all auctions with their stages."""
    words, engine = _opened(as_json)
    with reading(engine) as session:
        lines = list_auctions(session)
    document = {
        "auctions": [
            {
                "auction": one.id,
                "code": one.code,
                "scheme": one.scheme,
                "asset": one.asset,
                "stage": one.stage.value,
                "sealed": one.sealed,
                "opens_at": one.opens_at.isoformat(),
                "closes_at": one.closes_at.isoformat(),
            }
            for one in lines
        ]
    }
    _put_out(document, as_text(list_tables(lines, words)), as_json)


@auction.command(name="show", help="公告与公布的结果 | an auction's notice and published result")
@click.argument("named", metavar="ID")
@_json
def show_command(named: str, as_json: bool) -> None:
    """Show what everybody may know of an auction."""
    words, engine = _opened(as_json)
    with reading(engine) as session:
        number = auction_number(session, named)
        document = None if number is None else public_auction(session, number)
    if document is None:
        _end(Refused(LifeCode.AUCTION_UNKNOWN, {"auction": named[:60]}), words, as_json)
    _put_out(document, as_text(sheet_tables(document, words)), as_json)


@auction.command(name="rerun", help="按原规则或另一套规则重算一场竞价 | clear a past auction again")
@click.argument("named", metavar="ID")
@click.option(
    "--rules", "rules_file", type=_file, help="规则文件，不写则按原规则 | rules; else its own"
)
@_json
def rerun_command(named: str, rules_file: Path | None, as_json: bool) -> None:
    """Clear a past auction's bids again and put the result beside the published one."""
    words, engine = _opened(as_json)
    with reading(engine) as session:
        number = auction_number(session, named)
        decimals = None if number is None else decimals_of(session, number)
        if number is None or decimals is None:
            _end(Refused(LifeCode.AUCTION_UNKNOWN, {"auction": named[:60]}), words, as_json)
        rules = None if rules_file is None else _rules(rules_file, decimals, words, as_json)
        answer = rerun(session, number, rules)
    if isinstance(answer, Refused):
        _end(answer, words, as_json)
    _put_out(rerun_document(answer), as_text(rerun_tables(answer, words)), as_json)


def _rules(file: Path, decimals: int, words: Translator, as_json: bool) -> Rules:
    document = read_json(file)
    rules = document if isinstance(document, Unreadable) else read_rules(document, decimals)
    if isinstance(rules, Unreadable):
        stop(input_unreadable(str(file), rules, words.language), as_json=as_json)
    return rules


@auction.command(
    name="set-rule", help="设定制度对竞价的要求 | set what a scheme asks of its auctions"
)
@click.option("--scheme", required=True, help="制度代码 | code of the scheme")
@click.option("--key", type=click.Choice(SETTING_KEYS), required=True)
@click.option("--from", "valid_from", type=_ISO_DAY, required=True, help="生效日 | first day")
@click.option("--value", required=True, help="数值 | the value")
@click.option("--source", required=True, help="依据 | where it is laid down")
@_actor
@_json
def set_rule(
    scheme: str,
    key: str,
    valid_from: datetime,
    value: str,
    source: str,
    actor: str,
    as_json: bool,
) -> None:
    """Set days of notice, or the least share of a first instalment, from a day on."""
    words, engine = _opened(as_json)
    setting = partial(
        set_setting_of,
        scheme_code=scheme,
        key=key,
        valid_from=valid_from.date(),
        value=value,
        source=source,
        now=clock(),
        actor=actor,
    )
    refused = run(engine, setting)
    if refused is not None:
        _end(refused, words, as_json)
    document = {"scheme": scheme, "key": key, "value": value}
    _put_out(document, f"{scheme} {key} = {value}", as_json)


@auction.command(
    name="make-seal",
    help="制作一场竞价的密封：公钥和三份密钥 | make a seal: public key and three shares",
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@_json
def make_seal_command(folder: Path, as_json: bool) -> None:
    """Write a share for each holder into an empty folder and print the public key."""
    seal = make_seal(token_bytes)
    folder.mkdir(parents=True, exist_ok=False)
    files = {holder: folder / f"{holder}.share" for holder in seal.shares}
    for holder, file in files.items():
        file.touch(mode=_SHARE_MODE)
        file.write_text(seal.shares[holder] + "\n", encoding="ascii")
    document = {
        "public_key": seal.public_key,
        "shares": {holder: str(file) for holder, file in files.items()},
    }
    _put_out(document, "\n".join((seal.public_key, *map(str, files.values()))), as_json)


@auction.command(name="announce", help="公告一场竞价 | announce an auction")
@click.argument("file", type=_file)
@_actor
@_json
def announce_command(file: Path, actor: str, as_json: bool) -> None:
    """Announce an auction from a file; the runner decides."""
    words, engine = _opened(as_json)
    document = read_json(file)
    notice = document if isinstance(document, Unreadable) else read_notice_file(document)
    if isinstance(notice, Unreadable):
        stop(input_unreadable(str(file), notice, words.language), as_json=as_json)
    key = f"announce:{notice['code']}"[:64]
    command = NewCommand("auction", 0, AuctionCommand.ANNOUNCE, 0, key, notice, actor)
    _tell(engine, [command], words, as_json)


@auction.command(
    name="open", help="用两份密钥开启密封的报价 | open sealed bids with two shares of the key"
)
@click.argument("number", metavar="ID", type=click.IntRange(1, 2**31 - 1))
@click.option(
    "--share",
    "shares",
    type=_file,
    multiple=True,
    required=True,
    help="密钥份额文件，两次 | file with a share, given twice",
)
@_actor
@_json
def open_command(number: int, shares: Sequence[Path], actor: str, as_json: bool) -> None:
    """Open all bids of a closed auction and hand them to the runner."""
    words, engine = _opened(as_json)
    if len(shares) != 2:
        raise click.UsageError("--share FILE --share FILE")
    one, other = (file.read_text(encoding="utf-8", errors="replace") for file in shares)
    with reading(engine) as session:
        commands = opening_commands(session, number, (one, other), actor)
    if isinstance(commands, Refused):
        _end(commands, words, as_json)
    _tell(engine, commands, words, as_json)


def _tell(engine: Engine, commands: Sequence[NewCommand], words: Translator, as_json: bool) -> None:
    """Hand commands in and wait a while for the runner's answers; the last one is told."""
    answer: Answer | None = None
    for command in commands:
        queued = submit(engine, command, clock())
        found = queued if queued is not None else _wait(engine, command)
        if isinstance(found, Refused):
            _end(found, words, as_json)
        if found is not None and found.refused is not None:
            _end(found.refused, words, as_json)
        answer = found
    document: dict[str, Any] = {
        "decided": answer is not None,
        "answer": {} if answer is None else dict(answer.answer),
    }
    _put_out(document, answer_words(answer, words), as_json)


def _wait(engine: Engine, command: NewCommand) -> Answer | Refused | None:
    return wait(
        engine,
        command,
        milliseconds=_WAIT_MS,
        pause=lambda milliseconds: time.sleep(milliseconds / 1000),
    )


def _opened(as_json: bool) -> tuple[Translator, Engine]:
    settings = read_settings()
    return translator(settings.language), open_engine(settings, as_json=as_json)


def _end(refused: Refused, words: Translator, as_json: bool) -> NoReturn:
    message = sentence(refused, words.language)
    _put_out({"refused": {"code": str(refused.code), "message": message}}, message, as_json)
    raise SystemExit(EXIT_REFUSED)


def _put_out(document: object, text: str, as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        print_text(text)
