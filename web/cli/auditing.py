"""``ecorights audit``: everything the ledger says about itself, counted again.

Knows how to ask for the recount and how to tell what it found; recounts nothing itself.  Ends
with 0 when everything agrees, with 1 when something does not, with 2 when the database cannot be
used.
"""

import click

from ledger.core.audit import audit
from ledger.core.database import reading
from ledger.core.differences import AuditReport, Difference
from ledger.refusals import Refused
from web.cli.problems import print_json, print_text, worded
from web.cli.session import open_engine, read_settings
from web.i18n import Translator, translator
from web.sentences.catalogue import sentence

EXIT_DIFFERENCES = 1

_COUNTED = (
    "已复算：凭证 {entries}，分录行 {transfers}，科目 {positions}，品种 {assets}，结账月份 {closed_months}。",
    "Recounted: entries {entries}, transfers {transfers}, positions {positions}, assets {assets}, "
    "closed months {closed_months}.",
)
_CLEAN = ("全部相符。", "Everything agrees.")
_DIFFERENCES = ("不符 {count} 处：", "Differences: {count}")
_MORE = ("另有 {count} 处同类。", "{count} more of this kind.")
_NOTHING = ("无", "none")


@click.command(name="audit", help="复算全部账目 | Recount the whole ledger")
@click.option(
    "--json", "as_json", is_flag=True, help="输出一个 JSON 文档 | print one JSON document"
)
def audit_command(as_json: bool) -> None:
    """Recount the ledger and tell what does not agree."""
    settings = read_settings()
    engine = open_engine(settings, as_json=as_json)
    with reading(engine) as session:
        report = audit(session)
    speaker = translator(settings.language)
    if as_json:
        print_json(_document(report, speaker))
    else:
        print_text("\n".join(_lines(report, speaker)))
    if not report.clean:
        raise SystemExit(EXIT_DIFFERENCES)


def _lines(report: AuditReport, speaker: Translator) -> list[str]:
    counted = {name: speaker.number(count) for name, count in report.counted.items()}
    lines = [worded(_COUNTED, speaker.language).format(**counted)]
    if report.clean:
        return [*lines, worded(_CLEAN, speaker.language)]
    total = speaker.number(sum(report.counts.values()))
    lines.append(worded(_DIFFERENCES, speaker.language).format(count=total))
    for code, count in report.counts.items():
        told = [one for one in report.differences if one.code == code]
        lines.append(f"{code}: {speaker.number(count)}")
        lines += [f"  {in_words(one, speaker.language)}" for one in told]
        if count > len(told):
            more = speaker.number(count - len(told))
            lines.append(f"  {worded(_MORE, speaker.language).format(count=more)}")
    return lines


def _document(report: AuditReport, speaker: Translator) -> dict[str, object]:
    return {
        "clean": report.clean,
        "counted": dict(report.counted),
        "counts": {str(code): count for code, count in report.counts.items()},
        "differences": [
            {
                "code": str(one.code),
                "what": {name: _plain(value) for name, value in one.what.items()},
                "expected": _plain(one.expected),
                "found": _plain(one.found),
                "message": in_words(one, speaker.language),
            }
            for one in report.differences
        ],
    }


def _plain(value: object) -> object:
    """A figure as JSON has it: whole numbers and words stay, days become text."""
    return value if value is None or isinstance(value, int | str) else str(value)


def in_words(difference: Difference, language: str) -> str:
    """Say one difference in ``zh`` or ``en``."""
    values = {**difference.what, "expected": difference.expected, "found": difference.found}
    nothing = worded(_NOTHING, language)
    told = {name: nothing if value is None else value for name, value in values.items()}
    return sentence(Refused(difference.code, told), language)
