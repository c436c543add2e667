"""Duties, reported use and surrenders in words."""

from ledger.compliance.codes import RecordCode, SurrenderCode
from ledger.refusals import RefusalCode

SENTENCES: dict[RefusalCode, tuple[str, str]] = {
    RecordCode.RECORD_WITHOUT_DOCUMENT: (
        "没有写明经办人或文件。履约登记要有经办人和文件。请补上。",
        "The person or the document is not named. What is recorded for compliance names both. "
        "Add them.",
    ),
    RecordCode.RECORD_TEXT_UNREADABLE: (
        "履约登记的经办人或文件 {text} 无法采用。文字不超过 {limit} 个字，不含控制符。请改写。",
        "The person or document {text} of this record cannot be used. Such text has at most {limit} signs and no "
        "control signs. Write it anew.",
    ),
    RecordCode.RECORD_NEEDS_HOLDER: (
        "账户 {account} 不是持有人的账户。只有持有人才有报告和履约的义务。请核对账号。",
        "The account {account} is not a holder's. Only holders have a duty to report. "
        "Check the number.",
    ),
    RecordCode.YEAR_NOT_OF_SCHEME: (
        "{year} 年不是本制度的履约年度。只登记本制度各履约年度的义务和使用量。请核对年份。",
        "{year} is not a compliance year of this scheme. Duties and use are recorded for its "
        "compliance years only. Check the year.",
    ),
    RecordCode.DUTY_MISSING: (
        "账户 {account} 没有履约义务。先确定首个和末个报告年，才能登记使用量。请先设定报告年。",
        "The account {account} has no duty. Use is recorded once the first and last year of "
        "reporting are set. Set them first.",
    ),
    RecordCode.YEAR_TWICE_IN_BATCH: (
        "账户 {account} 的 {year} 年在这一批中出现两次。一批中一个账户一年只有一行。请留下一行。",
        "The year {year} of the account {account} comes twice in this batch. A batch has one row "
        "for an account and year. Keep one of them.",
    ),
    RecordCode.USE_NEGATIVE: (
        "使用量是 {amount}。使用量不能小于零。请核对数量；要更正以前的报告，请填正确的数量。",
        "The use is {amount}. Use is not below zero. Check the amount; to correct an earlier "
        "report, give the right amount.",
    ),
    RecordCode.USE_TOO_LARGE: (
        "使用量 {amount} 太大。一次最多登记 {limit} 个最小单位。请核对数量和单位。",
        "The use of {amount} is too large. At most {limit} smallest units are recorded at once. "
        "Check the amount and its unit.",
    ),
    RecordCode.USE_ASSET_MISSING: (
        "账户 {account} 在 {year} 年没有可以扣减的品种。使用量从当年的品种中扣减。"
        "请核对年份和品种。",
        "For {year} there is no asset from which the use of the account {account} could be taken. "
        "Use is taken off an asset that is for its year. Check the year and the asset.",
    ),
    RecordCode.USE_ASSET_NOT_TOLD: (
        "账户 {account} 在 {year} 年有多个品种可以扣减。使用量要写明从哪个品种扣减。请写明品种。",
        "For {year} the use of the account {account} could be taken off several assets. "
        "The report names the one. Name it.",
    ),
    SurrenderCode.SURRENDER_NEEDS_HOLDER: (
        "账户 {account} 不是持有人的账户。只有持有人才能清缴。请核对账号。",
        "The account {account} is not a holder's. Only holders surrender. Check the number.",
    ),
    SurrenderCode.SCHEME_KNOWS_NO_SURRENDER: (
        "账户 {account} 所在的制度不清缴（依据：{source}）。该制度的使用量从持有量中扣减，"
        "或与持有量比较。请改为登记使用量。",
        "The scheme of the account {account} knows no surrender (source: {source}). Its use is "
        "taken off what is held, or compared with it. Record the use instead.",
    ),
    SurrenderCode.SURRENDER_YEAR_NOT_OF_SCHEME: (
        "{year} 年不是账户 {account} 所在制度的履约年度。清缴须对应本制度的履约年度。请核对年份。",
        "{year} is not a compliance year of the scheme of the account {account}. A surrender is "
        "for a compliance year of its scheme. Check the year.",
    ),
    SurrenderCode.UNITS_ARE_FOR_LATER_YEARS: (
        "{asset} 不能用于 {year} 年。清缴只用当年或以前年度的配额。请改用其他年度的配额。",
        "{asset} cannot be surrendered for {year}. Only units of that year or before are. "
        "Use units of another year.",
    ),
    SurrenderCode.UNITS_TO_SURRENDER_TOO_FEW: (
        "{year} 年应清缴 {needed}，可用的只有 {available}。清缴不能超过可用的持有量（含当日买入）。"
        "请减少数量，或先买入。",
        "{needed} should be surrendered for {year}, but only {available} is available. No more is "
        "surrendered than is held freely or was bought today. Surrender less, or buy first.",
    ),
    SurrenderCode.ENTRY_IS_NO_SURRENDER: (
        "凭证 {entry:plain} 不是清缴。这里只撤销清缴。请核对凭证号。",
        "The entry {entry:plain} is not a surrender. Only surrenders are reversed here. "
        "Check the number of the entry.",
    ),
}
