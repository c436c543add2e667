"""``ecorights import registry-extract`` and ``report reconciliation``, as called from a shell."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.support.made_extract import many_accounts, small_extract
from web.cli.main import main

PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture
def call(sqlite_url: str) -> Any:
    def called(*words: str, language: str = "zh") -> Result:
        runner = CliRunner(
            env={"ECORIGHTS_DATABASE_URL": sqlite_url, "ECORIGHTS_LANGUAGE": language}
        )
        return runner.invoke(main, list(words), catch_exceptions=False)

    return called


def importing(folder: Path, *options: str) -> tuple[str, ...]:
    return ("import", "registry-extract", str(folder), "--scheme", "eu-ets", *options)


def test_the_answer_is_one_document_and_progress_goes_elsewhere(call: Any, tmp_path: Path) -> None:
    folder = small_extract().write(tmp_path / "extract", compressed=True)
    result = call(*importing(folder, "--json"))
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer["accounts"] == {
        "read": 3,
        "new": 3,
        "changed": 0,
        "unchanged": 0,
        "no_longer_published": 0,
    }
    assert answer["account_years"]["new"] == 9
    assert answer["entries"] == {
        "set": 4,
        "lower": 0,
        "allocate": 7,
        "import": 3,
        "surrender": 8,
        "reversal": 0,
    }
    assert answer["phases"][0] == {
        "phase": "2005-07",
        "allocated": "770",
        "surrendered": "655",
        "verified": "265",
        "posted_allocated": "770",
        "posted_inflow": "35",
        "posted_surrendered": "655",
        "undone_allocated": "0",
        "undone_inflow": "0",
        "undone_surrendered": "0",
    }
    assert {one["kind"]: one["count"] for one in answer["warnings"]} == {
        "cell_says_excluded": 1,
        "cell_says_not_calculated": 1,
        "cell_says_not_reported": 1,
        "compliance_code_opaque": 1,
    }
    assert "核对账户年度: 9" in result.stderr
    assert "记入账册: 9 / 9" in result.stderr


def test_the_answer_for_people_says_what_was_done(call: Any, tmp_path: Path) -> None:
    folder = small_extract().write(tmp_path / "extract")
    assert "试运行：什么也没有写入。" in call(*importing(folder, "--dry-run")).stdout
    assert "已导入，为第 1 版。" in call(*importing(folder)).stdout
    again = call(*importing(folder), language="en").stdout
    assert "nothing was posted" in again
    changed = small_extract().year("AT-1", 2006, allocated=99).write(tmp_path / "extract")
    answer = call(*importing(changed), language="en").stdout
    assert "Imported as edition 2." in answer
    assert "AllowanceInAllocation" in answer


def test_a_correction_is_reported_cell_by_cell(call: Any, tmp_path: Path) -> None:
    call(*importing(small_extract().write(tmp_path / "extract")))
    folder = small_extract().year("AT-1", 2006, allocated=99).write(tmp_path / "extract")
    answer = json.loads(call(*importing(folder, "--json")).stdout)
    assert answer["corrected"] == [
        {
            "account": "AT-1",
            "year": 2006,
            "column": "AllowanceInAllocation",
            "before": "100",
            "after": "99",
        }
    ]
    assert answer["corrected_count"] == 1
    assert answer["phases"][0]["undone_allocated"] == "150"
    assert answer["phases"][0]["posted_allocated"] == "149"


def test_bad_input_is_a_problem_with_row_column_code_and_both_sentences(
    call: Any, tmp_path: Path
) -> None:
    made = small_extract()
    made.years["AT-1", 2005]["UnitsSurrendered"] = "1e400"
    folder = made.write(tmp_path / "extract")
    result = call(*importing(folder, "--json"), language="en")
    assert result.exit_code == 2
    problem = json.loads(result.stdout)
    assert list(problem) == ["type", "title", "detail", "errors"]
    (error,) = problem["errors"]
    assert error["at"] == "account_years.csv:2:UnitsSurrendered"
    assert (error["file"], error["row"], error["column"]) == (
        "account_years.csv",
        2,
        "UnitsSurrendered",
    )
    assert error["code"] == "number_exponent"
    assert "exponent" in error["message"]
    assert error["message"] == error["message_en"]
    assert "指数" in error["message_zh"]
    result = call(*importing(folder))
    assert result.exit_code == 2
    assert "account_years.csv:2:UnitsSurrendered" in result.stderr
    assert result.stdout == ""


def test_an_unknown_scheme_is_a_problem(call: Any, tmp_path: Path) -> None:
    folder = small_extract().write(tmp_path / "extract")
    for words in (
        ("import", "registry-extract", str(folder), "--scheme", "nowhere", "--json"),
        ("report", "reconciliation", "--scheme", "nowhere", "--json"),
    ):
        result = call(*words)
        assert result.exit_code == 2
        assert json.loads(result.stdout)["errors"][0]["code"] == "scheme_unknown"


def test_reconciliation_answers_even_where_it_disagrees(call: Any, tmp_path: Path) -> None:
    made = small_extract().year("AT-1", 2005, sum_surrendered=81, sum_verified=80)
    made.year("AT-1", 2007, code="B")
    call(*importing(made.write(tmp_path / "extract")))
    result = call("report", "reconciliation", "--scheme", "eu-ets", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "compared": {
            "surrendered": 1,
            "verified": 1,
            "status": 1,
            "status_A": 1,
            "status_B": 0,
            "status_ledger": 6,
        },
        "agree": {
            "surrendered": 0,
            "verified": 1,
            "status": 1,
            "status_A": 1,
            "status_B": 0,
            "status_ledger": 6,
        },
        "disagree": [
            {
                "account": "AT-1",
                "year": 2005,
                "what": "surrendered",
                "published": "81",
                "computed": "80",
            }
        ],
    }
    text = call("report", "reconciliation", "--scheme", "eu-ets", language="en").stdout
    assert "Account-years that disagree" in text


def run_apart(
    url: str, folder: Path, *options: str, file_size: int | None = None
) -> subprocess.CompletedProcess[str]:
    """Call the command in a process of its own, whose files may not grow beyond ``file_size``."""
    program = "import sys; from web.cli.main import main; main(sys.argv[1:])"
    if file_size is not None:
        program = (
            "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
            f"resource.setrlimit(resource.RLIMIT_FSIZE, ({file_size}, {file_size})); {program}"
        )
    return subprocess.run(
        [sys.executable, "-c", program, *importing(folder, *options)],
        cwd=PROJECT,
        env={**os.environ, "ECORIGHTS_DATABASE_URL": url, "ECORIGHTS_LANGUAGE": "en"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_files_that_cannot_grow_stop_the_import_with_a_sentence(
    sqlite_url: str, tmp_path: Path
) -> None:
    folder = many_accounts(60).write(tmp_path / "extract")
    database = Path(sqlite_url.removeprefix("sqlite:///"))
    stopped = run_apart(sqlite_url, folder, "--json", file_size=database.stat().st_size + 65536)
    assert stopped.returncode == 2
    assert "Traceback" not in stopped.stderr
    problem = json.loads(stopped.stdout)
    assert problem["errors"][0]["code"] in ("database_failed", "storage_is_full")
    done = run_apart(sqlite_url, folder, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["account_years"]["read"] == 60 * 18


# The kernel's own mark of this program: ``ru_maxrss`` would begin with the size of the tests that
# started it.
PEAK = """
import sys
from web.cli.main import main
main(sys.argv[1:], standalone_mode=False)
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM:")))
"""


@pytest.mark.parametrize("options", [("--dry-run",), ()])
def test_memory_does_not_grow_with_the_file(
    sqlite_template: Any, tmp_path: Path, options: tuple[str, ...]
) -> None:
    peaks = []
    for accounts in (250, 1500):
        place = tmp_path / str(accounts)
        place.mkdir()
        folder = many_accounts(accounts).write(place / "extract", compressed=True)
        done = subprocess.run(
            [sys.executable, "-c", PEAK, *importing(folder, *options)],
            cwd=PROJECT,
            env={**os.environ, "ECORIGHTS_DATABASE_URL": sqlite_template.copy_into(place)},
            capture_output=True,
            text=True,
            check=True,
        )
        peaks.append(int(done.stdout.split()[-1]) // 1024)
    # The page caches of the two databases fill up to their limits and no further.
    assert peaks[1] < 300
    assert peaks[1] - peaks[0] < 60, peaks
