"""Discharge permits of Naiman Banner 奈曼旗排污权: COD into water and SO2 into air.

A right is for so many tonnes *a year* over a five-year term; it is counted in grams and shown in
tonnes.  What is discharged is compared with what is held and not taken off it.  For COD every year
of the term has a total of its own: an index asset a year, and a right needs room in all of them.
The permit itself is never traded (排污许可管理条例), so it is no asset.
"""

from datetime import date

from ledger.rights.base import (
    THRESHOLD_SOURCE,
    AssetDefinition,
    PeriodDefinition,
    SchemeDefinition,
    SettingDefinition,
    calendar_years,
)

_START = date(2026, 1, 1)
_TERM = PeriodDefinition("2026-2030", "term", date(2026, 1, 1), date(2030, 12, 31))
_YEARS = calendar_years(2026, 2030)
_MOVE_SOURCE = "国办发〔2014〕38号；跨区域交易后由上级主管部门调整两地总量"
_FEE_SOURCE = "内蒙古自治区排污权有偿使用收费标准（2012年3月1日起执行）"
_FEE_START = date(2012, 3, 1)


def _common_settings() -> tuple[SettingDefinition, ...]:
    return (
        SettingDefinition("use_rule", _START, "compared", "国办发〔2014〕38号"),
        SettingDefinition("watch_share", _START, "0.80", THRESHOLD_SOURCE),
        SettingDefinition("near_limit_share", _START, "0.90", THRESHOLD_SOURCE),
        SettingDefinition("term_years", _START, "5", "财税〔2015〕61号"),
        SettingDefinition("permit_years", _START, "5", "排污许可管理条例（2021），第十四条"),
    )


_COD_INDEXES = tuple(
    AssetDefinition(
        code=f"nm-cod-index-{year.code}",
        role="index",
        name_zh=f"化学需氧量 {year.code} 年总量指标",
        name_en=f"COD total of {year.code}",
        unit="t",
        period_code=year.code,
        scope=(("pollutant", "COD"), ("medium", "water")),
    )
    for year in _YEARS
)

NM_COD = SchemeDefinition(
    code="nm-cod",
    asset_class="discharge",
    name_zh="奈曼旗化学需氧量排污权",
    name_en="COD discharge permits of Naiman Banner",
    registry_letters="NM",
    zone_tree="naiman",
    periods=(_TERM, *_YEARS),
    assets=(
        *_COD_INDEXES,
        AssetDefinition(
            code="nm-cod-2026-2030",
            role="unit",
            name_zh="化学需氧量排污权 2026—2030 年",
            name_en="COD discharge right 2026-2030",
            unit="t",
            period_code=_TERM.code,
            index_codes=tuple(index.code for index in _COD_INDEXES),
            scope=(("pollutant", "COD"), ("medium", "water")),
        ),
    ),
    settings=(
        *_common_settings(),
        SettingDefinition("border_policy", _START, "move", _MOVE_SOURCE),
        SettingDefinition("fee_standard", _FEE_START, "1000.00", _FEE_SOURCE),
    ),
)

NM_SO2 = SchemeDefinition(
    code="nm-so2",
    asset_class="discharge",
    name_zh="奈曼旗二氧化硫排污权",
    name_en="SO2 discharge permits of Naiman Banner",
    registry_letters="NM",
    zone_tree="naiman",
    periods=(_TERM, *_YEARS),
    assets=(
        AssetDefinition(
            code="nm-so2-2026-2030",
            role="unit",
            name_zh="二氧化硫排污权 2026—2030 年",
            name_en="SO2 discharge right 2026-2030",
            unit="t",
            period_code=_TERM.code,
            scope=(("pollutant", "SO2"), ("medium", "air")),
        ),
    ),
    settings=(
        *_common_settings(),
        # A purchase may not lift the buyer's zone above its own total.
        SettingDefinition("border_policy", _START, "recount", "国办发〔2014〕38号"),
        SettingDefinition("fee_standard", _FEE_START, "500.00", _FEE_SOURCE),
    ),
)
