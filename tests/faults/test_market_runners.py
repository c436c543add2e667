"""Runners as processes: killed, stood by for; commands that commit late; others on the same rows."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from ledger.core.clock import clock
from ledger.core.database import reading, run
from ledger.core.entries import Entry, Posted, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import post
from ledger.core.tables import position
from market.serving import Service, ServiceThread
from market.submission import NewCommand, queue, submit
from market.tables import command_log, queued_command
from tests.support.market_floor import TRADERS, Floor, make_floor
from tests.support.market_streams import FEN, UNITS, always_open_floor, answer_to, prove, stream
from tests.support.market_venues import CONTINUOUS

LEASE_SECONDS = 4
PATIENCE = 6000
"""Looks at a hundredth of a second before a test gives up: a minute."""


def eventually(is_so: Callable[[], bool]) -> None:
    never = threading.Event()
    for _ in range(PATIENCE):
        if is_so():
            return
        never.wait(0.01)
    raise AssertionError("it never came")


class RunnerProcess:
    """``ecorights runner`` as people start it; a thread reads what it says."""

    def __init__(self, url: str) -> None:
        command = [sys.executable, "-c", "from web.cli.main import main; main()", "runner"]
        self.process = subprocess.Popen(
            [*command, "--lease", str(LEASE_SECONDS)],
            env={**os.environ, "ECORIGHTS_DATABASE_URL": url, "ECORIGHTS_LANGUAGE": "en"},
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as said:
            self.said.extend(iter(said.readline, ""))

    def hears(self, words: str) -> None:
        """Wait until it says something; what it says of its connections may come between."""
        eventually(lambda: any(words in line for line in self.said))

    def end(self) -> None:
        """Kill it, whatever it does."""
        self.process.kill()
        self.process.wait()
        self._reader.join()


@contextmanager
def runner_process(url: str) -> Iterator[RunnerProcess]:
    made = RunnerProcess(url)
    try:
        yield made
    finally:
        made.end()


def epochs(floor: Floor) -> dict[int, int]:
    """How many commands each holder of the lease decided."""
    with reading(floor.engine) as session:
        rows = session.execute(
            select(command_log.c.epoch, func.count()).group_by(command_log.c.epoch)
        )
        return dict(rows.all())  # type: ignore[arg-type]


def waiting(floor: Floor) -> int:
    with reading(floor.engine) as session:
        return session.scalar(select(func.count()).select_from(queued_command)) or 0


def sums(floor: Floor) -> tuple[int, int]:
    """All units and all money that anybody has, fees included."""
    with reading(floor.engine) as session:
        balance = func.coalesce(func.sum(position.c.credits - position.c.debits), 0)
        units = session.scalar(
            select(balance).where(
                position.c.asset_id == floor.asset,
                position.c.kind.in_([PositionKind.HOLDING, PositionKind.FROZEN]),
            )
        )
        money = session.scalar(
            select(balance).where(
                position.c.asset_id == floor.money, position.c.kind != PositionKind.BANK
            )
        )
    return int(units or 0), int(money or 0)


def test_a_killed_runner_is_taken_over_and_nothing_acknowledged_is_lost(
    postgresql_engine: Engine, postgresql_url: str
) -> None:
    """kill -9 under load: the standby goes on when the lease is over, where the killed one was."""
    floor = always_open_floor(postgresql_engine)
    commands = list(stream(floor, 1, 600))
    heard: dict[str, object] = {}
    with runner_process(postgresql_url) as first:
        first.hears("The runner leads.")
        with runner_process(postgresql_url) as second:
            second.hears("stands by")
            for command in commands[:300]:
                assert submit(floor.engine, command, clock()) is None
            eventually(lambda: answer_to(floor, commands[20]) is not None)
            heard = {one.key: answer_to(floor, one) for one in commands[:300]}
            first.process.kill()
            for command in commands[300:]:
                assert submit(floor.engine, command, clock()) is None
            second.hears("The runner leads.")
            eventually(lambda: waiting(floor) == 0)
            second.process.send_signal(signal.SIGTERM)
            second.hears("The runner has stopped.")
            assert second.process.wait(timeout=60) == 0
    assert all(answer_to(floor, command) is not None for command in commands)
    for command in commands:
        if heard.get(command.key) is not None:
            assert answer_to(floor, command) == heard[command.key]
    assert len(epochs(floor)) >= 2
    assert sums(floor) == (4 * UNITS, 4 * FEN)
    assert prove(floor).counted["trades"] > 50


def test_a_runner_frozen_in_its_tracks_writes_nothing_when_it_wakes(
    postgresql_engine: Engine, postgresql_url: str
) -> None:
    """SIGSTOP, another takes over, SIGCONT: the first one finds that its epoch is over."""
    floor = always_open_floor(postgresql_engine)
    with (
        runner_process(postgresql_url) as first,
        runner_process(postgresql_url) as second,
    ):
        eventually(lambda: bool(first.said) and bool(second.said))
        if "The runner leads.\n" in second.said:
            first, second = second, first
        second.hears("stands by")
        commands = list(stream(floor, 2, 100))
        for command in commands[:50]:
            assert submit(floor.engine, command, clock()) is None
        first.process.send_signal(signal.SIGSTOP)
        for command in commands[50:]:
            assert submit(floor.engine, command, clock()) is None
        second.hears("The runner leads.")
        first.process.send_signal(signal.SIGCONT)
        first.hears("took over")
        eventually(lambda: waiting(floor) == 0)
        first.hears("stands by")
    assert all(answer_to(floor, command) is not None for command in commands)
    assert sums(floor) == (4 * UNITS, 4 * FEN)
    prove(floor)


def test_a_command_that_commits_late_is_not_passed_over(postgresql_engine: Engine) -> None:
    """The first to be queued is the last to commit: others are decided before it, it is not lost."""
    floor = make_floor(postgresql_engine, CONTINUOUS)
    late = floor.command("a1", "cancel_all", {}, "late")
    with Session(postgresql_engine) as session:
        assert queue(session, late, floor.now) is None
        early = floor.send("b1", "cancel_all", "early")
        floor.runner.drain()
        assert floor.answer(early).number == 2
        assert answer_to(floor, late) is None
        session.commit()
    assert floor.runner.drain() == 1
    assert floor.answer(late).number == 3


def test_a_command_that_never_commits_leaves_no_trace(postgresql_engine: Engine) -> None:
    floor = make_floor(postgresql_engine, CONTINUOUS)
    gone = floor.command("a1", "cancel_all", {}, "gone")
    with Session(postgresql_engine) as session:
        queue(session, gone, floor.now)
        floor.runner.drain()
    assert floor.runner.drain() == 0
    assert answer_to(floor, gone) is None
    assert floor.ask("a1", "cancel_all", "gone").status == "accepted"


def registry_work(floor: Floor, worker: int, turns: int, done: list[int]) -> None:
    """Move units and money of the traders about, as clerks do, on the rows that orders use."""
    posted = 0
    for turn in range(turns):
        one, other = TRADERS[(worker + turn) % 4], TRADERS[(worker + turn + 1) % 4]
        legs = (Transfer(floor.units(one), floor.units(other), 1),)
        key = f"clerk-{worker}-{turn}"
        moved = Entry(EntryKind.TRANSFER, key, floor.now.today, legs)
        paid = Entry(
            EntryKind.DEPOSIT,
            f"{key}-cash",
            floor.now.today,
            (Transfer(floor.bank, floor.cash(one), 100),),
        )
        for result in run(
            floor.engine, lambda session, both=(moved, paid): post(session, both, floor.now)
        ):
            assert isinstance(result, Posted), result
            posted += 1
    done.append(posted)


def test_clerks_and_the_runner_work_on_the_same_accounts_at_once(
    postgresql_engine: Engine,
) -> None:
    """Four clerks and a market on the same four accounts: all finish, nothing is lost or made."""
    floor = always_open_floor(postgresql_engine)
    commands = list(stream(floor, 3, 400))
    done: list[int] = []
    faults: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> Callable[[], None]:
        def guard() -> None:
            try:
                work()
            except BaseException as fault:
                faults.append(fault)
                raise

        return guard

    def send(part: list[NewCommand]) -> None:
        for command in part:
            assert submit(floor.engine, command, clock()) is None

    service = ServiceThread(Service(postgresql_engine, clock, print))
    service.start()
    threads = [
        threading.Thread(
            target=guarded(lambda worker=worker: registry_work(floor, worker, 60, done))
        )  # type: ignore[misc]
        for worker in range(4)
    ]
    threads += [
        threading.Thread(target=guarded(lambda part=part: send(part)))  # type: ignore[misc]
        for part in (commands[:200], commands[200:])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    try:
        assert faults == []
        eventually(lambda: waiting(floor) == 0)
    finally:
        service.stop()
    assert done == [120] * 4
    assert all(answer_to(floor, command) is not None for command in commands)
    assert sums(floor) == (4 * UNITS, 4 * FEN + 4 * 60 * 100)
    assert prove(floor).counted["trades"] > 30


@pytest.mark.parametrize("times", [2])
def test_two_services_on_one_queue_decide_each_command_once(
    postgresql_engine: Engine, times: int
) -> None:
    floor = always_open_floor(postgresql_engine)
    services = [ServiceThread(Service(postgresql_engine, clock, print)) for _ in range(times)]
    for service in services:
        service.start()
    commands = list(stream(floor, 4, 100))
    for command in commands:
        submit(floor.engine, command, clock())
    eventually(lambda: waiting(floor) == 0)
    for service in services:
        service.stop()
    numbers = [found.number for one in commands if (found := answer_to(floor, one))]
    assert len(set(numbers)) == len(commands)
    assert len(epochs(floor)) == 1
    prove(floor)
