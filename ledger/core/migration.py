"""Which shape a database has, and how it is brought to another: Alembic behind four questions.

Knows the folder of numbered migrations and the table that remembers which ran.  Knows nothing of
what a migration changes, and nothing of where the database's address comes from.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event, inspect
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from ledger.core.database import reading
from ledger.refusals import RefusalCode, Refused, ensure

VERSION_TABLE = "ecorights_version"
"""The table that names the last migration; its name tells our databases from others'."""

BASE = "base"
"""The state before the first migration: no table of ours."""

# Better to give up than to stand in line before every reader and writer of a live database.
_LOCK_TIMEOUT = "5s"
_ADVISORY_LOCK = 0x65636F72
_LOCK_NOT_AVAILABLE = "55P03"

# No privilege, a read-only transaction or server, a full disk; and how SQLite says the same.
_CANNOT_WRITE_STATES = frozenset({"42501", "25006", "53100"})
_CANNOT_WRITE_TEXTS = ("readonly database", "disk is full")


class MigrationCode(RefusalCode):
    """Why a database cannot be used or changed as it is."""

    DATABASE_NOT_CREATED = "database_not_created"
    DATABASE_OLDER_THAN_PROGRAM = "database_older_than_program"
    DATABASE_NEWER_THAN_PROGRAM = "database_newer_than_program"
    DATABASE_IS_NOT_OURS = "database_is_not_ours"
    DATABASE_UNREACHABLE = "database_unreachable"
    DATABASE_BUSY = "database_busy"
    DATABASE_NOT_WRITABLE = "database_not_writable"
    MIGRATION_UNKNOWN = "migration_unknown"


def head() -> str:
    """Name the newest migration of this program."""
    return _folder().joinpath("HEAD").read_text("utf-8").strip()


def current(engine: Engine) -> str | Refused | None:
    """Name the last migration that ran on the database; None where none did.

    Refused when it cannot be asked or is another program's.
    """
    return None if _is_missing_file(engine) else _state(engine)


def check_current(engine: Engine) -> Refused | None:
    """Refuse a database that this program cannot work on as it is; change nothing in it.

    A SQLite file that does not exist is not created by asking.
    """
    if _is_missing_file(engine):
        return _refused(MigrationCode.DATABASE_NOT_CREATED, engine)
    state = _state(engine)
    if isinstance(state, Refused):
        return state
    if state is None:
        return _refused(MigrationCode.DATABASE_NOT_CREATED, engine)
    if state == head():
        return None
    values = {"found": state, "expected": head()}
    code = (
        MigrationCode.DATABASE_OLDER_THAN_PROGRAM
        if state in _known()
        else MigrationCode.DATABASE_NEWER_THAN_PROGRAM
    )
    return _refused(code, engine, **values)


def upgrade(engine: Engine, target: str = "head") -> tuple[str, ...] | Refused:
    """Bring a database forward to ``target``, each migration in one transaction of its own.

    Gives the names of the migrations that ran, in order; none where the database is there or
    further.  What fails midway leaves the database at the last migration that ran whole.
    """
    return _move(engine, head() if target == "head" else target, forward=True)


def downgrade(engine: Engine, target: str) -> tuple[str, ...] | Refused:
    """Take a database back to ``target``, losing what the later migrations hold.

    ``base`` empties it.  Gives the names of the migrations that were taken back, in order; none
    where the database is there or further back.
    """
    if _is_missing_file(engine):
        return _refused(MigrationCode.DATABASE_NOT_CREATED, engine)
    return _move(engine, target, forward=False)


def _move(engine: Engine, target: str, *, forward: bool) -> tuple[str, ...] | Refused:
    places = (BASE, *_known())
    if target not in places:
        return Refused(MigrationCode.MIGRATION_UNKNOWN, {"target": target, "known": places})
    state = _state(engine)
    if isinstance(state, Refused):
        return state
    if state is not None and state not in places:
        values = {"found": state, "expected": head()}
        return _refused(MigrationCode.DATABASE_NEWER_THAN_PROGRAM, engine, **values)
    here, there = places.index(state or BASE), places.index(target)
    steps = places[here + 1 : there + 1] if forward else places[there:here][::-1]
    order = command.upgrade if forward else command.downgrade
    ran: list[str] = []
    try:
        with _migrating(engine) as connection:
            # One order a step: it looks at the version in the transaction that changes it, so
            # two programs on one SQLite file share the work instead of doing it twice.
            for step in steps:
                order(_config(connection, ran), step)
                # A step that the other program had done leaves the look at the version open; the
                # next one would take that for a transaction of ours, and never be committed.
                connection.rollback()
    except DBAPIError as fault:
        return _refusal_of(fault, engine)
    return tuple(ran)


