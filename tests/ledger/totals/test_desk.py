"""The regulator's desk: what each act moves, what it refuses, and that asking twice is safe."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from ledger.core.database import reading, run
from ledger.core.entries import Posted, PostingCode
from ledger.core.moves import AMOUNT_MAX
from ledger.core.posting import post, reversal_of
from ledger.core.tables import asset, entry, transfer
from ledger.refusals import Refused
from ledger.registry.zones import ensure_cell, ensure_zone, move_zone
from ledger.totals.acts import Act
from ledger.totals.codes import TotalsCode
from ledger.totals.desk import Part, divide, give_back, lower_total, raise_total, set_total
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
from tests.support.small_record import NOON, TODAY


@pytest.fixture
def record(engine: Engine) -> DeskRecord:
    return make_desk_record(engine)


def ask(
    engine: Engine, function: Callable[..., Posted | Refused], *arguments: Any, **more: Any
) -> Posted | Refused:
    """Ask for one act in a transaction of its own."""
    return run(engine, lambda session: function(session, *arguments, NOON, **more))


def _parts(record: DeskRecord, **amounts: int) -> list[Part]:
    return [Part(record.cells[label.replace("_", "/")], n) for label, n in amounts.items()]


# -- set, raise, lower ---------------------------------------------------------------------------


def test_setting_funds_the_total_from_the_cells_own_source(
    engine: Engine, record: DeskRecord
) -> None:
    set_in(engine, record, "CHD", 1000)
    assert of_cell(engine, record, "CHD") == {"source": -1000, "total": 1000}
    assert figures(table_of(engine, record), "CHD").set_amount == 1000


def test_a_total_is_set_once_and_raised_after_that(engine: Engine, record: DeskRecord) -> None:
    water, cell = record.assets["water"], record.cells["CHD"]
    too_early = refused(ask(engine, raise_total, water, cell, 5, act("raise")))
    assert too_early.code is TotalsCode.TOTAL_NOT_SET_HERE
    set_in(engine, record, "CHD", 1000)
    again = refused(ask(engine, set_total, water, cell, 7, act("set again")))
    assert again.code is TotalsCode.TOTAL_ALREADY_SET
    assert again.values["set"] == Quantity(1000, "m3")
    accepted(ask(engine, raise_total, water, cell, 5, act("raise")))
    assert of_cell(engine, record, "CHD") == {"source": -1005, "total": 1005}


def test_lowering_takes_the_room_and_tolerates_what_is_out(
    engine: Engine, record: DeskRecord
) -> None:
    set_in(engine, record, "A/farm", 300)
    allocate_to(engine, record, "A/farm", 250)
    water, cell = record.assets["water"], record.cells["A/farm"]
    accepted(ask(engine, lower_total, water, cell, 120, act("lower")))
    assert of_cell(engine, record, "A/farm") == {"source": -180, "tolerated": -70}
    found = figures(table_of(engine, record), "A/farm")
    assert (found.set_amount, found.room, found.tolerated, found.issued) == (180, 0, 70, 250)


def test_raising_serves_what_is_tolerated_before_there_is_room(
    engine: Engine, record: DeskRecord
) -> None:
    set_in(engine, record, "A/farm", 300)
    allocate_to(engine, record, "A/farm", 250)
    water, cell = record.assets["water"], record.cells["A/farm"]
    accepted(ask(engine, lower_total, water, cell, 120, act("lower")))
    accepted(ask(engine, raise_total, water, cell, 60, act("raise 1")))
    assert of_cell(engine, record, "A/farm") == {"source": -240, "tolerated": -10}
    accepted(ask(engine, raise_total, water, cell, 60, act("raise 2")))
    assert of_cell(engine, record, "A/farm") == {"source": -300, "total": 50}


def test_a_lowering_beyond_the_room_is_refused_on_request(
    engine: Engine, record: DeskRecord
) -> None:
    set_in(engine, record, "A/farm", 300)
    allocate_to(engine, record, "A/farm", 250)
    water, cell = record.assets["water"], record.cells["A/farm"]
    answer = refused(ask(engine, lower_total, water, cell, 120, act("lower"), room_only=True))
    assert answer.code is TotalsCode.LOWERING_EXCEEDS_ROOM
    assert answer.values == {
        "amount": Quantity(120, "m3"),
        "room": Quantity(50, "m3"),
        "beyond": Quantity(70, "m3"),
    }
    accepted(ask(engine, lower_total, water, cell, 50, act("lower"), room_only=True))
    assert of_cell(engine, record, "A/farm") == {"source": -250}


def test_no_more_is_lowered_than_was_set_in_the_cell(engine: Engine, record: DeskRecord) -> None:
    water = record.assets["water"]
    set_in(engine, record, "CHD", 1000)
    parts = _parts(record, A=400)
    accepted(ask(engine, divide, water, record.cells["CHD"], parts, act("divide")))
    below = refused(ask(engine, lower_total, water, record.cells["A"], 401, act("lower A")))
    assert below.code is TotalsCode.LOWERING_EXCEEDS_SET
    above = refused(ask(engine, lower_total, water, record.cells["CHD"], 1001, act("lower")))
    assert above.values["set"] == Quantity(1000, "m3")


# -- divide, give back ---------------------------------------------------------------------------


def test_a_division_is_one_entry_over_zones_and_uses(engine: Engine, record: DeskRecord) -> None:
    set_in(engine, record, "CHD", 1000)
    parts = _parts(record, A=200, A_farm=300, B_industry=100, CHD_farm=50)
    posted = accepted(
        ask(engine, divide, record.assets["water"], record.cells["CHD"], parts, act("divide"))
    )
    with reading(engine) as session:
        lines = session.scalars(
            select(transfer.c.amount)
            .where(transfer.c.entry_id == posted.entry_id)
            .order_by(transfer.c.line)
        ).all()
    assert lines == [200, 300, 100, 50]
    found = table_of(engine, record)
    assert figures(found, "CHD").divided == 650
    assert figures(found, "CHD").room == 350
    assert figures(found, "A/farm").set_amount == 300
    banner, town_a = found.zones[0], found.zones[1]
    assert (banner.below.set_amount, banner.below.divided, banner.below.room) == (1000, 0, 1000)
    assert (town_a.code, town_a.below.set_amount) == ("A", 500)


def test_parts_beyond_the_room_are_refused_and_told_by_how_much(
    engine: Engine, record: DeskRecord
) -> None:
    set_in(engine, record, "CHD", 12_000)
    parts = _parts(record, A=12_000, B=150)
    answer = refused(
        ask(engine, divide, record.assets["water"], record.cells["CHD"], parts, act("divide"))
    )
    assert answer.code is TotalsCode.DIVISION_EXCEEDS_TOTAL
    assert answer.values == {
        "parts": Quantity(12_150, "m3"),
        "room": Quantity(12_000, "m3"),
        "excess": Quantity(150, "m3"),
    }
    assert of_cell(engine, record, "A") == {}


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        ("CHD", "A1"),  # a grandchild
        ("A", "B"),  # a sister
        ("A", "CHD"),  # the parent
        ("CHD", "CHD"),  # itself
        ("A/farm", "A/industry"),  # another use of the same zone
        ("A/farm", "A"),  # from a use to the whole
        ("CHD/farm", "A"),  # one use above, the whole below
        ("CHD/farm", "A/industry"),  # one use above, another below
    ],
)
def test_only_cells_below_get_a_part(
    engine: Engine, record: DeskRecord, upper: str, lower: str
) -> None:
    set_in(engine, record, upper, 1000)
    parts = [Part(record.cells[lower], 10)]
    answer = refused(
        ask(engine, divide, record.assets["water"], record.cells[upper], parts, act("divide"))
    )
    assert answer.code is TotalsCode.CELL_NOT_BELOW
    assert (answer.values["cell"], answer.values["upper"]) == (lower, upper)


def test_one_use_divides_to_the_same_use_in_child_zones(engine: Engine, record: DeskRecord) -> None:
    set_in(engine, record, "CHD/farm", 100)
    parts = _parts(record, A_farm=60, B_farm=40)
    water = record.assets["water"]
    accepted(ask(engine, divide, water, record.cells["CHD/farm"], parts, act("divide")))
    assert of_cell(engine, record, "B/farm") == {"total": 40}


def test_the_zone_tree_of_the_acts_day_decides(engine: Engine, record: DeskRecord) -> None:
    """A town that moved out of the banner in May gets no part for June, but one for April."""

    def move(session: Session) -> None:
        other = ensure_zone(session, "chd", "OTHER", "示例邻旗", "Example Neighbour")
        assert move_zone(session, record.zones["B"], other, date(2026, 5, 1)) is None

    run(engine, move)
    set_in(engine, record, "CHD", 1000)
    water, banner = record.assets["water"], record.cells["CHD"]
    june = refused(ask(engine, divide, water, banner, _parts(record, B=1), act("june")))
    assert june.code is TotalsCode.CELL_NOT_BELOW
    april = act("april", on=date(2026, 4, 30))
    accepted(ask(engine, divide, water, banner, _parts(record, B=1), april))


def test_a_cell_is_named_once_in_a_division(engine: Engine, record: DeskRecord) -> None:
    set_in(engine, record, "CHD", 1000)
    parts = _parts(record, A=1) + _parts(record, A=2)
    answer = refused(
        ask(engine, divide, record.assets["water"], record.cells["CHD"], parts, act("divide"))
    )
    assert (answer.code, answer.values["cell"]) == (TotalsCode.CELL_NAMED_TWICE, "A")


def test_a_childs_part_serves_what_it_tolerates_first(engine: Engine, record: DeskRecord) -> None:
    set_in(engine, record, "CHD", 1000)
    set_in(engine, record, "A/farm", 300)
    allocate_to(engine, record, "A/farm", 300)
    water = record.assets["water"]
    accepted(ask(engine, lower_total, water, record.cells["A/farm"], 70, act("lower")))
    parts = _parts(record, A_farm=100)
    accepted(ask(engine, divide, water, record.cells["CHD"], parts, act("divide")))
    assert of_cell(engine, record, "A/farm") == {"source": -230, "total": 30}
    assert figures(table_of(engine, record), "A/farm").set_amount == 330


def test_room_given_back_serves_the_parent_first(engine: Engine, record: DeskRecord) -> None:
    set_in(engine, record, "CHD", 1000)
    water, banner, town = record.assets["water"], record.cells["CHD"], record.cells["A"]
    accepted(ask(engine, divide, water, banner, _parts(record, A=900), act("divide")))
    accepted(ask(engine, lower_total, water, banner, 300, act("lower")))
    assert of_cell(engine, record, "CHD") == {"source": -700, "tolerated": -200}
    accepted(ask(engine, give_back, water, town, banner, 250, act("back")))
    assert of_cell(engine, record, "CHD") == {"source": -700, "total": 50}
    found = table_of(engine, record)
    assert (figures(found, "CHD").divided, figures(found, "A").set_amount) == (650, 650)


def test_no_more_room_is_given_back_than_there_is(engine: Engine, record: DeskRecord) -> None:
    set_in(engine, record, "CHD", 1000)
    water, banner, town = record.assets["water"], record.cells["CHD"], record.cells["A"]
    accepted(ask(engine, divide, water, banner, _parts(record, A=100), act("divide")))
    allocate_to(engine, record, "A", 60)
    answer = refused(ask(engine, give_back, water, town, banner, 41, act("back")))
    assert answer.code is TotalsCode.GIVING_BACK_EXCEEDS_ROOM
    assert answer.values["room"] == Quantity(40, "m3")
    upward = refused(ask(engine, give_back, water, banner, town, 1, act("upward")))
    assert upward.code is TotalsCode.CELL_NOT_BELOW


def test_room_goes_back_only_to_where_it_came_from(engine: Engine, record: DeskRecord) -> None:
    set_in(engine, record, "CHD", 1000)
    water, banner, town = record.assets["water"], record.cells["CHD"], record.cells["A"]
    farms = record.cells["A/farm"]
    parts = _parts(record, A=100, A_farm=30)
    accepted(ask(engine, divide, water, banner, parts, act("first")))
    accepted(ask(engine, divide, water, town, _parts(record, A_farm=50), act("second")))
    answer = refused(ask(engine, give_back, water, farms, banner, 31, act("back")))
    assert answer.code is TotalsCode.GIVING_BACK_EXCEEDS_SHARE
    assert answer.values["share"] == Quantity(30, "m3")
    accepted(ask(engine, give_back, water, farms, town, 50, act("to the town")))
    accepted(ask(engine, give_back, water, farms, banner, 30, act("to the banner")))
    table = table_of(engine, record)
    assert (figures(table, "CHD").divided, figures(table, "A").divided) == (100, 0)


# -- lowering what came from above ---------------------------------------------------------------


def test_what_came_from_above_is_lowered_there_too(engine: Engine, record: DeskRecord) -> None:
    """Town A got 300 of 1,000 and has 250 out: lowered by 120, the banner's total falls with it."""
    set_in(engine, record, "CHD", 1000)
    water, banner, town = record.assets["water"], record.cells["CHD"], record.cells["A/farm"]
    accepted(ask(engine, divide, water, banner, _parts(record, A_farm=300), act("divide")))
    allocate_to(engine, record, "A/farm", 250)
    accepted(ask(engine, lower_total, water, town, 120, act("lower")))
    assert of_cell(engine, record, "A/farm") == {"tolerated": -70}
    assert of_cell(engine, record, "CHD") == {"source": -880, "total": 700}
    table = table_of(engine, record)
    above, below = figures(table, "CHD"), figures(table, "A/farm")
    assert (above.set_amount, above.divided) == (880, 180)
    assert (below.set_amount, below.issued, below.tolerated) == (180, 250, 70)
    again = accepted(ask(engine, lower_total, water, town, 120, act("lower")))
    assert again.again


