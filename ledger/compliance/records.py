"""What stands on record about duties and reported years, and how a new version is written.

Knows the tables of compliance and folds their versions.  Knows no rule: what may be recorded is
decided by ``ledger.compliance.use`` and ``duties``; published facts come in as they are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.compliance.tables import duty, use_report
from ledger.core.bulk_rows import write_rows
from ledger.core.clock import Now
from ledger.core.reference_rows import rows_where


class UseState(StrEnum):
    """What a version of a report says."""

    VERIFIED = "verified"
    NOT_REPORTED = "not_reported"
    WITHDRAWN = "withdrawn"
    EXCLUDED = "excluded"
    INCLUDED = "included"


@dataclass(frozen=True, slots=True)
class Duty:
    """An account must report from ``first_year`` to ``last_year`` (None: no end yet)."""

    account_id: int
    first_year: int
    last_year: int | None


@dataclass(frozen=True, slots=True)
class YearRecord:
    """What stands about one year of an account, all versions taken together.

    ``amount`` is the verified use in the scheme's smallest unit, None where there is none;
    ``report`` the last word about it, None where nothing was ever said.
    """

    version: int = 0
    report: UseState | None = None
    amount: int | None = None
    excluded: bool = False


_SIGNATURE = ("recorded_at", "actor", "document")

NO_RECORD = YearRecord()


@dataclass(frozen=True, slots=True)
class NewVersion:
    """One more version about a year."""

    account_id: int
    year: int
    version: int
    state: UseState
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class PublishedUse:
    """What a published register says about a year: a number, ``excluded``, ``not_reported``, or
    ``withdrawn`` where it says nothing any more."""

    account_id: int
    year: int
    state: UseState
    amount: int | None = None


def after(record: YearRecord, version: int, state: UseState, amount: int | None) -> YearRecord:
    """Fold one more version into what stands; pure."""
    match state:
        case UseState.EXCLUDED:
            return replace(record, version=version, excluded=True)
        case UseState.INCLUDED:
            return replace(record, version=version, excluded=False)
        case _:
            return replace(record, version=version, report=state, amount=amount)


def year_records(session: Session, account_ids: Iterable[int]) -> dict[int, dict[int, YearRecord]]:
    """Give what stands about each account's years: account -> year -> record."""
    query = select(
        use_report.c.account_id,
        use_report.c.year,
        use_report.c.version,
        use_report.c.state,
        use_report.c.amount,
    ).order_by(use_report.c.account_id, use_report.c.year, use_report.c.version)
    found: dict[int, dict[int, YearRecord]] = {}
    for row in rows_where(session, query, use_report.c.account_id, account_ids):
        years = found.setdefault(row.account_id, {})
        years[row.year] = after(
            years.get(row.year, NO_RECORD), row.version, UseState(row.state), row.amount
        )
    return found


def duties_of(session: Session, account_ids: Iterable[int]) -> dict[int, tuple[int, Duty]]:
    """Give the duty of each account that has one, with its version."""
    query = select(duty).order_by(duty.c.account_id, duty.c.version)
    return {
        row.account_id: (row.version, Duty(row.account_id, row.first_year, row.last_year))
        for row in rows_where(session, query, duty.c.account_id, account_ids)
    }


def write_versions(
    session: Session, versions: Sequence[NewVersion], now: Now, actor: str, document: str
) -> None:
    """Write versions about years; the caller holds the accounts."""
    write_rows(
        session,
        use_report,
        ("account_id", "year", "version", "state", "amount", *_SIGNATURE),
        [
            (
                one.account_id,
                one.year,
                one.version,
                one.state.value,
                one.amount,
                now.instant,
                actor,
                document,
            )
            for one in versions
        ],
    )


def write_duties(
    session: Session, duties: Sequence[tuple[int, Duty]], now: Now, actor: str, document: str
) -> None:
    """Write (version, duty) of accounts; the caller holds them."""
    write_rows(
        session,
        duty,
        ("account_id", "version", "first_year", "last_year", *_SIGNATURE),
        [
            (one.account_id, version, one.first_year, one.last_year, now.instant, actor, document)
            for version, one in duties
        ],
    )


def keep_published_duties(
    session: Session, duties: Sequence[Duty], now: Now, actor: str, document: str
) -> int:
    """Keep duties as a register published them, odd ones too; give how many are new or changed.

    At most one per account in one call.
    """
    standing = duties_of(session, [one.account_id for one in duties])
    changed = []
    for one in duties:
        version, known = standing.get(one.account_id, (0, None))
        if known != one:
            changed.append((version + 1, one))
    write_duties(session, changed, now, actor, document)
    return len(changed)


def keep_published_uses(
    session: Session, uses: Sequence[PublishedUse], now: Now, actor: str, document: str
) -> int:
    """Keep years as a register published them; give how many are new or changed.

    Facts are not refused, and nothing is taken off holdings: the register did that itself.  At
    most one per account and year in one call.
    """
    standing = year_records(session, [one.account_id for one in uses])
    versions: list[NewVersion] = []
    changed = 0
    for one in uses:
        record = standing.get(one.account_id, {}).get(one.year, NO_RECORD)
        new = _versions_to(record, one)
        versions.extend(new)
        changed += bool(new)
    write_versions(session, versions, now, actor, document)
    return changed


def _versions_to(record: YearRecord, wanted: PublishedUse) -> list[NewVersion]:
    """Say by which further versions a record comes to what was published."""
    steps: list[tuple[UseState, int | None]] = []
    if wanted.state is UseState.EXCLUDED:
        if not record.excluded:
            steps.append((UseState.EXCLUDED, None))
        if record.amount is not None:
            # The number published before is no longer there.
            steps.insert(0, (UseState.WITHDRAWN, None))
    else:
        if record.excluded:
            steps.append((UseState.INCLUDED, None))
        if (record.report, record.amount) != (wanted.state, wanted.amount):
            steps.append((wanted.state, wanted.amount))
    return [
        NewVersion(wanted.account_id, wanted.year, record.version + place, state, amount)
        for place, (state, amount) in enumerate(steps, start=1)
    ]
