"""The tables of the record itself: assets, accounts, positions, entries, transfers, closings.

What a balance may never do is a named CHECK here, so that no code can forget it; what may never
be changed is guarded by triggers (``ledger.core.guards``).
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)

from ledger.core.moves import AMOUNT_MAX, CUMULATIVE_MAX, FLOORLESS_KINDS, PositionKind
from ledger.core.schema import BigKey, Moment, metadata

ASSET_CLASSES = ("discharge", "water", "forest", "energy", "carbon", "money")
ASSET_ROLES = ("unit", "index", "money", "claim", "limit")
ACCOUNT_KINDS = ("holder", "cell", "desk", "group")
ACCOUNT_STATES = ("open", "closed")


def one_of(column: str, values: tuple[str, ...]) -> str:
    """Give the SQL that holds a column to a list of words."""
    words = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({words})"


asset = Table(
    "asset",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(64), nullable=False, unique=True),
    Column("scheme_id", Integer, ForeignKey("scheme.id"), nullable=False, index=True),
    Column("role", String(16), nullable=False),
    Column("name_zh", String(200), nullable=False),
    Column("name_en", String(200), nullable=False),
    Column("unit", String(16), nullable=False),
    Column("scope", String(1000), nullable=False, server_default="{}"),
    Column("period_id", Integer, ForeignKey("period.id"), nullable=True),
    CheckConstraint(one_of("role", ASSET_ROLES), name="role_known"),
)
"""What a unit shares with the next for its whole life; ``unit`` is the unit it is shown in."""

asset_index = Table(
    "asset_index",
    metadata,
    Column("asset_id", Integer, ForeignKey("asset.id"), nullable=False),
    Column("index_asset_id", Integer, ForeignKey("asset.id"), nullable=False, index=True),
    PrimaryKeyConstraint("asset_id", "index_asset_id"),
    CheckConstraint("asset_id <> index_asset_id", name="not_itself"),
)
"""Under which indexes an asset stands: opening it takes room of every one of them.