def test_a_lowering_goes_back_level_by_level(engine: Engine, record: DeskRecord) -> None:
    """Banner to town to its farms: afterwards the town has been given so much less as well."""
    set_in(engine, record, "CHD", 1000)
    water, banner, town = record.assets["water"], record.cells["CHD"], record.cells["A"]
    farms = record.cells["A/farm"]
    accepted(ask(engine, divide, water, banner, _parts(record, A=100), act("first")))
    accepted(ask(engine, divide, water, town, _parts(record, A_farm=100), act("second")))
    accepted(ask(engine, lower_total, water, farms, 80, act("lower")))
    table = table_of(engine, record)
    found = {label: figures(table, label) for label in ("CHD", "A", "A/farm")}
    assert {label: (one.set_amount, one.divided) for label, one in found.items()} == {
        "CHD": (920, 20),
        "A": (20, 20),
        "A/farm": (20, 0),
    }
    beyond = refused(ask(engine, lower_total, water, town, 21, act("lower A")))
    assert beyond.code is TotalsCode.LOWERING_EXCEEDS_SET


def test_a_lowering_below_serves_what_is_tolerated_above(
    engine: Engine, record: DeskRecord
) -> None:
    """The banner was lowered first; what its town gives up then makes that good."""
    set_in(engine, record, "CHD", 100)
    water, banner, town = record.assets["water"], record.cells["CHD"], record.cells["A"]
    accepted(ask(engine, divide, water, banner, _parts(record, A=100), act("divide")))
    accepted(ask(engine, lower_total, water, banner, 60, act("lower banner")))
    assert of_cell(engine, record, "CHD") == {"source": -40, "tolerated": -60}
    accepted(ask(engine, lower_total, water, town, 75, act("lower town")))
    assert of_cell(engine, record, "CHD") == {"source": -25}
    assert of_cell(engine, record, "A") == {"total": 25}
    table_of(engine, record)


