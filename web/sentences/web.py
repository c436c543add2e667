"""Sentences for what the pages themselves refuse."""

from ledger.refusals import RefusalCode
from web.problem_codes import ProblemCode

SENTENCES: dict[RefusalCode, tuple[str, str]] = {
    ProblemCode.REQUEST_UNREADABLE: (
        "服务器读不懂这个请求，没有做任何改动。规则：请求须符合网页的格式。"
        "请返回上一页重新操作，或从首页重新进入。",
        "The server could not read this request; nothing was changed. "
        "Rule: a request must have the form that the pages send. "
        "Go back and try again, or start from the overview.",
    ),
    ProblemCode.PAGE_NOT_FOUND: (
        "这个地址没有您可以查看的页面。规则：不存在的页面和无权查看的页面，回答相同。"
        "请核对地址，或从首页进入。",
        "There is no page at this address that you may see. "
        "Rule: a page that does not exist and one you may not see get the same answer. "
        "Check the address, or start from the overview.",
    ),
    ProblemCode.METHOD_NOT_OFFERED: (
        "这个页面不接受以这种方式发来的请求，没有做任何改动。规则：每个页面只接受它所提供的操作。"
        "请从该页面上的链接或按钮操作。",
        "This page does not take a request sent in this way; nothing was changed. "
        "Rule: a page takes only what it offers. Use the links and buttons on the page.",
    ),
    ProblemCode.REQUEST_TOO_LARGE: (
        "提交的内容超过了允许的大小，没有保存。规则：每次提交有大小上限。"
        "请减少内容，或分几次提交。",
        "What was sent is larger than allowed; it was not saved. "
        "Rule: one submission has a largest size. Send less, or send it in parts.",
    ),
    ProblemCode.SERVER_FAILED: (
        "系统出错，这个页面没有生成；错误已按请求编号 {number} 记录。"
        "规则：出错时不显示不完整的数据。请稍后重试；如仍出错，请告知请求编号。",
        "Something failed and the page was not made; the fault is recorded under request "
        "{number}. Rule: after a fault no partial figures are shown. "
        "Try again later; if it fails again, quote the request number.",
    ),
}
