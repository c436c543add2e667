"""Numbers as text: strict reading, exact printing, in a locale or in plain machine form.

Knows digits, decimal signs and grouping (from Babel's tables).  It must not know whose number it
is, nor any sentence.  Nothing is repaired silently: a number that could be meant in two ways is
refused with a code of its own.

*Locale form* is what people type and read: the locale's decimal sign, grouping either absent or
exactly where the locale puts it; outer ASCII spaces are ignored.  *Plain form* is what files and
programs exchange: ``.`` as decimal sign, no grouping, no spaces at all.  In both, decimals are
counted as they are written, so ``1.000`` is too many for a unit without decimals: whoever typed
it may well have meant one thousand.  Leading zeros of an ungrouped number are harmless and read.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale
from babel.numbers import (
    format_currency,
    format_decimal,
    get_currency_precision,
    get_decimal_symbol,
    get_group_symbol,
)

from ledger.refusals import InvariantBroken, RefusalCode, Refused, ensure
from ledger.units import (
    LARGEST_MINOR,
    Unit,
    exact_decimal,
    largest_scaled,
    minor_of_digits,
    to_decimal,
)

_LENGTH_MAX = 1000
_SURELY_SMALL = len(str(LARGEST_MINOR)) - 1
_SHOWN_LENGTH = 40
_DIGITS = "0123456789"
_PLUS_SIGNS = "+\ufe62"
_MINUS_SIGNS = "-\u2010\u2011\u2012\u2013\u2014\u2212\ufe63"
_SPACES = "\u0020\u00a0\u202f"
_BLANKS = _SPACES + "\u3000"
_EXPONENT = re.compile(r"[0-9][0-9.,]*[eE][+-]?[0-9]+")
_NOT_FINITE = re.compile(r"s?nan[0-9]*|inf|infinity|∞", re.IGNORECASE)


class NumberCode(RefusalCode):
    """Why a text was refused as a number."""

    NUMBER_EMPTY = "number_empty"
    NUMBER_FULL_WIDTH = "number_full_width"
    NUMBER_OTHER_DIGITS = "number_other_digits"
    NUMBER_NOT_FINITE = "number_not_finite"
    NUMBER_EXPONENT = "number_exponent"
    NUMBER_UNDERSCORE = "number_underscore"
    NUMBER_NEGATIVE = "number_negative"
    NUMBER_PLUS_SIGN = "number_plus_sign"
    NUMBER_HAS_LETTERS = "number_has_letters"
    NUMBER_HAS_BLANKS = "number_has_blanks"
    NUMBER_HAS_OTHER_SIGNS = "number_has_other_signs"
    NUMBER_MISGROUPED = "number_misgrouped"
    NUMBER_DECIMAL_SIGN_MISPLACED = "number_decimal_sign_misplaced"
    NUMBER_TOO_MANY_DECIMALS = "number_too_many_decimals"
    NUMBER_NOT_WHOLE_IN_SMALLEST_UNIT = "number_not_whole_in_smallest_unit"
    NUMBER_TOO_LARGE = "number_too_large"
    NUMBER_TOO_LONG = "number_too_long"


@dataclass(frozen=True, slots=True)
class _Notation:
    """How one form writes a number; ``groups`` are all signs read as the grouping sign."""

    decimal: str
    groups: str
    primary_group: int
    secondary_group: int
    trims_spaces: bool
    locale: str | None

    @property
    def signs(self) -> str:
        """All signs besides digits that a number of this form may have."""
        return self.decimal + self.groups


_PLAIN = _Notation(".", "", 0, 0, trims_spaces=False, locale=None)


def parse_quantity(text: str, unit: Unit, locale: str) -> int | Refused:
    """Read an amount of a unit as people write it; give smallest units, 0..2^63-1."""
    return _quantity(text, unit, _notation(locale))


def parse_plain_quantity(text: str, unit: Unit) -> int | Refused:
    """Read an amount of a unit in plain form; give smallest units, 0..2^63-1."""
    return _quantity(text, unit, _PLAIN)


def parse_decimal_digits(text: str, decimals: int, locale: str) -> int | Refused:
    """Read a number as people write it; give it times 10^decimals, 0..2^63-1."""
    return _scaled(text, decimals, _notation(locale))


def parse_plain(text: str, decimals: int) -> int | Refused:
    """Read a number in plain form; give it times 10^decimals, 0..2^63-1."""
    return _scaled(text, decimals, _PLAIN)


def parse_plain_integer(text: str) -> int | Refused:
    """Read a whole number in plain form, 0..2^63-1."""
    return parse_plain(text, 0)


def format_quantity(minor: int, unit: Unit, locale: str, *, with_unit: bool = True) -> str:
    """Print smallest units (0 or more) in a unit: ``4.048 t``, in the locale's notation.

    Exact.  Where the unit has no finite decimals for the amount (one third of a hectare), the
    nearest is printed after ``≈``, which the parsers refuse, so it cannot pass for the amount.
    """
    exact = to_decimal(minor, unit)
    if isinstance(exact, Refused):
        places = unit.decimals + 1
        near = (2 * minor * 10**places + unit.factor) // (2 * unit.factor)
        number = "≈ " + format_decimal_digits(near, places, locale)
    else:
        pattern = _pattern(locale, unit.shown_decimals, unit.decimals)
        number = format_decimal(exact, format=pattern, locale=locale)
    if not with_unit:
        return number
    in_chinese = Locale.parse(locale).language == "zh"
    return f"{number} {unit.symbol_zh if in_chinese else unit.symbol_en}"


def format_plain(minor: int, unit: Unit) -> str:
    """Print smallest units (0 or more) in plain form: ``1234.048``.

    The unit must be able to say it exactly: assets are kept only in units that always can.
    """
    exact = to_decimal(minor, unit)
    if isinstance(exact, Refused):
        raise InvariantBroken(f"{minor} smallest units have exact decimals in {unit.code}")
    return f"{exact:f}"


def format_decimal_digits(scaled: int, decimals: int, locale: str) -> str:
    """Print ``scaled`` / 10^``decimals`` with all its decimals, in the locale's notation."""
    ensure(scaled >= 0, "an amount is never negative")
    pattern = _pattern(locale, decimals, decimals)
    return format_decimal(exact_decimal(scaled, decimals), format=pattern, locale=locale)


