"""Decimal texts to ticks and lots and back, and the rounding of a band."""

from fractions import Fraction

import pytest

from ledger.refusals import InvariantBroken
from market.book.grid import Number, Step, band_of, half_up, read_number, read_step

CENT, FIVE_CENTS, HALF = Step(1, 2), Step(5, 2), Step(5, 1)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12.50", Number(1250, 2)),
        ("-3", Number(-3, 0)),
        ("007", Number(7, 0)),
        *((text, None) for text in ("", "-", "1e3", "1_0", ".5", "5.", "+1", "１", "1,000", " 1")),
        ("9" * 41, None),
    ],
)
def test_only_plain_decimal_numbers_are_read(text: str, number: Number | None) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize(
    ("step", "text", "steps"),
    [
        (CENT, "12.50", 1250),
        (CENT, "12.5", 1250),
        (CENT, "12.500", 1250),
        (CENT, "12.505", None),
        (FIVE_CENTS, "0.15", 3),
        (FIVE_CENTS, "0.16", None),
        (HALF, "10.5", 21),
        (Step(500, 0), "1500", 3),
        (Step(500, 0), "1499.5", None),
        (CENT, "-0.01", -1),
    ],
)
def test_a_number_is_whole_steps_or_none(step: Step, text: str, steps: int | None) -> None:
    number = read_number(text)
    assert number is not None
    assert step.whole(number) == steps


@pytest.mark.parametrize(
    ("step", "steps", "text"),
    [
        (CENT, 1250, "12.50"),
        (CENT, 5, "0.05"),
        (CENT, -5, "-0.05"),
        (HALF, 3, "1.5"),
        (Step(500, 0), 3, "1500"),
        (Step(1, 0), 0, "0"),
    ],
)
def test_steps_are_printed_with_the_decimals_of_the_step(step: Step, steps: int, text: str) -> None:
    assert step.text(steps) == text


@pytest.mark.parametrize("text", ["0", "0.00", "-1", "x"])
def test_a_step_is_above_zero(text: str) -> None:
    assert read_step(text) is None


def test_halves_go_up() -> None:
    assert [half_up(Fraction(n, 2)) for n in (1, 3, 5, -1)] == [1, 2, 3, 0]
    assert CENT.nearest(Fraction("12.505")) == 1251


@pytest.mark.parametrize(
    ("reference", "share", "band"),
    [
        ("7180", "0.10", (6462, 7898)),
        ("7180", "0.30", (5026, 9334)),
        ("1250", "0.10", (1125, 1375)),
        # 1249.5 and 1250.5: both go up.
        ("1250", "0.0004", (1250, 1251)),
        ("5", "0", (5, 5)),
        ("5", "1", (0, 10)),
    ],
)
def test_each_end_of_a_band_is_rounded_half_up(
    reference: str, share: str, band: tuple[int, int]
) -> None:
    assert band_of(Fraction(reference), Fraction(share)) == band


def test_a_negative_band_is_a_bug_of_the_caller() -> None:
    with pytest.raises(InvariantBroken):
        band_of(Fraction(5), Fraction(-1))
