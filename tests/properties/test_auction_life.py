"""Any auction, whatever is bid, withdrawn, paid or left: nothing is lost and nothing stays held."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from ledger.core.database import make_engine, reading
from ledger.core.moves import PositionKind
from ledger.core.tables import position
from market.auctions.auction_store import bidders_of, load_auction
from tests.support.auction_hall import BIDDERS, OPEN, SELLER, Hall, make_hall
from tests.support.databases import SqliteTemplate

FORMATS: tuple[dict[str, Any], ...] = (
    {"format": "sealed", "price_rule": "lowest_accepted"},
    {"format": "sealed", "price_rule": "highest_rejected"},
    {"format": "sealed", "price_rule": "own_bid"},
    {"format": "fixed_price", "price": "60.00"},
    {"format": "ascending", "price_rule": "own_bid", "increment": "1.00"},
    {"format": "multi_quote", "winner_rule": {"top_share": "0.70"}, "quotes_limit": 3},
)
DEPOSITS = (
    {"kind": "fixed", "amount": "20000.00", "source": "示例"},
    {"kind": "share_of_start", "share": "0.20", "source": "示例"},
    {"kind": "whole_bid", "source": "示例"},
    {"kind": "none", "source": "示例"},
)
PAYMENTS = (
    {"days": 0, "source": "示例"},
    {"days": 3, "source": "示例"},
    {
        "days": 2,
        "instalments": [{"share": "0.40", "days": 2}, {"share": "0.60", "days": 9}],
        "source": "示例",
    },
)

bids = st.tuples(
    st.sampled_from(("bid", "bid", "bid", "withdraw", "amend")),
    st.sampled_from(BIDDERS),
    st.integers(1, 90).map(lambda lots: str(lots * 100)),
    st.integers(58, 75).map(lambda price: f"{price}.00"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tmp_path_factory


@given(
    rules=st.sampled_from(FORMATS),
    tie_rule=st.sampled_from(("time", "random", "pro_rata_largest_remainder")),
    short=st.sampled_from(("cancel", "clear_at_lowest_bid", "decline_if_any_below_reserve")),
    deposit=st.sampled_from(DEPOSITS),
    payment=st.sampled_from(PAYMENTS),
    acts=st.lists(bids, max_size=9),
    spent=st.lists(st.sampled_from(BIDDERS), unique=True),
)
@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_happens_everything_is_accounted_for(
    sqlite_template: SqliteTemplate,
    folder: Any,
    rules: dict[str, Any],
    tie_rule: str,
    short: str,
    deposit: dict[str, Any],
    payment: dict[str, Any],
    acts: list[tuple[str, str, str, str]],
    spent: list[str],
) -> None:
    engine = make_engine(sqlite_template.copy_into(folder.mktemp("auction")))
    try:
        hall = make_hall(engine)
        _announce(
            hall,
            {
                **rules,
                "tie_rule": tie_rule,
                "undersubscription_rule": short,
                "reserve_price": "60.00",
                "lot": "100",
            },
            deposit,
            payment,
        )
        hall.to(OPEN)
        _play(hall, acts)
        _holds_are_what_bids_say(hall)
        for who in spent:
            hall.post(hall.spend(who, hall.has(hall.cash(who))[0]))
        hall.later(hours=2)
        _holds_are_what_bids_say(hall)
        assert hall.is_sound()
        hall.later(days=30)
        assert hall.stage()[0] in ("settled", "cancelled")
        assert _frozen(hall) == 0
        assert _units(hall) == 20_000
        assert hall.is_sound()
    finally:
        engine.dispose()


def _announce(
    hall: Hall, rules: dict[str, Any], deposit: dict[str, Any], payment: dict[str, Any]
) -> None:
    notice = hall.notice(deposit=deposit)
    notice["rules"] = rules
    notice["deposit"] = deposit
    notice["payment"] = payment
    quoting = rules["format"] in ("ascending", "multi_quote")
    notice["bids"] = {"amend": not quoting, "withdraw": not quoting, "source": "示例"}
    answer = hall.ask("", "announce", **notice)
    assert answer.refused is None, answer
    hall.auction = answer.answer["auction"]


def _play(hall: Hall, acts: list[tuple[str, str, str, str]]) -> None:
    last: dict[str, int] = {}
    with reading(hall.engine) as session:
        auction = load_auction(session, hall.auction)
    assert auction is not None
    fixed = auction.notice.rules.fixed_price_micro is not None
    for kind, who, quantity, price in acts:
        priced = {} if fixed else {"price": price}
        if kind == "withdraw":
            hall.ask(who, kind, bid=last.get(who, 1))
            continue
        changed = {"bid": last.get(who, 1)} if kind == "amend" else {}
        payload = {"account": hall.numbers[who], "quantity": quantity, **priced, **changed}
        answer = hall.ask(who, kind, **payload)
        if answer.refused is None:
            last[who] = answer.answer["bid"]


def _holds_are_what_bids_say(hall: Hall) -> None:
    """Per bidder and for the supply: what is frozen is what the auction says it holds."""
    with reading(hall.engine) as session:
        auction = load_auction(session, hall.auction)
        held = bidders_of(session, hall.auction)
    assert auction is not None
    assert hall.supply_held() == auction.held
    for who in BIDDERS:
        of_him = held.get(hall.parties[who])
        assert hall.held(who) == (0 if of_him is None else of_him.held)


def _sum(hall: Hall, *kinds: PositionKind, asset: int | None = None) -> int:
    query = select(position.c.credits - position.c.debits).where(position.c.kind.in_(kinds))
    if asset is not None:
        query = query.where(position.c.asset_id == asset)
    with reading(hall.engine) as session:
        return sum(session.scalars(query))


def _frozen(hall: Hall) -> int:
    return _sum(hall, PositionKind.FROZEN)


def _units(hall: Hall) -> int:
    """All units that are in hands: they only change hands."""
    assert hall.accounts[SELLER]
    kinds = (PositionKind.HOLDING, PositionKind.UNPAID, PositionKind.RESERVE, PositionKind.FROZEN)
    return _sum(hall, *kinds, asset=hall.asset)
