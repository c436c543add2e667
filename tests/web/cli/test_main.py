"""The command that holds all others: its table is true, its help quick."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from web.cli.main import COMMANDS, Entry, load, main

# What help must not wait for.
SLOW = ("alembic", "babel", "flask", "openpyxl", "sqlalchemy")


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.name)
def test_every_entry_of_the_table_is_a_command_of_that_name(entry: Entry) -> None:
    command = load(entry)
    assert isinstance(command, click.Command)
    assert command.name == entry.name


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.name)
def test_every_command_explains_itself_in_both_languages(entry: Entry) -> None:
    chinese, _, english = entry.summary.partition(" | ")
    assert chinese
    assert english.isascii()
    assert english
    answer = CliRunner().invoke(main, [entry.name, "--help"])
    assert answer.exit_code == 0
    assert " | " in answer.output


def test_help_lists_every_command_and_loads_none_of_them() -> None:
    program = (
        "import sys\n"
        "from web.cli.main import main\n"
        "main(['--help'], standalone_mode=False)\n"
        f"print('LOADED', *[name for name in {SLOW!r} if name in sys.modules])\n"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert [entry.name for entry in COMMANDS if f"\n  {entry.name} " not in shown] == []
    assert shown.splitlines()[-1].strip() == "LOADED"


def test_an_unknown_command_ends_with_2() -> None:
    assert CliRunner().invoke(main, ["levitate"]).exit_code == 2


def test_the_version_is_the_packages() -> None:
    answer = CliRunner().invoke(main, ["--version"])
    assert answer.output.startswith("ecorights, version 0.")
