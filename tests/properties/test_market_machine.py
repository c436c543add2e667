"""Engine, runner and ledger under random commands: nothing is lost, made, or left half done.

Four traders, who now and then meet themselves, an operator, a clerk at the counter and a clock send
whatever comes to mind, in batches of any size, across restarts, days and faults in
settlement.  After every batch the record must balance and hold for each order exactly what the
order could still cost, by a count of this file's own; each trade has both its legs; no answer ever
changes; and in the end the audit finds nothing and the log makes everything again.
"""

import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace as replaced
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Row, func, select

from ledger.core.audit import audit
from ledger.core.clock import now_at
from ledger.core.database import make_engine, reading, run
from ledger.core.entries import Entry, Posted, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import post
from ledger.core.tables import entry, position, transfer
from ledger.refusals import InvariantBroken, Refused
from market.replay import replay
from market.replay_findings import ReplayReport
from market.submission import Answer, NewCommand, answer_of, submit
from market.tables import command_log, market_order, queued_command, trade
from tests.support.market_floor import TRADERS, Floor, make_floor
from tests.support.market_venues import CONTINUOUS, LISTING, with_rules

UNITS, FEN = 2000, 20_000_000
FEE_RATE = 1000
"""Fees of the venues: 0.1 %."""
TRADED = (EntryKind.FILL, EntryKind.AGREEMENT)
FEN_PER_TICK = 1
TRADED = (EntryKind.FILL, EntryKind.AGREEMENT)

near = st.integers(6990, 7010).map(lambda ticks: f"{ticks // 100}.{ticks % 100:02}")
"""Prices at which orders meet."""
prices = st.one_of(near, near, st.sampled_from(("67.50", "72.30", "60.00", "70.005", "90", "-1")))
sizes = st.integers(1, 300).map(str)
quantities = st.one_of(sizes, sizes, st.sampled_from(("0", "0.5", "99999999")))
traders = st.sampled_from(TRADERS)
SPECIAL: tuple[dict[str, object], ...] = (
    {"tif": "IOC"},
    {"tif": "FOK"},
    {"tif": "DAY"},
    {"post_only": True},
    {"display": "10"},
    {"minimum": "20"},
    {"tif": "GTD", "expires_at": "2026-11-18T03:00:00+00:00"},
    {"tif": "GTD", "expires_at": "2026-11-17T02:03:00+00:00"},
    {"tif": "GTD"},
)


