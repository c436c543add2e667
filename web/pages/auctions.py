"""Auctions: what was announced, how each stands, and the result sheets.

Knows how the pages are laid out; what is public of an auction is ``market.auctions.publication``'s.
Bids are named by number, bidders never.
"""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, render_template, url_for

from market.answers import refused_from_json
from market.auction_results import assets_shown
from market.auctions.life import Stage
from market.auctions.publication import list_auctions, public_auction
from market.auctions.rules import Format
from web.access import Role, who_may_enter
from web.auction_words import (
    FORMAT_WORDS,
    STAGE_LOOKS,
    STAGE_WORDS,
    figure,
    reason_words,
)
from web.exports import send_tables
from web.frame import Column
from web.language import current, gettext
from web.reading import snapshot
from web.report_tables import named
from web.sentences.catalogue import sentence
from web.tables import Column as TableColumn
from web.tables import Table

pages = Blueprint("auctions", __name__)

_LAYOUTS = ("csv", "xlsx", "json")
_NUMBER_MAX = 2**31 - 1


@pages.get("/auctions", endpoint="list")
@who_may_enter(Role.PUBLIC)
def list_of_auctions() -> str:
    """List all auctions, the newest first."""
    found = list_auctions(snapshot())
    return render_template(
        "auctions.html",
        auctions=found,
        assets=assets_shown(snapshot(), {one.asset for one in found}),
        columns=[
            Column(gettext("编号")),
            Column(gettext("标的")),
            Column(gettext("品种")),
            Column(gettext("报价开始")),
            Column(gettext("报价截止")),
            Column(gettext("状态")),
        ],
        named=named,
        stage_words=STAGE_WORDS,
        stage_looks=STAGE_LOOKS,
        reason_words=reason_words,
    )


@pages.get("/auctions/<int:number>")
@who_may_enter(Role.PUBLIC)
def show(number: int) -> str:
    """Show one auction: its notice and, once it was cleared, its result sheet."""
    found = _found(number)
    words = current()
    asset = assets_shown(snapshot(), {found["asset"]})[found["asset"]]
    result = found["result"]
    return render_template(
        "auction.html",
        auction=found,
        asset=asset,
        result=result,
        stage=Stage(found["stage"]),
        way=FORMAT_WORDS[Format(found["format"])],
        opens_at=datetime.fromisoformat(found["opens_at"]),
        closes_at=datetime.fromisoformat(found["closes_at"]),
        award_columns=_award_columns(),
        refused_columns=[Column(gettext("报价号")), Column(gettext("原因"))],
        refused=[] if result is None else _refused(result["refused"]),
        named=named,
        stage_words=STAGE_WORDS,
        stage_looks=STAGE_LOOKS,
        reason_words=reason_words,
        figure=lambda text: figure(text, words),
        links={
            layout: url_for("auctions.export", number=number, layout=layout) for layout in _LAYOUTS
        },
    )


@pages.get("/auctions/<int:number>/result.<layout>")
@who_may_enter(Role.PUBLIC)
def export(number: int, layout: str) -> Response:
    """Send the awards, in JSON the whole published document, as CSV, Excel or JSON."""
    found = _found(number)
    if found["result"] is None:
        abort(404)
    words = current()
    columns = tuple(
        TableColumn(column.label, number=column.kind == "number") for column in _award_columns()
    )
    rows = tuple(
        (
            str(one["bid"]),
            *(figure(one[name], words) for name in ("quantity", "price", "amount")),
        )
        for one in found["result"]["awards"]
    )
    title = gettext("结果公示　%(code)s", code=found["code"])
    public = {key: value for key, value in found.items() if key != "halted"}
    return send_tables([Table(title, columns, rows)], public, layout, f"auction-{number}")


def _found(number: int) -> dict[str, Any]:
    # An address may hold a number that no database has room for.
    found = public_auction(snapshot(), number) if number <= _NUMBER_MAX else None
    if found is None:
        abort(404)
    return found


def _refused(rows: list[dict[str, object]]) -> list[tuple[str, str]]:
    """Say why each refused bid was not taken."""
    said = []
    for row in rows:
        refused = refused_from_json(row)
        if refused is not None:
            said.append((str(row["bid"]), sentence(refused, current().language)))
    return said


def _award_columns() -> list[Column]:
    return [
        Column(gettext("报价号")),
        Column(gettext("数量"), "number"),
        Column(gettext("单价（元）"), "number"),
        Column(gettext("金额（元）"), "number"),
    ]
