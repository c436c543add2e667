"""Databases that crash on purpose: at the n-th thing that is asked of them, commits included.

Every call of the driver counts, also those that go past SQLAlchemy.  A crash is no ``Exception``:
nothing in the program may catch it and go on, as nothing could after a kill.
"""

import sqlite3
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.pool import NullPool

from ledger.core.database import make_engine


class Crash(BaseException):
    """The end of the process, as far as the program can tell."""


@dataclass
class Fuse:
    """Burns down by one at every call; at zero it goes off, once.

    ``left`` None: it does not burn.  ``after_commit``: a commit at zero is carried out first, and
    then nobody hears of it.
    """

    left: int | None = None
    after_commit: bool = False
    went_off: bool = False

    def burn(self) -> bool:
        """Count one call; tell whether it is the one."""
        if self.left is None:
            return False
        self.left -= 1
        if self.left >= 0:
            return False
        self.left = None
        self.went_off = True
        return True

    def before_call(self) -> None:
        """Crash before a call that is the one."""
        if not self.after_commit and self.burn():
            raise Crash


def crashing(url: str, fuse: Fuse) -> Engine:
    """Open a database of tests whose calls burn down a fuse."""
    if make_url(url).get_backend_name() == "sqlite":
        return _crashing_sqlite(url, fuse)
    return _crashing_postgresql(url, fuse)


def _crashing_sqlite(url: str, fuse: Fuse) -> Engine:
    class Cursor(sqlite3.Cursor):
        def execute(self, *arguments: Any) -> Any:
            fuse.before_call()
            return super().execute(*arguments)

        def executemany(self, *arguments: Any) -> Any:
            fuse.before_call()
            return super().executemany(*arguments)

    class Connection(sqlite3.Connection):
        def cursor(self, *_arguments: Any) -> Any:
            return super().cursor(Cursor)

        def commit(self) -> None:
            _commit(fuse, super().commit)

    file = make_url(url).database
    assert file is not None
    return make_engine(
        url,
        creator=lambda: sqlite3.connect(
            file, factory=Connection, timeout=60, check_same_thread=False
        ),
        poolclass=NullPool,
    )


def _crashing_postgresql(url: str, fuse: Fuse) -> Engine:
    class Cursor(psycopg.Cursor[Any]):
        def execute(self, *arguments: Any, **options: Any) -> Any:
            fuse.before_call()
            return super().execute(*arguments, **options)

        def executemany(self, *arguments: Any, **options: Any) -> Any:
            fuse.before_call()
            return super().executemany(*arguments, **options)

        def copy(self, *arguments: Any, **options: Any) -> Any:
            fuse.before_call()
            return super().copy(*arguments, **options)

    class Connection(psycopg.Connection[Any]):
        def commit(self) -> None:
            _commit(fuse, super().commit)

    engine = create_engine(url, poolclass=NullPool)

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: Any, _record: Any, arguments: Any, options: Any) -> Any:
        connection = Connection.connect(*arguments, **options)
        connection.cursor_factory = Cursor
        return connection

    return engine


def _commit(fuse: Fuse, commit: Any) -> None:
    fuse.before_call()
    commit()
    if fuse.after_commit and fuse.burn():
        raise Crash
