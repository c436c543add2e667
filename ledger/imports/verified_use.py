"""Hands what was published to compliance, as the facts that they are: duties and verified use.

A number is a report; ``Excluded`` takes the year out of the duty, ``Not Reported`` says that
nobody reported; a cell that went empty takes the report back.  Years of duty are kept as odd as
they were published.
"""

import json
from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from ledger.compliance.records import (
    Duty,
    PublishedUse,
    UseState,
    keep_published_duties,
    keep_published_uses,
)
from ledger.imports.columns import VERIFIED, Word, number_in
from ledger.imports.comparing import NewVersion
from ledger.imports.setting_up import ACTOR, Ground

_WORDS = {
    Word.EXCLUDED.value: UseState.EXCLUDED,
    Word.NOT_REPORTED.value: UseState.NOT_REPORTED,
}


def record_verified_use(
    session: Session, ground: Ground, rows: Sequence[tuple[int, NewVersion]]
) -> None:
    """Record the verified emissions of (account number, account-year) that are new or changed."""
    uses = [said for account_id, new in rows if (said := _said(account_id, new)) is not None]
    keep_published_uses(session, uses, ground.now, ACTOR, ground.document)


def _said(account_id: int, new: NewVersion) -> PublishedUse | None:
    cell = new.row.cells[VERIFIED]
    amount = number_in(cell)
    if amount is not None:
        return PublishedUse(account_id, new.row.year, UseState.VERIFIED, amount)
    if cell:
        return PublishedUse(account_id, new.row.year, _WORDS[cell])
    if new.before is None or not new.before.cells[VERIFIED]:
        return None
    return PublishedUse(account_id, new.row.year, UseState.WITHDRAWN)


def record_duties(session: Session, ground: Ground, accounts: Iterable[tuple[int, str]]) -> None:
    """Record the years of emissions of (account number, published cells) that are new or changed."""
    duties = []
    for account_id, cells in accounts:
        named: dict[str, str] = json.loads(cells)
        first = number_in(named["FirstYearOfEmissions"])
        if first:
            # Zero in the last year says that there is none yet.
            last = number_in(named["LastYearOfEmissions"]) or None
            duties.append(Duty(account_id, first, last))
    keep_published_duties(session, duties, ground.now, ACTOR, ground.document)
