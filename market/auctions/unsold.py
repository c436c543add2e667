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

    Parts are whole multiples of ``unit``; what equal parts leave over goes, a unit each, to the
    earliest sales.  What a cap keeps out is not shared again: it falls back.
    Source: UK Greenhouse Gas Emissions Trading Scheme Auctioning Regulations 2021, regulation 7.
    """
    if rule is None or unsold == 0:
        return NOTHING_CARRIED
    units, rest = divmod(unsold, unit)
    equal, more = divmod(units, rule.spread)
    parts = []
    for place in range(rule.spread):
        part = (equal + (place < more)) * unit
        if rule.cap is not None:
            planned = rule.planned[place]
            room = max(0, int(rule.cap * planned) - planned)
            part = min(part, room // unit * unit)
        parts.append(part)
    carried = sum(parts)
    return Carried(tuple(parts), units * unit - carried + rest)
