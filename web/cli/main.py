"""``ecorights``: the command that holds all others.

Knows where each command is and one line about it; a command's own module is loaded when it is
called, so that help and pure simulations do not wait for the database or the pages.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click


@dataclass(frozen=True, slots=True)
class Entry:
    """One command: its name, where it is (``module:object``), what it does (zh | en)."""

    name: str
    target: str
    summary: str


COMMANDS = (
    Entry("auction", "web.cli.auctions:auction", "竞价：公告、开标、结果、重算 | Auctions"),
    Entry("audit", "web.cli.auditing:audit_command", "复算全部账目 | Recount the whole ledger"),
    Entry("cash", "web.cli.cash:cash", "资金：出入金与银行流水 | Money in and out by the bank"),
    Entry(
        "close-month",
        "web.cli.closing:close_month_command",
        "结账：此后该月不再记账 | Close a month of a scheme's books",
    ),
    Entry(
        "demo",
        "web.cli.serving:demo",
        "建立虚构的示例账册并启动网页 | Make an invented year and serve it",
    ),
    Entry("serve", "web.cli.serving:serve", "启动网页 | Serve the pages"),
    Entry("db", "web.cli.database:database", "数据库的结构 | The database's schema"),
    Entry(
        "import",
        "web.cli.imports:import_group",
        "导入公布的数据 | Published data into the ledger",
    ),
    Entry(
        "market", "web.cli.market:market", "市场：开设、指令、重演 | Markets: open, send, replay"
    ),
    Entry("report", "web.cli.reports:report", "账册报告 | Reports from the journal"),
    Entry(
        "runner",
        "web.cli.runner:runner_command",
        "撮合程序：执行已提交的市场指令 | Carry out the market's queued commands",
    ),
    Entry(
        "simulate",
        "web.cli.simulate:simulate",
        "按文件演算规则，不用数据库 | Play rules from a file, no database",
    ),
)
"""All commands that exist, in the order of the help."""


class LazyGroup(click.Group):
    """A group that loads a command when it is called, not when its name is shown."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands."""
        return [entry.name for entry in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        entry = next((entry for entry in COMMANDS if entry.name == cmd_name), None)
        return None if entry is None else load(entry)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table, without loading them."""
        with formatter.section("命令 | Commands"):
            formatter.write_dl([(entry.name, entry.summary) for entry in COMMANDS])


def load(entry: Entry) -> click.Command:
    """Import the command of an entry."""
    module, _, name = entry.target.partition(":")
    command: Any = getattr(import_module(module), name)
    if not isinstance(command, click.Command):
        raise TypeError(f"{entry.target} is not a command")
    return command


@click.group(
    name="ecorights",
    cls=LazyGroup,
    help="环境权益与其价款的一本复式账 | One double-entry ledger for environmental rights",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="ecorights", prog_name="ecorights")
def main() -> None:
    """Hold the commands."""
