"""Scenes 2, 3, 5 and 17 of the model played through the market: queue, runner, engine, ledger.

Scene 14 is played in ``tests/market/test_trading_under_limits.py``, 13 beside the auctions.
"""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from ledger.compliance.surrender import SurrenderRequest, surrender
from ledger.core.audit import audit
from ledger.core.database import reading, run
from ledger.core.entries import Posted
from ledger.core.moves import PositionKind
from ledger.core.tables import entry, position, transfer
from ledger.refusals import Refused
from ledger.totals.acts import Act
from market.limit_registry import Group, Limit, LimitDefinition, open_group, open_limit
from market.limits import RoomState, join, room_state, set_limit
from market.replay import replay
from market.replay_findings import ReplayReport
from market.rolling import roll_all
from market.venue_definition import VenueCode
from market.venue_terms import LimitKind
from market.venues import open_venue, terms_at
from tests.support.market_floor import Floor, make_floor, refused
from tests.support.market_venues import ACTOR, CONTINUOUS, EVE, at, market_ground, with_rules

T_PLUS_1 = with_rules(CONTINUOUS, resale_lock_days="1")


def sound(floor: Floor) -> None:
    """The record recounts, and the log plays to the same again."""
    with reading(floor.engine) as session:
        assert audit(session).clean
        report = replay(session, floor.venue.code)
    assert isinstance(report, ReplayReport)
    assert report.differences == ()


# -- scene 2: the life of one order


