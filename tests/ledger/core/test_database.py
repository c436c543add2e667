"""One unit of work is one transaction: run again where that is right, and never said to have failed
where it may stand."""

import select
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError
from sqlalchemy.orm import Session

from ledger.core.database import OutcomeUnknown, make_engine, reading, run
from ledger.core.entries import Posted
from ledger.core.moves import EntryKind
from ledger.core.posting import post
from tests.support.small_record import (
    NOON,
    SmallRecord,
    balances,
    entry_of,
    make_record,
    post_all,
    post_well,
)


def add_table(engine: Engine) -> None:
    def work(session: Session) -> None:
        session.execute(text("CREATE TABLE counter (id integer PRIMARY KEY, value integer)"))
        session.execute(text("INSERT INTO counter VALUES (1, 0), (2, 0)"))

    run(engine, work)


def counted(engine: Engine, number: int = 1) -> int:
    with reading(engine) as session:
        return session.execute(
            text("SELECT value FROM counter WHERE id = :id"), {"id": number}
        ).scalar_one()


# -- writing ----------------------------------------------------------------------------------------


def test_400_concurrent_updates_that_read_and_then_add_lose_nothing(engine: Engine) -> None:
    """The driver's own transactions on SQLite lost 298 of 400, without an error."""
    add_table(engine)
    lock = " FOR UPDATE" if engine.dialect.name == "postgresql" else ""

    def add_one(session: Session) -> None:
        value = session.execute(text(f"SELECT value FROM counter WHERE id = 1{lock}")).scalar_one()
        session.execute(text("UPDATE counter SET value = :v WHERE id = 1"), {"v": value + 1})

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(run, engine, add_one) for _ in range(400)]:
            done.result()
    assert counted(engine) == 400


def test_writing_transactions_on_sqlite_begin_at_once(sqlite_engine: Engine) -> None:
    """A second writer waits for the first from its first statement on, even one that only reads."""
    add_table(sqlite_engine)
    order = []
    inside = threading.Event()

    def slow(session: Session) -> None:
        inside.set()
        time.sleep(0.2)
        order.append("slow")

    def quick(session: Session) -> None:
        session.execute(text("SELECT 1"))
        order.append("quick")

    with ThreadPoolExecutor(2) as pool:

        def first() -> None:
            run(sqlite_engine, lambda session: (session.execute(text("SELECT 1")), slow(session)))

        one = pool.submit(first)
        inside.wait(timeout=60)
        pool.submit(run, sqlite_engine, quick).result()
        one.result()
    assert order == ["slow", "quick"]


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("recursive_triggers", 1),
        ("busy_timeout", 60000),
    ],
)
def test_sqlite_is_opened_safely(sqlite_engine: Engine, pragma: str, value: object) -> None:
    with sqlite_engine.connect() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() == value


def test_what_work_returns_comes_back(engine: Engine) -> None:
    assert run(engine, lambda session: session.scalar(text("SELECT 42"))) == 42


def test_work_that_raises_is_rolled_back_and_not_run_again(engine: Engine) -> None:
    add_table(engine)
    calls = []

    def work(session: Session) -> None:
        calls.append(1)
        session.execute(text("UPDATE counter SET value = 7"))
        raise KeyError("a bug of ours")

    with pytest.raises(KeyError):
        run(engine, work)
    assert (len(calls), counted(engine)) == (1, 0)


def test_a_broken_rule_of_the_database_is_not_retried(engine: Engine) -> None:
    add_table(engine)
    calls = []

    def work(session: Session) -> None:
        calls.append(1)
        session.execute(text("INSERT INTO counter VALUES (1, 1)"))

    with pytest.raises(IntegrityError):
        run(engine, work)
    assert len(calls) == 1


