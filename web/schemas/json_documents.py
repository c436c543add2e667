"""From a file to the values of one JSON document, strictly.

Refused are a key written twice in one object, numbers that JSON does not know (NaN, Infinity) and
whatever is not UTF-8 text.  No float is ever made: a number that is not a whole one stays as it is
written.  Knows files and JSON; knows nothing of what a document is about.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ledger.refusals import Refused
from web.schemas.faults import Fault, ShapeCode, Unreadable, WrittenNumber, pointer, shown

_DIGITS_MAX = 40
"""Longer whole numbers fit no field; reading them costs time that grows with their square."""
_DEPTH_MAX = 100
"""No document of ours is a tenth as deep; what reads them further on recurses."""
_UNKNOWN_TO_JSON = ("NaN", "Infinity", "-Infinity")


class _Repeating(dict[str, object]):
    """An object of the document in which keys are written more than once."""

    repeated: tuple[str, ...] = ()


def read_json(path: Path) -> object | Unreadable:
    """Read a file as one JSON document: dict, list, str, int, bool, None and ``WrittenNumber``."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return _unreadable(str(path), ShapeCode.FILE_NOT_FOUND, file=shown(str(path)))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return _unreadable(
            str(path), ShapeCode.FILE_NOT_READABLE, file=shown(str(path)), reason=reason
        )
    return parse_json(content)


def parse_json(content: bytes) -> object | Unreadable:
    """Read bytes as one JSON document; a byte-order mark is allowed."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _unreadable("", ShapeCode.TEXT_NOT_UTF8, position=error.start + 1)
    try:
        document = json.loads(
            text,
            parse_int=_whole,
            parse_float=WrittenNumber,
            parse_constant=WrittenNumber,
            object_pairs_hook=_object,
        )
        faults = tuple(_oddities(document, ()))
    except json.JSONDecodeError as error:
        line, column = error.lineno, error.colno
        at = f"{line}:{column}"
        return _unreadable(at, ShapeCode.TEXT_NOT_JSON, line=line, column=column)
    except RecursionError:
        return _unreadable("", ShapeCode.NESTED_TOO_DEEPLY, maximum=_DEPTH_MAX)
    return Unreadable(faults) if faults else document


def _whole(text: str) -> int | WrittenNumber:
    return int(text) if len(text) <= _DIGITS_MAX else WrittenNumber(text)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    written = Counter(key for key, _ in pairs)
    repeating = _Repeating(made)
    repeating.repeated = tuple(key for key in made if written[key] > 1)
    return repeating


def _oddities(value: object, path: tuple[str | int, ...]) -> Iterator[Fault]:
    if len(path) > _DEPTH_MAX:
        yield Fault(pointer(path), Refused(ShapeCode.NESTED_TOO_DEEPLY, {"maximum": _DEPTH_MAX}))
        return
    if isinstance(value, _Repeating):
        for key in value.repeated:
            yield Fault(pointer((*path, key)), Refused(ShapeCode.KEY_REPEATED, {"key": shown(key)}))
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _oddities(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _oddities(inner, (*path, index))
    elif isinstance(value, WrittenNumber) and value.text in _UNKNOWN_TO_JSON:
        yield Fault(pointer(path), Refused(ShapeCode.NUMBER_NOT_JSON, {"value": value.text}))


def _unreadable(at: str, code: ShapeCode, **values: str | int) -> Unreadable:
    return Unreadable((Fault(at, Refused(code, values)),))
