"""Auctions' life in words: announcing, bidding, deposits, opening, paying."""

from ledger.refusals import RefusalCode
from market.auctions.bidding import BiddingCode
from market.auctions.caps import CapCode
from market.auctions.deposits import DepositCode
from market.auctions.life import LifeCode
from market.auctions.notice import NoticeCode
from market.auctions.seal import SealCode
from market.auctions.sealed_content import OpeningCode

_LIFE: dict[RefusalCode, tuple[str, str]] = {
    LifeCode.AUCTION_UNKNOWN: (
        "没有竞价 {auction}。只能对已公告的竞价办理。请核对编号。",
        "There is no auction {auction}. Only an announced auction can be acted on. Check the "
        "number.",
    ),
    LifeCode.AUCTION_COMMAND_ONLY_FOR_OPERATORS: (
        "{command} 不由竞买人办理。公告、开标、取消等由交易机构办理。请联系交易机构。",
        "{command} is not for bidders. Announcing, opening and cancelling are the operator's. Ask "
        "the operator.",
    ),
    LifeCode.AUCTION_COMMAND_ONLY_FOR_BIDDERS: (
        "{command} 须由竞买人自己提出。交易机构不代人报价。请由竞买人提交。",
        "{command} is for the bidder alone. The operator makes no bid for anybody. Have the bidder "
        "submit it.",
    ),
    LifeCode.AUCTION_STANDS_STILL: (
        "竞价 {auction} 因故障已停止。停止期间不受理任何事项。请等待恢复的通知。",
        "The auction {auction} stands still after a fault. Nothing is taken meanwhile. Wait for "
        "word that it goes on.",
    ),
    LifeCode.BID_BEFORE_OPENING_TIME: (
        "现在是 {now}，{opens} 才开始报价。报价时间以服务器时钟为准。请届时再报。",
        "It is {now}; bidding begins at {opens}. The server's clock decides. Bid then.",
    ),
    LifeCode.BID_AFTER_CLOSING_TIME: (
        "现在是 {now}，报价已于 {closed} 截止。截止以服务器时钟为准，之后不收、不改、不撤。"
        "请关注下一场。",
        "It is {now}; bidding closed at {closed}. The server's clock decides, and nothing is "
        "taken, changed or withdrawn after it. See the next auction.",
    ),
    LifeCode.AUCTION_ENDED_BEFORE: (
        "这场竞价已经结束。结束的竞价不再变动。请查看公布的结果。",
        "This auction has ended. What has ended does not change. See its published result.",
    ),
    LifeCode.BIDS_NOT_TO_BE_OPENED_NOW: (
        "现在不能开标。密封报价在 {closes} 截止之后、{deadline} 之前开启。请在这段时间内开标。",
        "Bids are not opened now. Sealed bids are opened after closing at {closes} and before "
        "{deadline}. Open them in that time.",
    ),
    LifeCode.AUCTION_CLEARED_BEFORE: (
        "这场竞价已经出清。出清之后不能取消，只能履行成交。请处理各笔成交。",
        "This auction is cleared. After clearing it is not cancelled; awards are to be settled. "
        "See to the awards.",
    ),
    LifeCode.AUCTION_NOT_CLEARED_YET: (
        "竞价 {auction} 还没有出清过。只有出清过的竞价可以按其他规则重算。请在出清之后再算。",
        "The auction {auction} was not cleared yet. Only a past clearing can be done again. Do it "
        "after the clearing.",
    ),
    LifeCode.BIDS_WITHOUT_PRICES: (
        "竞价 {auction} 是定价出让，报价没有单价。没有单价的报价只能按 fixed_price 重算。"
        "请改用 fixed_price 的规则。",
        "The auction {auction} was at a fixed price and its bids name none. Such bids are cleared "
        "again under fixed_price only. Use rules of that format.",
    ),
    LifeCode.NEED_APPROVED_TOO_LATE: (
        "报价已经截止，不能再登记核定需求。核定需求须在截止之前登记。请用于下一场。",
        "Bidding is closed, so no need can be approved. Needs are approved before closing. Use it "
        "for the next auction.",
    ),
    LifeCode.NOTHING_TO_PAY_NOW: (
        "成交 {award:plain} 没有待付的款项，或不是本人的成交。只能支付自己未付清的成交。请核对编号。",
        "Nothing is to be paid on the award {award:plain}, or it is somebody else's. One pays "
        "one's own awards that are not paid up. Check the number.",
    ),
}

