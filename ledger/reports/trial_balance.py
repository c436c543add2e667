"""The trial balance: for every asset, debits and credits of each kind of position, and their sum.

Read from the positions' own sums; the audit proves that those are the journal's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from ledger.core.moves import PositionKind
from ledger.core.tables import asset, position
from ledger.rights.tables import scheme


@dataclass(frozen=True, slots=True)
class TrialLine:
    """Sums of all positions of one kind, in the asset's smallest unit."""

    kind: PositionKind
    positions: int
    debits: int
    credits: int

    @property
    def balance(self) -> int:
        """Credits less debits."""
        return self.credits - self.debits


@dataclass(frozen=True, slots=True)
class AssetTrial:
    """One asset's trial balance."""

    code: str
    name_zh: str
    name_en: str
    unit: str
    lines: tuple[TrialLine, ...]

    @property
    def debits(self) -> int:
        """All debits of the asset."""
        return sum(line.debits for line in self.lines)

    @property
    def credits(self) -> int:
        """All credits of the asset."""
        return sum(line.credits for line in self.lines)

    @property
    def difference(self) -> int:
        """What must be zero: credits less debits."""
        return self.credits - self.debits


def trial_balance(session: Session, scheme_code: str | None = None) -> list[AssetTrial]:
    """Give the trial balance of every asset that has positions, of one scheme or of all."""
    # A sum of 64-bit sums may be wider than 64 bits: split it, so that no database overflows.
    half = 2**31
    columns = []
    for column in (position.c.debits, position.c.credits):
        columns += [func.sum(column // half), func.sum(column % half)]
    query = (
        select(
            asset.c.code,
            asset.c.name_zh,
            asset.c.name_en,
            asset.c.unit,
            position.c.kind,
            func.count(),
            *columns,
        )
        .join_from(position, asset, asset.c.id == position.c.asset_id)
        .join(scheme, scheme.c.id == asset.c.scheme_id)
        .group_by(asset.c.id, asset.c.code, asset.c.name_zh, asset.c.name_en, asset.c.unit)
        .group_by(position.c.kind)
        .order_by(asset.c.code, position.c.kind)
    )
    if scheme_code is not None:
        query = query.where(scheme.c.code == scheme_code)
    return _assets(session.execute(query).all(), half)


def _assets(rows: Sequence[Row[Any]], half: int) -> list[AssetTrial]:
    found: dict[str, tuple[tuple[str, str, str, str], list[TrialLine]]] = {}
    for row in rows:
        code, name_zh, name_en, unit, kind, count, dh, dl, ch, cl = tuple(row)
        line = TrialLine(
            PositionKind(kind), count, int(dh) * half + int(dl), int(ch) * half + int(cl)
        )
        found.setdefault(code, ((code, name_zh, name_en, unit), []))[1].append(line)
    return [AssetTrial(*head, lines=tuple(lines)) for head, lines in found.values()]
