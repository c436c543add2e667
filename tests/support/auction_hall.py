"""An auction hall for tests: a seller, bidders with money, and a runner that decides auctions.

Everything goes the way it goes in life: commands are queued, a runner decides them, answers are
read from the log.  All parties are invented.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from ledger.compliance.surrender import SurrenderRequest, surrender
from ledger.core.audit import audit
from ledger.core.clock import Now, now_at
from ledger.core.database import reading, run
from ledger.core.entries import Entry, PositionKey, Posted, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import post
from ledger.core.tables import account
from ledger.refusals import Refused
from ledger.registry.accounts import AccountRow
from ledger.registry.cash import money_desk, open_cash_account
from ledger.rights.cny import CNY
from ledger.rights.schemes import open_scheme
from market.auctions.announcing import set_auction_setting
from market.auctions.auction_store import claim_asset
from market.auctions.desk import AuctionDesk
from market.record import balance_now
from market.runner import Runner
from market.submission import Answer, NewCommand, answer_of, submit
from tests.support.market_venues import EVE, at
from tests.support.naiman import naiman

ASSET = "nm-carbon-2026"
SELLER = "a1"
BIDDERS = ("a2", "b1", "b2")
START = at(2, 9)
"""When a hall's clock starts: Monday 2 November 2026, nine in the morning."""

NOTICE: dict[str, Any] = {
    "code": "示例-1",
    "scheme": "nm-carbon",
    "asset": ASSET,
    "name_zh": "示例竞价",
    "name_en": "Demonstration auction",
    "supply": {"quantity": "10000", "from": "holding", "source": "示例公告一"},
    "rules": {
        "format": "sealed",
        "price_rule": "lowest_accepted",
        "tie_rule": "time",
        "undersubscription_rule": "cancel",
        "reserve_price": "60.00",
        "lot": "500",
        "tick": "0.01",
    },
    "rules_source": "示例公告二",
    "window": {
        "opens_at": "2026-11-10T09:00:00+08:00",
        "closes_at": "2026-11-10T11:00:00+08:00",
    },
    "deposit": {"kind": "fixed", "amount": "50000.00", "source": "示例公告三"},
    "payment": {"days": 5, "source": "示例公告四"},
    "fees": {
        "buyer": {"rate": "0.001"},
        "seller": {"rate": "0.001"},
        "source": "示例公告五",
    },
    "restriction": {"use": "none", "source": "示例公告六"},
    "bids": {"amend": True, "withdraw": True, "source": "示例公告七"},
}
"""A uniform auction of 10,000 t on 10 November from nine to eleven, not sealed."""

OPEN = at(10, 9)
CLOSE = at(10, 11)


