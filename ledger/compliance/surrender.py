"""Surrender of units for a compliance year, and its reversal.

What is for own use only is taken first, for it has no other way out; then what is freely held, then
what was bought today, which may not be sold on yet, and last what is not paid up: until it is paid
it may be taken back.  The units go to the cell's ``surrendered`` position of the year, and the entry
is marked with the year.  Late is never refused: the duty has one running total.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.compliance.codes import SurrenderCode
from ledger.compliance.cover import UseRule
from ledger.core.clock import Now
from ledger.core.entries import Entry, PositionKey, Posted, PostingCode, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import WorkingSet, post, reversal_of
from ledger.core.reference_rows import rows_where
from ledger.core.standing import Standing, standing_entries
from ledger.core.tables import entry as entry_table
from ledger.core.tables import position
from ledger.refusals import Refused
from ledger.registry.accounts import (
    AccountKind,
    AccountRow,
    accounts_by_id,
    cell_accounts,
    usable,
)
from ledger.rights.assets import unit_of_scheme
from ledger.rights.schemes import (
    AssetRow,
    PeriodRow,
    SettingBook,
    assets_by_id,
    periods_of,
    setting_book,
)
from ledger.units import Quantity

DRAWN_KINDS = (
    PositionKind.OWN_USE,
    PositionKind.HOLDING,
    PositionKind.BOUGHT,
    PositionKind.UNPAID,
)
"""What may be handed in, in the order in which it is taken."""


@dataclass(frozen=True, slots=True)
class SurrenderRequest:
    """Hand in so many units (smallest ones, at least 1) of an account for a compliance year."""

    key: str
    business_date: date
    account_id: int
    asset_id: int
    year: int
    amount: int
    actor: str = ""
    office: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class SurrenderGrounds:
    """What a surrender was found to rest on: all checks but *how much* have passed."""

    year_period_id: int
    surrendered: PositionKey
    asset: AssetRow


def surrender_entry(
    request: SurrenderRequest,
    grounds: SurrenderGrounds,
    stocks: Sequence[tuple[PositionKey, int]],
) -> Entry | Refused:
    """Write the entry of a surrender from what there is, in the order in which it is taken; pure."""
    available = sum(amount for _, amount in stocks)
    if request.amount > available:
        unit = grounds.asset.unit
        values = {
            "available": Quantity(available, unit),
            "needed": Quantity(request.amount, unit),
            "year": str(request.year),
        }
        return Refused(SurrenderCode.UNITS_TO_SURRENDER_TOO_FEW, values)
    legs, left = [], request.amount
    for stock, amount in stocks:
        part = min(left, amount)
        legs.append(Transfer(stock, grounds.surrendered, part))
        left -= part
    # An amount of nothing, or less, keeps its one leg: posting refuses it by its own name.
    nothing = (Transfer(_of(request, PositionKind.HOLDING), grounds.surrendered, request.amount),)
    kept = tuple(leg for leg in legs if leg.amount) if request.amount > 0 else nothing
    return _entry(request, grounds.year_period_id, kept)


def surrender(session: Session, request: SurrenderRequest, now: Now) -> Posted | Refused:
    """Surrender once; see ``surrender_many``."""
    return surrender_many(session, [request], now)[0]


def surrender_many(
    session: Session, requests: Sequence[SurrenderRequest], now: Now
) -> list[Posted | Refused]:
    """Surrender in order: one result each; a refused one stops no other.

    The same request under the same key gives its first result again, whatever happened since.
    """
    if not requests:
        return []
    grounds = _all_grounds(session, requests)
    others = _stocks_beside_holding(session, requests)
    working_set = WorkingSet(session, now)
    keys = [request.key for request in requests]
    working_set.open(_needed(requests, grounds, others), keys=keys)
    # Asked for only now: whoever made the same surrender at the same moment is done.
    standing = standing_entries(session, keys)
    working_set.open([name for one in standing.values() for name in one.positions])
    written: dict[str, tuple[SurrenderRequest, Entry]] = {}
    results: list[Posted | Refused] = []
    for request in requests:
        entry = _repeated(
            request, standing.get(request.key), written.get(request.key)
        ) or _new_entry(request, grounds[request], others, working_set)
        if isinstance(entry, Refused):
            results.append(entry)
            continue
        written.setdefault(request.key, (request, entry))
        results.append(working_set.try_post(entry))
    working_set.flush()
    return results


def reverse_surrender(
    session: Session,
    entry_id: int,
    now: Now,
    *,
    key: str,
    business_date: date,
    actor: str,
    office: str = "",
    document: str = "",
) -> Posted | Refused:
    """Undo a surrender, once: the units come back to where they were taken from.

    Refused where the entry is no surrender, and where the account was closed since.
    """
    kind = session.scalar(select(entry_table.c.kind).where(entry_table.c.id == entry_id))
    if kind is None:
        return Refused(PostingCode.ENTRY_TO_REVERSE_UNKNOWN, {"entry": entry_id})
    if kind != EntryKind.SURRENDER:
        return Refused(SurrenderCode.ENTRY_IS_NO_SURRENDER, {"entry": entry_id})
    (original,) = standing_entries(session, [], [entry_id]).values()
    account_id = original.legs[0].debit.account_id
    accounts = accounts_by_id(session, [account_id], kept_open=True)
    account = usable(accounts.get(account_id), account_id)
    if isinstance(account, Refused):
        return account
    entry = reversal_of(
        session,
        entry_id,
        key=key,
        business_date=business_date,
        actor=actor,
        office=office,
        document=document,
    )
    return entry if isinstance(entry, Refused) else post(session, [entry], now)[0]


def find_grounds(
    request: SurrenderRequest,
    accounts: Mapping[int, AccountRow],
    assets: Mapping[int, AssetRow],
    settings: Mapping[int, SettingBook],
    periods: Mapping[int, Sequence[PeriodRow]],
    cells: Mapping[tuple[int, int], int],
) -> SurrenderGrounds | Refused:
    """Look at every rule but *how much*, in order; pure.

    ``settings`` and ``periods`` are by scheme, ``cells`` give the account of a (scheme, cell).
    """
    account = usable(accounts.get(request.account_id), request.account_id)
    if isinstance(account, Refused):
        return account
    if account.kind is not AccountKind.HOLDER:
        return Refused(SurrenderCode.SURRENDER_NEEDS_HOLDER, {"account": account.number})
    asset = unit_of_scheme(assets, request.asset_id, account.scheme_id)
    if isinstance(asset, Refused):
        return asset
    rule = settings[account.scheme_id].at("use_rule", request.business_date)
    if isinstance(rule, Refused):
        return rule
    if rule.value != UseRule.SURRENDERED:
        values = {"account": account.number, "rule": str(rule.value)}
        return Refused(SurrenderCode.SCHEME_KNOWS_NO_SURRENDER, values, rule.source)
    year = _year_for(request, account, asset, periods[account.scheme_id])
    if isinstance(year, Refused):
        return year
    cell_account_id = cells[account.scheme_id, account.cell_id or 0]
    surrendered = PositionKey(
        cell_account_id, request.asset_id, PositionKind.SURRENDERED, year.code
    )
    return SurrenderGrounds(year.id, surrendered, asset)


def _year_for(
    request: SurrenderRequest, account: AccountRow, asset: AssetRow, periods: Sequence[PeriodRow]
) -> PeriodRow | Refused:
    """Give the compliance year, unless the units are only for years after it."""
    by_id = {row.id: row for row in periods}
    years = {row.starts_on.year: row for row in periods if row.kind == "year"}
    year = years.get(request.year)
    if year is None:
        values = {"account": account.number, "year": str(request.year)}
        return Refused(SurrenderCode.SURRENDER_YEAR_NOT_OF_SCHEME, values)
    vintage = None if asset.period_id is None else by_id[asset.period_id]
    if vintage is not None and vintage.starts_on > year.ends_on:
        values = {"asset": asset.code, "year": str(request.year)}
        return Refused(SurrenderCode.UNITS_ARE_FOR_LATER_YEARS, values)
    return year


def _all_grounds(
    session: Session, requests: Sequence[SurrenderRequest]
) -> dict[SurrenderRequest, SurrenderGrounds | Refused]:
    accounts = accounts_by_id(session, {one.account_id for one in requests}, kept_open=True)
    assets = assets_by_id(session, {one.asset_id for one in requests})
    schemes = {row.scheme_id for row in accounts.values()}
    settings = {scheme_id: setting_book(session, scheme_id) for scheme_id in schemes}
    periods = {scheme_id: periods_of(session, scheme_id) for scheme_id in schemes}
    cells = cell_accounts(
        session,
        {
            (row.scheme_id, row.cell_id)
            for row in accounts.values()
            if row.kind is AccountKind.HOLDER and row.cell_id is not None
        },
    )
    return {
        request: find_grounds(request, accounts, assets, settings, periods, cells)
        for request in requests
    }


_Stocks = Mapping[tuple[int, int], Sequence[PositionKey]]
"""Positions by (account, asset)."""


def _stocks_beside_holding(session: Session, requests: Sequence[SurrenderRequest]) -> _Stocks:
    """Find what else may be handed in; most accounts have nothing of it, and need no row."""
    query = (
        select(position.c.account_id, position.c.asset_id, position.c.kind, position.c.ref)
        .where(position.c.kind.in_(DRAWN_KINDS), position.c.kind != PositionKind.HOLDING)
        .where(position.c.credits > position.c.debits)
        .order_by(position.c.id)
    )
    accounts = [request.account_id for request in requests]
    found: dict[tuple[int, int], list[PositionKey]] = {}
    for row in rows_where(session, query, position.c.account_id, accounts):
        key = PositionKey(row.account_id, row.asset_id, PositionKind(row.kind), row.ref)
        found.setdefault((row.account_id, row.asset_id), []).append(key)
    return found


def _needed(
    requests: Sequence[SurrenderRequest],
    grounds: Mapping[SurrenderRequest, SurrenderGrounds | Refused],
    others: _Stocks,
) -> list[PositionKey]:
    needed: list[PositionKey] = []
    for request in requests:
        found = grounds[request]
        if isinstance(found, Refused):
            continue
        needed.extend((_of(request, PositionKind.HOLDING), found.surrendered))
        needed.extend(others.get((request.account_id, request.asset_id), ()))
    return needed


def _repeated(
    request: SurrenderRequest,
    standing: Standing | None,
    earlier: tuple[SurrenderRequest, Entry] | None,
) -> Entry | None:
    """Give the entry that the same request made before, in the journal or in this batch."""
    if standing is not None and _says_the_same(request, standing):
        return _entry(request, standing.period_id, standing.transfers)
    if earlier is not None and earlier[0] == request:
        return earlier[1]
    return None


def _new_entry(
    request: SurrenderRequest,
    found: SurrenderGrounds | Refused,
    others: _Stocks,
    working_set: WorkingSet,
) -> Entry | Refused:
    if isinstance(found, Refused):
        return found
    stocks = [
        _of(request, PositionKind.HOLDING),
        *others.get((request.account_id, request.asset_id), ()),
    ]
    stocks.sort(key=lambda stock: DRAWN_KINDS.index(stock.kind))
    return surrender_entry(
        request, found, [(stock, working_set.balance(stock)) for stock in stocks]
    )


def _of(request: SurrenderRequest, kind: PositionKind) -> PositionKey:
    return PositionKey(request.account_id, request.asset_id, kind)


def _entry(
    request: SurrenderRequest, period_id: int | None, transfers: tuple[Transfer, ...]
) -> Entry:
    return Entry(
        kind=EntryKind.SURRENDER,
        key=request.key,
        business_date=request.business_date,
        transfers=transfers,
        actor=request.actor,
        office=request.office,
        document=request.document,
        period_id=period_id,
    )


def _says_the_same(request: SurrenderRequest, standing: Standing) -> bool:
    """Whether the entry handed in the units that the request names; posting compares the rest."""
    first = standing.legs[0]
    return (
        standing.kind is EntryKind.SURRENDER
        and (first.debit.account_id, first.debit.asset_id) == (request.account_id, request.asset_id)
        and first.credit.ref == str(request.year)
        and sum(leg.amount for leg in standing.legs) == request.amount
    )
