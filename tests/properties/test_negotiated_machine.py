"""The market machine again, with traders who pick postings and who deal with each other by name.

Everything that must hold of a book must hold of listing, blocks and agreements too: holds are what
open orders and proposals say, both legs or none, and the log plays to the same.
"""

import shutil
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from ledger.core.database import make_engine
from market.venue_definition import VenueDefinition
from tests.properties.test_market_machine import (
    FEN,
    UNITS,
    MarketMachine,
    floors,
    near,
    prices,
    quantities,
    sizes,
    traders,
)
from tests.support.market_floor import TRADERS, make_floor
from tests.support.market_venues import CONTINUOUS, LISTING, with_rules

HOURS = "09:30-11:30 13:00-15:00"
RULES = {"buyer_fee_minimum": "1.00", "seller_fee_minimum": "1.00", "resale_lock_days": "1"}
VENUES = {
    "listing_and_block": with_rules(LISTING, hours_block=HOURS, block_minimum="1", **RULES),
    "agreement_by_clerk": with_rules(
        CONTINUOUS,
        hours_agreement=HOURS,
        agreement_minimum="1",
        agreement_registered_by="clerk",
        **RULES,
    ),
}


class NegotiatedMachine(MarketMachine):
    """What the machine does, and what two parties do with each other."""

    def other_side(self, side: str) -> str:
        return "sell" if side == "buy" else "buy"

    def pick(self, trader: str, side: str, count: int, share: int, price: str | None) -> None:
        """Some of what is posted at the best prices, or all of it."""
        posted = [
            row
            for row in self.orders
            if row.state == "open" and row.side == self.other_side(side) and row.mode is None
        ]
        posted.sort(key=lambda row: row.limit_ticks if side == "buy" else -row.limit_ticks)
        chosen = posted[:count]
        lots = sum(row.open_lots for row in chosen[:-1])
        lots += max(1, chosen[-1].open_lots // share) if chosen else 1
        payload: dict[str, object] = {
            "account": self.floor.numbers[trader],
            "side": side,
            "quantity": str(lots),
            "orders": [row.id for row in chosen] or [1],
        }
        self.send(trader, "pick", payload if price is None else {**payload, "price": price})

    @rule(
        postings=st.lists(st.tuples(traders, near, sizes), max_size=2),
        side=st.sampled_from(("buy", "sell")),
        taker=traders,
        count=st.integers(1, 3),
        share=st.integers(1, 3),
        price=st.none() | prices,
    )
    def post_and_pick(
        self,
        postings: list[tuple[str, str, str]],
        side: str,
        taker: str,
        count: int,
        share: int,
        price: str | None,
    ) -> None:
        for trader, posted, quantity in postings:
            order = self.floor.order(trader, self.other_side(side), quantity, posted)
            self.send(trader, "place", order)
        self.decide()
        self.pick(taker, side, count, share, price)

    def propose_to(
        self, trader: str, other: str, side: str, price: str, quantity: str, **more: object
    ) -> None:
        payload: dict[str, object] = {
            "account": self.floor.numbers[trader],
            "counterparty": self.floor.numbers[other],
            "mode": str(self.floor.venue.identity.modes[-1]),
            "side": side,
            "price": price,
            "quantity": quantity,
            **more,
        }
        self.send(trader, "propose", payload)

    @rule(
        trader=traders,
        other=traders,
        side=st.sampled_from(("buy", "sell")),
        price=prices,
        quantity=quantities,
        more=st.sampled_from(
            (
                {},
                {"mode": "block"},
                {"mode": "agreement"},
                {"expires_at": "2026-11-17T02:20:00+00:00"},
                {"expires_at": "2026-11-17T09:20:00+00:00"},
            )
        ),
    )
    def propose_anything(
        self,
        trader: str,
        other: str,
        side: str,
        price: str,
        quantity: str,
        more: dict[str, object],
    ) -> None:
        self.propose_to(trader, other, side, price, quantity, **more)

    @rule(
        parties=st.permutations(TRADERS),
        side=st.sampled_from(("buy", "sell")),
        price=near,
        quantity=sizes,
        reply=st.sampled_from(("confirm", "confirm", "confirm", "decline", "withdraw", "")),
        clerk=st.sampled_from(("register", "reject", "")),
    )
    def deal(
        self,
        parties: list[str],
        side: str,
        price: str,
        quantity: str,
        reply: str,
        clerk: str,
    ) -> None:
        """As most are: proposed, answered, and registered where a clerk has to."""
        trader, other = parties[0], parties[1]
        self.propose_to(trader, other, side, price, quantity)
        self.decide()
        order = max((row.id for row in self.orders if row.mode is not None), default=1)
        if reply == "withdraw":
            self.send(trader, reply, {"order": order})
        elif reply:
            self.send(other, reply, {"order": order, "account": self.floor.numbers[other]})
        if clerk:
            self.send(
                "", clerk, {"order": order} | ({"reason": "示例"} if clerk == "reject" else {})
            )

    @rule(
        kind=st.sampled_from(
            ("confirm", "confirm", "confirm", "decline", "withdraw", "register", "reject")
        ),
        data=st.data(),
        right=st.integers(0, 5),
    )
    def answer(self, kind: str, data: st.DataObject, right: int) -> None:
        """Mostly whoever may; now and then somebody else, or about something that is gone."""
        self.decide()
        open_ones = [row for row in self.orders if row.state == "open" and row.mode is not None]
        holders = {account: trader for trader, account in self.floor.accounts.items()}
        numbers = [(row.id, row.account_id, row.counterparty_id) for row in open_ones]
        drawn = data.draw(st.sampled_from(numbers or [(1, None, None)]))
        order, account, counterparty = drawn
        payload: dict[str, object] = {"order": order}
        trader = holders.get(account, "a1")
        if kind in ("confirm", "decline"):
            trader = holders.get(counterparty, "a1")
            payload["account"] = self.floor.numbers[trader]
        elif kind in ("register", "reject"):
            trader = ""
            if kind == "reject":
                payload["reason"] = "示例"
        self.send(trader if right else "b2", kind, payload)


@pytest.mark.parametrize("definition", VENUES.values(), ids=VENUES)
def test_whatever_two_parties_do_the_books_balance_and_the_log_plays_again(
    definition: VenueDefinition, sqlite_url: str, tmp_path: Path
) -> None:
    engine = make_engine(sqlite_url)
    floor = make_floor(engine, definition)
    for trader in TRADERS:
        floor.fund(trader, fen=FEN, units=UNITS)
    floor.runner.give_up()
    engine.dispose()
    template = tmp_path / "template.sqlite"
    shutil.copyfile(sqlite_url.removeprefix("sqlite:///"), template)
    fresh = floors(template, tmp_path, floor)
    fewer = settings(
        max_examples=max(6, settings.default.max_examples // 6), stateful_step_count=40
    )
    run_state_machine_as_test(lambda: NegotiatedMachine(next(fresh)), settings=fewer)
