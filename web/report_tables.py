"""Statement, trial balance and balance sheet as tables in words and as documents for programs.

Used by the command line and by the pages' exports; computes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from ledger.core.journal import LINES_MAX, Days, Statement, StatementLine, statement
from ledger.numerals import format_plain
from ledger.reports.accounts import PAGE_MAX, AccountSummary, PositionBalance, find_accounts
from ledger.reports.balance_sheet import AssetSheet, Cause, StateLine
from ledger.reports.trial_balance import AssetTrial
from ledger.units import Unit, unit_of
from web.i18n import Translator
from web.tables import Column, Table
from web.words import POSITION_WORDS, STATE_WORDS, account_words, cause_words, kind_words

EARLIEST_DAY = date(1900, 1, 1)
"""Before any entry; a statement without a first day begins here."""


def plain(minor: int, unit: Unit) -> str:
    """Print a balance for a program: a plain decimal of the unit, with a sign below zero."""
    return f"-{format_plain(-minor, unit)}" if minor < 0 else format_plain(minor, unit)


def named(words: Translator, zh: str, en: str) -> str:
    """Choose between a Chinese and an English name."""
    return zh if words.language == "zh" else en


def trial_document(trial: AssetTrial) -> dict[str, object]:
    """Give one asset's trial balance for a program; amounts are texts in the asset's unit."""
    unit = unit_of(trial.unit)
    return {
        "asset": trial.code,
        "unit": trial.unit,
        "kinds": [
            {
                "kind": line.kind.value,
                "positions": line.positions,
                "debits": plain(line.debits, unit),
                "credits": plain(line.credits, unit),
                "balance": plain(line.balance, unit),
            }
            for line in trial.lines
        ],
        "debits": plain(trial.debits, unit),
        "credits": plain(trial.credits, unit),
        "difference": plain(trial.difference, unit),
    }


def trial_table(trials: Sequence[AssetTrial], words: Translator) -> Table:
    """Lay out the trial balance in words."""
    _ = words.gettext
    rows = []
    for trial in trials:
        unit = unit_of(trial.unit)
        for line in trial.lines:
            figures = (line.debits, line.credits, line.balance)
            rows.append(
                (
                    trial.code,
                    _(POSITION_WORDS[line.kind]),
                    words.number(line.positions),
                    *(words.quantity(figure, unit, with_unit=False) for figure in figures),
                    words.unit(unit),
                )
            )
        figures = (trial.debits, trial.credits, trial.difference)
        rows.append(
            (
                trial.code,
                _("合计"),
                "",
                *(words.quantity(figure, unit, with_unit=False) for figure in figures),
                words.unit(unit),
            )
        )
    columns = (
        Column(_("品种")),
        Column(_("科目")),
        Column(_("科目数"), number=True),
        Column(_("借方累计"), number=True),
        Column(_("贷方累计"), number=True),
        Column(_("余额"), number=True),
        Column(_("单位")),
    )
    balanced = all(trial.difference == 0 for trial in trials)
    note = _("每个品种借贷相等 ✓") if balanced else _("借贷不等 ✗")
    return Table(_("试算平衡表"), columns, tuple(rows), (note,))


def _cause_document(cause: Cause, amount: int, unit: Unit) -> dict[str, object]:
    return {
        "kind": cause.kind,
        "reversal": cause.reversed,
        "across_border": cause.across,
        "amount": plain(amount, unit),
    }


def sheet_document(sheet: AssetSheet) -> dict[str, object]:
    """Give one asset's balance sheet for a program; amounts are texts in the asset's unit."""
    unit = unit_of(sheet.unit)
    return {
        "asset": sheet.code,
        "unit": sheet.unit,
        "states": [
            {
                "state": line.state.value,
                "opening": plain(line.opening, unit),
                "additions": [_cause_document(c, amount, unit) for c, amount in line.additions],
                "reductions": [_cause_document(c, amount, unit) for c, amount in line.reductions],
                "closing": plain(line.closing, unit),
                "ties": line.ties,
            }
            for line in sheet.lines
        ],
        "ties": sheet.ties,
    }


def sheet_table(sheet: AssetSheet, first: date, last: date, words: Translator) -> Table:
    """Lay out one asset's balance sheet in words."""
    _ = words.gettext
    unit = unit_of(sheet.unit)
    rows: list[tuple[str, ...]] = []
    for line in sheet.lines:
        rows += _state_rows(line, unit, words)
    name = named(words, sheet.name_zh, sheet.name_en)
    title = _(
        "自然资源资产负债表　%(asset)s（%(unit)s）　%(first)s 至 %(last)s",
        asset=name,
        unit=words.unit(unit),
        first=words.day(first),
        last=words.day(last),
    )
    columns = (Column(_("状态")), Column(_("项目")), Column(_("数量"), number=True))
    tie = _("期初 + 增加 − 减少 = 期末 ✓") if sheet.ties else _("期初 + 增加 − 减少 ≠ 期末 ✗")
    return Table(title, columns, tuple(rows), (tie,))


