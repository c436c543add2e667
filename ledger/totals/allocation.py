"""Units out to holders and back: allocation in batch from a table, and return by a holder.

A holder's units come from the total of the very cell its account lies in, and go back there.
Amounts are smallest units, 1..10^15.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from ledger.core.clock import Now
from ledger.core.entries import Entry, PositionKey, Posted, PostingCode, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import WorkingSet
from ledger.refusals import Refused
from ledger.registry.accounts import (
    AccountKind,
    AccountRow,
    accounts_by_id,
    cell_account,
    cell_accounts,
    usable,
)
from ledger.rights.assets import AssetCode
from ledger.totals.acts import Act, post_act, refuse_act, refuse_amount, request
from ledger.totals.codes import TotalsCode
from ledger.totals.indexes import closable, legs_across, owed_by_indexes, positions_across
from ledger.totals.places import TotalAsset, find_asset
from ledger.totals.serving import Balance, Legs, legs_into


@dataclass(frozen=True, slots=True)
class Allocation:
    """One row of the table: so many units for a holder's account, on its own paper and key."""

    account_id: int
    amount: int
    act: Act


def allocate(
    session: Session, asset_id: int, rows: Sequence[Allocation], now: Now
) -> list[Posted | Refused]:
    """Issue units of an asset to holders: total to holding, one entry and one result per row.

    All or nothing: where one row is at fault, every faulty row tells its fault, the others answer
    ``batch_has_faults``, and nothing is posted.  A table sent again answers with its first
    results, and a longer one posts only what is new.
    """
    found = _unit(session, asset_id)
    if isinstance(found, Refused):
        return [found for _ in rows]
    accounts = accounts_by_id(session, [row.account_id for row in rows], kept_open=True)
    cells = cell_accounts(
        session,
        {(one.scheme_id, one.cell_id) for one in accounts.values() if one.cell_id is not None},
    )
    entries = _entries(found, rows, accounts, cells)
    written = [entry for entry in entries if isinstance(entry, Entry)]
    working_set = WorkingSet(session, now)
    working_set.open(
        (name for entry in written for leg in entry.transfers for name in leg[:2]),
        keys=[entry.key for entry in written],
    )
    results = [
        _told(found, working_set.try_post(entry)) if isinstance(entry, Entry) else entry
        for entry in entries
    ]
    faults = [number for number, result in enumerate(results, 1) if isinstance(result, Refused)]
    if not faults:
        working_set.flush()
        return results
    waiting = Refused(
        TotalsCode.BATCH_HAS_FAULTS, {"faults": len(faults), "rows": len(rows), "first": faults[0]}
    )
    return [
        waiting if isinstance(result, Posted) and not result.again else result for result in results
    ]


def return_units(
    session: Session, account_id: int, asset_id: int, amount: int, act: Act, now: Now
) -> Posted | Refused:
    """Return units of a holder to the total of its cell, whose ``tolerated`` is served first.

    Units of an asset under an index that was lowered below what is used are closed at once, as
    far as that index has more out than its total.
    """
    refused = refuse_amount(amount)
    if refused is not None:
        return refused
    found = _unit(session, asset_id)
    if isinstance(found, Refused):
        return found
    accounts = accounts_by_id(session, [account_id], kept_open=True)
    cell_id = _cell_of_holder(found, accounts, account_id)
    if isinstance(cell_id, Refused):
        return cell_id
    cell_account_id = cell_account(session, found.scheme_id, cell_id)
    holding = PositionKey(account_id, asset_id, PositionKind.HOLDING)

    def decide(balance: Balance) -> Legs | Refused:
        held = balance(holding)
        if amount > held:
            values = {"amount": found.quantity(amount), "held": found.quantity(held)}
            return Refused(TotalsCode.RETURN_EXCEEDS_HOLDING, values)
        return _return_legs(found, holding, cell_account_id, amount, balance)

    asked = request(EntryKind.RETURN, asset_id, [(account_id, cell_account_id, amount)])
    positions = [holding, *positions_across(found, cell_account_id)]
    return post_act(session, act, asked, positions, decide, now)


def _return_legs(
    found: TotalAsset, holding: PositionKey, account_id: int, amount: int, balance: Balance
) -> Legs:
    pool = found.pool(account_id)
    legs = legs_into(pool, holding, amount, balance)
    if not found.index_ids:
        return legs
    to_room = sum(leg.amount for leg in legs if leg.credit == pool.room)
    closed = min(
        to_room, owed_by_indexes(found, account_id, balance), closable(found, account_id, balance)
    )
    if closed <= 0:
        return legs
    return legs + legs_across(EntryKind.CLOSE, found, account_id, closed, balance)


def _entries(
    found: TotalAsset,
    rows: Sequence[Allocation],
    accounts: Mapping[int, AccountRow],
    cells: Mapping[tuple[int, int], int],
) -> list[Entry | Refused]:
    """Write the entry of each row, or its first fault that needs no balance."""
    times = Counter(row.act.key for row in rows)
    entries: list[Entry | Refused] = []
    for row in rows:
        refused = refuse_act(row.act) or refuse_amount(row.amount)
        cell_id = refused or _cell_of_holder(found, accounts, row.account_id)
        if isinstance(cell_id, Refused):
            entries.append(cell_id)
        elif times[row.act.key] > 1:
            entries.append(Refused(TotalsCode.KEY_TWICE_IN_TABLE, {"key": row.act.key}))
        else:
            total = found.pool(cells[found.scheme_id, cell_id]).room
            holding = PositionKey(row.account_id, found.asset_id, PositionKind.HOLDING)
            legs = (Transfer(total, holding, row.amount),)
            entries.append(row.act.entry(EntryKind.ALLOCATE, legs))
    return entries


def _told(found: TotalAsset, result: Posted | Refused) -> Posted | Refused:
    """Say an exhausted total in the asset's own unit; any other answer as it is."""
    if isinstance(result, Refused) and result.code == PostingCode.TOTAL_EXHAUSTED:
        amounts = {
            name: found.quantity(int(str(result.values[name]))) for name in ("needed", "available")
        }
        return Refused(TotalsCode.ALLOCATION_EXCEEDS_TOTAL, amounts)
    return result


def _unit(session: Session, asset_id: int) -> TotalAsset | Refused:
    found = find_asset(session, asset_id)
    if isinstance(found, TotalAsset) and found.role == "index":
        return Refused(AssetCode.ASSET_IS_NO_UNIT, {"asset": found.code})
    return found


def _cell_of_holder(
    found: TotalAsset, accounts: Mapping[int, AccountRow], account_id: int
) -> int | Refused:
    """Give the cell of an account that may hold units of the asset, or say why it may not."""
    account = usable(accounts.get(account_id), account_id)
    if isinstance(account, Refused):
        return account
    if account.kind is not AccountKind.HOLDER or account.cell_id is None:
        return Refused(TotalsCode.ACCOUNT_CANNOT_HOLD_UNITS, {"account": account.number})
    if account.scheme_id != found.scheme_id:
        return Refused(AssetCode.ASSET_OF_OTHER_SCHEME, {"asset": found.code})
    return account.cell_id
