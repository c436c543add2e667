"""What the ledger keeps of published extracts: read for comparison, and new versions of it written.

Knows the tables of ``ledger.imports.tables``; knows nothing of postings.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from ledger.core.bulk_rows import write_rows
from ledger.core.clock import Now
from ledger.core.tables import account
from ledger.imports.columns import CELL_COLUMNS
from ledger.imports.comparing import NewVersion
from ledger.imports.staging import STORED, KnownAccount, Staging, YearRow, batches
from ledger.imports.tables import extract_account, extract_edition, extract_year
from ledger.registry.tables import cell, zone

_BATCH = 5000
YEAR_CELLS = (
    "free_allocations",
    "allowance_in_allocation",
    "units_surrendered",
    "cumulative_surrendered_units",
    "cumulative_verified_emissions",
    "surrendered_allowances",
    "verified_emissions",
    "compliance_code",
)
"""Columns of ``extract_year`` in the order of ``columns.CELL_COLUMNS``."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One set of files that changes something.

    ``steps`` is the number of transactions that were written for it when it was last looked at.
    """

    id: int
    number: int
    digest: str
    steps: int
    finished: bool


def last_edition(session: Session, scheme_id: int) -> Edition | None:
    """Give the newest edition of a scheme."""
    found = session.execute(
        select(extract_edition)
        .where(extract_edition.c.scheme_id == scheme_id)
        .order_by(extract_edition.c.number.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        return None
    return Edition(found.id, found.number, found.digest, found.steps, found.finished_at is not None)


def new_edition(
    session: Session, scheme_id: int, last: Edition | None, digest: str, now: Now
) -> Edition:
    """Begin an edition; two who begin the same one break a unique constraint."""
    number = 1 if last is None else last.number + 1
    edition_id = session.execute(
        insert(extract_edition)
        .values(scheme_id=scheme_id, number=number, digest=digest, steps=0, begun_at=now.instant)
        .returning(extract_edition.c.id)
    ).scalar_one()
    return Edition(edition_id, number, digest, 0, False)


def take_step(session: Session, edition: Edition, *, finished_at: Now | None = None) -> bool:
    """Count one transaction of an edition; False if somebody else has written in between."""
    values: dict[str, Any] = {"steps": edition.steps + 1}
    if finished_at is not None:
        values["finished_at"] = finished_at.instant
    changed = session.execute(
        update(extract_edition)
        .where(extract_edition.c.id == edition.id, extract_edition.c.steps == edition.steps)
        .values(values)
    )
    return bool(changed.rowcount == 1)  # type: ignore[attr-defined]


def load_stored(
    session: Session, scheme_id: int, zone_tree: str, countries: Sequence[str], staging: Staging
) -> None:
    """Put the ledger's side into the staging place.

    All accounts of the scheme that have a published name are known, so that one published in
    another country is found; account-years are loaded for the published countries alone.
    """
    for known in batches(_known_accounts(session, scheme_id), _BATCH):
        staging.add_known(known)
    for rows in batches(_stored_years(session, scheme_id, zone_tree, countries), _BATCH):
        staging.add_years(rows)
    staging.forget_known_outside(countries)


def _known_accounts(session: Session, scheme_id: int) -> Iterator[KnownAccount]:
    newest = (
        select(extract_account.c.account_id, func.max(extract_account.c.version).label("version"))
        .group_by(extract_account.c.account_id)
        .subquery()
    )
    found = session.execute(
        select(
            account.c.external_ref,
            account.c.id,
            zone.c.code,
            func.coalesce(extract_account.c.version, 0),
            func.coalesce(extract_account.c.cells, ""),
        )
        .join(cell, cell.c.id == account.c.cell_id)
        .join(zone, zone.c.id == cell.c.zone_id)
        .outerjoin(newest, newest.c.account_id == account.c.id)
        .outerjoin(
            extract_account,
            (extract_account.c.account_id == account.c.id)
            & (extract_account.c.version == newest.c.version),
        )
        .where(
            account.c.scheme_id == scheme_id,
            account.c.kind == "holder",
            account.c.external_ref.is_not(None),
        ),
        execution_options={"yield_per": _BATCH},
    )
    return (KnownAccount(*row) for row in found)


def _stored_years(
    session: Session, scheme_id: int, zone_tree: str, countries: Sequence[str]
) -> Iterator[YearRow]:
    """Give the newest version of every account-year."""
    found = session.execute(
        select(
            account.c.external_ref,
            extract_year.c.year,
            extract_year.c.version,
            *(extract_year.c[name] for name in YEAR_CELLS),
        )
        .join(account, account.c.id == extract_year.c.account_id)
        .join(cell, cell.c.id == account.c.cell_id)
        .join(zone, zone.c.id == cell.c.zone_id)
        .where(
            account.c.scheme_id == scheme_id,
            zone.c.tree == zone_tree,
            zone.c.code.in_(countries),
        )
        .order_by(extract_year.c.account_id, extract_year.c.year, extract_year.c.version),
        execution_options={"yield_per": _BATCH},
    )
    newest: YearRow | None = None
    for ref, year, version, *cells in found:
        if newest is not None and (newest.ref, newest.year) != (ref, year):
            yield newest
        newest = YearRow(ref, year, STORED, 0, version, tuple(cells))
    if newest is not None:
        yield newest


def write_account_versions(
    session: Session, edition: Edition, rows: Iterable[tuple[int, int, str]]
) -> None:
    """Keep published cells of accounts: (account number, version, cells as JSON text)."""
    write_rows(
        session,
        extract_account,
        ("account_id", "version", "edition_id", "cells"),
        [(account_id, version, edition.id, cells) for account_id, version, cells in rows],
    )


def write_year_versions(
    session: Session, edition: Edition, rows: Iterable[tuple[int, NewVersion]]
) -> None:
    """Keep published cells of account-years: (account number, new version)."""
    write_rows(
        session,
        extract_year,
        ("account_id", "year", "version", "edition_id", *YEAR_CELLS),
        [
            (account_id, new.row.year, new.version, edition.id, *new.row.cells)
            for account_id, new in rows
        ],
    )


def published_column(name: str) -> str:
    """Give the heading under which a column of ``extract_year`` was published."""
    return CELL_COLUMNS[YEAR_CELLS.index(name)]
