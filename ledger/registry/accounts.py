"""Accounts: opening in bulk, closing, and finding by number or by the number others gave them.

Every scheme has one desk account, every cell of it one cell account; both are made on first use.
Holders' accounts are opened by the counter.  Knows no amount except whether there is one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger.check_digits import format_account_number, parse_account_number
from ledger.core.reference_rows import draw_ids, insert_missing, known, rows_where
from ledger.core.tables import account
from ledger.refusals import InvariantBroken, RefusalCode, Refused, ensure
from ledger.registry.tables import cell, party, zone
from ledger.rights.tables import period, scheme

NAME_LENGTH_MAX = 300
EXTERNAL_REF_LENGTH_MAX = 100
_SHOWN_MAX = 60


class AccountKind(StrEnum):
    """Whose account it is."""

    HOLDER = "holder"
    CELL = "cell"
    DESK = "desk"
    GROUP = "group"


TYPE_CODES = {
    AccountKind.HOLDER: 100,
    AccountKind.GROUP: 200,
    AccountKind.CELL: 300,
    AccountKind.DESK: 400,
}
"""The type that stands in an account's number: ``EU-100-17-0-61`` is a holder's."""


class AccountState(StrEnum):
    """Whether an account may be used."""

    OPEN = "open"
    CLOSED = "closed"


class AccountCode(RefusalCode):
    """Why an account is not opened or not found, in the order in which the rules are looked at."""

    ACCOUNT_TEXT_UNREADABLE = "account_text_unreadable"
    ACCOUNT_SCHEME_UNKNOWN = "account_scheme_unknown"
    ACCOUNT_CELL_UNKNOWN = "account_cell_unknown"
    ACCOUNT_PARTY_UNKNOWN = "account_party_unknown"
    EXTERNAL_REF_TAKEN = "external_ref_taken"
    ACCOUNT_NOT_FOUND = "account_not_found"
    ACCOUNT_CLOSED = "account_closed"


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to open: of kind holder (party and cell needed) or group.

    ``external_ref`` is the number another register knows it by, unique within the scheme.
    """

    kind: AccountKind
    scheme_id: int
    cell_id: int | None
    party_id: int | None
    name: str
    external_ref: str | None
    opened_on: date


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as it stands."""

    id: int
    number: str
    kind: AccountKind
    scheme_id: int
    cell_id: int | None
    party_id: int | None
    name: str
    external_ref: str | None
    state: AccountState
    opened_on: date


def open_accounts(session: Session, accounts: Sequence[NewAccount]) -> list[int | Refused]:
    """Open accounts: for each its id, or the rule that refuses it; one bad one stops no other.

    Numbers carry check digits modulo 97 and the letters of the scheme's registry.
    """
    for one in accounts:
        ensure(
            one.kind in (AccountKind.HOLDER, AccountKind.GROUP),
            "desk and cell accounts are made on first use",
        )
    letters = _letters(session, {one.scheme_id for one in accounts})
    cells = _cells_of_schemes(session, accounts)
    parties = known(
        session, party.c.id, [one.party_id for one in accounts if one.party_id is not None]
    )
    results: list[int | Refused | None] = [_fault(one, letters, cells, parties) for one in accounts]
    accepted = [place for place, result in enumerate(results) if result is None]
    ids = draw_ids(session, account, len(accepted))
    made = insert_missing(
        session,
        account,
        [
            _new_row(account_id, accounts[place], letters)
            for account_id, place in zip(ids, accepted, strict=True)
        ],
    )
    for account_id, place in zip(ids, accepted, strict=True):
        # Only a second account with the same external reference is left out by the database.
        results[place] = (
            account_id
            if account_id in made
            else Refused(
                AccountCode.EXTERNAL_REF_TAKEN, {"external_ref": accounts[place].external_ref}
            )
        )
    return [result for result in results if result is not None]


def cell_account(session: Session, scheme_id: int, cell_id: int) -> int:
    """Give the regulator's account of a cell in a scheme, made on first use."""
    return cell_accounts(session, [(scheme_id, cell_id)])[(scheme_id, cell_id)]