_NOTICE: dict[RefusalCode, tuple[str, str]] = {
    NoticeCode.NOTICE_PART_MISSING: (
        "公告缺少 {part}。公告的每一部分都要写明。请补上。",
        "The notice has no {part}. Every part of a notice is given. Add it.",
    ),
    NoticeCode.NOTICE_PART_UNREADABLE: (
        "公告的 {part} 读不懂。这一部分须按公告格式书写。请对照说明改写。",
        "The {part} of the notice cannot be read. It is written as the format has it. Correct it "
        "by the description.",
    ),
    NoticeCode.NOTICE_PART_WITHOUT_SOURCE: (
        "公告的 {part} 没有写明依据。每项规则都要注明出处。请补上文件名和条款。",
        "The {part} of the notice names no source. Every rule says where it is laid down. Name "
        "the document and article.",
    ),
    NoticeCode.AUCTION_RULES_UNREADABLE: (
        "公告的出清规则读不懂。rules 的各项按竞价文件的格式书写。请先用演算命令核对。",
        "The clearing rules of the notice cannot be read. The keys of rules are those of an "
        "auction's file. Try them with the simulation first.",
    ),
    NoticeCode.AUCTION_WINDOW_TURNED_ROUND: (
        "报价从 {opens} 到 {closes}，先后颠倒。开始、截止、开标期限须依次在后。请改正时间。",
        "Bidding is from {opens} to {closes}, which is turned round. Opening, closing and the "
        "deadline for opening bids follow each other. Correct the times.",
    ),
    NoticeCode.SEALING_NEEDS_DEADLINE: (
        "密封竞价的公钥和开标期限只写了一项。密封竞价两项都要有，公开竞价都没有。请补上或删去。",
        "Only one of public key and deadline for opening is given. A sealed auction has both, "
        "another neither. Add or remove one.",
    ),
    NoticeCode.SEALING_NOT_FOR_FORMAT: (
        "format 为 {format} 的竞价不能密封。逐轮加价要公开，收购要冻结出让数量。请改用其他 format。",
        "An auction of the format {format} cannot be sealed. Ascending prices are in the open, and "
        "offers hold their units. Use another format.",
    ),
    NoticeCode.SEALING_NEEDS_NAMED_GUARANTEE: (
        "密封竞价的保证金方式为 {deposit}，会透露价格或数量。密封竞价只用 named_steps。请改用它。",
        "The deposit of this sealed auction is {deposit}, which could tell of price or quantity. "
        "Sealed auctions use named_steps. Use it.",
    ),
    NoticeCode.NAMED_GUARANTEE_NEEDS_SEALING: (
        "保证金方式为 named_steps，但竞价不密封。由竞买人自报的保证金只用于密封竞价。请改用其他方式。",
        "The deposit is named_steps, but bids are not sealed. Only sealed bids name their "
        "guarantee. Use another kind.",
    ),
    NoticeCode.QUOTES_ARE_FINAL: (
        "format 为 {format}，却允许修改或撤回。这种竞价以最后一次报价为准，报价不改不撤，只能再报。"
        "请把 amend 和 withdraw 写为否。",
        "The format is {format}, yet quotes may be changed or withdrawn. The last quote counts "
        "there; one quotes again and takes none back. Write no for amend and withdraw.",
    ),
    NoticeCode.DEPOSIT_SHARE_NEEDS_START_PRICE: (
        "保证金按起始价的比例收取，但没有公开的起始价。这种方式须有 reserve_price 或 price。请写明。",
        "The deposit is a share of the start price, but none is public. This kind needs a "
        "reserve_price or a price. Give it.",
    ),
    NoticeCode.OFFERS_HOLD_NO_MONEY: (
        "收购竞价的保证金方式为 {deposit}。出让报价冻结的是数量，不是资金。请改为 none。",
        "The deposit of this purchase is {deposit}. Offers hold units, not money. Write none.",
    ),
    NoticeCode.INSTALMENTS_DO_NOT_MAKE_ONE: (
        "各期付款的份额相加不为 1，或期限没有从早到晚。各期份额之和为 1，首期期限即付款期限。"
        "请核对各期。",
        "The instalments do not add up to 1, or their days do not rise. Shares make 1 together, "
        "and the first is due with the payment deadline. Check them.",
    ),
    NoticeCode.INSTALMENTS_ONLY_WHEN_SELLING: (
        "收购竞价写了分期付款。收购的价款已经冻结，一次付清。请删去 instalments。",
        "There are instalments in a purchase. Its money is held and paid at once. Remove the "
        "instalments.",
    ),
    NoticeCode.OWN_USE_NOT_BY_INSTALMENTS: (
        "限自用的竞价写了分期付款。限自用的单位只有一次付清才能交付。请去掉其中一项。",
        "There are instalments and the units are for own use only. Such units are delivered when "
        "paid at once. Remove one of the two.",
    ),
    NoticeCode.BUYER_PAYS_NO_FEE_WHEN_BUYING: (
        "收购竞价写了买方手续费。收购的预算全部用于价款，手续费只由出让方支付。请删去买方手续费。",
        "There is a buyer's fee in a purchase. The budget is for the price alone, and fees are "
        "the sellers'. Remove the buyer's fee.",
    ),
    NoticeCode.BUYING_NEEDS_BUDGET: (
        "收购竞价没有 budget。收购的资金在公告时冻结。请写明 budget。",
        "The purchase has no budget. Its money is held at the announcement. Give a budget.",
    ),
    NoticeCode.BUYING_HAS_NO_SUPPLY_ACCOUNT: (
        "收购竞价的 from 为 {from}。收购的单位进入收购账户的持有，只能写 holding。请改正。",
        "The purchase takes from {from}. What is bought comes to the buyer's holding, so only "
        "holding can be written. Correct it.",
    ),
    NoticeCode.WITHHOLDING_NEEDS_HOLDING: (
        "有低价扣留，而标的取自 {from}。扣留的单位要注销，只能取自 holding。请先分配再竞价。",
        "There is withholding, but the supply is taken from {from}. What is withheld is retired "
        "out of a holding. Allocate the supply first.",
    ),
    NoticeCode.AUCTION_SETTING_MISSING: (
        "制度 {scheme} 在 {date} 没有设定 {setting}。竞价的公告期和首期付款须按当日设定核对。请先设定。",
        "The scheme {scheme} has no {setting} on {date}. Notice and first instalment are held "
        "against the day's settings. Set it first.",
    ),
    NoticeCode.NOTICE_TOO_SHORT: (
        "竞价定于 {opens} 开始。公告期至少 {days} 天，最早 {earliest}。请推迟开始时间。",
        "The auction opens on {opens}. Days of notice needed: {days}, so it opens on {earliest} at "
        "the earliest. Open it later.",
    ),
    NoticeCode.FIRST_INSTALMENT_TOO_SMALL: (
        "首期付款为 {share}%。首期不得低于 {least}%。请提高首期。",
        "The first instalment is {share} %. It is at least {least} %. Raise it.",
    ),
    NoticeCode.AUCTION_CODE_TAKEN: (
        "已有代码为 {auction} 的竞价。每场竞价有自己的代码。请改用其他代码。",
        "There is an auction {auction} already. Each auction has a code of its own. Use another.",
    ),
    NoticeCode.AUCTION_SCHEME_UNKNOWN: (
        "没有制度 {scheme}。竞价只在已建立的制度下进行。请核对代码。",
        "There is no scheme {scheme}. An auction is held under a scheme that is open. Check the "
        "code.",
    ),
    NoticeCode.AUCTION_ASSET_UNKNOWN: (
        "该制度没有可竞价的品种 {asset}。竞价的品种须是按十进单位计价的权利。请核对代码。",
        "The scheme has no asset {asset} that can be auctioned. It is a right whose unit is a "
        "power of ten of the smallest. Check the code.",
    ),
    NoticeCode.SELLER_ACCOUNT_NOT_USABLE: (
        "账户 {account} 不能作为标的账户。须是该制度的持有账户；取自总量时须是区域账户。请改用。",
        "The account {account} cannot be the one sold from. It is a holder's under the scheme, or "
        "the cell's where a total is sold. Use such an account.",
    ),
    NoticeCode.EARLIER_AUCTION_UNKNOWN: (
        "没有代码为 {auction} 的前一场竞价。follows 须写再次出让所接续的竞价。请核对代码。",
        "There is no earlier auction {auction}. What follows another names it by its code. Check "
        "the code.",
    ),
}

