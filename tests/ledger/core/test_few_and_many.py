"""On PostgreSQL a few entries go as arrays and many as binary COPY: the journal shows no difference."""

from datetime import date

from sqlalchemy import Engine, text

from ledger.core.database import run
from ledger.core.entries import Entry
from ledger.core.moves import EntryKind
from ledger.core.posting import WorkingSet
from tests.support.small_record import (
    NOON,
    TODAY,
    SmallRecord,
    entry_of,
    make_record,
    post_well,
)

_MANY = 120
_COLUMNS = (
    "e.kind, e.business_date, e.recorded_at, e.late, e.period_id, e.actor, e.office, e.document, "
    "e.unit_price_micro, e.money_fen, t.line, t.debit_position_id, t.credit_position_id, "
    "t.asset_id, t.amount"
)


def _varied(record: SmallRecord, prefix: str) -> list[Entry]:
    """Entries that differ in everything an entry can say."""
    one, other = record.holding(0), record.holding(1)
    sayings = (
        {},
        {"on": date(1999, 12, 31)},
        {"on": date(2000, 1, 1), "period_id": 2**31 - 1},
        {"actor": "经办人　甲", "office": "奈曼旗分局", "document": '文号〔2026〕1 号 \\N "引"'},
        {"actor": "back\\slash", "document": "\\"},
        {"unit_price_micro": 0},
        {"unit_price_micro": 2**62 - 1, "money_fen": 2**62 - 1},
        {"money_fen": 7},
    )
    entries = [
        entry_of(EntryKind.TRANSFER, f'{prefix}:{number}:键\\"', (one, other, 1), **saying)
        for number, saying in enumerate(sayings)
    ]
    there_and_back = ((one, other, 10**14), (other, one, 10**14))
    return [*entries, entry_of(EntryKind.TRANSFER, f"{prefix}:two", *there_and_back)]


def _rows(engine: Engine, numbers: list[int]) -> list[tuple[object, ...]]:
    query = text(
        f"SELECT {_COLUMNS} FROM entry e JOIN transfer t ON t.entry_id = e.id "
        "WHERE e.id = ANY(:numbers) ORDER BY e.id, t.line"
    )
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(query, {"numbers": numbers})]


def test_few_and_many_entries_leave_the_same_rows(postgresql_engine: Engine) -> None:
    record = make_record(postgresql_engine)
    fund = (record.outside(), record.holding(0), 10**15)
    post_well(postgresql_engine, entry_of(EntryKind.IMPORT, "fund", fund))

    few = [
        number for entry in _varied(record, "few") for number in post_well(postgresql_engine, entry)
    ]
    padding = (
        entry_of(EntryKind.IMPORT, f"pad:{n}", (record.outside(), record.holding(2), 1))
        for n in range(_MANY)
    )
    many = _varied(record, "many")
    numbers = post_well(postgresql_engine, *many, *padding)

    assert _rows(postgresql_engine, few) == _rows(postgresql_engine, numbers[: len(many)])
    assert [row[1] for row in _rows(postgresql_engine, few)][:2] == [TODAY, date(1999, 12, 31)]


def test_many_reversals_name_the_entries_they_undo(postgresql_engine: Engine) -> None:
    record = make_record(postgresql_engine)
    move = (record.outside(), record.holding(0), 5)
    back = (record.holding(0), record.outside(), 5)
    originals = post_well(
        postgresql_engine,
        *(entry_of(EntryKind.IMPORT, f"in:{n}", move) for n in range(_MANY)),
    )

    undone = post_well(
        postgresql_engine,
        *(
            entry_of(EntryKind.REVERSAL, f"undo:{number}", back, reverses=number)
            for number in originals
        ),
    )

    with postgresql_engine.connect() as connection:
        found = connection.execute(text("SELECT id, reverses FROM entry WHERE kind = 'reversal'"))
        assert {row.id: row.reverses for row in found} == dict(zip(undone, originals, strict=True))


def test_more_entries_than_announced_keys_all_get_numbers(postgresql_engine: Engine) -> None:
    record = make_record(postgresql_engine)
    move = (record.outside(), record.holding(0), 1)
    (first,) = post_well(postgresql_engine, entry_of(EntryKind.IMPORT, "first", move))
    with postgresql_engine.connect() as connection:
        positions = connection.scalars(text("SELECT id FROM position ORDER BY id")).all()
    entries = [entry_of(EntryKind.IMPORT, f"in:{n}", (*positions, 1)) for n in range(2 * _MANY)]

    def work(session):  # type: ignore[no-untyped-def]
        working_set = WorkingSet(session, NOON)
        working_set.open(positions, keys=[entry.key for entry in entries[:_MANY]])
        return working_set.post_all(entries)

    numbers = [result.entry_id for result in run(postgresql_engine, work)]
    assert len(set(numbers)) == len(entries)
    assert min(numbers) > first
    assert numbers == sorted(numbers)
