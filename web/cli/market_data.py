"""``ecorights report market-day``: the daily sheet of a venue.

Knows how to ask and how to lay the answer out; the figures are ``market.daily_sheet``'s.
"""

from datetime import datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from ledger.core.clock import Now, clock
from ledger.core.database import reading
from ledger.refusals import Refused
from market.daily_sheet import DaySheet, day_sheet, latest_sheets
from market.venues import terms_at
from market.views import MarketHead, market_head
from web.cli.problems import refuse
from web.cli.report_layout import layout_options, opened, put_out
from web.market_tables import sheet_document, sheet_table

_ISO_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command(name="market-day", help="日行情：一个市场一天的成交 | daily sheet of a venue")
@click.argument("venue")
@click.option(
    "--day", type=_ISO_DAY, help="交易日，默认最近有成交的一天 | default: the last day with trades"
)
@layout_options
def market_day(
    venue: str, day: datetime | None, layout: str, as_json_flag: bool, output: Path | None
) -> None:
    """Print open, high, low, close, change, and volume and value by way to trade."""
    as_json = as_json_flag or layout == "json"
    words, engine = opened(as_json=as_json)
    now = clock()
    with reading(engine) as session:
        found = _sheet(session, venue, day, now)
        if isinstance(found, Refused):
            refuse(found, words.language, as_json=as_json)
        head, sheet = found
        final = _is_final(session, sheet, now)
    table = sheet_table(head, sheet, final=final, words=words)
    document = sheet_document(head, sheet, final=final)
    put_out([table], document, layout, as_json_flag, output)


def _sheet(
    session: Session, code: str, day: datetime | None, now: Now
) -> tuple[MarketHead, DaySheet] | Refused:
    head = market_head(session, code)
    if isinstance(head, Refused):
        return head
    if day is None:
        latest = latest_sheets(session, [head]).get(head.venue_id)
        if latest is not None:
            return head, latest
    asked = max(now.today, head.opened_on) if day is None else day.date()
    sheet = day_sheet(session, head, asked, now.today)
    return sheet if isinstance(sheet, Refused) else (head, sheet)


def _is_final(session: Session, sheet: DaySheet, now: Now) -> bool:
    """Whether the day's close stands: the day is over, or its last session is."""
    if sheet.day != now.today:
        return sheet.day < now.today
    sessions = terms_at(session, sheet.venue_id, now.instant).sessions
    return now.instant >= sessions.closes_at(sheet.day)
