"""The registry's rules in words: approvals, limits, states, requests, and cases that cannot be read."""

from ledger.refusals import RefusalCode
from ledger.registry.rules.approvals import ApprovalCode
from ledger.registry.rules.caps import CapCode
from ledger.registry.rules.closure import ClosureCode
from ledger.registry.rules.limits import LimitCode
from ledger.registry.rules.proposals import ProposalCode
from ledger.registry.rules.quantities import QuantityCode
from ledger.registry.rules.returns import ReturnCode
from ledger.registry.rules.reversals import ReversalCode
from ledger.registry.rules.states import StateCode
from ledger.registry.rules.trusted import TrustCode
from web.schemas.registry_blocks import RegistryBlockCode
from web.schemas.registry_fields import RegistryFieldCode

_REQUESTS: dict[RefusalCode, tuple[str, str]] = {
    ApprovalCode.APPROVER_MUST_DIFFER: (
        "{actor} 是这项申请的提出人。复核人不能是提出人，管理员也一样。请由另一人复核。",
        "{actor} proposed this request. Whoever proposed it does not approve it, administrators "
        "included. Have another person approve it.",
    ),
    ApprovalCode.NO_SECOND_PERSON_TO_APPROVE: (
        "除 {actor} 外没有人可以复核。需要复核的申请至少要有另一位有权复核的人。请先指定复核人。",
        "Nobody but {actor} could approve this. A request that needs approval needs another person "
        "who may approve it. Appoint one first.",
    ),
    ProposalCode.REQUEST_DECIDED_BEFORE: (
        "这项申请已由 {actor} 于 {at} 了结。一项申请只了结一次。如仍需办理，请另提申请。",
        "This request was closed by {actor} at {at}. A request is closed once. "
        "If it is still wanted, file another.",
    ),
    ProposalCode.REQUEST_APPROVED_BEFORE: (
        "这项申请已由 {actor} 于 {at} 放行，正在等待执行。已放行的申请不再复核，也不过期。"
        "如要停止，请驳回并写明理由。",
        "This request was let through by {actor} at {at} and waits to be carried out. What was let "
        "through is not approved again and does not lapse. To stop it, reject it with a reason.",
    ),
    ProposalCode.REQUEST_HAS_EXPIRED: (
        "现在是 {at}，这项申请的期限到 {expires_at} 为止。过期的申请不能复核通过。请另提申请。",
        "It is {at}, and this request stood until {expires_at}. What has lapsed is not approved. "
        "File another request.",
    ),
    ProposalCode.REJECTION_WITHOUT_REASON: (
        "{actor} 驳回时没有写明理由。驳回必须有理由。请写上理由。",
        "{actor} gave no reason for the rejection. A rejection needs a reason. Write one.",
    ),
    ProposalCode.ONLY_PROPOSER_WITHDRAWS: (
        "{actor} 不是提出人，提出人是 {proposer}。只有提出人可以撤回申请。请由提出人撤回，或予以驳回。",
        "{actor} is not the proposer, who is {proposer}. Only the proposer withdraws a request. "
        "Have it withdrawn by the proposer, or reject it.",
    ),
    ProposalCode.REQUEST_NOT_APPROVED_YET: (
        "这项申请还没有复核。复核通过后才能执行。请先复核。",
        "This request is not approved yet. It is carried out only after its approval. "
        "Have it approved first.",
    ),
    ProposalCode.REQUEST_STILL_WAITS: (
        "现在是 {at}，这项申请到 {executes_at} 才能执行。等待期满才执行。请等到那时。",
        "It is {at}, and this request is carried out from {executes_at} on. Its waiting time must "
        "be over. Wait until then.",
    ),
    ProposalCode.REQUEST_NOT_EXPIRED_YET: (
        "到 {at} 这项申请还没有过期。只有到期未复核的申请才过期。请等到期，或由提出人撤回。",
        "At {at} this request has not lapsed. Only what nobody approved in time lapses. "
        "Wait for its end, or have the proposer withdraw it.",
    ),
}