def test_a_deadlock_is_run_again_from_the_start(postgresql_engine: Engine) -> None:
    """Two take the same two rows the other way round: both come through, nobody is told."""
    engine = postgresql_engine
    add_table(engine)
    both_hold_one = threading.Barrier(2)
    calls = []

    def work(session: Session, first: int, second: int) -> None:
        calls.append(first)
        update = text("UPDATE counter SET value = value + 1 WHERE id = :id")
        session.execute(update, {"id": first})
        if len(calls) <= 2:
            both_hold_one.wait(timeout=60)
        session.execute(update, {"id": second})

    with ThreadPoolExecutor(2) as pool:
        futures = [
            pool.submit(run, engine, lambda session, pair=pair: work(session, *pair))
            for pair in ((1, 2), (2, 1))
        ]
        for future in futures:
            future.result()
    assert len(calls) == 3
    assert (counted(engine, 1), counted(engine, 2)) == (2, 2)


def test_a_serialization_failure_is_run_again(postgresql_engine: Engine) -> None:
    add_table(postgresql_engine)
    calls = []

    def work(session: Session) -> None:
        calls.append(1)
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        value = session.execute(text("SELECT value FROM counter WHERE id = 1")).scalar_one()
        if len(calls) == 1:
            with postgresql_engine.begin() as other:
                other.execute(text("UPDATE counter SET value = 10 WHERE id = 1"))
        session.execute(text("UPDATE counter SET value = :v WHERE id = 1"), {"v": value + 1})

    run(postgresql_engine, work)
    assert (len(calls), counted(postgresql_engine)) == (2, 11)


# -- reading ----------------------------------------------------------------------------------------


def test_reading_sees_one_unchanging_snapshot(engine: Engine) -> None:
    add_table(engine)
    question = text("SELECT value FROM counter WHERE id = 1")
    with reading(engine) as session:
        before = session.execute(question).scalar_one()
        run(engine, lambda other: other.execute(text("UPDATE counter SET value = 5")))
        assert session.execute(question).scalar_one() == before
    assert counted(engine) == 5


def test_nothing_can_be_written_while_reading(engine: Engine) -> None:
    add_table(engine)
    with (
        reading(engine) as session,
        pytest.raises((OperationalError, InternalError)),
    ):
        session.execute(text("UPDATE counter SET value = 5"))
    assert counted(engine) == 0


def test_a_connection_that_was_read_from_can_be_written_with_again(engine: Engine) -> None:
    """The pool hands the same connection out for both."""
    add_table(engine)
    for number in range(1, 4):
        with reading(engine) as session:
            session.execute(text("SELECT 1"))
        run(engine, lambda session: session.execute(text("UPDATE counter SET value = value + 1")))
        assert counted(engine) == number


def test_reading_does_not_wait_for_a_writer(engine: Engine) -> None:
    add_table(engine)

    def work(session: Session) -> int:
        session.execute(text("UPDATE counter SET value = 5"))
        return counted(engine)

    assert run(engine, work) == 0


# -- broken connections ---------------------------------------------------------------------------------


@pytest.fixture
def record(postgresql_engine: Engine) -> SmallRecord:
    r = make_record(postgresql_engine)
    post_well(
        postgresql_engine,
        entry_of(EntryKind.IMPORT, "import", (r.outside(), r.holding(0), 100)),
    )
    return r


def kill_others(engine: Engine) -> None:
    """End every other connection to this database, as a restart of the server would."""
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


@pytest.fixture
def killer(postgresql_engine: Engine) -> Iterator[Engine]:
    """An engine of its own, from which the others are ended."""
    engine = make_engine(postgresql_engine.url.render_as_string(hide_password=False))
    yield engine
    engine.dispose()


@pytest.mark.parametrize("when", ["before the locks", "after the rows"])
def test_a_connection_that_dies_before_the_commit_costs_only_a_retry(
    postgresql_engine: Engine, record: SmallRecord, killer: Engine, when: str
) -> None:
    calls = []
    entry = entry_of(EntryKind.TRANSFER, "t", (record.holding(0), record.holding(1), 10))

    def work(session: Session) -> None:
        calls.append(1)
        session.execute(text("SELECT 1"))
        if when == "before the locks" and len(calls) == 1:
            kill_others(killer)
        (answer,) = post(session, [entry], NOON)
        assert isinstance(answer, Posted)
        if when == "after the rows" and len(calls) == 1:
            kill_others(killer)
            session.execute(text("SELECT 1"))

    run(postgresql_engine, work)
    assert len(calls) == 2
    assert balances(postgresql_engine, record.holding(1)) == [10]


