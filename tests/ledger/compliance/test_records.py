"""Duties and reports: what is recorded, corrected, excluded, deducted, and what it makes of the
status."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from ledger.compliance.duties import set_duties
from ledger.compliance.overview import states_of, status_of
from ledger.compliance.records import (
    Duty,
    PublishedUse,
    UseState,
    keep_published_duties,
    keep_published_uses,
    year_records,
)
from ledger.compliance.status import Status
from ledger.compliance.use import (
    AccountYear,
    Recorded,
    UseReport,
    exclude_years,
    include_years,
    record_use,
)
from ledger.core.clock import Now
from ledger.core.database import reading, run
from ledger.refusals import Refused
from tests.support.compliance_counter import JANUARY, SIGNED, recorded, report, status, with_duty
from tests.support.naiman import JUNE_1, NOVEMBER, naiman, refused_with

# -- duties ------------------------------------------------------------------------------------


def test_a_duty_is_set_once_and_moved_as_a_whole(engine: Engine) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        a1 = nm.holders["a1"]
        for first, last in ((2024, 2024), (2026, 2027), (2024, 2025), (2024, None)):
            wanted = Duty(a1, first, last)
            assert set_duties(session, [wanted], JANUARY, **SIGNED) == [wanted]
        state = states_of(session, [a1], 2026)[a1]
        assert (state.first_year, state.last_year) == (2024, None)

    run(engine, work)


def test_a_duty_leaves_no_reported_use_outside(engine: Engine) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        with_duty(nm, "a1", first=2025)
        recorded(report(nm, "a1", 2025, 100))
        a1 = nm.holders["a1"]
        (refused,) = set_duties(session, [Duty(a1, 2026, None)], JANUARY, **SIGNED)
        assert refused_with(refused) == "emissions_left_outside_reporting_years"
        (refused,) = set_duties(session, [Duty(a1, 2026, 2025)], JANUARY, **SIGNED)
        assert refused_with(refused) == "last_year_before_first"

    run(engine, work)


@pytest.mark.parametrize(
    ("account", "first", "last", "signed", "code"),
    [
        ("nobody", 2026, None, SIGNED, "account_not_found"),
        ("cell", 2026, None, SIGNED, "record_needs_holder"),
        ("a1", 2020, None, SIGNED, "year_not_of_scheme"),
        ("a1", 2026, 2031, SIGNED, "year_not_of_scheme"),
        ("a1", 2026, None, {"actor": "", "document": "x"}, "record_without_document"),
        ("a1", 2026, None, {"actor": "x", "document": "\n"}, "record_without_document"),
        ("a1", 2026, None, {"actor": "x", "document": "a\nb"}, "record_text_unreadable"),
    ],
)
def test_each_wrong_duty_is_refused_by_name(
    engine: Engine, account: str, first: int, last: int | None, signed: dict[str, str], code: str
) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        ids = {"a1": nm.holders["a1"], "cell": nm.cell("daqintala"), "nobody": 999_999}
        wanted = Duty(ids[account], first, last)
        (result,) = set_duties(session, [wanted], NOVEMBER, **signed)
        assert refused_with(result) == code

    run(engine, work)


# -- reports -----------------------------------------------------------------------------------


def test_a_correction_is_a_new_version_and_the_old_one_stays(engine: Engine) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        with_duty(nm, "a1")
        assert not recorded(report(nm, "a1", 2026, 100)).again
        assert recorded(report(nm, "a1", 2026, 100)).again
        assert not recorded(report(nm, "a1", 2026, 101)).again
        record = year_records(session, [nm.holders["a1"]])[nm.holders["a1"]][2026]
        assert (record.version, record.amount) == (2, 101)
        recorded(report(nm, "a1", 2026, None))
        record = year_records(session, [nm.holders["a1"]])[nm.holders["a1"]][2026]
        assert (record.version, record.amount, record.report) == (3, None, UseState.WITHDRAWN)
        kept = session.scalars(text("SELECT amount FROM use_report ORDER BY version")).all()
        assert kept == [100, 101, None]

    run(engine, work)


def test_what_was_recorded_cannot_be_changed_in_the_database(engine: Engine) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        with_duty(nm, "a1")
        recorded(report(nm, "a1", 2026, 100))

    run(engine, work)
    for statement in (
        "UPDATE use_report SET amount = 1",
        "DELETE FROM use_report",
        "UPDATE duty SET first_year = 2000",
        "DELETE FROM duty",
    ):
        with pytest.raises(DatabaseError, match="journal_only_grows"):
            run(engine, lambda session, sql=statement: session.execute(text(sql)) and None)


@pytest.mark.parametrize(
    ("name", "year", "amount", "now", "code"),
    [
        ("a2", 2026, 1, JANUARY, "duty_missing"),
        ("a1", 2023, 1, JANUARY, "year_not_of_scheme"),
        ("a1", 2026, -1, JANUARY, "use_negative"),
        ("a1", 2026, 10**15 + 1, JANUARY, "use_too_large"),
        ("a1", 2025, 1, JANUARY, "emissions_outside_reporting_years"),
        ("a1", 2027, 1, JANUARY, "emissions_outside_reporting_years"),
    ],
)
def test_each_wrong_report_is_refused_by_name(
    engine: Engine, name: str, year: int, amount: int, now: Now, code: str
) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        with_duty(nm, "a1")
        assert refused_with(report(nm, name, year, amount, now)) == code
        assert year_records(session, nm.holders.values()) == {}

    run(engine, work)


def test_one_bad_row_of_a_table_stops_no_other(engine: Engine) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        with_duty(nm, "a1", "b1")
        ids = nm.holders
        rows = [
            UseReport(ids["a1"], 2026, 10),
            UseReport(ids["a2"], 2026, 10),
            UseReport(ids["a1"], 2026, 11),
            UseReport(ids["b1"], 2026, 12),
            UseReport(999_999, 2026, 1),
        ]
        results = record_use(session, rows, JANUARY, business_date=JUNE_1, **SIGNED)
        assert [one.code if isinstance(one, Refused) else "recorded" for one in results] == [
            "recorded",
            "duty_missing",
            "year_twice_in_batch",
            "recorded",
            "account_not_found",
        ]

    run(engine, work)


# -- exclusion ---------------------------------------------------------------------------------


def test_an_excluded_year_is_out_until_the_exclusion_is_undone(engine: Engine) -> None:
    """As in the UK registry: excluded 2026 wholly, then included again with its report of zero."""

    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        with_duty(nm, "a1")
        year = [AccountYear(nm.holders["a1"], 2026)]
        assert status(nm, "a1", 2027) == "C"
        assert not recorded(exclude_years(session, year, JANUARY, **SIGNED)[0]).again
        assert recorded(exclude_years(session, year, JANUARY, **SIGNED)[0]).again
        assert status(nm, "a1", 2027) == "EXCLUDED"
        assert refused_with(report(nm, "a1", 2026, 5)) == "emissions_in_excluded_year"
        recorded(report(nm, "a1", 2026, 0))
        assert status(nm, "a1", 2027) == "EXCLUDED"
        recorded(include_years(session, year, JANUARY, **SIGNED)[0])
        assert status(nm, "a1", 2027) == "A"
        recorded(report(nm, "a1", 2026, 5))
        refused = exclude_years(session, year, JANUARY, **SIGNED)[0]
        assert refused_with(refused) == "excluded_year_has_emissions"

    run(engine, work)


def test_undoing_an_exclusion_that_never_was_changes_nothing(engine: Engine) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        with_duty(nm, "a1")
        year = [AccountYear(nm.holders["a1"], 2026)]
        assert recorded(include_years(session, year, JANUARY, **SIGNED)[0]).again
        assert year_records(session, nm.holders.values()) == {}

    run(engine, work)


# -- published facts ---------------------------------------------------------------------------


def test_published_facts_are_kept_as_they_are_and_counted_once(engine: Engine) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "eu-ets")
        a1, a2 = nm.holders["a1"], nm.holders["a2"]
        duties = [Duty(a1, 2013, 2010), Duty(a2, 2008, None)]
        signed = ("registry-extract", "edition 1")
        assert keep_published_duties(session, duties, NOVEMBER, *signed) == 2
        assert keep_published_duties(session, duties, NOVEMBER, *signed) == 0
        facts = [
            PublishedUse(a1, 2008, UseState.VERIFIED, 7),
            PublishedUse(a2, 2008, UseState.EXCLUDED),
            PublishedUse(a2, 2009, UseState.NOT_REPORTED),
            PublishedUse(a2, 2010, UseState.VERIFIED, 0),
        ]
        assert keep_published_uses(session, facts, NOVEMBER, *signed) == 4
        assert keep_published_uses(session, facts, NOVEMBER, *signed) == 0
        state = states_of(session, [a2], 2023)[a2]
        assert (state.emissions, state.excluded) == (((2010, 0),), frozenset({2008}))

    run(engine, work)


@pytest.mark.parametrize("first", [*list(UseState)[:2], UseState.EXCLUDED])
@pytest.mark.parametrize("second", [*list(UseState)[:2], UseState.EXCLUDED])
def test_a_later_edition_corrects_what_was_published(
    engine: Engine, first: UseState, second: UseState
) -> None:
    def fact(account_id: int, state: UseState, amount: int) -> PublishedUse:
        return PublishedUse(account_id, 2010, state, amount if state is UseState.VERIFIED else None)

    def work(session: Session) -> None:
        nm = naiman(session, "eu-ets")
        a1 = nm.holders["a1"]
        keep_published_uses(session, [fact(a1, first, 5)], NOVEMBER, "x", "edition 1")
        changed = keep_published_uses(session, [fact(a1, second, 6)], NOVEMBER, "x", "edition 2")
        assert changed == (first != second or first is UseState.VERIFIED)
        assert keep_published_uses(session, [fact(a1, second, 6)], NOVEMBER, "x", "3") == 0
        record = year_records(session, [a1])[a1][2010]
        assert record.excluded is (second is UseState.EXCLUDED)
        assert record.amount == (6 if second is UseState.VERIFIED else None)

    run(engine, work)


# -- many at once ------------------------------------------------------------------------------


def test_many_are_recorded_and_judged_in_a_few_queries(engine: Engine) -> None:
    statements: list[str] = []

    def work(session: Session) -> None:
        nm = naiman(session, "nm-water")
        with_duty(nm, "a1", "a2", "b1", "b2", first=2025)
        for name in nm.holders:
            nm.receive(name, "nm-water-2026", 100)
        rows = [UseReport(one, year, 50) for one in nm.holders.values() for year in (2025, 2026)]
        statements.clear()
        results = record_use(session, rows, JANUARY, business_date=JUNE_1, **SIGNED)
        assert all(isinstance(one, Recorded) for one in results)
        assert len(statements) < 40
        statements.clear()
        found = status_of(session, list(nm.holders.values()), 2027)
        assert set(found.values()) == {Status.B}
        assert len(statements) < 8

    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    run(engine, work)


def test_an_account_without_a_duty_owes_nothing(engine: Engine) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        assert status(nm, "a1", 2027) == "NOT_APPLICABLE"

    run(engine, work)


def test_two_clerks_at_once_write_two_versions(engine: Engine) -> None:
    def prepare(session: Session) -> int:
        nm = naiman(session, "nm-carbon")
        with_duty(nm, "a1")
        return nm.holders["a1"]

    account_id = run(engine, prepare)

    def send(amount: int) -> None:
        rows = [UseReport(account_id, 2026, amount)]
        run(
            engine,
            lambda session: record_use(session, rows, JANUARY, business_date=JUNE_1, **SIGNED),
        )

    with ThreadPoolExecutor(max_workers=4) as clerks:
        list(clerks.map(send, range(1, 13)))
    with reading(engine) as session:
        record = year_records(session, [account_id])[account_id][2026]
    assert record.version == 12