_AMOUNTS: dict[RefusalCode, tuple[str, str]] = {
    TrustCode.RECEIVER_NOT_TRUSTED: (
        "账户 {receiver} 不在信任名单上。本账户不允许向名单外转让。请先把对方加入名单，或修改账户设置。",
        "The account {receiver} is not on the trusted list. This account allows no transfers "
        "outside its list. Add the receiver first, or change the account's setting.",
    ),
    LimitCode.TRANSFER_ABOVE_LIMIT: (
        "一次转出 {quantity}，超过限额 {limit}。一次转让不得超过各级限额中最低的一个。"
        "请分次办理，或先把对方加入信任名单。",
        "The transfer is of {quantity}, above the limit of {limit}. One transfer stays within the "
        "lowest of all limits. Send less at a time, or add the receiver to the trusted list.",
    ),
    LimitCode.HOLDING_ABOVE_LIMIT: (
        "已持有 {held}，再转入 {quantity} 将超过持有上限 {limit}。集团合计持有不得超过上限。请减少转入量。",
        "With {held} held, another {quantity} would pass the holding limit of {limit}. A group "
        "together stays within its limit. Take in less.",
    ),
    QuantityCode.QUANTITY_NOT_WHOLE_POSITIVE: (
        "数量 {text} 不是不小于零的整数。数量以整数个单位计，不带小数、符号和分组。请改写。",
        "The quantity {text} is no whole number of at least zero. Quantities are whole units, "
        "without decimals, sign or grouping. Write it anew.",
    ),
    QuantityCode.QUANTITIES_ALL_ZERO: (
        "数量全部为 0。一项申请至少要办理一个单位。请填写数量。",
        "All quantities are 0. A request is for at least one unit. Enter a quantity.",
    ),
    QuantityCode.QUANTITY_ABOVE_AVAILABLE: (
        "申请 {quantity}，可用量只有 {available}。申请的数量不得超过可用量。请减少数量。",
        "The request is for {quantity}, and only {available} is available. A request stays within "
        "what is available. Ask for less.",
    ),
    CapCode.ISSUE_ABOVE_CAP: (
        "申请核发 {quantity}，总量 {limit} 只剩 {remaining}。已核发与待核发合计不得超过总量。请减少数量。",
        "The issue is of {quantity}, and of the cap of {limit} only {remaining} is left. Issued "
        "and pending together stay within the cap. Ask for less.",
    ),
    CapCode.CAP_DECISION_ABOVE_PENDING: (
        "对 {quantity} 作出决定，待决定的只有 {pending}。只能决定已提出的数量。请核对数量。",
        "The decision is on {quantity}, and only {pending} is pending. Only what was proposed is "
        "decided on. Check the quantity.",
    ),
    ReversalCode.KIND_NOT_REVERSIBLE: (
        "业务 {kind} 不能撤销。只有分配、清缴和注销可以撤销。请另办一笔相反的业务。",
        "A transaction of the kind {kind} is not reversed. Only allocation, surrender and deletion "
        "are. Make a transaction the other way instead.",
    ),
    ReversalCode.ORIGINAL_NOT_CARRIED_OUT: (
        "要撤销的业务 {kind} 还没有执行。只能撤销已执行的业务。请改为撤回或驳回该申请。",
        "The transaction to reverse ({kind}) was not carried out. Only what was carried out is "
        "reversed. Withdraw or reject the request instead.",
    ),
    ReversalCode.REVERSED_BEFORE: (
        "这笔业务（{kind}）已经撤销过，或撤销正在办理。一笔业务只能撤销一次。请核对原业务。",
        "This transaction ({kind}) was reversed before, or a reversal is pending. A transaction is "
        "reversed once. Check which one is meant.",
    ),
    ReversalCode.REVERSAL_TOO_LATE: (
        "今天是 {today}，撤销的最后一天是 {last_day}。业务执行后 {days} 天内可以撤销。请另办一笔相反的业务。",
        "Today is {today}, and the last day to reverse was {last_day}. A transaction is reversed "
        "within {days} days. Make a transaction the other way instead.",
    ),
    ReturnCode.RETURN_ABOVE_EXCESS: (
        "退回 {quantity}，{year} 年多分配的只有 {excess}。退回量不得超过多分配的量。请减少数量。",
        "The return is of {quantity}, and the excess of {year} is {excess}. No more than the "
        "excess is returned. Return less.",
    ),
    ReturnCode.RETURN_PENDING_ALREADY: (
        "{year} 年同一张分配表已有一笔退回在办理。同一年同一张表一次只办一笔。请等它办结。",
        "A return for {year} and the same table is pending. There is one at a time for a year and "
        "table. Wait for its decision.",
    ),
}

