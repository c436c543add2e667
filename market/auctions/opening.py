"""Opening a sealed auction: two shares in, the commands that carry the opened bids out.

The key is put together in memory for this and forgotten.  What is opened is public from then on:
it stands in the log and is proved there against each bidder's receipt.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from ledger.refusals import Refused
from market.auctions.auction_store import bids_of, load_auction
from market.auctions.life import AuctionCommand, LifeCode, refuse_opening
from market.auctions.seal import Sealed, open_bid, private_key_from
from market.auctions.sealed_content import OpenedBid, opened_as_json
from market.submission import NewCommand

_MARKET = "auction"
BIDS_IN_COMMAND = 50
"""Opened bids that one command carries; each is at most some 200 signs long."""


def opening_commands(
    session: Session, auction_id: int, shares: tuple[str, str], actor: str
) -> list[NewCommand] | Refused:
    """Open all bids of an auction that is closed; give the commands that carry them.

    Their keys name the bids, so asking again is safe.  Where one bid cannot be opened none is: the
    auction then fails at its deadline and everything that is held goes back.
    """
    auction = load_auction(session, auction_id)
    if auction is None:
        return Refused(LifeCode.AUCTION_UNKNOWN, {"auction": str(auction_id)})
    refused = refuse_opening(auction.stage, auction.notice.window)
    if refused is not None:
        return refused
    key = private_key_from(shares, auction.notice.public_key)
    if isinstance(key, Refused):
        return key
    opened: list[OpenedBid] = []
    for one in bids_of(session, auction_id):
        if one.terms is not None:
            continue
        read = open_bid(key, one.id, Sealed(one.ciphertext, one.commitment))
        if isinstance(read, Refused):
            return read
        opened.append(read)
    return [
        _command(auction_id, opened[start : start + BIDS_IN_COMMAND], actor)
        for start in range(0, len(opened), BIDS_IN_COMMAND)
    ]


def _command(auction_id: int, opened: Sequence[OpenedBid], actor: str) -> NewCommand:
    payload: dict[str, object] = {"bids": [opened_as_json(one) for one in opened]}
    return NewCommand(
        market=_MARKET,
        market_id=auction_id,
        kind=AuctionCommand.OPEN_BIDS,
        party_id=0,
        key=f"open:{auction_id}:{opened[0].bid_id}",
        payload=payload,
        actor=actor,
    )
