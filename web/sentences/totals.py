"""The regulator's desk in words: totals, indexes, allocation, return and cut."""

from ledger.refusals import RefusalCode
from ledger.totals.codes import TotalsCode

SENTENCES: dict[RefusalCode, tuple[str, str]] = {
    TotalsCode.ACT_WITHOUT_ACTOR: (
        "办理 {key} 没有写明经办人。规则：每一项总量决定都记录由谁经办。请补上经办人。",
        "The act {key} does not say who acts. Rule: every decision on totals records who made it. "
        "Name the person.",
    ),
    TotalsCode.ACT_WITHOUT_OFFICE: (
        "办理 {key} 没有写明决定机关。规则：每一项总量决定都记录由哪个机关作出。请补上机关。",
        "The act {key} does not say which office decided. Rule: every decision on totals records "
        "its office. Name the office.",
    ),
    TotalsCode.ACT_WITHOUT_DOCUMENT: (
        "办理 {key} 没有写明依据文件。规则：每一项总量决定都记录文号。请补上文号。",
        "The act {key} names no document. Rule: every decision on totals records the document it "
        "rests on. Give its number.",
    ),
    TotalsCode.TOTAL_OF_UNKNOWN_ASSET: (
        "没有编号为 {asset:plain} 的品种。规则：总量只为已设立的品种下达。请核对品种。",
        "There is no asset with the number {asset:plain}. Rule: totals are set for assets that "
        "exist. Check the asset.",
    ),
    TotalsCode.MONEY_HAS_NO_TOTAL: (
        "{asset} 是资金，没有总量。规则：总量只为权利和指标下达。请选择一种权利或指标。",
        "{asset} is money and has no total. Rule: totals are set for rights and their indexes. "
        "Choose a right or an index.",
    ),
    TotalsCode.CELL_OUTSIDE_SCHEME: (
        "编号为 {cell:plain} 的区域用途不在 {asset} 所属制度的区域体系内。"
        "规则：总量只下达到本制度的区域和用途。请选择本制度内的区域。",
        "The cell {cell:plain} does not lie in the zones of the scheme of {asset}. Rule: totals "
        "are set in zones and use types of the scheme. Choose a zone of the scheme.",
    ),
    TotalsCode.ZONE_OUTSIDE_SCHEME: (
        "编号为 {zone} 的区域不在 {asset} 所属制度的区域体系内。"
        "规则：总量表按本制度的区域列出。请选择本制度内的区域。",
        "The zone {zone} does not lie in the zones of the scheme of {asset}. Rule: totals are "
        "listed by the zones of the scheme. Choose one of them.",
    ),
    TotalsCode.TOTAL_ALREADY_SET: (
        "{asset} 在此处已下达 {set}。规则：总量只下达一次，之后追加或调减。请改办追加或调减。",
        "The total of {asset} is set here already, at {set}. Rule: a total is set once and then "
        "raised or lowered. Raise or lower it.",
    ),
    TotalsCode.TOTAL_NOT_SET_HERE: (
        "{asset} 在此处没有下达过总量。规则：追加以已下达的总量为前提。"
        "请先下达；由上级分解来的，请上级追加后再分解。",
        "No total of {asset} is set here. Rule: only a total that is set can be raised. Set it "
        "first; where it came from above, raise it there and divide it.",
    ),
    TotalsCode.ASSET_STANDS_UNDER_INDEX: (
        "{asset} 受指标 {indexes} 控制，不能直接下达或调减。规则：它的数量只从指标的余量开出，并退回指标。"
        "请先下达指标，再办理开出或关闭。",
        "{asset} stands under {indexes} and is not set or lowered by itself. Rule: it is opened "
        "from the room of its indexes and closed back into it. Set the index, then open or close.",
    ),
    TotalsCode.ASSET_STANDS_UNDER_NO_INDEX: (
        "{asset} 不受任何指标控制。规则：只有受指标控制的品种才办理开出和关闭。请改办下达或调减。",
        "{asset} stands under no index. Rule: only what stands under an index is opened and "
        "closed. Set or lower its total instead.",
    ),
    TotalsCode.LOWERING_EXCEEDS_ROOM: (
        "最多可调减 {room}，本次要求调减 {amount}，多出的 {beyond} 已经核发。规则：调减只动用余量。"
        "请改为 {room} 以内，或改办削减（先试算）。",
        "At most {room} can be lowered and {amount} were asked for; {beyond} of them are issued. "
        "Rule: lowering takes unissued room only. Enter {room} or less, or use a cut (simulate "
        "it first).",
    ),
    TotalsCode.LOWERING_EXCEEDS_SET: (
        "要求调减 {amount}，此处只下达了 {set}。规则：调减不得超过下达的总量。请改为 {set} 以内。",
        "A lowering of {amount} was asked for, but only {set} are set here. Rule: no more is "
        "lowered than was set. Enter {set} or less.",
    ),
    TotalsCode.LOWERING_EXCEEDS_SOURCES: (
        "要求调减 {amount}，其中 {missing} 是随转让从别处划入的。"
        "规则：调减退回本处或上级原来的下达。请减去这部分，或由原下达处调减。",
        "A lowering of {amount} was asked for, but {missing} of it came along with transfers from "
        "elsewhere. Rule: what is lowered goes back to where it was set, here or above. Leave "
        "that part out, or lower it where it was set.",
    ),
    TotalsCode.CELL_NOT_BELOW: (
        "{cell} 在 {date} 不是 {upper} 的下级。规则：总量只分解到下一级区域和本区域的用途，也只从那里收回。"
        "请选择 {upper} 的下级。",
        "{cell} does not lie directly below {upper} on {date}. Rule: a total is divided among the "
        "child zones and the uses of the zone, and given back by them. Choose one of those.",
    ),
    TotalsCode.CELL_NAMED_TWICE: (
        "{cell} 在分解表中出现两次。规则：每个下级只列一行。请合并这两行。",
        "{cell} is named twice in the division. Rule: every part has one row. Put the two rows "
        "together.",
    ),
    TotalsCode.DIVISION_EXCEEDS_TOTAL: (
        "各下级合计 {parts}，超过本级余量 {room}，多出 {excess}。规则：下级之和不得超过上级总量。"
        "请调低标红的数，或先申请增加总量。",
        "The parts add up to {parts}, {excess} above the room of {room}. Rule: the parts may not "
        "exceed the total. Lower the marked figures or raise the total first.",
    ),
    TotalsCode.GIVING_BACK_EXCEEDS_ROOM: (
        "{cell} 要求退回 {amount}，余量只有 {room}。规则：只能退回尚未核发、尚未分解的余量。"
        "请改为 {room} 以内，或先收回下级的余量。",
        "{cell} was to give back {amount} and has room of {room}. Rule: only room that is neither "
        "issued nor divided is given back. Enter {room} or less, or take room back from below "
        "first.",
    ),
    TotalsCode.GIVING_BACK_EXCEEDS_SHARE: (
        "{cell} 要求向 {upper} 退回 {amount}，而从 {upper} 分解来的只有 {share}。"
        "规则：从哪里分解来，退回哪里。请改为 {share} 以内，其余退回原来的上级，或在本处调减。",
        "{cell} was to give {amount} back to {upper}, and {share} came from there. Rule: room goes "
        "back to where it came from. Enter {share} or less; give the rest to where that came "
        "from, or lower it here.",
    ),
    TotalsCode.INDEX_ROOM_EXHAUSTED: (
        "指标 {index} 余量只有 {room}，本次需要 {amount}。规则：受指标控制的品种不得超过每一个指标的余量。"
        "请改为 {room} 以内，或先追加该指标。",
        "The index {index} has room of {room}, and {amount} are needed. Rule: what stands under "
        "indexes may not exceed the room of any of them. Enter {room} or less, or raise that "
        "index first.",
    ),
    TotalsCode.CLOSING_EXCEEDS_ROOM: (
        "最多可关闭 {room}，本次要求关闭 {amount}。规则：只能关闭在此处开出、尚未核发的数量。"
        "请改为 {room} 以内，或先办理退回。",
        "At most {room} can be closed, and {amount} were asked for. Rule: only what was opened "
        "here and is not out is closed. Enter {room} or less, or have units returned first.",
    ),
    TotalsCode.ACCOUNT_CANNOT_HOLD_UNITS: (
        "账户 {account} 不是持有账户。规则：权利只核发给持有账户，也只由持有账户退回。请填写持有人的账户。",
        "The account {account} is not a holder's. Rule: units are issued to holders' accounts and "
        "returned by them. Give the account of a holder.",
    ),
    TotalsCode.KEY_TWICE_IN_TABLE: (
        "编号 {key} 在表中出现两次。规则：每一行有自己的编号，重复提交才不会重复核发。请为每一行另取编号。",
        "The key {key} is twice in the table. Rule: every row has a key of its own, so that "
        "sending it again issues nothing twice. Give each row its own key.",
    ),
    TotalsCode.ALLOCATION_EXCEEDS_TOTAL: (
        "本行需要 {needed}，该区域总量只剩 {available}。规则：核发不得超过下达的总量。"
        "请调低本行，或先追加总量。",
        "This row needs {needed}, and {available} of the zone's total are left for it. Rule: no "
        "more is issued than was set. Lower the row, or raise the total first.",
    ),
    TotalsCode.BATCH_HAS_FAULTS: (
        "本行无误，但表中 {rows} 行有 {faults} 行有错，首个在第 {first:plain} 行。"
        "规则：整表同时入账，有错则全部不入账。请改正有错的行后重新提交整表。",
        "This row is in order, but {faults} of the {rows} rows are at fault, the first in row "
        "{first:plain}. Rule: a table is posted as a whole or not at all. Correct the faulty rows "
        "and send the whole table again.",
    ),
    TotalsCode.RETURN_EXCEEDS_HOLDING: (
        "要求退回 {amount}，账户可用只有 {held}。规则：只能退回可用的数量。"
        "请改为 {held} 以内，或先解除冻结。",
        "{amount} were to be returned, and {held} are available in the account. Rule: only what is "
        "available is returned. Enter {held} or less, or release a hold first.",
    ),
    TotalsCode.NOTHING_TO_CUT: (
        "所选区域内没有可削减的 {asset}。规则：削减按持有的数量计算，各得的份额须有变动。"
        "请核对品种、区域和比例。",
        "There is nothing of {asset} to cut in these zones. Rule: a cut takes a share of what is "
        "held, and some holding must change. Check the asset, the zones and the shares.",
    ),
    TotalsCode.CUT_NEEDS_RELEASE_FIRST: (
        "{asset} 尚有 {amount} 被冻结或当日买入。规则：削减前先暂停交易，撤销委托并解除冻结。"
        "请先办理这些，再办理削减。",
        "{amount} of {asset} are frozen or were bought today. Rule: before a cut trading is halted, "
        "orders are cancelled and holds released. Do that first, then cut.",
    ),
    TotalsCode.INDEX_USE_TO_CUT_MISSING: (
        "指标 {index} 在持有人所在区域缺 {missing} 的已用数量或下达数量。"
        "规则：削减的数量从该区域已用的指标中扣除，并退回下达处。请在开出该权利的区域办理削减。",
        "The index {index} lacks {missing} of use, or of what was set, where the holders are. Rule: "
        "what a cut retires leaves the used part of the index there and goes back to where it was "
        "set. Cut in the zones where the right was opened.",
    ),
}