@dataclass
class Hall:
    """A place for auctions; ``now`` is what the runner's clock says."""

    engine: Engine
    accounts: dict[str, int]
    numbers: dict[str, str]
    parties: dict[str, int]
    cash_accounts: dict[str, int]
    cash_numbers: dict[str, str]
    scheme: int
    cell_account: int
    asset: int
    money: int
    claims: int
    bank: PositionKey
    fees: PositionKey
    outside: PositionKey
    now: Now = START
    auction: int = 0
    _keys: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        seeds = count(1)
        self.desk = AuctionDesk(lambda: f"示例种子 {next(seeds)}")
        self.runner = self.new_runner("first")
        assert self.runner.take_lease()

    def new_runner(self, holder: str, **more: Any) -> Runner:
        """A runner that knows auctions."""
        return Runner(self.engine, holder, lambda: self.now, others={"auction": self.desk}, **more)

    def to(self, now: Now) -> None:
        """Let it be another time, and let the clock's work be done."""
        self.now = now
        self.runner.drain()

    def later(self, **length: float) -> None:
        """Let time pass, and let the clock's work be done."""
        self.to(now_at(self.now.instant + timedelta(**length)))

    def fund(self, name: str, fen: int = 0, units: int = 0) -> None:
        """Give somebody money and units."""
        entries = []
        number = next(self._keys)
        if fen:
            leg = Transfer(self.bank, self.cash(name), fen)
            entries.append(Entry(EntryKind.DEPOSIT, f"fund-{number}-m", self.now.today, (leg,)))
        if units:
            leg = Transfer(self.outside, self.units(name), units)
            entries.append(Entry(EntryKind.IMPORT, f"fund-{number}-u", self.now.today, (leg,)))
        self.post(*entries)

    def post(self, *entries: Entry) -> None:
        """Post entries that must stand."""
        for result in run(self.engine, lambda session: post(session, entries, self.now)):
            assert isinstance(result, Posted), result

    def spend(self, name: str, fen: int) -> Entry:
        """Let somebody's money leave by the bank."""
        leg = Transfer(self.cash(name), self.bank, fen)
        return Entry(EntryKind.WITHDRAW, f"spend-{next(self._keys)}", self.now.today, (leg,))

    def cell_of(self, name: str) -> int:
        """The account of the cell in which somebody's account lies."""
        with reading(self.engine) as session:
            cell_id = session.scalar(
                select(account.c.cell_id).where(account.c.id == self.accounts[name])
            )
            found = session.scalar(
                select(account.c.id).where(
                    account.c.cell_id == cell_id,
                    account.c.kind == "cell",
                    account.c.scheme_id == self.scheme,
                )
            )
        assert found is not None
        return found

    # -- commands ----------------------------------------------------------------------------

    def command(self, who: str, kind: str, key: str = "", **payload: Any) -> NewCommand:
        """Put a command together; the sender '' is an operator."""
        return NewCommand(
            market="auction",
            market_id=0 if kind == "announce" else self.auction,
            kind=kind,
            party_id=self.parties[who] if who else 0,
            key=key or f"k{next(self._keys)}",
            payload=payload,
            actor=who or "示例经办",
        )

    def ask(self, who: str, kind: str, key: str = "", **payload: Any) -> Answer:
        """Queue a command, let it be decided, give its answer."""
        return self.sent(self.command(who, kind, key, **payload))

    def sent(self, command: NewCommand) -> Answer:
        """Queue a command made elsewhere, let it be decided, give its answer."""
        queued = submit(self.engine, command, self.now)
        assert queued is None or isinstance(queued, Answer), queued
        self.runner.drain()
        with reading(self.engine) as session:
            found = answer_of(session, command)
        assert isinstance(found, Answer), found
        return found

    def notice(self, **parts: Any) -> dict[str, Any]:
        """The notice of the demonstration auction with some parts changed; dicts are merged."""
        written = deepcopy(NOTICE)
        written["account"] = self.numbers[SELLER]
        written["cash_account"] = self.cash_numbers[SELLER]
        for name, part in parts.items():
            if isinstance(part, dict) and isinstance(written.get(name), dict):
                written[name] = {**written[name], **part}
            else:
                written[name] = part
        return written

    def announce(self, **parts: Any) -> Answer:
        """Announce the demonstration auction; it becomes the one that commands are about."""
        answer = self.ask("", "announce", **self.notice(**parts))
        if answer.refused is None:
            self.auction = answer.answer["auction"]
        return answer

    def bid(self, who: str, quantity: str, price: str | None, **more: Any) -> Answer:
        """Make a bid."""
        payload = {"account": self.numbers[who], "quantity": quantity, **more}
        if price is not None:
            payload["price"] = price
        return self.ask(who, "bid", **payload)

    # -- positions ---------------------------------------------------------------------------

    def units(
        self, name: str, kind: PositionKind = PositionKind.HOLDING, ref: str = ""
    ) -> PositionKey:
        """Somebody's units."""
        return PositionKey(self.accounts[name], self.asset, kind, ref)

    def cash(self, name: str) -> PositionKey:
        """Somebody's money."""
        return PositionKey(self.cash_accounts[name], self.money, PositionKind.CASH)

    def held(self, name: str) -> int:
        """What is held of a bidder's money for the auction."""
        ref = f"bid:{self.auction}:{self.parties[name]}"
        return self.has(self.cash(name)._replace(kind=PositionKind.FROZEN, ref=ref))[0]

    def supply_held(self) -> int:
        """What is held of the seller's units for the auction."""
        return self.has(self.units(SELLER, PositionKind.FROZEN, f"auction:{self.auction}"))[0]

    def debt(self, name: str, award: int) -> PositionKey:
        """What somebody owes of an award."""
        return PositionKey(
            self.cash_accounts[name], self.claims, PositionKind.DEBT, f"award:{award}"
        )

    def claim(self, award: int) -> PositionKey:
        """What the seller may claim of an award."""
        return PositionKey(
            self.cash_accounts[SELLER], self.claims, PositionKind.HOLDING, f"award:{award}"
        )

    def has(self, *positions: PositionKey) -> list[int]:
        """What stands on positions now."""
        with reading(self.engine) as session:
            return [balance_now(session, position) for position in positions]

    def stage(self) -> tuple[str, str]:
        """The stage of the auction and its reason."""
        from market.auctions.auction_store import load_auction

        with reading(self.engine) as session:
            found = load_auction(session, self.auction)
        assert found is not None
        return found.stage.value, found.reason

    def result(self) -> dict[str, Any]:
        """The published result."""
        from market.auctions.publication import public_auction

        with reading(self.engine) as session:
            found = public_auction(session, self.auction)
        assert found is not None
        sheet: dict[str, Any] = found["result"]
        return sheet

    def is_sound(self) -> bool:
        """Whether the audit finds nothing, and cash equals what is at the bank."""
        with reading(self.engine) as session:
            assert not (found := audit(session).differences), found
        return True


