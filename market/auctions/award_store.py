"""Awards between the database and memory.

Knows the table of awards; decides nothing.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ledger.core.reference_rows import insert_rows
from market.auctions.auction_tables import auction_award
from market.auctions.awards import Winning
from market.auctions.life import AwardState


def insert_awards(session: Session, auction_id: int, awards: Sequence[Winning]) -> None:
    """Write down what was won."""
    insert_rows(
        session,
        auction_award,
        [
            {
                "bid_id": one.bid_id,
                "auction_id": auction_id,
                "party_id": one.party_id,
                "account_id": one.account_id,
                "cash_account_id": one.cash_account_id,
                "place": one.place,
                "quantity": one.quantity,
                "price_micro": one.price_micro,
                "amount_fen": one.amount_fen,
                "rooms": json.dumps(one.rooms),
                **_changing(one),
            }
            for one in awards
        ],
    )


def _changing(one: Winning) -> dict[str, Any]:
    return {
        "deposit_fen": one.deposit_fen,
        "paid_fen": one.paid_fen,
        "owed_fen": one.owed_fen,
        "instalments_paid": one.instalments_paid,
        "due_at": one.due_at,
        "state": one.state,
        "charged_by": one.charged_by,
    }


def save_award(session: Session, one: Winning) -> None:
    """Write how an award stands now."""
    session.execute(
        update(auction_award).where(auction_award.c.bid_id == one.bid_id).values(**_changing(one))
    )


def awards_of(session: Session, auction_id: int) -> list[Winning]:
    """Give the awards of an auction in rank order."""
    found = session.execute(
        select(auction_award)
        .where(auction_award.c.auction_id == auction_id)
        .order_by(auction_award.c.place)
    )
    return [
        Winning(
            bid_id=row.bid_id,
            party_id=row.party_id,
            account_id=row.account_id,
            cash_account_id=row.cash_account_id,
            place=row.place,
            quantity=row.quantity,
            price_micro=row.price_micro,
            amount_fen=row.amount_fen,
            deposit_fen=row.deposit_fen,
            due_at=row.due_at,
            rooms=tuple((one[0], one[1]) for one in json.loads(row.rooms)),
            paid_fen=row.paid_fen,
            owed_fen=row.owed_fen,
            instalments_paid=row.instalments_paid,
            state=AwardState(row.state),
            charged_by=row.charged_by,
        )
        for row in found
    ]
