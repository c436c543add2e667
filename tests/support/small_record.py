"""A small record for tests of the core: two schemes, two cells, some accounts and assets.

Inserted row by row into the tables, so that the core is tested without the packages above it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Engine, Table, insert, select
from sqlalchemy.orm import Session

from ledger.core.clock import Now, now_at
from ledger.core.database import run
from ledger.core.entries import Entry, PositionKey, Posted, Transfer
from ledger.core.moves import EntryKind, PositionKind
from ledger.core.posting import post
from ledger.core.schema import metadata
from ledger.core.tables import account, asset, position
from ledger.refusals import Refused
from ledger.registry.tables import cell, party, zone
from ledger.rights.tables import period, scheme

NOON = now_at(datetime(2026, 6, 15, 4, 0, tzinfo=UTC))
"""A June day at noon in Beijing: the time of tests that need no other."""
TODAY = NOON.today


def noon(day: date) -> Now:
    """Noon in Beijing on a day."""
    return now_at(datetime(day.year, day.month, day.day, 4, 0, tzinfo=UTC))


@dataclass(frozen=True)
class SmallRecord:
    """Numbers of what the record holds.

    ``holders`` are ten accounts of ten parties: the even ones in cell 0, the odd ones in cell 1.
    """

    scheme: int
    other_scheme: int
    cells: tuple[int, int]
    cell_accounts: tuple[int, int]
    desk: int
    groups: tuple[int, int]
    holders: tuple[int, ...]
    parties: tuple[int, ...]
    unit: int
    second_unit: int
    index: int
    money: int

    def holding(self, number: int, asset_id: int | None = None) -> PositionKey:
        """What a holder has freely."""
        return PositionKey(self.holders[number], asset_id or self.unit, PositionKind.HOLDING)

    def frozen(self, number: int, ref: str, asset_id: int | None = None) -> PositionKey:
        """One hold of a holder."""
        return PositionKey(self.holders[number], asset_id or self.unit, PositionKind.FROZEN, ref)

    def cash(self, number: int) -> PositionKey:
        """A holder's money."""
        return PositionKey(self.holders[number], self.money, PositionKind.CASH)

    def of_cell(
        self, number: int, kind: PositionKind, asset_id: int | None = None, ref: str = ""
    ) -> PositionKey:
        """A position of a cell's own account."""
        return PositionKey(self.cell_accounts[number], asset_id or self.unit, kind, ref)

    def outside(self, asset_id: int | None = None) -> PositionKey:
        """Where imported units come from."""
        return PositionKey(self.desk, asset_id or self.unit, PositionKind.OUTSIDE)

    def bank(self) -> PositionKey:
        """The bank that holds the money."""
        return PositionKey(self.desk, self.money, PositionKind.BANK)


def make_record(engine: Engine) -> SmallRecord:
    """Insert the record."""
    return run(engine, _insert)


