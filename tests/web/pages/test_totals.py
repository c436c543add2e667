"""The totals on the invented year: the tree of zones, the identity, and where figures lead."""

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from ledger.compliance.status import Status
from ledger.core.clock import now_at
from ledger.core.database import run
from ledger.demonstration.loading import load_demonstration
from ledger.refusals import Refused
from ledger.registry.zones import ensure_cell, ensure_zone
from ledger.rights.cny import CNY
from ledger.rights.eu_ets import EU_ETS
from ledger.rights.schemes import find_scheme, open_scheme
from ledger.totals.acts import Act
from ledger.totals.desk import set_total
from ledger.totals.figures import TotalState
from market.limit_registry import LimitDefinition, open_group, open_limit
from market.limits import RoomState, set_limit
from market.venue_terms import LimitKind
from web.app import create_app
from web.total_rows import STATE_LOOKS
from web.words import COMPLIANCE_WORDS, TOTAL_STATE_WORDS

LATE_IN_THE_YEAR = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
WATER = "asset=nm-water-2026"


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


def test_the_identity_is_written_out_and_holds(stranger: FlaskClient) -> None:
    page = words(stranger.get(f"/totals?{WATER}").text)
    assert (
        "下达 12,120 = 余量 3,580 + 持有 2,242.9 + 已使用 6,327.1 − 超出总量 30 万立方米 "
        "✓ 账面相等" in page
    )


def test_what_came_in_from_another_zone_stands_in_its_identity(stranger: FlaskClient) -> None:
    park = words(stranger.get(f"/totals/150525P?{WATER}").text)
    assert "下达 650 + 净流入 150 = 余量 230 + 持有 192 + 已使用 378" in park
    gave = words(stranger.get(f"/totals/150525101?{WATER}").text)
    assert "下达 3,020 − 净流出 150 = 余量 0 + 持有 974.25 + 已使用 1,925.75 − 超出总量 30" in gave


def test_zones_that_are_tight_are_named_on_top(stranger: FlaskClient) -> None:
    page = words(stranger.get(f"/totals?{WATER}").text)
    assert "✗ 超出总量 八仙筒镇 · 农业 30 万立方米 ✗ 已满 治安镇 · 农业" in page
    assert "已满" not in words(stranger.get(f"/totals/150525102?{WATER}").text)


def test_the_rows_under_a_zone_add_up_to_its_own(stranger: FlaskClient) -> None:
    rows = json.loads(stranger.get(f"/totals.json?{WATER}").text)["rows"]
    for name in ("set", "issued", "held", "used", "room", "tolerated"):
        [top] = [row for row in rows if row["depth"] == 0]
        below = [Decimal(row[name]) for row in rows if row["depth"] == 1]
        assert Decimal(top[name]) == sum(below), name
        town = [row for row in rows if row["zone"] == "150525100"]
        assert Decimal(town[0][name]) == sum(Decimal(row[name]) for row in town[1:]), name
    assert all(row["ties"] for row in rows)


def test_only_columns_with_a_figure_are_shown(stranger: FlaskClient) -> None:
    water = stranger.get(f"/totals?{WATER}").text
    assert "已清缴" not in water
    assert "已使用" in water
    carbon = stranger.get("/totals?asset=nm-carbon-2025").text
    assert "已清缴" in carbon
    assert "已使用" not in carbon
    index = stranger.get("/totals?asset=nm-cod-index-2027").text
    assert "已启用" in index
    # Out of an index nothing is issued, and nobody holds any of it.
    assert '<th scope="col" class="number">已核发</th>' not in index


def test_the_way_down_and_the_tabs_keep_the_zone(stranger: FlaskClient) -> None:
    page = stranger.get("/totals/150525100?asset=nm-cod-2026-2030").text
    assert 'href="/totals/150525?asset=nm-cod-2026-2030"' in page
    assert 'href="/totals/150525100?asset=nm-cod-index-2030"' in page
    assert 'href="/totals/150525100?asset=nm-water-2026"' in page
    # Without a right the first one that has the zone is shown.
    assert "化学需氧量" in stranger.get("/totals/150525100").text


def test_a_zone_without_a_total_says_so(stranger: FlaskClient) -> None:
    page = stranger.get("/totals/150525104?asset=nm-carbon-2025").text
    assert "本区域尚未下达总量" in page
    assert "导出" not in page


@pytest.mark.parametrize(
    "address",
    [
        "/totals/nowhere",
        "/totals/150525?asset=nm-water-2031",
        "/totals/XLH?asset=nm-water-2026",
        "/totals?asset=nm-cash",
        "/totals.csv?zone=nowhere",
        f"/totals.pdf?{WATER}",
    ],
)
def test_what_is_not_there_is_not_found(stranger: FlaskClient, address: str) -> None:
    assert stranger.get(address).status_code == 404


def test_a_past_day_shows_the_totals_of_that_day(stranger: FlaskClient) -> None:
    page = words(stranger.get(f"/totals?{WATER}&on=2026-01-10").text)
    assert "本页数字截至 2026-01-10，不是今天" in page
    assert "下达 12,000 = 余量 12,000" in page
    assert stranger.get(f"/totals?{WATER}&on=2026-11-25").status_code == 400


