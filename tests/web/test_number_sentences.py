"""What is said about a wrong figure: every refusal of a number fills both its sentences."""

from decimal import Decimal
from fractions import Fraction

import pytest

from ledger.apportionment import (
    ApportionmentCode,
    cut_holdings,
    cut_in_two_parts,
    largest_remainder,
)
from ledger.check_digits import CheckDigitCode, credit_code_fault, parse_account_number
from ledger.numerals import NumberCode, parse_plain_quantity, parse_quantity
from ledger.refusals import RefusalCode, Refused
from ledger.units import Quantity, UnitCode, find_unit, shown_in, to_minor, unit_of, whole_units
from web.sentences.catalogue import sentence

TONNE = unit_of("t")
HECTARE = unit_of("ha")

TEXTS = [
    "",
    "１２．５",
    "十",
    "nan",
    "1e400",
    "1_0",
    "-5",
    "+5",
    "5t",
    "1 2",
    "5%",
    "12,34",
    "1.2.3",
    "1.2345678",
    "9" * 30,
    "9" * 2_000,
]

ANSWERS: list[object] = [
    *(parse_quantity(text, TONNE, "zh_Hans_CN") for text in TEXTS),
    parse_plain_quantity("0.001", HECTARE),
    find_unit("lb"),
    shown_in(Quantity(1, "m3"), TONNE),
    shown_in(Quantity(1, "mu"), HECTARE),
    whole_units(Quantity(1, "kg"), TONNE),
    *(to_minor(Decimal(text), TONNE) for text in ("1E-9", "NaN", "-1", "1E+400")),
    *(parse_account_number(text) for text in ("uk-100-1016-0-17", "UK", "UK-100-1016-0-18")),
    *(
        credit_code_fault(text)
        for text in (
            "91000001100000000d",
            "91",
            "9100000110000000OD",
            "91000001100000000E",
        )
    ),
    largest_remainder(1, [0]),
    cut_in_two_parts([1], 1, 1),
    cut_holdings([1], Fraction(2, 3), Fraction(1, 2)),
]


def refused(answer: object) -> Refused:
    assert isinstance(answer, Refused)
    return answer


def test_each_code_of_numbers_units_and_sharing_is_among_the_examples() -> None:
    codes: set[RefusalCode] = {refused(answer).code for answer in ANSWERS}
    assert codes == {*NumberCode, *UnitCode, *CheckDigitCode, *ApportionmentCode}


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: str(refused(answer).code))
def test_a_sentence_repeats_what_was_written_in_both_languages(answer: object) -> None:
    for language in ("zh", "en"):
        said = sentence(refused(answer), language)
        assert "{" not in said
        for name in ("text", "suggestion", "amount", "largest"):
            assert str(refused(answer).values.get(name, "")) in said


def test_a_full_width_number_is_told_with_the_number_to_write() -> None:
    answer = refused(parse_quantity("１２．５", TONNE, "zh_Hans_CN"))
    assert sentence(answer, "zh") == "“１２．５”含有全角字符。规则：数字须为半角。请改为 12.5。"
    assert sentence(answer, "en") == (
        '"１２．５" has full-width signs. Rule: plain digits only. Write 12.5.'
    )
