"""What is asked of the ledger and what it answers: plain values, no database.

An ``Entry`` is what somebody wants to post; the answer to it is ``Posted`` or a refusal.
"""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from ledger.core.moves import EntryKind, PositionKind
from ledger.refusals import RefusalCode, ensure


class PositionKey(NamedTuple):
    """What makes a position the one it is.

    ``ref`` names what the balance is for (an order, a request, a year), ``for_party_id`` whose
    right in it is (a lessee, a pledgee); both may be absent.
    """

    account_id: int
    asset_id: int
    kind: PositionKind
    ref: str = ""
    for_party_id: int | None = None


PositionName = PositionKey | int
"""A position by what it is, or by its number where that is known already."""


class Transfer(NamedTuple):
    """Move ``amount`` (whole smallest units, 1..10^15) from ``debit`` to ``credit``."""

    debit: PositionName
    credit: PositionName
    amount: int


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened, to be posted whole or not at all.

    ``key`` makes asking again safe (1..200 signs, unique in the ledger); ``business_date`` is the
    day it counts for; ``period_id`` marks the compliance period it belongs to;
    ``unit_price_micro`` is in millionths of the currency for one unit as displayed, ``money_fen``
    in fen: the price and money that go with it, even where they are paid elsewhere; ``reverses``
    is the number of the entry that this one undoes.
    """

    kind: EntryKind
    key: str
    business_date: date
    transfers: tuple[Transfer, ...]
    actor: str = ""
    office: str = ""
    document: str = ""
    period_id: int | None = None
    unit_price_micro: int | None = None
    money_fen: int | None = None
    reverses: int | None = None


class Posted:
    """The entry stands.

    ``again`` tells that it stood before this call: the same key with the same content.
    """

    __slots__ = ("_entry_id", "again", "key")

    def __init__(self, key: str, *, again: bool = False) -> None:
        self.key = key
        self.again = again
        self._entry_id = 0

    @property
    def entry_id(self) -> int:
        """The entry's number in the journal, known once the working set is flushed."""
        ensure(self._entry_id > 0, "an entry has its number only after the flush")
        return self._entry_id

    def number(self, entry_id: int) -> None:
        """Give the entry its number, once."""
        ensure(self._entry_id == 0, "an entry is numbered once")
        self._entry_id = entry_id

    def __repr__(self) -> str:
        return f"Posted({self.key!r}, again={self.again}, entry_id={self._entry_id})"


class PostingCode(RefusalCode):
    """Why an entry is not posted, in the order in which the rules are looked at."""

    KEY_MISSING = "key_missing"
    KEY_TOO_LONG = "key_too_long"
    KEY_USED_FOR_ANOTHER_ENTRY = "key_used_for_another_entry"
    ENTRY_WITHOUT_TRANSFERS = "entry_without_transfers"
    ENTRY_WITH_TOO_MANY_TRANSFERS = "entry_with_too_many_transfers"
    TEXT_TOO_LONG = "text_too_long"
    TEXT_HAS_CONTROL_SIGN = "text_has_control_sign"
    PRICE_OUT_OF_RANGE = "price_out_of_range"
    BUSINESS_DATE_IN_FUTURE = "business_date_in_future"
    REVERSAL_NAMES_NO_ENTRY = "reversal_names_no_entry"
    ENTRY_TO_REVERSE_UNKNOWN = "entry_to_reverse_unknown"
    ENTRY_ALREADY_REVERSED = "entry_already_reversed"
    REVERSAL_NOT_REVERSIBLE = "reversal_not_reversible"
    REVERSAL_MUST_MIRROR = "reversal_must_mirror"
    AMOUNT_NOT_POSITIVE = "amount_not_positive"
    AMOUNT_TOO_LARGE = "amount_too_large"
    POSITION_UNKNOWN = "position_unknown"
    POSITIONS_MUST_DIFFER = "positions_must_differ"
    ASSETS_MUST_MATCH = "assets_must_match"
    MOVE_NOT_IN_TABLE = "move_not_in_table"
    BUSINESS_DATE_IN_CLOSED_MONTH = "business_date_in_closed_month"
    CUMULATIVE_SUM_TOO_LARGE = "cumulative_sum_too_large"
    AVAILABLE_TOO_SMALL = "available_too_small"
    TOTAL_EXHAUSTED = "total_exhausted"
    ROOM_EXHAUSTED = "room_exhausted"
    HOLD_TOO_SMALL = "hold_too_small"
    CASH_TOO_SMALL = "cash_too_small"
    BALANCE_TOO_SMALL = "balance_too_small"
    BALANCE_ABOVE_ZERO = "balance_above_zero"


FLOOR_CODES = {
    PositionKind.HOLDING: PostingCode.AVAILABLE_TOO_SMALL,
    PositionKind.TOTAL: PostingCode.TOTAL_EXHAUSTED,
    PositionKind.ROOM: PostingCode.ROOM_EXHAUSTED,
    PositionKind.FROZEN: PostingCode.HOLD_TOO_SMALL,
    PositionKind.CASH: PostingCode.CASH_TOO_SMALL,
}
"""The code that says which floor was met; any other kind answers ``balance_too_small``."""
