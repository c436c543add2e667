"""Companies that came into another group: their open orders stand under its limits from now on.

What is asked of the registry is put into the command, so that a replay needs no registry.
"""

from typing import Any

from sqlalchemy.orm import Session

from ledger.refusals import Refused
from ledger.registry.accounts import accounts_by_id
from market.behind import read_registry
from market.engine import Venue


def regrouped(session: Session, venue: Venue) -> dict[str, Any]:
    """Give, for each open order whose group or rooms are others now, what they are."""
    accounts = accounts_by_id(session, {order.account_id for order in venue.orders.values()})
    registry = read_registry(session, [account.number for account in accounts.values()])
    changed: dict[str, Any] = {}
    for order in venue.orders.values():
        behind = registry.behind(accounts[order.account_id].number, 0, venue.terms)
        if isinstance(behind, Refused) or (behind.owner, behind.rooms) == (
            order.owner,
            order.rooms,
        ):
            continue
        rooms = [list(room) for room in behind.rooms]
        changed[str(order.number)] = {"owner": behind.owner, "rooms": rooms}
    return changed
