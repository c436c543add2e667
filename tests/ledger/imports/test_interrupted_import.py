"""An import that breaks off anywhere and is run again ends as if nothing had happened."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from ledger.core.clock import now_at
from ledger.core.database import make_engine
from ledger.imports.faults import ExtractCode
from ledger.imports.registry_extract import ImportReport, Stage, import_registry_extract
from ledger.imports.trouble import ImportStopped
from tests.support.ledger_content import balances, journal, published, reported, sums
from tests.support.made_extract import MadeExtract, many_accounts

NOW = now_at(datetime(2026, 6, 15, 4, 0, tzinfo=UTC))
CHUNK = 60
PROJECT = Path(__file__).resolve().parents[3]


COMMIT = "commit"
STEP = "UPDATE extract_edition"
"""The first statement of each chunk."""
NOTE = "UPDATE extract_total"
"""The last statements of each chunk."""


class Broken(Exception):
    """The process comes to its end here."""


def first_edition() -> MadeExtract:
    return many_accounts(12)


def second_edition() -> MadeExtract:
    """Some more, some less, some new: totals are raised before and lowered after."""
    made = many_accounts(14)
    made.year("BE-1", 2009, allocated=9000)
    made.year("DK-2", 2006, allocated=1, surrendered=50_000)
    made.year("AT-3", 2021, allocated="", verified="Excluded")
    made.year("AT-9", 2020, code="B", surrendered=3)
    return made


def content(engine: Engine) -> tuple[Any, ...]:
    return journal(engine), sums(engine), published(engine), reported(engine)


def bring_in(engine: Engine, folder: Path, *, dry_run: bool = False) -> ImportReport:
    report = import_registry_extract(
        engine, folder, "eu-ets", NOW, chunk_rows=CHUNK, dry_run=dry_run
    )
    assert isinstance(report, ImportReport), report
    return report


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    return first_edition().write(tmp_path / "first"), second_edition().write(tmp_path / "second")


@pytest.fixture
def in_one_go(sqlite_template: Any, tmp_path: Path, folders: tuple[Path, Path]) -> tuple[Any, Any]:
    """What stands after each edition when nothing breaks."""
    place = tmp_path / "one go"
    place.mkdir()
    engine = make_engine(sqlite_template.copy_into(place))
    found = []
    for folder in folders:
        bring_in(engine, folder)
        found.append(content(engine))
    engine.dispose()
    return found[0], found[1]


def break_at(
    engine: Engine, happening: str, number: int, end: Callable[[], None]
) -> Callable[[], None]:
    """Let the process end at the commit, or the statement beginning so, of this number.

    Gives what takes the trap away again.
    """
    seen = 0

    def count(*_anything: object) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            end()

    def look(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith(happening):
            count()

    name, listener = ("commit", count) if happening == COMMIT else ("after_cursor_execute", look)
    event.listen(engine, name, listener)
    return lambda: event.remove(engine, name, listener)


def raise_broken() -> None:
    raise Broken


@pytest.mark.parametrize(("happening", "apart"), [(STEP, 1), (NOTE, 4)])
def test_an_import_that_breaks_off_again_and_again_ends_as_in_one_go(
    engine: Engine,
    folders: tuple[Path, Path],
    in_one_go: tuple[Any, Any],
    happening: str,
    apart: int,
) -> None:
    for folder, expected in zip(folders, in_one_go, strict=True):
        runs = 0
        finished = False
        # Each run gets a little further than the last.
        while not finished:
            runs += 1
            unset = break_at(engine, happening, runs * apart, raise_broken)
            try:
                bring_in(engine, folder)
                finished = True
            except Broken:
                assert bring_in(engine, folder, dry_run=True).edition is None
            finally:
                unset()
        assert runs > 1
        assert content(engine) == expected


KILLED = """
import os, signal, sys
from pathlib import Path
from ledger.core.database import make_engine
from tests.ledger.imports.test_interrupted_import import CHUNK, COMMIT, NOW, break_at
from ledger.imports.registry_extract import import_registry_extract

