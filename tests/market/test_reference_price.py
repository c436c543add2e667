"""Open, close and bands from the trades of a day: each rule, and each rounding."""

import pytest

from ledger.refusals import InvariantBroken
from market.calendar import Mode
from market.reference_price import DayPrices, band_of, close_of, open_of
from market.venue_terms import CloseRule

Trades = tuple[tuple[Mode, int, int], ...]


def day_of(trades: Trades) -> DayPrices:
    day = DayPrices()
    for mode, price_ticks, lots in trades:
        day = day.with_trade(mode, price_ticks, lots)
    return day


MIXED: Trades = (
    (Mode.CONTINUOUS, 100, 1),
    (Mode.BLOCK, 500, 1000),
    (Mode.CALL, 104, 2),
    (Mode.CONTINUOUS, 101, 1),
    (Mode.AGREEMENT, 1, 1000),
)


@pytest.mark.parametrize(
    ("rule", "trades", "close"),
    [
        pytest.param(CloseRule.VOLUME_WEIGHTED, MIXED, 102, id="average 102.25 down"),
        pytest.param(
            CloseRule.VOLUME_WEIGHTED,
            ((Mode.LISTING, 100, 1), (Mode.LISTING, 101, 1)),
            101,
            id="half up",
        ),
        pytest.param(
            CloseRule.VOLUME_WEIGHTED,
            ((Mode.LISTING, 100, 2), (Mode.LISTING, 101, 1)),
            100,
            id="third down",
        ),
        pytest.param(CloseRule.LAST_TRADE, MIXED, 101, id="last"),
        pytest.param(CloseRule.CLOSING_CALL, MIXED, 104, id="call"),
        pytest.param(
            CloseRule.CLOSING_CALL, ((Mode.CONTINUOUS, 99, 1),), 99, id="call did not trade"
        ),
        pytest.param(CloseRule.VOLUME_WEIGHTED, (), 70, id="no trade"),
        pytest.param(CloseRule.LAST_TRADE, ((Mode.BLOCK, 99, 1),), 70, id="only a block"),
        pytest.param(CloseRule.CLOSING_CALL, (), 70, id="no trade, no call"),
    ],
)
def test_the_close_follows_the_rule_of_the_venue(
    rule: CloseRule, trades: Trades, close: int
) -> None:
    assert close_of(rule, day_of(trades), 70) == close


def test_without_any_price_ever_there_is_no_close() -> None:
    assert close_of(CloseRule.LAST_TRADE, DayPrices(), None) is None
    assert open_of(DayPrices(), None) is None


def test_the_open_is_the_first_trade_in_the_book_else_the_previous_close() -> None:
    assert open_of(day_of(((Mode.BLOCK, 500, 9), *MIXED)), 70) == 100
    assert open_of(day_of(((Mode.BLOCK, 500, 9),)), 70) == 70


@pytest.mark.parametrize(
    ("reference", "share", "lowest", "band"),
    [
        (7180, 100_000, 1, (6462, 7898)),
        (7180, 300_000, 1, (5026, 9334)),
        (105, 100_000, 1, (95, 116)),
        (105, 100_000, 100, (100, 116)),
        (4, 999_999, 1, (1, 8)),
        (100, 0, 1, (100, 100)),
        (50, 100_000, 60, (60, 60)),
    ],
)
def test_both_ends_of_a_band_are_rounded_half_up_and_stay_above_the_floor(
    reference: int, share: int, lowest: int, band: tuple[int, int]
) -> None:
    assert band_of(reference, share, lowest) == band


def test_a_band_of_the_whole_price_is_a_bug() -> None:
    with pytest.raises(InvariantBroken, match="part of one"):
        band_of(100, 1_000_000)
    with pytest.raises(InvariantBroken, match="above zero"):
        band_of(0, 100_000)
