"""Parties: who may hold an account, registered once.

A party is known by its unified social credit code, or by a number that a foreign register gave
it; a demonstration party may have neither.  Knows no account and no right.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.check_digits import credit_code_fault
from ledger.core.reference_rows import draw_ids, insert_missing, rows_where
from ledger.refusals import RefusalCode, Refused, ensure
from ledger.registry.tables import party

NAME_LENGTH_MAX = 300
FOREIGN_NUMBER_LENGTH_MAX = 100
_SHOWN_MAX = 60


class PartyKind(StrEnum):
    """What a party is before the law."""

    ENTERPRISE = "enterprise"
    AUTHORITY = "authority"
    PERSON = "person"


class PartyCode(RefusalCode):
    """Why a party is not registered, in the order in which the rules are looked at."""

    PARTY_NAME_UNREADABLE = "party_name_unreadable"
    FOREIGN_NUMBER_UNREADABLE = "foreign_number_unreadable"
    PARTY_NUMBER_MISSING = "party_number_missing"
    CREDIT_CODE_TAKEN = "credit_code_taken"
    PARTY_REGISTERED_ALREADY = "party_registered_already"


@dataclass(frozen=True, slots=True)
class NewParty:
    """A party to register.

    ``name`` 1..300 signs; ``credit_code`` the 18 signs or None; ``foreign_number`` 0..100 signs,
    the number in another country's register; ``demonstration`` marks an invented party.
    """

    kind: PartyKind
    name: str
    credit_code: str | None = None
    foreign_number: str = ""
    demonstration: bool = False


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A registered party; ``number`` is ours."""

    id: int
    number: str
    kind: PartyKind
    name: str
    credit_code: str | None
    foreign_number: str
    demonstration: bool


def register_parties(session: Session, parties: Sequence[NewParty]) -> list[int | Refused]:
    """Register parties: for each its id, or the rule that refuses it; one bad one stops no other.

    A credit code is taken once.  Without one, the same name with the same foreign number is the
    same party.
    """
    results: list[int | Refused | None] = [_fault(one) for one in parties]
    wanted = [place for place, result in enumerate(results) if result is None]
    taken = _identities_taken(session, [parties[place] for place in wanted])
    accepted = []
    for place in wanted:
        identity = _identity(parties[place])
        if identity is not None and identity in taken:
            results[place] = _refuse_taken(parties[place])
            continue
        accepted.append(place)
        if identity is not None:
            taken.add(identity)
    ids = draw_ids(session, party, len(accepted))
    rows = [
        _new_row(party_id, parties[place]) for party_id, place in zip(ids, accepted, strict=True)
    ]
    made = insert_missing(session, party, rows)
    for party_id, place in zip(ids, accepted, strict=True):
        # Whoever registered the same code at the same moment was first.
        results[place] = party_id if party_id in made else _refuse_taken(parties[place])
    return [_answered(result) for result in results]


def find_by_credit_code(session: Session, credit_codes: Iterable[str]) -> dict[str, PartyRow]:
    """Find parties by credit code, all at once."""
    found = rows_where(session, select(party), party.c.credit_code, credit_codes)
    return {row.credit_code: _party_row(row) for row in found}


def find_by_foreign_number(
    session: Session, foreign_numbers: Iterable[str]
) -> dict[tuple[str, str], PartyRow]:
    """Find parties without a credit code by foreign number: (number, name) -> party."""
    query = select(party).where(party.c.credit_code.is_(None), party.c.foreign_number != "")
    found = rows_where(session, query, party.c.foreign_number, foreign_numbers)
    return {(row.foreign_number, row.name): _party_row(row) for row in found}


def _fault(one: NewParty) -> Refused | None:
    if not _is_readable(one.name, NAME_LENGTH_MAX) or not one.name.strip():
        values = {"name": ascii(one.name)[:_SHOWN_MAX], "limit": NAME_LENGTH_MAX}
        return Refused(PartyCode.PARTY_NAME_UNREADABLE, values)
    if not _is_readable(one.foreign_number, FOREIGN_NUMBER_LENGTH_MAX):
        text = ascii(one.foreign_number)[:_SHOWN_MAX]
        values = {"text": text, "limit": FOREIGN_NUMBER_LENGTH_MAX}
        return Refused(PartyCode.FOREIGN_NUMBER_UNREADABLE, values)
    if one.credit_code is not None:
        return credit_code_fault(one.credit_code)
    needs_number = one.kind is PartyKind.ENTERPRISE and not one.demonstration
    if needs_number and not one.foreign_number:
        return Refused(PartyCode.PARTY_NUMBER_MISSING, {"name": one.name})
    return None


def _is_readable(text: str, limit: int) -> bool:
    return len(text) <= limit and (not text or text.isprintable())


_Identity = tuple[str, ...]


def _identity(one: NewParty) -> _Identity | None:
    """What two registrations of one party have in common; None where nothing tells."""
    if one.credit_code is not None:
        return (one.credit_code,)
    if one.foreign_number:
        return (one.foreign_number, one.name)
    return None


def _identities_taken(session: Session, parties: Sequence[NewParty]) -> set[_Identity]:
    codes = [one.credit_code for one in parties if one.credit_code is not None]
    numbers = [one.foreign_number for one in parties if one.foreign_number]
    return {(code,) for code in find_by_credit_code(session, codes)} | set(
        find_by_foreign_number(session, numbers)
    )


def _refuse_taken(one: NewParty) -> Refused:
    if one.credit_code is not None:
        values = {"name": one.name, "credit_code": one.credit_code}
        return Refused(PartyCode.CREDIT_CODE_TAKEN, values)
    values = {"name": one.name, "foreign_number": one.foreign_number}
    return Refused(PartyCode.PARTY_REGISTERED_ALREADY, values)


def _new_row(party_id: int, one: NewParty) -> dict[str, Any]:
    return {
        "id": party_id,
        "number": f"P{party_id:08d}",
        "kind": one.kind.value,
        "name": one.name,
        "credit_code": one.credit_code,
        "foreign_number": one.foreign_number,
        "demonstration": one.demonstration,
    }


def _party_row(row: Any) -> PartyRow:
    return PartyRow(
        id=row.id,
        number=row.number,
        kind=PartyKind(row.kind),
        name=row.name,
        credit_code=row.credit_code,
        foreign_number=row.foreign_number,
        demonstration=row.demonstration,
    )


def _answered(result: int | Refused | None) -> int | Refused:
    ensure(result is not None, "every party is answered")
    return result if result is not None else 0
