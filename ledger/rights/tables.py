"""The reference data a right stands on: schemes, their periods and their dated settings."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from ledger.core.guards import guard
from ledger.core.schema import Moment, metadata
from ledger.core.tables import ASSET_CLASSES, one_of

scheme = Table(
    "scheme",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(32), nullable=False, unique=True),
    Column("asset_class", String(16), nullable=False),
    Column("name_zh", String(200), nullable=False),
    Column("name_en", String(200), nullable=False),
    Column("registry_letters", String(4), nullable=False),
    Column("zone_tree", String(32), nullable=False),
    CheckConstraint(one_of("asset_class", ASSET_CLASSES), name="asset_class_known"),
)
"""A body of rules over one class of right in a territory."""

PERIOD_KINDS = ("phase", "year", "term")

period = Table(
    "period",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scheme_id", Integer, ForeignKey("scheme.id"), nullable=False),
    Column("code", String(32), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    UniqueConstraint("scheme_id", "code"),
    CheckConstraint(one_of("kind", PERIOD_KINDS), name="kind_known"),
    CheckConstraint("starts_on <= ends_on", name="starts_before_end"),
)
"""A stretch of dates: trading phase, compliance or water year, five-year term."""

setting = Table(
    "setting",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scheme_id", Integer, ForeignKey("scheme.id"), nullable=False),
    Column("key", String(64), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("value", String(1000), nullable=False),
    Column("source", String(500), nullable=False),
    Column("recorded_at", Moment, nullable=True),
    Column("actor", String(500), nullable=False, server_default=""),
    UniqueConstraint("scheme_id", "key", "valid_from", "version"),
    CheckConstraint("source <> ''", name="has_source"),
)
"""A number or word inside a rule, the day it holds from, and where it is laid down.

Rows only come: the highest ``version`` for a day counts.  ``recorded_at`` is empty for what came
with the shipped definition.
"""

guard(setting)
