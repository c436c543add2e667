"""Auctions under limits of groups: bids are cut to what is left, rooms follow the units."""

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ledger.core.database import reading, run
from ledger.totals.acts import Act
from market.limit_registry import Group, Limit, LimitDefinition, open_group, open_limit
from market.limits import RoomState, join, room_state, set_limit
from market.venue_terms import LimitKind
from tests.support.auction_hall import CLOSE, OPEN, SELLER, START, Hall, make_hall, refused

FREE = {"buyer": None, "seller": None}
RULES = {"lot": "100", "undersubscription_rule": "clear_at_lowest_bid"}


class Limited:
    """A hall in which b1 and b2 are one group that may hold 5,000 t; the seller's may hold 20,000."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.acts = 0
        self.limit, self.group, self.sellers = run(hall.engine, self._open)

    def _act(self) -> Act:
        self.acts += 1
        return Act(f"limit-{self.acts}", START.today, "示例", "示例主管部门", "示例文件")

    def _open(self, session: Session) -> tuple[Limit, Group, Group]:
        definition = LimitDefinition(
            "limit", LimitKind.HOLDING, (self.hall.asset,), "持有限额", "Holding", "示例文件"
        )
        limit = open_limit(session, definition, START, "示例")
        assert isinstance(limit, Limit), limit
        groups = []
        for code, members, amount in (("b", ("b1", "b2"), 5000), (SELLER, (SELLER,), 20_000)):
            group = open_group(session, self.hall.scheme, code, "示例集团", START, "示例")
            assert isinstance(group, Group), group
            parties = [self.hall.parties[name] for name in members]
            assert join(session, group.id, parties, self._act(), START) is None
            done = set_limit(session, limit, group.id, amount, self._act(), START)
            assert isinstance(done, RoomState), done
            groups.append(group)
        return limit, groups[0], groups[1]

    def state(self, group: Group | None = None) -> RoomState:
        with reading(self.hall.engine) as session:
            return room_state(session, self.limit, group or self.group)


@pytest.fixture
def limited(sqlite_engine: Engine) -> Limited:
    return Limited(make_hall(sqlite_engine))


def test_a_group_wins_at_most_what_its_limit_has_left(limited: Limited) -> None:
    """b1 4,000@80.00 and b2 4,000@75.00: 4,000 and 1,000.  The seller's group gets room back."""
    hall = limited.hall
    hall.announce(rules=RULES, fees=FREE)
    hall.to(OPEN)
    hall.bid("b1", "4000", "80.00")
    hall.bid("b2", "4000", "75.00")
    assert limited.state(limited.sellers).used == 20_000
    hall.to(CLOSE)
    assert hall.stage() == ("settled", "")
    assert [one["quantity"] for one in hall.result()["awards"]] == ["4000", "1000"]
    state = limited.state()
    assert (state.left, state.frozen, state.used, state.tolerated) == (0, 0, 5000, 0)
    seller = limited.state(limited.sellers)
    assert (seller.left, seller.used) == (5000, 15_000)
    assert hall.is_sound()


def test_nothing_is_left_of_a_bid_beyond_the_limit(limited: Limited) -> None:
    hall = limited.hall
    hall.announce(rules=RULES, fees=FREE)
    hall.to(OPEN)
    hall.bid("b1", "5000", "80.00")
    hall.bid("b2", "500", "75.00")
    hall.to(CLOSE)
    (out,) = hall.result()["refused"]
    assert out["code"] == "bid_beyond_group_limit"
    assert out["values"] == {"quantity": "500", "limit": "5000"}
    assert hall.held("b2") == 0


def test_room_is_kept_for_an_award_that_waits_and_comes_back_with_its_default(
    limited: Limited,
) -> None:
    hall = limited.hall
    hall.announce(rules=RULES, fees=FREE)
    hall.to(OPEN)
    number = hall.bid("b1", "5000", "180.00").answer["bid"]
    hall.post(hall.spend("b1", 90_000_000))
    hall.to(CLOSE)
    assert refused(hall.ask("b1", "pay", award=number)).code == "cash_too_small"
    state = limited.state()
    assert (state.left, state.frozen, state.used) == (0, 5000, 0)
    hall.later(days=5)
    state = limited.state()
    assert (state.left, state.frozen, state.used) == (5000, 0, 0)
    assert hall.stage() == ("settled", "")
    assert hall.is_sound()


def test_units_taken_back_free_the_room_they_used(limited: Limited) -> None:
    hall = limited.hall
    payment = {
        "days": 0,
        "instalments": [{"share": "0.50", "days": 0}, {"share": "0.50", "days": 30}],
        "source": "示例",
    }
    hall.announce(rules=RULES, fees=FREE, payment=payment)
    hall.to(OPEN)
    hall.bid("b1", "5000", "180.00")
    hall.to(CLOSE)
    assert limited.state().used == 5000
    hall.post(hall.spend("b1", 40_000_000))
    hall.later(days=30)
    state = limited.state()
    assert (state.left, state.used) == (5000, 0)
    assert hall.is_sound()