class MarketMachine(RuleBasedStateMachine):
    """A continuous venue with calls and agreements, and all that can happen to it."""

    deal_mode = "agreement"
    fee_minimum = 100

    def __init__(self, floor: Floor) -> None:
        super().__init__()
        self.floor = floor
        self.keys = count(1)
        self.sent: dict[str, NewCommand] = {}
        self.heard: dict[str, Answer] = {}
        self.money_in = FEN * len(TRADERS)
        self.runners = count(2)
        self.is_broken = False
        self.positions: Sequence[Row[Any]] = ()
        self.orders: Sequence[Row[Any]] = ()
        self.trades: Sequence[Row[Any]] = ()
        self.fills: dict[str, tuple[int, int]] = {}
        self.floor.watch = self.break_fills

    def break_fills(self, tried: Entry) -> None:
        """A bug in settlement, while it is there."""
        if self.is_broken and tried.kind in TRADED:
            raise InvariantBroken("a fault on purpose")

    # -- what is asked

    def send(self, trader: str, kind: str, payload: dict[str, object]) -> None:
        command = self.floor.command(trader, kind, payload, f"key-{next(self.keys)}")
        answer = submit(self.floor.engine, command, self.floor.now)
        assert answer is None, answer
        self.sent[command.key] = command

    @rule(
        pairs=st.lists(
            st.tuples(traders, near, sizes, traders, near, sizes), min_size=1, max_size=4
        )
    )
    def offer_and_bid(self, pairs: list[tuple[str, str, str, str, str, str]]) -> None:
        """Orders as most are: near the price, and about half of them meet."""
        for seller, ask, offered, buyer, bid, wanted in pairs:
            self.send(seller, "place", self.floor.order(seller, "sell", offered, ask))
            self.send(buyer, "place", self.floor.order(buyer, "buy", wanted, bid))

    @rule(
        trader=traders,
        side=st.sampled_from(("buy", "sell")),
        quantity=quantities,
        price=st.one_of(prices, prices, st.none()),
        more=st.sampled_from(SPECIAL),
    )
    def place(
        self,
        trader: str,
        side: str,
        quantity: str,
        price: str | None,
        more: dict[str, object],
    ) -> None:
        """Orders of every other kind, and such as are refused."""
        self.send(trader, "place", self.floor.order(trader, side, quantity, price, **more))

    def an_order(self, data: st.DataObject) -> tuple[str, int]:
        """One that was open when last seen, as its owner names it; or one that may not exist."""
        if data.draw(st.booleans()):
            self.decide()
        open_orders = [(row.party_id, row.id) for row in self.orders if row.state == "open"]
        parties = {party: trader for trader, party in self.floor.parties.items()}
        known = [(parties[party], number) for party, number in open_orders]
        return data.draw(st.sampled_from([*known[:20], ("a1", 3)]))

    @rule(data=st.data(), price=st.none() | prices, quantity=st.none() | quantities)
    def amend(self, data: st.DataObject, price: str | None, quantity: str | None) -> None:
        trader, order = self.an_order(data)
        changes = {"price": price, "quantity": quantity}
        said = {name: value for name, value in changes.items() if value is not None}
        self.send(trader, "amend", {"order": order, **said})

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        trader, order = self.an_order(data)
        self.send(trader, "cancel", {"order": order})

    @rule(trader=traders)
    def cancel_all(self, trader: str) -> None:
        self.send(trader, "cancel_all", {})

    @rule(
        who=st.sampled_from(("", "", "", "", "a1")),
        asked=st.sampled_from(
            (
                ("open_call", {"minutes": 3}),
                ("uncross", {}),
                ("halt", {"reason": "示例"}),
                ("resume", {}),
                ("resume", {}),
                ("dance", {}),
            )
        ),
    )
    def operate(self, who: str, asked: tuple[str, dict[str, object]]) -> None:
        self.send(who, *asked)

    @rule(
        pairs=st.lists(st.tuples(traders, sizes, traders, sizes), min_size=1, max_size=3),
        ends=st.booleans(),
    )
    def hold_a_call(self, pairs: list[tuple[str, str, str, str]], ends: bool) -> None:
        """Orders gather and cross; who ends it: an operator, or later the clock."""
        self.send("", "open_call", {"minutes": 2})
        for seller, offered, buyer, wanted in pairs:
            self.send(seller, "place", self.floor.order(seller, "sell", offered, "69.95"))
            self.send(buyer, "place", self.floor.order(buyer, "buy", wanted, "70.05"))
        if ends:
            self.send("", "uncross", {})

    @rule(
        pairs=st.lists(
            st.tuples(traders, traders, st.sampled_from(("buy", "sell")), near, sizes),
            min_size=1,
            max_size=3,
        )
    )
    def propose(self, pairs: list[tuple[str, str, str, str, str]]) -> None:
        """Trades between two named parties; these are made in the afternoon."""
        for trader, other, side, price, quantity in pairs:
            payload = {
                "account": self.floor.numbers[trader],
                "counterparty": self.floor.numbers[other],
                "mode": self.deal_mode,
                "side": side,
                "price": price,
                "quantity": quantity,
            }
            self.send(trader, "propose", payload)

    @rule(
        pair=st.permutations(TRADERS),
        side=st.sampled_from(("buy", "sell")),
        price=near,
        quantity=st.integers(1, 40).map(str),
        ways=st.sampled_from(
            (
                ("confirm", "register"),
                ("confirm", "register"),
                ("confirm", "reject"),
                ("confirm", "withdraw"),
                ("confirm",),
                ("decline", "confirm"),
                ("withdraw", "confirm"),
                ("register",),
            )
        ),
        broken=st.sampled_from((False, False, True)),
    )
    def make_a_deal(
        self,
        pair: list[str],
        side: str,
        price: str,
        quantity: str,
        ways: tuple[str, ...],
        *,
        broken: bool,
    ) -> None:
        """One proposes in the afternoon; the other, he himself or a clerk does this and that."""
        own, other, *_ = pair
        self.come_back_after_lunch()
        self.propose([(own, other, side, price, quantity)])
        key = f"key-{next(self.keys) - 1}"
        self.decide()
        said: dict[str, object] = {"order": self.heard[key].answer.get("order", 1)}
        account = self.floor.numbers[other]
        asked = {
            "confirm": (other, {**said, "account": account}),
            "decline": (other, {**said, "account": account}),
            "withdraw": (own, said),
            "register": ("", said),
            "reject": ("", {**said, "reason": "示例"}),
        }
        for kind in ways:
            self.send(asked[kind][0], kind, asked[kind][1])
        self.is_broken = broken
        self.decide()
        self.is_broken = False
        if broken:
            self.send("", "resume", {})

    @rule(trader=traders, quantity=sizes)
    def seize(self, trader: str, quantity: str) -> None:
        """A few units, or so many that open orders have to give theirs."""
        account = self.floor.numbers[trader]
        payload = {"account": account, "quantity": quantity, "case": "示例案号", "for_party": 1}
        self.send("", "seize", payload)

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), change=st.booleans())
    def ask_again(self, data: st.DataObject, change: bool) -> None:
        """The same key and content: nothing new; other content: refused."""
        command = self.sent[data.draw(st.sampled_from(sorted(self.sent)))]
        if change:
            other = replaced(command, payload={**command.payload, "other": 1})
            said = submit(self.floor.engine, other, self.floor.now)
            assert isinstance(said, Refused)
            assert said.code == "key_already_used_for_other_content"
            return
        said = submit(self.floor.engine, command, self.floor.now)
        assert said == self.heard.get(command.key)

    # -- what happens around it

    @rule(minutes=st.sampled_from((1, 1, 2, 3, 5, 40)))
    def let_time_pass(self, minutes: int) -> None:
        self.floor.tick(minutes=minutes)

    @precondition(lambda self: self.floor.now.instant.hour >= 3)
    @rule(opens=st.booleans())
    def sleep_until_tomorrow(self, opens: bool) -> None:
        """The next morning, in the opening call or after it; weekends are slept through or not."""
        days = 3 if self.floor.now.today.weekday() == 4 and not opens else 1
        midnight = self.floor.now.instant.replace(hour=0, minute=0) + timedelta(days=days)
        self.floor.now = now_at(midnight + timedelta(hours=1, minutes=16 if opens else 45))

    @rule()
    def come_back_after_lunch(self) -> None:
        """Whatever is halted or ends at random is seen again later in the day."""
        if self.floor.now.instant.hour < 5:
            self.floor.now = now_at(self.floor.now.instant.replace(hour=5, minute=10))

    @rule()
    def restart(self) -> None:
        """Another runner takes over; the first one left without a word, and its lease is over."""
        self.floor.tick(seconds=11)
        self.floor.runner = self.floor.new_runner(f"runner {next(self.runners)}")
        assert self.floor.runner.take_lease()

    @rule(seller=traders, buyer=traders, when_called=st.booleans())
    def break_settlement(self, seller: str, buyer: str, when_called: bool) -> None:
        """For one batch no fill can be settled; afterwards somebody resumes."""
        self.decide()
        if when_called:
            self.send("", "open_call", {"minutes": 2})
        self.send(seller, "place", self.floor.order(seller, "sell", "5", "69.95"))
        self.send(buyer, "place", self.floor.order(buyer, "buy", "5", "70.05"))
        if when_called:
            self.send("", "uncross", {})
        self.is_broken = True
        self.decide()
        self.is_broken = False
        self.floor.tick(minutes=1)
        self.send("", "resume", {})
        self.decide()

    @rule(one=traders, other=traders, units=st.integers(1, 500), fen=st.integers(1, 10**6))
    def work_at_the_counter(self, one: str, other: str, units: int, fen: int) -> None:
        """A clerk moves units between traders and takes money in, whatever they have in orders."""
        floor, number = self.floor, next(self.keys)
        legs = (Transfer(floor.units(one), floor.units(other), units),)
        paid = (Transfer(floor.bank, floor.cash(one), fen),)
        entries = [
            Entry(EntryKind.DEPOSIT, f"paid-{number}", floor.now.today, paid),
            Entry(EntryKind.TRANSFER, f"moved-{number}", floor.now.today, legs),
        ]
        first, _ = run(floor.engine, lambda session: post(session, entries, floor.now))
        assert isinstance(first, Posted), first
        self.money_in += fen

    @rule()
    def decide(self) -> None:
        self.floor.runner.drain()
        with reading(self.floor.engine) as session:
            assert not session.scalar(select(func.count()).select_from(queued_command))
            for key, command in self.sent.items():
                answer = answer_of(session, command)
                assert isinstance(answer, Answer), answer
                assert self.heard.setdefault(key, answer) == answer
            numbers = session.scalars(
                select(command_log.c.number).order_by(command_log.c.number)
            ).all()
            assert list(numbers) == list(range(1, len(numbers) + 1))
            self.positions = session.execute(select(position)).all()
            self.orders = session.execute(select(market_order)).all()
            self.trades = session.execute(select(trade)).all()
            self.fills = legs_of_fills(session)
        self.nothing_is_lost_or_made()
        self.each_order_holds_what_it_may_cost()
        self.each_trade_has_both_legs()

    # -- what must hold

    def nothing_is_lost_or_made(self) -> None:
        units: Counter[str] = Counter()
        money: Counter[str] = Counter()
        for row in self.positions:
            assert row.floor is None or row.credits - row.debits >= row.floor
            if row.asset_id == self.floor.asset:
                units[row.kind] += row.credits - row.debits
            elif row.asset_id == self.floor.money:
                money[row.kind] += row.credits - row.debits
        assert -units.pop(PositionKind.OUTSIDE) == UNITS * len(TRADERS) == units.total()
        assert -money.pop(PositionKind.BANK) == self.money_in == money.total()

    def each_order_holds_what_it_may_cost(self) -> None:
        held = {
            row.ref: row.credits - row.debits
            for row in self.positions
            if row.kind == PositionKind.FROZEN
        }
        for order in self.orders:
            assert held.pop(f"order:{order.id}", 0) == needed(order, self.fee_minimum)
        assert not any(held.values())

    def each_trade_has_both_legs(self) -> None:
        assert len(self.trades) == len(self.fills)
        orders = {row.id: row for row in self.orders}
        amended = {one.payload["order"] for one in self.sent.values() if one.kind == "amend"}
        filled: Counter[int] = Counter()
        for one in self.trades:
            units, money = self.fills[one.entry_key]
            assert units == one.lots
            assert money == one.value_fen == one.lots * one.price_ticks * FEN_PER_TICK
            filled[one.buy_order] += one.lots
            filled[one.sell_order] += one.lots
            if one.buy_order not in amended:
                assert one.price_ticks <= orders[one.buy_order].limit_ticks
            if one.sell_order not in amended:
                assert one.price_ticks >= orders[one.sell_order].limit_ticks
        assert {row.id: row.filled_lots for row in self.orders if row.filled_lots} == dict(filled)

    def teardown(self) -> None:
        try:
            self.decide()
            with reading(self.floor.engine) as session:
                report = audit(session)
                played = replay(session, self.floor.venue.code, 7)
            assert report.clean, report.differences
            assert isinstance(played, ReplayReport)
            assert played.differences == ()
        finally:
            self.floor.engine.dispose()


