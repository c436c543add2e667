"""What a venue refuses, in Chinese and English: who, when, how much, and commands themselves."""

from ledger.refusals import RefusalCode
from market.commands import CommandCode
from market.decisions import MarketCode
from market.submission import SubmissionCode

_MARKET: dict[RefusalCode, tuple[str, str]] = {
    MarketCode.VENUE_UNKNOWN: (
        "没有编号为 {venue} 的交易场所。规则：指令须写明已开设的场所。请核对场所。",
        "There is no venue {venue}. Rule: a command names a venue that is open. Check the venue.",
    ),
    MarketCode.COMMAND_ONLY_FOR_OPERATORS: (
        "指令 {command} 未受理。规则：暂停、恢复、集合竞价、查封和协议登记只能由市场管理方发出。"
        "请与管理方联系。",
        "The command {command} was not taken. Rule: halts, resumptions, calls, seizures and the "
        "registering of agreements come from the market's operator only. Turn to the operator.",
    ),
    MarketCode.VENUE_HALTED: (
        "本场所已暂停交易，原因：{reason}。规则：暂停期间不收委托，但可以撤单。请等待恢复的公告。",
        "Trading is halted here; reason: {reason}. Rule: no orders are taken during a halt, though "
        "they may be cancelled. Wait for the notice that trading resumes.",
    ),
    MarketCode.VENUE_HALTED_BY_FAULT: (
        "本场所因系统出错暂停交易，正在查明原因。规则：暂停期间不收委托，但可以撤单。请等待恢复的公告。",
        "Trading is halted here because the system failed; the cause is being looked for. Rule: no "
        "orders are taken during a halt, though they may be cancelled. Wait for the notice that "
        "trading resumes.",
    ),
    MarketCode.VENUE_CLOSED: (
        "本场所现在不收委托（状态：{state}）。规则：委托只在交易时段内受理。请在开市后再报。",
        "The venue takes no orders now (state: {state}). Rule: orders are taken in trading hours. "
        "Send it again when the venue is open.",
    ),
    MarketCode.ACCOUNT_NOT_OF_THIS_SCHEME: (
        "账户 {account} 不能在 {venue} 交易。规则：只有本制度的持有账户可以参加。请改用该制度下的账户。",
        "The account {account} cannot trade at {venue}. Rule: only holders' accounts of the venue's "
        "scheme take part. Use an account of that scheme.",
    ),
    MarketCode.ACCOUNT_HAS_NO_CASH_ACCOUNT: (
        "账户 {account} 的持有人没有资金账户。规则：买卖须有资金账户，价款和费用从中收付。请先开立资金账户。",
        "The holder of account {account} has no cash account. Rule: money and fees of trades go "
        "through one. Open a cash account first.",
    ),
    MarketCode.ACCOUNT_OUTSIDE_DELIVERY_ZONE: (
        "账户 {account} 不在 {venue} 的交割区域内。规则：连续交易只在一个区域内交割。"
        "跨区域请通过竞价或柜台转让办理。",
        "The account {account} lies outside the zone in which {venue} delivers. Rule: a continuous "
        "venue delivers in one zone. Move units across by auction or at the counter.",
    ),
    MarketCode.ORDER_NO_LONGER_OPEN: (
        "您没有编号为 {order:plain} 的未成交委托。规则：只能修改或撤销本人尚未了结的委托。"
        "请核对编号；它可能已经成交、撤销或到期。",
        "You have no open order {order:plain}. Rule: only one's own open orders can be changed or "
        "cancelled. Check the number; it may have been filled, cancelled or have expired.",
    ),
    MarketCode.NO_CANCEL_IN_CALL: (
        "集合竞价结束前 {minutes} 分钟内不能撤单。规则：最后阶段不接受撤单。请等集合竞价结束后再撤。",
        "Nothing is cancelled in the last {minutes} minutes of a call. Rule: the last stage of a "
        "call takes no cancellations. Cancel after the call has ended.",
    ),
    MarketCode.QUANTITY_BELOW_MINIMUM: (
        "数量 {quantity} 小于最小数量 {minimum}。规则：单笔数量不小于该数。请增加数量。",
        "The quantity {quantity} is below the smallest, {minimum}. Rule: one order is for no less. "
        "Enter more.",
    ),
    MarketCode.QUANTITY_ABOVE_MAXIMUM: (
        "数量 {quantity} 大于最大数量 {maximum}。规则：单笔数量不大于该数。请减少数量，或改用大宗方式。",
        "The quantity {quantity} is above the largest, {maximum}. Rule: one order is for no more. "
        "Enter less, or use block trading.",
    ),
    MarketCode.PRICE_BELOW_FLOOR: (
        "价格 {price} 低于最低价 {floor}。规则：价格不得低于本场所的最低价。请提高价格。",
        "The price {price} is below the floor, {floor}. Rule: no price is below the venue's floor. "
        "Raise the price.",
    ),
    MarketCode.MARKET_ORDER_NEEDS_BAND: (
        "{venue} 今天没有价格区间，不收市价委托。规则：市价委托按区间的边界冻结资金。请改用限价委托。",
        "{venue} has no price band today and takes no market orders. Rule: a market order is held "
        "for at the end of the band. Use a limit order.",
    ),
    MarketCode.BOUGHT_TODAY_NOT_SELLABLE: (
        "可卖 {available}，当日买入 {locked}，本次需要 {needed}。规则：当日买入的须到规定的交易日才能卖出。"
        "请减少数量，或等可卖之后再报。",
        "Free to sell {available}, bought today {locked}, needed {needed}. Rule: what was bought is "
        "sold only from the trading day laid down. Enter less, or wait for that day.",
    ),
    MarketCode.ONLY_FOR_OWN_USE: (
        "可卖 {available}，限自用 {locked}，本次需要 {needed}。规则：限自用的只能用于本单位清缴。"
        "请减少数量。",
        "Free to sell {available}, for own use {locked}, needed {needed}. Rule: units for own use "
        "are only surrendered by their holder. Enter less.",
    ),
    MarketCode.NOT_PAID_UP: (
        "可卖 {available}，未缴清 {locked}，本次需要 {needed}。规则：缴清价款之前只能自用，不能卖出。"
        "请先缴清，或减少数量。",
        "Free to sell {available}, not paid up {locked}, needed {needed}. Rule: until they are paid "
        "for in full, units may be used but not sold. Pay what is due, or enter less.",
    ),
    MarketCode.COMMAND_NOT_IN_THIS_PHASE: (
        "现在的状态是 {state}，不能执行 {command}。规则：每种指令只在相应的状态下执行。请等状态改变后再发。",
        "The venue is {state}, and {command} cannot be done. Rule: each command belongs to its own "
        "state. Send it when the state has changed.",
    ),
    MarketCode.SEIZURE_FOR_UNKNOWN_PARTY: (
        "没有编号为 {party:plain} 的主体。规则：查封须写明为谁查封，且该主体已登记。请先登记或改正编号。",
        "There is no party {party:plain}. Rule: units are seized for a party that is registered. "
        "Register it first, or correct the number.",
    ),
    MarketCode.SEIZURE_ABOVE_WHAT_IS_THERE: (
        "要求查封 {needed}，账户可查封 {available}。规则：查封不超过账户现有和卖单冻结之和。请核对数量。",
        "{needed} are to be seized, {available} are there. Rule: a seizure takes no more than the "
        "account has, its sell orders included. Check the quantity.",
    ),
    MarketCode.COMMAND_NOT_CARRIED_OUT: (
        "指令 {command} 未能执行，系统内部出错。规则：系统出错时该指令不产生任何后果，场所随即停牌。"
        "请联系运行人员，查明后用新的键重发。",
        "The command {command} could not be carried out: the system itself failed. Rule: such a "
        "command has no effect, and the venue is halted. Tell the operators, and send it again "
        "under a new key once the cause is found.",
    ),
    MarketCode.SEED_NOT_THE_COMMITTED_ONE: (
        "公布的种子与先前的承诺 {commitment} 不符。规则：种子的 SHA-256 须等于事先公布的承诺。请用原来的种子。",
        "The seed does not match the commitment {commitment}. Rule: the seed's SHA-256 is what was "
        "published before. Use the seed that was committed to.",
    ),
}

