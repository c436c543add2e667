"""Why an account cannot be closed yet: duties that are open.

Knows the facts that it is told; gathers none.  All reasons are given at once, in a fixed order, so
that the holder can see to all of them.
"""

from dataclasses import dataclass

from ledger.refusals import RefusalCode, Refused

SOURCE = "UK Emissions Trading Registry, closure of accounts"


class ClosureCode(RefusalCode):
    """Why an account is not closed."""

    CLOSURE_WITH_BALANCE = "closure_with_balance"
    CLOSURE_WITH_OPEN_REQUESTS = "closure_with_open_requests"
    CLOSURE_WITH_TRANSACTIONS_UNDER_WAY = "closure_with_transactions_under_way"
    CLOSURE_WITHOUT_LAST_YEAR = "closure_without_last_year"
    CLOSURE_BEFORE_LAST_YEAR_ENDS = "closure_before_last_year_ends"
    CLOSURE_WITH_YEARS_UNREPORTED = "closure_with_years_unreported"
    CLOSURE_WHILE_OPERATOR_CHANGES = "closure_while_operator_changes"
    CLOSURE_WITH_TRUST_REQUESTS = "closure_with_trust_requests"


@dataclass(frozen=True, slots=True)
class OpenDuties:
    """What is still open at an account; counts are 0 or more.

    ``reports_use``: it belongs to an operator with yearly reports; only then are ``last_year`` and
    ``unreported_years`` asked.
    """

    account: str
    balance: int = 0
    open_requests: int = 0
    transactions_under_way: int = 0
    reports_use: bool = False
    last_year: int | None = None
    unreported_years: tuple[int, ...] = ()
    operator_changes: bool = False
    trust_requests: int = 0


def refuse_closure(duties: OpenDuties, current_year: int) -> tuple[Refused, ...]:
    """Give every reason against closing; none where it may be closed.

    The last year of reporting may be the current year, not a later one.
    """
    found: list[tuple[ClosureCode, dict[str, object]]] = []
    if duties.balance > 0:
        found.append((ClosureCode.CLOSURE_WITH_BALANCE, {"amount": duties.balance}))
    if duties.open_requests:
        found.append((ClosureCode.CLOSURE_WITH_OPEN_REQUESTS, {"count": duties.open_requests}))
    if duties.transactions_under_way:
        values: dict[str, object] = {"count": duties.transactions_under_way}
        found.append((ClosureCode.CLOSURE_WITH_TRANSACTIONS_UNDER_WAY, values))
    if duties.reports_use:
        found.extend(_of_reports(duties, current_year))
    if duties.operator_changes:
        found.append((ClosureCode.CLOSURE_WHILE_OPERATOR_CHANGES, {}))
    if duties.trust_requests:
        found.append((ClosureCode.CLOSURE_WITH_TRUST_REQUESTS, {"count": duties.trust_requests}))
    return tuple(
        Refused(code, {"account": duties.account, **values}, SOURCE) for code, values in found
    )


def _of_reports(
    duties: OpenDuties, current_year: int
) -> list[tuple[ClosureCode, dict[str, object]]]:
    found: list[tuple[ClosureCode, dict[str, object]]] = []
    if duties.last_year is None:
        found.append((ClosureCode.CLOSURE_WITHOUT_LAST_YEAR, {}))
    elif duties.last_year > current_year:
        last_year: dict[str, object] = {"last_year": duties.last_year}
        found.append((ClosureCode.CLOSURE_BEFORE_LAST_YEAR_ENDS, last_year))
    if duties.unreported_years:
        years = ", ".join(str(year) for year in duties.unreported_years)
        found.append((ClosureCode.CLOSURE_WITH_YEARS_UNREPORTED, {"years": years}))
    return found