class ListingMachine(MarketMachine):
    """A venue of listing and pick, with block trades."""

    deal_mode = "block"
    fee_minimum = 0

    @rule(
        data=st.data(),
        trader=traders,
        quantity=sizes,
        broken=st.sampled_from((False, False, False, True)),
    )
    def pick(self, data: st.DataObject, trader: str, quantity: str, *, broken: bool) -> None:
        """Take from one or several posted orders of one side."""
        self.decide()
        party = self.floor.parties[trader]
        posted = [
            row
            for row in self.orders
            if row.state == "open" and not row.counterparty_id and row.party_id != party
        ]
        if not posted:
            return
        side = data.draw(st.sampled_from(sorted({row.side for row in posted})))
        best = (min if side == "sell" else max)(
            row.limit_ticks for row in posted if row.side == side
        )
        chosen = [row for row in posted if row.side == side and row.limit_ticks == best][:2]
        there = sum(row.open_lots for row in chosen)
        exactly = st.just(str(there)) if there else st.nothing()
        payload = {
            "account": self.floor.numbers[trader],
            "side": "buy" if side == "sell" else "sell",
            "quantity": data.draw(st.just(quantity) | exactly),
            "orders": [row.id for row in chosen],
        }
        self.send(trader, "pick", payload)
        self.is_broken = broken
        self.decide()
        self.is_broken = False
        if broken:
            self.send("", "resume", {})


