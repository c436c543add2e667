"""Every refusal has one sentence in Chinese and one in English, and the two say the same."""

import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib import import_module
from string import Formatter
from typing import ClassVar

import pytest

import ledger
import market
import web
import web.sentences
from ledger.refusals import InvariantBroken, RefusalCode, Refused
from ledger.units import Quantity
from web.problem_codes import ProblemCode
from web.sentences import catalogue
from web.sentences.catalogue import AREAS, SPECIFIERS, sentence

FULL_STOPS = {"zh": re.compile("[。！？；]"), "en": re.compile(r"[.!?;](?=\s|$)")}


def all_codes() -> list[RefusalCode]:
    for package in (ledger, market, web):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            import_module(module.name)
    return [code for kind in kinds_below(RefusalCode) for code in kind]


def kinds_below(kind: type[RefusalCode]) -> Iterator[type[RefusalCode]]:
    for below in kind.__subclasses__():
        # Tests of the ledger may make codes of their own.
        if below.__module__.partition(".")[0] in {"ledger", "market", "web"}:
            yield below
        yield from kinds_below(below)


def all_pairs() -> list[tuple[RefusalCode, str, str]]:
    return [(code, *pair) for area in AREAS for code, pair in area.SENTENCES.items()]


def placeholders(text: str) -> Counter[tuple[str, str]]:
    return Counter(
        (name, specifier or "")
        for _, name, specifier, _ in Formatter().parse(text)
        if name is not None
    )


def test_no_two_rules_share_a_code() -> None:
    counted = Counter(str(code) for code in all_codes())
    assert [code for code, times in counted.items() if times > 1] == []


def test_every_code_has_exactly_one_pair_of_sentences() -> None:
    counted = Counter(str(code) for code, _, _ in all_pairs())
    codes = {str(code) for code in all_codes()}
    assert sorted(codes - counted.keys()) == []
    assert sorted(counted.keys() - codes) == []
    assert [code for code, times in counted.items() if times > 1] == []


def test_every_module_of_sentences_is_in_the_catalogue() -> None:
    modules = {module.name for module in pkgutil.iter_modules(web.sentences.__path__)}
    listed = {area.__name__.rpartition(".")[2] for area in AREAS}
    assert modules - {"catalogue"} == listed


def test_both_languages_of_a_sentence_name_the_same_figures() -> None:
    differing = [
        str(code)
        for code, zh, en in all_pairs()
        if placeholders(zh).keys() != placeholders(en).keys()
    ]
    assert differing == []


def test_placeholders_are_plain_names_with_known_specifiers() -> None:
    odd = [
        (str(code), name, specifier)
        for code, zh, en in all_pairs()
        for name, specifier in placeholders(zh) + placeholders(en)
        if not name.isidentifier() or specifier not in SPECIFIERS
    ]
    assert odd == []


def test_no_sentence_serves_two_rules() -> None:
    for language in (1, 2):
        counted = Counter(pair[language] for pair in all_pairs())
        assert [text for text, times in counted.items() if times > 1] == []


def test_every_sentence_says_what_happened_which_rule_and_what_to_do() -> None:
    short = [
        (str(code), language)
        for code, zh, en in all_pairs()
        for language, text in (("zh", zh), ("en", en))
        if len(FULL_STOPS[language].findall(text)) < 3
    ]
    assert short == []


class MadeUpCode(RefusalCode):
    """A code whose sentence the tests bring along."""

    FIGURES_OF_EVERY_KIND = "figures_of_every_kind"


class MadeUpArea:
    """A module of sentences, as far as the catalogue looks at it."""

    SENTENCES: ClassVar = {
        MadeUpCode.FIGURES_OF_EVERY_KIND: (
            "{text}|{count}|{year}|{entry:plain}|{day}|{at}|{amount}|{unit:unit}|{known}|{source}",
            "{text}|{count}|{year}|{entry:plain}|{day}|{at}|{amount}|{unit:unit}|{known}|{source}",
        )
    }


REFUSED = Refused(
    MadeUpCode.FIGURES_OF_EVERY_KIND,
    {
        "text": "{count}",
        "count": 1234567,
        "year": 2026,
        "entry": 10042,
        "day": date(2026, 11, 5),
        "at": datetime(2026, 11, 5, 16, 30, tzinfo=UTC),
        "amount": Quantity(1_234_500_000, "t"),
        "unit": "wan_m3",
        "known": ("t", 1000),
    },
    "GB 1",
)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "zh",
            "{count}|1,234,567|2026|10042|2026-11-05|2026-11-06 00:30|1,234.500 吨|万立方米"
            "|t、1,000|GB 1",
        ),
        (
            "en",
            "{count}|1,234,567|2026|10042|5 Nov 2026|6 Nov 2026 00:30|1,234.500 t|×10⁴ m³"
            "|t, 1,000|GB 1",
        ),
    ],
)
def test_figures_are_printed_as_the_language_writes_them(
    monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    monkeypatch.setattr(catalogue, "AREAS", (*AREAS, MadeUpArea))
    assert sentence(REFUSED, language) == said


def test_a_figure_that_the_refusal_does_not_tell_is_a_bug() -> None:
    with pytest.raises(InvariantBroken, match="number"):
        sentence(Refused(ProblemCode.SERVER_FAILED), "zh")


def test_a_code_without_a_sentence_is_a_bug() -> None:
    with pytest.raises(InvariantBroken, match="figures_of_every_kind"):
        sentence(REFUSED, "en")
