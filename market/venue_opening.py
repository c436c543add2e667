"""Looks up what the definition of a venue names and gives the row to insert, or what is missing.

Reads schemes, assets, zones, calendars and desk accounts; writes nothing but a desk account that
was never used before.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.core.tables import asset
from ledger.numerals import parse_plain_quantity
from ledger.refusals import Refused
from ledger.registry.accounts import desk_account
from ledger.registry.tables import zone
from ledger.rights.tables import scheme
from ledger.units import Unit, unit_of
from market.pricing import parse_plain_price, scale_of, ticks_of, whole_fen
from market.venue_calendars import find_calendar
from market.venue_definition import VenueCode, VenueDefinition

_SHOWN_MAX = 60


def venue_columns(session: Session, definition: VenueDefinition) -> dict[str, Any] | Refused:
    """Give the columns of a venue's row, all but its number and who opened it when."""
    head = session.execute(
        select(scheme.c.id, scheme.c.zone_tree).where(scheme.c.code == definition.scheme_code)
    ).one_or_none()
    if head is None:
        values = {"scheme": definition.scheme_code[:_SHOWN_MAX]}
        return Refused(VenueCode.VENUE_SCHEME_UNKNOWN, values)
    unit_asset = _unit_asset(session, head.id, definition)
    if isinstance(unit_asset, Refused):
        return unit_asset
    money = _money(session, definition.money_asset_code)
    if isinstance(money, Refused):
        return money
    calendar_id = find_calendar(session, definition.calendar_code)
    if isinstance(calendar_id, Refused):
        values = {"calendar": definition.calendar_code[:_SHOWN_MAX]}
        return Refused(VenueCode.VENUE_CALENDAR_UNKNOWN, values)
    zone_id = _zone(session, head.zone_tree, definition)
    if isinstance(zone_id, Refused):
        return zone_id
    grid = _grid(definition, unit_of(unit_asset.unit))
    if isinstance(grid, Refused):
        return grid
    return grid | {
        "code": definition.code,
        "scheme_id": head.id,
        "asset_id": unit_asset.id,
        "money_asset_id": money.id,
        "desk_account_id": desk_account(session, money.scheme_id),
        "zone_id": zone_id,
        "calendar_id": calendar_id,
        "name_zh": definition.name_zh,
        "name_en": definition.name_en,
        "modes": " ".join(mode.value for mode in dict.fromkeys(definition.modes)),
        "price_basis": definition.price_basis,
        "years": definition.years,
        "opened_on": definition.opened_on,
        "demonstration": definition.demonstration,
    }


def _unit_asset(session: Session, scheme_id: int, definition: VenueDefinition) -> Any | Refused:
    found = session.execute(
        select(asset.c.id, asset.c.role, asset.c.unit).where(
            asset.c.code == definition.asset_code, asset.c.scheme_id == scheme_id
        )
    ).one_or_none()
    values = {"asset": definition.asset_code[:_SHOWN_MAX], "scheme": definition.scheme_code}
    if found is None:
        return Refused(VenueCode.VENUE_ASSET_UNKNOWN, values)
    if found.role != "unit":
        return Refused(VenueCode.VENUE_ASSET_IS_NO_UNIT, values)
    unit = unit_of(found.unit)
    if unit.factor != 10**unit.decimals:
        return Refused(VenueCode.VENUE_ASSET_HAS_NO_PRICE, values | {"unit": found.unit})
    return found


def _money(session: Session, code: str) -> Any | Refused:
    found = session.execute(
        select(asset.c.id, asset.c.scheme_id).where(asset.c.code == code, asset.c.role == "money")
    ).one_or_none()
    if found is None:
        return Refused(VenueCode.VENUE_MONEY_UNKNOWN, {"asset": code[:_SHOWN_MAX]})
    return found


def _zone(session: Session, tree: str, definition: VenueDefinition) -> int | Refused | None:
    if definition.zone_code is None:
        return None
    found = session.scalar(
        select(zone.c.id).where(zone.c.tree == tree, zone.c.code == definition.zone_code)
    )
    if found is None:
        values = {"zone": definition.zone_code[:_SHOWN_MAX], "scheme": definition.scheme_code}
        return Refused(VenueCode.VENUE_ZONE_UNKNOWN, values)
    return int(found)


def _grid(definition: VenueDefinition, unit: Unit) -> dict[str, Any] | Refused:
    """Tick, lot and first reference price, checked against each other."""
    tick_micro = parse_plain_price(definition.tick)
    if isinstance(tick_micro, Refused):
        values = {"text": definition.tick[:_SHOWN_MAX]}
        return Refused(VenueCode.VENUE_TICK_UNREADABLE, values)
    lot = parse_plain_quantity(definition.lot, unit)
    if isinstance(lot, Refused) or lot == 0:
        return Refused(VenueCode.VENUE_LOT_UNREADABLE, {"text": definition.lot[:_SHOWN_MAX]})
    if not whole_fen(tick_micro, lot, scale_of(unit), definition.years):
        values_of_grid = {
            "tick": definition.tick,
            "lot": definition.lot,
            "unit": unit.code,
            "count": definition.years,
        }
        return Refused(VenueCode.VENUE_TICK_LOT_NOT_WHOLE_FEN, values_of_grid)
    reference = None
    if definition.opening_reference is not None:
        price = parse_plain_price(definition.opening_reference)
        reference = None if isinstance(price, Refused) else ticks_of(price, tick_micro)
        if reference is None:
            values = {"price": definition.opening_reference[:_SHOWN_MAX], "tick": definition.tick}
            return Refused(VenueCode.VENUE_OPENING_REFERENCE_OFF_TICK, values)
    return {"tick_micro": tick_micro, "lot": lot, "opening_reference_ticks": reference}
