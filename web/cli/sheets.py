"""The three account reports: statement, trial balance, balance sheet."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from ledger.check_digits import parse_account_number
from ledger.core.database import reading
from ledger.core.journal import Days
from ledger.refusals import Refused
from ledger.registry.accounts import AccountCode
from ledger.registry.zones import subtree_cells
from ledger.reports.accounts import find_account, positions_of
from ledger.reports.balance_sheet import AssetSheet, balance_sheet
from ledger.reports.places import zones
from ledger.reports.trial_balance import trial_balance
from ledger.rights.schemes import find_asset_ids
from web.cli.problems import refuse
from web.cli.report_layout import layout_options, opened, put_out, today
from web.report_tables import (
    EARLIEST_DAY,
    other_accounts,
    sheet_document,
    sheet_table,
    statement_document,
    statement_table,
    trial_document,
    trial_table,
    whole_statement,
)
from web.sentences.reports import ReportCode

_ISO_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command(
    name="trial-balance", help="试算平衡表：每个品种借贷相等 | debits equal credits per asset"
)
@click.option("--scheme", help="只看一个制度 | one scheme only")
@layout_options
def trial_balance_command(
    scheme: str | None, layout: str, as_json_flag: bool, output: Path | None
) -> None:
    """Print debits, credits and balance of every asset by kind of position."""
    words, engine = opened(as_json=as_json_flag or layout == "json")
    with reading(engine) as session:
        trials = trial_balance(session, scheme)
    document = {"assets": [trial_document(trial) for trial in trials]}
    put_out([trial_table(trials, words)], document, layout, as_json_flag, output)


@click.command(
    name="balance-sheet",
    help="自然资源资产负债表 | natural-resource balance sheet of a zone between two days",
)
@click.option("--zone", help="区域代码；不填为全部 | zone code; all when absent")
@click.option("--tree", help="区域树，代码重复时才需要 | zone tree, where a code is not enough")
@click.option("--from", "first", type=_ISO_DAY, required=True, help="首日 | first day")
@click.option("--to", "last", type=_ISO_DAY, help="末日，默认今天 | last day, today when absent")
@click.option("--asset", "assets", multiple=True, help="品种代码，可多次 | asset code, repeatable")
@layout_options
def balance_sheet_command(
    zone: str | None,
    tree: str | None,
    first: datetime,
    last: datetime | None,
    assets: tuple[str, ...],
    layout: str,
    as_json_flag: bool,
    output: Path | None,
) -> None:
    """Print opening stock, additions and reductions by cause, and closing stock."""
    as_json = as_json_flag or layout == "json"
    words, engine = opened(as_json=as_json)
    begin, end = first.date(), last.date() if last else today()
    if begin > end:
        refuse(
            Refused(ReportCode.PERIOD_RUNS_BACKWARD, {"first": begin, "last": end}),
            words.language,
            as_json=as_json,
        )
    with reading(engine) as session:
        sheets = _sheets(session, zone, tree, begin, end, assets)
    if isinstance(sheets, Refused):
        refuse(sheets, words.language, as_json=as_json)
    document = {
        "zone": zone,
        "from": begin.isoformat(),
        "to": end.isoformat(),
        "assets": [sheet_document(sheet) for sheet in sheets],
    }
    tables = [sheet_table(sheet, begin, end, words) for sheet in sheets]
    put_out(tables, document, layout, as_json_flag, output)


def _sheets(
    session: Session,
    zone: str | None,
    tree: str | None,
    first: date,
    last: date,
    assets: Sequence[str],
) -> list[AssetSheet] | Refused:
    cells: list[int] | None = None
    if zone is not None:
        found_zones = zones(session, code=zone, tree=tree)
        if not found_zones:
            return Refused(ReportCode.REPORT_ZONE_UNKNOWN, {"zone": zone})
        if len(found_zones) > 1:
            trees = tuple(each.tree for each in found_zones)
            return Refused(ReportCode.ZONE_IN_SEVERAL_TREES, {"zone": zone, "trees": trees})
        cells = subtree_cells(session, found_zones[0].zone_id, last)
    asset_ids: list[int] | None = None
    if assets:
        found = find_asset_ids(session, assets)
        missing = [code for code in assets if code not in found]
        if missing:
            return Refused(ReportCode.ASSET_UNKNOWN, {"asset": missing[0]})
        asset_ids = list(found.values())
    return balance_sheet(session, first, last, cells=cells, asset_ids=asset_ids)


@click.command(name="statement", help="账户对账单 | statement of an account")
@click.option("--account", "number", required=True, help="账户号 | account number")
@click.option("--from", "first", type=_ISO_DAY, help="首日 | first day")
@click.option("--to", "last", type=_ISO_DAY, help="末日 | last day")
@layout_options
def statement_command(
    number: str,
    first: datetime | None,
    last: datetime | None,
    layout: str,
    as_json_flag: bool,
    output: Path | None,
) -> None:
    """Print every movement of an account's positions with the running balance."""
    as_json = as_json_flag or layout == "json"
    words, engine = opened(as_json=as_json)
    parsed = parse_account_number(number)
    if isinstance(parsed, Refused):
        refuse(parsed, words.language, as_json=as_json)
    days = Days(first.date() if first else EARLIEST_DAY, last.date() if last else today())
    with reading(engine) as session:
        account = find_account(session, number)
        if account is None:
            refuse(
                Refused(AccountCode.ACCOUNT_NOT_FOUND, {"account": number}),
                words.language,
                as_json=as_json,
            )
        positions = positions_of(session, [account.account_id])[account.account_id]
        pages = [(each, whole_statement(session, each.position_id, days)) for each in positions]
        others = other_accounts(session, [page for _, page in pages])
    document = {
        "account": account.number,
        "holder": account.party_name,
        "from": days.first.isoformat() if first else None,
        "to": days.last.isoformat(),
        "positions": [statement_document(each, page) for each, page in pages],
    }
    tables = [statement_table(account, each, page, others, words) for each, page in pages]
    put_out(tables, document, layout, as_json_flag, output)
