"""Every marked text has its English, and the program reads it without a compiled catalogue."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from ledger.refusals import InvariantBroken
from ledger.units import unit_of
from web.i18n import LANGUAGES, read_catalogue, translator
from web.messages import ENGLISH, english, marked_texts

PLACEHOLDER = re.compile(r"%(?:\((?P<name>[^)]*)\)(?P<kind>[sd])|(?P<other>.))")


def identity(message: Message) -> tuple[str | None, object]:
    return message.context, message.id


def texts_of(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def forms(texts: object) -> tuple[str, ...]:
    return tuple(texts) if isinstance(texts, (tuple, list)) else (str(texts),)


def placeholders(text: str) -> Counter[str]:
    found = [match["name"] or match["other"] for match in PLACEHOLDER.finditer(text)]
    return Counter(name for name in found if name != "%")


def test_every_marked_text_has_its_english_and_none_is_left_over() -> None:
    marked = {identity(message) for message in texts_of(marked_texts())}
    translated = {identity(message) for message in texts_of(english())}
    assert sorted(map(str, marked - translated)) == [], "run: python -m web.messages"
    assert sorted(map(str, translated - marked)) == [], "run: python -m web.messages"
    assert list(english().obsolete) == []


def test_no_english_is_empty_or_in_doubt() -> None:
    lacking = [
        message.id
        for message in texts_of(english())
        if message.fuzzy or not all(form.strip() for form in forms(message.string))
    ]
    assert lacking == []


def test_english_has_the_placeholders_of_the_chinese() -> None:
    for message in texts_of(english()):
        chinese = placeholders(forms(message.id)[-1])
        for form in forms(message.string):
            assert placeholders(form) == chinese, message.id


def test_placeholders_are_named_and_percent_signs_doubled() -> None:
    odd = [
        text
        for message in texts_of(english())
        for text in (*forms(message.id), *forms(message.string))
        for match in PLACEHOLDER.finditer(text)
        if match["name"] is None and match["other"] != "%"
    ]
    assert odd == []


def test_english_holds_no_chinese_but_the_name_of_the_language() -> None:
    mixed = [
        form
        for message in texts_of(english())
        for form in forms(message.string)
        if re.search("[\u4e00-\u9fff]", form)
    ]
    assert mixed == []


def test_the_marked_texts_are_chinese() -> None:
    foreign = [
        message.id
        for message in texts_of(marked_texts())
        if not re.search("[\u4e00-\u9fff]", forms(message.id)[0])
    ]
    assert foreign == []


def test_a_fresh_checkout_needs_no_compiled_catalogue() -> None:
    assert list(ENGLISH.parents[2].rglob("*.mo")) == []
    assert translator("zh").gettext("首页") == "首页"
    assert translator("en").gettext("首页") == "Overview"


def test_plural_and_context_are_read_from_the_catalogue(tmp_path: Path) -> None:
    source = tmp_path / "en" / "LC_MESSAGES" / "messages.po"
    source.parent.mkdir(parents=True)
    source.write_text(
        'msgid "共 %(num)s 行"\nmsgid_plural "共 %(num)s 行"\n'
        'msgstr[0] "%(num)s row"\nmsgstr[1] "%(num)s rows"\n\n'
        'msgctxt "账户"\nmsgid "正常"\nmsgstr "Open"\n',
        "utf-8",
    )
    read = read_catalogue(source)
    assert read.ngettext("共 %(num)s 行", "共 %(num)s 行", 1) == "%(num)s row"
    assert read.ngettext("共 %(num)s 行", "共 %(num)s 行", 2) == "%(num)s rows"
    assert read.pgettext("账户", "正常") == "Open"


def test_the_number_of_a_plural_is_grouped() -> None:
    assert translator("zh").ngettext("共 %(num)s 行", "共 %(num)s 行", 12345) == "共 12,345 行"


@pytest.mark.parametrize("language", LANGUAGES)
def test_times_are_those_of_beijing(language: str) -> None:
    speaker = translator(language)
    instant = datetime(2026, 12, 31, 16, 5, 9, tzinfo=UTC)
    assert speaker.clock(instant) == "00:05:09"
    assert speaker.moment(instant) == {"zh": "2027-01-01 00:05", "en": "1 Jan 2027 00:05"}[language]
    assert speaker.day(date(2026, 2, 3)) == {"zh": "2026-02-03", "en": "3 Feb 2026"}[language]


def test_an_instant_without_its_offset_is_a_bug() -> None:
    with pytest.raises(InvariantBroken, match="offset"):
        translator("zh").moment(datetime(2026, 1, 1))  # noqa: DTZ001


def test_quantities_carry_their_unit_in_the_language() -> None:
    assert translator("zh").quantity(4_048_000, unit_of("t")) == "4.048 吨"
    assert translator("en").quantity(4_048_000, unit_of("t")) == "4.048 t"
    assert translator("en").quantity(12_345_600, unit_of("wan_m3")) == "1,234.56 ×10⁴ m³"
    assert translator("zh").quantity(-4_048_000, unit_of("t")) == "−4.048 吨"


@pytest.mark.parametrize(
    ("part", "whole", "printed"),
    [(0, 3, "0.0%"), (1, 3, "33.3%"), (9999, 10000, "99.9%"), (3, 3, "100.0%"), (7, 3, "233.3%")],
)
def test_shares_are_rounded_down_so_that_only_all_is_a_hundred(
    part: int, whole: int, printed: str
) -> None:
    assert translator("zh").share(part, whole) == printed


def test_of_nothing_there_is_no_share() -> None:
    assert translator("zh").share(0, 0) == "–"


def test_any_other_language_is_a_bug() -> None:
    with pytest.raises(InvariantBroken, match="zh and en"):
        translator("fr")
