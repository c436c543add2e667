"""The glossary says what the code and the pages say."""

from pathlib import Path

import pytest

from ledger.core.moves import EntryKind, PositionKind
from ledger.reports.states import State
from ledger.units import UNITS
from web.i18n import translator
from web.words import ENTRY_WORDS, POSITION_WORDS, STATE_WORDS

GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"


def section(heading: str) -> list[tuple[str, ...]]:
    """Give the rows under the heading that ends with this name in code, titles left out."""
    text = GLOSSARY.read_text(encoding="utf-8")
    start = text.index(f"(`{heading}`)")
    end = text.find("\n#", start)
    lines = [line for line in text[start:end].splitlines() if line.startswith("| ")]
    rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
    return [row for row in rows if row[0] != "zh"]


def test_every_unit_is_listed_as_it_is_named() -> None:
    listed = [row[:3] for row in section("ledger.units")]
    units = [(unit.name_zh, unit.name_en, f"`{unit.code}`") for unit in UNITS]
    assert listed[: len(units)] == units


@pytest.mark.parametrize(
    ("heading", "kinds", "words"),
    [
        ("PositionKind", PositionKind, POSITION_WORDS),
        ("EntryKind", EntryKind, ENTRY_WORDS),
        ("State", State, STATE_WORDS),
    ],
)
def test_every_kind_is_listed_in_the_words_of_the_pages(
    heading: str,
    kinds: type[PositionKind] | type[EntryKind] | type[State],
    words: dict[object, str],
) -> None:
    english = translator("en")
    said = {(words[kind], english.gettext(words[kind]), f"`{kind}`") for kind in kinds}
    assert set(section(heading)) == said
