"""What the clock asks for: venues whose time has come, and the markets beside them.

Nothing goes on by itself: each step of the clock is a command of the log, so that a replay sees the
same times.  The seed that ends a call at random is drawn and kept here.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_hex
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.core.clock import Now
from ledger.core.posting import WorkingSet
from ledger.refusals import ensure
from market.batch_rows import Queued
from market.book.call import random_end
from market.commands import Command, CommandKind
from market.decisions import Decision, Stand
from market.engine import Venue
from market.record import LiveRecord
from market.submission import payload_text
from market.tables import call_seed

AGAIN_AFTER_FAULT = timedelta(minutes=1)
"""How long the clock leaves a venue alone whose own going-on failed."""

LEAST_STEP = timedelta(milliseconds=1)
"""Between two looks at a venue's clock."""

_PAST = datetime.min.replace(tzinfo=UTC)


class OtherMarket(Protocol):
    """A market beside the venues, whose commands come through the same log (auctions)."""

    def decide(
        self, session: Session, working_set: WorkingSet, command: Command, record: LiveRecord
    ) -> Decision:
        """Decide one command and write what it changes, all but entries and the log."""
        ...

    def stand_still(self, session: Session, command: Command, fault: str) -> Decision:
        """Refuse a command that could not be decided, and let what it is about stand still."""
        ...

    def due(self, session: Session, now: Now) -> Sequence[Queued]:
        """Name what the clock asks for now."""
        ...


class Clockwork:
    """Knows when each venue next needs the clock; ``others`` are the markets beside venues."""

    def __init__(self, others: Mapping[str, OtherMarket]) -> None:
        self._others = others
        self._due_at: dict[int, datetime] = {}
        self._left_alone: dict[int, datetime] = {}

    def forget(self) -> None:
        """Look at every venue anew."""
        self._due_at = {}

    def moved(self, venue_id: int) -> None:
        """Look at a venue anew: a command changed it."""
        self._due_at.pop(venue_id, None)

    def leave_alone(self, venue_id: int, at: datetime) -> None:
        """Ask nothing of a venue for a while: its own going-on failed."""
        self._left_alone[venue_id] = at + AGAIN_AFTER_FAULT

    def next_due(self) -> datetime | None:
        """Give when the clock next asks for something, as far as that was known at the last look."""
        return min(self._due_at.values(), default=None)

    def due(
        self, session: Session, venues: Mapping[int, Venue], now: Now, last_number: int
    ) -> list[Queued]:
        """Name what the clock asks for: venues whose time has come, and the other markets."""
        due = []
        for venue_id, one in venues.items():
            if now.instant < self._left_alone.get(venue_id, _PAST):
                continue
            if one.state.day == now.today and now.instant < self._due_at.get(venue_id, _PAST):
                continue
            queued = self._advance(session, venue_id, one, now, last_number)
            if queued is not None:
                due.append(queued)
        for market in self._others.values():
            due += market.due(session, now)
        return due

    def _advance(
        self, session: Session, venue_id: int, one: Venue, now: Now, last_number: int
    ) -> Queued | None:
        payload: dict[str, object] = {}
        state = one.state
        if state.stand is Stand.CALL and state.day == now.today and not state.commitment:
            payload = _seal_end(session, venue_id, one, now)
        elif state.commitment and state.phase_until is not None:
            if now.instant < state.phase_until:
                self._due_at[venue_id] = state.phase_until
                return None
            payload = {"seed": _seed(session, state.commitment)}
        if not payload and state.day == now.today:
            ends = one.due_at(state.seen_at or now.instant)
            if state.seen_at == now.instant:
                # The clock was looked at for this very instant: asking again would change nothing.
                ends = max(ends, now.instant + LEAST_STEP)
            if now.instant < ends:
                self._due_at[venue_id] = ends
                return None
        return Queued(
            market="venue",
            market_id=venue_id,
            kind=CommandKind.ADVANCE,
            party_id=0,
            key=f"advance:{venue_id}:{last_number}",
            payload=payload_text(payload),
            actor="",
            submitted_at=now.instant,
        )


def _seal_end(session: Session, venue_id: int, one: Venue, now: Now) -> dict[str, object]:
    """Draw the seed that ends a call at random and keep it; its commitment goes out now."""
    calls = one.terms.calls
    ends = one.state.phase_until or one.terms.sessions.call_ends_at(now.instant)
    if calls is None or not calls.random_end_seconds or ends is None:
        return {}
    seed = token_hex(16)
    commitment = sha256(seed.encode()).hexdigest()
    session.execute(
        call_seed.insert(),
        {
            "commitment": commitment,
            "market": "venue",
            "market_id": venue_id,
            "seed": seed,
            "made_at": now.instant,
        },
    )
    earliest = max(ends - timedelta(seconds=calls.random_end_seconds), now.instant)
    until = random_end(seed, earliest, max(ends, earliest))
    return {"commitment": commitment, "until": until.isoformat()}


def _seed(session: Session, commitment: str) -> str:
    found = session.scalar(select(call_seed.c.seed).where(call_seed.c.commitment == commitment))
    ensure(found is not None, "a committed seed is kept")
    return found or ""
