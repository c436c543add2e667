"""What every answer carries for safety, and the number that a request is known by.

Nothing of a page comes from another host: the content policy allows own files only, no inline
style and no script at all as long as there is none.
"""

import secrets

from flask import Flask, Response, abort, g, has_request_context, request

_CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        # Pico's stylesheet draws its arrows and ticks as data: images.
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def protect(app: Flask) -> None:
    """Bound every request and put the headers on every answer."""
    app.before_request(_refuse_what_is_too_large)
    app.after_request(_put_headers)


def request_number() -> str:
    """Give the number of this request: what a visitor quotes and what the log shows."""
    if not has_request_context():
        return ""
    if "request_number" not in g:
        g.request_number = secrets.token_hex(6)
    number: str = g.request_number
    return number


def _refuse_what_is_too_large() -> None:
    # Said at the door, and not only where a page happens to read the form.
    largest = request.max_content_length
    if largest is not None and (request.content_length or 0) > largest:
        abort(413)


def _put_headers(response: Response) -> Response:
    response.headers.update(_HEADERS)
    response.headers["X-Request-Id"] = request_number()
    # What a page shows depends on who asks and when; files say themselves how long they keep.
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response