def test_what_a_cell_set_itself_is_lowered_before_what_came_from_above(
    engine: Engine, record: DeskRecord
) -> None:
    set_in(engine, record, "CHD", 100)
    set_in(engine, record, "A", 50)
    water, banner, town = record.assets["water"], record.cells["CHD"], record.cells["A"]
    accepted(ask(engine, divide, water, banner, _parts(record, A=100), act("divide")))
    accepted(ask(engine, lower_total, water, town, 60, act("lower")))
    assert of_cell(engine, record, "A") == {"total": 90}
    assert of_cell(engine, record, "CHD") == {"source": -90}
    table_of(engine, record)


# -- asked twice, recorded, refused --------------------------------------------------------------


def test_asking_twice_gives_the_first_answer_whatever_happened_since(
    engine: Engine, record: DeskRecord
) -> None:
    set_in(engine, record, "A/farm", 300)
    allocate_to(engine, record, "A/farm", 250)
    water, cell = record.assets["water"], record.cells["A/farm"]
    first = accepted(ask(engine, lower_total, water, cell, 120, act("lower")))
    accepted(ask(engine, raise_total, water, cell, 500, act("raise")))
    second = accepted(ask(engine, lower_total, water, cell, 120, act("lower")))
    assert (second.entry_id, second.again) == (first.entry_id, True)
    # Set for the second time it would be refused: the key makes it the first time again.
    assert accepted(ask(engine, set_total, water, cell, 300, act("set water A/farm"))).again
    assert of_cell(engine, record, "A/farm") == {"source": -680, "total": 430}


