"""The door by which bids come in: a bid of a sealed auction is sealed before anything is written.

Price and quantity are read here for their shape alone, sealed at once and forgotten: neither the
queue, nor the log, nor an answer has them.  Every other command passes as it is.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from ledger.core.clock import Now
from ledger.core.database import reading
from ledger.refusals import Refused
from market.auctions.auction_store import load_auction
from market.auctions.bidding import BID_FIELDS, CHANGE_FIELD, SEALED_FIELDS, read_bid
from market.auctions.life import AuctionCommand, LifeCode
from market.auctions.notice import Notice
from market.auctions.seal import Draw, Sealed, seal_bid
from market.auctions.sealed_content import content_text, fingerprint_of
from market.commands import CommandCode, Fields
from market.submission import Answer, NewCommand, submit
from market.tables import command_log, queued_command

MARKET = "auction"
_BIDS = (AuctionCommand.BID, AuctionCommand.AMEND)


@dataclass(frozen=True, slots=True)
class Sealing:
    """What sealing needs: the server's secret for fingerprints, at least 32 bytes, which is kept
    outside of every database, and a source of random bytes.
    """

    secret: bytes
    draw: Draw


@dataclass(frozen=True, slots=True)
class Submitted:
    """The command as it was queued, to ask for its answer with, and what is known of it now."""

    command: NewCommand
    answer: Answer | Refused | None


def submit_bid(engine: Engine, command: NewCommand, now: Now, sealing: Sealing) -> Submitted:
    """Hand a command in; the bid of a sealed auction is sealed first.

    The same bid under the same key is answered as the first time, though a bid is never sealed
    twice into the same text: its fingerprint tells.
    """
    if command.market != MARKET or command.kind not in _BIDS:
        return Submitted(command, submit(engine, command, now))
    sealed = _sealed(engine, command, sealing)
    if isinstance(sealed, Refused):
        # Nothing is written of it, so that nothing of it can be read.
        return Submitted(_blank(command), sealed)
    answer = submit(engine, sealed, now)
    if _is_used_key(answer):
        # Somebody else sealed the same at the same moment.
        again = _sealed(engine, command, sealing)
        if isinstance(again, NewCommand) and again != sealed:
            return Submitted(again, submit(engine, again, now))
    return Submitted(sealed, answer)


def _blank(command: NewCommand) -> NewCommand:
    return replace(command, payload={})


def _is_used_key(answer: Answer | Refused | None) -> bool:
    used = CommandCode.KEY_ALREADY_USED_FOR_OTHER_CONTENT
    return isinstance(answer, Refused) and answer.code == used


def _sealed(engine: Engine, command: NewCommand, sealing: Sealing) -> NewCommand | Refused:
    with reading(engine) as session:
        auction = load_auction(session, command.market_id)
        if auction is None:
            return Refused(LifeCode.AUCTION_UNKNOWN, {"auction": str(command.market_id)})
        if not auction.notice.sealed:
            return command
        stored = _stored_payload(session, command)
    return _seal(command, auction.notice, sealing, stored)


def _seal(
    command: NewCommand, notice: Notice, sealing: Sealing, stored: Mapping[str, Any] | None
) -> NewCommand | Refused:
    payload = command.payload
    fields = Fields(payload, (*BID_FIELDS, "guarantee", CHANGE_FIELD))
    fields.text("account")
    fields.text("guarantee")
    if fields.fault is not None:
        return fields.fault
    terms = read_bid(payload, notice)
    if isinstance(terms, Refused):
        return terms
    shown = {
        name: value
        for name, value in payload.items()
        if name in (*SEALED_FIELDS, CHANGE_FIELD) and value is not None
    }
    content = content_text(command.market_id, command.party_id, terms)
    fingerprint = fingerprint_of(sealing.secret, command.key, content)
    if stored is not None and _is_same(stored, shown, fingerprint):
        return replace(command, payload=stored)
    sealed: Sealed = seal_bid(
        notice.public_key, command.market_id, command.party_id, terms, sealing.draw
    )
    return replace(
        command,
        payload={
            **shown,
            "seal": sealed.ciphertext,
            "commitment": sealed.commitment,
            "fingerprint": fingerprint,
        },
    )


def _is_same(stored: Mapping[str, Any], shown: Mapping[str, Any], fingerprint: str) -> bool:
    made = ("seal", "commitment", "fingerprint")
    visible = {name: value for name, value in stored.items() if name not in made}
    return visible == shown and stored.get("fingerprint") == fingerprint


def _stored_payload(session: Session, command: NewCommand) -> Mapping[str, Any] | None:
    """Give what was queued or decided under the same key, if anything was."""
    for table in (queued_command, command_log):
        payload = session.scalar(
            select(table.c.payload).where(
                table.c.party_id == command.party_id, table.c.key == command.key
            )
        )
        if payload is not None:
            found: dict[str, Any] = json.loads(payload)
            return found
    return None
