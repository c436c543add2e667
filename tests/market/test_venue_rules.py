"""The catalogue of a venue's rules: how each is read, and which cannot stand together."""

import pytest

from ledger.refusals import RefusalCode, Refused
from ledger.units import unit_of
from market.book.call import Algorithm
from market.book.orders import SelfTrade
from market.calendar import Mode, TradingDays, Window
from market.demonstration_venue import CARBON_LISTING_RULES, CONTINUOUS_RULES
from market.venue_identity import VenueIdentity
from market.venue_rules import (
    CALL_ALGORITHMS,
    CLOSE_RULES,
    SELF_TRADE_MODES,
    VENUE_RULE_KEYS,
    RuleKind,
    VenueRuleCode,
    VenueRuleKey,
    read_hours,
    venue_rule_key,
)
from market.venue_terms import CloseRule, VenueTerms, terms_of

DAYS = TradingDays(frozenset({1, 2, 3, 4, 5}), {})
ALL = (Mode.CALL, Mode.CONTINUOUS, Mode.AGREEMENT, Mode.BLOCK)


def identity(modes: tuple[Mode, ...], lot: int = 1, unit: str = "tCO2e") -> VenueIdentity:
    return VenueIdentity(
        venue_id=1,
        code="v",
        scheme_id=1,
        asset_id=1,
        money_asset_id=2,
        fees_account_id=3,
        zone_id=None,
        unit=unit_of(unit),
        modes=modes,
        tick_micro=10_000,
        lot=lot,
        price_basis="per_unit",
        years=1,
        opening_reference_ticks=7000,
    )


def texts_of(modes: tuple[Mode, ...]) -> dict[str, str]:
    rules = CARBON_LISTING_RULES if Mode.LISTING in modes else CONTINUOUS_RULES
    return {rule.key: rule.value for rule in rules}


CONTINUOUS = (Mode.CALL, Mode.CONTINUOUS, Mode.AGREEMENT)
LISTING = (Mode.LISTING, Mode.BLOCK)


def judge(modes: tuple[Mode, ...], lot: int = 1, **changed: str | None) -> VenueTerms | Refused:
    texts = texts_of(modes)
    for key, value in changed.items():
        texts.pop(key, None)
        if value is not None:
            texts[key] = value
    return terms_of(identity(modes, lot), DAYS, texts)


CONTRADICTIONS: tuple[tuple[str, tuple[Mode, ...], dict[str, str | None], RefusalCode], ...] = (
    ("unknown", LISTING, {"moon": "1"}, VenueRuleCode.VENUE_RULE_UNKNOWN),
    ("other mode", LISTING, {"dynamic_band": "0.1"}, VenueRuleCode.VENUE_RULE_FOR_OTHER_MODE),
    (
        "percent",
        LISTING,
        {"order_band": "10%"},
        VenueRuleCode.VENUE_RULE_VALUE_OF_WRONG_KIND,
    ),
    (
        "needed, none",
        LISTING,
        {"close_rule": "none"},
        VenueRuleCode.VENUE_RULE_VALUE_OF_WRONG_KIND,
    ),
    (
        "lock of two days",
        LISTING,
        {"resale_lock_days": "2"},
        VenueRuleCode.VENUE_RULE_VALUE_OF_WRONG_KIND,
    ),
    ("no hours", LISTING, {"hours_block": None}, VenueRuleCode.VENUE_RULE_MISSING),
    ("no algorithm", CONTINUOUS, {"call_algorithm": None}, VenueRuleCode.VENUE_RULE_MISSING),
    (
        "minimum order",
        LISTING,
        {"order_minimum": "100000"},
        VenueRuleCode.VENUE_MINIMUM_ABOVE_MAXIMUM,
    ),
    (
        "minimum block",
        LISTING,
        {"block_maximum": "99999"},
        VenueRuleCode.VENUE_MINIMUM_ABOVE_MAXIMUM,
    ),
    (
        "minimum fee",
        LISTING,
        {"buyer_fee_minimum": "5.01", "buyer_fee_maximum": "5.00"},
        VenueRuleCode.VENUE_MINIMUM_ABOVE_MAXIMUM,
    ),
    ("band of all", LISTING, {"block_band": "1"}, VenueRuleCode.VENUE_BAND_NOT_BELOW_ONE),
    ("dynamic all", CONTINUOUS, {"dynamic_band": "1.0"}, VenueRuleCode.VENUE_BAND_NOT_BELOW_ONE),
    (
        "floor off tick",
        LISTING,
        {"price_floor": "12.505"},
        VenueRuleCode.VENUE_PRICE_FLOOR_OFF_TICK,
    ),
    (
        "overlap",
        CONTINUOUS,
        {"hours_call": "09:15-09:31"},
        VenueRuleCode.VENUE_SESSIONS_OVERLAP,
    ),
    (
        "no minutes",
        CONTINUOUS,
        {"volatility_call_minutes": None},
        VenueRuleCode.VENUE_RULE_NEEDS_ANOTHER,
    ),
    ("no band", CONTINUOUS, {"dynamic_band": None}, VenueRuleCode.VENUE_RULE_NEEDS_ANOTHER),
    (
        "no call to close",
        LISTING,
        {"close_rule": "closing_call"},
        VenueRuleCode.VENUE_RULE_NEEDS_ANOTHER,
    ),
    (
        "ban as long as the call",
        CONTINUOUS,
        {"call_cancel_ban_minutes": "10"},
        VenueRuleCode.VENUE_CALL_TOO_SHORT,
    ),
    (
        "random end as long as the volatility call",
        CONTINUOUS,
        {"call_random_end_seconds": "300"},
        VenueRuleCode.VENUE_CALL_TOO_SHORT,
    ),
    ("own use", LISTING, {"own_use": "on"}, VenueRuleCode.VENUE_OWN_USE_EXCLUDES_RESALE_LOCK),
)


