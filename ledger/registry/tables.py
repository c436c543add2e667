"""Who and where: parties, zones as dated trees, and cells (a zone and a use inside it)."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from ledger.core.guards import guard
from ledger.core.schema import Moment, metadata
from ledger.core.tables import ACCOUNT_STATES, one_of

PARTY_KINDS = ("enterprise", "authority", "person")

party = Table(
    "party",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", String(40), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("name", String(300), nullable=False),
    Column("credit_code", String(18), nullable=True, unique=True),
    Column("foreign_number", String(100), nullable=False, server_default=""),
    Column("demonstration", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint(one_of("kind", PARTY_KINDS), name="kind_known"),
)
"""A person or body with accounts; ``credit_code`` is the unified social credit code."""

zone = Table(
    "zone",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("tree", String(32), nullable=False),
    Column("code", String(32), nullable=False),
    Column("name_zh", String(200), nullable=False),
    Column("name_en", String(200), nullable=False),
    UniqueConstraint("tree", "code"),
)
"""An area with totals of its own, in an administrative tree or a basin tree."""

zone_parent = Table(
    "zone_parent",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("zone_id", Integer, ForeignKey("zone.id"), nullable=False),
    Column("parent_id", Integer, ForeignKey("zone.id"), nullable=False, index=True),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=True),
    UniqueConstraint("zone_id", "valid_from"),
    CheckConstraint("zone_id <> parent_id", name="not_itself"),
    CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name="starts_before_end"),
)
"""Which zone lay under which, from when to when."""

# One place at a time: a new parent counts only where the one before has ended.
Index(
    "uq_zone_parent_open",
    zone_parent.c.zone_id,
    unique=True,
    sqlite_where=text("valid_to IS NULL"),
    postgresql_where=text("valid_to IS NULL"),
)

USE_TYPES = ("", "farm", "industry", "service", "household", "ecology")
"""What water is for; '' counts the zone as a whole."""

cell = Table(
    "cell",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("zone_id", Integer, ForeignKey("zone.id"), nullable=False),
    Column("use_type", String(16), nullable=False, server_default=""),
    UniqueConstraint("zone_id", "use_type"),
    CheckConstraint(one_of("use_type", USE_TYPES), name="use_type_known"),
)
"""Where units count: a zone, and a use type inside it ('' = the zone as a whole)."""

Index("ix_party_name", party.c.name)

account_event = Table(
    "account_event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("actor", String(500), nullable=False),
    Column("document", String(500), nullable=False),
    CheckConstraint(one_of("state", ACCOUNT_STATES), name="state_known"),
)
"""When an account was closed or opened again, by whom and by which paper."""

guard(account_event)
