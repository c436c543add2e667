"""Sharing out: exact sums, ties by order, and cuts where nobody ends above his holding."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.apportionment import (
    ApportionmentCode,
    CutShare,
    cut_holdings,
    cut_in_two_parts,
    half_up,
    largest_remainder,
)
from ledger.refusals import InvariantBroken, Refused

KEPT, WITHHELD = Fraction(5520, 10_000), Fraction(896, 10_000)

amounts = st.integers(0, 10**15)
weight_lists = st.lists(st.one_of(st.integers(0, 3), amounts), min_size=1, max_size=40)
factors = st.fractions(0, 1, max_denominator=10_000)


def shares(answer: list[CutShare] | Refused) -> list[CutShare]:
    assert not isinstance(answer, Refused)
    return answer


def totals(cut: list[CutShare]) -> tuple[int, int, int]:
    return (
        sum(share.kept for share in cut),
        sum(share.withheld for share in cut),
        sum(share.cancelled for share in cut),
    )


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (10, [1, 1, 1], [4, 3, 3]),
        (1, [1, 1], [1, 0]),
        (2, [0, 1, 0], [0, 2, 0]),
        (5, [1, 1, 0, 1], [2, 2, 0, 1]),
        (100, [21, 33, 46], [21, 33, 46]),
        (10, [10, 25, 65], [1, 3, 6]),
        (0, [1, 2], [0, 0]),
        (10**18, [1, 2], [333333333333333333, 666666666666666667]),
    ],
)
def test_a_total_is_shared_by_largest_remainder(
    total: int, weights: list[int], parts: list[int]
) -> None:
    assert largest_remainder(total, weights) == parts


@pytest.mark.parametrize("weights", [[], [0], [0, 0, 0]])
@pytest.mark.parametrize("total", [0, 7])
def test_a_total_is_not_shared_by_weights_that_are_all_zero(total: int, weights: list[int]) -> None:
    answer = largest_remainder(total, weights)
    assert isinstance(answer, Refused)
    assert answer.code is ApportionmentCode.WEIGHTS_ALL_ZERO


def test_negative_amounts_are_a_bug() -> None:
    with pytest.raises(InvariantBroken):
        largest_remainder(-1, [1])
    with pytest.raises(InvariantBroken):
        largest_remainder(1, [2, -1])
    with pytest.raises(InvariantBroken):
        cut_in_two_parts([2, -1], 1, 0)
    with pytest.raises(InvariantBroken):
        cut_in_two_parts([2], 3, -1)
    with pytest.raises(InvariantBroken):
        cut_holdings([2], Fraction(1), Fraction(-1, 2))
    with pytest.raises(InvariantBroken):
        half_up(Fraction(-1, 2))


@given(amounts, weight_lists)
def test_parts_add_up_and_each_is_its_quota_rounded_down_or_up(
    total: int, weights: list[int]
) -> None:
    parts = largest_remainder(total, weights)
    if isinstance(parts, Refused):
        assert not any(weights)
        return
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1


@given(amounts, weight_lists)
def test_a_larger_remainder_never_goes_without_while_a_smaller_one_gets(
    total: int, weights: list[int]
) -> None:
    parts = largest_remainder(total, weights)
    if isinstance(parts, Refused):
        return
    ranked = []
    for place, (part, weight) in enumerate(zip(parts, weights, strict=True)):
        quota = Fraction(total * weight, sum(weights))
        ranked.append((-(quota % 1), place, part - quota // 1))
    extras = [extra for _, _, extra in sorted(ranked)]
    assert extras == sorted(extras, reverse=True)


@given(st.fractions(0, 10**6, max_denominator=10_000))
def test_half_up_takes_the_nearest_and_the_higher_of_two(value: Fraction) -> None:
    assert Fraction(-1, 2) <= value - half_up(value) < Fraction(1, 2)


def test_one_holder_of_a_thousand_is_cut_to_the_published_figures() -> None:
    assert cut_holdings([1_000], KEPT, WITHHELD) == [CutShare(552, 90, 358)]


def test_a_thousand_holders_of_one_are_cut_to_the_same_totals_and_nobody_holds_two() -> None:
    cut = shares(cut_holdings([1] * 1_000, KEPT, WITHHELD))
    assert totals(cut) == (552, 90, 358)
    assert {share.kept + share.withheld + share.cancelled for share in cut} == {1}


def test_two_holders_of_one_share_the_rounded_total() -> None:
    assert cut_holdings([1, 1], KEPT, WITHHELD) == [CutShare(1, 0, 0), CutShare(0, 0, 1)]


def test_where_both_parts_round_up_past_the_holding_the_withheld_one_gives_way() -> None:
    half = Fraction(1, 2)
    assert cut_holdings([1], half, half) == [CutShare(1, 0, 0)]


def test_the_kept_part_stays_inside_what_remains_of_each_holding() -> None:
    # Shared alone, three kept units would be 1, 1, 1; but of the first holding nothing remains.
    assert cut_in_two_parts([1, 3, 3], 3, 1) == [
        CutShare(0, 0, 1),
        CutShare(2, 0, 1),
        CutShare(1, 1, 1),
    ]


def test_holders_of_nothing_lose_nothing() -> None:
    assert cut_holdings([], KEPT, WITHHELD) == []
    assert cut_holdings([0, 0], KEPT, WITHHELD) == [CutShare(0, 0, 0)] * 2


def test_a_cut_does_not_make_more_than_was_held() -> None:
    too_much = cut_in_two_parts([3, 4], 5, 3)
    assert isinstance(too_much, Refused)
    assert too_much.code is ApportionmentCode.CUT_PARTS_EXCEED_HOLDINGS
    over_one = cut_holdings([3, 4], Fraction(2, 3), Fraction(1, 2))
    assert isinstance(over_one, Refused)
    assert over_one.code is ApportionmentCode.CUT_FACTORS_EXCEED_WHOLE


@given(weight_lists, factors, factors)
def test_a_cut_keeps_its_totals_and_every_holding(
    holdings: list[int], kept_factor: Fraction, rest: Fraction
) -> None:
    withheld_factor = (1 - kept_factor) * rest
    cut = shares(cut_holdings(holdings, kept_factor, withheld_factor))
    held = sum(holdings)
    kept, withheld, cancelled = totals(cut)
    assert kept == half_up(kept_factor * held)
    assert withheld == min(half_up(withheld_factor * held), held - kept)
    assert kept + withheld + cancelled == held
    for before, share in zip(holdings, cut, strict=True):
        assert min(share.kept, share.withheld, share.cancelled) >= 0
        assert share.kept + share.withheld + share.cancelled == before


@given(weight_lists, st.data())
def test_nobody_loses_for_good_more_than_his_own_quota_rounded_up(
    holdings: list[int], data: st.DataObject
) -> None:
    held = sum(holdings)
    kept = data.draw(st.integers(0, held))
    withheld = data.draw(st.integers(0, held - kept))
    cut = shares(cut_in_two_parts(holdings, kept, withheld))
    assert totals(cut) == (kept, withheld, held - kept - withheld)
    for before, share in zip(holdings, cut, strict=True):
        quota = Fraction((held - kept - withheld) * before, held or 1)
        assert abs(share.cancelled - quota) < 1
