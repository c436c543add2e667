"""A cut: every holding loses the same share for good, and a part of what is left is withheld.

Units go from holding to withheld and retired, exactly in total and nobody above his holding
(``ledger.apportionment``).  Where the asset stands under indexes, their totals fall with what is
retired (``ledger.totals.cut_indexes``).  The market is halted and every hold released before: a
cut beside frozen units is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from ledger.apportionment import CutShare, cut_holdings
from ledger.core.clock import Now
from ledger.core.entries import PositionKey, Posted, PostingCode, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import WorkingSet
from ledger.core.standing import Standing, standing_entries
from ledger.core.tables import account, position
from ledger.refusals import Refused, ensure
from ledger.totals.acts import Act, refuse_act
from ledger.totals.codes import TotalsCode
from ledger.totals.cut_indexes import IndexCut
from ledger.totals.places import TotalAsset, find_asset, find_places
from ledger.totals.serving import Legs

HOLDERS_IN_ENTRY = 10_000
"""An entry has at most 30,000 lines: two for each holder, and some for the indexes."""

UNRELEASED_KINDS = (PositionKind.FROZEN, PositionKind.BOUGHT)
"""Units that a cut does not reach: held for an order, or bought today."""


@dataclass(frozen=True, slots=True)
class CutRule:
    """Which share of each holding stays free and which is withheld; the rest is retired.

    Shares are 0 or more and together at most 1.  ``ref`` names the withheld part until it is
    restored or spilt; ``period`` is the code of the period in which the rest counts as retired.
    """

    kept: Fraction
    withheld: Fraction
    ref: str
    period: str


def cut(
    session: Session, asset_id: int, cell_ids: Sequence[int], rule: CutRule, act: Act, now: Now
) -> list[Posted] | Refused:
    """Cut all holdings of an asset in the given cells: one entry for each 10,000 holders.

    All or none.  The second and later entries have ``/2``, ``/3`` ... behind the key of the act.
    The same key again answers with the first entries; the act's document fixes the shares.
    """
    refused = refuse_act(act)
    if refused is not None:
        return refused
    found = find_asset(session, asset_id)
    if isinstance(found, Refused):
        return found
    places = find_places(session, found, cell_ids, act.business_date)
    if isinstance(places, Refused):
        return places
    working_set = WorkingSet(session, now)
    holdings = _lock_holdings(session, working_set, asset_id, cell_ids)
    standing = _standing(session, act)
    if standing:
        return _again(working_set, standing, asset_id, act)
    unreleased = _unreleased(session, asset_id, cell_ids)
    if unreleased:
        values = {"asset": found.code, "amount": found.quantity(unreleased)}
        return Refused(TotalsCode.CUT_NEEDS_RELEASE_FIRST, values)
    cell_accounts = {cell_id: place.account_id for cell_id, place in places.items()}
    legs = _legs(session, working_set, found, holdings, cell_accounts, rule, act)
    if isinstance(legs, Refused):
        return legs
    return _post_parts(working_set, act, legs)


def _post_parts(working_set: WorkingSet, act: Act, parts: Sequence[Legs]) -> list[Posted] | Refused:
    posted: list[Posted] = []
    for number, legs in enumerate(parts):
        result = working_set.try_post(_numbered(act, number).entry(EntryKind.CUT, legs))
        if isinstance(result, Refused):
            return result
        posted.append(result)
    working_set.flush()
    return posted


def _numbered(act: Act, number: int) -> Act:
    key = act.key if number == 0 else f"{act.key}/{number + 1}"
    return Act(key, act.business_date, act.actor, act.office, act.document)


def _holdings(asset_id: int, cell_ids: Sequence[int]) -> Select[tuple[int, int | None]]:
    return (
        select(position.c.account_id, account.c.cell_id)
        .where(position.c.kind == PositionKind.HOLDING, _has_balance())
        .where(*_located(asset_id, cell_ids))
        .order_by(position.c.account_id)
    )


def _has_balance() -> ColumnElement[bool]:
    return position.c.credits > position.c.debits


def _located(asset_id: int, cell_ids: Sequence[int]) -> tuple[ColumnElement[bool], ...]:
    return (
        position.c.asset_id == asset_id,
        account.c.id == position.c.account_id,
        account.c.cell_id.in_(cell_ids),
    )


def _lock_holdings(
    session: Session, working_set: WorkingSet, asset_id: int, cell_ids: Sequence[int]
) -> dict[PositionKey, int]:
    """Lock every holding of the cells: position -> cell.

    Asked again under the locks until nothing new turns up: a transfer that was under way may
    have brought units to somebody who had none.
    """
    locked: dict[PositionKey, int] = {}
    while True:
        found = {
            PositionKey(row.account_id, asset_id, PositionKind.HOLDING): int(row.cell_id)
            for row in session.execute(_holdings(asset_id, cell_ids))
        }
        new = {key: cell_id for key, cell_id in found.items() if key not in locked}
        if not new:
            return locked
        working_set.open(new)
        locked.update(new)


def _unreleased(session: Session, asset_id: int, cell_ids: Sequence[int]) -> int:
    total = session.scalar(
        select(func.sum(position.c.credits - position.c.debits))
        .where(position.c.kind.in_(UNRELEASED_KINDS))
        .where(*_located(asset_id, cell_ids))
    )
    return int(total or 0)


def _legs(
    session: Session,
    working_set: WorkingSet,
    found: TotalAsset,
    holdings: Mapping[PositionKey, int],
    cell_accounts: Mapping[int, int],
    rule: CutRule,
    act: Act,
) -> list[Legs] | Refused:
    """Write the legs of each entry: the holders' by account, those of the indexes in the last."""
    holders = sorted(key for key in holdings if working_set.balance(key) > 0)
    shares = cut_holdings([working_set.balance(key) for key in holders], rule.kept, rule.withheld)
    if isinstance(shares, Refused):
        return shares
    retired = dict.fromkeys(cell_accounts, 0)
    legs: list[Legs] = []
    for key, share in zip(holders, shares, strict=True):
        cell_id = holdings[key]
        retired[cell_id] += share.cancelled
        own = _holder_legs(key, cell_accounts[cell_id], share, rule)
        if own:
            legs.append(own)
    if not legs:
        return Refused(TotalsCode.NOTHING_TO_CUT, {"asset": found.code})
    indexes = IndexCut(session, found, cell_accounts)
    working_set.open([leg.credit for own in legs for leg in own])
    working_set.open(indexes.positions)
    of_indexes = indexes.legs(retired, working_set.balance)
    if isinstance(of_indexes, Refused):
        return of_indexes
    parts = [
        tuple(leg for own in legs[start : start + HOLDERS_IN_ENTRY] for leg in own)
        for start in range(0, len(legs), HOLDERS_IN_ENTRY)
    ]
    return [*parts[:-1], parts[-1] + of_indexes]


