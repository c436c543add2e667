"""The two languages of the program, for pages and for the command line alike.

Chinese is written first: the marked text *is* the Chinese text.  English stands in
``translations/en/LC_MESSAGES/messages.po``, which is read as it is; nothing has to be compiled.
Knows Babel and files; knows neither Flask nor who is asking.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel.dates import format_date, format_datetime, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

from ledger.core.clock import REGISTRY_ZONE
from ledger.numerals import format_decimal_digits, format_quantity
from ledger.refusals import ensure
from ledger.units import Quantity, Unit

LANGUAGES = ("zh", "en")
DEFAULT_LANGUAGE = "zh"
LANGUAGE_NAMES = {"zh": "中文", "en": "English"}

_LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
_TAGS = {"zh": "zh-Hans-CN", "en": "en"}
_DATE = {"zh": "yyyy-MM-dd", "en": "d MMM yyyy"}
_LISTED_WITH = {"zh": "、", "en": ", "}
_TRANSLATED_FROM = Path(__file__).parent / "translations"


def marked(message: str) -> str:
    """Mark a text for the catalogue where no language is known yet; translate it when shown."""
    return message


@dataclass(frozen=True, slots=True)
class Translator:
    """Words, numbers, dates and times in one language.

    Texts may hold ``%(name)s`` placeholders, filled from keywords as they are given.
    """

    language: str
    locale: str
    catalogue: NullTranslations

    @property
    def tag(self) -> str:
        """The language as the ``lang`` attribute of a page wants it."""
        return _TAGS[self.language]

    def gettext(self, message: str, /, **values: object) -> str:
        """Translate a marked text."""
        return _filled(self.catalogue.gettext(message), values)

    def ngettext(self, one: str, many: str, number: int, /, **values: object) -> str:
        """Translate a text that depends on a number; ``%(num)s`` is that number."""
        values = {"num": self.number(number), **values}
        return _filled(self.catalogue.ngettext(one, many, number), values)

    def pgettext(self, context: str, message: str, /, **values: object) -> str:
        """Translate a text whose English depends on where it stands."""
        return _filled(self.catalogue.pgettext(context, message), values)

    def number(self, whole: int) -> str:
        """Print a whole number with the language's grouping."""
        return format_decimal(whole, locale=self.locale)

    def quantity(self, minor: int, unit: Unit, *, with_unit: bool = True) -> str:
        """Print a number of smallest parts in the unit: 4.048 t.

        A balance below zero (a source, an overdraft) is printed with a minus sign.
        """
        printed = format_quantity(abs(minor), unit, self.locale, with_unit=with_unit)
        return f"\N{MINUS SIGN}{printed}" if minor < 0 else printed

    def unit(self, unit: Unit) -> str:
        """Name a unit as it stands behind a number."""
        return unit.symbol_zh if self.language == "zh" else unit.symbol_en

    def share(self, part: int, whole: int) -> str:
        """Print a part of a whole in percent with one decimal, rounded down.

        So 100.0% is all of it and not nearly all; of nothing there is no share.
        """
        if whole <= 0:
            return "–"
        return format_decimal_digits(1000 * part // whole, 1, self.locale) + "%"

    def shown(self, value: object) -> str:
        """Print a figure of a refusal: text as it is, anything else as the language writes it."""
        match value:
            case str():
                return str(value)
            case int():
                return self.number(value)
            case Quantity():
                return self.quantity(value.minor, value.unit)
            case datetime():
                return self.moment(value)
            case date():
                return self.day(value)
            case tuple() | list():
                return _LISTED_WITH[self.language].join(self.shown(each) for each in value)
            case _:
                return str(value)

    def day(self, day: date) -> str:
        """Print a day: 2026-11-25, 25 Nov 2026."""
        return format_date(day, _DATE[self.language], locale=self.locale)

    def moment(self, instant: datetime) -> str:
        """Print an aware instant to the minute, as the clock in Beijing shows it."""
        pattern = _DATE[self.language] + " HH:mm"
        return format_datetime(_in_beijing(instant), pattern, locale=self.locale)

    def clock(self, instant: datetime) -> str:
        """Print the time of day of an aware instant to the second, in Beijing."""
        return format_time(_in_beijing(instant), "HH:mm:ss", locale=self.locale)


def _in_beijing(instant: datetime) -> datetime:
    ensure(instant.tzinfo is not None, "an instant carries its offset")
    return instant.astimezone(REGISTRY_ZONE)


def _filled(message: str, values: dict[str, object]) -> str:
    # As in templates: a lone percent sign is always written twice, whether filled or not.
    return message % values


def translator(language: str) -> Translator:
    """Give the translator of ``zh`` or ``en``; any other language is a bug."""
    ensure(language in LANGUAGES, "a language is one of zh and en")
    return _translator(language)


@cache
def _translator(language: str) -> Translator:
    source = _TRANSLATED_FROM / language / "LC_MESSAGES" / "messages.po"
    catalogue = read_catalogue(source) if language != DEFAULT_LANGUAGE else NullTranslations()
    return Translator(language, _LOCALES[language], catalogue)


def read_catalogue(source: Path) -> Translations:
    """Read a ``.po`` file as translations, compiled in memory only."""
    with source.open("rb") as text:
        catalogue = read_po(text, locale=source.parent.parent.name, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)
