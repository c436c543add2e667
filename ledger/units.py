"""The units in which rights and money are counted, and exact conversion between them.

Knows masses, volumes, energy, areas, carbon and money as whole numbers of one smallest unit per
dimension.  It must not know assets, languages of a page, or how a number is written: reading and
printing text is ``ledger.numerals``.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ledger.refusals import InvariantBroken, RefusalCode, Refused, ensure

LARGEST_MINOR = 2**63 - 1
"""The most that any number of smallest units may be: what a 64-bit column holds."""

_SHOWN_LENGTH = 40


class Dimension(StrEnum):
    """What is counted; two units convert into each other when they share it."""

    MASS = "mass"
    VOLUME = "volume"
    ENERGY = "energy"
    AREA = "area"
    CARBON = "carbon"
    MONEY = "money"


class UnitCode(RefusalCode):
    """Why a unit or a conversion was refused."""

    UNIT_UNKNOWN = "unit_unknown"
    DIMENSIONS_DIFFER = "dimensions_differ"
    NOT_EXACT_IN_UNIT = "not_exact_in_unit"
    NOT_WHOLE_IN_UNIT = "not_whole_in_unit"
    FINER_THAN_SMALLEST_UNIT = "finer_than_smallest_unit"
    DECIMAL_NOT_FINITE = "decimal_not_finite"
    DECIMAL_NEGATIVE = "decimal_negative"
    DECIMAL_TOO_LARGE = "decimal_too_large"


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of the catalogue.

    ``factor`` is the exact number of smallest units of the dimension in one of this unit;
    ``shown_decimals`` the fewest decimals it is printed with (more where the amount needs them).
    """

    code: str
    dimension: Dimension
    name_zh: str
    name_en: str
    symbol_zh: str
    symbol_en: str
    factor: int
    shown_decimals: int

    @property
    def decimals(self) -> int:
        """The most decimals that an exact amount in this unit can have.

        For a factor of 10^n these are the digits of the smallest unit (an asset's *scale*).
        """
        # Only the twos and fives of the factor make decimals; the three of a hectare does not.
        finite_part = _without_other_primes(self.factor)
        places = 0
        while _power_of_ten(places) % finite_part:
            places += 1
        return places

    @property
    def is_exact(self) -> bool:
        """Whether every whole number of smallest units can be written in this unit.

        False for the hectare (0.01 mu = 0.000666... ha), which therefore may show an amount
        but must not be the unit of an asset.
        """
        return _power_of_ten(self.decimals) % self.factor == 0


