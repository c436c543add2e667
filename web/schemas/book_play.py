"""The file of ``ecorights simulate book``: a venue's book and the steps to play on it.

    {"venue": {"tick": "0.01", "lot": "1", "self_trade": "cancel_newest"},
     "steps": [{"op": "new", "id": "b1", "side": "buy", "type": "limit", "price": "12.51",
                "quantity": "10", "tif": "GTC"},
               {"op": "cancel", "id": "b1"}]}

Turns shape into the steps of ``market.book.play``.  Numbers below zero, off the tick or off the lot
are read: what the book says to them is an answer.  A null where a key may be left out is the same
as leaving it out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError, fields, post_load

from ledger.numerals import NumberCode, parse_plain
from ledger.refusals import RefusalCode, Refused
from market.book.call import Algorithm
from market.book.grid import LENGTH_MAX, Number, Step, read_number
from market.book.orders import SelfTrade, Side, Tif
from market.book.play import Cancel, Clock, Modify, New, Phase, PlayStep, Uncross, Venue
from web.schemas.auction_fields import AuctionFieldCode, Moment, Text, YesOrNo
from web.schemas.faults import ShapeCode, Unreadable, faults_in, shown
from web.schemas.fields import ListOf, Nested, OneOf, StrictSchema

_DECIMALS_MAX = 18
_GTD = Tif.GTD.value


class BookPlayCode(RefusalCode):
    """Why the file of a played book cannot be read."""

    BAND_BELOW_ZERO = "band_below_zero"
    BAND_WITHOUT_REFERENCE_PRICE = "band_without_reference_price"
    EXPIRY_WITHOUT_GTD = "expiry_without_gtd"


@dataclass(frozen=True, slots=True)
class BookPlay:
    """A venue and the steps to play, in their order."""

    venue: Venue
    steps: tuple[PlayStep, ...]


class _Written(Text):
    """A decimal number in quotes, perhaps negative."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> Number:
        text: str = super()._deserialize(value, attr, data, **options)
        number = read_number(text)
        if number is None:
            raise ValidationError([_no_number(text)])
        return number


class _AboveZero(_Written):
    """A decimal number in quotes that is more than zero."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> Number:
        number = super()._deserialize(value, attr, data, **options)
        if number.digits <= 0:
            code = AuctionFieldCode.NUMBER_MUST_BE_ABOVE_ZERO
            raise ValidationError([Refused(code, {"value": shown(value)})])
        return number


class _Band(_Written):
    """A share in quotes, zero or more."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> Number:
        number = super()._deserialize(value, attr, data, **options)
        if number.digits < 0:
            broken = Refused(BookPlayCode.BAND_BELOW_ZERO, {"band": number.text})
            raise ValidationError([broken])
        return number


