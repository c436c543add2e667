"""Venues for showing how things work, marked 示例: carbon as the national exchange lists it.

Figures with a published source name it; the fees are invented, as no rate was found, and say so.
"""

from datetime import date

from market.calendar import Mode
from market.venue_calendars import CalendarDefinition
from market.venue_definition import RuleDefinition, VenueDefinition

WORKDAYS = CalendarDefinition(
    code="workdays",
    name_zh="工作日（周一至周五）",
    name_en="Working days (Monday to Friday)",
    weekdays="12345",
    source="全国碳排放权交易有关事项的公告（上海环境能源交易所，2021-06-22）",
)

_NOTICE = "全国碳排放权交易有关事项的公告（上海环境能源交易所，2021-06-22）"
_RULES = "碳排放权交易管理规则（试行）（生态环境部，2021-05-14）"
_EXAMPLE = "示例数值，无公布来源"

CARBON_LISTING_RULES: tuple[RuleDefinition, ...] = (
    RuleDefinition("hours_listing", "09:30-11:30 13:00-15:00", _NOTICE),
    RuleDefinition("hours_block", "13:00-15:00", _NOTICE),
    RuleDefinition("order_maximum", "99999", _NOTICE),
    RuleDefinition("block_minimum", "100000", _NOTICE),
    RuleDefinition("order_band", "0.10", _NOTICE),
    RuleDefinition("block_band", "0.30", _NOTICE),
    RuleDefinition("close_rule", "volume_weighted", _NOTICE),
    RuleDefinition("listing_levels", "5", _NOTICE),
    RuleDefinition("resale_lock_days", "1", _RULES),
    RuleDefinition("self_trade", "cancel_newest", _EXAMPLE),
    RuleDefinition("own_use", "off", _RULES),
    RuleDefinition("limits_apply", "on", _RULES),
    RuleDefinition("buyer_fee_rate", "0.001", _EXAMPLE),
    RuleDefinition("seller_fee_rate", "0.001", _EXAMPLE),
)

CONTINUOUS_RULES: tuple[RuleDefinition, ...] = (
    RuleDefinition("hours_call", "09:15-09:25", _EXAMPLE),
    RuleDefinition("hours_continuous", "09:30-11:30 13:00-15:00", _EXAMPLE),
    RuleDefinition("hours_agreement", "13:00-15:30", _EXAMPLE),
    RuleDefinition("order_minimum", "1", _EXAMPLE),
    RuleDefinition("order_band", "0.10", _EXAMPLE),
    RuleDefinition("agreement_minimum", "10000", _EXAMPLE),
    RuleDefinition("agreement_band", "0.30", _EXAMPLE),
    RuleDefinition("agreement_registered_by", "parties", _EXAMPLE),
    RuleDefinition("close_rule", "volume_weighted", _EXAMPLE),
    RuleDefinition("call_algorithm", "max_volume", _EXAMPLE),
    RuleDefinition("call_cancel_ban_minutes", "5", _EXAMPLE),
    RuleDefinition("call_random_end_seconds", "30", _EXAMPLE),
    RuleDefinition("dynamic_band", "0.05", _EXAMPLE),
    RuleDefinition("volatility_call_minutes", "5", _EXAMPLE),
    RuleDefinition("resale_lock_days", "0", _EXAMPLE),
    RuleDefinition("self_trade", "cancel_newest", _EXAMPLE),
    RuleDefinition("own_use", "off", _EXAMPLE),
    RuleDefinition("limits_apply", "on", _EXAMPLE),
    RuleDefinition("buyer_fee_rate", "0.001", _EXAMPLE),
    RuleDefinition("buyer_fee_minimum", "1.00", _EXAMPLE),
    RuleDefinition("seller_fee_rate", "0.001", _EXAMPLE),
    RuleDefinition("seller_fee_minimum", "1.00", _EXAMPLE),
)


def carbon_listing(opened_on: date, asset_code: str = "nm-carbon-2026") -> VenueDefinition:
    """Carbon allowances by listing and block, hours, bands and sizes as published."""
    return VenueDefinition(
        code=f"{asset_code}-listing",
        name_zh="碳排放配额挂牌与大宗（示例）",
        name_en="Carbon allowances, listing and block (example)",
        scheme_code="nm-carbon",
        asset_code=asset_code,
        money_asset_code="CNY",
        calendar_code=WORKDAYS.code,
        modes=(Mode.LISTING, Mode.BLOCK),
        tick="0.01",
        lot="1",
        price_basis="per_unit",
        years=1,
        opened_on=opened_on,
        opening_reference="70.00",
        demonstration=True,
        rules=CARBON_LISTING_RULES,
    )


def carbon_continuous(opened_on: date, asset_code: str = "nm-carbon-2026") -> VenueDefinition:
    """Carbon allowances on a continuous book with an opening call, and by agreement."""
    return VenueDefinition(
        code=f"{asset_code}-book",
        name_zh="碳排放配额连续竞价（示例）",
        name_en="Carbon allowances, continuous book (example)",
        scheme_code="nm-carbon",
        asset_code=asset_code,
        money_asset_code="CNY",
        calendar_code=WORKDAYS.code,
        modes=(Mode.CALL, Mode.CONTINUOUS, Mode.AGREEMENT),
        tick="0.01",
        lot="1",
        price_basis="per_unit",
        years=1,
        opened_on=opened_on,
        opening_reference="70.00",
        demonstration=True,
        rules=CONTINUOUS_RULES,
    )
