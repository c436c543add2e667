"""Venues: opened from a definition, found by code, their dated rules changed from a later day on.

Knows the tables of venues; which rules there are and which contradict each other stands in
``market.venue_rules`` and ``market.venue_conflicts``.  Knows no order and no trade.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger.core.clock import REGISTRY_ZONE, Now
from ledger.core.reference_rows import insert_missing
from ledger.refusals import InvariantBroken, Refused, ensure
from ledger.rights.schemes import assets_by_id
from ledger.units import Unit, unit_of
from market.calendar import Mode, local_day
from market.limit_registry import limits_on
from market.venue_calendars import trading_days
from market.venue_definition import VenueCode, VenueDefinition, refuse_definition, refuse_text
from market.venue_identity import VenueIdentity
from market.venue_opening import venue_columns
from market.venue_rules import venue_rule_key
from market.venue_tables import venue, venue_rule
from market.venue_terms import VenueTerms, terms_of

_SHOWN_MAX = 60

Row = Mapping[str, Any]
"""The columns of a venue by name."""


@dataclass(frozen=True, slots=True)
class Venue:
    """A venue as it stands; what it asks on a day are its terms (``terms_at``)."""

    identity: VenueIdentity
    calendar_id: int
    name_zh: str
    name_en: str
    opened_on: date
    demonstration: bool

    @property
    def id(self) -> int:
        """Its number."""
        return self.identity.venue_id

    @property
    def code(self) -> str:
        """Its code."""
        return self.identity.code


@dataclass(frozen=True, slots=True)
class VenueRuleRow:
    """A rule of a venue from a day on, with where it is laid down."""

    key: str
    valid_from: date
    value: str
    source: str


def open_venue(
    session: Session, definition: VenueDefinition, now: Now, actor: str
) -> Venue | Refused:
    """Open a venue with all its rules, or say what keeps it from being one.

    Its rules hold from its first day on.  Refused, among others, where a lot at a price of one
    tick (times the years) is not a whole fen, and where two rules contradict each other.
    """
    refused = refuse_definition(definition, now) or refuse_text(actor)
    if refused is not None:
        return refused
    columns = venue_columns(session, definition)
    if isinstance(columns, Refused):
        return columns
    identity = _identity(columns | {"id": 0}, _unit(session, columns["asset_id"]))
    rules = {rule.key: rule.value for rule in definition.rules}
    terms = terms_of(identity, trading_days(session, columns["calendar_id"]), rules)
    if isinstance(terms, Refused):
        return terms
    if identity.opening_reference_ticks is None and terms.has_band:
        return Refused(VenueCode.VENUE_OPENING_REFERENCE_MISSING, {"venue": definition.code})
    return _insert(session, definition, columns, now, actor)


def find_venue(session: Session, code: str) -> Venue | Refused:
    """Find a venue by its code."""
    found = session.execute(select(venue).where(venue.c.code == code)).one_or_none()
    if found is None:
        return Refused(VenueCode.VENUE_NOT_FOUND, {"venue": code[:_SHOWN_MAX]})
    return _venue(session, _by_name(found))


def venues(session: Session) -> list[Venue]:
    """Give all venues by code."""
    found = session.execute(select(venue).order_by(venue.c.code))
    return [_venue(session, _by_name(row)) for row in found.all()]


def venue_by_id(session: Session, venue_id: int) -> Venue:
    """Give a venue whose number the program itself wrote."""
    found = session.execute(select(venue).where(venue.c.id == venue_id)).one()
    return _venue(session, _by_name(found))


def terms_at(session: Session, venue_id: int, instant: datetime) -> VenueTerms:
    """Give what a venue asks at an instant; it holds for the whole of that day (+08:00).

    Before its first day a venue has the terms of that day.  Of the calendar it knows what was said
    before the day began, so that a day's commands, played again later, find the same.
    """
    found = venue_by_id(session, venue_id)
    day = max(local_day(instant), found.opened_on)
    texts = {row.key: row.value for row in _holding(rules_of(session, venue_id), day)}
    terms = terms_of(
        found.identity,
        trading_days(session, found.calendar_id, known_before=_beginning(day)),
        texts,
        limits_on(session, found.identity.asset_id),
    )
    if isinstance(terms, Refused):
        raise InvariantBroken(f"stored rules of {found.code} stand together: {terms.code}")
    return terms


def _beginning(day: date) -> datetime:
    return datetime.combine(day, time(0, 0), REGISTRY_ZONE)


def rules_of(session: Session, venue_id: int) -> list[VenueRuleRow]:
    """Give every rule of a venue, past and to come, by key and day; a day's last word only."""
    found = session.execute(
        select(venue_rule)
        .where(venue_rule.c.venue_id == venue_id)
        .order_by(venue_rule.c.key, venue_rule.c.valid_from, venue_rule.c.version)
    )
    last = {
        (row.key, row.valid_from): VenueRuleRow(row.key, row.valid_from, row.value, row.source)
        for row in found
    }
    return list(last.values())


