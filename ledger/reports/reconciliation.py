"""What the ledger recomputed against what a registry published: an answer, never an error.

The ledger's side comes from the journal (units surrendered) and from compliance (verified
emissions); the other side are the published cells as they were written.  Running totals restart
with each trading phase, and a year without a figure adds nothing.  Three ordered streams are
merged, so memory holds the disagreements alone.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from heapq import merge
from operator import itemgetter
from typing import Any

from sqlalchemy import BigInteger, Select, cast, func, select, union_all
from sqlalchemy.orm import Session

from ledger.compliance.tables import use_report
from ledger.core.moves import PositionKind
from ledger.core.tables import account, position, transfer
from ledger.imports.columns import CODE, SUM_SURRENDERED, SUM_VERIFIED, number_in, plain_code
from ledger.imports.stored_extract import YEAR_CELLS
from ledger.imports.tables import extract_year
from ledger.refusals import RefusalCode, Refused
from ledger.rights.definitions import definition
from ledger.rights.schemes import Scheme, find_scheme

KINDS = ("surrendered", "verified", "status", "status_A", "status_B", "status_ledger")
"""What is counted, in the order of the answer."""

_BATCH = 5000
_SURRENDERED, _VERIFIED, _PUBLISHED = range(3)


class ReconciliationCode(RefusalCode):
    """Why there is nothing to compare."""

    SCHEME_NOT_OPENED = "scheme_not_opened"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One account-year in which the two sides differ, in ``what`` (surrendered, verified, status
    or status_ledger); figures are whole units as text, statuses A or B."""

    account: str
    year: int
    what: str
    published: str
    computed: str


@dataclass(slots=True)
class ReconciliationReport:
    """How many cells were compared, how many agree, and every one that does not."""

    compared: Counter[str] = field(default_factory=Counter)
    agree: Counter[str] = field(default_factory=Counter)
    disagree: list[Disagreement] = field(default_factory=list)

    def count(
        self, account_year: tuple[str, int], what: str, published: str, computed: str
    ) -> bool:
        """Count one comparison; tells whether the two sides agree."""
        self.compared[what] += 1
        if published == computed:
            self.agree[what] += 1
            return True
        self.disagree.append(Disagreement(*account_year, what, published, computed))
        return False


def reconcile(session: Session, scheme_code: str) -> ReconciliationReport | Refused:
    """Compare running totals and compliance status of every published account-year.

    ``status`` is worked out from the published running totals, ``status_ledger`` from the
    ledger's own: A where as much was surrendered as was emitted, else B.
    """
    shipped = definition(scheme_code)
    if isinstance(shipped, Refused):
        return shipped
    scheme = find_scheme(session, scheme_code)
    if scheme is None:
        return Refused(ReconciliationCode.SCHEME_NOT_OPENED, {"scheme": scheme_code})
    phases = phases_of(scheme)
    report = ReconciliationReport()
    totals = _RunningTotals()
    facts = merge(
        _surrendered(session, scheme),
        _verified(session, scheme.id),
        _published(session, scheme.id),
        key=itemgetter(0, 1, 2),
    )
    for account_id, year, kind, found in facts:
        totals.enter(account_id, phases.get(year, ""))
        if kind == _SURRENDERED:
            totals.surrendered += found
        elif kind == _VERIFIED:
            totals.verified += found
        else:
            ref, *cells = found
            _compare((ref, year), cells, totals, report)
    return report


def phases_of(scheme: Scheme) -> dict[int, str]:
    """Give the phase of each compliance year, by code."""
    phases = [one for one in scheme.periods.values() if one.kind == "phase"]
    return {
        one.starts_on.year: phase.code
        for one in scheme.periods.values()
        for phase in phases
        if one.kind == "year" and phase.starts_on <= one.starts_on <= phase.ends_on
    }


@dataclass(slots=True)
class _RunningTotals:
    """The ledger's sums of one account within one phase."""

    place: tuple[int, str] = (0, "")
    surrendered: int = 0
    verified: int = 0

    def enter(self, account_id: int, phase: str) -> None:
        """Begin anew with another account or phase."""
        if self.place != (account_id, phase):
            self.place = (account_id, phase)
            self.surrendered = self.verified = 0


