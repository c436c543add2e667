"""Rows written in bulk read back as if they had been inserted one by one."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ledger.core.bulk_rows import write_rows
from ledger.core.database import run
from ledger.refusals import InvariantBroken
from ledger.rights.tables import scheme, setting

COLUMNS = ("scheme_id", "key", "valid_from", "value", "source", "recorded_at")
NOON = datetime(2026, 6, 15, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))


def scheme_of(session: Session) -> int:
    return session.execute(
        insert(scheme)
        .values(
            code="nm-cod",
            asset_class="discharge",
            name_zh="示例",
            name_en="example",
            registry_letters="NM",
            zone_tree="administrative",
        )
        .returning(scheme.c.id)
    ).scalar_one()


def test_values_of_every_kind_come_back_and_the_rest_take_their_defaults(engine: Engine) -> None:
    text = 'tab\t"quote" back\\slash 中文\nline'

    def work(session: Session) -> list[tuple[object, ...]]:
        scheme_id = scheme_of(session)
        rows = [
            (scheme_id, "term_years", date(2026, 1, 1), text, "源", NOON),
            (scheme_id, "term_years", date(2027, 1, 1), "", "源", None),
        ]
        write_rows(session, setting, COLUMNS, rows)
        written = (setting.c[name] for name in (*COLUMNS[2:], "version", "actor"))
        found = session.execute(select(*written).order_by(setting.c.valid_from))
        return [tuple(row) for row in found]

    assert run(engine, work) == [
        (date(2026, 1, 1), text, "源", NOON.astimezone(UTC), 1, ""),
        (date(2027, 1, 1), "", "源", None, 1, ""),
    ]


def test_a_broken_constraint_takes_the_whole_batch_back(engine: Engine) -> None:
    driver_error = engine.dialect.loaded_dbapi.IntegrityError  # type: ignore[attr-defined]

    def work(session: Session) -> None:
        scheme_id = scheme_of(session)
        row = (scheme_id, "term_years", date(2026, 1, 1), "5", "源", None)
        write_rows(session, setting, COLUMNS, [row, row])

    with pytest.raises((driver_error, IntegrityError)):
        run(engine, work)
    with engine.connect() as connection:
        assert connection.execute(select(scheme.c.id)).all() == []


def test_a_column_of_another_table_is_a_bug(sqlite_engine: Engine) -> None:
    with pytest.raises(InvariantBroken):
        run(
            sqlite_engine,
            lambda session: write_rows(session, setting, ("scheme_id", "number"), []),
        )
