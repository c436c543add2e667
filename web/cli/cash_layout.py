"""Answers about money as JSON documents and as text; amounts through ``market.pricing``.

Knows layout only.
"""

from collections.abc import Sequence

from ledger.imports.bank_lines import BankImport
from ledger.registry.accounts import AccountRow
from ledger.registry.cash_proposals import CashKind, CashRow, Outcome
from market.pricing import format_money, format_plain_money
from web.cli.problems import worded
from web.i18n import Translator
from web.tables import Column, Table

KIND_WORDS = {CashKind.DEPOSIT: ("入金", "deposit"), CashKind.WITHDRAW: ("出金", "withdrawal")}
OUTCOME_WORDS = {
    None: ("待审批", "waiting"),
    Outcome.APPROVED: ("已批准", "approved"),
    Outcome.REJECTED: ("已退回", "rejected"),
    Outcome.WITHDRAWN: ("已撤回", "withdrawn"),
}
_SAID = (
    "{kind}申请 {number}：{account} {party}，{amount}，银行凭证 {document}，{outcome}。",
    "Proposal {number}, {kind}: {account} {party}, {amount}, bank document {document}, {outcome}.",
)
_ACCOUNT = ("资金账户 {account}。", "Cash account {account}.")
_IMPORTED = (
    "{file}：读入 {read} 条，新增 {new} 条，此前已有 {known} 条。",
    "{file}: lines read: {read}, new: {new}, known before: {known}.",
)
_AGAIN = (
    "{file} 此前已经导入，没有写入任何内容。",
    "{file} was imported before; nothing was written.",
)


def signed_plain(fen: int) -> str:
    """Print a sum that may be below zero in plain form: ``-12.00``."""
    return ("-" if fen < 0 else "") + format_plain_money(abs(fen))


def signed_money(fen: int, words: Translator) -> str:
    """Print a sum that may be below zero for people."""
    sign = "\N{MINUS SIGN}" if fen < 0 else ""
    return sign + format_money(abs(fen), words.locale, with_sign=False)


def account_document(account: AccountRow) -> dict[str, object]:
    """Give a cash account as JSON."""
    return {"account": account.number, "opened_on": account.opened_on.isoformat()}


def account_words(account: AccountRow, words: Translator) -> str:
    """Name a cash account."""
    return worded(_ACCOUNT, words.language).format(account=account.number)


def cash_document(row: CashRow) -> dict[str, object]:
    """Give a proposal as JSON."""
    return {
        "proposal": row.id,
        "kind": row.kind.value,
        "account": row.account_number,
        "party": row.party_name,
        "amount": format_plain_money(row.amount_fen),
        "bank_document": row.bank_document,
        "bank_day": row.bank_day.isoformat(),
        "proposed_by": row.proposed_by,
        "proposed_at": row.proposed_at.isoformat(),
        "outcome": None if row.outcome is None else row.outcome.value,
        "decided_by": row.decided_by or None,
        "decided_at": None if row.decided_at is None else row.decided_at.isoformat(),
        "reason": row.reason or None,
    }


def cash_words(row: CashRow, words: Translator) -> str:
    """Say a proposal in one line."""
    return worded(_SAID, words.language).format(
        kind=worded(KIND_WORDS[row.kind], words.language),
        number=row.id,
        account=row.account_number,
        party=row.party_name,
        amount=format_money(row.amount_fen, words.locale),
        document=row.bank_document,
        outcome=worded(OUTCOME_WORDS[row.outcome], words.language),
    )


def cash_table(rows: Sequence[CashRow], words: Translator) -> Table:
    """Lay proposals out, one a row."""
    headings = (
        ("编号", "number"),
        ("种类", "kind"),
        ("账户", "account"),
        ("主体", "party"),
        ("金额（元）", "amount, CNY"),
        ("银行凭证号", "bank document"),
        ("银行日期", "bank's day"),
        ("提出人", "proposed by"),
        ("状态", "state"),
        ("审批人", "decided by"),
    )
    return Table(
        worded(("出入金申请", "Deposits and withdrawals"), words.language),
        tuple(
            Column(worded(heading, words.language), number=heading[1] == "amount, CNY")
            for heading in headings
        ),
        tuple(
            (
                str(row.id),
                worded(KIND_WORDS[row.kind], words.language),
                row.account_number,
                row.party_name,
                format_money(row.amount_fen, words.locale, with_sign=False),
                row.bank_document,
                words.day(row.bank_day),
                row.proposed_by,
                worded(OUTCOME_WORDS[row.outcome], words.language),
                row.decided_by,
            )
            for row in rows
        ),
    )


def import_document(answer: BankImport) -> dict[str, object]:
    """Give what became of a statement as JSON."""
    return {
        "file": answer.file,
        "read": answer.read,
        "new": answer.new,
        "known": answer.known,
        "again": answer.again,
    }


def import_words(answer: BankImport, words: Translator) -> str:
    """Say what became of a statement."""
    pattern = worded(_AGAIN if answer.again else _IMPORTED, words.language)
    counts = {name: words.number(getattr(answer, name)) for name in ("read", "new", "known")}
    return pattern.format(file=answer.file, **counts)
