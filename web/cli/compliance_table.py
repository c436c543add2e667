"""A played compliance history as a table, Chinese or English.

Knows the events and statuses of ``ledger.compliance.status`` and their words; decides nothing.
"""

from collections.abc import Iterable

from ledger.compliance.status import (
    Emissions,
    EnterYear,
    Event,
    Exclude,
    ReverseSurrender,
    SetFirstYear,
    SetLastYear,
    State,
    Status,
    Surrender,
    Unexclude,
    status,
)
from ledger.refusals import Refused
from web.cli.problems import in_words, worded
from web.tables import Column, Table

_HEADING = (
    "第 {number} 段：首个报告年 {first}，末个报告年 {last}，从 {current} 年开始",
    "Run {number}: first year of reporting {first}, last {last}, starting in {current}",
)
_COLUMNS = (("步", "Step"), ("事件", "Event"), ("状态", "Status"), ("说明", "Note"))
_START = ("开始", "start")
_UNSET = ("未定", "not set")
_REFUSED = ("REJECTED 不受理", "REJECTED refused")
_STATUSES = {
    Status.NOT_APPLICABLE: ("NOT_APPLICABLE 暂无义务", "NOT_APPLICABLE no duty yet"),
    Status.EXCLUDED: ("EXCLUDED 已排除", "EXCLUDED excluded"),
    Status.C: ("C 未报告", "C not reported"),
    Status.B: ("B 未足额", "B short"),
    Status.A: ("A 已足额", "A met"),
}
_EVENTS = {
    Emissions: ("{year} 年排放量 {amount}", "emissions of {year}: {amount}"),
    Surrender: ("清缴 {amount}", "surrender {amount}"),
    ReverseSurrender: ("撤销清缴 {amount}", "reverse surrender of {amount}"),
    Exclude: ("排除 {year} 年", "exclude {year}"),
    Unexclude: ("撤销排除 {year} 年", "undo exclusion of {year}"),
    EnterYear: ("进入 {year} 年", "year {year} begins"),
    SetFirstYear: ("首个报告年改为 {year}", "first year of reporting: {year}"),
    SetLastYear: ("末个报告年改为 {year}", "last year of reporting: {year}"),
}
_TAKEN_BACK = ("撤回", "taken back")


def table(
    number: int,
    opening: State,
    played: Iterable[tuple[Event, Status | Refused]],
    language: str,
) -> Table:
    """Give one run: a heading, the status it starts with, and one line for each step."""
    heading = worded(_HEADING, language).format(
        number=number,
        first=opening.first_year,
        last=_year(opening.last_year, language),
        current=opening.current_year,
    )
    rows: list[tuple[str, ...]] = [
        ("", worded(_START, language), worded(_STATUSES[status(opening)], language), ""),
    ]
    for step, (event, outcome) in enumerate(played, start=1):
        rows.append((str(step), _event(event, language), *_outcome(outcome, language)))
    columns = tuple(Column(worded(column, language)) for column in _COLUMNS)
    return Table(heading, columns, tuple(rows))


def _outcome(outcome: Status | Refused, language: str) -> tuple[str, str]:
    if isinstance(outcome, Refused):
        note = in_words(outcome, language)
        return worded(_REFUSED, language), note
    return worded(_STATUSES[outcome], language), ""


def _event(event: Event, language: str) -> str:
    pattern = worded(_EVENTS[type(event)], language)
    match event:
        case Emissions(year, amount):
            shown = worded(_TAKEN_BACK, language) if amount is None else f"{amount:,}"
            return pattern.format(year=year, amount=shown)
        case Surrender(amount) | ReverseSurrender(amount):
            return pattern.format(amount=f"{amount:,}")
        case SetLastYear(year):
            return pattern.format(year=_year(year, language))
        case _:
            return pattern.format(year=event.year)


def _year(year: int | None, language: str) -> str:
    return worded(_UNSET, language) if year is None else str(year)
