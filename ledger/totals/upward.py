"""The cells above a cell: where what it has came from, and where it goes back to.

One query each for cells and parents, whatever the depth of the tree.
"""

from collections.abc import Container, Mapping, Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ledger.core.tables import account
from ledger.registry.tables import cell, zone, zone_parent
from ledger.totals.places import TotalAsset

Upward = Mapping[int, Sequence[int]]
"""For each cell: its account and those of the cells above it, nearest first."""


def upward_accounts(
    session: Session, found: TotalAsset, cell_ids: Container[int], on: date
) -> dict[int, list[int]]:
    """Give the account of each cell and of every cell above it on a day, nearest first."""
    cells = session.execute(
        select(cell.c.id, cell.c.zone_id, cell.c.use_type, account.c.id.label("account_id"))
        .join(account, account.c.cell_id == cell.c.id)
        .where(account.c.kind == "cell", account.c.scheme_id == found.scheme_id)
    ).all()
    by_place = {(row.zone_id, row.use_type): row.account_id for row in cells}
    lying = session.execute(
        select(zone_parent.c.zone_id, zone_parent.c.parent_id)
        .join(zone, zone.c.id == zone_parent.c.zone_id)
        .where(zone.c.tree == found.zone_tree, zone_parent.c.valid_from <= on)
        .where(or_(zone_parent.c.valid_to.is_(None), zone_parent.c.valid_to >= on))
    )
    parents: dict[int, int] = {row.zone_id: row.parent_id for row in lying}
    upward: dict[int, list[int]] = {}
    for row in cells:
        if row.id not in cell_ids:
            continue
        chain: list[int] = []
        zone_id: int | None = row.zone_id
        while zone_id is not None:
            for use_type in dict.fromkeys((row.use_type, "")):
                if (zone_id, use_type) in by_place:
                    chain.append(by_place[zone_id, use_type])
            zone_id = parents.get(zone_id)
        upward[row.id] = chain
    return upward
