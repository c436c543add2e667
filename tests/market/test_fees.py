"""Fees as a function of the order's cumulative value, and holds that are never overdrawn."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.refusals import InvariantBroken
from market.fees import (
    NO_FEE,
    WHOLE,
    FeeSchedule,
    buyer_hold_fen,
    fee_due,
    fee_on,
    seller_fee_on,
)

ONE_IN_A_THOUSAND = FeeSchedule(1_000)
BOUNDED = FeeSchedule(1_000, minimum_fen=500, maximum_fen=2_000)


@st.composite
def schedules(draw: st.DrawFn) -> FeeSchedule:
    minimum = draw(st.integers(0, 5_000))
    maximum = draw(st.none() | st.integers(minimum, 100_000))
    return FeeSchedule(draw(st.integers(0, WHOLE)), minimum, maximum)


VALUES = st.integers(0, 10**9)
PARTS = st.lists(st.integers(1, 10**6), max_size=30)


@pytest.mark.parametrize(
    ("value", "fee"),
    [
        (0, 0),
        (1, 500),
        (499_999, 500),
        (600_000, 600),
        (600_499, 600),
        (600_500, 601),
        (10**8, 2_000),
    ],
)
def test_rate_minimum_and_maximum(value: int, fee: int) -> None:
    assert fee_on(BOUNDED, value) == fee


def test_a_thousand_fills_of_one_pay_what_one_fill_of_a_thousand_pays() -> None:
    # 1,000 fills of 5.00 at 0.1 %: half a fen each.  By fill it would be 10.00, of the total 5.00.
    charged = 0
    for number in range(1_000):
        charged += fee_due(
            ONE_IN_A_THOUSAND, number * 500, (number + 1) * 500, charged, selling=False
        )
    assert charged == fee_on(ONE_IN_A_THOUSAND, 500_000) == 500


def test_a_sellers_minimum_waits_for_his_proceeds() -> None:
    # The first fill brings 3.00, the minimum is 5.00: 3.00 now and 2.00 of the next fill.
    assert seller_fee_on(BOUNDED, 300) == 300
    assert fee_due(BOUNDED, 0, 300, 0, selling=True) == 300
    assert fee_due(BOUNDED, 300, 1_300, 300, selling=True) == 200


def test_no_fee_is_nothing() -> None:
    assert fee_on(NO_FEE, 10**12) == 0


@pytest.mark.parametrize(
    ("rate", "minimum", "maximum"), [(-1, 0, None), (WHOLE + 1, 0, None), (0, -1, None), (0, 2, 1)]
)
def test_a_senseless_schedule_does_not_come_to_be(
    rate: int, minimum: int, maximum: int | None
) -> None:
    with pytest.raises(InvariantBroken):
        FeeSchedule(rate, minimum, maximum)


@given(schedules(), VALUES, VALUES)
def test_a_fee_never_falls_and_stays_within_its_bounds(
    schedule: FeeSchedule, one: int, other: int
) -> None:
    low, high = sorted((one, other))
    assert fee_on(schedule, low) <= fee_on(schedule, high)
    assert seller_fee_on(schedule, low) <= seller_fee_on(schedule, high)
    assert seller_fee_on(schedule, high) <= high
    if high:
        assert fee_on(schedule, high) >= schedule.minimum_fen
    if schedule.maximum_fen is not None:
        assert fee_on(schedule, high) <= schedule.maximum_fen


@given(schedules(), PARTS, st.booleans())
def test_the_fees_of_all_fills_are_the_fee_on_the_total(
    schedule: FeeSchedule, parts: list[int], selling: bool
) -> None:
    value = charged = 0
    for part in parts:
        due = fee_due(schedule, value, value + part, charged, selling=selling)
        assert due >= 0
        # A seller pays out of what the fill brings, so his cash is never needed.
        assert not selling or due <= part
        value, charged = value + part, charged + due
    assert charged == (seller_fee_on if selling else fee_on)(schedule, value)


def played(schedule: FeeSchedule, limit: int, quantity: int, chance: random.Random) -> None:
    """Fill an order at its limit or better, part by part, paying everything out of its hold."""
    rest, spent, charged = quantity, 0, 0
    hold = buyer_hold_fen(schedule, 0, limit * quantity, 0)
    while rest and chance.random() < 0.95:
        part, price = chance.randint(1, rest), chance.randint(0, limit)
        value = part * price
        fee = fee_due(schedule, spent, spent + value, charged, selling=False)
        rest, spent, charged = rest - part, spent + value, charged + fee
        still_needed = buyer_hold_fen(schedule, spent, limit * rest, charged)
        improvement = hold - value - fee - still_needed
        assert improvement >= 0
        hold = still_needed
    if rest == 0:
        assert hold == 0
    assert hold >= 0
    assert charged == fee_on(schedule, spent)


def test_two_thousand_random_orders_never_overdraw_their_hold() -> None:
    chance = random.Random(20260301)
    for _ in range(2_000):
        minimum = chance.choice((0, 1, 500, 5_000))
        maximum = chance.choice((None, minimum + chance.randint(0, 3_000)))
        schedule = FeeSchedule(chance.choice((0, 1, 333, 1_000, 50_000, WHOLE)), minimum, maximum)
        played(schedule, chance.randint(1, 10_000), chance.randint(1, 1_000), chance)


@given(schedules(), st.integers(1, 10**5), st.integers(1, 10**4), st.randoms(use_true_random=False))
def test_no_order_overdraws_its_hold(
    schedule: FeeSchedule, limit: int, quantity: int, chance: random.Random
) -> None:
    played(schedule, limit, quantity, chance)


def test_the_order_of_scene_2() -> None:
    # 100 at 50.00: 5,000.00 and 5.00; 40 at 49.90, then 30 at 50.00.
    assert buyer_hold_fen(ONE_IN_A_THOUSAND, 0, 500_000, 0) == 500_500
    assert fee_due(ONE_IN_A_THOUSAND, 0, 199_600, 0, selling=False) == 200
    assert buyer_hold_fen(ONE_IN_A_THOUSAND, 199_600, 300_000, 200) == 300_300
    assert fee_due(ONE_IN_A_THOUSAND, 199_600, 349_600, 200, selling=False) == 150
    assert buyer_hold_fen(ONE_IN_A_THOUSAND, 349_600, 150_000, 350) == 150_150


def test_a_charge_that_does_not_fit_what_was_traded_is_a_bug() -> None:
    with pytest.raises(InvariantBroken):
        fee_due(ONE_IN_A_THOUSAND, 1_000, 2_000, 7, selling=False)