def _state_rows(line: StateLine, unit: Unit, words: Translator) -> list[tuple[str, ...]]:
    _ = words.gettext

    def shown(amount: int) -> str:
        return words.quantity(amount, unit, with_unit=False)

    rows: list[tuple[str, ...]] = [(_(STATE_WORDS[line.state]), _("期初"), shown(line.opening))]
    rows += [
        ("", _("加：%(cause)s", cause=cause_words(cause, words)), shown(amount))
        for cause, amount in line.additions
    ]
    rows += [
        ("", _("减：%(cause)s", cause=cause_words(cause, words)), shown(amount))
        for cause, amount in line.reductions
    ]
    rows.append(("", _("期末"), shown(line.closing)))
    return rows


def statement_document(each: PositionBalance, page: Statement) -> dict[str, object]:
    """Give one position's statement for a program; amounts are texts in the asset's unit."""
    unit = unit_of(each.unit)
    return {
        "asset": each.asset_code,
        "kind": each.kind.value,
        "ref": each.ref,
        "unit": each.unit,
        "opening": plain(page.brought_forward, unit),
        "lines": [
            {
                "entry": line.entry_id,
                "date": line.business_date.isoformat(),
                "recorded_at": line.recorded_at.isoformat(),
                "kind": line.kind.value,
                "reverses": line.reverses,
                "other_account": line.other_account_number,
                "in": plain(line.incoming, unit),
                "out": plain(line.outgoing, unit),
                "balance": plain(line.balance, unit),
                "document": line.document,
            }
            for line in page.lines
        ],
        "closing": plain(page.lines[-1].balance if page.lines else page.brought_forward, unit),
    }


def statement_table(
    account: AccountSummary,
    each: PositionBalance,
    page: Statement,
    others: Mapping[str, AccountSummary],
    words: Translator,
) -> Table:
    """Lay out one position's statement in words."""
    _ = words.gettext
    unit = unit_of(each.unit)

    def shown(amount: int) -> str:
        return words.quantity(amount, unit, with_unit=False) if amount else ""

    rows = [("", "", _("期初"), "", "", "", words.quantity(page.brought_forward, unit), "")]
    for line in page.lines:
        kind = line.kind.value
        rows.append(
            (
                words.day(line.business_date),
                words.moment(line.recorded_at),
                kind_words(kind, None, words),
                account_words(others[line.other_account_number], words),
                shown(line.incoming),
                shown(line.outgoing),
                words.quantity(line.balance, unit, with_unit=False),
                line.document,
            )
        )
    closing = page.lines[-1].balance if page.lines else page.brought_forward
    rows.append(("", "", _("期末"), "", "", "", words.quantity(closing, unit), ""))
    title = _(
        "对账单　%(account)s　%(holder)s　%(asset)s　%(kind)s %(ref)s",
        account=account.number,
        holder=account_words(account, words),
        asset=named(words, each.asset_name_zh, each.asset_name_en),
        kind=_(POSITION_WORDS[each.kind]),
        ref=each.ref,
    ).rstrip()
    columns = (
        Column(_("日期")),
        Column(_("记账时间")),
        Column(_("业务")),
        Column(_("对方")),
        Column(_("收"), number=True),
        Column(_("付"), number=True),
        Column(_("余额"), number=True),
        Column(_("凭证")),
    )
    return Table(title, columns, tuple(rows))


def whole_statement(session: Session, position_id: int, days: Days) -> Statement:
    """Read all pages of a position's statement."""
    page = statement(session, [position_id], days=days, limit=LINES_MAX)
    lines: list[StatementLine] = list(page.lines)
    forward = page.brought_forward
    while page.later is not None:
        page = statement(session, [position_id], days=days, limit=LINES_MAX, after=page.later)
        lines += page.lines
    return Statement(tuple(lines), forward, None, None)


def other_accounts(session: Session, pages: Iterable[Statement]) -> dict[str, AccountSummary]:
    """Look up the accounts on the other side of statements, some hundred at a time."""
    numbers = sorted({line.other_account_number for page in pages for line in page.lines})
    found: dict[str, AccountSummary] = {}
    for start in range(0, len(numbers), PAGE_MAX):
        found |= find_accounts(session, numbers[start : start + PAGE_MAX])
    return found
