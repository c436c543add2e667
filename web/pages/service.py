"""What stands beside the pages: files, licences of what others made, and a sign of life."""

import json
from typing import Any

from flask import Blueprint, Response, render_template, request, send_from_directory

from web.access import Role, who_may_enter
from web.frame import STATIC_FILES

pages = Blueprint("service", __name__)

_MANIFEST = STATIC_FILES / "vendor" / "MANIFEST.json"
_A_YEAR = 365 * 24 * 60 * 60


@pages.get("/static/<path:filename>")
@who_may_enter(Role.PUBLIC)
def static(filename: str) -> Response:
    """Send a file; an address that names the file's version may be kept for good."""
    versioned = "v" in request.args
    response = send_from_directory(
        STATIC_FILES, filename, max_age=_A_YEAR if versioned else None, conditional=True
    )
    response.cache_control.public = versioned
    response.cache_control.immutable = versioned
    return response


@pages.get("/licences")
@who_may_enter(Role.PUBLIC)
def licences() -> str:
    """List the files that others made, with their licences and hashes."""
    manifest: list[dict[str, Any]] = json.loads(_MANIFEST.read_text("utf-8"))["files"]
    return render_template("licences.html", files=manifest)


@pages.get("/healthz")
@who_may_enter(Role.PUBLIC)
def healthz() -> Response:
    """Say that the program answers; nothing else is looked at."""
    return Response("ok\n", mimetype="text/plain")