def test_staff_are_led_to_entries_and_holders_and_strangers_are_not(
    staff: FlaskClient, stranger: FlaskClient
) -> None:
    address = f"/totals/150525104?{WATER}"
    page = staff.get(address).text
    assert "示例治安灌区管理所" in page
    assert 'href="/totals/150525104?asset=nm-water-2026#accounts"' in page
    [cell] = set(re.findall(r'href="(/accounts/NM-300[^"]+)">1,100', page))
    assert "分解总量" in staff.get(cell).text
    public = stranger.get(address).text
    assert "/accounts" not in public
    assert "示例治安" not in public


def test_holders_are_not_shown_beside_figures_of_the_past(staff: FlaskClient) -> None:
    assert "示例治安灌区管理所" not in staff.get(f"/totals/150525104?{WATER}&on=2026-05-01").text


def test_the_export_has_every_level(stranger: FlaskClient) -> None:
    table = stranger.get(f"/totals.csv?{WATER}&zone=150525100&lang=en").text
    assert 'Farming,"2,600",' in table
    assert "Households" in table
    assert "Xinzhen" not in table
    book = load_workbook(BytesIO(stranger.get(f"/totals.xlsx?{WATER}").data))
    cells = [cell.value for row in book.worksheets[0].rows for cell in row]
    assert "\N{IDEOGRAPHIC SPACE}\N{IDEOGRAPHIC SPACE}农业" in cells


def test_before_any_total_is_set_the_page_says_so(sqlite_engine: Engine) -> None:
    client = create_app(sqlite_engine).test_client()
    assert "尚未下达任何总量" in client.get("/totals").text
    assert client.get("/totals/150525").status_code == 404
    assert client.get("/totals.csv").status_code == 404


def test_a_page_asks_the_same_few_questions_however_many_zones(sqlite_engine: Engine) -> None:
    def open_countries(count: int) -> None:
        run(sqlite_engine, lambda session: _open_countries(session, count))

    def questions(address: str) -> int:
        asked: list[str] = []
        client = create_app(
            sqlite_engine, demonstration=True, now=lambda: LATE_IN_THE_YEAR
        ).test_client()

        def count(*seen: Any) -> None:
            asked.append(seen[2])

        event.listen(sqlite_engine, "after_cursor_execute", count)
        try:
            assert client.get(address).status_code == 200
        finally:
            event.remove(sqlite_engine, "after_cursor_execute", count)
        return len(asked)

    open_countries(2)
    few = [questions(address) for address in ("/", "/totals", "/totals/Z1")]
    open_countries(40)
    assert [questions(address) for address in ("/", "/totals", "/totals/Z1")] == few


def _open_countries(session: Session, count: int) -> None:
    scheme = open_scheme(session, EU_ETS)
    asset = scheme.assets["eu-ets-2021-30"]
    now = now_at(LATE_IN_THE_YEAR)
    for number in range(count):
        zone = ensure_zone(session, "countries", f"Z{number}", f"示例国 {number}", f"Land {number}")
        act = Act(f"test:{count}:{number}", date(2026, 1, 4), "test", "test", "test")
        set_total(session, asset.id, ensure_cell(session, zone), 1000, act, now)


def test_several_countries_are_summed_in_a_row_of_their_own(sqlite_engine: Engine) -> None:
    run(sqlite_engine, lambda session: _open_countries(session, 3))
    client = create_app(sqlite_engine, now=lambda: LATE_IN_THE_YEAR).test_client()
    for address in ("/?lang=en", "/totals?lang=en"):
        page = words(client.get(address).text)
        assert re.search(r"Land 0 1,000 .* Land 2 1,000 .* Total 3,000 ", page), address


def test_what_a_zone_divided_is_what_it_did_not_keep(stranger: FlaskClient) -> None:
    rows = json.loads(stranger.get(f"/totals.json?{WATER}").text)["rows"]
    top, kept = rows[0], rows[1]
    assert (top["row"], top["set"], top["divided"]) == ("zone", "12120", "11270")
    assert (kept["row"], kept["set"], kept["divided"], kept["room"]) == ("kept", "850", "0", "850")


def test_every_state_has_its_word_and_its_mark() -> None:
    assert set(TOTAL_STATE_WORDS) == set(STATE_LOOKS) == set(TotalState)
    assert set(COMPLIANCE_WORDS) == set(Status)


def _money_and_a_limit(session: Session) -> None:
    open_scheme(session, CNY)
    carbon = find_scheme(session, "nm-carbon")
    assert carbon is not None
    now = now_at(LATE_IN_THE_YEAR)
    asset = carbon.assets["nm-carbon-2025"].id
    new = LimitDefinition("example", LimitKind.HOLDING, (asset,), "限额（示例）", "Limit", "示例")
    limit = open_limit(session, new, now, "test")
    group = open_group(session, carbon.id, "example", "示例集团", now, "test")
    assert not isinstance(limit, Refused)
    assert not isinstance(group, Refused)
    act = Act("limit:example", now.today, "test", "test", "test")
    assert isinstance(set_limit(session, limit, group.id, 1000, act, now), RoomState)


def test_money_and_limits_of_companies_are_no_totals(year: Engine) -> None:
    client = create_app(year, now=lambda: LATE_IN_THE_YEAR).test_client()
    asked = ("/totals", "/totals?asset=nm-carbon-2025", "/?class=carbon", "/totals.json")
    before = [client.get(address).text for address in asked]
    run(year, _money_and_a_limit)
    assert [client.get(address).text for address in asked] == before
    for code in ("CNY", "limit:example"):
        assert client.get(f"/totals?asset={code}").status_code == 404
