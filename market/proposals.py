"""Proposals and agreements as the parties and the clerk see them: read from the open orders.

What a party made or is asked to confirm, and what waits for a clerk to register it; one query each,
whatever the number.  Decides nothing; that is ``market.deals``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, literal_column, or_, select
from sqlalchemy.orm import Session

from ledger.core.tables import account
from market.book.orders import Side
from market.calendar import Mode
from market.tables import market_order
from market.venue_tables import venue


@dataclass(frozen=True, slots=True)
class OpenProposal:
    """A proposal that is neither settled nor ended: price in ticks of its venue, quantity in lots.

    ``side`` is that of the proposer; ``confirmed_by`` is the order that confirms it, which now
    waits for a clerk, None while the counterparty has not answered.
    """

    number: int
    venue_code: str
    mode: Mode
    side: Side
    price_ticks: int
    lots: int
    account_number: str
    counterparty_number: str
    placed_at: datetime
    expires_at: datetime | None
    confirmed_by: int | None


def proposals_of_party(session: Session, party_id: int) -> list[OpenProposal]:
    """Give the open proposals that a party made or is addressed in, oldest first."""
    own = select(account.c.id).where(account.c.party_id == party_id)
    mine = or_(market_order.c.account_id.in_(own), market_order.c.counterparty_id.in_(own))
    return _read(session, _open_proposals().where(mine))


def waiting_agreements(session: Session, venue_id: int) -> list[OpenProposal]:
    """Give what both sides confirmed and a clerk is to register at a venue, oldest first."""
    query = _open_proposals().where(market_order.c.venue_id == venue_id, _ANSWER.c.id.is_not(None))
    return _read(session, query)


_ANSWER = market_order.alias("answer")
_COUNTERPARTY = account.alias("counterparty")


def _open_proposals() -> Select[Any]:
    return (
        select(
            market_order,
            venue.c.code.label("venue_code"),
            account.c.number.label("account_number"),
            _COUNTERPARTY.c.number.label("counterparty_number"),
            _ANSWER.c.id.label("confirmed_by"),
        )
        .join(venue, venue.c.id == market_order.c.venue_id)
        .join(account, account.c.id == market_order.c.account_id)
        .join(_COUNTERPARTY, _COUNTERPARTY.c.id == market_order.c.counterparty_id)
        # By the proposer's account, which the answer is addressed to: that is what has an index.
        .outerjoin(
            _ANSWER,
            (_ANSWER.c.counterparty_id == market_order.c.account_id)
            & (_ANSWER.c.answers == market_order.c.id)
            & (_ANSWER.c.state == literal_column("'open'")),
        )
        .where(
            # Written out, not bound: only then may the database use the index of open orders.
            market_order.c.state == literal_column("'open'"),
            market_order.c.mode.is_not(None),
            market_order.c.answers.is_(None),
        )
        .order_by(market_order.c.id)
    )


def _read(session: Session, query: Select[Any]) -> list[OpenProposal]:
    return [_proposal(row._mapping) for row in session.execute(query)]


def _proposal(row: Mapping[Any, Any]) -> OpenProposal:
    return OpenProposal(
        number=row["id"],
        venue_code=row["venue_code"],
        mode=Mode(row["mode"]),
        side=Side(row["side"]),
        price_ticks=row["limit_ticks"],
        lots=row["open_lots"],
        account_number=row["account_number"],
        counterparty_number=row["counterparty_number"],
        placed_at=row["placed_at"],
        expires_at=row["expires_at"],
        confirmed_by=row["confirmed_by"],
    )
