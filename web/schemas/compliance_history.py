"""The file of ``ecorights simulate compliance``: compliance histories as runs of steps.

    {"runs": [{"first_year": 2021, "last_year": null, "current_year": 2021,
               "steps": [[["year", 2022], "C"], [["emissions", 2021, 100], "B"]]}]}

A step is a list of an event and, if somebody wrote it down, the status that is expected after it.
Expected statuses, ``initial`` among them, are for readers and for tests and are not read: they may
be anything or be left out.  ``fn`` may name the function, as worked cases do.  Turns shape into the
events of ``ledger.compliance.status``; whether an event is allowed is decided there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError, fields, post_load

from ledger.compliance.status import (
    Emissions,
    EnterYear,
    Event,
    Exclude,
    ReverseSurrender,
    SetFirstYear,
    SetLastYear,
    State,
    Surrender,
    Unexclude,
    begin,
)
from ledger.refusals import RefusalCode, Refused
from web.schemas.faults import Unreadable, faults_in, shown
from web.schemas.fields import Amount, ListOf, Nested, OneOf, StrictSchema, Year


class HistoryCode(RefusalCode):
    """Why a compliance history cannot be read."""

    STEP_NOT_AN_EVENT_WITH_STATUS = "step_not_an_event_with_status"
    EVENT_NOT_A_NAMED_LIST = "event_not_a_named_list"
    EVENT_UNKNOWN = "event_unknown"
    EVENT_ARGUMENTS_WRONG_IN_NUMBER = "event_arguments_wrong_in_number"


@dataclass(frozen=True, slots=True)
class History:
    """One run: where it starts and what happens."""

    opening: State
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class _EventForm:
    name: str
    event: type[Any]
    arguments: tuple[tuple[str, fields.Field[int]], ...]

    @property
    def written(self) -> str:
        names = "".join(f", {name}" for name, _ in self.arguments)
        return f'["{self.name}"{names}]'


_YEAR = ("year", Year())
_AMOUNT = ("amount", Amount())
_EVENT_FORMS = (
    _EventForm("emissions", Emissions, (_YEAR, ("amount or null", Amount(allow_none=True)))),
    _EventForm("surrender", Surrender, (_AMOUNT,)),
    _EventForm("reverse", ReverseSurrender, (_AMOUNT,)),
    _EventForm("exclude", Exclude, (_YEAR,)),
    _EventForm("unexclude", Unexclude, (_YEAR,)),
    _EventForm("year", EnterYear, (_YEAR,)),
    _EventForm("fyve", SetFirstYear, (_YEAR,)),
    _EventForm("lyve", SetLastYear, (("year or null", Year(allow_none=True)),)),
)


class _StepField(fields.Field[Any]):
    """An event in a list, alone or with a status that is not read."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.error_messages["null"] = _not_a_step(None)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> Event:
        match value:
            case [[*event]] | [[*event], _]:
                try:
                    return _event(event)
                except ValidationError as error:
                    raise ValidationError({0: error.messages}) from None
        raise ValidationError(_not_a_step(value))


def _event(written: list[Any]) -> Event:
    match written:
        case [str(name), *arguments]:
            pass
        case _:
            raise _refusing(HistoryCode.EVENT_NOT_A_NAMED_LIST, value=shown(written))
    form = next((form for form in _EVENT_FORMS if form.name == name), None)
    if form is None:
        known = ", ".join(form.name for form in _EVENT_FORMS)
        broken = Refused(HistoryCode.EVENT_UNKNOWN, {"value": shown(name), "known": known})
        raise ValidationError({0: [broken]})
    if len(arguments) != len(form.arguments):
        code = HistoryCode.EVENT_ARGUMENTS_WRONG_IN_NUMBER
        raise _refusing(code, value=shown(written), form=form.written)
    return _made(form, arguments)


def _made(form: _EventForm, arguments: list[Any]) -> Event:
    read: list[int | None] = []
    faults: dict[int, Any] = {}
    for index, (given, (_, field)) in enumerate(zip(arguments, form.arguments, strict=True)):
        try:
            read.append(field.deserialize(given))
        except ValidationError as error:
            faults[index + 1] = error.messages
    if faults:
        raise ValidationError(dict(faults))
    event: Event = form.event(*read)
    return event


def _not_a_step(value: object) -> list[Refused]:
    return [Refused(HistoryCode.STEP_NOT_AN_EVENT_WITH_STATUS, {"value": shown(value)})]


def _refusing(code: HistoryCode, **values: str) -> ValidationError:
    return ValidationError([Refused(code, values)])


class _RunSchema(StrictSchema):
    first_year = Year(required=True)
    last_year = Year(required=True, allow_none=True)
    current_year = Year(required=True)
    initial = fields.Raw(load_default=None, allow_none=True)
    steps = ListOf(_StepField(), required=True)

    @post_load
    def _open(self, run: dict[str, Any], **options: Any) -> History:
        opening = begin(run["first_year"], run["last_year"], run["current_year"])
        if isinstance(opening, Refused):
            raise ValidationError({"last_year": [opening]})
        return History(opening, tuple(run["steps"]))


class _FileSchema(StrictSchema):
    fn = OneOf("compliance_status")
    runs = ListOf(Nested(_RunSchema), required=True)


def read_histories(document: object) -> tuple[History, ...] | Unreadable:
    """Read the runs of a document, or name everything in it that cannot be read."""
    try:
        loaded = _FileSchema().load(document)  # type: ignore[arg-type]
    except ValidationError as error:
        return Unreadable(tuple(faults_in(error.messages, document)))
    return tuple(loaded["runs"])
