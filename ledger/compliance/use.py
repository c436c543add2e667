"""Recording what was used: verified emissions, discharges, metered water; and excluded years.

Whether a report is accepted is decided by the status engine, from the duty and what stands on
record.  Where the scheme's ``use_rule`` is *deducted*, the metered amount is taken off what the
account holds for that year in the same transaction (``ledger.compliance.deduction``).  Use is a
fact: what is metered beyond what is held is recorded in full, and what lacks is answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from ledger.compliance.codes import RecordCode
from ledger.compliance.cover import UseRule, use_rules
from ledger.compliance.deduction import Deducted, Deductions, Target
from ledger.compliance.duties import refuse_account, refuse_signature, years_of_schemes
from ledger.compliance.overview import recorded_state
from ledger.compliance.records import (
    NO_RECORD,
    NewVersion,
    UseState,
    after,
    duties_of,
    write_versions,
    year_records,
)
from ledger.compliance.status import Emissions, Event, Exclude, Unexclude, apply
from ledger.core.clock import Now
from ledger.core.moves import AMOUNT_MAX
from ledger.refusals import Refused
from ledger.registry.accounts import AccountRow, accounts_by_id, cell_accounts
from ledger.rights.schemes import assets_of, periods_of


@dataclass(frozen=True, slots=True)
class UseReport:
    """So much (smallest units of the scheme, 0..10^15) was used in a calendar year.

    ``amount`` None takes the report back.  ``asset_id`` names the asset it is taken off, where a
    scheme deducts and the year has several.
    """

    account_id: int
    year: int
    amount: int | None
    asset_id: int | None = None


@dataclass(frozen=True, slots=True)
class AccountYear:
    """One year of one account."""

    account_id: int
    year: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """The report stands.

    ``again`` tells that it stood so before; ``deducted`` is what is taken off holdings for the
    year now and ``uncovered`` what could not be (both 0 where the scheme does not deduct).
    """

    account_id: int
    year: int
    again: bool = False
    deducted: int = 0
    uncovered: int = 0


def record_use(
    session: Session,
    reports: Sequence[UseReport],
    now: Now,
    *,
    business_date: date,
    actor: str,
    document: str,
) -> list[Recorded | Refused]:
    """Record use in order: one result each; a refused one stops no other.

    A later report for a year corrects the earlier one.  The same report again changes nothing on
    record, and takes off what could not be taken before.
    """
    refused = refuse_signature(actor, document)
    if refused is not None:
        return [refused for _ in reports]
    counter = _Counter(session, [one.account_id for one in reports], now, business_date)
    faults = [counter.refuse(one.account_id, one.year) or _refuse_amount(one) for one in reports]
    targets = [
        None if fault else counter.target(one) for one, fault in zip(reports, faults, strict=True)
    ]
    taking = [target for target in targets if isinstance(target, Target)]
    deductions = (
        Deductions(session, taking, now, business_date, actor, document) if taking else None
    )
    results = [
        fault or counter.report(one, target, deductions)
        for one, fault, target in zip(reports, faults, targets, strict=True)
    ]
    if deductions is not None:
        deductions.flush()
    write_versions(session, counter.versions, now, actor, document)
    return results


def exclude_years(
    session: Session, years: Sequence[AccountYear], now: Now, *, actor: str, document: str
) -> list[Recorded | Refused]:
    """Take years out of the duty; refused where use above zero is reported.  Twice is once."""
    return _turn(session, years, now, UseState.EXCLUDED, actor, document)


def include_years(
    session: Session, years: Sequence[AccountYear], now: Now, *, actor: str, document: str
) -> list[Recorded | Refused]:
    """Undo an exclusion: what was reported for the year counts again."""
    return _turn(session, years, now, UseState.INCLUDED, actor, document)


def _turn(
    session: Session,
    years: Sequence[AccountYear],
    now: Now,
    state: UseState,
    actor: str,
    document: str,
) -> list[Recorded | Refused]:
    refused = refuse_signature(actor, document)
    if refused is not None:
        return [refused for _ in years]
    counter = _Counter(session, [one.account_id for one in years], now, now.today)
    results = [
        counter.refuse(one.account_id, one.year) or counter.turn(one, state) for one in years
    ]
    write_versions(session, counter.versions, now, actor, document)
    return results


def _refuse_amount(one: UseReport) -> Refused | None:
    if one.amount is None or 0 <= one.amount <= AMOUNT_MAX:
        return None
    values = {"amount": one.amount, "limit": AMOUNT_MAX}
    code = RecordCode.USE_NEGATIVE if one.amount < 0 else RecordCode.USE_TOO_LARGE
    return Refused(code, values)


class _Counter:
    """What a batch rests on, read once with the accounts held, and what it has decided so far."""

    def __init__(
        self, session: Session, account_ids: Sequence[int], now: Now, business_date: date
    ) -> None:
        self.versions: list[NewVersion] = []
        self._current_year = now.today.year
        self._accounts = accounts_by_id(session, account_ids, alone=True)
        accounts = self._accounts.values()
        self._years = years_of_schemes(session, accounts)
        self._duties = duties_of(session, account_ids)
        self._records = year_records(session, account_ids)
        self._seen: set[tuple[int, int]] = set()
        rules = use_rules(session, account_ids, business_date)
        self._deducting = {
            account_id for account_id, rule in rules.items() if rule is UseRule.DEDUCTED
        }
        schemes = {row.scheme_id for row in accounts if row.id in self._deducting}
        self._units = {scheme_id: _units_by_year(session, scheme_id) for scheme_id in schemes}
        self._cells = cell_accounts(
            session,
            {
                (row.scheme_id, row.cell_id)
                for row in accounts
                if row.id in self._deducting and row.cell_id is not None
            },
        )

    def refuse(self, account_id: int, year: int) -> Refused | None:
        """The rules about the account and the year, in order."""
        account = self._accounts.get(account_id)
        refused = refuse_account(account, account_id)
        if account is None or refused is not None:
            return refused
        if year not in self._years[account.scheme_id]:
            return Refused(RecordCode.YEAR_NOT_OF_SCHEME, {"year": str(year)})
        if account_id not in self._duties:
            return Refused(RecordCode.DUTY_MISSING, {"account": account.number})
        if (account_id, year) in self._seen:
            values = {"account": account.number, "year": str(year)}
            return Refused(RecordCode.YEAR_TWICE_IN_BATCH, values)
        self._seen.add((account_id, year))
        return None

    def target(self, one: UseReport) -> Target | Refused | None:
        """Say what a report that passed ``refuse`` takes off; None where nothing ever is."""
        if one.account_id not in self._deducting:
            return None
        account = self._accounts[one.account_id]
        asset_id = self._asset_to_use(one, account) if one.amount else None
        if isinstance(asset_id, Refused):
            return asset_id
        return Target(
            account_id=account.id,
            cell_account_id=self._cells[account.scheme_id, account.cell_id or 0],
            year=one.year,
            year_code=str(one.year),
            year_period_id=self._years[account.scheme_id][one.year],
            asset_id=asset_id,
            amount=one.amount or 0,
        )

    def _asset_to_use(self, one: UseReport, account: AccountRow) -> int | Refused:
        found = self._units[account.scheme_id].get(one.year, [])
        if one.asset_id in found:
            return one.asset_id
        values = {"account": account.number, "year": str(one.year)}
        if one.asset_id is None and len(found) == 1:
            return found[0]
        if one.asset_id is None and found:
            return Refused(RecordCode.USE_ASSET_NOT_TOLD, values)
        return Refused(RecordCode.USE_ASSET_MISSING, values)

    def report(
        self, one: UseReport, target: Target | Refused | None, deductions: Deductions | None
    ) -> Recorded | Refused:
        """Accept or refuse a report, and take off what is to be taken off for it."""
        if isinstance(target, Refused):
            return target
        refused = self._refuse_event(one.account_id, Emissions(one.year, one.amount))
        if refused is not None:
            return refused
        taken = Deducted(0, 0)
        if target is not None and deductions is not None:
            outcome = deductions.take(target)
            if isinstance(outcome, Refused):
                return outcome
            taken = outcome
        state = UseState.WITHDRAWN if one.amount is None else UseState.VERIFIED
        again = self._stands(one.account_id, one.year, state, one.amount)
        return Recorded(one.account_id, one.year, again, taken.deducted, taken.uncovered)

    def turn(self, one: AccountYear, state: UseState) -> Recorded | Refused:
        """Exclude a year or include it again."""
        event = Exclude(one.year) if state is UseState.EXCLUDED else Unexclude(one.year)
        refused = self._refuse_event(one.account_id, event)
        if refused is not None:
            return refused
        again = self._stands(one.account_id, one.year, state, None)
        return Recorded(one.account_id, one.year, again)

    def _refuse_event(self, account_id: int, event: Event) -> Refused | None:
        _, duty = self._duties[account_id]
        state = recorded_state(duty, self._records.get(account_id, {}), self._current_year)
        outcome = apply(state, event)
        return outcome if isinstance(outcome, Refused) else None

    def _stands(self, account_id: int, year: int, state: UseState, amount: int | None) -> bool:
        """Whether the record says so already; if not, note the version that will."""
        years = self._records.setdefault(account_id, {})
        record = years.get(year, NO_RECORD)
        new = after(record, record.version + 1, state, amount)
        if replace(new, version=record.version) == record:
            return True
        if state is UseState.WITHDRAWN and record.report is None:
            return True
        years[year] = new
        self.versions.append(NewVersion(account_id, year, new.version, state, amount))
        return False


def _units_by_year(session: Session, scheme_id: int) -> dict[int, list[int]]:
    """Give the units that are for each calendar year: year -> asset ids."""
    periods = {row.id: row for row in periods_of(session, scheme_id)}
    units: dict[int, list[int]] = {}
    for row in assets_of(session, scheme_id):
        if row.role == "unit" and row.period_id is not None:
            term = periods[row.period_id]
            for year in range(term.starts_on.year, term.ends_on.year + 1):
                units.setdefault(year, []).append(row.id)
    return units
