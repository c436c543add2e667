"""Prices and what is bid for at each, best first, and how far the supply reaches down.

Knows totals per price and never sorts bids, so that a million of them are cleared by adding them
up: only the prices are put in order.  Who gets what at a price is not known here, unless minimums
decide how much a price takes.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from market.auctions.bids import Standing
from market.auctions.rules import Rules

Takes = Callable[[int, int], int]
"""How much the bids at a price (first) take of what is available for them (second)."""


@dataclass(frozen=True, slots=True)
class Rung:
    """A price, what is bid for there, what was available and what was taken of it."""

    price_micro: int
    asked: int
    available: int
    taken: int


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a supply reached: the rungs that took something, and what of the added supply went.

    ``best_rejected_micro``: the best price at which some quantity got nothing.
    """

    rungs: tuple[Rung, ...]
    taken: int
    added_taken: int
    best_rejected_micro: int | None

    @property
    def last_price_micro(self) -> int | None:
        """The price of the last bid that gets something."""
        return self.rungs[-1].price_micro if self.rungs else None


def totals_per_price(standing: Iterable[Standing]) -> dict[int, int]:
    """Add up what is bid for per price."""
    totals: dict[int, int] = {}
    get = totals.get
    for one in standing:
        price = one.price_micro
        totals[price] = get(price, 0) + one.quantity
    return totals


def best_first(rules: Rules, totals: Mapping[int, int]) -> list[tuple[int, int]]:
    """Put (price, total) in order: the highest price first, the cheapest where we buy."""
    return sorted(totals.items(), reverse=not rules.is_reverse)


def reach(
    rules: Rules,
    ladder: Iterable[tuple[int, int]],
    supply: int,
    *,
    added: Iterable[tuple[int, int]] = (),
    paid_micro: int | None = None,
    takes: Takes | None = None,
) -> Reached:
    """Let a supply go down a ladder of (price, total), best first.

    ``added`` are (trigger, quantity), ascending: only prices at or above the trigger take from
    them, after the supply itself.  ``paid_micro`` is the price that all are paid where it is known
    beforehand, for a budget.  Without ``takes`` a price takes whatever it can.
    """
    descent = _Descent(rules, supply, [[trigger, quantity] for trigger, quantity in added])
    for price, asked in ladder:
        available = descent.available(price, paid_micro)
        taken = min(asked, available)
        if takes is not None and available:
            taken = takes(price, available)
        if taken < asked and descent.rejected is None:
            descent.rejected = price
        if taken:
            descent.take(Rung(price, asked, available, taken))
        elif not available:
            # Further down the prices are worse and open nothing that is closed here.
            break
    return Reached(tuple(descent.rungs), descent.taken, descent.added_taken, descent.rejected)


@dataclass(slots=True)
class _Descent:
    """What is left on the way down."""

    rules: Rules
    left: int
    pools: list[list[int]]
    rungs: list[Rung] = field(default_factory=list)
    taken: int = 0
    added_taken: int = 0
    spent: int = 0
    rejected: int | None = None

    def available(self, price: int, paid_micro: int | None) -> int:
        """How much there is for a price: supply, pools open to it, and money for it."""
        there = self.left + sum(quantity for trigger, quantity in self.pools if price >= trigger)
        budget = self.rules.budget_fen
        return there if budget is None else min(there, self._affordable(budget, price, paid_micro))

    def take(self, rung: Rung) -> None:
        """Take what a price takes: from the supply first, then from the lowest pool."""
        self.rungs.append(rung)
        self.taken += rung.taken
        self.spent += rung.taken * rung.price_micro
        more = rung.taken - min(self.left, rung.taken)
        self.left -= rung.taken - more
        self.added_taken += more
        for pool in self.pools:
            part = min(pool[1], more)
            pool[1] -= part
            more -= part

    def _affordable(self, budget_fen: int, price: int, paid_micro: int | None) -> int:
        """How much more the budget pays for, in whole lots: of the whole purchase at one price.

        Where each is paid his own price, of what earlier offers have left of the budget.
        """
        rules = self.rules
        if rules.has_own_prices and paid_micro is None:
            there = rules.payable_quantity(budget_fen, price, rules.years, self.spent)
        else:
            paid = price if paid_micro is None else paid_micro
            there = rules.payable_quantity(budget_fen, paid, rules.years) - self.taken
        return rules.down_to_lots(max(0, there))