A right of five years counts in five yearly totals, so it has five rows.
"""

account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", String(40), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("scheme_id", Integer, ForeignKey("scheme.id"), nullable=False),
    Column("cell_id", Integer, ForeignKey("cell.id"), nullable=True, index=True),
    Column("party_id", Integer, ForeignKey("party.id"), nullable=True, index=True),
    Column("name", String(300), nullable=False, server_default=""),
    Column("external_ref", String(100), nullable=True),
    Column("state", String(16), nullable=False, server_default="open"),
    Column("opened_on", Date, nullable=False),
    CheckConstraint(one_of("kind", ACCOUNT_KINDS), name="kind_known"),
    CheckConstraint(one_of("state", ACCOUNT_STATES), name="state_known"),
    CheckConstraint("kind <> 'holder' OR party_id IS NOT NULL", name="holder_has_party"),
    CheckConstraint("kind NOT IN ('holder', 'cell') OR cell_id IS NOT NULL", name="has_cell"),
    UniqueConstraint("scheme_id", "external_ref"),
)
Index(
    "uq_account_cell",
    account.c.scheme_id,
    account.c.cell_id,
    unique=True,
    sqlite_where=text("kind = 'cell'"),
    postgresql_where=text("kind = 'cell'"),
)
Index(
    "uq_account_desk",
    account.c.scheme_id,
    unique=True,
    sqlite_where=text("kind = 'desk'"),
    postgresql_where=text("kind = 'desk'"),
)

position = Table(
    "position",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("asset_id", Integer, ForeignKey("asset.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("ref", String(64), nullable=False, server_default=""),
    Column("for_party_id", Integer, ForeignKey("party.id"), nullable=True),
    Column("debits", BigInteger, nullable=False, server_default="0"),
    Column("credits", BigInteger, nullable=False, server_default="0"),
    Column("floor", BigInteger, nullable=True),
    Column("ceiling", BigInteger, nullable=True),
    UniqueConstraint("id", "asset_id", name="uq_position_id_asset_id"),
    CheckConstraint(one_of("kind", tuple(kind.value for kind in PositionKind)), name="kind_known"),
    CheckConstraint(f"debits BETWEEN 0 AND {CUMULATIVE_MAX}", name="debits_in_range"),
    CheckConstraint(f"credits BETWEEN 0 AND {CUMULATIVE_MAX}", name="credits_in_range"),
    CheckConstraint("floor IS NULL OR credits - debits >= floor", name="not_below_floor"),
    CheckConstraint("ceiling IS NULL OR credits - debits <= ceiling", name="not_above_ceiling"),
    CheckConstraint(f"floor IS NOT NULL OR {one_of('kind', FLOORLESS_KINDS)}", name="has_floor"),
    # A balance is updated far more often than made: room on the page keeps updates in place.
    postgresql_with={"fillfactor": "70"},
)
Index(
    "uq_position_identity",
    position.c.account_id,
    position.c.asset_id,
    position.c.kind,
    position.c.ref,
    text("coalesce(for_party_id, 0)"),
    unique=True,
)
Index("ix_position_asset_id", position.c.asset_id, position.c.kind)

entry = Table(
    "entry",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("kind", String(24), nullable=False),
    Column("key", String(200), nullable=False),
    Column("business_date", Date, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("period_id", Integer, nullable=True),
    Column("actor", String(500), nullable=False),
    Column("office", String(500), nullable=False),
    Column("document", String(500), nullable=False),
    Column("unit_price_micro", BigInteger, nullable=True),
    Column("money_fen", BigInteger, nullable=True),
    Column("reverses", BigInteger, nullable=True),
    UniqueConstraint("key"),
)
Index(
    "uq_entry_reverses",
    entry.c.reverses,
    unique=True,
    sqlite_where=text("reverses IS NOT NULL"),
    postgresql_where=text("reverses IS NOT NULL"),
)
TOTAL_KINDS = (
    "set",
    "lower",
    "divide",
    "give_back",
    "open",
    "close",
    "return",
    "cut",
    "transfer_with_total",
)
"""The kinds of entry that can change what is set in a cell."""
Index(
    "ix_entry_totals",
    entry.c.id,
    sqlite_where=text(one_of("kind", TOTAL_KINDS)),
    postgresql_where=text(one_of("kind", TOTAL_KINDS)),
)
Index(
    "ix_entry_recorded_at",
    entry.c.recorded_at,
    # Rows arrive in this order, so a block range index is small and costs next to nothing.
    postgresql_using="brin",
)

transfer = Table(
    "transfer",
    metadata,
    Column("entry_id", BigInteger, nullable=False),
    Column("line", SmallInteger, nullable=False),
    Column("debit_position_id", BigInteger, nullable=False),
    Column("credit_position_id", BigInteger, nullable=False),
    Column("asset_id", Integer, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("debit_balance", BigInteger, nullable=False),
    Column("credit_balance", BigInteger, nullable=False),
    PrimaryKeyConstraint("entry_id", "line"),
    CheckConstraint(f"amount BETWEEN 1 AND {AMOUNT_MAX}", name="amount_in_range"),
    CheckConstraint("debit_position_id <> credit_position_id", name="positions_differ"),
    # On PostgreSQL a statement trigger proves the same far more cheaply for a whole batch.
    ForeignKeyConstraint(["entry_id"], ["entry.id"]).ddl_if(dialect="sqlite"),
    ForeignKeyConstraint(
        ["debit_position_id", "asset_id"],
        ["position.id", "position.asset_id"],
        name="fk_transfer_debit_position_id_asset_id",
    ).ddl_if(dialect="sqlite"),
    ForeignKeyConstraint(
        ["credit_position_id", "asset_id"],
        ["position.id", "position.asset_id"],
        name="fk_transfer_credit_position_id_asset_id",
    ).ddl_if(dialect="sqlite"),
    sqlite_with_rowid=False,
)
Index(
    "ix_transfer_debit",
    transfer.c.debit_position_id,
    transfer.c.entry_id,
    transfer.c.line,
)
Index(
    "ix_transfer_credit",
    transfer.c.credit_position_id,
    transfer.c.entry_id,
    transfer.c.line,
)

closed_month = Table(
    "closed_month",
    metadata,
    Column("scheme_id", Integer, ForeignKey("scheme.id"), nullable=False),
    Column("month_end", Date, nullable=False),
    Column("last_entry_id", BigInteger, nullable=False),
    Column("first_later_entry_id", BigInteger, nullable=False),
    Column("closed_at", Moment, nullable=False),
    Column("actor", String(500), nullable=False),
    PrimaryKeyConstraint("scheme_id", "month_end"),
)
"""Nothing of this month can be posted any more.

``last_entry_id`` is the newest entry when it was closed; ``first_later_entry_id`` the oldest entry
that belongs to a later day, so a reader knows which part of the journal can still matter.
"""

closing = Table(
    "closing",
    metadata,
    Column("position_id", BigInteger, ForeignKey("position.id"), nullable=False),
    Column("month_end", Date, nullable=False),
    Column("balance", BigInteger, nullable=False),
    PrimaryKeyConstraint("position_id", "month_end"),
)
"""Balance of a position at the end of a closed month, where the month moved it."""
