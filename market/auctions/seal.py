"""Sealing bids with an auction's public key, and the three shares that open them.

The private key is made, split and forgotten: it is never stored.  For each two of the three holders
there is a one-time pad: one of them keeps the pad, the other the key under the pad, so two together
have the key and one alone has only random bytes.  What this does and does not protect from stands
in ``docs/decisions/0007-sealed-bids.md``.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from ledger.refusals import RefusalCode, Refused, ensure
from market.auctions.bidding import BidTerms
from market.auctions.sealed_content import (
    SALT_LENGTH,
    OpenedBid,
    commitment_of,
    content_text,
    padded,
    terms_in,
)

HOLDERS = ("auctioneer", "regulator", "auditor")
"""Who keeps a share of the key: any two of them open the bids."""

_MARK = "ecorights-share-1"
_KEY_LENGTH = 32
_CHECK_LENGTH = 8

Draw = Callable[[int], bytes]
"""Gives so many random bytes."""


class SealCode(RefusalCode):
    """Why bids cannot be opened with what was handed in."""

    SHARE_UNREADABLE = "share_unreadable"
    SHARE_OF_OTHER_KEY = "share_of_other_key"
    SHARES_OF_ONE_HOLDER = "shares_of_one_holder"
    SHARES_DO_NOT_OPEN = "shares_do_not_open"
    CIPHERTEXT_DAMAGED = "ciphertext_damaged"


@dataclass(frozen=True, slots=True)
class NewSeal:
    """A public key (hexadecimal) and the three shares as text, by holder."""

    public_key: str
    shares: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A bid that nobody reads: ciphertext (base64) and the commitment that is its receipt."""

    ciphertext: str
    commitment: str


def make_seal(draw: Draw) -> NewSeal:
    """Make a key pair and split its private half; nothing of it stays here."""
    private = PrivateKey(draw(_KEY_LENGTH))
    key, public = bytes(private), bytes(private.public_key)
    pads: dict[str, dict[str, bytes]] = {holder: {} for holder in HOLDERS}
    for one, other in combinations(HOLDERS, 2):
        pad = draw(_KEY_LENGTH)
        pads[one][other] = pad
        pads[other][one] = _xor(key, pad)
    return NewSeal(
        public.hex(), {holder: _share_text(holder, public, pads[holder]) for holder in HOLDERS}
    )


def is_public_key(text: str) -> bool:
    """Tell whether a text is a public key as written here."""
    try:
        return len(bytes.fromhex(text)) == _KEY_LENGTH and text == text.lower()
    except ValueError:
        return False


def seal_bid(
    public_key: str, auction_id: int, party_id: int, terms: BidTerms, draw: Draw
) -> Sealed:
    """Seal a bid; only who has two shares reads it again."""
    content, salt = content_text(auction_id, party_id, terms), draw(SALT_LENGTH).hex()
    box = SealedBox(PublicKey(bytes.fromhex(public_key)))
    ciphertext = b64encode(box.encrypt(padded(content, salt))).decode()
    return Sealed(ciphertext, commitment_of(content, salt))


def open_bid(private_key: PrivateKey, bid_id: int, sealed: Sealed) -> OpenedBid | Refused:
    """Read a sealed bid; refused where it was damaged or is not what was committed to."""
    damaged = Refused(SealCode.CIPHERTEXT_DAMAGED, {"bid": bid_id})
    try:
        text = SealedBox(private_key).decrypt(b64decode(sealed.ciphertext, validate=True)).decode()
    except (CryptoError, ValueError):
        return damaged
    salt, _, content = text.rstrip().partition(":")
    if commitment_of(content, salt) != sealed.commitment:
        return damaged
    return OpenedBid(bid_id, terms_in(json.loads(content)), salt)


def private_key_from(shares: tuple[str, str], public_key: str) -> PrivateKey | Refused:
    """Put two shares together; refused unless they give the key that the bids were sealed for."""
    read = []
    for text in shares:
        share = _read_share(text)
        if share is None:
            return Refused(SealCode.SHARE_UNREADABLE, {"start": ascii(text[:24])})
        if share.public_key != public_key:
            return Refused(SealCode.SHARE_OF_OTHER_KEY, {"holder": share.holder})
        read.append(share)
    one, other = read
    if one.holder == other.holder:
        return Refused(SealCode.SHARES_OF_ONE_HOLDER, {"holder": one.holder})
    key = PrivateKey(_xor(one.pads[other.holder], other.pads[one.holder]))
    if bytes(key.public_key).hex() != public_key:
        return Refused(SealCode.SHARES_DO_NOT_OPEN)
    return key


@dataclass(frozen=True, slots=True)
class _Share:
    holder: str
    public_key: str
    pads: dict[str, bytes]


def _share_text(holder: str, public: bytes, pads: dict[str, bytes]) -> str:
    """Write a share so that a wrong sign in it is noticed."""
    written = ",".join(f"{other}={pads[other].hex()}" for other in HOLDERS if other in pads)
    body = f"{_MARK}:{holder}:{public.hex()}:{written}"
    return f"{body}:{_check(body)}"


def _read_share(text: str) -> _Share | None:
    body, _, check = text.strip().rpartition(":")
    parts = body.split(":")
    if check != _check(body) or len(parts) != 4 or parts[0] != _MARK or parts[1] not in HOLDERS:
        return None
    try:
        pads = {
            other: bytes.fromhex(pad)
            for other, _, pad in (pair.partition("=") for pair in parts[3].split(","))
        }
    except ValueError:
        return None
    complete = {parts[1], *pads} == set(HOLDERS)
    whole = all(len(pad) == _KEY_LENGTH for pad in pads.values())
    return _Share(parts[1], parts[2], pads) if complete and whole else None


def _check(body: str) -> str:
    return sha256(body.encode()).hexdigest()[:_CHECK_LENGTH]


def _xor(one: bytes, other: bytes) -> bytes:
    ensure(len(one) == len(other), "a pad is as long as the key")
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
