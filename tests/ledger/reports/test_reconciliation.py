"""The ledger against the register: what is compared, what disagrees, and the published data."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from ledger.core.clock import now_at
from ledger.core.database import reading, run
from ledger.core.entries import Entry
from ledger.core.posting import post, posted, reversal_of
from ledger.imports.registry_extract import ImportReport, import_registry_extract
from ledger.refusals import Refused
from ledger.reports.reconciliation import Disagreement, ReconciliationReport, reconcile
from tests.support.ledger_content import balances, counts
from tests.support.made_extract import MadeExtract

NOW = now_at(datetime(2026, 6, 15, 4, 0, tzinfo=UTC))


def bring_in(engine: Engine, folder: Path) -> ImportReport:
    report = import_registry_extract(engine, folder, "eu-ets", NOW)
    assert isinstance(report, ImportReport), report
    return report


def compared(engine: Engine) -> ReconciliationReport:
    with reading(engine) as session:
        report = reconcile(session, "eu-ets")
    assert isinstance(report, ReconciliationReport)
    return report


def made() -> MadeExtract:
    made = MadeExtract()
    made.year(
        "AT-1", 2006, surrendered=10, verified=10, sum_surrendered=10, sum_verified=10, code="A"
    )
    made.year(
        "AT-1", 2007, surrendered=5, verified=9, sum_surrendered=15, sum_verified=19, code="B*"
    )
    # Another phase: the running totals begin anew.
    made.year("AT-1", 2008, surrendered=3, verified=2, sum_surrendered=3, sum_verified=2, code="A")
    return made


def test_running_totals_restart_with_each_phase(engine: Engine, tmp_path: Path) -> None:
    bring_in(engine, made().write(tmp_path / "extract"))
    report = compared(engine)
    assert report.compared == report.agree
    assert report.compared == {
        "surrendered": 3,
        "verified": 3,
        "status": 3,
        "status_A": 2,
        "status_B": 1,
        "status_ledger": 3,
    }
    assert report.disagree == []


def different_total(extract: MadeExtract) -> None:
    extract.year("AT-1", 2007, sum_surrendered=14)


def different_status(extract: MadeExtract) -> None:
    extract.year("AT-1", 2007, code="A")


def words_for_totals(extract: MadeExtract) -> None:
    extract.year("AT-1", 2006, sum_verified="Not Calculated")
    extract.year("AT-1", 2007, sum_surrendered="")


def missing_year(extract: MadeExtract) -> None:
    extract.year("AT-1", 2006, verified="Not Reported")


def opaque_codes(extract: MadeExtract) -> None:
    extract.year("AT-1", 2006, code="D*").year("AT-1", 2007, code="-").year("AT-1", 2008, code="C")


CASES: tuple[tuple[Callable[[MadeExtract], None], dict[str, int], list[Disagreement]], ...] = (
    (
        different_total,
        {"surrendered": 3, "verified": 3, "status": 3, "status_ledger": 3},
        [Disagreement("AT-1", 2007, "surrendered", "14", "15")],
    ),
    (
        different_status,
        {"status_A": 3, "status_B": 0},
        [
            Disagreement("AT-1", 2007, "status", "A", "B"),
            Disagreement("AT-1", 2007, "status_ledger", "A", "B"),
        ],
    ),
    (
        words_for_totals,
        {"surrendered": 2, "verified": 2, "status": 1, "status_ledger": 3},
        [],
    ),
    (
        missing_year,
        {"verified": 3, "status_ledger": 3},
        [
            Disagreement("AT-1", 2006, "verified", "10", "0"),
            Disagreement("AT-1", 2007, "verified", "19", "9"),
            Disagreement("AT-1", 2007, "status_ledger", "B", "A"),
        ],
    ),
    (
        opaque_codes,
        {"surrendered": 3, "verified": 3, "status": 0, "status_ledger": 0},
        [],
    ),
)


@pytest.mark.parametrize(
    ("change", "counted", "disagree"), CASES, ids=[case[0].__name__ for case in CASES]
)
def test_what_differs_is_listed_with_both_sides(
    engine: Engine,
    tmp_path: Path,
    change: Callable[[MadeExtract], None],
    counted: dict[str, int],
    disagree: list[Disagreement],
) -> None:
    extract = made()
    change(extract)
    bring_in(engine, extract.write(tmp_path / "extract"))
    report = compared(engine)
    assert report.disagree == disagree
    assert {what: report.compared[what] for what in counted} == counted
    for what in ("surrendered", "verified", "status", "status_ledger"):
        wrong = sum(one.what == what for one in disagree)
        assert report.agree[what] == report.compared[what] - wrong


def test_a_reversed_surrender_is_taken_off(engine: Engine, tmp_path: Path) -> None:
    bring_in(engine, made().write(tmp_path / "extract"))

    def undo(session: Session) -> None:
        entry_id = session.execute(
            text("SELECT id FROM entry WHERE key = :key"),
            {"key": "extract:eu-ets:1:AT-1:2007:surrender"},
        ).scalar_one()
        entry = reversal_of(session, entry_id, key="undo", business_date=date(2026, 6, 1))
        assert isinstance(entry, Entry)
        posted(post(session, [entry], NOW)[0])

    run(engine, undo)
    assert compared(engine).disagree == [Disagreement("AT-1", 2007, "surrendered", "15", "10")]


@pytest.mark.parametrize(
    ("scheme", "code"), [("nowhere", "scheme_unknown"), ("eu-ets", "scheme_not_opened")]
)
def test_there_is_nothing_to_compare_without_the_scheme(
    engine: Engine, scheme: str, code: str
) -> None:
    with reading(engine) as session:
        report = reconcile(session, scheme)
    assert isinstance(report, Refused)
    assert report.code == code


def test_the_published_registers_of_seven_countries_balance_to_the_unit(
    engine: Engine, reference_data: Path
) -> None:
    """34,804 account-years: the counts are those of the published data, no more and no less."""
    folder = reference_data / "data" / "eutl"
    done = bring_in(engine, folder)
    assert (done.checked.accounts, done.recorded.account_years) == (2616, 34804)
    assert done.recorded.entries["import"] == 13942
    report = compared(engine)
    assert report.compared == {
        "surrendered": 33097,
        "verified": 32789,
        "status": 32452,
        "status_A": 32218,
        "status_B": 234,
        "status_ledger": 32750,
    }
    assert report.agree == {
        "surrendered": 32499,
        "verified": 32279,
        "status": 32318,
        "status_A": 32177,
        "status_B": 141,
        "status_ledger": 32066,
    }
    assert len(report.disagree) == 598 + 510 + 134 + 684
    left = balances(engine)
    assert not [name for name in left if " total " in name or " room " in name]
    with engine.connect() as connection:
        sums = connection.execute(
            text("SELECT asset_id, sum(credits - debits) FROM position GROUP BY asset_id")
        ).all()
    assert [int(row[1]) for row in sums] == [0, 0, 0, 0]
    before = counts(engine)
    assert bring_in(engine, folder).nothing_to_do
    assert counts(engine) == before
