"""The regulator's desk: set, raise, lower, divide and give back totals.

A total is set for an asset (which carries its period) in a cell, funded from the cell's source;
issuing draws on it and its floor says when it is exhausted.  For an index the same acts set its
*room*; assets that stand under it are opened against that room (``ledger.totals.indexes``).
Everything is decided after the positions are locked, so two regulators at once cannot both spend
the room.

Amounts are smallest units, 1..10^15.  Every function returns ``Posted`` or ``Refused``; nothing
is written when refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from ledger.core.clock import Now
from ledger.core.entries import Posted
from ledger.core.moves import EntryKind
from ledger.refusals import Refused
from ledger.totals.acts import Act, Decide, post_act, refuse_amount, request
from ledger.totals.codes import TotalsCode
from ledger.totals.flows import setting_flows
from ledger.totals.places import Place, TotalAsset, find_asset, find_places
from ledger.totals.serving import Balance, Legs, Pool, legs_into, parts_out_of
from ledger.totals.way_back import WayBack, came_from


@dataclass(frozen=True, slots=True)
class Part:
    """What one cell gets when a total is divided, in smallest units."""

    cell_id: int
    amount: int


def set_total(
    session: Session, asset_id: int, cell_id: int, amount: int, act: Act, now: Now
) -> Posted | Refused:
    """Set the total (or room) of an asset in a cell where none is set: source to total."""
    target = _funded_here(session, asset_id, cell_id, amount, act)
    if isinstance(target, Refused):
        return target
    found, pool = target

    def decide(balance: Balance) -> Legs | Refused:
        if balance(pool.source) < 0:
            was_set = found.quantity(-balance(pool.source))
            return Refused(TotalsCode.TOTAL_ALREADY_SET, {"asset": found.code, "set": was_set})
        return legs_into(pool, pool.source, amount, balance)

    return _post_here(session, EntryKind.SET, pool, amount, act, decide, now)


def raise_total(
    session: Session, asset_id: int, cell_id: int, amount: int, act: Act, now: Now
) -> Posted | Refused:
    """Raise a total that is set by ``amount``; ``tolerated`` is served first."""
    target = _funded_here(session, asset_id, cell_id, amount, act)
    if isinstance(target, Refused):
        return target
    found, pool = target

    def decide(balance: Balance) -> Legs | Refused:
        if balance(pool.source) == 0:
            return Refused(TotalsCode.TOTAL_NOT_SET_HERE, {"asset": found.code})
        return legs_into(pool, pool.source, amount, balance)

    return _post_here(session, EntryKind.SET, pool, amount, act, decide, now)


def lower_total(
    session: Session,
    asset_id: int,
    cell_id: int,
    amount: int,
    act: Act,
    now: Now,
    *,
    room_only: bool = False,
) -> Posted | Refused:
    """Lower a total by ``amount``: room goes back to the source, the rest becomes ``tolerated``.

    What is tolerated is out already; whatever comes back serves it first.  With ``room_only`` a
    lowering beyond the room is refused instead.  No more is lowered than the cell was given; what
    it was given from above goes back there (``ledger.totals.way_back``) and is lowered there.
    """
    target = _funded_here(session, asset_id, cell_id, amount, act)
    if isinstance(target, Refused):
        return target
    found, pool = target
    way_back = WayBack(session, found.scheme_id, asset_id, found.kind, [cell_id])

    def decide(balance: Balance) -> Legs | Refused:
        way_back.refresh()
        room = balance(pool.room)
        refused = _refuse_lowering(found, amount, way_back.given(cell_id))
        if refused is None and room_only:
            refused = _refuse_beyond_room(found, amount, room)
        if refused is not None:
            return refused
        offers = parts_out_of(pool, amount, balance)
        legs, missing = way_back.legs({cell_id: offers}, balance, serving=False)
        if missing:
            values = {"amount": found.quantity(amount), "missing": found.quantity(missing)}
            return Refused(TotalsCode.LOWERING_EXCEEDS_SOURCES, values)
        return legs

    asked = request(EntryKind.LOWER, asset_id, [(pool.account_id, pool.account_id, amount)])
    return post_act(session, act, asked, way_back.positions, decide, now)


def divide(
    session: Session, asset_id: int, cell_id: int, parts: Sequence[Part], act: Act, now: Now
) -> Posted | Refused:
    """Divide room of a cell among cells below it, in one entry.

    Below are child zones (by the zone tree of the act's day) and use types of the same zone.  A
    child's ``tolerated`` is served first.  Refused where the parts exceed the room.
    """
    target = _above_and_below(session, asset_id, cell_id, parts, act)
    if isinstance(target, Refused):
        return target
    found, places = target
    above = found.pool(places[cell_id].account_id)
    shares = [(found.pool(places[part.cell_id].account_id), part.amount) for part in parts]
    whole = sum(part.amount for part in parts)

    def decide(balance: Balance) -> Legs | Refused:
        room = balance(above.room)
        if whole > room:
            return Refused(
                TotalsCode.DIVISION_EXCEEDS_TOTAL,
                {
                    "parts": found.quantity(whole),
                    "room": found.quantity(room),
                    "excess": found.quantity(whole - room),
                },
            )
        return tuple(
            leg for pool, amount in shares for leg in legs_into(pool, above.room, amount, balance)
        )

    amounts = [(above.account_id, pool.account_id, amount) for pool, amount in shares]
    positions = [above.room, *(name for pool, _ in shares for name in (pool.room, pool.tolerated))]
    asked = request(EntryKind.DIVIDE, asset_id, amounts)
    return post_act(session, act, asked, positions, decide, now)


def give_back(
    session: Session,
    asset_id: int,
    cell_id: int,
    to_cell_id: int,
    amount: int,
    act: Act,
    now: Now,
) -> Posted | Refused:
    """Give room of a cell back to the cell above it, whose ``tolerated`` is served first.

    No more goes back to a cell than came from it.
    """
    target = _above_and_below(session, asset_id, to_cell_id, [Part(cell_id, amount)], act)
    if isinstance(target, Refused):
        return target
    found, places = target
    below = found.pool(places[cell_id].account_id)
    above = found.pool(places[to_cell_id].account_id)

    def decide(balance: Balance) -> Legs | Refused:
        room = balance(below.room)
        if amount > room:
            return Refused(
                TotalsCode.GIVING_BACK_EXCEEDS_ROOM,
                {
                    "cell": places[cell_id].label,
                    "amount": found.quantity(amount),
                    "room": found.quantity(room),
                },
            )
        came = came_from(setting_flows(session, asset_id, date.max))
        share = max(came.get(cell_id, {}).get(to_cell_id, 0), 0)
        if amount > share:
            return Refused(
                TotalsCode.GIVING_BACK_EXCEEDS_SHARE,
                {
                    "cell": places[cell_id].label,
                    "upper": places[to_cell_id].label,
                    "amount": found.quantity(amount),
                    "share": found.quantity(share),
                },
            )
        return legs_into(above, below.room, amount, balance)

    asked = request(EntryKind.GIVE_BACK, asset_id, [(below.account_id, above.account_id, amount)])
    positions = (below.room, above.room, above.tolerated)
    return post_act(session, act, asked, positions, decide, now)


def _funded_here(
    session: Session, asset_id: int, cell_id: int, amount: int, act: Act
) -> tuple[TotalAsset, Pool] | Refused:
    """Find the pool that is set or lowered from its own cell's source."""
    refused = refuse_amount(amount)
    if refused is not None:
        return refused
    found = find_asset(session, asset_id)
    if isinstance(found, Refused):
        return found
    if found.index_ids:
        # Set directly, it would escape the totals that it counts in.
        values = {"asset": found.code, "indexes": ", ".join(found.index_codes)}
        return Refused(TotalsCode.ASSET_STANDS_UNDER_INDEX, values)
    places = find_places(session, found, [cell_id], act.business_date)
    if isinstance(places, Refused):
        return places
    return found, found.pool(places[cell_id].account_id)


def _post_here(
    session: Session,
    kind: EntryKind,
    pool: Pool,
    amount: int,
    act: Act,
    decide: Decide,
    now: Now,
) -> Posted | Refused:
    asked = request(kind, pool.asset_id, [(pool.account_id, pool.account_id, amount)])
    return post_act(session, act, asked, pool.positions, decide, now)


def _refuse_lowering(found: TotalAsset, amount: int, given: int) -> Refused | None:
    if amount <= given:
        return None
    values = {"amount": found.quantity(amount), "set": found.quantity(given)}
    return Refused(TotalsCode.LOWERING_EXCEEDS_SET, values)


def _refuse_beyond_room(found: TotalAsset, amount: int, room: int) -> Refused | None:
    if amount <= room:
        return None
    return Refused(
        TotalsCode.LOWERING_EXCEEDS_ROOM,
        {
            "amount": found.quantity(amount),
            "room": found.quantity(room),
            "beyond": found.quantity(amount - room),
        },
    )


def _above_and_below(
    session: Session, asset_id: int, upper_cell_id: int, parts: Sequence[Part], act: Act
) -> tuple[TotalAsset, dict[int, Place]] | Refused:
    """Find the cells between which room passes; each part lies below the upper cell, once."""
    for part in parts:
        refused = refuse_amount(part.amount)
        if refused is not None:
            return refused
    found = find_asset(session, asset_id)
    if isinstance(found, Refused):
        return found
    cell_ids = [upper_cell_id, *(part.cell_id for part in parts)]
    places = find_places(session, found, cell_ids, act.business_date)
    if isinstance(places, Refused):
        return places
    upper = places[upper_cell_id]
    seen: set[int] = set()
    for part in parts:
        place = places[part.cell_id]
        if part.cell_id in seen:
            return Refused(TotalsCode.CELL_NAMED_TWICE, {"cell": place.label})
        if not place.lies_below(upper):
            values = {"cell": place.label, "upper": upper.label, "date": act.business_date}
            return Refused(TotalsCode.CELL_NOT_BELOW, values)
        seen.add(part.cell_id)
    return found, places
