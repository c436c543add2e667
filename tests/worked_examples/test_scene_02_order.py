"""Scene 2: the life of one order, leg by leg, to the fen.

The buyer bids for 100 units at 50.00 yuan; the fee is 0.1 % of the money, on the running total of
the order, rounded half up to the fen.  What is held covers the worst case: 100 x 50.00 = 5,000.00
and the fee on it, 5.00.  40 are filled at 49.90, 30 at 50.00, the rest is cancelled.  Both parties
stand under a holding limit of their group, so room moves with the units: the buyer's is held with
the order, the seller's comes back with the fill.

Money is in fen, units and room in pieces.
"""

import pytest
from sqlalchemy import Engine, text

from ledger.core.audit import audit
from ledger.core.database import reading
from ledger.core.entries import PositionKey, Posted, PostingCode
from ledger.core.moves import PositionKind
from ledger.refusals import Refused
from tests.support.day_text import Names, entries_of, statement_text
from tests.support.small_record import TODAY, SmallRecord, make_record, post_all

BEFORE = """
import units                       # the seller has 100 units
    outside > seller units              100
deposit money                      # the buyer has 6,000.00, the seller nothing
    bank > buyer cash               600,000
set_limit buyer                    # the buyer's group may hold 500
    limit > buyer room                  500
set_limit seller                   # the seller's group too, and 100 of it are used
    limit > seller room                 500
    seller room > seller room used      100
"""

THE_DAY = """
hold s1                            # the seller offers 80 at 49.90
    seller units > seller held s1        80
hold b1                            # the buyer bids for 100 at 50.00: 500,000 and 500 of fee
    buyer cash > buyer held b1      500,500
    buyer room > buyer room held b1     100
fill 1                             # 40 at 49.90: the resting price, better than the limit
    seller held s1 > buyer bought        40
    buyer held b1 > seller cash     199,600
    buyer held b1 > fees                200   # 199.6 rounded
    seller cash > fees                  200
    buyer held b1 > buyer cash          400   # 40 x 0.10 better than feared
    buyer room held b1 > buyer room used 40
    seller room used > seller room       40
fill 2                             # 30 at 50.00: nothing better, so one leg less
    seller held s1 > buyer bought        30
    buyer held b1 > seller cash     150,000
    buyer held b1 > fees                150   # 350 on 349,600 in all, 200 already paid
    seller cash > fees                  150
    buyer room held b1 > buyer room used 30
    seller room used > seller room       30
release b1 cancelled               # the rest of 30 units
    buyer held b1 > buyer cash      150,150
    buyer room held b1 > buyer room      30
"""


@pytest.fixture
def record(engine: Engine) -> SmallRecord:
    return make_record(engine)


@pytest.fixture
def names(record: SmallRecord) -> Names:
    buyer, seller = record.holders[1], record.holders[0]

    def room(number: int, kind: PositionKind, ref: str = "") -> PositionKey:
        return PositionKey(record.groups[number], record.index, kind, ref)

    return {
        "outside": record.outside(),
        "bank": record.bank(),
        "limit": PositionKey(record.desk, record.index, PositionKind.SOURCE),
        "fees": PositionKey(record.desk, record.money, PositionKind.FEES),
        "seller units": record.holding(0),
        "seller held s1": record.frozen(0, "s1"),
        "seller cash": record.cash(0),
        "seller room": room(0, PositionKind.ROOM),
        "seller room used": room(0, PositionKind.ROOM_USED),
        "buyer bought": PositionKey(buyer, record.unit, PositionKind.BOUGHT),
        "buyer units": PositionKey(buyer, record.unit, PositionKind.HOLDING),
        "buyer cash": record.cash(1),
        "buyer held b1": PositionKey(buyer, record.money, PositionKind.FROZEN, "b1"),
        "buyer room": room(1, PositionKind.ROOM),
        "buyer room held b1": room(1, PositionKind.ROOM_FROZEN, "b1"),
        "buyer room used": room(1, PositionKind.ROOM_USED),
        "seller bought": PositionKey(seller, record.unit, PositionKind.BOUGHT),
    }


@pytest.fixture
def the_day(engine: Engine, names: Names) -> list[Posted | Refused]:
    """Post the day entry by entry, as a market would."""
    post_all(engine, *entries_of(BEFORE, names, TODAY))
    return [post_all(engine, entry)[0] for entry in entries_of(THE_DAY, names, TODAY)]


def test_every_step_posts(the_day: list[Posted | Refused]) -> None:
    assert all(isinstance(answer, Posted) for answer in the_day)


