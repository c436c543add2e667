"""Units: each factor as the field defines it, and conversions that never lose anything."""

from decimal import Decimal
from fractions import Fraction

import pytest
from babel.numbers import get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from ledger.refusals import InvariantBroken, Refused
from ledger.units import (
    LARGEST_MINOR,
    UNITS,
    Dimension,
    Quantity,
    Unit,
    UnitCode,
    find_unit,
    shown_in,
    to_decimal,
    to_minor,
    unit_of,
    whole_units,
)

units = st.sampled_from(UNITS)
amounts = st.integers(0, LARGEST_MINOR)


def code_of(answer: object) -> object:
    return answer.code if isinstance(answer, Refused) else answer


@pytest.mark.parametrize(
    ("larger", "count", "smaller"),
    [
        ("t", 1_000, "kg"),
        ("kg", 1_000, "g"),
        ("wan_m3", 10_000, "m3"),
        ("tce", 1_000, "kgce"),
        ("ha", 15, "mu"),
    ],
)
def test_one_unit_is_so_many_of_the_smaller(larger: str, count: int, smaller: str) -> None:
    one = Quantity(unit_of(larger).factor, larger)
    assert whole_units(one, unit_of(smaller)) == count


def test_each_dimension_has_the_smallest_unit_the_ledger_counts_in() -> None:
    smallest = {
        Dimension.MASS: ("g", 1),
        Dimension.VOLUME: ("m3", 1),
        Dimension.ENERGY: ("kgce", 1),
        Dimension.AREA: ("mu", 100),
        Dimension.CARBON: ("tCO2e", 1),
        Dimension.MONEY: ("CNY", 100),
    }
    for dimension, (code, factor) in smallest.items():
        least = min((unit for unit in UNITS if unit.dimension is dimension), key=_factor)
        assert (least.code, least.factor) == (code, factor)


def _factor(unit: Unit) -> int:
    return unit.factor


def test_the_smallest_coin_is_the_one_of_the_published_currency_tables() -> None:
    yuan = unit_of("CNY")
    assert yuan.factor == 10 ** get_currency_precision("CNY")
    assert yuan.shown_decimals == get_currency_precision("CNY")


def test_unit_codes_are_unique_and_fit_the_column_of_the_asset() -> None:
    assert len({unit.code for unit in UNITS}) == len(UNITS)
    assert max(len(unit.code) for unit in UNITS) <= 16


def test_only_the_hectare_cannot_write_every_amount() -> None:
    assert [unit.code for unit in UNITS if not unit.is_exact] == ["ha"]


def test_an_unknown_unit_is_refused_by_name() -> None:
    answer = find_unit("lb")
    assert isinstance(answer, Refused)
    assert answer.code is UnitCode.UNIT_UNKNOWN
    assert answer.values["unit"] == "lb"
    with pytest.raises(InvariantBroken):
        unit_of("lb")


@pytest.mark.parametrize("minor", [-1, LARGEST_MINOR + 1])
def test_a_quantity_outside_its_range_cannot_be_made(minor: int) -> None:
    with pytest.raises(InvariantBroken):
        Quantity(minor, "t")


def test_a_quantity_of_an_unknown_unit_cannot_be_made() -> None:
    with pytest.raises(InvariantBroken):
        Quantity(1, "lb")


def test_water_is_not_converted_to_mass() -> None:
    water = Quantity(1_000, "m3")
    assert code_of(shown_in(water, unit_of("t"))) is UnitCode.DIMENSIONS_DIFFER
    assert code_of(whole_units(water, unit_of("t"))) is UnitCode.DIMENSIONS_DIFFER


def test_an_area_without_finite_decimals_is_not_shown_in_hectares() -> None:
    hectare = unit_of("ha")
    assert shown_in(Quantity(3, "mu"), hectare) == Quantity(3, "ha")
    assert code_of(shown_in(Quantity(1, "mu"), hectare)) is UnitCode.NOT_EXACT_IN_UNIT


