"""The compliance cases of the registry rules: fourteen histories, a status after every step.

The file beside this one holds the cases as they were worked out; the expected statuses stand in it
next to each event, and the program never reads them.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.compliance.status import Status, play, status
from ledger.refusals import Refused
from web.schemas.compliance_history import read_histories
from web.schemas.faults import Unreadable

CASES = json.loads(Path(__file__).with_name("registry_cases_compliance.json").read_text("utf-8"))
RUNS = [
    pytest.param(run, id=f"{case['case']}-{number}")
    for case in CASES
    for number, run in enumerate(case["runs"], start=1)
]


def played(run: dict[str, Any]) -> tuple[str, list[str]]:
    histories = read_histories({"fn": "compliance_status", "runs": [run]})
    assert not isinstance(histories, Unreadable)
    (history,) = histories
    return status(history.opening), [as_written(o) for o in play(history.opening, history.events)]


def as_written(outcome: Status | Refused) -> str:
    return "REJECTED" if isinstance(outcome, Refused) else outcome.value


@pytest.mark.parametrize("run", RUNS)
def test_every_status_of_the_case_comes_out(run: dict[str, Any]) -> None:
    initial, statuses = played(run)
    assert initial == run["initial"]
    assert statuses == [expected for _, expected in run["steps"]]


@pytest.mark.parametrize("run", RUNS)
def test_the_statuses_written_in_the_file_are_not_read(run: dict[str, Any]) -> None:
    bare = {key: value for key, value in run.items() if key != "initial"}
    bare["steps"] = [[event] for event, _ in run["steps"]]
    wrong = {**run, "initial": 7, "steps": [[event, {"no": "status"}] for event, _ in run["steps"]]}
    assert played(bare) == played(wrong) == played(run)


def test_all_five_cases_are_there() -> None:
    assert [case["case"] for case in CASES] == ["RC02", "RC04", "RC06", "RC08", "RC10"]