def format_plain_digits(scaled: int, decimals: int) -> str:
    """Print ``scaled`` / 10^``decimals`` with all its decimals, in plain form."""
    ensure(scaled >= 0, "an amount is never negative")
    return f"{exact_decimal(scaled, decimals):f}"


def format_money(minor: int, currency: str, locale: str) -> str:
    """Print money with its currency's sign: ``¥1,234.50``; ``minor`` in its smallest coin."""
    ensure(minor >= 0, "an amount is never negative")
    amount = exact_decimal(minor, get_currency_precision(currency))
    return format_currency(amount, currency, locale=locale)


def _quantity(text: str, unit: Unit, notation: _Notation) -> int | Refused:
    scaled = _scaled(text, unit.decimals, notation)
    if isinstance(scaled, Refused):
        return scaled
    minor = minor_of_digits(scaled, unit)
    if isinstance(minor, Refused):
        values = {"text": _shown(text), "unit": unit.code}
        return Refused(NumberCode.NUMBER_NOT_WHOLE_IN_SMALLEST_UNIT, values)
    if minor > LARGEST_MINOR:
        return _too_large(text, largest_scaled(unit), unit.decimals, notation)
    return minor


def _scaled(text: str, decimals: int, notation: _Notation) -> int | Refused:
    """Read a number times 10^decimals; full-width signs only ever become a suggestion."""
    ensure(decimals >= 0, "a number of decimals is never negative")
    if text.isascii() and text.isdigit() and len(text) + decimals <= _SURELY_SMALL:
        # Nearly all cells of a large import are bare digits; the long way gives the same.
        return int(text + "0" * decimals)
    if not text.strip():
        return Refused(NumberCode.NUMBER_EMPTY)
    if len(text) > _LENGTH_MAX:
        values = {"text": _shown(text), "length": len(text), "longest": _LENGTH_MAX}
        return Refused(NumberCode.NUMBER_TOO_LONG, values)
    trimmed = text.strip(" ") if notation.trims_spaces else text
    narrow = _narrowed(trimmed)
    if notation.trims_spaces:
        narrow = narrow.strip(" ")
    fault = _fault_of_signs(narrow, notation) or _fault_of_places(narrow, notation)
    if fault:
        return Refused(fault, {"text": _shown(text), "example": _example(decimals, notation)})
    scaled = _value(narrow, decimals, notation, text)
    if isinstance(scaled, int) and narrow != trimmed:
        values = {"text": _shown(text), "suggestion": narrow}
        return Refused(NumberCode.NUMBER_FULL_WIDTH, values)
    return scaled


def _fault_of_signs(text: str, notation: _Notation) -> NumberCode | None:
    """Look for signs that no number of this form has, the most telling first."""
    unsigned = text.strip(_PLUS_SIGNS + _MINUS_SIGNS)
    if _NOT_FINITE.fullmatch(unsigned):
        return NumberCode.NUMBER_NOT_FINITE
    if any(sign.isnumeric() and not sign.isascii() for sign in text):
        return NumberCode.NUMBER_OTHER_DIGITS
    if "_" in text:
        return NumberCode.NUMBER_UNDERSCORE
    if _EXPONENT.fullmatch(unsigned):
        return NumberCode.NUMBER_EXPONENT
    if any(sign.isalpha() for sign in text):
        return NumberCode.NUMBER_HAS_LETTERS
    if unsigned and (text[0] in _MINUS_SIGNS or text[-1] in _MINUS_SIGNS):
        return NumberCode.NUMBER_NEGATIVE
    if unsigned and (text[0] in _PLUS_SIGNS or text[-1] in _PLUS_SIGNS):
        return NumberCode.NUMBER_PLUS_SIGN
    strange = [sign for sign in text if sign not in _DIGITS + ".," + notation.signs]
    if any(sign.isspace() for sign in strange):
        return NumberCode.NUMBER_HAS_BLANKS
    return NumberCode.NUMBER_HAS_OTHER_SIGNS if strange else None


