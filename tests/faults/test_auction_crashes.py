"""A crash at any step of the batch that closes, clears and settles an auction: all or nothing."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, func, select

from ledger.core.database import reading
from ledger.core.tables import entry
from market.auctions.auction_tables import auction_award, auction_bid
from market.auctions.life import BidState
from market.runner import Runner
from market.tables import command_log
from tests.support.auction_hall import CLOSE, OPEN, SELLER, Hall, make_hall
from tests.support.crashes import Crash, Fuse, crashing


@pytest.fixture
def fuse() -> Fuse:
    return Fuse()


@pytest.fixture
def brittle(database_url: str, fuse: Fuse) -> Iterator[Engine]:
    engine = crashing(database_url, fuse)
    yield engine
    engine.dispose()


@pytest.fixture
def hall(engine: Engine) -> Hall:
    """Bids for 11,500 of 10,000, at their closing time."""
    made = make_hall(engine)
    made.announce()
    made.to(OPEN)
    made.bid("a2", "4000", "75.10")
    made.bid("b1", "3000", "74.90")
    made.bid("b2", "4500", "74.50")
    made.runner.give_up()
    made.now = CLOSE
    return made


def standing(hall: Hall) -> tuple[object, ...]:
    """How many rows there are of what the batch writes, and how the auction stands."""
    with reading(hall.engine) as session:
        counts = tuple(
            session.scalar(select(func.count()).select_from(table))
            for table in (command_log, entry, auction_award)
        )
        bids = session.scalar(
            select(func.count())
            .select_from(auction_bid)
            .where(auction_bid.c.state == BidState.STANDING)
        )
    return (*counts, bids, hall.stage())


def test_a_crash_at_any_step_of_the_clearing_leaves_all_or_nothing(
    hall: Hall, brittle: Engine, fuse: Fuse
) -> None:
    before = standing(hall)
    step = 0
    while True:
        runner = Runner(brittle, "brittle", lambda: hall.now, others={"auction": hall.desk})
        assert runner.take_lease()
        fuse.left = step
        try:
            decided = runner.run_batch()
        except Crash:
            assert standing(hall) == before, step
            # The first steps one by one, then every third: the batch is one transaction.
            step += 1 if step < 20 else 3
            continue
        break
    fuse.left = None
    assert decided == 1
    assert step > 40
    assert hall.stage() == ("settled", "")
    assert hall.has(hall.units(SELLER), hall.cash(SELLER)) == [10_000, 74_500_000 - 74_500]
    assert hall.is_sound()


def test_a_clearing_that_nobody_heard_of_stands_once(
    hall: Hall, brittle: Engine, fuse: Fuse
) -> None:
    runner = Runner(brittle, "brittle", lambda: hall.now, others={"auction": hall.desk})
    assert runner.take_lease()
    fuse.left, fuse.after_commit = 0, True
    with pytest.raises(Crash):
        runner.run_batch()
    after = standing(hall)
    assert hall.stage() == ("settled", "")
    hall.runner = hall.new_runner("brittle")
    assert hall.runner.take_lease()
    assert hall.runner.drain() == 0
    assert standing(hall) == after
    assert hall.is_sound()
