"""Strict building blocks of schemas: nothing is converted, rounded or silently left out.

marshmallow's own whole numbers take 2021.0, true and "2021"; these take what JSON writes as a whole
number and nothing else.  Knows marshmallow and ``ShapeCode``; knows no particular document.
"""

from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from ledger.refusals import Refused
from web.schemas.faults import ShapeCode, shown

AMOUNT_MAX = 2**63 - 1
"""The largest whole number that the databases keep."""
YEAR_MIN, YEAR_MAX = 1900, 9999

_Messages = dict[str, str | list[Any] | dict[Any, Any]]

_SCHEMA_MESSAGES: dict[str, str] = {
    "type": ShapeCode.VALUE_NOT_AN_OBJECT,
    "unknown": ShapeCode.KEY_UNKNOWN,
}
_WHOLE_NUMBER_MESSAGES: _Messages = {
    "required": ShapeCode.KEY_MISSING,
    "null": ShapeCode.VALUE_NOT_A_WHOLE_NUMBER,
}
_CHOICE_MESSAGES: _Messages = {"required": ShapeCode.KEY_MISSING}
_LIST_MESSAGES: _Messages = {
    "required": ShapeCode.KEY_MISSING,
    "null": ShapeCode.VALUE_NOT_A_LIST,
    "invalid": ShapeCode.VALUE_NOT_A_LIST,
}
_OBJECT_MESSAGES: _Messages = {
    "required": ShapeCode.KEY_MISSING,
    "null": ShapeCode.VALUE_NOT_AN_OBJECT,
    "type": ShapeCode.VALUE_NOT_AN_OBJECT,
}


class StrictSchema(Schema):
    """A JSON object whose keys are all known; unknown ones are refused by name."""

    class Meta:
        unknown = RAISE

    error_messages = _SCHEMA_MESSAGES


class WholeNumber(fields.Field[int]):
    """A JSON whole number from ``minimum`` to ``maximum``, both allowed."""

    default_error_messages = _WHOLE_NUMBER_MESSAGES

    def __init__(self, *, minimum: int, maximum: int, **options: Any) -> None:
        super().__init__(**options)
        self._minimum = minimum
        self._maximum = maximum

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> int:
        # Not isinstance: true and false are whole numbers to Python.
        if type(value) is not int:
            raise refusing(ShapeCode.VALUE_NOT_A_WHOLE_NUMBER, value=shown(value))
        if not self._minimum <= value <= self._maximum:
            raise refusing(
                ShapeCode.NUMBER_OUT_OF_RANGE,
                value=shown(value),
                minimum=str(self._minimum),
                maximum=str(self._maximum),
            )
        return value


class Year(WholeNumber):
    """A calendar year, 1900 to 9999."""

    def __init__(self, **options: Any) -> None:
        super().__init__(minimum=YEAR_MIN, maximum=YEAR_MAX, **options)


class Amount(WholeNumber):
    """A count of whole units, 0 to 2^63 - 1."""

    def __init__(self, **options: Any) -> None:
        super().__init__(minimum=0, maximum=AMOUNT_MAX, **options)


class OneOf(fields.Field[str]):
    """One of a few texts."""

    default_error_messages = _CHOICE_MESSAGES

    def __init__(self, *choices: str, **options: Any) -> None:
        super().__init__(**options)
        self._choices = choices
        self.error_messages["null"] = self._broken(None)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> str:
        if not isinstance(value, str) or value not in self._choices:
            raise ValidationError(self._broken(value))
        return value

    def _broken(self, value: object) -> list[Refused]:
        known = ", ".join(self._choices)
        return [Refused(ShapeCode.VALUE_NOT_ONE_OF, {"value": shown(value), "known": known})]


class ListOf(fields.List[Any]):
    """A JSON list."""

    default_error_messages = _LIST_MESSAGES


class Nested(fields.Nested):
    """A JSON object inside another."""

    default_error_messages = _OBJECT_MESSAGES


def refusing(code: ShapeCode, **values: str) -> ValidationError:
    """Make the error of one broken rule, with the values of its sentence."""
    return ValidationError([Refused(code, values)])