def _fault_of_places(text: str, notation: _Notation) -> NumberCode | None:
    """Test where the decimal sign and the grouping stand; only their signs and digits are left."""
    if "," in text and "," not in notation.signs:
        return NumberCode.NUMBER_MISGROUPED
    if "." in text and "." not in notation.signs:
        return NumberCode.NUMBER_DECIMAL_SIGN_MISPLACED
    whole, decimal, fraction = text.partition(notation.decimal)
    if (decimal and not (whole and fraction)) or notation.decimal in fraction:
        return NumberCode.NUMBER_DECIMAL_SIGN_MISPLACED
    if any(sign in fraction for sign in notation.groups):
        return NumberCode.NUMBER_MISGROUPED
    used = {sign for sign in whole if sign in notation.groups}
    if not used:
        return None
    return None if _is_grouped(whole, used, notation) else NumberCode.NUMBER_MISGROUPED


def _is_grouped(whole: str, used: set[str], notation: _Notation) -> bool:
    if len(used) > 1:
        return False
    first, *middle, last = whole.split(used.pop())
    return (
        0 < len(first) <= notation.secondary_group
        # "0,123" is more likely a foreign 0.123 than a padded 123.
        and not first.startswith("0")
        and all(len(group) == notation.secondary_group for group in middle)
        and len(last) == notation.primary_group
    )


def _value(plain: str, decimals: int, notation: _Notation, text: str) -> int | Refused:
    whole, _, fraction = plain.partition(notation.decimal)
    if len(fraction) > decimals:
        values = {"text": _shown(text), "decimals": decimals, "written": len(fraction)}
        return Refused(NumberCode.NUMBER_TOO_MANY_DECIMALS, values)
    digits = "".join(sign for sign in whole if sign not in notation.groups)
    scaled = int(digits + fraction.ljust(decimals, "0"))
    if scaled > LARGEST_MINOR:
        return _too_large(text, LARGEST_MINOR, decimals, notation)
    return scaled


def _too_large(text: str, largest: int, decimals: int, notation: _Notation) -> Refused:
    values = {"text": _shown(text), "largest": _printed(largest, decimals, notation)}
    return Refused(NumberCode.NUMBER_TOO_LARGE, values)


def _example(decimals: int, notation: _Notation) -> str:
    return _printed(123456789, 1, notation) if decimals else _printed(12345678, 0, notation)


def _printed(scaled: int, decimals: int, notation: _Notation) -> str:
    if notation.locale is None:
        return format_plain_digits(scaled, decimals)
    return format_decimal_digits(scaled, decimals, notation.locale)


def _narrowed(text: str) -> str:
    """Turn what a Chinese keyboard writes for digits, point, comma and space into ASCII."""
    return "".join(_narrow_sign(sign) for sign in text)


def _narrow_sign(sign: str) -> str:
    if "\uff01" <= sign <= "\uff5e":
        return chr(ord(sign) - 0xFEE0)
    return {"\u3000": " ", "\u3002": ".", "\uff61": "."}.get(sign, sign)


def _shown(text: str) -> str:
    """Give what was written, fit for a sentence: short, and with nothing invisible."""
    clear = "".join(
        sign if sign.isprintable() or sign in _BLANKS else f"\\u{ord(sign):04x}"
        for sign in text[: _SHOWN_LENGTH + 1]
    )
    return clear if len(clear) <= _SHOWN_LENGTH else clear[: _SHOWN_LENGTH - 1] + "…"


# Babel's tables never change while a program runs, so what is read from them is kept.
@lru_cache(maxsize=64)
def _notation(locale: str) -> _Notation:
    parsed = Locale.parse(locale)
    group = get_group_symbol(parsed)
    primary, secondary = parsed.decimal_formats[None].grouping
    return _Notation(
        decimal=get_decimal_symbol(parsed),
        # Nobody can type the narrow no-break space that French and others group with.
        groups=_SPACES if group in _SPACES else group,
        primary_group=primary,
        secondary_group=secondary,
        trims_spaces=True,
        locale=locale,
    )


@lru_cache(maxsize=256)
def _pattern(locale: str, fewest: int, most: int) -> str:
    """Give the locale's own pattern with between ``fewest`` and ``most`` decimals."""
    whole, _, _ = Locale.parse(locale).decimal_formats[None].pattern.partition(".")
    fraction = "0" * fewest + "#" * (most - fewest)
    return f"{whole}.{fraction}" if fraction else whole
