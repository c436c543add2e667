"""Venues in a database: opened, found, their rules by day, and every reason for a refusal."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from ledger.core.database import reading, run
from ledger.core.moves import PositionKind
from ledger.refusals import RefusalCode, Refused
from ledger.registry.accounts import desk_account
from ledger.rights.schemes import find_asset_ids
from market.book.call import Algorithm
from market.book.orders import SelfTrade
from market.calendar import Mode
from market.fees import FeeSchedule
from market.venue_definition import RuleDefinition, VenueCode
from market.venue_rules import VenueRuleCode
from market.venue_terms import CallTerms, CloseRule, SizeTerms, VolatilityTerms
from market.venues import (
    VenueRuleRow,
    find_venue,
    open_venue,
    rules_of,
    set_rule,
    terms_at,
    venues,
)
from tests.support.market_venues import (
    ACTOR,
    CONTINUOUS,
    EVE,
    LISTING,
    OPENED_ON,
    at,
    market_ground,
    opened,
    with_rules,
)


def test_a_listing_venue_asks_what_was_published(engine: Engine) -> None:
    def work(session):  # type: ignore[no-untyped-def]
        ground = market_ground(session)
        venue = opened(session, LISTING)
        money = find_asset_ids(session, ["CNY"])["CNY"]
        terms = terms_at(session, venue.id, at(16, 10).instant)
        assert terms.identity == venue.identity
        assert terms.identity.asset_id == ground.asset("nm-carbon-2026")
        assert terms.identity.money_asset_id == money
        assert (terms.identity.tick_micro, terms.identity.lot) == (10_000, 1)
        assert terms.identity.tick_lot_fen == 1
        assert terms.identity.opening_reference_ticks == 7000
        assert terms.size_of(Mode.LISTING) == SizeTerms(1, 99_999, 100_000)
        assert terms.size_of(Mode.BLOCK) == SizeTerms(100_000, None, 300_000)
        assert terms.close_rule is CloseRule.VOLUME_WEIGHTED
        assert terms.self_trade is SelfTrade.CANCEL_NEWEST
        assert (terms.resale_lock_days, terms.receives) == (1, PositionKind.BOUGHT)
        assert terms.listing_levels == 5
        assert terms.buyer_fees == terms.seller_fees == FeeSchedule(1000, 0, None)
        assert (terms.calls, terms.volatility) == (None, None)
        assert terms.price_floor_ticks == 1

    run(engine, work)


def test_a_continuous_venue_has_calls_and_a_volatility_halt(sqlite_engine: Engine) -> None:
    def work(session):  # type: ignore[no-untyped-def]
        market_ground(session)
        venue = opened(session, with_rules(CONTINUOUS, price_floor="12.50"))
        terms = terms_at(session, venue.id, at(16, 10).instant)
        assert terms.calls == CallTerms(Algorithm.MAX_VOLUME, 5, 30)
        assert terms.volatility == VolatilityTerms(50_000, 5)
        assert terms.receives is PositionKind.HOLDING
        assert terms.price_floor_ticks == 1250
        assert terms.buyer_fees == FeeSchedule(1000, 100, None)
        assert terms.size_of(Mode.CALL) == terms.size_of(Mode.CONTINUOUS)
        assert terms.size_of(Mode.AGREEMENT) == SizeTerms(10_000, None, 300_000)
        assert not terms.agreement_by_clerk

    run(sqlite_engine, work)


def test_fees_go_to_the_desk_of_the_money(sqlite_engine: Engine) -> None:
    def work(session):  # type: ignore[no-untyped-def]
        market_ground(session)
        venue = opened(session, LISTING)
        scheme = session.execute(text("SELECT id FROM scheme WHERE code = 'cny'")).scalar_one()
        assert venue.identity.fees_account_id == desk_account(session, scheme)

    run(sqlite_engine, work)


def test_a_price_per_year_counts_the_years(sqlite_engine: Engine) -> None:
    def work(session):  # type: ignore[no-untyped-def]
        market_ground(session)
        five = replace(CONTINUOUS, price_basis="per_unit_year", years=5)
        venue = opened(session, five)
        assert venue.identity.tick_lot_fen == 5
        assert terms_at(session, venue.id, EVE.instant).identity.years == 5

    run(sqlite_engine, work)


def test_venues_are_found_by_code(engine: Engine) -> None:
    def work(session):  # type: ignore[no-untyped-def]
        market_ground(session)
        first, second = opened(session, LISTING), opened(session, CONTINUOUS)
        assert find_venue(session, first.code) == first
        assert venues(session) == sorted([first, second], key=lambda one: one.code)
        missing = find_venue(session, "nowhere")
        assert isinstance(missing, Refused)
        assert (missing.code, missing.values) == (VenueCode.VENUE_NOT_FOUND, {"venue": "nowhere"})

    run(engine, work)


def test_opening_the_same_code_twice_is_refused(engine: Engine) -> None:
    def work(session):  # type: ignore[no-untyped-def]
        market_ground(session)
        opened(session, LISTING)
        again = open_venue(session, LISTING, EVE, ACTOR)
        assert isinstance(again, Refused)
        assert again.code is VenueCode.VENUE_CODE_TAKEN
        assert len(venues(session)) == 1

    run(engine, work)


REFUSED_DEFINITIONS: tuple[tuple[str, dict[str, object], RefusalCode], ...] = (
    ("code empty", {"code": " "}, VenueCode.VENUE_TEXT_UNREADABLE),
    ("code long", {"code": "x" * 33}, VenueCode.VENUE_TEXT_UNREADABLE),
    ("name", {"name_zh": "两\n行"}, VenueCode.VENUE_TEXT_UNREADABLE),
    ("no mode", {"modes": ()}, VenueCode.VENUE_WITHOUT_MODE),
    (
        "two books",
        {"modes": (Mode.LISTING, Mode.CONTINUOUS)},
        VenueCode.VENUE_MODES_EXCLUDE_EACH_OTHER,
    ),
    ("basis", {"price_basis": "per_lot"}, VenueCode.VENUE_PRICE_BASIS_UNKNOWN),
    ("years", {"years": 5}, VenueCode.VENUE_YEARS_NEED_YEARLY_PRICE),
    ("no years", {"years": 0}, VenueCode.VENUE_YEARS_OUT_OF_RANGE),
    ("tick zero", {"tick": "0"}, VenueCode.VENUE_TICK_UNREADABLE),
    ("tick digits", {"tick": "0.0000001"}, VenueCode.VENUE_TICK_UNREADABLE),
    ("tick exponent", {"tick": "1e-2"}, VenueCode.VENUE_TICK_UNREADABLE),
    ("lot zero", {"lot": "0"}, VenueCode.VENUE_LOT_UNREADABLE),
    ("lot part", {"lot": "0.5"}, VenueCode.VENUE_LOT_UNREADABLE),
    ("reference", {"opening_reference": "0"}, VenueCode.VENUE_OPENING_REFERENCE_UNREADABLE),
    (
        "reference off tick",
        {"opening_reference": "70.001"},
        VenueCode.VENUE_OPENING_REFERENCE_OFF_TICK,
    ),
    ("no reference", {"opening_reference": None}, VenueCode.VENUE_OPENING_REFERENCE_MISSING),
    ("past", {"opened_on": date(2026, 11, 12)}, VenueCode.VENUE_OPENS_IN_PAST),
    ("scheme", {"scheme_code": "mars"}, VenueCode.VENUE_SCHEME_UNKNOWN),
    ("asset", {"asset_code": "mars-2026"}, VenueCode.VENUE_ASSET_UNKNOWN),
    ("foreign asset", {"asset_code": "CNY"}, VenueCode.VENUE_ASSET_UNKNOWN),
    (
        "money as asset",
        {"scheme_code": "cny", "asset_code": "CNY"},
        VenueCode.VENUE_ASSET_IS_NO_UNIT,
    ),
    ("money", {"money_asset_code": "nm-carbon-2026"}, VenueCode.VENUE_MONEY_UNKNOWN),
    ("calendar", {"calendar_code": "lunar"}, VenueCode.VENUE_CALENDAR_UNKNOWN),
    ("zone", {"zone_code": "moon"}, VenueCode.VENUE_ZONE_UNKNOWN),
    ("whole fen", {"tick": "0.001"}, VenueCode.VENUE_TICK_LOT_NOT_WHOLE_FEN),
)


@pytest.mark.parametrize(
    ("changed", "code"),
    [pytest.param(changed, code, id=name) for name, changed, code in REFUSED_DEFINITIONS],
)
def test_a_venue_that_cannot_be_is_refused(
    sqlite_engine: Engine, changed: dict[str, object], code: RefusalCode
) -> None:
    def work(session):  # type: ignore[no-untyped-def]
        market_ground(session)
        answer = open_venue(session, replace(LISTING, **changed), EVE, ACTOR)  # type: ignore[arg-type]
        assert isinstance(answer, Refused)
        assert answer.code is code
        assert venues(session) == []

    run(sqlite_engine, work)


def test_rules_given_twice_or_without_source_are_refused(sqlite_engine: Engine) -> None:
    def work(session):  # type: ignore[no-untyped-def]
        market_ground(session)
        for rules, code in (
            ((*LISTING.rules, LISTING.rules[0]), VenueCode.VENUE_RULE_GIVEN_TWICE),
            ((RuleDefinition("order_band", "0.10", " "),), VenueCode.VENUE_RULE_SOURCE_MISSING),
        ):
            answer = open_venue(session, replace(LISTING, rules=rules), EVE, ACTOR)
            assert isinstance(answer, Refused)
            assert answer.code is code

    run(sqlite_engine, work)


def test_a_rule_changes_from_a_later_day_on(engine: Engine) -> None:
    def work(session):  # type: ignore[no-untyped-def]
        market_ground(session)
        venue = opened(session, LISTING)
        changed = set_rule(
            session, venue.id, "order_band", "0.05", date(2026, 11, 18), "示例公告", EVE, ACTOR
        )
        assert changed == VenueRuleRow("order_band", date(2026, 11, 18), "0.05", "示例公告")
        # A second word for the day replaces the first.
        set_rule(
            session, venue.id, "order_band", "0.06", date(2026, 11, 18), "示例公告二", EVE, ACTOR
        )
        bands = [
            terms_at(session, venue.id, at(day, 0).instant).size_of(Mode.LISTING).band_millionths
            for day in (13, 16, 17, 18, 19)
        ]
        assert bands == [100_000, 100_000, 100_000, 60_000, 60_000]
        kept = session.execute(
            text("SELECT count(*) FROM venue_rule WHERE key = 'order_band'")
        ).scalar_one()
        assert kept == 3
        shown = [row for row in rules_of(session, venue.id) if row.key == "order_band"]
        assert [(row.valid_from, row.value) for row in shown] == [
            (OPENED_ON, "0.10"),
            (date(2026, 11, 18), "0.06"),
        ]

    run(engine, work)


def test_a_rule_that_need_not_be_there_is_ended_with_none(sqlite_engine: Engine) -> None:
    def work(session):  # type: ignore[no-untyped-def]
        market_ground(session)
        venue = opened(session, LISTING)
        set_rule(session, venue.id, "block_band", "none", date(2026, 11, 17), "示例", EVE, ACTOR)
        before, after = (
            terms_at(session, venue.id, at(day, 10).instant).size_of(Mode.BLOCK) for day in (16, 17)
        )
        assert (before.band_millionths, after.band_millionths) == (300_000, None)

    run(sqlite_engine, work)


@pytest.mark.parametrize(
    ("key", "value", "day", "source", "code"),
    [
        ("moon", "1", date(2026, 11, 20), "示例", VenueRuleCode.VENUE_RULE_UNKNOWN),
        (
            "order_band",
            "10%",
            date(2026, 11, 20),
            "示例",
            VenueRuleCode.VENUE_RULE_VALUE_OF_WRONG_KIND,
        ),
        ("order_band", "0.05", date(2026, 11, 20), " ", VenueCode.VENUE_RULE_SOURCE_MISSING),
        ("order_band", "0.05", EVE.today, "示例", VenueCode.VENUE_RULE_CHANGE_NOT_IN_FUTURE),
        ("order_band", "0.05", date(2026, 11, 20), "\x07", VenueCode.VENUE_TEXT_UNREADABLE),
        (
            "call_algorithm",
            "shanghai",
            date(2026, 11, 20),
            "示例",
            VenueRuleCode.VENUE_RULE_FOR_OTHER_MODE,
        ),
        (
            "order_minimum",
            "100000",
            date(2026, 11, 20),
            "示例",
            VenueRuleCode.VENUE_MINIMUM_ABOVE_MAXIMUM,
        ),
    ],
    ids=lambda value: str(value),
)
def test_a_change_that_cannot_be_is_refused_and_leaves_no_trace(
    sqlite_engine: Engine, key: str, value: str, day: date, source: str, code: RefusalCode
) -> None:
    def work(session):  # type: ignore[no-untyped-def]
        market_ground(session)
        venue = opened(session, LISTING)
        before = rules_of(session, venue.id)
        answer = set_rule(session, venue.id, key, value, day, source, EVE, ACTOR)
        assert isinstance(answer, Refused)
        assert answer.code is code
        assert rules_of(session, venue.id) == before

    run(sqlite_engine, work)


def test_a_change_is_checked_against_what_was_announced_for_later(sqlite_engine: Engine) -> None:
    def work(session):  # type: ignore[no-untyped-def]
        market_ground(session)
        venue = opened(session, LISTING)

        def announce(key: str, value: str, day: int) -> object:
            valid_from = date(2026, 11, day)
            return set_rule(session, venue.id, key, value, valid_from, "示例", EVE, ACTOR)

        assert isinstance(announce("order_maximum", "500", 25), VenueRuleRow)
        # Fine on the 20th, when 99,999 is the most; not on the 25th, when it is 500.
        answer = announce("order_minimum", "501", 20)
        assert isinstance(answer, Refused)
        assert answer.code is VenueRuleCode.VENUE_MINIMUM_ABOVE_MAXIMUM
        assert answer.values == {
            "minimum_key": "order_minimum",
            "minimum": "501",
            "maximum_key": "order_maximum",
            "maximum": "500",
        }
        assert isinstance(announce("order_minimum", "500", 20), VenueRuleRow)

    run(sqlite_engine, work)


def test_a_venue_and_its_rules_cannot_be_rewritten(engine: Engine) -> None:
    def work(session):  # type: ignore[no-untyped-def]
        market_ground(session)
        opened(session, LISTING)

    run(engine, work)
    for statement in ("UPDATE venue SET lot = 2", "DELETE FROM venue_rule"):
        with pytest.raises(DBAPIError, match="journal_only_grows"), engine.begin() as connection:
            connection.execute(text(statement))


def test_terms_can_be_read_in_a_snapshot(sqlite_engine: Engine) -> None:
    def work(session):  # type: ignore[no-untyped-def]
        market_ground(session)
        return opened(session, LISTING).id

    venue_id = run(sqlite_engine, work)
    with reading(sqlite_engine) as session:
        assert terms_at(session, venue_id, at(16, 10).instant).identity.venue_id == venue_id
