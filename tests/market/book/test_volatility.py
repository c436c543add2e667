"""The dynamic band: around the last trade, or the reference before there is one."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest

from ledger.refusals import InvariantBroken
from market.book.volatility import VolatilityRule, call_ends_at, dynamic_band, halts

RULE = VolatilityRule(Fraction(5, 100), 3)


def test_the_band_is_around_the_last_trade_and_before_it_around_the_reference() -> None:
    assert dynamic_band(RULE, None, 1000) == (950, 1050)
    assert dynamic_band(RULE, 1100, 1000) == (1045, 1155)


@pytest.mark.parametrize(
    ("price", "stops"), [(949, True), (950, False), (1050, False), (1051, True)]
)
def test_both_ends_of_the_band_still_trade(price: int, stops: bool) -> None:
    assert halts(price, dynamic_band(RULE, None, 1000)) is stops


def test_the_call_lasts_as_many_minutes_as_the_rule_says() -> None:
    halted = datetime(2026, 3, 2, 2, 15, 30, tzinfo=UTC)
    assert call_ends_at(halted, RULE) == datetime(2026, 3, 2, 2, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(("share", "minutes"), [(Fraction(0), 3), (Fraction(1, 20), 0)])
def test_a_rule_that_could_never_let_trade_is_a_bug(share: Fraction, minutes: int) -> None:
    with pytest.raises(InvariantBroken):
        VolatilityRule(share, minutes)
