"""Zones and schemes as a reader chooses among them."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.registry.tables import zone
from ledger.rights.cny import CNY
from ledger.rights.tables import scheme


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    """A zone of some tree."""

    zone_id: int
    tree: str
    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class SchemeChoice:
    """A scheme of the database."""

    scheme_id: int
    code: str
    asset_class: str
    name_zh: str
    name_en: str
    zone_tree: str


def zones(
    session: Session, *, code: str | None = None, tree: str | None = None
) -> list[ZoneChoice]:
    """Give zones by tree and code, all of them or those with this code or of this tree."""
    query = select(zone.c.id, zone.c.tree, zone.c.code, zone.c.name_zh, zone.c.name_en)
    if code is not None:
        query = query.where(zone.c.code == code)
    if tree is not None:
        query = query.where(zone.c.tree == tree)
    rows = session.execute(query.order_by(zone.c.tree, zone.c.code))
    return [ZoneChoice(*tuple(row)) for row in rows]


def schemes(session: Session) -> list[SchemeChoice]:
    """Give all schemes by class and code."""
    columns = (
        scheme.c.id,
        scheme.c.code,
        scheme.c.asset_class,
        scheme.c.name_zh,
        scheme.c.name_en,
        scheme.c.zone_tree,
    )
    rows = session.execute(select(*columns).order_by(scheme.c.asset_class, scheme.c.code))
    return [SchemeChoice(*tuple(row)) for row in rows]


def schemes_of_rights(session: Session) -> list[SchemeChoice]:
    """Give the schemes of rights by class and code: money is kept as a scheme, and is no right."""
    return [one for one in schemes(session) if one.asset_class != CNY.asset_class]
