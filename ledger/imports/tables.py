"""What was published and taken over: editions of an extract, its accounts, its account-years.

Cells are kept as the text that was published, so nothing is lost by reading them; a later edition
adds a version and changes none.  What was posted from them stands in the journal.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from ledger.core.guards import guard
from ledger.core.moves import CUMULATIVE_MAX
from ledger.core.schema import Moment, metadata
from ledger.imports.columns import CELL_LENGTH_MAX

extract_edition = Table(
    "extract_edition",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scheme_id", Integer, ForeignKey("scheme.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("steps", Integer, nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("finished_at", Moment, nullable=True),
    UniqueConstraint("scheme_id", "number"),
)
"""One set of files that changed something.  ``steps`` counts its transactions: whoever finds
another number than he left knows that somebody else is importing too."""

extract_total = Table(
    "extract_total",
    metadata,
    Column("cell_id", Integer, ForeignKey("cell.id"), nullable=False),
    Column("asset_id", Integer, ForeignKey("asset.id"), nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("allocated", BigInteger, nullable=False),
    PrimaryKeyConstraint("cell_id", "asset_id"),
    CheckConstraint(f"total BETWEEN 0 AND {CUMULATIVE_MAX}", name="total_in_range"),
    CheckConstraint("allocated BETWEEN 0 AND total", name="allocated_in_total"),
)
"""What the extracts set as a cell's total of an asset, and what they allocated of it."""

extract_holder = Table(
    "extract_holder",
    metadata,
    Column("scheme_id", Integer, ForeignKey("scheme.id"), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("party_id", Integer, ForeignKey("party.id"), nullable=False),
    PrimaryKeyConstraint("scheme_id", "digest"),
)
"""Which party was made for a published holder; ``digest`` is over country, registration number
and name, the three that make a holder the same one."""

extract_account = Table(
    "extract_account",
    metadata,
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("version", SmallInteger, nullable=False),
    Column("edition_id", Integer, ForeignKey("extract_edition.id"), nullable=False),
    Column("cells", Text, nullable=False),
    PrimaryKeyConstraint("account_id", "version"),
)
"""The published cells of an account as a JSON object by column."""

extract_year = Table(
    "extract_year",
    metadata,
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("version", SmallInteger, nullable=False),
    Column("edition_id", Integer, ForeignKey("extract_edition.id"), nullable=False),
    Column("free_allocations", String(CELL_LENGTH_MAX), nullable=False),
    Column("allowance_in_allocation", String(CELL_LENGTH_MAX), nullable=False),
    Column("units_surrendered", String(CELL_LENGTH_MAX), nullable=False),
    Column("cumulative_surrendered_units", String(CELL_LENGTH_MAX), nullable=False),
    Column("cumulative_verified_emissions", String(CELL_LENGTH_MAX), nullable=False),
    Column("surrendered_allowances", String(CELL_LENGTH_MAX), nullable=False),
    Column("verified_emissions", String(CELL_LENGTH_MAX), nullable=False),
    Column("compliance_code", String(CELL_LENGTH_MAX), nullable=False),
    PrimaryKeyConstraint("account_id", "year", "version"),
    sqlite_with_rowid=False,
)
"""The published cells of an account-year as they were written; empty = nothing published."""

guard(extract_account, extract_year)
