"""The market: venues, orders, trades, auctions, cash; the kinds of position they bring.

Revision: 0003_the_market
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_the_market"
down_revision = "0002_use_and_extracts"
branch_labels = None
depends_on = None

_KINDS_BEFORE = (
    "source",
    "outside",
    "bank",
    "total",
    "room",
    "room_frozen",
    "room_used",
    "tolerated",
    "holding",
    "bought",
    "withheld",
    "frozen",
    "cash",
    "fees",
    "surrendered",
    "used",
    "retired",
)
_KINDS = (
    "source",
    "outside",
    "bank",
    "total",
    "room",
    "room_frozen",
    "room_used",
    "tolerated",
    "holding",
    "unpaid",
    "own_use",
    "bought",
    "withheld",
    "frozen",
    "seized",
    "reserve",
    "debt",
    "cash",
    "fees",
    "surrendered",
    "used",
    "retired",
)
_FLOORLESS_BEFORE = ("source", "outside", "bank", "tolerated")
_FLOORLESS = ("source", "outside", "bank", "tolerated", "debt")
_ROLES_BEFORE = ("unit", "index", "money")
_ROLES = ("unit", "index", "money", "claim", "limit")

_POSTGRESQL_GUARDS = (
    """
CREATE TRIGGER cash_proposal_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON cash_proposal FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER cash_decision_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON cash_decision FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER bank_statement_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON bank_statement FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER bank_line_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON bank_line FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER auction_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON auction FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER auction_need_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON auction_need FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER auction_setting_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON auction_setting FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER trading_limit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON trading_limit FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER limited_asset_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON limited_asset FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER company_group_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON company_group FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER group_member_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON group_member FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER command_log_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON command_log FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER trade_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON trade FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER market_calendar_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON market_calendar FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER calendar_day_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON calendar_day FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER venue_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON venue FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
    """
CREATE TRIGGER venue_rule_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON venue_rule FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
    """,
)

