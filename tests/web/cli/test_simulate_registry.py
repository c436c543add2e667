"""``ecorights simulate registry FILE [--json]``: shapes of documents, tables, what cannot be read."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ledger.registry.rules.approvals import ApprovalCode
from ledger.registry.rules.closure import ClosureCode
from ledger.registry.rules.proposals import ProposalCode
from ledger.registry.rules.states import StateCode
from ledger.registry.rules.trusted import TrustCode
from web.cli.simulate import simulate
from web.schemas.registry_blocks import RegistryBlockCode
from web.schemas.registry_fields import RegistryFieldCode
from web.schemas.registry_play import FUNCTIONS
from web.sentences.registry_rules import SENTENCES

HISTORY = {
    "fn": "compliance_status",
    "runs": [
        {
            "first_year": 2021,
            "last_year": None,
            "current_year": 2021,
            "steps": [[["year", 2022]], [["exclude", 2021], "?"], [["emissions", 2021, 5]]],
        }
    ],
}
QUANTITIES = {"fn": "validate_quantity", "rows": [[1], [0]]}
QUANTITIES_FILLED = {"fn": "validate_quantity", "rows": [[1, None], [0, 3007]]}


def run(folder: Path, content: object, *options: str, language: str = "zh") -> Result:
    path = folder / "cases.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return CliRunner(env={"ECORIGHTS_LANGUAGE": language}).invoke(
        simulate, ["registry", str(path), *options], catch_exceptions=False
    )


def answered(folder: Path, content: object) -> Any:
    result = run(folder, content, "--json")
    assert (result.exit_code, result.stderr) == (0, ""), result.stdout
    return json.loads(result.stdout)


def rows(folder: Path, fn: str, written: list[Any], **keys: Any) -> list[Any]:
    return answered(folder, {"fn": fn, "rows": written, **keys})["rows"]


def test_a_document_is_a_block_a_list_or_blocks_by_name(tmp_path: Path) -> None:
    assert answered(tmp_path, QUANTITIES) == QUANTITIES_FILLED
    assert answered(tmp_path, [QUANTITIES, QUANTITIES]) == [QUANTITIES_FILLED] * 2
    assert answered(tmp_path, []) == []
    by_name = {"validate_quantity": {"rows": [[1]]}, "compliance_status": [HISTORY]}
    answer = answered(tmp_path, by_name)
    assert answer["validate_quantity"] == {"rows": [[1, None]]}
    assert answer["compliance_status"][0]["runs"][0]["initial"] == "NOT_APPLICABLE"


def test_a_compliance_history_is_filled_in_step_by_step(tmp_path: Path) -> None:
    (played,) = answered(tmp_path, HISTORY)["runs"]
    assert [status for _, status in played["steps"]] == ["C", "EXCLUDED", "REJECTED"]


def test_a_number_with_decimals_is_written_back_as_it_was(tmp_path: Path) -> None:
    text = '{"fn": "validate_quantity", "note": 0.30, "rows": [[1.50], [1e400], ["2"]]}'
    result = run(tmp_path, text, "--json")
    assert result.stdout == (
        '{"fn": "validate_quantity", "note": 0.30, '
        '"rows": [[1.50, 3008], [1e400, 3008], ["2", null]]}\n'
    )


@pytest.mark.parametrize(
    ("row", "executes"),
    [
        ({"approved": "2021-04-30 15:00:30", "delay_min": 1440}, "2021-05-04 15:00:30"),
        ({"approved": "2021-04-30T15:00", "delay_min": 1440}, "2021-05-04T15:00"),
        ({"approved": "2021-03-26T15:30+00:00", "delay_min": 1440}, "2021-03-29T15:30+01:00"),
        ({"approved": "2021-04-30 17:00", "delay_min": 9, "trusted": True}, "2021-05-04 10:00"),
        ({"approved": "2021-04-30 11:59", "trusted": False}, "2021-05-04 12:00"),
        ({"approved": "2021-04-30 12:00", "trusted": False}, "2021-05-05 12:00"),
    ],
)
def test_times_are_answered_in_the_signs_they_are_written_in(
    tmp_path: Path, row: dict[str, Any], executes: str
) -> None:
    (filled,) = rows(tmp_path, "execution_time", [row], holidays=["2021-05-03"])
    assert filled["executes"] == executes


def test_hours_zone_and_make_up_days_are_the_blocks_own(tmp_path: Path) -> None:
    block = {
        "window": ["09:00", "17:00"],
        "zone": "Asia/Shanghai",
        "holidays": ["2021-10-01"],
        "extra_days": ["2021-10-09"],
        "weekdays": [1, 2, 3, 4, 5],
    }
    row = {"approved": "2021-10-08T09:00+00:00", "delay_min": 1440}
    (filled,) = rows(tmp_path, "execution_time", [row], **block)
    assert filled["executes"] == "2021-10-09T17:00+08:00"


@pytest.mark.parametrize(
    ("row", "effective"),
    [
        ({"approved": "2024-02-01 11:30"}, "2024-02-07 11:30"),
        ({"approved": "2024-02-03 12:00", "working_days": 4}, "2024-02-09 10:00"),
        ({"approved": "2024-02-01 11:30", "kyoto_person": True}, "2024-02-12 11:30"),
        ({"approved": "2024-02-01 11:30", "delay_min": 2880}, "2024-02-05 11:30"),
        ({"proposed": "2024-02-01 23:00", "at_clock": "12:00"}, "2024-02-07 12:00"),
        ({"approved": "2024-02-01"}, "2024-02-07"),
        ({"approved": "2024-02-03 23:00", "action": "remove"}, "2024-02-03 23:00"),
        ({"approved": "2024-02-03 23:00", "same_holder": True}, "2024-02-03 23:00"),
        ({"central": True}, True),
        ({"state": "ACTIVE"}, True),
        ({"state": "PENDING_ADDITION_APPROVAL"}, False),
        (
            {
                "state": "PENDING_ACTIVATION",
                "approved": "2024-02-01 11:30",
                "asked": "2024-02-07 11:29",
            },
            False,
        ),
    ],
)
def test_a_trusted_account_counts_from_its_time_on(
    tmp_path: Path, row: dict[str, Any], effective: str | bool
) -> None:
    (filled,) = rows(tmp_path, "trusted_account_effective", [row])
    assert filled == {**row, "effective": effective}


def test_limits_by_both_names_and_by_row(tmp_path: Path) -> None:
    written = [
        {"quantity": 2_000_000},
        {"quantity": 2_000_001},
        {"quantity": 2_000_001, "trusted": True},
        {"quantity": 2_000_001, "type": "surrender"},
        {"quantity": 11, "country": 10, "trusted": True},
        [2_000_001],
        5,
    ]
    found = rows(tmp_path, "transfer_limit", written, central=2_000_000)
    limits = [(row["limit"], row["allowed"]) for row in found[:5]]
    assert limits == [
        (2_000_000, True),
        (2_000_000, False),
        (None, True),
        (None, True),
        (10, False),
    ]
    assert found[5:] == [[2_000_001, False], [5, True]]


@pytest.mark.parametrize(
    ("quantity", "outcome"),
    [
        (1, None),
        ("1", None),
        (0, 3007),
        ("0", 3007),
        (-1, 3008),
        ("1.0", 3008),
        ("1,000", 3008),
        ("", 3008),
        (None, 3008),
        (True, 3008),
        ([0, 0], 3007),
        ([0, 1], None),
        (100, None),
        (101, 3005),
    ],
)
def test_quantities_however_they_are_written(
    tmp_path: Path, quantity: object, outcome: int | None
) -> None:
    assert rows(tmp_path, "validate_quantity", [[quantity]], available=100) == [[quantity, outcome]]
    (filled,) = rows(
        tmp_path, "validate_quantity", [{"quantity": quantity, "available": 100}], available=0
    )
    assert filled["outcome"] == outcome


@pytest.mark.parametrize(
    ("full", "digits"),
    [
        ("UK-100-1016-0-17", 17),
        ("UK-100-1016-0-99", 17),
        ("UK-100-1016-0", 17),
        ("UK-100-1016-0-1x", None),
        ("UK-100-0-0-17", None),
        ("uk-100-1016-0-17", None),
        ("nonsense", None),
    ],
)
def test_check_digits_follow_from_the_rest(tmp_path: Path, full: str, digits: int | None) -> None:
    (filled,) = rows(tmp_path, "check_digits", [{"full": full}])
    assert filled["digits"] == digits


def test_only_bad_numbers_are_bad(tmp_path: Path) -> None:
    written = ["UK-100-1016-0-17", "UK-100-1016-0-18", "x"]
    assert answered(tmp_path, {"fn": "check_digits", "bad": written})["bad"] == written[1:]


def test_a_cap_is_the_sum_of_its_years_where_no_other_is_given(tmp_path: Path) -> None:
    steps = [["propose", 0], ["approve", 1], ["propose", 16], ["propose", 15], ["expire", 15]]
    answer = answered(tmp_path, {"fn": "cap", "year_caps": {"2021": 5, "2022": 10}, "steps": steps})
    assert answer["total"] == 15
    assert [step[2:] for step in answer["steps"]] == [
        [3007, 15],
        ["cap_decision_above_pending", 15],
        [3500, 15],
        ["ok", 0],
        ["ok", 15],
    ]


def test_a_refused_proposal_holds_nothing(tmp_path: Path) -> None:
    run_ = {"kind": "delete", "start": [10, 5], "qty": 11}
    (filled,) = answered(tmp_path, {"fn": "proposal_flow", "runs": [run_]})["runs"]
    unchanged = {"available": 10, "reserved": 0, "receiver": 5}
    assert filled["outcome"] == 3005
    assert filled["after_propose"] == filled["after_approve"] == unchanged


@pytest.mark.parametrize(
    ("row", "outcome", "by", "after"),
    [
        ({"start": [0, 600], "qty": 100}, "ok", "reverse_surrender", [100, 500]),
        ({"start": [0, 60], "qty": 100}, 3005, None, [0, 60]),
        ({"reversed": True}, 3019, None, None),
        ({"completed": False}, "original_not_carried_out", None, None),
        ({"days_ago": 14, "window_days": 14}, "ok", "reverse_surrender", None),
        ({"days_ago": 15, "window_days": 14}, 3020, None, None),
        ({"type": "transfer"}, "kind_not_reversible", None, None),
    ],
)
def test_a_reversal_is_answered_with_what_it_leaves(
    tmp_path: Path, row: dict[str, Any], outcome: object, by: str | None, after: list[int] | None
) -> None:
    (filled,) = rows(tmp_path, "reverse", [{"type": "surrender", **row}])
    assert (filled["outcome"], filled["by"], filled.get("after")) == (outcome, by, after)


def test_a_return_tells_what_it_leaves_and_a_refused_one_leaves_all(tmp_path: Path) -> None:
    block = {"fn": "return_excess", "entitlement": 100, "allocated": 150}
    answer = answered(tmp_path, {**block, "rows": [50, 51, 0]})
    assert answer["rows"] == [[50, None], [51, 3017], [0, 3007]]
    assert (answer["max"], answer["after_50"]) == (50, {"remaining": 0})
    after = {"after_20": {"account": [150]}, "after_51": {"account": 150}, "after_9": None}
    answer = answered(tmp_path, {**block, **after})
    assert answer["after_20"] == {"account": [150, 130], "remaining": -30}
    assert answer["after_51"] == {"account": [150, 150], "remaining": -50}
    assert answer["after_9"] == {"remaining": -41}


def test_nothing_can_be_returned_of_what_is_no_excess(tmp_path: Path) -> None:
    answer = answered(tmp_path, {"fn": "return_excess", "entitlement": 9, "allocated": 9})
    assert (answer["max"], answer["pending_same_year_and_table"]) == (0, 3017)


def test_classes_of_one_row_and_of_several_tables(tmp_path: Path) -> None:
    tables = [
        {"table": "NAT", "year": 2025, "entitlement": 100, "allocated": 60},
        {"table": "NER", "year": 2026, "entitlement": 300, "allocated": 341},
        {"year": 2027, "entitlement": 100},
    ]
    written = [[100, 0], [100, 99], [100, 100], [100, 101], [0, 0]]
    found = rows(tmp_path, "allocation_class", [*written, {"tables": tables, "current_year": 2026}])
    assert [row[2] for row in found[:5]] == [
        "NOT_YET_ALLOCATED",
        "UNDER_ALLOCATED",
        "FULLY_ALLOCATED",
        "OVER_ALLOCATED",
        None,
    ]
    assert (found[5]["remaining"], found[5]["class"]) == (-1, "OVER_ALLOCATED")


def test_moves_are_given_for_the_states_that_are_asked(tmp_path: Path) -> None:
    asked = {"fn": "account_state", "moves": {"OPEN": None, "CLOSED": ["OPEN"]}}
    moves = answered(tmp_path, asked)["moves"]
    assert moves == {
        "OPEN": ["SUSPENDED", "SUSPENDED_PARTIALLY", "SOME_TRANSACTIONS_RESTRICTED"],
        "CLOSED": [],
    }


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ["transfer_limit", "allowed", "超过限额 10", "列 1"]),
        ("en", ["transfer_limit", "allowed", "above the limit of 10", "Column 1"]),
    ],
)
def test_without_json_it_is_tables_with_the_sentences_of_refusals(
    tmp_path: Path, language: str, words: list[str]
) -> None:
    document = [
        {"fn": "transfer_limit", "system": 10, "rows": [{"quantity": 11}]},
        {"fn": "account_state", "rows": ["OPEN"]},
    ]
    result = run(tmp_path, document, language=language)
    assert result.exit_code == 0
    assert [word for word in words if word not in result.stdout] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_refusal_of_a_case_fills_its_sentence(tmp_path: Path, language: str) -> None:
    kinds = [
        {"type": "transfer"},
        {"type": "delete", "reversed": True},
        {"type": "delete", "completed": False},
        {"type": "delete", "days_ago": 1, "window_days": 0},
    ]
    cap_steps = [["propose", 2], ["approve", 1]]
    over = {"fn": "return_excess", "entitlement": 0, "allocated": 5, "rows": [6]}
    held = {"fn": "california", "holding_limit": {"budget": 25_000_000, "rows": [[1, 2_500_000]]}}
    document = [
        {"fn": "reverse", "rows": kinds},
        {"fn": "cap", "phase_cap": 1, "steps": cap_steps},
        over,
        held,
        {"fn": "validate_quantity", "rows": [[0], [-1], [9]], "available": 8},
        {"fn": "transfer_limit", "system": 10, "rows": [11]},
    ]
    shown = run(tmp_path, document, language=language).stdout
    place = ("zh", "en").index(language)
    elsewhere = (ApprovalCode, ProposalCode, StateCode, ClosureCode, TrustCode)
    of_files = (RegistryFieldCode, RegistryBlockCode)
    # The first words of a sentence stand before its first figure.
    unsaid = [
        code
        for code, pair in SENTENCES.items()
        if not isinstance(code, (*elsewhere, *of_files)) and not said(pair[place], shown)
    ]
    assert unsaid == []


def said(pattern: str, shown: str) -> bool:
    """Tell whether the longest run of fixed words of a sentence is shown."""
    fixed = max((part.partition("}")[2] or part for part in pattern.split("{")), key=len)
    return fixed in shown


def test_every_function_is_documented() -> None:
    book = (Path(__file__).parents[3] / "docs" / "simulations.md").read_text("utf-8")
    assert [fn for fn in FUNCTIONS if f"`{fn}`" not in book] == []
