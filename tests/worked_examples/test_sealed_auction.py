"""A sealed auction from its announcement to its settlement, as its auctioneer sees it.

2 Nov   announced: 1,000 t of a holding, reserve 70.00, units for own use only; the seal is
        made, the auctioneer, the regulator and the auditor each keep a share of the key
10 Nov  09:00 bidding opens.  Each names a guarantee in steps of 10,000.00:
            a2  600 t at 75.00 = 45,000.00      guarantee 50,000.00
            b1  300 t at 72.00 = 21,600.00      guarantee 30,000.00
            b1  100 t at 69.99, below the reserve; the guarantee is 10,000.00 more
            b2  300 t at 71.00 = 21,300.00      guarantee 10,000.00: it covers 140 t
        11:00 bidding closes
        12:00 opened with the shares of regulator and auditor; each bid is proved by its receipt
        cleared at 71.00, the lowest winning price: a2 600, b1 300, b2 100
        42,600.00 + 21,300.00 + 7,100.00 = 71,000.00; fee 0.1 % of each side: 71.00
"""

import pytest
from sqlalchemy import Engine

from ledger.core.database import reading
from ledger.core.entries import Entry, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.refusals import Refused
from market.auctions.opening import opening_commands
from market.auctions.rerun import rerun
from market.auctions.seal import make_seal
from market.auctions.sealed_content import commitment_of, content_text, read_opened
from market.auctions.sealing import Sealing, submit_bid
from market.submission import Answer, answer_of
from tests.support.auction_hall import (
    BIDDERS,
    CLOSE,
    OPEN,
    SELLER,
    Hall,
    make_hall,
    surrender_units,
)
from tests.support.auction_seals import Counted
from tests.support.market_floor import make_floor, refused
from tests.support.market_venues import CONTINUOUS, at

DRAW = Counted()
SEAL = make_seal(DRAW)
SEALING = Sealing(bytes(32), DRAW)
NOTICE = {
    "supply": {"quantity": "1000"},
    "rules": {"reserve_price": "70.00", "lot": "10"},
    "window": {"open_bids_by": "2026-11-11T11:00:00+08:00"},
    "deposit": {"kind": "named_steps", "least": "10000.00", "step": "10000.00"},
    "restriction": {"use": "own_use"},
    "bids": {"public_key": SEAL.public_key},
}
BIDS = (
    ("a2", "600", "75.00", "50000.00"),
    ("b1", "300", "72.00", "30000.00"),
    ("b1", "100", "69.99", "10000.00"),
    ("b2", "300", "71.00", "10000.00"),
)


def bid(hall: Hall, who: str, quantity: str, price: str, guarantee: str) -> Answer:
    command = hall.command(
        who,
        "bid",
        account=hall.numbers[who],
        quantity=quantity,
        price=price,
        guarantee=guarantee,
    )
    done = submit_bid(hall.engine, command, hall.now, SEALING)
    assert done.answer is None
    hall.runner.drain()
    with reading(hall.engine) as session:
        answer = answer_of(session, done.command)
    assert isinstance(answer, Answer), answer
    assert answer.status == "accepted", answer
    return answer


def test_a_sealed_auction_from_announcement_to_settlement(engine: Engine) -> None:
    hall = make_hall(engine)
    hall.announce(**NOTICE)
    hall.to(OPEN)
    receipts = {}
    for one in BIDS:
        answer = bid(hall, *one)
        receipts[answer.answer["bid"]] = answer.answer["receipt"]
    assert [hall.held(who) for who in BIDDERS] == [5_000_000, 4_000_000, 1_000_000]
    hall.to(CLOSE)
    assert hall.stage() == ("closed", "")
    hall.now = at(10, 12)
    with reading(hall.engine) as session:
        shares = (SEAL.shares["regulator"], SEAL.shares["auditor"])
        commands = opening_commands(session, hall.auction, shares, "示例拍卖师")
    assert not isinstance(commands, Refused)
    (opening,) = commands
    assert hall.sent(opening).answer == {"opened": 4, "left": 0}

    # Whoever has a receipt can prove his bid from the log.
    bidders = {"a2": 0, "b1": 1, "b2": 3}
    for who, place in bidders.items():
        opened = read_opened(opening.payload["bids"][place])  # type: ignore[index]
        assert not isinstance(opened, Refused)
        content = content_text(hall.auction, hall.parties[who], opened.terms)
        assert commitment_of(content, opened.salt) == receipts[opened.bid_id]

    assert hall.stage() == ("settled", "")
    sheet = hall.result()
    assert (sheet["price"], sheet["sold"], sheet["proceeds"]) == ("71.00", "1000", "71000.00")
    assert [one["quantity"] for one in sheet["awards"]] == ["600", "300", "100"]
    assert (sheet["bidders"], sheet["asked"], sheet["cover_ratio"]) == (3, "1040", "1.0400")
    assert sheet["prices"] == {
        "lowest": "71.00",
        "mean": "73.596154",
        "median": "75.00",
        "highest": "75.00",
    }
    assert [one["code"] for one in sheet["refused"]] == ["bid_below_reserve"]
    own = [hall.units(who, PositionKind.OWN_USE) for who in BIDDERS]
    assert hall.has(*own) == [600, 300, 100]
    assert [100_000_000 - cash for cash in hall.has(*map(hall.cash, BIDDERS))] == [
        4_260_000 + 4_260,
        2_130_000 + 2_130,
        710_000 + 710,
    ]
    assert hall.has(hall.cash(SELLER)) == [7_100_000 - 7_100]
    assert [hall.held(who) for who in BIDDERS] == [0, 0, 0]
    assert hall.is_sound()

    # The published result comes out again from what was bid.
    with reading(hall.engine) as session:
        again = rerun(session, hall.auction, None)
    assert not isinstance(again, Refused)
    assert again.differs == ()
    assert again.again == sheet

    # For own use: handed in, and nothing else.
    surrender_units(hall, "a2", 600)
    assert hall.has(own[0]) == [0]


@pytest.fixture
def own_use_floor(sqlite_engine: Engine):  # type: ignore[no-untyped-def]
    floor = make_floor(sqlite_engine, CONTINUOUS)
    floor.fund("a1", units=600)
    return floor


def test_units_for_own_use_are_not_sold_at_a_venue(own_use_floor) -> None:  # type: ignore[no-untyped-def]
    """C16: a later sale of one unit out of 600 is refused with ``only_for_own_use``."""
    from ledger.core.database import run
    from ledger.core.posting import post

    floor = own_use_floor
    free, held = floor.units("a1"), floor.units("a1", PositionKind.FROZEN)._replace(ref="auction:1")
    own = floor.units("a1", PositionKind.OWN_USE)
    entries = [
        Entry(EntryKind.HOLD, "hold", floor.now.today, (Transfer(free, held, 600),)),
        Entry(EntryKind.AWARD, "award", floor.now.today, (Transfer(held, own, 600),)),
    ]
    run(floor.engine, lambda session: post(session, entries, floor.now))
    assert refused(floor.place("a1", "sell", "1", "70.00")).code == "only_for_own_use"
