"""One runner writes: the second waits, a paused one finds itself overtaken, a stopped one lets go."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from ledger.core.clock import clock
from ledger.core.database import reading, run
from ledger.core.entries import Entry
from market import engine as engine_module
from market.lease import LeaseLost, left
from market.runner import LEASE
from market.serving import Notice, Service, ServiceThread, ServingEvent
from market.submission import Answer, NewCommand, answer_of, submit
from market.tables import command_log, queued_command, runner_lease
from market.venues import Venue
from tests.support.market_floor import Floor, make_floor, refused
from tests.support.market_venues import CONTINUOUS, market_ground, opened


@pytest.fixture
def floor(engine: Engine) -> Floor:
    made = make_floor(engine, CONTINUOUS)
    made.fund("a1", units=1000)
    made.fund("b1", fen=10_000_000)
    return made


def logged(floor: Floor) -> list[tuple[int, int]]:
    """Numbers and epochs of the log."""
    with reading(floor.engine) as session:
        rows = session.execute(
            select(command_log.c.number, command_log.c.epoch).order_by(command_log.c.number)
        )
        return [(row.number, row.epoch) for row in rows]


def queued(floor: Floor) -> int:
    with reading(floor.engine) as session:
        return session.scalar(select(func.count()).select_from(queued_command)) or 0


def test_a_second_runner_gets_no_lease_and_writes_nothing_while_the_first_one_lives(
    floor: Floor,
) -> None:
    second = floor.new_runner("second")
    floor.send("a1", "place", **floor.order("a1", "sell", "10", "70.00"))
    for _ in range(3):
        assert not second.take_lease()
        with pytest.raises(LeaseLost):
            second.drain()
        floor.tick(seconds=4)
        floor.runner.run_batch()
    assert {epoch for _, epoch in logged(floor)} == {1}


def test_a_runner_without_lease_leaves_the_queue_as_it_is(floor: Floor) -> None:
    floor.send("a1", "place", **floor.order("a1", "sell", "10", "70.00"))
    with pytest.raises(LeaseLost):
        floor.new_runner("second").drain()
    assert queued(floor) == 1
    assert logged(floor) == []


def test_a_lease_that_ran_out_goes_to_whoever_asks(floor: Floor) -> None:
    shorten(floor)
    second = floor.new_runner("second")
    assert second.take_lease()
    floor.send("a1", "place", **floor.order("a1", "sell", "10", "70.00"))
    with pytest.raises(LeaseLost):
        floor.runner.drain()
    assert not floor.runner.leads
    assert second.drain() == 2
    assert {epoch for _, epoch in logged(floor)} == {2}


def test_a_runner_that_gives_up_need_not_be_waited_for(floor: Floor) -> None:
    second = floor.new_runner("second")
    assert not second.take_lease()
    floor.runner.give_up()
    with reading(floor.engine) as session:
        assert left(session, floor.now) <= timedelta(0)
    assert second.take_lease()


def test_an_idle_runner_holds_its_lease_on(floor: Floor) -> None:
    floor.runner.drain()
    with reading(floor.engine) as session:
        before = session.scalar(select(runner_lease.c.until))
    floor.tick(seconds=3)
    assert floor.runner.drain() == 0
    with reading(floor.engine) as session:
        assert session.scalar(select(runner_lease.c.until)) > before


def test_a_runner_overtaken_while_its_batch_is_open_commits_nothing(
    postgresql_engine: Engine,
) -> None:
    """The epoch changes between the first entry of a batch and its end."""
    floor = make_floor(postgresql_engine, CONTINUOUS)
    floor.fund("a1", units=1000)
    floor.runner.drain()
    second = floor.new_runner("second", lease_length=LEASE)
    before = logged(floor)

    def overtake(_entry: Entry) -> None:
        floor.watch = None
        shorten(floor)
        assert second.take_lease()

    floor.watch = overtake
    command = floor.send("a1", "place", **floor.order("a1", "sell", "10", "70.00"))
    with pytest.raises(LeaseLost):
        floor.runner.drain()
    assert logged(floor) == before
    assert queued(floor) == 1
    assert floor.has(floor.units("a1")) == [1000]
    second.drain()
    assert floor.answer(command).status == "accepted"


def shorten(floor: Floor) -> None:
    """Let the lease be over: what waiting does."""
    with floor.engine.begin() as connection:
        connection.execute(
            runner_lease.update().values(until=floor.now.instant - timedelta(days=1))
        )


# -- a runner kept running


@contextmanager
def served(engine: Engine, told: list[Notice], **options: object) -> Iterator[Service]:
    service = Service(engine, clock, told.append, **options)  # type: ignore[arg-type]
    thread = ServiceThread(service)
    thread.start()
    try:
        yield service
    finally:
        thread.stop()


def eventually(is_so: Callable[[], bool]) -> None:
    """Wait for something that another thread does, at most half a minute."""
    never = threading.Event()
    for _ in range(3000):
        if is_so():
            return
        never.wait(0.01)
    raise AssertionError("it never came")


def happened(told: list[Notice], event: ServingEvent) -> Callable[[], bool]:
    return lambda: event in [notice.event for notice in told]


@pytest.fixture
def live_floor(engine: Engine) -> Floor:
    """A floor on the machine's own clock; whatever the hour, commands are answered."""
    made = make_floor(engine, CONTINUOUS, now=clock())
    made.runner.give_up()
    return made


