"""Where unsold units go: in equal parts to the next sales.

Pure: knows quantities and the rule, nothing of auctions that will be.
"""

from dataclasses import dataclass

from market.auctions.rules import UnsoldRule


@dataclass(frozen=True, slots=True)
class Carried:
    """The part that each of the next sales gets, and what could not be carried."""

    parts: tuple[int, ...]
    fallback: int


NOTHING_CARRIED = Carried((), 0)


def spread_unsold(rule: UnsoldRule | None, unsold: int, unit: int = 1) -> Carried:
    """Share unsold units in equal parts, none lifting a planned sale above cap x planned.

    Parts are whole multiples of ``unit``.  What equal parts leave over and what a cap keeps out is
    not shared again: it falls back.  A cap does not bind sales that no plan is given for.
    Source: UK Greenhouse Gas Emissions Trading Scheme Auctioning Regulations 2021, regulation 7.
    """
    if rule is None or unsold == 0:
        return NOTHING_CARRIED
    parts = [unsold // (unit * rule.spread) * unit] * rule.spread
    if rule.cap is not None:
        for place, planned in enumerate(rule.planned[: rule.spread]):
            room = max(0, int(rule.cap * planned) - planned)
            parts[place] = min(parts[place], room // unit * unit)
    return Carried(tuple(parts), unsold - sum(parts))
