"""A disk that is full in the middle of posting: nothing of the batch stands, and later it does."""

import sqlite3

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError

from ledger.core.audit import audit
from ledger.core.database import make_engine, reading
from ledger.core.moves import EntryKind
from tests.support.small_record import entry_of, make_record, post_all, post_well


def test_a_batch_that_finds_the_disk_full_leaves_nothing_and_can_be_posted_later(
    sqlite_engine: Engine, sqlite_url: str
) -> None:
    record = make_record(sqlite_engine)
    line = (record.outside(), record.holding(0), 1)
    post_well(sqlite_engine, entry_of(EntryKind.IMPORT, "before", line))
    batch = [entry_of(EntryKind.IMPORT, f"i{n}", line, document="示例" * 50) for n in range(2000)]
    with sqlite_engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()

    full = make_engine(sqlite_url)

    @event.listens_for(full, "connect")
    def _no_more_pages(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages + 20}")

    with pytest.raises((OperationalError, sqlite3.OperationalError), match="full"):
        post_all(full, *batch)
    full.dispose()
    with reading(sqlite_engine) as session:
        report = audit(session)
    assert report.clean
    assert report.counted["entries"] == 1

    post_well(sqlite_engine, *batch)
    with reading(sqlite_engine) as session:
        report = audit(session)
    assert report.clean
    assert report.counted["entries"] == 2001
