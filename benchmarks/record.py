"""The record that is measured: 10,000 holders of one asset, and the transfers between them.

The same numbers come in every run: a seeded generator chooses positions and amounts.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import cast

from sqlalchemy import Engine, Table, insert, select
from sqlalchemy.orm import Session

from ledger.core.clock import Now, now_at
from ledger.core.database import run
from ledger.core.entries import Entry, PositionKey, Posted, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import post
from ledger.core.tables import account, asset, position
from ledger.refusals import Refused, ensure
from ledger.registry.tables import cell, party, zone
from ledger.rights.tables import period, scheme

HOLDERS = 10_000
FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2029, 12, 31)
NOON = now_at(datetime(2026, 6, 15, 4, 0, tzinfo=UTC))
"""Noon in Beijing of a June day: when all that is measured happens, unless a section says else."""

_FUNDS = 10**12
_BATCH = 5000


@dataclass(frozen=True, slots=True)
class Record:
    """Numbers of what a database holds; ``positions`` are the holders', in order."""

    scheme_id: int
    asset_id: int
    accounts: tuple[int, ...]
    positions: tuple[int, ...]


class Pattern(StrEnum):
    """Which positions the transfers of a batch touch."""

    SPREAD = "spread over 10,000"
    TEN = "among ten"
    ONE = "all with one"


def make_record(engine: Engine, *, holders: int = HOLDERS, now: Now = NOON) -> Record:
    """Make the holders and bring units to each of them from outside."""
    scheme_id, asset_id, desk_id, accounts = run(engine, lambda session: _insert(session, holders))
    outside = PositionKey(desk_id, asset_id, PositionKind.OUTSIDE)
    entries = [
        Entry(
            EntryKind.IMPORT,
            f"fund:{account_id}",
            now.today,
            (Transfer(outside, PositionKey(account_id, asset_id, PositionKind.HOLDING), _FUNDS),),
        )
        for account_id in accounts
    ]
    post_all(engine, entries, now)
    with engine.connect() as connection:
        positions = connection.scalars(
            select(position.c.id)
            .where(position.c.asset_id == asset_id, position.c.kind == PositionKind.HOLDING)
            .order_by(position.c.id)
        ).all()
    return Record(scheme_id, asset_id, accounts, tuple(positions))


def post_all(engine: Engine, entries: Sequence[Entry], now: Now, *, batch: int = _BATCH) -> None:
    """Post entries that must all stand, in transactions of ``batch`` entries."""
    for start in range(0, len(entries), batch):
        piece = entries[start : start + batch]
        require_posted(post_once(engine, piece, now))


def post_once(engine: Engine, entries: Sequence[Entry], now: Now) -> list[Posted | Refused]:
    """Post entries in one transaction."""
    return run(engine, lambda session: post(session, entries, now))


def transfer_of(entry: Entry) -> tuple[int, int, int]:
    """Debit position, credit position and amount of an entry that ``Orders`` made."""
    ((debit, credit, amount),) = entry.transfers
    return cast(int, debit), cast(int, credit), amount


def require_posted(results: Sequence[Posted | Refused]) -> None:
    """Make sure that what was measured did happen."""
    refused = next((result for result in results if isinstance(result, Refused)), None)
    ensure(refused is None, f"everything that is measured posts: {refused}")


class Orders:
    """Makes entries of one transfer each, by a pattern; no two have the same key."""

    def __init__(self, positions: Sequence[int], *, seed: int = 1) -> None:
        self._positions = positions
        self._random = random.Random(seed)
        self._made = 0

    def make(self, count: int, pattern: Pattern, day: date = NOON.today) -> list[Entry]:
        """Make the next ``count`` entries."""
        return [self._entry(pattern, day) for _ in range(count)]

    def _entry(self, pattern: Pattern, day: date) -> Entry:
        self._made += 1
        debit, credit = self._pair(pattern)
        return Entry(
            kind=EntryKind.TRANSFER,
            key=f"order:{self._made:012d}",
            business_date=day,
            transfers=(Transfer(debit, credit, self._random.randint(1, 1000)),),
            actor="clerk",
            document="contract",
        )

    def _pair(self, pattern: Pattern) -> tuple[int, int]:
        if pattern is Pattern.ONE:
            hot, other = self._positions[0], self._random.choice(self._positions[1:])
            return (hot, other) if self._made % 2 else (other, hot)
        among = self._positions if pattern is Pattern.SPREAD else self._positions[:10]
        debit, credit = self._random.sample(among, 2)
        return debit, credit


def _insert(session: Session, holders: int) -> tuple[int, int, int, tuple[int, ...]]:
    scheme_id = _one(
        session,
        scheme,
        code="bench",
        asset_class="water",
        name_zh="测速",
        name_en="benchmark",
        registry_letters="BM",
        zone_tree="bench",
    )
    zone_id = _one(session, zone, tree="bench", code="z", name_zh="测速", name_en="benchmark")
    cell_id = _one(session, cell, zone_id=zone_id)
    party_id = _one(session, party, number="B1", kind="enterprise", name="示例")
    asset_id = _one(
        session,
        asset,
        code="bench",
        scheme_id=scheme_id,
        role="unit",
        name_zh="测速",
        name_en="benchmark",
        unit="m3",
    )
    session.execute(
        insert(period).values(
            scheme_id=scheme_id, code="all", kind="term", starts_on=FIRST_DAY, ends_on=LAST_DAY
        )
    )
    of_scheme = {"scheme_id": scheme_id, "opened_on": FIRST_DAY}
    desk_id = _one(session, account, number="desk", kind="desk", **of_scheme)
    numbers = [f"B{number:06d}" for number in range(holders)]
    session.execute(
        insert(account),
        [
            {"number": number, "kind": "holder", "cell_id": cell_id, "party_id": party_id}
            | of_scheme
            for number in numbers
        ],
    )
    accounts = session.scalars(
        select(account.c.id).where(account.c.kind == "holder").order_by(account.c.id)
    ).all()
    return scheme_id, asset_id, desk_id, tuple(accounts)


def _one(session: Session, table: Table, **values: object) -> int:
    return int(session.scalars(insert(table).values(**values).returning(table.c.id)).one())
