"""Compliance in words: refused events, and histories that cannot be read."""

from ledger.compliance.status import ComplianceCode
from ledger.refusals import RefusalCode
from web.schemas.compliance_history import HistoryCode

SENTENCES: dict[RefusalCode, tuple[str, str]] = {
    ComplianceCode.EMISSIONS_OUTSIDE_REPORTING_YEARS: (
        "{year} 年的排放量 {amount} 不予受理。"
        "目前只受理 {first_year} 年至 {last_year} 年大于零的排放量。"
        "请核对年份；年份无误时，先更改首个或末个报告年，或等该年结束。",
        "Emissions of {amount} for {year} are not accepted. "
        "Emissions above zero are now accepted for {first_year} to {last_year}. "
        "Check the year; if it is right, first change the first or last year of reporting, "
        "or wait until that year is over.",
    ),
    ComplianceCode.EMISSIONS_IN_EXCLUDED_YEAR: (
        "{year} 年的排放量 {amount} 不予受理，该年已被排除。被排除的年份不能有大于零的排放量。"
        "请核对年份，或先撤销排除。",
        "Emissions of {amount} for {year} are not accepted, because the year is excluded. "
        "An excluded year has no emissions above zero. "
        "Check the year, or undo the exclusion first.",
    ),
    ComplianceCode.EXCLUDED_YEAR_HAS_EMISSIONS: (
        "{year} 年不能排除，该年已报告排放量 {amount}。有大于零的排放量的年份不能排除。"
        "请核对年份，或先撤回该年的排放量。",
        "The year {year} cannot be excluded, because emissions of {amount} are reported for it. "
        "A year with emissions above zero cannot be excluded. "
        "Check the year, or take its emissions back first.",
    ),
    ComplianceCode.YEAR_RUNS_BACKWARDS: (
        "不能回到 {year} 年，现在已是 {current_year} 年。年份只向前走。请核对年份。",
        "The year cannot go back to {year}, because it is {current_year} already. "
        "The calendar only moves forward. Check the year.",
    ),
    ComplianceCode.LAST_YEAR_BEFORE_FIRST: (
        "末个报告年 {last_year} 早于首个报告年 {first_year}。末年不能早于首年。请更改其中之一。",
        "The last year of reporting, {last_year}, is before the first, {first_year}. "
        "The last year is not before the first. Change one of them.",
    ),
    ComplianceCode.EMISSIONS_LEFT_OUTSIDE_REPORTING_YEARS: (
        "报告年不能改为 {first_year} 年至 {last_year} 年，"
        "{year} 年已报告的排放量 {amount} 会落在外面。"
        "大于零的排放量只能在报告年之内。请另选年份，或先撤回该年的排放量。",
        "The years of reporting cannot become {first_year} to {last_year}, because the emissions "
        "of {amount} reported for {year} would be left outside. "
        "Emissions above zero stand only inside the years of reporting. "
        "Choose other years, or take the emissions of that year back first.",
    ),
    HistoryCode.STEP_NOT_AN_EVENT_WITH_STATUS: (
        "这一步是 {value}。一步是一个列表：先是事件，后面可以写应有的状态。"
        '请写成 [["year", 2022], "C"] 的样子。',
        "This step is {value}. A step is a list: an event, and after it, if you like, the status "
        'expected. Write it like [["year", 2022], "C"].',
    ),
    HistoryCode.EVENT_NOT_A_NAMED_LIST: (
        '这个事件是 {value}。事件是一个列表，以事件的名称开头。请写成 ["surrender", 100] 的样子。',
        "This event is {value}. An event is a list that begins with its name. "
        'Write it like ["surrender", 100].',
    ),
    HistoryCode.EVENT_UNKNOWN: (
        "没有名为 {value} 的事件。事件只有：{known}。请改用其中之一。",
        "There is no event {value}. The events are: {known}. Use one of them.",
    ),
    HistoryCode.EVENT_ARGUMENTS_WRONG_IN_NUMBER: (
        "事件 {value} 的项数不对。它的写法是 {form}。请补上缺少的，删去多余的。",
        "The event {value} has the wrong number of items. It is written {form}. "
        "Add what is missing and remove what is too much.",
    ),
}