def _insert(session: Session) -> SmallRecord:
    schemes = [
        _one(
            session,
            scheme,
            code=code,
            asset_class="discharge",
            name_zh=code,
            name_en=code,
            registry_letters=letters,
            zone_tree="administrative",
        )
        for code, letters in (("nm-cod", "C"), ("nm-so2", "S"))
    ]
    for scheme_id in schemes:
        _one(
            session,
            period,
            scheme_id=scheme_id,
            code="2026",
            kind="year",
            starts_on=date(2026, 1, 1),
            ends_on=date(2026, 12, 31),
        )
    cells = []
    for code in ("east", "west"):
        zone_id = _one(session, zone, tree="administrative", code=code, name_zh=code, name_en=code)
        cells.append(_one(session, cell, zone_id=zone_id, use_type=""))
    parties = [
        _one(session, party, number=f"P{n}", kind="enterprise", name=f"示例企业 {n}")
        for n in range(10)
    ]
    accounts = [
        _account(session, number, kind, schemes[0], cell_id, party_id)
        for number, kind, cell_id, party_id in (
            ("cell-0", "cell", cells[0], None),
            ("cell-1", "cell", cells[1], None),
            ("desk", "desk", None, None),
            ("group-0", "group", None, None),
            ("group-1", "group", None, None),
            *(
                (f"holder-{n}", "holder", cells[n % 2], party_id)
                for n, party_id in enumerate(parties)
            ),
        )
    ]
    index_id = _asset(session, "cod-index", schemes[0], "index", "t", None)
    return SmallRecord(
        scheme=schemes[0],
        other_scheme=schemes[1],
        cells=(cells[0], cells[1]),
        cell_accounts=(accounts[0], accounts[1]),
        desk=accounts[2],
        groups=(accounts[3], accounts[4]),
        holders=tuple(accounts[5:]),
        parties=tuple(parties),
        unit=_asset(session, "cod", schemes[0], "unit", "t", None),
        second_unit=_asset(session, "cod-term", schemes[0], "unit", "t", index_id),
        index=index_id,
        money=_asset(session, "cny", schemes[1], "money", "CNY", None),
    )


def _account(
    session: Session,
    number: str,
    kind: str,
    scheme_id: int,
    cell_id: int | None,
    party_id: int | None,
) -> int:
    return _one(
        session,
        account,
        number=number,
        kind=kind,
        scheme_id=scheme_id,
        cell_id=cell_id,
        party_id=party_id,
        name=f"示例 {number}",
        opened_on=date(2026, 1, 1),
    )


def _asset(
    session: Session, code: str, scheme_id: int, role: str, unit: str, index_id: int | None
) -> int:
    asset_id = _one(
        session,
        asset,
        code=code,
        scheme_id=scheme_id,
        role=role,
        name_zh=code,
        name_en=code,
        unit=unit,
    )
    if index_id is not None:
        link = insert(metadata.tables["asset_index"])
        session.execute(link.values(asset_id=asset_id, index_asset_id=index_id))
    return asset_id


def _one(session: Session, table: Table, **values: object) -> int:
    key = session.execute(insert(table).values(**values)).inserted_primary_key
    assert key is not None
    return int(key[0])


def entry_of(
    kind: EntryKind,
    key: str,
    *transfers: tuple[PositionKey | int, PositionKey | int, int],
    on: date = TODAY,
    **more: object,
) -> Entry:
    """Write an entry in one line."""
    return Entry(
        kind=kind,
        key=key,
        business_date=on,
        transfers=tuple(Transfer(*transfer) for transfer in transfers),
        **more,  # type: ignore[arg-type]
    )


def post_all(engine: Engine, *entries: Entry, now: Now = NOON) -> list[Posted | Refused]:
    """Post entries in one transaction."""
    return run(engine, lambda session: post(session, entries, now))


def post_well(engine: Engine, *entries: Entry, now: Now = NOON) -> list[int]:
    """Post entries that must all stand; give their numbers."""
    results = post_all(engine, *entries, now=now)
    numbers = []
    for result in results:
        assert isinstance(result, Posted), result
        numbers.append(result.entry_id)
    return numbers


def balances(engine: Engine, *keys: PositionKey) -> list[int]:
    """Balances as the database has them; 0 where a position was never made."""
    with engine.connect() as connection:
        return [_balance(connection, key) for key in keys]


def _balance(connection, key: PositionKey) -> int:  # type: ignore[no-untyped-def]
    columns = position.c
    same_party = (
        columns.for_party_id.is_(None)
        if key.for_party_id is None
        else columns.for_party_id == key.for_party_id
    )
    found = connection.execute(
        select(columns.credits - columns.debits).where(
            columns.account_id == key.account_id,
            columns.asset_id == key.asset_id,
            columns.kind == key.kind.value,
            columns.ref == key.ref,
            same_party,
        )
    ).scalar()
    return int(found or 0)
