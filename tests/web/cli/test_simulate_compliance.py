"""``ecorights simulate compliance FILE [--json]``: answers, tables and what cannot be read."""

import json
import os
import string
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click import Context
from click.testing import CliRunner, Result

from ledger.compliance.status import ComplianceCode
from ledger.refusals import RefusalCode, Refused
from web.cli.simulate import simulate
from web.schemas.compliance_history import HistoryCode
from web.schemas.faults import ShapeCode
from web.sentences import compliance, files
from web.sentences.catalogue import sentence

RUN = {
    "first_year": 2021,
    "last_year": None,
    "current_year": 2021,
    "initial": "NOT_APPLICABLE",
    "steps": [
        [["year", 2022], "C"],
        [["emissions", 2021, 100], "B"],
        [["exclude", 2021], "REJECTED"],
        [["surrender", 100], "A"],
    ],
}


def run(path: Path | str, *options: str, language: str = "zh") -> Result:
    return CliRunner(env={"ECORIGHTS_LANGUAGE": language}).invoke(
        simulate, ["compliance", str(path), *options], catch_exceptions=False
    )


def written(folder: Path, content: object) -> Path:
    path = folder / "histories.json"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8")
    return path


def problem(folder: Path, content: object) -> dict[str, Any]:
    result = run(written(folder, content), "--json")
    assert result.exit_code == 2
    assert result.stderr == ""
    document = json.loads(result.stdout)
    assert list(document) == ["type", "title", "detail", "errors"]
    assert all(list(error) == ["at", "code", "message"] for error in document["errors"])
    return document


def faults(folder: Path, content: object) -> list[tuple[str, str]]:
    return [(error["at"], error["code"]) for error in problem(folder, content)["errors"]]


def with_run(**changes: Any) -> dict[str, Any]:
    return {"runs": [{**RUN, **changes}]}


def with_event(*event: Any) -> dict[str, Any]:
    return with_run(steps=[[list(event), "A"]])


def test_json_gives_the_status_at_the_start_and_after_each_step(tmp_path: Path) -> None:
    result = run(written(tmp_path, {"runs": [RUN, {**RUN, "steps": []}]}), "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "runs": [
            {"initial": "NOT_APPLICABLE", "statuses": ["C", "B", "REJECTED", "A"]},
            {"initial": "NOT_APPLICABLE", "statuses": []},
        ]
    }


def test_a_block_of_the_worked_cases_is_read_as_it_stands(tmp_path: Path) -> None:
    block = {"fn": "compliance_status", "runs": [RUN]}
    assert run(written(tmp_path, block), "--json").exit_code == 0
    assert faults(tmp_path, {**block, "fn": "cap"}) == [("/fn", "value_not_one_of")]


def test_every_event_of_the_format_is_understood(tmp_path: Path) -> None:
    events = [
        ["year", 2022],
        ["emissions", 2021, 5],
        ["emissions", 2021, None],
        ["surrender", 2**63 - 1],
        ["reverse", 1],
        ["exclude", 2021],
        ["unexclude", 2021],
        ["fyve", 1900],
        ["lyve", 9999],
        ["lyve", None],
    ]
    document = with_run(steps=[[event, None] for event in events])
    (answer,) = json.loads(run(written(tmp_path, document), "--json").stdout)["runs"]
    assert answer["statuses"] == ["C", "B", "C", "C", "C", "EXCLUDED", "C", "C", "C", "C"]


def test_without_json_a_table_says_the_same_in_chinese(tmp_path: Path) -> None:
    result = run(written(tmp_path, {"runs": [RUN]}))
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "第 1 段：首个报告年 2021，末个报告年 未定，从 2021 年开始",
        "  步  事件               状态                     说明",
        "      开始               NOT_APPLICABLE 暂无义务",
        "  1   进入 2022 年       C 未报告",
        "  2   2021 年排放量 100  B 未足额",
        "  3   排除 2021 年       REJECTED 不受理          2021 年不能排除，该年已报告排放量 100。"
        "有大于零的排放量的年份不能排除。请核对年份，或先撤回该年的排放量。",
        "  4   清缴 100           A 已足额",
    ]


def test_without_json_a_table_says_the_same_in_english(tmp_path: Path) -> None:
    result = run(written(tmp_path, {"runs": [RUN]}), language="en")
    assert result.stdout.splitlines()[:4] == [
        "Run 1: first year of reporting 2021, last not set, starting in 2021",
        "  Step  Event                   Status                      Note",
        "        start                   NOT_APPLICABLE no duty yet",
        "  1     year 2022 begins        C not reported",
    ]


def test_a_language_that_is_not_ours_is_answered_in_chinese(tmp_path: Path) -> None:
    assert run(written(tmp_path, {"runs": [RUN]}), language="fr").stdout.startswith("第 1 段")


