"""Fields of the registry's worked cases: rows by position, local times, days, hours and zones.

Knows how the cases write these; what an expectation says is never read.  Knows no rule.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from marshmallow import ValidationError, fields

from ledger.refusals import RefusalCode, Refused
from web.schemas.auction_fields import YesOrNo
from web.schemas.faults import ShapeCode, shown
from web.schemas.fields import Amount, Nested, StrictSchema

YEAR_LEAST, YEAR_MOST = 1900, 9900
"""Days of a case; past the last one there is room for every delay."""
DELAY_MINUTES_MAX = 10 * 366 * 24 * 60

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"[0-9]{2}:[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T])[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?"
)


class RegistryFieldCode(RefusalCode):
    """Why a value of the registry's cases cannot be read."""

    ROW_WRONG_IN_LENGTH = "row_wrong_in_length"
    DAY_UNREADABLE = "day_unreadable"
    CLOCK_TIME_UNREADABLE = "clock_time_unreadable"
    MOMENT_UNREADABLE = "moment_unreadable"
    MOMENT_OR_DAY_UNREADABLE = "moment_or_day_unreadable"
    ZONE_UNKNOWN = "zone_unknown"


@dataclass(frozen=True, slots=True)
class WrittenMoment:
    """A time as a case writes it, and the signs it is written with.

    Without an offset it is the clock of the case's zone; a day alone is its midnight.
    """

    moment: datetime
    has_clock: bool
    separator: str
    has_seconds: bool

    def in_zone(self, zone: tzinfo) -> datetime:
        """Give the instant."""
        if self.moment.tzinfo is not None:
            return self.moment
        return self.moment.replace(tzinfo=zone)

    def like(self, instant: datetime) -> str:
        """Write another instant, given in the case's zone, in the same signs."""
        if not self.has_clock:
            return f"{instant:%Y-%m-%d}"
        clock = f"{instant:%H:%M:%S}" if self.has_seconds else f"{instant:%H:%M}"
        text = f"{instant:%Y-%m-%d}{self.separator}{clock}"
        return text if self.moment.tzinfo is None else text + _offset(instant)


class _Spoken(fields.Field[Any]):
    """A field of text, read by a function that gives None for what it cannot read."""

    def __init__(self, code: RefusalCode, read: Callable[[str], object], **options: Any) -> None:
        super().__init__(**options)
        self._code = code
        self._read = read
        self.error_messages["required"] = ShapeCode.KEY_MISSING
        self.error_messages["null"] = [self._unreadable(None)]

    def _unreadable(self, value: object) -> Refused:
        return Refused(self._code, {"value": shown(value)})

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> Any:
        read = self._read(value) if isinstance(value, str) else None
        if read is None:
            raise ValidationError([self._unreadable(value)])
        return read


class Day(_Spoken):
    """A day, ``2021-05-03``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(RegistryFieldCode.DAY_UNREADABLE, _day, **options)


class Clock(_Spoken):
    """A time of day, ``16:00``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(RegistryFieldCode.CLOCK_TIME_UNREADABLE, _clock, **options)


class LocalMoment(_Spoken):
    """A time, ``2021-04-30 15:00``; seconds and an offset may follow."""

    def __init__(self, **options: Any) -> None:
        super().__init__(RegistryFieldCode.MOMENT_UNREADABLE, _moment, **options)


class MomentOrDay(_Spoken):
    """A time, or a day alone."""

    def __init__(self, **options: Any) -> None:
        super().__init__(RegistryFieldCode.MOMENT_OR_DAY_UNREADABLE, _moment_or_day, **options)


class Zone(_Spoken):
    """A time zone by its name, ``Europe/London``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(RegistryFieldCode.ZONE_UNKNOWN, _zone, **options)


class Row(fields.Field[Any]):
    """A list whose first places are read; as many again as expectations may follow, unread.

    Where one place is read, it may stand alone, without brackets.
    """

    def __init__(self, *places: fields.Field[Any], expected: int = 0, **options: Any) -> None:
        super().__init__(**options)
        self._places = places
        self._least = len(places)
        self._most = len(places) + expected
        self.error_messages["required"] = ShapeCode.KEY_MISSING
        self.error_messages["null"] = [self._wrong(None)]

    def _wrong(self, value: object) -> Refused:
        values = {"value": shown(value), "least": self._least, "most": self._most}
        return Refused(RegistryFieldCode.ROW_WRONG_IN_LENGTH, values)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> tuple[Any, ...]:
        if not isinstance(value, list) and self._least == 1:
            return (self._places[0].deserialize(value),)
        if not isinstance(value, list) or not self._least <= len(value) <= self._most:
            raise ValidationError([self._wrong(value)])
        read: list[Any] = []
        faults: dict[int, Any] = {}
        for index, (given, place) in enumerate(zip(value, self._places, strict=False)):
            try:
                read.append(place.deserialize(given))
            except ValidationError as error:
                faults[index] = error.messages
        if faults:
            raise ValidationError(dict(faults))
        return tuple(read)


class RowOrObject(fields.Field[Any]):
    """A row by position, or an object by keys; what either holds comes back."""

    def __init__(self, row: Row, schema: type[StrictSchema]) -> None:
        super().__init__(required=True, allow_none=True)
        self._row = row
        self._nested = Nested(schema)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> Any:
        of_object = isinstance(value, dict)
        return (self._nested if of_object else self._row).deserialize(value)

    def deserialize(
        self,
        value: Any,
        attr: str | None = None,
        data: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> Any:
        """Read null too as a row would."""
        if value is None:
            return self._row.deserialize(None)
        return super().deserialize(value, attr, data, **options)


def expectation() -> fields.Raw:
    """Make a field for what somebody expects: anything, and not read."""
    return fields.Raw(allow_none=True)


def yes_or_no() -> YesOrNo:
    """Make an optional field of true or false that is false where it is left out."""
    return YesOrNo(load_default=False)


def amount(**options: Any) -> Amount:
    """Make an optional field of whole units that is None where it is left out."""
    return Amount(load_default=None, allow_none=True, **options)


class BlockSchema(StrictSchema):
    """What every block may hold besides its own keys."""

    fn = expectation()
    note = expectation()


def _day(text: str) -> date | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if YEAR_LEAST <= day.year <= YEAR_MOST else None


def _clock(text: str) -> time | None:
    if not _CLOCK.fullmatch(text):
        return None
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None


def _moment(text: str) -> WrittenMoment | None:
    found = _MOMENT.fullmatch(text)
    if found is None or _day(text[:10]) is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return WrittenMoment(moment, True, found[1], found[2] is not None)


def _moment_or_day(text: str) -> WrittenMoment | None:
    day = _day(text)
    if day is None:
        return _moment(text)
    return WrittenMoment(datetime.combine(day, time()), False, "", False)


def _zone(text: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _offset(instant: datetime) -> str:
    return f"{instant:%z}"[:3] + ":" + f"{instant:%z}"[3:5]
