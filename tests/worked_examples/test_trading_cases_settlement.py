"""Trading case C47: a seizure against an open order, and a fill that breaks between its legs.

1,000 units in an order at 71.80.  A court seizes them: the order is cancelled, its units released
and seized, in one transaction.  Apart from that, a fill (1,000 x 71.80 = 71,800.00, fee 0.1 % =
71.80) that fails half way leaves neither leg and no fee; both holds stand; the venue halts and
keeps the reason.
"""

import json

import pytest
from sqlalchemy import Engine, select

from ledger.core.audit import audit
from ledger.core.database import reading, run
from ledger.core.entries import Entry, Posted, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import post
from ledger.core.tables import entry
from market.decisions import Stand
from market.replay import replay
from market.replay_findings import ReplayCode, ReplayReport
from market.tables import command_log, market_order, trade, venue_state
from tests.support.market_floor import Floor, breaking, make_floor, refused
from tests.support.market_venues import CONTINUOUS

CASE = "示例案号 2026-47"
VALUE, FEE = 7_180_000, 7_180
"""71,800.00 and 71.80 in fen."""


@pytest.fixture
def floor(engine: Engine) -> Floor:
    made = make_floor(engine, CONTINUOUS)
    made.fund("a1", units=1000)
    made.fund("b1", fen=10_000_000)
    return made


def seize(floor: Floor) -> dict[str, object]:
    """What the court asks for; the party for whom it is seized is the buyer's, for want of one."""
    return {
        "account": floor.numbers["a1"],
        "quantity": "1000",
        "case": CASE,
        "for_party": floor.parties["b1"],
    }


def differences(floor: Floor) -> dict[ReplayCode, int]:
    with reading(floor.engine) as session:
        assert audit(session).clean
        report = replay(session, floor.venue.code)
    assert isinstance(report, ReplayReport)
    return dict(report.counts)


def order_state(floor: Floor, number: int) -> tuple[str, str, int]:
    with reading(floor.engine) as session:
        row = session.execute(select(market_order).where(market_order.c.id == number)).one()
    return row.state, row.reason, row.open_lots


def stand(floor: Floor) -> tuple[str, str]:
    with reading(floor.engine) as session:
        row = session.execute(select(venue_state)).one()
    return row.phase, row.halt_reason


def seized(floor: Floor) -> int:
    key = floor.units("a1", PositionKind.SEIZED)
    return floor.has(key._replace(ref=CASE, for_party_id=floor.parties["b1"]))[0]


def test_c47_a_seizure_cancels_the_order_and_takes_its_units(floor: Floor) -> None:
    order = floor.place("a1", "sell", "1000", "71.80").answer["order"]
    assert floor.held_units("a1", order) == 1000
    answer = floor.ask("", "seize", **seize(floor))
    assert answer.answer == {"seized": 1000, "cancelled": [order]}
    assert order_state(floor, order) == ("cancelled", "cancelled_by_seizure", 0)
    assert floor.held_units("a1", order) == 0
    assert floor.has(floor.units("a1")) == [0]
    assert seized(floor) == 1000
    said = refused(floor.place("a1", "sell", "1", "71.80"))
    assert said.code == "available_too_small"
    assert differences(floor) == {}


def test_c47_release_and_seizure_are_one_command_and_one_moment(floor: Floor) -> None:
    order = floor.place("a1", "sell", "1000", "71.80").answer["order"]
    number = floor.ask("", "seize", **seize(floor)).number
    with reading(floor.engine) as session:
        admission = session.scalar(
            select(command_log.c.admission).where(command_log.c.number == number)
        )
        events = session.scalar(select(command_log.c.events).where(command_log.c.number == number))
    settled = [one[1] for one in json.loads(admission or "") if one[0] == "settle"]
    assert settled == [f"order:{order}:release:{number}", f"seize:{number}"]
    assert json.loads(events or "") == [
        {
            "event": "order_cancelled",
            "order": order,
            "lots": 1000,
            "reason": "cancelled_by_seizure",
        }
    ]


