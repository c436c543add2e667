"""Setting from which year to which an account must report and answer for its use.

Whether a change is possible is decided by the status engine: no reported use may be left outside.
"""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy.orm import Session

from ledger.compliance.codes import RecordCode
from ledger.compliance.overview import recorded_state
from ledger.compliance.records import Duty, duties_of, write_duties, year_records
from ledger.compliance.status import SetFirstYear, SetLastYear, State, apply, begin
from ledger.core.clock import Now
from ledger.core.deciding import TEXT_LENGTH_MAX
from ledger.refusals import Refused
from ledger.registry.accounts import AccountCode, AccountKind, AccountRow, accounts_by_id
from ledger.rights.schemes import periods_of

_TEXT_SHOWN = 60


def set_duties(
    session: Session, duties: Sequence[Duty], now: Now, *, actor: str, document: str
) -> list[Duty | Refused]:
    """Set duties in order: each the duty as it stands now, or the rule that refuses it.

    A duty that stands so already is answered and not written again.
    """
    refused = refuse_signature(actor, document)
    if refused is not None:
        return [refused for _ in duties]
    ids = [one.account_id for one in duties]
    accounts = accounts_by_id(session, ids, alone=True)
    scheme_years = years_of_schemes(session, accounts.values())
    standing = duties_of(session, ids)
    records = year_records(session, ids)
    results: list[Duty | Refused] = []
    written: list[tuple[int, Duty]] = []
    for one in duties:
        account = accounts.get(one.account_id)
        version, known = standing.get(one.account_id, (0, None))
        fault = refuse_account(account, one.account_id) or _refuse_years(
            one, set() if account is None else scheme_years[account.scheme_id]
        )
        if fault is None and known != one:
            before = recorded_state(known or one, records.get(one.account_id, {}), now.today.year)
            changed = change_years(before, one) if known else _begin(before)
            fault = changed if isinstance(changed, Refused) else None
        if fault is not None:
            results.append(fault)
            continue
        if known != one:
            standing[one.account_id] = (version + 1, one)
            written.append((version + 1, one))
        results.append(one)
    write_duties(session, written, now, actor, document)
    return results


def change_years(state: State, wanted: Duty) -> State | Refused:
    """Change first and last year together; pure.

    The two events are tried in either order: a duty that moves as a whole passes through a state
    that only one of the orders allows.
    """
    events = (SetFirstYear(wanted.first_year), SetLastYear(wanted.last_year))
    outcome: State | Refused = state
    for one, other in (events, events[::-1]):
        step = apply(state, one)
        outcome = step if isinstance(step, Refused) else apply(step, other)
        if not isinstance(outcome, Refused):
            return outcome
    return outcome


def refuse_signature(actor: str, document: str) -> Refused | None:
    """Nothing is recorded without who says so and by which paper."""
    if not actor.strip() or not document.strip():
        return Refused(RecordCode.RECORD_WITHOUT_DOCUMENT)
    for text in (actor, document):
        if len(text) > TEXT_LENGTH_MAX or not text.isprintable():
            values = {"text": ascii(text)[:_TEXT_SHOWN], "limit": TEXT_LENGTH_MAX}
            return Refused(RecordCode.RECORD_TEXT_UNREADABLE, values)
    return None


def refuse_account(account: AccountRow | None, account_id: int) -> Refused | None:
    """A duty is a holder's.  A closed account still has one: its last year comes after closing."""
    if account is None:
        return Refused(AccountCode.ACCOUNT_NOT_FOUND, {"account": str(account_id)})
    if account.kind is not AccountKind.HOLDER:
        return Refused(RecordCode.RECORD_NEEDS_HOLDER, {"account": account.number})
    return None


def years_of_schemes(session: Session, accounts: Iterable[AccountRow]) -> dict[int, dict[int, int]]:
    """Give the compliance years of the accounts' schemes: scheme -> year -> id of its period."""
    return {
        scheme_id: {
            row.starts_on.year: row.id
            for row in periods_of(session, scheme_id)
            if row.kind == "year"
        }
        for scheme_id in {row.scheme_id for row in accounts}
    }


def _begin(state: State) -> State | Refused:
    return begin(state.first_year, state.last_year, state.current_year)


def _refuse_years(one: Duty, years: Collection[int]) -> Refused | None:
    for year in (one.first_year, one.last_year):
        if year is not None and year not in years:
            return Refused(RecordCode.YEAR_NOT_OF_SCHEME, {"year": str(year)})
    return None
