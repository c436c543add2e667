"""The record: reference data, accounts, positions, the journal and its guards.

Revision: 0001_the_record
"""

import sqlalchemy as sa
from alembic import op

revision = "0001_the_record"
down_revision = None
branch_labels = None
depends_on = None

_POSTGRESQL_GUARDS = (
    """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'journal_only_grows: % on % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END $$
    """,
    """
CREATE FUNCTION ledger_refuse_other_asset() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM (
      SELECT added.debit_position_id AS id, added.asset_id FROM added
      UNION SELECT added.credit_position_id, added.asset_id FROM added
    ) AS named
    WHERE named.asset_id IS DISTINCT FROM
      (SELECT p.asset_id FROM position AS p WHERE p.id = named.id)
  ) THEN
    RAISE EXCEPTION 'transfer_stays_in_one_asset'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$
    """,
    """
CREATE TRIGGER entry_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER transfer_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON transfer FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER closed_month_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON closed_month FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER closing_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON closing FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER transfer_same_asset AFTER INSERT ON transfer REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_other_asset()
    """,
    """
CREATE TRIGGER position_stays BEFORE UPDATE OF id, account_id, asset_id, kind, ref, for_party_id ON position FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER position_is_kept BEFORE DELETE OR TRUNCATE ON position FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER setting_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON setting FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
)

_SQLITE_GUARDS = (
    """
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER transfer_no_update BEFORE UPDATE ON transfer BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER transfer_no_delete BEFORE DELETE ON transfer BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER closed_month_no_update BEFORE UPDATE ON closed_month BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER closed_month_no_delete BEFORE DELETE ON closed_month BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER closing_no_update BEFORE UPDATE ON closing BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER closing_no_delete BEFORE DELETE ON closing BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER position_stays BEFORE UPDATE OF id, account_id, asset_id, kind, ref, for_party_id ON position BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER position_is_kept BEFORE DELETE ON position BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER setting_no_update BEFORE UPDATE ON setting BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER setting_no_delete BEFORE DELETE ON setting BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
)


def _dialect() -> str:
    return op.get_bind().dialect.name