@pytest.mark.parametrize(
    ("modes", "changed", "code"), [pytest.param(*row[1:], id=row[0]) for row in CONTRADICTIONS]
)
def test_rules_that_cannot_stand_are_refused(
    modes: tuple[Mode, ...], changed: dict[str, str | None], code: RefusalCode
) -> None:
    answer = judge(modes, **changed)
    assert isinstance(answer, Refused)
    assert answer.code is code


def test_each_refusal_of_rules_is_shown_here() -> None:
    shown = {row[3] for row in CONTRADICTIONS} | {VenueRuleCode.VENUE_QUANTITY_NOT_WHOLE_LOTS}
    assert shown == set(VenueRuleCode)


def test_a_size_must_be_whole_lots() -> None:
    answer = judge(LISTING, lot=7)
    assert answer == Refused(
        VenueRuleCode.VENUE_QUANTITY_NOT_WHOLE_LOTS,
        {"key": "order_maximum", "text": "99999", "lot": "7"},
    )


def test_a_contradiction_names_both_keys_with_their_values() -> None:
    answer = judge(LISTING, order_minimum="100000")
    assert isinstance(answer, Refused)
    assert answer.values == {
        "minimum_key": "order_minimum",
        "minimum": "100000",
        "maximum_key": "order_maximum",
        "maximum": "99999",
    }


@pytest.mark.parametrize(
    "changed",
    [
        {"order_minimum": "99999"},
        {"buyer_fee_minimum": "5.00", "buyer_fee_maximum": "5.00"},
        {"block_band": "0.999999"},
        {"price_floor": "12.50"},
        {"own_use": "on", "resale_lock_days": "0"},
        {"order_band": "none"},
    ],
    ids=str,
)
def test_what_just_fits_is_let_in(changed: dict[str, str]) -> None:
    assert isinstance(judge(LISTING, **changed), VenueTerms)


def test_calls_that_just_fit_are_let_in() -> None:
    fits = {"call_cancel_ban_minutes": "9", "call_random_end_seconds": "299"}
    assert isinstance(judge(CONTINUOUS, **fits), VenueTerms)
    assert isinstance(judge(CONTINUOUS, hours_call="09:15-09:30"), VenueTerms)
    assert isinstance(judge(CONTINUOUS, close_rule="closing_call"), VenueTerms)


def test_quantities_are_written_in_the_unit_the_asset_is_shown_in() -> None:
    texts = texts_of(CONTINUOUS) | {"order_minimum": "0.5", "order_maximum": "10"}
    terms = terms_of(identity(CONTINUOUS, lot=500_000, unit="t"), DAYS, texts)
    assert isinstance(terms, VenueTerms)
    book = terms.size_of(Mode.CONTINUOUS)
    assert (book.minimum_lots, book.maximum_lots) == (1, 20)


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("09:30-11:30", (Window(570, 690),)),
        ("09:30-11:30 13:00-15:00", (Window(570, 690), Window(780, 900))),
        ("00:00-24:00", (Window(0, 1440),)),
        ("", None),
        ("09:30-11:30  13:00-15:00", None),
        ("9:30-11:30", None),
        ("09:30-09:30", None),
        ("13:00-15:00 09:30-11:30", None),
        ("09:30-11:30 11:00-15:00", None),
        ("09:60-11:30", None),
        ("23:00-24:01", None),
        ("09:30-11:30,13:00-15:00", None),
        ("０9:30-11:30", None),
    ],
)
def test_hours_are_read_strictly(text: str, windows: tuple[Window, ...] | None) -> None:
    assert read_hours(text) == windows


@pytest.mark.parametrize("key", VENUE_RULE_KEYS, ids=lambda key: key.key)
def test_each_rule_says_its_form_and_its_name(key: VenueRuleKey) -> None:
    assert key.name_zh
    assert key.name_en
    assert key.form
    assert isinstance(venue_rule_key(key.key), VenueRuleKey)
    if key.kind is RuleKind.HOURS:
        assert key.modes
        assert key.key == f"hours_{key.modes[0]}"
    bad = key.read("?", unit_of("t"))
    assert isinstance(bad, Refused)
    assert bad.values["form"] == key.form


def test_each_mode_has_its_hours() -> None:
    assert {f"hours_{mode}" for mode in Mode} <= {key.key for key in VENUE_RULE_KEYS}


def test_the_words_of_rules_are_those_the_market_knows() -> None:
    assert set(CLOSE_RULES) == {rule.value for rule in CloseRule}
    assert set(SELF_TRADE_MODES) == {mode.value for mode in SelfTrade}
    assert set(CALL_ALGORITHMS) == {one.value for one in Algorithm}
