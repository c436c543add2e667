"""Market watch: which venues stand still, since when, by whom and why.  For the regulator.

A fault of settlement is told here in full; the public pages say only that there is one.
"""

from flask import Blueprint, render_template

from market.auctions.publication import list_auctions
from market.halts import halts
from market.views import market_heads
from web.access import Role, who_may_enter
from web.frame import Column
from web.language import gettext
from web.market_words import STAND_LOOKS, STAND_WORDS
from web.reading import snapshot
from web.report_tables import named

pages = Blueprint("watch", __name__)


@pages.get("/watch")
@who_may_enter(Role.REGULATOR, Role.AUDITOR)
def show() -> str:
    """Show every venue with how it stands, halted ones first."""
    heads = market_heads(snapshot())
    found = halts(snapshot(), heads)
    return render_template(
        "watch.html",
        heads=sorted(heads, key=lambda head: (head.venue_id not in found, head.code)),
        halts=found,
        auctions=[one for one in list_auctions(snapshot()) if one.halted],
        auction_columns=[Column(gettext("编号")), Column(gettext("标的")), Column(gettext("原因"))],
        columns=[
            Column(gettext("市场")),
            Column(gettext("状态")),
            Column(gettext("自")),
            Column(gettext("原因")),
            Column(gettext("由谁")),
            Column(gettext("命令号"), "number"),
        ],
        named=named,
        stand_words=STAND_WORDS,
        stand_looks=STAND_LOOKS,
    )
