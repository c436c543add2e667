"""The table of moves: which kind of entry may carry units from which kind of position to which.

It is the state machine of rights and the list of causes of the balance sheet.  A kind of position
says how low and how high its balance may go.  Knows no right and no law: those only narrow it.
"""

from dataclasses import dataclass
from enum import StrEnum

AMOUNT_MAX = 10**15
"""The most one transfer may carry, in the asset's smallest unit."""

CUMULATIVE_MAX = 2**62 - 1
"""Cumulative debits or credits of one position stay at or below this (below 2^62)."""


class PositionKind(StrEnum):
    """What state a balance is in."""

    SOURCE = "source"
    OUTSIDE = "outside"
    BANK = "bank"
    TOTAL = "total"
    ROOM = "room"
    ROOM_FROZEN = "room_frozen"
    ROOM_USED = "room_used"
    TOLERATED = "tolerated"
    HOLDING = "holding"
    UNPAID = "unpaid"
    OWN_USE = "own_use"
    BOUGHT = "bought"
    WITHHELD = "withheld"
    FROZEN = "frozen"
    SEIZED = "seized"
    RESERVE = "reserve"
    DEBT = "debt"
    CASH = "cash"
    FEES = "fees"
    SURRENDERED = "surrendered"
    USED = "used"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How low (``floor``) and how high (``ceiling``) a balance may go; None = no bound."""

    floor: int | None
    ceiling: int | None


_NOT_BELOW_ZERO = Bounds(floor=0, ceiling=None)
_UNBOUNDED_KINDS = (PositionKind.SOURCE, PositionKind.OUTSIDE, PositionKind.BANK)
_NOT_ABOVE_ZERO_KINDS = (PositionKind.SOURCE, PositionKind.TOLERATED, PositionKind.DEBT)


def bounds_of(kind: PositionKind) -> Bounds:
    """Bounds that a new position of this kind gets.

    A source only ever gives, so it is at most zero; ``tolerated`` and ``debt`` are overdrafts:
    below zero as far as the facts go, never above.
    """
    if kind in _NOT_ABOVE_ZERO_KINDS:
        return Bounds(floor=None, ceiling=0)
    if kind in _UNBOUNDED_KINDS:
        return Bounds(floor=None, ceiling=None)
    return _NOT_BELOW_ZERO


FLOORLESS_KINDS = tuple(kind.value for kind in PositionKind if bounds_of(kind).floor is None)
"""The kinds that the database lets stand without a floor."""


class EntryKind(StrEnum):
    """What happened."""

    SET = "set"
    LOWER = "lower"
    DIVIDE = "divide"
    GIVE_BACK = "give_back"
    OPEN = "open"
    CLOSE = "close"
    ALLOCATE = "allocate"
    RETURN = "return"
    TRANSFER = "transfer"
    TRANSFER_WITH_TOTAL = "transfer_with_total"
    IMPORT = "import"
    SURRENDER = "surrender"
    USE = "use"
    CUT = "cut"
    DEPOSIT = "deposit"
    WITHDRAW = "withdraw"
    HOLD = "hold"
    RELEASE = "release"
    FILL = "fill"
    AGREEMENT = "agreement"
    AWARD = "award"
    PAY_PART = "pay_part"
    DEFAULT = "default"
    SEIZE = "seize"
    ROLL = "roll"
    SET_LIMIT = "set_limit"
    LINK = "link"
    REVERSAL = "reversal"


@dataclass(frozen=True, slots=True)
class Move:
    """Units may go ``debit`` -> ``credit`` in an entry of ``entry`` kind."""

    entry: EntryKind
    debit: PositionKind
    credit: PositionKind


def _moves(entry: EntryKind, *pairs: str) -> tuple[Move, ...]:
    return tuple(
        Move(entry, PositionKind(debit), PositionKind(credit))
        for debit, credit in (pair.split(" > ") for pair in pairs)
    )


MOVES: tuple[Move, ...] = (
    # The regulator's desk.  ``tolerated`` is what is out beyond a lowered total; whatever comes
    # to a cell serves it first.
    *_moves(EntryKind.SET, "source > total", "source > room", "source > tolerated"),
    # What a cell was given from above goes back there on its way to the source.
    *_moves(
        EntryKind.LOWER,
        "total > source",
        "total > total",
        "total > tolerated",
        "room > source",
        "room > room",
        "room > tolerated",
        "tolerated > source",
        "tolerated > total",
        "tolerated > room",
        "tolerated > tolerated",
    ),
    *_moves(
        EntryKind.DIVIDE,
        "total > total",
        "total > tolerated",
        "room > room",
        "room > tolerated",
    ),
    *_moves(
        EntryKind.GIVE_BACK,
        "total > total",
        "total > tolerated",
        "room > room",
        "room > tolerated",
    ),
    # Several assets under one total: their index's room is used up where an asset is opened.
    *_moves(EntryKind.OPEN, "room > room_used", "source > total"),
    *_moves(EntryKind.CLOSE, "total > source", "room_used > tolerated", "room_used > room"),
    # Units into, between and out of hands.
    *_moves(EntryKind.ALLOCATE, "total > holding"),
    *_moves(
        EntryKind.RETURN,
        "holding > total",
        "holding > tolerated",
        "total > source",
        "room_used > tolerated",
        "room_used > room",
    ),
    *_moves(EntryKind.TRANSFER, "holding > holding", "total > total", "total > tolerated"),
    *_moves(EntryKind.TRANSFER_WITH_TOTAL, "holding > holding", "room_used > room_used"),
    *_moves(EntryKind.IMPORT, "outside > holding"),
    *_moves(
        EntryKind.SURRENDER,
        "holding > surrendered",
        "bought > surrendered",
        "own_use > surrendered",
        "unpaid > surrendered",
    ),
    *_moves(EntryKind.USE, "holding > used"),
    *_moves(
        EntryKind.CUT,
        "holding > withheld",
        "holding > retired",
        "room_used > source",
        "room_used > tolerated",
        "room_used > room",
        "room > source",
        "room > tolerated",
        "room > room",
    ),
    # Money, holds and fills.
    *_moves(EntryKind.DEPOSIT, "bank > cash"),
    # Money asked for stays in sight, held, until a second person lets it go.
    *_moves(EntryKind.WITHDRAW, "cash > bank", "frozen > bank"),
    *_moves(
        EntryKind.HOLD,
        "holding > frozen",
        "reserve > frozen",
        "total > frozen",
        "cash > frozen",
        "room > room_frozen",
    ),
    *_moves(
        EntryKind.RELEASE,
        "frozen > holding",
        "frozen > reserve",
        "frozen > total",
        "frozen > tolerated",
        "frozen > cash",
        "seized > holding",
        "room_frozen > tolerated",
        "room_frozen > room",
    ),
    *_moves(
        EntryKind.FILL,
        "frozen > holding",
        "frozen > bought",
        "frozen > own_use",
        "frozen > cash",
        "frozen > fees",
        "cash > fees",
        "room_frozen > room_used",
        "room_used > tolerated",
        "room_used > room",
    ),
    *_moves(
        EntryKind.AGREEMENT,
        "frozen > holding",
        "frozen > bought",
        "frozen > own_use",
        "frozen > cash",
        "frozen > fees",
        "cash > fees",
        "room_frozen > room_used",
        "room_used > tolerated",
        "room_used > room",
    ),
    # What an auction sold: paid at once from what was held and from cash, or a first part now
    # and the rest owed as a claim, the units unpaid until then.
    *_moves(
        EntryKind.AWARD,
        "frozen > holding",
        "frozen > own_use",
        "frozen > unpaid",
        "frozen > cash",
        "frozen > fees",
        "cash > cash",
        "cash > fees",
        "debt > holding",
        "room > room_used",
        "room_frozen > room_used",
        "room_used > tolerated",
        "room_used > room",
    ),
    *_moves(EntryKind.PAY_PART, "cash > cash", "holding > debt", "unpaid > holding"),
    *_moves(
        EntryKind.DEFAULT,
        "unpaid > reserve",
        "frozen > cash",
        "debt > holding",
        "room_used > tolerated",
        "room_used > room",
    ),
    *_moves(EntryKind.SEIZE, "holding > seized", "bought > seized"),
    *_moves(EntryKind.ROLL, "bought > holding"),
    # Limits of groups of linked companies.
    *_moves(
        EntryKind.SET_LIMIT,
        "source > room",
        "source > tolerated",
        "room > source",
        "tolerated > source",
        "room > room_used",
        "tolerated > room_used",
        "room_used > tolerated",
        "room_used > room",
    ),
    *_moves(
        EntryKind.LINK,
        "room > source",
        "tolerated > source",
        "room > tolerated",
        "room > room",
        "tolerated > tolerated",
        "tolerated > room",
    ),
)

MOVE_SET = frozenset((move.entry, move.debit, move.credit) for move in MOVES)