_COMMAND: dict[RefusalCode, tuple[str, str]] = {
    CommandCode.COMMAND_KIND_UNKNOWN: (
        "没有名为 {kind} 的指令。规则：只执行目录中的指令。请核对指令名称。",
        "There is no command {kind}. Rule: only commands of the list are carried out. "
        "Check its name.",
    ),
    CommandCode.COMMAND_FIELD_MISSING: (
        "指令缺少 {field}。规则：必填项须写明。请补上。",
        "The command lacks {field}. Rule: what is required must be there. Add it.",
    ),
    CommandCode.COMMAND_FIELD_UNREADABLE: (
        "{field} 写作“{value}”，读不懂。规则：每一项须按规定的写法填写。请改正。",
        "{field} says “{value}”, which cannot be read. Rule: each field is written as laid down. "
        "Correct it.",
    ),
    CommandCode.COMMAND_FIELD_UNKNOWN: (
        "指令里有不认识的项 {field}。规则：只接受规定的项。请删去。",
        "The command has a field {field} that is not known. Rule: only fields laid down are "
        "taken. Remove it.",
    ),
    CommandCode.KEY_ALREADY_USED_FOR_OTHER_CONTENT: (
        "键 {key} 已用于内容不同的另一条指令。规则：一个键只对应一条指令。若要重发请保持内容不变；若是新指令请换键。",
        "The key {key} already stands for a command with other content. Rule: one key, one command. "
        "To send again, leave the content as it was; for a new command, use another key.",
    ),
    CommandCode.QUANTITY_NOT_ABOVE_ZERO: (
        "{field} 为 {value}。规则：数量须大于零。请改正。",
        "{field} is {value}. Rule: a quantity is above zero. Correct it.",
    ),
    CommandCode.PRICE_NOT_ABOVE_ZERO: (
        "{field} 为 {value}。规则：价格须大于零。请改正。",
        "{field} is {value}. Rule: a price is above zero. Correct it.",
    ),
    CommandCode.EXPIRY_NEEDS_DATE: (
        "有效期为 {tif}，而 {field} 与之不符。规则：只有 GTD 委托写明到期时间，且必须写明。请改正。",
        "The order's term is {tif}, and {field} does not fit it. Rule: GTD orders name when they "
        "end, and no others do. Correct it.",
    ),
    CommandCode.EXPIRY_NOT_IN_FUTURE: (
        "{field} 为 {value}，不晚于现在 {now}。规则：到期时间须在将来。请改为以后的时间。",
        "{field} is {value}, which is not after now, {now}. Rule: an order ends in the future. "
        "Name a later time.",
    ),
}

