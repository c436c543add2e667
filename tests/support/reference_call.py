"""The price of a call auction, slow and obvious: every candidate, counted from the orders."""

from collections.abc import Sequence
from fractions import Fraction
from math import floor
from typing import NamedTuple


class Collected(NamedTuple):
    side: str
    price: int
    quantity: int


def slow_price(orders: Sequence[Collected], algorithm: str, reference: int | None) -> int | None:
    limits = sorted({order.price for order in orders})
    candidates = range(1, max(limits, default=0) + 1) if algorithm == "shenzhen" else limits
    most = max((volume(orders, price) for price in candidates), default=0)
    if most == 0:
        return None
    eligible = [price for price in candidates if volume(orders, price) == most]
    if algorithm != "max_volume":
        eligible = [price for price in eligible if better_orders_are_filled(orders, price)]
    if algorithm == "shenzhen":
        assert reference is not None
        return min(eligible, key=lambda price: (abs(price - reference), price))
    least = min(abs(surplus(orders, price)) for price in eligible)
    eligible = [price for price in eligible if abs(surplus(orders, price)) == least]
    middle = floor(Fraction(eligible[0] + eligible[-1], 2) + Fraction(1, 2))
    if algorithm == "shanghai":
        return middle
    if all(surplus(orders, price) > 0 for price in eligible):
        return max(eligible)
    if all(surplus(orders, price) < 0 for price in eligible):
        return min(eligible)
    if reference is None:
        return middle
    return sorted((eligible[0], reference, eligible[-1]))[1]


def bids_at(orders: Sequence[Collected], price: int) -> int:
    return sum(o.quantity for o in orders if o.side == "buy" and o.price >= price)


def asks_at(orders: Sequence[Collected], price: int) -> int:
    return sum(o.quantity for o in orders if o.side == "sell" and o.price <= price)


def volume(orders: Sequence[Collected], price: int) -> int:
    return min(bids_at(orders, price), asks_at(orders, price))


def surplus(orders: Sequence[Collected], price: int) -> int:
    return bids_at(orders, price) - asks_at(orders, price)


def better_orders_are_filled(orders: Sequence[Collected], price: int) -> bool:
    better = max(bids_at(orders, price + 1), asks_at(orders, price - 1))
    return better <= volume(orders, price)
