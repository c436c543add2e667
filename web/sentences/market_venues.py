"""Venues in words: what cannot be opened or changed, when nothing can be done, limits of groups."""

from ledger.refusals import RefusalCode
from market.calendar import SessionCode
from market.limit_registry import LimitCode
from market.venue_calendars import CalendarCode
from market.venue_definition import VenueCode
from market.venue_rules import VenueRuleCode

_SESSIONS: dict[RefusalCode, tuple[str, str]] = {
    SessionCode.NOT_A_TRADING_DAY: (
        "{date} 不是交易日。只在交易日交易，节假日和调休以交易日历为准。请在 {next_opening} 再办理。",
        "{date} is not a trading day. There is trading on trading days only, as the calendar with "
        "its holidays and make-up days says. Come back on {next_opening}.",
    ),
    SessionCode.OUTSIDE_SESSION: (
        "现在是 {time}，不在 {mode} 的交易时段内。该方式的时段是 {hours}。"
        "请在 {next_opening} 开市后再办理。",
        "It is {time}, outside the hours of {mode}. Its hours are {hours}. "
        "Come back when it opens at {next_opening}.",
    ),
}

_DEFINITIONS: dict[RefusalCode, tuple[str, str]] = {
    VenueCode.VENUE_TEXT_UNREADABLE: (
        "文字 {text} 无法采用。代码、名称、依据和操作人不能为空，不超过 {limit} 个字，不含控制符。"
        "请改写。",
        "The text {text} cannot be used. Codes, names, sources and actors have at least one and at "
        "most {limit} signs and no control signs. Write it anew.",
    ),
    VenueCode.VENUE_WITHOUT_MODE: (
        "交易场所没有写明交易方式。每个场所至少有一种交易方式。可选：{known}。",
        "The venue names no way to trade. Every venue has at least one. Choose from: {known}.",
    ),
    VenueCode.VENUE_MODES_EXCLUDE_EACH_OTHER: (
        "交易方式 {first} 与 {second} 不能同在一个场所。前者同价位不分先后，后者时间优先，"
        "共用一个订单簿会互相矛盾。请分设两个场所。",
        "The ways to trade {first} and {second} cannot be at one venue. The first has no time "
        "priority at a price and the second has, so one book cannot serve both. Open two venues.",
    ),
    VenueCode.VENUE_PRICE_BASIS_UNKNOWN: (
        "计价方式 {basis} 无法采用。一个场所的价格只能按一种方式计。可选：{known}。",
        "The price basis {basis} cannot be used. A venue's prices are for one thing only. "
        "Choose from: {known}.",
    ),
    VenueCode.VENUE_YEARS_NEED_YEARLY_PRICE: (
        "写了 {count} 年，但计价方式是 {basis}。只有按年计价（per_unit_year）才乘以年数。"
        "请改计价方式，或把年数写成 1。",
        "The venue has {count} years, yet its price basis is {basis}. Only a price per year "
        "(per_unit_year) counts several times. Change the basis, or write 1 year.",
    ),
    VenueCode.VENUE_YEARS_OUT_OF_RANGE: (
        "年数 {count} 无法采用。年数从 1 到 {most}。请改写。",
        "{count} years cannot be used. The number of years is 1 to {most}. Write another one.",
    ),
    VenueCode.VENUE_TICK_UNREADABLE: (
        "最小变动价位 {text} 无法采用。它是大于零的元数，最多六位小数，如 0.01。请改写。",
        "The tick {text} cannot be used. It is an amount of yuan above zero with at most six "
        "decimals, such as 0.01. Write it anew.",
    ),
    VenueCode.VENUE_LOT_UNREADABLE: (
        "交易单位 {text} 无法采用。它是大于零的数量，小数位不超过该品种的最小单位。请改写。",
        "The lot {text} cannot be used. It is a quantity above zero with no more decimals than the "
        "asset's smallest unit has. Write it anew.",
    ),
    VenueCode.VENUE_OPENING_REFERENCE_UNREADABLE: (
        "开市参考价 {text} 无法采用。它是大于零的元数，最多六位小数。请改写。",
        "The first reference price {text} cannot be used. It is an amount of yuan above zero with "
        "at most six decimals. Write it anew.",
    ),
    VenueCode.VENUE_OPENING_REFERENCE_OFF_TICK: (
        "开市参考价 {price} 不在价位上。价格必须是最小变动价位 {tick} 的整数倍。请改为相邻的价位。",
        "The first reference price {price} is off the tick. Prices are whole multiples of the tick "
        "of {tick}. Use a price next to it.",
    ),
    VenueCode.VENUE_OPENING_REFERENCE_MISSING: (
        "交易场所 {venue} 有涨跌幅，但没有开市参考价。首日的涨跌幅按它计算。请补上。",
        "The venue {venue} has a price band but no first reference price. The band of the first "
        "day is laid around it. Add one.",
    ),
    VenueCode.VENUE_TICK_LOT_NOT_WHOLE_FEN: (
        "价位 {tick} 元、交易单位 {lot} {unit:unit}、年数 {count} 相乘不是整分。"
        "每笔成交都必须恰好是整分，不作舍入。请加大价位或交易单位。",
        "A tick of {tick} yuan times a lot of {lot} {unit:unit} times years ({count}) is not a "
        "whole fen. Every trade must come to whole fen, so that nothing is rounded. "
        "Make the tick or the lot larger.",
    ),
    VenueCode.VENUE_RULE_GIVEN_TWICE: (
        "规则 {key} 写了两次。开设时每条规则只写一次。请删去一条。",
        "The rule {key} is given twice. A venue is opened with each rule once. Remove one of them.",
    ),
    VenueCode.VENUE_RULE_SOURCE_MISSING: (
        "规则 {key} 没有写明依据。场所的每条规则都要有出处（文件名称和条款）。请补上依据。",
        "No source is given for the rule {key}. Every rule of a venue names where it is laid down "
        "(regulation and article). Add the source.",
    ),
    VenueCode.VENUE_OPENS_IN_PAST: (
        "开市日 {date} 已经过去，今天是 {today}。场所只能从今天或以后开市。请改日期。",
        "The first day {date} is past, because today is {today}. A venue opens today or later. "
        "Choose another day.",
    ),
    VenueCode.VENUE_SCHEME_UNKNOWN: (
        "没有已开设的制度 {scheme}。交易场所属于一个已开设的制度。请先开设该制度。",
        "The scheme {scheme} is not open here. A venue belongs to a scheme that was opened. "
        "Open the scheme first.",
    ),
    VenueCode.VENUE_ASSET_UNKNOWN: (
        "制度 {scheme} 没有品种 {asset}。场所只能交易本制度的品种。请核对品种代码。",
        "The scheme {scheme} has no asset {asset}. A venue trades an asset of its own scheme. "
        "Check the code of the asset.",
    ),
    VenueCode.VENUE_ASSET_IS_NO_UNIT: (
        "制度 {scheme} 的 {asset} 不是可以交易的权益。总量指标、限额和资金不能交易。"
        "请选择权益品种。",
        "{asset} of the scheme {scheme} is not a right that can be traded. Indexes of totals, "
        "limits and money are not traded. Choose a right.",
    ),
    VenueCode.VENUE_ASSET_HAS_NO_PRICE: (
        "制度 {scheme} 的 {asset} 以{unit:unit}显示，无法按单位计价。"
        "计价单位必须是最小单位的十进倍数。请换一个品种。",
        "{asset} of the scheme {scheme} is shown in {unit:unit}, which no price can be for. "
        "A priced unit is a power of ten of the smallest unit. Choose another asset.",
    ),
    VenueCode.VENUE_MONEY_UNKNOWN: (
        "没有名为 {asset} 的资金品种。成交价款要用已开设的资金品种支付。请先开设资金账务。",
        "There is no money called {asset}. What is traded is paid in money that was opened here. "
        "Open the money scheme first.",
    ),
    VenueCode.VENUE_CALENDAR_UNKNOWN: (
        "没有名为 {calendar} 的交易日历。场所按已开设的日历开市。请先开设该日历。",
        "There is no trading calendar {calendar} for the venue. A venue opens by a calendar that "
        "was opened. Open the calendar first.",
    ),
    VenueCode.VENUE_ZONE_UNKNOWN: (
        "制度 {scheme} 的区域树中没有区域 {zone}。场所的交割区域必须在其中。请核对区域代码。",
        "The tree of zones of the scheme {scheme} has no zone {zone}. A venue delivers in one of "
        "them. Check the code of the zone.",
    ),
    VenueCode.VENUE_CODE_TAKEN: (
        "已有代码为 {venue} 的交易场所。代码开设后不再变更或重用。请换一个代码。",
        "There is a venue with the code {venue} already. A code is never changed or used again. "
        "Choose another one.",
    ),
    VenueCode.VENUE_NOT_FOUND: (
        "没有代码为 {venue} 的交易场所。命令只能发给已开设的场所。请核对代码。",
        "There is no venue with the code {venue}. Commands go to venues that were opened. "
        "Check the code.",
    ),
    VenueCode.VENUE_RULE_CHANGE_NOT_IN_FUTURE: (
        "规则 {key} 不能从 {date} 起更改，今天是 {today}。当日订单簿适用的规则不变，"
        "只能从以后的日期起更改。请选明天或以后。",
        "The rule {key} cannot change from {date} on, because today is {today}. What an open book "
        "trades by stays as it is; rules change from a later day. Choose tomorrow or later.",
    ),
}

