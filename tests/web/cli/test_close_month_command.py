"""``ecorights close-month``: one month, several in order, and what a rule refuses."""

import json
from datetime import date

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from ledger.core.closing import closed_months
from ledger.core.database import reading
from ledger.core.moves import EntryKind
from tests.support.small_record import SmallRecord, entry_of, make_record, noon, post_well
from web.cli.main import main


@pytest.fixture
def record(engine: Engine) -> SmallRecord:
    r = make_record(engine)
    day = date(2024, 5, 10)
    line = (r.outside(), r.holding(0), 10)
    post_well(engine, entry_of(EntryKind.IMPORT, "i", line, on=day), now=noon(day))
    return r


def asked(engine: Engine, *arguments: str, language: str = "zh") -> Result:
    environment = {
        "ECORIGHTS_DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "ECORIGHTS_LANGUAGE": language,
    }
    return CliRunner().invoke(main, ["close-month", *arguments], env=environment)


def closed(engine: Engine, record: SmallRecord) -> list[date]:
    with reading(engine) as session:
        return [month.month_end for month in closed_months(session, record.scheme)]


def test_a_month_is_closed_once(engine: Engine, record: SmallRecord) -> None:
    first = asked(engine, "nm-cod", "2024-05", "--actor", "示例")
    assert (first.exit_code, first.stdout) == (0, "nm-cod 已结账至 2024-05-31（末笔凭证 1）。\n")
    again = asked(engine, "nm-cod", "2024-05", "--actor", "示例", language="en")
    assert again.exit_code == 0
    assert again.stdout == "nm-cod was closed through 31 May 2024 before (last entry 1).\n"
    assert closed(engine, record) == [date(2024, 5, 31)]


def test_several_months_are_closed_in_order(engine: Engine, record: SmallRecord) -> None:
    """The end of each month, whatever its length, a leap year's February too."""
    answer = asked(engine, "nm-cod", "2024-03", "--since", "2023-11", "--actor", "示例", "--json")
    document = json.loads(answer.stdout)
    assert answer.exit_code == 0
    assert [month["month_end"] for month in document["closed"]] == [
        "2023-11-30",
        "2023-12-31",
        "2024-01-31",
        "2024-02-29",
        "2024-03-31",
    ]
    assert document["refused"] is None


def test_the_first_refusal_ends_it_with_1_and_what_was_closed_stays_closed(
    engine: Engine, record: SmallRecord
) -> None:
    answer = asked(engine, "nm-cod", "2098-01", "--since", "2026-10", "--actor", "示例", "--json")
    document = json.loads(answer.stdout)
    assert answer.exit_code == 1
    assert document["refused"]["code"] == "month_not_over"
    assert [month["month_end"] for month in document["closed"]] == [
        str(day) for day in closed(engine, record)
    ]


@pytest.mark.parametrize(
    ("scheme", "said"),
    [("levitation", "levitation"), ("nm-water", "nm-water")],
    ids=["unknown", "shipped and never opened"],
)
def test_a_scheme_that_is_not_open_is_refused(
    engine: Engine, record: SmallRecord, scheme: str, said: str
) -> None:
    answer = asked(engine, scheme, "2024-05", "--actor", "示例")
    assert answer.exit_code == 1
    assert said in answer.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("nm-cod", "2024-05"),
        ("nm-cod", "2024-13", "--actor", "x"),
        ("nm-cod", "2024-05-31", "--actor", "x"),
        ("nm-cod", "2024-05", "--since", "2024-06", "--actor", "x"),
    ],
    ids=["nobody named", "no such month", "a day", "backwards"],
)
def test_arguments_that_make_no_sense_end_with_2(
    engine: Engine, record: SmallRecord, arguments: tuple[str, ...]
) -> None:
    assert asked(engine, *arguments).exit_code == 2
    assert closed(engine, record) == []
