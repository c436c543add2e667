"""Money in words: cash accounts, deposits, withdrawals, and the bank's statement lines."""

from ledger.imports.bank_lines import BankLineCode
from ledger.imports.sheet_rows import SheetCode
from ledger.refusals import RefusalCode
from ledger.registry.cash import CashAccountCode
from ledger.registry.cash_requests import CashCode

_PROPOSALS: dict[RefusalCode, tuple[str, str]] = {
    CashAccountCode.CASH_ACCOUNT_PARTY_UNKNOWN: (
        "没有主体 {party}。资金账户只为已登记的主体开立。请核对编号，或先登记主体。",
        "There is no party {party}. A cash account is opened for a registered party only. Check "
        "the number, or register the party first.",
    ),
    CashAccountCode.NOT_A_CASH_ACCOUNT: (
        "账户 {account} 不是资金账户。出入金只在主体的资金账户上办理。请改用该主体的资金账户。",
        "The account {account} is no cash account. Money comes and goes on a party's cash account "
        "only. Use the party's cash account.",
    ),
    CashCode.CASH_ACTOR_MISSING: (
        "没有写明经办人。资金的每一步都要记下是谁办的。请补上经办人。",
        "Nobody is named as acting. Every step with money is recorded with the person. Name the "
        "person.",
    ),
    CashCode.CASH_TEXT_UNREADABLE: (
        "资金申请里的文字 {text} 无法采用。这一项不超过 {limit} 个字，不含控制符。请改写。",
        "The text {text} about money cannot be used. It has at most {limit} signs and no control "
        "signs. Write it anew.",
    ),
    CashCode.BANK_DOCUMENT_MISSING: (
        "没有银行凭证号。每笔出入金都凭一张银行凭证。请填写凭证号。",
        "The bank's document is not named. Every deposit and withdrawal rests on one document of "
        "the bank. Give its number.",
    ),
    CashCode.CASH_AMOUNT_ZERO: (
        "银行凭证 {document} 的金额是零。出入金的金额须大于零。请核对金额。",
        "The amount under the bank's document {document} is zero. Money that comes or goes is "
        "above zero. Check the amount.",
    ),
    CashCode.CASH_AMOUNT_TOO_LARGE: (
        "银行凭证 {document} 的金额太大。一笔最多 {limit}。请核对金额。",
        "The amount under the bank's document {document} is too large. One movement is at most "
        "{limit}. Check the amount.",
    ),
    CashCode.BANK_DAY_IN_FUTURE: (
        "银行日期 {date} 在今天 {today} 之后。银行凭证的日期不能在将来。请核对日期。",
        "The bank's day {date} is after today, {today}. A document of the bank is not of a day to "
        "come. Check the day.",
    ),
    CashCode.BANK_DOCUMENT_TAKEN: (
        "银行凭证 {document} 已用于申请 {proposal:plain}。一张凭证只办一笔，退回后才能再用。"
        "请核对凭证号，或先处理那笔申请。",
        "The bank's document {document} is used by proposal {proposal:plain}. A document backs one "
        "movement and is free again only when that is turned down. Check the number, or decide on "
        "that proposal first.",
    ),
    CashCode.WITHDRAWAL_ABOVE_CASH: (
        "账户 {account} 可用资金 {available}，出金 {needed}。出金不得超过可用资金，冻结的不能出金。"
        "请减少金额，或先撤单解冻。",
        "The account {account} has {available} available; {needed} were to leave. A withdrawal is "
        "at most what is available, and what is held cannot leave. Withdraw less, or cancel orders "
        "first.",
    ),
    CashCode.CASH_PROPOSAL_UNKNOWN: (
        "没有编号为 {proposal:plain} 的出入金申请。只能审批已提出的申请。请核对编号。",
        "There is no deposit or withdrawal with the number {proposal:plain}. Only what was "
        "proposed is decided. Check the number.",
    ),
    CashCode.CASH_APPROVED_BEFORE: (
        "申请 {proposal:plain} 已由 {actor} 于 {time} 批准并记账。每笔申请只审批一次。"
        "如有差错，请冲正那笔凭证。",
        "Proposal {proposal:plain} was approved and posted by {actor} on {time}. A proposal is "
        "decided once. If it was wrong, reverse its entry.",
    ),
    CashCode.CASH_REJECTED_BEFORE: (
        "申请 {proposal:plain} 已由 {actor} 于 {time} 退回。退回的申请不再审批。请重新提出。",
        "Proposal {proposal:plain} was rejected by {actor} on {time}. What was rejected is not "
        "decided again. Propose it anew.",
    ),
    CashCode.CASH_WITHDRAWN_BEFORE: (
        "申请 {proposal:plain} 已由提出人 {actor} 于 {time} 撤回。撤回的申请不再审批。请重新提出。",
        "Proposal {proposal:plain} was withdrawn by {actor}, who proposed it, on {time}. What was "
        "withdrawn is not decided on. Propose it anew.",
    ),
    CashCode.CASH_APPROVER_PROPOSED_IT: (
        "申请 {proposal:plain} 是 {actor} 自己提出的。出入金须由第二人批准。请换人审批。",
        "Proposal {proposal:plain} was made by {actor}. Money is let in or out by a second person. "
        "Have somebody else approve it.",
    ),
    CashCode.CASH_REASON_MISSING: (
        "退回申请 {proposal:plain} 没有写明原因。退回要留下原因。请补上原因。",
        "No reason is given for turning down proposal {proposal:plain}. A reason is kept with it. "
        "Give the reason.",
    ),
}

