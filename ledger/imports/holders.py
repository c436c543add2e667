"""Opens the accounts of an extract and registers the parties that hold them, many at once.

A holder is the same party where country, registration number and name agree; where no number is
published, the account itself stands for it.  Names are kept as published with the other cells; the
register's own are written on one line.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.core.reference_rows import insert_rows, rows_where
from ledger.imports.columns import NOTHING_KNOWN, number_in
from ledger.imports.comparing import tidy
from ledger.imports.faults import ExtractCode
from ledger.imports.setting_up import Ground
from ledger.imports.staging import AccountRow
from ledger.imports.tables import extract_holder
from ledger.imports.trouble import ImportStopped
from ledger.refusals import Refused
from ledger.registry.accounts import AccountCode, AccountKind, NewAccount, open_accounts
from ledger.registry.parties import (
    FOREIGN_NUMBER_LENGTH_MAX,
    NewParty,
    PartyCode,
    PartyKind,
    find_by_foreign_number,
    register_parties,
)

_NO_NUMBER = ("", NOTHING_KNOWN)


@dataclass(frozen=True, slots=True)
class _Holder:
    """Who holds an account: the name, and the number a foreign register knows it by."""

    name: str
    foreign_number: str

    @property
    def digest(self) -> str:
        """What makes the holder the same one."""
        return sha256(json.dumps([self.name, self.foreign_number]).encode()).hexdigest()


def open_published_accounts(
    session: Session, ground: Ground, published: Sequence[AccountRow]
) -> dict[str, int]:
    """Open accounts that the ledger does not have; give their numbers by published name."""
    cells: list[dict[str, str]] = [json.loads(row.cells) for row in published]
    holders = [_holder(row, named) for row, named in zip(published, cells, strict=True)]
    parties = _parties(session, ground.scheme_id, holders)
    opened = open_accounts(
        session,
        [
            NewAccount(
                kind=AccountKind.HOLDER,
                scheme_id=ground.scheme_id,
                cell_id=ground.cells[row.country],
                party_id=parties[holder.digest],
                name=tidy(named["InstallationNameOrAircraftOperatorCode"]) or row.ref,
                external_ref=row.ref,
                opened_on=_opened_on(ground, named),
            )
            for row, named, holder in zip(published, cells, holders, strict=True)
        ],
    )
    numbers = {}
    for row, result in zip(published, opened, strict=True):
        if isinstance(result, Refused):
            raise ImportStopped(_meanwhile(result))
        numbers[row.ref] = result
    return numbers


def _holder(row: AccountRow, named: Mapping[str, str]) -> _Holder:
    registered = tidy(named["CompanyRegistrationNo"])
    number = row.ref if registered in _NO_NUMBER else f"{row.country} {registered}"
    name = tidy(named["AccountHolderName"]) or row.ref
    return _Holder(name, number[:FOREIGN_NUMBER_LENGTH_MAX])


def _opened_on(ground: Ground, named: Mapping[str, str]) -> date:
    """The register does not publish the day; the first year of emissions comes nearest."""
    years = ground.years
    first = number_in(named["FirstYearOfEmissions"])
    known = first if first is not None and first in years.by_year else years.first
    return years.by_year[known].begins_on


def _parties(session: Session, scheme_id: int, holders: Sequence[_Holder]) -> dict[str, int]:
    """Give the party of each holder by digest, registering those never met before."""
    distinct = {holder.digest: holder for holder in holders}
    query = select(extract_holder.c.digest, extract_holder.c.party_id).where(
        extract_holder.c.scheme_id == scheme_id
    )
    found = rows_where(session, query, extract_holder.c.digest, distinct)
    parties = {row.digest: row.party_id for row in found}
    missing = {digest: one for digest, one in distinct.items() if digest not in parties}
    registered = register_parties(
        session,
        [
            NewParty(PartyKind.ENTERPRISE, one.name, foreign_number=one.foreign_number)
            for one in missing.values()
        ],
    )
    there = find_by_foreign_number(session, [one.foreign_number for one in missing.values()])
    made = {}
    for (digest, one), result in zip(missing.items(), registered, strict=True):
        if not isinstance(result, Refused):
            made[digest] = result
        elif result.code is PartyCode.PARTY_REGISTERED_ALREADY:
            made[digest] = there[one.foreign_number, one.name].id
        else:
            raise ImportStopped(result)
    insert_rows(
        session,
        extract_holder,
        [
            {"scheme_id": scheme_id, "digest": digest, "party_id": party_id}
            for digest, party_id in made.items()
        ],
    )
    return parties | made


def _meanwhile(refused: Refused) -> Refused:
    """An account that turned up since the comparison was opened by another import."""
    if refused.code is AccountCode.EXTERNAL_REF_TAKEN:
        return Refused(ExtractCode.ANOTHER_IMPORT_IS_RUNNING)
    return refused
