"""``ecorights close-month``: close a scheme's books month by month.

Knows how to ask for a closing and how to tell what came of it.  Ends with 0 when every month
asked for is closed, with 1 at the first one that a rule refuses; the months before it stay closed.
"""

from datetime import datetime, timedelta
from functools import partial

import click
from sqlalchemy import Engine

from ledger.core.clock import Now, clock
from ledger.core.closing import ClosedMonth, ClosingCode, close_month, end_of_month
from ledger.core.database import reading, run
from ledger.refusals import Refused
from ledger.rights.definitions import definition
from ledger.rights.schemes import find_scheme
from web.cli.problems import print_json, print_text, worded
from web.cli.session import open_engine, read_settings
from web.i18n import translator
from web.sentences.catalogue import sentence

EXIT_REFUSED = 1

_MONTH = click.DateTime(formats=["%Y-%m"])
_CLOSED = (
    "{scheme} 已结账至 {month}（末笔凭证 {entry}）。",
    "{scheme} is closed through {month} (last entry {entry}).",
)
_AGAIN = (
    "{scheme} 此前已结账至 {month}（末笔凭证 {entry}）。",
    "{scheme} was closed through {month} before (last entry {entry}).",
)


@click.command(
    name="close-month", help="结账：此后该月不再记账 | Close a month of a scheme's books"
)
@click.argument("scheme")
@click.argument("month", type=_MONTH, metavar="YYYY-MM")
@click.option(
    "--since",
    type=_MONTH,
    metavar="YYYY-MM",
    help="从该月起依次结账 | close every month from this one on",
)
@click.option("--actor", required=True, help="经办人 | who closes it")
@click.option(
    "--json", "as_json", is_flag=True, help="输出一个 JSON 文档 | print one JSON document"
)
def close_month_command(
    scheme: str, month: datetime, since: datetime | None, actor: str, as_json: bool
) -> None:
    """Close one month, or several in order, each in a transaction of its own."""
    if since is not None and since > month:
        raise click.BadParameter("不得晚于 MONTH | is not after MONTH", param_hint="--since")
    settings = read_settings()
    engine = open_engine(settings, as_json=as_json)
    scheme_id = _scheme_id(engine, scheme)
    closed: list[ClosedMonth] = []
    refused = scheme_id if isinstance(scheme_id, Refused) else None
    if not isinstance(scheme_id, Refused):
        refused = _close(engine, scheme_id, since or month, month, clock(), actor, closed)
    if as_json:
        print_json(_document(scheme, closed, refused, settings.language))
    else:
        print_text("\n".join(_lines(scheme, closed, refused, settings.language)))
    if refused is not None:
        raise SystemExit(EXIT_REFUSED)


def _scheme_id(engine: Engine, code: str) -> int | Refused:
    with reading(engine) as session:
        found = find_scheme(session, code)
    if found is not None:
        return found.id
    shipped = definition(code)
    if isinstance(shipped, Refused):
        return shipped
    return Refused(ClosingCode.CLOSING_SCHEME_WITHOUT_ASSETS, {"scheme": code})


def _close(
    engine: Engine,
    scheme_id: int,
    first: datetime,
    last: datetime,
    now: Now,
    actor: str,
    closed: list[ClosedMonth],
) -> Refused | None:
    """Close the months from ``first`` to ``last``; what was closed is added to ``closed``."""
    month_end = end_of_month(first.date())
    while month_end <= end_of_month(last.date()):
        closing = partial(
            close_month, scheme_id=scheme_id, month_end=month_end, now=now, actor=actor
        )
        answer = run(engine, closing)
        if isinstance(answer, Refused):
            return answer
        closed.append(answer)
        month_end = end_of_month(month_end + timedelta(days=1))
    return None


def _lines(
    scheme: str, closed: list[ClosedMonth], refused: Refused | None, language: str
) -> list[str]:
    lines = []
    for month in closed:
        pattern = worded(_AGAIN if month.again else _CLOSED, language)
        day = translator(language).day(month.month_end)
        lines.append(pattern.format(scheme=scheme, month=day, entry=month.last_entry_id))
    if refused is not None:
        lines.append(sentence(refused, language))
    return lines


def _document(
    scheme: str, closed: list[ClosedMonth], refused: Refused | None, language: str
) -> dict[str, object]:
    return {
        "scheme": scheme,
        "closed": [
            {
                "month_end": month.month_end.isoformat(),
                "last_entry_id": month.last_entry_id,
                "closed_at": month.closed_at.isoformat(),
                "actor": month.actor,
                "again": month.again,
            }
            for month in closed
        ],
        "refused": None
        if refused is None
        else {"code": str(refused.code), "message": sentence(refused, language)},
    }
