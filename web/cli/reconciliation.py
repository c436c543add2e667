"""``ecorights report reconciliation``: the ledger's figures against the published ones."""

from dataclasses import asdict

import click

from ledger.core.database import reading
from ledger.refusals import Refused
from ledger.reports.reconciliation import KINDS, ReconciliationReport, reconcile
from web.cli.problems import print_json, print_text, refuse, worded
from web.cli.report_layout import opened
from web.i18n import Translator
from web.tables import Column, Table, as_text

_SHOWN = 50
_LABELS = {
    "surrendered": ("累计清缴", "surrendered, running total"),
    "verified": ("累计核证排放", "verified emissions, running total"),
    "status": ("履约状态（公布的累计数）", "status from published totals"),
    "status_A": ("　其中公布为 A", "  published as A"),
    "status_B": ("　其中公布为 B", "  published as B"),
    "status_ledger": ("履约状态（账册的累计数）", "status from the ledger's totals"),
}


@click.command(
    name="reconciliation",
    help="账册重算的结果与登记簿公布的数对照 | what the ledger recomputed against what was published",
)
@click.option("--scheme", required=True, help="制度代码，如 eu-ets | code of the scheme, eu-ets")
@click.option(
    "--json", "as_json", is_flag=True, help="输出一个 JSON 文档 | print one JSON document"
)
def reconciliation(scheme: str, as_json: bool) -> None:
    """Print what agrees, and every account-year that does not."""
    words, engine = opened(as_json=as_json)
    try:
        with reading(engine) as session:
            report = reconcile(session, scheme)
    finally:
        engine.dispose()
    if isinstance(report, Refused):
        refuse(report, words.language, as_json=as_json)
    if as_json:
        print_json(as_document(report))
    else:
        print_text(as_words(report, words))


def as_document(report: ReconciliationReport) -> dict[str, object]:
    """Give the answer as it is printed with ``--json``."""
    return {
        "compared": {kind: report.compared[kind] for kind in KINDS},
        "agree": {kind: report.agree[kind] for kind in KINDS},
        "disagree": [asdict(one) for one in report.disagree],
    }


def as_words(report: ReconciliationReport, words: Translator) -> str:
    """Give the answer as text: the counts, and the first account-years that disagree."""
    language = words.language
    counts = Table(
        worded(("核对结果", "Reconciliation"), language),
        (
            Column(""),
            Column(worded(("比较", "compared"), language), number=True),
            Column(worded(("一致", "agree"), language), number=True),
            Column(worded(("不一致", "disagree"), language), number=True),
        ),
        tuple(
            (
                worded(_LABELS[kind], language),
                words.number(report.compared[kind]),
                words.number(report.agree[kind]),
                words.number(report.compared[kind] - report.agree[kind]),
            )
            for kind in KINDS
        ),
    )
    return as_text([counts, _differing(report, words)]) if report.disagree else as_text([counts])


def _differing(report: ReconciliationReport, words: Translator) -> Table:
    language = words.language
    left = len(report.disagree) - _SHOWN
    more = ("另有 {count} 条，见 --json", "{count} more, see --json")
    headings = (
        ("账户", "account"),
        ("年度", "year"),
        ("内容", "what"),
        ("公布", "published"),
        ("账册", "ledger"),
    )
    return Table(
        worded(("不一致的账户年度", "Account-years that disagree"), language),
        tuple(Column(worded(heading, language)) for heading in headings),
        tuple(
            (one.account, str(one.year), one.what, one.published, one.computed)
            for one in report.disagree[:_SHOWN]
        ),
        (worded(more, language).format(count=words.number(left)),) if left > 0 else (),
    )