_RULES: dict[RefusalCode, tuple[str, str]] = {
    VenueRuleCode.VENUE_RULE_UNKNOWN: (
        "没有名为 {key} 的交易规则。规则只有：{known}。请改用其中之一。",
        "There is no rule {key} of venues. The rules are: {known}. Use one of them.",
    ),
    VenueRuleCode.VENUE_RULE_VALUE_OF_WRONG_KIND: (
        "规则 {key} 的值是 {text}，无法采用。它应写成：{form}。请改写。",
        "The value {text} of the rule {key} cannot be used. It is written like this: {form}. "
        "Write it so.",
    ),
    VenueRuleCode.VENUE_RULE_FOR_OTHER_MODE: (
        "规则 {key} 与本场所无关。它只适用于这些交易方式：{modes}。请删去它，或换一个场所。",
        "The rule {key} says nothing at this venue. It is about these ways to trade: {modes}. "
        "Leave it out, or use another venue.",
    ),
    VenueRuleCode.VENUE_RULE_MISSING: (
        "缺少规则 {key}。有这种交易方式的场所必须写明它。它应写成：{form}。",
        "The rule {key} is missing. A venue that trades like this must have it. "
        "It is written like this: {form}.",
    ),
    VenueRuleCode.VENUE_RULE_NEEDS_ANOTHER: (
        "有规则 {key} 而没有规则 {needed}。前者离开后者不起作用。请补上后者，或删去前者。",
        "There is a rule {key} without the rule {needed}. The first does nothing without the "
        "second. Add the second, or leave out the first.",
    ),
    VenueRuleCode.VENUE_MINIMUM_ABOVE_MAXIMUM: (
        "规则 {minimum_key} 是 {minimum}，大于规则 {maximum_key} 的 {maximum}。"
        "最小值不能大于最大值。请改其中之一。",
        "The rule {minimum_key} is {minimum}, above {maximum} of the rule {maximum_key}. "
        "A minimum is never above its maximum. Change one of them.",
    ),
    VenueRuleCode.VENUE_QUANTITY_NOT_WHOLE_LOTS: (
        "规则 {key} 是 {text}，不是交易单位 {lot} 的整数倍。订单数量都是整交易单位。请改写。",
        "The rule {key} is {text}, no whole multiple of the lot of {lot}. Orders are in whole "
        "lots. Write another quantity.",
    ),
    VenueRuleCode.VENUE_BAND_NOT_BELOW_ONE: (
        "规则 {key} 的幅度不小于 1。这样下限会到零或以下，价格必须大于零。请改为小于 1 的数。",
        "The band {key} is not below 1. Its lower end would be zero or less, and prices are above "
        "zero. Write a share below 1.",
    ),
    VenueRuleCode.VENUE_PRICE_FLOOR_OFF_TICK: (
        "规则 {key} 的最低价 {price} 不在价位上。最低价是最小变动价位 {tick} 的整数倍。请改写。",
        "The lowest price {price} of the rule {key} is off the tick. It is a whole multiple of the "
        "tick of {tick}. Write another price.",
    ),
    VenueRuleCode.VENUE_SESSIONS_OVERLAP: (
        "规则 {first_key} 的时段 {first} 与规则 {second_key} 的时段 {second} 重叠。"
        "同一订单簿不能同时集合竞价和连续交易。请错开时段。",
        "The session {first} of the rule {first_key} overlaps {second} of the rule {second_key}. "
        "One book cannot hold a call and trade continuously at once. Move one of them.",
    ),
    VenueRuleCode.VENUE_CALL_TOO_SHORT: (
        "规则 {key} 不短于规则 {call_key} 中 {minutes} 分钟的集合竞价。它必须在竞价之内。"
        "请缩短它，或延长竞价。",
        "The rule {key} is as long as a call of {minutes} minutes of the rule {call_key}, or "
        "longer. It must lie inside the call. Make it shorter, or the call longer.",
    ),
    VenueRuleCode.VENUE_OWN_USE_EXCLUDES_RESALE_LOCK: (
        "规则 {first_key} 与规则 {second_key}（{days} 天）矛盾。仅限自用的权益从不转卖，"
        "无须等待日数。请关闭前者，或把后者写成 0。",
        "The rule {first_key} contradicts the rule {second_key} ({days} days). What is for own use "
        "is never sold again, so there is nothing to wait for. Turn off the first, or write 0 for "
        "the second.",
    ),
}