def _journal_keys() -> list[sa.ForeignKeyConstraint]:
    """On PostgreSQL a statement trigger does this work."""
    if _dialect() != "sqlite":
        return []
    return [
        sa.ForeignKeyConstraint(
            ["credit_position_id", "asset_id"],
            ["position.id", "position.asset_id"],
            name="fk_transfer_credit_position_id_asset_id",
        ),
        sa.ForeignKeyConstraint(
            ["debit_position_id", "asset_id"],
            ["position.id", "position.asset_id"],
            name="fk_transfer_debit_position_id_asset_id",
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_transfer_entry_id")),
    ]


def upgrade() -> None:
    """Make the tables, then guard them."""
    op.create_table(
        "entry",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=500), nullable=False),
        sa.Column("office", sa.String(length=500), nullable=False),
        sa.Column("document", sa.String(length=500), nullable=False),
        sa.Column("unit_price_micro", sa.BigInteger(), nullable=True),
        sa.Column("money_fen", sa.BigInteger(), nullable=True),
        sa.Column("reverses", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("key", name=op.f("uq_entry_key")),
    )
    op.create_index(
        "ix_entry_recorded_at", "entry", ["recorded_at"], unique=False, postgresql_using="brin"
    )
    op.create_index(
        "ix_entry_totals",
        "entry",
        ["id"],
        unique=False,
        sqlite_where=sa.text(
            "kind IN ('set', 'lower', 'divide', 'give_back', 'open', 'close', 'return', 'cut', 'transfer_with_total')"
        ),
        postgresql_where=sa.text(
            "kind IN ('set', 'lower', 'divide', 'give_back', 'open', 'close', 'return', 'cut', 'transfer_with_total')"
        ),
    )
    op.create_index(
        "uq_entry_reverses",
        "entry",
        ["reverses"],
        unique=True,
        sqlite_where=sa.text("reverses IS NOT NULL"),
        postgresql_where=sa.text("reverses IS NOT NULL"),
    )
    op.create_table(
        "party",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=True),
        sa.Column("foreign_number", sa.String(length=100), server_default="", nullable=False),
        sa.Column("demonstration", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('enterprise', 'authority', 'person')", name=op.f("ck_party_kind_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_party_credit_code")),
        sa.UniqueConstraint("number", name=op.f("uq_party_number")),
    )
    op.create_index("ix_party_name", "party", ["name"], unique=False)
    op.create_table(
        "scheme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("asset_class", sa.String(length=16), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("registry_letters", sa.String(length=4), nullable=False),
        sa.Column("zone_tree", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "asset_class IN ('discharge', 'water', 'forest', 'energy', 'carbon', 'money')",
            name=op.f("ck_scheme_asset_class_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme")),
        sa.UniqueConstraint("code", name=op.f("uq_scheme_code")),
    )
    op.create_table(
        "zone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tree", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
        sa.UniqueConstraint("tree", "code", name=op.f("uq_zone_tree_code")),
    )
    op.create_table(
        "cell",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("zone_id", sa.Integer(), nullable=False),
        sa.Column("use_type", sa.String(length=16), server_default="", nullable=False),
        sa.CheckConstraint(
            "use_type IN ('', 'farm', 'industry', 'service', 'household', 'ecology')",
            name=op.f("ck_cell_use_type_known"),
        ),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_cell_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cell")),
        sa.UniqueConstraint("zone_id", "use_type", name=op.f("uq_cell_zone_id_use_type")),
    )
    op.create_table(
        "closed_month",
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("month_end", sa.Date(), nullable=False),
        sa.Column("last_entry_id", sa.BigInteger(), nullable=False),
        sa.Column("first_later_entry_id", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["scheme_id"], ["scheme.id"], name=op.f("fk_closed_month_scheme_id")
        ),
        sa.PrimaryKeyConstraint("scheme_id", "month_end", name=op.f("pk_closed_month")),
    )
    op.create_table(
        "period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.CheckConstraint("kind IN ('phase', 'year', 'term')", name=op.f("ck_period_kind_known")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_period_starts_before_end")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_period_scheme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period")),
        sa.UniqueConstraint("scheme_id", "code", name=op.f("uq_period_scheme_id_code")),
    )
    op.create_table(
        "setting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("value", sa.String(length=1000), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("actor", sa.String(length=500), server_default="", nullable=False),
        sa.CheckConstraint("source <> ''", name=op.f("ck_setting_has_source")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_setting_scheme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting")),
        sa.UniqueConstraint(
            "scheme_id",
            "key",
            "valid_from",
            "version",
            name=op.f("uq_setting_scheme_id_key_valid_from_version"),
        ),
    )
    op.create_table(
        "zone_parent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("zone_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from <= valid_to",
            name=op.f("ck_zone_parent_starts_before_end"),
        ),
        sa.CheckConstraint("zone_id <> parent_id", name=op.f("ck_zone_parent_not_itself")),
        sa.ForeignKeyConstraint(["parent_id"], ["zone.id"], name=op.f("fk_zone_parent_parent_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_zone_parent_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_parent")),
        sa.UniqueConstraint(
            "zone_id", "valid_from", name=op.f("uq_zone_parent_zone_id_valid_from")
        ),
    )
    op.create_index(op.f("ix_zone_parent_parent_id"), "zone_parent", ["parent_id"], unique=False)
    op.create_index(
        "uq_zone_parent_open",
        "zone_parent",
        ["zone_id"],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("cell_id", sa.Integer(), nullable=True),
        sa.Column("party_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=300), server_default="", nullable=False),
        sa.Column("external_ref", sa.String(length=100), nullable=True),
        sa.Column("state", sa.String(length=16), server_default="open", nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "kind <> 'holder' OR party_id IS NOT NULL", name=op.f("ck_account_holder_has_party")
        ),
        sa.CheckConstraint(
            "kind IN ('holder', 'cell', 'desk', 'group')", name=op.f("ck_account_kind_known")
        ),
        sa.CheckConstraint(
            "kind NOT IN ('holder', 'cell') OR cell_id IS NOT NULL",
            name=op.f("ck_account_has_cell"),
        ),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_account_state_known")),
        sa.ForeignKeyConstraint(["cell_id"], ["cell.id"], name=op.f("fk_account_cell_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_account_party_id")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_account_scheme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("number", name=op.f("uq_account_number")),
        sa.UniqueConstraint(
            "scheme_id", "external_ref", name=op.f("uq_account_scheme_id_external_ref")
        ),
    )
    op.create_index(op.f("ix_account_cell_id"), "account", ["cell_id"], unique=False)
    op.create_index(op.f("ix_account_party_id"), "account", ["party_id"], unique=False)
    op.create_index(
        "uq_account_cell",
        "account",
        ["scheme_id", "cell_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'cell'"),
        postgresql_where=sa.text("kind = 'cell'"),
    )
    op.create_index(
        "uq_account_desk",
        "account",
        ["scheme_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'desk'"),
        postgresql_where=sa.text("kind = 'desk'"),
    )
    op.create_table(
        "asset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=16), nullable=False),
        sa.Column("scope", sa.String(length=1000), server_default="{}", nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("role IN ('unit', 'index', 'money')", name=op.f("ck_asset_role_known")),
        sa.ForeignKeyConstraint(["period_id"], ["period.id"], name=op.f("fk_asset_period_id")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_asset_scheme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset")),
        sa.UniqueConstraint("code", name=op.f("uq_asset_code")),
    )
    op.create_index(op.f("ix_asset_scheme_id"), "asset", ["scheme_id"], unique=False)
    op.create_table(
        "asset_index",
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("index_asset_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("asset_id <> index_asset_id", name=op.f("ck_asset_index_not_itself")),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_asset_index_asset_id")),
        sa.ForeignKeyConstraint(
            ["index_asset_id"], ["asset.id"], name=op.f("fk_asset_index_index_asset_id")
        ),
        sa.PrimaryKeyConstraint("asset_id", "index_asset_id", name=op.f("pk_asset_index")),
    )
    op.create_index(
        op.f("ix_asset_index_index_asset_id"), "asset_index", ["index_asset_id"], unique=False
    )
    op.create_table(
        "position",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("ref", sa.String(length=64), server_default="", nullable=False),
        sa.Column("for_party_id", sa.Integer(), nullable=True),
        sa.Column("debits", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("credits", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=True),
        sa.Column("ceiling", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "floor IS NOT NULL OR kind IN ('source', 'outside', 'bank', 'tolerated')",
            name=op.f("ck_position_has_floor"),
        ),
        sa.CheckConstraint(
            "kind IN ('source', 'outside', 'bank', 'total', 'room', 'room_frozen', 'room_used', 'tolerated', 'holding', 'bought', 'withheld', 'frozen', 'cash', 'fees', 'surrendered', 'used', 'retired')",
            name=op.f("ck_position_kind_known"),
        ),
        sa.CheckConstraint(
            "ceiling IS NULL OR credits - debits <= ceiling",
            name=op.f("ck_position_not_above_ceiling"),
        ),
        sa.CheckConstraint(
            "credits BETWEEN 0 AND 4611686018427387903", name=op.f("ck_position_credits_in_range")
        ),
        sa.CheckConstraint(
            "debits BETWEEN 0 AND 4611686018427387903", name=op.f("ck_position_debits_in_range")
        ),
        sa.CheckConstraint(
            "floor IS NULL OR credits - debits >= floor", name=op.f("ck_position_not_below_floor")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_position_account_id")
        ),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_position_asset_id")),
        sa.ForeignKeyConstraint(
            ["for_party_id"], ["party.id"], name=op.f("fk_position_for_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
        sa.UniqueConstraint("id", "asset_id", name="uq_position_id_asset_id"),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index("ix_position_asset_id", "position", ["asset_id", "kind"], unique=False)
    op.create_table(
        "closing",
        sa.Column("position_id", sa.BigInteger(), nullable=False),
        sa.Column("month_end", sa.Date(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_closing_position_id")
        ),
        sa.PrimaryKeyConstraint("position_id", "month_end", name=op.f("pk_closing")),
    )
    op.create_table(
        "transfer",
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("debit_position_id", sa.BigInteger(), nullable=False),
        sa.Column("credit_position_id", sa.BigInteger(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("debit_balance", sa.BigInteger(), nullable=False),
        sa.Column("credit_balance", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "amount BETWEEN 1 AND 1000000000000000", name=op.f("ck_transfer_amount_in_range")
        ),
        sa.CheckConstraint(
            "debit_position_id <> credit_position_id", name=op.f("ck_transfer_positions_differ")
        ),
        sa.PrimaryKeyConstraint("entry_id", "line", name=op.f("pk_transfer")),
        *_journal_keys(),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_transfer_credit", "transfer", ["credit_position_id", "entry_id", "line"], unique=False
    )
    op.create_index(
        "ix_transfer_debit", "transfer", ["debit_position_id", "entry_id", "line"], unique=False
    )
    op.create_index(
        "uq_position_identity",
        "position",
        ["account_id", "asset_id", "kind", "ref", sa.text("coalesce(for_party_id, 0)")],
        unique=True,
    )

    for statement in _POSTGRESQL_GUARDS if _dialect() == "postgresql" else _SQLITE_GUARDS:
        op.execute(sa.DDL(statement.strip().replace("%", "%%")))


def downgrade() -> None:
    """Drop everything; the guards go with their tables."""
    for table in (
        "transfer",
        "closing",
        "position",
        "asset_index",
        "asset",
        "account",
        "zone_parent",
        "setting",
        "period",
        "closed_month",
        "cell",
        "zone",
        "scheme",
        "party",
        "entry",
    ):
        op.drop_table(table)
    if _dialect() == "postgresql":
        op.execute("DROP FUNCTION ledger_refuse_change()")
        op.execute("DROP FUNCTION ledger_refuse_other_asset()")
