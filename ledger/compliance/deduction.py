"""Taking metered use off what is held: the postings behind a report where a scheme deducts.

A year's use stands as one or more ``use`` entries.  More use adds one; less use reverses what
stands and takes the smaller amount anew, because nothing posted is edited.  What is not there
cannot be taken: it is answered as uncovered and shows in the status.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.core.clock import Now
from ledger.core.entries import Entry, PositionKey, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import WorkingSet
from ledger.core.reference_rows import rows_where
from ledger.core.tables import entry, position, transfer
from ledger.refusals import Refused


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be taken off for an account's year, in all: ``amount`` smallest units (0 or more).

    ``asset_id`` may be None where the amount is 0.
    """

    account_id: int
    cell_account_id: int
    year: int
    year_code: str
    year_period_id: int
    asset_id: int | None
    amount: int

    @property
    def account_year(self) -> tuple[int, int]:
        """Whose year it is: account and period."""
        return (self.account_id, self.year_period_id)

    def holding(self, asset_id: int) -> PositionKey:
        """What it is taken from."""
        return PositionKey(self.account_id, asset_id, PositionKind.HOLDING)

    def used(self, asset_id: int) -> PositionKey:
        """Where it goes."""
        return PositionKey(self.cell_account_id, asset_id, PositionKind.USED, self.year_code)


@dataclass(frozen=True, slots=True)
class Taken:
    """One ``use`` entry about an account's year."""

    entry_id: int
    asset_id: int
    amount: int
    is_reversed: bool


@dataclass(frozen=True, slots=True)
class Deducted:
    """What is taken off for the year now, and what could not be."""

    deducted: int
    uncovered: int


class Deductions:
    """One batch of deductions: opened together, decided in order, written at the end."""

    def __init__(
        self,
        session: Session,
        targets: Sequence[Target],
        now: Now,
        business_date: date,
        actor: str,
        document: str,
    ) -> None:
        self._business_date = business_date
        self._actor = actor
        self._document = document
        self._taken = taken_for(session, targets)
        self._working_set = WorkingSet(session, now)
        live = [one for entries in self._taken.values() for one in entries if not one.is_reversed]
        self._working_set.open(
            [name for target in targets for name in self._positions(target)],
            reverses=[one.entry_id for one in live],
        )

    def _positions(self, target: Target) -> list[PositionKey]:
        assets = {one.asset_id for one in self._taken.get(target.account_year, ())}
        if target.asset_id is not None:
            assets.add(target.asset_id)
        return [
            name
            for asset_id in sorted(assets)
            for name in (target.holding(asset_id), target.used(asset_id))
        ]

    def take(self, target: Target) -> Deducted | Refused:
        """Bring what is taken for the year to the target, as far as holdings go.

        At most once for an account's year in one batch.  Refused only by posting (a closed month,
        a day in the future), and then nothing of it is done.
        """
        entries = self._taken.get(target.account_year, [])
        live = [one for one in entries if not one.is_reversed]
        standing = sum(one.amount for one in live)
        if target.amount < standing or any(one.asset_id != target.asset_id for one in live):
            for one in live:
                result = self._working_set.try_post(self._reversal(target, one))
                if isinstance(result, Refused):
                    return result
            standing = 0
        missing = target.amount - standing
        if missing and target.asset_id is not None:
            holding = target.holding(target.asset_id)
            amount = min(missing, self._working_set.balance(holding))
            if amount:
                leg = Transfer(holding, target.used(target.asset_id), amount)
                key = f"use:{target.account_id}:{target.year_code}:{len(entries) + 1}"
                result = self._working_set.try_post(self._entry(target, key, leg))
                if isinstance(result, Refused):
                    return result
                standing += amount
        return Deducted(standing, target.amount - standing)

    def flush(self) -> None:
        """Write what was taken."""
        self._working_set.flush()

    def _entry(self, target: Target, key: str, leg: Transfer, reverses: int | None = None) -> Entry:
        return Entry(
            kind=EntryKind.USE if reverses is None else EntryKind.REVERSAL,
            key=key,
            business_date=self._business_date,
            transfers=(leg,),
            actor=self._actor,
            document=self._document,
            period_id=target.year_period_id,
            reverses=reverses,
        )

    def _reversal(self, target: Target, one: Taken) -> Entry:
        leg = Transfer(target.used(one.asset_id), target.holding(one.asset_id), one.amount)
        return self._entry(target, f"use-back:{one.entry_id}", leg, reverses=one.entry_id)


def taken_for(session: Session, targets: Sequence[Target]) -> dict[tuple[int, int], list[Taken]]:
    """Give all ``use`` entries of the targets' accounts and years, by rising number."""
    wanted = {target.account_year for target in targets}
    reversal = entry.alias("reversal")
    query = (
        select(
            position.c.account_id,
            entry.c.period_id,
            entry.c.id,
            transfer.c.asset_id,
            transfer.c.amount,
            select(reversal.c.id)
            .where(reversal.c.reverses == entry.c.id)
            .scalar_subquery()
            .label("reversed_by"),
        )
        .join(transfer, transfer.c.debit_position_id == position.c.id)
        .join(entry, entry.c.id == transfer.c.entry_id)
        .where(entry.c.kind == EntryKind.USE)
        .order_by(entry.c.id)
    )
    found: dict[tuple[int, int], list[Taken]] = {}
    accounts = {target.account_id for target in targets}
    for row in rows_where(session, query, position.c.account_id, accounts):
        if (row.account_id, row.period_id) in wanted:
            found.setdefault((row.account_id, row.period_id), []).append(
                Taken(row.id, row.asset_id, row.amount, row.reversed_by is not None)
            )
    return found
