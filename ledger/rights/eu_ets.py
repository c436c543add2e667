"""The emissions trading system of the European Union, as its published registry extracts need it.

One asset for each trading phase: units of a phase are alike, and what an account surrendered is
counted phase by phase.  Compliance years are calendar years.
"""

from datetime import date

from ledger.rights.base import (
    AssetDefinition,
    PeriodDefinition,
    SchemeDefinition,
    SettingDefinition,
    calendar_years,
)

_START = date(2005, 1, 1)
_PHASES = (
    PeriodDefinition("2005-07", "phase", date(2005, 1, 1), date(2007, 12, 31)),
    PeriodDefinition("2008-12", "phase", date(2008, 1, 1), date(2012, 12, 31)),
    PeriodDefinition("2013-20", "phase", date(2013, 1, 1), date(2020, 12, 31)),
    PeriodDefinition("2021-30", "phase", date(2021, 1, 1), date(2030, 12, 31)),
)

EU_ETS = SchemeDefinition(
    code="eu-ets",
    asset_class="carbon",
    name_zh="欧盟碳排放交易体系",
    name_en="European Union Emissions Trading System",
    registry_letters="EU",
    zone_tree="countries",
    periods=_PHASES + calendar_years(2005, 2030),
    assets=tuple(
        AssetDefinition(
            code=f"eu-ets-{phase.code}",
            role="unit",
            name_zh=f"欧盟碳排放配额 {phase.code}",
            name_en=f"EU allowances {phase.code}",
            unit="tCO2e",
            period_code=phase.code,
        )
        for phase in _PHASES
    ),
    settings=(
        SettingDefinition("use_rule", _START, "surrendered", "Directive 2003/87/EC, Article 12(3)"),
        SettingDefinition("allocation_day", _START, "02-28", "Directive 2003/87/EC, Article 11(4)"),
        SettingDefinition("surrender_day", _START, "04-30", "Directive 2003/87/EC, Article 12(3)"),
        SettingDefinition(
            "surrender_years_later", _START, "1", "Directive 2003/87/EC, Article 12(3)"
        ),
        # An allowance counts the same in every member state.
        SettingDefinition("border_policy", _START, "stay", "Directive 2003/87/EC, Article 12(1)"),
        SettingDefinition(
            "near_limit_share", _START, "0.90", "default of this program; no rule of the scheme"
        ),
    ),
)
