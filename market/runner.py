"""The one writer of all markets of a database: takes queued commands, decides, writes, one batch
a transaction.

A batch takes what is queued, gives it its numbers without gaps, lets the engines decide in that
order over one working set, and commits entries, balances, orders, trades, log and proof of the
lease together.  Only then is anything acknowledged.  The books in memory are a cache: whenever a
batch does not commit they are thrown away and made again from the database.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from secrets import token_hex
from typing import Any, Protocol

from sqlalchemy import Engine, delete, func, select, text, tuple_
from sqlalchemy.orm import Session

from ledger.core.bulk_rows import write_rows
from ledger.core.clock import Now
from ledger.core.database import OutcomeUnknown, run
from ledger.core.entries import Entry
from ledger.core.posting import WorkingSet
from ledger.refusals import InvariantBroken, Refused, ensure
from market import lease
from market.answers import refused_to_json
from market.behind import Registry, read_registry
from market.book.call import random_end
from market.commands import OPERATOR_KINDS, Command, CommandKind
from market.decisions import Decision, MarketCode, Stand
from market.engine import Venue
from market.foresight import positions_ahead
from market.record import Answers, LiveRecord, answers_text
from market.store import load_venue, save_orders, save_state, save_trades
from market.submission import DECIDED_CHANNEL, payload_text
from market.tables import call_seed, command_log, queued_command
from market.venue_tables import venue
from market.venues import terms_at

BATCH = 500
"""Commands decided in one transaction."""

LEASE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Queued:
    """A command as it waits."""

    market: str
    market_id: int
    kind: str
    party_id: int
    key: str
    payload: str
    actor: str
    submitted_at: datetime


class OtherMarket(Protocol):
    """A market beside the venues, whose commands come through the same log (auctions)."""

    def decide(
        self, session: Session, working_set: WorkingSet, command: Command, record: "LiveRecord"
    ) -> Decision:
        """Decide one command and write what it changes, all but entries and the log."""
        ...

    def due(self, session: Session, now: Now) -> Sequence[Queued]:
        """Name what the clock asks for now."""
        ...


@dataclass(slots=True)
class _Decided:
    queued: Queued
    command: Command
    decision: Decision
    answers: Answers


class Runner:
    """Decides queued commands while it holds the lease.

    ``others`` are the markets beside venues by name; ``watch`` sees every entry before it is
    tried: for tests that break something on purpose.
    """

    def __init__(
        self,
        engine: Engine,
        holder: str,
        clock: Callable[[], Now],
        *,
        batch: int = BATCH,
        lease_length: timedelta = LEASE,
        others: Mapping[str, OtherMarket] | None = None,
        watch: Callable[[Entry], None] | None = None,
    ) -> None:
        self._engine = engine
        self._holder = holder
        self._clock = clock
        self._batch_size = batch
        self._length = lease_length
        self._others = others or {}
        self._watch = watch
        self._epoch: int | None = None
        self._last_number = 0
        self._venues: dict[int, Venue] = {}
        self._due_at: dict[int, datetime] = {}
        self._terms_day: date | None = None
        self._clean = False

    # -- the lease ---------------------------------------------------------------------------

    @property
    def leads(self) -> bool:
        """Whether this runner held the lease when it last looked."""
        return self._epoch is not None

    def take_lease(self) -> bool:
        """Try to become the writer."""
        now = self._clock()
        epoch = run(
            self._engine, lambda session: lease.take(session, self._holder, self._length, now)
        )
        if epoch is not None:
            self._epoch = epoch
            self._clean = False
        return epoch is not None

    def give_up(self) -> None:
        """Let the next runner begin at once."""
        epoch, self._epoch = self._epoch, None
        if epoch is not None:
            now = self._clock()
            run(self._engine, lambda session: lease.give_up(session, epoch, now))

    # -- batches -----------------------------------------------------------------------------

    def drain(self) -> int:
        """Decide all that is queued or due; give how many commands that was.

        Raises LeaseLost when somebody else writes.
        """
        total = 0
        while decided := self.run_batch():
            total += decided
        return total

    def run_batch(self) -> int:
        """Decide one batch, in one transaction; give how many commands it had."""
        try:
            return self._batch_once(self._batch_size)
        except InvariantBroken:
            return self._alone()
        except OutcomeUnknown:
            # It stands or it does not: the queue, read again, tells.
            return 1
        except lease.LeaseLost:
            self._epoch = None
            raise

    def _alone(self) -> int:
        """A batch failed: decide its commands one by one until the one at fault is met.

        That one is decided without matching: an order is accepted and held for, its venue stands
        still, and the reason is kept.
        """
        total = 0
        while total < self._batch_size:
            try:
                decided = self._batch_once(1)
            except InvariantBroken as fault:
                return total + self._batch_once(1, fault=str(fault))
            if not decided:
                break
            total += decided
        return total

    def _batch_once(self, size: int, fault: str | None = None) -> int:
        try:
            return run(self._engine, lambda session: self._batch(session, size, fault))
        except BaseException:
            self._clean = False
            raise

    def _batch(self, session: Session, size: int, fault: str | None) -> int:
        now = self._clock()
        if session.get_bind().dialect.name == "postgresql":
            # A runner that is stopped in the middle must not keep the others waiting for its locks.
            milliseconds = int(self._length / timedelta(milliseconds=1))
            session.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = {milliseconds}"))
        if not self._clean or self._terms_day != now.today:
            self._load(session, now)
        queued = self._due(session, now)[:size]
        queued += self._take(session, size - len(queued))
        if not queued:
            lease.prove(session, self._required_epoch(), self._length, now)
            return 0
        # From here on the books move; what happens before the commit makes them void.
        self._clean = False
        decided = self._decide(session, queued, now, fault)
        self._write(session, decided, now)
        lease.prove(session, self._required_epoch(), self._length, now)
        self._last_number += len(decided)
        self._clean = True
        return len(queued)

    def _required_epoch(self) -> int:
        if self._epoch is None:
            raise lease.LeaseLost("no lease was taken")
        return self._epoch

    def _load(self, session: Session, now: Now) -> None:
        """Make everything in memory again from the database."""
        self._venues = {
            venue_id: load_venue(session, terms_at(session, venue_id, now.instant))
            for venue_id in session.scalars(select(venue.c.id).order_by(venue.c.id)).all()
        }
        self._due_at = {}
        self._terms_day = now.today
        last = session.scalar(select(func.max(command_log.c.number)))
        self._last_number = last or 0
        self._clean = True

    # -- what is to be decided -----------------------------------------------------------------

    def _due(self, session: Session, now: Now) -> list[Queued]:
        """Name what the clock asks for: venues whose time has come, and the other markets."""
        due = []
        for venue_id, one in self._venues.items():
            if one.state.day == now.today and now.instant < self._due_at.get(venue_id, _PAST):
                continue
            queued = self._advance(session, venue_id, one, now)
            if queued is not None:
                due.append(queued)
        for market in self._others.values():
            due += market.due(session, now)
        return due

    def _advance(self, session: Session, venue_id: int, one: Venue, now: Now) -> Queued | None:
        payload: dict[str, object] = {}
        state = one.state
        if state.stand is Stand.CALL and state.day == now.today and not state.commitment:
            payload = self._seal_end(session, venue_id, one, now)
        elif state.commitment and state.phase_until is not None:
            if now.instant < state.phase_until:
                self._due_at[venue_id] = state.phase_until
                return None
            payload = {"seed": _seed(session, state.commitment)}
        ends = one.due_at(state.seen_at or _PAST)
        if not payload and state.day == now.today and now.instant < ends:
            self._due_at[venue_id] = ends
            return None
        return Queued(
            market="venue",
            market_id=venue_id,
            kind=CommandKind.ADVANCE,
            party_id=0,
            key=f"advance:{venue_id}:{now.instant.isoformat()}",
            payload=payload_text(payload),
            actor="",
            submitted_at=now.instant,
        )

    def _seal_end(self, session: Session, venue_id: int, one: Venue, now: Now) -> dict[str, object]:
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

    def _take(self, session: Session, size: int) -> list[Queued]:
        """Take what waits, oldest first; what the log has already is only taken off the queue."""
        if size <= 0:
            return []
        waiting = session.execute(
            select(queued_command).order_by(queued_command.c.id).limit(size)
        ).all()
        if not waiting:
            return []
        session.execute(
            delete(queued_command).where(queued_command.c.id.in_([row.id for row in waiting]))
        )
        keys = [(row.party_id, row.key) for row in waiting]
        done = {
            (row.party_id, row.key)
            for row in session.execute(
                select(command_log.c.party_id, command_log.c.key).where(
                    tuple_(command_log.c.party_id, command_log.c.key).in_(keys)
                )
            )
        }
        return [
            Queued(
                row.market,
                row.market_id,
                row.kind,
                row.party_id,
                row.key,
                row.payload,
                row.actor,
                row.submitted_at,
            )
            for row in waiting
            if (row.party_id, row.key) not in done
        ]

    # -- deciding and writing ------------------------------------------------------------------

    def _decide(
        self, session: Session, queued: Sequence[Queued], now: Now, fault: str | None
    ) -> list[_Decided]:
        commands = [
            Command(
                number=number,
                market_id=one.market_id,
                kind=one.kind,
                party_id=one.party_id,
                key=one.key,
                payload=json.loads(one.payload),
                actor=one.actor,
                at=now,
            )
            for number, one in enumerate(queued, start=self._last_number + 1)
        ]
        registry = read_registry(session, _accounts_named(commands))
        working_set = WorkingSet(session, now)
        of_venues = [
            command for command, one in zip(commands, queued, strict=True) if one.market == "venue"
        ]
        ahead = positions_ahead(of_venues, self._venues, registry)
        working_set.open(ahead.positions)
        working_set.make(list(ahead.new))
        decided = [
            self._decide_one(session, one, command, working_set, registry, fault)
            for one, command in zip(queued, commands, strict=True)
        ]
        working_set.flush()
        return decided

    def _decide_one(
        self,
        session: Session,
        queued: Queued,
        command: Command,
        working_set: WorkingSet,
        registry: Registry,
        fault: str | None,
    ) -> _Decided:
        other = self._others.get(queued.market)
        if other is not None:
            record = LiveRecord(session, working_set, registry, None, self._watch)
            decision = other.decide(session, working_set, command, record)
            return _Decided(queued, command, decision, record.answers)
        one = self._venues.get(command.market_id)
        if one is None or queued.market != "venue":
            unknown = Refused(MarketCode.VENUE_UNKNOWN, {"venue": str(command.market_id)})
            return _Decided(queued, command, Decision("refused", refused=unknown), [])
        record = LiveRecord(session, working_set, registry, one.terms, self._watch)
        if command.kind in OPERATOR_KINDS and command.party_id != 0:
            refused = Refused(MarketCode.COMMAND_ONLY_FOR_OPERATORS, {"command": command.kind})
            return _Decided(queued, command, Decision("refused", refused=refused), [])
        if fault is None:
            decision = one.decide(command, record)
        else:
            decision = one.decide(command, record, matching=False)
            one.halt_for_fault(fault, decision)
        self._due_at.pop(command.market_id, None)
        return _Decided(queued, command, decision, record.answers)

    def _write(self, session: Session, decided: Sequence[_Decided], now: Now) -> None:
        touched: dict[int, None] = {}
        orders = {}
        for one in decided:
            if one.queued.market != "venue" or one.command.market_id not in self._venues:
                continue
            touched[one.command.market_id] = None
            orders.update(one.decision.orders)
        save_orders(session, orders.values(), self._last_number)
        for venue_id in touched:
            trades = [
                trade
                for one in decided
                if one.queued.market == "venue" and one.command.market_id == venue_id
                for trade in one.decision.trades
            ]
            save_trades(session, venue_id, trades)
            save_state(session, venue_id, self._venues[venue_id].state)
        epoch = self._required_epoch()
        rows = [_log_row(one, epoch) for one in decided]
        write_rows(session, command_log, tuple(rows[0]), [tuple(row.values()) for row in rows])
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text(f"NOTIFY {DECIDED_CHANNEL}"))


_PAST = datetime.min.replace(tzinfo=UTC)


def _seed(session: Session, commitment: str) -> str:
    found = session.scalar(select(call_seed.c.seed).where(call_seed.c.commitment == commitment))
    ensure(found is not None, "a committed seed is kept")
    return found or ""


def _accounts_named(commands: Sequence[Command]) -> list[str]:
    named = [command.payload.get("account") for command in commands]
    return [account for account in named if isinstance(account, str)]


def _log_row(one: _Decided, epoch: int) -> dict[str, Any]:
    decision = one.decision
    return {
        "number": one.command.number,
        "market": one.queued.market,
        "market_id": one.queued.market_id,
        "kind": one.queued.kind,
        "party_id": one.queued.party_id,
        "key": one.queued.key,
        "payload": one.queued.payload,
        "actor": one.queued.actor,
        "submitted_at": one.queued.submitted_at,
        "decided_at": one.command.at.instant,
        "epoch": epoch,
        "status": decision.status,
        "admission": answers_text(one.answers),
        "answer": answer_text(decision),
        "events": event_text(decision),
    }


def answer_text(decision: Decision) -> str:
    """Write the answer to a command for the log."""
    if decision.refused is not None:
        return _json({"refused": refused_to_json(decision.refused)})
    return _json({"answer": decision.answer})


def event_text(decision: Decision) -> str:
    """Write what happened for the log."""
    return _json(decision.events)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
