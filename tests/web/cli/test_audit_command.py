"""``ecorights audit``: what it says of a clean ledger and of one that was tampered with."""

import json
from datetime import date

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text

from ledger.core.differences import KEPT_PER_CODE, AuditCode, Difference
from ledger.core.guards import GUARDED_TABLES
from ledger.core.moves import EntryKind
from tests.support.small_record import SmallRecord, entry_of, make_record, post_well
from web.cli.auditing import in_words
from web.cli.main import main


@pytest.fixture
def record(engine: Engine) -> SmallRecord:
    r = make_record(engine)
    post_well(
        engine,
        *(
            entry_of(EntryKind.IMPORT, f"i{n}", (r.outside(), r.holding(0), 10))
            for n in range(KEPT_PER_CODE + 5)
        ),
    )
    return r


def asked(engine: Engine, *options: str, language: str = "zh") -> Result:
    environment = {
        "ECORIGHTS_DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "ECORIGHTS_LANGUAGE": language,
    }
    return CliRunner().invoke(main, ["audit", *options], env=environment)


def tamper(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        for table in GUARDED_TABLES:
            if engine.dialect.name == "postgresql":
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            else:
                connection.execute(text(f"DROP TRIGGER {table}_no_update"))
        connection.execute(text(statement))


def test_a_clean_ledger_is_said_to_be_clean_and_ends_with_0(
    engine: Engine, record: SmallRecord
) -> None:
    chinese, english = asked(engine), asked(engine, language="en")
    assert (chinese.exit_code, english.exit_code) == (0, 0)
    assert chinese.stdout.splitlines() == [
        "已复算：凭证 105，分录行 105，科目 2，品种 4，结账月份 0。",
        "全部相符。",
    ]
    assert english.stdout.splitlines() == [
        "Recounted: entries 105, transfers 105, positions 2, assets 4, closed months 0.",
        "Everything agrees.",
    ]


def test_a_difference_is_named_and_ends_with_1(engine: Engine, record: SmallRecord) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE position SET credits = credits + 1 WHERE id = 2"))
    chinese, english = asked(engine), asked(engine, language="en")
    assert (chinese.exit_code, english.exit_code) == (1, 1)
    assert "科目 2 的累计转入按分录应为 1,050，记为 1,051。" in chinese.stdout
    assert "不符 3 处：" in chinese.stdout
    assert "The credits of position 2 add up to 1,050; 1,051 is written." in english.stdout
    assert "asset_not_zero: 1" in english.stdout


def test_json_holds_the_same(engine: Engine, record: SmallRecord) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE position SET credits = credits + 1 WHERE id = 2"))
    answer = asked(engine, "--json")
    document = json.loads(answer.stdout)
    assert answer.exit_code == 1
    assert document["clean"] is False
    assert document["counted"]["entries"] == 105
    assert document["counts"] == {
        "credits_differ_from_journal": 1,
        "asset_not_zero": 1,
        "cell_not_balanced": 1,
    }
    assert document["differences"][0] == {
        "code": "credits_differ_from_journal",
        "what": {"position": 2},
        "expected": 1050,
        "found": 1051,
        "message": document["differences"][0]["message"],
    }
    assert "科目 2" in document["differences"][0]["message"]


def test_many_of_a_kind_are_listed_in_part_and_counted_in_full(
    engine: Engine, record: SmallRecord
) -> None:
    tamper(engine, "UPDATE entry SET late = true")
    answer = asked(engine, language="en")
    assert "Differences: 105" in answer.stdout
    assert answer.stdout.splitlines()[-1] == "  5 more of this kind."
    document = json.loads(asked(engine, "--json").stdout)
    assert document["counts"] == {"late_flag_wrong": 105}
    assert len(document["differences"]) == KEPT_PER_CODE


def test_a_database_that_is_not_there_ends_with_2(sqlite_engine: Engine) -> None:
    missing = sqlite_engine.url.render_as_string(hide_password=False) + ".missing"
    answer = CliRunner().invoke(main, ["audit"], env={"ECORIGHTS_DATABASE_URL": missing})
    assert answer.exit_code == 2


@pytest.mark.parametrize("code", AuditCode)
def test_each_difference_can_be_said_in_both_languages(code: AuditCode) -> None:
    """With nothing where nothing was found; numbers of entries and positions stay ungrouped:
    nobody looks for entry 12,345."""
    numbers = ("entry", "position", "asset", "cell", "scheme", "reverses")
    what = dict.fromkeys(numbers, 12345)
    others = {"line": 1, "kind": "hold", "month": date(2026, 5, 31)}
    difference = Difference(code, {**what, **others}, None, None)
    chinese, english = in_words(difference, "zh"), in_words(difference, "en")
    assert chinese != english
    assert "{" not in chinese + english
    assert "12,345" not in chinese + english
