"""Fields of an auction's file: numbers written as text, moments, texts, maps.

Numbers in quotes are read by ``ledger.numerals`` and by nothing else, so no float and no second
notation comes in.  A ``Written`` number is looked at and handed on as it is written.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import ValidationError, fields

from ledger.numerals import parse_plain
from ledger.refusals import RefusalCode, Refused
from web.schemas.faults import ShapeCode, shown


class AuctionFieldCode(RefusalCode):
    """Why a value of an auction's file cannot be read."""

    TEXT_NOT_IN_QUOTES = "text_not_in_quotes"
    MOMENT_WITHOUT_OFFSET = "moment_without_offset"
    NUMBER_MUST_BE_ABOVE_ZERO = "number_must_be_above_zero"
    SHARE_ABOVE_ONE = "share_above_one"


class _Own(fields.Field[Any]):
    """A field that says null and missing in our words."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.error_messages["required"] = ShapeCode.KEY_MISSING
        self.error_messages["null"] = [self.of_null()]

    def of_null(self) -> Refused:
        """Say what null is here."""
        return Refused(AuctionFieldCode.TEXT_NOT_IN_QUOTES, {"value": shown(None)})


class Text(_Own):
    """A JSON text that is not empty."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> Any:
        if not isinstance(value, str) or not value:
            code = AuctionFieldCode.TEXT_NOT_IN_QUOTES
            raise ValidationError([Refused(code, {"value": shown(value)})])
        return value


class Written(Text):
    """A number in quotes with at most so many decimals, handed on as it is written."""

    def __init__(
        self, decimals: int, *, above_zero: bool = False, at_most_one: bool = False, **options: Any
    ) -> None:
        super().__init__(**options)
        self._decimals = decimals
        self._above_zero = above_zero
        self._at_most_one = at_most_one

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> Any:
        text: str = super()._deserialize(value, attr, data, **options)
        self._scaled(text)
        return text

    def _scaled(self, text: str) -> int:
        scaled = parse_plain(text, self._decimals)
        if isinstance(scaled, Refused):
            raise ValidationError([scaled])
        if self._above_zero and scaled == 0:
            code = AuctionFieldCode.NUMBER_MUST_BE_ABOVE_ZERO
            raise ValidationError([Refused(code, {"value": shown(text)})])
        if self._at_most_one and scaled > 10**self._decimals:
            code = AuctionFieldCode.SHARE_ABOVE_ONE
            raise ValidationError([Refused(code, {"value": shown(text)})])
        return scaled


class Scaled(Written):
    """A number in quotes, handed on times 10^decimals."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> Any:
        # Text, not Written, whose look at the number would be a second reading of it.
        return self._scaled(Text._deserialize(self, value, attr, data, **options))


class Offered(Scaled):
    """A number of a bid, times 10^decimals; one below zero is read, for the auction to refuse."""

    def _scaled(self, text: str) -> int:
        if not text.startswith("-"):
            return super()._scaled(text)
        scaled = parse_plain(text[1:], self._decimals)
        return super()._scaled(text) if isinstance(scaled, Refused) else -scaled


class Moment(_Own):
    """A time with its offset, as ISO 8601 writes it."""

    def of_null(self) -> Refused:
        """Say what null is here."""
        return Refused(AuctionFieldCode.MOMENT_WITHOUT_OFFSET, {"value": shown(None)})

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> datetime:
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            moment = None
        if moment is None or moment.utcoffset() is None:
            code = AuctionFieldCode.MOMENT_WITHOUT_OFFSET
            raise ValidationError([Refused(code, {"value": shown(value)})])
        return moment


class YesOrNo(_Own):
    """JSON's true or false."""

    def of_null(self) -> Refused:
        """Say what null is here."""
        return Refused(ShapeCode.VALUE_NOT_ONE_OF, {"value": "null", "known": "true, false"})

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> bool:
        if not isinstance(value, bool):
            values = {"value": shown(value), "known": "true, false"}
            raise ValidationError([Refused(ShapeCode.VALUE_NOT_ONE_OF, values)])
        return value


class MapOf(_Own):
    """A JSON object whose keys are anybody's and whose values are all of one kind."""

    def __init__(self, inner: fields.Field[Any], **options: Any) -> None:
        super().__init__(**options)
        self._inner = inner

    def of_null(self) -> Refused:
        """Say what null is here."""
        return Refused(ShapeCode.VALUE_NOT_AN_OBJECT, {"value": shown(None)})

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValidationError([Refused(ShapeCode.VALUE_NOT_AN_OBJECT, {"value": shown(value)})])
        read: dict[str, Any] = {}
        faults: dict[str, Any] = {}
        for key, inner in value.items():
            try:
                read[key] = self._inner.deserialize(inner)
            except ValidationError as error:
                faults[key] = error.messages
        if faults:
            raise ValidationError(faults)
        return read