_STATES: dict[RefusalCode, tuple[str, str]] = {
    StateCode.SENDER_CLOSED: (
        "转出账户 {account} 已注销或正在注销。这样的账户不再转出。请核对账户。",
        "The sending account {account} is closed or closing. Nothing is sent from such an account. "
        "Check the account.",
    ),
    StateCode.SENDER_SUSPENDED: (
        "转出账户 {account} 已暂停。暂停期间只有主管部门可以代办转出。请向主管部门申请。",
        "The sending account {account} is suspended. While it is, only staff send from it. "
        "Ask the authority.",
    ),
    StateCode.SENDER_RESTRICTED: (
        "转出账户 {account} 受限制。受限制的账户只能清缴和退回。请先解除限制。",
        "The sending account {account} is restricted. A restricted account only surrenders and "
        "returns. Have the restriction lifted first.",
    ),
    StateCode.SENDER_TRANSFER_PENDING: (
        "转出账户 {account} 正在变更经营者。变更期间只有主管部门可以代办转出。请等变更办结。",
        "The sending account {account} is changing its operator. Meanwhile only staff send from "
        "it. Wait until the change is done.",
    ),
    StateCode.SENDER_ALL_RESTRICTED: (
        "转出账户 {account} 的全部业务已限制。核对不符的账户不得转出。请等对账查清。",
        "All transactions of the sending account {account} are restricted. Nothing is sent while "
        "its reconciliation is open. Wait until that is settled.",
    ),
    StateCode.DELETION_FROM_RESTRICTED: (
        "账户 {account} 受限制，不能注销其中的单位。限制期间主管部门也不办理注销。请先解除限制。",
        "Units of the restricted account {account} are not deleted. Not even staff delete while "
        "the restriction stands. Have it lifted first.",
    ),
    StateCode.RECEIVER_CLOSED: (
        "转入账户 {account} 已注销或正在注销。这样的账户不再转入。请改用其他账户。",
        "The receiving account {account} is closed or closing. Nothing is sent to such an account. "
        "Use another account.",
    ),
    StateCode.RECEIVER_SUSPENDED: (
        "转入账户 {account} 已完全暂停。完全暂停的账户不得转入。请等它恢复。",
        "The receiving account {account} is wholly suspended. It takes nothing in meanwhile. "
        "Wait until it is open again.",
    ),
    StateCode.RECEIVER_TRANSFER_PENDING: (
        "转入账户 {account} 正在变更经营者。变更期间不得转入。请等变更办结。",
        "The receiving account {account} is changing its operator. It takes nothing in until then. "
        "Wait until the change is done.",
    ),
    StateCode.RECEIVER_ALL_RESTRICTED: (
        "转入账户 {account} 的全部业务已限制。核对不符的账户不得转入。请等对账查清。",
        "All transactions of the receiving account {account} are restricted. It takes nothing in "
        "while its reconciliation is open. Wait until that is settled.",
    ),
    StateCode.ACCOUNT_STATE_MOVE_NOT_ALLOWED: (
        "账户 {account} 不能从 {state} 改为 {wanted}。状态只能按规定的路径变更。请先改为允许的状态。",
        "The account {account} does not go from {state} to {wanted}. States change only along the "
        "laid down ways. Choose a state that is allowed.",
    ),
    ClosureCode.CLOSURE_WITH_BALANCE: (
        "账户 {account} 的余额还有 {amount}。余额为零才能注销。请先转出、清缴或退回。",
        "The account {account} has a balance of {amount}. It is closed only with nothing on it. "
        "Transfer, surrender or return that first.",
    ),
    ClosureCode.CLOSURE_WITH_OPEN_REQUESTS: (
        "账户 {account} 还有 {count} 项申请没有了结。申请全部了结才能注销。请先了结。",
        "The account {account} has {count} open requests. It is closed only when all are decided. "
        "Have them decided first.",
    ),
    ClosureCode.CLOSURE_WITH_TRANSACTIONS_UNDER_WAY: (
        "账户 {account} 还有 {count} 笔业务在途。没有在途业务才能注销。请等它们办结。",
        "The account {account} has {count} transactions under way. It is closed only when there "
        "are none. Wait until they are done.",
    ),
    ClosureCode.CLOSURE_WITHOUT_LAST_YEAR: (
        "账户 {account} 没有填写末个报告年。有报告义务的账户先定末个报告年才能注销。请先填写。",
        "The account {account} has no last year of reporting. An account with reports is closed "
        "only when that year is set. Set it first.",
    ),
    ClosureCode.CLOSURE_BEFORE_LAST_YEAR_ENDS: (
        "账户 {account} 的末个报告年 {last_year} 还没有到。到末个报告年才能注销。请届时再办。",
        "The last year of reporting of the account {account}, {last_year}, is still to come. It is "
        "not closed before that year. Come back then.",
    ),
    ClosureCode.CLOSURE_WITH_YEARS_UNREPORTED: (
        "账户 {account} 有年份没有报告：{years}。各年都报告后才能注销。请先补报。",
        "The account {account} has years without a report: {years}. It is closed only when every "
        "year is reported. Report them first.",
    ),
    ClosureCode.CLOSURE_WHILE_OPERATOR_CHANGES: (
        "账户 {account} 正在变更经营者，不能注销。变更办结前不注销账户。请等变更办结。",
        "The account {account} is changing its operator and cannot be closed. No account is closed "
        "before such a change is done. Wait for it.",
    ),
    ClosureCode.CLOSURE_WITH_TRUST_REQUESTS: (
        "账户 {account} 还有 {count} 项信任名单申请没有了结。这些申请了结后才能注销。请先了结或撤回。",
        "The account {account} has {count} open requests on its trusted list. It is closed only "
        "when they are decided. Have them decided or withdraw them.",
    ),
}

