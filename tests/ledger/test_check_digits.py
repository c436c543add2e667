"""Check digits: published account numbers, published credit codes, and slips that must show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.check_digits import (
    CREDIT_CODE_SIGNS,
    AccountNumber,
    CheckDigitCode,
    account_check_digits,
    credit_code_fault,
    credit_code_with_check,
    format_account_number,
    parse_account_number,
)
from ledger.refusals import InvariantBroken, Refused

PUBLISHED = (
    "UK-100-900000025-2-60",
    "UK-100-900000930-2-94",
    "UK-100-900000140-2-67",
    "UK-100-10000056-0-72",
    "UK-100-10000025-0-33",
    "UK-100-1016-0-17",
    "UK-100-1010-0-47",
    "UK-100-1011-0-42",
)

numbers = st.builds(
    AccountNumber,
    letters=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=8),
    type_code=st.integers(0, 999),
    identifier=st.integers(1, 10**15 - 1),
    period=st.integers(0, 99),
)
credit_beginnings = st.text(CREDIT_CODE_SIGNS, min_size=17, max_size=17)


def refused(answer: object) -> Refused:
    assert isinstance(answer, Refused)
    return answer


@pytest.mark.parametrize("full", PUBLISHED)
def test_published_account_numbers_have_our_check_digits(full: str) -> None:
    letters, type_code, identifier, period, digits = full.split("-")
    parts = (letters, int(type_code), int(identifier), int(period))
    assert account_check_digits(*parts) == int(digits)
    assert format_account_number(*parts) == full
    assert parse_account_number(full) == AccountNumber(*parts)


def test_a_short_type_and_period_are_padded_before_the_remainder_is_taken() -> None:
    assert account_check_digits("NM", 5, 1016, 7) == 98 - int("101623220050700") % 97


@pytest.mark.parametrize("full", PUBLISHED)
def test_a_full_number_leaves_remainder_one(full: str) -> None:
    letters, type_code, identifier, period, digits = full.split("-")
    as_digits = "".join(str(ord(letter) - 55) for letter in letters)
    written = f"{identifier}{as_digits}{int(type_code):03d}{int(period):02d}{int(digits):02d}"
    assert int(written) % 97 == 1


def test_wrong_check_digits_are_refused_without_telling_the_right_ones() -> None:
    answer = refused(parse_account_number("UK-100-10000056-0-73"))
    assert answer.code is CheckDigitCode.ACCOUNT_NUMBER_CHECK_DIGITS_WRONG
    assert "72" not in str(dict(answer.values))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "UK-100-1016-0",
        "UK-100-1016-0-17-1",
        "UK-100-1016-0-017",
        "U-100-1016-0-17",
        "UK-1000-1016-0-17",
        "UK-100-01016-0-17",
        "UK-100-0-0-17",
        "UK-100--1016-0-17",
        "UK 100 1016 0 17",
        "UK-100-1016-0-17\n",
        "UK-100-\u0661\u0660\u0661\u0666-0-17",
        "\u00df" * 3 + "-100-1016-0-17",
        "9" * 10_000,
    ],
)
def test_what_does_not_look_like_an_account_number_is_refused(text: str) -> None:
    answer = refused(parse_account_number(text))
    assert answer.code is CheckDigitCode.ACCOUNT_NUMBER_SHAPE_WRONG
    assert len(str(answer.values["text"])) <= 60


@pytest.mark.parametrize(
    "text", ["uk-100-1016-0-17", " UK-100-1016-0-17 ", "ＵＫ－１００－１０１６－０－１７"]
)
def test_an_account_number_in_other_signs_is_refused_with_the_plain_one(text: str) -> None:
    answer = refused(parse_account_number(text))
    assert answer.code is CheckDigitCode.ACCOUNT_NUMBER_NOT_PLAIN
    assert answer.values["suggestion"] == "UK-100-1016-0-17"


def test_one_check_digit_is_written_in_two_places_and_read_in_either() -> None:
    short = next(
        number
        for number in (AccountNumber("NM", 100, identifier, 0) for identifier in range(1, 200))
        if str(number)[-2] == "0"
    )
    assert parse_account_number(str(short)) == short
    assert parse_account_number(str(short)[:-2] + str(short)[-1]) == short


@pytest.mark.parametrize(
    "parts",
    [("uk", 100, 1, 0), ("U", 100, 1, 0), ("UK", 1000, 1, 0), ("UK", 1, 0, 0), ("UK", 1, 1, 100)],
)
def test_parts_that_no_account_has_are_a_bug(parts: tuple[str, int, int, int]) -> None:
    with pytest.raises(InvariantBroken):
        account_check_digits(*parts)


@given(numbers)
def test_every_account_number_reads_back_and_fits_its_column(number: AccountNumber) -> None:
    assert parse_account_number(str(number)) == number
    assert len(str(number)) <= 40


@given(numbers, st.data())
def test_one_wrong_digit_always_shows(number: AccountNumber, data: st.DataObject) -> None:
    full = str(number)
    places = [place for place, sign in enumerate(full) if sign.isdigit()]
    place = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != full[place]]))
    answer = parse_account_number(full[:place] + other + full[place + 1 :])
    assert isinstance(answer, Refused)


@given(numbers, st.data())
def test_two_swapped_digits_of_the_identifier_always_show(
    number: AccountNumber, data: st.DataObject
) -> None:
    digits = list(str(number.identifier))
    place = data.draw(st.integers(0, max(len(digits) - 2, 0)))
    digits[place : place + 2] = reversed(digits[place : place + 2])
    if digits[0] == "0" or int("".join(digits)) == number.identifier:
        return
    swapped = str(number).replace(f"-{number.identifier}-", f"-{''.join(digits)}-")
    answer = refused(parse_account_number(swapped))
    assert answer.code is CheckDigitCode.ACCOUNT_NUMBER_CHECK_DIGITS_WRONG


def test_the_credit_code_alphabet_leaves_out_what_looks_like_digits() -> None:
    assert len(CREDIT_CODE_SIGNS) == 31
    assert not set("IOSVZ") & set(CREDIT_CODE_SIGNS)
    assert list(CREDIT_CODE_SIGNS) == sorted(CREDIT_CODE_SIGNS)


def test_a_credit_code_worked_by_hand_is_right() -> None:
    # The weights of places 1, 2, 8 and 9 are 1, 3, 17 and 20: 9 + 3 + 17 + 20 = 49, which
    # leaves 18 when divided by 31; 31 - 18 = 13, and the sign of value 13 is D.
    assert credit_code_with_check("91000001100000000") == "91000001100000000D"
    assert credit_code_fault("91000001100000000D") is None


def test_a_credit_code_in_public_use_is_right() -> None:
    assert credit_code_fault("91440300708461136T") is None


def test_a_sum_that_divides_by_31_gives_the_check_sign_zero() -> None:
    assert credit_code_with_check("0" * 17) == "0" * 18


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", CheckDigitCode.CREDIT_CODE_LENGTH_WRONG),
        ("91000001100000000", CheckDigitCode.CREDIT_CODE_LENGTH_WRONG),
        ("91000001100000000DD", CheckDigitCode.CREDIT_CODE_LENGTH_WRONG),
        ("9100000110000000OD", CheckDigitCode.CREDIT_CODE_SIGN_NOT_ALLOWED),
        ("9100000110000000\u0660D", CheckDigitCode.CREDIT_CODE_SIGN_NOT_ALLOWED),
        ("91000001100000000E", CheckDigitCode.CREDIT_CODE_CHECK_SIGN_WRONG),
        ("91000001100000000d", CheckDigitCode.CREDIT_CODE_NOT_PLAIN),
        (" 91000001100000000D", CheckDigitCode.CREDIT_CODE_NOT_PLAIN),
        ("９１０００００１１００００００００Ｄ", CheckDigitCode.CREDIT_CODE_NOT_PLAIN),
    ],
)
def test_a_faulty_credit_code_is_refused_with_its_own_code(text: str, code: CheckDigitCode) -> None:
    answer = refused(credit_code_fault(text))
    assert answer.code is code
    assert answer.source == "GB 32100-2015"


def test_a_credit_code_in_other_signs_gets_the_plain_one_as_suggestion() -> None:
    answer = refused(credit_code_fault("９１０００００１１００００００００ｄ"))
    assert answer.values["suggestion"] == "91000001100000000D"


def test_a_letter_taken_for_a_digit_is_named_with_its_place() -> None:
    answer = refused(credit_code_fault("9100000110000000OD"))
    assert (answer.values["sign"], answer.values["place"]) == ("O", 17)


@given(credit_beginnings)
def test_every_made_credit_code_is_faultless(first17: str) -> None:
    assert credit_code_fault(credit_code_with_check(first17)) is None


@given(credit_beginnings, st.integers(0, 17), st.sampled_from(CREDIT_CODE_SIGNS))
def test_one_wrong_sign_of_a_credit_code_always_shows(first17: str, place: int, other: str) -> None:
    full = credit_code_with_check(first17)
    wrong = full[:place] + other + full[place + 1 :]
    assert (credit_code_fault(wrong) is None) is (wrong == full)


def test_only_seventeen_signs_of_the_alphabet_get_a_check_sign() -> None:
    with pytest.raises(InvariantBroken):
        credit_code_with_check("0" * 16)
    with pytest.raises(InvariantBroken):
        credit_code_with_check("O" * 17)
