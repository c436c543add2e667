"""The pages for what did not work: each says what happened, the rule, and what to do.

They never show how the program is made; what failed is in the log under the request's number.
"""

from flask import Flask, current_app, render_template
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from ledger.refusals import Refused
from web.headers import request_number
from web.i18n import marked
from web.language import current
from web.problem_codes import ProblemCode
from web.sentences.catalogue import sentence

_TITLES = {
    ProblemCode.REQUEST_UNREADABLE: marked("无法读取请求"),
    ProblemCode.PAGE_NOT_FOUND: marked("没有这个页面"),
    ProblemCode.METHOD_NOT_OFFERED: marked("本页面不支持这种操作"),
    ProblemCode.REQUEST_TOO_LARGE: marked("提交的内容过大"),
    ProblemCode.SERVER_FAILED: marked("系统出错"),
}
_BY_STATUS = {
    404: ProblemCode.PAGE_NOT_FOUND,
    405: ProblemCode.METHOD_NOT_OFFERED,
    413: ProblemCode.REQUEST_TOO_LARGE,
}


def answer_problems(app: Flask) -> None:
    """Answer every problem of the application with a page in the visitor's language."""
    app.register_error_handler(HTTPException, _answer)


def _answer(fault: HTTPException) -> ResponseReturnValue | HTTPException:
    if fault.code is None or fault.code < 400:
        return fault
    # Allow stays on a 405; everything else of the fault's own answer is replaced.
    kept = {name: value for name, value in fault.get_headers() if name == "Allow"}
    return _page(_code_of(fault.code)), fault.code, kept


def _page(code: ProblemCode) -> str:
    refused = Refused(code, {"number": request_number()})
    words = sentence(refused, current().language)
    try:
        return render_template(
            "problem.html",
            title=current().gettext(_TITLES[code]),
            sentence=words,
            code=code,
            number=request_number(),
        )
    except Exception:
        # The frame itself may be what failed: the sentence must be shown all the same.
        current_app.logger.exception("request %s: problem page failed", request_number())
        return render_template("bare.html", sentence=words)


def _code_of(status: int) -> ProblemCode:
    rest = ProblemCode.SERVER_FAILED if status >= 500 else ProblemCode.REQUEST_UNREADABLE
    return _BY_STATUS.get(status, rest)
