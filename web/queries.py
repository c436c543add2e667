"""What a page is asked for in its address, read strictly."""

from datetime import date

from flask import abort, request

_LONGEST = 200
_FIRST_YEAR = 1900


def asked_text(name: str) -> str:
    """Give a text of the query, trimmed; an address that is too long to be meant is refused."""
    text = request.args.get(name, "").strip()
    if len(text) > _LONGEST or "\x00" in text:
        abort(400)
    return text


def asked_day(name: str) -> date | None:
    """Give a day of the query (2026-01-31); one that is no day is refused."""
    text = asked_text(name)
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        abort(400)
    if len(text) != len("2026-01-31") or day.year < _FIRST_YEAR:
        abort(400)
    return day