def _holder_legs(key: PositionKey, cell_account_id: int, share: CutShare, rule: CutRule) -> Legs:
    withheld = PositionKey(key.account_id, key.asset_id, PositionKind.WITHHELD, rule.ref)
    gone = PositionKey(cell_account_id, key.asset_id, PositionKind.RETIRED, rule.period)
    legs = (Transfer(key, withheld, share.withheld), Transfer(key, gone, share.cancelled))
    return tuple(leg for leg in legs if leg.amount)


def _standing(session: Session, act: Act) -> list[Standing]:
    """Find the entries of a cut that was made under the act's key, in order."""
    found: list[Standing] = []
    while True:
        key = _numbered(act, len(found)).key
        standing = standing_entries(session, [key]).get(key)
        if standing is None:
            return found
        found.append(standing)


def _again(
    working_set: WorkingSet, standing: Sequence[Standing], asset_id: int, act: Act
) -> list[Posted] | Refused:
    posted: list[Posted] = []
    for number, entry in enumerate(standing):
        numbered = _numbered(act, number)
        if entry.kind is not EntryKind.CUT or entry.legs[0].debit.asset_id != asset_id:
            return Refused(PostingCode.KEY_USED_FOR_ANOTHER_ENTRY, {"key": act.key})
        working_set.open(entry.positions, keys=[numbered.key])
        result = working_set.try_post(numbered.entry(entry.kind, entry.transfers))
        if isinstance(result, Refused):
            return result
        ensure(result.again, "an entry that stands is not posted twice")
        posted.append(result)
    return posted
