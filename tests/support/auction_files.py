"""Auction files written short: bids as lines of text, the answer as the command gives it."""

from typing import Any

from market.auctions.clearing import Result, clear
from market.auctions.rules import Rules
from web.cli.auction_table import answer
from web.schemas.auction_play import AuctionPlay, read_auction
from web.schemas.faults import Unreadable

RULES = {
    "format": "sealed",
    "price_rule": "lowest_accepted",
    "tie_rule": "time",
    "undersubscription_rule": "clear_at_lowest_bid",
}


def bids(text: str) -> list[dict[str, str]]:
    """Read bids like ``A 4,000@75.10``; ``P1/q2 2@50 10:03 min=1`` names bidder, id and time."""
    made = []
    for place, line in enumerate(part.strip() for part in text.split(";")):
        name, figures, *more = line.split()
        bidder, _, bid_id = name.partition("/")
        quantity, _, price = figures.replace(",", "").partition("@")
        bid = {"id": bid_id or bidder, "bidder": bidder, "quantity": quantity}
        if price:
            bid["price"] = price
        at = f"10:{place // 60:02d}:{place % 60:02d}"
        for extra in more:
            if extra.startswith("min="):
                bid["minimum"] = extra.removeprefix("min=")
            else:
                at = f"{extra}:00"
        made.append({**bid, "at": f"2026-03-01T{at}+08:00"})
    return made


def file(supply: str, written_bids: str, top: dict[str, Any] | None = None, **rules: Any) -> Any:
    """Make the document of an auction; rules of None are left out."""
    together = {**RULES, **rules}
    return {
        "rules": {key: value for key, value in together.items() if value is not None},
        "supply": supply,
        "bids": bids(written_bids) if written_bids else [],
        **(top or {}),
    }


def read(document: Any) -> AuctionPlay:
    """Read a document that can be read."""
    play = read_auction(document)
    assert not isinstance(play, Unreadable), play
    return play


def cleared(document: Any) -> tuple[Rules, Result]:
    """Clear a document."""
    play = read(document)
    result = clear(
        play.rules,
        play.supply,
        play.bids,
        guarantees=play.guarantees,
        tie_order=play.tie_order,
        seed=play.seed,
    )
    return play.rules, result


def answered(document: Any) -> dict[str, Any]:
    """Give the answer of the command."""
    rules, result = cleared(document)
    return answer(rules, result, "en")


def awarded(given: dict[str, Any]) -> dict[str, str]:
    """Quantities by bid, in rank order."""
    return {award["bid"]: award["quantity"] for award in given["awards"]}


def refused(given: dict[str, Any]) -> dict[str, str]:
    """Codes by bid."""
    return {one["bid"]: one["code"] for one in given["refused"]}


def problems(document: Any) -> list[tuple[str, str]]:
    """Places and codes of what cannot be read."""
    unreadable = read_auction(document)
    assert isinstance(unreadable, Unreadable), unreadable
    return [(fault.at, str(fault.refused.code)) for fault in unreadable.faults]
