"""What stands against the reported use of an account: handed in, taken off, or held.

Which of them is the scheme's ``use_rule``.  Everything is read from the journal in a few grouped
queries, however many accounts are asked for.  Amounts are whole smallest units.
"""

from collections.abc import Collection, Iterable
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, extract, func, select
from sqlalchemy.orm import Session

from ledger.core.moves import EntryKind, PositionKind
from ledger.core.reference_rows import rows_where
from ledger.core.tables import account, asset, entry, position, transfer
from ledger.refusals import Refused
from ledger.rights.schemes import setting_book
from ledger.rights.tables import period


class UseRule(StrEnum):
    """How use meets what is held."""

    SURRENDERED = "surrendered"
    """Units are handed in for what was emitted; one running total."""
    DEDUCTED = "deducted"
    """Metered use is taken off what is held."""
    COMPARED = "compared"
    """Each year's use is compared with what was held for it at the end of the year."""


FIRST_YEAR, LAST_YEAR = 1, 9999
"""The years of an asset without a period: all."""

HELD_KINDS = (
    PositionKind.HOLDING,
    PositionKind.UNPAID,
    PositionKind.OWN_USE,
    PositionKind.BOUGHT,
    PositionKind.FROZEN,
)
"""What counts as held: also what waits for an order or for the next trading day."""


def use_rules(session: Session, account_ids: Collection[int], on: date) -> dict[int, UseRule]:
    """Give the rule of each account's scheme as it holds on a day; absent where none is set."""
    schemes = {
        row.id: row.scheme_id
        for row in rows_where(
            session, select(account.c.id, account.c.scheme_id), account.c.id, account_ids
        )
    }
    rules: dict[int, UseRule] = {}
    for scheme_id in set(schemes.values()):
        rule = setting_book(session, scheme_id).at("use_rule", on)
        if not isinstance(rule, Refused):
            rules[scheme_id] = UseRule(str(rule.value))
    return {
        account_id: rules[scheme_id]
        for account_id, scheme_id in schemes.items()
        if scheme_id in rules
    }


def handed_in(session: Session, account_ids: Iterable[int]) -> dict[int, int]:
    """Sum what each account surrendered, or had taken off for use, less what was reversed."""
    reversal = entry.alias("reversal")
    query = (
        select(position.c.account_id, func.sum(transfer.c.amount).label("amount"))
        .join(transfer, transfer.c.debit_position_id == position.c.id)
        .join(entry, entry.c.id == transfer.c.entry_id)
        .where(
            entry.c.kind.in_((EntryKind.SURRENDER, EntryKind.USE)),
            ~select(reversal.c.id).where(reversal.c.reverses == entry.c.id).exists(),
        )
        .group_by(position.c.account_id)
    )
    found = rows_where(session, query, position.c.account_id, account_ids)
    return {row.account_id: int(row.amount) for row in found}


def held_at_year_ends(
    session: Session, account_ids: Collection[int], years: Iterable[int]
) -> dict[int, dict[int, int]]:
    """Give what each account held at the end of each year in assets that are for that year.

    By business date; a year that still runs is seen as it stands now.  Account -> year -> amount.
    """
    wanted = sorted(set(years))
    held: dict[int, dict[int, int]] = {account_id: {} for account_id in account_ids}
    for side, sign in ((transfer.c.credit_position_id, 1), (transfer.c.debit_position_id, -1)):
        for row in rows_where(session, _flows(side), position.c.account_id, account_ids):
            balances = held[row.account_id]
            for year in wanted:
                if row.year <= year and row.first_year <= year <= row.last_year:
                    balances[year] = balances.get(year, 0) + sign * int(row.amount)
    return held


def _flows(side: ColumnElement[int]) -> Select[Any]:
    """Sum what one side of transfers did to held positions, by account, year and term of asset."""
    year_moved = extract("year", entry.c.business_date)
    first_year = func.coalesce(extract("year", period.c.starts_on), FIRST_YEAR)
    last_year = func.coalesce(extract("year", period.c.ends_on), LAST_YEAR)
    return (
        select(
            position.c.account_id,
            year_moved.label("year"),
            first_year.label("first_year"),
            last_year.label("last_year"),
            func.sum(transfer.c.amount).label("amount"),
        )
        .join(transfer, side == position.c.id)
        .join(entry, entry.c.id == transfer.c.entry_id)
        .join(asset, and_(asset.c.id == position.c.asset_id, asset.c.role == "unit"))
        .outerjoin(period, period.c.id == asset.c.period_id)
        .where(position.c.kind.in_(HELD_KINDS))
        .group_by(position.c.account_id, year_moved, first_year, last_year)
    )
