"""Use against holdings: metered water is taken off, discharge is compared."""

from dataclasses import replace
from datetime import date

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ledger.compliance.records import year_records
from ledger.compliance.use import UseReport, record_use
from ledger.core.audit import audit
from ledger.core.database import run
from ledger.core.moves import PositionKind
from ledger.registry.transfers import TransferRequest, transfer
from tests.support.compliance_counter import JANUARY, SIGNED, recorded, report, status, with_duty
from tests.support.naiman import JUNE_1, NOVEMBER, done, naiman, refused_with
from tests.support.small_record import noon

WATER = "nm-water-2026"
COD = "nm-cod-2026-2030"


# -- deduction: water --------------------------------------------------------------------------


def test_metered_water_is_taken_off_the_year_in_the_same_breath(engine: Engine) -> None:
    """a1 holds 1,520 and uses 1,400 cubic metres; then the meter is read again: 1,300."""

    def work(session: Session) -> None:
        nm = naiman(session, "nm-water")
        nm.set("daqintala", WATER, 2000)
        nm.allocate(WATER, {"a1": 1520})
        with_duty(nm, "a1")
        result = recorded(report(nm, "a1", 2026, 1400))
        assert (result.deducted, result.uncovered) == (1400, 0)
        assert nm.held("a1", WATER) == 120
        assert nm.of_town("daqintala", WATER, PositionKind.USED, "2026") == 1400
        result = recorded(report(nm, "a1", 2026, 1300))
        assert (result.deducted, result.uncovered) == (1300, 0)
        assert nm.held("a1", WATER) == 220
        assert nm.of_town("daqintala", WATER, PositionKind.USED, "2026") == 1300
        assert recorded(report(nm, "a1", 2026, 1300)).again
        assert status(nm, "a1", 2027) == "A"
        recorded(report(nm, "a1", 2026, None))
        assert nm.held("a1", WATER) == 1520
        assert status(nm, "a1", 2027) == "C"
        assert audit(session).clean

    run(engine, work)


def test_over_use_is_recorded_in_full_and_paid_as_water_comes(engine: Engine) -> None:
    """Metered 160 against 152: eight stay uncovered until somebody transfers them."""

    def work(session: Session) -> None:
        nm = naiman(session, "nm-water")
        nm.receive("a1", WATER, 152)
        nm.receive("a2", WATER, 50)
        with_duty(nm, "a1")
        result = recorded(report(nm, "a1", 2026, 160))
        assert (result.deducted, result.uncovered) == (152, 8)
        assert status(nm, "a1", 2027) == "B"
        bought = TransferRequest(
            "t", JUNE_1, nm.holders["a2"], nm.holders["a1"], nm.asset(WATER), 20
        )
        done(transfer(session, bought, JANUARY))
        result = recorded(report(nm, "a1", 2026, 160))
        assert (result.again, result.deducted, result.uncovered) == (True, 160, 0)
        assert nm.held("a1", WATER) == 12
        assert status(nm, "a1", 2027) == "A"

    run(engine, work)


def test_a_report_that_cannot_be_posted_is_not_recorded(engine: Engine) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-water")
        nm.receive("a1", WATER, 100)
        with_duty(nm, "a1")
        rows = [UseReport(nm.holders["a1"], 2026, 50)]
        tomorrow = date(2027, 1, 16)
        (result,) = record_use(session, rows, JANUARY, business_date=tomorrow, **SIGNED)
        assert refused_with(result) == "business_date_in_future"
        assert nm.held("a1", WATER) == 100
        assert year_records(session, nm.holders.values()) == {}

    run(engine, work)


def test_water_of_another_year_is_not_taken(engine: Engine) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-water")
        nm.receive("a1", "nm-water-2027", 100, date(2026, 3, 1))
        with_duty(nm, "a1")
        result = recorded(report(nm, "a1", 2026, 50))
        assert (result.deducted, result.uncovered) == (0, 50)
        rows = [UseReport(nm.holders["a1"], 2026, 50, nm.asset("nm-water-2027"))]
        (refused,) = record_use(session, rows, JANUARY, business_date=JUNE_1, **SIGNED)
        assert refused_with(refused) == "use_asset_missing"

    run(engine, work)


# -- comparison: discharge ---------------------------------------------------------------------


def test_discharge_is_compared_with_what_is_held_at_the_end_of_each_year(engine: Engine) -> None:
    """a1 may discharge 100 t a year; 90 t is covered, 110 t is not, and 2026 cannot help 2027."""

    def work(session: Session) -> None:
        nm = naiman(session, "nm-cod")
        nm.receive("a1", COD, 100)
        with_duty(nm, "a1")
        recorded(report(nm, "a1", 2026, 90))
        assert nm.held("a1", COD) == 100
        assert status(nm, "a1", 2027) == "A"
        later = noon(date(2028, 1, 10))
        recorded(report(nm, "a1", 2027, 110, later))
        assert status(nm, "a1", 2028) == "B"
        nm.now = later
        nm.receive("a1", COD, 10, date(2027, 12, 31))
        assert status(nm, "a1", 2028) == "A"

    run(engine, work)


def test_what_was_sold_before_the_year_ended_does_not_cover_it(engine: Engine) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-cod")
        nm.receive("a1", COD, 100)
        with_duty(nm, "a1")
        sold = TransferRequest("t", JUNE_1, nm.holders["a1"], nm.holders["a2"], nm.asset(COD), 30)
        done(transfer(session, sold, NOVEMBER))
        recorded(report(nm, "a1", 2026, 90))
        assert status(nm, "a1", 2027) == "B"
        after = replace(sold, key="t2", business_date=date(2027, 1, 2), amount=10)
        done(transfer(session, after, JANUARY))
        recorded(report(nm, "a1", 2026, 70))
        assert status(nm, "a1", 2027) == "A"

    run(engine, work)


def test_a_covered_report_of_the_running_year_does_not_help_a_year_that_is_short(
    engine: Engine,
) -> None:
    """A plant that ends in 2028 may report 2027 while it runs; 2026 stays ten tonnes short."""

    def work(session: Session) -> None:
        nm = naiman(session, "nm-cod")
        nm.receive("a1", COD, 100)
        with_duty(nm, "a1", last=2028)
        recorded(report(nm, "a1", 2026, 110))
        recorded(report(nm, "a1", 2027, 50))
        assert status(nm, "a1", 2027) == "B"

    run(engine, work)
