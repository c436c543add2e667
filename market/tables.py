"""The tables of the market: the queue and the log of commands, orders, trades, the runner's lease.

The log is the truth: from it every book, order and trade can be made again.  Orders and the state
of venues are kept beside it so that a restart and a reader need not go through the log.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from ledger.core.guards import guard
from ledger.core.schema import BigKey, Moment, metadata
from ledger.core.tables import one_of

MARKET_KINDS = ("venue", "auction")
"""What a command is for."""

KEY_LENGTH = 64
PAYLOAD_LENGTH = 16_000
"""Signs that the content of one command may have; a sealed set of bids is the longest."""

queued_command = Table(
    "queued_command",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("market", String(8), nullable=False),
    Column("market_id", Integer, nullable=False),
    Column("kind", String(24), nullable=False),
    Column("party_id", Integer, nullable=False),
    Column("key", String(KEY_LENGTH), nullable=False),
    Column("payload", Text, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("submitted_at", Moment, nullable=False),
    CheckConstraint(one_of("market", MARKET_KINDS), name="market_known"),
    CheckConstraint(f"length(payload) <= {PAYLOAD_LENGTH}", name="payload_bounded"),
    UniqueConstraint("party_id", "key"),
)
"""Commands that wait for the runner: nothing here is acknowledged yet.

The runner takes whatever rows are there, whatever their numbers, so one that commits late is
never passed over.
"""

command_log = Table(
    "command_log",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("market", String(8), nullable=False),
    Column("market_id", Integer, nullable=False),
    Column("kind", String(24), nullable=False),
    Column("party_id", Integer, nullable=False),
    Column("key", String(KEY_LENGTH), nullable=False),
    Column("payload", Text, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("submitted_at", Moment, nullable=False),
    Column("decided_at", Moment, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("admission", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("events", Text, nullable=False),
    UniqueConstraint("party_id", "key"),
)
"""Every command in the order in which it was decided, without gaps, with what came of it.

``admission`` is what the record answered (who is behind an order, whether the hold stood);
``answer`` what the sender was told; ``events`` what happened, in order.
"""

Index(
    "ix_command_log_market",
    command_log.c.market,
    command_log.c.market_id,
    command_log.c.number,
)

ORDER_STATES = ("open", "filled", "cancelled", "expired")

market_order = Table(
    "market_order",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("venue_id", Integer, ForeignKey("venue.id"), nullable=False),
    Column("party_id", Integer, ForeignKey("party.id"), nullable=False),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("cash_account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("rooms", String(1000), nullable=False),
    Column("owner", String(64), nullable=False),
    Column("side", String(4), nullable=False),
    Column("tif", String(3), nullable=False),
    Column("price_ticks", BigInteger, nullable=True),
    Column("limit_ticks", BigInteger, nullable=False),
    Column("quantity_lots", BigInteger, nullable=False),
    Column("display_lots", BigInteger, nullable=False),
    Column("post_only", Boolean, nullable=False),
    Column("expires_at", Moment, nullable=True),
    Column("fee_rate", Integer, nullable=False),
    Column("fee_minimum", BigInteger, nullable=False),
    Column("fee_maximum", BigInteger, nullable=True),
    Column("open_lots", BigInteger, nullable=False),
    Column("shown_lots", BigInteger, nullable=False),
    Column("priority", BigInteger, nullable=False),
    Column("filled_lots", BigInteger, nullable=False),
    Column("value_fen", BigInteger, nullable=False),
    Column("fee_fen", BigInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", String(48), nullable=False),
    Column("placed_at", Moment, nullable=False),
    Column("closed_at", Moment, nullable=True),
    Column("mode", String(12), nullable=True),
    Column("counterparty_id", Integer, ForeignKey("account.id"), nullable=True),
    Column("answers", BigInteger, nullable=True),
    CheckConstraint(one_of("side", ("buy", "sell")), name="side_known"),
    CheckConstraint(one_of("state", ORDER_STATES), name="state_known"),
    CheckConstraint("open_lots >= 0 AND shown_lots >= 0", name="open_not_negative"),
    CheckConstraint("state <> 'open' OR open_lots > 0", name="open_has_lots"),
    CheckConstraint("mode IN ('block', 'agreement')", name="mode_of_two_parties"),
    CheckConstraint("(mode IS NULL) = (counterparty_id IS NULL)", name="mode_has_counterparty"),
)
"""An order as it stands; its number is that of the command that placed it.

``price_ticks`` is empty for a market order, whose ``limit_ticks`` is its protection price.  The
fee schedule is the one of its acceptance; ``rooms`` are the group limits it counts under, as JSON;
``priority`` rises with the time of entry into its level.

An order with a ``mode`` is no part of the book: it is addressed to the account
``counterparty_id``, and ``answers`` is the order that it confirms.
"""

Index(
    "ix_market_order_open",
    market_order.c.venue_id,
    market_order.c.priority,
    sqlite_where=text("state = 'open'"),
    postgresql_where=text("state = 'open'"),
)
Index("ix_market_order_account", market_order.c.account_id, market_order.c.id)
Index(
    "ix_market_order_counterparty",
    market_order.c.counterparty_id,
    sqlite_where=text("state = 'open'"),
    postgresql_where=text("state = 'open'"),
)

TRADE_MODES = ("continuous", "call", "listing", "block", "agreement")

trade = Table(
    "trade",
    metadata,
    Column("venue_id", Integer, ForeignKey("venue.id"), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("command", BigInteger, nullable=False),
    Column("mode", String(12), nullable=False),
    Column("price_ticks", BigInteger, nullable=False),
    Column("lots", BigInteger, nullable=False),
    Column("value_fen", BigInteger, nullable=False),
    Column("buy_order", BigInteger, nullable=False),
    Column("sell_order", BigInteger, nullable=False),
    Column("taker", String(4), nullable=False),
    Column("entry_key", String(64), nullable=False),
    Column("traded_at", Moment, nullable=False),
    Column("traded_on", Date, nullable=False),
    PrimaryKeyConstraint("venue_id", "number"),
    CheckConstraint(one_of("mode", TRADE_MODES), name="mode_known"),
    CheckConstraint("lots > 0 AND price_ticks > 0", name="positive"),
)
"""What changed hands; the entry under ``entry_key`` moved units, money and fees at once."""

Index("ix_trade_day", trade.c.venue_id, trade.c.traded_on, trade.c.number)

venue_state = Table(
    "venue_state",
    metadata,
    Column("venue_id", Integer, ForeignKey("venue.id"), primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("phase", String(12), nullable=False),
    Column("halt_reason", String(500), nullable=False),
    Column("state", Text, nullable=False),
)
"""How a venue stands after the command ``number``; ``state`` is all of it as JSON."""

call_seed = Table(
    "call_seed",
    metadata,
    Column("commitment", String(64), primary_key=True),
    Column("market", String(8), nullable=False),
    Column("market_id", Integer, nullable=False),
    Column("seed", String(64), nullable=False),
    Column("made_at", Moment, nullable=False),
    CheckConstraint(one_of("market", MARKET_KINDS), name="market_known"),
)
"""Seeds of random ends and random ties: the commitment (their SHA-256) is published before, the
seed itself when it was used."""

runner_lease = Table(
    "runner_lease",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("epoch", Integer, nullable=False),
    Column("holder", String(100), nullable=False),
    Column("until", Moment, nullable=False),
    CheckConstraint("id = 1", name="only_one"),
)
"""Who writes for all markets; ``epoch`` rises with every holder and no batch commits under an old
one."""

guard(command_log, trade)
