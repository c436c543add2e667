"""What cannot be read in a document, and where.

A fault is a place and the broken rule as a refusal.  The place is a JSON Pointer (RFC 6901; the
whole document is the empty text); before there is a document it is the file's name or
line:column of its text.  Knows what marshmallow's messages look like; knows no
sentence and no language.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from marshmallow.exceptions import SCHEMA

from ledger.refusals import RefusalCode, Refused

_SHOWN_AT_MOST = 60


class ShapeCode(RefusalCode):
    """Why a document cannot be read, whatever it is about."""

    FILE_NOT_FOUND = "file_not_found"
    FILE_NOT_READABLE = "file_not_readable"
    TEXT_NOT_UTF8 = "text_not_utf8"
    TEXT_NOT_JSON = "text_not_json"
    NESTED_TOO_DEEPLY = "nested_too_deeply"
    NUMBER_NOT_JSON = "number_not_json"
    KEY_REPEATED = "key_repeated"
    KEY_UNKNOWN = "key_unknown"
    KEY_MISSING = "json_key_missing"
    VALUE_NOT_AN_OBJECT = "value_not_an_object"
    VALUE_NOT_A_LIST = "value_not_a_list"
    VALUE_NOT_A_WHOLE_NUMBER = "value_not_a_whole_number"
    NUMBER_OUT_OF_RANGE = "number_out_of_range"
    VALUE_NOT_ONE_OF = "value_not_one_of"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that cannot be read: ``at`` says where, ``refused`` which rule it breaks."""

    at: str
    refused: Refused


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A document that cannot be read: all its faults, in the order of the document."""

    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """A number of a JSON text that is no whole number of ordinary length, as it is written there.

    It stands in for the float that JSON readers would make of it, and no field takes it.
    """

    text: str


def shown(value: object) -> str:
    """Give a value as JSON would write it, cut short: for sentences, never to be read back."""
    if isinstance(value, WrittenNumber):
        text = value.text
    else:
        text = json.dumps(value, ensure_ascii=False, default=_as_text)
    return text if len(text) <= _SHOWN_AT_MOST else text[: _SHOWN_AT_MOST - 1] + "…"


def pointer(path: Sequence[str | int]) -> str:
    """Write a path of keys and positions as a JSON Pointer."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def faults_in(messages: object, document: object) -> Iterator[Fault]:
    """Give the faults that marshmallow found in a document, in the document's order.

    Messages are refusals, or bare codes of ``ShapeCode`` where marshmallow itself made them; those
    get their value from the document.
    """
    yield from _faults(messages, document, ())


def _faults(messages: object, value: object, path: tuple[str | int, ...]) -> Iterator[Fault]:
    if isinstance(messages, Mapping):
        for key in sorted(messages, key=_document_order(value)):
            inner = messages[key]
            if key == SCHEMA and not _is_about_a_key(inner):
                yield from _faults(inner, value, path)
            else:
                yield from _faults(inner, _inside(value, key), (*path, key))
    elif isinstance(messages, list):
        for message in messages:
            yield Fault(pointer(path), _completed(message, value, path))


def _document_order(value: object) -> Callable[[str | int], tuple[int, str]]:
    # marshmallow looks at unknown keys as a set, in another order each time.
    keys = list(value) if isinstance(value, Mapping) else []
    positions = {key: position for position, key in enumerate(keys)}

    def order(key: str | int) -> tuple[int, str]:
        return (key, "") if isinstance(key, int) else (positions.get(key, len(keys)), key)

    return order


def _is_about_a_key(messages: object) -> bool:
    return messages == [ShapeCode.KEY_UNKNOWN]


def _inside(value: object, key: str | int) -> object:
    if isinstance(value, Mapping):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, int):
        return value[key]
    return None


def _completed(message: object, value: object, path: tuple[str | int, ...]) -> Refused:
    if isinstance(message, Refused):
        return message
    key = str(path[-1]) if path else ""
    return Refused(ShapeCode(str(message)), {"key": shown(key), "value": shown(value)})


def _as_text(value: object) -> str:
    return value.text if isinstance(value, WrittenNumber) else type(value).__name__
