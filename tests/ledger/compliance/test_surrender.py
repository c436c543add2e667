"""Surrender for a year: what is taken, where it goes, what it does to the status, how it is undone."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from ledger.compliance.duties import set_duties
from ledger.compliance.overview import states_of, status_of
from ledger.compliance.records import Duty
from ledger.compliance.surrender import (
    SurrenderRequest,
    reverse_surrender,
    surrender,
    surrender_many,
)
from ledger.compliance.use import UseReport, record_use
from ledger.core.audit import audit
from ledger.core.database import run
from ledger.core.entries import PositionKey, Posted
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import posted
from ledger.core.tables import entry, position
from ledger.registry.closing import close_account
from tests.support.naiman import JUNE_1, NOVEMBER, Naiman, done, naiman, refused_with
from tests.support.small_record import noon

CARBON = "nm-carbon-2025"
SIGNED = {"actor": "经办人甲", "document": "示例核查报告"}


def handing_in(nm: Naiman, name: str, amount: int, key: str = "s1") -> SurrenderRequest:
    return SurrenderRequest(
        key=key,
        business_date=JUNE_1,
        account_id=nm.holders[name],
        asset_id=nm.asset(CARBON),
        year=2025,
        amount=amount,
        actor="经办人甲",
        document="示例清缴单",
    )


def buy_today(nm: Naiman, name: str, amount: int) -> PositionKey:
    """Put units where a purchase of today would: through a hold and a fill."""
    asset_id = nm.asset(CARBON)
    seller = nm.holders["b2"]
    frozen = PositionKey(seller, asset_id, PositionKind.FROZEN, "o1")
    bought = PositionKey(nm.holders[name], asset_id, PositionKind.BOUGHT)
    nm.receive("b2", CARBON, amount)
    nm.post(EntryKind.HOLD, nm.holding("b2", CARBON), frozen, amount)
    nm.post(EntryKind.FILL, frozen, bought, amount)
    return bought


def test_a_year_from_report_to_surrender_to_reversal(engine: Engine) -> None:
    """A plant's duty for 2025, as the status engine sees it at each step.

    C until the emissions are verified; B with 100 t emitted; 60 t surrendered is still B; 40 t
    more is A; taking the 60 t back makes it B again.
    """

    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        a1 = nm.holders["a1"]
        nm.set("daqintala", CARBON, 500)
        nm.allocate(CARBON, {"a1": 120})
        set_duties(session, [Duty(a1, 2025, None)], NOVEMBER, **SIGNED)
        seen = [status_of(session, [a1], 2026)[a1]]
        report = [UseReport(a1, 2025, 100)]
        record_use(session, report, NOVEMBER, business_date=JUNE_1, **SIGNED)
        seen.append(status_of(session, [a1], 2026)[a1])
        first = done(surrender(session, handing_in(nm, "a1", 60), NOVEMBER))
        seen.append(status_of(session, [a1], 2026)[a1])
        done(surrender(session, handing_in(nm, "a1", 40, "s2"), NOVEMBER))
        seen.append(status_of(session, [a1], 2026)[a1])
        assert nm.held("a1", CARBON) == 20
        assert nm.of_town("daqintala", CARBON, PositionKind.SURRENDERED, "2025") == 100
        done(
            reverse_surrender(
                session, first.entry_id, NOVEMBER, key="r1", business_date=JUNE_1, actor="主管乙"
            )
        )
        seen.append(status_of(session, [a1], 2026)[a1])
        assert seen == ["C", "B", "B", "A", "B"]
        assert nm.held("a1", CARBON) == 80
        assert states_of(session, [a1], 2026)[a1].surrendered == 40
        assert audit(session).clean

    run(engine, work)


def test_the_entry_is_marked_with_the_compliance_year(engine: Engine) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        nm.receive("a1", CARBON, 10)
        result = done(surrender(session, handing_in(nm, "a1", 10), NOVEMBER))
        row = session.execute(select(entry).where(entry.c.id == result.entry_id)).one()
        assert row.period_id == nm.scheme.periods["2025"].id
        assert (row.kind, row.document) == ("surrender", "示例清缴单")

    run(engine, work)


def test_what_is_held_goes_first_and_what_was_bought_today_after_it(engine: Engine) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        nm.receive("a1", CARBON, 30)
        bought = buy_today(nm, "a1", 50)
        wanted = handing_in(nm, "a1", 70)
        first = done(surrender(session, wanted, NOVEMBER))
        assert (nm.held("a1", CARBON), nm.balance(bought)) == (0, 10)
        again = done(surrender(session, wanted, NOVEMBER))
        assert (again.again, again.entry_id) == (True, first.entry_id)
        too_much = surrender(session, handing_in(nm, "a1", 11, "s2"), NOVEMBER)
        assert refused_with(too_much) == "units_to_surrender_too_few"
        done(
            reverse_surrender(
                session, first.entry_id, NOVEMBER, key="r", business_date=JUNE_1, actor="乙"
            )
        )
        assert (nm.held("a1", CARBON), nm.balance(bought)) == (30, 50)

    run(engine, work)


def test_who_bought_nothing_gets_no_row_for_it(engine: Engine) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        nm.receive("a1", CARBON, 30)
        done(surrender(session, handing_in(nm, "a1", 30), NOVEMBER))
        kinds = session.scalars(
            select(position.c.kind).where(position.c.account_id == nm.holders["a1"])
        )
        assert list(kinds) == ["holding"]

    run(engine, work)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"account_id": 999_999}, "account_not_found"),
        ({"account_id": "cell"}, "surrender_needs_holder"),
        ({"account_id": "closed"}, "account_closed"),
        ({"account_id": "water"}, "asset_of_other_scheme"),
        ({"account_id": "water", "asset_id": "water"}, "scheme_knows_no_surrender"),
        ({"asset_id": 999_999}, "asset_to_move_unknown"),
        ({"year": 2023}, "surrender_year_not_of_scheme"),
        ({"year": 2024}, "units_are_for_later_years"),
        ({"amount": 101}, "units_to_surrender_too_few"),
        ({"amount": 0}, "amount_not_positive"),
        ({"amount": -1}, "amount_not_positive"),
        ({"business_date": date(2026, 11, 21)}, "business_date_in_future"),
        ({"key": ""}, "key_missing"),
    ],
)
def test_each_rule_refuses_by_its_own_name(
    engine: Engine, changes: dict[str, object], code: str
) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        water = naiman(session, "nm-water")
        nm.receive("a1", CARBON, 100)
        close_account(session, nm.holders["b1"], JUNE_1, NOVEMBER, **SIGNED)
        named = {
            ("account_id", "cell"): nm.cell("daqintala"),
            ("account_id", "closed"): nm.holders["b1"],
            ("account_id", "water"): water.holders["a1"],
            ("asset_id", "water"): water.asset("nm-water-2025"),
        }
        real = {name: named.get((name, str(value)), value) for name, value in changes.items()}
        wanted = replace(handing_in(nm, "a1", 10), **real)
        assert refused_with(surrender(session, wanted, NOVEMBER)) == code
        assert nm.held("a1", CARBON) == 100

    run(engine, work)


def test_units_of_an_earlier_year_may_be_surrendered(engine: Engine) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        nm.receive("a1", CARBON, 5)
        done(surrender(session, replace(handing_in(nm, "a1", 5), year=2026), NOVEMBER))
        assert nm.of_town("daqintala", CARBON, PositionKind.SURRENDERED, "2026") == 5

    run(engine, work)


def test_a_surrender_is_reversed_once_and_only_a_surrender(engine: Engine) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        nm.receive("a1", CARBON, 10)
        imported = session.scalar(select(entry.c.id))
        first = done(surrender(session, handing_in(nm, "a1", 10), NOVEMBER)).entry_id

        def reverse(entry_id: int, key: str) -> object:
            return reverse_surrender(
                session, entry_id, NOVEMBER, key=key, business_date=JUNE_1, actor="乙"
            )

        assert imported is not None
        assert refused_with(reverse(imported, "r0")) == "entry_is_no_surrender"
        assert refused_with(reverse(999_999, "r0")) == "entry_to_reverse_unknown"
        assert isinstance(reverse(first, "r1"), Posted)
        assert isinstance(reverse(first, "r1"), Posted)
        assert refused_with(reverse(first, "r2")) == "entry_already_reversed"
        assert nm.held("a1", CARBON) == 10

    run(engine, work)


def test_units_do_not_come_back_to_a_closed_account(engine: Engine) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        nm.receive("a1", CARBON, 10)
        first = done(surrender(session, handing_in(nm, "a1", 10), NOVEMBER)).entry_id
        assert close_account(session, nm.holders["a1"], JUNE_1, NOVEMBER, **SIGNED) is None
        refused = reverse_surrender(
            session, first, NOVEMBER, key="r", business_date=JUNE_1, actor="乙"
        )
        assert refused_with(refused) == "account_closed"

    run(engine, work)


def test_many_surrender_at_once_each_seeing_those_before(engine: Engine) -> None:
    statements: list[str] = []

    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        nm.receive("a1", CARBON, 1000)
        wanted = [handing_in(nm, "a1", 3, f"s{n}") for n in range(400)]
        statements.clear()
        results = surrender_many(session, wanted, NOVEMBER)
        assert [isinstance(one, Posted) for one in results] == [True] * 333 + [False] * 67
        assert nm.held("a1", CARBON) == 1

    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    run(engine, work)
    assert len(statements) < 25


def test_the_same_key_for_another_surrender_is_refused(engine: Engine) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        nm.receive("a1", CARBON, 100)
        first = handing_in(nm, "a1", 10)
        assert posted(surrender(session, first, NOVEMBER)).entry_id
        for other in (
            replace(first, amount=11),
            replace(first, year=2026),
            replace(first, business_date=date(2026, 6, 2)),
        ):
            result = surrender(session, other, NOVEMBER)
            assert refused_with(result) == "key_used_for_another_entry"
        two = surrender_many(
            session, [handing_in(nm, "a1", 1, "x"), handing_in(nm, "a1", 2, "x")], NOVEMBER
        )
        assert refused_with(two[1]) == "key_used_for_another_entry"

    run(engine, work)


def test_an_early_surrender_counts_for_the_next_year(engine: Engine) -> None:
    def work(session: Session) -> None:
        nm = naiman(session, "nm-carbon")
        a1 = nm.holders["a1"]
        nm.receive("a1", CARBON, 100)
        set_duties(session, [Duty(a1, 2025, None)], NOVEMBER, **SIGNED)
        done(surrender(session, handing_in(nm, "a1", 100), NOVEMBER))
        january = noon(date(2027, 1, 10))
        for year in (2025, 2026):
            report = [UseReport(a1, year, 50)]
            record_use(session, report, january, business_date=JUNE_1, **SIGNED)
        assert status_of(session, [a1], 2027)[a1] == "A"

    run(engine, work)
