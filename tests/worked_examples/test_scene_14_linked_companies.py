"""Scene 14: two companies become linked while one of them is bidding.

Each group may hold 1,000 and holds 800; one has an order for 100 pending.  Linked, they count as
one group with one limit of 1,000: nothing is left, 100 pend, 700 are tolerated.  A sale of 750
repays the 700 and reopens 50.
"""

import pytest
from sqlalchemy import Engine

from ledger.core.audit import audit
from ledger.core.database import reading
from ledger.core.entries import PositionKey, PostingCode
from ledger.core.moves import EntryKind, PositionKind
from ledger.refusals import Refused
from tests.support.small_record import (
    SmallRecord,
    balances,
    entry_of,
    make_record,
    post_all,
    post_well,
)


class Limits:
    """The rooms of two groups in one index asset: left by group, used and frozen by party."""

    def __init__(self, record: SmallRecord) -> None:
        def of_group(kind: PositionKind, number: int) -> PositionKey:
            return PositionKey(record.groups[number], record.index, kind)

        def of_party(number: int, kind: PositionKind, ref: str = "") -> PositionKey:
            return PositionKey(record.holders[number], record.index, kind, ref)

        self.source = [of_group(PositionKind.SOURCE, number) for number in (0, 1)]
        self.room = [of_group(PositionKind.ROOM, number) for number in (0, 1)]
        self.tolerated = of_group(PositionKind.TOLERATED, 0)
        self.used = [of_party(number, PositionKind.ROOM_USED) for number in (0, 1)]
        self.pending = of_party(0, PositionKind.ROOM_FROZEN, "b1")


@pytest.fixture
def limits(engine: Engine) -> Limits:
    limits = Limits(make_record(engine))
    for group in (0, 1):
        post_well(
            engine,
            entry_of(
                EntryKind.SET_LIMIT,
                f"limit {group}",
                (limits.source[group], limits.room[group], 1000),
                (limits.room[group], limits.used[group], 800),
            ),
        )
    post_well(engine, entry_of(EntryKind.HOLD, "b1 held", (limits.room[0], limits.pending, 100)))
    return limits


def link(engine: Engine, limits: Limits) -> None:
    """The second group joins the first: its limit falls away, whatever is used of it."""
    post_well(
        engine,
        entry_of(
            EntryKind.LINK,
            "linked",
            (limits.room[1], limits.source[1], 200),
            (limits.room[0], limits.source[1], 100),
            (limits.tolerated, limits.source[1], 700),
        ),
    )


def stand(engine: Engine, limits: Limits) -> dict[str, int]:
    """What is left, pending, tolerated and used."""
    left, other, pending, tolerated, north, south = balances(
        engine, *limits.room, limits.pending, limits.tolerated, *limits.used
    )
    assert other == 0
    return {"left": left, "pending": pending, "tolerated": tolerated, "used": north + south}


def test_linking_is_a_fact_and_is_not_refused(engine: Engine, limits: Limits) -> None:
    link(engine, limits)
    found = stand(engine, limits)
    assert found == {"left": 0, "pending": 100, "tolerated": -700, "used": 1600}
    assert sum(found.values()) == 1000


def test_nothing_may_be_bought_until_room_is_back(engine: Engine, limits: Limits) -> None:
    link(engine, limits)
    more = limits.pending._replace(ref="b2")
    (answer,) = post_all(engine, entry_of(EntryKind.HOLD, "b2 held", (limits.room[0], more, 1)))
    assert isinstance(answer, Refused)
    assert answer.code is PostingCode.ROOM_EXHAUSTED


def test_a_sale_of_750_repays_700_and_reopens_50(engine: Engine, limits: Limits) -> None:
    link(engine, limits)
    post_well(
        engine,
        entry_of(
            EntryKind.FILL,
            "750 sold",
            (limits.used[1], limits.tolerated, 700),
            (limits.used[1], limits.room[0], 50),
        ),
    )
    assert stand(engine, limits) == {"left": 50, "pending": 100, "tolerated": 0, "used": 850}
    with reading(engine) as session:
        assert not audit(session).differences


def test_no_more_is_repaid_than_is_owed(engine: Engine, limits: Limits) -> None:
    link(engine, limits)
    (answer,) = post_all(
        engine,
        entry_of(EntryKind.FILL, "701 to 700", (limits.used[1], limits.tolerated, 701)),
    )
    assert isinstance(answer, Refused)
    assert answer.code is PostingCode.BALANCE_ABOVE_ZERO
