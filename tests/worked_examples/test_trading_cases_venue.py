"""Trading cases C27 and C29: a carbon venue's close, bands, sizes and hours, and its T+1 lock.

Rules: notice of the Shanghai exchange on national carbon trading, 22 June 2021.
"""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ledger.core.database import run
from ledger.core.entries import Entry, PositionKey, Posted, PostingCode, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import WorkingSet, post
from ledger.refusals import Refused
from market.book.orders import BookCode
from market.calendar import Mode, SessionCode
from market.decisions import MarketCode
from market.order_rules import lots_of, price_in_ticks
from market.reference_price import DayPrices, band_of, close_of, open_of
from market.rolling import roll_all
from market.venue_terms import VenueTerms
from market.venues import terms_at
from tests.support.market_venues import LISTING, at, market_ground, opened

DAY_TRADES = (
    (Mode.LISTING, 7000, 1_000),
    (Mode.LISTING, 7100, 3_000),
    (Mode.BLOCK, 6500, 200_000),
    (Mode.LISTING, 7250, 6_000),
)


@pytest.fixture
def terms(sqlite_engine: Engine) -> VenueTerms:
    def work(session: Session) -> VenueTerms:
        market_ground(session)
        return terms_at(session, opened(session, LISTING).id, at(16, 10).instant)

    return run(sqlite_engine, work)


@pytest.fixture
def day() -> DayPrices:
    day = DayPrices()
    for mode, price_ticks, lots in DAY_TRADES:
        day = day.with_trade(mode, price_ticks, lots)
    return day


def band_next_day(terms: VenueTerms, mode: Mode, close: int) -> tuple[int, int]:
    share = terms.size_of(mode).band_millionths
    assert share is not None
    return band_of(close, share, terms.price_floor_ticks)


def test_c27_close_is_the_average_of_the_listing_trades(terms: VenueTerms, day: DayPrices) -> None:
    assert close_of(terms.close_rule, day, 7000) == 7180
    assert open_of(day, 6900) == 7000
    # No trades next day: the close stays.
    assert close_of(terms.close_rule, DayPrices(), 7180) == 7180


def test_c27_bands_of_the_next_day(terms: VenueTerms) -> None:
    assert band_next_day(terms, Mode.LISTING, 7180) == (6462, 7898)
    assert band_next_day(terms, Mode.BLOCK, 7180) == (5026, 9334)


def test_c27_sizes_of_listing_and_block(terms: VenueTerms) -> None:
    listing, block = terms.size_of(Mode.LISTING), terms.size_of(Mode.BLOCK)
    assert lots_of(terms, listing, 99_999, 1) == 99_999
    too_much = lots_of(terms, listing, 100_000, 1)
    assert isinstance(too_much, Refused)
    assert too_much.code is MarketCode.QUANTITY_ABOVE_MAXIMUM
    assert lots_of(terms, block, 100_000, 1) == 100_000
    too_little = lots_of(terms, block, 99_999, 1)
    assert isinstance(too_little, Refused)
    assert too_little.code is MarketCode.QUANTITY_BELOW_MINIMUM


def test_c27_a_block_at_ten_is_outside_its_session(terms: VenueTerms) -> None:
    assert terms.sessions.refuse_outside(Mode.LISTING, at(16, 10).instant) is None
    refused = terms.sessions.refuse_outside(Mode.BLOCK, at(16, 10).instant)
    assert refused is not None
    assert refused.code is SessionCode.OUTSIDE_SESSION
    assert terms.sessions.refuse_outside(Mode.BLOCK, at(16, 13).instant) is None


def test_c27_a_listing_above_the_band_is_refused(terms: VenueTerms) -> None:
    band = band_next_day(terms, Mode.LISTING, 7180)
    assert price_in_ticks(terms, 78_980_000, band, 1) == 7898
    refused = price_in_ticks(terms, 78_990_000, band, 1)
    assert isinstance(refused, Refused)
    assert refused.code is BookCode.ORDER_PRICE_OUTSIDE_BAND


def test_c29_bought_today_is_sellable_on_the_next_trading_day(engine: Engine) -> None:
    """Holds 500, buys 1,000: may sell 500 today, 1,500 on the next trading day."""

    class Case:
        def __init__(self, session: Session) -> None:
            ground = market_ground(session)
            self.terms = terms_at(session, opened(session, LISTING).id, at(16, 10).instant)
            self.asset = self.terms.identity.asset_id
            ground.receive("a1", "nm-carbon-2026", 500)
            ground.receive("b1", "nm-carbon-2026", 5_000)
            self.holder, self.other = ground.holders["a1"], ground.holders["b1"]

        def units(self, account: int, kind: PositionKind, ref: str = "") -> PositionKey:
            return PositionKey(account, self.asset, kind, ref)

        def sell(self, ref: str, amount: int) -> Transfer:
            return Transfer(
                self.units(self.holder, PositionKind.HOLDING),
                self.units(self.holder, PositionKind.FROZEN, ref),
                amount,
            )

    case = run(engine, Case)
    assert case.terms.receives is PositionKind.BOUGHT

    def trade(session: Session) -> None:
        frozen = case.units(case.other, PositionKind.FROZEN, "s1")
        entries = [
            Entry(
                EntryKind.HOLD,
                "s1",
                date(2026, 11, 16),
                (Transfer(case.units(case.other, PositionKind.HOLDING), frozen, 1_000),),
            ),
            Entry(
                EntryKind.FILL,
                "t1",
                date(2026, 11, 16),
                (Transfer(frozen, case.units(case.holder, case.terms.receives), 1_000),),
            ),
        ]
        assert all(isinstance(one, Posted) for one in post(session, entries, at(16, 10)))

    run(engine, trade)

    def ask(ref: str, amount: int, day: int) -> Callable[[Session], Posted | Refused]:
        def work(session: Session) -> Posted | Refused:
            now = at(day, 10)
            entry = Entry(EntryKind.HOLD, ref, now.today, (case.sell(ref, amount),))
            return post(session, [entry], now)[0]

        return work

    locked = run(engine, ask("o1", 600, 16))
    assert isinstance(locked, Refused)
    assert locked.code is PostingCode.AVAILABLE_TOO_SMALL
    assert locked.values["available"] == 500

    assert roll_all(engine, case.asset, case.terms.sessions.days, at(17, 9)) == 1

    def free(session: Session) -> int:
        working_set = WorkingSet(session, at(17, 9))
        holding = case.units(case.holder, PositionKind.HOLDING)
        working_set.open([holding])
        return working_set.balance(holding)

    assert run(engine, free) == 1_500
    assert isinstance(run(engine, ask("o2", 1_500, 17)), Posted)
