"""A whole auction in the open, from its announcement to its settlement, on both databases."""

import pytest
from sqlalchemy import Engine

from ledger.core.moves import PositionKind
from tests.support.auction_hall import CLOSE, OPEN, SELLER, Hall, make_hall
from tests.support.market_venues import at


@pytest.fixture
def hall(engine: Engine) -> Hall:
    return make_hall(engine)


def test_a_uniform_auction_from_announcement_to_settlement(hall: Hall) -> None:
    """a2 4,000@75.10, b1 3,000@74.90, b2 4,500@74.50 for 10,000: 74.50 for all, b2 gets 3,000.

    298,000.00 + 223,500.00 + 223,500.00 = 745,000.00; fees 0.1 % of each side: 298.00 and twice
    223.50, so the seller has 745,000.00 - 745.00.
    """
    hall.announce()
    assert hall.stage() == ("announced", "")
    assert hall.has(hall.units(SELLER)) == [10_000]
    assert hall.supply_held() == 10_000
    hall.to(OPEN)
    assert hall.stage() == ("open", "")
    for who, quantity, price in (
        ("a2", "4000", "75.10"),
        ("b1", "3000", "74.90"),
        ("b2", "4500", "74.50"),
    ):
        answer = hall.bid(who, quantity, price)
        assert answer.status == "accepted", answer
        assert answer.answer["held"] == "50000.00"
        assert hall.held(who) == 5_000_000
    hall.to(CLOSE)
    assert hall.stage() == ("settled", "")
    sheet = hall.result()
    assert sheet["price"] == "74.50"
    assert sheet["proceeds"] == "745000.00"
    assert [one["quantity"] for one in sheet["awards"]] == ["4000", "3000", "3000"]
    assert sheet["cover_ratio"] == "1.1500"
    assert hall.has(*(hall.units(who) for who in ("a2", "b1", "b2"))) == [4000, 3000, 3000]
    assert hall.has(hall.cash(SELLER)) == [74_500_000 - 74_500]
    assert hall.has(*(hall.cash(who) for who in ("a2", "b1", "b2"))) == [
        100_000_000 - 29_800_000 - 29_800,
        100_000_000 - 22_350_000 - 22_350,
        100_000_000 - 22_350_000 - 22_350,
    ]
    assert [hall.held(who) for who in ("a2", "b1", "b2")] == [0, 0, 0]
    assert hall.has(hall.fees) == [2 * 74_500]
    assert hall.supply_held() == 0
    assert hall.is_sound()


def test_the_clock_catches_up_after_a_standstill(hall: Hall) -> None:
    hall.announce()
    hall.to(at(20, 9))
    assert hall.stage() == ("cancelled", "undersubscribed")
    assert hall.has(hall.units(SELLER), hall.units(SELLER, PositionKind.FROZEN)) == [20_000, 0]
    assert hall.is_sound()