def test_another_question_under_the_same_key_is_refused(engine: Engine, record: DeskRecord) -> None:
    set_in(engine, record, "CHD", 1000)
    water, banner = record.assets["water"], record.cells["CHD"]
    accepted(ask(engine, divide, water, banner, _parts(record, A=300), act("k")))
    for answer in (
        ask(engine, divide, water, banner, _parts(record, A=301), act("k")),
        ask(engine, divide, water, banner, _parts(record, B=300), act("k")),
        ask(engine, divide, water, banner, _parts(record, A=100, B=200), act("k")),
        ask(engine, give_back, water, record.cells["A"], banner, 300, act("k")),
        ask(engine, lower_total, water, banner, 300, act("k")),
        ask(engine, divide, water, banner, _parts(record, A=300), act("k", document="another")),
    ):
        assert refused(answer).code is PostingCode.KEY_USED_FOR_ANOTHER_ENTRY
    assert of_cell(engine, record, "CHD") == {"source": -1000, "total": 700}


def test_every_act_says_who_for_which_office_on_what_paper(
    engine: Engine, record: DeskRecord
) -> None:
    set_in(engine, record, "CHD", 1000)
    with reading(engine) as session:
        row = session.execute(select(entry)).one()
    assert (row.actor, row.office, row.document, row.business_date, row.key) == (
        "示例经办人",
        "示例水务局",
        "奈政发〔2026〕1号（示例）",
        TODAY,
        "set water CHD",
    )


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        ("actor", TotalsCode.ACT_WITHOUT_ACTOR),
        ("office", TotalsCode.ACT_WITHOUT_OFFICE),
        ("document", TotalsCode.ACT_WITHOUT_DOCUMENT),
    ],
)
def test_an_act_that_nobody_answers_for_is_refused(
    sqlite_engine: Engine, missing: str, code: TotalsCode
) -> None:
    record = make_desk_record(sqlite_engine)
    words = {"actor": "a", "office": "o", "document": "d", missing: " "}
    nobody = Act(key="k", business_date=TODAY, **words)
    answer = ask(sqlite_engine, set_total, record.assets["water"], record.cells["A"], 1, nobody)
    assert refused(answer).code is code


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (0, PostingCode.AMOUNT_NOT_POSITIVE),
        (-1, PostingCode.AMOUNT_NOT_POSITIVE),
        (AMOUNT_MAX + 1, PostingCode.AMOUNT_TOO_LARGE),
        (2**63, PostingCode.AMOUNT_TOO_LARGE),
    ],
)
def test_amounts_that_no_transfer_carries_are_refused(
    sqlite_engine: Engine, amount: int, code: PostingCode
) -> None:
    record = make_desk_record(sqlite_engine)
    water, banner, town = (record.assets["water"], record.cells["CHD"], record.cells["A"])
    for answer in (
        ask(sqlite_engine, set_total, water, banner, amount, act("1")),
        ask(sqlite_engine, lower_total, water, banner, amount, act("2")),
        ask(sqlite_engine, divide, water, banner, [Part(town, amount)], act("3")),
        ask(sqlite_engine, give_back, water, town, banner, amount, act("4")),
    ):
        assert refused(answer).code is code


