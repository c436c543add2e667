"""``ecorights import``: published files into the ledger.

Knows how to call an import, show its progress on standard error and lay out its answer; what is
wrong with a row, and what is posted, is decided in ``ledger.imports``.
"""

import time
from dataclasses import dataclass, field
from pathlib import Path

import click

from ledger.core.clock import clock
from ledger.imports.faults import FaultList
from ledger.imports.registry_extract import (
    ImportReport,
    Stage,
    import_registry_extract,
)
from ledger.imports.trouble import ImportStopped
from ledger.refusals import Refused
from web.cli.import_answer import as_document, as_words
from web.cli.problems import Problem, ProblemError, print_json, print_text, refuse, stop, worded
from web.cli.row_faults import table_error
from web.cli.session import open_engine, read_settings
from web.i18n import translator
from web.sentences.catalogue import sentence

_STAGES = {
    Stage.CHECKING_ACCOUNTS: ("核对账户", "accounts checked"),
    Stage.CHECKING_YEARS: ("核对账户年度", "account-years checked"),
    Stage.COMPARING: ("与账册比较", "account-years compared"),
    Stage.POSTING: ("记入账册", "account-years posted"),
}
_NOTHING_WRITTEN = (
    "{folder} 有 {count} 处错误，列出 {shown} 处。什么也没有写入。",
    "Faults found in {folder}: {count}; shown: {shown}. Nothing was written.",
)
_BAD_INPUT = ("摘录有错误", "The extract has faults")
_STOPPED = ("导入停下了", "The import stopped")
_SECONDS_BETWEEN = 1.0


@click.group(name="import", help="导入公布的数据 | Published data into the ledger")
def import_group() -> None:
    """Hold the imports."""


@import_group.command(
    name="registry-extract",
    short_help="登记簿摘录 | a registry extract",
    help="导入登记簿公布的摘录：FOLDER 里的 accounts.csv 和 account_years.csv（或 .gz）"
    " | Import a published registry extract: accounts.csv and account_years.csv (or .gz) in FOLDER",
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--scheme", required=True, help="制度代码，如 eu-ets | code of the scheme, eu-ets")
@click.option("--dry-run", is_flag=True, help="只核对，不写入 | check everything, write nothing")
@click.option(
    "--json", "as_json", is_flag=True, help="输出一个 JSON 文档 | print one JSON document"
)
def registry_extract(folder: Path, scheme: str, dry_run: bool, as_json: bool) -> None:
    """Check the whole extract, post what is new, correct what changed."""
    settings = read_settings()
    engine = open_engine(settings, as_json=as_json)
    progress = _Progress(settings.language)
    try:
        answer = import_registry_extract(
            engine, folder, scheme, clock(), dry_run=dry_run, progress=progress.tell
        )
    except ImportStopped as stopped:
        _stop(stopped.refused, _STOPPED, settings.language, as_json=as_json)
    finally:
        engine.dispose()
    if isinstance(answer, Refused):
        refuse(answer, settings.language, as_json=as_json)
    if isinstance(answer, FaultList):
        stop(_problem(folder, answer, settings.language), as_json=as_json)
    progress.end(answer)
    if as_json:
        print_json(as_document(answer, settings.language))
    else:
        print_text(as_words(answer, translator(settings.language)))


def _problem(folder: Path, faults: FaultList, language: str) -> Problem:
    detail = worded(_NOTHING_WRITTEN, language).format(
        folder=folder, count=f"{faults.found:,}", shown=f"{len(faults.kept):,}"
    )
    return Problem(
        "urn:ecorights:problem:extract_has_faults",
        worded(_BAD_INPUT, language),
        detail,
        tuple(table_error(fault, language) for fault in faults.kept),
    )


def _stop(refused: Refused, title: tuple[str, str], language: str, *, as_json: bool) -> None:
    message = sentence(refused, language)
    error = ProblemError("", str(refused.code), message)
    kind = f"urn:ecorights:problem:{refused.code}"
    stop(Problem(kind, worded(title, language), message, (error,)), as_json=as_json)


@dataclass(slots=True)
class _Progress:
    """Says on standard error how far the import is: a line a second, and the last of a stage."""

    language: str
    started: float = field(default_factory=time.monotonic)
    stage: Stage | None = None
    line: str = ""
    said: str = ""
    said_at: float = 0.0

    def tell(self, stage: Stage, done: int, of: int) -> None:
        """Take note, and say it if the last word was some time ago."""
        if stage is not self.stage:
            self._say()
            self.stage = stage
        rows = f"{done:,} / {of:,}" if of else f"{done:,}"
        self.line = f"{worded(_STAGES[stage], self.language)}: {rows}"
        if time.monotonic() - self.said_at >= _SECONDS_BETWEEN:
            self._say()

    def end(self, report: ImportReport) -> None:
        """Say the last word and how fast it went."""
        self._say()
        seconds = time.monotonic() - self.started
        rows = report.checked.account_years
        pace = (
            "{rows} 行，{seconds} 秒，每秒 {pace} 行",
            "{rows} rows in {seconds} s, {pace} a second",
        )
        tenths = round(seconds * 10)
        click.echo(
            worded(pace, self.language).format(
                rows=f"{rows:,}",
                seconds=f"{tenths // 10}.{tenths % 10}",
                pace=f"{rows * 10 // max(tenths, 1):,}",
            ),
            err=True,
        )

    def _say(self) -> None:
        if self.line and self.line != self.said:
            click.echo(self.line, err=True)
            self.said = self.line
        self.said_at = time.monotonic()
