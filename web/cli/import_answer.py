"""The answer of an import, as one JSON document and as text for people.

Quantities are text in the document, as in every file of ours; counts are numbers.  Knows the
report of an import and computes nothing but layout.
"""

from collections.abc import Mapping
from dataclasses import asdict

from ledger.imports.comparing import Correction
from ledger.imports.recording import NotPosted
from ledger.imports.registry_extract import ImportReport, PhaseSums
from web.cli.problems import worded
from web.i18n import Translator
from web.sentences.catalogue import sentence
from web.sentences.imports import ODDITIES
from web.tables import Column, Table, as_text

_COUNTS = ("new", "changed", "unchanged", "no_longer_published")
_ENTRIES = ("set", "lower", "allocate", "import", "surrender", "reversal")
_UNITS = (
    "allocated",
    "surrendered",
    "verified",
    "posted_allocated",
    "posted_inflow",
    "posted_surrendered",
    "undone_allocated",
    "undone_inflow",
    "undone_surrendered",
)
_CORRECTIONS_IN_TEXT = 100


def as_document(report: ImportReport, language: str) -> dict[str, object]:
    """Give the answer as it is printed with ``--json``."""
    return {
        "scheme": report.scheme,
        "dry_run": report.dry_run,
        "nothing_to_do": report.nothing_to_do,
        "edition": report.edition,
        "accounts": _counts(report.checked.accounts, report.survey.accounts),
        "account_years": _counts(report.checked.account_years, report.survey.account_years),
        "entries": {kind: report.recorded.entries[kind] for kind in _ENTRIES},
        "phases": [_phase(sums) for sums in report.phases],
        "corrected_count": report.survey.corrections_found,
        "corrected": [asdict(one) for one in report.survey.corrections],
        "not_posted": [_not_posted(one, language) for one in report.recorded.not_posted],
        "warnings": [
            {
                "kind": oddity.value,
                "count": count,
                "message": worded(ODDITIES[oddity], language),
                "examples": report.survey.examples[oddity],
            }
            for oddity, count in sorted(report.survey.oddities.items())
        ],
    }


def _counts(read: int, found: Mapping[str, int]) -> dict[str, int]:
    return {"read": read, **{kind: found.get(kind, 0) for kind in _COUNTS}}


def _phase(sums: PhaseSums) -> dict[str, str]:
    return {"phase": sums.phase, **{name: str(getattr(sums, name)) for name in _UNITS}}


def _not_posted(one: NotPosted, language: str) -> dict[str, object]:
    return {
        "account": one.account,
        "phase": one.phase,
        "from_year": one.from_year,
        "code": str(one.refused.code),
        "message": sentence(one.refused, language),
    }


_HEADLINES = {
    "dry": ("试运行：什么也没有写入。", "Dry run: nothing was written."),
    "nothing": (
        "账册已有全部内容，没有记入任何凭证。",
        "The ledger had everything already; nothing was posted.",
    ),
    "done": ("已导入，为第 {edition} 版。", "Imported as edition {edition}."),
}


def as_words(report: ImportReport, words: Translator) -> str:
    """Give the answer as text."""
    language = words.language
    headline = "dry" if report.dry_run else "nothing" if report.edition is None else "done"
    parts = [
        worded(_HEADLINES[headline], language).format(edition=report.edition),
        as_text([_read(report, words), _posted(report, words)]),
    ]
    if report.survey.corrections_found:
        parts.append(as_text([_corrections(report, words)]))
    parts += [
        f"{one.account} {one.phase}: {sentence(one.refused, language)}"
        for one in report.recorded.not_posted
    ]
    if report.survey.oddities:
        parts.append(as_text([_oddities(report, words)]))
    return "\n\n".join(parts)


def _columns(language: str, *headings: tuple[str, str]) -> tuple[Column, ...]:
    """The first column is text, all others numbers."""
    return tuple(
        Column(worded(heading, language), number=place > 0)
        for place, heading in enumerate(headings)
    )


def _read(report: ImportReport, words: Translator) -> Table:
    rows = (
        (("账户", "accounts"), report.checked.accounts, report.survey.accounts),
        (("账户年度", "account-years"), report.checked.account_years, report.survey.account_years),
    )
    return Table(
        worded(("公布的内容", "What is published"), words.language),
        _columns(
            words.language,
            ("", ""),
            ("行数", "rows"),
            ("新增", "new"),
            ("更改", "changed"),
            ("未变", "unchanged"),
            ("不再公布", "no longer published"),
        ),
        tuple(
            (
                worded(name, words.language),
                *(words.number(count) for count in _counts(read, found).values()),
            )
            for name, read, found in rows
        ),
    )


def _posted(report: ImportReport, words: Translator) -> Table:
    entries = report.recorded.entries
    labels = {
        "set": ("设定总量", "totals set"),
        "lower": ("调减总量", "totals lowered"),
        "allocate": ("发放", "allocations"),
        "import": ("摘录外转入", "transfers not in the extract"),
        "surrender": ("清缴", "surrenders"),
        "reversal": ("冲回", "reversals"),
    }
    note = ("凭证：", "Entries: ")
    counted = [
        f"{worded(labels[kind], words.language)} {words.number(entries[kind])}"
        for kind in _ENTRIES
        if entries[kind]
    ]
    separator = worded(("，", ", "), words.language)
    return Table(
        worded(
            ("各阶段（单位：该制度的计量单位）", "By phase, in units of the scheme"), words.language
        ),
        _columns(
            words.language,
            ("阶段", "phase"),
            ("公布发放", "published allocation"),
            ("公布清缴", "published surrender"),
            ("核证排放", "verified emissions"),
            ("记入发放", "posted allocation"),
            ("记入转入", "posted inflow"),
            ("记入清缴", "posted surrender"),
        ),
        tuple(
            (sums.phase, *(words.number(getattr(sums, name)) for name in _UNITS[:6]))
            for sums in report.phases
        ),
        (worded(note, words.language) + (separator.join(counted) or "0"),),
    )


def _corrections(report: ImportReport, words: Translator) -> Table:
    found = report.survey.corrections_found
    shown = report.survey.corrections[:_CORRECTIONS_IN_TEXT]
    more = ("另有 {count} 处，见 --json", "{count} more, see --json")
    left = found - len(shown)
    return Table(
        worded(("更正的内容", "Corrected cells"), words.language),
        tuple(
            Column(worded(heading, words.language))
            for heading in (
                ("账户", "account"),
                ("年度", "year"),
                ("列", "column"),
                ("原为", "before"),
                ("现为", "after"),
            )
        ),
        tuple(_correction(one) for one in shown),
        (worded(more, words.language).format(count=words.number(left)),) if left else (),
    )


def _correction(one: Correction) -> tuple[str, ...]:
    year = "" if one.year is None else str(one.year)
    return one.account, year, one.column, one.before, one.after


def _oddities(report: ImportReport, words: Translator) -> Table:
    return Table(
        worded(("提示（照公布的内容保留）", "Warnings: kept as published"), words.language),
        _columns(words.language, ("情形", "what"), ("次数", "times")),
        tuple(
            (worded(ODDITIES[oddity], words.language), words.number(count))
            for oddity, count in sorted(report.survey.oddities.items())
        ),
    )
