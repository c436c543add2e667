"""What a sealed bid is made of, and what binds it before anybody can read it.

The content names auction and bidder, so that a ciphertext copied to another bidder is found out,
and is padded to one length, so that the ciphertext does not tell how many digits a price has.
Pure: encrypts nothing.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger.refusals import RefusalCode, Refused, ensure
from market.auctions.bidding import BidTerms

CONTENT_LENGTH = 256
"""Bytes of every content before it is sealed."""
SALT_LENGTH = 32
CIPHERTEXT_LENGTH = 500
"""Signs that a ciphertext has at most, as text."""


class OpeningCode(RefusalCode):
    """Why an opened bid is not believed."""

    OPENED_BID_UNKNOWN = "opened_bid_unknown"
    OPENED_BID_UNREADABLE = "opened_bid_unreadable"
    OPENED_BID_NOT_AS_COMMITTED = "opened_bid_not_as_committed"
    OPENED_BID_OPENED_BEFORE = "opened_bid_opened_before"


@dataclass(frozen=True, slots=True)
class OpenedBid:
    """A bid with the salt of its commitment (hexadecimal)."""

    bid_id: int
    terms: BidTerms
    salt: str


def content_text(auction_id: int, party_id: int, terms: BidTerms) -> str:
    """Write what a bid says in the one way in which it is committed to."""
    content = {
        "auction": auction_id,
        "party": party_id,
        "quantity": terms.quantity,
        "price_micro": terms.price_micro,
        "minimum": terms.minimum,
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":"))


def commitment_of(content: str, salt: str) -> str:
    """Give the receipt of a bid: SHA-256 of salt, ":" and content, in hexadecimal."""
    return hashlib.sha256(f"{salt}:{content}".encode()).hexdigest()


def fingerprint_of(secret: bytes, key: str, content: str) -> str:
    """Give the keyed hash that tells the same content under the same key.

    Without the secret, which no database has, nobody can try prices against it.
    """
    ensure(len(secret) >= SALT_LENGTH, "the secret of fingerprints is long enough")
    return hmac.new(secret, f"{key}:{content}".encode(), hashlib.sha256).hexdigest()


def padded(content: str, salt: str) -> bytes:
    """Give the bytes to be sealed: salt and content, always of one length."""
    text = f"{salt}:{content}".encode()
    ensure(len(text) <= CONTENT_LENGTH, "a bid fits into the length of all")
    return text.ljust(CONTENT_LENGTH)


def read_opened(written: object) -> OpenedBid | Refused:
    """Read one opened bid out of a command."""
    if not isinstance(written, dict):
        return Refused(OpeningCode.OPENED_BID_UNREADABLE, {"bid": "?"})
    number = written.get("bid")
    whole = [written.get(name) for name in ("quantity", "minimum")]
    price, salt = written.get("price_micro"), written.get("salt")
    numbers = [number, *whole] + ([] if price is None else [price])
    if not all(type(one) is int and 0 <= one < 2**63 for one in numbers) or not isinstance(
        salt, str
    ):
        return Refused(OpeningCode.OPENED_BID_UNREADABLE, {"bid": str(number)[:20]})
    terms = BidTerms(written["quantity"], price, written["minimum"])
    return OpenedBid(written["bid"], terms, salt)


def opened_as_json(opened: OpenedBid) -> dict[str, Any]:
    """Write one opened bid for a command; from then on it is public."""
    return {
        "bid": opened.bid_id,
        "quantity": opened.terms.quantity,
        "price_micro": opened.terms.price_micro,
        "minimum": opened.terms.minimum,
        "salt": opened.salt,
    }


def refuse_opened(
    opened: OpenedBid, auction_id: int, party_id: int, commitment: str
) -> Refused | None:
    """Refuse an opened bid that is not the one its bidder has the receipt of."""
    content = content_text(auction_id, party_id, opened.terms)
    if hmac.compare_digest(commitment_of(content, opened.salt), commitment):
        return None
    return Refused(OpeningCode.OPENED_BID_NOT_AS_COMMITTED, {"bid": opened.bid_id})


def terms_in(content: Mapping[str, Any]) -> BidTerms:
    """Read a content back."""
    return BidTerms(content["quantity"], content["price_micro"], content["minimum"])
