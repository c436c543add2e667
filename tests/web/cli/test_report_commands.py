"""``ecorights report statement | trial-balance | balance-sheet`` on the invented year."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook
from sqlalchemy import Engine

from ledger.core.audit import audit
from ledger.core.database import reading
from ledger.demonstration.loading import load_demonstration
from ledger.reports.accounts import list_accounts
from web.cli.main import main


@pytest.fixture
def year(sqlite_engine: Engine) -> Engine:
    assert load_demonstration(sqlite_engine)
    return sqlite_engine


def report(engine: Engine, *arguments: str, language: str = "zh") -> Result:
    environment = {
        "ECORIGHTS_DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "ECORIGHTS_LANGUAGE": language,
    }
    return CliRunner().invoke(main, ["report", *arguments], env=environment)


def irrigation(engine: Engine) -> str:
    with reading(engine) as session:
        (account,) = list_accounts(session, search="教来河").accounts
    return account.number


def test_the_invented_year_is_clean(year: Engine) -> None:
    with reading(year) as session:
        assert audit(session).clean


def test_the_trial_balance_is_zero_for_each_asset(year: Engine) -> None:
    document = json.loads(report(year, "trial-balance", "--json").stdout)
    assert len(document["assets"]) == 9
    assert {each["difference"] for each in document["assets"]} <= {"0", "0.000"}
    one = json.loads(report(year, "trial-balance", "--json", "--scheme", "nm-carbon").stdout)
    assert [each["asset"] for each in one["assets"]] == ["nm-carbon-2025"]
    kinds = {each["kind"]: each["balance"] for each in one["assets"][0]["kinds"]}
    assert kinds["source"] == "-1500000"
    text = report(year, "trial-balance").stdout
    assert "每个品种借贷相等 ✓" in text
    assert "Debits equal credits" in report(year, "trial-balance", language="en").stdout


def test_the_balance_sheet_of_a_zone_is_text_json_csv_and_excel(
    year: Engine, tmp_path: Path
) -> None:
    asked = ("balance-sheet", "--zone", "150525101", "--from", "2026-01-01", "--to", "2026-12-31")
    document = json.loads(report(year, *asked, "--json").stdout)
    (water,) = document["assets"]
    states = {each["state"]: each for each in water["states"]}
    assert states["held"]["closing"] == "974.25"
    assert states["used"]["closing"] == "1925.75"
    assert states["tolerated"]["closing"] == "-30"
    assert {"kind": "transfer", "reversal": False, "across_border": True, "amount": "150"} in (
        states["held"]["reductions"]
    )
    text = report(year, *asked).stdout
    assert "减：转让（跨区域）" in text
    assert text.count("期初 + 增加 − 减少 = 期末 ✓") == 1
    rows = list(csv.reader(io.StringIO(report(year, *asked, "--format", "csv").stdout)))
    assert rows[0] == ["状态", "项目", "数量"]
    assert ["", "期末", "974.25"] in rows
    book = tmp_path / "sheet.xlsx"
    assert report(year, *asked, "--format", "xlsx", "--output", str(book)).exit_code == 0
    cells = [cell.value for row in load_workbook(book).worksheets[0].rows for cell in row]
    assert "974.25" in cells
    assert report(year, *asked, "--format", "xlsx").exit_code == 2


def test_one_asset_can_be_chosen(year: Engine) -> None:
    asked = ("balance-sheet", "--from", "2026-01-01", "--json", "--asset", "nm-carbon-2025")
    document = json.loads(report(year, *asked).stdout)
    assert [each["asset"] for each in document["assets"]] == ["nm-carbon-2025"]
    assert document["assets"][0]["ties"] is True


def test_the_statement_runs_and_closes(year: Engine) -> None:
    number = irrigation(year)
    document = json.loads(report(year, "statement", "--account", number, "--json").stdout)
    (held,) = document["positions"]
    assert [line["balance"] for line in held["lines"]] == [
        "3100",
        "2950",
        "2129.5",
        "1024.25",
        "974.25",
    ]
    text = report(year, "statement", "--account", number, language="en").stdout
    assert "Baxiantong Town · Farming" in text
    part = json.loads(
        report(
            year,
            *("statement", "--account", number, "--from", "2026-05-01", "--to", "2026-05-31"),
            "--json",
        ).stdout
    )
    assert (part["positions"][0]["opening"], part["positions"][0]["closing"]) == ("2950", "2129.5")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("statement", "--account", "NM-100-1-0-36"), "account_number_check_digits_wrong"),
        (("statement", "--account", "nonsense"), "account_number_shape_wrong"),
        (("statement", "--account", "NM-100-999-0-91"), "account_not_found"),
        (("balance-sheet", "--zone", "1", "--from", "2026-01-01"), "report_zone_unknown"),
        (("balance-sheet", "--asset", "gold", "--from", "2026-01-01"), "asset_unknown"),
        (
            ("balance-sheet", "--from", "2026-02-01", "--to", "2026-01-01"),
            "period_runs_backward",
        ),
    ],
)
def test_what_cannot_be_reported_is_said_by_name(
    year: Engine, arguments: tuple[str, ...], code: str
) -> None:
    answer = report(year, *arguments, "--json")
    assert answer.exit_code == 2
    (error,) = json.loads(answer.stdout)["errors"]
    assert error["code"] == code
    plain = report(year, *arguments, language="en")
    assert plain.exit_code == 2
    assert not any("\u4e00" <= sign <= "\u9fff" for sign in plain.stderr)


def test_names_that_look_like_formulas_stay_text(tmp_path: Path) -> None:
    from web.tables import Column, Table, as_csv, write_xlsx

    table = Table("t", (Column("name"), Column("n", number=True)), (("=1+1", "-5"),))
    assert as_csv([table]).splitlines()[1] == "'=1+1,-5"
    write_xlsx([table], tmp_path / "t.xlsx")
    cell = load_workbook(tmp_path / "t.xlsx").worksheets[0]["A2"]
    assert (cell.data_type, cell.value) == ("s", "=1+1")
