"""The tables of limits: which companies count as one group, what is limited, by which paper.

The amounts themselves are positions of the ledger: what is left is a floor, not a column here.
Rows only come; the newest word about a party or a limit counts.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)

from ledger.core.guards import guard
from ledger.core.schema import Moment, metadata
from ledger.core.tables import one_of

LIMIT_KINDS = ("holding", "purchase")
"""What a limit counts: what a group holds at any time, or all that it ever bought under it."""

trading_limit = Table(
    "trading_limit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(64), nullable=False, unique=True),
    Column("scheme_id", Integer, ForeignKey("scheme.id"), nullable=False, index=True),
    Column("limit_asset_id", Integer, ForeignKey("asset.id"), nullable=False, unique=True),
    Column("kind", String(8), nullable=False),
    Column("source", String(500), nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("actor", String(500), nullable=False),
    CheckConstraint(one_of("kind", LIMIT_KINDS), name="kind_known"),
    CheckConstraint("source <> ''", name="has_source"),
)
"""A limit over one or several assets; its rooms are counted in an asset of its own."""

limited_asset = Table(
    "limited_asset",
    metadata,
    Column("limit_id", Integer, ForeignKey("trading_limit.id"), nullable=False),
    Column("asset_id", Integer, ForeignKey("asset.id"), nullable=False, index=True),
    PrimaryKeyConstraint("limit_id", "asset_id"),
)
"""What counts under a limit, for instance all vintages of one allowance."""

company_group = Table(
    "company_group",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scheme_id", Integer, ForeignKey("scheme.id"), nullable=False),
    Column("code", String(64), nullable=False),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False, unique=True),
    Column("recorded_at", Moment, nullable=False),
    Column("actor", String(500), nullable=False),
    UniqueConstraint("scheme_id", "code"),
)
"""Companies that count as one under a scheme; its account has the rooms that are left to them."""

group_member = Table(
    "group_member",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scheme_id", Integer, ForeignKey("scheme.id"), nullable=False),
    Column("party_id", Integer, ForeignKey("party.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("group_id", Integer, ForeignKey("company_group.id"), nullable=False, index=True),
    Column("document", String(500), nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("actor", String(500), nullable=False),
    UniqueConstraint("scheme_id", "party_id", "version"),
    CheckConstraint("document <> ''", name="has_document"),
)
"""To which group a party belongs under a scheme; the highest ``version`` counts."""

Index("ix_group_member_party", group_member.c.party_id)

guard(trading_limit, limited_asset, company_group, group_member)
