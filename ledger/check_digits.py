"""Check digits of account numbers and of the unified social credit code.

Knows how the signs of a number bind its check digits.  Knows no account and no party: whether a
well-formed number exists is for the registry to say.
"""

import re
from dataclasses import dataclass
from unicodedata import normalize

from ledger.refusals import RefusalCode, Refused, ensure

ACCOUNT_NUMBER_RULE = "account number: letters-type-identifier-period-check digits, modulo 97"
CREDIT_CODE_RULE = "GB 32100-2015"

CREDIT_CODE_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 signs of the credit code: digits and capitals without I, O, S, V, Z, by value."""
CREDIT_CODE_LENGTH = 18

_TYPE_MAX = 999
_PERIOD_MAX = 99
_IDENTIFIER_MAX = 10**15 - 1
_LETTERS = re.compile(r"[A-Z]{2,8}")
_SHAPE = re.compile(
    r"([A-Z]{2,8})-([1-9][0-9]{0,2}|0)-([1-9][0-9]{0,14})-([1-9][0-9]?|0)-([0-9]{1,2})"
)
_SHOWN_LENGTH = 60


class CheckDigitCode(RefusalCode):
    """Why an account number or a credit code was refused."""

    ACCOUNT_NUMBER_NOT_PLAIN = "account_number_not_plain"
    ACCOUNT_NUMBER_SHAPE_WRONG = "account_number_shape_wrong"
    ACCOUNT_NUMBER_CHECK_DIGITS_WRONG = "account_number_check_digits_wrong"
    CREDIT_CODE_NOT_PLAIN = "credit_code_not_plain"
    CREDIT_CODE_LENGTH_WRONG = "credit_code_length_wrong"
    CREDIT_CODE_SIGN_NOT_ALLOWED = "credit_code_sign_not_allowed"
    CREDIT_CODE_CHECK_SIGN_WRONG = "credit_code_check_sign_wrong"


@dataclass(frozen=True, slots=True)
class AccountNumber:
    """An account number without its check digits, which follow from the rest.

    ``letters`` 2 to 8 capitals of the registry, ``type_code`` 0..999, ``identifier`` 1..10^15-1,
    ``period`` 0..99.
    """

    letters: str
    type_code: int
    identifier: int
    period: int

    def __str__(self) -> str:
        """Write it in full, check digits in two places."""
        return format_account_number(self.letters, self.type_code, self.identifier, self.period)


def account_check_digits(letters: str, type_code: int, identifier: int, period: int) -> int:
    """Compute the check digits (2..98) of an account number.

    98 - N mod 97, where N is written from the identifier, the letters as numbers (A = 10), the
    type in three digits, the period in two and 00.  Parts out of range are a bug of the caller.
    """
    ensure(_LETTERS.fullmatch(letters) is not None, "registry letters are 2 to 8 capitals")
    ensure(0 <= type_code <= _TYPE_MAX, "an account type has at most three digits")
    ensure(0 < identifier <= _IDENTIFIER_MAX, "an account identifier lies between 1 and 10^15-1")
    ensure(0 <= period <= _PERIOD_MAX, "an account's period has at most two digits")
    letters_as_digits = "".join(str(ord(letter) - ord("A") + 10) for letter in letters)
    return 98 - int(f"{identifier}{letters_as_digits}{type_code:03d}{period:02d}00") % 97


def format_account_number(letters: str, type_code: int, identifier: int, period: int) -> str:
    """Write an account number in full: ``UK-100-1016-0-17``."""
    digits = account_check_digits(letters, type_code, identifier, period)
    return f"{letters}-{type_code}-{identifier}-{period}-{digits:02d}"


def parse_account_number(text: str) -> AccountNumber | Refused:
    """Read an account number and test its check digits.

    Nothing is corrected silently: lower case, full-width signs and outer blanks are refused with
    the plain number as a suggestion where that is a right one.
    """
    plain = _plain(text)
    read = _read_account_number(plain)
    if plain == text or isinstance(read, Refused):
        return read
    return Refused(
        CheckDigitCode.ACCOUNT_NUMBER_NOT_PLAIN,
        {"text": _shown(text), "suggestion": plain},
        ACCOUNT_NUMBER_RULE,
    )


def credit_code_fault(text: str) -> Refused | None:
    """Say what is wrong with a unified social credit code; None when nothing is.

    Tests length, signs and the check sign (GB 32100-2015), not who the code was given to.
    Lower case, full-width signs and outer blanks are refused with a suggestion.
    """
    plain = _plain(text)
    fault = _fault_of_plain(plain)
    if plain == text or fault:
        return fault
    return Refused(
        CheckDigitCode.CREDIT_CODE_NOT_PLAIN,
        {"text": _shown(text), "suggestion": plain},
        CREDIT_CODE_RULE,
    )


def credit_code_with_check(first17: str) -> str:
    """Append the check sign to the first 17 signs, which must all be of the alphabet."""
    ensure(len(first17) == CREDIT_CODE_LENGTH - 1, "a credit code has 17 signs before its check")
    ensure(set(first17) <= set(CREDIT_CODE_SIGNS), "a credit code uses only its 31 signs")
    return first17 + _check_sign(first17)


def _read_account_number(text: str) -> AccountNumber | Refused:
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        return Refused(
            CheckDigitCode.ACCOUNT_NUMBER_SHAPE_WRONG,
            {"text": _shown(text)},
            ACCOUNT_NUMBER_RULE,
        )
    letters, type_code, identifier, period, digits = shape.groups()
    number = AccountNumber(letters, int(type_code), int(identifier), int(period))
    right = account_check_digits(number.letters, number.type_code, number.identifier, number.period)
    if int(digits) != right:
        # The right digits are not told: the slip is as likely in the number before them.
        return Refused(
            CheckDigitCode.ACCOUNT_NUMBER_CHECK_DIGITS_WRONG, {"text": text}, ACCOUNT_NUMBER_RULE
        )
    return number


def _fault_of_plain(code: str) -> Refused | None:
    if len(code) != CREDIT_CODE_LENGTH:
        values = {"text": _shown(code), "length": len(code)}
        return Refused(CheckDigitCode.CREDIT_CODE_LENGTH_WRONG, values, CREDIT_CODE_RULE)
    for place, sign in enumerate(code, start=1):
        if sign not in CREDIT_CODE_SIGNS:
            values = {"text": code, "sign": sign, "place": place}
            return Refused(CheckDigitCode.CREDIT_CODE_SIGN_NOT_ALLOWED, values, CREDIT_CODE_RULE)
    if code[-1] != _check_sign(code[:-1]):
        values = {"text": code}
        return Refused(CheckDigitCode.CREDIT_CODE_CHECK_SIGN_WRONG, values, CREDIT_CODE_RULE)
    return None


def _check_sign(first17: str) -> str:
    weighted = sum(
        CREDIT_CODE_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(first17)
    )
    return CREDIT_CODE_SIGNS[-weighted % 31]


def _plain(text: str) -> str:
    """Narrow full-width signs, make letters capital and drop outer blanks."""
    # Letter by letter in ASCII only: str.upper() would turn one sign such as ß into two.
    narrow = "".join(normalize("NFKC", sign) if _is_wide(sign) else sign for sign in text)
    capital = "".join(sign.upper() if sign.isascii() else sign for sign in narrow)
    return capital.strip(" \t")


def _is_wide(sign: str) -> bool:
    return "\uff01" <= sign <= "\uff5e" or sign == "\u3000"


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN_LENGTH else text[: _SHOWN_LENGTH - 1] + "…"