def test_a_part_of_a_unit_is_not_counted_as_whole() -> None:
    tonne = unit_of("t")
    assert whole_units(Quantity(2_000_000, "kg"), tonne) == 2
    assert code_of(whole_units(Quantity(1_500_000, "kg"), tonne)) is UnitCode.NOT_WHOLE_IN_UNIT


@pytest.mark.parametrize(
    ("minor", "code", "written"),
    [
        (4_048_000, "t", "4.048"),
        (4_048_001, "t", "4.048001"),
        (0, "t", "0.000"),
        (1_234_567, "wan_m3", "123.4567"),
        (120_000_000, "wan_m3", "12000"),
        (1_500, "ha", "1.00"),
        (3, "ha", "0.002"),
        (5, "CNY", "0.05"),
    ],
)
def test_amounts_are_written_with_the_decimals_of_the_trade(
    minor: int, code: str, written: str
) -> None:
    assert str(to_decimal(minor, unit_of(code))) == written


@pytest.mark.parametrize(
    ("amount", "unit", "expected"),
    [
        ("4.048", "t", 4_048_000),
        ("4.048000000", "t", 4_048_000),
        ("1E+3", "t", 1_000_000_000),
        ("0E+99999999", "t", 0),
        ("0.002", "ha", 3),
        ("0.0000001", "t", UnitCode.FINER_THAN_SMALLEST_UNIT),
        ("0.001", "ha", UnitCode.FINER_THAN_SMALLEST_UNIT),
        ("1E-99999999", "t", UnitCode.FINER_THAN_SMALLEST_UNIT),
        ("0.5", "m3", UnitCode.FINER_THAN_SMALLEST_UNIT),
        ("-1", "t", UnitCode.DECIMAL_NEGATIVE),
        ("NaN", "t", UnitCode.DECIMAL_NOT_FINITE),
        ("-Infinity", "t", UnitCode.DECIMAL_NOT_FINITE),
        ("1E+99999999", "t", UnitCode.DECIMAL_TOO_LARGE),
        ("92233720368547758.07", "CNY", LARGEST_MINOR),
        ("92233720368547758.08", "CNY", UnitCode.DECIMAL_TOO_LARGE),
        ("6148914691236517.204", "ha", LARGEST_MINOR - 1),
        ("6148914691236517.206", "ha", UnitCode.DECIMAL_TOO_LARGE),
    ],
)
def test_a_decimal_becomes_exactly_its_smallest_units_or_is_refused(
    amount: str, unit: str, expected: object
) -> None:
    assert code_of(to_minor(Decimal(amount), unit_of(unit))) == expected


@given(amounts, units)
def test_what_is_written_is_worth_exactly_the_smallest_units(minor: int, unit: Unit) -> None:
    written = to_decimal(minor, unit)
    if isinstance(written, Refused):
        assert not unit.is_exact
    else:
        assert Fraction(written) * unit.factor == minor
        assert to_minor(written, unit) == minor


@given(st.decimals(min_value=0, max_value=2**66, allow_nan=False), units)
def test_a_decimal_is_counted_exactly_or_not_at_all(amount: Decimal, unit: Unit) -> None:
    minor = to_minor(amount, unit)
    exact = Fraction(amount) * unit.factor
    if isinstance(minor, Refused):
        assert exact.denominator > 1 or exact > LARGEST_MINOR
    else:
        assert minor == exact


@given(amounts, units, units)
def test_changing_the_unit_shown_never_changes_the_amount(
    minor: int, unit: Unit, other: Unit
) -> None:
    quantity = Quantity(minor, unit.code)
    changed = shown_in(quantity, other)
    if isinstance(changed, Refused):
        assert unit.dimension is not other.dimension or not other.is_exact
    else:
        assert (changed.minor, changed.unit_code) == (minor, other.code)