def test_what_can_have_no_total_is_refused(sqlite_engine: Engine) -> None:
    record = make_desk_record(sqlite_engine)

    def add_others(session: Session) -> tuple[int, int]:
        money = session.execute(
            insert(asset)
            .values(
                code="cny",
                scheme_id=record.scheme,
                role="money",
                name_zh="元",
                name_en="yuan",
                unit="CNY",
            )
            .returning(asset.c.id)
        ).scalar_one()
        elsewhere = ensure_zone(session, "basin", "WEST", "西辽河", "West Liao")
        return money, ensure_cell(session, elsewhere)

    money, elsewhere = run(sqlite_engine, add_others)
    town = record.cells["A"]
    for asset_id, cell_id, code in (
        (money, town, TotalsCode.MONEY_HAS_NO_TOTAL),
        (9999, town, TotalsCode.TOTAL_OF_UNKNOWN_ASSET),
        (record.assets["water"], elsewhere, TotalsCode.CELL_OUTSIDE_SCHEME),
        (record.assets["water"], 9999, TotalsCode.CELL_OUTSIDE_SCHEME),
        (record.assets["paid"], town, TotalsCode.ASSET_STANDS_UNDER_INDEX),
    ):
        answer = refused(ask(sqlite_engine, set_total, asset_id, cell_id, 1, act("k")))
        assert answer.code is code


def test_reversing_an_act_takes_it_out_of_what_is_set(engine: Engine, record: DeskRecord) -> None:
    set_in(engine, record, "CHD", 1000)
    water, banner = record.assets["water"], record.cells["CHD"]
    posted = accepted(ask(engine, divide, water, banner, _parts(record, A=300), act("divide")))

    def undo(session: Session) -> Posted | Refused:
        reversal = reversal_of(session, posted.entry_id, key="undo", business_date=TODAY)
        assert not isinstance(reversal, Refused)
        return post(session, [reversal], NOON)[0]

    accepted(run(engine, undo))
    found = table_of(engine, record)
    assert figures(found, "CHD").divided == 0
    assert figures(found, "A").set_amount == 0
    assert figures(found, "CHD").room == 1000
