"""What a scheme asks of its auctions from a day on: rows only come, the last word for a day counts."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from market.auctions.auction_tables import auction_setting


def settings_on(session: Session, scheme_id: int, day: date) -> dict[str, tuple[str, str]]:
    """Give what a scheme asks of its auctions on a day: key -> value and source."""
    found = session.execute(
        select(auction_setting)
        .where(auction_setting.c.scheme_id == scheme_id, auction_setting.c.valid_from <= day)
        .order_by(auction_setting.c.valid_from, auction_setting.c.version)
    )
    return {row.key: (row.value, row.source) for row in found}


def insert_setting(session: Session, row: Mapping[str, Any]) -> None:
    """Write down a setting from a day on; a later word about the same day counts instead."""
    version = session.scalar(
        select(func.coalesce(func.max(auction_setting.c.version), 0)).where(
            auction_setting.c.scheme_id == row["scheme_id"],
            auction_setting.c.key == row["key"],
            auction_setting.c.valid_from == row["valid_from"],
        )
    )
    session.execute(insert(auction_setting), {**row, "version": (version or 0) + 1})
