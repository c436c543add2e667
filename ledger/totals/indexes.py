"""Assets under one total: opened against the room of their indexes, closed to give it back.

A right of 2026-2030 counts in five yearly totals: its asset stands under five indexes, and opening
it uses room of all five in one entry.  One function here writes the legs that go across assets;
a forgotten index leg would pass every floor, because a source has none.
"""

from sqlalchemy.orm import Session

from ledger.core.clock import Now
from ledger.core.entries import PositionKey, Posted, Transfer
from ledger.core.moves import EntryKind
from ledger.refusals import Refused
from ledger.totals.acts import Act, post_act, refuse_amount, request
from ledger.totals.codes import TotalsCode
from ledger.totals.places import TotalAsset, find_asset, find_places
from ledger.totals.serving import Balance, Legs, Pool, legs_into, owed


def open_asset(
    session: Session, asset_id: int, cell_id: int, amount: int, act: Act, now: Now
) -> Posted | Refused:
    """Fund an asset that stands under indexes: their rooms are used, its total comes to be.

    ``amount`` in smallest units, 1..10^15.  Refused where one index has too little room left.
    """
    target = _opened_here(session, asset_id, cell_id, amount, act)
    if isinstance(target, Refused):
        return target
    found, account_id = target

    def decide(balance: Balance) -> Legs | Refused:
        for code, index in zip(found.index_codes, found.index_pools(account_id), strict=True):
            room = balance(index.room)
            if amount > room:
                return Refused(
                    TotalsCode.INDEX_ROOM_EXHAUSTED,
                    {
                        "index": code,
                        "amount": found.quantity(amount),
                        "room": found.quantity(room),
                    },
                )
        return legs_across(EntryKind.OPEN, found, account_id, amount, balance)

    asked = request(EntryKind.OPEN, asset_id, [(account_id, account_id, amount)])
    return post_act(session, act, asked, positions_across(found, account_id), decide, now)


def close_asset(
    session: Session, asset_id: int, cell_id: int, amount: int, act: Act, now: Now
) -> Posted | Refused:
    """Take back what of an opened asset is not out; the rooms of its indexes come back.

    An index that was lowered below what is used has its ``tolerated`` served first.
    """
    target = _opened_here(session, asset_id, cell_id, amount, act)
    if isinstance(target, Refused):
        return target
    found, account_id = target
    pool = found.pool(account_id)

    def decide(balance: Balance) -> Legs | Refused:
        # What is not out may have come from a cell above, where it was opened.
        most = min(balance(pool.room), closable(found, account_id, balance))
        if amount > most:
            values = {"amount": found.quantity(amount), "room": found.quantity(most)}
            return Refused(TotalsCode.CLOSING_EXCEEDS_ROOM, values)
        return legs_across(EntryKind.CLOSE, found, account_id, amount, balance)

    asked = request(EntryKind.CLOSE, asset_id, [(account_id, account_id, amount)])
    return post_act(session, act, asked, positions_across(found, account_id), decide, now)


def positions_across(found: TotalAsset, account_id: int) -> list[PositionKey]:
    """List what must be locked before ``legs_across``: an asset's pool and its indexes'."""
    names = list(found.pool(account_id).positions)
    for index in found.index_pools(account_id):
        names.extend((index.room, index.tolerated, index.used))
    return names


def legs_across(
    kind: EntryKind, found: TotalAsset, account_id: int, amount: int, balance: Balance
) -> Legs:
    """Write the legs of an asset and of all its indexes in a cell, the only ones across assets.

    ``open`` takes room and funds the asset; any other kind gives both back.
    """
    pool = found.pool(account_id)
    indexes = found.index_pools(account_id)
    if kind is EntryKind.OPEN:
        return (
            *(Transfer(index.room, index.used, amount) for index in indexes),
            *legs_into(pool, pool.source, amount, balance),
        )
    return (
        Transfer(pool.room, pool.source, amount),
        *(leg for index in indexes for leg in legs_into(index, index.used, amount, balance)),
    )


def closable(found: TotalAsset, account_id: int, balance: Balance) -> int:
    """Tell how much of an opened asset was opened in this very cell, and not closed since."""
    opened = -balance(found.pool(account_id).source)
    return min([opened, *(balance(index.used) for index in found.index_pools(account_id))])


def owed_by_indexes(found: TotalAsset, account_id: int, balance: Balance) -> int:
    """Tell how much the most overdrawn index of an asset has out beyond its total."""
    pools: tuple[Pool, ...] = found.index_pools(account_id)
    return max((owed(index, balance) for index in pools), default=0)


def _opened_here(
    session: Session, asset_id: int, cell_id: int, amount: int, act: Act
) -> tuple[TotalAsset, int] | Refused:
    """Find the asset and the account of the cell in which it is opened or closed."""
    refused = refuse_amount(amount)
    if refused is not None:
        return refused
    found = find_asset(session, asset_id)
    if isinstance(found, Refused):
        return found
    if not found.index_ids:
        return Refused(TotalsCode.ASSET_STANDS_UNDER_NO_INDEX, {"asset": found.code})
    places = find_places(session, found, [cell_id], act.business_date)
    if isinstance(places, Refused):
        return places
    return found, places[cell_id].account_id
