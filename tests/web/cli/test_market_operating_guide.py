"""docs/operating-a-market.md is true: its commands, run in order, print what it shows.

Days, times and the numbers of the log are not compared: they depend on when it is run.
"""

import os
import re
import shlex
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from ledger.core.clock import clock
from web.cli.main import main

GUIDE = Path(__file__).parents[3] / "docs" / "operating-a-market.md"
WRITTEN_ON, A_WEEK_LATER = "2026-11-24", "2026-12-01"
LAST_DAY_OF_THE_DEMONSTRATION = date(2026, 11, 24)

_FILE = re.compile(r"`(\w+\.json)`:\n\n```json\n(.*?)```", re.DOTALL)
_CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
_UNCERTAIN = (
    (re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4}( \d\d:\d\d)?"), "DAY"),
    (re.compile(r"\d{4}-\d\d-\d\d"), "DAY"),
    (re.compile(r"(Command|Order|order|order:|decided:|commands) \d+"), r"\1 N"),
    (re.compile(r" +"), " "),
)


def settled(text: str) -> str:
    """The text without what depends on the moment."""
    for pattern, instead in _UNCERTAIN:
        text = pattern.sub(instead, text)
    return text.strip()


def today_for(text: str) -> str:
    """The same a guide written today would say."""
    today = clock().today
    later = today + timedelta(days=7)
    return text.replace(WRITTEN_ON, f"{today}").replace(A_WEEK_LATER, f"{later}")


def steps(guide: str) -> Iterator[tuple[str, str]]:
    """Each command of the guide with what it shows."""
    for block in _CONSOLE.findall(guide):
        for step in block.split("$ ")[1:]:
            command, _, shown = step.partition("\n")
            yield command, shown


def run(command: str) -> str:
    """What a command of the guide prints; ``| head -N`` cuts it."""
    asked, _, cut = command.partition(" | head -")
    words = shlex.split(asked)
    assert words[0] == "ecorights"
    output = CliRunner().invoke(main, words[1:]).output
    return "\n".join(output.splitlines()[: int(cut)]) if cut else output


def test_the_guide_shows_what_its_commands_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if clock().today < LAST_DAY_OF_THE_DEMONSTRATION:
        pytest.skip("the demonstration's year is still ahead of this machine's clock")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(os.environ, "ECORIGHTS_LANGUAGE", "en")
    monkeypatch.setitem(os.environ, "ECORIGHTS_DATABASE_URL", "sqlite:///demo.sqlite")
    guide = GUIDE.read_text("utf-8")
    for name, content in _FILE.findall(guide):
        Path(name).write_text(today_for(content), "utf-8")
    loaded = CliRunner().invoke(main, ["demo", "--load-only", "--file", "demo.sqlite"])
    assert loaded.exit_code == 0, loaded.output
    for command, shown in steps(guide):
        assert settled(run(today_for(command))) == settled(shown), command
