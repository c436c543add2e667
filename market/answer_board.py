"""Hearing answers: one watcher for a whole process, however many wait.

The runner says after each commit that something was decided; the board then asks the log once for
all that wait.  Where nobody says anything (SQLite, a lost connection) it looks again by itself.
"""

import threading
from dataclasses import dataclass, field

from sqlalchemy import Engine, select, tuple_

from ledger.core.database import reading
from ledger.refusals import Refused
from market.hearing import Listener
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
        self._watcher = threading.Thread(target=self._watch, name="answers", daemon=True)
        self._listener = (
            Listener(engine, DECIDED_CHANNEL, self._word)
            if engine.dialect.name == "postgresql"
            else None
        )

    def start(self) -> None:
        """Begin to watch."""
        self._watcher.start()
        if self._listener is not None:
            self._listener.start()

    def stop(self) -> None:
        """Stop watching; who still waits is told nothing."""
        self._ended.set()
        self._word.set()
        self._watcher.join()
        if self._listener is not None:
            self._listener.stop()

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
