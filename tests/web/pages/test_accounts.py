"""The account pages on the invented year: what they say, whom they let in, what they export."""

import json
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import Engine

from ledger.demonstration.loading import load_demonstration
from web.app import create_app


@pytest.fixture
def engine_of_the_year(sqlite_engine: Engine) -> Engine:
    assert load_demonstration(sqlite_engine)
    return sqlite_engine


@pytest.fixture
def staff(engine_of_the_year: Engine) -> FlaskClient:
    return create_app(engine_of_the_year, demonstration=True).test_client()


@pytest.fixture
def stranger(engine_of_the_year: Engine) -> FlaskClient:
    return create_app(engine_of_the_year).test_client()


def account_of(client: FlaskClient, holder: str, scheme: str) -> str:
    page = client.get("/accounts", query_string={"q": holder, "scheme": scheme}).text
    return page.split('href="/accounts/')[1].split('"')[0]


def test_accounts_are_found_by_name_and_scheme(staff: FlaskClient) -> None:
    page = staff.get("/accounts?q=热电&scheme=nm-carbon").text
    assert "示例热电厂" in page
    assert "示例水泥厂" not in page
    assert "共 1 个账户" in page
    assert "持有 5,000 吨二氧化碳当量" in page


def test_a_search_without_result_says_what_to_do(staff: FlaskClient) -> None:
    assert "没有符合条件的账户" in staff.get("/accounts?q=不存在的单位").text
    # What LIKE takes for wild cards is looked for as it stands.
    assert "没有符合条件的账户" in staff.get("/accounts?q=%25").text


def test_the_statement_runs_from_entry_to_entry(staff: FlaskClient) -> None:
    number = account_of(staff, "教来河", "nm-water")
    page = staff.get(f"/accounts/{number}").text
    for words in ("分配", "转让", "计量使用", "退回", "八仙筒镇 · 农业", "974.25"):
        assert words in page
    english = staff.get(f"/accounts/{number}?lang=en").text
    assert "Baxiantong Town · Farming" in english
    assert "计量使用" not in english


def test_the_days_of_a_statement_can_be_chosen(staff: FlaskClient) -> None:
    number = account_of(staff, "教来河", "nm-water")
    page = staff.get(f"/accounts/{number}?from=2026-04-01&to=2026-04-30").text
    assert "转让" in page
    assert "计量使用" not in page
    assert "3,100" in page  # brought forward
    assert "本期无变动" in staff.get(f"/accounts/{number}?from=2025-01-01&to=2025-12-31").text


def test_the_statement_is_exported_with_the_same_figures(staff: FlaskClient) -> None:
    number = account_of(staff, "教来河", "nm-water")
    document = json.loads(staff.get(f"/accounts/{number}/statement.json").text)
    assert document["closing"] == "974.25"
    assert [line["out"] for line in document["lines"]] == ["0", "150", "820.5", "1105.25", "50"]
    table = staff.get(f"/accounts/{number}/statement.csv").text
    assert table.startswith("\ufeff日期,记账时间")
    assert "974.25" in table
    book = load_workbook(BytesIO(staff.get(f"/accounts/{number}/statement.xlsx").data))
    cells = [cell.value for row in book.worksheets[0].rows for cell in row]
    assert "示例热电厂" in cells


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-13-01",
        "from=31.12.2026",
        "to=20260101",
        "after=1.2",
        "after=x.y.z",
        "from=0001-01-01",
    ],
)
def test_an_address_that_makes_no_sense_is_refused(staff: FlaskClient, query: str) -> None:
    number = account_of(staff, "教来河", "nm-water")
    assert staff.get(f"/accounts/{number}?{query}").status_code == 400


def test_a_position_of_another_account_is_not_shown(staff: FlaskClient) -> None:
    number = account_of(staff, "教来河", "nm-water")
    assert staff.get(f"/accounts/{number}?position=999999").status_code == 404
    assert staff.get("/accounts/NM-100-1-0-36").status_code == 404
    assert staff.get(f"/accounts/{number}/statement.pdf").status_code == 404


def test_strangers_see_no_accounts(stranger: FlaskClient, staff: FlaskClient) -> None:
    number = account_of(staff, "教来河", "nm-water")
    for path in ("/accounts", f"/accounts/{number}", f"/accounts/{number}/statement.csv"):
        assert stranger.get(path).status_code == 404


def test_the_balance_sheet_of_a_zone_ties(stranger: FlaskClient) -> None:
    page = stranger.get("/reports?zone=naiman:150525101&from=2026-01-01&to=2026-09-30").text
    assert "期初 + 增加 − 减少 = 期末" in page
    assert "≠" not in page
    assert "用水权 2026 年（万立方米）" in page


def test_the_balance_sheet_is_exported(stranger: FlaskClient) -> None:
    query = "?zone=naiman:150525&from=2026-01-01&to=2026-09-30"
    document = json.loads(stranger.get(f"/reports/balance-sheet.json{query}").text)
    assert all(each["ties"] for each in document["assets"])
    water = next(each for each in document["assets"] if each["asset"] == "nm-water-2026")
    held = next(each for each in water["states"] if each["state"] == "held")
    assert held["closing"] == "2242.9"
    assert stranger.get(f"/reports/balance-sheet.csv{query}").status_code == 200
    assert stranger.get(f"/reports/balance-sheet.doc{query}").status_code == 404


def test_a_period_that_runs_backward_is_said(stranger: FlaskClient) -> None:
    page = stranger.get("/reports?from=2026-09-01&to=2026-01-01").text
    assert "首日晚于末日" in page
    assert (
        stranger.get("/reports/balance-sheet.csv?from=2026-09-01&to=2026-01-01").status_code == 400
    )
    assert stranger.get("/reports?zone=naiman:1").status_code == 404


def test_the_year_is_loaded_once(sqlite_engine: Engine, tmp_path: Path) -> None:
    assert load_demonstration(sqlite_engine)
    assert not load_demonstration(sqlite_engine)
