"""Accounts: who holds what where, and the statement of each.

Knows how the pages are laid out; every figure comes from a read function of the ledger.
"""

from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for

from ledger.core.journal import Cursor, Days, Statement, statement
from ledger.reports.accounts import (
    AccountSummary,
    PositionBalance,
    find_account,
    list_accounts,
    positions_of,
)
from ledger.reports.places import schemes
from ledger.units import unit_of
from web.access import Role, who_may_enter
from web.exports import send_tables
from web.frame import Column
from web.language import current
from web.queries import asked_day, asked_text
from web.reading import snapshot
from web.report_tables import (
    EARLIEST_DAY,
    named,
    other_accounts,
    statement_document,
    statement_table,
    whole_statement,
)
from web.words import POSITION_WORDS, account_words, kind_words, place_words

pages = Blueprint("accounts", __name__)

_PAGE = 50
_STAFF = (Role.CLERK, Role.REGULATOR, Role.AUDITOR)


@pages.get("/accounts", endpoint="list")
@who_may_enter(*_STAFF)
def list_of_accounts() -> str:
    """List the accounts of holders, found by number, name or credit code."""
    search = asked_text("q")
    scheme = asked_text("scheme") or None
    page = list_accounts(
        snapshot(),
        scheme_code=scheme,
        search=search,
        after=asked_text("after") or None,
        limit=_PAGE,
    )
    held = positions_of(snapshot(), [each.account_id for each in page.accounts])
    later = None
    if page.later is not None:
        later = url_for("accounts.list", q=search or None, scheme=scheme, after=page.later)
    return render_template(
        "accounts.html",
        accounts=[(each, _live(held[each.account_id])) for each in page.accounts],
        count=page.count,
        schemes=schemes(snapshot()),
        search=search,
        scheme=scheme,
        first=url_for("accounts.list", q=search or None, scheme=scheme)
        if asked_text("after")
        else None,
        later=later,
        named=named,
        place_words=place_words,
        account_words=account_words,
        unit_of=unit_of,
        position_words=POSITION_WORDS,
    )


@pages.get("/accounts/<number>")
@who_may_enter(*_STAFF)
def show(number: str) -> str:
    """Show one account: whose it is, what stands on it, and the statement of one position."""
    account, positions = _found(number)
    chosen = _chosen(positions)
    page = None if chosen is None else _statement_page(chosen)
    return render_template(
        "account.html",
        account=account,
        positions=positions,
        chosen=chosen,
        page=page,
        unit=None if chosen is None else unit_of(chosen.unit),
        first=asked_day("from"),
        last=asked_day("to"),
        links=_links(account, chosen, page),
        named=named,
        place_words=place_words,
        unit_of=unit_of,
        position_words=POSITION_WORDS,
        kind_words=kind_words,
        others=other_accounts(snapshot(), [] if page is None else [page]),
        account_words=account_words,
        columns=_statement_columns(),
    )


@pages.get("/accounts/<number>/statement.<layout>")
@who_may_enter(*_STAFF)
def export(number: str, layout: str) -> Response:
    """Send the whole statement of one position as CSV, Excel or JSON."""
    account, positions = _found(number)
    chosen = _chosen(positions)
    if chosen is None:
        abort(404)
    days = _days() or Days(EARLIEST_DAY, date.max)
    page = whole_statement(snapshot(), chosen.position_id, days)
    others = other_accounts(snapshot(), [page])
    table = statement_table(account, chosen, page, others, current())
    document = {"account": account.number, **statement_document(chosen, page)}
    return send_tables([table], document, layout, f"statement-{account.number}")


def _found(number: str) -> tuple[AccountSummary, list[PositionBalance]]:
    account = find_account(snapshot(), number)
    if account is None:
        abort(404)
    return account, positions_of(snapshot(), [account.account_id])[account.account_id]


def _live(positions: list[PositionBalance]) -> list[PositionBalance]:
    return [each for each in positions if each.balance]


def _chosen(positions: list[PositionBalance]) -> PositionBalance | None:
    wanted = asked_text("position")
    for each in positions:
        if str(each.position_id) == wanted:
            return each
    if wanted:
        abort(404)
    return positions[0] if positions else None


def _days() -> Days | None:
    first, last = asked_day("from"), asked_day("to")
    if first is None and last is None:
        return None
    return Days(first or EARLIEST_DAY, last or date.max)


def _statement_page(chosen: PositionBalance) -> Statement:
    before, after = _cursor("before"), _cursor("after")
    return statement(
        snapshot(),
        [chosen.position_id],
        after=after,
        before=None if after else before,
        newest=after is None and before is None,
        limit=_PAGE,
        days=_days(),
    )


def _cursor(name: str) -> Cursor | None:
    parts = asked_text(name).split(".")
    if parts == [""]:
        return None
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        abort(400)
    entry_id, line, side = map(int, parts)
    if max(entry_id, line, side) >= 2**62:
        abort(400)
    return Cursor(entry_id, line, side)


def _links(
    account: AccountSummary, chosen: PositionBalance | None, page: Statement | None
) -> dict[str, str | None]:
    if chosen is None or page is None:
        return {}

    days = {name: request.args[name] for name in ("from", "to") if request.args.get(name)}

    def address(endpoint: str = "accounts.show", **more: Any) -> str:
        asked: dict[str, Any] = {"position": chosen.position_id, **days, **more}
        return url_for(endpoint, number=account.number, **asked)

    def beside(cursor: Cursor | None, name: str) -> str | None:
        if cursor is None:
            return None
        return address(**{name: ".".join(map(str, cursor))})

    return {
        "earlier": beside(page.earlier, "before"),
        "later": beside(page.later, "after"),
        **{layout: address("accounts.export", layout=layout) for layout in ("csv", "xlsx", "json")},
    }


def _statement_columns() -> list[Column]:
    _ = current().gettext
    return [
        Column(_("日期")),
        Column(_("记账时间")),
        Column(_("业务")),
        Column(_("对方")),
        Column(_("收"), "number"),
        Column(_("付"), "number"),
        Column(_("余额"), "number"),
        Column(_("凭证")),
    ]
