"""The tables of venues: what is traded where, under which dated rules, on which days.

A venue's identity is fixed for its life, because a book counts in its ticks and lots; everything
else about it is a dated rule with its source.  Rows only come.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
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
from ledger.core.tables import one_of
from market.venue_identity import PRICE_BASES

market_calendar = Table(
    "market_calendar",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(32), nullable=False, unique=True),
    Column("name_zh", String(200), nullable=False),
    Column("name_en", String(200), nullable=False),
    Column("weekdays", String(7), nullable=False),
    Column("source", String(500), nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("actor", String(500), nullable=False),
    CheckConstraint("weekdays <> ''", name="has_weekdays"),
    CheckConstraint("source <> ''", name="has_source"),
)
"""On which days of the week there is trading: ``weekdays`` 12345 is Monday to Friday."""

calendar_day = Table(
    "calendar_day",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("calendar_id", Integer, ForeignKey("market_calendar.id"), nullable=False),
    Column("day", Date, nullable=False),
    Column("version", Integer, nullable=False),
    Column("trading", Boolean, nullable=False),
    Column("source", String(500), nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("actor", String(500), nullable=False),
    UniqueConstraint("calendar_id", "day", "version"),
    CheckConstraint("source <> ''", name="has_source"),
)
"""A holiday (no trading) or a make-up day (trading); the highest ``version`` of a day counts."""

venue = Table(
    "venue",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(32), nullable=False, unique=True),
    Column("scheme_id", Integer, ForeignKey("scheme.id"), nullable=False, index=True),
    Column("asset_id", Integer, ForeignKey("asset.id"), nullable=False, index=True),
    Column("money_asset_id", Integer, ForeignKey("asset.id"), nullable=False),
    Column("desk_account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("zone_id", Integer, ForeignKey("zone.id"), nullable=True),
    Column("calendar_id", Integer, ForeignKey("market_calendar.id"), nullable=False),
    Column("name_zh", String(200), nullable=False),
    Column("name_en", String(200), nullable=False),
    Column("modes", String(64), nullable=False),
    Column("tick_micro", BigInteger, nullable=False),
    Column("lot", BigInteger, nullable=False),
    Column("price_basis", String(16), nullable=False),
    Column("years", Integer, nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("opening_reference_ticks", BigInteger, nullable=True),
    Column("demonstration", Boolean, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("actor", String(500), nullable=False),
    CheckConstraint("tick_micro > 0 AND lot > 0", name="grid_positive"),
    CheckConstraint("years BETWEEN 1 AND 70", name="years_in_range"),
    CheckConstraint("years = 1 OR price_basis = 'per_unit_year'", name="years_have_basis"),
    CheckConstraint(one_of("price_basis", PRICE_BASES), name="price_basis_known"),
    CheckConstraint(
        "opening_reference_ticks IS NULL OR opening_reference_ticks > 0", name="reference_positive"
    ),
)
"""A market in one asset for one money; ``modes`` are its ways to trade, separated by a space.

``tick_micro`` is in millionths of a yuan for one unit as displayed, ``lot`` in smallest units;
``zone_id`` the one zone it delivers in, empty where zones do not matter; the fees go to the
position ``fees`` of ``desk_account_id``; ``opening_reference_ticks`` stands for the previous close
until there is one.
"""

venue_rule = Table(
    "venue_rule",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("venue_id", Integer, ForeignKey("venue.id"), nullable=False),
    Column("key", String(64), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("version", Integer, nullable=False),
    Column("value", String(1000), nullable=False),
    Column("source", String(500), nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("actor", String(500), nullable=False),
    UniqueConstraint("venue_id", "key", "valid_from", "version"),
    CheckConstraint("source <> ''", name="has_source"),
)
"""A number or word inside a venue's rules and the day it holds from; the highest ``version``."""

guard(market_calendar, calendar_day, venue, venue_rule)