def test_the_buyers_hold_is_exact_and_ends_at_zero(
    engine: Engine, names: Names, the_day: list[Posted | Refused]
) -> None:
    assert (
        statement_text(engine, "buyer held b1", names)
        == """\
buyer held b1
  hold b1               buyer cash               +500,500  500,500
  fill 1                seller cash              -199,600  300,900
  fill 1                fees                         -200  300,700
  fill 1                buyer cash                   -400  300,300
  fill 2                seller cash              -150,000  150,300
  fill 2                fees                         -150  150,150
  release b1 cancelled  buyer cash               -150,150        0"""
    )


def test_the_buyers_cash(engine: Engine, names: Names, the_day: list[Posted | Refused]) -> None:
    """6,000.00 less 70 units for 3,496.00 less 3.50 of fee."""
    assert (
        statement_text(engine, "buyer cash", names)
        == """\
buyer cash
  deposit money         bank                     +600,000  600,000
  hold b1               buyer held b1            -500,500   99,500
  fill 1                buyer held b1                +400   99,900
  release b1 cancelled  buyer held b1            +150,150  250,050"""
    )
    assert 600_000 - 349_600 - 350 == 250_050


def test_the_sellers_cash_and_the_fees(
    engine: Engine, names: Names, the_day: list[Posted | Refused]
) -> None:
    assert (
        statement_text(engine, "seller cash", names)
        == """\
seller cash
  fill 1                buyer held b1            +199,600  199,600
  fill 1                fees                         -200  199,400
  fill 2                buyer held b1            +150,000  349,400
  fill 2                fees                         -150  349,250"""
    )
    assert (
        statement_text(engine, "fees", names)
        == """\
fees
  fill 1                buyer held b1                +200      200
  fill 1                seller cash                  +200      400
  fill 2                buyer held b1                +150      550
  fill 2                seller cash                  +150      700"""
    )


def test_units_that_were_bought_wait_for_the_next_trading_day(
    engine: Engine, names: Names, the_day: list[Posted | Refused]
) -> None:
    assert (
        statement_text(engine, "buyer bought", names)
        == """\
buyer bought
  fill 1                seller held s1                +40       40
  fill 2                seller held s1                +30       70"""
    )
    (resold,) = post_all(
        engine,
        *entries_of("fill resale\n    buyer bought > seller bought  10", names, TODAY),
    )
    assert isinstance(resold, Refused)
    assert resold.code == PostingCode.MOVE_NOT_IN_TABLE


def test_room_follows_the_units(
    engine: Engine, names: Names, the_day: list[Posted | Refused]
) -> None:
    """Units sold stay counted for the seller until the fill; the buyer's room is held at once."""
    assert (
        statement_text(engine, "buyer room", names)
        == """\
buyer room
  set_limit buyer       limit                        +500      500
  hold b1               buyer room held b1           -100      400
  release b1 cancelled  buyer room held b1            +30      430"""
    )
    assert statement_text(engine, "buyer room used", names).endswith("+30       70")
    assert statement_text(engine, "seller room", names).endswith("+30      470")


def test_rows_are_2_for_the_hold_7_and_6_for_the_fills_2_for_the_rest(
    engine: Engine, the_day: list[Posted | Refused]
) -> None:
    with reading(engine) as session:
        counted = dict(
            session.execute(
                text(
                    "SELECT e.key, count(*) FROM entry e JOIN transfer t ON t.entry_id = e.id "
                    "GROUP BY e.key"
                )
            ).all()
        )
        assert audit(session).clean
    rows = [counted[key] for key in ("b1", "1", "2", "b1 cancelled")]
    assert rows == [2, 7, 6, 2]


def test_a_fill_beyond_what_the_order_holds_is_refused_whatever_else_is_held(
    engine: Engine, names: Names
) -> None:
    """50 are held for s1 and 50 for s2: a fill of 60 of s1 is not paid out of s2."""
    others = {**names, "seller held s2": names["seller held s1"]._replace(ref="s2")}
    answers = post_all(
        engine,
        *entries_of(
            BEFORE
            + """
hold s1
    seller units > seller held s1   50
hold s2
    seller units > seller held s2   50
fill too much
    seller held s1 > buyer bought   60
""",
            others,
            TODAY,
        ),
    )
    refused = answers[-1]
    assert isinstance(refused, Refused)
    assert refused.code == PostingCode.HOLD_TOO_SMALL
    assert (refused.values["available"], refused.values["needed"]) == (50, 60)
