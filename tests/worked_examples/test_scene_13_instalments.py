"""Scene 13 of the model: an award by instalments, paid or not, to the fen.

100 t at 10,000.00 are 1,000,000.00.  40 % are due at once: 400,000.00, of which the deposit of
100,000.00 is a part; 600,000.00 stand as a claim and are due in two parts of 300,000.00.

    award     100,000.00 held -> seller      300,000.00 cash -> seller      100 t -> unpaid
              600,000.00 owed (debt) -> seller's claim
    part      300,000.00 cash -> seller      claim 300,000.00 -> debt
    default   units unpaid -> reserve/forced; what was paid stays; the claim stays open
"""

import pytest
from sqlalchemy import Engine

from ledger.core.clock import now_at
from ledger.core.entries import PositionKey
from ledger.core.moves import PositionKind
from tests.support.auction_hall import CLOSE, OPEN, SELLER, Hall, make_hall, refused
from tests.support.market_venues import at

PARTS = {
    "code": "示例-13",
    "supply": {"quantity": "100"},
    "rules": {
        "format": "sealed",
        "price_rule": "lowest_accepted",
        "tie_rule": "time",
        "undersubscription_rule": "clear_at_lowest_bid",
        "lot": "1",
        "tick": "0.01",
    },
    "deposit": {"kind": "fixed", "amount": "100000.00"},
    "fees": {"buyer": None, "seller": None},
    "payment": {
        "days": 0,
        "instalments": [
            {"share": "0.40", "days": 0},
            {"share": "0.30", "days": 30},
            {"share": "0.30", "days": 60},
        ],
    },
}
CENT = 100


@pytest.fixture
def hall(engine: Engine) -> Hall:
    return cleared(make_hall(engine))


def cleared(made: Hall) -> Hall:
    made.announce(**PARTS)
    made.to(OPEN)
    made.award = made.bid("b1", "100", "10000.00").answer["bid"]  # type: ignore[attr-defined]
    made.to(CLOSE)
    return made


def stands(hall: Hall) -> dict[str, int]:
    """What stands where, money in yuan."""
    award: int = hall.award  # type: ignore[attr-defined]
    seller, buyer = hall.has(hall.cash(SELLER), hall.cash("b1"))
    unpaid, own = hall.has(
        hall.units("b1", PositionKind.UNPAID, f"award:{award}"), hall.units("b1")
    )
    debt, claim = hall.has(hall.debt("b1", award), hall.claim(award))
    reserve = hall.has(hall.units(SELLER, PositionKind.RESERVE, "forced"))[0]
    return {
        "seller": seller // CENT,
        "buyer": buyer // CENT,
        "unpaid": unpaid,
        "own": own,
        "debt": debt // CENT,
        "claim": claim // CENT,
        "reserve": reserve,
    }


def bank_equals_cash(hall: Hall) -> bool:
    """Cash at the bank is the sum of cash throughout: claims are none of it."""
    held = [hall.cash(name)._replace(kind=PositionKind.FROZEN) for name in hall.parties]
    cash = hall.has(*(hall.cash(name) for name in hall.parties), *held)
    return -hall.has(hall.bank)[0] == sum(cash)


AFTER_FIRST = {
    "seller": 400_000,
    "buyer": 600_000,
    "unpaid": 100,
    "own": 0,
    "debt": -600_000,
    "claim": 600_000,
    "reserve": 0,
}


def test_the_first_part_is_paid_and_the_rest_is_a_claim(hall: Hall) -> None:
    assert hall.stage() == ("cleared", "")
    assert stands(hall) == AFTER_FIRST
    assert bank_equals_cash(hall)
    assert hall.is_sound()


def test_with_the_last_part_the_units_become_free(hall: Hall) -> None:
    hall.later(days=30)
    assert stands(hall) == AFTER_FIRST | {
        "seller": 700_000,
        "buyer": 300_000,
        "debt": -300_000,
        "claim": 300_000,
    }
    hall.later(days=30)
    assert stands(hall) == {
        "seller": 1_000_000,
        "buyer": 0,
        "unpaid": 0,
        "own": 100,
        "debt": 0,
        "claim": 0,
        "reserve": 0,
    }
    assert hall.stage() == ("settled", "")
    assert bank_equals_cash(hall)
    assert hall.is_sound()


def test_an_instalment_may_be_paid_before_it_is_due(hall: Hall) -> None:
    award = hall.award  # type: ignore[attr-defined]
    assert hall.ask("b1", "pay", award=award).answer["state"] == "part_paid"
    assert hall.ask("b1", "pay", award=award).answer["state"] == "paid"
    assert hall.stage() == ("settled", "")
    assert refused(hall.ask("b1", "pay", award=award)).code == "nothing_to_pay_now"


def test_default_takes_the_units_back_and_leaves_the_claim_open(hall: Hall) -> None:
    """b1 spends his 600,000.00 elsewhere before the second part is due."""
    hall.post(hall.spend("b1", 60_000_000))
    hall.later(days=30)
    assert stands(hall) == AFTER_FIRST | {"buyer": 0, "unpaid": 0, "reserve": 100}
    assert hall.stage() == ("settled", "")
    assert bank_equals_cash(hall)
    assert hall.is_sound()


def test_selling_again_for_less_leaves_the_shortfall_owed(hall: Hall) -> None:
    """Sold again at 5,000.00: 500,000.00 less; 400,000.00 were paid, so 100,000.00 are owed."""
    hall.post(hall.spend("b1", 60_000_000))
    hall.later(days=30)
    award = hall.award  # type: ignore[attr-defined]
    first = hall.auction
    hall.announce(
        **PARTS
        | {
            "code": "示例-13-再",
            "follows": "示例-13",
            "supply": {"quantity": "100", "from": "reserve", "pocket": "forced"},
            "payment": {"days": 5, "instalments": []},
            "window": {
                "opens_at": "2026-12-20T09:00:00+08:00",
                "closes_at": "2026-12-20T11:00:00+08:00",
            },
        }
    )
    assert hall.auction != first
    hall.to(now_at(at(1, 9).instant.replace(month=12, day=20)))
    hall.bid("b2", "100", "5000.00")
    hall.later(hours=2)
    assert hall.stage() == ("settled", "")
    assert hall.has(hall.units("b2")) == [100]
    assert hall.has(hall.debt("b1", award), hall.claim(award)) == [-10_000_000, 10_000_000]
    assert hall.is_sound()


def test_surrendered_units_are_not_taken_back(hall: Hall) -> None:
    """30 of the unpaid 100 were surrendered; 70 go to the reserve."""
    from tests.support.auction_hall import surrender_units

    surrender_units(hall, "b1", 30)
    assert stands(hall)["unpaid"] == 70
    hall.post(hall.spend("b1", 60_000_000))
    hall.later(days=30)
    assert stands(hall)["reserve"] == 70
    assert hall.has(PositionKey(hall.cell_of("b1"), hall.asset, PositionKind.SURRENDERED, "2026"))
    assert hall.is_sound()


def test_a_first_part_below_what_the_scheme_asks_is_refused(engine: Engine) -> None:
    hall = make_hall(engine)
    small = PARTS | {
        "payment": {
            "days": 0,
            "source": "示例",
            "instalments": [{"share": "0.39", "days": 0}, {"share": "0.61", "days": 30}],
        }
    }
    said = refused(hall.announce(**small))
    assert said.code == "first_instalment_too_small"
    assert said.values == {"share": "39", "least": "40"}
    assert said.source == "示例办法"
