"""The files of ``ecorights market``: a calendar, days of a calendar, a venue, a command's content.

    {"code": "workdays", "name_zh": "工作日", "name_en": "Working days", "weekdays": "12345",
     "source": "..."}
    {"calendar": "workdays", "days": [{"day": "2027-01-01", "trading": false, "source": "..."}]}
    {"code": "...", "name_zh": "...", "name_en": "...", "scheme": "nm-carbon", "asset": "...",
     "calendar": "workdays", "modes": ["call", "continuous"], "tick": "0.01", "lot": "1",
     "price_basis": "per_unit", "opened_on": "2026-12-01", "opening_reference": "70.00",
     "rules": [{"key": "hours_call", "value": "09:15-09:25", "source": "..."}]}

Of a venue ``money`` (CNY), ``years`` (1), ``opening_reference``, ``zone`` and ``demonstration`` may
be left out.  Looks at shapes; what is allowed in a venue or a calendar the market decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from marshmallow import ValidationError

from ledger.refusals import RefusalCode, Refused
from market.calendar import Mode
from market.venue_calendars import CalendarDefinition, SpecialDay
from market.venue_definition import RuleDefinition, VenueDefinition
from web.schemas.auction_fields import Text, YesOrNo
from web.schemas.faults import Fault, ShapeCode, Unreadable, faults_in, pointer, shown
from web.schemas.fields import AMOUNT_MAX, ListOf, Nested, OneOf, StrictSchema, WholeNumber

_DAY_LENGTH = len("2026-12-01")
_MONEY = "CNY"


class VenueFileCode(RefusalCode):
    """Why a file of the market's operator cannot be read."""

    DAY_NOT_ISO = "day_not_iso"
    LINE_NOT_PRINTABLE = "line_not_printable"
    CONTENT_NOT_PLAIN = "content_not_plain"


@dataclass(frozen=True, slots=True)
class DaysFile:
    """Days of one calendar that are not as their day of the week says."""

    calendar_code: str
    days: tuple[SpecialDay, ...]


def read_calendar_file(document: object) -> CalendarDefinition | Unreadable:
    """Give the calendar as it is written, or name everything in it that cannot be read."""
    read = _load(_CalendarSchema(), document)
    return read if isinstance(read, Unreadable) else CalendarDefinition(**read)


def read_days_file(document: object) -> DaysFile | Unreadable:
    """Give the days of a calendar, or name everything that cannot be read."""
    read = _load(_DaysSchema(), document)
    if isinstance(read, Unreadable):
        return read
    return DaysFile(read["calendar"], tuple(SpecialDay(**each) for each in read["days"]))


def read_venue_file(document: object) -> VenueDefinition | Unreadable:
    """Give the venue as it is written, or name everything in it that cannot be read."""
    read = _load(_VenueSchema(), document)
    if isinstance(read, Unreadable):
        return read
    return VenueDefinition(
        code=read["code"],
        name_zh=read["name_zh"],
        name_en=read["name_en"],
        scheme_code=read["scheme"],
        asset_code=read["asset"],
        money_asset_code=read.get("money", _MONEY),
        calendar_code=read["calendar"],
        modes=tuple(Mode(mode) for mode in read["modes"]),
        tick=read["tick"],
        lot=read["lot"],
        price_basis=read["price_basis"],
        years=read.get("years", 1),
        opened_on=read["opened_on"],
        rules=tuple(RuleDefinition(**each) for each in read["rules"]),
        opening_reference=read.get("opening_reference"),
        zone_code=read.get("zone"),
        demonstration=read.get("demonstration", False),
    )


def read_content(document: object) -> dict[str, Any] | Unreadable:
    """Give a command's content: texts, whole numbers, true, false, null, and lists of them.

    Which of them a command needs, the market decides, and its log keeps what was sent.
    """
    if not isinstance(document, dict):
        values = {"value": shown(document)}
        return Unreadable((Fault("", Refused(ShapeCode.VALUE_NOT_AN_OBJECT, values)),))
    faults = []
    for key, value in document.items():
        inner = value if isinstance(value, list) else [value]
        if not _is_plain(key) or not all(_is_plain(one) for one in inner):
            values = {"key": shown(key), "value": shown(value)}
            refused = Refused(VenueFileCode.CONTENT_NOT_PLAIN, values)
            faults.append(Fault(pointer([key]), refused))
    return Unreadable(tuple(faults)) if faults else document


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        # Nor half a surrogate pair or a NUL: no database keeps them.
        return not value or value.isprintable()
    return value is None or isinstance(value, bool | int)


def _load(schema: StrictSchema, document: object) -> dict[str, Any] | Unreadable:
    try:
        read: dict[str, Any] = schema.load(document)  # type: ignore[arg-type]
    except ValidationError as error:
        return Unreadable(tuple(faults_in(error.messages, document)))
    return read


class _Line(Text):
    """A JSON text that is not empty and can be printed on one line."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> Any:
        text: str = super()._deserialize(value, attr, data, **options)
        if not text.isprintable():
            refused = Refused(VenueFileCode.LINE_NOT_PRINTABLE, {"value": ascii(text)[:60]})
            raise ValidationError([refused])
        return text


class _Day(Text):
    """A day as ISO 8601 writes it with dashes."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> date:
        text: str = super()._deserialize(value, attr, data, **options)
        try:
            day = date.fromisoformat(text) if len(text) == _DAY_LENGTH else None
        except ValueError:
            day = None
        # Python reads weeks too, and they are as long: 2026-W50-1.
        if day is None or day.isoformat() != text:
            raise ValidationError([Refused(VenueFileCode.DAY_NOT_ISO, {"value": shown(text)})])
        return day


class _CalendarSchema(StrictSchema):
    code = _Line(required=True)
    name_zh = _Line(required=True)
    name_en = _Line(required=True)
    weekdays = _Line(required=True)
    source = _Line(required=True)


class _SpecialDay(StrictSchema):
    day = _Day(required=True)
    trading = YesOrNo(required=True)
    source = _Line(required=True)


class _DaysSchema(StrictSchema):
    calendar = _Line(required=True)
    days = ListOf(Nested(_SpecialDay), required=True)


class _Rule(StrictSchema):
    key = _Line(required=True)
    value = _Line(required=True)
    source = _Line(required=True)


class _VenueSchema(StrictSchema):
    code = _Line(required=True)
    name_zh = _Line(required=True)
    name_en = _Line(required=True)
    scheme = _Line(required=True)
    asset = _Line(required=True)
    money = _Line()
    calendar = _Line(required=True)
    modes = ListOf(OneOf(*Mode), required=True)
    tick = _Line(required=True)
    lot = _Line(required=True)
    price_basis = _Line(required=True)
    years = WholeNumber(minimum=0, maximum=AMOUNT_MAX)
    opened_on = _Day(required=True)
    opening_reference = _Line()
    zone = _Line()
    demonstration = YesOrNo()
    rules = ListOf(Nested(_Rule), required=True)
