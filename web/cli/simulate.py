"""``ecorights simulate``: rules played from a file, without a database.

Knows how to read a file and print an answer; every decision is made by the pure engine of the
package that owns the rule.
"""

import os
from pathlib import Path

import click

from ledger.compliance.status import Status, play, status
from ledger.refusals import Refused
from web.cli.compliance_table import table
from web.cli.main import Entry, load
from web.cli.problems import input_unreadable, print_json, print_text, spoken_language, stop
from web.schemas.compliance_history import History, read_histories
from web.schemas.faults import Unreadable
from web.schemas.json_documents import read_json
from web.tables import as_text

REJECTED = "REJECTED"

PLAYS = (
    Entry(
        "auction",
        "web.cli.simulate_auction:auction",
        "竞价出清 | auction clearing",
    ),
    Entry("book", "web.cli.simulate_book:book", "订单簿 | an order book"),
    Entry(
        "registry",
        "web.cli.simulate_registry:registry",
        "登记规则 | registry rules",
    ),
    Entry("tape", "web.cli.simulate_tape:tape", "委托流水 | an order tape"),
)
"""The commands of this group that are loaded when they are called."""


class PlayGroup(click.Group):
    """A group that loads a play when it is called or its help is shown."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands."""
        return sorted([*super().list_commands(ctx), *(entry.name for entry in PLAYS)])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        entry = next((entry for entry in PLAYS if entry.name == cmd_name), None)
        return super().get_command(ctx, cmd_name) if entry is None else load(entry)


@click.group(
    name="simulate",
    cls=PlayGroup,
    help="用文件演算规则，不用数据库 | Play rules from a file, no database",
)
def simulate() -> None:
    """Hold the commands that play a rule from a file."""


@simulate.command(
    name="compliance",
    short_help="履约状态 | compliance status",
    help="按文件里的事件逐步算出履约状态 | Play compliance histories: the status after each event",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--json", "as_json", is_flag=True, help="输出一个 JSON 文档 | print one JSON document"
)
def compliance(file: Path, as_json: bool) -> None:
    """Print the status at the start and after each step of every run in the file."""
    language = spoken_language(os.environ)
    histories = _histories(file)
    if isinstance(histories, Unreadable):
        stop(input_unreadable(str(file), histories, language), as_json=as_json)
    if as_json:
        print_json({"runs": [_answer(history) for history in histories]})
        return
    tables = (
        table(
            number,
            history.opening,
            zip(history.events, play(history.opening, history.events), strict=True),
            language,
        )
        for number, history in enumerate(histories, start=1)
    )
    print_text(as_text(tables))


def _histories(file: Path) -> tuple[History, ...] | Unreadable:
    document = read_json(file)
    return document if isinstance(document, Unreadable) else read_histories(document)


def _answer(history: History) -> dict[str, object]:
    outcomes = play(history.opening, history.events)
    return {
        "initial": status(history.opening),
        "statuses": [_shown(outcome) for outcome in outcomes],
    }


def _shown(outcome: Status | Refused) -> str:
    return REJECTED if isinstance(outcome, Refused) else outcome.value
