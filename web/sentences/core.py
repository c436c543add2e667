"""What the core of the ledger refuses, and what an audit finds, in Chinese and English.

Amounts are in the asset's smallest unit: the core knows no other.  Numbers of entries and
positions are names and stay ungrouped.
"""

from ledger.core.closing import ClosingCode
from ledger.core.differences import AuditCode
from ledger.core.entries import PostingCode
from ledger.refusals import RefusalCode

_POSTING: dict[RefusalCode, tuple[str, str]] = {
    PostingCode.KEY_MISSING: (
        "凭证没有唯一键。规则：每笔凭证须有自己的键，重复提交才不会记两次。请补上键后再提交。",
        "The entry has no key. Rule: each entry has a key of its own, so that sending it twice "
        "posts it once. Add a key and send it again.",
    ),
    PostingCode.KEY_TOO_LONG: (
        "凭证的键有 {length} 个字符。规则：键最多 {limit} 个字符。请改用较短的键。",
        "The entry's key has {length} characters. Rule: a key has at most {limit}. "
        "Use a shorter one.",
    ),
    PostingCode.KEY_USED_FOR_ANOTHER_ENTRY: (
        "键 {key} 已用于内容不同的另一笔凭证。规则：一个键只对应一笔凭证。"
        "若要重发，请保持内容不变；若是新业务，请换一个键。",
        "The key {key} already stands for an entry with other content. Rule: one key, one entry. "
        "To send again, leave the content as it was; for something new, use another key.",
    ),
    PostingCode.ENTRY_WITHOUT_TRANSFERS: (
        "凭证 {key} 没有任何分录行。规则：凭证至少有一行划转。请写明从哪里划到哪里。",
        "The entry {key} has no transfers. Rule: an entry has at least one. "
        "Say what goes from where to where.",
    ),
    PostingCode.ENTRY_WITH_TOO_MANY_TRANSFERS: (
        "凭证有 {count} 行划转。规则：一笔凭证最多 {limit} 行。请分成几笔凭证。",
        "The entry has {count} transfers. Rule: one entry has at most {limit}. "
        "Divide it into several entries.",
    ),
    PostingCode.TEXT_TOO_LONG: (
        "经办人、机关或文号有 {length} 个字符。规则：最多 {limit} 个字符。请缩短。",
        "The actor, office or document has {length} characters. Rule: at most {limit}. Shorten it.",
    ),
    PostingCode.TEXT_HAS_CONTROL_SIGN: (
        "文字 {text} 含有控制字符或换行。规则：键、经办人、机关和文号只用可见字符。请删去后再提交。",
        "The text {text} holds control characters or line breaks. Rule: key, actor, office and "
        "document consist of printable characters. Remove them and send it again.",
    ),
    PostingCode.PRICE_OUT_OF_RANGE: (
        "价格或价款为 {value}。规则：须不小于零且小于 2 的 62 次方。请核对单位和位数。",
        "The price or money is {value}. Rule: it is at least zero and below 2 to the power of 62. "
        "Check the unit and the number of digits.",
    ),
    PostingCode.BUSINESS_DATE_IN_FUTURE: (
        "业务日期 {date} 晚于今天 {today}。规则：业务日期不得晚于记账当日。请改为今天或更早的日期。",
        "The business date {date} is after today, {today}. Rule: nothing is dated after the day "
        "it is posted. Use today or an earlier day.",
    ),
    PostingCode.BUSINESS_DATE_IN_CLOSED_MONTH: (
        "业务日期 {date} 在已结账的月份内，账已结至 {closed_through}。规则：已结账的月份不再记账。"
        "请改用 {closed_through} 之后的日期，并在文号中注明所补的日期。",
        "The business date {date} lies in a closed month; the books are closed through "
        "{closed_through}. Rule: nothing is posted into a closed month. "
        "Use a day after {closed_through} and name the day it is for in the document.",
    ),
    PostingCode.ENTRY_TO_REVERSE_UNKNOWN: (
        "没有凭证 {entry:plain}，无法冲正。规则：冲正须指明一笔已记账的凭证。请核对凭证号。",
        "There is no entry {entry:plain} to reverse. Rule: a reversal names an entry that stands. "
        "Check the number.",
    ),
    PostingCode.ENTRY_ALREADY_REVERSED: (
        "凭证 {entry:plain} 已被冲正。规则：一笔凭证只能冲正一次。"
        "如需恢复原业务，请另记一笔新的凭证。",
        "Entry {entry:plain} has been reversed already. Rule: an entry is reversed once. "
        "To bring the business back, post it as a new entry.",
    ),
    PostingCode.REVERSAL_NOT_REVERSIBLE: (
        "凭证 {entry:plain} 本身是冲正。规则：冲正不能再冲正。如需恢复原业务，请另记一笔新的凭证。",
        "Entry {entry:plain} is itself a reversal. Rule: a reversal is not reversed. "
        "To bring the business back, post it as a new entry.",
    ),
    PostingCode.REVERSAL_MUST_MIRROR: (
        "冲正与凭证 {entry:plain} 的分录不相反。规则：冲正须按原分录逐行反向、数量相同、次序相反。"
        "请由系统生成冲正。",
        "The reversal does not mirror entry {entry:plain}. Rule: it has the same lines the other "
        "way round, last first, with the same amounts. Let the system write it.",
    ),
    PostingCode.REVERSAL_NAMES_NO_ENTRY: (
        "凭证 {key} 的种类与“冲正哪一笔”不一致。规则：冲正凭证须指明原凭证，其他凭证不得指明。"
        "请改正种类，或补上原凭证号。",
        "Entry {key}: its kind and the entry it reverses do not fit. Rule: a reversal names the "
        "entry it undoes, and nothing else does. Correct the kind or add the number.",
    ),
    PostingCode.AMOUNT_NOT_POSITIVE: (
        "数量为 {amount}。规则：划转数量须大于零；方向由转出和转入决定。请填写正数。",
        "The amount is {amount}. Rule: an amount is above zero; which way it goes is said by the "
        "two sides. Enter a positive number.",
    ),
    PostingCode.AMOUNT_TOO_LARGE: (
        "数量 {amount} 过大。规则：一次划转最多 {limit} 个最小单位。请核对单位，或分成几次。",
        "The amount {amount} is too large. Rule: one transfer carries at most {limit} smallest "
        "units. Check the unit or divide it.",
    ),
    PostingCode.POSITION_UNKNOWN: (
        "凭证 {key} 用到了没有打开的科目。规则：科目须存在，并在记账前锁定。请核对账户、品种和科目。",
        "Entry {key} uses a position that was not opened. Rule: a position exists and is locked "
        "before it is posted to. Check account, right and kind.",
    ),
    PostingCode.POSITIONS_MUST_DIFFER: (
        "转出和转入是同一科目 {position:plain}。规则：划转的两边须不同。请改正其中一边。",
        "Both sides are position {position:plain}. Rule: a transfer has two different sides. "
        "Correct one of them.",
    ),
    PostingCode.ASSETS_MUST_MATCH: (
        "转出的品种 {debit_asset:plain} 与转入的品种 {credit_asset:plain} 不同。"
        "规则：一次划转只在同一品种内。请改用同一品种，或办理换算。",
        "The debited asset {debit_asset:plain} and the credited asset {credit_asset:plain} "
        "differ. Rule: a transfer stays within one asset. Use one asset, or convert.",
    ),
    PostingCode.MOVE_NOT_IN_TABLE: (
        "业务“{kind}”不能从 {debit} 划到 {credit}。规则：划转须列在业务与科目对照表中。"
        "请选用适当的业务种类。",
        "An entry of kind {kind} may not move units from {debit} to {credit}. Rule: a move must "
        "be in the table of moves. Choose the kind that fits.",
    ),
    PostingCode.CUMULATIVE_SUM_TOO_LARGE: (
        "再记 {amount}，科目的累计发生额会超出范围。规则：累计借方和贷方均须小于 2 的 62 次方。"
        "请联系系统管理员，更换科目。",
        "Another {amount} would take the position's cumulative sum out of range. Rule: cumulative "
        "debits and credits stay below 2 to the power of 62. Ask the administrator for a new "
        "position.",
    ),
    PostingCode.AVAILABLE_TOO_SMALL: (
        "可用数量不足：可用 {available}，本次需要 {needed}。规则：可用数量不得小于零。"
        "请减少数量，或先解除冻结。",
        "Not enough available: {available} there, {needed} needed. Rule: available may not fall "
        "below zero. Enter less, or release a hold first.",
    ),
    PostingCode.TOTAL_EXHAUSTED: (
        "总量不足：剩余 {available}，本次需要 {needed}。规则：核发不得超过下达的总量。"
        "请减少数量，或先申请追加总量。",
        "Not enough of the total: {available} left, {needed} needed. Rule: no more is issued than "
        "was set. Issue less, or have the total raised first.",
    ),
    PostingCode.ROOM_EXHAUSTED: (
        "余量不足：剩余 {available}，本次需要 {needed}。规则：不得超过限额。请减少数量，或等待余量退回。",
        "Not enough room: {available} left, {needed} needed. Rule: the limit may not be exceeded. "
        "Enter less, or wait until room comes back.",
    ),
    PostingCode.HOLD_TOO_SMALL: (
        "该笔冻结不足：冻结 {available}，本次需要 {needed}。规则：一笔冻结只供其对应的业务使用。"
        "请减少数量，或另行冻结。",
        "This hold is too small: {available} held, {needed} needed. Rule: a hold serves only what "
        "it was made for. Take less, or hold more.",
    ),
    PostingCode.CASH_TOO_SMALL: (
        "资金不足：可用 {available} 分，本次需要 {needed} 分。规则：资金不得小于零。"
        "请先入金，或减少金额。",
        "Not enough cash: {available} fen available, {needed} fen needed. Rule: cash may not fall "
        "below zero. Pay in first, or use less.",
    ),
    PostingCode.BALANCE_TOO_SMALL: (
        "科目 {position:plain} 余额不足：可动用 {available}，本次需要 {needed}。规则：余额不得低于下限。"
        "请减少数量。",
        "The balance of position {position:plain} is too small: {available} may be taken, "
        "{needed} needed. Rule: a balance stays at or above its floor. Take less.",
    ),
    PostingCode.BALANCE_ABOVE_ZERO: (
        "科目 {position:plain} 余额为 {balance}，再转入 {amount} 会大于零。"
        "规则：来源和已容许的超出只能为负或零。请减少数量，其余转入余量或总量。",
        "Position {position:plain} stands at {balance}; another {amount} would take it above "
        "zero. Rule: a source and a tolerated excess are at most zero. Give less; the rest belongs "
        "to the room or the total.",
    ),
}

