"""Candles as shapes: whole-number coordinates for a drawing that the server makes.

Knows no figure but those it is given and no language; the sentence and the table beside the drawing
say the same in words.
"""

from collections.abc import Sequence
from typing import NamedTuple

from market.candles import Candle

HEIGHT = 1000
"""Height of the drawing in its own steps; one candle is ``STEP`` wide."""
STEP = 10
_EDGE = 40
_PLACES_MIN = 24
"""A drawing of a few candles leaves room on the right instead of making them wide."""


class Shape(NamedTuple):
    """One candle: its wick and its body; ``look`` is up (hollow) or down (filled)."""

    look: str
    middle: int
    wick_top: int
    wick_bottom: int
    left: int
    body_top: int
    body_height: int


def width(candles: Sequence[Candle]) -> int:
    """Give the width of a drawing in its own steps."""
    return STEP * max(len(candles), _PLACES_MIN)


def shapes(candles: Sequence[Candle]) -> list[Shape]:
    """Lay candles out side by side, the highest price at the top."""
    if not candles:
        return []
    high = max(one.high_ticks for one in candles)
    low = min(one.low_ticks for one in candles)
    span = max(high - low, 1)

    def place(ticks: int) -> int:
        return _EDGE + (high - ticks) * (HEIGHT - 2 * _EDGE) // span

    laid = []
    for number, one in enumerate(candles):
        top, bottom = sorted((place(one.open_ticks), place(one.close_ticks)))
        laid.append(
            Shape(
                look="up" if one.close_ticks >= one.open_ticks else "down",
                middle=number * STEP + STEP // 2,
                wick_top=place(one.high_ticks),
                wick_bottom=place(one.low_ticks),
                left=number * STEP + 2,
                body_top=top,
                body_height=max(bottom - top, 4),
            )
        )
    return laid
