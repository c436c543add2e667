"""The tables of money that comes and goes by the bank: proposals, decisions, the bank's own lines.

What was proposed, decided or imported stays as it was written; only the list of bank documents in
use gives a row back, when the proposal that named it is turned down.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from ledger.core.guards import guard
from ledger.core.moves import AMOUNT_MAX
from ledger.core.schema import Moment, metadata
from ledger.core.tables import one_of

CASH_KINDS = ("deposit", "withdraw")
CASH_OUTCOMES = ("approved", "rejected", "withdrawn")
BANK_DIRECTIONS = ("in", "out")

DOCUMENT_LENGTH = 64
ACTOR_LENGTH = 200
REASON_LENGTH = 300
NOTE_LENGTH = 300
FILE_NAME_LENGTH = 300

cash_proposal = Table(
    "cash_proposal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False, index=True),
    Column("amount_fen", BigInteger, nullable=False),
    Column("bank_document", String(DOCUMENT_LENGTH), nullable=False),
    Column("bank_day", Date, nullable=False),
    Column("proposed_by", String(ACTOR_LENGTH), nullable=False),
    Column("proposed_at", Moment, nullable=False),
    CheckConstraint(one_of("kind", CASH_KINDS), name="kind_known"),
    CheckConstraint(f"amount_fen BETWEEN 1 AND {AMOUNT_MAX}", name="amount_in_range"),
    CheckConstraint("bank_document <> '' AND proposed_by <> ''", name="says_what_and_who"),
)
"""Money that a clerk says came to the bank for an account, or is to leave it."""

cash_decision = Table(
    "cash_decision",
    metadata,
    Column(
        "proposal_id",
        Integer,
        ForeignKey("cash_proposal.id"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("outcome", String(9), nullable=False),
    Column("decided_by", String(ACTOR_LENGTH), nullable=False),
    Column("decided_at", Moment, nullable=False),
    Column("reason", String(REASON_LENGTH), nullable=False),
    CheckConstraint(one_of("outcome", CASH_OUTCOMES), name="outcome_known"),
    CheckConstraint("decided_by <> ''", name="says_who"),
)
"""What became of a proposal; its key lets each be decided once."""

bank_document = Table(
    "bank_document",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", String(DOCUMENT_LENGTH), nullable=False, unique=True),
)
"""The bank documents that a waiting or approved proposal rests on: each backs one.

``id`` is the proposal's; no foreign key, since a document is taken before its proposal is written.
"""

bank_statement = Table(
    "bank_statement",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("file_name", String(FILE_NAME_LENGTH), nullable=False),
    Column("imported_by", String(ACTOR_LENGTH), nullable=False),
    Column("imported_at", Moment, nullable=False),
)
"""A file of statement lines that was imported, known again by the digest of its content."""

bank_line = Table(
    "bank_line",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("statement_id", Integer, ForeignKey("bank_statement.id"), nullable=False),
    Column("row", Integer, nullable=False),
    Column("day", Date, nullable=False),
    Column("document", String(DOCUMENT_LENGTH), nullable=False, unique=True),
    Column("direction", String(3), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("note", String(NOTE_LENGTH), nullable=False),
    UniqueConstraint("statement_id", "row"),
    CheckConstraint(one_of("direction", BANK_DIRECTIONS), name="direction_known"),
    CheckConstraint(f"amount_fen BETWEEN 1 AND {AMOUNT_MAX}", name="amount_in_range"),
)
"""Money that came in or went out by the bank's own statement."""

Index("ix_bank_line_day", bank_line.c.day)

guard(cash_proposal, cash_decision, bank_statement, bank_line)
