"""Two offices at the same moment: the room is spent once, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ledger.core.database import run
from ledger.core.entries import Posted
from ledger.refusals import Refused
from ledger.totals.allocation import Allocation, allocate, return_units
from ledger.totals.codes import TotalsCode
from ledger.totals.desk import Part, divide, lower_total, raise_total, set_total
from ledger.totals.indexes import open_asset
from tests.support.desk_record import (
    DeskRecord,
    accepted,
    act,
    allocate_to,
    figures,
    make_desk_record,
    of_cell,
    set_in,
    table_of,
)
from tests.support.small_record import NOON

WRITERS = 4


@pytest.fixture
def record(engine: Engine) -> DeskRecord:
    return make_desk_record(engine)


def at_once(
    engine: Engine, works: list[Callable[[Session], Posted | Refused]]
) -> list[Posted | Refused]:
    """Run pieces of work at the same moment, each in a thread and a transaction of its own."""
    start = Barrier(len(works))

    def one(work: Callable[[Session], Posted | Refused]) -> Posted | Refused:
        start.wait()
        return run(engine, work)

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def _stood(results: list[Posted | Refused]) -> int:
    return sum(isinstance(result, Posted) for result in results)


def test_the_same_room_is_divided_once(engine: Engine, record: DeskRecord) -> None:
    set_in(engine, record, "CHD", 100)
    water, banner = record.assets["water"], record.cells["CHD"]
    labels = ("A", "B", "A/farm", "B/farm")
    results = at_once(
        engine,
        [
            lambda session, label=label: divide(
                session, water, banner, [Part(record.cells[label], 60)], act(label), NOON
            )
            for label in labels
        ],
    )
    assert _stood(results) == 1
    codes = {result.code for result in results if isinstance(result, Refused)}
    assert codes == {TotalsCode.DIVISION_EXCEEDS_TOTAL}
    assert of_cell(engine, record, "CHD") == {"source": -100, "total": 40}


def test_a_lowering_and_allocations_at_once_leave_the_identity(
    engine: Engine, record: DeskRecord
) -> None:
    """What is tolerated is exactly what was already out when the lowering came."""
    set_in(engine, record, "A/farm", 100)
    water, cell = record.assets["water"], record.cells["A/farm"]

    def one_row(session: Session, number: int) -> Posted | Refused:
        row = Allocation(record.holders["A/farm"][number], 40, act(f"row {number}"))
        return allocate(session, water, [row], NOON)[0]

    results = at_once(
        engine,
        [
            lambda session: lower_total(session, water, cell, 60, act("lower"), NOON),
            lambda session: one_row(session, 0),
            lambda session: one_row(session, 1),
            lambda session: one_row(session, 2),
        ],
    )
    accepted(results[0])
    issued = 40 * _stood(results[1:])
    found = figures(table_of(engine, record), "A/farm")
    assert (found.set_amount, found.held) == (40, issued)
    assert (found.room, found.tolerated) == (max(40 - issued, 0), max(issued - 40, 0))


def test_what_a_cell_was_given_is_lowered_once(engine: Engine, record: DeskRecord) -> None:
    """A town was given 100 of 1,000; four offices want 60 of them back, from the banner's total."""
    set_in(engine, record, "CHD", 1000)
    water, banner, town = record.assets["water"], record.cells["CHD"], record.cells["A"]
    parts = [Part(town, 100)]
    accepted(run(engine, lambda session: divide(session, water, banner, parts, act("d"), NOON)))
    results = at_once(
        engine,
        [
            lambda session, n=n: lower_total(session, water, town, 60, act(f"lower {n}"), NOON)
            for n in range(WRITERS)
        ],
    )
    assert _stood(results) == 1
    codes = {result.code for result in results if isinstance(result, Refused)}
    assert codes == {TotalsCode.LOWERING_EXCEEDS_SET}
    assert figures(table_of(engine, record), "A").set_amount == 40


def test_what_comes_back_at_once_serves_what_is_tolerated_once(
    engine: Engine, record: DeskRecord
) -> None:
    set_in(engine, record, "A/farm", 120)
    allocate_to(engine, record, "A/farm", 40, 40, 40)
    water, cell = record.assets["water"], record.cells["A/farm"]
    accepted(run(engine, lambda session: lower_total(session, water, cell, 50, act("lower"), NOON)))
    holders = record.holders["A/farm"]
    results = at_once(
        engine,
        [
            *(
                lambda session, holder=holder: return_units(
                    session, holder, water, 40, act(f"return {holder}"), NOON
                )
                for holder in holders
            ),
            lambda session: raise_total(session, water, cell, 5, act("raise"), NOON),
        ],
    )
    assert _stood(results) == WRITERS
    assert of_cell(engine, record, "A/farm") == {"source": -75, "total": 75}
    table_of(engine, record)


def test_the_room_of_an_index_is_opened_once(engine: Engine, record: DeskRecord) -> None:
    set_in(engine, record, "A", 100, "cod")
    cell = record.cells["A"]
    results = at_once(
        engine,
        [
            lambda session, code=code, n=n: open_asset(
                session, record.assets[code], cell, 40, act(f"{code} {n}"), NOON
            )
            for n in (1, 2)
            for code in ("free", "paid")
        ],
    )
    assert _stood(results) == 2
    assert of_cell(engine, record, "A", "cod") == {"source": -100, "room": 20, "room_used": 80}
    table_of(engine, record, "cod")


def test_the_same_act_asked_at_once_stands_once_for_all(engine: Engine, record: DeskRecord) -> None:
    """Whoever comes second gets the first one's answer, not a refusal."""
    water, cell = record.assets["water"], record.cells["CHD"]
    results = at_once(
        engine,
        [lambda session: set_total(session, water, cell, 100, act("k"), NOON)] * WRITERS,
    )
    assert len({accepted(result).entry_id for result in results}) == 1
    assert of_cell(engine, record, "CHD") == {"source": -100, "total": 100}
