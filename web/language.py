"""Which language a visitor reads, and the translator of the page that is being made.

``?lang=`` goes before the cookie, the cookie before what the browser asks for, that before the
default of the program.  Knows Flask's request; what the words are is ``web.i18n``'s.
"""

from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, Response, current_app, g, has_request_context, request

from web.i18n import DEFAULT_LANGUAGE, LANGUAGE_NAMES, LANGUAGES, Translator, translator

PARAMETER = "lang"
COOKIE = "lang"
_A_YEAR = 365 * 24 * 60 * 60


def speak(app: Flask, default_language: str) -> None:
    """Let every page of the application speak the visitor's language."""
    app.config["DEFAULT_LANGUAGE"] = default_language
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: current().catalogue.gettext(message),
        lambda one, many, number: current().catalogue.ngettext(one, many, number),
        newstyle=True,
        pgettext=lambda context, message: current().catalogue.pgettext(context, message),
    )
    app.jinja_env.globals.update(
        translator=current,
        language_links=language_links,
    )
    app.after_request(_remember)


def current() -> Translator:
    """Give the translator for this request; outside of one, the default language's."""
    if not has_request_context():
        return translator(DEFAULT_LANGUAGE)
    if "translator" not in g:
        g.translator = translator(_chosen())
    found: Translator = g.translator
    return found


def gettext(message: str, **values: object) -> str:
    """Translate a marked text for this request; views import it as ``_``."""
    return current().gettext(message, **values)


def language_links() -> list[dict[str, Any]]:
    """Give this address in each language, for the switch: only a page that was asked for by GET
    can be asked for again, any other leads to the overview."""
    # One slash exactly: an address that begins with two would name another host.
    address = "/"
    if request.method in {"GET", "HEAD"}:
        address += quote(request.path.lstrip("/"))
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != PARAMETER]
    return [
        {
            "language": language,
            "tag": translator(language).tag,
            "name": LANGUAGE_NAMES[language],
            "href": f"{address}?{urlencode([*kept, (PARAMETER, language)])}",
            "here": language == current().language,
        }
        for language in LANGUAGES
    ]


def _chosen() -> str:
    asked = request.args.get(PARAMETER)
    if asked in LANGUAGES:
        return asked
    remembered = request.cookies.get(COOKIE)
    if remembered in LANGUAGES:
        return remembered
    return _accepted() or current_app.config["DEFAULT_LANGUAGE"]


def _accepted() -> str | None:
    # Werkzeug's best_match prefers an exact "en" at 0.5 to "zh-CN" at 1; the first language that
    # we speak, whatever its region, is what the reader wants.
    for tag, quality in request.accept_languages:
        spoken = tag.replace("_", "-").split("-")[0].lower()
        if quality > 0 and spoken in LANGUAGES:
            return spoken
    return None


def _remember(response: Response) -> Response:
    if response.mimetype != "text/html":
        return response
    response.vary.update(("Cookie", "Accept-Language"))
    response.content_language.add(current().tag)
    asked = request.args.get(PARAMETER)
    if asked in LANGUAGES and asked != request.cookies.get(COOKIE):
        response.set_cookie(
            COOKIE,
            asked,
            max_age=_A_YEAR,
            secure=request.is_secure,
            httponly=True,
            samesite="Lax",
        )
    return response
