"""The overview on the invented year: the figures of each right, for everybody."""

import json
import re
from datetime import UTC, datetime
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import Engine

from ledger.core.database import run
from ledger.demonstration.loading import load_demonstration
from ledger.rights.cny import CNY
from ledger.rights.nm_water import NM_WATER
from ledger.rights.schemes import open_scheme
from web.app import create_app

LATE_IN_THE_YEAR = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)


@pytest.fixture
def year(sqlite_engine: Engine) -> Engine:
    """The loaded year."""
    assert load_demonstration(sqlite_engine)
    return sqlite_engine


@pytest.fixture
def stranger(year: Engine) -> FlaskClient:
    """One of the public, late in the year."""
    return create_app(year, now=lambda: LATE_IN_THE_YEAR).test_client()


@pytest.fixture
def staff(year: Engine) -> FlaskClient:
    """The demonstration's staff."""
    return create_app(year, demonstration=True, now=lambda: LATE_IN_THE_YEAR).test_client()


def words(page: str) -> str:
    """The words of a page without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_first_page_opens_with_the_first_class_that_there_is(stranger: FlaskClient) -> None:
    page = words(stranger.get("/").text)
    assert "化学需氧量排污权 2026—2030 年" in page
    assert "二氧化硫排污权 2026—2030 年" in page
    assert "用水权 2026 年" not in page
    for tab in ("排污权", "水权", "碳"):
        assert tab in page
    # Classes without a scheme have no tab.
    assert "林权" not in page


def test_the_tiles_tell_what_was_set_issued_left_and_used(stranger: FlaskClient) -> None:
    page = words(stranger.get("/?class=water").text)
    assert "下达总量 12,120 万立方米" in page
    assert "已核发 8,570 万立方米 占总量 70.7%" in page
    assert "余量 3,580 万立方米" in page
    assert "已使用 6,327.1 万立方米" in page


def test_each_zone_stands_in_a_row_with_its_state_in_words(stranger: FlaskClient) -> None:
    page = words(stranger.get("/?class=water").text)
    assert "治安镇 1,100 1,100 1,015.75 0 100.0% ✗ 已满" in page
    assert "新镇 900 800 512 100 88.8% ! 关注" in page
    assert "青龙山镇 1,700 0 0 1,700 0.0% ✓ 正常" in page
    english = words(stranger.get("/?class=water&lang=en").text)
    assert "Xinzhen Town 900 800 512 100 88.8% ! Watch" in english


def test_zones_without_a_total_are_named_and_not_shown_as_zero(stranger: FlaskClient) -> None:
    page = words(stranger.get("/?class=carbon").text)
    assert "尚未下达总量的区域： 八仙筒镇 青龙山镇 新镇 治安镇" in page
    assert "八仙筒镇 0" not in page


def test_a_right_of_five_years_shows_the_yearly_totals_it_counts_in(stranger: FlaskClient) -> None:
    page = words(stranger.get("/?class=discharge").text)
    assert "占用下列年度总量指标" in page
    for year in range(2026, 2031):
        assert f"{year} 480.000 340.000 140.000 70.8% ✓ 正常" in page


def test_what_is_surrendered_comes_with_who_met_the_duty(stranger: FlaskClient) -> None:
    page = words(stranger.get("/?class=carbon").text)
    assert "已清缴 1,310,000 吨二氧化碳当量" in page
    assert "履约（至 2025 年度） ✓ 已足额 1 ✗ 未足额 1 ! 未报告 1" in page
    # Nothing of the kind is known of a past day.
    assert "履约" not in words(stranger.get("/?class=carbon&on=2026-03-01").text)


def test_a_past_day_shows_that_days_figures_and_says_so(stranger: FlaskClient) -> None:
    page = words(stranger.get("/?class=water&on=2026-01-31").text)
    assert "本页数字截至 2026-01-31，不是今天" in page
    assert "下达总量 12,000 万立方米" in page
    assert "已使用 0 万立方米" in page
    assert "不是今天" not in stranger.get("/?class=water&on=2026-11-24").text


@pytest.mark.parametrize(
    ("query", "status"),
    [("on=2026-11-25", 400), ("on=1", 400), ("class=forest", 404), ("class=%00", 400)],
)
def test_an_address_that_makes_no_sense_is_refused(
    stranger: FlaskClient, query: str, status: int
) -> None:
    assert stranger.get(f"/?{query}").status_code == status


def test_only_who_may_see_accounts_is_offered_to_search_them(
    stranger: FlaskClient, staff: FlaskClient
) -> None:
    assert 'action="/accounts"' in staff.get("/").text
    assert "/accounts" not in stranger.get("/").text
    assert 'type="search"' not in stranger.get("/").text


def test_the_export_has_the_figures_of_the_page(stranger: FlaskClient) -> None:
    document = json.loads(stranger.get("/overview.json?class=water").text)
    assert document["as_of"] == "2026-11-24"
    [water] = document["assets"]
    park = next(row for row in water["rows"] if row["zone"] == "150525P")
    assert (park["set"], park["issued"], park["room"], park["used"]) == ("650", "420", "230", "378")
    assert all(row["ties"] for row in water["rows"])
    table = stranger.get("/overview.csv?class=water&lang=en").text.splitlines()
    assert table[0].startswith("\ufeffZone code,Zone and use,Set,")
    assert any(line.startswith("150525104,\N{IDEOGRAPHIC SPACE}Zhi'an Town,") for line in table)
    book = load_workbook(BytesIO(stranger.get("/overview.xlsx?class=discharge").data))
    assert len(book.worksheets) == 2
    assert stranger.get("/overview.pdf").status_code == 404


def test_tables_of_one_file_have_one_heading(stranger: FlaskClient) -> None:
    table = stranger.get("/overview.csv?class=discharge").text.lstrip("\ufeff").splitlines()
    assert len({line.count(",") for line in table if '"' not in line}) == 1


def test_before_any_scheme_is_opened_the_page_says_so(sqlite_engine: Engine) -> None:
    client = create_app(sqlite_engine).test_client()
    assert "尚未启用任何制度" in client.get("/").text
    assert json.loads(client.get("/overview.json").text)["assets"] == []
    for layout in ("csv", "xlsx"):
        assert client.get(f"/overview.{layout}").status_code == 200


def test_a_scheme_without_a_total_says_so(sqlite_engine: Engine) -> None:
    run(sqlite_engine, lambda session: open_scheme(session, NM_WATER))
    page = create_app(sqlite_engine).test_client().get("/").text
    assert "奈曼旗水权" in page
    assert "本制度尚未下达总量" in page


def test_money_is_no_right_and_has_no_tab(year: Engine) -> None:
    run(year, lambda session: open_scheme(session, CNY))
    client = create_app(year, now=lambda: LATE_IN_THE_YEAR).test_client()
    for address in ("/", "/?class=carbon"):
        page = client.get(address).text
        assert "class=carbon" in page
        assert "class=money" not in page
    assert client.get("/?class=money").status_code == 404
    assert client.get("/overview.json?class=money").status_code == 404


def test_a_ledger_with_nothing_but_money_shows_no_right(sqlite_engine: Engine) -> None:
    run(sqlite_engine, lambda session: open_scheme(session, CNY))
    client = create_app(sqlite_engine).test_client()
    assert "交易资金" not in client.get("/").text
    assert json.loads(client.get("/overview.json").text)["class"] is None
