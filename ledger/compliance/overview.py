"""Where accounts stand with their duty, many at once: record and journal folded into the status.

The rules of the status are in ``ledger.compliance.status``; here its state is put together from
what was recorded and what the journal says.
"""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy.orm import Session

from ledger.compliance.cover import UseRule, handed_in, held_at_year_ends, use_rules
from ledger.compliance.records import Duty, YearRecord, duties_of, year_records
from ledger.compliance.status import State, Status, status


def status_of(
    session: Session, account_ids: Collection[int], current_year: int
) -> dict[int, Status]:
    """Give the status of each account as of a calendar year; without a duty NOT_APPLICABLE."""
    states = states_of(session, account_ids, current_year)
    return {
        account_id: status(states[account_id]) if account_id in states else Status.NOT_APPLICABLE
        for account_id in account_ids
    }


def states_of(
    session: Session, account_ids: Collection[int], current_year: int
) -> dict[int, State]:
    """Give the state of each account that has a duty; ``surrendered`` is what stands against use.

    Facts are taken as they are: a published duty that ends before it begins is not mended here.
    """
    duties = duties_of(session, account_ids)
    records = year_records(session, duties)
    states = {
        account_id: recorded_state(one, records.get(account_id, {}), current_year)
        for account_id, (_, one) in duties.items()
    }
    return _with_cover(session, states)


def recorded_state(one: Duty, years: Mapping[int, YearRecord], current_year: int) -> State:
    """Fold a duty and what stands about its years, with nothing surrendered yet; pure."""
    return State(
        first_year=one.first_year,
        last_year=one.last_year,
        current_year=current_year,
        emissions=tuple(
            (year, record.amount)
            for year, record in sorted(years.items())
            if record.amount is not None
        ),
        excluded=frozenset(year for year, record in years.items() if record.excluded),
    )


def _with_cover(session: Session, states: Mapping[int, State]) -> dict[int, State]:
    if not states:
        return {}
    current_year = max(state.current_year for state in states.values())
    rules = use_rules(session, states.keys(), date(current_year, 12, 31))
    compared = {
        account_id: state
        for account_id, state in states.items()
        if rules.get(account_id) is UseRule.COMPARED
    }
    cover = handed_in(session, states.keys() - compared.keys())
    cover |= _covered_by_holdings(session, compared)
    return {
        account_id: State(
            first_year=state.first_year,
            last_year=state.last_year,
            current_year=state.current_year,
            emissions=state.emissions,
            excluded=state.excluded,
            surrendered=cover.get(account_id, 0),
        )
        for account_id, state in states.items()
    }


def _covered_by_holdings(session: Session, states: Mapping[int, State]) -> dict[int, int]:
    """Sum, over the years that count, the part of each year's use that was held for it.

    What one year has too much does not help another, so any year short leaves the sum short.
    """
    years = {year for state in states.values() for year, _ in state.emissions}
    held = held_at_year_ends(session, states.keys(), years)
    return {
        account_id: sum(
            min(amount, held[account_id].get(year, 0))
            for year, amount in state.emissions
            if state.is_closing_year or year != state.current_year
        )
        for account_id, state in states.items()
    }