def asked(floor: Floor, key: str) -> Answer:
    command = floor.send("b1", "cancel_all", key)
    eventually(lambda: answer_to(floor.engine, command) is not None)
    return floor.answer(command)


def answer_to(engine: Engine, command: NewCommand) -> object:
    with reading(engine) as session:
        return answer_of(session, command)


def test_a_service_answers_until_it_is_stopped_and_gives_its_lease_up(live_floor: Floor) -> None:
    told: list[Notice] = []
    with served(live_floor.engine, told):
        numbers = [asked(live_floor, f"key {n}").number for n in range(5)]
    assert numbers == sorted(numbers)
    assert [notice.event for notice in told] == [ServingEvent.LEADS, ServingEvent.STOPPED]
    with reading(live_floor.engine) as session:
        assert session.scalar(select(runner_lease.c.holder)) == ""


def test_a_service_whose_lease_is_long_answers_at_once_all_the_same(live_floor: Floor) -> None:
    """It looks at the queue, or hears of it, and does not wait until the lease wants to be held."""
    told: list[Notice] = []
    with served(live_floor.engine, told, lease_length=timedelta(minutes=10)):
        eventually(happened(told, ServingEvent.LEADS))
        for number in range(3):
            asked(live_floor, f"key {number}")


def test_a_service_stands_by_and_takes_over(live_floor: Floor) -> None:
    first: list[Notice] = []
    second: list[Notice] = []
    with served(live_floor.engine, first) as leader:
        eventually(happened(first, ServingEvent.LEADS))
        with served(live_floor.engine, second):
            eventually(happened(second, ServingEvent.STANDS_BY))
            asked(live_floor, "while the first one leads")
            assert not happened(second, ServingEvent.LEADS)()
            leader.stop()
            eventually(happened(second, ServingEvent.LEADS))
            asked(live_floor, "while the second one leads")
    epochs = [epoch for _, epoch in logged(live_floor)]
    assert epochs[0] < epochs[-1]


def test_a_service_holds_its_lease_while_nothing_happens(live_floor: Floor) -> None:
    told: list[Notice] = []
    with served(live_floor.engine, told, lease_length=timedelta(milliseconds=600)):
        eventually(happened(told, ServingEvent.LEADS))
        second = live_floor.new_runner("second")
        for _ in range(15):
            threading.Event().wait(0.1)
            live_floor.now = clock()
            assert not second.take_lease()


def test_a_service_in_a_server_waits_for_a_market(sqlite_engine: Engine) -> None:
    told: list[Notice] = []
    with served(sqlite_engine, told, waits_for_market=True):
        threading.Event().wait(0.2)
        with reading(sqlite_engine) as session:
            assert session.scalar(select(func.count()).select_from(runner_lease)) == 0
        assert told == []
        venue = run(sqlite_engine, open_a_venue)
        command = NewCommand("venue", venue.id, "cancel_all", 0, "the first one", {}, "")
        assert submit(sqlite_engine, command, clock()) is None
        eventually(lambda: answer_to(sqlite_engine, command) is not None)
    assert told[0].event is ServingEvent.LEADS


def open_a_venue(session: Session) -> Venue:
    market_ground(session)
    return opened(session, CONTINUOUS)


def test_a_venue_opened_while_the_runner_runs_is_known_to_its_next_batch(
    sqlite_engine: Engine,
) -> None:
    floor = make_floor(sqlite_engine, CONTINUOUS)
    floor.runner.drain()
    venue = run(sqlite_engine, lambda session: opened(session, replace(CONTINUOUS, code="another")))
    floor.venue = venue
    assert floor.ask("", "halt", reason="first word").status == "accepted"


def test_trouble_with_the_database_is_told_and_tried_again(postgresql_engine: Engine) -> None:
    """The table of the log is not there for a while: nothing is decided, nothing is lost."""
    floor = make_floor(postgresql_engine, CONTINUOUS, now=clock())
    floor.runner.give_up()
    told: list[Notice] = []
    with served(postgresql_engine, told):
        eventually(happened(told, ServingEvent.LEADS))
        with postgresql_engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE market_order RENAME TO hidden")
            connection.exec_driver_sql("ALTER TABLE queued_command RENAME TO queued_hidden")
        eventually(happened(told, ServingEvent.IN_TROUBLE))
        with postgresql_engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE queued_hidden RENAME TO queued_command")
            connection.exec_driver_sql("ALTER TABLE hidden RENAME TO market_order")
        asked(floor, "after the trouble")
    assert told[-1].event is ServingEvent.STOPPED


def test_a_command_at_fault_is_told_with_where_it_happened(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A handler with a bug: the venue halts, the service goes on, and the bug can be found."""

    def bug(_effects: object, _terms: object) -> None:
        raise ZeroDivisionError("a bug on purpose")

    floor = make_floor(sqlite_engine, CONTINUOUS, now=clock())
    floor.runner.drain()
    floor.runner.give_up()
    told: list[Notice] = []
    monkeypatch.setattr(engine_module, "HANDLERS", {**engine_module.HANDLERS, "dance": bug})
    with served(sqlite_engine, told):
        command = floor.send("", "dance")
        eventually(lambda: answer_to(sqlite_engine, command) is not None)
        assert refused(floor.answer(command)).code == "command_not_carried_out"
        assert asked(floor, "afterwards").status == "accepted"
    faults = [one.reason for one in told if one.event is ServingEvent.COMMAND_AT_FAULT]
    assert len(faults) == 1
    assert "in bug" in faults[0]
