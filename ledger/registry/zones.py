"""Zones as trees with dated parents, and the cells in which units are counted.

A zone lies under at most one other on any day, and never under itself.  Knows nothing of totals.
Days are inclusive on both ends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ledger.core.reference_rows import insert_missing, insert_rows
from ledger.refusals import InvariantBroken, RefusalCode, Refused, ensure
from ledger.registry.tables import USE_TYPES, cell, zone, zone_parent

FROM_THE_START = date(1900, 1, 1)
"""The day a zone's first parent counts from where nobody says one."""


class ZoneCode(RefusalCode):
    """Why a zone cannot move."""

    ZONE_TO_MOVE_UNKNOWN = "zone_to_move_unknown"
    ZONES_OF_DIFFERENT_TREES = "zones_of_different_trees"
    ZONE_MOVE_NOT_AFTER_LAST = "zone_move_not_after_last"
    ZONE_WOULD_LIE_IN_ITSELF = "zone_would_lie_in_itself"


@dataclass(frozen=True, slots=True)
class ZoneNode:
    """A zone and what lies under it on one day, children by code."""

    id: int
    tree: str
    code: str
    name_zh: str
    name_en: str
    children: "tuple[ZoneNode, ...]"


@dataclass(frozen=True, slots=True)
class ParentRow:
    """``zone_id`` lies under ``parent_id`` from ``valid_from`` to ``valid_to`` (None = on)."""

    zone_id: int
    parent_id: int
    valid_from: date
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        """Whether the zone lies there on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def ensure_zone(
    session: Session,
    tree: str,
    code: str,
    name_zh: str,
    name_en: str,
    parent_id: int | None = None,
    valid_from: date | None = None,
) -> int:
    """Give the zone of a tree and code, making it under a parent of the same tree if missing.

    What is there already stays as and where it is; ``move_zone`` moves it.
    """
    made = insert_missing(
        session, zone, [{"tree": tree, "code": code, "name_zh": name_zh, "name_en": name_en}]
    )
    zone_id = session.execute(
        select(zone.c.id).where(zone.c.tree == tree, zone.c.code == code)
    ).scalar_one()
    if made and parent_id is not None:
        parent_tree = session.scalar(select(zone.c.tree).where(zone.c.id == parent_id))
        ensure(parent_tree == tree, "a zone and its parent are of the same tree")
        row = {
            "zone_id": zone_id,
            "parent_id": parent_id,
            "valid_from": valid_from or FROM_THE_START,
        }
        insert_rows(session, zone_parent, [row])
    return int(zone_id)


def move_zone(
    session: Session, zone_id: int, parent_id: int | None, from_day: date
) -> Refused | None:
    """Put a zone under another from a day on, or make it a root (None).

    History is only added to: refused on or before the day of its last move, when the two are of
    different trees, and when the zone would come to lie under itself on any day from then on.
    """
    trees = {
        row.id: row.tree
        for row in session.execute(
            select(zone.c.id, zone.c.tree).where(zone.c.id.in_([zone_id, parent_id]))
        )
    }
    for wanted in (zone_id, parent_id):
        if wanted is not None and wanted not in trees:
            return Refused(ZoneCode.ZONE_TO_MOVE_UNKNOWN, {"zone": wanted})
    if parent_id is not None and trees[zone_id] != trees[parent_id]:
        values = {"tree": trees[zone_id], "parent_tree": trees[parent_id]}
        return Refused(ZoneCode.ZONES_OF_DIFFERENT_TREES, values)
    # Two moves at once could each be right and together make a ring.
    session.execute(
        select(zone.c.id).where(zone.c.tree == trees[zone_id]).order_by(zone.c.id).with_for_update()
    )
    history = _parents(session, trees[zone_id])
    own = [row for row in history if row.zone_id == zone_id]
    last_day = max((_last_change(row) for row in own), default=None)
    if last_day is not None and from_day <= last_day:
        return Refused(ZoneCode.ZONE_MOVE_NOT_AFTER_LAST, {"date": from_day, "last_date": last_day})
    if parent_id is not None:
        loop_day = first_day_in_itself(history, zone_id, parent_id, from_day)
        if loop_day is not None:
            return Refused(ZoneCode.ZONE_WOULD_LIE_IN_ITSELF, {"date": loop_day})
    _write_move(session, zone_id, parent_id, from_day)
    return None


def first_day_in_itself(
    history: Sequence[ParentRow], zone_id: int, parent_id: int, from_day: date
) -> date | None:
    """Give the first day from which a zone under this parent would lie under itself; pure."""
    days = {from_day} | {row.valid_from for row in history if row.valid_from > from_day}
    for day in sorted(days):
        parents = {
            row.zone_id: row.parent_id
            for row in history
            if row.holds_on(day) and row.zone_id != zone_id
        }
        above: int | None = parent_id
        while above is not None:
            if above == zone_id:
                return day
            above = parents.get(above)
    return None


def ensure_cell(session: Session, zone_id: int, use_type: str = "") -> int:
    """Give the cell of a zone and a use type ('' = the zone as a whole), made on first use."""
    ensure(use_type in USE_TYPES, "a known use type")
    insert_missing(session, cell, [{"zone_id": zone_id, "use_type": use_type}])
    found = session.execute(
        select(cell.c.id).where(cell.c.zone_id == zone_id, cell.c.use_type == use_type)
    )
    return int(found.scalar_one())


def find_zone(session: Session, tree: str, code: str) -> int | None:
    """Find a zone by its tree and code."""
    return session.scalar(select(zone.c.id).where(zone.c.tree == tree, zone.c.code == code))


def parent_of(session: Session, zone_id: int, on: date) -> int | None:
    """Give the zone it lies under on a day; None for a root."""
    return session.scalar(
        select(zone_parent.c.parent_id).where(
            zone_parent.c.zone_id == zone_id,
            zone_parent.c.valid_from <= on,
            zone_parent.c.valid_to.is_(None) | (zone_parent.c.valid_to >= on),
        )
    )


def zone_tree(session: Session, tree: str, on: date) -> tuple[ZoneNode, ...]:
    """Give the roots of a tree as it stands on a day, each with all that lies under it."""
    zones = session.execute(select(zone).where(zone.c.tree == tree).order_by(zone.c.code)).all()
    parents = {row.zone_id: row.parent_id for row in _parents(session, tree) if row.holds_on(on)}
    made: dict[int, ZoneNode] = {}
    children: dict[int | None, list[int]] = {}
    for row in zones:
        children.setdefault(parents.get(row.id), []).append(row.id)
    rows = {row.id: row for row in zones}
    # From the leaves up, so that a node is made once its children are.
    for zone_id in reversed(_from_the_roots(children)):
        row = rows[zone_id]
        below = tuple(made[child] for child in children.get(zone_id, ()))
        made[zone_id] = ZoneNode(row.id, row.tree, row.code, row.name_zh, row.name_en, below)
    return tuple(made[root] for root in children.get(None, ()))


def subtree_zones(session: Session, zone_id: int, on: date) -> list[int]:
    """Give a zone and all that lies under it on a day, from the top down."""
    tree = session.scalar(select(zone.c.tree).where(zone.c.id == zone_id))
    if tree is None:
        raise InvariantBroken("the zone exists")
    children: dict[int | None, list[int]] = {None: [zone_id]}
    for row in _parents(session, tree):
        if row.holds_on(on) and row.zone_id != zone_id:
            children.setdefault(row.parent_id, []).append(row.zone_id)
    return _from_the_roots(children)


def subtree_cells(session: Session, zone_id: int, on: date) -> list[int]:
    """Give the cells of a zone and of all that lies under it on a day, in order of their ids."""
    zones = subtree_zones(session, zone_id, on)
    return list(
        session.scalars(select(cell.c.id).where(cell.c.zone_id.in_(zones)).order_by(cell.c.id))
    )


def _from_the_roots(children: Mapping[int | None, Sequence[int]]) -> list[int]:
    """List all that hangs under None, every zone after the one it lies in."""
    ordered = list(children.get(None, ()))
    for zone_id in ordered:
        ordered.extend(children.get(zone_id, ()))
    return ordered


def _parents(session: Session, tree: str) -> list[ParentRow]:
    found = session.execute(
        select(zone_parent)
        .join(zone, zone.c.id == zone_parent.c.zone_id)
        .where(zone.c.tree == tree)
        .order_by(zone_parent.c.zone_id, zone_parent.c.valid_from)
    )
    return [ParentRow(row.zone_id, row.parent_id, row.valid_from, row.valid_to) for row in found]


def _last_change(row: ParentRow) -> date:
    """The last day on which something about the row was settled already."""
    return row.valid_from if row.valid_to is None else row.valid_to


def _write_move(session: Session, zone_id: int, parent_id: int | None, from_day: date) -> None:
    session.execute(
        update(zone_parent)
        .where(zone_parent.c.zone_id == zone_id, zone_parent.c.valid_to.is_(None))
        .values(valid_to=from_day - timedelta(days=1))
    )
    if parent_id is not None:
        row = {"zone_id": zone_id, "parent_id": parent_id, "valid_from": from_day}
        insert_rows(session, zone_parent, [row])