UNITS = (
    Unit("t", Dimension.MASS, "吨", "tonne", "吨", "t", 10**6, 3),
    Unit("kg", Dimension.MASS, "千克", "kilogram", "千克", "kg", 10**3, 0),
    Unit("g", Dimension.MASS, "克", "gram", "克", "g", 1, 0),
    Unit("m3", Dimension.VOLUME, "立方米", "cubic metre", "立方米", "m³", 1, 0),
    Unit(
        "wan_m3",
        Dimension.VOLUME,
        "万立方米",
        "ten thousand cubic metres",
        "万立方米",
        "×10⁴ m³",
        10**4,
        0,
    ),
    Unit(
        "tce",
        Dimension.ENERGY,
        "吨标准煤",
        "tonne of coal equivalent",
        "吨标准煤",
        "tce",
        10**3,
        3,
    ),
    Unit(
        "kgce",
        Dimension.ENERGY,
        "千克标准煤",
        "kilogram of coal equivalent",
        "千克标准煤",
        "kgce",
        1,
        0,
    ),
    Unit("mu", Dimension.AREA, "亩", "mu (1/15 hectare)", "亩", "mu", 100, 2),
    Unit("ha", Dimension.AREA, "公顷", "hectare", "公顷", "ha", 1500, 2),
    Unit(
        "tCO2e",
        Dimension.CARBON,
        "吨二氧化碳当量",
        "tonne of carbon dioxide equivalent",
        "吨二氧化碳当量",
        "t CO₂e",
        1,
        0,
    ),
    Unit("CNY", Dimension.MONEY, "元", "yuan", "元", "CNY", 100, 2),
)
"""All units.  Smallest: 1 g, 1 m3, 1 kgce, 0.01 mu, 1 t CO2e, 1 fen; 1 ha = 15 mu exactly."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """``minor`` smallest units of a dimension (0..2^63-1) and the unit to show them in."""

    minor: int
    unit_code: str

    def __post_init__(self) -> None:
        """Hold the range and the catalogue."""
        ensure(0 <= self.minor <= LARGEST_MINOR, "a quantity lies between 0 and 2^63-1")
        unit_of(self.unit_code)

    @property
    def unit(self) -> Unit:
        """The unit it is shown in."""
        return unit_of(self.unit_code)


def unit_of(code: str) -> Unit:
    """Give the unit of a code that the program itself wrote; an unknown one is a bug."""
    found = find_unit(code)
    if isinstance(found, Refused):
        raise InvariantBroken(f"the unit {code!r} is in the catalogue")
    return found


def find_unit(code: str) -> Unit | Refused:
    """Give the unit of a code that came from outside, or refuse it by name."""
    for unit in UNITS:
        if unit.code == code:
            return unit
    known = tuple(unit.code for unit in UNITS)
    return Refused(UnitCode.UNIT_UNKNOWN, {"unit": code[:_SHOWN_LENGTH], "known": known})


def shown_in(quantity: Quantity, unit: Unit) -> Quantity | Refused:
    """Show the same amount in another unit of its dimension.

    Refused across dimensions, and where the amount has no finite decimals in that unit.
    """
    refused = _other_dimension(quantity, unit)
    if refused:
        return refused
    if isinstance(to_decimal(quantity.minor, unit), Refused):
        values = {"minor": quantity.minor, "unit": unit.code}
        return Refused(UnitCode.NOT_EXACT_IN_UNIT, values)
    return Quantity(quantity.minor, unit.code)


def whole_units(quantity: Quantity, unit: Unit) -> int | Refused:
    """Count the amount in whole units of its dimension; refused where it is not whole."""
    refused = _other_dimension(quantity, unit)
    if refused:
        return refused
    count, rest = divmod(quantity.minor, unit.factor)
    if rest:
        values = {"minor": quantity.minor, "unit": unit.code}
        return Refused(UnitCode.NOT_WHOLE_IN_UNIT, values)
    return count


def to_decimal(minor: int, unit: Unit) -> Decimal | Refused:
    """Write smallest units (0 or more) as an exact Decimal of the unit.

    It has at least ``shown_decimals`` and no further trailing zeros.  Refused where no finite
    decimal is exact, which happens only for units that are not ``is_exact``.
    """
    ensure(minor >= 0, "an amount is never negative")
    scaled, rest = divmod(minor * _power_of_ten(unit.decimals), unit.factor)
    if rest:
        return Refused(UnitCode.NOT_EXACT_IN_UNIT, {"minor": minor, "unit": unit.code})
    places = unit.decimals
    while places > unit.shown_decimals and scaled % 10 == 0:
        scaled //= 10
        places -= 1
    return exact_decimal(scaled, places)


def to_minor(amount: Decimal, unit: Unit) -> int | Refused:
    """Count an amount of the unit in smallest units, exactly; nothing is ever rounded."""
    if not amount.is_finite():
        return Refused(UnitCode.DECIMAL_NOT_FINITE, {"amount": str(amount)})
    if amount < 0:
        return Refused(UnitCode.DECIMAL_NEGATIVE, {"amount": _short(amount)})
    # First the size: it bounds the exponent, so that 1E+400000 costs nothing.
    if amount > LARGEST_MINOR // unit.factor + 1:
        return Refused(UnitCode.DECIMAL_TOO_LARGE, _too_large(amount, unit))
    scaled = _digits_at(amount, unit.decimals)
    minor, rest = (0, 1) if scaled is None else _counted(scaled, unit)
    if rest:
        values = {"amount": _short(amount), "unit": unit.code, "decimals": unit.decimals}
        return Refused(UnitCode.FINER_THAN_SMALLEST_UNIT, values)
    if minor > LARGEST_MINOR:
        return Refused(UnitCode.DECIMAL_TOO_LARGE, _too_large(amount, unit))
    return minor


def minor_of_digits(scaled: int, unit: Unit) -> int | Refused:
    """Count ``scaled`` / 10^``unit.decimals`` of a unit in smallest units, without upper bound.

    Refused where it is not whole, which happens only for units that are not ``is_exact``.
    """
    minor, rest = _counted(scaled, unit)
    if rest:
        values = {
            "amount": str(exact_decimal(scaled, unit.decimals)),
            "unit": unit.code,
            "decimals": unit.decimals,
        }
        return Refused(UnitCode.FINER_THAN_SMALLEST_UNIT, values)
    return minor


def exact_decimal(scaled: int, places: int) -> Decimal:
    """Give ``scaled`` / 10^``places`` as a Decimal, whatever the precision of the context."""
    sign = 1 if scaled < 0 else 0
    return Decimal((sign, tuple(int(digit) for digit in str(abs(scaled))), -places))


def largest_scaled(unit: Unit) -> int:
    """Give the most that 2^63-1 smallest units come to, times 10^``unit.decimals``."""
    return LARGEST_MINOR * _power_of_ten(unit.decimals) // unit.factor


def _power_of_ten(places: int) -> int:
    # Typed, because int ** int may be a float and the type checker cannot see the sign.
    return int(10**places)


def _counted(scaled: int, unit: Unit) -> tuple[int, int]:
    return divmod(scaled * unit.factor, _power_of_ten(unit.decimals))


def _digits_at(amount: Decimal, places: int) -> int | None:
    """Give amount x 10^places as a whole number, or None where it is not whole."""
    _, digits, exponent = amount.as_tuple()
    if not isinstance(exponent, int):  # NaN and infinity, which the caller has refused
        return None
    if not any(digits):
        return 0
    kept = list(digits)
    while exponent < -places and kept and kept[-1] == 0:
        kept.pop()
        exponent += 1
    if exponent < -places:
        return None
    return int(Decimal((0, tuple(kept), 0))) * _power_of_ten(exponent + places)


def _without_other_primes(factor: int) -> int:
    left = factor
    for prime in (2, 5):
        while left % prime == 0:
            left //= prime
    return factor // left


def _other_dimension(quantity: Quantity, unit: Unit) -> Refused | None:
    if quantity.unit.dimension is unit.dimension:
        return None
    return Refused(
        UnitCode.DIMENSIONS_DIFFER, {"from_unit": quantity.unit_code, "to_unit": unit.code}
    )


def _too_large(amount: Decimal, unit: Unit) -> dict[str, object]:
    largest = exact_decimal(largest_scaled(unit), unit.decimals)
    return {"amount": _short(amount), "unit": unit.code, "largest": f"{largest:f}"}


def _short(amount: Decimal) -> str:
    # As entered where that fits in a sentence; Decimal's own notation is short for 1E+400.
    written = str(amount)
    return written if len(written) <= _SHOWN_LENGTH else written[: _SHOWN_LENGTH - 1] + "…"