_SQLITE_GUARDS = (
    """
CREATE TRIGGER cash_proposal_no_update BEFORE UPDATE ON cash_proposal BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER cash_proposal_no_delete BEFORE DELETE ON cash_proposal BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER cash_decision_no_update BEFORE UPDATE ON cash_decision BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER cash_decision_no_delete BEFORE DELETE ON cash_decision BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER bank_statement_no_update BEFORE UPDATE ON bank_statement BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER bank_statement_no_delete BEFORE DELETE ON bank_statement BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER bank_line_no_update BEFORE UPDATE ON bank_line BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER bank_line_no_delete BEFORE DELETE ON bank_line BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER auction_no_update BEFORE UPDATE ON auction BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER auction_no_delete BEFORE DELETE ON auction BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER auction_need_no_update BEFORE UPDATE ON auction_need BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER auction_need_no_delete BEFORE DELETE ON auction_need BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER auction_setting_no_update BEFORE UPDATE ON auction_setting BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER auction_setting_no_delete BEFORE DELETE ON auction_setting BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER trading_limit_no_update BEFORE UPDATE ON trading_limit BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER trading_limit_no_delete BEFORE DELETE ON trading_limit BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER limited_asset_no_update BEFORE UPDATE ON limited_asset BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER limited_asset_no_delete BEFORE DELETE ON limited_asset BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER company_group_no_update BEFORE UPDATE ON company_group BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER company_group_no_delete BEFORE DELETE ON company_group BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER group_member_no_update BEFORE UPDATE ON group_member BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER group_member_no_delete BEFORE DELETE ON group_member BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER command_log_no_update BEFORE UPDATE ON command_log BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER command_log_no_delete BEFORE DELETE ON command_log BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER trade_no_update BEFORE UPDATE ON trade BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER trade_no_delete BEFORE DELETE ON trade BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER market_calendar_no_update BEFORE UPDATE ON market_calendar BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER market_calendar_no_delete BEFORE DELETE ON market_calendar BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER calendar_day_no_update BEFORE UPDATE ON calendar_day BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER calendar_day_no_delete BEFORE DELETE ON calendar_day BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER venue_no_update BEFORE UPDATE ON venue BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER venue_no_delete BEFORE DELETE ON venue BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER venue_rule_no_update BEFORE UPDATE ON venue_rule BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
    """
CREATE TRIGGER venue_rule_no_delete BEFORE DELETE ON venue_rule BEGIN SELECT RAISE(ABORT, 'journal_only_grows'); END
    """,
)


def upgrade() -> None:
    """Let positions be of the new kinds, make the tables, then guard them."""
    _kinds((_KINDS_BEFORE, _FLOORLESS_BEFORE, _ROLES_BEFORE), (_KINDS, _FLOORLESS, _ROLES))
    op.create_table(
        "bank_document",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_document")),
        sa.UniqueConstraint("number", name=op.f("uq_bank_document_number")),
    )
    op.create_table(
        "bank_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=300), nullable=False),
        sa.Column("imported_by", sa.String(length=200), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statement")),
        sa.UniqueConstraint("sha256", name=op.f("uq_bank_statement_sha256")),
    )
    op.create_table(
        "call_seed",
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("market", sa.String(length=8), nullable=False),
        sa.Column("market_id", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "market IN ('venue', 'auction')", name=op.f("ck_call_seed_market_known")
        ),
        sa.PrimaryKeyConstraint("commitment", name=op.f("pk_call_seed")),
    )
    op.create_table(
        "command_log",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("market", sa.String(length=8), nullable=False),
        sa.Column("market_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("admission", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_command_log")),
        sa.UniqueConstraint("party_id", "key", name=op.f("uq_command_log_party_id_key")),
    )
    op.create_index(
        "ix_command_log_market", "command_log", ["market", "market_id", "number"], unique=False
    )
    op.create_table(
        "market_calendar",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("weekdays", sa.String(length=7), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=500), nullable=False),
        sa.CheckConstraint("source <> ''", name=op.f("ck_market_calendar_has_source")),
        sa.CheckConstraint("weekdays <> ''", name=op.f("ck_market_calendar_has_weekdays")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_calendar")),
        sa.UniqueConstraint("code", name=op.f("uq_market_calendar_code")),
    )
    op.create_table(
        "queued_command",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("market", sa.String(length=8), nullable=False),
        sa.Column("market_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "market IN ('venue', 'auction')", name=op.f("ck_queued_command_market_known")
        ),
        sa.CheckConstraint(
            "length(payload) <= 16000", name=op.f("ck_queued_command_payload_bounded")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queued_command")),
        sa.UniqueConstraint("party_id", "key", name=op.f("uq_queued_command_party_id_key")),
    )
    op.create_table(
        "runner_lease",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=100), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_runner_lease_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runner_lease")),
    )
    op.create_table(
        "auction_setting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(length=100), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.CheckConstraint("source <> ''", name=op.f("ck_auction_setting_has_source")),
        sa.ForeignKeyConstraint(
            ["scheme_id"], ["scheme.id"], name=op.f("fk_auction_setting_scheme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auction_setting")),
        sa.UniqueConstraint(
            "scheme_id",
            "key",
            "valid_from",
            "version",
            name=op.f("uq_auction_setting_scheme_id_key_valid_from_version"),
        ),
    )
    op.create_table(
        "bank_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_bank_line_direction_known")),
        sa.CheckConstraint(
            "amount_fen BETWEEN 1 AND 1000000000000000", name=op.f("ck_bank_line_amount_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["bank_statement.id"], name=op.f("fk_bank_line_statement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_line")),
        sa.UniqueConstraint("document", name=op.f("uq_bank_line_document")),
        sa.UniqueConstraint("statement_id", "row", name=op.f("uq_bank_line_statement_id_row")),
    )
    op.create_index("ix_bank_line_day", "bank_line", ["day"], unique=False)
    op.create_table(
        "calendar_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("trading", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=500), nullable=False),
        sa.CheckConstraint("source <> ''", name=op.f("ck_calendar_day_has_source")),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["market_calendar.id"], name=op.f("fk_calendar_day_calendar_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_day")),
        sa.UniqueConstraint(
            "calendar_id", "day", "version", name=op.f("uq_calendar_day_calendar_id_day_version")
        ),
    )
    op.create_table(
        "auction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("cash_account_id", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("open_bids_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("seed_commitment", sa.String(length=64), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "open_bids_by IS NULL OR closes_at < open_bids_by",
            name=op.f("ck_auction_opening_after_close"),
        ),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_auction_window_has_length")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_auction_account_id")),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_auction_asset_id")),
        sa.ForeignKeyConstraint(
            ["cash_account_id"], ["account.id"], name=op.f("fk_auction_cash_account_id")
        ),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_auction_scheme_id")),
        sa.ForeignKeyConstraint(
            ["seed_commitment"], ["call_seed.commitment"], name=op.f("fk_auction_seed_commitment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auction")),
        sa.UniqueConstraint("code", name=op.f("uq_auction_code")),
    )
    op.create_index(op.f("ix_auction_scheme_id"), "auction", ["scheme_id"], unique=False)
    op.create_table(
        "cash_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("bank_document", sa.String(length=64), nullable=False),
        sa.Column("bank_day", sa.Date(), nullable=False),
        sa.Column("proposed_by", sa.String(length=200), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "bank_document <> '' AND proposed_by <> ''",
            name=op.f("ck_cash_proposal_says_what_and_who"),
        ),
        sa.CheckConstraint(
            "kind IN ('deposit', 'withdraw')", name=op.f("ck_cash_proposal_kind_known")
        ),
        sa.CheckConstraint(
            "amount_fen BETWEEN 1 AND 1000000000000000",
            name=op.f("ck_cash_proposal_amount_in_range"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_cash_proposal_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cash_proposal")),
    )
    op.create_index(
        op.f("ix_cash_proposal_account_id"), "cash_proposal", ["account_id"], unique=False
    )
    op.create_table(
        "company_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_company_group_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["scheme_id"], ["scheme.id"], name=op.f("fk_company_group_scheme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_group")),
        sa.UniqueConstraint("account_id", name=op.f("uq_company_group_account_id")),
        sa.UniqueConstraint("scheme_id", "code", name=op.f("uq_company_group_scheme_id_code")),
    )
    op.create_table(
        "trading_limit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("limit_asset_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "kind IN ('holding', 'purchase')", name=op.f("ck_trading_limit_kind_known")
        ),
        sa.CheckConstraint("source <> ''", name=op.f("ck_trading_limit_has_source")),
        sa.ForeignKeyConstraint(
            ["limit_asset_id"], ["asset.id"], name=op.f("fk_trading_limit_limit_asset_id")
        ),
        sa.ForeignKeyConstraint(
            ["scheme_id"], ["scheme.id"], name=op.f("fk_trading_limit_scheme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trading_limit")),
        sa.UniqueConstraint("code", name=op.f("uq_trading_limit_code")),
        sa.UniqueConstraint("limit_asset_id", name=op.f("uq_trading_limit_limit_asset_id")),
    )
    op.create_index(
        op.f("ix_trading_limit_scheme_id"), "trading_limit", ["scheme_id"], unique=False
    )
    op.create_table(
        "venue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("money_asset_id", sa.Integer(), nullable=False),
        sa.Column("desk_account_id", sa.Integer(), nullable=False),
        sa.Column("zone_id", sa.Integer(), nullable=True),
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("modes", sa.String(length=64), nullable=False),
        sa.Column("tick_micro", sa.BigInteger(), nullable=False),
        sa.Column("lot", sa.BigInteger(), nullable=False),
        sa.Column("price_basis", sa.String(length=16), nullable=False),
        sa.Column("years", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("opening_reference_ticks", sa.BigInteger(), nullable=True),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "price_basis IN ('per_unit', 'per_unit_year', 'per_term')",
            name=op.f("ck_venue_price_basis_known"),
        ),
        sa.CheckConstraint(
            "years = 1 OR price_basis = 'per_unit_year'", name=op.f("ck_venue_years_have_basis")
        ),
        sa.CheckConstraint(
            "opening_reference_ticks IS NULL OR opening_reference_ticks > 0",
            name=op.f("ck_venue_reference_positive"),
        ),
        sa.CheckConstraint("tick_micro > 0 AND lot > 0", name=op.f("ck_venue_grid_positive")),
        sa.CheckConstraint("years BETWEEN 1 AND 70", name=op.f("ck_venue_years_in_range")),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_venue_asset_id")),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["market_calendar.id"], name=op.f("fk_venue_calendar_id")
        ),
        sa.ForeignKeyConstraint(
            ["desk_account_id"], ["account.id"], name=op.f("fk_venue_desk_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["money_asset_id"], ["asset.id"], name=op.f("fk_venue_money_asset_id")
        ),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_venue_scheme_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_venue_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue")),
        sa.UniqueConstraint("code", name=op.f("uq_venue_code")),
    )
    op.create_index(op.f("ix_venue_asset_id"), "venue", ["asset_id"], unique=False)
    op.create_index(op.f("ix_venue_scheme_id"), "venue", ["scheme_id"], unique=False)
    op.create_table(
        "auction_bid",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("auction_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("price_micro", sa.BigInteger(), nullable=True),
        sa.Column("minimum", sa.BigInteger(), nullable=True),
        sa.Column("guarantee_fen", sa.BigInteger(), nullable=False),
        sa.Column("ciphertext", sa.Text(), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.CheckConstraint(
            "(ciphertext = '') = (commitment = '')", name=op.f("ck_auction_bid_sealed_is_committed")
        ),
        sa.CheckConstraint(
            "ciphertext <> '' OR quantity IS NOT NULL",
            name=op.f("ck_auction_bid_open_bid_is_readable"),
        ),
        sa.CheckConstraint(
            "state IN ('standing', 'replaced', 'withdrawn', 'won', 'lost', 'refused')",
            name=op.f("ck_auction_bid_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_auction_bid_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["auction_id"], ["auction.id"], name=op.f("fk_auction_bid_auction_id")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_auction_bid_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auction_bid")),
    )
    op.create_index("ix_auction_bid_auction", "auction_bid", ["auction_id", "id"], unique=False)
    op.create_table(
        "auction_bidder",
        sa.Column("auction_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("cash_account_id", sa.Integer(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("held >= 0", name=op.f("ck_auction_bidder_held_not_negative")),
        sa.ForeignKeyConstraint(
            ["auction_id"], ["auction.id"], name=op.f("fk_auction_bidder_auction_id")
        ),
        sa.ForeignKeyConstraint(
            ["cash_account_id"], ["account.id"], name=op.f("fk_auction_bidder_cash_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_auction_bidder_party_id")
        ),
        sa.PrimaryKeyConstraint("auction_id", "party_id", name=op.f("pk_auction_bidder")),
    )
    op.create_table(
        "auction_need",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("auction_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.CheckConstraint("source <> ''", name=op.f("ck_auction_need_has_source")),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_auction_need_quantity_not_negative")),
        sa.ForeignKeyConstraint(
            ["auction_id"], ["auction.id"], name=op.f("fk_auction_need_auction_id")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_auction_need_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auction_need")),
        sa.UniqueConstraint(
            "auction_id",
            "party_id",
            "version",
            name=op.f("uq_auction_need_auction_id_party_id_version"),
        ),
    )
    op.create_table(
        "auction_state",
        sa.Column("auction_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("halted", sa.String(length=500), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "stage IN ('announced', 'open', 'closed', 'opened', 'cleared', 'settled', 'failed', 'cancelled')",
            name=op.f("ck_auction_state_stage_known"),
        ),
        sa.CheckConstraint("held >= 0", name=op.f("ck_auction_state_held_not_negative")),
        sa.ForeignKeyConstraint(
            ["auction_id"], ["auction.id"], name=op.f("fk_auction_state_auction_id")
        ),
        sa.PrimaryKeyConstraint("auction_id", name=op.f("pk_auction_state")),
    )
    op.create_index("ix_auction_state_due", "auction_state", ["due_at"], unique=False)
    op.create_table(
        "cash_decision",
        sa.Column("proposal_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.String(length=9), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.CheckConstraint("decided_by <> ''", name=op.f("ck_cash_decision_says_who")),
        sa.CheckConstraint(
            "outcome IN ('approved', 'rejected', 'withdrawn')",
            name=op.f("ck_cash_decision_outcome_known"),
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["cash_proposal.id"], name=op.f("fk_cash_decision_proposal_id")
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_cash_decision")),
    )
    op.create_table(
        "group_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=500), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=500), nullable=False),
        sa.CheckConstraint("document <> ''", name=op.f("ck_group_member_has_document")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["company_group.id"], name=op.f("fk_group_member_group_id")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_group_member_party_id")),
        sa.ForeignKeyConstraint(
            ["scheme_id"], ["scheme.id"], name=op.f("fk_group_member_scheme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_member")),
        sa.UniqueConstraint(
            "scheme_id",
            "party_id",
            "version",
            name=op.f("uq_group_member_scheme_id_party_id_version"),
        ),
    )
    op.create_index(op.f("ix_group_member_group_id"), "group_member", ["group_id"], unique=False)
    op.create_index("ix_group_member_party", "group_member", ["party_id"], unique=False)
    op.create_table(
        "limited_asset",
        sa.Column("limit_id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_limited_asset_asset_id")),
        sa.ForeignKeyConstraint(
            ["limit_id"], ["trading_limit.id"], name=op.f("fk_limited_asset_limit_id")
        ),
        sa.PrimaryKeyConstraint("limit_id", "asset_id", name=op.f("pk_limited_asset")),
    )
    op.create_index(op.f("ix_limited_asset_asset_id"), "limited_asset", ["asset_id"], unique=False)
    op.create_table(
        "market_order",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("cash_account_id", sa.Integer(), nullable=False),
        sa.Column("rooms", sa.String(length=1000), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("side", sa.String(length=4), nullable=False),
        sa.Column("tif", sa.String(length=3), nullable=False),
        sa.Column("price_ticks", sa.BigInteger(), nullable=True),
        sa.Column("limit_ticks", sa.BigInteger(), nullable=False),
        sa.Column("quantity_lots", sa.BigInteger(), nullable=False),
        sa.Column("display_lots", sa.BigInteger(), nullable=False),
        sa.Column("post_only", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fee_rate", sa.Integer(), nullable=False),
        sa.Column("fee_minimum", sa.BigInteger(), nullable=False),
        sa.Column("fee_maximum", sa.BigInteger(), nullable=True),
        sa.Column("open_lots", sa.BigInteger(), nullable=False),
        sa.Column("shown_lots", sa.BigInteger(), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("filled_lots", sa.BigInteger(), nullable=False),
        sa.Column("value_fen", sa.BigInteger(), nullable=False),
        sa.Column("fee_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=48), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mode", sa.String(length=12), nullable=True),
        sa.Column("counterparty_id", sa.Integer(), nullable=True),
        sa.Column("answers", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "mode IN ('block', 'agreement')", name=op.f("ck_market_order_mode_of_two_parties")
        ),
        sa.CheckConstraint("side IN ('buy', 'sell')", name=op.f("ck_market_order_side_known")),
        sa.CheckConstraint(
            "state <> 'open' OR open_lots > 0", name=op.f("ck_market_order_open_has_lots")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'filled', 'cancelled', 'expired')",
            name=op.f("ck_market_order_state_known"),
        ),
        sa.CheckConstraint(
            "(mode IS NULL) = (counterparty_id IS NULL)",
            name=op.f("ck_market_order_mode_has_counterparty"),
        ),
        sa.CheckConstraint(
            "open_lots >= 0 AND shown_lots >= 0", name=op.f("ck_market_order_open_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_market_order_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["cash_account_id"], ["account.id"], name=op.f("fk_market_order_cash_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["counterparty_id"], ["account.id"], name=op.f("fk_market_order_counterparty_id")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_market_order_party_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_market_order_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_order")),
    )
    op.create_index("ix_market_order_account", "market_order", ["account_id", "id"], unique=False)
    op.create_index(
        "ix_market_order_counterparty",
        "market_order",
        ["counterparty_id"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_market_order_open",
        "market_order",
        ["venue_id", "priority"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "trade",
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("command", sa.BigInteger(), nullable=False),
        sa.Column("mode", sa.String(length=12), nullable=False),
        sa.Column("price_ticks", sa.BigInteger(), nullable=False),
        sa.Column("lots", sa.BigInteger(), nullable=False),
        sa.Column("value_fen", sa.BigInteger(), nullable=False),
        sa.Column("buy_order", sa.BigInteger(), nullable=False),
        sa.Column("sell_order", sa.BigInteger(), nullable=False),
        sa.Column("taker", sa.String(length=4), nullable=False),
        sa.Column("entry_key", sa.String(length=64), nullable=False),
        sa.Column("traded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("traded_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "mode IN ('continuous', 'call', 'listing', 'block', 'agreement')",
            name=op.f("ck_trade_mode_known"),
        ),
        sa.CheckConstraint("lots > 0 AND price_ticks > 0", name=op.f("ck_trade_positive")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_trade_venue_id")),
        sa.PrimaryKeyConstraint("venue_id", "number", name=op.f("pk_trade")),
    )
    op.create_index("ix_trade_day", "trade", ["venue_id", "traded_on", "number"], unique=False)
    op.create_table(
        "venue_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(length=1000), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=500), nullable=False),
        sa.CheckConstraint("source <> ''", name=op.f("ck_venue_rule_has_source")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_venue_rule_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue_rule")),
        sa.UniqueConstraint(
            "venue_id",
            "key",
            "valid_from",
            "version",
            name=op.f("uq_venue_rule_venue_id_key_valid_from_version"),
        ),
    )
    op.create_table(
        "venue_state",
        sa.Column("venue_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("phase", sa.String(length=12), nullable=False),
        sa.Column("halt_reason", sa.String(length=500), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_venue_state_venue_id")),
        sa.PrimaryKeyConstraint("venue_id", name=op.f("pk_venue_state")),
    )
    op.create_table(
        "auction_award",
        sa.Column("bid_id", sa.BigInteger(), nullable=False),
        sa.Column("auction_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("cash_account_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("price_micro", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("deposit_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("owed_fen", sa.BigInteger(), nullable=False),
        sa.Column("instalments_paid", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("charged_by", sa.Integer(), nullable=True),
        sa.Column("rooms", sa.String(length=1000), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'part_paid', 'paid', 'defaulted')",
            name=op.f("ck_auction_award_state_known"),
        ),
        sa.CheckConstraint(
            "deposit_fen >= 0 AND paid_fen >= 0 AND owed_fen >= 0",
            name=op.f("ck_auction_award_money_not_negative"),
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_auction_award_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_auction_award_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["auction_id"], ["auction.id"], name=op.f("fk_auction_award_auction_id")
        ),
        sa.ForeignKeyConstraint(
            ["bid_id"], ["auction_bid.id"], name=op.f("fk_auction_award_bid_id")
        ),
        sa.ForeignKeyConstraint(
            ["cash_account_id"], ["account.id"], name=op.f("fk_auction_award_cash_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["charged_by"], ["auction.id"], name=op.f("fk_auction_award_charged_by")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_auction_award_party_id")),
        sa.PrimaryKeyConstraint("bid_id", name=op.f("pk_auction_award")),
    )
    op.create_index(
        "ix_auction_award_auction", "auction_award", ["auction_id", "place"], unique=False
    )
    # ### end Alembic commands ###
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE_GUARDS if is_sqlite else _POSTGRESQL_GUARDS:
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables with their guards, then the kinds; refused where a position has one."""
    for table in (
        "auction_award",
        "venue_state",
        "venue_rule",
        "trade",
        "market_order",
        "limited_asset",
        "group_member",
        "cash_decision",
        "auction_state",
        "auction_need",
        "auction_bidder",
        "auction_bid",
        "venue",
        "trading_limit",
        "company_group",
        "cash_proposal",
        "auction",
        "calendar_day",
        "bank_line",
        "auction_setting",
        "runner_lease",
        "queued_command",
        "market_calendar",
        "command_log",
        "call_seed",
        "bank_statement",
        "bank_document",
    ):
        op.drop_table(table)
    _kinds((_KINDS, _FLOORLESS, _ROLES), (_KINDS_BEFORE, _FLOORLESS_BEFORE, _ROLES_BEFORE))


_Words = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def _kinds(before: _Words, after: _Words) -> None:
    """Write the lists of words that the CHECKs of positions and assets hold."""
    was, will = _checks(before), _checks(after)
    if op.get_bind().dialect.name == "sqlite":
        _rewrite_checks(was, will)
        return
    for (table, name), text in will.items():
        op.drop_constraint(op.f(name), table)
        op.create_check_constraint(op.f(name), table, text)


def _checks(words: _Words) -> dict[tuple[str, str], str]:
    kinds, floorless, roles = words
    return {
        ("position", "ck_position_kind_known"): _one_of("kind", kinds),
        ("position", "ck_position_has_floor"): "floor IS NOT NULL OR " + _one_of("kind", floorless),
        ("asset", "ck_asset_role_known"): _one_of("role", roles),
    }


def _one_of(column: str, words: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{word}'" for word in words)
    return f"{column} IN ({listed})"


def _rewrite_checks(was: dict[tuple[str, str], str], will: dict[tuple[str, str], str]) -> None:
    """Change the text of CHECKs in place: a rebuilt table would lose its triggers and indexes.

    SQLite documents this way for constraints that do not change what is stored.
    """
    connection = op.get_bind()
    for (table, name), text in will.items():
        rows = connection.exec_driver_sql(
            f"SELECT count(*) FROM {table} WHERE NOT ({text})"
        ).scalar_one()
        if rows:
            raise RuntimeError(f"{rows} rows of {table} do not fit {name}")
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema=ON")
    for (table, name), text in will.items():
        changed = connection.exec_driver_sql(
            "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) "
            "WHERE type = 'table' AND name = ? AND instr(sql, ?) > 0",
            (was[table, name], text, table, was[table, name]),
        )
        if changed.rowcount != 1:
            raise RuntimeError(f"{table} has {name} as it was made")
    connection.exec_driver_sql(f"PRAGMA schema_version={version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema=OFF")
