"""A cut: exact in total, nobody above his holding, and the totals of indexes fall with it."""

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from ledger.apportionment import ApportionmentCode
from ledger.core.database import run
from ledger.core.entries import Posted, PostingCode
from ledger.core.moves import EntryKind, PositionKind
from ledger.refusals import Refused
from ledger.registry.transfers import TransferRequest, transfer
from ledger.totals import cutting
from ledger.totals.codes import TotalsCode
from ledger.totals.cutting import CutRule, cut
from ledger.totals.desk import Part, divide, lower_total
from ledger.totals.indexes import open_asset
from ledger.units import Quantity
from tests.support.desk_record import (
    DeskRecord,
    accepted,
    act,
    allocate_to,
    figures,
    make_desk_record,
    of_cell,
    refused,
    set_in,
    table_of,
)
from tests.support.small_record import NOON, TODAY, balances, entry_of, post_well

HALF = CutRule(Fraction(1, 2), Fraction(1, 4), ref="cut-2026", period="2026")


@pytest.fixture
def record(engine: Engine) -> DeskRecord:
    """Total 1,000 in A/farm, held 400, 333 and 1."""
    record = make_desk_record(engine)
    set_in(engine, record, "A/farm", 1000)
    allocate_to(engine, record, "A/farm", 400, 333, 1)
    return record


def ask(
    engine: Engine,
    record: DeskRecord,
    rule: CutRule = HALF,
    *labels: str,
    asset: str = "water",
    key: str = "cut",
) -> list[Posted] | Refused:
    cells = [record.cells[label] for label in labels or ("A/farm",)]
    return run(
        engine,
        lambda session: cut(session, record.assets[asset], cells, rule, act(key), NOON),
    )


def retired(engine: Engine, record: DeskRecord, label: str, asset: str = "water") -> int:
    (found,) = balances(engine, record.of_cell(label, PositionKind.RETIRED, asset, ref="2026"))
    return found


def test_the_three_parts_of_a_cut_add_up_exactly(engine: Engine, record: DeskRecord) -> None:
    """734 held: 367 stay, 184 (183.5 half up) are withheld, 183 are gone."""
    results = ask(engine, record)
    assert isinstance(results, list)
    found = figures(table_of(engine, record), "A/farm")
    assert (found.held, found.withheld, found.retired) == (367, 184, 183)
    assert (found.set_amount, found.room) == (1000, 266)
    withheld = [
        record.holding("A/farm", n)._replace(kind=PositionKind.WITHHELD, ref="cut-2026")
        for n in range(3)
    ]
    kept = balances(engine, *(record.holding("A/farm", n) for n in range(3)))
    held_back = balances(engine, *withheld)
    assert all(k + w <= h for k, w, h in zip(kept, held_back, (400, 333, 1), strict=True))


def test_the_same_cut_asked_again_cuts_once(engine: Engine, record: DeskRecord) -> None:
    first = ask(engine, record)
    again = ask(engine, record)
    assert isinstance(first, list)
    assert isinstance(again, list)
    assert [one.entry_id for one in again] == [one.entry_id for one in first]
    assert all(one.again for one in again)
    other = refused(ask(engine, record, key="set water A/farm"))
    assert other.code is PostingCode.KEY_USED_FOR_ANOTHER_ENTRY


def test_a_cut_of_many_holders_is_several_entries_all_or_none(
    engine: Engine, record: DeskRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "HOLDERS_IN_ENTRY", 2)
    results = ask(engine, record)
    assert isinstance(results, list)
    assert [one.key for one in results] == ["cut", "cut/2"]
    again = ask(engine, record)
    assert isinstance(again, list)
    assert [one.again for one in again] == [True, True]
    assert figures(table_of(engine, record), "A/farm").retired == 183


def test_frozen_units_are_released_before_a_cut(engine: Engine, record: DeskRecord) -> None:
    holding = record.holding("A/farm", 0)
    frozen = holding._replace(kind=PositionKind.FROZEN, ref="s1")
    post_well(engine, entry_of(EntryKind.HOLD, "hold", (holding, frozen, 7)))
    answer = refused(ask(engine, record))
    assert answer.code is TotalsCode.CUT_NEEDS_RELEASE_FIRST
    assert answer.values["amount"] == Quantity(7, "m3")
    post_well(engine, entry_of(EntryKind.RELEASE, "release", (frozen, holding, 7)))
    assert isinstance(ask(engine, record), list)


def test_a_cut_that_changes_nothing_is_refused(engine: Engine, record: DeskRecord) -> None:
    whole = CutRule(Fraction(1), Fraction(0), "", "2026")
    assert refused(ask(engine, record, whole)).code is TotalsCode.NOTHING_TO_CUT
    assert refused(ask(engine, record, HALF, "B/farm")).code is TotalsCode.NOTHING_TO_CUT
    too_much = CutRule(Fraction(3, 4), Fraction(1, 2), "", "2026")
    answer = refused(ask(engine, record, too_much))
    assert answer.code is ApportionmentCode.CUT_FACTORS_EXCEED_WHOLE