_FILES: dict[RefusalCode, tuple[str, str]] = {
    RegistryFieldCode.ROW_WRONG_IN_LENGTH: (
        "这里是 {value}，不是一行。这一行是一个列表，有 {least} 至 {most} 项，多出的是预期结果。请补齐或删减。",
        "Here is {value}, not a row. This row is a list of {least} to {most} items, the last ones "
        "expectations. Add or remove items.",
    ),
    RegistryFieldCode.DAY_UNREADABLE: (
        "这里是 {value}，不是日期。日期写作 2021-05-03，年份在 1900 至 9900 之间。请改写日期。",
        "Here is {value}, not a day. Days are written 2021-05-03, from 1900 to 9900. "
        "Write the day so.",
    ),
    RegistryFieldCode.CLOCK_TIME_UNREADABLE: (
        "这里是 {value}，不是钟点。钟点写作 16:00，从 00:00 到 23:59。请改写钟点。",
        "Here is {value}, not a time of day. Times of day are written 16:00, from 00:00 to 23:59. "
        "Write the time so.",
    ),
    RegistryFieldCode.MOMENT_UNREADABLE: (
        "这里是 {value}，不是时刻。时刻写作 2021-04-30 15:00，后面可以加秒和时差。请改写时刻。",
        "Here is {value}, not a time. Times are written 2021-04-30 15:00; seconds and an offset "
        "may follow. Write the time so.",
    ),
    RegistryFieldCode.MOMENT_OR_DAY_UNREADABLE: (
        "这里是 {value}，既不是时刻也不是日期。写作 2021-04-30 15:00 或 2021-04-30。请照此改写。",
        "Here is {value}, neither a time nor a day. They are written 2021-04-30 15:00 or "
        "2021-04-30. Write it so.",
    ),
    RegistryFieldCode.ZONE_UNKNOWN: (
        "这里是 {value}，不是已知的时区。时区用 IANA 名称，如 Europe/London。请核对名称。",
        "Here is {value}, which is no known time zone. Zones have their IANA names, such as "
        "Europe/London. Check the name.",
    ),
    RegistryBlockCode.WINDOW_NOT_IN_ORDER: (
        "办公时间从 {opens} 到 {closes}。开始必须早于结束，且在同一天内。请核对办公时间。",
        "Office hours run from {opens} to {closes}. They start before they end, within one day. "
        "Check the hours.",
    ),
    RegistryBlockCode.WEEK_WITHOUT_WORKING_DAY: (
        "weekdays 里没有任何一天。一周至少有一个工作日。请写上 1 至 7 中的数字，或删去这个键。",
        "There is no day in weekdays. A week has at least one working day. Write numbers from 1 "
        "to 7, or leave the key out.",
    ),
    RegistryBlockCode.DELAY_NOT_GIVEN: (
        "这一行没有 delay_min，也没有 trusted。每一行要有其一才能算出执行时间。请补上其一。",
        "The row has neither delay_min nor trusted. A row needs one of them to tell when it is "
        "carried out. Add one.",
    ),
    RegistryBlockCode.TRUST_WITHOUT_TIME_OR_STATE: (
        "这一行没有 approved、proposed 或 state。除同一持有人和主管部门的账户外，每一行要有其一。请补上其一。",
        "The row has none of approved, proposed and state. Except for accounts of one holder or "
        "of the authority, a row needs one of them. Add one.",
    ),
    RegistryBlockCode.MORE_CAME_BACK_THAN_ALLOCATED: (
        "退回和撤销合计 {returned}，多于分配的 {allocated}。收回的不能多于分配的。请核对数字。",
        "Returned and reversed are {returned}, more than the {allocated} allocated. No more comes "
        "back than was given. Check the figures.",
    ),
    RegistryBlockCode.CAP_NOT_GIVEN: (
        "没有 phase_cap，也没有 year_caps。总量由其一给出。请补上其一。",
        "There is neither phase_cap nor year_caps. The cap is given by one of them. Add one.",
    ),
    RegistryBlockCode.START_WITHOUT_QUANTITY: (
        "start 和 qty 只写了一个。要算撤销后的数量，两个都要有。请补上，或都删去。",
        "Only one of start and qty is given. What a reversal leaves needs both. "
        "Add the other, or leave both out.",
    ),
}

SENTENCES: dict[RefusalCode, tuple[str, str]] = {**_REQUESTS, **_AMOUNTS, **_STATES, **_FILES}
