"""Timing several parties in turns, and what a row of timings comes to.

Knows seconds and ratios only.  Parties take turns inside every round and another one begins each
time, so that whatever slows the machine down for a while slows all of them down.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import NamedTuple

Turn = Callable[[], float]
"""Does a party's work once and gives the seconds of its timed part."""


class Spread(NamedTuple):
    """The median of some values, and the lowest and highest of them."""

    median: float
    lowest: float
    highest: float


def spread_of(values: Sequence[float]) -> Spread:
    """Sum up some values, at least one."""
    return Spread(median(values), min(values), max(values))


def timed(work: Callable[[], object]) -> float:
    """Seconds that a piece of work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turns(
    parties: Mapping[str, Turn],
    rounds: int,
    *,
    turns: int = 1,
    warm_up: int = 1,
    before: Callable[[], None] | None = None,
) -> dict[str, list[float]]:
    """Seconds of each party in each round; a round is ``turns`` turns of every party.

    ``warm_up`` more turns come first and are not counted; ``before`` is called before each round.
    """
    names = list(parties)
    for turn in parties.values():
        for _ in range(warm_up):
            turn()
    seconds: dict[str, list[float]] = {name: [] for name in names}
    started = 0
    for _ in range(rounds):
        if before is not None:
            before()
        round_seconds = dict.fromkeys(names, 0.0)
        for _ in range(turns):
            for place in range(len(names)):
                name = names[(started + place) % len(names)]
                round_seconds[name] += parties[name]()
            started += 1
        for name in names:
            seconds[name].append(round_seconds[name])
    return seconds


def ratios(above: Sequence[float], below: Sequence[float]) -> Spread:
    """How the two compare, round by round."""
    return spread_of([one / other for one, other in zip(above, below, strict=True)])
