"""Limits, quantities, caps, holds and duties: the edges of each figure."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.refusals import InvariantBroken, Refused
from ledger.registry.rules.caps import Cap, CapCode, consume, release, reserve
from ledger.registry.rules.duties import (
    LateDuty,
    capped_duty,
    carried_over,
    late_duty,
    most_borrowed,
    most_of,
)
from ledger.registry.rules.holds import Holding, deliver, give_back, hold
from ledger.registry.rules.limits import (
    LimitCode,
    TransferLimits,
    holding_limit,
    refuse_above_holding,
    refuse_above_limit,
    transfer_limit,
)
from ledger.registry.rules.quantities import QuantityCode, read_quantity, refuse_quantities


def code(outcome: Any) -> Any:
    return outcome.code if isinstance(outcome, Refused) else outcome


ALL_FOUR = TransferLimits(system=2000, unit=1500, zone=1800, account=1700)


@pytest.mark.parametrize(
    ("limits", "trusted", "limit"),
    [
        (ALL_FOUR, False, 1500),
        (ALL_FOUR, True, 1700),
        (TransferLimits(system=2000), True, None),
        (TransferLimits(zone=5, account=7), True, 5),
        (TransferLimits(account=0), False, 0),
        (TransferLimits(), False, None),
    ],
)
def test_the_lowest_limit_that_applies_rules(
    limits: TransferLimits, trusted: bool, limit: int | None
) -> None:
    assert transfer_limit(limits, is_limited=True, trusted=trusted) == limit
    assert transfer_limit(limits, is_limited=False, trusted=trusted) is None


def test_the_limit_itself_may_be_moved_and_held() -> None:
    assert refuse_above_limit(1500, 1500) is None
    assert code(refuse_above_limit(1501, 1500)) is LimitCode.TRANSFER_ABOVE_LIMIT
    assert refuse_above_limit(10**15, None) is None
    assert refuse_above_holding(90, 10, 100) is None
    assert code(refuse_above_holding(90, 11, 100)) is LimitCode.HOLDING_ABOVE_LIMIT


def test_a_holding_limit_is_whole_and_rounded_down() -> None:
    shares = Fraction(1, 10), Fraction(25, 1000)
    assert holding_limit(25_000_000, 162_800_000, *shares) == 5_945_000
    assert holding_limit(25_000_000, 162_800_039, *shares) == 5_945_000
    assert holding_limit(25_000_000, 162_800_040, *shares) == 5_945_001
    assert holding_limit(25_000_000, 0, *shares) == 1_875_000
    assert holding_limit(100, 0, Fraction(0), Fraction(1)) == 0


@pytest.mark.parametrize("text", ["", "-1", "1.5", "1,000", "1e3", "１", " 1", "abc"])
def test_only_whole_plain_numbers_are_quantities(text: str) -> None:
    assert code(read_quantity(text)) is QuantityCode.QUANTITY_NOT_WHOLE_POSITIVE


@pytest.mark.parametrize(
    ("quantities", "available", "expected"),
    [
        ((1,), None, None),
        ((100,), 100, None),
        ((101,), 100, QuantityCode.QUANTITY_ABOVE_AVAILABLE),
        ((60, 41), 100, QuantityCode.QUANTITY_ABOVE_AVAILABLE),
        ((0, 5), 5, None),
        ((0, 0), 5, QuantityCode.QUANTITIES_ALL_ZERO),
        ((), 5, QuantityCode.QUANTITIES_ALL_ZERO),
        ((5, -5), 5, QuantityCode.QUANTITY_NOT_WHOLE_POSITIVE),
    ],
)
def test_quantities_of_a_request(
    quantities: tuple[int, ...], available: int | None, expected: QuantityCode | None
) -> None:
    assert code(refuse_quantities(quantities, available)) is expected


def test_a_cap_is_reserved_consumed_and_released() -> None:
    cap = reserve(Cap(100), 100)
    assert isinstance(cap, Cap)
    assert (cap.pending, cap.remaining) == (100, 0)
    assert code(reserve(cap, 1)) is CapCode.ISSUE_ABOVE_CAP
    assert consume(cap, 60) == Cap(100, 60, 40)
    assert release(cap, 100) == Cap(100)
    assert code(consume(cap, 101)) is CapCode.CAP_DECISION_ABOVE_PENDING
    assert code(release(Cap(100, 60), 1)) is CapCode.CAP_DECISION_ABOVE_PENDING


@given(st.lists(st.tuples(st.sampled_from((reserve, consume, release)), st.integers(1, 60))))
def test_issued_and_pending_are_never_above_the_cap(steps: list[tuple[Any, int]]) -> None:
    cap = Cap(100)
    for act, quantity in steps:
        outcome = act(cap, quantity)
        cap = cap if isinstance(outcome, Refused) else outcome
        assert 0 <= cap.issued + cap.pending <= cap.limit


def test_a_hold_moves_or_comes_back_and_nothing_is_lost() -> None:
    held = hold(Holding(100, 0, 401), 20)
    assert held == Holding(80, 20, 401)
    assert isinstance(held, Holding)
    assert deliver(held, 20) == Holding(80, 0, 421)
    assert give_back(held, 20) == Holding(100, 0, 401)
    assert code(hold(held, 81)) is QuantityCode.QUANTITY_ABOVE_AVAILABLE
    assert code(hold(held, 0)) is QuantityCode.QUANTITIES_ALL_ZERO
    with pytest.raises(InvariantBroken):
        deliver(held, 21)


def test_a_late_duty_rounds_the_allowances_up() -> None:
    assert late_duty(100, 4, Fraction(3, 4)) == LateDuty(400, 300, 100)
    assert late_duty(1, 3, Fraction(3, 4)) == LateDuty(3, 3, 0)
    assert late_duty(0, 4, Fraction(3, 4)) == LateDuty(0, 0, 0)


def test_carry_over_is_no_more_than_is_held_and_counts_net_sales_alone() -> None:
    rule = 10_000, Fraction(3, 2)
    assert carried_over(55_000, 20_000, *rule) == 40_000
    assert carried_over(40_000, 20_000, *rule) == 40_000
    assert carried_over(39_999, 20_000, *rule) == 39_999
    assert carried_over(55_000, -20_000, *rule) == 10_000
    assert carried_over(55_000, 1, *rule) == 10_001


def test_duties_are_capped_and_borrowing_needs_a_gap_above_the_threshold() -> None:
    assert capped_duty(1_000_000, 1_300_000, Fraction(1, 5)) == 1_260_000
    assert capped_duty(1_000_000, 1_250_000, Fraction(1, 5)) == 1_250_000
    rule = Fraction(1, 10), Fraction(1, 2)
    assert most_borrowed(1_000_000, 1_150_000, *rule) == 75_000
    assert most_borrowed(900_000, 1_000_000, *rule) == 0
    assert most_borrowed(899_999, 1_000_000, *rule) == 50_000
    assert most_borrowed(1_000_000, 900_000, *rule) == 0
    assert most_of(99, Fraction(4, 100)) == 3
