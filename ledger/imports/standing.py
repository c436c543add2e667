"""Entries of earlier editions that still stand, found in the journal itself.

Only corrections ask for them.  Knows the keys under which an import posts, and nothing of plans.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from ledger.core.moves import EntryKind, PositionKind
from ledger.core.reference_rows import rows_where
from ledger.core.tables import entry, position, transfer
from ledger.imports.scheme_years import SchemeYears

Group = tuple[int, str]
"""An account's number and a phase."""

_KINDS = (EntryKind.ALLOCATE, EntryKind.IMPORT, EntryKind.SURRENDER)


class StandingEntry(NamedTuple):
    """An entry of an import, of one line, that was not undone by an import."""

    entry_id: int
    year: int
    kind: EntryKind
    business_date: date
    debit_position_id: int
    credit_position_id: int
    amount: int
    reversed_by_hand: bool


def standing_entries(
    session: Session,
    assets: Mapping[str, int],
    years: SchemeYears,
    groups: Sequence[Group],
) -> dict[Group, list[StandingEntry]]:
    """Give the entries that imports posted for accounts and phases, the last one first."""
    if not groups:
        return {}
    phases = {asset_id: phase for phase, asset_id in assets.items()}
    wanted = set(groups)
    found: dict[Group, list[StandingEntry]] = {}
    prefix = f"extract:{years.scheme_code}:"
    for side in (transfer.c.debit_position_id, transfer.c.credit_position_id):
        for row in _rows(session, side, prefix, groups, phases):
            group = (row.account_id, phases[row.asset_id])
            if group not in wanted or (row.undone_by or "").startswith(prefix):
                continue
            found.setdefault(group, []).append(
                StandingEntry(
                    row.id,
                    _year_of(row.key),
                    EntryKind(row.kind),
                    row.business_date,
                    row.debit_position_id,
                    row.credit_position_id,
                    row.amount,
                    row.undone_by is not None,
                )
            )
    for entries in found.values():
        entries.sort(reverse=True)
    return found


def _rows(
    session: Session,
    side: ColumnElement[int],
    prefix: str,
    groups: Sequence[Group],
    phases: Mapping[int, str],
) -> list[Any]:
    reversal = entry.alias("reversal")
    query = (
        select(
            entry.c.id,
            entry.c.key,
            entry.c.kind,
            entry.c.business_date,
            position.c.account_id,
            position.c.asset_id,
            transfer.c.debit_position_id,
            transfer.c.credit_position_id,
            transfer.c.amount,
            reversal.c.key.label("undone_by"),
        )
        .select_from(position)
        .join(transfer, side == position.c.id)
        .join(entry, entry.c.id == transfer.c.entry_id)
        .outerjoin(reversal, reversal.c.reverses == entry.c.id)
        .where(
            position.c.kind == PositionKind.HOLDING.value,
            position.c.asset_id.in_(phases),
            entry.c.kind.in_([kind.value for kind in _KINDS]),
            entry.c.key.startswith(prefix, autoescape=True),
        )
    )
    accounts = [account_id for account_id, _ in groups]
    return list(rows_where(session, query, position.c.account_id, accounts))


def _year_of(key: str) -> int:
    """Read the year back from a key that an import made."""
    return int(key.rsplit(":", 2)[1])


def holdings(
    session: Session, assets: Mapping[str, int], groups: Sequence[Group]
) -> dict[Group, int]:
    """Give what accounts hold of phases, where they ever held anything; nothing is locked."""
    phases = {asset_id: phase for phase, asset_id in assets.items()}
    query = select(
        position.c.account_id,
        position.c.asset_id,
        (position.c.credits - position.c.debits).label("balance"),
    ).where(
        position.c.kind == PositionKind.HOLDING.value,
        position.c.ref == "",
        position.c.asset_id.in_(phases),
    )
    accounts = [account_id for account_id, _ in groups]
    found = rows_where(session, query, position.c.account_id, accounts)
    return {(row.account_id, phases[row.asset_id]): row.balance for row in found}