def test_help_lists_only_what_works() -> None:
    names = simulate.list_commands(Context(simulate))
    assert "compliance" in names
    shown = CliRunner().invoke(simulate, ["--help"]).stdout.split("Commands:")[1]
    assert [line.split()[0] for line in shown.strip().splitlines()] == names
    for name in names:
        assert CliRunner().invoke(simulate, [name, "--help"]).exit_code == 0


SHAPES: list[tuple[str, object, list[tuple[str, str]]]] = [
    ("empty file", "", [("1:1", "text_not_json")]),
    ("not JSON", '{"runs": [}', [("1:11", "text_not_json")]),
    ("two documents", '{"runs": []} {}', [("1:14", "text_not_json")]),
    ("not UTF-8", b'{"runs": ["\xff"]}', [("", "text_not_utf8")]),
    ("nested", "[" * 200_000, [("", "nested_too_deeply")]),
    ("deep", "[" * 500 + "]" * 500, [("/0" * 101, "nested_too_deeply")]),
    ("a list", [RUN], [("", "value_not_an_object")]),
    ("null", "null", [("", "value_not_an_object")]),
    ("no runs", {}, [("/runs", "json_key_missing")]),
    ("runs null", {"runs": None}, [("/runs", "value_not_a_list")]),
    ("runs an object", {"runs": {"0": RUN}}, [("/runs", "value_not_a_list")]),
    ("a run of 7", {"runs": [RUN, 7]}, [("/runs/1", "value_not_an_object")]),
    ("a run of null", {"runs": [None]}, [("/runs/0", "value_not_an_object")]),
    ("unknown key", {"runs": [], "extra": 1}, [("/extra", "key_unknown")]),
    ("marshmallow's own key", {"runs": [], "_schema": 1}, [("/_schema", "key_unknown")]),
    ("escaped key", with_run(**{"a/b~": 1}), [("/runs/0/a~1b~0", "key_unknown")]),
    ("repeated key", '{"runs": [], "runs": []}', [("/runs", "key_repeated")]),
    (
        "repeated key inside",
        '{"runs": [{"first_year": 2021, "first_year": 2022}]}',
        [("/runs/0/first_year", "key_repeated")],
    ),
    (
        "NaN",
        '{"runs": [NaN, -Infinity]}',
        [("/runs/0", "number_not_json"), ("/runs/1", "number_not_json")],
    ),
    (
        "last before first",
        with_run(last_year=2020),
        [("/runs/0/last_year", "last_year_before_first")],
    ),
    ("steps an object", with_run(steps={}), [("/runs/0/steps", "value_not_a_list")]),
    ("a step of 5", with_run(steps=[5]), [("/runs/0/steps/0", "step_not_an_event_with_status")]),
    (
        "a step of null",
        with_run(steps=[None]),
        [("/runs/0/steps/0", "step_not_an_event_with_status")],
    ),
    ("an empty step", with_run(steps=[[]]), [("/runs/0/steps/0", "step_not_an_event_with_status")]),
    (
        "a step of three",
        with_run(steps=[[["year", 2022], "C", "C"]]),
        [("/runs/0/steps/0", "step_not_an_event_with_status")],
    ),
    (
        "an event for a step",
        with_run(steps=[["year", 2022]]),
        [("/runs/0/steps/0", "step_not_an_event_with_status")],
    ),
    ("no name", with_event(), [("/runs/0/steps/0/0", "event_not_a_named_list")]),
    ("a number for a name", with_event(1, 2), [("/runs/0/steps/0/0", "event_not_a_named_list")]),
    ("unknown event", with_event("retire", 5), [("/runs/0/steps/0/0/0", "event_unknown")]),
    (
        "too few",
        with_event("emissions", 2021),
        [("/runs/0/steps/0/0", "event_arguments_wrong_in_number")],
    ),
    (
        "too many",
        with_event("year", 2022, 1),
        [("/runs/0/steps/0/0", "event_arguments_wrong_in_number")],
    ),
    (
        "null amount",
        with_event("surrender", None),
        [("/runs/0/steps/0/0/1", "value_not_a_whole_number")],
    ),
    ("null year", with_event("fyve", None), [("/runs/0/steps/0/0/1", "value_not_a_whole_number")]),
    ("negative", with_event("surrender", -1), [("/runs/0/steps/0/0/1", "number_out_of_range")]),
    ("2^63", with_event("surrender", 2**63), [("/runs/0/steps/0/0/1", "number_out_of_range")]),
    ("year 1899", with_event("year", 1899), [("/runs/0/steps/0/0/1", "number_out_of_range")]),
    ("year 10000", with_event("lyve", 10000), [("/runs/0/steps/0/0/1", "number_out_of_range")]),
]


@pytest.mark.parametrize(
    ("content", "expected"), [pytest.param(*rest, id=name) for name, *rest in SHAPES]
)
def test_what_cannot_be_read_is_named_with_its_place(
    tmp_path: Path, content: object, expected: list[tuple[str, str]]
) -> None:
    assert faults(tmp_path, content) == expected


