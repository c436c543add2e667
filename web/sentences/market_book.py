"""The order book and the listing in words: why an order, a change or a pick was not taken."""

from ledger.refusals import RefusalCode
from market.book.grid import GridCode
from market.book.listing import ListingCode
from market.book.orders import BookCode
from market.book.tape import TapeCode
from web.schemas.book_play import BookPlayCode

_BOOK: dict[RefusalCode, tuple[str, str]] = {
    BookCode.ORDER_QUANTITY_NOT_ABOVE_ZERO: (
        "委托 {order:plain} 的数量为 {quantity}。规则：委托数量须大于零。请改正数量；要撤回委托请用撤单。",
        "The quantity of order {order:plain} is {quantity}. Rule: an order is for more than zero. "
        "Correct the quantity; to withdraw the order, cancel it.",
    ),
    BookCode.ORDER_PRICE_NOT_ABOVE_ZERO: (
        "委托 {order:plain} 的价格为 {price}。规则：委托价格须大于零。请改正价格。",
        "The price of order {order:plain} is {price}. Rule: an order's price is above zero. "
        "Correct the price.",
    ),
    BookCode.DISPLAY_NOT_ABOVE_ZERO: (
        "委托 {order:plain} 的显示数量为 {display}。规则：冰山委托每次显示的数量须大于零。"
        "请改正，或不填显示数量。",
        "Order {order:plain} is to display {display}. Rule: the slice that an iceberg order shows is "
        "above zero. Correct it, or leave the display quantity out.",
    ),
    BookCode.MINIMUM_NOT_ABOVE_ZERO: (
        "委托 {order:plain} 的最低成交量为 {minimum}。规则：写明最低成交量时须大于零。"
        "请改正，或不填最低成交量。",
        "Order {order:plain} asks for a minimum of {minimum}. Rule: a minimum quantity, where there "
        "is one, is above zero. Correct it, or leave the minimum out.",
    ),
    BookCode.ORDER_ID_ALREADY_USED: (
        "委托编号 {order:plain} 已经用过。规则：每个编号只用于一笔委托，撤销或成交后也不再用。"
        "请换一个编号。",
        "The order number {order:plain} was used before. Rule: a number names one order for good, "
        "also after it was filled or cancelled. Use another number.",
    ),
    BookCode.ORDER_NOT_IN_BOOK: (
        "订单簿里没有委托 {order:plain}。规则：只能修改或撤销尚在簿中的委托。"
        "请核对编号；它可能已经成交、撤销或到期。",
        "Order {order:plain} is not in the book. Rule: only an order in the book can be changed or "
        "cancelled. Check the number; it may have been filled, cancelled or have expired.",
    ),
    BookCode.ORDER_PRICE_OUTSIDE_BAND: (
        "委托 {order:plain} 的价格 {price} 超出涨跌幅。规则：价格须在 {lowest} 至 {highest} 之间，"
        "两端可用。请改用区间内的价格。",
        "The price {price} of order {order:plain} is outside the price band. Rule: prices are from "
        "{lowest} to {highest}, both allowed. Use a price inside.",
    ),
    BookCode.NO_IMMEDIATE_ORDER_IN_CALL: (
        "集合竞价阶段不接受委托 {order:plain}。规则：此阶段不收市价、IOC 和 FOK 委托。"
        "请改用限价委托，或等连续交易开始。",
        "Order {order:plain} is not taken during a call. Rule: market, IOC and FOK orders are not "
        "taken in this phase. Use a limit order, or wait for continuous trading.",
    ),
    BookCode.REDUCTION_ABOVE_OPEN_QUANTITY: (
        "委托 {order:plain} 只剩 {open}，不能减去 {quantity}。规则：减少的数量不超过未成交数量。"
        "请减少得少一些。",
        "Order {order:plain} has {open} open, which {quantity} cannot be taken off. Rule: no more is "
        "taken off than is open. Take off less.",
    ),
    BookCode.MINIMUM_QUANTITY_NOT_AVAILABLE: (
        "委托 {order:plain} 要求至少成交 {minimum}，现在成交不到。规则：进入时须能立即成交最低数量，"
        "否则不受理。请降低最低成交量，或稍后再报。",
        "Order {order:plain} asks for at least {minimum}, which is not available now. Rule: the "
        "minimum must be there to trade at entry. Lower the minimum, or try again later.",
    ),
    BookCode.POST_ONLY_ORDER_WOULD_TRADE: (
        "只挂单委托 {order:plain} 以 {price} 会立即成交，对方最优价为 {best}。"
        "规则：只挂单委托不得在进入时成交。请改用不触及对方的价格，或取消只挂单。",
        "The post-only order {order:plain} would trade at once at {price}; the other side's best "
        "price is {best}. Rule: a post-only order does not trade when it comes in. "
        "Use a price that meets nobody, or drop post-only.",
    ),
}

