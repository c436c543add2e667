"""The words for what the ledger names by codes: states, kinds of position, kinds of entry.

Marked Chinese texts; a translator turns them into the reader's language.  A test holds the tables
to the ledger's own lists.
"""

from ledger.compliance.status import Status
from ledger.core.moves import EntryKind, PositionKind
from ledger.reports.accounts import AccountSummary
from ledger.reports.balance_sheet import Cause
from ledger.reports.states import State
from ledger.totals.figures import TotalState
from web.i18n import Translator, marked

STATE_WORDS = {
    State.ROOM: marked("余量"),
    State.TOLERATED: marked("超出总量"),
    State.HELD: marked("持有"),
    State.UNPAID: marked("持有（未缴清）"),
    State.RESERVE: marked("储备"),
    State.SEIZED: marked("查封"),
    State.DEBT: marked("欠款或欠量"),
    State.WITHHELD: marked("暂扣"),
    State.FROZEN: marked("冻结"),
    State.SURRENDERED: marked("已清缴"),
    State.USED: marked("已使用"),
    State.RETIRED: marked("已注销"),
    State.INDEX_USED: marked("指标已用"),
    State.CASH: marked("资金"),
    State.FEES: marked("手续费收入"),
}

POSITION_WORDS = {
    PositionKind.SOURCE: marked("来源"),
    PositionKind.OUTSIDE: marked("登记系统以外"),
    PositionKind.BANK: marked("银行"),
    PositionKind.TOTAL: marked("总量余量"),
    PositionKind.ROOM: marked("指标余量"),
    PositionKind.ROOM_FROZEN: marked("冻结的额度"),
    PositionKind.ROOM_USED: marked("已用的额度"),
    PositionKind.TOLERATED: marked("超出总量"),
    PositionKind.HOLDING: marked("持有"),
    PositionKind.UNPAID: marked("持有（未缴清）"),
    PositionKind.OWN_USE: marked("限自用"),
    PositionKind.BOUGHT: marked("当日买入"),
    PositionKind.WITHHELD: marked("暂扣"),
    PositionKind.FROZEN: marked("冻结"),
    PositionKind.SEIZED: marked("查封"),
    PositionKind.RESERVE: marked("储备"),
    PositionKind.DEBT: marked("欠款或欠量"),
    PositionKind.CASH: marked("资金"),
    PositionKind.FEES: marked("手续费收入"),
    PositionKind.SURRENDERED: marked("已清缴"),
    PositionKind.USED: marked("已使用"),
    PositionKind.RETIRED: marked("已注销"),
}

ENTRY_WORDS = {
    EntryKind.SET: marked("下达总量"),
    EntryKind.LOWER: marked("调减总量"),
    EntryKind.DIVIDE: marked("分解总量"),
    EntryKind.GIVE_BACK: marked("上交余量"),
    EntryKind.OPEN: marked("启用品种"),
    EntryKind.CLOSE: marked("关闭品种"),
    EntryKind.ALLOCATE: marked("分配"),
    EntryKind.RETURN: marked("退回"),
    EntryKind.TRANSFER: marked("转让"),
    EntryKind.TRANSFER_WITH_TOTAL: marked("连同总量转让"),
    EntryKind.IMPORT: marked("外部转入"),
    EntryKind.SURRENDER: marked("清缴"),
    EntryKind.USE: marked("计量使用"),
    EntryKind.CUT: marked("削减"),
    EntryKind.DEPOSIT: marked("入金"),
    EntryKind.WITHDRAW: marked("出金"),
    EntryKind.HOLD: marked("冻结"),
    EntryKind.RELEASE: marked("解冻"),
    EntryKind.FILL: marked("成交"),
    EntryKind.AGREEMENT: marked("协议成交"),
    EntryKind.AWARD: marked("竞得"),
    EntryKind.PAY_PART: marked("分期缴款"),
    EntryKind.DEFAULT: marked("违约处理"),
    EntryKind.SEIZE: marked("查封"),
    EntryKind.ROLL: marked("转为可卖"),
    EntryKind.SET_LIMIT: marked("设定限额"),
    EntryKind.LINK: marked("关联企业合并计算"),
    EntryKind.REVERSAL: marked("冲正"),
}


USE_WORDS = {
    "": "",
    "farm": marked("农业"),
    "industry": marked("工业"),
    "service": marked("服务业"),
    "household": marked("生活"),
    "ecology": marked("生态"),
}

CLASS_WORDS = {
    "discharge": marked("排污权"),
    "water": marked("水权"),
    "forest": marked("林权"),
    "energy": marked("用能/节能"),
    "carbon": marked("碳"),
    "money": marked("资金"),
}

TOTAL_STATE_WORDS = {
    TotalState.NOT_SET: marked("尚未下达"),
    TotalState.NORMAL: marked("正常"),
    TotalState.WATCH: marked("关注"),
    TotalState.NEAR_LIMIT: marked("接近上限"),
    TotalState.FULL: marked("已满"),
}

COMPLIANCE_WORDS = {
    Status.A: marked("已足额"),
    Status.B: marked("未足额"),
    Status.C: marked("未报告"),
    Status.EXCLUDED: marked("免于清缴"),
    Status.NOT_APPLICABLE: marked("不适用"),
}


def place_words(name: str | None, use_type: str | None, translator: Translator) -> str:
    """Say a cell: its zone and, inside it, its use."""
    if not use_type:
        return name or ""
    return f"{name} · {translator.gettext(USE_WORDS[use_type])}"


def account_words(account: AccountSummary, translator: Translator) -> str:
    """Say whose an account is: its holder, the cell it keeps, or what it is for."""
    if account.party_name:
        return account.party_name
    if account.zone_code is None:
        desk = account.scheme_name_zh if translator.language == "zh" else account.scheme_name_en
        return translator.gettext("%(scheme)s 登记台", scheme=desk)
    zone = account.zone_name_zh if translator.language == "zh" else account.zone_name_en
    return place_words(zone, account.use_type, translator)


def cause_words(cause: Cause, translator: Translator) -> str:
    """Say a cause: the kind of entry, whether it undid one, whether it crossed the border."""
    words = translator.gettext(ENTRY_WORDS[EntryKind(cause.kind)])
    if cause.reversed:
        words = translator.gettext("冲正：%(kind)s", kind=words)
    if cause.across:
        words = translator.gettext("%(kind)s（跨区域）", kind=words)
    return words


def kind_words(kind: str, reversed_kind: str | None, translator: Translator) -> str:
    """Say an entry's kind; of a reversal also what it undid."""
    if reversed_kind is not None:
        return cause_words(Cause(reversed_kind, reversed=True), translator)
    return translator.gettext(ENTRY_WORDS[EntryKind(kind)])
