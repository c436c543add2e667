"""Numbers as text: what is read, what is refused and why, what is printed."""

import pytest

from ledger.numerals import (
    NumberCode,
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
from ledger.refusals import InvariantBroken, Refused
from ledger.units import LARGEST_MINOR, unit_of

TONNE = unit_of("t")
CHINESE = "zh_Hans_CN"


def code_of(answer: object) -> object:
    return answer.code if isinstance(answer, Refused) else answer


@pytest.mark.parametrize("locale", [CHINESE, "en"])
@pytest.mark.parametrize(
    ("text", "grams"),
    [
        ("12.5", 12_500_000),
        ("1,234,567.5", 1_234_567_500_000),
        ("1234567.5", 1_234_567_500_000),
        ("0", 0),
        ("0.000001", 1),
        ("007", 7_000_000),
        ("  12.5 ", 12_500_000),
        ("9223372036854.775807", LARGEST_MINOR),
        ("9,223,372,036,854.775807", LARGEST_MINOR),
    ],
)
def test_a_number_is_read_as_the_locale_writes_it(locale: str, text: str, grams: int) -> None:
    assert parse_quantity(text, TONNE, locale) == grams


REFUSED_IN_BOTH_FORMS = [
    ("", NumberCode.NUMBER_EMPTY),
    ("   ", NumberCode.NUMBER_EMPTY),
    ("\u3000\n", NumberCode.NUMBER_EMPTY),
    ("１２．５", NumberCode.NUMBER_FULL_WIDTH),
    ("12。5", NumberCode.NUMBER_FULL_WIDTH),
    ("\u0661\u0662", NumberCode.NUMBER_OTHER_DIGITS),
    ("十二", NumberCode.NUMBER_OTHER_DIGITS),
    ("12万", NumberCode.NUMBER_OTHER_DIGITS),
    ("1²", NumberCode.NUMBER_OTHER_DIGITS),
    ("NaN", NumberCode.NUMBER_NOT_FINITE),
    ("Infinity", NumberCode.NUMBER_NOT_FINITE),
    ("-inf", NumberCode.NUMBER_NOT_FINITE),
    ("∞", NumberCode.NUMBER_NOT_FINITE),
    ("1e400", NumberCode.NUMBER_EXPONENT),
    ("1.5E+3", NumberCode.NUMBER_EXPONENT),
    ("1_000", NumberCode.NUMBER_UNDERSCORE),
    ("-5", NumberCode.NUMBER_NEGATIVE),
    ("\u22125", NumberCode.NUMBER_NEGATIVE),
    ("5-", NumberCode.NUMBER_NEGATIVE),
    ("-0", NumberCode.NUMBER_NEGATIVE),
    ("+5", NumberCode.NUMBER_PLUS_SIGN),
    ("12t", NumberCode.NUMBER_HAS_LETTERS),
    ("12吨", NumberCode.NUMBER_HAS_LETTERS),
    ("0x1F", NumberCode.NUMBER_HAS_LETTERS),
    ("1 234", NumberCode.NUMBER_HAS_BLANKS),
    ("1\t", NumberCode.NUMBER_HAS_BLANKS),
    ("12\u00a0", NumberCode.NUMBER_HAS_BLANKS),
    ("¥12", NumberCode.NUMBER_HAS_OTHER_SIGNS),
    ("12%", NumberCode.NUMBER_HAS_OTHER_SIGNS),
    ("(12)", NumberCode.NUMBER_HAS_OTHER_SIGNS),
    ("5-3", NumberCode.NUMBER_HAS_OTHER_SIGNS),
    ("-", NumberCode.NUMBER_HAS_OTHER_SIGNS),
    ("\u200b12", NumberCode.NUMBER_HAS_OTHER_SIGNS),
    ("12\x00", NumberCode.NUMBER_HAS_OTHER_SIGNS),
    ("12,34", NumberCode.NUMBER_MISGROUPED),
    ("1,2345", NumberCode.NUMBER_MISGROUPED),
    ("1234,567", NumberCode.NUMBER_MISGROUPED),
    ("1,,234", NumberCode.NUMBER_MISGROUPED),
    (",234", NumberCode.NUMBER_MISGROUPED),
    ("0,123", NumberCode.NUMBER_MISGROUPED),
    ("1.234,5", NumberCode.NUMBER_MISGROUPED),
    (",", NumberCode.NUMBER_MISGROUPED),
    ("1.2.3", NumberCode.NUMBER_DECIMAL_SIGN_MISPLACED),
    (".5", NumberCode.NUMBER_DECIMAL_SIGN_MISPLACED),
    ("5.", NumberCode.NUMBER_DECIMAL_SIGN_MISPLACED),
    (".", NumberCode.NUMBER_DECIMAL_SIGN_MISPLACED),
    ("1.2345678", NumberCode.NUMBER_TOO_MANY_DECIMALS),
    ("1.0000000", NumberCode.NUMBER_TOO_MANY_DECIMALS),
    ("9223372036854.775808", NumberCode.NUMBER_TOO_LARGE),
    ("9" * 999, NumberCode.NUMBER_TOO_LARGE),
    ("9" * 1_001, NumberCode.NUMBER_TOO_LONG),
]


@pytest.mark.parametrize(("text", "code"), REFUSED_IN_BOTH_FORMS)
def test_a_text_that_is_no_plain_number_is_refused_with_its_own_code(
    text: str, code: NumberCode
) -> None:
    assert code_of(parse_quantity(text, TONNE, CHINESE)) is code
    assert code_of(parse_quantity(text, TONNE, "en")) is code
    assert code_of(parse_plain_quantity(text, TONNE)) is code


def test_every_code_has_a_text_that_shows_it() -> None:
    shown = {code for _, code in REFUSED_IN_BOTH_FORMS}
    assert set(NumberCode) - shown == {NumberCode.NUMBER_NOT_WHOLE_IN_SMALLEST_UNIT}


@pytest.mark.parametrize("text", [" 12.5", "12.5 ", "1,234.5", "12.5\n"])
def test_the_plain_form_has_neither_grouping_nor_spaces(text: str) -> None:
    assert isinstance(parse_plain_quantity(text, TONNE), Refused)


def test_the_plain_form_is_read_exactly() -> None:
    assert parse_plain_quantity("1234567.5", TONNE) == 1_234_567_500_000
    assert parse_plain("75.10", 2) == 7_510
    assert parse_plain("75.1", 2) == 7_510
    assert parse_plain("9223372036854775807", 0) == LARGEST_MINOR
    assert parse_plain_integer("44894") == 44_894


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.0", NumberCode.NUMBER_TOO_MANY_DECIMALS),
        ("Excluded", NumberCode.NUMBER_HAS_LETTERS),
        ("9223372036854775808", NumberCode.NUMBER_TOO_LARGE),
    ],
)
def test_a_whole_number_has_digits_only(text: str, code: NumberCode) -> None:
    assert code_of(parse_plain_integer(text)) is code


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("１２．５", "12.5"),
        ("１，２３４．５", "1,234.5"),
        ("12。5", "12.5"),
        ("\u300012.5\u3000", "12.5"),
    ],
)
def test_a_full_width_number_is_refused_with_the_plain_one_to_accept(
    text: str, suggestion: str
) -> None:
    answer = parse_quantity(text, TONNE, CHINESE)
    assert isinstance(answer, Refused)
    assert answer.values == {"text": text, "suggestion": suggestion}
    assert isinstance(parse_quantity(suggestion, TONNE, CHINESE), int)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("－５", NumberCode.NUMBER_NEGATIVE),
        ("１ｅ４", NumberCode.NUMBER_EXPONENT),
        ("１，２", NumberCode.NUMBER_MISGROUPED),
        ("１．２３４５６７８", NumberCode.NUMBER_TOO_MANY_DECIMALS),
        ("９" * 30, NumberCode.NUMBER_TOO_LARGE),
    ],
)
def test_nothing_is_suggested_that_would_be_refused_again(text: str, code: NumberCode) -> None:
    answer = parse_quantity(text, TONNE, CHINESE)
    assert isinstance(answer, Refused)
    assert answer.code is code
    assert answer.values["text"] == text
    assert "suggestion" not in answer.values