def set_rule(
    session: Session,
    venue_id: int,
    key: str,
    value: str,
    valid_from: date,
    source: str,
    now: Now,
    actor: str,
) -> VenueRuleRow | Refused:
    """Set a rule from a future day on (+08:00); what holds today never changes under an open book.

    A second word for the same day replaces the first, which stays on record.  ``none`` ends a rule
    that need not be there.  Refused where it would contradict what holds on that day or later.
    """
    known = venue_rule_key(key)
    if isinstance(known, Refused):
        return known
    if not source.strip():
        return Refused(VenueCode.VENUE_RULE_SOURCE_MISSING, {"key": key})
    refused = refuse_text(source.strip()) or refuse_text(actor)
    if refused is not None:
        return refused
    if valid_from <= now.today:
        values = {"key": key, "date": valid_from, "today": now.today}
        return Refused(VenueCode.VENUE_RULE_CHANGE_NOT_IN_FUTURE, values)
    # Two who change rules of a venue wait for each other here: versions and checks stay apart.
    session.execute(select(venue.c.id).where(venue.c.id == venue_id).with_for_update()).one()
    row = VenueRuleRow(key, valid_from, value, source.strip())
    refused = _refuse_change(session, venue_by_id(session, venue_id), row)
    if refused is not None:
        return refused
    version = session.scalar(
        select(func.coalesce(func.max(venue_rule.c.version), 0) + 1).where(
            venue_rule.c.venue_id == venue_id,
            venue_rule.c.key == key,
            venue_rule.c.valid_from == valid_from,
        )
    )
    made = insert_missing(
        session,
        venue_rule,
        [_rule_row(venue_id, row, now, actor) | {"version": version}],
    )
    ensure(len(made) == 1, "the next version of a rule is free under its venue's lock")
    return row


def _refuse_change(session: Session, changed: Venue, row: VenueRuleRow) -> Refused | None:
    """Look at the rules of the day of a change and of every later day on which others begin."""
    rows = [
        one
        for one in rules_of(session, changed.id)
        if (one.key, one.valid_from) != (row.key, row.valid_from)
    ]
    rows = sorted([*rows, row], key=lambda one: (one.key, one.valid_from))
    days = trading_days(session, changed.calendar_id)
    for day in sorted({one.valid_from for one in rows if one.valid_from >= row.valid_from}):
        texts = {one.key: one.value for one in _holding(rows, day)}
        terms = terms_of(changed.identity, days, texts)
        if isinstance(terms, Refused):
            return terms
    return None


def _holding(rows: list[VenueRuleRow], day: date) -> list[VenueRuleRow]:
    """Give the rules that hold on a day from rows by key and rising day."""
    return list({row.key: row for row in rows if row.valid_from <= day}.values())


def _insert(
    session: Session, definition: VenueDefinition, columns: Row, now: Now, actor: str
) -> Venue | Refused:
    said = {"recorded_at": now.instant, "actor": actor}
    made = insert_missing(session, venue, [{**columns, **said}])
    if not made:
        return Refused(VenueCode.VENUE_CODE_TAKEN, {"venue": definition.code})
    (venue_id,) = made
    rules = [
        VenueRuleRow(rule.key, definition.opened_on, rule.value, rule.source.strip())
        for rule in definition.rules
    ]
    insert_missing(
        session,
        venue_rule,
        [_rule_row(venue_id, rule, now, actor) | {"version": 1} for rule in rules],
    )
    return venue_by_id(session, venue_id)


def _rule_row(venue_id: int, row: VenueRuleRow, now: Now, actor: str) -> dict[str, object]:
    return {
        "venue_id": venue_id,
        "key": row.key,
        "valid_from": row.valid_from,
        "value": row.value,
        "source": row.source,
        "recorded_at": now.instant,
        "actor": actor,
    }


def _venue(session: Session, row: Row) -> Venue:
    return Venue(
        identity=_identity(row, _unit(session, row["asset_id"])),
        calendar_id=row["calendar_id"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        opened_on=row["opened_on"],
        demonstration=row["demonstration"],
    )


def _by_name(row: Any) -> Row:
    columns: Row = row._mapping
    return columns


def _identity(row: Row, unit: Unit) -> VenueIdentity:
    return VenueIdentity(
        venue_id=row["id"],
        code=row["code"],
        scheme_id=row["scheme_id"],
        asset_id=row["asset_id"],
        money_asset_id=row["money_asset_id"],
        fees_account_id=row["desk_account_id"],
        zone_id=row["zone_id"],
        unit=unit,
        modes=tuple(Mode(mode) for mode in row["modes"].split(" ")),
        tick_micro=row["tick_micro"],
        lot=row["lot"],
        price_basis=row["price_basis"],
        years=row["years"],
        opening_reference_ticks=row["opening_reference_ticks"],
    )


def _unit(session: Session, asset_id: int) -> Unit:
    return unit_of(assets_by_id(session, [asset_id])[asset_id].unit)
