"""What the tests stand on, tested: the database server, and the word on what was not run."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tests.support import postgres
from tests.support.postgres import start_server, stop_server

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """A data folder for a server of its own, stopped and removed in the end."""
    folder = postgres.folder_of_server(fsync=False).with_name(f"own-{os.getpid()}")
    yield folder
    stop_server(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.with_name(f"{folder.name}.lock").unlink(missing_ok=True)


def ask(url: str, question: str) -> str:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return str(row[0])


def pid_of(data_folder: Path) -> int:
    return int((data_folder / "postmaster.pid").read_text().splitlines()[0])


def test_a_running_server_is_found_again_and_a_killed_one_started_again(data_folder: Path) -> None:
    url = start_server(data_folder, fsync=False)
    first = pid_of(data_folder)
    assert start_server(data_folder, fsync=False) == url
    assert pid_of(data_folder) == first
    os.kill(first, signal.SIGKILL)
    start_server(data_folder, fsync=False)
    assert pid_of(data_folder) != first
    assert ask(url, "SELECT 1") == "1"


def test_a_server_starts_though_its_old_number_is_another_process_now(data_folder: Path) -> None:
    url = start_server(data_folder, fsync=False)
    stop_server(data_folder)
    (data_folder / "postmaster.pid").write_text(f"{os.getpid()}\n{data_folder}\n")
    start_server(data_folder, fsync=False)
    assert ask(url, "SELECT 1") == "1"


def test_a_spoiled_data_folder_is_made_anew(data_folder: Path) -> None:
    url = start_server(data_folder, fsync=False)
    stop_server(data_folder)
    (data_folder / "global" / "pg_control").write_bytes(b"nothing of use")
    start_server(data_folder, fsync=False)
    assert ask(url, "SELECT 1") == "1"


@pytest.mark.parametrize(("fsync", "setting"), [(True, "on"), (False, "off")])
def test_what_reaches_the_disk_is_as_asked(data_folder: Path, fsync: bool, setting: str) -> None:
    url = start_server(data_folder, fsync=fsync, settings={"shared_buffers": "16MB"})
    assert ask(url, "SHOW fsync") == setting
    assert ask(url, "SHOW synchronous_commit") == setting


def test_the_server_holds_no_output_of_whoever_started_it_open(data_folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.support.postgres import start_server; "
        "print(start_server(Path(sys.argv[1]), fsync=False))"
    )
    # This call returns only when nobody has the pipe open any more.
    said = subprocess.run(
        [sys.executable, "-c", program, str(data_folder)],
        cwd=PROJECT,
        capture_output=True,
        timeout=60,
        check=True,
        text=True,
    )
    assert ask(said.stdout.strip(), "SELECT 1") == "1"


def run_pytest(folder: Path, test: str, **environment: str) -> str:
    (folder / "conftest.py").write_text("from tests.conftest import *\n")
    (folder / "test_it.py").write_text(test)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", folder],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT), **environment},
        capture_output=True,
        check=False,
        text=True,
    ).stdout


TAKES_REFERENCE_DATA = """
def test_one(reference_data): pass
def test_two(reference_data): pass
"""
TAKES_CHROMIUM = "def test_page(chromium): pass"


def test_tests_without_their_reference_data_are_told_in_one_line(tmp_path: Path) -> None:
    said = run_pytest(tmp_path, TAKES_REFERENCE_DATA, ECORIGHTS_REFERENCE_DATA="/nowhere")
    assert "2 skipped" in said
    assert said.count("NOT RUN") == 1
    assert "NOT RUN: 2 test(s), no reference data in /nowhere" in said


def test_a_missing_browser_is_told_and_where_ci_stands_guard_it_fails(tmp_path: Path) -> None:
    missing = {"ECORIGHTS_BROWSER": "/nowhere/chromium"}
    assert "NOT RUN: 1 test(s), no Chromium" in run_pytest(
        tmp_path, TAKES_CHROMIUM, CI="", **missing
    )
    assert "1 error" in run_pytest(tmp_path, TAKES_CHROMIUM, CI="true", **missing)