def cell_accounts(session: Session, cells: Iterable[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Give the cell accounts of many (scheme, cell) at once, made on first use."""
    wanted = set(cells)
    found = _find_cell_accounts(session, wanted)
    missing = sorted(wanted - set(found))
    if missing:
        schemes = {scheme_id for scheme_id, _ in missing}
        letters, openings = _letters(session, schemes), _openings(session, schemes)
        names = _cell_names(session, {cell_id for _, cell_id in missing})
        ids = draw_ids(session, account, len(missing))
        insert_missing(
            session,
            account,
            [
                _new_row(
                    account_id,
                    NewAccount(
                        AccountKind.CELL,
                        scheme_id,
                        cell_id,
                        None,
                        names[cell_id],
                        None,
                        openings[scheme_id],
                    ),
                    letters,
                )
                for account_id, (scheme_id, cell_id) in zip(ids, missing, strict=True)
            ],
        )
        found = _find_cell_accounts(session, wanted)
    ensure(set(found) == wanted, "every cell has its account now")
    return found


def desk_account(session: Session, scheme_id: int) -> int:
    """Give the desk account of a scheme (what came from outside, the bank), made on first use."""
    query = select(account.c.id).where(
        account.c.kind == AccountKind.DESK, account.c.scheme_id == scheme_id
    )
    found = session.scalar(query)
    if found is None:
        (account_id,) = draw_ids(session, account, 1)
        opened_on = _openings(session, {scheme_id})[scheme_id]
        desk = NewAccount(AccountKind.DESK, scheme_id, None, None, "", None, opened_on)
        insert_missing(
            session, account, [_new_row(account_id, desk, _letters(session, {scheme_id}))]
        )
        found = session.execute(query).scalar_one()
    return int(found)


def accounts_by_id(
    session: Session,
    account_ids: Iterable[int],
    *,
    kept_open: bool = False,
    alone: bool = False,
) -> dict[int, AccountRow]:
    """Give accounts by id; ids that do not exist are absent.

    ``kept_open`` holds the rows until the transaction ends, so that none can be closed meanwhile;
    ``alone`` also makes others wait who ask for them like this.
    """
    query = select(account).order_by(account.c.id)
    if kept_open or alone:
        # Shared, or exclusive but for the foreign keys that point here.
        query = query.with_for_update(read=not alone, key_share=alone)
    found = rows_where(session, query, account.c.id, sorted(set(account_ids)))
    return {row.id: _account_row(row) for row in found}


def find_account(session: Session, number: str) -> AccountRow | Refused:
    """Find an account by its number, whose check digits are verified first."""
    parsed = parse_account_number(number)
    if isinstance(parsed, Refused):
        return parsed
    # Written anew: the check digits may have been given without their leading zero.
    row = session.execute(select(account).where(account.c.number == str(parsed))).one_or_none()
    if row is None:
        return Refused(AccountCode.ACCOUNT_NOT_FOUND, {"account": str(parsed)})
    return _account_row(row)


def find_by_external_ref(
    session: Session, scheme_id: int, external_refs: Iterable[str]
) -> dict[str, int]:
    """Find accounts of a scheme by the number another register gave them: reference -> id."""
    query = select(account.c.external_ref, account.c.id).where(account.c.scheme_id == scheme_id)
    found = rows_where(session, query, account.c.external_ref, external_refs)
    return {row.external_ref: row.id for row in found}


def usable(found: AccountRow | None, account_id: int) -> AccountRow | Refused:
    """Give the account back unless it cannot take part in anything: not there, or closed."""
    if found is None:
        return Refused(AccountCode.ACCOUNT_NOT_FOUND, {"account": str(account_id)})
    if found.state is AccountState.CLOSED:
        return Refused(AccountCode.ACCOUNT_CLOSED, {"account": found.number})
    return found


def _fault(
    one: NewAccount,
    letters: Mapping[int, str],
    cells: set[tuple[int | None, int | None]],
    parties: set[int],
) -> Refused | None:
    for text, limit in (
        (one.name, NAME_LENGTH_MAX),
        (one.external_ref or "", EXTERNAL_REF_LENGTH_MAX),
    ):
        if len(text) > limit or (text and not text.isprintable()):
            values = {"text": ascii(text)[:_SHOWN_MAX], "limit": limit}
            return Refused(AccountCode.ACCOUNT_TEXT_UNREADABLE, values)
    if one.scheme_id not in letters:
        return Refused(AccountCode.ACCOUNT_SCHEME_UNKNOWN, {"scheme": one.scheme_id})
    is_holder = one.kind is AccountKind.HOLDER
    if (one.scheme_id, one.cell_id) not in cells and (is_holder or one.cell_id is not None):
        return Refused(AccountCode.ACCOUNT_CELL_UNKNOWN, {"name": one.name})
    if one.party_id not in parties and (is_holder or one.party_id is not None):
        return Refused(AccountCode.ACCOUNT_PARTY_UNKNOWN, {"name": one.name})
    return None


def _letters(session: Session, scheme_ids: Iterable[int]) -> dict[int, str]:
    query = select(scheme.c.id, scheme.c.registry_letters)
    found = rows_where(session, query, scheme.c.id, scheme_ids)
    return {row.id: row.registry_letters for row in found}


def _openings(session: Session, scheme_ids: Iterable[int]) -> dict[int, date]:
    """A regulator's account is as old as the first period of its scheme."""
    query = select(period.c.scheme_id, func.min(period.c.starts_on).label("starts_on")).group_by(
        period.c.scheme_id
    )
    return {
        row.scheme_id: row.starts_on
        for row in rows_where(session, query, period.c.scheme_id, scheme_ids)
    }


def _cells_of_schemes(
    session: Session, accounts: Sequence[NewAccount]
) -> set[tuple[int | None, int | None]]:
    """Tell which of the wanted (scheme, cell) fit: the cell's zone is of the scheme's tree."""
    query = (
        select(scheme.c.id.label("scheme_id"), cell.c.id.label("cell_id"))
        .join_from(zone, scheme, scheme.c.zone_tree == zone.c.tree)
        .join(cell, cell.c.zone_id == zone.c.id)
    )
    schemes = {one.scheme_id for one in accounts}
    wanted = [one.cell_id for one in accounts if one.cell_id is not None]
    found = rows_where(session, query.where(scheme.c.id.in_(schemes)), cell.c.id, wanted)
    return {(row.scheme_id, row.cell_id) for row in found}


def _cell_names(session: Session, cell_ids: Iterable[int]) -> dict[int, str]:
    query = select(cell.c.id, zone.c.name_zh, cell.c.use_type).join(
        zone, zone.c.id == cell.c.zone_id
    )
    return {
        row.id: f"{row.name_zh} {row.use_type}".strip()
        for row in rows_where(session, query, cell.c.id, cell_ids)
    }


def _find_cell_accounts(
    session: Session, wanted: set[tuple[int, int]]
) -> dict[tuple[int, int], int]:
    query = select(account.c.scheme_id, account.c.cell_id, account.c.id).where(
        account.c.kind == AccountKind.CELL,
        account.c.scheme_id.in_({scheme_id for scheme_id, _ in wanted}),
    )
    found = rows_where(session, query, account.c.cell_id, [cell_id for _, cell_id in wanted])
    pairs = {(row.scheme_id, row.cell_id): row.id for row in found}
    return {pair: account_id for pair, account_id in pairs.items() if pair in wanted}


def _new_row(account_id: int, one: NewAccount, letters: Mapping[int, str]) -> dict[str, Any]:
    return {
        "id": account_id,
        "number": _number(letters[one.scheme_id], one.kind, account_id),
        "kind": one.kind.value,
        "scheme_id": one.scheme_id,
        "cell_id": one.cell_id,
        "party_id": one.party_id,
        "name": one.name,
        "external_ref": one.external_ref,
        "opened_on": one.opened_on,
    }


def _number(letters: str, kind: AccountKind, account_id: int) -> str:
    return format_account_number(letters, TYPE_CODES[kind], account_id, 0)


def _account_row(row: Any) -> AccountRow:
    if row is None:
        raise InvariantBroken("an account row was found")
    return AccountRow(
        id=row.id,
        number=row.number,
        kind=AccountKind(row.kind),
        scheme_id=row.scheme_id,
        cell_id=row.cell_id,
        party_id=row.party_id,
        name=row.name,
        external_ref=row.external_ref,
        state=AccountState(row.state),
        opened_on=row.opened_on,
    )
