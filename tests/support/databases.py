"""Fresh databases for tests: each one a copy of a template that the migrations built.

Knows both kinds of database; the template of each is made once per test process.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import psutil
import psycopg
from psycopg import sql
from sqlalchemy import make_url

from ledger.core.database import make_engine
from ledger.core.migration import upgrade
from ledger.refusals import Refused
from tests.support.postgres import folder_of_server, start_server

# A name tells which process made the database, so that what a killed run left can be removed.
_PREFIX = "ecorights_test_"


def migrate(url: str) -> None:
    """Bring the database of a URL to the newest migration."""
    engine = make_engine(url)
    try:
        outcome = upgrade(engine)
    finally:
        engine.dispose()
    assert not isinstance(outcome, Refused), outcome


class SqliteTemplate:
    """A migrated SQLite file that is copied for each test."""

    def __init__(self, folder: Path) -> None:
        """Build the template in ``folder``."""
        self._file = folder / "template.sqlite"
        migrate(f"sqlite:///{self._file}")
        # The copy is one file: nothing may be left in the write-ahead log.
        with closing(sqlite3.connect(self._file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def copy_into(self, folder: Path) -> str:
        """Give the URL of a fresh database in ``folder``."""
        fresh = folder / "ledger.sqlite"
        shutil.copyfile(self._file, fresh)
        return f"sqlite:///{fresh}"


class PostgresqlTemplate:
    """A migrated PostgreSQL database that is copied for each test."""

    def __init__(self, server: str) -> None:
        """Build the template on the server of a URL; ``close`` removes it."""
        self._url = make_url(server)
        self._admin = psycopg.connect(
            self._url.set(drivername="postgresql").render_as_string(hide_password=False),
            autocommit=True,
        )
        self._numbers = count(1)
        self._name = f"{_PREFIX}{os.getpid()}_template"
        self._create(self._name, "template0")
        migrate(self._url_of(self._name))

    @contextmanager
    def copied(self) -> Iterator[str]:
        """Give the URL of a fresh database; it is dropped in the end, whoever is connected."""
        with self._dropped_later(self._name) as url:
            yield url

    @contextmanager
    def _dropped_later(self, template: str) -> Iterator[str]:
        name = f"{_PREFIX}{os.getpid()}_{next(self._numbers)}"
        self._create(name, template)
        try:
            yield self._url_of(name)
        finally:
            self._drop(name)

    @contextmanager
    def empty(self) -> Iterator[str]:
        """Give the URL of a database without any table; it is dropped in the end."""
        with self._dropped_later("template0") as url:
            yield url

    def close(self) -> None:
        """Remove the template."""
        self._drop(self._name)
        self._admin.close()

    def _create(self, name: str, template: str) -> None:
        # Through the log it takes half the time of a file copy, which waits for checkpoints.
        self._admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY wal_log").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )

    def _drop(self, name: str) -> None:
        self._admin.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )

    def _url_of(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)


def server_for_tests() -> str:
    """Give the PostgreSQL to test on: the one named by the environment, or our own, started."""
    named = os.environ.get("ECORIGHTS_TEST_DATABASE_URL")
    if named:
        return named
    url = start_server(folder_of_server(fsync=False), fsync=False)
    _drop_what_was_left(url)
    return url


def _drop_what_was_left(server: str) -> None:
    """Drop databases of test processes that no longer live; only ever on a server of our own."""
    address = make_url(server).set(drivername="postgresql")
    with psycopg.connect(
        address.render_as_string(hide_password=False), autocommit=True
    ) as connection:
        found = connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (_PREFIX,)
        ).fetchall()
        for (name,) in found:
            pid = int(name.removeprefix(_PREFIX).split("_")[0])
            if not psutil.pid_exists(pid):
                connection.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
                )
