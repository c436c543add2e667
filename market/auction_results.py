"""What the public pages show beside an auction's published document: what the units are.

Reads only; the document itself is ``market.auctions.publication``'s.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.core.tables import asset
from ledger.units import Unit, unit_of


@dataclass(frozen=True, slots=True)
class AssetShown:
    """An asset by its names, and the unit that its quantities are written in."""

    name_zh: str
    name_en: str
    unit: Unit


def assets_shown(session: Session, codes: set[str]) -> dict[str, AssetShown]:
    """Give the assets with these codes, in one query."""
    rows = session.execute(
        select(asset.c.code, asset.c.name_zh, asset.c.name_en, asset.c.unit).where(
            asset.c.code.in_(sorted(codes))
        )
    )
    return {row.code: AssetShown(row.name_zh, row.name_en, unit_of(row.unit)) for row in rows}
