"""Prices and money: text in two languages, exact values, and the one place of rounding."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.numerals import NumberCode
from ledger.refusals import InvariantBroken, Refused
from ledger.units import unit_of
from market.pricing import (
    format_money,
    format_plain_money,
    format_plain_price,
    format_price,
    money_decimals,
    parse_money,
    parse_plain_money,
    parse_plain_price,
    parse_price,
    price_micro,
    rounded_fen,
    scale_of,
    share_fen,
    ticks_of,
    value_fen_exact,
    value_fen_rounded,
    whole_fen,
)

CENT = 10_000
"""A tick of 0.01 yuan, in millionths."""
LANGUAGES = ("zh_Hans", "en")
AMOUNTS = st.integers(min_value=0, max_value=10**15)


def test_the_smallest_coin_is_the_fen() -> None:
    assert money_decimals() == 2


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize(
    ("text", "fen"),
    [("1,234.50", 123_450), ("1234.5", 123_450), ("0.01", 1), (" 7 ", 700), ("0", 0)],
)
def test_money_is_read_as_people_write_it(text: str, fen: int, locale: str) -> None:
    assert parse_money(text, locale) == fen


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1,23.50", NumberCode.NUMBER_MISGROUPED),
        ("12,345,6", NumberCode.NUMBER_MISGROUPED),
        ("1.234", NumberCode.NUMBER_TOO_MANY_DECIMALS),
        ("-5", NumberCode.NUMBER_NEGATIVE),
        ("1e3", NumberCode.NUMBER_EXPONENT),
        ("１２．５０", NumberCode.NUMBER_FULL_WIDTH),
        ("", NumberCode.NUMBER_EMPTY),
        ("¥5", NumberCode.NUMBER_HAS_OTHER_SIGNS),
    ],
)
def test_money_that_could_be_meant_in_two_ways_is_refused(
    text: str, code: NumberCode, locale: str
) -> None:
    refused = parse_money(text, locale)
    assert isinstance(refused, Refused)
    assert refused.code is code


def test_plain_money_has_no_grouping() -> None:
    assert parse_plain_money("1234.50") == 123_450
    refused = parse_plain_money("1,234.50")
    assert isinstance(refused, Refused)
    assert refused.code is NumberCode.NUMBER_MISGROUPED


def test_money_is_printed_with_the_sign_of_its_currency() -> None:
    assert format_money(123_450, "zh_Hans") == "¥1,234.50"
    assert format_money(123_450, "en") == "CN¥1,234.50"
    assert format_money(123_450, "en", with_sign=False) == "1,234.50"
    assert format_plain_money(5) == "0.05"


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize(
    ("micro", "said", "plain"),
    [
        (71_800_000, "71.80", "71.80"),
        (180_000, "0.18", "0.18"),
        (27_400_000_000, "27,400.00", "27400.00"),
        (1, "0.000001", "0.000001"),
        (12_345_600, "12.3456", "12.3456"),
        (0, "0.00", "0.00"),
    ],
)
def test_a_price_has_the_decimals_it_needs(micro: int, said: str, plain: str, locale: str) -> None:
    assert format_price(micro, locale) == said
    assert format_plain_price(micro) == plain
    assert parse_price(said, locale) == micro
    assert parse_plain_price(plain) == micro


@given(AMOUNTS, st.sampled_from(LANGUAGES))
def test_what_is_printed_is_read_back(amount: int, locale: str) -> None:
    assert parse_money(format_money(amount, locale, with_sign=False), locale) == amount
    assert parse_plain_money(format_plain_money(amount)) == amount
    assert parse_price(format_price(amount, locale), locale) == amount
    assert parse_plain_price(format_plain_price(amount)) == amount


def test_a_price_is_whole_ticks_or_off_the_tick() -> None:
    assert price_micro(7_180, CENT) == 71_800_000
    assert ticks_of(71_800_000, CENT) == 7_180
    assert ticks_of(71_805_000, CENT) is None
    assert ticks_of(71_805_000, CENT // 2) == 14_361


@pytest.mark.parametrize(
    ("code", "scale"), [("t", 6), ("wan_m3", 4), ("tCO2e", 0), ("mu", 2), ("CNY", 2)]
)
def test_the_scale_is_that_of_the_displayed_unit(code: str, scale: int) -> None:
    assert scale_of(unit_of(code)) == scale


def test_a_unit_without_whole_decimals_has_no_price() -> None:
    with pytest.raises(InvariantBroken):
        scale_of(unit_of("ha"))


@pytest.mark.parametrize(
    ("price", "quantity", "scale", "years", "fen"),
    [
        # C47: 1,000 t CO2e at 71.80.
        (71_800_000, 1_000, 0, 1, 7_180_000),
        # C14: 2 t of a right for five years at 5,200 a tonne and year.
        (5_200_000_000, 2_000_000, 6, 5, 5_200_000),
        # C41: 22 t at 30,000.
        (30_000_000_000, 22_000_000, 6, 1, 66_000_000),
    ],
)
def test_the_value_of_the_published_cases(
    price: int, quantity: int, scale: int, years: int, fen: int
) -> None:
    assert value_fen_exact(price, quantity, scale, years) == fen
    assert value_fen_rounded(price, quantity, scale, years) == fen


def test_half_a_fen_goes_up_and_less_goes_down() -> None:
    # One kilogram at 12.35 a tonne is 1.235 fen; at 15.00 it is 1.5 fen.
    assert value_fen_rounded(12_350_000, 1_000, 6) == 1
    assert value_fen_rounded(15_000_000, 1_000, 6) == 2
    assert value_fen_rounded(14_990_000, 1_000, 6) == 1


def test_a_value_that_must_be_whole_is_never_rounded() -> None:
    with pytest.raises(InvariantBroken):
        value_fen_exact(12_350_000, 1_000, 6)


@pytest.mark.parametrize(
    ("tick", "lot", "scale", "years", "whole"),
    [
        (CENT, 1, 0, 1, True),
        (CENT, 1_000_000, 6, 1, True),
        (CENT, 100_000, 6, 1, False),
        (CENT, 500_000, 6, 2, True),
        (1_000, 1, 0, 1, False),
        (1_000, 10, 0, 1, True),
        (CENT, 200_000, 6, 5, True),
    ],
)
def test_tick_times_lot_is_a_whole_fen_or_not(
    tick: int, lot: int, scale: int, years: int, whole: bool
) -> None:
    assert whole_fen(tick, lot, scale, years) is whole


@given(
    tick=st.integers(1, 10**7),
    lot=st.integers(1, 10**7),
    scale=st.integers(0, 6),
    years=st.integers(1, 30),
    ticks=st.integers(0, 10**5),
    lots=st.integers(0, 10**4),
)
def test_on_whole_fen_no_fill_rounds(
    tick: int, lot: int, scale: int, years: int, ticks: int, lots: int
) -> None:
    exact = Fraction(ticks * tick * lots * lot * years, 10 ** (4 + scale))
    if whole_fen(tick, lot, scale, years):
        assert value_fen_exact(price_micro(ticks, tick), lots * lot, scale, years) == exact
    rounded = value_fen_rounded(price_micro(ticks, tick), lots * lot, scale, years)
    assert Fraction(-1, 2) < rounded - exact <= Fraction(1, 2)


@given(st.integers(0, 10**18), st.integers(1, 10**9))
def test_the_one_rounding_is_half_up(numerator: int, denominator: int) -> None:
    difference = rounded_fen(numerator, denominator) - Fraction(numerator, denominator)
    assert Fraction(-1, 2) < difference <= Fraction(1, 2)


def test_a_share_of_money_is_rounded_once() -> None:
    assert share_fen(7_180_000, 1_000) == 7_180
    assert share_fen(199_600, 1_000) == 200
    assert share_fen(0, 400_000) == 0