def _refusal_of(fault: DBAPIError, engine: Engine) -> Refused:
    """Tell what stands in the way of a change; raise again what only a bug explains."""
    state, text = getattr(fault.orig, "sqlstate", None), str(fault.orig)
    if state == _LOCK_NOT_AVAILABLE or "database is locked" in text:
        return _refused(MigrationCode.DATABASE_BUSY, engine)
    if state in _CANNOT_WRITE_STATES or any(said in text for said in _CANNOT_WRITE_TEXTS):
        return _refused(MigrationCode.DATABASE_NOT_WRITABLE, engine, reason=_reason(fault))
    raise fault


@contextmanager
def _migrating(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            with _without_foreign_keys(connection):
                yield connection
        else:
            with _alone(connection):
                yield connection


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    # A table is rebuilt by dropping it, which would delete or refuse the rows that point at it.
    # SQLite ignores this setting inside a transaction, so the driver is told before one begins.
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()
        driver.execute("PRAGMA foreign_keys=ON")


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    # Two programs that start at once would both see the old version; the second waits its turn.
    connection.exec_driver_sql(f"SELECT pg_advisory_lock({_ADVISORY_LOCK})")
    connection.commit()
    event.listen(connection, "begin", _limit_waiting)
    try:
        yield
    finally:
        event.remove(connection, "begin", _limit_waiting)
        connection.rollback()
        connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_ADVISORY_LOCK})")
        connection.commit()


def _limit_waiting(connection: Connection) -> None:
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")


def _applied(ran: list[str], *, ctx: MigrationContext, step: Any, **_others: Any) -> None:
    if ctx.dialect.name == "sqlite" and ctx.connection is not None:
        lost = ctx.connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(1)
        ensure(not lost, f"after {step.up_revision_id} every foreign key finds its row")
    ran.append(step.up_revision_id)


def _state(engine: Engine) -> str | Refused | None:
    try:
        with reading(engine) as session:
            connection = session.connection()
            version = _version(connection)
            if version is None and _has_other_tables(connection):
                return _refused(MigrationCode.DATABASE_IS_NOT_OURS, engine)
            return version
    except DatabaseError as fault:
        if "file is not a database" in str(fault.orig):
            return _refused(MigrationCode.DATABASE_IS_NOT_OURS, engine)
        if isinstance(fault, OperationalError):
            return _refused(MigrationCode.DATABASE_UNREACHABLE, engine, reason=_reason(fault))
        raise


def _version(connection: Connection) -> str | None:
    found = MigrationContext.configure(
        connection, opts={"version_table": VERSION_TABLE}
    ).get_current_heads()
    ensure(len(found) <= 1, "a database stands at one migration")
    return found[0] if found else None


def _has_other_tables(connection: Connection) -> bool:
    return bool(set(inspect(connection).get_table_names()) - {VERSION_TABLE})


def _is_missing_file(engine: Engine) -> bool:
    database = engine.url.database
    if engine.dialect.name != "sqlite" or not database or database == ":memory:":
        return False
    return not database.startswith("file:") and not Path(database).exists()


def _reason(fault: DBAPIError) -> str:
    return (str(fault.orig).strip() or type(fault.orig).__name__).splitlines()[0]


def _refused(code: MigrationCode, engine: Engine, **values: object) -> Refused:
    shown = engine.url.render_as_string(hide_password=True)
    return Refused(code, {"database": shown, **values})


def _known() -> tuple[str, ...]:
    scripts = ScriptDirectory.from_config(_config()).walk_revisions()
    return tuple(reversed([script.revision for script in scripts]))


def _config(connection: Connection | None = None, ran: list[str] | None = None) -> Config:
    config = Config()
    # A percent sign in a path would be taken for a reference by the configuration parser.
    config.set_main_option("script_location", str(_folder()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes.update(
        connection=connection,
        version_table=VERSION_TABLE,
        on_version_apply=(partial(_applied, [] if ran is None else ran),),
    )
    return config


def _folder() -> Path:
    return Path(str(files("migrations")))
