"""What a replay of the market's log can find, in words."""

from ledger.refusals import RefusalCode
from market.replay_findings import ReplayCode

SENTENCES: dict[RefusalCode, tuple[str, str]] = {
    ReplayCode.REPLAY_LOG_HAS_GAPS: (
        "日志有 {expected} 条指令，末号却是 {found}。规则：指令连续编号，不得缺号。"
        "请核对日志是否被改动。",
        "The log has {expected} commands, yet the last number is {found}. Rule: commands are "
        "numbered without gaps. See whether the log was changed.",
    ),
    ReplayCode.REPLAY_ASKS_OTHERWISE: (
        "指令 {number:plain} 重演时所问与日志不符：{expected}；日志记的是 {found}。"
        "规则：同样的指令问同样的问题。重演到此为止，请核对日志与程序版本。",
        "Command {number:plain}, played again, asks otherwise: {expected}; the log has {found}. "
        "Rule: the same commands ask the same questions. The replay ends here; look at the log and "
        "at the version of the program.",
    ),
    ReplayCode.REPLAY_CANNOT_FOLLOW: (
        "指令 {number:plain} 无法重演：{expected}；日志记的是 {found}。规则：日志足以重演每一条指令。"
        "重演到此为止，请核对日志是否被改动。",
        "Command {number:plain} cannot be played again: {expected}; the log has {found}. Rule: the "
        "log is enough to play every command. The replay ends here; see whether the log was "
        "changed.",
    ),
    ReplayCode.REPLAY_STATUS_DIFFERS: (
        "指令 {number:plain} 重演的结果是 {expected}，日志记的是 {found}。规则：同样的指令得到同样的结果。"
        "请核对日志是否被改动。",
        "Command {number:plain}, played again, is {expected}; the log says {found}. Rule: the same "
        "commands end the same way. See whether the log was changed.",
    ),
    ReplayCode.REPLAY_ANSWER_DIFFERS: (
        "指令 {number:plain} 重演的答复是 {expected}，日志记的是 {found}。规则：同样的指令得到同样的答复。"
        "请核对日志是否被改动。",
        "Command {number:plain}, played again, is answered {expected}; the log says {found}. Rule: "
        "the same commands get the same answers. See whether the log was changed.",
    ),
    ReplayCode.REPLAY_EVENTS_DIFFER: (
        "指令 {number:plain} 重演产生的事件是 {expected}，日志记的是 {found}。规则：同样的指令产生同样的事件。"
        "请核对日志是否被改动。",
        "Command {number:plain}, played again, makes the events {expected}; the log says {found}. "
        "Rule: the same commands make the same events. See whether the log was changed.",
    ),
    ReplayCode.REPLAY_TRADE_DIFFERS: (
        "指令 {number:plain} 重演的成交是 {expected}，账册记的是 {found}。规则：每笔成交均可由日志重演。"
        "请核对成交记录是否被改动。",
        "Command {number:plain}, played again, trades {expected}; the ledger has {found}. Rule: "
        "every trade follows from the log. See whether the trades were changed.",
    ),
    ReplayCode.REPLAY_TRADES_TOO_MANY: (
        "重演得到 {expected} 笔成交，账册有 {found} 笔。规则：没有指令就没有成交。"
        "请核对多出的成交记录。",
        "The replay makes {expected} trades; the ledger has {found}. Rule: no trade without a "
        "command. Look at the trades that are too many.",
    ),
    ReplayCode.REPLAY_ORDER_MISSING: (
        "重演得到委托 {number:plain}（{expected}），账册中没有（{found}）。规则：每笔接受的委托都有记录。"
        "请核对委托记录。",
        "The replay makes order {number:plain} ({expected}), which the ledger lacks ({found}). "
        "Rule: every accepted order is on record. Look at the orders.",
    ),
    ReplayCode.REPLAY_ORDER_DIFFERS: (
        "委托 {number:plain} 的 {part} 重演为 {expected}，账册记的是 {found}。规则：委托的状态由日志决定。"
        "请核对委托记录是否被改动。",
        "The {part} of order {number:plain}, played again, is {expected}; the ledger has {found}. "
        "Rule: how an order stands follows from the log. See whether the orders were changed.",
    ),
    ReplayCode.REPLAY_ORDERS_TOO_MANY: (
        "重演得到 {expected} 笔委托，账册有 {found} 笔。规则：没有指令就没有委托。"
        "请核对多出的委托记录。",
        "The replay makes {expected} orders; the ledger has {found}. Rule: no order without a "
        "command. Look at the orders that are too many.",
    ),
    ReplayCode.REPLAY_BOOK_DIFFERS: (
        "到指令 {number:plain} 为止，订单簿的 {part} 重演为 {expected}，账册给出的是 {found}。"
        "规则：订单簿由日志决定。请核对未完成委托的记录。",
        "After command {number:plain} the {part} of the book, played again, are {expected}; the "
        "ledger gives {found}. Rule: the book follows from the log. Look at the open orders.",
    ),
    ReplayCode.REPLAY_STATE_DIFFERS: (
        "到指令 {number:plain} 为止，场所的 {part} 重演为 {expected}，账册记的是 {found}。"
        "规则：场所的状态由日志决定。请核对场所状态的记录。",
        "After command {number:plain} the venue's {part}, played again, is {expected}; the ledger "
        "has {found}. Rule: how a venue stands follows from the log. Look at the venue's state.",
    ),
    ReplayCode.REPLAY_HOLD_DIFFERS: (
        "委托 {number:plain} 应冻结 {expected}（最小单位），实际冻结 {found}。"
        "规则：冻结恰为委托所需。请核对该委托的冻结科目。",
        "Order {number:plain} needs {expected} held (smallest units), and {found} is held. Rule: "
        "what is held is exactly what the order needs. Look at the position of its hold.",
    ),
    ReplayCode.ADMITTED_ENTRY_MISSING: (
        "指令 {number:plain} 的凭证 {part} 应已入账（{expected}），账册中没有（{found}）。"
        "规则：日志记为成立的凭证必在账上。请核对账册与日志。",
        "The entry {part} of command {number:plain} should stand ({expected}), and the journal "
        "lacks it ({found}). Rule: what the log says stood is in the journal. Compare the two.",
    ),
    ReplayCode.ADMITTED_ENTRY_DIFFERS: (
        "指令 {number:plain} 的凭证 {part} 应为 {expected}，账册记的是 {found}。"
        "规则：凭证的分录、种类、金额和日期与日志一致。请核对账册与日志。",
        "The entry {part} of command {number:plain} should be {expected}; the journal has {found}. "
        "Rule: transfers, kind, money and day are those of the log. Compare the two.",
    ),
    ReplayCode.REFUSED_ENTRY_STANDS: (
        "指令 {number:plain} 的凭证 {part} 当时被拒（{expected}），账册中却有 {found}。"
        "规则：被拒的凭证不入账。请核对账册与日志。",
        "The entry {part} of command {number:plain} was refused ({expected}), yet the journal has "
        "{found}. Rule: what was refused does not stand. Compare the two.",
    ),
}