_SUBMISSION: dict[RefusalCode, tuple[str, str]] = {
    SubmissionCode.COMMAND_KEY_NOT_USABLE: (
        "键 {key} 不能用。规则：键为 1 至 {limit} 个可见字符。请换一个键。",
        "The key {key} cannot be used. Rule: a key has 1 to {limit} printable characters. "
        "Use another one.",
    ),
    SubmissionCode.COMMAND_TEXT_NOT_USABLE: (
        "{field} 不能用。规则：只用可见字符，最多 {limit} 个。请改正后重发。",
        "{field} cannot be used. Rule: printable characters only, at most {limit}. Correct it and "
        "send it again.",
    ),
    SubmissionCode.COMMAND_OF_THE_RUNNER_ALONE: (
        "指令 {command} 未受理。规则：时钟和分组的指令只由撮合程序自己记入。无需发送。",
        "The command {command} was not taken. Rule: commands of the clock and of groups are put "
        "into the log by the runner itself. There is no need to send it.",
    ),
    SubmissionCode.COMMAND_TOO_LONG: (
        "指令有 {length} 个字符。规则：最多 {limit} 个字符。请缩短。",
        "The command has {length} characters. Rule: at most {limit}. Shorten it.",
    ),
}

SENTENCES = {**_MARKET, **_COMMAND, **_SUBMISSION}
