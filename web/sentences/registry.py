"""The counter in words: parties, zones, accounts, closing and transfers."""

from ledger.refusals import RefusalCode
from ledger.registry.accounts import AccountCode
from ledger.registry.closing import ClosingCode
from ledger.registry.parties import PartyCode
from ledger.registry.transfers import TransferCode
from ledger.registry.zones import ZoneCode

SENTENCES: dict[RefusalCode, tuple[str, str]] = {
    ZoneCode.ZONE_TO_MOVE_UNKNOWN: (
        "没有编号为 {zone:plain} 的区域。只有已登记的区域才能调整隶属。请核对区域。",
        "There is no zone with the number {zone:plain}. Only a registered zone can be moved. "
        "Check the zone.",
    ),
    ZoneCode.ZONES_OF_DIFFERENT_TREES: (
        "区域属于 {tree} 体系，上级属于 {parent_tree} 体系。上下级必须在同一体系内。"
        "请选择同一体系的上级。",
        "The zone is of the tree {tree}, the one above of {parent_tree}. Both must be of one "
        "tree. Choose a zone of the same tree.",
    ),
    ZoneCode.ZONE_MOVE_NOT_AFTER_LAST: (
        "隶属不能从 {date} 起调整，上一次调整到 {last_date} 为止已经确定。"
        "隶属关系只向后追加，不改历史。请选 {last_date} 之后的日期。",
        "The zone cannot move from {date} on, because its place is settled up to {last_date}. "
        "History is only added to. Choose a day after {last_date}.",
    ),
    ZoneCode.ZONE_WOULD_LIE_IN_ITSELF: (
        "这样调整后，该区域从 {date} 起会隶属于自己。区域不能直接或间接隶属于自己。"
        "请另选上级区域。",
        "The zone would lie under itself from {date} on. No zone lies under itself, directly or "
        "through others. Choose another zone above it.",
    ),
    PartyCode.PARTY_NAME_UNREADABLE: (
        "单位名称 {name} 无法采用。名称为 1 至 {limit} 个字，不含换行等控制符。请改写。",
        "The name {name} cannot be used. A name has 1 to {limit} signs and no line breaks or other "
        "control signs. Write it anew.",
    ),
    PartyCode.FOREIGN_NUMBER_UNREADABLE: (
        "境外登记号 {text} 无法采用。登记号不超过 {limit} 个字，不含控制符。请改写。",
        "The foreign number {text} cannot be used. It has at most {limit} signs and no control "
        "signs. Write it anew.",
    ),
    PartyCode.PARTY_NUMBER_MISSING: (
        "{name} 没有统一社会信用代码，也没有境外登记号。企业须凭其一登记。请补上其一。",
        "{name} has neither a unified social credit code nor a number of a foreign register. An "
        "enterprise is registered by one of them. Add one.",
    ),
    PartyCode.CREDIT_CODE_TAKEN: (
        "{name} 的统一社会信用代码 {credit_code} 已经登记过。一个代码只登记一个主体。"
        "请查找已有的主体，或核对代码。",
        "The unified social credit code {credit_code} of {name} is registered already. One code is "
        "one party. Look the party up, or check the code.",
    ),
    PartyCode.PARTY_REGISTERED_ALREADY: (
        "{name}（登记号 {foreign_number}）已经登记过。同名同号即同一主体，只登记一次。"
        "请使用已有的主体。",
        "{name} with the number {foreign_number} is registered already. The same name and number "
        "are the same party, which is registered once. Use the party that is there.",
    ),
    AccountCode.ACCOUNT_TEXT_UNREADABLE: (
        "账户名称或外部编号 {text} 无法采用。文字不超过 {limit} 个字，不含控制符。请改写。",
        "The account's name or outside reference {text} cannot be used. It has at most {limit} "
        "signs and no control signs. Write it anew.",
    ),
    AccountCode.ACCOUNT_SCHEME_UNKNOWN: (
        "没有编号为 {scheme:plain} 的制度。账户必须开在已启用的制度下。请先启用该制度。",
        "There is no scheme with the number {scheme:plain}. An account is opened in a scheme that "
        "is there. Open the scheme first.",
    ),
    AccountCode.ACCOUNT_CELL_UNKNOWN: (
        "账户 {name} 没有落在本制度的区域内。持有人的账户必须归属本制度的一个区域。请指定区域。",
        "The account {name} lies in no zone of this scheme. A holder's account belongs to a zone "
        "of its scheme. Name the zone.",
    ),
    AccountCode.ACCOUNT_PARTY_UNKNOWN: (
        "账户 {name} 没有已登记的主体。账户必须属于已登记的主体。请先登记主体。",
        "The account {name} has no registered party. An account belongs to a registered party. "
        "Register the party first.",
    ),
    AccountCode.EXTERNAL_REF_TAKEN: (
        "外部编号 {external_ref} 已有账户。同一制度内一个外部编号只对应一个账户。"
        "请使用已有的账户，或核对编号。",
        "The outside reference {external_ref} has an account already. Within a scheme one "
        "reference is one account. Use that account, or check the reference.",
    ),
    AccountCode.ACCOUNT_NOT_FOUND: (
        "没有账户 {account}。只能办理已开立的账户。请核对账号。",
        "There is no account {account}. Only an account that was opened can be used. "
        "Check the number.",
    ),
    AccountCode.ACCOUNT_CLOSED: (
        "账户 {account} 已经注销。已注销的账户不再办理业务。请换用其他账户，或先恢复该账户。",
        "The account {account} is closed. Nothing is done on a closed account. "
        "Use another account, or open this one again first.",
    ),
    ClosingCode.CLOSING_WITHOUT_DOCUMENT: (
        "没有写明经办人或文件。注销和恢复账户要有经办人和文件。请补上。",
        "The person or the document is not named. An account is closed or opened again by a "
        "person with a document. Add both.",
    ),
    ClosingCode.CLOSING_TEXT_UNREADABLE: (
        "注销或恢复账户的经办人或文件 {text} 无法采用。文字不超过 {limit} 个字，不含控制符。请改写。",
        "The person or document {text} for closing or opening again cannot be used. Such text has "
        "at most {limit} signs and no control signs. Write it anew.",
    ),
    ClosingCode.CLOSING_DAY_IN_FUTURE: (
        "日期 {date} 在今天 {today} 之后。登记的日期不能在将来。请改用今天或以前的日期。",
        "The day {date} is after today, {today}. What is registered has happened. "
        "Use today or an earlier day.",
    ),
    ClosingCode.ACCOUNT_NEVER_CLOSES: (
        "账户 {account} 是主管部门自己的账户。区域账户和工作台账户随制度存在，不注销。请核对账号。",
        "The account {account} is the regulator's own. The accounts of cells and of the desk last "
        "as long as their scheme. Check the number.",
    ),
    ClosingCode.CLOSING_DAY_BEFORE_OPENING: (
        "日期 {date} 早于账户 {account} 的开立日 {opened_on}。账户不能在开立之前注销或恢复。"
        "请核对日期。",
        "The day {date} is before {opened_on}, when the account {account} was opened. An account "
        "is not closed or opened again before that. Check the day.",
    ),
    ClosingCode.ACCOUNT_NOT_EMPTY: (
        "账户 {account} 上还有 {asset} {amount}。账户清空后才能注销。请先转出、清缴或退回。",
        "The account {account} still has {amount} of {asset}. An account is closed only when "
        "nothing is on it. Transfer, surrender or return it first.",
    ),
    ClosingCode.ACCOUNT_IS_OPEN: (
        "账户 {account} 没有注销。只有已注销的账户才能恢复。无需办理。",
        "The account {account} is open. Only a closed account is opened again. "
        "Nothing needs to be done.",
    ),
    TransferCode.TRANSFER_TO_SAME_ACCOUNT: (
        "转出和转入都是账户 {account}。转让须在两个不同的账户之间进行。请改选其中一个账户。",
        "The account {account} is on both ends. A transfer goes from one account to another. "
        "Choose another account for one end.",
    ),
    TransferCode.TRANSFER_NEEDS_HOLDERS: (
        "账户 {account} 不是持有人的账户。转让只在持有人之间进行。请选择持有人的账户。",
        "The account {account} is not a holder's. Transfers go from holder to holder. "
        "Choose a holder's account.",
    ),
    TransferCode.TRANSFER_LEAVES_SCHEME: (
        "账户 {account} 与 {receiver} 不在同一制度。转让不出本制度。请选择同一制度的账户。",
        "The accounts {account} and {receiver} are of different schemes. A transfer stays in its "
        "scheme. Choose accounts of one scheme.",
    ),
}
