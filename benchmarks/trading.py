"""Section trading: orders through the queue, matched, settled and acknowledged, against pgbench.

Three programs beside the server, as in life: the runner, one process of clients (threads that
submit and wait through the answer board), and in turns with them pgbench with as many clients.
"""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from statistics import median, quantiles
from threading import Barrier, Thread

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from benchmarks.databases import Server, migrated
from benchmarks.report import Aim, columns
from benchmarks.run import Run
from benchmarks.timing import spread_of
from ledger.core.clock import Now, now_at
from ledger.core.database import make_engine, run
from ledger.core.entries import Entry, PositionKey, Posted, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import post
from ledger.refusals import InvariantBroken, Refused, ensure
from ledger.registry.accounts import (
    AccountKind,
    AccountRow,
    NewAccount,
    accounts_by_id,
    open_accounts,
)
from ledger.registry.cash import money_desk, open_cash_account
from ledger.registry.parties import NewParty, PartyKind, register_parties
from market.answer_board import AnswerBoard
from market.submission import Answer, NewCommand, submit
from tests.support.market_venues import CONTINUOUS, EVE, at, market_ground, opened, with_rules

_CLIENTS = (1, 8, 32, 128)
_HOLDERS = 128
_MONEY, _UNITS = 10**13, 10**10
_WIDTHS = (26, 9, 9, 9, 10, 10, 10)
_PATIENCE_MS = 20_000
_VENUE = with_rules(
    CONTINUOUS,
    resale_lock_days="0",
    self_trade="none",
    order_band=None,
    dynamic_band=None,
    volatility_call_minutes=None,
    limits_apply="off",
)


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who trades."""

    party_id: int
    account: str


@dataclass(frozen=True, slots=True)
class Load:
    """What one run of clients came to."""

    per_second: float
    median_ms: float
    p99_ms: float


def trading_now() -> Now:
    """Now on a trading Tuesday at ten o'clock and some; it wraps round within the session."""
    return now_at(at(17, 10).instant + timedelta(seconds=time.monotonic() % 3600))


def measure(here: Run) -> None:
    """Run the section."""
    server = here.server()
    server.prepare_pgbench()
    with server.database() as name:
        url = server.url(name)
        engine = migrated(url)
        venue_id, holders = run(engine, _open)
        runner = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.trading", "runner"],
            env={**os.environ, "BENCHMARK_URL": url},
            stdin=subprocess.PIPE,
        )
        try:
            _compare(here, server, url, venue_id, holders)
        finally:
            runner.terminate()
            runner.wait()
            engine.dispose()


def _open(session: Session) -> tuple[int, list[Holder]]:
    ground = market_ground(session)
    venue = opened(session, _VENUE)
    desk = money_desk(session)
    parties = register_parties(
        session,
        [
            NewParty(
                kind=PartyKind.ENTERPRISE,
                name=f"示例企业 {number}",
                credit_code=None,
                foreign_number="",
                demonstration=True,
            )
            for number in range(_HOLDERS)
        ],
    )
    cell = next(iter(ground.cells.values()))
    made = open_accounts(
        session,
        [
            NewAccount(
                AccountKind.HOLDER, ground.scheme.id, cell, _sure(party), "", None, EVE.today
            )
            for party in parties
        ],
    )
    accounts = accounts_by_id(session, [_sure(one) for one in made])
    asset = venue.identity.asset_id
    outside = PositionKey(ground.desk, asset, PositionKind.OUTSIDE)
    entries, holders = [], []
    for number, one in enumerate(accounts.values()):
        party_id = one.party_id or 0
        cash = open_cash_account(session, party_id, EVE)
        ensure(isinstance(cash, AccountRow), "a cash account opens")
        cash_id = cash.id if isinstance(cash, AccountRow) else 0
        units = PositionKey(one.id, asset, PositionKind.HOLDING)
        entries += [
            Entry(
                EntryKind.DEPOSIT,
                f"money-{number}",
                EVE.today,
                (Transfer(desk.bank, desk.cash(cash_id), _MONEY),),
            ),
            Entry(
                EntryKind.IMPORT,
                f"units-{number}",
                EVE.today,
                (Transfer(outside, units, _UNITS),),
            ),
        ]
        holders.append(Holder(party_id, one.number))
    for result in post(session, entries, EVE):
        ensure(isinstance(result, Posted), "everybody is funded")
    return venue.id, holders


def _sure(made: int | Refused) -> int:
    if isinstance(made, Refused):
        raise InvariantBroken(f"the benchmark's holders are taken: {made}")
    return made


