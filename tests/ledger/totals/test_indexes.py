"""Assets under one total: rooms of indexes, overlapping terms, and what comes back."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, select

from ledger.core.database import reading, run
from ledger.core.entries import Posted, PostingCode
from ledger.core.tables import transfer
from ledger.refusals import Refused
from ledger.totals.allocation import return_units
from ledger.totals.codes import TotalsCode
from ledger.totals.desk import Part, divide, lower_total
from ledger.totals.indexes import close_asset, open_asset
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
from tests.support.small_record import NOON

YEARS = range(2026, 2032)


@pytest.fixture
def record(engine: Engine) -> DeskRecord:
    return make_desk_record(engine)


def ask(
    engine: Engine, function: Callable[..., Posted | Refused], *arguments: Any
) -> Posted | Refused:
    return run(engine, lambda session: function(session, *arguments, NOON))


def opening(
    engine: Engine, record: DeskRecord, asset: str, label: str, amount: int, key: str = ""
) -> Posted | Refused:
    key = key or f"open {asset} {label} {amount}"
    return ask(engine, open_asset, record.assets[asset], record.cells[label], amount, act(key))


def test_terms_that_overlap_share_the_room_of_each_year(engine: Engine, record: DeskRecord) -> None:
    """70 for 2026-2030 and 40 for 2027-2031 under yearly totals of 100: 30 can be had."""
    for year in YEARS:
        set_in(engine, record, "A", 100, f"y{year}")
    accepted(opening(engine, record, "r2026", "A", 70))
    answer = refused(opening(engine, record, "r2027", "A", 40))
    assert answer.code is TotalsCode.INDEX_ROOM_EXHAUSTED
    assert answer.values == {
        "index": "y2027",
        "amount": Quantity(40, "m3"),
        "room": Quantity(30, "m3"),
    }
    assert of_cell(engine, record, "A", "r2027") == {}
    accepted(opening(engine, record, "r2027", "A", 30))
    left = [of_cell(engine, record, "A", f"y{year}").get("room", 0) for year in YEARS]
    assert left == [30, 0, 0, 0, 0, 70]
    assert of_cell(engine, record, "A", "r2027") == {"source": -30, "total": 30}
    assert figures(table_of(engine, record, "y2027"), "A").opened == 100
    assert figures(table_of(engine, record, "r2026"), "A").set_amount == 70


def test_opening_is_one_entry_over_all_assets(engine: Engine, record: DeskRecord) -> None:
    for year in YEARS:
        set_in(engine, record, "A", 100, f"y{year}")
    posted = accepted(opening(engine, record, "r2026", "A", 70))
    with reading(engine) as session:
        assets = session.scalars(
            select(transfer.c.asset_id).where(transfer.c.entry_id == posted.entry_id)
        ).all()
    expected = [record.assets[f"y{year}"] for year in range(2026, 2031)]
    assert sorted(assets) == sorted([*expected, record.assets["r2026"]])


def test_one_index_without_room_refuses_the_whole_opening(
    engine: Engine, record: DeskRecord
) -> None:
    for year in (2026, 2027, 2028, 2030):
        set_in(engine, record, "A", 100, f"y{year}")
    answer = refused(opening(engine, record, "r2026", "A", 1))
    assert answer.values["index"] == "y2029"
    assert of_cell(engine, record, "A", "y2026") == {"source": -100, "room": 100}


def test_two_series_under_one_index_share_its_room(engine: Engine, record: DeskRecord) -> None:
    set_in(engine, record, "A", 500, "cod")
    accepted(opening(engine, record, "free", "A", 450))
    assert refused(opening(engine, record, "paid", "A", 60)).values["room"] == Quantity(50, "m3")
    accepted(opening(engine, record, "paid", "A", 50))


def test_the_room_of_an_index_is_divided_like_a_total(engine: Engine, record: DeskRecord) -> None:
    set_in(engine, record, "CHD", 1000, "cod")
    parts = [Part(record.cells["A"], 600), Part(record.cells["B/farm"], 300)]
    index, banner = record.assets["cod"], record.cells["CHD"]
    accepted(ask(engine, divide, index, banner, parts, act("divide")))
    assert of_cell(engine, record, "CHD", "cod") == {"source": -1000, "room": 100}
    accepted(opening(engine, record, "free", "A", 600))
    assert refused(opening(engine, record, "free", "A", 1)).code is TotalsCode.INDEX_ROOM_EXHAUSTED
    table = table_of(engine, record, "cod")
    assert table.zones[0].below.opened == 600


def test_a_lowered_index_is_served_first_by_what_is_closed(
    engine: Engine, record: DeskRecord
) -> None:
    """Lower by 120 with 50 left: 70 are out beyond it; of 100 that come back 30 are room again."""
    set_in(engine, record, "B", 300, "cod")
    accepted(opening(engine, record, "free", "B", 250))
    index, cell, free = record.assets["cod"], record.cells["B"], record.assets["free"]
    accepted(ask(engine, lower_total, index, cell, 120, act("lower")))
    assert of_cell(engine, record, "B", "cod") == {
        "source": -180,
        "tolerated": -70,
        "room_used": 250,
    }
    accepted(ask(engine, close_asset, free, cell, 100, act("close")))
    assert of_cell(engine, record, "B", "cod") == {"source": -180, "room": 30, "room_used": 150}
    assert of_cell(engine, record, "B", "free") == {"source": -150, "total": 150}
    found = figures(table_of(engine, record, "cod"), "B")
    assert (found.set_amount, found.opened, found.room, found.tolerated) == (180, 150, 30, 0)


def test_units_returned_under_a_lowered_index_are_closed_as_far_as_it_owes(
    engine: Engine, record: DeskRecord
) -> None:
    """100 returned while the index has 70 out beyond its total: 70 are gone, 30 may go out again."""
    set_in(engine, record, "A/farm", 300, "cod")
    accepted(opening(engine, record, "free", "A/farm", 250))
    allocate_to(engine, record, "A/farm", 250, asset="free")
    index, cell = record.assets["cod"], record.cells["A/farm"]
    accepted(ask(engine, lower_total, index, cell, 120, act("lower")))
    holder, free = record.holders["A/farm"][0], record.assets["free"]
    first = accepted(ask(engine, return_units, holder, free, 100, act("return")))
    assert of_cell(engine, record, "A/farm", "cod") == {"source": -180, "room_used": 180}
    assert of_cell(engine, record, "A/farm", "free") == {"source": -180, "total": 30}
    again = accepted(ask(engine, return_units, holder, free, 100, act("return")))
    assert (again.entry_id, again.again) == (first.entry_id, True)
    assert refused(ask(engine, return_units, holder, free, 99, act("return"))).code is (
        PostingCode.KEY_USED_FOR_ANOTHER_ENTRY
    )
    table_of(engine, record, "free")


def test_a_return_serves_the_index_that_owes_most_and_reopens_the_others(
    engine: Engine, record: DeskRecord
) -> None:
    for year in YEARS:
        set_in(engine, record, "A", 100, f"y{year}")
    accepted(opening(engine, record, "r2026", "A", 100))
    allocate_to(engine, record, "A", 100, asset="r2026")
    for year, amount in ((2027, 20), (2028, 30)):
        index, cell = record.assets[f"y{year}"], record.cells["A"]
        accepted(ask(engine, lower_total, index, cell, amount, act(f"lower {year}")))
    holder = record.holders["A"][0]
    accepted(ask(engine, return_units, holder, record.assets["r2026"], 40, act("return")))
    # 30 close what 2028 owes; that gives 2027 its 20 and 10 of room, and 2026 room of 30.
    assert of_cell(engine, record, "A", "y2028") == {"source": -70, "room_used": 70}
    assert of_cell(engine, record, "A", "y2027") == {"source": -80, "room": 10, "room_used": 70}
    assert of_cell(engine, record, "A", "y2026") == {"source": -100, "room": 30, "room_used": 70}
    assert of_cell(engine, record, "A", "r2026") == {"source": -70, "total": 10}
    table_of(engine, record, "y2027")


def test_only_what_is_not_out_and_was_opened_here_is_closed(
    engine: Engine, record: DeskRecord
) -> None:
    set_in(engine, record, "CHD", 300, "cod")
    accepted(opening(engine, record, "free", "CHD", 250))
    free, banner, town = record.assets["free"], record.cells["CHD"], record.cells["A"]
    accepted(ask(engine, divide, free, banner, [Part(town, 100)], act("divide")))
    above = refused(ask(engine, close_asset, free, banner, 151, act("close")))
    assert above.code is TotalsCode.CLOSING_EXCEEDS_ROOM
    assert above.values["room"] == Quantity(150, "m3")
    below = refused(ask(engine, close_asset, free, town, 1, act("close")))
    assert below.values["room"] == Quantity(0, "m3")


def test_an_asset_under_no_index_is_set_and_not_opened(sqlite_engine: Engine) -> None:
    record = make_desk_record(sqlite_engine)
    answer = refused(opening(sqlite_engine, record, "water", "A", 1))
    assert answer.code is TotalsCode.ASSET_STANDS_UNDER_NO_INDEX


def test_opening_twice_under_one_key_opens_once(engine: Engine, record: DeskRecord) -> None:
    set_in(engine, record, "A", 100, "cod")
    first = accepted(opening(engine, record, "free", "A", 60))
    # The room left would not do for a second time.
    second = accepted(opening(engine, record, "free", "A", 60))
    assert (second.entry_id, second.again) == (first.entry_id, True)
    assert of_cell(engine, record, "A", "cod") == {"source": -100, "room": 40, "room_used": 60}
