"""An order book that is slow and obvious: one list of orders in the order of time, scanned.

Written from the rules, not from ``market.book``; tests compare the two.
"""

from dataclasses import dataclass
from typing import Any

Answer = tuple[str, str | None, list[tuple[Any, Any, int, int]], dict[Any, int]]
"""Status, code, fills, and how much of each order went without trading."""


@dataclass
class Waiting:
    id: Any
    side: str
    price: int | None
    open: int
    shown: int
    display: int
    owner: Any
    tif: str
    post_only: bool


class SlowBook:
    def __init__(self, self_trade: str, band: tuple[int, int] | None) -> None:
        self.self_trade = self_trade
        self.band = band
        self.calling = False
        self.line: list[Waiting] = []
        self.used: set[Any] = set()
        self.fills: list[tuple[Any, Any, int, int]] = []
        self.gone: dict[Any, int] = {}

    def add(
        self,
        id: Any,  # noqa: A002
        side: str,
        price: int | None,
        quantity: int,
        tif: str,
        owner: Any,
        post_only: bool,
        display: int,
        minimum: int,
        dynamic: tuple[int, int] | None = None,
    ) -> Answer:
        new = Waiting(id, side, price, quantity, 0, display, owner, tif, post_only)
        could = 0 if self.calling or quantity <= 0 else self.rehearse(new, dynamic)
        at_once = price is None or tif in ("IOC", "FOK")
        refusals = (
            ("order_quantity_not_above_zero", quantity <= 0),
            ("order_price_not_above_zero", price is not None and price <= 0),
            ("order_id_already_used", id in self.used),
            ("order_price_outside_band", not self.in_band(price)),
            ("no_immediate_order_in_call", self.calling and at_once),
            ("minimum_quantity_not_available", minimum > could),
            ("post_only_order_would_trade", post_only and could > 0),
        )
        for code, broken in refusals:
            if broken:
                return "rejected", code, [], {}
        self.used.add(id)
        if tif == "FOK" and could < quantity:
            return "cancelled", None, [], {id: quantity}
        return self.enter(new, quantity, dynamic)

    def enter(self, new: Waiting, quantity: int, dynamic: tuple[int, int] | None) -> Answer:
        self.fills, self.gone = [], {}
        if not self.calling:
            self.match(new, dynamic)
        if new.open and (new.price is None or new.tif == "IOC"):
            self.lose(new.id, new.open)
            new.open = 0
        if new.open:
            new.shown = min(new.display, new.open) if new.display else new.open
            self.line.append(new)
            return "partial" if self.fills else "resting", None, self.fills, self.gone
        traded = sum(fill[3] for fill in self.fills)
        return "filled" if traded == quantity else "cancelled", None, self.fills, self.gone

    def cancel(self, id: Any) -> Answer:  # noqa: A002
        for order in self.line:
            if order.id == id:
                self.line.remove(order)
                return "cancelled", None, [], {id: order.open}
        return "rejected", "order_not_in_book", [], {}

    def amend(
        self,
        id: Any,  # noqa: A002
        price: int | None,
        quantity: int | None,
        *,
        always_anew: bool = False,
    ) -> Answer:
        old = next((order for order in self.line if order.id == id), None)
        if old is None or old.price is None:
            return "rejected", "order_not_in_book", [], {}
        price = old.price if price is None else price
        quantity = old.open if quantity is None else quantity
        reduced = {id: old.open - quantity} if quantity < old.open else {}
        if quantity <= 0:
            return "rejected", "order_quantity_not_above_zero", [], {}
        if price == old.price and quantity <= old.open and not always_anew:
            old.open = quantity
            old.shown = min(old.shown, quantity)
            return "modified", None, [], reduced
        if price <= 0:
            return "rejected", "order_price_not_above_zero", [], {}
        if not self.in_band(price):
            return "rejected", "order_price_outside_band", [], {}
        new = Waiting(id, old.side, price, quantity, 0, old.display, old.owner, old.tif, False)
        new.post_only = old.post_only
        if old.post_only and not self.calling and self.rehearse(new, None):
            return "rejected", "post_only_order_would_trade", [], {}
        self.line.remove(old)
        _, _, fills, gone = self.enter(new, quantity, None)
        for lost, less in reduced.items():
            gone[lost] = gone.get(lost, 0) + less
        return "modified", None, fills, gone

    def rehearse(self, new: Waiting, dynamic: tuple[int, int] | None) -> int:
        """Play it on a copy of the book and count what was traded."""
        copy = SlowBook(self.self_trade, self.band)
        copy.line = [Waiting(**vars(order)) for order in self.line]
        copy.match(Waiting(**vars(new)), dynamic)
        return sum(fill[3] for fill in copy.fills)

    def match(self, new: Waiting, dynamic: tuple[int, int] | None) -> None:
        while new.open:
            best = self.best_for(new)
            if best is None or not self.in_band(best.price):
                return
            assert best.price is not None
            if dynamic and not dynamic[0] <= best.price <= dynamic[1]:
                return
            if self.self_trade != "none" and new.owner is not None and new.owner == best.owner:
                self.keep_apart(best, new)
                continue
            quantity = min(best.shown, new.open)
            self.fills.append((best.id, new.id, best.price, quantity))
            new.open -= quantity
            best.open -= quantity
            best.shown -= quantity
            if best.shown == 0:
                self.line.remove(best)
                if best.open:
                    best.shown = min(best.display, best.open)
                    self.line.append(best)

    def best_for(self, new: Waiting) -> Waiting | None:
        best = None
        for order in self.line:
            assert order.price is not None
            sign = 1 if new.side == "buy" else -1
            reached = new.price is None or sign * order.price <= sign * new.price
            if order.side == new.side or not reached:
                continue
            if best is None or best.price is None or sign * order.price < sign * best.price:
                best = order
        return best

    def keep_apart(self, old: Waiting, new: Waiting) -> None:
        less = min(old.open, new.open)
        of_old, of_new = {
            "cancel_newest": (0, new.open),
            "cancel_oldest": (old.open, 0),
            "cancel_both": (old.open, new.open),
            "decrement": (less, less),
        }[self.self_trade]
        for order, quantity in ((old, of_old), (new, of_new)):
            order.open -= quantity
            self.lose(order.id, quantity)
        old.shown = min(old.shown, old.open)
        if not old.open:
            self.line.remove(old)

    def lose(self, id: Any, quantity: int) -> None:  # noqa: A002
        if quantity:
            self.gone[id] = self.gone.get(id, 0) + quantity

    def in_band(self, price: int | None) -> bool:
        return price is None or self.band is None or self.band[0] <= price <= self.band[1]

    def picture(self, side: str) -> list[tuple[Any, Any, int, int]]:
        """Give id, price, open and shown of each order of a side, best price first, then time."""
        sign = -1 if side == "buy" else 1
        rows = [(o.id, o.price, o.open, o.shown) for o in self.line if o.side == side]
        return sorted(rows, key=lambda row: sign * (row[1] or 0))