def test_connections_that_died_in_the_pool_do_no_harm(
    postgresql_engine: Engine, record: SmallRecord, killer: Engine
) -> None:
    """As after a restart of the server: writing and reading go on by themselves."""

    def fill_pool() -> None:
        connections = [postgresql_engine.connect() for _ in range(5)]
        for connection in connections:
            connection.execute(text("SELECT 1"))
        for connection in connections:
            connection.close()

    fill_pool()
    kill_others(killer)
    line = (record.holding(0), record.holding(1), 10)
    post_well(postgresql_engine, entry_of(EntryKind.TRANSFER, "t", line))
    fill_pool()
    kill_others(killer)
    with reading(postgresql_engine) as session:
        assert session.execute(text("SELECT count(*) FROM entry")).scalar_one() == 2


def test_a_connection_that_dies_in_the_commit_leaves_the_outcome_unknown(
    postgresql_engine: Engine, record: SmallRecord
) -> None:
    """The server goes away while it commits: nobody may say that it failed, or that it stands."""

    def die_while_committing(session: Session) -> None:
        session.execute(
            text(
                "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                "PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$"
            )
        )
        session.execute(
            text(
                "CREATE CONSTRAINT TRIGGER die AFTER INSERT ON entry "
                "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die()"
            )
        )

    run(postgresql_engine, die_while_committing)
    entry = entry_of(EntryKind.TRANSFER, "t", (record.holding(0), record.holding(1), 10))
    with pytest.raises(OutcomeUnknown):
        post_all(postgresql_engine, entry)
    run(postgresql_engine, lambda session: session.execute(text("DROP TRIGGER die ON entry")))
    (answer,) = post_all(postgresql_engine, entry)
    assert isinstance(answer, Posted)
    assert not answer.again


def test_a_commit_whose_answer_is_lost_leaves_the_outcome_unknown_and_asking_again_tells(
    postgresql_engine: Engine, record: SmallRecord, tmp_path: Path
) -> None:
    """Here the commit *did* happen: the same key gives the entry that stands."""
    with commits_without_answer(postgresql_engine, tmp_path) as (through_proxy, proxy):
        entry = entry_of(EntryKind.TRANSFER, "t", (record.holding(0), record.holding(1), 10))
        proxy.swallow_next_commit = True
        with pytest.raises(OutcomeUnknown):
            post_all(through_proxy, entry)
        (answer,) = post_all(through_proxy, entry)
    assert isinstance(answer, Posted)
    assert answer.again
    assert balances(postgresql_engine, record.holding(1)) == [10]


class Proxy:
    """Stands between a client and the server; when told to, it lets a COMMIT through and hangs up
    before the client hears that it was done."""

    def __init__(self, listening: socket.socket, server: str) -> None:
        self.swallow_next_commit = False
        self._listening = listening
        self._server = server
        self._threads: list[threading.Thread] = []

    def serve(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                break
            thread = threading.Thread(target=self._stand_between, args=(client,))
            thread.start()
            self._threads.append(thread)
        for thread in self._threads:
            thread.join(timeout=10)

    def _stand_between(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server:
            server.connect(self._server)
            other = {client: server, server: client}
            while True:
                for side in select.select([client, server], [], [])[0]:
                    message = side.recv(65536)
                    if not message:
                        return
                    other[side].sendall(message)
                    if side is client and self.swallow_next_commit and b"COMMIT" in message:
                        self.swallow_next_commit = False
                        # The server's answer is read and kept back: the commit has happened.
                        server.recv(65536)
                        return


@contextmanager
def commits_without_answer(engine: Engine, folder: Path) -> Iterator[tuple[Engine, Proxy]]:
    """Give an engine whose connections go through a proxy, and the proxy."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(folder / ".s.PGSQL.5432"))
    listening.listen()
    host = str(engine.url.query["host"])
    proxy = Proxy(listening, f"{host}/.s.PGSQL.5432")
    serving = threading.Thread(target=proxy.serve, daemon=True)
    serving.start()
    url = make_url(engine.url).update_query_dict({"host": str(folder)})
    through_proxy = make_engine(url.render_as_string(hide_password=False))
    yield through_proxy, proxy
    through_proxy.dispose()
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    serving.join(timeout=10)