_BIDS: dict[RefusalCode, tuple[str, str]] = {
    BiddingCode.BID_MUST_BE_SEALED: (
        "这场竞价只收密封报价。报价须在提交时由服务器密封。请从报价页面提交。",
        "This auction takes sealed bids only. A bid is sealed by the server as it is submitted. "
        "Submit it by the bidding page.",
    ),
    BiddingCode.BID_NEEDS_NO_SEAL: (
        "这场竞价不密封，报价却是密封的。公开竞价的报价写明数量和价格。请直接填写。",
        "Bids are not sealed here, but this one is. Such bids give quantity and price. Enter them.",
    ),
    BiddingCode.SEAL_NOT_AS_MADE_HERE: (
        "密封的报价长度不对。密封只由服务器完成。请重新从报价页面提交。",
        "The sealed bid has the wrong length. Only the server seals. Submit it again by the "
        "bidding page.",
    ),
    BiddingCode.BID_NEEDS_PRICE: (
        "报价没有单价。这种竞价的报价须写单价。请补上 {field}。",
        "The bid has no price. A bid in this auction names one. Add the {field}.",
    ),
    BiddingCode.BID_MAY_HAVE_NO_PRICE: (
        "定价出让的报价写了单价。单价由公告确定，报价只写数量。请删去 {field}。",
        "There is a price in a bid at a fixed price. The notice gives the price and bids give "
        "quantities. Remove the {field}.",
    ),
    BiddingCode.QUOTE_NOT_ABOVE_OWN_LAST: (
        "新报价 {price} 不高于自己上一次的 {last}。加价竞价中每次报价须高于自己的上一次。请提高报价。",
        "The new quote {price} is not above one's own last of {last}. Quotes rise in an ascending "
        "auction. Raise it.",
    ),
    BiddingCode.BIDS_ARE_NOT_AMENDED: (
        "这场竞价不允许修改报价。公告规定报价提交后不改。请维持原报价。",
        "Bids in this auction are not changed. The notice says that a bid stands as it was made. "
        "Leave it as it is.",
    ),
    BiddingCode.BIDS_ARE_NOT_WITHDRAWN: (
        "这场竞价不允许撤回报价。公告规定报价提交后不撤。请维持原报价。",
        "Bids in this auction are not withdrawn. The notice says that a bid once made is not taken "
        "back. Let it stand.",
    ),
    BiddingCode.BID_NO_LONGER_STANDS: (
        "没有本人编号为 {bid:plain} 的有效报价。只能修改或撤回自己仍有效的报价。请核对编号。",
        "You have no standing bid {bid:plain}. One changes or withdraws one's own standing bids. "
        "Check the number.",
    ),
    BiddingCode.BIDDER_ACCOUNT_OF_OTHER_SCHEME: (
        "账户 {account} 不属于这场竞价的制度。报价账户须是该制度的持有账户。请改用。",
        "The account {account} is not of this auction's scheme. A bidder's account is a holder's "
        "under it. Use such an account.",
    ),
    BiddingCode.BIDDER_HAS_NO_CASH_ACCOUNT: (
        "账户 {account} 的主体没有资金账户。保证金从资金账户冻结。请先开立资金账户。",
        "The party of {account} has no cash account. Deposits are held on it. Open one first.",
    ),
    BiddingCode.BIDDER_BEYOND_BORDER: (
        "账户 {account} 与标的不在同一区域。按区域计总量（{policy}）的权利，竞价不跨区域。"
        "请由本区域账户报价，或另行办理划转。",
        "The account {account} is not in the seller's zone. Where totals are counted by zone "
        "({policy}) auctions do not cross borders. Bid with an account of the zone, or ask for a "
        "transfer.",
    ),
    BiddingCode.SELLER_BIDS_NOT_FOR_OWN: (
        "账户 {account} 是出让方自己的。出让方不得参加自己的竞价。请撤销这一报价。",
        "The account {account} is the seller's own. Nobody bids in an auction of his own. Leave "
        "this bid out.",
    ),
    CapCode.BID_BEYOND_APPROVED_NEED: (
        "报价数量 {quantity} 超过核定需求。每个竞买人最多买入核定的 {limit}。请减少数量。",
        "The bid for {quantity} is above the approved need. A bidder buys at most the {limit} "
        "approved for him. Lower the quantity.",
    ),
    CapCode.BID_BEYOND_GROUP_LIMIT: (
        "报价数量 {quantity} 超出关联企业的限额。合计最多还能买入 {limit}。请减少数量。",
        "The bid for {quantity} is above the limit of its group of companies. Together they may "
        "still buy {limit}. Lower the quantity.",
    ),
    CapCode.APPROVED_NEED_MISSING: (
        "没有登记核定需求。这场竞价只有经核定需求的竞买人可以参加。请先申请核定。",
        "No need is approved for you. Only bidders with an approved need take part in this "
        "auction. Ask for the approval first.",
    ),
    DepositCode.GUARANTEE_TOO_SMALL: (
        "保证金 {guarantee} 太少。自报的保证金至少 {least}。请提高保证金。",
        "The guarantee of {guarantee} is too small. A named guarantee is at least {least}. Raise "
        "it.",
    ),
    DepositCode.GUARANTEE_OFF_STEP: (
        "保证金 {guarantee} 不是整级。自报的保证金须是 {step} 的整数倍，以免透露价格。请改为整级。",
        "The guarantee of {guarantee} is not in whole steps. It is a multiple of {step}, so that "
        "it does not tell the price. Name whole steps.",
    ),
}

