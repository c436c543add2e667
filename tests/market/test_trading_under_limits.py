"""Limits of groups at a venue: room is kept as an order is accepted, used as it fills, back at sale.

Each of two groups may hold 1,000 and holds 800, as in scene 14 of the model.
"""

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ledger.core.audit import audit
from ledger.core.database import reading, run
from ledger.totals.acts import Act
from ledger.units import Quantity
from market.deals import DealCode
from market.limit_registry import Group, Limit, LimitDefinition, open_group, open_limit
from market.limits import RoomState, join, link, room_state, set_limit
from market.replay import replay
from market.replay_findings import ReplayReport
from market.submission import Answer
from market.venue_terms import LimitKind
from tests.support.market_floor import ASSET, Floor, make_floor
from tests.support.market_refusals import refused
from tests.support.market_venues import ACTOR, CONTINUOUS, EVE, LISTING, at, with_rules
from web.sentences.catalogue import sentence


class Grouped:
    """A floor whose traders a1 and b1 are in groups of their own; a2 and b2 are in none."""

    def __init__(self, floor: Floor, kind: LimitKind = LimitKind.HOLDING) -> None:
        self.floor = floor
        self._acts = 0
        for trader in ("a1", "b1"):
            floor.fund(trader, fen=100_000_000, units=800)
        for trader in ("a2", "b2"):
            floor.fund(trader, fen=100_000_000, units=10_000)
        self.limit, self.groups = run(floor.engine, lambda session: self._open(session, kind))

    def act(self) -> Act:
        """An act of the office that sets limits."""
        self._acts += 1
        return Act(f"act-{self._acts}", EVE.today, ACTOR, "示例主管部门", "示例文件")

    def _open(self, session: Session, kind: LimitKind) -> tuple[Limit, dict[str, Group]]:
        definition = LimitDefinition(
            f"limit-{ASSET}",
            kind,
            (self.floor.asset,),
            "限额（示例）",
            "Limit (example)",
            "示例文件",
        )
        limit = open_limit(session, definition, EVE, ACTOR)
        assert isinstance(limit, Limit), limit
        groups = {}
        for trader in ("a1", "b1"):
            group = open_group(session, limit.scheme_id, trader, f"示例集团 {trader}", EVE, ACTOR)
            assert isinstance(group, Group), group
            groups[trader] = group
            party = self.floor.parties[trader]
            assert join(session, group.id, [party], self.act(), self.floor.now) is None
            made = set_limit(session, limit, group.id, 1_000, self.act(), self.floor.now)
            assert isinstance(made, RoomState), made
        return limit, groups

    def state(self, trader: str) -> RoomState:
        """How the group that was a trader's own stands."""
        with reading(self.floor.engine) as session:
            return room_state(session, self.limit, self.groups[trader])

    def sound(self) -> None:
        """The record holds, and the log plays to the same again."""
        with reading(self.floor.engine) as session:
            assert not audit(session).differences
            report = replay(session, self.floor.venue.code)
        assert isinstance(report, ReplayReport)
        assert report.identical, report


@pytest.fixture
def listing(sqlite_engine: Engine) -> Grouped:
    return Grouped(make_floor(sqlite_engine, with_rules(LISTING, resale_lock_days="0")))


def pick(floor: Floor, trader: str, side: str, quantity: str, order: object) -> Answer:
    return floor.ask(
        trader,
        "pick",
        account=floor.numbers[trader],
        side=side,
        quantity=quantity,
        orders=[order],
    )


def test_room_goes_the_way_of_the_order(engine: Engine) -> None:
    case = Grouped(make_floor(engine, with_rules(CONTINUOUS, resale_lock_days="0")))
    floor = case.floor
    bid = floor.place("b1", "buy", "150", "70.00").answer["order"]
    assert case.state("b1") == RoomState(1000, left=50, frozen=150, used=800, tolerated=0)
    said = refused(floor.place("b1", "buy", "51", "70.00"))
    assert said.code == "room_exhausted"
    assert said.values["available"] == Quantity(50, "tCO2e")
    assert said.values["needed"] == Quantity(51, "tCO2e")
    assert "51" in sentence(said, "zh")
    assert "51" in sentence(said, "en")
    floor.place("a2", "sell", "60", "70.00")
    assert case.state("b1") == RoomState(1000, left=50, frozen=90, used=860, tolerated=0)
    floor.ask("b1", "amend", order=bid, quantity="40")
    assert case.state("b1") == RoomState(1000, left=100, frozen=40, used=860, tolerated=0)
    floor.ask("b1", "cancel", order=bid)
    assert case.state("b1") == RoomState(1000, left=140, frozen=0, used=860, tolerated=0)
    # What is for sale still counts, until it is sold.
    floor.place("b1", "sell", "860", "70.00")
    assert case.state("b1") == RoomState(1000, left=140, frozen=0, used=860, tolerated=0)
    floor.place("b2", "buy", "400", "70.00")
    assert case.state("b1") == RoomState(1000, left=540, frozen=0, used=460, tolerated=0)
    case.sound()


def test_a_purchase_limit_counts_what_was_ever_bought(sqlite_engine: Engine) -> None:
    venue = with_rules(CONTINUOUS, resale_lock_days="0")
    case = Grouped(make_floor(sqlite_engine, venue), LimitKind.PURCHASE)
    floor = case.floor
    floor.place("a2", "sell", "900", "70.00")
    floor.place("b1", "buy", "900", "70.00")
    assert case.state("b1") == RoomState(1000, left=100, frozen=0, used=900, tolerated=0)
    floor.place("b2", "buy", "900", "70.00")
    floor.place("b1", "sell", "900", "70.00")
    assert case.state("b1") == RoomState(1000, left=100, frozen=0, used=900, tolerated=0)
    case.sound()


