"""Cash accounts: one for each party, in the scheme of money; opened once, found by party.

Knows where the money of a database stands: its scheme, its asset, and the desk that has the bank
and the fees.  Knows no proposal, no bank document and no price.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.core.clock import Now
from ledger.core.entries import PositionKey
from ledger.core.moves import PositionKind
from ledger.core.reference_rows import rows_where
from ledger.core.tables import account, asset
from ledger.refusals import InvariantBroken, RefusalCode, Refused
from ledger.registry.accounts import (
    AccountCode,
    AccountKind,
    AccountRow,
    AccountState,
    NewAccount,
    accounts_by_id,
    desk_account,
    open_accounts,
)
from ledger.registry.tables import party
from ledger.registry.zones import ensure_cell, ensure_zone
from ledger.rights.cny import CNY, CNY_ASSET, SETTLEMENT_TREE, SETTLEMENT_ZONE
from ledger.rights.schemes import open_scheme
from ledger.rights.tables import scheme

_SHOWN_MAX = 60
_ZONE_NAMES = ("资金结算", "Settlement")


class CashAccountCode(RefusalCode):
    """Why a cash account is not to be had."""

    CASH_ACCOUNT_PARTY_UNKNOWN = "cash_account_party_unknown"
    NOT_A_CASH_ACCOUNT = "not_a_cash_account"


@dataclass(frozen=True, slots=True)
class MoneyDesk:
    """Where money stands: the scheme, its one asset, and the account of the bank and the fees."""

    scheme_id: int
    asset_id: int
    desk_account_id: int

    @property
    def bank(self) -> PositionKey:
        """What lies at the bank: minus the sum of all money on accounts."""
        return PositionKey(self.desk_account_id, self.asset_id, PositionKind.BANK)

    @property
    def fees(self) -> PositionKey:
        """Fees that were paid, of all venues whose fees go to this desk."""
        return PositionKey(self.desk_account_id, self.asset_id, PositionKind.FEES)

    def cash(self, account_id: int) -> PositionKey:
        """What an account may spend."""
        return PositionKey(account_id, self.asset_id, PositionKind.CASH)

    def held(self, account_id: int, ref: str) -> PositionKey:
        """What an account has held for an order, a bid or a withdrawal."""
        return PositionKey(account_id, self.asset_id, PositionKind.FROZEN, ref)


def money_desk(session: Session) -> MoneyDesk:
    """Give the desk of money; scheme, asset and desk are made on first use."""
    found = find_money_desk(session)
    if found is not None:
        return found
    opened = open_scheme(session, CNY)
    return MoneyDesk(opened.id, opened.assets[CNY_ASSET].id, desk_account(session, opened.id))


def find_money_desk(session: Session) -> MoneyDesk | None:
    """Give the desk of money without making anything; None where no money was ever kept."""
    row = session.execute(
        select(scheme.c.id, asset.c.id, account.c.id)
        .join_from(scheme, asset, asset.c.scheme_id == scheme.c.id)
        .join(account, account.c.scheme_id == scheme.c.id)
        .where(scheme.c.code == CNY.code, asset.c.code == CNY_ASSET)
        .where(account.c.kind == AccountKind.DESK)
    ).one_or_none()
    return None if row is None else MoneyDesk(*tuple(row))


def open_cash_account(session: Session, party_id: int, now: Now) -> AccountRow | Refused:
    """Give the cash account of a party, opened today where it has none.

    One for each party, whoever asks at the same moment; one that was closed is refused, since
    opening it again is an act of its own.
    """
    number = session.scalar(select(party.c.number).where(party.c.id == party_id))
    if number is None:
        return Refused(CashAccountCode.CASH_ACCOUNT_PARTY_UNKNOWN, {"party": str(party_id)})
    desk = money_desk(session)
    found = _account_of(session, desk.scheme_id, party_id)
    if found is None:
        zone_id = ensure_zone(session, SETTLEMENT_TREE, SETTLEMENT_ZONE, *_ZONE_NAMES)
        new = NewAccount(
            kind=AccountKind.HOLDER,
            scheme_id=desk.scheme_id,
            cell_id=ensure_cell(session, zone_id),
            party_id=party_id,
            name="",
            # Unique within the scheme: what keeps a second account of the same party out.
            external_ref=number,
            opened_on=now.today,
        )
        # Refused only where another opened it meanwhile, and then it is there.
        open_accounts(session, [new])
        found = _account_of(session, desk.scheme_id, party_id)
    if found is None:
        raise InvariantBroken("a party has its cash account now")
    return _unless_closed(found)


def find_party_id(session: Session, number: str) -> int | Refused:
    """Find a party by our number or by its unified social credit code."""
    found = session.scalar(
        select(party.c.id).where((party.c.number == number) | (party.c.credit_code == number))
    )
    if found is None:
        values = {"party": ascii(number)[:_SHOWN_MAX]}
        return Refused(CashAccountCode.CASH_ACCOUNT_PARTY_UNKNOWN, values)
    return int(found)


def cash_accounts_of(session: Session, party_ids: Iterable[int]) -> dict[int, int]:
    """Give the open cash accounts of parties: party -> account; parties without one are absent."""
    query = (
        select(account.c.party_id, account.c.id)
        .join(scheme, scheme.c.id == account.c.scheme_id)
        .where(scheme.c.code == CNY.code, account.c.kind == AccountKind.HOLDER)
        .where(account.c.state == AccountState.OPEN)
    )
    found = rows_where(session, query, account.c.party_id, party_ids)
    return {row.party_id: row.id for row in found}


def usable_cash_account(session: Session, desk: MoneyDesk, account_id: int) -> AccountRow | Refused:
    """Give an open cash account, kept open until the transaction ends."""
    found = accounts_by_id(session, [account_id], kept_open=True).get(account_id)
    if found is None:
        return Refused(AccountCode.ACCOUNT_NOT_FOUND, {"account": str(account_id)})
    if found.scheme_id != desk.scheme_id or found.kind is not AccountKind.HOLDER:
        return Refused(CashAccountCode.NOT_A_CASH_ACCOUNT, {"account": found.number})
    return _unless_closed(found)


def _account_of(session: Session, scheme_id: int, party_id: int) -> AccountRow | None:
    account_id = session.scalar(
        select(account.c.id).where(
            account.c.scheme_id == scheme_id,
            account.c.party_id == party_id,
            account.c.kind == AccountKind.HOLDER,
        )
    )
    if account_id is None:
        return None
    return accounts_by_id(session, [account_id])[account_id]


def _unless_closed(found: AccountRow) -> AccountRow | Refused:
    if found.state is AccountState.CLOSED:
        return Refused(AccountCode.ACCOUNT_CLOSED, {"account": found.number})
    return found
