"""What was used and who must answer for it: duties and reports, in versions that only come.

A correction is a new version; what was reported before stays readable.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from ledger.core.guards import guard
from ledger.core.moves import AMOUNT_MAX
from ledger.core.schema import BigKey, Moment, metadata
from ledger.core.tables import one_of

USE_STATES = ("verified", "not_reported", "withdrawn", "excluded", "included")

duty = Table(
    "duty",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("first_year", Integer, nullable=False),
    Column("last_year", Integer, nullable=True),
    Column("recorded_at", Moment, nullable=False),
    Column("actor", String(500), nullable=False),
    Column("document", String(500), nullable=False),
    UniqueConstraint("account_id", "version"),
    CheckConstraint("first_year BETWEEN 1 AND 9999", name="first_year_in_range"),
    CheckConstraint("last_year IS NULL OR last_year BETWEEN 1 AND 9999", name="last_year_in_range"),
)
"""From which year to which an account must report; the highest version counts.

That the last year is not before the first is a rule of the counter and not of the table: published
records break it.
"""

use_report = Table(
    "use_report",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("year", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("amount", BigInteger, nullable=True),
    Column("recorded_at", Moment, nullable=False),
    Column("actor", String(500), nullable=False),
    Column("document", String(500), nullable=False),
    UniqueConstraint("account_id", "year", "version"),
    CheckConstraint("year BETWEEN 1 AND 9999", name="year_in_range"),
    CheckConstraint(one_of("state", USE_STATES), name="state_known"),
    CheckConstraint("(state = 'verified') = (amount IS NOT NULL)", name="verified_has_amount"),
    CheckConstraint(f"amount IS NULL OR amount BETWEEN 0 AND {AMOUNT_MAX}", name="amount_in_range"),
)
"""What was said about an account's year, in the order of versions.

``verified`` (so much was used), ``not_reported`` and ``withdrawn`` follow each other; apart from
them ``excluded`` takes the year out of the duty and ``included`` puts it back.
"""

guard(duty, use_report)