_GRID: dict[RefusalCode, tuple[str, str]] = {
    GridCode.ORDER_PRICE_OFF_TICK: (
        "委托 {order:plain} 的价格 {price} 不是最小变动价位 {tick} 的整数倍。规则：价格须为其整数倍，"
        "不作舍入。请改正价格。",
        "The price {price} of order {order:plain} is no multiple of the tick {tick}. "
        "Rule: prices are whole ticks, and nothing is rounded. Correct the price.",
    ),
    GridCode.ORDER_QUANTITY_OFF_LOT: (
        "委托 {order:plain} 的数量 {quantity} 不是交易单位 {lot} 的整数倍。规则：数量须为其整数倍，"
        "不作舍入。请改正数量。",
        "The quantity {quantity} of order {order:plain} is no multiple of the lot {lot}. "
        "Rule: quantities are whole lots, and nothing is rounded. Correct the quantity.",
    ),
    GridCode.LIMIT_ORDER_WITHOUT_PRICE: (
        "限价委托 {order:plain} 没有价格。规则：限价委托须写明价格。请补上价格，或改用市价委托。",
        "The limit order {order:plain} has no price. Rule: a limit order names its price. "
        "Add the price, or make it a market order.",
    ),
    GridCode.MARKET_ORDER_WITH_PRICE: (
        "市价委托 {order:plain} 写了价格 {price}。规则：市价委托不带价格。请去掉价格，或改用限价委托。",
        "The market order {order:plain} names the price {price}. Rule: a market order has no price. "
        "Take the price out, or make it a limit order.",
    ),
}

_LISTING: dict[RefusalCode, tuple[str, str]] = {
    ListingCode.POSTED_QUANTITY_NOT_ABOVE_ZERO: (
        "挂牌或摘牌 {order:plain} 的数量为 {quantity}。规则：挂牌和摘牌的数量须大于零。请改正数量。",
        "Posting or pick {order:plain} is for {quantity}. Rule: what is posted or picked is above "
        "zero. Correct the quantity.",
    ),
    ListingCode.POSTED_PRICE_NOT_ABOVE_ZERO: (
        "挂牌 {order:plain} 的价格为 {price}。规则：挂牌价格须大于零。请改正价格。",
        "The price of posting {order:plain} is {price}. Rule: a posted price is above zero. "
        "Correct the price.",
    ),
    ListingCode.POSTING_ALREADY_USED: (
        "挂牌编号 {order:plain} 已经用过。规则：每个编号只用于一次挂牌。请换一个编号。",
        "The posting number {order:plain} was used before. Rule: a number names one posting for "
        "good. Use another number.",
    ),
    ListingCode.POSTED_PRICE_OUTSIDE_BAND: (
        "挂牌 {order:plain} 的价格 {price} 超出挂牌涨跌幅。规则：挂牌价格须在 {lowest} 至 {highest} 之间，"
        "两端可用。请改用区间内的价格。",
        "The price {price} of posting {order:plain} is outside the band for postings. Rule: posted "
        "prices are from {lowest} to {highest}, both allowed. Use a price inside.",
    ),
    ListingCode.POSTED_PRICE_MEETS_OTHER_SIDE: (
        "挂牌 {order:plain} 的价格 {price} 已触及对手方最优价 {best}。规则：挂牌不自动成交，"
        "对手方已有的价格须摘牌。请摘牌，或改用不触及对手方的价格。",
        "The price {price} of posting {order:plain} meets the other side's best price {best}. "
        "Rule: postings do not match by themselves; what is posted there is to be picked. "
        "Pick it, or post at a price that meets nobody.",
    ),
    ListingCode.CHOSEN_ORDER_NOT_POSTED: (
        "摘牌 {order:plain} 选中的挂牌有的已不在对手方。规则：只能摘对手方在挂的委托。"
        "请刷新行情后重新选择。",
        "Pick {order:plain} chose a posting that is not on the other side any more. Rule: only what "
        "is posted there can be picked. Look at the market again and choose anew.",
    ),
    ListingCode.CHOSEN_ORDER_TWICE: (
        "摘牌 {order:plain} 重复选了同一挂牌。规则：一次摘牌中每个挂牌只选一次。请去掉重复的。",
        "Pick {order:plain} chose a posting twice. Rule: a pick names each posting once. "
        "Take the repetition out.",
    ),
    ListingCode.CHOSEN_ORDER_OF_SAME_OWNER: (
        "摘牌 {order:plain} 选中了同一主体的挂牌。规则：不得与自己或同一集团成交。请选择其他对手方。",
        "Pick {order:plain} chose a posting of the same owner. Rule: nobody trades with himself or "
        "inside one group. Choose another counterparty.",
    ),
    ListingCode.CHOSEN_ORDER_BEYOND_LEVELS_SEEN: (
        "摘牌 {order:plain} 选中的挂牌不在对手方最优的几个价位内。规则：只能在所示最优价位内摘牌"
        "（上海环境能源交易所 2021 年 6 月 22 日公告）。请在所示价位中选择。",
        "Pick {order:plain} chose a posting beyond the best levels of the other side. Rule: only the "
        "best levels shown can be picked from (notice of the Shanghai Environment and Energy "
        "Exchange of 22 June 2021). Choose among the levels shown.",
    ),
    ListingCode.CHOSEN_ORDER_BEYOND_LIMIT: (
        "摘牌 {order:plain} 选中的挂牌劣于所设价格 {price}。规则：成交价不劣于摘牌方所设的价格。"
        "请改选挂牌，或放宽价格。",
        "Pick {order:plain} chose a posting worse than its limit {price}. Rule: no trade is worse "
        "than the limit the taker set. Choose other postings, or change the limit.",
    ),
    ListingCode.CHOSEN_ORDERS_BELOW_QUANTITY: (
        "摘牌 {order:plain} 选中的挂牌不足 {quantity}。规则：成交数量以摘牌数量为准，须全部有对手方。"
        "请多选挂牌，或减少数量。",
        "The postings chosen by pick {order:plain} come to less than {quantity}. Rule: the traded "
        "size is the taker's, all of it. Choose more postings, or take less.",
    ),
    ListingCode.CHOSEN_ORDER_NOT_NEEDED: (
        "摘牌 {order:plain} 多选了挂牌，前面几笔已够 {quantity}。规则：选中的每笔都须成交。"
        "请去掉多选的挂牌。",
        "Pick {order:plain} chose more postings than {quantity} needs. Rule: each posting chosen "
        "trades. Take the surplus choice out.",
    ),
    ListingCode.BETTER_PRICE_PASSED_OVER: (
        "摘牌 {order:plain} 越过了更优价位的挂牌，对手方最优价为 {best}。规则：价格优先，"
        "更优价位摘完才能摘下一价位；同一价位可自由选择对手方。请先选更优价位。",
        "Pick {order:plain} passed over a better price; the other side's best is {best}. Rule: price "
        "comes first, and a level is taken only when the better one is used up; inside a level the "
        "choice is free. Choose the better level first.",
    ),
}

