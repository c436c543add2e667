"""A runner kept running: it leads or stands by, decides what is queued or due, and outlives trouble.

While it leads it is woken by whoever queues a command (PostgreSQL), looks by itself otherwise, and
holds its lease on while nothing happens.  While another leads it waits for that lease to run out.
Whatever goes wrong is told and tried again; nothing ends it but ``stop``.
"""

import os
import socket
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import token_hex

from sqlalchemy import Engine, select

from ledger.core.clock import Now
from ledger.core.database import reading
from market import lease
from market.auctions.auction_tables import auction
from market.clockwork import OtherMarket
from market.hearing import Listener
from market.runner import LEASE, Runner
from market.submission import WAKE_CHANNEL
from market.tables import queued_command
from market.venue_tables import venue

LOOK_MS = 20
"""How often the queue is looked at where nobody says that something came (SQLite)."""
LOOK_LISTENING_MS = 250
"""How often it is looked at all the same where somebody does."""
STANDBY_MS = 500
"""How often a standby looks whether the leader gave up before its lease was over."""
NO_MARKET_MS = 1000
CLOCK_MS = 1000
"""How often other markets are asked what the clock wants of them."""
FIRST_RETRY_MS, LAST_RETRY_MS = 50, 5000
_HOLDER_MAX = 100


class ServingEvent(StrEnum):
    """What is told of a runner."""

    LEADS = "leads"
    STANDS_BY = "stands_by"
    OVERTAKEN = "overtaken"
    COMMAND_AT_FAULT = "command_at_fault"
    IN_TROUBLE = "in_trouble"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Notice:
    """What happened to a runner; ``reason`` where something went wrong."""

    event: ServingEvent
    reason: str = ""


Tell = Callable[[Notice], None]


def own_name() -> str:
    """Name this process among those that may hold the lease; no other gets the same name."""
    tail = f":{os.getpid()}:{token_hex(4)}"
    return socket.gethostname()[: _HOLDER_MAX - len(tail)] + tail


class Service:
    """Runs a runner until it is stopped.

    With ``waits_for_market`` it leaves the database alone until there is a venue or a command: for
    a runner that lives in a server whose ledger may have no market at all.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], Now],
        tell: Tell,
        *,
        holder: str = "",
        lease_length: timedelta = LEASE,
        others: Mapping[str, OtherMarket] | None = None,
        waits_for_market: bool = False,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._tell = tell
        self._length = lease_length
        self._has_others = bool(others)
        self._waits_for_market = waits_for_market
        self._runner = Runner(
            engine,
            holder or own_name(),
            clock,
            lease_length=lease_length,
            others=others,
            hear_fault=self._hear_fault,
        )
        self._word = threading.Event()
        self._stopping = threading.Event()
        self._last_told: ServingEvent | None = None

    def poke(self) -> None:
        """Say that a command was queued: for whoever queues in the same process."""
        self._word.set()

    def stop(self) -> None:
        """Let ``run`` come to its end, after the batch that it is in."""
        self._stopping.set()
        self._word.set()

    def run(self) -> None:
        """Lead or stand by until stopped; the lease is given up at the end."""
        listener = None
        if self._engine.dialect.name == "postgresql":
            listener = Listener(self._engine, WAKE_CHANNEL, self._word)
            listener.start()
        retry = FIRST_RETRY_MS
        while not self._stopping.is_set():
            try:
                pause = self._step()
                retry = FIRST_RETRY_MS
            except lease.LeaseLost as lost:
                self._say(ServingEvent.OVERTAKEN, str(lost))
                pause = 0
            except Exception as trouble:  # noqa: BLE001 - told, and tried again
                self._say(ServingEvent.IN_TROUBLE, _reason(trouble))
                self._stopping.wait(retry / 1000)
                retry, pause = min(2 * retry, LAST_RETRY_MS), 0
            self._rest(pause)
        self._end()
        if listener is not None:
            listener.stop()

    def _step(self) -> int:
        """Do what there is to do; give for how many milliseconds there may be nothing more."""
        if not self._runner.leads:
            if self._waits_for_market and not self._has_market():
                return NO_MARKET_MS
            if not self._runner.take_lease():
                self._say_once(ServingEvent.STANDS_BY)
                return self._until_lease_is_over()
        self._say_once(ServingEvent.LEADS)
        # What is said from here on is about something that the batches below may miss.
        self._word.clear()
        while self._runner.run_batch() and not self._stopping.is_set():
            pass
        return self._until_next()

    def _rest(self, pause: int) -> None:
        ends = time.monotonic_ns() + pause * 1_000_000
        while not self._stopping.is_set():
            left = (ends - time.monotonic_ns()) // 1_000_000
            if left <= 0:
                return
            if not self._runner.leads:
                self._stopping.wait(left / 1000)
                return
            if self._word.wait(min(left, self._look()) / 1000) or self._is_queued():
                return

    def _look(self) -> int:
        return LOOK_LISTENING_MS if self._engine.dialect.name == "postgresql" else LOOK_MS

    def _is_queued(self) -> bool:
        try:
            with reading(self._engine) as session:
                found = session.scalar(select(queued_command.c.id).limit(1))
        except Exception:  # noqa: BLE001 - the next batch meets the same and tells
            return True
        return found is not None

    def _until_next(self) -> int:
        """Until the lease wants to be held on or the clock asks for something."""
        pause = _milliseconds(self._length) // 3
        if self._has_others:
            pause = min(pause, CLOCK_MS)
        due = self._runner.next_due()
        return pause if due is None else max(min(pause, self._until(due)), 1)

    def _until(self, due: datetime) -> int:
        return _milliseconds(due - self._clock().instant) + 1

    def _until_lease_is_over(self) -> int:
        with reading(self._engine) as session:
            left = lease.left(session, self._clock())
        return max(1, min(_milliseconds(left) + 1, STANDBY_MS))

    def _has_market(self) -> bool:
        with reading(self._engine) as session:
            return (
                session.scalar(select(venue.c.id).limit(1)) is not None
                or session.scalar(select(auction.c.id).limit(1)) is not None
                or session.scalar(select(queued_command.c.id).limit(1)) is not None
            )

    def _end(self) -> None:
        try:
            self._runner.give_up()
        except Exception as trouble:  # noqa: BLE001 - the lease runs out by itself
            self._say(ServingEvent.IN_TROUBLE, _reason(trouble))
        self._say(ServingEvent.STOPPED)

    def _hear_fault(self, failure: Exception) -> None:
        # Not what is said last of how it stands: it leads on.
        where = "".join(traceback.format_exception(failure))
        self._tell(Notice(ServingEvent.COMMAND_AT_FAULT, where))

    def _say(self, event: ServingEvent, reason: str = "") -> None:
        self._last_told = event
        self._tell(Notice(event, reason))

    def _say_once(self, event: ServingEvent) -> None:
        if self._last_told is not event:
            self._say(event)


class ServiceThread:
    """A service in a thread of the process that also queues: the way of a SQLite ledger."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._thread = threading.Thread(target=service.run, name="market", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the batch that is on, and wait for that."""
        self._service.stop()
        self._thread.join()


def _milliseconds(length: timedelta) -> int:
    return length // timedelta(milliseconds=1)


def _reason(trouble: Exception) -> str:
    return f"{type(trouble).__name__}: {trouble}"