engine = make_engine(sys.argv[1])
break_at(engine, COMMIT, int(sys.argv[3]), lambda: os.kill(os.getpid(), signal.SIGKILL))
import_registry_extract(engine, Path(sys.argv[2]), "eu-ets", NOW, chunk_rows=CHUNK)
"""


def test_a_killed_process_leaves_nothing_half_done(
    database_url: str, folders: tuple[Path, Path], in_one_go: tuple[Any, Any]
) -> None:
    for folder, expected in zip(folders, in_one_go, strict=True):
        killed = subprocess.run(
            [sys.executable, "-c", KILLED, database_url, str(folder), "3"],
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            check=False,
        )
        assert killed.returncode == -signal.SIGKILL
        engine = make_engine(database_url)
        assert content(engine) != expected
        bring_in(engine, folder)
        assert content(engine) == expected
        assert bring_in(engine, folder).nothing_to_do
        engine.dispose()


def test_a_connection_lost_in_a_chunk_is_made_good_by_the_import_itself(
    postgresql_engine: Engine, folders: tuple[Path, Path], in_one_go: tuple[Any, Any]
) -> None:
    def hang_up(connection: Any, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith(NOTE) and not lost:
            lost.append(statement)
            connection.connection.driver_connection.close()

    lost: list[str] = []
    event.listen(postgresql_engine, "before_cursor_execute", hang_up)
    bring_in(postgresql_engine, folders[0])
    assert lost
    assert content(postgresql_engine) == in_one_go[0]


def test_a_full_disk_stops_the_import_and_room_lets_it_go_on(
    sqlite_url: str, folders: tuple[Path, Path], in_one_go: tuple[Any, Any]
) -> None:
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as connection:
        (empty,) = connection.execute("PRAGMA page_count").fetchone()
    stopped_at = set()
    for more in (2, 12, 22, 32):
        engine = make_engine(sqlite_url)

        def limit(connection: Any, _record: object, pages: int = empty + more) -> None:
            connection.execute(f"PRAGMA max_page_count = {pages}")

        event.listen(engine, "connect", limit)
        with pytest.raises(ImportStopped) as stopped:
            bring_in(engine, folders[0])
        assert stopped.value.refused.code is ExtractCode.STORAGE_IS_FULL
        stopped_at.add(len(journal(engine)))
        engine.dispose()
    assert len(stopped_at) > 1, "the disk was full at different moments"
    engine = make_engine(sqlite_url)
    bring_in(engine, folders[0])
    assert content(engine) == in_one_go[0]
    engine.dispose()


def test_two_imports_at_once_do_not_post_anything_twice(
    engine: Engine, folders: tuple[Path, Path], in_one_go: tuple[Any, Any]
) -> None:
    for folder, expected in zip(folders, in_one_go, strict=True):

        def start_another(stage: Stage, done: int, _of: int, folder: Path = folder) -> None:
            if stage is Stage.POSTING and done:
                bring_in(engine, folder)

        with pytest.raises(ImportStopped) as stopped:
            import_registry_extract(
                engine, folder, "eu-ets", NOW, chunk_rows=CHUNK, progress=start_another
            )
        assert stopped.value.refused.code is ExtractCode.ANOTHER_IMPORT_IS_RUNNING
        assert content(engine) == expected
        assert bring_in(engine, folder).nothing_to_do


def test_an_edition_that_broke_off_may_be_followed_by_another(
    engine: Engine, sqlite_template: Any, tmp_path: Path, folders: tuple[Path, Path]
) -> None:
    unset = break_at(engine, STEP, 3, raise_broken)
    with pytest.raises(Broken):
        bring_in(engine, folders[0])
    unset()
    bring_in(engine, folders[1])
    place = tmp_path / "fresh"
    place.mkdir()
    fresh = make_engine(sqlite_template.copy_into(place))
    bring_in(fresh, folders[1])
    assert balances(engine) == balances(fresh)
    assert published(engine) == published(fresh)
    fresh.dispose()
