"""Carbon allowances 碳排放配额 as a banner would run them: yearly vintages, surrendered by year.

The deadline is set by the ministry for each cycle, so the day here is a setting like any other.
"""

from datetime import date

from ledger.rights.base import (
    THRESHOLD_SOURCE,
    AssetDefinition,
    SchemeDefinition,
    SettingDefinition,
    calendar_years,
)

_START = date(2024, 1, 1)
_YEARS = calendar_years(2024, 2030)
_REGULATION = "碳排放权交易管理暂行条例（2024）"
_DEADLINE_SOURCE = f"{_REGULATION}：期限由生态环境部规定；默认取首个履约周期的 12 月 31 日"

NM_CARBON = SchemeDefinition(
    code="nm-carbon",
    asset_class="carbon",
    name_zh="奈曼旗碳排放配额（示例）",
    name_en="Carbon allowances of Naiman Banner (example)",
    registry_letters="NM",
    zone_tree="naiman",
    periods=_YEARS,
    assets=tuple(
        AssetDefinition(
            code=f"nm-carbon-{year.code}",
            role="unit",
            name_zh=f"碳排放配额 {year.code} 年",
            name_en=f"Carbon allowance {year.code}",
            unit="tCO2e",
            period_code=year.code,
        )
        for year in _YEARS
    ),
    settings=(
        SettingDefinition("use_rule", _START, "surrendered", _REGULATION),
        SettingDefinition("surrender_day", _START, "12-31", _DEADLINE_SOURCE),
        SettingDefinition("surrender_years_later", _START, "1", _DEADLINE_SOURCE),
        SettingDefinition("border_policy", _START, "stay", _REGULATION),
        SettingDefinition("watch_share", _START, "0.80", THRESHOLD_SOURCE),
        SettingDefinition("near_limit_share", _START, "0.90", THRESHOLD_SOURCE),
        SettingDefinition(
            "offset_share_max", _START, "0.05", "碳排放权交易管理办法（试行），第二十九条"
        ),
    ),
)