def make_hall(engine: Engine, **settings: str) -> Hall:
    """Open the hall: a seller with 20,000 t, three bidders with 1,000,000.00 each."""
    asked = {"notice_days": "7", "first_instalment_share": "0.40", **settings}

    def work(session: Session) -> dict[str, Any]:
        ground = naiman(session, "nm-carbon")
        open_scheme(session, CNY)
        numbers, parties, cash, cash_numbers = {}, {}, {}, {}
        for name in (SELLER, *BIDDERS):
            row = session.execute(select(account).where(account.c.id == ground.holders[name])).one()
            opened = open_cash_account(session, row.party_id, EVE)
            assert isinstance(opened, AccountRow), opened
            numbers[name], parties[name] = row.number, row.party_id
            cash[name], cash_numbers[name] = opened.id, opened.number
        for key, value in asked.items():
            refused = set_auction_setting(
                session, ground.scheme.id, key, date(2026, 1, 1), value, "示例办法", START, "示例"
            )
            assert refused is None, refused
        desk = money_desk(session)
        asset_id = ground.asset(ASSET)
        return {
            "accounts": dict(ground.holders),
            "numbers": numbers,
            "parties": parties,
            "cash_accounts": cash,
            "cash_numbers": cash_numbers,
            "scheme": ground.scheme.id,
            "cell_account": ground.cell("daqintala"),
            "asset": asset_id,
            "money": desk.asset_id,
            "claims": claim_asset(session),
            "bank": desk.bank,
            "fees": desk.fees,
            "outside": PositionKey(ground.desk, asset_id, PositionKind.OUTSIDE),
        }

    hall = Hall(engine=engine, **run(engine, work))
    hall.fund(SELLER, units=20_000)
    for name in BIDDERS:
        hall.fund(name, fen=100_000_000)
    return hall


def refused(answer: Answer) -> Refused:
    """The refusal that an answer must be."""
    assert answer.refused is not None, answer
    return answer.refused


def surrender_units(hall: Hall, name: str, amount: int) -> Posted:
    """Hand units in for 2026, which must be let through."""
    request = SurrenderRequest(
        key=f"surrender-{name}-{amount}",
        business_date=hall.now.today,
        account_id=hall.accounts[name],
        asset_id=hall.asset,
        year=2026,
        amount=amount,
    )
    done = run(hall.engine, lambda session: surrender(session, request, hall.now))
    assert isinstance(done, Posted), done
    return done
