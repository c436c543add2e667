"""The application: its pages put together, with the rules that hold for every one of them.

Knows which page areas exist.  Holds no page itself, no rule of the ledger and no SQL.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from jinja2 import StrictUndefined
from sqlalchemy import Engine

from ledger.refusals import ensure
from web import access, frame, headers, language, reading
from web.i18n import DEFAULT_LANGUAGE, LANGUAGES
from web.pages import (
    accounts,
    auctions,
    market,
    overview,
    problems,
    reports,
    service,
    totals,
    watch,
)

AREAS = (
    overview.pages,
    totals.pages,
    market.pages,
    auctions.pages,
    accounts.pages,
    reports.pages,
    watch.pages,
    service.pages,
)
"""The page areas, each a blueprint of ``web.pages``."""

# No page of this issue takes more than a short form; a page that takes files says so itself.
_LARGEST_REQUEST = 1024 * 1024


def create_app(
    engine: Engine,
    *,
    demonstration: bool = False,
    default_language: str = DEFAULT_LANGUAGE,
    recognise: access.Recognise | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Flask:
    """Put the application together over a migrated database.

    ``demonstration`` marks every page as invented figures and lets whoever sits at this machine
    read as the staff would; ``recognise`` tells who sent a request (nobody is known without it);
    ``now`` gives an aware instant.  Raises InvariantBroken for a route without declared roles.
    """
    ensure(default_language in LANGUAGES, "the default language is one of zh and en")
    app = _Application("web", static_folder=None, template_folder="templates")
    app.config.update(
        DEMONSTRATION=demonstration,
        MAX_CONTENT_LENGTH=_LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=_LARGEST_REQUEST,
    )
    # A name that a template does not have is a fault, not an empty place on the page.
    app.jinja_options = {
        "trim_blocks": True,
        "lstrip_blocks": True,
        "undefined": StrictUndefined,
    }
    app.url_map.merge_slashes = False
    headers.protect(app)
    language.speak(app, default_language)
    reading.read_from(app, engine)
    frame.surround(app, now)
    for area in AREAS:
        app.register_blueprint(area)
    problems.answer_problems(app)
    if recognise is None:
        recognise = (
            access.recognise_demonstration_staff if demonstration else access.recognise_nobody
        )
    access.guard(app, recognise)
    return app


class _Application(Flask):
    """Flask, with the request's number in the log of what failed."""

    def log_exception(self, exc_info: Any) -> None:
        """Write a failure down with the number that its page shows."""
        self.logger.error("request %s failed", headers.request_number(), exc_info=exc_info)
