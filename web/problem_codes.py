"""Why a request got no page: the codes, apart from the pages that show their sentences."""

from ledger.refusals import RefusalCode


class ProblemCode(RefusalCode):
    """Why a request got no page."""

    REQUEST_UNREADABLE = "request_unreadable"
    PAGE_NOT_FOUND = "page_not_found"
    METHOD_NOT_OFFERED = "method_not_offered"
    REQUEST_TOO_LARGE = "request_too_large"
    SERVER_FAILED = "server_failed"
