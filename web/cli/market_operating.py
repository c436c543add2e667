"""``ecorights market calendar`` and ``venue``: what an operator opens and by which rules.

Knows how to ask and how to tell the answer; what may be opened and changed is ``market.venues``.
Ends with 0 when it was done, with 1 where a rule refuses, with 2 where a file cannot be read.
"""

from datetime import datetime
from functools import partial
from pathlib import Path

import click
from sqlalchemy.orm import Session

from ledger.core.clock import Now, clock
from ledger.core.database import reading, run
from ledger.refusals import Refused
from market.venue_calendars import find_calendar, open_calendar, set_calendar_days
from market.venues import Venue, VenueRuleRow, find_venue, open_venue, rules_of, set_rule
from market.views import market_head, market_heads
from web.cli.market_answers import (
    ISO_DAY,
    LINE,
    actor_option,
    granted,
    json_option,
    named_actor,
    opened,
    put_out,
    read_file,
)
from web.cli.market_layout import rules_document, rules_table, venue_document, venues_table
from web.cli.problems import worded
from web.schemas.venue_file import DaysFile, read_calendar_file, read_days_file, read_venue_file
from web.tables import as_text

_file = click.argument("file", type=click.Path(path_type=Path))

_CALENDAR = ("交易日历 {calendar} 已开设。", "The calendar {calendar} is open.")
_DAYS = (
    "交易日历 {calendar}：已记下 {count} 天。",
    "Calendar {calendar}: days recorded: {count}.",
)
_VENUE = (
    "市场 {venue} 已开设，首日 {day}。",
    "The venue {venue} is open; its first day is {day}.",
)
_RULE = (
    "市场 {venue} 自 {day} 起：{key} = {value}。",
    "Venue {venue} from {day} on: {key} = {value}.",
)


@click.group(name="calendar", help="交易日历 | trading calendars")
def calendar() -> None:
    """Hold the commands about calendars."""


@calendar.command(name="open", help="按文件开设交易日历 | open a calendar from a file")
@_file
@actor_option
@json_option
def open_calendar_command(file: Path, actor: str, as_json: bool) -> None:
    """Open a calendar with its trading days of the week."""
    words, engine = opened(as_json=as_json)
    who = named_actor(actor, words, as_json=as_json)
    written = read_file(file, read_calendar_file, words, as_json=as_json)
    opening = partial(open_calendar, definition=written, now=clock(), actor=who)
    granted(run(engine, opening), words, as_json=as_json)
    said = worded(_CALENDAR, words.language).format(calendar=written.code)
    put_out({"calendar": written.code, "weekdays": written.weekdays}, said, as_json=as_json)


@calendar.command(
    name="days", help="按文件记下节假日和调休日 | record holidays and make-up days from a file"
)
@_file
@actor_option
@json_option
def days_command(file: Path, actor: str, as_json: bool) -> None:
    """Record of future days whether there is trading, all of the file or nothing."""
    words, engine = opened(as_json=as_json)
    who = named_actor(actor, words, as_json=as_json)
    written = read_file(file, read_days_file, words, as_json=as_json)
    answer = run(engine, partial(_set_days, written=written, now=clock(), actor=who))
    count = granted(answer, words, as_json=as_json)
    said = worded(_DAYS, words.language).format(
        calendar=written.calendar_code, count=words.number(count)
    )
    put_out({"calendar": written.calendar_code, "days": count}, said, as_json=as_json)


def _set_days(session: Session, written: DaysFile, now: Now, actor: str) -> int | Refused:
    found = find_calendar(session, written.calendar_code)
    if isinstance(found, Refused):
        return found
    return set_calendar_days(session, found, written.days, now, actor)


@click.group(name="venue", help="市场（交易场所）及其规则 | venues and their rules")
def venue() -> None:
    """Hold the commands about venues."""


@venue.command(name="open", help="按文件开设市场 | open a venue from a file")
@_file
@actor_option
@json_option
def open_venue_command(file: Path, actor: str, as_json: bool) -> None:
    """Open a venue with all its rules."""
    words, engine = opened(as_json=as_json)
    who = named_actor(actor, words, as_json=as_json)
    written = read_file(file, read_venue_file, words, as_json=as_json)
    opening = partial(open_venue, definition=written, now=clock(), actor=who)
    made = granted(run(engine, opening), words, as_json=as_json)
    with reading(engine) as session:
        head = granted(market_head(session, made.code), words, as_json=as_json)
    said = worded(_VENUE, words.language).format(venue=head.code, day=words.day(head.opened_on))
    put_out(venue_document(head), said, as_json=as_json)


@venue.command(name="list", help="列出市场及其状态 | list venues and how they stand")
@json_option
def list_command(as_json: bool) -> None:
    """List all venues."""
    words, engine = opened(as_json=as_json)
    with reading(engine) as session:
        heads = market_heads(session)
    document = {"venues": [venue_document(head) for head in heads]}
    put_out(document, as_text([venues_table(heads, words)]), as_json=as_json)


@venue.command(
    name="rules", help="一个市场的规则，含将生效的 | a venue's rules, also those to come"
)
@click.argument("code", type=LINE, metavar="VENUE")
@json_option
def rules_command(code: str, as_json: bool) -> None:
    """Show every rule of a venue with its first day and its source."""
    words, engine = opened(as_json=as_json)
    with reading(engine) as session:
        head = granted(market_head(session, code), words, as_json=as_json)
        rows = rules_of(session, head.venue_id)
    today = clock().today
    text = as_text([rules_table(head, rows, today, words)])
    put_out(rules_document(head, rows, today), text, as_json=as_json)


@venue.command(name="set-rule", help="自以后的一天起更改规则 | change a rule from a later day on")
@click.argument("code", type=LINE, metavar="VENUE")
@click.argument("key", type=LINE)
@click.argument("value", type=LINE)
@click.option("--from", "valid_from", type=ISO_DAY, required=True, help="生效日 | first day")
@click.option("--source", type=LINE, required=True, help="依据 | where it is laid down")
@actor_option
@json_option
def set_rule_command(
    code: str,
    key: str,
    value: str,
    valid_from: datetime,
    source: str,
    actor: str,
    as_json: bool,
) -> None:
    """Change a rule; what holds today stays."""
    words, engine = opened(as_json=as_json)
    who = named_actor(actor, words, as_json=as_json)
    now = clock()

    def setting(session: Session) -> VenueRuleRow | Refused:
        found: Venue | Refused = find_venue(session, code)
        if isinstance(found, Refused):
            return found
        return set_rule(session, found.id, key, value, valid_from.date(), source, now, who)

    row = granted(run(engine, setting), words, as_json=as_json)
    document = {
        "venue": code,
        "key": row.key,
        "value": row.value,
        "from": row.valid_from.isoformat(),
        "source": row.source,
    }
    said = worded(_RULE, words.language).format(
        venue=code, day=words.day(row.valid_from), key=row.key, value=row.value
    )
    put_out(document, said, as_json=as_json)
