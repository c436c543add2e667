"""Which totals a reader can look at, and where their accounts and duties are.

Every function is a fixed number of queries, however many rows it gives.  The figures themselves
are ``ledger.totals.table``'s.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from ledger.compliance.cover import UseRule
from ledger.compliance.overview import status_of
from ledger.compliance.status import Status
from ledger.compliance.tables import duty
from ledger.core.moves import PositionKind
from ledger.core.reference_rows import rows_where
from ledger.core.tables import account, asset, asset_index, position
from ledger.refusals import Refused
from ledger.registry.tables import cell, party, zone
from ledger.rights.schemes import setting_at
from ledger.rights.tables import period

_TOTAL_KINDS = (PositionKind.TOTAL, PositionKind.ROOM)
_ROLES_WITH_TOTALS = ("unit", "index")
"""The market's limits of companies are rooms too, and no totals of a territory."""
_HELD_KINDS = (
    PositionKind.HOLDING,
    PositionKind.BOUGHT,
    PositionKind.OWN_USE,
    PositionKind.UNPAID,
    PositionKind.RESERVE,
    PositionKind.WITHHELD,
)
_FROZEN_KINDS = (PositionKind.FROZEN, PositionKind.SEIZED)


@dataclass(frozen=True, slots=True)
class AssetInUse:
    """An asset of which a total was ever set; ``starts_on`` to ``ends_on`` is its period.

    ``role`` is unit or index; ``index_ids`` are the indexes that it stands under.
    """

    asset_id: int
    code: str
    scheme_id: int
    role: str
    unit: str
    name_zh: str
    name_en: str
    period_code: str
    starts_on: date | None
    ends_on: date | None
    index_ids: tuple[int, ...]

    def runs_on(self, day: date) -> bool:
        """Whether the day lies in its period; an asset without one always runs."""
        if self.starts_on is None or self.ends_on is None:
            return True
        return self.starts_on <= day <= self.ends_on


def assets_in_use(session: Session) -> list[AssetInUse]:
    """Give the assets with totals, by scheme, then rights before indexes, then by period."""
    has_total = (
        select(position.c.id)
        .where(position.c.asset_id == asset.c.id, position.c.kind.in_(_TOTAL_KINDS))
        .exists()
    )
    rows = session.execute(
        select(
            asset.c.id,
            asset.c.code,
            asset.c.scheme_id,
            asset.c.role,
            asset.c.unit,
            asset.c.name_zh,
            asset.c.name_en,
            period.c.code.label("period_code"),
            period.c.starts_on,
            period.c.ends_on,
        )
        .outerjoin(period, period.c.id == asset.c.period_id)
        .where(has_total, asset.c.role.in_(_ROLES_WITH_TOTALS))
    ).all()
    indexes: dict[int, list[int]] = {}
    links = select(asset_index.c.asset_id, asset_index.c.index_asset_id).order_by(
        asset_index.c.index_asset_id
    )
    for link in rows_where(session, links, asset_index.c.asset_id, [row.id for row in rows]):
        indexes.setdefault(link.asset_id, []).append(link.index_asset_id)
    found = [
        AssetInUse(
            asset_id=row.id,
            code=row.code,
            scheme_id=row.scheme_id,
            role=row.role,
            unit=row.unit,
            name_zh=row.name_zh,
            name_en=row.name_en,
            period_code=row.period_code or "",
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            index_ids=tuple(indexes.get(row.id, ())),
        )
        for row in rows
    ]
    return sorted(
        found,
        key=lambda one: (
            one.scheme_id,
            one.role == "index",
            one.starts_on or date.min,
            one.code,
        ),
    )


def running_asset(assets: Iterable[AssetInUse], on: date) -> AssetInUse | None:
    """Choose the one to show first: a right whose period runs, else the one that ended last."""
    ordered = sorted(
        assets,
        key=lambda one: (one.role == "unit", one.runs_on(on), one.ends_on or date.max, one.code),
    )
    return ordered[-1] if ordered else None


def use_rule_of(session: Session, scheme_id: int, on: date) -> UseRule | None:
    """Give how use meets what is held in a scheme on a day; None where nothing is set."""
    rule = setting_at(session, scheme_id, "use_rule", on)
    return None if isinstance(rule, Refused) else UseRule(str(rule.value))


def compliance_counts(
    session: Session, scheme_id: int, year: int, at_most: int
) -> Mapping[Status, int] | None:
    """Count the accounts of a scheme by their status in a calendar year; without duties empty.

    Every account's whole history is folded for it, so of more than ``at_most`` accounts none are
    counted and the answer is None.
    """
    with_duty = session.scalars(
        select(duty.c.account_id)
        .join(account, account.c.id == duty.c.account_id)
        .where(account.c.scheme_id == scheme_id)
        .distinct()
        .limit(at_most + 1)
    ).all()
    if len(with_duty) > at_most:
        return None
    return Counter(status_of(session, with_duty, year).values())


def cell_account_numbers(
    session: Session, scheme_id: int, cell_ids: Iterable[int]
) -> dict[int, str]:
    """Give the number of the account that each cell's totals stand on, where it has one."""
    query = select(account.c.cell_id, account.c.number).where(
        account.c.kind == "cell", account.c.scheme_id == scheme_id
    )
    return {
        row.cell_id: row.number for row in rows_where(session, query, account.c.cell_id, cell_ids)
    }


@dataclass(frozen=True, slots=True)
class HolderInZone:
    """What an account of a zone has of one asset, in smallest units."""

    number: str
    name: str
    zone_name_zh: str
    zone_name_en: str
    use_type: str
    held: int
    frozen: int


def holders_in_zones(
    session: Session, asset_id: int, zone_ids: Iterable[int], limit: int
) -> tuple[list[HolderInZone], int]:
    """Give the accounts in these zones that have most of an asset, and how many there are in all.

    What is frozen counts beside what is held; accounts with nothing are left out.
    """
    balance = position.c.credits - position.c.debits
    held = func.sum(case((position.c.kind.in_(_HELD_KINDS), balance), else_=0))
    frozen = func.sum(case((position.c.kind.in_(_FROZEN_KINDS), balance), else_=0))
    query = (
        select(
            account.c.number,
            func.coalesce(party.c.name, account.c.name).label("name"),
            zone.c.name_zh,
            zone.c.name_en,
            cell.c.use_type,
            held.label("held"),
            frozen.label("frozen"),
        )
        .join_from(position, account, account.c.id == position.c.account_id)
        .join(cell, cell.c.id == account.c.cell_id)
        .join(zone, zone.c.id == cell.c.zone_id)
        .outerjoin(party, party.c.id == account.c.party_id)
        .where(position.c.asset_id == asset_id, account.c.kind == "holder")
        .where(position.c.kind.in_((*_HELD_KINDS, *_FROZEN_KINDS)), balance > 0)
        .group_by(account.c.id, party.c.name, zone.c.id, cell.c.use_type)
    )
    rows = rows_where(session, query, zone.c.id, zone_ids)
    found = [
        HolderInZone(
            number=row.number,
            name=row.name,
            zone_name_zh=row.name_zh,
            zone_name_en=row.name_en,
            use_type=row.use_type,
            held=int(row.held),
            frozen=int(row.frozen),
        )
        for row in rows
    ]
    found.sort(key=lambda one: (-(one.held + one.frozen), one.number))
    return found[:limit], len(found)
