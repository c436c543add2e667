"""``ecorights db``, and how every command meets a database that it cannot use."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from ledger.core.database import make_engine
from ledger.core.migration import BASE, VERSION_TABLE, head
from web.cli.main import main

Ecorights = Callable[..., Result]


@pytest.fixture
def ecorights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Ecorights:
    """Run the program on the database of a URL; nothing else of the environment is taken over."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("ECORIGHTS_LANGUAGE", raising=False)
    monkeypatch.delenv("ECORIGHTS_DATABASE_URL", raising=False)

    def run(*arguments: str, url: str = "", language: str = "en") -> Result:
        environment = {"ECORIGHTS_LANGUAGE": language, "ECORIGHTS_DATABASE_URL": url}
        return CliRunner().invoke(main, arguments, env=environment)

    return run


def say_version(url: str, version: str) -> None:
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = :v"), {"v": version})
    engine.dispose()


def test_upgrade_makes_the_default_database_and_names_it(
    ecorights: Ecorights, tmp_path: Path
) -> None:
    answer = ecorights("db", "upgrade")
    assert answer.exit_code == 0
    (file,) = (tmp_path / "home").rglob("ecorights.sqlite")
    assert f"Database: {file}" in answer.stderr
    assert answer.stdout.endswith(f"Database: {head()}; program: {head()}\n")


def test_a_database_that_was_named_is_not_named_again(
    ecorights: Ecorights, database_url: str
) -> None:
    answer = ecorights("db", "current", url=database_url)
    assert answer.stderr == ""
    assert answer.stdout == f"Database: {head()}; program: {head()}\n"


def test_going_back_asks_first_and_without_an_answer_does_nothing(
    ecorights: Ecorights, database_url: str
) -> None:
    answer = ecorights("db", "downgrade", BASE, url=database_url)
    assert answer.exit_code == 1
    assert "loses" in answer.stderr
    assert f"Database: {head()}" in ecorights("db", "current", url=database_url).stdout


def test_going_back_and_forth_reports_each_step(ecorights: Ecorights, database_url: str) -> None:
    back = ecorights("db", "downgrade", BASE, "--yes", url=database_url)
    forth = ecorights("db", "upgrade", url=database_url)
    assert f"Taken back: {head()}\n" in back.stdout
    assert back.stdout.endswith(f"Database: (empty); program: {head()}\n")
    assert f"Done: {head()}\n" in forth.stdout


@pytest.mark.parametrize(
    ("language", "words"), [("zh", "程序不在更新的结构上工作"), ("en", "on a newer schema")]
)
def test_a_newer_database_ends_every_command_with_2_and_one_sentence(
    ecorights: Ecorights, database_url: str, language: str, words: str
) -> None:
    say_version(database_url, "9999_from_the_future")
    for command in (("audit",), ("db", "upgrade"), ("db", "downgrade", BASE, "--yes")):
        answer = ecorights(*command, url=database_url, language=language)
        assert answer.exit_code == 2
        assert words in answer.stderr
        assert "9999_from_the_future" in answer.stderr
        assert len(answer.stderr.splitlines()) == 1
        assert answer.stdout == ""


def test_an_older_database_ends_a_command_with_2_and_says_what_to_run(
    ecorights: Ecorights, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'old.sqlite'}"
    assert ecorights("db", "upgrade", "0001_the_record", url=url).exit_code == 0
    answer = ecorights("audit", url=url)
    assert answer.exit_code == 2
    assert "ecorights db upgrade" in answer.stderr


def test_a_missing_database_is_not_created_by_asking_it(
    ecorights: Ecorights, tmp_path: Path
) -> None:
    answer = ecorights("audit", url=f"sqlite:///{tmp_path / 'none.sqlite'}")
    assert answer.exit_code == 2
    assert "has not been created" in answer.stderr
    assert list(tmp_path.glob("none.sqlite*")) == []


def test_with_json_an_unusable_database_is_one_problem_on_standard_output(
    ecorights: Ecorights, tmp_path: Path
) -> None:
    answer = ecorights("audit", "--json", url=f"sqlite:///{tmp_path / 'none.sqlite'}")
    assert answer.exit_code == 2
    problem = json.loads(answer.stdout)
    assert problem.keys() == {"type", "title", "detail", "errors"}
    assert problem["errors"][0]["code"] == "database_not_created"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("letters", "cannot be read"),
        ("postgresql://a:b:c:d", "cannot be read"),
        ("mysql://a@b/c", "asks for mysql"),
        ("postgresql+asyncpg://a@b/c", "asks for postgresql+asyncpg"),
        ("postgresql://someone:secret@127.0.0.1:1/c", "cannot be reached"),
        ("sqlite:////nowhere/at/all.sqlite", "cannot be reached"),
    ],
)
def test_an_address_that_leads_nowhere_is_told_in_one_sentence_without_the_password(
    ecorights: Ecorights, url: str, words: str
) -> None:
    for command in (("db", "upgrade"), ("db", "current")):
        answer = ecorights(*command, url=url)
        if "sqlite" in url and command == ("db", "current"):
            continue
        assert answer.exit_code == 2
        assert words in answer.stderr
        assert "secret" not in answer.output
        assert len(answer.stderr.splitlines()) == 1


def test_a_language_that_is_not_spoken_is_told_in_both(ecorights: Ecorights) -> None:
    answer = ecorights("db", "current", language="fr")
    assert answer.exit_code == 2
    chinese, english = answer.stderr.splitlines()
    assert "ECORIGHTS_LANGUAGE 的值是 fr" in chinese
    assert english.startswith("ECORIGHTS_LANGUAGE is fr.")
