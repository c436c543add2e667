"""``ecorights cash``: accounts of money, deposits and withdrawals, the bank's statement lines.

Knows how to ask and how to tell the answer; who may decide what is ``ledger.registry``.  Ends with
0 when it was done, with 1 where a rule refuses, with 2 where the input cannot be read.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import NoReturn, TypeVar

import click
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ledger.core.clock import Now, clock
from ledger.core.database import reading, run
from ledger.imports.bank_lines import BankFile, BankImport, read_bank_file, record_bank_file
from ledger.imports.faults import FaultList
from ledger.refusals import Refused
from ledger.registry.accounts import AccountRow, find_account
from ledger.registry.cash import find_party_id, open_cash_account
from ledger.registry.cash_proposals import CashKind, CashRow, list_cash
from ledger.registry.cash_requests import (
    NewCash,
    approve_cash,
    propose_cash,
    refuse_actor,
    turn_down_cash,
)
from market.pricing import parse_money
from web.cli.cash_layout import (
    account_document,
    account_words,
    cash_document,
    cash_table,
    cash_words,
    import_document,
    import_words,
)
from web.cli.problems import print_json, print_text, refuse, stop
from web.cli.row_faults import faults_problem
from web.cli.session import open_engine, read_settings
from web.i18n import Translator, translator
from web.sentences.catalogue import sentence
from web.tables import as_text

EXIT_REFUSED = 1

_Answer = TypeVar("_Answer")

_BAD_FILE = ("银行流水有错误", "The bank statement has faults")
_ISO_DAY = click.DateTime(formats=["%Y-%m-%d"])
_actor = click.option("--actor", required=True, help="经办人 | who does it")
_json = click.option(
    "--json", "as_json", is_flag=True, help="输出一个 JSON 文档 | print one JSON document"
)


@click.group(name="cash", help="资金：出入金与银行流水 | Money: in, out, and the bank's lines")
def cash() -> None:
    """Hold the commands about money."""


@cash.command(name="open", help="开立资金账户 | open a party's cash account")
@click.option(
    "--party",
    required=True,
    help="主体编号或统一社会信用代码 | the party's number or credit code",
)
@_json
def open_command(party: str, as_json: bool) -> None:
    """Open the cash account of a party, or name the one it has."""
    words, engine = _opened(as_json)
    answer = run(engine, partial(_open, party=party, now=clock()))
    found = _granted(answer, words, as_json)
    _put_out(account_document(found), account_words(found, words), as_json)


def _money_options(command: click.decorators.FC) -> click.decorators.FC:
    for option in (
        _json,
        _actor,
        click.option("--day", type=_ISO_DAY, help="银行日期，默认今天 | the bank's day, or today"),
        click.option(
            "--document", required=True, help="银行凭证号 | number of the bank's document"
        ),
        click.option("--amount", required=True, help="金额（元） | amount in yuan"),
        click.option("--account", required=True, help="资金账户号 | number of the cash account"),
    ):
        command = option(command)
    return command


@cash.command(
    name="deposit", help="提出入金，待第二人审批 | propose a deposit, for a second person"
)
@_money_options
def deposit(
    account: str, amount: str, document: str, day: datetime | None, actor: str, as_json: bool
) -> None:
    """Propose that money came to the bank for an account."""
    _propose(CashKind.DEPOSIT, account, amount, document, day, actor, as_json)


@cash.command(
    name="withdraw",
    help="提出出金并冻结资金，待第二人审批 | propose a withdrawal; its money is held until decided",
)
@_money_options
def withdraw(
    account: str, amount: str, document: str, day: datetime | None, actor: str, as_json: bool
) -> None:
    """Propose that money leaves an account by the bank."""
    _propose(CashKind.WITHDRAW, account, amount, document, day, actor, as_json)


@cash.command(
    name="approve", help="批准并记账（不得为提出人） | approve and post, by another person"
)
@click.argument("proposal", type=click.IntRange(1, 2**31 - 1))
@_actor
@_json
def approve(proposal: int, actor: str, as_json: bool) -> None:
    """Let the money of a proposal in or out."""
    deciding = partial(approve_cash, proposal_id=proposal, actor=actor, now=clock())
    _decide(deciding, as_json)


@cash.command(
    name="reject", help="退回；提出人自己退回即为撤回 | turn down; by whoever proposed it: withdraw"
)
@click.argument("proposal", type=click.IntRange(1, 2**31 - 1))
@click.option("--reason", required=True, help="原因 | why")
@_actor
@_json
def reject(proposal: int, reason: str, actor: str, as_json: bool) -> None:
    """Turn a proposal down; money that was held goes back."""
    deciding = partial(
        turn_down_cash, proposal_id=proposal, actor=actor, reason=reason, now=clock()
    )
    _decide(deciding, as_json)


@cash.command(name="list", help="列出出入金申请，新的在前 | list proposals, newest first")
@click.option("--waiting", is_flag=True, help="只看待审批的 | only those that wait")
@click.option("--account", help="只看一个资金账户 | one cash account only")
@_json
def list_command(waiting: bool, account: str | None, as_json: bool) -> None:
    """List deposits and withdrawals with what became of them."""
    words, engine = _opened(as_json)
    with reading(engine) as session:
        account_id = None
        if account is not None:
            account_id = _granted(find_account(session, account), words, as_json).id
        rows = list_cash(session, waiting_only=waiting, account_id=account_id)
    document = {"proposals": [cash_document(row) for row in rows]}
    _put_out(document, as_text([cash_table(rows, words)]), as_json)


@cash.command(
    name="import-bank-lines",
    help="导入银行流水（.csv 或 .xlsx） | import the bank's statement lines (.csv or .xlsx)",
)
@click.argument("file", type=click.Path(path_type=Path))
@_actor
@_json
def import_bank_lines(file: Path, actor: str, as_json: bool) -> None:
    """Check the whole file, then record the lines that are new."""
    words, engine = _opened(as_json)
    now = clock()
    nobody = refuse_actor(actor)
    if nobody is not None:
        refuse(nobody, words.language, as_json=as_json)
    answer = _record(engine, read_bank_file(file, now.today), actor.strip(), now)
    if isinstance(answer, FaultList):
        stop(faults_problem(file.name, answer, _BAD_FILE, words.language), as_json=as_json)
    _put_out(import_document(answer), import_words(answer, words), as_json)


def _record(
    engine: Engine, file: BankFile | FaultList, actor: str, now: Now
) -> BankImport | FaultList:
    if isinstance(file, FaultList):
        return file
    return run(engine, partial(record_bank_file, file=file, actor=actor, now=now))


def _open(session: Session, party: str, now: Now) -> AccountRow | Refused:
    party_id = find_party_id(session, party)
    if isinstance(party_id, Refused):
        return party_id
    return open_cash_account(session, party_id, now)


def _propose(
    kind: CashKind,
    account: str,
    amount: str,
    document: str,
    day: datetime | None,
    actor: str,
    as_json: bool,
) -> None:
    words, engine = _opened(as_json)
    now = clock()
    fen = parse_money(amount, words.locale)
    if isinstance(fen, Refused):
        refuse(fen, words.language, as_json=as_json)
    asked: Callable[[int], NewCash] = partial(_new_cash, kind, fen, document, day, actor, now)

    def proposing(session: Session) -> CashRow | Refused:
        found = find_account(session, account)
        return found if isinstance(found, Refused) else propose_cash(session, asked(found.id), now)

    _tell(run(engine, proposing), words, as_json)


def _new_cash(
    kind: CashKind,
    fen: int,
    document: str,
    day: datetime | None,
    actor: str,
    now: Now,
    account_id: int,
) -> NewCash:
    bank_day: date = now.today if day is None else day.date()
    return NewCash(kind, account_id, fen, document, bank_day, actor)


def _decide(deciding: Callable[[Session], CashRow | Refused], as_json: bool) -> None:
    words, engine = _opened(as_json)
    _tell(run(engine, deciding), words, as_json)


def _tell(answer: CashRow | Refused, words: Translator, as_json: bool) -> None:
    row = _granted(answer, words, as_json)
    _put_out(cash_document(row), cash_words(row, words), as_json)


def _opened(as_json: bool) -> tuple[Translator, Engine]:
    settings = read_settings()
    return translator(settings.language), open_engine(settings, as_json=as_json)


def _granted(answer: _Answer | Refused, words: Translator, as_json: bool) -> _Answer:
    """Give the answer; what a rule refuses is told and ends the command with 1."""
    if isinstance(answer, Refused):
        _end(answer, words, as_json)
    return answer


def _end(refused: Refused, words: Translator, as_json: bool) -> NoReturn:
    message = sentence(refused, words.language)
    _put_out({"refused": {"code": str(refused.code), "message": message}}, message, as_json)
    raise SystemExit(EXIT_REFUSED)


def _put_out(document: object, text: str, as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        print_text(text)
