"""Brings the English catalogue up to date with the texts that code and templates mark.

A tool for developers: ``python -m web.messages`` in a checkout.  New texts get an empty English,
texts that are gone are dropped, what is translated stays.  Nothing of it runs in the program.
"""

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

CHECKOUT = Path(__file__).parents[1]
ENGLISH = CHECKOUT / "web" / "translations" / "en" / "LC_MESSAGES" / "messages.po"

_KEYWORDS = {**DEFAULT_KEYWORDS, "marked": None}
_HEADER = """\
msgid ""
msgstr ""
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Language: en\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


def marked_texts() -> Catalog:
    """Collect every marked text of the checkout, as ``babel.cfg`` says where."""
    with (CHECKOUT / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]
    found = Catalog()
    for file, line, text, comments, context in extract_from_dir(
        CHECKOUT, methods, options, keywords=_KEYWORDS
    ):
        found.add(text, None, [(file, line)], auto_comments=comments, context=context)
    return found


def english() -> Catalog:
    """Read the English catalogue as it stands."""
    with ENGLISH.open("rb") as text:
        return read_po(text, locale="en", abort_invalid=True)


def main() -> None:
    """Write the catalogue again and say how many texts still lack their English."""
    catalogue = english()
    catalogue.update(marked_texts(), no_fuzzy_matching=True)
    body = BytesIO()
    write_po(
        body,
        catalogue,
        width=100,
        ignore_obsolete=True,
        omit_header=True,
        sort_by_file=True,
        include_lineno=False,
    )
    ENGLISH.write_text(_HEADER + body.getvalue().decode(), "utf-8")
    missing = sum(1 for message in catalogue if message.id and not all(_strings(message.string)))
    print(f"{ENGLISH.relative_to(CHECKOUT)}: {len(catalogue)} texts, {missing} without English")


def _strings(string: object) -> tuple[str, ...]:
    # Babel gives a text without its English as None or as "", by where it comes from.
    return tuple(string) if isinstance(string, (tuple, list)) else (str(string or ""),)


if __name__ == "__main__":
    main()
