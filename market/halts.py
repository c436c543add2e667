"""Why a venue stands still: since when, by whose command, for which reason.

A halt is somebody's decision, whose reason everybody may read, or a fault of settlement, whose text
names accounts and amounts and is for the regulator alone.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, union_all
from sqlalchemy.orm import Session

from market.commands import CommandKind
from market.decisions import Stand
from market.tables import command_log
from market.views import MarketHead

_HALTED = f'"stand":"{Stand.HALTED}"'
"""How the log writes that a venue came to stand still."""


@dataclass(frozen=True, slots=True)
class Halt:
    """A venue that stands still since ``since``, by the command ``number`` of ``actor``.

    ``by_fault``: its own settlement failed, and ``reason`` is what failed; not for the public.
    """

    venue_id: int
    number: int
    since: datetime
    actor: str
    reason: str
    by_fault: bool

    @property
    def public_reason(self) -> str:
        """The reason where somebody gave one; empty where settlement failed."""
        return "" if self.by_fault else self.reason


def halts(session: Session, heads: Sequence[MarketHead]) -> dict[int, Halt]:
    """Give why each of these venues that is halted stands still, by its number.

    One query, which goes back in each venue's log no further than to its halt.
    """
    halted = [head.venue_id for head in heads if head.stand is Stand.HALTED]
    if not halted:
        return {}
    last = [select(_last_halt(venue_id).subquery()) for venue_id in halted]
    rows = session.execute(union_all(*last))
    return {row.market_id: _halt(row.market_id, row) for row in rows}


def _last_halt(venue_id: int) -> Select[Any]:
    return (
        select(
            command_log.c.market_id,
            command_log.c.number,
            command_log.c.kind,
            command_log.c.decided_at,
            command_log.c.actor,
            command_log.c.payload,
            command_log.c.events,
        )
        .where(
            command_log.c.market == "venue",
            command_log.c.market_id == venue_id,
            command_log.c.events.contains(_HALTED, autoescape=True),
        )
        .order_by(command_log.c.number.desc())
        .limit(1)
    )


def _halt(venue_id: int, row: Any) -> Halt:
    reasons = [
        event.get("reason", "")
        for event in json.loads(row.events)
        if event.get("stand") == Stand.HALTED
    ]
    reason = reasons[-1] if reasons else ""
    asked = json.loads(row.payload).get("reason")
    given = row.kind == CommandKind.HALT and isinstance(asked, str) and asked[:500] == reason
    return Halt(venue_id, row.number, row.decided_at, row.actor, reason, not given)
