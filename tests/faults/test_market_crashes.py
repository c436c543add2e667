"""A crash between any two steps of a batch: everything of it stands afterwards, or nothing does."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import OperationalError

from ledger.core.audit import audit
from ledger.core.database import reading
from ledger.core.tables import entry
from market.replay import replay
from market.replay_findings import ReplayReport
from market.runner import Runner
from market.submission import Answer, NewCommand, answer_of, submit
from market.tables import command_log, market_order, queued_command, trade
from tests.support.crashes import Crash, Fuse, crashing
from tests.support.market_floor import Floor, make_floor
from tests.support.market_venues import CONTINUOUS


@pytest.fixture
def fuse() -> Fuse:
    return Fuse()


@pytest.fixture
def brittle(database_url: str, fuse: Fuse) -> Iterator[Engine]:
    engine = crashing(database_url, fuse)
    yield engine
    engine.dispose()


@pytest.fixture
def floor(engine: Engine) -> Floor:
    """A resting offer of 300 and a bid below it."""
    made = make_floor(engine, CONTINUOUS)
    made.fund("a1", fen=1_000_000, units=1000)
    made.fund("b1", fen=10_000_000)
    made.place("a1", "sell", "300", "70.50")
    made.place("b1", "buy", "100", "70.00")
    made.runner.give_up()
    return made


def the_batch(floor: Floor) -> list[NewCommand]:
    """Queue a batch with all that a batch can do: hold, fill, rest, amend, cancel, refuse."""
    asked = [
        ("b1", "place", floor.order("b1", "buy", "200", "70.60")),
        ("a1", "amend", {"order": 2, "quantity": "50"}),
        ("b1", "place", floor.order("b1", "buy", "90", "70.40")),
        ("b1", "cancel", {"order": 3}),
        ("a1", "place", floor.order("a1", "sell", "999999", "70.40")),
        ("a1", "place", floor.order("a1", "sell", "40", "70.40")),
    ]
    commands = [
        floor.command(trader, kind, payload, f"batch {number}")
        for number, (trader, kind, payload) in enumerate(asked)
    ]
    for command in commands:
        assert submit(floor.engine, command, floor.now) is None
    return commands


def standing(floor: Floor) -> dict[str, int]:
    """How many rows there are of everything that a batch writes."""
    with reading(floor.engine) as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in (queued_command, command_log, market_order, trade, entry)
        }


def answers(floor: Floor, commands: list[NewCommand]) -> list[Answer | None]:
    with reading(floor.engine) as session:
        found = [answer_of(session, command) for command in commands]
    assert all(answer is None or isinstance(answer, Answer) for answer in found)
    return found  # type: ignore[return-value]


def prove(floor: Floor) -> None:
    """The ledger recounts, and the log makes again what is stored."""
    with reading(floor.engine) as session:
        report = audit(session)
        played = replay(session, floor.venue.code)
    assert report.clean, report.differences
    assert isinstance(played, ReplayReport)
    assert played.differences == ()


def test_a_crash_at_any_step_leaves_all_or_nothing_and_the_next_runner_goes_on(
    floor: Floor, brittle: Engine, fuse: Fuse
) -> None:
    """Step by step: the batch crashes one call later each time, until it comes to its end.

    A crash before the commit leaves the queue as it was, so the same batch is tried again by
    another runner, which may have been any number of steps further.
    """
    commands = the_batch(floor)
    before = standing(floor)
    step = 0
    while True:
        runner = Runner(brittle, "brittle", lambda: floor.now)
        assert runner.take_lease()
        fuse.left = step
        try:
            decided = runner.run_batch()
        except Crash:
            assert standing(floor) == before, step
            assert answers(floor, commands) == [None] * len(commands), step
            step += 1
            continue
        break
    fuse.left = None
    assert decided == len(commands)
    # A batch takes a few dozen calls; fewer would mean that the fuse does not see them.
    assert step > 15
    after = standing(floor)
    assert after["queued_command"] == 0
    assert after["command_log"] == before["command_log"] + len(commands)
    assert after["trade"] == 2
    prove(floor)


def test_a_runner_that_never_heard_of_its_commit_leaves_answers_that_stand(
    floor: Floor, brittle: Engine, fuse: Fuse
) -> None:
    """The process dies after the commit and before anybody heard: the answers are in the log."""
    commands = the_batch(floor)
    runner = Runner(brittle, "brittle", lambda: floor.now)
    assert runner.take_lease()
    fuse.left, fuse.after_commit = 0, True
    with pytest.raises(Crash):
        runner.run_batch()
    first = answers(floor, commands)
    assert None not in first
    again = [submit(floor.engine, command, floor.now) for command in commands]
    assert again == first
    after = standing(floor)
    floor.runner = floor.new_runner("brittle")
    assert floor.runner.take_lease()
    assert floor.runner.drain() == 0
    assert standing(floor) == after
    prove(floor)


class ConnectionBroken:
    """Breaks the connection at the next commit: before it is carried out, or just after."""

    def __init__(self, engine: Engine, *, after: bool) -> None:
        self.armed = False
        self._after = after
        self._commit: Callable[[Any], None] = engine.dialect.do_commit
        engine.dialect.do_commit = self._break  # type: ignore[method-assign]

    def _break(self, connection: Any) -> None:
        if not self.armed:
            self._commit(connection)
            return
        self.armed = False
        if self._after:
            self._commit(connection)
        else:
            connection.rollback()
        broken = OperationalError("COMMIT", None, Exception("the connection broke"))
        broken.connection_invalidated = True
        raise broken


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_commit_whose_outcome_is_unknown_is_found_out_by_the_same_runner(
    floor: Floor, *, after: bool
) -> None:
    """The same runner looks again: what stands is not decided twice, what does not is decided."""
    commands = the_batch(floor)
    assert floor.runner.take_lease()
    breaking = ConnectionBroken(floor.engine, after=after)
    breaking.armed = True
    floor.runner.drain()
    assert not breaking.armed
    assert None not in answers(floor, commands)
    found = standing(floor)
    assert found["queued_command"] == 0
    assert found["trade"] == 2
    prove(floor)
