"""Fresh databases to measure on: PostgreSQL on the server that the set-up brings, and SQLite files.

The server writes through to the disk (fsync on) and keeps its data in a folder of its own, found
again by the next run.
"""

import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from os import getpid
from pathlib import Path

import psutil
import psycopg
from psycopg import sql
from sqlalchemy import Engine, make_url

from ledger.core.database import make_engine
from ledger.core.migration import upgrade
from ledger.refusals import Refused, ensure
from tests.support.postgres import folder_of_server, program, server_url, start_server

_PREFIX = "ecorights_bench_"
_PGBENCH = "ecorights_pgbench"
_SCALE = 50


class Server:
    """The PostgreSQL server of the benchmarks."""

    def __init__(self) -> None:
        self.folder = folder_of_server(fsync=True)
        # Log files that were filled once are used again: making new ones would be timed too.
        start_server(self.folder, fsync=True, settings={"min_wal_size": "2GB"})
        self._numbers = count(1)
        self._drop_what_was_left()

    def version(self) -> str:
        """What the server says it is."""
        with self._admin() as connection:
            row = connection.execute("SHOW server_version").fetchone()
        return "" if row is None else str(row[0])

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database."""
        return server_url(self.folder, database)

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """Give the name of a new database, a copy of ``template``; it is dropped in the end."""
        name = f"{_PREFIX}{getpid()}_{next(self._numbers)}"
        with self._admin() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        try:
            yield name
        finally:
            self._drop(name)

    def checkpoint(self) -> None:
        """Write everything to the data files now, so that it does not happen while we measure."""
        with self._admin() as connection:
            connection.execute("CHECKPOINT")

    def prepare_pgbench(self) -> None:
        """Fill pgbench's tables once; later runs find them."""
        with self._admin() as connection:
            found = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", (_PGBENCH,)
            ).fetchone()
            if found is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_PGBENCH)))
        branches = self._pgbench_branches()
        if branches != _SCALE:
            self._run_pgbench(["-i", "-s", str(_SCALE), "-q"])

    def pgbench(self, seconds: int, clients: int = 1) -> float:
        """Transactions per second of pgbench's own script, prepared."""
        threads = str(min(clients, 2))
        count = ["-c", str(clients), "-j", threads]
        said = self._run_pgbench(["-M", "prepared", *count, "-T", str(seconds)])
        found = re.search(r"tps = ([0-9.]+)", said)
        ensure(found is not None, "pgbench says its transactions per second")
        return float(found.group(1)) if found else 0.0

    def _pgbench_branches(self) -> int:
        with self._connect(_PGBENCH) as connection:
            try:
                row = connection.execute("SELECT count(*) FROM pgbench_branches").fetchone()
            except psycopg.errors.UndefinedTable:
                return 0
        return 0 if row is None else int(row[0])

    def _run_pgbench(self, arguments: Sequence[str]) -> str:
        folder = make_url(server_url(self.folder)).query["host"]
        return subprocess.run(
            [program("pgbench"), "-h", str(folder), "-U", "postgres", *arguments, _PGBENCH],
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def _connect(self, database: str) -> psycopg.Connection:
        url = make_url(server_url(self.folder, database)).set(drivername="postgresql")
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)

    def _admin(self) -> psycopg.Connection:
        return self._connect("postgres")

    def _drop(self, name: str) -> None:
        with self._admin() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def _drop_what_was_left(self) -> None:
        """Drop databases of runs that were killed."""
        with self._admin() as connection:
            found = connection.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (_PREFIX,)
            ).fetchall()
        for (name,) in found:
            if not psutil.pid_exists(int(name.removeprefix(_PREFIX).split("_")[0])):
                self._drop(name)


def migrated(url: str) -> Engine:
    """Open a database and bring it to the newest migration."""
    engine = make_engine(url)
    ensure(not isinstance(upgrade(engine), Refused), "a new database can be migrated")
    return engine


def sqlite_url(folder: Path, name: str) -> str:
    """The URL of a SQLite file."""
    return f"sqlite:///{folder / name}.sqlite"
