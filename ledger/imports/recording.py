"""Posts the changes of some accounts and keeps their published cells, in one transaction.

What is posted and what is kept as published stand or fall together, so that an import that breaks
off goes on where it stopped.  Statements are per batch, never per row.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from ledger.core.entries import Entry, PositionKey, Transfer
from ledger.core.moves import EntryKind
from ledger.core.posting import WorkingSet
from ledger.imports.comparing import AccountChange, NewVersion
from ledger.imports.faults import ExtractCode
from ledger.imports.holders import open_published_accounts
from ledger.imports.planning import PhaseChange, Step, lowest_while_undoing, steps_of
from ledger.imports.setting_up import ACTOR, CountryPhase, Ground, note_allocated
from ledger.imports.standing import Group, StandingEntry, standing_entries
from ledger.imports.stored_extract import write_account_versions, write_year_versions
from ledger.imports.trouble import ImportStopped
from ledger.imports.verified_use import record_duties, record_verified_use
from ledger.refusals import Refused

INFLOW_DOCUMENT = "transfers not in this extract"


@dataclass(frozen=True, slots=True)
class NotPosted:
    """A correction that the ledger refuses; the account's phase stays as it was."""

    account: str
    phase: str
    from_year: int
    refused: Refused


@dataclass(slots=True)
class Recorded:
    """What was posted, or would be: entries by kind; units posted and undone by (phase, kind)."""

    entries: Counter[str] = field(default_factory=Counter)
    units: Counter[tuple[str, str]] = field(default_factory=Counter)
    undone: Counter[tuple[str, str]] = field(default_factory=Counter)
    account_years: int = 0
    not_posted: list[NotPosted] = field(default_factory=list)

    def add(self, other: "Recorded") -> None:
        """Take in what another batch did."""
        self.entries.update(other.entries)
        self.units.update(other.units)
        self.undone.update(other.undone)
        self.account_years += other.account_years
        self.not_posted.extend(other.not_posted)


@dataclass(frozen=True, slots=True)
class PhasePlan:
    """What is to be posted for one account and phase: entries to undo, last first, then steps."""

    ref: str
    country: str
    account_id: int
    change: PhaseChange
    undone: tuple[StandingEntry, ...]
    steps: tuple[Step, ...]


def plan_phase(
    ref: str,
    country: str,
    account_id: int,
    change: PhaseChange,
    balance: int,
    standing: Sequence[StandingEntry],
) -> PhasePlan | Refused:
    """Plan one account and phase from its holding and the entries that stand, last first."""
    undone = tuple(one for one in standing if one.year >= change.from_year)
    if any(one.reversed_by_hand for one in undone):
        values = {"account": ref, "phase": change.phase, "year": str(change.from_year)}
        return Refused(ExtractCode.ENTRY_REVERSED_BY_HAND, values)
    lowest = lowest_while_undoing(balance, ((one.kind, one.amount) for one in undone))
    if lowest < 0:
        missing = {"account": ref, "phase": change.phase, "missing": -lowest}
        return Refused(ExtractCode.UNITS_HAVE_MOVED_ON, missing)
    for one in undone:
        balance += one.amount if one.kind is EntryKind.SURRENDER else -one.amount
    steps = tuple(steps_of(balance, change.figures))
    return PhasePlan(ref, country, account_id, change, undone, steps)


def record(session: Session, ground: Ground, changes: Sequence[AccountChange]) -> Recorded:
    """Write all that is to be done for some accounts."""
    accounts = _accounts(session, ground, changes)
    working_set = WorkingSet(session, ground.now)
    working_set.open(_positions(ground, changes, accounts))
    plans, recorded = plan_batch(
        changes,
        accounts,
        lambda group: working_set.balance(ground.holding(*group)),
        standing_entries(session, ground.assets, ground.years, _to_undo(changes, accounts)),
    )
    undone = [one.entry_id for plan in plans for one in plan.undone]
    if undone:
        positions = {
            number
            for plan in plans
            for one in plan.undone
            for number in (one.debit_position_id, one.credit_position_id)
        }
        working_set.open(positions, reverses=undone)
    for result in working_set.post_all([*_reversals(ground, plans), *_entries(ground, plans)]):
        if isinstance(result, Refused):
            raise ImportStopped(result)
    _keep_published(session, ground, changes, accounts, recorded)
    note_allocated(session, ground, _allocated(plans))
    return recorded


def plan_batch(
    changes: Sequence[AccountChange],
    accounts: dict[str, int],
    balance_of: Callable[[Group], int],
    standing: dict[Group, list[StandingEntry]],
) -> tuple[list[PhasePlan], Recorded]:
    """Plan every account and phase; what the ledger refuses is listed and left as it is."""
    plans: list[PhasePlan] = []
    recorded = Recorded()
    for change in changes:
        ref = change.compared.ref
        for phase in change.phases:
            group = accounts[ref], phase.phase
            plan = plan_phase(
                ref,
                change.country,
                accounts[ref],
                phase,
                balance_of(group),
                standing.get(group, ()),
            )
            if isinstance(plan, Refused):
                recorded.not_posted.append(NotPosted(ref, phase.phase, phase.from_year, plan))
            else:
                plans.append(plan)
                _count(plan, recorded)
        recorded.account_years += len(change.rows)
    return plans, recorded


