"""Water rights of Naiman Banner 奈曼旗水权: yearly volumes by zone and use type.

Counted in cubic metres and shown in ten thousand of them, the unit of regional water; metered use
is taken off what is held.  Naiman lies in the West Liao basin, so no rule of the Yellow River
applies.
"""

from datetime import date

from ledger.rights.base import (
    THRESHOLD_SOURCE,
    AssetDefinition,
    SchemeDefinition,
    SettingDefinition,
    calendar_years,
)

_START = date(2025, 1, 1)
_YEARS = calendar_years(2025, 2030)

NM_WATER = SchemeDefinition(
    code="nm-water",
    asset_class="water",
    name_zh="奈曼旗水权",
    name_en="Water rights of Naiman Banner",
    registry_letters="NM",
    zone_tree="naiman",
    periods=_YEARS,
    assets=tuple(
        AssetDefinition(
            code=f"nm-water-{year.code}",
            role="unit",
            name_zh=f"用水权 {year.code} 年",
            name_en=f"Water right {year.code}",
            unit="wan_m3",
            period_code=year.code,
        )
        for year in _YEARS
    ),
    settings=(
        SettingDefinition(
            "use_rule", _START, "deducted", "取水许可和水资源费征收管理条例：按计量的实际取水量"
        ),
        # The volume goes on counting against the seller's index for the time of the contract.
        SettingDefinition(
            "border_policy", _START, "stay", "水权交易管理暂行办法（水政法〔2016〕156号）"
        ),
        SettingDefinition("watch_share", _START, "0.80", THRESHOLD_SOURCE),
        SettingDefinition("near_limit_share", _START, "0.90", THRESHOLD_SOURCE),
        SettingDefinition(
            "permit_years", _START, "5", "取水许可和水资源费征收管理条例，第二十五条"
        ),
    ),
)