@pytest.mark.parametrize(
    ("locale", "text", "expected"),
    [
        ("de", "1.234,5", 12_345),
        ("de", "1.234", 12_340),
        ("de", "12.5", NumberCode.NUMBER_MISGROUPED),
        ("de", "1,234,5", NumberCode.NUMBER_DECIMAL_SIGN_MISPLACED),
        ("fr", "1\u202f234,5", 12_345),
        ("fr", "1\u00a0234,5", 12_345),
        ("fr", "1 234,5", 12_345),
        ("fr", "1 234\u00a0567,5", NumberCode.NUMBER_MISGROUPED),
        ("fr", "1 2\u00a03", NumberCode.NUMBER_MISGROUPED),
        ("fr", "12 34", NumberCode.NUMBER_MISGROUPED),
        ("fr", "1.5", NumberCode.NUMBER_DECIMAL_SIGN_MISPLACED),
        ("fr", "1,234,5", NumberCode.NUMBER_DECIMAL_SIGN_MISPLACED),
        ("de_CH", "1’234.5", 12_345),
        ("de_CH", "1,234.5", NumberCode.NUMBER_MISGROUPED),
        ("en_IN", "12,34,567.5", 12_345_675),
        ("en_IN", "1,234,567.5", NumberCode.NUMBER_MISGROUPED),
        ("en_US_POSIX", "1,234", NumberCode.NUMBER_MISGROUPED),
        ("ar", "1,234.5", 12_345),
    ],
)
def test_each_locale_reads_its_own_signs_and_groups_only(
    locale: str, text: str, expected: object
) -> None:
    assert code_of(parse_decimal_digits(text, 1, locale)) == expected


