"""The table of totals: the identity proved per cell, sums of zones, states, and days gone by."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from ledger.core.clock import Now
from ledger.core.database import reading, run
from ledger.core.entries import PositionKey
from ledger.core.moves import EntryKind, PositionKind
from ledger.refusals import Refused
from ledger.registry.accounts import desk_account
from ledger.registry.transfers import TransferRequest, transfer
from ledger.registry.zones import ensure_cell, ensure_zone, move_zone
from ledger.rights.assets import AssetCode
from ledger.rights.nm_water import NM_WATER
from ledger.rights.schemes import open_scheme
from ledger.totals import flows
from ledger.totals.codes import TotalsCode
from ledger.totals.desk import Part, divide, lower_total
from ledger.totals.figures import TotalState
from ledger.totals.table import totals_table
from tests.support.desk_record import (
    DeskRecord,
    accepted,
    act,
    allocate_to,
    figures,
    make_desk_record,
    set_in,
    table_of,
)
from tests.support.small_record import NOON, TODAY, entry_of, noon, post_well


@pytest.fixture
def record(engine: Engine) -> DeskRecord:
    """1,000 set for the banner; towns A and B have 500 and 300 for farms; A issued 450."""
    return _filled(engine, make_desk_record(engine))


def _filled(engine: Engine, record: DeskRecord) -> DeskRecord:
    set_in(engine, record, "CHD", 1000)
    parts = [Part(record.cells["A/farm"], 500), Part(record.cells["B/farm"], 300)]
    _divide(engine, record, parts)
    allocate_to(engine, record, "A/farm", 400, 50)
    return record


def _divide(engine: Engine, record: DeskRecord, parts: list[Part], key: str = "divide") -> None:
    water, banner = record.assets["water"], record.cells["CHD"]
    accepted(run(engine, lambda session: divide(session, water, banner, parts, act(key), NOON)))


def _sell(
    engine: Engine, record: DeskRecord, seller: int, buyer: int, amount: int, key: str = "sale"
) -> None:
    request = TransferRequest(
        key, TODAY, seller, buyer, record.assets["water"], amount, actor="a", document="d"
    )
    accepted(run(engine, lambda session: transfer(session, request, NOON)))


def test_every_state_of_a_unit_has_its_figure(engine: Engine, record: DeskRecord) -> None:
    holding = record.holding("A/farm", 0)
    frozen = holding._replace(kind=PositionKind.FROZEN, ref="s1")
    done = [
        record.of_cell("A/farm", kind, ref="2026")
        for kind in (PositionKind.SURRENDERED, PositionKind.USED)
    ]
    post_well(
        engine,
        entry_of(EntryKind.HOLD, "hold", (holding, frozen, 10)),
        entry_of(EntryKind.SURRENDER, "surrender", (holding, done[0], 20)),
        entry_of(EntryKind.USE, "use", (holding, done[1], 30)),
    )
    found = figures(table_of(engine, record), "A/farm")
    assert (found.held, found.frozen, found.surrendered, found.used) == (390, 10, 20, 30)
    assert (found.room, found.issued, found.share_basis_points) == (50, 450, 9000)


def test_zones_sum_what_lies_below_them(engine: Engine, record: DeskRecord) -> None:
    table = table_of(engine, record)
    assert [(zone.code, zone.depth) for zone in table.zones] == [
        ("CHD", 0),
        ("A", 1),
        ("A1", 2),
        ("B", 1),
    ]
    banner, town_a, _, town_b = table.zones
    assert (banner.below.set_amount, banner.below.held, banner.below.room) == (1000, 450, 550)
    assert (town_a.below.set_amount, town_a.below.held, town_a.below.room) == (500, 450, 50)
    assert (town_b.below.set_amount, town_b.below.held, town_b.below.room) == (300, 0, 300)
    assert figures(table, "CHD").divided == 800
    only_a = table_of(engine, record, zone="A")
    assert [zone.code for zone in only_a.zones] == ["A", "A1"]


def test_states_follow_the_shares_of_the_day(engine: Engine, record: DeskRecord) -> None:
    def state() -> tuple[TotalState, TotalState]:
        table = table_of(engine, record, zone="A")
        return table.zones[0].state, table.zones[1].state

    assert state() == (TotalState.NEAR_LIMIT, TotalState.NOT_SET)
    water, cell = record.assets["water"], record.cells["A/farm"]
    accepted(run(engine, lambda session: lower_total(session, water, cell, 50, act("lower"), NOON)))
    assert state()[0] is TotalState.FULL
    _divide(engine, record, [Part(cell, 150)], "more")
    assert state()[0] is TotalState.NORMAL


def test_units_that_stay_counted_for_the_giver_are_shown_as_inflow(
    engine: Engine, record: DeskRecord
) -> None:
    _sell(engine, record, record.holders["A/farm"][0], record.holders["B/farm"][0], 120)
    table = table_of(engine, record)
    giver, receiver = figures(table, "A/farm"), figures(table, "B/farm")
    assert (giver.carried, giver.held, giver.issued, giver.room) == (-120, 330, 450, 50)
    assert (receiver.carried, receiver.held, receiver.issued, receiver.room) == (120, 120, 0, 300)
    # Within the banner they only changed places.
    assert table.zones[0].below.carried == 0


def test_a_recount_takes_room_of_the_receiver_and_carries_nothing(engine: Engine) -> None:
    record = _filled(engine, make_desk_record(engine, "recount"))
    _sell(engine, record, record.holders["A/farm"][0], record.holders["B/farm"][0], 120)
    table = table_of(engine, record)
    giver, receiver = figures(table, "A/farm"), figures(table, "B/farm")
    assert (giver.carried, giver.set_amount, giver.room, giver.issued) == (0, 500, 170, 330)
    assert (receiver.carried, receiver.set_amount, receiver.room, receiver.issued) == (
        0,
        300,
        180,
        120,
    )


def test_a_total_that_moves_along_changes_what_is_set_on_both_sides(engine: Engine) -> None:
    record = _filled(engine, make_desk_record(engine, "move"))
    _sell(engine, record, record.holders["A/farm"][0], record.holders["B/farm"][0], 120)
    table = table_of(engine, record)
    giver, receiver = figures(table, "A/farm"), figures(table, "B/farm")
    assert (giver.carried, giver.set_amount, giver.room) == (0, 380, 50)
    assert (receiver.carried, receiver.set_amount, receiver.room) == (0, 420, 300)


def test_imported_units_are_told_apart(engine: Engine, record: DeskRecord) -> None:
    desk = run(engine, lambda session: desk_account(session, record.scheme))
    outside = PositionKey(desk, record.assets["water"], PositionKind.OUTSIDE)
    post_well(
        engine, entry_of(EntryKind.IMPORT, "import", (outside, record.holding("B/farm", 1), 77))
    )
    found = figures(table_of(engine, record), "B/farm")
    assert (found.imported, found.carried, found.held) == (77, 0, 77)


def test_a_day_gone_by_is_shown_as_it_was(engine: Engine, record: DeskRecord) -> None:
    """Entries for later days are taken off again, also those of another office's backdating."""
    water, town = record.assets["water"], record.cells["A/farm"]
    later = noon(TODAY + timedelta(days=10))
    next_week = TODAY + timedelta(days=7)

    def lower(on: date, amount: int, now: Now) -> None:
        accepted(
            run(
                engine,
                lambda session: lower_total(
                    session, water, town, amount, act(f"lower {amount}", on=on), now
                ),
            )
        )

    before = table_of(engine, record)
    lower(next_week, 60, later)
    _sell_later(engine, record, next_week, later)
    lower(TODAY, 5, later)
    then = table_of(engine, record)
    assert figures(then, "B/farm") == figures(before, "B/farm")
    on_that_day = figures(then, "A/farm")
    assert (on_that_day.set_amount, on_that_day.held, on_that_day.carried) == (495, 450, 0)
    # Booked last, so it could only be tolerated; by its own day there was room for it.
    assert (on_that_day.room, on_that_day.tolerated) == (50, 5)
    today = figures(table_of(engine, record, on=later.today), "A/farm")
    assert (today.set_amount, today.held, today.carried) == (435, 440, -10)
    yesterday = figures(table_of(engine, record, on=TODAY - timedelta(days=1)), "A/farm")
    assert (yesterday.set_amount, yesterday.located, yesterday.room) == (0, 0, 0)