def _count(plan: PhasePlan, recorded: Recorded) -> None:
    phase = plan.change.phase
    for one in plan.undone:
        recorded.entries[EntryKind.REVERSAL.value] += 1
        recorded.undone[phase, one.kind.value] += one.amount
    for one_step in plan.steps:
        recorded.entries[one_step.kind.value] += 1
        recorded.units[phase, one_step.kind.value] += one_step.amount


def _accounts(session: Session, ground: Ground, changes: Sequence[AccountChange]) -> dict[str, int]:
    new = [
        change.compared.published
        for change in changes
        if change.compared.published is not None and change.compared.known is None
    ]
    opened = open_published_accounts(session, ground, new) if new else {}
    there = {
        change.compared.ref: change.compared.known.account_id
        for change in changes
        if change.compared.known is not None
    }
    return opened | there


def _positions(
    ground: Ground, changes: Sequence[AccountChange], accounts: dict[str, int]
) -> Iterable[PositionKey]:
    """Give every position that an entry of the batch may touch."""
    for change in changes:
        for phase in change.phases:
            yield ground.holding(accounts[change.compared.ref], phase.phase)
            yield ground.total(change.country, phase.phase)
            yield ground.outside(phase.phase)
            for figures in phase.figures:
                if figures.surrendered:
                    yield ground.surrendered(change.country, figures.year)


def _to_undo(changes: Sequence[AccountChange], accounts: dict[str, int]) -> list[Group]:
    return [
        (accounts[change.compared.ref], phase.phase)
        for change in changes
        for phase in change.phases
        if phase.undoes
    ]


def _reversals(ground: Ground, plans: Sequence[PhasePlan]) -> list[Entry]:
    return [
        Entry(
            kind=EntryKind.REVERSAL,
            key=ground.key(plan.ref, one.year, "undo", one.kind.value),
            business_date=one.business_date,
            transfers=(Transfer(one.credit_position_id, one.debit_position_id, one.amount),),
            actor=ACTOR,
            period_id=ground.periods[one.year],
            reverses=one.entry_id,
        )
        for plan in plans
        for one in plan.undone
    ]


def _entries(ground: Ground, plans: Sequence[PhasePlan]) -> list[Entry]:
    entries: list[Entry] = []
    surrendered: dict[tuple[str, int], PositionKey] = {}
    for plan in plans:
        for year in {one.year for one in plan.steps}:
            if (plan.country, year) not in surrendered:
                surrendered[plan.country, year] = ground.surrendered(plan.country, year)
        entries.extend(_entries_of(ground, plan, surrendered))
    return entries


def _entries_of(
    ground: Ground, plan: PhasePlan, surrendered: Mapping[tuple[str, int], PositionKey]
) -> Iterator[Entry]:
    phase = plan.change.phase
    holding = ground.holding(plan.account_id, phase)
    total, outside = ground.total(plan.country, phase), ground.outside(phase)
    prefix = f"{ground.key_prefix}:{plan.ref}"
    for year, kind, amount in plan.steps:
        at = ground.years.by_year[year]
        day, document = at.surrendered_on, ""
        if kind is EntryKind.ALLOCATE:
            transfer = Transfer(total, holding, amount)
            day = at.allocated_on
        elif kind is EntryKind.IMPORT:
            transfer = Transfer(outside, holding, amount)
            document = INFLOW_DOCUMENT
        else:
            transfer = Transfer(holding, surrendered[plan.country, year], amount)
        yield Entry(
            kind=kind,
            key=f"{prefix}:{year}:{kind.value}",
            business_date=day,
            transfers=(transfer,),
            actor=ACTOR,
            document=document,
            period_id=ground.periods[year],
        )


def _allocated(plans: Sequence[PhasePlan]) -> Counter[CountryPhase]:
    changed: Counter[CountryPhase] = Counter()
    for plan in plans:
        change = plan.change
        changed[plan.country, change.phase] += change.allocated_more - change.allocated_less
    return changed


def _keep_published(
    session: Session,
    ground: Ground,
    changes: Sequence[AccountChange],
    accounts: dict[str, int],
    recorded: Recorded,
) -> None:
    edition = ground.edition
    versions = [
        (accounts[change.compared.ref], change.cells_version, change.compared.published.cells)
        for change in changes
        if change.cells_changed and change.compared.published is not None
    ]
    write_account_versions(session, edition, versions)
    record_duties(session, ground, [(account_id, cells) for account_id, _, cells in versions])
    left_out = {(one.account, one.phase) for one in recorded.not_posted}
    rows: list[tuple[int, NewVersion]] = [
        (accounts[change.compared.ref], new)
        for change in changes
        for new in change.rows
        if (change.compared.ref, ground.years.by_year[new.row.year].phase) not in left_out
    ]
    recorded.account_years = len(rows)
    write_year_versions(session, edition, rows)
    record_verified_use(session, ground, rows)
