"""The browser of the page tests: Chromium as the machine has it, never one that a tool fetched."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

# As root Chromium needs to do without its sandbox; the rest keeps it from calling home.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

MISSING = "no Chromium was found: make setup-browser, or name one in ECORIGHTS_BROWSER"


def find_chromium() -> str | None:
    """Give the path of the browser; None where there is none."""
    named = os.environ.get("ECORIGHTS_BROWSER")
    if named:
        return shutil.which(named)
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def must_not_be_missing() -> bool:
    """Tell whether a missing browser is a failure: where the tests stand guard."""
    return os.environ.get("CI", "").lower() == "true"