def _sell_later(engine: Engine, record: DeskRecord, on: date, now: Now) -> None:
    request = TransferRequest(
        "later",
        on,
        record.holders["A/farm"][0],
        record.holders["B/farm"][0],
        record.assets["water"],
        10,
        actor="a",
        document="d",
    )
    accepted(run(engine, lambda session: transfer(session, request, now)))


def test_the_tree_of_the_day_decides_what_lies_below(engine: Engine, record: DeskRecord) -> None:
    def move(session: Session) -> None:
        other = ensure_zone(session, "chd", "OTHER", "示例邻旗", "Example Neighbour")
        assert move_zone(session, record.zones["B"], other, TODAY) is None

    run(engine, move)
    now = table_of(engine, record)
    assert [zone.code for zone in now.zones] == ["CHD", "A", "A1"]
    assert now.zones[0].below.set_amount == 700
    with reading(engine) as session:
        everything = totals_table(session, record.scheme, record.assets["water"], None, TODAY)
    assert not isinstance(everything, Refused)
    assert {zone.code for zone in everything.zones} == {"CHD", "A", "A1", "OTHER", "B"}


def test_a_table_of_many_cells_asks_no_more_questions_than_one_of_few(
    sqlite_engine: Engine,
) -> None:
    record = make_desk_record(sqlite_engine)
    set_in(sqlite_engine, record, "CHD", 1000)
    statements: list[str] = []
    event.listen(
        sqlite_engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_rest: statements.append(statement),
    )

    def count() -> int:
        statements.clear()
        with reading(sqlite_engine) as session:
            totals_table(session, record.scheme, record.assets["water"], record.zones["CHD"], TODAY)
        return len(statements)

    few = count()

    def add_villages(session: Session) -> list[Part]:
        zones = [
            ensure_zone(session, "chd", f"V{n}", f"V{n}", f"V{n}", record.zones["CHD"])
            for n in range(60)
        ]
        return [Part(ensure_cell(session, zone_id), 1) for zone_id in zones]

    _divide(sqlite_engine, record, run(sqlite_engine, add_villages))
    assert count() == few