def needed(order: Row[Any], fee_minimum: int) -> int:
    """What stands held for an order: its units, or its money with the fee it could still come to."""
    if order.state != "open":
        return 0
    if order.side == "sell":
        return int(order.open_lots)
    rest = order.limit_ticks * order.open_lots * FEN_PER_TICK
    fee = max(fee_minimum, ((order.value_fen + rest) * FEE_RATE * 2 + 10**6) // (2 * 10**6))
    return int(rest + fee - order.fee_fen)


def legs_of_fills(session: Any) -> dict[str, tuple[int, int]]:
    """Units that reached the buyer and money that left his hold for the seller, by entry."""
    debited, credited = position.alias("debited"), position.alias("credited")
    found = session.execute(
        select(entry.c.key, debited.c.kind, credited.c.kind, transfer.c.amount)
        .join(transfer, transfer.c.entry_id == entry.c.id)
        .join(debited, debited.c.id == transfer.c.debit_position_id)
        .join(credited, credited.c.id == transfer.c.credit_position_id)
        .where(entry.c.kind.in_(TRADED))
        .order_by(transfer.c.entry_id, transfer.c.line)
    )
    legs: dict[str, tuple[int, int]] = {}
    for key, _, to, amount in found:
        units, money = legs.setdefault(key, (0, 0))
        if to == PositionKind.BOUGHT:
            legs[key] = (units + amount, money)
        elif to == PositionKind.CASH and not money:
            # The first money leg pays the seller; a later one gives the buyer back what is better.
            legs[key] = (units, amount)
    return legs


def floors(template: Path, folder: Path, made: Floor) -> Iterator[Floor]:
    """Fresh floors, each on its own copy of the one that was made first."""
    for number in count(1):
        file = folder / f"floor-{number}.sqlite"
        shutil.copyfile(template, file)
        yield replaced(made, engine=make_engine(f"sqlite:///{file}"), _keys=count(1000))


VENUES = {
    "continuous": (
        MarketMachine,
        with_rules(
            CONTINUOUS,
            resale_lock_days="1",
            agreement_minimum="1",
            agreement_registered_by="clerk",
        ),
    ),
    "listing": (ListingMachine, with_rules(LISTING, block_minimum="1")),
}


@pytest.mark.parametrize("name", VENUES)
def test_whatever_is_asked_of_a_market_its_books_balance_and_its_log_plays_again(
    sqlite_url: str, tmp_path: Path, name: str
) -> None:
    machine, definition = VENUES[name]
    engine = make_engine(sqlite_url)
    floor = make_floor(engine, definition)
    for trader in TRADERS:
        floor.fund(trader, fen=FEN, units=UNITS)
    floor.runner.give_up()
    engine.dispose()
    template = Path(sqlite_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(template)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    fresh = floors(template, tmp_path, floor)
    # Each command goes through a database: fewer runs than elsewhere, and longer ones.
    fewer = settings(
        max_examples=max(8, settings.default.max_examples // 5), stateful_step_count=50
    )
    run_state_machine_as_test(lambda: machine(next(fresh)), settings=fewer)


def test_the_log_tells_what_was_decided_under_a_fault(sqlite_url: str) -> None:
    """What the machine relies on to replay faults: the admission begins with the fault."""
    floor = make_floor(make_engine(sqlite_url), CONTINUOUS)
    floor.fund("a1", units=10)
    floor.fund("b1", fen=10**6)

    def broken(tried: Entry) -> None:
        if tried.kind is EntryKind.FILL:
            raise InvariantBroken("a fault on purpose")

    floor.place("a1", "sell", "10", "70.00")
    floor.watch = broken
    number = floor.place("b1", "buy", "10", "70.00").number
    with reading(floor.engine) as session:
        stored = session.scalar(
            select(command_log.c.admission).where(command_log.c.number == number)
        )
    floor.engine.dispose()
    assert json.loads(stored or "")[0] == ["fault", "a fault on purpose", False]
