"""The worked cases of the registry's rules, as blocks, through ``ecorights simulate registry``.

The file beside this one holds the cases as they were worked out; what they expect is taken away
before the program sees them.  The histories of compliance have a file and a test of their own.
"""

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from web.cli.simulate import simulate

CASES = json.loads(Path(__file__).with_name("registry_cases_rules.json").read_text("utf-8"))
BLOCKS = [pytest.param(case["block"], id=case["case"]) for case in CASES]


def answered(folder: Path, document: Any) -> Any:
    path = folder / "cases.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    result = CliRunner().invoke(simulate, ["registry", str(path), "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.stdout
    return json.loads(result.stdout)


def without_expectations(block: dict[str, Any]) -> dict[str, Any]:
    """Take every expectation out of a block; what is left is what a rule needs."""
    bare: dict[str, Any] = deepcopy(block)
    for key in ("and", "note", "columns", "total", "max", "pending_same_year_and_table", "moves"):
        bare.pop(key, None)
    for key in ("annual_share", "cure_business_days", "same_day_resale"):
        bare.pop(key, None)
    bare.pop("offset_cap_from_knowledge", None)
    _STRIP[block["fn"]](bare)
    return bare


def _drop(rows: list[dict[str, Any]], *keys: str) -> None:
    for row in rows:
        for key in keys:
            row.pop(key, None)


def _cut(rows: list[list[Any]], places: int) -> None:
    for row in rows:
        del row[places:]


def _strip_return(bare: dict[str, Any]) -> None:
    _cut(bare["rows"], 1)
    after = bare["after_50"]
    bare["after_50"] = {key: value[:1] for key, value in after.items() if key != "remaining"}


def _strip_california(bare: dict[str, Any]) -> None:
    _drop([bare["holding_limit"]], "limit")
    _cut(bare["holding_limit"]["rows"], 2)
    _drop([bare["late"]], "duty", "min_allowances", "max_offsets")
    _cut(bare["offset_cap"], 2)


def _strip_china(bare: dict[str, Any]) -> None:
    _drop([bare["carry"], bare["carry"]["no_sales"]], "carried", "not_carried")
    _drop([bare["gap_cap"]], "duty")
    _drop([bare["borrow"]], "gap", "max_borrow")
    _drop([bare["band"]], "listed", "block_from_knowledge")
    _cut(bare["listed_order_ok"], 1)


_STRIP = {
    "execution_time": lambda bare: _drop(bare["rows"], "clock_start", "executes"),
    "second_approval_needed": lambda bare: _drop(bare["rows"], "needed"),
    "cap": lambda bare: _cut(bare["steps"], 2),
    "check_digits": lambda bare: _drop(bare["rows"], "digits"),
    "proposal_flow": lambda bare: _drop(
        bare["runs"], "after_propose", "after_approve", "after_reject"
    ),
    "return_excess": _strip_return,
    "account_state": lambda bare: _cut(bare["rows"], 1),
    "california": _strip_california,
    "china": _strip_china,
}


def holds_all_of(answer: Any, expected: Any) -> bool:
    """Tell whether an answer says everything that is expected; it may name more keys."""
    if isinstance(expected, dict):
        return all(
            key in answer and holds_all_of(answer[key], value) for key, value in expected.items()
        )
    if isinstance(expected, list):
        return len(answer) == len(expected) and all(map(holds_all_of, answer, expected))
    return bool(answer == expected)


@pytest.mark.parametrize("block", BLOCKS)
def test_the_case_comes_out_as_it_is_written(tmp_path: Path, block: dict[str, Any]) -> None:
    assert answered(tmp_path, block) == block


@pytest.mark.parametrize("block", BLOCKS)
def test_the_case_comes_out_without_its_expectations(tmp_path: Path, block: dict[str, Any]) -> None:
    prose = ("and", "note", "columns")
    expected = {key: value for key, value in block.items() if key not in prose}
    assert holds_all_of(answered(tmp_path, without_expectations(block)), expected)


@pytest.mark.parametrize("block", BLOCKS)
def test_wrong_expectations_are_not_read(tmp_path: Path, block: dict[str, Any]) -> None:
    bare = without_expectations(block)
    wrong = deepcopy(bare)
    for key in ("rows", "runs", "steps"):
        for row in wrong.get(key, []):
            if isinstance(row, list):
                row.append({"no": "such"})
    assert answered(tmp_path, wrong) == answered(tmp_path, bare)


def test_all_cases_are_there(tmp_path: Path) -> None:
    names = [case["case"] for case in CASES]
    assert names == ["RC12", "RC15", "RC17", "RC20", "RC22", "RC24", "RC26", "RC29", "RC31"]
    blocks = [case["block"] for case in CASES]
    assert answered(tmp_path, blocks) == blocks


def test_every_block_of_the_reference_comes_out(tmp_path: Path, reference_data: Path) -> None:
    text = (reference_data / "rules" / "registry-cases.md").read_text("utf-8")
    blocks = [json.loads(found) for found in re.findall(r"```json\n(.*?)\n```", text, re.DOTALL)]
    assert len(blocks) >= len(CASES)
    assert answered(tmp_path, blocks) == blocks
