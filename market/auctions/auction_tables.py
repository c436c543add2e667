"""The tables of auctions: what was announced, how it stands, bids, deposits, awards.

What was announced never changes, nor do dated rules and approved needs: rows only come.  How an
auction, a bid and an award stand is kept beside the log of commands, which tells how it came to be.
A sealed bid has no price and no quantity here before its opening.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from ledger.core.guards import guard
from ledger.core.schema import BigKey, Moment, metadata
from ledger.core.tables import one_of
from market.auctions.life import AwardState, BidState, Stage

auction = Table(
    "auction",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(32), nullable=False, unique=True),
    Column("scheme_id", Integer, ForeignKey("scheme.id"), nullable=False, index=True),
    Column("asset_id", Integer, ForeignKey("asset.id"), nullable=False),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("cash_account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("name_zh", String(200), nullable=False),
    Column("name_en", String(200), nullable=False),
    Column("opens_at", Moment, nullable=False),
    Column("closes_at", Moment, nullable=False),
    Column("open_bids_by", Moment, nullable=True),
    Column("notice", Text, nullable=False),
    Column("seed_commitment", String(64), ForeignKey("call_seed.commitment"), nullable=False),
    Column("announced_at", Moment, nullable=False),
    Column("actor", String(200), nullable=False),
    CheckConstraint("opens_at < closes_at", name="window_has_length"),
    CheckConstraint("open_bids_by IS NULL OR closes_at < open_bids_by", name="opening_after_close"),
)
"""An auction as it was announced: ``notice`` is all of it as JSON, each part with its source.

``account_id`` is whose units are sold (where the auction buys: who gets them), ``cash_account_id``
where the money goes (or comes from).
"""

auction_state = Table(
    "auction_state",
    metadata,
    Column("auction_id", Integer, ForeignKey("auction.id"), primary_key=True),
    Column("stage", String(12), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("halted", String(500), nullable=False),
    Column("due_at", Moment, nullable=True),
    Column("held", BigInteger, nullable=False),
    Column("result", Text, nullable=False),
    Column("inputs", Text, nullable=False),
    Column("cleared_at", Moment, nullable=True),
    Column("seed", String(64), nullable=False),
    CheckConstraint(one_of("stage", tuple(Stage)), name="stage_known"),
    CheckConstraint("held >= 0", name="held_not_negative"),
)
"""How an auction stands: ``due_at`` is when the clock moves it next (empty: never by itself),
``held`` what is held for it still, ``result`` the published result as JSON once it was cleared,
``inputs`` what the clearing knew beside rules and bids (groups, caps, guarantees),
``seed`` what decided random ties, shown after the clearing.
"""

Index("ix_auction_state_due", auction_state.c.due_at)

auction_bid = Table(
    "auction_bid",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("auction_id", Integer, ForeignKey("auction.id"), nullable=False),
    Column("party_id", Integer, ForeignKey("party.id"), nullable=False),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("quantity", BigInteger, nullable=True),
    Column("price_micro", BigInteger, nullable=True),
    Column("minimum", BigInteger, nullable=True),
    Column("guarantee_fen", BigInteger, nullable=False),
    Column("ciphertext", Text, nullable=False),
    Column("commitment", String(64), nullable=False),
    Column("state", String(12), nullable=False),
    CheckConstraint(one_of("state", tuple(BidState)), name="state_known"),
    CheckConstraint("(ciphertext = '') = (commitment = '')", name="sealed_is_committed"),
    CheckConstraint("ciphertext <> '' OR quantity IS NOT NULL", name="open_bid_is_readable"),
)
"""A bid; its number is that of the command that made it.  Quantity in smallest units, price in
millionths of a yuan for one unit as displayed (and year); empty while it is sealed.
``guarantee_fen`` is what a sealed bid named.
"""

Index("ix_auction_bid_auction", auction_bid.c.auction_id, auction_bid.c.id)

auction_bidder = Table(
    "auction_bidder",
    metadata,
    Column("auction_id", Integer, ForeignKey("auction.id"), nullable=False),
    Column("party_id", Integer, ForeignKey("party.id"), nullable=False),
    Column("cash_account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("held", BigInteger, nullable=False),
    PrimaryKeyConstraint("auction_id", "party_id"),
    CheckConstraint("held >= 0", name="held_not_negative"),
)
"""What is held of a bidder's money for an auction, in fen, under ``bid:{auction}:{party}``."""

auction_award = Table(
    "auction_award",
    metadata,
    Column("bid_id", BigInteger, ForeignKey("auction_bid.id"), primary_key=True),
    Column("auction_id", Integer, ForeignKey("auction.id"), nullable=False),
    Column("party_id", Integer, ForeignKey("party.id"), nullable=False),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("cash_account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("price_micro", BigInteger, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("deposit_fen", BigInteger, nullable=False),
    Column("paid_fen", BigInteger, nullable=False),
    Column("owed_fen", BigInteger, nullable=False),
    Column("instalments_paid", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("state", String(12), nullable=False),
    Column("charged_by", Integer, ForeignKey("auction.id"), nullable=True),
    Column("rooms", String(1000), nullable=False),
    CheckConstraint(one_of("state", tuple(AwardState)), name="state_known"),
    CheckConstraint("quantity > 0", name="quantity_positive"),
    CheckConstraint(
        "deposit_fen >= 0 AND paid_fen >= 0 AND owed_fen >= 0", name="money_not_negative"
    ),
)
"""What a bid won.  ``deposit_fen`` is what is held and set off against it, ``paid_fen`` what the
seller has, ``owed_fen`` the claim still open, ``due_at`` when the next payment is due, ``charged_by``
the auction in which defaulted units were sold again, ``rooms`` the group limits it counts under.
"""

Index("ix_auction_award_auction", auction_award.c.auction_id, auction_award.c.place)

auction_need = Table(
    "auction_need",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("auction_id", Integer, ForeignKey("auction.id"), nullable=False),
    Column("party_id", Integer, ForeignKey("party.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("source", String(500), nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("actor", String(200), nullable=False),
    UniqueConstraint("auction_id", "party_id", "version"),
    CheckConstraint("quantity >= 0", name="quantity_not_negative"),
    CheckConstraint("source <> ''", name="has_source"),
)
"""How much a bidder may buy at most in an auction, as approved; the highest ``version`` counts."""

auction_setting = Table(
    "auction_setting",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scheme_id", Integer, ForeignKey("scheme.id"), nullable=False),
    Column("key", String(64), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("version", Integer, nullable=False),
    Column("value", String(100), nullable=False),
    Column("source", String(500), nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("actor", String(200), nullable=False),
    UniqueConstraint("scheme_id", "key", "valid_from", "version"),
    CheckConstraint("source <> ''", name="has_source"),
)
"""What a scheme asks of its auctions from a day on, such as days of notice."""

guard(auction, auction_need, auction_setting)
