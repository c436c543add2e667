"""Prices and money: as text, as whole numbers, and what a quantity costs.

Knows yuan and fen, millionths of a yuan, and the one place where money is rounded.  It must not
know venues, orders, databases or sentences.

A *price* is whole millionths of a yuan for one unit as an asset displays it (yuan per tonne while
the asset counts grams); *money* is whole fen; a *quantity* is whole smallest units.  ``scale`` is
the number of decimals between the two units of an asset: 6 for a tonne counted in grams.
"""

from babel.numbers import get_currency_precision

from ledger import numerals
from ledger.refusals import Refused, ensure
from ledger.units import Unit

CURRENCY = "CNY"
PRICE_DECIMALS = 6
"""Decimals of a price as it is kept: the journal has millionths of a yuan for each unit."""
SCALE_MAX = 18
_MILLION = 10**PRICE_DECIMALS


def money_decimals() -> int:
    """Give the decimals of the currency's smallest coin, from Babel's tables: 2, the fen."""
    return get_currency_precision(CURRENCY)


def parse_money(text: str, locale: str) -> int | Refused:
    """Read yuan as people write them (``1,234.50``); give fen, 0..2^63-1."""
    return numerals.parse_decimal_digits(text, money_decimals(), locale)


def parse_plain_money(text: str) -> int | Refused:
    """Read yuan in plain form (``1234.50``), as files and programs write; give fen, 0..2^63-1."""
    return numerals.parse_plain(text, money_decimals())


def parse_price(text: str, locale: str) -> int | Refused:
    """Read yuan for one displayed unit as people write them; give millionths, 0..2^63-1."""
    return numerals.parse_decimal_digits(text, PRICE_DECIMALS, locale)


def parse_plain_price(text: str) -> int | Refused:
    """Read yuan for one displayed unit in plain form; give millionths, 0..2^63-1."""
    return numerals.parse_plain(text, PRICE_DECIMALS)


def format_money(fen: int, locale: str, *, with_sign: bool = True) -> str:
    """Print fen (0 or more) as yuan in the locale's notation: ``¥1,234.50`` or ``1,234.50``."""
    if with_sign:
        return numerals.format_money(fen, CURRENCY, locale)
    return numerals.format_decimal_digits(fen, money_decimals(), locale)


def format_plain_money(fen: int) -> str:
    """Print fen (0 or more) as yuan in plain form: ``1234.50``."""
    return numerals.format_plain_digits(fen, money_decimals())


def format_price(price_micro: int, locale: str) -> str:
    """Print a price (0 or more) in the locale's notation, with the decimals it has, two or more."""
    return numerals.format_decimal_digits(*_shortest(price_micro), locale)


def format_plain_price(price_micro: int) -> str:
    """Print a price (0 or more) in plain form, with the decimals it has, two or more."""
    return numerals.format_plain_digits(*_shortest(price_micro))


def price_micro(ticks: int, tick_micro: int) -> int:
    """Give the price of so many ticks (0 or more), a tick being ``tick_micro`` (1 or more)."""
    ensure(ticks >= 0 and tick_micro > 0, "a price is so many ticks of some size")
    return ticks * tick_micro


def ticks_of(price: int, tick_micro: int) -> int | None:
    """Give a price (millionths of a yuan, 0 or more) in ticks; None where it is off the tick."""
    ensure(price >= 0 and tick_micro > 0, "a price is so many ticks of some size")
    ticks, off = divmod(price, tick_micro)
    return None if off else ticks


def scale_of(unit: Unit) -> int:
    """Give the decimals between a displayed unit and its smallest one: 6 for tonne and gram.

    A unit that is not a power of ten of the smallest (a hectare is 1500 of them) has no price.
    """
    scale = len(str(unit.factor)) - 1
    ensure(unit.factor == 10**scale, f"{unit.code} is a power of ten of its smallest unit")
    return scale


def whole_fen(tick_micro: int, lot: int, scale: int, years: int = 1) -> bool:
    """Tell whether one lot (smallest units) moves by whole fen when its price moves by a tick.

    Then every quantity in lots at every price in ticks is worth whole fen, so no fill rounds; a
    continuous venue must be so.  ``years`` multiplies a price that is for one year.
    """
    numerator, denominator = _value(tick_micro, lot, scale, years)
    return numerator % denominator == 0


def value_fen_exact(price: int, quantity: int, scale: int, years: int = 1) -> int:
    """Give what a quantity costs where it must be whole fen: on a venue that ``whole_fen`` let in.

    InvariantBroken where it is not: a rounded fill is a bug.
    """
    numerator, denominator = _value(price, quantity, scale, years)
    fen, rest = divmod(numerator, denominator)
    ensure(rest == 0, "a fill is worth whole fen")
    return fen


def value_fen_rounded(price: int, quantity: int, scale: int, years: int = 1) -> int:
    """Give what a quantity costs, half up to the fen: the amount of an award, rounded once.

    ``price`` in millionths of a yuan for one displayed unit, ``quantity`` in smallest units, both
    0 or more; ``years`` multiplies a price that is for one year.
    """
    return rounded_fen(*_value(price, quantity, scale, years))


def share_fen(money_fen: int, millionths: int) -> int:
    """Give a share of some money, half up to the fen: a fee, a deposit, a first instalment."""
    ensure(money_fen >= 0 and millionths >= 0, "a share of money is never negative")
    return rounded_fen(money_fen * millionths, _MILLION)


def rounded_fen(numerator: int, denominator: int) -> int:
    """Round ``numerator`` / ``denominator`` fen half up.

    The one place where money is rounded (``docs/money.md``): whoever owes an amount rounds it
    once, here, and adds nothing to what was rounded that was rounded before.
    """
    ensure(numerator >= 0 and denominator > 0, "an amount is never negative")
    return (2 * numerator + denominator) // (2 * denominator)


def _value(price: int, quantity: int, scale: int, years: int) -> tuple[int, int]:
    """Give the exact value in fen as a fraction."""
    ensure(price >= 0 and quantity >= 0, "prices and quantities are never negative")
    ensure(0 <= scale <= SCALE_MAX and years >= 1, "a scale of an asset, and at least one year")
    fen_decimals = PRICE_DECIMALS - money_decimals()
    return price * quantity * years, int(10 ** (fen_decimals + scale))


def _shortest(price: int) -> tuple[int, int]:
    """Leave out closing zeros, down to the decimals of money; give digits and decimals."""
    decimals = PRICE_DECIMALS
    while decimals > money_decimals() and price % 10 == 0:
        price //= 10
        decimals -= 1
    return price, decimals
