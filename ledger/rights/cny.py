"""Money: yuan on cash accounts, backed to the fen by what lies at the bank; beside it, claims.

Not a right, yet kept like one, so that a trade moves units and money in one entry.  The zone tree
``settlement`` has one cell, in which every cash account lies: money knows no border.
"""

from ledger.rights.base import AssetDefinition, SchemeDefinition, calendar_years

CNY_ASSET = "CNY"
CNY_CLAIM = "CNY-CLAIM"
"""Money owed (instalments, shortfalls): never cash, so that all cash lies at the bank."""
SETTLEMENT_TREE = "settlement"
SETTLEMENT_ZONE = "settlement"

_YEARS = calendar_years(2020, 2050)
"""Accounting years 会计年度; the bank's position is as old as the first."""

CNY = SchemeDefinition(
    code="cny",
    asset_class="money",
    name_zh="交易资金（人民币）",
    name_en="Settlement money (renminbi)",
    registry_letters="CNY",
    zone_tree=SETTLEMENT_TREE,
    periods=_YEARS,
    assets=(
        AssetDefinition(
            code=CNY_ASSET,
            role="money",
            name_zh="人民币资金",
            name_en="Renminbi",
            unit="CNY",
        ),
        AssetDefinition(
            code=CNY_CLAIM,
            role="claim",
            name_zh="应收款（人民币）",
            name_en="Claims (renminbi)",
            unit="CNY",
        ),
    ),
    settings=(),
)
