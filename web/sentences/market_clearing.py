"""Auctions in words: bids shut out of a clearing, rules that contradict, files that cannot be played."""

from ledger.refusals import RefusalCode
from market.auctions.bids import BidCode
from market.auctions.rules import AuctionRuleCode
from web.schemas.auction_fields import AuctionFieldCode
from web.schemas.auction_play import AuctionPlayCode

_BIDS: dict[RefusalCode, tuple[str, str]] = {
    BidCode.BID_PRICE_ZERO: (
        "报价为 0。报价必须大于零。请填写单价。",
        "The price of the bid is 0. A bid's price must be above zero. Enter a price.",
    ),
    BidCode.BID_PRICE_NEGATIVE: (
        "报价为 {price}，小于零。报价必须大于零。请填写大于零的单价。",
        "The price of the bid is {price}, less than zero. A bid's price must be above zero. "
        "Enter a price above zero.",
    ),
    BidCode.BID_QUANTITY_NEGATIVE: (
        "报价的数量为 {quantity}，小于零。报价的数量必须大于零。请填写大于零的数量。",
        "The quantity of the bid is {quantity}, less than zero. A bid's quantity must be above "
        "zero. Enter a quantity above zero.",
    ),
    BidCode.BID_QUANTITY_ZERO: (
        "报价的数量为 0。报价的数量必须大于零。请填写数量。",
        "The quantity of the bid is 0. A bid's quantity must be above zero. Enter a quantity.",
    ),
    BidCode.BID_OFF_TICK: (
        "报价 {price} 不在价位上。报价必须是最小变动价位 {tick} 的整数倍。请改为相邻的价位。",
        "The price {price} is off the tick. Prices are whole multiples of the tick of {tick}. "
        "Use a price next to it.",
    ),
    BidCode.BID_OFF_LOT: (
        "数量 {quantity} 不是整手。数量必须是每手 {lot} 的整数倍。请改为整手的数量。",
        "The quantity {quantity} is not in whole lots. Quantities are whole multiples of the lot "
        "of {lot}. Use a whole number of lots.",
    ),
    BidCode.BID_OFF_STEP: (
        "报价 {price} 不在加价阶梯上。报价必须是起始价 {start} 加上 {step} 的整数倍。"
        "请改为阶梯上的价格。",
        "The price {price} is off the steps. Prices are the starting price {start} plus whole "
        "steps of {step}. Use a price on a step.",
    ),
    BidCode.BID_BELOW_MINIMUM: (
        "数量 {quantity} 低于最低申报量。每笔报价至少为 {minimum}。请增加数量。",
        "The quantity {quantity} is below the minimum. Each bid is for at least {minimum}. "
        "Raise the quantity.",
    ),
    BidCode.BID_BELOW_RESERVE: (
        "报价 {price} 低于保留价。报价不得低于公布的保留价 {reserve}。请提高报价。",
        "The price {price} is below the reserve. Bids are not below the published reserve of "
        "{reserve}. Raise the price.",
    ),
    BidCode.OFFER_ABOVE_RESERVE: (
        "出让报价 {price} 高于保留价。收购时，报价不得高于公布的保留价 {reserve}。请降低报价。",
        "The offer at {price} is above the reserve. Where we buy, offers are not above the "
        "published reserve of {reserve}. Lower the price.",
    ),
    BidCode.OFFER_ABOVE_CEILING: (
        "出让报价 {price} 高于最高限价。报价不得高于 {ceiling}。请降低报价。",
        "The offer at {price} is above the ceiling. Offers are at most {ceiling}. Lower the price.",
    ),
    BidCode.QUOTES_USED_UP: (
        "这是该竞买人的第 {number} 次报价。每个竞买人最多报价 {limit} 次。以此前最后一次有效报价为准。",
        "This is quote number {number} of the bidder. Each bidder may quote this often: {limit}. "
        "Count on the last valid quote before it.",
    ),
    BidCode.BID_BEYOND_GUARANTEE: (
        "报价 {price} 超出保证金。价格与累计数量之积的最大值不得超过保证金 {guarantee}，"
        "已无整手可留。请增加保证金或减少数量。",
        "The bid at {price} goes beyond the guarantee. The largest of price x quantity so far may "
        "not pass the guarantee of {guarantee}, and no whole lot is left of the bid. "
        "Raise the guarantee or lower the quantity.",
    ),
    BidCode.BID_BEYOND_BIDDER_LIMIT: (
        "数量为 {quantity} 的报价超出限额。每个竞买人或关联企业合计最多 {limit}，已无整手可留。"
        "请减少其他报价。",
        "The bid for {quantity} goes beyond the limit. A bidder or group of linked companies gets "
        "at most {limit} in all, and no whole lot is left of the bid. Lower the other bids.",
    ),
}