def test_the_index_falls_where_it_was_set(engine: Engine, record: DeskRecord) -> None:
    """The banner's index is divided to two towns; a cut there lowers the banner's total."""
    set_in(engine, record, "CHD", 1000, "cod")
    index, free = record.assets["cod"], record.assets["free"]
    parts = [Part(record.cells["A/farm"], 600), Part(record.cells["B/farm"], 300)]

    def open_in_towns() -> None:
        banner = record.cells["CHD"]
        accepted(
            run(engine, lambda session: divide(session, index, banner, parts, act("div"), NOON))
        )
        for part in parts:
            opening = act(f"open {part.cell_id}")
            accepted(
                run(
                    engine,
                    lambda session, part=part, opening=opening: open_asset(
                        session, free, part.cell_id, part.amount, opening, NOON
                    ),
                )
            )

    open_in_towns()
    allocate_to(engine, record, "A/farm", 400, 200, asset="free")
    allocate_to(engine, record, "B/farm", 300, asset="free")
    rule = CutRule(Fraction(9, 10), Fraction(0), "", "2026")
    assert isinstance(ask(engine, record, rule, "A/farm", "B/farm", asset="free"), list)
    assert retired(engine, record, "A/farm", "free") == 60
    assert retired(engine, record, "B/farm", "free") == 30
    assert of_cell(engine, record, "CHD", "cod") == {"source": -910, "room": 100}
    assert of_cell(engine, record, "A/farm", "cod") == {"room_used": 540}
    table = table_of(engine, record, "cod")
    banner, town = figures(table, "CHD"), figures(table, "A/farm")
    assert (banner.set_amount, banner.divided, town.set_amount) == (910, 810, 540)
    assert figures(table_of(engine, record, "free"), "A/farm").set_amount == 600


def test_a_lowered_index_is_served_by_the_cut_before_it_falls_further(
    engine: Engine, record: DeskRecord
) -> None:
    """Lowered by 70 below what is used; a cut of 100 makes that good and lowers it by 30."""
    set_in(engine, record, "B/farm", 300, "cod")
    index, free, cell = record.assets["cod"], record.assets["free"], record.cells["B/farm"]

    def prepare(session: Session) -> None:
        accepted(open_asset(session, free, cell, 300, act("open"), NOON))
        accepted(lower_total(session, index, cell, 70, act("lower"), NOON))

    run(engine, prepare)
    allocate_to(engine, record, "B/farm", 300, asset="free")
    rule = CutRule(Fraction(2, 3), Fraction(0), "", "2026")
    assert isinstance(ask(engine, record, rule, "B/farm", asset="free"), list)
    assert of_cell(engine, record, "B/farm", "cod") == {"source": -200, "room_used": 200}
    table_of(engine, record, "cod")


def test_units_that_change_hands_while_a_cut_waits_are_cut_where_they_arrive(
    postgresql_engine: Engine,
) -> None:
    """On SQLite nobody else writes meanwhile; on PostgreSQL the cut waits for the transfer."""
    engine = postgresql_engine
    record = make_desk_record(engine)
    set_in(engine, record, "A/farm", 1000)
    allocate_to(engine, record, "A/farm", 400)
    sale = TransferRequest(
        "sale",
        TODAY,
        record.holders["A/farm"][0],
        record.holders["A/farm"][1],
        record.assets["water"],
        300,
    )
    with Session(engine) as seller, ThreadPoolExecutor(1) as other_office:
        accepted(transfer(seller, sale, NOON))
        cutting_now = other_office.submit(ask, engine, record)
        while not _somebody_waits(engine):
            assert not cutting_now.done()
        seller.commit()
        assert isinstance(cutting_now.result(), list)
    found = figures(table_of(engine, record), "A/farm")
    assert (found.held, found.withheld, found.retired) == (200, 100, 100)
    kept = balances(engine, *(record.holding("A/farm", n) for n in (0, 1)))
    assert kept == [50, 150]


def _somebody_waits(engine: Engine) -> bool:
    with engine.connect() as connection:
        waiting = connection.execute(
            text(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
        )
        return bool(waiting.scalar())


def test_units_that_were_opened_elsewhere_are_not_cut(engine: Engine, record: DeskRecord) -> None:
    """Opened for the banner and divided as units: the towns have no use of the index to cut."""
    set_in(engine, record, "CHD", 1000, "cod")
    free, banner = record.assets["free"], record.cells["CHD"]
    opening, dividing = act("open"), act("div")
    parts = [Part(record.cells["B/farm"], 300)]
    accepted(run(engine, lambda session: open_asset(session, free, banner, 500, opening, NOON)))
    accepted(run(engine, lambda session: divide(session, free, banner, parts, dividing, NOON)))
    allocate_to(engine, record, "B/farm", 300, asset="free")
    answer = refused(ask(engine, record, HALF, "B/farm", asset="free"))
    assert answer.code is TotalsCode.INDEX_USE_TO_CUT_MISSING
    assert answer.values == {"index": "cod", "missing": Quantity(75, "m3")}
    assert retired(engine, record, "B/farm", "free") == 0
