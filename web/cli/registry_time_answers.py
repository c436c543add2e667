"""Worked cases of working time: when a delayed transfer runs, when a trusted account counts."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ledger.refusals import Refused
from ledger.registry.rules.figures import UK_HOURS, figure
from ledger.registry.rules.trusted import (
    TrustedEntry,
    TrustState,
    addition_effective,
    addition_effective_on_day,
    is_trusted,
    removal_effective,
)
from ledger.registry.rules.working_time import (
    WORKING_DAY_MINUTES,
    WorkingCalendar,
    clock_start,
    execution_at_cutoff,
)
from ledger.registry.rules.working_time import (
    execution_time as executed_at,
)
from web.schemas.registry_fields import WrittenMoment
from web.schemas.registry_play import Block


def execution_time(block: Block, notes: list[Refused]) -> dict[str, Any]:
    """Fill in when the clock of each delay starts and when the transfer is carried out."""
    calendar = _calendar(block.read)
    return {
        "rows": [
            {**written, **_executed(row, calendar)}
            for written, row in zip(block.written["rows"], block.read["rows"], strict=True)
        ]
    }


def trusted_account_effective(block: Block, notes: list[Refused]) -> dict[str, Any]:
    """Fill in from when, or whether, each account is trusted."""
    calendar = _calendar(block.read)
    return {
        "rows": [
            {**written, "effective": _effective({**_defaults(block.read), **row}, calendar)}
            for written, row in zip(block.written["rows"], block.read["rows"], strict=True)
        ]
    }


def _calendar(read: dict[str, Any]) -> WorkingCalendar:
    opens_at, closes_at = read.get("window", (UK_HOURS.opens_at, UK_HOURS.closes_at))
    return WorkingCalendar(
        zone=read.get("zone", ZoneInfo(UK_HOURS.zone)),
        opens_at=opens_at,
        closes_at=closes_at,
        weekdays=frozenset(read.get("weekdays", UK_HOURS.weekdays)),
        holidays=frozenset(read.get("holidays", ())),
        extra_days=frozenset(read.get("extra_days", ())),
    )


def _executed(row: dict[str, Any], calendar: WorkingCalendar) -> dict[str, str]:
    written: WrittenMoment = row["approved"]
    approved = written.in_zone(calendar.zone)
    trusted = row.get("trusted", False)
    if "delay_min" in row or trusted:
        delay = 0 if trusted else row["delay_min"]
        executes = executed_at(approved, delay, calendar)
    else:
        executes = execution_at_cutoff(approved, UK_HOURS.cutoff, calendar)
    return {
        "clock_start": written.like(clock_start(approved, calendar)),
        "executes": written.like(executes),
    }


def _defaults(read: dict[str, Any]) -> dict[str, Any]:
    return {key: read[key] for key in ("delay_min", "working_days") if key in read}


def _effective(row: dict[str, Any], calendar: WorkingCalendar) -> str | bool:
    written: WrittenMoment | None = row.get("approved") or row.get("proposed")
    by_itself = row["same_holder"] or row["central"]
    if "state" in row or written is None:
        added = None if written is None else _added(row, written, calendar)
        entry = TrustedEntry(TrustState[row["state"]], added) if "state" in row else None
        asked: WrittenMoment | None = row.get("asked")
        # Without a time to ask about, an addition whose time is known counts as arrived.
        instant = added if asked is None else asked.in_zone(calendar.zone)
        return by_itself or is_trusted(entry, instant or _ANY_TIME)
    if by_itself or row["action"] == "remove":
        return written.like(removal_effective(written.in_zone(calendar.zone)))
    return written.like(_added(row, written, calendar))


def _added(row: dict[str, Any], written: WrittenMoment, calendar: WorkingCalendar) -> datetime:
    at = written.in_zone(calendar.zone)
    key = "trust_working_days_kyoto_person" if row["kyoto_person"] else "trust_working_days"
    days = row.get("working_days", int(figure(key, at.date()).value))
    if "at_clock" in row:
        return addition_effective_on_day(at, days, row["at_clock"], calendar)
    delay = row.get("delay_min", days * WORKING_DAY_MINUTES)
    if not written.has_clock:
        # A day alone: as if approved when the register opens.
        at = calendar.at(at.date(), calendar.opens_at)
    return addition_effective(at, delay, calendar)


_ANY_TIME = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
"""For entries whose time is not known: any instant gives the same answer."""