_RULES: dict[RefusalCode, tuple[str, str]] = {
    AuctionRuleCode.UNDERSUBSCRIPTION_RULE_NEEDS_RESERVE: (
        "undersubscription_rule 为 {rule}，但没有 reserve_price。这一规则以保留价为准。"
        "请写明 reserve_price，或改用其他规则。",
        "The undersubscription_rule is {rule}, but there is no reserve_price. "
        "That rule goes by the reserve. Give a reserve_price or choose another rule.",
    ),
    AuctionRuleCode.AUCTION_KEY_OUTSIDE_ITS_FORMAT: (
        "format 为 {format}，却写了 {key}。{key} 只用于 format 为 {needed} 的竞价。"
        "请删去 {key} 或更改 format。",
        "The format is {format}, but {key} is given. {key} is only for the format {needed}. "
        "Remove {key} or change the format.",
    ),
    AuctionRuleCode.PRICE_RULE_NOT_OF_FORMAT: (
        "format 为 {format}，price_rule 却为 {rule}。这种 format 的 price_rule 只有：{known}。"
        "请改用其中之一。",
        "The format is {format}, but the price_rule is {rule}. "
        "The price_rule of that format is one of: {known}. Use one of them.",
    ),
    AuctionRuleCode.SUPPLY_STEP_WITH_OWN_PRICES: (
        "写了 {key}，price_rule 却为 own_bid。增供和扣留要看统一成交价，各付各价时没有这个价。"
        "请删去 {key} 或更改 price_rule。",
        "There is {key}, but the price_rule is own_bid. Supply is added or withheld by the one "
        "price of all, and there is none where each pays his own. "
        "Remove {key} or change the price_rule.",
    ),
    AuctionRuleCode.SUPPLY_STEP_IN_REVERSE: (
        "写了 {key}，format 却为 reverse。增供和扣留只用于出让，不用于收购。"
        "请删去 {key} 或更改 format。",
        "There is {key}, but the format is reverse. Supply is added or withheld when we sell, not "
        "when we buy. Remove {key} or change the format.",
    ),
    AuctionRuleCode.TRIGGER_NOT_ABOVE_RESERVE: (
        "{key} 的 trigger 不高于 reserve_price。触发价必须高于保留价，否则不起作用。"
        "请提高 trigger 或降低 reserve_price。",
        "The trigger of {key} is not above the reserve_price. A trigger must be above the reserve "
        "to mean anything. Raise the trigger or lower the reserve_price.",
    ),
}

_FILES: dict[RefusalCode, tuple[str, str]] = {
    AuctionFieldCode.TEXT_NOT_IN_QUOTES: (
        "这里是 {value}，不是文字。格式在这里要求带引号的文字，数字也写在引号里，不能为空。"
        '请写成 "75.10" 的样子。',
        "Here is {value}, not a text. The format asks for a text in quotes here, numbers too, and "
        'not an empty one. Write it like "75.10".',
    ),
    AuctionFieldCode.MOMENT_WITHOUT_OFFSET: (
        "这里是 {value}，不是带时差的时间。时间按 ISO 8601 书写并带时差。"
        '请写成 "2026-03-01T10:00:00+08:00" 的样子。',
        "Here is {value}, not a time with its offset. Times are written as ISO 8601 with an "
        'offset. Write it like "2026-03-01T10:00:00+08:00".',
    ),
    AuctionFieldCode.NUMBER_MUST_BE_ABOVE_ZERO: (
        "这里是 {value}。这个数必须大于零。请核对数值。",
        "Here is {value}. This number must be above zero. Check the figure.",
    ),
    AuctionFieldCode.SHARE_ABOVE_ONE: (
        "这里是 {value}。份额最大为 1。百分之七十请写成 0.70。",
        "Here is {value}. A share is at most 1. Write seventy percent as 0.70.",
    ),
    AuctionPlayCode.BID_ID_REPEATED: (
        "编号 {id} 的报价不止一个。每个报价有自己的编号。请改用不同的编号。",
        "More than one bid has the id {id}. Each bid has an id of its own. Use another id.",
    ),
    AuctionPlayCode.BID_PRICE_WHERE_PRICE_IS_FIXED: (
        "报价 {id} 写了 price。fixed_price 竞价的单价由规则定，报价只写数量。请删去 price。",
        "The bid {id} has a price. In a fixed_price auction the rules give the price and bids give "
        "quantities only. Remove the price.",
    ),
}

SENTENCES: dict[RefusalCode, tuple[str, str]] = {**_BIDS, **_RULES, **_FILES}
