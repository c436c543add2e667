"""Migrations build exactly the schema of the models, can be taken back, and guard the door."""

import pkgutil
import sqlite3
import subprocess
import sys
from ast import literal_eval
from collections.abc import Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

import ledger
import market
import migrations
from ledger.core.database import make_engine
from ledger.core.migration import (
    BASE,
    VERSION_TABLE,
    MigrationCode,
    check_current,
    current,
    downgrade,
    head,
    upgrade,
)
from ledger.core.schema import metadata
from ledger.refusals import Refused
from tests.support.databases import PostgresqlTemplate
from tests.support.schema_text import schema_of

VERSIONS = Path(migrations.__file__).parent / "versions"
NAMES = sorted(file.stem for file in VERSIONS.glob("0*.py"))


@pytest.fixture(params=("sqlite", "postgresql"))
def empty_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a database without any table."""
    if request.param == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path / 'empty.sqlite'}")
        yield engine
        engine.dispose()
        return
    template: PostgresqlTemplate = request.getfixturevalue("postgresql_template")
    with template.empty() as url:
        engine = make_engine(url)
        yield engine
        engine.dispose()


def say_version(engine: Engine, version: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = :v"), {"v": version})


def code_of(answer: object) -> MigrationCode | None:
    return answer.code if isinstance(answer, Refused) else None  # type: ignore[return-value]


def test_the_migrated_schema_is_the_models_schema(empty_engine: Engine) -> None:
    for package in (ledger, market):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith(("tables", ".guards")):
                import_module(module.name)
    upgrade(empty_engine)
    migrated = schema_of(empty_engine)
    downgrade(empty_engine, BASE)
    metadata.create_all(empty_engine)
    modelled = schema_of(empty_engine)
    assert migrated.keys() ^ modelled.keys() == set()
    assert migrated == modelled


def test_each_migration_taken_back_leaves_what_was_before(empty_engine: Engine) -> None:
    schemas = [schema_of(empty_engine)]
    for name in NAMES:
        assert upgrade(empty_engine, name) == (name,)
        assert current(empty_engine) == name
        schemas.append(schema_of(empty_engine))
    for place, name in reversed(list(enumerate(NAMES))):
        assert schema_of(empty_engine) == schemas[place + 1]
        assert downgrade(empty_engine, NAMES[place - 1] if place else BASE) == (name,)
    assert schema_of(empty_engine) == schemas[0] == {}
    assert upgrade(empty_engine) == tuple(NAMES)
    assert schema_of(empty_engine) == schemas[-1]


def test_guards_stand_after_going_back_and_forth(engine: Engine) -> None:
    before = {name: text for name, text in schema_of(engine).items() if name.startswith("trigger")}
    downgrade(engine, BASE)
    upgrade(engine)
    after = {name: text for name, text in schema_of(engine).items() if name.startswith("trigger")}
    assert before == after
    assert len(before) >= 6


def test_upgrading_twice_does_nothing_the_second_time(engine: Engine) -> None:
    assert upgrade(engine) == ()
    assert check_current(engine) is None


def test_going_back_to_where_the_database_is_not_yet_does_nothing(empty_engine: Engine) -> None:
    upgrade(empty_engine, NAMES[0])
    assert downgrade(empty_engine, NAMES[-1]) == ()
    assert current(empty_engine) == NAMES[0]


def test_a_database_that_is_not_created_is_named(empty_engine: Engine) -> None:
    assert code_of(check_current(empty_engine)) is MigrationCode.DATABASE_NOT_CREATED


def test_asking_for_a_missing_file_does_not_create_it(tmp_path: Path) -> None:
    file = tmp_path / "none.sqlite"
    engine = make_engine(f"sqlite:///{file}")
    assert code_of(check_current(engine)) is MigrationCode.DATABASE_NOT_CREATED
    assert code_of(downgrade(engine, BASE)) is MigrationCode.DATABASE_NOT_CREATED
    assert current(engine) is None
    assert not file.exists()


def test_an_older_database_is_refused_with_both_versions(empty_engine: Engine) -> None:
    upgrade(empty_engine, NAMES[0])
    refused = check_current(empty_engine)
    assert isinstance(refused, Refused)
    assert refused.code is MigrationCode.DATABASE_OLDER_THAN_PROGRAM
    assert (refused.values["found"], refused.values["expected"]) == (NAMES[0], head())


def test_a_newer_database_is_refused_and_left_alone(engine: Engine) -> None:
    say_version(engine, "9999_from_the_future")
    before = schema_of(engine)
    newer = MigrationCode.DATABASE_NEWER_THAN_PROGRAM
    assert code_of(check_current(engine)) is newer
    assert code_of(upgrade(engine)) is newer
    assert code_of(downgrade(engine, BASE)) is newer
    assert schema_of(engine) == before


def test_another_programs_database_is_refused_and_left_alone(empty_engine: Engine) -> None:
    with empty_engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
    before = schema_of(empty_engine)
    assert code_of(check_current(empty_engine)) is MigrationCode.DATABASE_IS_NOT_OURS
    assert code_of(upgrade(empty_engine)) is MigrationCode.DATABASE_IS_NOT_OURS
    assert schema_of(empty_engine) == before


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear registry, " * 100)
    engine = make_engine(f"sqlite:///{file}")
    assert code_of(check_current(engine)) is MigrationCode.DATABASE_IS_NOT_OURS
    assert code_of(upgrade(engine)) is MigrationCode.DATABASE_IS_NOT_OURS
    assert file.read_text().startswith("Dear registry")


def test_an_unreachable_server_is_named_without_its_password() -> None:
    engine = make_engine("postgresql+psycopg://someone:secret@127.0.0.1:1/ledger")
    for refused in (check_current(engine), upgrade(engine), current(engine)):
        assert isinstance(refused, Refused)
        assert refused.code is MigrationCode.DATABASE_UNREACHABLE
        assert "someone" in str(refused.values)
        assert "secret" not in str(refused.values)


def test_an_unknown_target_is_refused_with_those_that_exist(engine: Engine) -> None:
    refused = upgrade(engine, "0000_nothing")
    assert isinstance(refused, Refused)
    assert refused.code is MigrationCode.MIGRATION_UNKNOWN
    assert refused.values["known"] == (BASE, *NAMES)


def test_a_migration_that_fails_leaves_nothing_behind(
    empty_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A table of the last migration is in its way; what that migration did before it is undone.
    upgrade(empty_engine, NAMES[-2])
    before = schema_of(empty_engine)
    with empty_engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE in_the_way (id INTEGER)")
    last = (VERSIONS / f"{NAMES[-1]}.py").read_text("utf-8")
    table = last.split("op.create_table(")[-1].split('"')[1]
    with empty_engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE in_the_way RENAME TO {table}")
    with pytest.raises(Exception, match=table):
        upgrade(empty_engine)
    assert current(empty_engine) == NAMES[-2]
    with empty_engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TABLE {table}")
    assert schema_of(empty_engine) == before


def test_a_locked_database_is_refused_as_busy_on_postgresql(
    postgresql_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.core.migration._LOCK_TIMEOUT", "100ms")
    with postgresql_engine.connect() as other:
        other.exec_driver_sql("LOCK TABLE entry IN ACCESS SHARE MODE")
        assert code_of(downgrade(postgresql_engine, BASE)) is MigrationCode.DATABASE_BUSY
    assert downgrade(postgresql_engine, BASE)


def test_a_read_only_file_is_refused_as_not_writable(sqlite_engine: Engine) -> None:
    engine = make_engine(f"sqlite:///file:{sqlite_engine.url.database}?mode=ro&uri=true")
    assert check_current(engine) is None
    assert code_of(downgrade(engine, BASE)) is MigrationCode.DATABASE_NOT_WRITABLE
    engine.dispose()


def test_foreign_keys_hold_again_after_a_migration_on_sqlite(sqlite_engine: Engine) -> None:
    downgrade(sqlite_engine, BASE)
    upgrade(sqlite_engine)
    with sqlite_engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


UPGRADE = """
import sys
from ledger.core.database import make_engine
from ledger.core.migration import upgrade
engine = make_engine(sys.argv[1])
sys.stdin.read()
print(upgrade(engine))
"""


def test_two_programs_that_upgrade_at_once_both_succeed(empty_engine: Engine) -> None:
    url = empty_engine.url.render_as_string(hide_password=False)
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", UPGRADE, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for program in programs:
        assert program.stdin is not None
        program.stdin.close()
        program.stdin = None
    done = [literal_eval(program.communicate(timeout=120)[0]) for program in programs]
    assert sorted(done[0] + done[1]) == NAMES
    assert check_current(empty_engine) is None


def test_the_files_name_the_head_alone() -> None:
    assert head() == NAMES[-1]
    assert [int(name.partition("_")[0]) for name in NAMES] == list(range(1, len(NAMES) + 1))


def test_names_of_migrations_fit_the_version_table(tmp_path: Path) -> None:
    file = tmp_path / "a.sqlite"
    engine = make_engine(f"sqlite:///{file}")
    upgrade(engine)
    engine.dispose()
    with closing(sqlite3.connect(file)) as connection:
        (ddl,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = ?", (VERSION_TABLE,)
        ).fetchone()
    longest = int(ddl.partition("VARCHAR(")[2].partition(")")[0])
    assert [name for name in NAMES if len(name) > longest] == []
