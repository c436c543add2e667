"""``ecorights report bank-reconciliation``: the ledger's money against the bank's statement."""

import click

from ledger.core.database import reading
from ledger.reports.bank_reconciliation import (
    BankDifference,
    BankReconciliation,
    DifferenceKind,
    reconcile_bank,
)
from web.cli.cash_layout import signed_money, signed_plain
from web.cli.problems import print_json, print_text, worded
from web.cli.report_layout import opened
from web.i18n import Translator
from web.tables import Column, Table, as_text

_SHOWN = 200
_KINDS = {
    DifferenceKind.LEDGER_ONLY: ("只在账册", "in the ledger only"),
    DifferenceKind.BANK_ONLY: ("只在银行", "at the bank only"),
    DifferenceKind.AMOUNT_DIFFERS: ("金额不同", "amounts differ"),
}
_NOTE = {
    True: ("差额已由下列凭证逐笔说明。", "The documents below explain the difference to the fen."),
    False: ("差额没有说明完，请核账。", "The difference is not explained: audit the ledger."),
}


@click.command(
    name="bank-reconciliation",
    help="账册资金与银行流水对账 | the ledger's money against the bank's statement",
)
@click.option(
    "--json", "as_json", is_flag=True, help="输出一个 JSON 文档 | print one JSON document"
)
def bank_reconciliation(as_json: bool) -> None:
    """Print what agrees, and every document that does not."""
    words, engine = opened(as_json=as_json)
    with reading(engine) as session:
        report = reconcile_bank(session)
    if as_json:
        print_json(as_document(report))
    else:
        print_text(as_text([_balances(report, words), *_differing(report, words)]))


def as_document(report: BankReconciliation) -> dict[str, object]:
    """Give the answer as it is printed with ``--json``; sums are yuan as text, out below zero."""
    return {
        "matched": report.matched,
        "differences": [_difference(one) for one in report.differences],
        "ledger_balance": signed_plain(report.ledger_fen),
        "bank_balance": signed_plain(report.bank_fen),
        "difference": signed_plain(report.difference_fen),
        "explained": report.explained,
    }


def _difference(one: BankDifference) -> dict[str, object]:
    return {
        "kind": one.kind.value,
        "document": one.document,
        "ledger_day": None if one.ledger_day is None else one.ledger_day.isoformat(),
        "ledger": None if one.ledger_fen is None else signed_plain(one.ledger_fen),
        "bank_day": None if one.bank_day is None else one.bank_day.isoformat(),
        "bank": None if one.bank_fen is None else signed_plain(one.bank_fen),
        "difference": signed_plain(one.difference_fen),
        "entries": list(one.entries),
        "note": one.note,
    }


def _balances(report: BankReconciliation, words: Translator) -> Table:
    rows = (
        (("账册的银行存款", "at the bank by the ledger"), signed_money(report.ledger_fen, words)),
        (("银行流水合计", "sum of the bank's lines"), signed_money(report.bank_fen, words)),
        (("差额", "difference"), signed_money(report.difference_fen, words)),
        (("相符的凭证", "documents that agree"), words.number(report.matched)),
        (("不符的凭证", "documents that differ"), words.number(len(report.differences))),
    )
    notes = (worded(_NOTE[report.explained], words.language),) if report.differences else ()
    return Table(
        worded(("银行对账（元）", "Bank reconciliation, CNY"), words.language),
        (Column(""), Column(worded(("数", "figure"), words.language), number=True)),
        tuple((worded(label, words.language), figure) for label, figure in rows),
        notes,
    )


def _differing(report: BankReconciliation, words: Translator) -> list[Table]:
    if not report.differences:
        return []
    headings = (
        ("情形", "what"),
        ("凭证号", "document"),
        ("账册日期", "ledger's day"),
        ("账册", "ledger"),
        ("银行日期", "bank's day"),
        ("银行", "bank"),
        ("差额", "difference"),
    )
    left = len(report.differences) - _SHOWN
    more = worded(("另有 {count} 条，见 --json", "{count} more, see --json"), words.language)
    return [
        Table(
            worded(("不符的凭证", "Documents that differ"), words.language),
            tuple(
                Column(worded(heading, words.language), number=heading[0] in _SUMS)
                for heading in headings
            ),
            tuple(_line(one, words) for one in report.differences[:_SHOWN]),
            (more.format(count=words.number(left)),) if left > 0 else (),
        )
    ]


_SUMS = ("账册", "银行", "差额")


def _line(one: BankDifference, words: Translator) -> tuple[str, ...]:
    return (
        worded(_KINDS[one.kind], words.language),
        one.document,
        "" if one.ledger_day is None else words.day(one.ledger_day),
        "" if one.ledger_fen is None else signed_money(one.ledger_fen, words),
        "" if one.bank_day is None else words.day(one.bank_day),
        "" if one.bank_fen is None else signed_money(one.bank_fen, words),
        signed_money(one.difference_fen, words),
    )
