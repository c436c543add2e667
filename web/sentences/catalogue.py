"""Turns a refusal into its sentence, in Chinese or English.

Knows every module of sentences and how figures inside them are printed.  A sentence says what
happened, which rule it met, and what to do.  Its placeholders are filled from the refusal's
values, ``{source}`` from its source: text as it is, whole numbers grouped, days, times and
quantities as the language writes them.  Not grouped are years (``{year}``, ``{first_year}``) and
what is marked ``{entry:plain}``; ``{unit:unit}`` is the sign of the unit whose code is given.
"""

from collections.abc import Mapping
from string import Formatter
from types import ModuleType

from ledger.refusals import InvariantBroken, RefusalCode, Refused, ensure
from ledger.units import unit_of
from web.i18n import LANGUAGES, Translator, translator
from web.sentences import (
    auctions,
    cash,
    compliance,
    compliance_records,
    core,
    database,
    files,
    imports,
    market,
    market_book,
    market_clearing,
    market_deals,
    market_operating,
    market_replay,
    market_venues,
    market_views,
    numbers,
    registry,
    registry_rules,
    reports,
    rights,
    totals,
    web,
)

AREAS: tuple[ModuleType, ...] = (
    auctions,
    cash,
    compliance,
    compliance_records,
    core,
    database,
    files,
    imports,
    market,
    market_book,
    market_clearing,
    market_deals,
    market_operating,
    market_replay,
    market_venues,
    market_views,
    numbers,
    registry,
    registry_rules,
    reports,
    rights,
    totals,
    web,
)
"""The modules of this package that hold ``SENTENCES``; a new one is added here."""

SPECIFIERS = ("", "plain", "unit")

_PLACE = {language: place for place, language in enumerate(LANGUAGES)}


def sentence(refused: Refused, language: str) -> str:
    """Say a refusal in ``zh`` or ``en``.

    Raises InvariantBroken when the code has no sentence or a figure of it is missing: a bug, and
    ``tests/web/test_sentences.py`` looks for the first kind.
    """
    pattern = _pattern(refused.code, language)
    values = {"source": refused.source, **refused.values}
    return _Filler(translator(language)).vformat(pattern, (), values)


def _pattern(code: RefusalCode, language: str) -> str:
    for area in AREAS:
        pair: tuple[str, str] | None = area.SENTENCES.get(code)
        if pair is not None:
            return pair[_PLACE[language]]
    raise InvariantBroken(f"{code} has a sentence")


class _Filler(Formatter):
    """Fills placeholders by name only, each printed as the language writes it."""

    def __init__(self, speaker: Translator) -> None:
        self._speaker = speaker

    def get_field(
        self, field_name: str, args: object, kwargs: Mapping[str, object]
    ) -> tuple[object, str]:
        ensure(field_name in kwargs, f"the refusal tells {field_name}")
        value = kwargs[field_name]
        is_year = field_name == "year" or field_name.endswith("_year")
        return (str(value) if is_year else value), field_name

    def format_field(self, value: object, format_spec: str) -> str:
        ensure(format_spec in SPECIFIERS, "a placeholder's specifier is a known one")
        if format_spec == "plain":
            return str(value)
        if format_spec == "unit":
            return self._speaker.unit(unit_of(str(value)))
        return self._speaker.shown(value)
