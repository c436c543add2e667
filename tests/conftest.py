"""Fixtures for all tests: databases, reference data, a browser; and the word on what was not run.

A test that touches a database takes ``engine`` (or ``database_url``) and runs on both kinds.
"""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine

from ledger.core.database import make_engine
from tests.support import browser as browsers
from tests.support.databases import PostgresqlTemplate, SqliteTemplate, server_for_tests

PROJECT = Path(__file__).resolve().parents[1]

settings.register_profile(
    "ci",
    deadline=None,
    # Where a red run keeps a change from landing the examples are the same each time; chance has
    # its say at the desk and in the soak.
    derandomize=os.environ.get("CI") == "true",
    max_examples=60,
    stateful_step_count=30,
    suppress_health_check=(HealthCheck.too_slow,),
)
settings.register_profile("soak", settings.get_profile("ci"), max_examples=3000)
settings.load_profile(os.environ.get("ECORIGHTS_HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplate:
    """The migrated SQLite file of this process, to be copied."""
    return SqliteTemplate(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def postgresql_server() -> str:
    """The URL of the PostgreSQL server to test on; its database is not to be written in."""
    return server_for_tests()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> Iterator[PostgresqlTemplate]:
    """The migrated PostgreSQL database of this process, to be copied."""
    template = PostgresqlTemplate(postgresql_server)
    yield template
    template.close()


@pytest.fixture
def sqlite_url(sqlite_template: SqliteTemplate, tmp_path: Path) -> str:
    """A fresh, migrated SQLite database."""
    return sqlite_template.copy_into(tmp_path)


@pytest.fixture
def postgresql_url(postgresql_template: PostgresqlTemplate) -> Iterator[str]:
    """A fresh, migrated PostgreSQL database."""
    with postgresql_template.copied() as url:
        yield url


@pytest.fixture(params=("sqlite", "postgresql"))
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database, of one kind and then of the other; ``engine`` opens the same."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a fresh, migrated database: SQLite, then PostgreSQL."""
    yield from _opened(database_url)


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    """An engine on a fresh, migrated SQLite database."""
    yield from _opened(sqlite_url)


@pytest.fixture
def postgresql_engine(postgresql_url: str) -> Iterator[Engine]:
    """An engine on a fresh, migrated PostgreSQL database."""
    yield from _opened(postgresql_url)


def _opened(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder with ``data/`` and ``rules/``; without it the test is not run, and said so."""
    folder = Path(os.environ.get("ECORIGHTS_REFERENCE_DATA", PROJECT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"no reference data in {folder} (ECORIGHTS_REFERENCE_DATA)")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser; where CI is true it must be there."""
    path = browsers.find_chromium()
    if path is None and browsers.must_not_be_missing():
        pytest.fail(browsers.MISSING)
    if path is None:
        pytest.skip(browsers.MISSING)
    return path


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    """A headless Chromium under Playwright (``playwright.sync_api.Browser``)."""
    # Only tests of pages pay for the driver.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium, headless=True, args=list(browsers.FLAGS)
        )
        yield started
        started.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not run and why, one line a reason."""
    reasons = Counter(
        report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        for report in terminalreporter.stats.get("skipped", ())
    )
    for reason, tests in sorted(reasons.items()):
        terminalreporter.write_line(
            f"NOT RUN: {tests} test(s), {reason.removeprefix('Skipped: ')}", yellow=True
        )
