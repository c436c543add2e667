"""Hearing a word that PostgreSQL passes on (LISTEN), in a thread of its own.

Knows connections and threads; knows no command.  A word may be lost with its connection, so whoever
listens looks by himself as well, less often.
"""

import threading
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

_LOOK_AROUND_MS = 200
"""How often the thread sees whether it should end, and tries again where it cannot listen."""


class Listener:
    """Sets an event whenever something is said on a channel, until it is stopped."""

    def __init__(self, engine: Engine, channel: str, word: threading.Event) -> None:
        self._engine = engine
        self._channel = channel
        self._word = word
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._listen, name=channel, daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Listen no longer."""
        self._ended.set()
        self._thread.join()

    def _listen(self) -> None:
        broken = (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error)
        while not self._ended.is_set():
            try:
                self._hear()
            except broken:
                self._ended.wait(_LOOK_AROUND_MS / 1000)

    def _hear(self) -> None:
        connection: Any = self._engine.raw_connection()
        try:
            driver = connection.driver_connection
            driver.autocommit = True
            driver.execute(f"LISTEN {self._channel}")
            # Something may have been said before.
            self._word.set()
            while not self._ended.is_set():
                for _ in driver.notifies(timeout=_LOOK_AROUND_MS / 1000, stop_after=1):
                    self._word.set()
        finally:
            # It listens and commits by itself: nothing for the pool to hand on.
            connection.invalidate()
            connection.close()
