"""How a database is opened and how one unit of work runs in it.

Two ways in: ``reading`` sees one unchanging snapshot and can write nothing; ``run`` carries one
unit of work through a writing transaction and repeats it whole when the database asks for that
(deadlock, serialization failure, lost race for a key).  Knows nothing of what the work does.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

Result = TypeVar("Result")

_READ_ONLY = "ledger_read_only"
_ATTEMPTS = 12
_RETRIED_STATES = frozenset({"40001", "40P01", "55P03"})
_KEY_CONSTRAINT = "uq_entry_key"
_SQLITE_KEY_FAULT = "UNIQUE constraint failed: entry.key"


class OutcomeUnknown(Exception):
    """The connection broke after COMMIT was sent: ask again with the same keys.

    The work may stand or not; posting the same keys once more gives the first result if it does.
    """


class _ConnectionLost(Exception):
    """The server went away before COMMIT was sent, so nothing of the work stands."""


def make_engine(url: str, **options: Any) -> Engine:
    """Open a database by its SQLAlchemy URL (SQLite or PostgreSQL through psycopg)."""
    if make_url(url).get_backend_name() == "sqlite":
        return _make_sqlite_engine(url, **options)
    return create_engine(url, **options)


def _make_sqlite_engine(url: str, **options: Any) -> Engine:
    # The driver's own transactions begin late and lose updates; we begin them ourselves.
    engine = create_engine(url, connect_args={"timeout": 60}, **options)

    @event.listens_for(engine, "connect")
    def _settle(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            # Or INSERT OR REPLACE would delete journal rows past their guards.
            "recursive_triggers=ON",
            "busy_timeout=60000",
            "cache_size=-65536",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        read_only = connection.get_execution_options().get(_READ_ONLY)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Give a session over one unchanging snapshot, in which nothing can be written."""
    options: dict[str, Any] = {_READ_ONLY: True}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with _alive(engine).execution_options(**options) as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA query_only=ON")
        try:
            with Session(connection) as session:
                yield session
        finally:
            connection.rollback()
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA query_only=OFF")
                connection.rollback()


def _alive(engine: Engine) -> Connection:
    """Connect; a connection that died in the pool is replaced, and the others with it."""
    connection = engine.connect()
    if engine.dialect.name == "sqlite":
        return connection
    try:
        connection.exec_driver_sql("SELECT 1")
        connection.rollback()
    except DBAPIError as fault:
        connection.close()
        if not fault.connection_invalidated:
            raise
        connection = engine.connect()
    return connection


def run(engine: Engine, work: Callable[[Session], Result]) -> Result:
    """Run one unit of work in one transaction, again from its start if the database asks.

    ``work`` must be safe to call several times: everything it did is rolled back before it is
    called again.  Raises OutcomeUnknown when the connection breaks while committing.
    """
    for attempt in range(_ATTEMPTS):
        try:
            return _run_once(engine, work)
        except (DBAPIError, _driver_error(engine), _ConnectionLost) as fault:
            if attempt + 1 == _ATTEMPTS or not _may_be_retried(fault):
                raise
        # Waits grow and differ, so that two writers do not meet again at the same moment.
        time.sleep(random.uniform(0.5, 1.5) * 0.004 * 2 ** min(attempt, 7))
    raise AssertionError("the last attempt returns or raises")


def _run_once(engine: Engine, work: Callable[[Session], Result]) -> Result:
    with Session(engine) as session:
        try:
            result = work(session)
            session.flush()
        except _driver_error(engine) as fault:
            if not _connection_is_lost(session, fault):
                raise
            session.invalidate()
            # Those that wait in the pool were lost with it.
            engine.dispose()
            raise _ConnectionLost from fault
        try:
            session.commit()
        except OperationalError as fault:
            if fault.connection_invalidated:
                raise OutcomeUnknown(str(fault.orig)) from fault
            raise
        return result


def _driver_error(engine: Engine) -> type[Exception]:
    """The hot path talks to the driver itself, so its errors come unwrapped."""
    error: type[Exception] = engine.dialect.loaded_dbapi.Error
    return error


def _connection_is_lost(session: Session, fault: Any) -> bool:
    connection = session.connection()
    return connection.dialect.is_disconnect(fault, connection.connection.dbapi_connection, None)


def _may_be_retried(fault: Exception) -> bool:
    if isinstance(fault, _ConnectionLost):
        return True
    if isinstance(fault, DBAPIError):
        if fault.connection_invalidated:
            return True
        fault = cast(Exception, fault.orig)
    state = getattr(fault, "sqlstate", None)
    if state == "23505":
        return _KEY_CONSTRAINT in str(fault)
    if state is not None:
        return state in _RETRIED_STATES
    text = str(fault)
    return "database is locked" in text or text == _SQLITE_KEY_FAULT
