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
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from ledger.core.clock import Now
from ledger.core.database import OutcomeUnknown, reading, run
from ledger.core.entries import Entry, PositionKey
from ledger.core.posting import WorkingSet
from ledger.refusals import Refused
from market import lease
from market.batch_rows import Batch, Queued, take, write
from market.behind import Registry, read_registry
from market.clockwork import Clockwork, OtherMarket
from market.commands import Command, CommandKind
from market.decisions import Decision, Fault, MarketCode, Trade
from market.engine import Venue
from market.foresight import Ahead, positions_ahead
from market.limit_registry import grouping_version
from market.log_rows import Decided, log_row
from market.record import LiveRecord, ReplayedRecord, fault_answer
from market.regrouping import regrouped
from market.rolling import roll_all
from market.store import load_venue
from market.submission import payload_text
from market.tables import command_log
from market.venue_tables import venue
from market.venues import terms_at

BATCH = 500
"""Commands decided in one transaction."""

LEASE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class _AtFault:
    """A command, by its sender and key, that is to be decided under a fault."""

    command: tuple[int, str]
    fault: Fault


class _GroupsMoved(Exception):
    """Companies came into other groups after the batch had looked: look again."""


class Runner:
    """Decides queued commands while it holds the lease.

    ``others`` are the markets beside venues by name; ``watch`` sees every entry before it is
    tried: for tests that break something on purpose.  ``hear_fault`` is told of what went wrong with
    a command, before its venue is halted for it.
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
        hear_fault: Callable[[Exception], None] | None = None,
    ) -> None:
        self._engine = engine
        self._holder = holder
        self._clock = clock
        self._batch_size = batch
        self._length = lease_length
        self._others = others or {}
        self._watch = watch
        self._hear_fault = hear_fault
        self._epoch: int | None = None
        self._last_number = 0
        self._venues: dict[int, Venue] = {}
        self._clockwork = Clockwork(self._others)
        self._trying = _NOTHING
        self._held_at = _PAST
        self._position_ids: dict[PositionKey, int] = {}
        self._grouping: int | None = None
        self._failures = 0
        self._terms_day: date | None = None
        self._rolled_on: date | None = None
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
        self._roll()
        try:
            return self._together_or_alone()
        except OutcomeUnknown:
            # It stands or it does not: the queue, read again, tells.
            return 1
        except lease.LeaseLost:
            self._epoch = None
            raise

    def _roll(self) -> None:
        """On a new trading day let what was bought before become free to sell, before all else."""
        now = self._clock()
        if self._rolled_on == now.today or self._epoch is None:
            return
        with reading(self._engine) as session:
            terms = [
                terms_at(session, venue_id, now.instant)
                for venue_id in session.scalars(select(venue.c.id)).all()
            ]
        for one in terms:
            if one.resale_lock_days and one.sessions.days.is_trading_day(now.today):
                roll_all(self._engine, one.identity.asset_id, one.sessions.days, now)
        self._rolled_on = now.today

    def next_due(self) -> datetime | None:
        """Give when the clock next asks for something, as far as that was known at the last look."""
        return self._clockwork.next_due()

    def _together_or_alone(self) -> int:
        try:
            return self._batch_once(self._batch_size)
        except Exception as failure:
            if not self._is_fault(failure):
                raise
            return self._alone()

    def _alone(self) -> int:
        """A batch failed: decide its commands one by one until the one at fault is met."""
        total = 0
        while total < self._batch_size:
            try:
                decided = self._batch_once(1)
            except Exception as failure:
                if not self._is_fault(failure) or self._trying == _NOTHING:
                    raise
                if self._hear_fault is not None:
                    self._hear_fault(failure)
                return total + self._at_fault(str(failure) or type(failure).__name__)
            if not decided:
                break
            total += decided
        return total

    def _at_fault(self, reason: str) -> int:
        """Decide the command at fault without matching, or, where that fails too, refuse it.

        Its venue stands still either way, and the reason is kept.
        """
        command = self._trying
        try:
            return self._batch_once(1, _AtFault(command, Fault(reason, undecided=False)))
        except Exception as failure:
            if not self._is_fault(failure):
                raise
            return self._batch_once(1, _AtFault(command, Fault(reason, undecided=True)))

    def _is_fault(self, failure: Exception) -> bool:
        """Tell what a command brought about, a bug, from trouble with the database or machine."""
        driver = self._engine.dialect.loaded_dbapi
        if isinstance(failure, DBAPIError | driver.Error):
            of_content = (DataError, IntegrityError, driver.DataError, driver.IntegrityError)
            return isinstance(failure, of_content)
        return not isinstance(failure, lease.LeaseLost | OutcomeUnknown | OSError | MemoryError)

    def _batch_once(self, size: int, at_fault: _AtFault | None = None) -> int:
        try:
            decided = run(self._engine, lambda session: self._batch(session, size, at_fault))
        except _GroupsMoved:
            self._clean = False
            self._failures += 1
            return self._batch_once(size, at_fault)
        except BaseException:
            self._clean = False
            self._held_at = _PAST
            self._failures += 1
            raise
        if decided:
            # Only now: a commit that fails may have the batch decided over again.
            self._last_number += decided
            self._clean = True
        return decided

    def _batch(self, session: Session, size: int, at_fault: _AtFault | None) -> int:
        now = self._clock()
        self._trying = _NOTHING
        self._limit_stillness(session)
        if not self._clean or self._terms_day != now.today:
            self._load(session, now)
        queued = self._regroupings(session, now)
        queued += self._clockwork.due(session, self._venues, now, self._last_number)
        queued = queued[:size]
        queued += take(session, size - len(queued))
        if any(one.market == "venue" and one.market_id not in self._venues for one in queued):
            self._load(session, now)
        if not queued:
            self._hold_on(session, now)
            if self._has_new_venue(session):
                self._load(session, now)
            return 0
        # From here on the books move; what happens before the commit makes them void.
        self._clean = False
        first = self._trying = (queued[0].party_id, queued[0].key)
        is_at_fault = at_fault is not None and at_fault.command == first
        fault = at_fault.fault if at_fault is not None and is_at_fault else None
        decided = self._decide(session, queued, now, fault)
        write(session, self._batch_of(decided), self._required_epoch(), self._length, now)
        return len(decided)

    def _hold_on(self, session: Session, now: Now) -> None:
        """Hold the lease on where nothing else is written, four times in its length."""
        epoch = self._required_epoch()
        if abs(now.instant - self._held_at) >= self._length // 4:
            lease.renew(session, epoch, self._length, now)
            self._held_at = now.instant

    def _limit_stillness(self, session: Session) -> None:
        """A runner that is stopped in the middle must not keep the others waiting for its locks.

        Between two messages of a pipeline a session does not count as idle, so its transactions
        end after three leases whatever it waits for (PostgreSQL 17 and later).
        """
        if session.get_bind().dialect.name != "postgresql":
            return
        connection = session.connection().connection
        driver: Any = connection.driver_connection
        milliseconds = int(self._length / timedelta(milliseconds=1))
        # A transaction that is rolled back takes the setting back with it.
        mark = (milliseconds, self._failures)
        if connection.info.get(_STILLNESS) != mark:
            driver.execute(f"SET idle_in_transaction_session_timeout = {milliseconds}")
            if driver.info.server_version >= _HAS_TRANSACTION_TIMEOUT:
                driver.execute(f"SET transaction_timeout = {3 * milliseconds}")
            connection.info[_STILLNESS] = mark

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
        self._clockwork.forget()
        self._grouping = None
        # What a batch made that did not commit is not there.
        self._position_ids = {}
        self._terms_day = now.today
        last = session.scalar(select(func.max(command_log.c.number)))
        self._last_number = last or 0
        self._clean = True

    def _has_new_venue(self, session: Session) -> bool:
        return session.scalar(select(func.count()).select_from(venue)) != len(self._venues)

    def _regroupings(self, session: Session, now: Now) -> list[Queued]:
        """Name the venues whose open orders stand under other groups since the last look."""
        limited = [one for one in self._venues.values() if one.terms.limits]
        if not limited:
            return []
        version = grouping_version(session)
        if version == self._grouping:
            return []
        self._grouping = version
        moved = [(one, regrouped(session, one)) for one in limited]
        return [
            Queued(
                market="venue",
                market_id=one.terms.identity.venue_id,
                kind=CommandKind.REGROUP,
                party_id=0,
                key=f"regroup:{one.terms.identity.venue_id}:{version}",
                payload=payload_text({"orders": orders}),
                actor="",
                submitted_at=now.instant,
            )
            for one, orders in moved
            if orders
        ]

    # -- deciding and writing ------------------------------------------------------------------

    def _decide(
        self, session: Session, queued: Sequence[Queued], now: Now, fault: Fault | None
    ) -> list[Decided]:
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
        working_set = WorkingSet(session, now)
        if fault is not None and fault.undecided:
            return [self._undecided(session, queued[0], commands[0], fault)]
        registry = read_registry(session, _accounts_named(commands))
        of_venues = [
            command for command, one in zip(commands, queued, strict=True) if one.market == "venue"
        ]
        ahead = positions_ahead(of_venues, self._venues, registry)
        self._open(working_set, ahead, len(commands))
        # Whoever moves rooms between groups holds them, so what is seen now stays.
        if self._grouping is not None and grouping_version(session) != self._grouping:
            raise _GroupsMoved
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
        fault: Fault | None,
    ) -> Decided:
        other = self._others.get(queued.market)
        if other is not None:
            record = LiveRecord(session, working_set, registry, None, self._watch)
            decision = other.decide(session, working_set, command, record)
            return Decided(queued, command, decision, record.answers)
        one = self._venues.get(command.market_id)
        if one is None or queued.market != "venue":
            return Decided(queued, command, _venue_unknown(command), [])
        record = LiveRecord(session, working_set, registry, one.terms, self._watch)
        if fault is not None:
            record.answers.append(fault_answer(fault))
        decision = one.take(command, record, fault)
        self._clockwork.moved(command.market_id)
        return Decided(queued, command, decision, record.answers)

    def _undecided(
        self, session: Session, queued: Queued, command: Command, fault: Fault
    ) -> Decided:
        """Refuse a command that could not be decided at all; the record is not asked."""
        other = self._others.get(queued.market)
        if other is not None:
            decision = other.stand_still(session, command, fault.reason)
            return Decided(queued, command, decision, [fault_answer(fault)])
        one = self._venues.get(command.market_id) if queued.market == "venue" else None
        answers = [fault_answer(fault)]
        if one is None:
            values = {"command": command.kind}
            refused = Refused(MarketCode.COMMAND_NOT_CARRIED_OUT, values)
            return Decided(queued, command, Decision("refused", refused=refused), answers)
        if command.kind == CommandKind.ADVANCE:
            # Or the clock would ask for the same again at once.
            self._clockwork.leave_alone(command.market_id, command.at.instant)
        self._clockwork.moved(command.market_id)
        return Decided(queued, command, one.take(command, ReplayedRecord([]), fault), answers)

    def _batch_of(self, decided: Sequence[Decided]) -> Batch:
        """Gather what is to be written of what was decided."""
        trades: dict[int, list[Trade]] = {}
        orders = {}
        for one in decided:
            venue_id = one.command.market_id
            if one.queued.market == "venue" and venue_id in self._venues:
                trades.setdefault(venue_id, []).extend(one.decision.trades)
                orders.update(one.decision.orders)
        epoch = self._required_epoch()
        return Batch(
            last_number=self._last_number,
            orders=list(orders.values()),
            trades=trades,
            states={venue_id: self._venues[venue_id].state for venue_id in trades},
            log=[log_row(one, epoch) for one in decided],
        )

    def _open(self, working_set: WorkingSet, ahead: Ahead, commands: int) -> None:
        """Lock what the batch may touch, by number where the number is known already."""
        known, unknown = [], []
        for key in ahead.positions:
            number = self._position_ids.get(key)
            if number is None:
                unknown.append(key)
            else:
                known.append(number)
        # Most commands are one entry, many are two: numbers drawn with the locks save a round.
        working_set.open_known(known, entries=0 if unknown else 2 * commands)
        if unknown:
            working_set.open(unknown)
            for key in unknown:
                self._position_ids[key] = working_set.position_id(key)
        working_set.make(list(ahead.new))


_STILLNESS = "market_runner_stillness"
_HAS_TRANSACTION_TIMEOUT = 170000
_PAST = datetime.min.replace(tzinfo=UTC)
_NOTHING = (0, "")
"""No command's sender and key: what failed was nobody's command."""


def _venue_unknown(command: Command) -> Decision:
    values = {"venue": str(command.market_id)}
    return Decision("refused", refused=Refused(MarketCode.VENUE_UNKNOWN, values))


def _accounts_named(commands: Sequence[Command]) -> list[str]:
    named = [
        command.payload.get(name) for command in commands for name in ("account", "counterparty")
    ]
    return [account for account in named if isinstance(account, str)]