def test_c47_where_the_seizure_cannot_stand_the_order_is_not_cancelled_either(
    floor: Floor,
) -> None:
    """There is no state between: the release is undone with the seizure that needed it."""
    order = floor.place("a1", "sell", "1000", "71.80").answer["order"]
    with breaking(floor, lambda tried: tried.kind is EntryKind.SEIZE):
        said = refused(floor.ask("", "seize", **seize(floor)))
    assert said.code == "command_not_carried_out"
    assert order_state(floor, order) == ("open", "", 1000)
    assert floor.held_units("a1", order) == 1000
    assert seized(floor) == 0
    assert differences(floor) == {}


def nothing_of_the_fill(floor: Floor) -> None:
    with reading(floor.engine) as session:
        assert session.execute(select(trade)).all() == []
        assert session.execute(select(entry).where(entry.c.kind == "fill")).all() == []
    fees = floor.cash("a1")._replace(
        account_id=floor.venue.identity.fees_account_id, kind=PositionKind.FEES
    )
    assert floor.has(fees, floor.cash("a1"), floor.units("b1")) == [0, 0, 0]


def test_c47_a_fill_that_fails_leaves_neither_leg_and_no_fee(floor: Floor) -> None:
    sell = floor.place("a1", "sell", "1000", "71.80").answer["order"]
    with breaking(floor, lambda tried: tried.kind is EntryKind.FILL):
        buy = floor.place("b1", "buy", "1000", "71.80").answer["order"]
    nothing_of_the_fill(floor)
    assert floor.held_units("a1", sell) == 1000
    assert floor.held_money("b1", buy) == VALUE + FEE
    assert floor.has(floor.cash("b1")) == [10_000_000 - VALUE - FEE]
    phase, reason = stand(floor)
    assert phase == Stand.HALTED
    assert "a fault on purpose at trade:" in reason
    said = refused(floor.place("b1", "buy", "1", "71.80"))
    assert said.code == "venue_halted_by_fault"
    assert said.values == {}
    assert differences(floor) == {}


def test_c47_a_fault_between_the_legs_undoes_the_legs_before_it(floor: Floor) -> None:
    """One fen of the buyer's hold is gone, by a bug: units and price could move, the fee cannot."""
    buy = floor.place("b1", "buy", "1000", "71.80").answer["order"]
    held = floor.cash("b1")._replace(kind=PositionKind.FROZEN, ref=f"order:{buy}")
    bug = Entry(EntryKind.RELEASE, "a bug", floor.now.today, (Transfer(held, floor.cash("b1"), 1),))
    (taken,) = run(floor.engine, lambda session: post(session, [bug], floor.now))
    assert isinstance(taken, Posted)
    sell = floor.place("a1", "sell", "1000", "71.80").answer["order"]
    nothing_of_the_fill(floor)
    assert floor.held_units("a1", sell) == 1000
    assert floor.held_money("b1", buy) == VALUE + FEE - 1
    phase, reason = stand(floor)
    assert phase == Stand.HALTED
    assert "hold_too_small" in reason
    # The replay finds the fen, and nothing else.
    assert differences(floor) == {ReplayCode.REPLAY_HOLD_DIFFERS: 1}


def test_c47_when_the_cause_is_gone_the_same_orders_trade_to_the_fen(floor: Floor) -> None:
    floor.place("a1", "sell", "1000", "71.80")
    with breaking(floor, lambda tried: tried.kind is EntryKind.FILL):
        floor.place("b1", "buy", "1000", "71.80")
    floor.ask("", "resume")
    floor.tick(minutes=6)
    floor.runner.drain()
    assert floor.has(floor.units("b1"), floor.cash("a1")) == [1000, VALUE - FEE]
    assert floor.has(floor.cash("b1")) == [10_000_000 - VALUE - FEE]
    assert stand(floor) == (Stand.CONTINUOUS, "")
    assert differences(floor) == {}