@pytest.mark.parametrize(
    "number", ["2021.0", "2021.5", "2.021e3", "1e400", "true", '"2021"', "[]", "9" * 5000]
)
def test_only_whole_numbers_are_whole_numbers(tmp_path: Path, number: str) -> None:
    text = json.dumps(with_event("year", 4711)).replace("4711", number)
    assert faults(tmp_path, text) == [("/runs/0/steps/0/0/1", "value_not_a_whole_number")]


def test_all_faults_are_named_at_once_in_the_order_of_the_document(tmp_path: Path) -> None:
    content = {"zeta": 1, "runs": [{"alpha": 1, "first_year": True, "steps": [[["x"]]]}], "beta": 2}
    assert faults(tmp_path, content) == [
        ("/zeta", "key_unknown"),
        ("/runs/0/alpha", "key_unknown"),
        ("/runs/0/first_year", "value_not_a_whole_number"),
        ("/runs/0/steps/0/0/0", "event_unknown"),
        ("/runs/0/current_year", "json_key_missing"),
        ("/runs/0/last_year", "json_key_missing"),
        ("/beta", "key_unknown"),
    ]


@pytest.mark.parametrize("name", ["missing.json", ""])
def test_a_file_that_is_not_there_or_is_a_folder_is_a_problem(tmp_path: Path, name: str) -> None:
    result = run(tmp_path / name, "--json")
    assert result.exit_code == 2
    (error,) = json.loads(result.stdout)["errors"]
    assert error["at"] == str(tmp_path / name)
    assert error["code"] == ("file_not_found" if name else "file_not_readable")


def test_without_json_a_problem_is_text_on_standard_error(tmp_path: Path) -> None:
    result = run(written(tmp_path, {"runs": [], "extra": 1}), language="en")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "The input cannot be read" in result.stderr
    assert '/extra  key_unknown\n    The key "extra" is not in the format.' in result.stderr


def test_a_problem_speaks_the_language_that_is_set(tmp_path: Path) -> None:
    path = written(tmp_path, {"runs": 1})
    chinese = json.loads(run(path, "--json").stdout)
    english = json.loads(run(path, "--json", language="en").stdout)
    assert chinese["errors"][0]["message"].startswith("这里是 1，不是列表。")
    assert english["errors"][0]["message"].startswith("Here is 1, not a list.")
    assert chinese["type"] == english["type"]


def test_half_a_surrogate_pair_in_a_key_is_still_answered_in_json(tmp_path: Path) -> None:
    assert faults(tmp_path, '{"runs": [], "\\udc80": 1}') == [("/\udc80", "key_unknown")]


@pytest.mark.parametrize("options", [["--json"], []])
def test_a_terminal_set_to_ascii_still_gets_utf8(tmp_path: Path, options: list[str]) -> None:
    path = written(tmp_path, {"runs": 1} if options else {"runs": [RUN]})
    command = "from web.cli.simulate import simulate; simulate()"
    done = subprocess.run(
        [sys.executable, "-c", command, "compliance", str(path), *options],
        env={**os.environ, "PYTHONIOENCODING": "ascii", "ECORIGHTS_LANGUAGE": "zh"},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == (2 if options else 0)
    assert ("不是列表" if options else "第 1 段") in done.stdout.decode("utf-8")
    assert done.stderr == b""


SENTENCES = {**compliance.SENTENCES, **files.SENTENCES}


@pytest.mark.parametrize("codes", [ComplianceCode, HistoryCode, ShapeCode])
def test_every_code_has_a_sentence_in_both_languages(codes: type[RefusalCode]) -> None:
    for code in codes:
        chinese, english = SENTENCES[code]
        assert placeholders(chinese) == placeholders(english)
        # Three parts: what happened, which rule, what to do.
        assert chinese.count("。") >= 3
        assert english.count(". ") >= 2
        assert english.endswith(".")


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_amounts_are_grouped_in_a_sentence_and_years_are_not() -> None:
    refused = Refused(
        ComplianceCode.EXCLUDED_YEAR_HAS_EMISSIONS, {"year": "2021", "amount": 1234567}
    )
    assert "2021 年不能排除，该年已报告排放量 1,234,567。" in sentence(refused, "zh")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_refusal_of_a_history_fills_its_sentence(tmp_path: Path, language: str) -> None:
    refused = [
        ["emissions", 2030, 1],
        ["emissions", 2022, 1],
        ["exclude", 2021],
        ["year", 2023],
        ["lyve", 2020],
        ["fyve", 2022],
    ]
    steps = [["emissions", 2021, 5], ["exclude", 2022], *refused]
    document = with_run(current_year=2024, steps=[[step] for step in steps])
    path = written(tmp_path, document)
    assert run(path, language=language).stdout.count("REJECTED") == len(ComplianceCode)