_CLOSING: dict[RefusalCode, tuple[str, str]] = {
    ClosingCode.CLOSING_ACTOR_MISSING: (
        "没有写明由谁结账。规则：结账须记录经办人。请填写经办人。",
        "Nobody is named as closing the month. Rule: a closing records who made it. "
        "Name the person.",
    ),
    ClosingCode.CLOSING_ACTOR_TOO_LONG: (
        "结账经办人有 {length} 个字符。规则：最多 {limit} 个字符。请缩短姓名或职务。",
        "The name of who closes has {length} characters. Rule: at most {limit}. "
        "Shorten name or office.",
    ),
    ClosingCode.CLOSING_SCHEME_WITHOUT_ASSETS: (
        "制度 {scheme:plain} 没有任何品种。规则：只有已开立品种的制度才能结账。请核对制度。",
        "Scheme {scheme:plain} has no assets. Rule: only the books of an open scheme are closed. "
        "Check the scheme.",
    ),
    ClosingCode.DAY_NOT_END_OF_MONTH: (
        "{date} 不是月末。规则：结账以整月为单位。请用 {month_end}。",
        "{date} is not the last day of a month. Rule: whole months are closed. Use {month_end}.",
    ),
    ClosingCode.MONTH_NOT_OVER: (
        "今天是 {today}，截至 {date} 的月份尚未结束。规则：月份过完才能结账。请在该日之后再结。",
        "Today is {today}; the month that ends on {date} is not over. Rule: a month is closed "
        "when it has passed. Close it after that day.",
    ),
    ClosingCode.MONTH_CLOSED_WITH_LATER_ONE: (
        "截至 {date} 的月份已随较晚的月份一并结账，账已结至 {closed_through}。"
        "规则：首次结账同时结清此前各月。无需再结。",
        "The month that ends on {date} was closed together with a later one; the books are closed "
        "through {closed_through}. Rule: the first closing closes all months before it. "
        "Nothing is left to do.",
    ),
    ClosingCode.EARLIER_MONTH_OPEN: (
        "不能结 {date}：账只结至 {closed_through}。规则：月份按顺序结账。请先结 {next}。",
        "{date} cannot be closed: the books are closed through {closed_through}. Rule: months are "
        "closed in order. Close {next} first.",
    ),
}