def _compare(
    account_year: tuple[str, int],
    cells: list[str],
    totals: _RunningTotals,
    report: ReconciliationReport,
) -> None:
    surrendered = number_in(cells[SUM_SURRENDERED])
    verified = number_in(cells[SUM_VERIFIED])
    if surrendered is not None:
        report.count(account_year, "surrendered", str(surrendered), str(totals.surrendered))
    if verified is not None:
        report.count(account_year, "verified", str(verified), str(totals.verified))
    code = plain_code(cells[CODE])
    if code not in ("A", "B"):
        return
    if surrendered is not None and verified is not None:
        agrees = report.count(account_year, "status", code, _status(surrendered, verified))
        report.compared[f"status_{code}"] += 1
        report.agree[f"status_{code}"] += agrees
    own = _status(totals.surrendered, totals.verified)
    report.count(account_year, "status_ledger", code, own)


def _status(surrendered: int, verified: int) -> str:
    return "A" if surrendered >= verified else "B"


_Fact = tuple[int, int, int, Any]
"""Account number, year, kind of fact, and the fact."""


def _surrendered(session: Session, scheme: Scheme) -> Iterator[_Fact]:
    """Give what each account surrendered for each year, reversals taken off."""
    years: Mapping[str, int] = {
        code: one.starts_on.year for code, one in scheme.periods.items() if one.kind == "year"
    }
    place, holding = position.alias("place"), position.alias("holding")
    sides = union_all(
        *(
            select(holding.c.account_id, place.c.ref, (transfer.c.amount * sign).label("amount"))
            .select_from(place)
            .join(transfer, surrendered_side == place.c.id)
            .join(holding, holder_side == holding.c.id)
            .where(
                place.c.kind == PositionKind.SURRENDERED.value,
                place.c.asset_id.in_([one.id for one in scheme.assets.values()]),
            )
            for surrendered_side, holder_side, sign in (
                (transfer.c.credit_position_id, transfer.c.debit_position_id, 1),
                (transfer.c.debit_position_id, transfer.c.credit_position_id, -1),
            )
        )
    ).subquery()
    query = (
        select(
            sides.c.account_id,
            sides.c.ref,
            cast(func.sum(sides.c.amount), BigInteger),
        )
        .group_by(sides.c.account_id, sides.c.ref)
        .order_by(sides.c.account_id, sides.c.ref)
    )
    for account_id, ref, amount in _stream(session, query):
        if ref in years:
            yield account_id, years[ref], _SURRENDERED, amount


def _verified(session: Session, scheme_id: int) -> Iterator[_Fact]:
    """Give what is reported of each account's year: the newest word that is not an exclusion."""
    query = (
        select(use_report.c.account_id, use_report.c.year, use_report.c.amount)
        .join(account, account.c.id == use_report.c.account_id)
        .where(
            account.c.scheme_id == scheme_id,
            use_report.c.state.in_(("verified", "not_reported", "withdrawn")),
        )
        .order_by(use_report.c.account_id, use_report.c.year, use_report.c.version)
    )
    for account_id, year, amount in _newest(_stream(session, query)):
        yield account_id, year, _VERIFIED, amount or 0


def _published(session: Session, scheme_id: int) -> Iterator[_Fact]:
    """Give the newest published cells of each account's year, with the account's name."""
    query = (
        select(
            extract_year.c.account_id,
            extract_year.c.year,
            account.c.external_ref,
            *(extract_year.c[name] for name in YEAR_CELLS),
        )
        .join(account, account.c.id == extract_year.c.account_id)
        .where(account.c.scheme_id == scheme_id)
        .order_by(extract_year.c.account_id, extract_year.c.year, extract_year.c.version)
    )
    for account_id, year, *found in _newest(_stream(session, query)):
        yield account_id, year, _PUBLISHED, found


def _newest(rows: Iterator[Any]) -> Iterator[Any]:
    """Keep the last of the rows that share account and year."""
    last: Any = None
    for row in rows:
        if last is not None and (last[0], last[1]) != (row[0], row[1]):
            yield last
        last = row
    if last is not None:
        yield last


def _stream(session: Session, query: Select[Any]) -> Iterator[Any]:
    return iter(session.execute(query, execution_options={"yield_per": _BATCH}))
