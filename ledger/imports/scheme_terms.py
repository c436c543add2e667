"""Reads from a scheme what an import of its registry needs: years, phases and days of duty.

A scheme that the database has speaks for itself, settings changed since it was opened included;
one that it does not have yet speaks through its shipped definition.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger.core.clock import Now
from ledger.core.tables import closed_month
from ledger.imports.faults import ExtractCode
from ledger.imports.scheme_years import SchemeYear, SchemeYears
from ledger.refusals import Refused
from ledger.rights.base import PeriodDefinition, SchemeDefinition
from ledger.rights.definitions import definition
from ledger.rights.schemes import PeriodRow, Scheme, find_scheme, settings_of
from ledger.rights.setting_keys import (
    MonthDay,
    SettingKey,
    SettingValue,
    read_setting,
    setting_key,
)


@dataclass(frozen=True, slots=True)
class SchemeTerms:
    """The scheme of an import: how it ships, whether it is open, and its years."""

    definition: SchemeDefinition
    scheme: Scheme | None
    years: SchemeYears

    @property
    def assets(self) -> dict[str, int]:
        """The asset of each phase by number; none while the scheme is not open."""
        return {} if self.scheme is None else phase_assets(self.scheme)


@dataclass(frozen=True, slots=True)
class _Dated:
    key: str
    valid_from: date
    value: SettingValue


def terms_of(session: Session, scheme_code: str, now: Now) -> SchemeTerms | Refused:
    """Read the terms of a shipped scheme, opened or not."""
    shipped = definition(scheme_code)
    if isinstance(shipped, Refused):
        return shipped
    scheme = find_scheme(session, scheme_code)
    if scheme is None:
        by_year = _years(shipped.periods, _shipped_settings(shipped), _shipped_phases(shipped))
        closed_through = None
    else:
        settings = [
            _Dated(row.key, row.valid_from, row.value) for row in settings_of(session, scheme.id)
        ]
        periods = tuple(scheme.periods.values())
        by_year = _years(periods, settings, set(phase_assets(scheme)))
        closed_through = session.scalar(
            select(func.max(closed_month.c.month_end)).where(closed_month.c.scheme_id == scheme.id)
        )
    if not by_year:
        return Refused(ExtractCode.SCHEME_TAKES_NO_EXTRACTS, {"scheme": scheme_code})
    return SchemeTerms(
        shipped, scheme, SchemeYears(scheme_code, by_year, now.today, closed_through)
    )


def _shipped_settings(shipped: SchemeDefinition) -> list[_Dated]:
    found = []
    for one in shipped.settings:
        key = setting_key(one.key)
        value = read_setting(key, one.value) if isinstance(key, SettingKey) else key
        if not isinstance(value, Refused):
            found.append(_Dated(one.key, one.valid_from, value))
    return found


def _shipped_phases(shipped: SchemeDefinition) -> set[str]:
    return {
        one.period_code
        for one in shipped.assets
        if one.role == "unit" and one.period_code is not None
    }


def phase_assets(scheme: Scheme) -> dict[str, int]:
    """Give the asset of each phase that has one, by number."""
    codes = {row.id: row.code for row in scheme.periods.values() if row.kind == "phase"}
    return {
        codes[one.period_id]: one.id
        for one in scheme.assets.values()
        if one.role == "unit" and one.period_id in codes
    }


def _years(
    periods: Sequence[PeriodDefinition | PeriodRow],
    settings: Sequence[_Dated],
    with_asset: set[str],
) -> dict[int, SchemeYear]:
    """Give the compliance years that lie in a phase with an asset of its own."""
    phases = [one for one in periods if one.kind == "phase" and one.code in with_asset]
    found = {}
    for one in periods:
        if one.kind != "year":
            continue
        phase = next((p for p in phases if p.starts_on <= one.starts_on <= p.ends_on), None)
        days = _days(one.starts_on, settings)
        if phase is not None and days is not None:
            found[one.starts_on.year] = SchemeYear(
                one.starts_on.year, one.code, phase.code, phase.starts_on, one.starts_on, *days
            )
    return found


def _days(begins_on: date, settings: Sequence[_Dated]) -> tuple[date, date] | None:
    """Give the days of allocation and surrender as laid down when the year began."""
    allocation = _holding_on(begins_on, "allocation_day", settings)
    surrender = _holding_on(begins_on, "surrender_day", settings)
    later = _holding_on(begins_on, "surrender_years_later", settings)
    if not (
        isinstance(allocation, MonthDay)
        and isinstance(surrender, MonthDay)
        and isinstance(later, int)
    ):
        return None
    return allocation.in_year(begins_on.year), surrender.in_year(begins_on.year + later)


def _holding_on(day: date, key: str, settings: Iterable[_Dated]) -> SettingValue | None:
    holding = [one for one in settings if one.key == key and one.valid_from <= day]
    return max(holding, key=lambda one: one.valid_from).value if holding else None