_FILES: dict[RefusalCode, tuple[str, str]] = {
    TapeCode.TAPE_CUT_SHORT: (
        "这份流水共 {bytes} 字节，不是完整的记录。规则：16 字节文件头之后每条记录 40 字节。"
        "请核对文件是否完整。",
        "This tape has {bytes} bytes, which are no whole records. Rule: after 16 bytes of header "
        "each record has 40. Check that the file is complete.",
    ),
    TapeCode.TAPE_RECORD_UNKNOWN: (
        "第 {record} 条记录的类型为 {kind}，方向为 {side}。规则：类型为 0、1、2，方向为 0、1。"
        "请核对文件格式。",
        "Record {record} has type {kind} and side {side}. Rule: types are 0, 1, 2 and sides 0, 1. "
        "Check the format of the file.",
    ),
    BookPlayCode.BAND_BELOW_ZERO: (
        "涨跌幅写为 {band}。规则：涨跌幅是基准价的一个比例，不小于零。请去掉负号，或去掉 band。",
        "The band is {band}. Rule: a band is a share of the reference price, zero or more. "
        "Take the sign out, or take band out.",
    ),
    BookPlayCode.BAND_WITHOUT_REFERENCE_PRICE: (
        "写了涨跌幅 {band}，没有写基准价。规则：涨跌幅以基准价计算。请补上 reference_price，或去掉 band。",
        "There is a band of {band} and no reference price. Rule: a band is around a reference price. "
        "Add reference_price, or take band out.",
    ),
    BookPlayCode.EXPIRY_WITHOUT_GTD: (
        "期限为 {tif} 的委托写了 expires_at。规则：只有 GTD 委托带到期时间。请去掉它，或改用 GTD。",
        "An order of term {tif} has expires_at. Rule: only GTD orders name when they expire. "
        "Take it out, or use GTD.",
    ),
}

SENTENCES: dict[RefusalCode, tuple[str, str]] = {**_BOOK, **_GRID, **_LISTING, **_FILES}