_ASK = ("请勿改动数据，连同备份交审计人员查明。", "Change nothing; have it traced with a backup.")


def _finding(found_zh: str, rule_zh: str, found_en: str, rule_en: str) -> tuple[str, str]:
    """A finding is never repaired by its reader, so what to do is the same for all."""
    return f"{found_zh}规则：{rule_zh}{_ASK[0]}", f"{found_en} Rule: {rule_en} {_ASK[1]}"


_AUDIT: dict[RefusalCode, tuple[str, str]] = {
    AuditCode.ENTRY_WITHOUT_LINES: _finding(
        "凭证 {entry:plain} 没有分录行。",
        "凭证至少有一行。",
        "Entry {entry:plain} has no lines.",
        "an entry has at least one.",
    ),
    AuditCode.ENTRY_LINES_NOT_IN_ROW: _finding(
        "凭证 {entry:plain} 有 {expected} 行，末行编号却是 {found}。",
        "分录行从 1 起连续编号。",
        "Entry {entry:plain} has {expected} lines, but the last is numbered {found}.",
        "lines are numbered from 1 without gaps.",
    ),
    AuditCode.ENTRY_DATED_AFTER_RECORDING: _finding(
        "凭证 {entry:plain} 的业务日期 {found} 晚于记账日 {expected}。",
        "业务日期不晚于记账日。",
        "Entry {entry:plain} is dated {found}, after the day it was recorded, {expected}.",
        "nothing is dated after the day it is recorded.",
    ),
    AuditCode.LATE_FLAG_WRONG: _finding(
        "凭证 {entry:plain} 的补记标志应为 {expected}，实为 {found}。",
        "业务日期早于记账日的凭证才是补记。",
        "The late flag of entry {entry:plain} should be {expected} and is {found}.",
        "an entry is late when it is dated before the day it was recorded.",
    ),
    AuditCode.TRANSFER_WITHOUT_ENTRY: _finding(
        "凭证 {entry:plain} 第 {line} 行没有对应的凭证。",
        "分录行属于一笔凭证。",
        "Line {line} names entry {entry:plain}, which does not exist.",
        "a line belongs to an entry.",
    ),
    AuditCode.TRANSFER_WITHOUT_POSITION: _finding(
        "凭证 {entry:plain} 第 {line} 行用到不存在的科目 {position:plain}。",
        "划转的两边都是已有的科目。",
        "Entry {entry:plain}, line {line}, names position {position:plain}, which does not exist.",
        "both sides of a transfer exist.",
    ),
    AuditCode.TRANSFER_LEAVES_ITS_ASSET: _finding(
        "凭证 {entry:plain} 第 {line} 行属于品种 {expected:plain}，"
        "科目 {position:plain} 却属于品种 {found:plain}。",
        "一次划转只在同一品种内。",
        "Entry {entry:plain}, line {line}, is in asset {expected:plain}, but its position "
        "{position:plain} is of asset {found:plain}.",
        "a transfer stays within one asset.",
    ),
    AuditCode.KIND_OF_MOVE_UNKNOWN: _finding(
        "凭证 {entry:plain}（{kind}）的划转 {found} 不在对照表中。",
        "划转须列在业务与科目对照表中。",
        "Entry {entry:plain} ({kind}) moves {found}, which is not in the table.",
        "every move is in the table.",
    ),
    AuditCode.TERMINAL_LEFT_WITHOUT_REVERSAL: _finding(
        "凭证 {entry:plain}（{kind}）使单位离开终点：{found}。",
        "已清缴、已使用、已注销的单位只能经冲正退出。",
        "Entry {entry:plain} ({kind}) lets units leave their end: {found}.",
        "units that were surrendered, used or retired leave only by reversal.",
    ),
    AuditCode.BORDER_CROSSED: _finding(
        "凭证 {entry:plain}（{kind}）把单位从单元 {expected:plain} 带到单元 {found:plain}。",
        "只有转让、成交、退回和总量调整可以跨单元。",
        "Entry {entry:plain} ({kind}) takes units from cell {expected:plain} to cell "
        "{found:plain}.",
        "only transfers, fills, returns and changes of totals cross cells.",
    ),
    AuditCode.REVERSAL_WITHOUT_ORIGINAL: _finding(
        "凭证 {entry:plain} 指明冲正凭证 {reverses:plain}（种类：{found}），但不成立。",
        "只有冲正凭证指明另一笔凭证：更早的、本身不是冲正的一笔。",
        "Entry {entry:plain} names entry {reverses:plain} (kind: {found}) as the one it undoes, "
        "which does not hold.",
        "a reversal, and nothing else, names an earlier entry that is no reversal itself.",
    ),
    AuditCode.REVERSED_TWICE: _finding(
        "凭证 {entry:plain} 应最多冲正 {expected} 次，实为 {found} 次。",
        "一笔凭证只冲正一次。",
        "Entry {entry:plain} may be reversed {expected} time, and was reversed {found} times.",
        "an entry is reversed once.",
    ),
    AuditCode.REVERSAL_DIFFERS_FROM_ORIGINAL: _finding(
        "凭证 {entry:plain} 与其冲正的凭证 {reverses:plain} 不相反：共 {expected} 行，相符 {found} 行。",
        "冲正逐行反向，数量相同。",
        "Entry {entry:plain} does not mirror entry {reverses:plain}: {expected} lines in both, "
        "{found} of them agree.",
        "a reversal has the same lines the other way round.",
    ),
    AuditCode.BALANCE_AFTER_BROKEN: _finding(
        "科目 {position:plain} 在凭证 {entry:plain} 第 {line} 行之后应余 {expected}，记为 {found}。",
        "余额等于上一余额加减本行数量。",
        "Position {position:plain} should stand at {expected} after line {line} of entry "
        "{entry:plain}; {found} is written.",
        "a balance is the one before plus or minus the amount.",
    ),
    AuditCode.FLOOR_BROKEN: _finding(
        "科目 {position:plain} 在凭证 {entry:plain} 第 {line} 行之后为 {found}，低于下限 {expected}。",
        "按记账次序余额不低于下限。",
        "Position {position:plain} stood at {found} after line {line} of entry {entry:plain}, "
        "below its floor {expected}.",
        "in recorded order no balance falls below its floor.",
    ),
    AuditCode.CEILING_BROKEN: _finding(
        "科目 {position:plain} 在凭证 {entry:plain} 第 {line} 行之后为 {found}，高于上限 {expected}。",
        "按记账次序余额不高于上限。",
        "Position {position:plain} stood at {found} after line {line} of entry {entry:plain}, "
        "above its ceiling {expected}.",
        "in recorded order no balance rises above its ceiling.",
    ),
    AuditCode.BOUNDS_NOT_OF_KIND: _finding(
        "科目 {position:plain}（{kind}）的上下限应为 {expected}，实为 {found}。",
        "上下限由科目的种类决定。",
        "The bounds of position {position:plain} ({kind}) should be {expected} and are {found}.",
        "a position has the bounds of its kind.",
    ),
    AuditCode.DEBITS_DIFFER_FROM_JOURNAL: _finding(
        "科目 {position:plain} 的累计转出按分录应为 {expected}，记为 {found}。",
        "累计数等于各分录之和。",
        "The debits of position {position:plain} add up to {expected}; {found} is written.",
        "cumulative debits are the sum of the transfers.",
    ),
    AuditCode.CREDITS_DIFFER_FROM_JOURNAL: _finding(
        "科目 {position:plain} 的累计转入按分录应为 {expected}，记为 {found}。",
        "累计数等于各分录之和。",
        "The credits of position {position:plain} add up to {expected}; {found} is written.",
        "cumulative credits are the sum of the transfers.",
    ),
    AuditCode.ASSET_NOT_ZERO: _finding(
        "品种 {asset:plain} 的全部余额之和应为 {expected}，实为 {found}。",
        "每个品种的余额相加为零。",
        "All balances of asset {asset:plain} should add up to {expected} and give {found}.",
        "the balances of an asset sum to zero.",
    ),
    AuditCode.CELL_NOT_BALANCED: _finding(
        "单元 {cell:plain} 的品种 {asset:plain} 按下达与进出应有 {expected}，实有 {found}。",
        "下达数加减跨单元进出，等于余量、在手、冻结与已用之和。",
        "In cell {cell:plain}, asset {asset:plain}: what was set and carried gives {expected}, "
        "{found} is there.",
        "set and carried equal room, held, frozen and used together.",
    ),
    AuditCode.INDEX_USED_DIFFERS: _finding(
        "单元 {cell:plain} 中指标 {asset:plain} 的已用余量应为 {expected}，实为 {found}。",
        "已用余量等于其下开立的数量。",
        "In cell {cell:plain}, used room of index {asset:plain} should be {expected} and is "
        "{found}.",
        "used room is what was opened under the index.",
    ),
    AuditCode.CLOSED_MONTHS_NOT_IN_ROW: _finding(
        "制度 {scheme:plain} 的结账月份 {month} 应为 {expected}，实为 {found}。",
        "月份以月末为准，依次结账。",
        "Closed month {month} of scheme {scheme:plain}: {expected} is due, {found} is there.",
        "months end on their last day and are closed one after another.",
    ),
    AuditCode.ENTRY_AFTER_CLOSING: _finding(
        "凭证 {found:plain} 的日期在制度 {scheme:plain} 截至 {month} 的已结账月份内，"
        "结账时的末号是 {expected:plain}。",
        "已结账的月份不再记账。",
        "Entry {found:plain} is dated into the month through {month} of scheme {scheme:plain}, "
        "closed after entry {expected:plain}.",
        "nothing is posted into a closed month.",
    ),
    AuditCode.CLOSING_RANGE_WRONG: _finding(
        "凭证 {found:plain} 的日期晚于 {month}，号码却小于制度 {scheme:plain} 结账记录的起号 {expected:plain}。",
        "晚于该月的凭证都在起号之后。",
        "Entry {found:plain} is dated after {month} but numbered below {expected:plain}, where "
        "the closing of scheme {scheme:plain} says such entries begin.",
        "what is dated after a month stands at or after that number.",
    ),
    AuditCode.CLOSING_MISSING: _finding(
        "科目 {position:plain} 缺少 {month} 的月末余额 {expected}（记为 {found}）。",
        "有变动的月份保存月末余额。",
        "Position {position:plain} lacks its balance {expected} at the end of {month} (found: "
        "{found}).",
        "a month that moved a position keeps its balance.",
    ),
    AuditCode.CLOSING_DIFFERS: _finding(
        "科目 {position:plain} 在 {month} 的月末余额应为 {expected}，记为 {found}。",
        "月末余额等于按业务日期复算的余额。",
        "The balance of position {position:plain} at the end of {month} should be {expected}; "
        "{found} is kept.",
        "a kept balance is the one counted by business date.",
    ),
}

SENTENCES: dict[RefusalCode, tuple[str, str]] = {**_POSTING, **_CLOSING, **_AUDIT}