class Bounded:
    """A limit of 500 over the asset for the groups of a1 and b1; what they hold counts."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self._acts = 0
        self.limit, self.groups = run(floor.engine, self._open)

    def _act(self) -> Act:
        self._acts += 1
        return Act(f"act-{self._acts}", EVE.today, ACTOR, "示例主管部门", "示例文件")

    def _open(self, session: Session) -> tuple[Limit, dict[str, Group]]:
        limit = open_limit(
            session,
            LimitDefinition(
                "limit",
                LimitKind.HOLDING,
                (self.floor.asset,),
                "持有限额（示例）",
                "Limit (example)",
                "示例文件",
            ),
            EVE,
            ACTOR,
        )
        assert isinstance(limit, Limit), limit
        groups = {}
        for trader in ("a1", "b1"):
            group = open_group(session, limit.scheme_id, trader, f"示例集团 {trader}", EVE, ACTOR)
            assert isinstance(group, Group), group
            groups[trader] = group
            party = self.floor.parties[trader]
            assert join(session, group.id, [party], self._act(), self.floor.now) is None
            made = set_limit(session, limit, group.id, 500, self._act(), self.floor.now)
            assert isinstance(made, RoomState), made
        return limit, groups

    def room(self, trader: str) -> RoomState:
        with reading(self.floor.engine) as session:
            return room_state(session, self.limit, self.groups[trader])


def rows_of(floor: Floor, key: str) -> int:
    with reading(floor.engine) as session:
        return (
            session.scalar(
                select(func.count())
                .select_from(transfer)
                .join(entry, entry.c.id == transfer.c.entry_id)
                .where(entry.c.key == key)
            )
            or 0
        )


def test_scene_2_the_life_of_one_order_to_the_fen(engine: Engine) -> None:
    """100 bid at 50.00: 40 fill at 49.90, 30 at 50.00, the rest is cancelled.

    Held 5,005.00; paid 1,996.00 + 2.00 of fee and 1,500.00 + 1.50; 4.00 come back as the price was
    better, 1,501.50 as the rest is cancelled.  Rows: 2, 7, 6, 2.
    """
    floor = make_floor(engine, replace(T_PLUS_1, opening_reference="50.00"))
    floor.fund("a1", units=100)
    floor.fund("b1", fen=600_000)
    bounded = Bounded(floor)
    assert bounded.room("a1") == RoomState(500, left=400, frozen=0, used=100, tolerated=0)
    floor.place("a1", "sell", "40", "49.90")

    bid = floor.place("b1", "buy", "100", "50.00").answer["order"]
    assert floor.held_money("b1", bid) == 500_500 - 199_600 - 200 - 400
    assert floor.has(floor.cash("b1")) == [99_500 + 400]
    assert bounded.room("b1") == RoomState(500, left=400, frozen=60, used=40, tolerated=0)
    assert floor.has(floor.cash("a1")) == [199_600 - 200]
    assert bounded.room("a1") == RoomState(500, left=440, frozen=0, used=60, tolerated=0)

    offer = floor.place("a1", "sell", "30", "50.00").answer["order"]
    assert floor.held_units("a1", offer) == 0
    assert floor.held_money("b1", bid) == 150_150
    assert floor.has(floor.cash("a1")) == [349_600 - 350]
    assert floor.has(floor.units("b1", PositionKind.BOUGHT)) == [70]

    number = floor.ask("b1", "cancel", order=bid).number
    assert floor.has(floor.cash("b1")) == [250_050]
    assert bounded.room("b1") == RoomState(500, left=430, frozen=0, used=70, tolerated=0)
    venue = floor.venue.id
    keys = [f"order:{bid}:hold", f"trade:{venue}:1", f"trade:{venue}:2"]
    keys.append(f"order:{bid}:release:{number}")
    assert [rows_of(floor, key) for key in keys] == [2, 7, 6, 2]
    sound(floor)


def test_scene_2_units_that_are_offered_count_for_the_seller_until_they_are_sold(
    sqlite_engine: Engine,
) -> None:
    floor = make_floor(sqlite_engine, T_PLUS_1)
    floor.fund("a1", units=100)
    bounded = Bounded(floor)
    floor.place("a1", "sell", "80", "70.00")
    assert bounded.room("a1") == RoomState(500, left=400, frozen=0, used=100, tolerated=0)


# -- scene 3, as far as it is a continuous venue's: deliverable in one zone, no shared room squatted


def test_scene_3_a_continuous_venue_delivers_in_one_zone_and_holds_no_room_of_a_link(
    engine: Engine,
) -> None:
    """Sellers and buyers of another zone are told so; an order that never fills closes no link."""
    floor = make_floor(engine, replace(CONTINUOUS, zone_code="daqintala"))
    for trader in ("a1", "a2", "b1"):
        floor.fund(trader, fen=10_000_000, units=500)
    for side in ("sell", "buy"):
        said = refused(floor.place("b1", side, "10", "70.00"))
        assert said.code == "account_outside_delivery_zone"
    floor.place("a2", "buy", "200", "63.00")
    with reading(engine) as session:
        kinds = set(
            session.scalars(
                select(position.c.kind).where(position.c.credits > position.c.debits)
            ).all()
        )
    assert kinds == {"holding", "cash", "frozen"}
    floor.place("a1", "sell", "100", "70.00")
    assert floor.place("a2", "buy", "100", "70.00").answer["filled_lots"] == 100
    sound(floor)


# -- scene 5: T+1


def test_scene_5_what_was_bought_today_is_free_tomorrow(engine: Engine) -> None:
    """500 held and 1,000 bought: 500 may be sold today, 1,500 tomorrow; the money works at once."""
    floor = make_floor(engine, T_PLUS_1)
    floor.fund("a1", units=2000)
    floor.fund("b1", fen=8_000_000, units=500)
    floor.place("a1", "sell", "1000", "70.00")
    floor.place("b1", "buy", "1000", "70.00")
    said = refused(floor.place("b1", "sell", "600", "70.00"))
    assert said.code == "bought_today_not_sellable"
    offer = floor.place("b1", "sell", "500", "71.00")
    assert offer.answer["status"] == "resting"

    floor.tick(minutes=1)
    again = floor.place("a1", "buy", "10", "70.90")
    assert again.answer["status"] == "resting"

    floor.now = at(18, 10)
    floor.runner.drain()
    assert floor.has(floor.units("b1"), floor.units("b1", PositionKind.BOUGHT)) == [1000, 0]
    assert floor.place("b1", "sell", "1000", "71.00").answer["status"] == "resting"
    sound(floor)


def test_scene_5_rolling_twice_is_harmless_and_handing_in_needs_no_rolling(
    engine: Engine,
) -> None:
    floor = make_floor(engine, T_PLUS_1)
    floor.fund("a1", units=1000)
    floor.fund("b1", fen=8_000_000)
    floor.place("a1", "sell", "1000", "70.00")
    floor.place("b1", "buy", "1000", "70.00")
    handed_in = run(
        engine,
        lambda session: surrender(
            session,
            SurrenderRequest(
                "handed in", floor.now.today, floor.accounts["b1"], floor.asset, 2026, 400, ACTOR
            ),
            floor.now,
        ),
    )
    assert isinstance(handed_in, Posted), handed_in
    floor.now = at(18, 10)
    with reading(engine) as session:
        days = terms_at(session, floor.venue.id, floor.now.instant).sessions.days
    rolled = [roll_all(engine, floor.asset, days, floor.now) for _ in range(3)]
    assert rolled == [1, 0, 0]
    floor.runner.drain()
    assert floor.has(floor.units("b1"), floor.units("b1", PositionKind.BOUGHT)) == [600, 0]
    sound(floor)


# -- scene 17: for own use only, and a price for several years


def test_scene_17_what_is_for_own_use_has_one_way_out(engine: Engine) -> None:
    floor = make_floor(engine, with_rules(CONTINUOUS, own_use="on"))
    floor.fund("a1", units=1000)
    floor.fund("b1", fen=8_000_000)
    floor.place("a1", "sell", "600", "70.00")
    floor.place("b1", "buy", "600", "70.00")
    assert floor.has(floor.units("b1"), floor.units("b1", PositionKind.OWN_USE)) == [0, 600]
    said = refused(floor.place("b1", "sell", "1", "70.00"))
    assert said.code == "only_for_own_use"
    request = SurrenderRequest(
        "handed in", floor.now.today, floor.accounts["b1"], floor.asset, 2026, 600, ACTOR
    )
    answer = run(engine, lambda session: surrender(session, request, floor.now))
    assert isinstance(answer, Posted), answer
    assert floor.has(floor.units("b1", PositionKind.OWN_USE)) == [0]
    sound(floor)


def test_scene_17_a_price_for_a_year_is_paid_for_all_the_years(engine: Engine) -> None:
    """2 units at 5,200.00 a year for five years: 52,000.00 (the figures of case C14)."""
    yearly = replace(
        with_rules(CONTINUOUS, order_band=None, dynamic_band=None, volatility_call_minutes=None),
        price_basis="per_unit_year",
        years=5,
    )
    floor = make_floor(engine, yearly)
    floor.fund("a1", units=2)
    floor.fund("b1", fen=6_000_000)
    floor.place("a1", "sell", "2", "5200.00")
    bid = floor.place("b1", "buy", "2", "5200.00").answer
    assert bid["status"] == "filled"
    assert floor.has(floor.cash("a1"), floor.cash("b1")) == [
        5_200_000 - 5_200,
        6_000_000 - 5_200_000 - 5_200,
    ]
    sound(floor)


@pytest.mark.parametrize(
    ("tick", "years", "opens"),
    [("0.002", 5, True), ("0.001", 5, False), ("0.005", 2, True), ("0.005", 1, False)],
)
def test_scene_17_the_years_are_part_of_the_whole_fen_test(
    sqlite_engine: Engine, tick: str, years: int, *, opens: bool
) -> None:
    def work(session: Session) -> object:
        market_ground(session)
        definition = replace(
            CONTINUOUS,
            tick=tick,
            price_basis="per_unit_year" if years > 1 else "per_unit",
            years=years,
            opened_on=date(2026, 11, 16),
        )
        return open_venue(session, definition, EVE, ACTOR)

    made = run(sqlite_engine, work)
    if opens:
        assert not isinstance(made, Refused), made
    else:
        assert isinstance(made, Refused)
        assert made.code is VenueCode.VENUE_TICK_LOT_NOT_WHOLE_FEN
