"""What all reports share: the language, the database, and the ways out (text, JSON, CSV, Excel).

Knows no report.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click
from sqlalchemy import Engine

from ledger.core.clock import clock
from web.cli.problems import print_text
from web.cli.session import open_engine, read_settings
from web.i18n import Translator, translator
from web.tables import FORMATS, Table, as_csv, as_json, as_text, write_xlsx


def layout_options(command: click.decorators.FC) -> click.decorators.FC:
    """Give a report its ways out."""
    command = click.option(
        "--output",
        type=click.Path(path_type=Path, dir_okay=False),
        help="写入文件（Excel 必填） | write to a file (needed for Excel)",
    )(command)
    command = click.option(
        "--json", "as_json_flag", is_flag=True, help="同 --format json | same as --format json"
    )(command)
    return click.option(
        "--format",
        "layout",
        type=click.Choice(FORMATS),
        default="text",
        show_default=True,
        help="输出格式 | layout",
    )(command)


def opened(*, as_json: bool) -> tuple[Translator, Engine]:
    """Give the language of the command line and the database."""
    settings = read_settings()
    return translator(settings.language), open_engine(settings, as_json=as_json)


def put_out(
    tables: Sequence[Table], document: object, layout: str, as_json_flag: bool, output: Path | None
) -> None:
    """Print or write a report in the layout that was asked for."""
    if as_json_flag:
        layout = "json"
    if layout == "xlsx":
        if output is None:
            raise click.UsageError("--format xlsx: --output FILE 必填 | is needed")
        write_xlsx(tables, output)
        return
    written = {"text": lambda: as_text(tables), "csv": lambda: as_csv(tables)}.get(
        layout, lambda: as_json(document)
    )()
    if output is None:
        print_text(written)
    else:
        # Excel takes a CSV file for UTF-8 only with its mark.
        mark = "\ufeff" if layout == "csv" else ""
        output.write_text(mark + written + "\n", encoding="utf-8", newline="")


def today() -> date:
    """Give the business day it is now."""
    return clock().today