class _Size(_AboveZero):
    """A tick or a lot."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> Any:
        return Step(*super()._deserialize(value, attr, data, **options))


class _VenueSchema(StrictSchema):
    tick = _Size()
    lot = _Size()
    reference_price = _AboveZero(allow_none=True)
    band = _Band(allow_none=True)
    self_trade = OneOf(*SelfTrade)

    @post_load
    def _venue(self, keys: dict[str, Any], **options: Any) -> Venue:
        reference, band = keys.pop("reference_price", None), keys.pop("band", None)
        if band is not None and reference is None:
            broken = Refused(BookPlayCode.BAND_WITHOUT_REFERENCE_PRICE, {"band": band.text})
            raise ValidationError({"band": [broken]})
        if "self_trade" in keys:
            keys["self_trade"] = SelfTrade(keys["self_trade"])
        return Venue(reference=reference, band=band, **keys)


class _NewSchema(StrictSchema):
    op = OneOf("new", required=True)
    id = Text(required=True)
    user = Text(allow_none=True, load_default=None)
    side = OneOf(*Side, required=True)
    type = OneOf("limit", "market", required=True)
    price = _Written(allow_none=True, load_default=None)
    quantity = _Written(required=True)
    tif = OneOf(*Tif, required=True)
    expires_at = Moment(allow_none=True, load_default=None)
    post_only = YesOrNo(load_default=False)
    display = _Written(allow_none=True, load_default=None)
    minimum = _Written(allow_none=True, load_default=None)

    @post_load
    def _new(self, keys: dict[str, Any], **options: Any) -> New:
        expires_at = keys["expires_at"]
        if keys["tif"] == _GTD and expires_at is None:
            raise ValidationError({"expires_at": [ShapeCode.KEY_MISSING]})
        if keys["tif"] != _GTD and expires_at is not None:
            broken = Refused(BookPlayCode.EXPIRY_WITHOUT_GTD, {"tif": keys["tif"]})
            raise ValidationError({"expires_at": [broken]})
        return New(
            order_id=keys["id"],
            side=Side(keys["side"]),
            is_market=keys["type"] == "market",
            price=keys["price"],
            quantity=keys["quantity"],
            tif=Tif(keys["tif"]),
            user=keys["user"],
            post_only=keys["post_only"],
            display=keys["display"],
            minimum=keys["minimum"],
            expires_at=expires_at,
        )


class _ModifySchema(StrictSchema):
    op = OneOf("modify", required=True)
    id = Text(required=True)
    price = _Written(allow_none=True, load_default=None)
    quantity = _Written(allow_none=True, load_default=None)

    @post_load
    def _modify(self, keys: dict[str, Any], **options: Any) -> Modify:
        return Modify(keys["id"], keys["price"], keys["quantity"])


class _CancelSchema(StrictSchema):
    op = OneOf("cancel", required=True)
    id = Text(required=True)

    @post_load
    def _cancel(self, keys: dict[str, Any], **options: Any) -> Cancel:
        return Cancel(keys["id"])


class _PhaseSchema(StrictSchema):
    op = OneOf("phase", required=True)
    to = OneOf("call", "continuous", required=True)

    @post_load
    def _phase(self, keys: dict[str, Any], **options: Any) -> Phase:
        return Phase(keys["to"] == "call")


class _UncrossSchema(StrictSchema):
    op = OneOf("uncross", required=True)
    algorithm = OneOf(*Algorithm, required=True)
    reference_price = _AboveZero(allow_none=True)
    previous_close = _AboveZero(allow_none=True)

    @post_load
    def _uncross(self, keys: dict[str, Any], **options: Any) -> Uncross:
        algorithm = Algorithm(keys["algorithm"])
        if algorithm is Algorithm.SHENZHEN and keys.get("previous_close") is None:
            raise ValidationError({"previous_close": [ShapeCode.KEY_MISSING]})
        return Uncross(algorithm, keys.get(_REFERENCE_KEYS.get(algorithm, "")))


class _ClockSchema(StrictSchema):
    op = OneOf("clock", required=True)
    at = Moment(required=True)

    @post_load
    def _clock(self, keys: dict[str, Any], **options: Any) -> Clock:
        return Clock(keys["at"])


_REFERENCE_KEYS = {
    Algorithm.MAX_VOLUME: "reference_price",
    Algorithm.SHENZHEN: "previous_close",
}
_OPS: dict[str, Callable[[], StrictSchema]] = {
    "new": _NewSchema,
    "modify": _ModifySchema,
    "cancel": _CancelSchema,
    "phase": _PhaseSchema,
    "uncross": _UncrossSchema,
    "clock": _ClockSchema,
}
_OP = OneOf(*_OPS, required=True)


class _StepField(fields.Field[Any]):
    """A step, read by the schema of its ``op``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.error_messages["null"] = [Refused(ShapeCode.VALUE_NOT_AN_OBJECT, {"value": "null"})]

    def _bind_to_schema(self, field_name: str, parent: Any) -> None:
        super()._bind_to_schema(field_name, parent)
        # Made once for a file: to make a schema takes longer than to read a step with it.
        self._schemas = {op: schema() for op, schema in _OPS.items()}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> PlayStep:
        if not isinstance(value, dict):
            raise ValidationError([Refused(ShapeCode.VALUE_NOT_AN_OBJECT, {"value": shown(value)})])
        if "op" not in value:
            raise ValidationError({"op": [ShapeCode.KEY_MISSING]})
        try:
            op = _OP.deserialize(value["op"])
        except ValidationError as error:
            raise ValidationError({"op": error.messages}) from None
        step: PlayStep = self._schemas[str(op)].load(value)
        return step


class _FileSchema(StrictSchema):
    venue = Nested(_VenueSchema)
    steps = ListOf(_StepField(), required=True)


def read_book_play(document: object) -> BookPlay | Unreadable:
    """Read a venue and its steps, or name everything in the document that cannot be read."""
    try:
        loaded = _FileSchema().load(document)  # type: ignore[arg-type]
    except ValidationError as error:
        return Unreadable(tuple(faults_in(error.messages, document)))
    return BookPlay(loaded.get("venue", Venue()), tuple(loaded["steps"]))


def _no_number(text: str) -> Refused:
    """Say what is wrong with a text that is no number."""
    if len(text) > LENGTH_MAX:
        values = {"text": shown(text), "length": len(text), "longest": LENGTH_MAX}
        return Refused(NumberCode.NUMBER_TOO_LONG, values)
    fault = parse_plain(text.removeprefix("-"), _DECIMALS_MAX)
    if isinstance(fault, Refused):
        return fault
    return Refused(NumberCode.NUMBER_HAS_OTHER_SIGNS, {"text": shown(text), "example": "12345.6"})