_CALENDARS: dict[RefusalCode, tuple[str, str]] = {
    CalendarCode.CALENDAR_TEXT_UNREADABLE: (
        "日历的文字 {text} 无法采用。代码、名称和依据不能为空，不超过 {limit} 个字，不含控制符。"
        "请改写。",
        "The text {text} of the calendar cannot be used. Its codes, names and sources have at "
        "least one and at most {limit} signs and no control signs. Write it anew.",
    ),
    CalendarCode.CALENDAR_SOURCE_MISSING: (
        "日历或其中一天没有写明依据。节假日和调休都按公布的安排。请补上文件名称。",
        "No source is given for the calendar or one of its days. Holidays and make-up days follow "
        "what was published. Add the name of the document.",
    ),
    CalendarCode.CALENDAR_WEEKDAYS_UNREADABLE: (
        "每周交易日 {text} 无法采用。它是由小到大、不重复的数字，1 表示星期一。请写成如 12345。",
        "The days of the week {text} cannot be used. They are rising digits without repeats, 1 for "
        "Monday. Write them like 12345.",
    ),
    CalendarCode.CALENDAR_CODE_TAKEN: (
        "已有代码为 {calendar} 的交易日历。日历的代码不重用。请换一个代码。",
        "There is a calendar with the code {calendar} already. Codes of calendars are not used "
        "again. Choose another one.",
    ),
    CalendarCode.CALENDAR_NOT_FOUND: (
        "没有代码为 {calendar} 的交易日历。只能查用已开设的日历。请核对代码。",
        "There is no calendar with the code {calendar}. Only a calendar that was opened can be "
        "used. Check the code.",
    ),
    CalendarCode.CALENDAR_CHANGE_NOT_IN_FUTURE: (
        "{date} 是否开市不能再改，今天是 {today}。当日和以往的日历不变，只能改以后的日期。"
        "临时停市请用停牌命令。",
        "Whether there is trading on {date} cannot change any more, because today is {today}. "
        "The calendar of today and before stays; only later days change. To stop trading today, "
        "halt the venue.",
    ),
}