def _compare(here: Run, server: Server, url: str, venue_id: int, holders: list[Holder]) -> None:
    seconds = 2 if here.quick else 6
    here.report.line(
        columns("clients", "orders/s", "median", "p99", "pgbench", "ratio", widths=_WIDTHS)
    )
    warm_up = Clients(url, venue_id, holders, 8)
    warm_up.run(2)
    flat: dict[int, float] = {}
    for clients in _CLIENTS:
        for hot in (False, True) if clients == 32 else (False,):
            chosen = holders[:2] if hot else holders
            party = Clients(url, venue_id, chosen, clients)
            loads, tps = [], []
            for _ in range(max(here.rounds // 3, 1)):
                loads.append(party.run(seconds))
                tps.append(server.pgbench(seconds, clients))
            _tell(here, clients, hot, loads, tps)
            if not hot:
                flat[clients] = median(load.per_second for load in loads)
    here.report.measure("trading: 128 clients against 32", flat[128] / flat[32], aim=Aim(0.9))


def _tell(here: Run, clients: int, hot: bool, loads: list[Load], tps: list[float]) -> None:
    ratio = spread_of([load.per_second / one for load, one in zip(loads, tps, strict=True)])
    name = f"{clients} clients, two accounts" if hot else f"{clients} clients"
    middle = median(load.median_ms for load in loads)
    late = median(load.p99_ms for load in loads)
    here.report.line(
        columns(
            name,
            f"{median(load.per_second for load in loads):,.0f}",
            f"{middle:.1f} ms",
            f"{late:.1f} ms",
            f"{median(tps):,.0f}",
            f"{ratio.median:.2f}",
            widths=_WIDTHS,
        )
    )
    aim = Aim(1.0) if clients == 32 else None
    here.report.measure(f"trading: {name} against pgbench", ratio, aim=aim)
    if clients == 32 and not hot:
        here.report.measure(
            "trading: 32 clients, p99", late, unit="ms", aim=Aim(50, at_least=False)
        )
    if clients == 1:
        here.report.measure(
            "trading: one client, median", middle, unit="ms", aim=Aim(15, at_least=False)
        )


class Clients:
    """A process of clients, started anew for each run so that none has the runner's memory."""

    def __init__(self, url: str, venue_id: int, holders: list[Holder], clients: int) -> None:
        self._url = url
        self._venue_id = venue_id
        self._holders = holders
        self._clients = clients

    def run(self, seconds: int) -> Load:
        """Submit and wait for so many seconds, every client one order after the other."""
        accounts = ",".join(f"{one.party_id}:{one.account}" for one in self._holders)
        told = subprocess.run(
            [sys.executable, "-m", "benchmarks.trading", "clients"],
            env={
                **os.environ,
                "BENCHMARK_URL": self._url,
                "BENCHMARK_VENUE": str(self._venue_id),
                "BENCHMARK_HOLDERS": accounts,
                "BENCHMARK_CLIENTS": str(self._clients),
                "BENCHMARK_SECONDS": str(seconds),
            },
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        return Load(*(float(one) for one in told))


def _be_clients() -> None:
    clients = int(os.environ["BENCHMARK_CLIENTS"])
    seconds = float(os.environ["BENCHMARK_SECONDS"])
    holders = [
        Holder(int(party), account)
        for party, account in (one.split(":") for one in os.environ["BENCHMARK_HOLDERS"].split(","))
    ]
    venue_id = int(os.environ["BENCHMARK_VENUE"])
    engine = make_engine(os.environ["BENCHMARK_URL"], pool_size=clients + 3, max_overflow=0)
    board = AnswerBoard(engine)
    board.start()
    start = Barrier(clients + 1)
    times: list[float] = []
    ends = [0.0]

    def trade(number: int) -> None:
        own = holders[number % len(holders)]
        start.wait()
        for turn in count():
            began = time.perf_counter()
            if began >= ends[0]:
                return
            side = "buy" if (number + turn) % 2 else "sell"
            command = _order(venue_id, own, side, f"{os.getpid()}-{number}-{turn}")
            answer = submit(engine, command, trading_now()) or board.wait(command, _PATIENCE_MS)
            ensure(isinstance(answer, Answer), "every order is answered")
            ensure(answer.status == "accepted", f"every order is taken: {answer}")
            times.append(time.perf_counter() - began)

    threads = [Thread(target=trade, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    ends[0] = time.perf_counter() + seconds
    start.wait()
    for thread in threads:
        thread.join()
    board.stop()
    late = quantiles(times, n=100)[98]
    print(len(times) / seconds, median(times) * 1000, late * 1000)


def _order(venue_id: int, own: Holder, side: str, key: str) -> NewCommand:
    return NewCommand(
        market="venue",
        market_id=venue_id,
        kind="place",
        party_id=own.party_id,
        key=key,
        payload={
            "account": own.account,
            "side": side,
            "type": "limit",
            "price": "70.00",
            "quantity": "1",
            "tif": "GTC",
        },
        actor="示例",
    )


def _be_runner() -> None:
    from market.runner import Runner

    engine: Engine = make_engine(os.environ["BENCHMARK_URL"])
    runner = Runner(engine, "benchmark", trading_now)
    ensure(runner.take_lease(), "the benchmark's runner is alone")
    while True:
        if not runner.run_batch():
            time.sleep(0.001)


if __name__ == "__main__":
    {"runner": _be_runner, "clients": _be_clients}[sys.argv[1]]()
