"""Whether a quantity that somebody wrote may stand in a request.

Knows numbers, written as text or counted; knows no unit.  Units whose smallest part is smaller than
one are read by ``ledger.numerals`` first.
"""

from collections.abc import Sequence

from ledger.numerals import parse_plain_integer
from ledger.refusals import RefusalCode, Refused

SOURCE = "UK Emissions Trading Registry, checks of quantities"


class QuantityCode(RefusalCode):
    """Why a quantity is refused, in the order in which the rules are looked at."""

    QUANTITY_NOT_WHOLE_POSITIVE = "quantity_not_whole_positive"
    QUANTITIES_ALL_ZERO = "quantities_all_zero"
    QUANTITY_ABOVE_AVAILABLE = "quantity_above_available"


def read_quantity(text: str) -> int | Refused:
    """Read a quantity in whole units, 0 or more, as machines write it (``parse_plain_integer``)."""
    number = parse_plain_integer(text)
    if isinstance(number, Refused):
        return Refused(QuantityCode.QUANTITY_NOT_WHOLE_POSITIVE, {"text": text}, SOURCE)
    return number


def refuse_quantities(quantities: Sequence[int], available: int | None) -> Refused | None:
    """Refuse the quantities of one request, one for each sort of unit that it moves.

    None is negative, not all are 0, and together they are not above what is ``available`` (None:
    not asked).  All of it may be moved.
    """
    for quantity in quantities:
        if quantity < 0:
            values = {"text": str(quantity)}
            return Refused(QuantityCode.QUANTITY_NOT_WHOLE_POSITIVE, values, SOURCE)
    total = sum(quantities)
    if total == 0:
        return Refused(QuantityCode.QUANTITIES_ALL_ZERO, {}, SOURCE)
    if available is not None and total > available:
        values_of_both = {"quantity": total, "available": available}
        return Refused(QuantityCode.QUANTITY_ABOVE_AVAILABLE, values_of_both, SOURCE)
    return None
