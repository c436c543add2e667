"""A trading floor for tests: a venue in a database, traders with units and money, a clock to set.

Everything goes the way it goes in life: commands are queued, a runner decides them, answers are
read from the log.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from ledger.core.clock import Now, now_at
from ledger.core.database import reading, run
from ledger.core.entries import Entry, PositionKey, Posted, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import post
from ledger.core.tables import account
from ledger.refusals import InvariantBroken, Refused
from ledger.registry.accounts import AccountRow
from ledger.registry.cash import money_desk, open_cash_account
from market.record import balance_now
from market.runner import Runner
from market.submission import Answer, NewCommand, answer_of, submit
from market.venue_definition import VenueDefinition
from market.venues import Venue
from tests.support.market_venues import EVE, at, market_ground, opened

TRADERS = ("a1", "a2", "b1", "b2")
ASSET = "nm-carbon-2026"


@dataclass
class Floor:
    """A venue and its traders; ``now`` is what the runner's clock says."""

    engine: Engine
    venue: Venue
    accounts: dict[str, int]
    numbers: dict[str, str]
    parties: dict[str, int]
    cash_accounts: dict[str, int]
    asset: int
    money: int
    bank: PositionKey
    outside: PositionKey
    now: Now
    watch: Callable[[Entry], None] | None = None
    _keys: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.runner = self.new_runner("first")
        assert self.runner.take_lease()

    def new_runner(self, holder: str, **more: object) -> Runner:
        """Another runner on the same database."""
        return Runner(
            self.engine,
            holder,
            lambda: self.now,
            watch=lambda entry: self.watch(entry) if self.watch else None,
            **more,  # type: ignore[arg-type]
        )

    def tick(self, **length: float) -> None:
        """Let time pass."""
        self.now = now_at(self.now.instant + timedelta(**length))

    def fund(self, trader: str, fen: int = 0, units: int = 0) -> None:
        """Give a trader money and units."""
        entries = []
        number = next(self._keys)
        if fen:
            leg = Transfer(self.bank, self.cash(trader), fen)
            entries.append(Entry(EntryKind.DEPOSIT, f"fund-{number}-m", self.now.today, (leg,)))
        if units:
            leg = Transfer(self.outside, self.units(trader), units)
            entries.append(Entry(EntryKind.IMPORT, f"fund-{number}-u", self.now.today, (leg,)))
        for result in run(self.engine, lambda session: post(session, entries, self.now)):
            assert isinstance(result, Posted), result

    # -- commands ----------------------------------------------------------------------------

    def command(self, trader: str, kind: str, payload: dict[str, object], key: str) -> NewCommand:
        """Put a command together; the trader '' is an operator."""
        return NewCommand(
            market="venue",
            market_id=self.venue.id,
            kind=kind,
            party_id=self.parties[trader] if trader else 0,
            key=key or f"k{next(self._keys)}",
            payload=payload,
            actor=trader,
        )

    def send(self, trader: str, kind: str, key: str = "", **payload: object) -> NewCommand:
        """Queue a command."""
        command = self.command(trader, kind, payload, key)
        queued = submit(self.engine, command, self.now)
        assert queued is None, queued
        return command

    def ask(self, trader: str, kind: str, key: str = "", **payload: object) -> Answer:
        """Queue a command, let it be decided, give its answer."""
        command = self.send(trader, kind, key, **payload)
        self.runner.drain()
        return self.answer(command)

    def order(
        self, trader: str, side: str, quantity: str, price: str | None, **more: object
    ) -> dict[str, object]:
        """What an order says."""
        payload: dict[str, object] = {
            "account": self.numbers[trader],
            "side": side,
            "type": "limit" if price else "market",
            "quantity": quantity,
            "tif": "GTC",
            **more,
        }
        if price:
            payload["price"] = price
        return payload

    def place(
        self, trader: str, side: str, quantity: str, price: str | None = None, **more: object
    ) -> Answer:
        """Place an order and give its answer."""
        return self.ask(trader, "place", **self.order(trader, side, quantity, price, **more))

    def answer(self, command: NewCommand) -> Answer:
        """Give the answer of a command that was decided."""
        with reading(self.engine) as session:
            found = answer_of(session, command)
        assert isinstance(found, Answer), found
        return found

    # -- positions ---------------------------------------------------------------------------

    def units(self, trader: str, kind: PositionKind = PositionKind.HOLDING) -> PositionKey:
        """A trader's units."""
        return PositionKey(self.accounts[trader], self.asset, kind)

    def cash(self, trader: str) -> PositionKey:
        """A trader's money."""
        return PositionKey(self.cash_accounts[trader], self.money, PositionKind.CASH)

    def has(self, *positions: PositionKey) -> list[int]:
        """What stands on positions now."""
        with reading(self.engine) as session:
            return [balance_now(session, position) for position in positions]

    def held_units(self, trader: str, order: int) -> int:
        """What an order of a seller holds."""
        key = self.units(trader, PositionKind.FROZEN)._replace(ref=f"order:{order}")
        return self.has(key)[0]

    def held_money(self, trader: str, order: int) -> int:
        """What an order of a buyer holds."""
        key = self.cash(trader)._replace(kind=PositionKind.FROZEN, ref=f"order:{order}")
        return self.has(key)[0]


def make_floor(engine: Engine, definition: VenueDefinition, now: Now | None = None) -> Floor:
    """Open a venue with four traders; the clock stands at Tuesday 10:00 of its first week."""

    def work(session: Session) -> dict[str, object]:
        ground = market_ground(session)
        venue = opened(session, definition)
        numbers, parties, cash = {}, {}, {}
        for trader in TRADERS:
            row = session.execute(
                select(account).where(account.c.id == ground.holders[trader])
            ).one()
            numbers[trader], parties[trader] = row.number, row.party_id
            opened_cash = open_cash_account(session, row.party_id, EVE)
            assert isinstance(opened_cash, AccountRow), opened_cash
            cash[trader] = opened_cash.id
        desk = money_desk(session)
        asset_id = ground.asset(ASSET)
        return {
            "venue": venue,
            "accounts": dict(ground.holders),
            "numbers": numbers,
            "parties": parties,
            "cash_accounts": cash,
            "asset": asset_id,
            "money": desk.asset_id,
            "bank": desk.bank,
            "outside": PositionKey(ground.desk, asset_id, PositionKind.OUTSIDE),
        }

    made = run(engine, work)
    return Floor(engine=engine, now=now or at(17, 10), **made)  # type: ignore[arg-type]


def refused(answer: Answer) -> Refused:
    """The refusal that an answer must be."""
    assert answer.refused is not None, answer
    return answer.refused


@contextmanager
def breaking(floor: Floor, when: Callable[[Entry], bool]) -> Iterator[None]:
    """Break the settlement of entries that match: as a bug would."""

    def watch(entry: Entry) -> None:
        if when(entry):
            raise InvariantBroken(f"a fault on purpose at {entry.key}")

    floor.watch = watch
    try:
        yield
    finally:
        floor.watch = None
