"""The state machine alone: which stage follows when, and who may do what in which."""

from datetime import UTC, datetime, timedelta

import pytest

from market.auctions.life import (
    Stage,
    Window,
    clock_looks_next,
    refuse_bidding,
    refuse_opening,
    stage_by_clock,
)

OPENS = datetime(2026, 11, 10, 1, tzinfo=UTC)
CLOSES = OPENS + timedelta(hours=2)
DEADLINE = CLOSES + timedelta(days=1)
SECOND = timedelta(seconds=1)
PLAIN = Window(OPENS, CLOSES, None)
SEALED = Window(OPENS, CLOSES, DEADLINE)


@pytest.mark.parametrize(
    ("stage", "window", "at", "then"),
    [
        (Stage.ANNOUNCED, PLAIN, OPENS - SECOND, Stage.ANNOUNCED),
        (Stage.ANNOUNCED, PLAIN, OPENS, Stage.OPEN),
        (Stage.OPEN, PLAIN, CLOSES - SECOND, Stage.OPEN),
        (Stage.OPEN, PLAIN, CLOSES, Stage.CLOSED),
        (Stage.CLOSED, PLAIN, CLOSES, Stage.OPENED),
        (Stage.CLOSED, SEALED, DEADLINE - SECOND, Stage.CLOSED),
        (Stage.CLOSED, SEALED, DEADLINE, Stage.FAILED),
        *((stage, SEALED, DEADLINE + SECOND, stage) for stage in list(Stage)[3:]),
    ],
)
def test_the_clock_takes_one_step_at_a_time(
    stage: Stage, window: Window, at: datetime, then: Stage
) -> None:
    assert stage_by_clock(stage, window, at) is then


def test_the_clock_looks_again_when_something_is_due() -> None:
    assert clock_looks_next(Stage.ANNOUNCED, SEALED) == OPENS
    assert clock_looks_next(Stage.OPEN, SEALED) == CLOSES
    assert clock_looks_next(Stage.CLOSED, SEALED) == DEADLINE
    assert [clock_looks_next(stage, SEALED) for stage in list(Stage)[3:]] == [None] * 5


@pytest.mark.parametrize(
    ("stage", "at", "code"),
    [
        (Stage.ANNOUNCED, OPENS - SECOND, "bid_before_opening_time"),
        (Stage.OPEN, OPENS, None),
        (Stage.OPEN, CLOSES - SECOND, None),
        (Stage.OPEN, CLOSES, "bid_after_closing_time"),
        (Stage.CLOSED, CLOSES, "bid_after_closing_time"),
        (Stage.SETTLED, CLOSES, "bid_after_closing_time"),
        (Stage.CANCELLED, OPENS, "auction_ended_before"),
    ],
)
def test_bids_are_taken_in_the_window_only(stage: Stage, at: datetime, code: str | None) -> None:
    refused = refuse_bidding(stage, PLAIN, at)
    assert (None if refused is None else refused.code) == code


@pytest.mark.parametrize("stage", list(Stage))
def test_bids_are_opened_between_closing_and_deadline_only(stage: Stage) -> None:
    assert (refuse_opening(stage, SEALED) is None) == (stage is Stage.CLOSED)
    assert refuse_opening(stage, PLAIN) is not None
