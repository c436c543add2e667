"""Listing, block and agreement in words: why a posting, a pick or a proposal was not taken."""

from ledger.refusals import RefusalCode
from market.deals import DealCode
from market.listing_trading import ListingTradingCode

_LISTING: dict[RefusalCode, tuple[str, str]] = {
    ListingTradingCode.PICK_ONLY_IN_LISTING: (
        "{venue} 不是挂牌场所，不能摘牌。规则：只有挂牌交易由摘牌方选择对手方。请改为报价委托。",
        "{venue} does not trade by listing, so nothing can be picked. Rule: only in a listing does "
        "the taker choose the counterparty. Place an order instead.",
    ),
    ListingTradingCode.LISTING_ORDER_NEEDS_PRICE: (
        "挂牌 {order:plain} 没有价格。规则：挂牌须写明价格，不收市价委托。请写明价格，或直接摘牌。",
        "Posting {order:plain} names no price. Rule: what is posted has its price; there are no "
        "market orders in a listing. Name a price, or pick what is posted.",
    ),
    ListingTradingCode.LISTING_ORDER_NEVER_IMMEDIATE: (
        "挂牌 {order:plain} 的期限为 {tif}。规则：挂牌不自动成交，不能要求立即成交。"
        "请改用 GTC、GTD 或 DAY，或直接摘牌。",
        "Posting {order:plain} has the term {tif}. Rule: postings never trade by themselves, so none "
        "trades at once. Use GTC, GTD or DAY, or pick what is posted.",
    ),
    ListingTradingCode.LISTING_ORDER_HAS_NO_CONDITIONS: (
        "挂牌 {order:plain} 写了显示数量、最低成交量或只做挂单。规则：挂牌全部公开，由摘牌方决定数量。"
        "请去掉这些条件。",
        "Posting {order:plain} has a display quantity, a minimum or is post-only. Rule: postings are "
        "shown whole, and the taker decides how much. Leave these conditions out.",
    ),
    ListingTradingCode.LISTING_HAS_NO_CALL: (
        "{venue} 是挂牌场所，没有集合竞价。规则：挂牌不集中撮合。如需停止交易请用暂停。",
        "{venue} trades by listing and has no call. Rule: postings are never matched together. "
        "To stop trading, halt the venue.",
    ),
}

_DEALS: dict[RefusalCode, tuple[str, str]] = {
    DealCode.WAY_TO_TRADE_NOT_HERE: (
        "{venue} 没有 {mode} 这种交易方式。规则：大宗和协商只在设有该方式的场所进行。"
        "请改用该场所已有的方式，或换一个场所。",
        "{venue} has no trading by {mode}. Rule: block trades and agreements are made at venues that "
        "have that way to trade. Use a way that the venue has, or another venue.",
    ),
    DealCode.PROPOSAL_NOT_OPEN: (
        "没有编号为 {order:plain} 的、您可以处理的未了结要约。规则：要约只能由被点名的一方确认或拒绝，"
        "由提出的一方撤回。请核对编号和账户；它可能已经成交、撤回或到期。",
        "There is no open proposal {order:plain} that is yours to act on. Rule: a proposal is "
        "confirmed or declined by the account it names and withdrawn by whoever made it. Check "
        "number and account; it may have traded, been withdrawn or have expired.",
    ),
    DealCode.PROPOSAL_ALREADY_CONFIRMED: (
        "要约 {order:plain} 已经双方确认，正等待登记。规则：确认后双方都受约束，任何一方不能反悔。"
        "如有错误请向登记人员说明。",
        "Proposal {order:plain} was confirmed by both sides and waits to be registered. Rule: once "
        "confirmed it binds both, and neither takes it back. If it is wrong, tell the clerk.",
    ),
    DealCode.PROPOSAL_NEVER_CHANGES: (
        "{order:plain} 是向对方提出的要约，不能修改。规则：对方确认的须是原来的条件。请撤回后重新提出。",
        "{order:plain} is a proposal to another party and cannot be changed. Rule: what is confirmed "
        "is what was proposed. Withdraw it and propose anew.",
    ),
    DealCode.PROPOSAL_ENDS_AFTER_SESSION: (
        "要约的到期时间 {value} 晚于本时段结束 {ends}。规则：要约最迟在本交易时段结束时失效。"
        "请改为更早的时间，或不填。",
        "The proposal is to end at {value}, after the session's end at {ends}. Rule: a proposal ends "
        "with its session at the latest. Name an earlier time, or none.",
    ),
    DealCode.COUNTERPARTY_IS_PROPOSER: (
        "对方账户 {account} 就是提出要约的账户。规则：买卖双方须是两个账户。请核对对方账户。",
        "The counterparty {account} is the proposing account itself. Rule: the two sides of a trade "
        "are two accounts. Check the counterparty's account.",
    ),
    DealCode.COUNTERPARTY_OF_SAME_OWNER: (
        "账户 {account} 与对方同属一个主体或集团。规则：不得与自己或同一集团成交。"
        "集团内部调整请到柜台办理转让。",
        "The account {account} belongs to the same owner or group as the other side. Rule: nobody "
        "trades with himself or inside one group. Move units inside a group at the counter.",
    ),
    DealCode.AGREEMENT_NOT_WAITING: (
        "没有编号为 {order:plain} 的、双方已确认并等待登记的协议。规则：只登记或退回双方已确认的协议。"
        "请核对要约编号；它可能尚未确认，或已经办结。",
        "No agreement under proposal {order:plain} waits to be registered. Rule: only what both "
        "sides confirmed is registered or rejected. Check the proposal's number; it may not be "
        "confirmed yet, or be done already.",
    ),
}

SENTENCES: dict[RefusalCode, tuple[str, str]] = {**_LISTING, **_DEALS}
