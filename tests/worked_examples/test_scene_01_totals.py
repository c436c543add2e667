"""Scene 1: a total set, divided, issued from, lowered, and served by what comes back.

1,000 for the banner; 500 to town A's farms, 100 to its industry, 300 to town B's farms.  Two
series of rights stand under the one total, so it is the room of an index.
"""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from ledger.core.database import run
from ledger.core.entries import Posted
from ledger.refusals import Refused
from ledger.registry.transfers import TransferRequest, transfer
from ledger.totals.allocation import return_units
from ledger.totals.codes import TotalsCode
from ledger.totals.desk import Part, divide, lower_total
from ledger.totals.indexes import close_asset, open_asset
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
from tests.support.small_record import NOON, TODAY


def at_the_desk(
    engine: Engine, function: Callable[..., Posted | Refused], *arguments: Any
) -> Posted | Refused:
    """Do one act in one transaction."""
    return run(engine, lambda session: function(session, *arguments, NOON))


@pytest.fixture
def record(engine: Engine) -> DeskRecord:
    record = make_desk_record(engine)
    set_in(engine, record, "CHD", 1000, asset="cod")
    parts = [
        Part(record.cells[label], amount)
        for label, amount in (("A/farm", 500), ("A/industry", 100), ("B/farm", 300))
    ]
    index, banner = record.assets["cod"], record.cells["CHD"]
    accepted(at_the_desk(engine, divide, index, banner, parts, act("divide")))
    free, farm = record.assets["free"], record.cells["A/farm"]
    accepted(at_the_desk(engine, open_asset, free, farm, 450, act("open")))
    allocate_to(engine, record, "A/farm", 300, 150, asset="free")
    return record


def test_after_division_and_issue(engine: Engine, record: DeskRecord) -> None:
    assert of_cell(engine, record, "CHD", "cod") == {"source": -1000, "room": 100}
    assert of_cell(engine, record, "A/farm", "cod") == {"room": 50, "room_used": 450}
    assert of_cell(engine, record, "B/farm", "cod") == {"room": 300}
    assert of_cell(engine, record, "A/farm", "free") == {"source": -450}


def test_a_second_series_draws_on_the_same_room(engine: Engine, record: DeskRecord) -> None:
    paid, farm = record.assets["paid"], record.cells["A/farm"]
    answer = refused(at_the_desk(engine, open_asset, paid, farm, 60, act("60 more")))
    assert answer.code is TotalsCode.INDEX_ROOM_EXHAUSTED
    accepted(at_the_desk(engine, open_asset, paid, farm, 50, act("50 more")))
    assert of_cell(engine, record, "A/farm", "cod") == {"room_used": 500}


def test_lowered_by_120_with_50_left_and_served_by_100_that_come_back(
    engine: Engine, record: DeskRecord
) -> None:
    index, farm = record.assets["cod"], record.cells["A/farm"]
    accepted(at_the_desk(engine, lower_total, index, farm, 120, act("lower")))
    # 50 of room went back, 70 are out beyond the total now.
    assert of_cell(engine, record, "A/farm", "cod") == {"room_used": 450, "tolerated": -70}
    assert of_cell(engine, record, "CHD", "cod") == {"source": -880, "room": 100}

    free, holder = record.assets["free"], record.holders["A/farm"][0]
    accepted(at_the_desk(engine, return_units, holder, free, 100, act("return")))
    # 70 served what was owed; 30 wait in the series and can be closed into room again.
    assert of_cell(engine, record, "A/farm", "cod") == {"room_used": 380}
    assert of_cell(engine, record, "A/farm", "free") == {"source": -380, "total": 30}
    accepted(at_the_desk(engine, close_asset, free, farm, 30, act("close")))
    assert of_cell(engine, record, "A/farm", "cod") == {"room": 30, "room_used": 350}

    found = figures(table_of(engine, record, "cod"), "A/farm")
    assert (found.set_amount, found.room, found.opened, found.tolerated) == (380, 30, 350, 0)


def test_terms_that_overlap_share_the_years_they_share(engine: Engine) -> None:
    """70 for 2026-2030 and 40 for 2027-2031 under yearly totals of 100: refused; 30: accepted."""
    record = make_desk_record(engine)
    for year in range(2026, 2032):
        set_in(engine, record, "CHD", 100, asset=f"y{year}")
    early, late = record.assets["r2026"], record.assets["r2027"]
    banner = record.cells["CHD"]
    accepted(at_the_desk(engine, open_asset, early, banner, 70, act("2026-2030")))
    answer = refused(at_the_desk(engine, open_asset, late, banner, 40, act("40")))
    assert answer.code is TotalsCode.INDEX_ROOM_EXHAUSTED
    accepted(at_the_desk(engine, open_asset, late, banner, 30, act("30")))
    rooms = [
        of_cell(engine, record, "CHD", f"y{year}").get("room", 0) for year in range(2026, 2032)
    ]
    assert rooms == [30, 0, 0, 0, 0, 70]


@pytest.mark.parametrize(
    ("policy", "giver", "receiver"),
    [
        # set, room, held, carried in
        ("stay", (100, 20, 55, -25), (100, 90, 35, 25)),
        ("recount", (100, 45, 55, 0), (100, 65, 35, 0)),
        ("move", (75, 20, 55, 0), (125, 90, 35, 0)),
    ],
)
def test_a_sale_across_the_border_of_a_cell_under_each_policy(
    engine: Engine,
    policy: str,
    giver: tuple[int, int, int, int],
    receiver: tuple[int, int, int, int],
) -> None:
    """Of totals of 100, A issued 80 and B 10; a holder in A sells 25 to one in B."""
    record = make_desk_record(engine, policy)
    for label, issued in (("A/farm", 80), ("B/farm", 10)):
        set_in(engine, record, label, 100)
        allocate_to(engine, record, label, issued)
    sale = TransferRequest(
        key="sale",
        business_date=TODAY,
        from_account_id=record.holders["A/farm"][0],
        to_account_id=record.holders["B/farm"][0],
        asset_id=record.assets["water"],
        amount=25,
    )
    accepted(at_the_desk(engine, transfer, sale))
    table = table_of(engine, record)
    found = [figures(table, label) for label in ("A/farm", "B/farm")]
    assert [(one.set_amount, one.room, one.held, one.carried) for one in found] == [giver, receiver]