_LIMITS: dict[RefusalCode, tuple[str, str]] = {
    LimitCode.LIMIT_TEXT_UNREADABLE: (
        "限额或集团的文字 {text} 无法采用。代码、名称和依据不能为空，不超过 {limit} 个字，"
        "不含控制符。请改写。",
        "The text {text} of a limit or group cannot be used. Its codes, names and sources have at "
        "least one and at most {limit} signs and no control signs. Write it anew.",
    ),
    LimitCode.LIMIT_SOURCE_MISSING: (
        "限额 {limit} 没有写明依据。每项限额都要有出处（文件名称和条款）。请补上依据。",
        "No source is given for the limit {limit}. Every limit names where it is laid down "
        "(regulation and article). Add the source.",
    ),
    LimitCode.LIMIT_WITHOUT_ASSET: (
        "限额 {limit} 没有写明限制哪些品种。每项限额至少限制一个品种。请补上品种。",
        "The limit {limit} names nothing that it limits. Every limit is over at least one asset. "
        "Add an asset.",
    ),
    LimitCode.LIMIT_ASSET_UNKNOWN: (
        "编号 {asset:plain} 不是可以限额的权益品种。限额只加在可以持有的权益上。请核对品种。",
        "Number {asset:plain} is not a right that can be limited. Limits are over rights that can "
        "be held. Check the asset.",
    ),
    LimitCode.LIMIT_ASSETS_DIFFER: (
        "品种 {assets} 不能共用一项限额。共用限额的品种属于同一制度，以同一单位显示。请分设限额。",
        "The assets {assets} cannot share a limit. What shares one is of the same scheme and shown "
        "in the same unit. Open a limit for each.",
    ),
    LimitCode.LIMIT_CODE_TAKEN: (
        "已有代码为 {limit} 的限额。限额的代码不重用。请换一个代码。",
        "There is a limit with the code {limit} already. Codes of limits are not used again. "
        "Choose another one.",
    ),
    LimitCode.LIMIT_AMOUNT_OUT_OF_RANGE: (
        "限额 {count} 无法采用。限额在 {least} 到 {most} 个最小单位之间。请改写数量。",
        "A limit of {count} cannot be used. It is {least} to {most} smallest units. "
        "Write another amount.",
    ),
    LimitCode.GROUP_CODE_TAKEN: (
        "本制度已有代码为 {group} 的集团。集团的代码不重用。请换一个代码。",
        "The scheme has a group with the code {group} already. Codes of groups are not used again. "
        "Choose another one.",
    ),
    LimitCode.GROUP_OF_OTHER_SCHEME: (
        "集团 {group} 与限额 {limit} 不属于同一制度。限额只给本制度的集团设定。请在本制度内选择集团。",
        "The group {group} and the limit {limit} are of different schemes. A limit is set for "
        "groups of its own scheme. Choose a group of that scheme.",
    ),
    LimitCode.GROUP_HAS_NO_MEMBERS: (
        "集团 {group} 没有成员。只有有成员的集团才能并入另一集团。请先登记成员。",
        "The group {group} has no members. Only a group with members can be linked to another. "
        "Enter its members first.",
    ),
    LimitCode.PARTY_IN_GROUP_ALREADY: (
        "编号 {party:plain} 的主体已在集团 {group} 中。同一主体在一个制度内只属于一个集团，不重复登记。"
        "请核对名单。",
        "The party with the number {party:plain} is in the group {group} already. A party is in "
        "one group under a scheme, once. Check the list.",
    ),
}

SENTENCES: dict[RefusalCode, tuple[str, str]] = {
    **_SESSIONS,
    **_DEFINITIONS,
    **_RULES,
    **_CALENDARS,
    **_LIMITS,
}
