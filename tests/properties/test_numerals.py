"""Whatever is printed reads back, in every unit and locale; whatever reads is the exact number."""

from fractions import Fraction

from babel import Locale
from babel.localedata import locale_identifiers
from babel.numbers import get_decimal_symbol, get_group_symbol
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.numerals import (
    format_decimal_digits,
    format_money,
    format_plain,
    format_plain_digits,
    format_quantity,
    parse_decimal_digits,
    parse_plain,
    parse_plain_integer,
    parse_plain_quantity,
    parse_quantity,
)
from ledger.refusals import Refused
from ledger.units import LARGEST_MINOR, UNITS, Unit

amounts = st.integers(0, LARGEST_MINOR)
units = st.sampled_from(UNITS)
locales = st.one_of(
    st.sampled_from(["zh_Hans_CN", "en"]), st.sampled_from(sorted(locale_identifiers()))
)
decimal_counts = st.integers(0, 12)
likely_signs = st.text("0123456789.,,  _eE+-'’\u00a0\u202f０１９．，。\u0661一nafit%", max_size=30)


@given(amounts, units, locales)
@example(LARGEST_MINOR, UNITS[0], "fr")
def test_every_amount_reads_back_as_it_was_printed(minor: int, unit: Unit, locale: str) -> None:
    printed = format_quantity(minor, unit, locale, with_unit=False)
    read = parse_quantity(printed, unit, locale)
    if printed.startswith("≈"):
        assert not unit.is_exact
        assert isinstance(read, Refused)
    else:
        assert read == minor


@given(amounts, units, locales)
def test_grouping_may_be_left_out(minor: int, unit: Unit, locale: str) -> None:
    printed = format_quantity(minor, unit, locale, with_unit=False)
    if not printed.startswith("≈"):
        group = get_group_symbol(Locale.parse(locale))
        assert parse_quantity(printed.replace(group, ""), unit, locale) == minor


@given(amounts, units)
def test_the_plain_form_reads_back(minor: int, unit: Unit) -> None:
    if unit.is_exact:
        assert parse_plain_quantity(format_plain(minor, unit), unit) == minor


@given(amounts, decimal_counts, locales)
def test_every_scaled_number_reads_back(scaled: int, decimals: int, locale: str) -> None:
    printed = format_decimal_digits(scaled, decimals, locale)
    assert parse_decimal_digits(printed, decimals, locale) == scaled
    assert parse_plain(format_plain_digits(scaled, decimals), decimals) == scaled


@given(amounts, units, locales)
def test_a_unit_beside_the_number_is_never_read_as_part_of_it(
    minor: int, unit: Unit, locale: str
) -> None:
    assert isinstance(parse_quantity(format_quantity(minor, unit, locale), unit, locale), Refused)
    assert isinstance(parse_quantity(format_money(minor, "CNY", locale), unit, locale), Refused)


@given(amounts, locales, st.data())
def test_a_grouping_sign_anywhere_else_is_refused(
    number: int, locale: str, data: st.DataObject
) -> None:
    printed = format_decimal_digits(number, 0, locale)
    group = get_group_symbol(Locale.parse(locale))
    place = data.draw(st.integers(1, len(printed)))
    spoilt = printed[:place] + group + printed[place:]
    assert isinstance(parse_decimal_digits(spoilt, 0, locale), Refused)


@given(st.one_of(st.text(max_size=60), likely_signs), decimal_counts, locales)
def test_any_text_is_an_exact_number_or_a_refusal(text: str, decimals: int, locale: str) -> None:
    read = parse_decimal_digits(text, decimals, locale)
    if isinstance(read, Refused):
        return
    signs = Locale.parse(locale)
    plain = "".join(sign for sign in text if sign.isdigit() or sign == get_decimal_symbol(signs))
    value = Fraction(plain.replace(get_decimal_symbol(signs), "."))
    assert read == value * 10**decimals
    assert 0 <= read <= LARGEST_MINOR


@given(st.one_of(st.text(max_size=60), likely_signs))
def test_any_plain_text_is_digits_or_a_refusal(text: str) -> None:
    read = parse_plain_integer(text)
    if text.isascii() and text.isdigit() and int(text) <= LARGEST_MINOR:
        assert read == int(text)
    else:
        assert isinstance(read, Refused)
