"""``ecorights simulate registry``: what cannot be read is named with its place and its code."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from web.cli.simulate import simulate
from web.schemas.registry_blocks import RegistryBlockCode
from web.schemas.registry_fields import RegistryFieldCode

QUANTITIES = {"fn": "validate_quantity", "rows": [[1], [0]]}


def faults(folder: Path, content: object) -> list[tuple[str, str]]:
    path = folder / "cases.json"
    path.write_text(json.dumps(content), "utf-8")
    result = CliRunner().invoke(simulate, ["registry", str(path), "--json"], catch_exceptions=False)
    assert (result.exit_code, result.stderr) == (2, "")
    document = json.loads(result.stdout)
    assert list(document) == ["type", "title", "detail", "errors"]
    return [(error["at"], error["code"]) for error in document["errors"]]


DELAYED = {"approved": "2021-04-30 15:00", "delay_min": 1}
TIMES = {"fn": "execution_time", "rows": [DELAYED]}

SHAPES: list[tuple[str, object, list[tuple[str, str]]]] = [
    ("a number", 7, [("", "value_not_an_object")]),
    ("no fn", {}, [("/fn", "json_key_missing")]),
    ("no fn with rows", {"rows": []}, [("/fn", "json_key_missing")]),
    ("unknown fn", {"fn": "lottery"}, [("/fn", "value_not_one_of")]),
    ("fn null", {"fn": None}, [("/fn", "value_not_one_of")]),
    ("fn a list", {"fn": ["cap"]}, [("/fn", "value_not_one_of")]),
    (
        "in a list",
        [QUANTITIES, {"fn": "lottery"}, 3],
        [("/1/fn", "value_not_one_of"), ("/2", "value_not_an_object")],
    ),
    (
        "by name",
        {"cap": {"steps": []}, "lottery": {}},
        [("/cap/phase_cap", "cap_not_given"), ("/lottery", "key_unknown")],
    ),
    ("another fn under a name", {"cap": QUANTITIES}, [("/cap/fn", "value_not_one_of")]),
    ("unknown key", {**TIMES, "windows": 1}, [("/windows", "key_unknown")]),
    (
        "unknown key in a row",
        {**TIMES, "rows": [{**DELAYED, "delay": 1}]},
        [("/rows/0/delay", "key_unknown")],
    ),
    ("rows missing", {"fn": "execution_time"}, [("/rows", "json_key_missing")]),
    ("rows null", {"fn": "execution_time", "rows": None}, [("/rows", "value_not_a_list")]),
    ("a row of 5", {"fn": "execution_time", "rows": [5]}, [("/rows/0", "value_not_an_object")]),
    (
        "no delay",
        {**TIMES, "rows": [{"approved": "2021-04-30 15:00"}]},
        [("/rows/0/delay_min", "delay_not_given")],
    ),
    (
        "a delay below 0",
        {**TIMES, "rows": [{**DELAYED, "delay_min": -1}]},
        [("/rows/0/delay_min", "number_out_of_range")],
    ),
    (
        "a delay in quotes",
        {**TIMES, "rows": [{**DELAYED, "delay_min": "1"}]},
        [("/rows/0/delay_min", "value_not_a_whole_number")],
    ),
    (
        "no such day",
        {**TIMES, "rows": [{**DELAYED, "approved": "2021-02-29 15:00"}]},
        [("/rows/0/approved", "moment_unreadable")],
    ),
    (
        "no such hour",
        {**TIMES, "rows": [{**DELAYED, "approved": "2021-04-30 24:00"}]},
        [("/rows/0/approved", "moment_unreadable")],
    ),
    (
        "a day for a time",
        {**TIMES, "rows": [{**DELAYED, "approved": "2021-04-30"}]},
        [("/rows/0/approved", "moment_unreadable")],
    ),
    (
        "a year too far",
        {**TIMES, "rows": [{**DELAYED, "approved": "9999-12-31 15:00"}]},
        [("/rows/0/approved", "moment_unreadable")],
    ),
    ("a window of one", {**TIMES, "window": ["10:00"]}, [("/window", "row_wrong_in_length")]),
    (
        "a window backwards",
        {**TIMES, "window": ["16:00", "10:00"]},
        [("/window", "window_not_in_order")],
    ),
    (
        "a window of no clock",
        {**TIMES, "window": ["10", "25:00"]},
        [("/window/0", "clock_time_unreadable"), ("/window/1", "clock_time_unreadable")],
    ),
    (
        "a holiday of no day",
        {**TIMES, "holidays": ["2021-13-01"]},
        [("/holidays/0", "day_unreadable")],
    ),
    ("no weekday", {**TIMES, "weekdays": []}, [("/weekdays", "week_without_working_day")]),
    ("weekday 8", {**TIMES, "weekdays": [8]}, [("/weekdays/0", "number_out_of_range")]),
    ("no such zone", {**TIMES, "zone": "Europe/Atlantis"}, [("/zone", "zone_unknown")]),
    ("a zone outside", {**TIMES, "zone": "../../etc/passwd"}, [("/zone", "zone_unknown")]),
    (
        "trust without time",
        {"fn": "trusted_account_effective", "rows": [{}]},
        [("/rows/0/approved", "trust_without_time_or_state")],
    ),
    (
        "trust of no time",
        {"fn": "trusted_account_effective", "rows": [{"approved": "soon"}]},
        [("/rows/0/approved", "moment_or_day_unreadable")],
    ),
    (
        "no such kind",
        {"fn": "second_approval_needed", "rows": [{"type": "gift"}]},
        [("/rows/0/type", "value_not_one_of")],
    ),
    (
        "trusted as text",
        {"fn": "second_approval_needed", "rows": [{"type": "issue", "trusted": "no"}]},
        [("/rows/0/trusted", "value_not_one_of")],
    ),
    (
        "a step of one",
        {"fn": "cap", "phase_cap": 1, "steps": [["propose"]]},
        [("/steps/0", "row_wrong_in_length")],
    ),
    (
        "a step null",
        {"fn": "cap", "phase_cap": 1, "steps": [None]},
        [("/steps/0", "row_wrong_in_length")],
    ),
    (
        "no such act",
        {"fn": "cap", "phase_cap": 1, "steps": [["steal", 1]]},
        [("/steps/0/0", "value_not_one_of")],
    ),
    (
        "no start",
        {"fn": "proposal_flow", "runs": [{"kind": "delete", "qty": 1}]},
        [("/runs/0/start", "json_key_missing")],
    ),
    (
        "start alone",
        {"fn": "reverse", "rows": [{"type": "delete", "start": [1, 1]}]},
        [("/rows/0/qty", "start_without_quantity")],
    ),
    (
        "too much back",
        {"fn": "return_excess", "entitlement": 1, "allocated": 1, "returned": 2},
        [("/returned", "more_came_back_than_allocated")],
    ),
    (
        "no such state",
        {"fn": "account_state", "rows": [["GONE"]]},
        [("/rows/0/0", "value_not_one_of")],
    ),
    (
        "moves of no state",
        {"fn": "account_state", "moves": {"GONE": []}},
        [("/moves/GONE", "key_unknown")],
    ),
    (
        "a quantity row null",
        {"fn": "validate_quantity", "rows": [None]},
        [("/rows/0", "row_wrong_in_length")],
    ),
    (
        "a history",
        {"fn": "compliance_status", "runs": [{}]},
        [
            ("/runs/0/first_year", "json_key_missing"),
            ("/runs/0/last_year", "json_key_missing"),
            ("/runs/0/current_year", "json_key_missing"),
            ("/runs/0/steps", "json_key_missing"),
        ],
    ),
]


@pytest.mark.parametrize(
    ("content", "expected"), [pytest.param(*rest, id=name) for name, *rest in SHAPES]
)
def test_what_cannot_be_read_is_named_with_its_place(
    tmp_path: Path, content: object, expected: list[tuple[str, str]]
) -> None:
    assert sorted(faults(tmp_path, content)) == sorted(expected)


def test_every_way_to_be_unreadable_is_tried_above() -> None:
    tried = {code for _, _, expected in SHAPES for _, code in expected}
    assert {*RegistryFieldCode, *RegistryBlockCode} <= tried
