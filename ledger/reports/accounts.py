"""Accounts as readers see them: who holds what where, a list, and what stands on one account.

Every function here is one query, however many rows it gives.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from ledger.core.moves import PositionKind
from ledger.core.tables import account, asset, position
from ledger.refusals import ensure
from ledger.registry.tables import cell, party, zone
from ledger.rights.tables import scheme

PAGE_MAX = 500


@dataclass(frozen=True, slots=True)
class AccountSummary:
    """One account: whose, of which scheme, where."""

    account_id: int
    number: str
    kind: str
    state: str
    opened_on: date
    name: str
    scheme_code: str
    scheme_name_zh: str
    scheme_name_en: str
    zone_code: str | None
    zone_name_zh: str | None
    zone_name_en: str | None
    use_type: str | None
    party_number: str | None
    party_name: str | None
    credit_code: str | None
    demonstration: bool


@dataclass(frozen=True, slots=True)
class PositionBalance:
    """What stands on one position of an account, in the asset's smallest unit."""

    position_id: int
    asset_id: int
    asset_code: str
    asset_name_zh: str
    asset_name_en: str
    unit: str
    kind: PositionKind
    ref: str
    debits: int
    credits: int

    @property
    def balance(self) -> int:
        """Credits less debits."""
        return self.credits - self.debits


@dataclass(frozen=True, slots=True)
class AccountPage:
    """One page of the list; ``later`` is given back as ``after`` for the next, None at the end."""

    accounts: tuple[AccountSummary, ...]
    count: int
    later: str | None


def find_account(session: Session, number: str) -> AccountSummary | None:
    """Find an account by its number."""
    row = session.execute(_accounts().where(account.c.number == number)).one_or_none()
    return None if row is None else _summary(row)


def find_accounts(session: Session, numbers: Iterable[str]) -> dict[str, AccountSummary]:
    """Find accounts by their numbers, at most a page of a statement's worth of them."""
    wanted = sorted(set(numbers))
    ensure(len(wanted) <= PAGE_MAX, "accounts are looked up a page at a time")
    rows = session.execute(_accounts().where(account.c.number.in_(wanted)))
    found = [_summary(row) for row in rows]
    return {each.number: each for each in found}


def list_accounts(
    session: Session,
    *,
    scheme_code: str | None = None,
    search: str = "",
    kinds: Sequence[str] = ("holder",),
    after: str | None = None,
    limit: int = 50,
) -> AccountPage:
    """Give accounts by number, ``limit`` (1..500) a page.

    ``search`` looks in the account's number and name and in the holder's name and credit code.
    """
    ensure(1 <= limit <= PAGE_MAX, "a page has 1 to 500 accounts")
    chosen: list[ColumnElement[bool]] = [account.c.kind.in_(kinds)]
    if scheme_code is not None:
        chosen.append(scheme.c.code == scheme_code)
    if search:
        columns = (account.c.number, account.c.name, party.c.name, party.c.credit_code)
        chosen.append(
            or_(
                *(
                    func.lower(column).contains(search.lower(), autoescape=True)
                    for column in columns
                )
            )
        )
    query = _accounts().where(and_(*chosen))
    count = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    if after is not None:
        query = query.where(account.c.number > after)
    rows = session.execute(query.order_by(account.c.number).limit(limit + 1)).all()
    page = tuple(_summary(row) for row in rows[:limit])
    return AccountPage(page, count, page[-1].number if len(rows) > limit else None)


def positions_of(session: Session, account_ids: Sequence[int]) -> dict[int, list[PositionBalance]]:
    """Give what stands on each of these accounts, positions that were ever moved."""
    rows = session.execute(
        select(
            position.c.account_id,
            position.c.id,
            position.c.asset_id,
            asset.c.code,
            asset.c.name_zh,
            asset.c.name_en,
            asset.c.unit,
            position.c.kind,
            position.c.ref,
            position.c.debits,
            position.c.credits,
        )
        .join_from(position, asset, asset.c.id == position.c.asset_id)
        .where(position.c.account_id.in_(account_ids))
        .where(or_(position.c.debits > 0, position.c.credits > 0))
        .order_by(position.c.account_id, asset.c.code, position.c.kind, position.c.ref)
    )
    found: dict[int, list[PositionBalance]] = {number: [] for number in account_ids}
    for row in rows:
        account_id, position_id, asset_id, code, zh, en, unit, kind, *rest = tuple(row)
        found[account_id].append(
            PositionBalance(position_id, asset_id, code, zh, en, unit, PositionKind(kind), *rest)
        )
    return found


def _accounts() -> Select[Any]:
    return (
        select(
            account.c.id,
            account.c.number,
            account.c.kind,
            account.c.state,
            account.c.opened_on,
            account.c.name,
            scheme.c.code,
            scheme.c.name_zh,
            scheme.c.name_en,
            zone.c.code,
            zone.c.name_zh,
            zone.c.name_en,
            cell.c.use_type,
            party.c.number,
            party.c.name,
            party.c.credit_code,
            func.coalesce(party.c.demonstration, False),
        )
        .join_from(account, scheme, scheme.c.id == account.c.scheme_id)
        .outerjoin(cell, cell.c.id == account.c.cell_id)
        .outerjoin(zone, zone.c.id == cell.c.zone_id)
        .outerjoin(party, party.c.id == account.c.party_id)
    )


def _summary(row: Row[Any]) -> AccountSummary:
    return AccountSummary(*tuple(row))
