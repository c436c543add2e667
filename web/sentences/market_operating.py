"""What an operator's command refuses in words: files of venues, limits by name, the runner."""

from ledger.refusals import RefusalCode
from market.limit_lookup import LimitLookupCode
from web.schemas.venue_file import VenueFileCode


class OperatingCode(RefusalCode):
    """Why an operator's command does nothing."""

    OPERATOR_NOT_NAMED = "operator_not_named"
    OPERATOR_NAME_UNREADABLE = "operator_name_unreadable"
    ANOTHER_RUNNER_LEADS = "another_runner_leads"
    ANOTHER_RUNNER_TOOK_OVER = "another_runner_took_over"


SENTENCES: dict[RefusalCode, tuple[str, str]] = {
    OperatingCode.OPERATOR_NOT_NAMED: (
        "没有写明是谁在操作。市场的每一步都记下操作人。请补上 --actor。",
        "Nobody is named as acting. Every step at a market is recorded with the person. "
        "Add --actor.",
    ),
    OperatingCode.OPERATOR_NAME_UNREADABLE: (
        "操作人 {text} 无法采用。名称不超过 {limit} 个字，不含控制符。请改写。",
        "The name {text} of the person acting cannot be used. It has at most {limit} signs and no "
        "control signs. Write it anew.",
    ),
    OperatingCode.ANOTHER_RUNNER_LEADS: (
        "另一撮合程序正在工作，本命令没有处理任何指令。一个账册同时只有一个撮合程序，"
        "排队的指令由它处理。它若已停止，{seconds} 秒后可再试。",
        "Another runner leads, and this command decided nothing. A ledger has one runner at a "
        "time, which decides what is queued. If it has stopped, try again in {seconds} s.",
    ),
    OperatingCode.ANOTHER_RUNNER_TOOK_OVER: (
        "处理 {count} 条指令后，撮合已由另一程序接手。一个账册同时只有一个撮合程序，"
        "其余指令由它处理。请用原来的键再次查问结果。",
        "After {count} commands another runner took over. A ledger has one runner at a time, "
        "which decides the rest. Ask for answers again with the same keys.",
    ),
    VenueFileCode.DAY_NOT_ISO: (
        "{value} 不是日期。日期写成年-月-日，如 2026-12-01。请改写。",
        "{value} is no day. Days are written year-month-day, such as 2026-12-01. Write it so.",
    ),
    VenueFileCode.LINE_NOT_PRINTABLE: (
        "文字 {value} 无法采用。它是一行可以显示的字，不含换行和控制符。请改写。",
        "The text {value} cannot be used. It is one line that can be printed, without line breaks "
        "and control signs. Write it anew.",
    ),
    VenueFileCode.CONTENT_NOT_PLAIN: (
        "指令内容 {key} 的值 {value} 无法采用。它只能是文字、整数、true、false、null 或它们的列表；"
        "价格和数量写在引号里。请改写。",
        "The value {value} of {key} cannot be in a command. It is a text, a whole number, true, "
        "false, null or a list of them, with prices and quantities in quotes. Write it so.",
    ),
    LimitLookupCode.LIMIT_SCHEME_UNKNOWN: (
        "没有已开设的制度 {scheme}。集团和限额属于一个已开设的制度。请核对制度代码。",
        "The scheme {scheme} is not open here. Groups and limits belong to a scheme that was "
        "opened. Check its code.",
    ),
    LimitLookupCode.LIMIT_NOT_FOUND: (
        "没有代码为 {limit} 的限额。数额只能设在已开设的限额上。请核对代码，或先开设限额。",
        "There is no limit with the code {limit}. Amounts are set under a limit that was opened. "
        "Check the code, or open the limit first.",
    ),
    LimitLookupCode.GROUP_NOT_FOUND: (
        "本制度没有代码为 {group} 的集团。限额和成员只登记在已开设的集团。请核对代码，或先开设集团。",
        "The scheme has no group with the code {group}. Limits and members are those of a group "
        "that was opened. Check the code, or open the group first.",
    ),
    LimitLookupCode.MARKET_PARTY_UNKNOWN: (
        "没有主体 {party}。只有已登记的主体可以交易或归入集团。请核对编号或统一社会信用代码。",
        "There is no party {party}. Only a registered party trades or belongs to a group. Check "
        "its number or unified social credit code.",
    ),
    LimitLookupCode.MARKET_ASSET_UNKNOWN: (
        "没有品种 {asset}。限额只加在已有的品种上。请核对品种代码。",
        "There is no asset {asset}. Limits are over assets that exist. Check the code of the "
        "asset.",
    ),
}
