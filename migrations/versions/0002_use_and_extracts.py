"""What was used: reports, compliance events, and published extracts.

Revision: 0002_use_and_extracts
"""

import sqlalchemy as sa
from alembic import op

revision = "0002_use_and_extracts"
down_revision = "0001_the_record"
branch_labels = None
depends_on = None

_POSTGRESQL_GUARDS = (
    """
CREATE TRIGGER account_event_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON account_event FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER duty_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON duty FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER use_report_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON use_report FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER extract_account_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON extract_account FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER extract_year_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON extract_year FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
)

_SQLITE_GUARDS = (
    """
CREATE TRIGGER account_event_no_update BEFORE UPDATE ON account_event BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER account_event_no_delete BEFORE DELETE ON account_event BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER duty_no_update BEFORE UPDATE ON duty BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER duty_no_delete BEFORE DELETE ON duty BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER use_report_no_update BEFORE UPDATE ON use_report BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER use_report_no_delete BEFORE DELETE ON use_report BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER extract_account_no_update BEFORE UPDATE ON extract_account BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER extract_account_no_delete BEFORE DELETE ON extract_account BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER extract_year_no_update BEFORE UPDATE ON extract_year BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER extract_year_no_delete BEFORE DELETE ON extract_year BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
)


def upgrade() -> None:
    """Make the tables, then guard them."""
    op.create_table(
        "extract_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["scheme_id"], ["scheme.id"], name=op.f("fk_extract_edition_scheme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extract_edition")),
        sa.UniqueConstraint(
            "scheme_id", "number", name=op.f("uq_extract_edition_scheme_id_number")
        ),
    )
    op.create_table(
        "extract_holder",
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_extract_holder_party_id")
        ),
        sa.ForeignKeyConstraint(
            ["scheme_id"], ["scheme.id"], name=op.f("fk_extract_holder_scheme_id")
        ),
        sa.PrimaryKeyConstraint("scheme_id", "digest", name=op.f("pk_extract_holder")),
    )
    op.create_table(
        "account_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=500), nullable=False),
        sa.Column("document", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'closed')", name=op.f("ck_account_event_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_event_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_event")),
    )
    op.create_index(
        op.f("ix_account_event_account_id"), "account_event", ["account_id"], unique=False
    )
    op.create_table(
        "duty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("first_year", sa.Integer(), nullable=False),
        sa.Column("last_year", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=500), nullable=False),
        sa.Column("document", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "first_year BETWEEN 1 AND 9999", name=op.f("ck_duty_first_year_in_range")
        ),
        sa.CheckConstraint(
            "last_year IS NULL OR last_year BETWEEN 1 AND 9999",
            name=op.f("ck_duty_last_year_in_range"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_duty_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
        sa.UniqueConstraint("account_id", "version", name=op.f("uq_duty_account_id_version")),
    )
    op.create_table(
        "extract_account",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_extract_account_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["extract_edition.id"], name=op.f("fk_extract_account_edition_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "version", name=op.f("pk_extract_account")),
    )
    op.create_table(
        "extract_total",
        sa.Column("cell_id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("allocated", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "allocated BETWEEN 0 AND total", name=op.f("ck_extract_total_allocated_in_total")
        ),
        sa.CheckConstraint(
            "total BETWEEN 0 AND 4611686018427387903", name=op.f("ck_extract_total_total_in_range")
        ),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_extract_total_asset_id")),
        sa.ForeignKeyConstraint(["cell_id"], ["cell.id"], name=op.f("fk_extract_total_cell_id")),
        sa.PrimaryKeyConstraint("cell_id", "asset_id", name=op.f("pk_extract_total")),
    )
    op.create_table(
        "extract_year",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("free_allocations", sa.String(length=40), nullable=False),
        sa.Column("allowance_in_allocation", sa.String(length=40), nullable=False),
        sa.Column("units_surrendered", sa.String(length=40), nullable=False),
        sa.Column("cumulative_surrendered_units", sa.String(length=40), nullable=False),
        sa.Column("cumulative_verified_emissions", sa.String(length=40), nullable=False),
        sa.Column("surrendered_allowances", sa.String(length=40), nullable=False),
        sa.Column("verified_emissions", sa.String(length=40), nullable=False),
        sa.Column("compliance_code", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_extract_year_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["extract_edition.id"], name=op.f("fk_extract_year_edition_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "year", "version", name=op.f("pk_extract_year")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "use_report",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=500), nullable=False),
        sa.Column("document", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "(state = 'verified') = (amount IS NOT NULL)",
            name=op.f("ck_use_report_verified_has_amount"),
        ),
        sa.CheckConstraint(
            "state IN ('verified', 'not_reported', 'withdrawn', 'excluded', 'included')",
            name=op.f("ck_use_report_state_known"),
        ),
        sa.CheckConstraint(
            "amount IS NULL OR amount BETWEEN 0 AND 1000000000000000",
            name=op.f("ck_use_report_amount_in_range"),
        ),
        sa.CheckConstraint("year BETWEEN 1 AND 9999", name=op.f("ck_use_report_year_in_range")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_use_report_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_use_report")),
        sa.UniqueConstraint(
            "account_id", "year", "version", name=op.f("uq_use_report_account_id_year_version")
        ),
    )
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in _POSTGRESQL_GUARDS if is_postgresql else _SQLITE_GUARDS:
        op.execute(sa.DDL(statement.strip().replace("%", "%%")))


def downgrade() -> None:
    """Drop them."""
    for table in (
        "use_report",
        "extract_year",
        "extract_total",
        "extract_account",
        "duty",
        "account_event",
        "extract_holder",
        "extract_edition",
    ):
        op.drop_table(table)
