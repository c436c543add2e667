"""What is published of an auction: its notice, how it stands, and the result sheet.

The sheet names bids by their numbers, never bidders; before the clearing nothing of any bid is
told, but for the leading price of an ascending auction.  Reads only.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.apportionment import half_up
from ledger.core.tables import asset
from ledger.numerals import format_plain_digits
from ledger.rights.tables import scheme
from market.answers import refused_to_json
from market.auctions.auction_store import Auction, bids_of, load_auction
from market.auctions.auction_tables import auction, auction_state
from market.auctions.bids import price_text, quantity_text
from market.auctions.clearing import Result
from market.auctions.life import Stage
from market.auctions.result_sheet import ResultSheet
from market.auctions.rules import Format, Rules
from market.pricing import format_plain_money

COVER_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class AuctionLine:
    """One auction in a list."""

    id: int
    code: str
    scheme: str
    asset: str
    name_zh: str
    name_en: str
    opens_at: datetime
    closes_at: datetime
    sealed: bool
    stage: Stage
    reason: str
    halted: str


def sheet_document(rules: Rules, sheet: ResultSheet, result: Result) -> dict[str, Any]:
    """Write the public sheet: figures as text, refused bids with code and figures."""
    cover = half_up(sheet.cover_ratio * 10**COVER_DECIMALS)
    return {
        "status": sheet.status.value,
        "supply": quantity_text(rules, sheet.supply),
        "bidders": sheet.bidders,
        "winners": sheet.winners,
        "asked": quantity_text(rules, sheet.asked),
        "cover_ratio": format_plain_digits(cover, COVER_DECIMALS),
        "prices": _prices(rules, sheet),
        "price": _price(rules, sheet.price_micro),
        "sold": quantity_text(rules, sheet.sold),
        "unsold": quantity_text(rules, sheet.unsold),
        "proceeds": format_plain_money(sheet.proceeds_fen),
        "containment_sold": quantity_text(rules, sheet.containment_sold),
        "withheld": quantity_text(rules, sheet.withheld),
        "carried": [quantity_text(rules, part) for part in result.carried],
        "fallback": quantity_text(rules, result.fallback),
        "awards": [
            {
                "bid": int(one.bid.id),
                "quantity": quantity_text(rules, one.quantity),
                "price": price_text(rules, one.price_micro),
                "amount": format_plain_money(one.amount_fen),
            }
            for one in result.awards
        ],
        "refused": [
            {"bid": int(one.bid.id), **(refused_to_json(one.refused) or {})}
            for one in result.refused
        ],
    }


def _price(rules: Rules, price_micro: int | None) -> str | None:
    return None if price_micro is None else price_text(rules, price_micro)


def _prices(rules: Rules, sheet: ResultSheet) -> dict[str, str | None] | None:
    prices = sheet.prices
    if prices is None:
        return None
    return {
        "lowest": _price(rules, prices.lowest_micro),
        "mean": _price(rules, prices.mean_micro),
        "median": _price(rules, prices.median_micro),
        "highest": _price(rules, prices.highest_micro),
    }


def list_auctions(session: Session) -> list[AuctionLine]:
    """Give all auctions, the newest first, in one query."""
    found = session.execute(
        select(
            auction,
            auction_state,
            scheme.c.code.label("scheme_code"),
            asset.c.code.label("asset_code"),
        )
        .join(auction_state, auction_state.c.auction_id == auction.c.id)
        .join(scheme, scheme.c.id == auction.c.scheme_id)
        .join(asset, asset.c.id == auction.c.asset_id)
        .order_by(auction.c.opens_at.desc(), auction.c.id.desc())
    )
    return [
        AuctionLine(
            id=row.id,
            code=row.code,
            scheme=row.scheme_code,
            asset=row.asset_code,
            name_zh=row.name_zh,
            name_en=row.name_en,
            opens_at=row.opens_at,
            closes_at=row.closes_at,
            sealed=row.open_bids_by is not None,
            stage=Stage(row.stage),
            reason=row.reason,
            halted=row.halted,
        )
        for row in found
    ]


def public_auction(session: Session, auction_id: int) -> dict[str, Any] | None:
    """Give what everybody may know of an auction; None where there is none."""
    one = load_auction(session, auction_id)
    if one is None:
        return None
    return {**public_document(one), "leading_price": _leading_price(session, one)}


def _leading_price(session: Session, one: Auction) -> str | None:
    """Give the highest quote of an ascending auction, which everybody bids against."""
    rules = one.notice.rules
    if rules.format is not Format.ASCENDING:
        return None
    quotes = [bid.terms.price_micro for bid in bids_of(session, one.id) if bid.terms is not None]
    return _price(rules, max((price for price in quotes if price is not None), default=None))


def public_document(one: Auction) -> dict[str, Any]:
    """Write what everybody may know; the seed only once it decided, a secret reserve never."""
    notice, rules = one.notice, one.notice.rules
    window = notice.window
    ends = window.open_bids_by
    secret = rules.reserve_secret
    return {
        "auction": one.id,
        "code": notice.code,
        "scheme": notice.scheme,
        "asset": notice.asset,
        "name_zh": notice.name_zh,
        "name_en": notice.name_en,
        "stage": one.stage.value,
        "reason": one.reason,
        "halted": bool(one.halted),
        "opens_at": window.opens_at.isoformat(),
        "closes_at": window.closes_at.isoformat(),
        "open_bids_by": None if ends is None else ends.isoformat(),
        "format": rules.format.value,
        "supply": quantity_text(rules, notice.supply),
        "reserve_price": None if secret else _price(rules, rules.reserve_micro),
        "seed_commitment": one.seed_commitment,
        "seed": one.seed or None,
        "result": one.result or None,
    }
