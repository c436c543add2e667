"""Which line of a sheet each kind of position stands on.

Readers ask in states (how much is room, held, frozen, used up); positions are finer.  Knows only
the kinds of the core.
"""

from enum import StrEnum

from ledger.core.moves import PositionKind


class State(StrEnum):
    """A line of the balance sheet."""

    ROOM = "room"
    TOLERATED = "tolerated"
    HELD = "held"
    UNPAID = "unpaid"
    RESERVE = "reserve"
    SEIZED = "seized"
    DEBT = "debt"
    WITHHELD = "withheld"
    FROZEN = "frozen"
    SURRENDERED = "surrendered"
    USED = "used"
    RETIRED = "retired"
    INDEX_USED = "index_used"
    CASH = "cash"
    FEES = "fees"


STATE_OF_KIND: dict[PositionKind, State | None] = {
    PositionKind.TOTAL: State.ROOM,
    PositionKind.ROOM: State.ROOM,
    PositionKind.ROOM_FROZEN: State.FROZEN,
    PositionKind.ROOM_USED: State.INDEX_USED,
    PositionKind.TOLERATED: State.TOLERATED,
    PositionKind.HOLDING: State.HELD,
    PositionKind.BOUGHT: State.HELD,
    PositionKind.OWN_USE: State.HELD,
    PositionKind.UNPAID: State.UNPAID,
    PositionKind.RESERVE: State.RESERVE,
    PositionKind.SEIZED: State.SEIZED,
    PositionKind.DEBT: State.DEBT,
    PositionKind.WITHHELD: State.WITHHELD,
    PositionKind.FROZEN: State.FROZEN,
    PositionKind.SURRENDERED: State.SURRENDERED,
    PositionKind.USED: State.USED,
    PositionKind.RETIRED: State.RETIRED,
    PositionKind.CASH: State.CASH,
    PositionKind.FEES: State.FEES,
    # What stands over against the stock: where it came from.
    PositionKind.SOURCE: None,
    PositionKind.OUTSIDE: None,
    PositionKind.BANK: None,
}