def test_a_grouped_number_shows_how_the_locale_would_write_one() -> None:
    for locale, example in ((CHINESE, "12,345,678.9"), ("de", "12.345.678,9")):
        answer = parse_decimal_digits("1,2.3", 1, locale)
        assert isinstance(answer, Refused)
        assert answer.values["example"] == example
    answer = parse_plain_integer("1,2")
    assert isinstance(answer, Refused)
    assert answer.values["example"] == "12345678"


def test_a_number_too_large_is_told_the_largest_in_its_own_form() -> None:
    answer = parse_quantity("99999999999999999999", unit_of("CNY"), "en")
    assert isinstance(answer, Refused)
    assert answer.values["largest"] == "92,233,720,368,547,758.07"
    answer = parse_plain_quantity("99999999999999999999", unit_of("CNY"))
    assert isinstance(answer, Refused)
    assert answer.values["largest"] == "92233720368547758.07"


def test_what_was_written_is_repeated_short_and_with_nothing_invisible() -> None:
    answer = parse_plain_integer("1\u202e2" + "x" * 500)
    assert isinstance(answer, Refused)
    shown = str(answer.values["text"])
    assert shown.startswith("1\\u202e2xxx")
    assert len(shown) == 40


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.5", 2_250),
        ("0.002", 3),
        ("0.001", NumberCode.NUMBER_NOT_WHOLE_IN_SMALLEST_UNIT),
        ("0.0015", NumberCode.NUMBER_TOO_MANY_DECIMALS),
        ("6148914691236517.204", LARGEST_MINOR - 1),
        ("6148914691236517.206", NumberCode.NUMBER_TOO_LARGE),
    ],
)
def test_hectares_are_read_where_they_are_whole_hundredths_of_a_mu(
    text: str, expected: object
) -> None:
    assert code_of(parse_quantity(text, unit_of("ha"), "en")) == expected


@pytest.mark.parametrize(
    ("minor", "unit", "chinese", "english"),
    [
        (4_048_000, "t", "4.048 吨", "4.048 t"),
        (4_048_001, "t", "4.048001 吨", "4.048001 t"),
        (1_234_567, "wan_m3", "123.4567 万立方米", "123.4567 ×10⁴ m³"),
        (1_234_567, "m3", "1,234,567 立方米", "1,234,567 m³"),
        (7_180_000, "CNY", "71,800.00 元", "71,800.00 CNY"),
        (1_500, "mu", "15.00 亩", "15.00 mu"),
        (1_500, "ha", "1.00 公顷", "1.00 ha"),
        (0, "tCO2e", "0 吨二氧化碳当量", "0 t CO₂e"),
        (LARGEST_MINOR, "g", "9,223,372,036,854,775,807 克", "9,223,372,036,854,775,807 g"),
    ],
)
def test_amounts_print_in_both_languages(minor: int, unit: str, chinese: str, english: str) -> None:
    assert format_quantity(minor, unit_of(unit), CHINESE) == chinese
    assert format_quantity(minor, unit_of(unit), "en") == english


def test_an_amount_without_finite_decimals_says_that_it_is_rounded_and_cannot_be_read_back() -> (
    None
):
    hectare = unit_of("ha")
    printed = format_quantity(1, hectare, "en", with_unit=False)
    assert printed == "≈ 0.0007"
    assert isinstance(parse_quantity(printed, hectare, "en"), Refused)
    with pytest.raises(InvariantBroken):
        format_plain(1, hectare)


def test_the_plain_form_prints_for_programs() -> None:
    assert format_plain(4_048_000, TONNE) == "4.048"
    assert format_plain(LARGEST_MINOR, unit_of("CNY")) == "92233720368547758.07"
    assert format_plain_digits(7_510, 2) == "75.10"
    assert format_plain_digits(0, 6) == "0.000000"
    assert format_decimal_digits(123_456_750, 2, "de") == "1.234.567,50"


@pytest.mark.parametrize(
    ("currency", "locale", "printed"),
    [
        ("CNY", CHINESE, "¥1,234.50"),
        ("CNY", "en", "CN¥1,234.50"),
        ("EUR", "en", "€1,234.50"),
        ("JPY", "en", "¥123,450"),
        ("BHD", "en", "BHD123.450"),
    ],
)
def test_money_prints_with_the_coins_of_its_currency(
    currency: str, locale: str, printed: str
) -> None:
    assert format_money(123_450, currency, locale) == printed


def test_negative_amounts_are_not_printed() -> None:
    with pytest.raises(InvariantBroken):
        format_quantity(-1, TONNE, "en")
    with pytest.raises(InvariantBroken):
        format_plain(-1, TONNE)
    with pytest.raises(InvariantBroken):
        format_plain_digits(-1, 2)
    with pytest.raises(InvariantBroken):
        format_decimal_digits(-1, 2, "en")
    with pytest.raises(InvariantBroken):
        format_money(-1, "CNY", "en")
