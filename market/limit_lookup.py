"""Finds what an operator names: limits, groups, parties and assets by their codes and numbers.

Reads only; what is done with them stands in ``market.limits`` and ``market.limit_registry``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.refusals import RefusalCode, Refused
from ledger.registry.cash import find_party_id
from ledger.rights.schemes import assets_by_id, find_asset_ids
from ledger.rights.tables import scheme
from ledger.units import Unit, unit_of
from market.limit_registry import Group, Limit, groups_by_id, limits_of
from market.limit_tables import company_group, trading_limit
from market.limits import RoomState, limited_groups, room_state

_SHOWN_MAX = 60


class LimitLookupCode(RefusalCode):
    """What an operator names and is not there."""

    LIMIT_SCHEME_UNKNOWN = "limit_scheme_unknown"
    LIMIT_NOT_FOUND = "limit_not_found"
    GROUP_NOT_FOUND = "group_not_found"
    MARKET_PARTY_UNKNOWN = "market_party_unknown"
    MARKET_ASSET_UNKNOWN = "market_asset_unknown"


@dataclass(frozen=True, slots=True)
class LimitLine:
    """A limit, the unit its amounts are shown in, and how each group with an amount stands."""

    limit: Limit
    asset_codes: tuple[str, ...]
    unit: Unit
    groups: tuple[tuple[Group, RoomState], ...]


def find_limit(session: Session, code: str) -> Limit | Refused:
    """Find a limit by its code."""
    query = select(trading_limit.c.scheme_id).where(trading_limit.c.code == code)
    scheme_id = session.scalar(query)
    if scheme_id is None:
        return Refused(LimitLookupCode.LIMIT_NOT_FOUND, {"limit": code[:_SHOWN_MAX]})
    return next(one for one in limits_of(session, [scheme_id]) if one.code == code)


def find_scheme_id(session: Session, code: str) -> int | Refused:
    """Give the number of a scheme that was opened."""
    found = session.scalar(select(scheme.c.id).where(scheme.c.code == code))
    if found is None:
        return Refused(LimitLookupCode.LIMIT_SCHEME_UNKNOWN, {"scheme": code[:_SHOWN_MAX]})
    return int(found)


def find_group(session: Session, scheme_id: int, code: str) -> Group | Refused:
    """Find a group of a scheme by its code."""
    found = session.scalar(
        select(company_group.c.id).where(
            company_group.c.scheme_id == scheme_id, company_group.c.code == code
        )
    )
    if found is None:
        return Refused(LimitLookupCode.GROUP_NOT_FOUND, {"group": code[:_SHOWN_MAX]})
    return groups_by_id(session, [found])[found]


def find_party(session: Session, number: str) -> int | Refused:
    """Find a party by its number or its unified social credit code."""
    found = find_party_id(session, number)
    if isinstance(found, Refused):
        values = {"party": ascii(number)[:_SHOWN_MAX]}
        return Refused(LimitLookupCode.MARKET_PARTY_UNKNOWN, values)
    return found


def find_parties(session: Session, numbers: Sequence[str]) -> dict[int, str] | Refused:
    """Find parties by their numbers, each once: party -> the number it was named by."""
    found: dict[int, str] = {}
    for number in numbers:
        party_id = find_party(session, number)
        if isinstance(party_id, Refused):
            return party_id
        found.setdefault(party_id, number)
    return found


def find_assets(session: Session, codes: Sequence[str]) -> dict[int, str] | Refused:
    """Find assets of any scheme by their codes: asset -> code."""
    ids = find_asset_ids(session, codes)
    for code in codes:
        if code not in ids:
            values = {"asset": ascii(code)[:_SHOWN_MAX]}
            return Refused(LimitLookupCode.MARKET_ASSET_UNKNOWN, values)
    return {asset_id: code for code, asset_id in ids.items()}


def unit_of_limit(session: Session, limit: Limit) -> Unit:
    """Give the unit in which the amounts of a limit are shown."""
    return unit_of(assets_by_id(session, [limit.limit_asset_id])[limit.limit_asset_id].unit)


def limit_lines(session: Session) -> list[LimitLine]:
    """Give all limits by code with the groups for which an amount was set."""
    schemes = session.scalars(select(trading_limit.c.scheme_id).distinct()).all()
    groups = groups_by_id(session, session.scalars(select(company_group.c.id)).all())
    lines = []
    for limit in limits_of(session, schemes):
        theirs = [one for one in groups.values() if one.scheme_id == limit.scheme_id]
        limited = limited_groups(session, limit, theirs)
        stands = [
            (one, room_state(session, limit, one)) for one in theirs if one.account_id in limited
        ]
        assets = assets_by_id(session, [*limit.asset_ids, limit.limit_asset_id])
        codes = tuple(assets[asset_id].code for asset_id in limit.asset_ids)
        unit = unit_of(assets[limit.limit_asset_id].unit)
        lines.append(LimitLine(limit, codes, unit, tuple(stands)))
    return lines
