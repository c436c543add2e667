"""``ecorights report market-day``: the daily sheet as text, JSON, CSV; refusals with their figures."""

import json

import pytest
from click.testing import CliRunner, Result

from tests.support.market_floor import Floor, make_floor
from tests.support.market_venues import CONTINUOUS
from web.cli.main import main


@pytest.fixture
def floor(sqlite_engine: object) -> Floor:
    made = make_floor(sqlite_engine, CONTINUOUS)  # type: ignore[arg-type]
    made.fund("a1", units=1000)
    made.fund("b1", fen=10_000_000)
    made.place("a1", "sell", "300", "70.50")
    made.place("b1", "buy", "100", "70.50")
    return made


def report(floor: Floor, *arguments: str, language: str = "zh") -> Result:
    environment = {
        "ECORIGHTS_DATABASE_URL": floor.engine.url.render_as_string(hide_password=False),
        "ECORIGHTS_LANGUAGE": language,
    }
    return CliRunner().invoke(main, ["report", "market-day", *arguments], env=environment)


def test_the_sheet_is_text_json_and_csv(floor: Floor) -> None:
    text = report(floor, floor.venue.code).stdout
    assert "日行情" in text
    assert "昨收 70.00　开盘 70.50" in text
    document = json.loads(report(floor, floor.venue.code, "--json").stdout)
    assert (document["volume"], document["value"]) == ("100", "7050.00")
    assert document["by_mode"][0]["mode"] == "continuous"
    table = report(floor, floor.venue.code, "--format", "csv", language="en").stdout
    assert table.splitlines()[0] == "Way to trade,Trades,Volume,Turnover (CNY),Low,High,VWAP"


def test_a_day_is_asked_for_by_its_date(floor: Floor) -> None:
    document = json.loads(report(floor, floor.venue.code, "--day", "2026-11-16", "--json").stdout)
    assert (document["trades"], document["close"], document["by_mode"]) == (0, "70.00", [])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("nowhere",), "venue_not_found"),
        (("nm-carbon-2026-book", "--day", "2099-01-01"), "market_day_in_future"),
        (("nm-carbon-2026-book", "--day", "2026-11-13"), "market_day_before_opening"),
    ],
)
def test_what_is_not_there_is_a_problem_with_its_code(
    floor: Floor, arguments: tuple[str, ...], code: str
) -> None:
    answer = report(floor, *arguments, "--json")
    assert answer.exit_code == 2
    (error,) = json.loads(answer.stdout)["errors"]
    assert error["code"] == code
