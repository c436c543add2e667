"""Hearing answers: one watcher for a whole process, however many wait.

The runner says after each commit that something was decided; the board then asks the log once for
all that wait.  Where nobody says anything (SQLite, a lost connection) it looks again by itself.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, select, tuple_
from sqlalchemy.exc import SQLAlchemyError

from ledger.core.database import reading
from ledger.refusals import Refused
from market.submission import DECIDED_CHANNEL, Answer, NewCommand, answer_of_row
from market.tables import command_log

LOOK_AGAIN_MS = 50
"""How long the board waits for word before it looks by itself, in milliseconds."""

_Key = tuple[int, str]


@dataclass(slots=True)
class _Waiter:
    command: NewCommand
    heard: threading.Event = field(default_factory=threading.Event)
    answer: Answer | Refused | None = None


class AnswerBoard:
    """Gives the answers of commands to those who wait for them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiters: dict[_Key, list[_Waiter]] = {}
        self._lock = threading.Lock()
        self._word = threading.Event()
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin to watch."""
        watchers: list[Callable[[], None]] = [self._watch]
        if self._engine.dialect.name == "postgresql":
            watchers.append(self._listen)
        for work in watchers:
            thread = threading.Thread(target=work, name=work.__name__, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Stop watching; who still waits is told nothing."""
        self._ended.set()
        self._word.set()
        for thread in self._threads:
            thread.join()

    def poke(self) -> None:
        """Say that something was decided: what a runner in the same process calls."""
        self._word.set()

    def wait(self, command: NewCommand, milliseconds: int) -> Answer | Refused | None:
        """Wait for a command's answer; None means *not known yet*: asking again is safe."""
        waiter = _Waiter(command)
        key = (command.party_id, command.key)
        with self._lock:
            self._waiters.setdefault(key, []).append(waiter)
        self._word.set()
        waiter.heard.wait(milliseconds / 1000)
        with self._lock:
            others = self._waiters.get(key)
            if others is not None and waiter in others:
                others.remove(waiter)
                if not others:
                    del self._waiters[key]
        return waiter.answer

    def _watch(self) -> None:
        while not self._ended.is_set():
            self._word.wait(LOOK_AGAIN_MS / 1000)
            self._word.clear()
            with self._lock:
                keys = list(self._waiters)
            if keys:
                self._tell(keys)

    def _tell(self, keys: list[_Key]) -> None:
        with reading(self._engine) as session:
            rows = session.execute(
                select(command_log).where(
                    tuple_(command_log.c.party_id, command_log.c.key).in_(keys)
                )
            ).all()
        for row in rows:
            with self._lock:
                waiters = self._waiters.pop((row.party_id, row.key), [])
            for waiter in waiters:
                waiter.answer = answer_of_row(row, waiter.command)
                waiter.heard.set()

    def _listen(self) -> None:
        """Turn the runner's word into a look; without a connection the looks go on by themselves."""
        broken = (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error)
        while not self._ended.is_set():
            try:
                self._hear()
            except broken:
                self._ended.wait(LOOK_AGAIN_MS / 1000)

    def _hear(self) -> None:
        connection: Any = self._engine.raw_connection()
        try:
            driver = connection.driver_connection
            driver.autocommit = True
            driver.execute(f"LISTEN {DECIDED_CHANNEL}")
            while not self._ended.is_set():
                for _ in driver.notifies(timeout=LOOK_AGAIN_MS / 1000, stop_after=1):
                    self._word.set()
        finally:
            # It listens and commits by itself: nothing for the pool to hand on.
            connection.invalidate()
            connection.close()
