"""What stands around every page, and the parts that templates build their tables and bars from.

Knows addresses, roles and shapes on the page.  Holds no figure of the ledger.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from flask import Flask, current_app, g, request, url_for

from ledger.core.clock import REGISTRY_ZONE
from ledger.refusals import ensure
from web.access import DEMONSTRATION_STAFF, may_enter, visitor
from web.i18n import marked
from web.language import gettext

STATIC_FILES = Path(__file__).parent / "static"

BAR_LENGTH = 1000
"""The inner width of a bar: one step is a thousandth of the whole."""

_NAVIGATION = (
    ("overview.show", marked("首页")),
    ("totals.show", marked("总量")),
    ("market.list", marked("行情")),
    ("accounts.list", marked("账户")),
    ("reports.show", marked("报告")),
    ("watch.show", marked("监察")),
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, and whether it holds ``text``, a ``number`` or a ``bar``.

    The heading stands beside the value where a narrow screen turns each row into a card.
    """

    label: str
    kind: str = "text"

    def __post_init__(self) -> None:
        """Hold to the kinds that the stylesheet knows."""
        ensure(self.kind in {"text", "number", "bar"}, "a column is text, number or bar")


class Segment(NamedTuple):
    """A stretch of a bar, in steps of ``BAR_LENGTH``: where it begins and how long it is."""

    look: str
    start: int
    length: int


class Link(NamedTuple):
    """A link of the navigation."""

    label: str
    href: str
    here: bool


def surround(app: Flask, now: Callable[[], datetime]) -> None:
    """Give every template of the application its frame."""
    versions = {
        str(path.relative_to(STATIC_FILES)): sha256(path.read_bytes()).hexdigest()[:12]
        for path in sorted(STATIC_FILES.rglob("*"))
        if path.is_file()
    }

    app.extensions["ecorights.now"] = now

    def static_address(filename: str) -> str:
        return url_for("service.static", filename=filename, v=versions[filename])

    app.jinja_env.globals.update(
        Column=Column,
        navigation=_navigation,
        reads_as_demonstration_staff=lambda: visitor() is DEMONSTRATION_STAFF,
        segments=segments,
        bar_length=BAR_LENGTH,
        instant=page_instant,
        static_address=static_address,
    )


def page_instant() -> datetime:
    """Give the one instant that holds for the whole page, as a clock in Beijing shows it."""
    if "instant" not in g:
        g.instant = current_app.extensions["ecorights.now"]().astimezone(REGISTRY_ZONE)
    asked: datetime = g.instant
    return asked


def segments(parts: Sequence[tuple[str, int]], whole: int) -> list[Segment]:
    """Lay parts (look, amount) of a whole one behind the other along a bar.

    Amounts are not negative; ends are rounded down, so neighbours meet without gap or overlap.
    What goes past the whole is cut off at the end of the bar: the figures beside it tell.
    """
    ensure(all(amount >= 0 for _, amount in parts), "an amount on a bar is not negative")
    laid: list[Segment] = []
    total = 0
    start = 0
    for look, amount in parts:
        total += amount
        end = min(BAR_LENGTH, BAR_LENGTH * total // whole) if whole > 0 else 0
        laid.append(Segment(look, start, end - start))
        start = end
    return laid


def _navigation() -> list[Link]:
    # Only links that lead somewhere, and that this visitor may follow.
    area = (request.endpoint or "").partition(".")[0]
    return [
        Link(gettext(label), url_for(endpoint), endpoint.partition(".")[0] == area)
        for endpoint, label in _NAVIGATION
        if endpoint in current_app.view_functions and may_enter(current_app, endpoint)
    ]
