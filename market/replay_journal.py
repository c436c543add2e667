"""Admissions against the journal: what the log says stood, stands exactly so; the rest does not.

Reads entries and transfers by key; knows no order and no book.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from ledger.core.entries import Entry, PositionKey
from ledger.core.reference_rows import rows_where
from ledger.core.tables import entry, position, transfer
from market.record import ReplayedRecord
from market.replay_findings import Differences, ReplayCode

Told = tuple[object, ...]


def compare_with_journal(
    session: Session, commands: Mapping[int, ReplayedRecord], differences: Differences
) -> int:
    """Compare the entries of some commands with the journal; give how many were looked at."""
    asked = [
        (number, one, refused is not None)
        for number, record in commands.items()
        for one, refused in [*record.held, *((settled, None) for settled in record.settled)]
    ]
    stored = _stored(session, [one.key for _, one, _ in asked])
    for number, one, was_refused in asked:
        found = stored.get(one.key)
        if was_refused:
            if found is not None:
                differences.add(ReplayCode.REFUSED_ENTRY_STANDS, number, None, found, one.key)
        elif found is None:
            differences.add(ReplayCode.ADMITTED_ENTRY_MISSING, number, _told(one), None, one.key)
        elif found != _told(one):
            differences.add(ReplayCode.ADMITTED_ENTRY_DIFFERS, number, _told(one), found, one.key)
    return len(asked)


def balances_now(session: Session, keys: Iterable[PositionKey]) -> dict[PositionKey, int]:
    """Give the balances of those of some positions that are there and not empty."""
    wanted = set(keys)
    columns = position.c
    query = select(position).where(
        columns.kind.in_({key.kind.value for key in wanted}), columns.credits != columns.debits
    )
    accounts = {key.account_id for key in wanted}
    return {
        key: row.credits - row.debits
        for row in rows_where(session, query, columns.account_id, accounts)
        if (key := _key(row)) in wanted
    }


def _stored(session: Session, keys: Iterable[str]) -> dict[str, Told]:
    """Give entries by key, each as all that counts of it."""
    heads = {row.id: row for row in rows_where(session, select(entry), entry.c.key, set(keys))}
    debit, credit = aliased(position, name="debited"), aliased(position, name="credited")
    lines: dict[int, list[tuple[int, Told]]] = {number: [] for number in heads}
    columns = ("account_id", "asset_id", "kind", "ref", "for_party_id")
    query = (
        select(
            transfer.c.entry_id,
            transfer.c.line,
            transfer.c.amount,
            *(debit.c[name].label(f"debit_{name}") for name in columns),
            *(credit.c[name].label(f"credit_{name}") for name in columns),
        )
        .join(debit, debit.c.id == transfer.c.debit_position_id)
        .join(credit, credit.c.id == transfer.c.credit_position_id)
    )
    for row in rows_where(session, query, transfer.c.entry_id, set(heads)):
        said = row._mapping
        ends = [tuple(said[f"{end}_{name}"] for name in columns) for end in ("debit", "credit")]
        lines[row.entry_id].append((row.line, (*ends, row.amount)))
    return {
        head.key: (
            head.kind,
            head.business_date.isoformat(),
            head.actor,
            head.document,
            head.unit_price_micro,
            head.money_fen,
            tuple(line for _, line in sorted(lines[number])),
        )
        for number, head in heads.items()
    }


def _told(one: Entry) -> Told:
    return (
        str(one.kind),
        one.business_date.isoformat(),
        one.actor,
        one.document,
        one.unit_price_micro,
        one.money_fen,
        tuple((_plain(leg.debit), _plain(leg.credit), leg.amount) for leg in one.transfers),
    )


def _plain(name: object) -> object:
    return (*name[:2], str(name.kind), *name[3:]) if isinstance(name, PositionKey) else name


def _key(row: Any) -> PositionKey:
    return PositionKey(row.account_id, row.asset_id, row.kind, row.ref, row.for_party_id)
