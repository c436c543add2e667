"""What a report cannot be made of, in Chinese and English."""

from ledger.refusals import RefusalCode


class ReportCode(RefusalCode):
    """Why a report is not made."""

    PERIOD_RUNS_BACKWARD = "period_runs_backward"
    REPORT_ZONE_UNKNOWN = "report_zone_unknown"
    ZONE_IN_SEVERAL_TREES = "zone_in_several_trees"
    ASSET_UNKNOWN = "asset_unknown"


SENTENCES: dict[RefusalCode, tuple[str, str]] = {
    ReportCode.PERIOD_RUNS_BACKWARD: (
        "首日 {first} 晚于末日 {last}。规则：报告期从早到晚。请对调两个日期。",
        "The first day, {first}, is later than the last, {last}. Rule: a period runs forward. "
        "Exchange the two days.",
    ),
    ReportCode.REPORT_ZONE_UNKNOWN: (
        "没有代码为 {zone} 的区域。规则：区域须已登记。请核对代码。",
        "There is no zone with the code {zone}. Rule: a zone must be registered. Check the code.",
    ),
    ReportCode.ZONE_IN_SEVERAL_TREES: (
        "代码 {zone} 在多个区域树中出现：{trees}。规则：报告只针对一个区域。请用 --tree 指明。",
        "The code {zone} stands in several zone trees: {trees}. Rule: a report is of one zone. "
        "Say which with --tree.",
    ),
    ReportCode.ASSET_UNKNOWN: (
        "没有代码为 {asset} 的品种。规则：品种须已登记。请核对代码。",
        "There is no right with the code {asset}. Rule: it must be registered. Check the code.",
    ),
}