def test_a_pick_needs_room_and_uses_it_at_once(listing: Grouped) -> None:
    floor = listing.floor
    offer = floor.place("a2", "sell", "500", "70.00").answer["order"]
    said = refused(pick(floor, "b1", "buy", "201", offer))
    assert said.code == "room_exhausted"
    assert pick(floor, "b1", "buy", "200", offer).answer["status"] == "filled"
    assert listing.state("b1") == RoomState(1000, left=0, frozen=0, used=1000, tolerated=0)
    bid = floor.place("b2", "buy", "300", "69.00").answer["order"]
    pick(floor, "b1", "sell", "300", bid)
    assert listing.state("b1") == RoomState(1000, left=300, frozen=0, used=700, tolerated=0)
    listing.sound()


def test_nobody_in_a_group_picks_what_another_of_it_posted(listing: Grouped) -> None:
    floor = listing.floor
    party = floor.parties["a2"]
    group = listing.groups["a1"].id
    run(floor.engine, lambda session: join(session, group, [party], listing.act(), floor.now))
    offer = floor.place("a2", "sell", "10", "70.00").answer["order"]
    said = refused(pick(floor, "a1", "buy", "10", offer))
    assert said.code == "chosen_order_of_same_owner"


def test_companies_of_one_group_make_no_agreement_with_each_other(sqlite_engine: Engine) -> None:
    rules = {"agreement_minimum": "1"}
    case = Grouped(make_floor(sqlite_engine, with_rules(CONTINUOUS, **rules), now=at(17, 14)))
    floor = case.floor
    payload = {
        "account": floor.numbers["a1"],
        "counterparty": floor.numbers["b1"],
        "mode": "agreement",
        "side": "sell",
        "price": "70.00",
        "quantity": "10",
    }
    before = floor.ask("a1", "propose", **payload).answer["order"]
    both = (case.groups["b1"].id, case.groups["a1"].id)
    run(floor.engine, lambda session: link(session, *both, case.act(), floor.now))
    said = refused(floor.ask("a1", "propose", **payload))
    assert said.code == DealCode.COUNTERPARTY_OF_SAME_OWNER
    # Nor what one of them proposed while they were apart.
    said = refused(floor.ask("b1", "confirm", order=before, account=floor.numbers["b1"]))
    assert said.code == DealCode.COUNTERPARTY_OF_SAME_OWNER
    assert said.values == {"account": floor.numbers["b1"]}
    case.sound()


def test_an_agreement_needs_room_when_it_is_confirmed(sqlite_engine: Engine) -> None:
    rules = {"agreement_minimum": "1", "agreement_registered_by": "clerk"}
    case = Grouped(make_floor(sqlite_engine, with_rules(CONTINUOUS, **rules), now=at(17, 14)))
    floor = case.floor

    def propose(quantity: str) -> object:
        return floor.ask(
            "a2",
            "propose",
            account=floor.numbers["a2"],
            counterparty=floor.numbers["b1"],
            mode="agreement",
            side="sell",
            price="70.00",
            quantity=quantity,
        ).answer["order"]

    def confirm(order: object) -> Answer:
        return floor.ask("b1", "confirm", order=order, account=floor.numbers["b1"])

    said = refused(confirm(propose("201")))
    assert said.code == "room_exhausted"
    order = propose("150")
    assert confirm(order).status == "accepted"
    assert case.state("b1") == RoomState(1000, left=50, frozen=150, used=800, tolerated=0)
    floor.ask("", "register", order=order)
    assert case.state("b1") == RoomState(1000, left=50, frozen=0, used=950, tolerated=0)
    order = propose("50")
    confirm(order)
    floor.ask("", "reject", order=order, reason="示例")
    assert case.state("b1") == RoomState(1000, left=50, frozen=0, used=950, tolerated=0)
    case.sound()


def test_scene_14_two_groups_become_one_while_one_of_them_bids(engine: Engine) -> None:
    """Left 0, pending 100, tolerated 700; a sale of 750 repays the 700 and reopens 50."""
    case = Grouped(make_floor(engine, with_rules(LISTING, resale_lock_days="0")))
    floor = case.floor
    bid = floor.place("a1", "buy", "100", "69.00").answer["order"]
    both = (case.groups["b1"].id, case.groups["a1"].id)
    run(floor.engine, lambda session: link(session, *both, case.act(), floor.now))
    assert case.state("a1") == RoomState(1000, left=0, frozen=100, used=1600, tolerated=-700)
    offer = floor.place("a2", "sell", "1", "70.00").answer["order"]
    for trader in ("a1", "b1"):
        assert refused(pick(floor, trader, "buy", "1", offer)).code == "room_exhausted"
    other = floor.place("b2", "buy", "800", "69.50").answer["order"]
    assert pick(floor, "b1", "sell", "750", other).answer["filled_lots"] == 750
    assert case.state("a1") == RoomState(1000, left=50, frozen=100, used=850, tolerated=0)
    floor.ask("a1", "cancel", order=bid)
    assert case.state("a1") == RoomState(1000, left=150, frozen=0, used=850, tolerated=0)
    case.sound()