def test_a_balance_changed_by_hand_shows_as_a_gap(engine: Engine, record: DeskRecord) -> None:
    """Set comes from the entries, not from the parts: so the identity can fail, and does."""
    statement = text(
        "UPDATE position SET credits = credits + 1 WHERE account_id = :account AND kind = 'holding'"
    )
    numbers = {"account": record.holders["A/farm"][1]}
    run(engine, lambda session: session.execute(statement, numbers))
    with reading(engine) as session:
        table = totals_table(
            session, record.scheme, record.assets["water"], record.zones["CHD"], TODAY
        )
    assert not isinstance(table, Refused)
    assert not table.ties
    assert figures(table, "A/farm").gap == -1
    assert figures(table, "B/farm").ties


def test_only_totals_of_the_scheme_and_its_zones_are_shown(sqlite_engine: Engine) -> None:
    record = make_desk_record(sqlite_engine)

    def others(session: Session) -> tuple[int, int]:
        elsewhere = ensure_zone(session, "basin", "WEST", "西辽河", "West Liao")
        return open_scheme(session, NM_WATER).id, elsewhere

    other_scheme, elsewhere = run(sqlite_engine, others)
    water, banner = record.assets["water"], record.zones["CHD"]
    with reading(sqlite_engine) as session:
        for scheme_id, asset_id, zone_id, code in (
            (record.scheme, 9999, banner, TotalsCode.TOTAL_OF_UNKNOWN_ASSET),
            (other_scheme, water, banner, AssetCode.ASSET_OF_OTHER_SCHEME),
            (record.scheme, water, elsewhere, TotalsCode.ZONE_OUTSIDE_SCHEME),
        ):
            answer = totals_table(session, scheme_id, asset_id, zone_id, TODAY)
            assert isinstance(answer, Refused)
            assert answer.code is code


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (flows._SETTING, "ix_entry_totals"),
        (flows._UNDONE, "uq_entry_reverses"),
        (flows._LATER, "ix_entry_recorded_at"),
        (flows._CROSSING, "ix_transfer_debit"),
        (flows._STOCK, "ix_position_asset_id"),
    ],
)
def test_the_journal_is_asked_through_its_indexes(
    sqlite_engine: Engine, statement: str, index: str
) -> None:
    values = {"asset_id": 1, "day": "2026-01-01", "after": "2026-01-02"}
    with reading(sqlite_engine) as session:
        plan = [
            str(row) for row in session.execute(text(f"EXPLAIN QUERY PLAN {statement}"), values)
        ]
    assert any(index in line for line in plan)
    assert not any("SCAN t" in line for line in plan)