_STATEMENTS: dict[RefusalCode, tuple[str, str]] = {
    SheetCode.SHEET_NOT_READABLE: (
        "{file} 不是能读的 Excel 文件。规则：须为未加密、未损坏的 .xlsx。请重新另存，或改用 CSV。",
        "{file} is no Excel file that can be read. Rule: it is an .xlsx without a password and "
        "undamaged. Save it again, or use CSV.",
    ),
    BankLineCode.BANK_FILE_NOT_FOUND: (
        "读不到文件 {file}。规则：银行流水是一个有读取权限的文件。请核对路径和权限。",
        "The file {file} cannot be read. Rule: a bank statement is a file that may be read. Check "
        "its path and permissions.",
    ),
    BankLineCode.BANK_FILE_OF_OTHER_KIND: (
        "{file} 既不是 .csv 也不是 .xlsx。规则：银行流水只收这两种。请另存为其中一种。",
        "{file} is neither .csv nor .xlsx. Rule: bank statements are taken in these two forms. "
        "Save it as one of them.",
    ),
    BankLineCode.BANK_FILE_HAS_NO_LINES: (
        "{file} 只有标题，没有流水。规则：至少要有一行。请核对导出的日期范围。",
        "{file} has a heading and no lines. Rule: there is at least one line. Check the days it "
        "was exported for.",
    ),
    BankLineCode.BANK_FILE_TOO_LONG: (
        "流水超过 {limit} 行。规则：一个文件最多这么多行。请分成几个文件。",
        "The statement has more than {limit} lines. Rule: one file has at most so many. Split it "
        "into several files.",
    ),
    BankLineCode.BANK_LINE_DAY_UNREADABLE: (
        "“{text}”不是日期。规则：日期写成 2026-11-20。请改正。",
        '"{text}" is no day. Rule: a day is written as 2026-11-20. Correct it.',
    ),
    BankLineCode.BANK_LINE_DAY_IN_FUTURE: (
        "流水日期 {date} 在今天 {today} 之后。规则：流水是已经发生的收付。请核对日期。",
        "The line's day {date} is after today, {today}. Rule: a statement tells what has happened. "
        "Check the day.",
    ),
    BankLineCode.BANK_LINE_DIRECTION_UNKNOWN: (
        "“{text}”不是收付方向。规则：写“收”或“付”（in 或 out）。请改正。",
        '"{text}" is no direction. Rule: it is 收 or 付 (in or out). Correct it.',
    ),
    BankLineCode.BANK_LINE_AMOUNT_ZERO: (
        "这一行的金额是零。规则：收付的金额大于零，方向写在“收付”一列。请改正或删去这一行。",
        "The amount of this line is zero. Rule: what came or went is above zero, and the direction "
        "has its own column. Correct or remove the line.",
    ),
    BankLineCode.BANK_LINE_DOCUMENT_ROUNDED: (
        "凭证号成了 {text}，后面的数字已被电子表格舍去。规则：凭证号须完整。"
        "请把这一列设为文本格式，重新导出。",
        "The document number became {text}; a spreadsheet has dropped its last digits. Rule: a "
        "document number is whole. Format the column as text and export it again.",
    ),
    BankLineCode.BANK_LINE_REPEATED: (
        "凭证号 {document} 在第 {row:plain} 行已经出现。规则：一个凭证号一行流水。"
        "请删去重复的一行，或核对凭证号。",
        "The document {document} is on row {row:plain} already. Rule: a document is one line. "
        "Remove the line that is there twice, or check the number.",
    ),
    BankLineCode.BANK_LINE_KNOWN_OTHERWISE: (
        "凭证号 {document} 以前导入过，当时是 {date}、{amount}，与这一行不同。"
        "规则：导入的流水不改。请向银行核实这张凭证。",
        "The document {document} was imported before as {amount} of {date}, which is not what this "
        "line says. Rule: imported lines are not changed. Ask the bank about this document.",
    ),
}

SENTENCES: dict[RefusalCode, tuple[str, str]] = {**_PROPOSALS, **_STATEMENTS}