_OPENING: dict[RefusalCode, tuple[str, str]] = {
    OpeningCode.OPENED_BID_UNKNOWN: (
        "没有编号为 {bid:plain} 的密封报价。只开启这场竞价中有效的报价。请核对编号。",
        "There is no sealed bid {bid:plain}. Only standing bids of this auction are opened. Check "
        "the number.",
    ),
    OpeningCode.OPENED_BID_UNREADABLE: (
        "开启的报价 {bid} 读不懂。开启的报价写明编号、数量、价格和盐值。请重新开标。",
        "The opened bid {bid} cannot be read. It gives number, quantity, price and salt. Open the "
        "bids again.",
    ),
    OpeningCode.OPENED_BID_NOT_AS_COMMITTED: (
        "报价 {bid:plain} 与提交时的承诺不符。开启的内容须与竞买人的回执一致。请核查密文和程序。",
        "The bid {bid:plain} is not the one that was committed to. What is opened agrees with the "
        "bidder's receipt. Look into the ciphertext and the program.",
    ),
    OpeningCode.OPENED_BID_OPENED_BEFORE: (
        "报价 {bid:plain} 已经开启。每个报价只开启一次。请只提交尚未开启的报价。",
        "The bid {bid:plain} was opened before. A bid is opened once. Submit those still closed.",
    ),
    SealCode.SHARE_UNREADABLE: (
        "以 {start} 开头的密钥份额读不懂。份额须与发放时一字不差。请核对后重新录入。",
        "The key share that begins with {start} cannot be read. A share is exactly as it was "
        "handed out. Check it and enter it again.",
    ),
    SealCode.SHARE_OF_OTHER_KEY: (
        "{holder} 的份额属于另一场竞价。份额只能开启同一次制作的密封。请取这场竞价的份额。",
        "The share of the {holder} is of another auction. Shares open what was sealed with their "
        "own key. Take the share of this auction.",
    ),
    SealCode.SHARES_OF_ONE_HOLDER: (
        "两个份额都是 {holder} 的。开标须有两个不同持有人的份额。请由另一人提交份额。",
        "Both shares are of the {holder}. Opening needs shares of two holders. Have another one "
        "hand in a share.",
    ),
    SealCode.SHARES_DO_NOT_OPEN: (
        "两个份额合不成这场竞价的私钥。其中一个被改动过。请换第三个持有人的份额。",
        "The two shares do not make this auction's private key. One of them was changed. Use the "
        "third holder's share.",
    ),
    SealCode.CIPHERTEXT_DAMAGED: (
        "报价 {bid:plain} 的密文已损坏。有一个报价打不开就全部不开。请核查数据库；逾期则竞价失败，保证金退回。",
        "The ciphertext of the bid {bid:plain} is damaged. Where one bid cannot be opened none is. "
        "Look into the database; past the deadline the auction fails and guarantees go back.",
    ),
}

SENTENCES: dict[RefusalCode, tuple[str, str]] = {**_LIFE, **_NOTICE, **_BIDS, **_OPENING}
