"""What a replay can find, as plain values: named differences, how many of each, what was counted.

Pure.  Knows neither how the replay is done nor in which language it is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.refusals import RefusalCode

KEPT_PER_CODE = 20
"""So many differences of one kind are kept in full; the rest are only counted."""
SHOWN_MAX = 400
"""Signs of a differing value that are shown."""


class ReplayCode(RefusalCode):
    """What the log, played again, does not bear out."""

    REPLAY_LOG_HAS_GAPS = "replay_log_has_gaps"
    REPLAY_ASKS_OTHERWISE = "replay_asks_otherwise"
    REPLAY_CANNOT_FOLLOW = "replay_cannot_follow"
    REPLAY_STATUS_DIFFERS = "replay_status_differs"
    REPLAY_ANSWER_DIFFERS = "replay_answer_differs"
    REPLAY_EVENTS_DIFFER = "replay_events_differ"
    REPLAY_TRADE_DIFFERS = "replay_trade_differs"
    REPLAY_TRADES_TOO_MANY = "replay_trades_too_many"
    REPLAY_ORDER_MISSING = "replay_order_missing"
    REPLAY_ORDER_DIFFERS = "replay_order_differs"
    REPLAY_ORDERS_TOO_MANY = "replay_orders_too_many"
    REPLAY_BOOK_DIFFERS = "replay_book_differs"
    REPLAY_STATE_DIFFERS = "replay_state_differs"
    REPLAY_HOLD_DIFFERS = "replay_hold_differs"
    ADMITTED_ENTRY_MISSING = "admitted_entry_missing"
    ADMITTED_ENTRY_DIFFERS = "admitted_entry_differs"
    REFUSED_ENTRY_STANDS = "refused_entry_stands"


@dataclass(frozen=True, slots=True)
class ReplayDifference:
    """One thing that does not agree.

    ``number`` is that of the command, of the order where the code is about an order, or 0 for the
    whole log; ``part`` names a field or an entry where there is one; ``expected`` is what the
    replay gives, ``found`` what is stored, both as text of at most 400 signs.
    """

    code: ReplayCode
    number: int
    part: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """The result of one replay.

    ``counted`` tells how many commands, trades, orders and entries were looked at;
    ``differences`` holds at most 20 of each code, ``counts`` the full number by code.
    """

    venue: str
    counted: Mapping[str, int]
    differences: tuple[ReplayDifference, ...]
    counts: Mapping[ReplayCode, int]

    @property
    def identical(self) -> bool:
        """Whether everything came out the same."""
        return not self.counts


class Differences:
    """Differences as they are found: all counted, the first of each code kept."""

    def __init__(self) -> None:
        self._kept: list[ReplayDifference] = []
        self._counts: dict[ReplayCode, int] = {}

    def add(
        self, code: ReplayCode, number: int, expected: object, found: object, part: str = ""
    ) -> None:
        """Note one more difference."""
        self._counts[code] = self._counts.get(code, 0) + 1
        if self._counts[code] <= KEPT_PER_CODE:
            shown = (str(expected)[:SHOWN_MAX], str(found)[:SHOWN_MAX])
            self._kept.append(ReplayDifference(code, number, part, *shown))

    def report(self, venue: str, counted: Mapping[str, int]) -> ReplayReport:
        """Give the result."""
        return ReplayReport(venue, dict(counted), tuple(self._kept), dict(self._counts))
